//! Reads from a bucket, checked against the listing.
//!
//! The bytes must have the size and the `ETag` of the listing and, where the `ETag` is an MD5, that checksum. A read that
//! breaks off continues where it was; one with wrong content starts again.

use std::fs::File;
use std::io::{Seek, Write};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use super::checksum::Checksum;
use super::digest::hex;
use super::error::{Place, spooling};
use super::fetch::unchanged;
use super::retry_budget::RetryBudget;
use super::throttle::Throttle;
use super::wire::{EtagIsNoMd5, Wire};
use super::{Fetched, Object, StoreError, StoreProblem};

/// A read that has advanced by so much gets a new retry budget.
const EARNED_BYTES: u64 = 1 << 20;

/// One object to read.
pub(super) struct Download<'a> {
    pub(super) inner: &'a dyn ObjectStore,
    pub(super) path: &'a ObjectPath,
    pub(super) place: Place<'a>,
    pub(super) throttle: Option<&'a Throttle>,
    pub(super) wire: Option<&'a Wire>,
}

/// What came so far of an object.
struct Spooled {
    file: File,
    sha256: Sha256,
    checksum: Checksum,
    size: u64,
}

impl Spooled {
    fn nothing(mut file: File, listed: &Object) -> std::io::Result<Self> {
        file.set_len(0)?;
        file.rewind()?;
        let checksum = Checksum::stated_by(listed.etag.as_deref());
        Ok(Self { file, sha256: Sha256::new(), checksum, size: 0 })
    }

    fn add(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)?;
        self.sha256.update(bytes);
        self.checksum.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }
}

impl Download<'_> {
    /// The object as it was listed, in `file`.
    pub(super) async fn spool_into(&self, listed: &Object, file: File) -> Result<Fetched, StoreError> {
        let mut budget = RetryBudget::new();
        let mut file = file;
        let mut before: Option<String> = None;
        loop {
            let whole = self.whole(listed, file, &mut budget).await?;
            let Spooled { file: spooled, sha256, checksum, size } = whole;
            file = spooled;
            let sha256 = hex(&sha256.finalize());
            // The same bytes twice: then the `ETag` is none of them, as in an encrypted bucket.
            if !checksum.differs() || before.as_ref() == Some(&sha256) {
                file.rewind().map_err(|error| self.place.spool(&error))?;
                return Ok(Fetched { file, sha256, size });
            }
            if !budget.wait().await {
                return Err(self.place.fails(StoreProblem::Damaged));
            }
            self.reads_again(size);
            before = Some(sha256);
        }
    }

    async fn whole(&self, listed: &Object, file: File, budget: &mut RetryBudget) -> Result<Spooled, StoreError> {
        let mut spooled = Spooled::nothing(file, listed).map_err(|error| self.place.spool(&error))?;
        let (mut earned, mut has_tried) = (EARNED_BYTES, false);
        loop {
            let begun = spooled.size;
            let broken = match self.some(listed, &mut spooled).await {
                Ok(()) if spooled.size == listed.size => return Ok(spooled),
                Ok(()) => {
                    let ended = format!("it ended after {} of {} bytes", spooled.size, listed.size);
                    Broken::again(StoreProblem::Other(ended))
                }
                Err(broken) => broken,
            };
            let Broken { problem, is_final, is_counted } = broken;
            if is_final {
                return Err(self.place.fails(problem));
            }
            if spooled.size >= earned {
                earned = spooled.size + EARNED_BYTES;
                *budget = RetryBudget::new();
            }
            if !budget.wait().await {
                return Err(self.place.fails(problem));
            }
            tracing::debug!(key = listed.key, bytes = spooled.size, %problem, "reading again");
            // A store that cannot go on where it was, or brought too much, starts again.
            let is_stuck = spooled.size == begun && has_tried;
            has_tried = spooled.size == begun;
            let starts_again = is_stuck || spooled.size > listed.size;
            if starts_again || !is_counted {
                self.reads_again(if starts_again { spooled.size } else { 0 });
            }
            if starts_again {
                spooled = Spooled::nothing(spooled.file, listed).map_err(|error| self.place.spool(&error))?;
            }
        }
    }

    /// Reads on from where it was.
    async fn some(&self, listed: &Object, spooled: &mut Spooled) -> Result<(), Broken> {
        let range = (spooled.size > 0).then_some(GetRange::Offset(spooled.size));
        let options = GetOptions { range, ..GetOptions::default() };
        let answer = self.inner.get_opts(self.path, options).await.map_err(|error| Broken::before(&error))?;
        unchanged(listed, answer.meta.size, answer.meta.e_tag.as_deref()).map_err(Broken::again)?;
        if answer.extensions.get::<EtagIsNoMd5>().is_some() {
            spooled.checksum = Checksum::none();
        }
        let mut stream = answer.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(|error| Broken::within(&error))? {
            if spooled.size + chunk.len() as u64 > listed.size {
                return Err(Broken::again(StoreProblem::Other("it is longer than it was listed".to_owned())));
            }
            spooled.add(&chunk).map_err(|error| Broken::at_last(spooling(&error)))?;
            if let Some(throttle) = self.throttle {
                throttle.pay(chunk.len() as u64).await;
            }
        }
        Ok(())
    }

    /// All bytes of an object of which nothing is known but that it should have at most so many, `None` if there is none.
    pub(super) async fn bytes(&self, most: u64) -> Result<Option<Bytes>, StoreError> {
        let mut budget = RetryBudget::new();
        let mut before: Option<Bytes> = None;
        loop {
            let read = match self.inner.get(self.path).await {
                Ok(answer) if answer.meta.size > most => {
                    Err(Broken::at_last(StoreProblem::TooLarge { size: answer.meta.size, most }))
                }
                Ok(answer) => whole_answer(answer).await,
                Err(error) => Err(Broken::before(&error)),
            };
            let (broken, bytes_read) = match read {
                Err(Broken { problem: StoreProblem::Gone, .. }) => return Ok(None),
                Err(broken) if broken.is_final => return Err(self.place.fails(broken.problem)),
                Err(broken) => (broken, 0),
                Ok((bytes, is_sound)) if is_sound || before.as_ref() == Some(&bytes) => return Ok(Some(bytes)),
                Ok((bytes, _)) => {
                    let size = bytes.len() as u64;
                    before = Some(bytes);
                    (Broken::again(StoreProblem::Damaged), size)
                }
            };
            if !budget.wait().await {
                return Err(self.place.fails(broken.problem));
            }
            if !broken.is_counted {
                self.reads_again(bytes_read);
            }
        }
    }

    fn reads_again(&self, bytes: u64) {
        if let Some(wire) = self.wire {
            wire.reads_again(bytes);
        }
    }
}

/// The bytes, and whether they are those of their `ETag`.
async fn whole_answer(answer: GetResult) -> Result<(Bytes, bool), Broken> {
    let is_md5 = answer.extensions.get::<EtagIsNoMd5>().is_none();
    let etag = answer.meta.e_tag.as_deref().filter(|_| is_md5);
    let (size, mut checksum) = (answer.meta.size, Checksum::stated_by(etag));
    let bytes = answer.bytes().await.map_err(|error| Broken::within(&error))?;
    if bytes.len() as u64 != size {
        let problem = StoreProblem::Other(format!("it has {} bytes where {size} were announced", bytes.len()));
        return Err(Broken::again(problem));
    }
    checksum.update(&bytes);
    Ok((bytes, !checksum.differs()))
}

/// A read that failed.
struct Broken {
    problem: StoreProblem,
    /// Whether the same would be said again: a clear no, or what was tried many times already.
    is_final: bool,
    /// Whether the wire saw it fail, so that it takes the next try for one.
    is_counted: bool,
}

impl Broken {
    /// There was no answer to begin with.
    fn before(error: &object_store::Error) -> Self {
        let problem = StoreProblem::of(error);
        let is_final = !problem.may_pass();
        Self { problem, is_final, is_counted: true }
    }

    /// The answer broke off.
    fn within(error: &object_store::Error) -> Self {
        Self { is_counted: true, ..Self::again(StoreProblem::of(error)) }
    }

    /// The answer was whole, and is not what it should be.
    const fn again(problem: StoreProblem) -> Self {
        Self { problem, is_final: false, is_counted: false }
    }

    const fn at_last(problem: StoreProblem) -> Self {
        Self { problem, is_final: true, is_counted: false }
    }
}
