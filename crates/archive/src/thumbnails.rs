//! Thumbnails of pictures: each at `_thumbnails/<sha256>.webp`, create-only, before the table that names it is published.
//!
//! No receipt names them; the table `pictures` does. They are small and never deleted, not even by pruning: a revision of
//! long ago may be looked at with its pictures.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, stream};

use super::finding::{Finding, Problem, Verification};
use super::keys::{self, Key};
use super::{Archive, ArchiveError};
use coverledger_store::{PutNew, StoreProblem, sha256_hex};

/// No thumbnail is larger.
const MOST_BYTES: u64 = 1 << 20;

impl Archive {
    /// Puts a thumbnail where it belongs, unless it is there, and returns its SHA-256.
    ///
    /// # Errors
    /// The store does not take it, or its answer is in doubt.
    pub async fn keep_thumbnail(&self, bytes: Bytes) -> Result<String, ArchiveError> {
        let (sha256, size) = (sha256_hex(&bytes), bytes.len() as u64);
        let key = Key::Thumbnail(&sha256).path();
        match self.store.put_new(&key, bytes.clone()).await {
            Ok(PutNew::Stored) => return Ok(sha256),
            Err(error) if error.problem.is_definite() => return Err(error.into()),
            Ok(PutNew::Exists) | Err(_) => {}
        }
        if self.store.size(&key).await? != Some(size) {
            // Not what its name says, or not there after all: the bytes at hand are.
            self.store.put(&key, bytes).await?;
        }
        Ok(sha256)
    }

    /// The thumbnails that are there, by their SHA-256, with their sizes: one listing.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn thumbnails(&self) -> Result<BTreeMap<String, u64>, ArchiveError> {
        let listed = self.store.list(&Key::Thumbnails.path()).await?;
        let of = |key: &str| keys::thumbnail_at(key).map(str::to_owned);
        Ok(listed.into_iter().filter_map(|object| Some((of(&object.key)?, object.size))).collect())
    }

    /// A thumbnail; `None` where there is none, or its bytes are not those of its name.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn thumbnail(&self, sha256: &str) -> Result<Option<Bytes>, ArchiveError> {
        if !keys::is_sha256(sha256) {
            return Ok(None);
        }
        match self.store.get_at_most(&Key::Thumbnail(sha256).path(), MOST_BYTES).await {
            Ok(bytes) => Ok(bytes.filter(|bytes| sha256_hex(bytes) == sha256)),
            Err(error) if matches!(error.problem, StoreProblem::TooLarge { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that the thumbnails that are named are there, and that each that is there holds the bytes of its name. Nothing
    /// is repaired here, for only a picture makes a thumbnail: the findings say what does.
    ///
    /// # Errors
    /// The store fails. Anything wrong with a thumbnail is not an error but a [`Finding`].
    pub async fn verify_thumbnails<'n>(
        &self,
        named: impl Iterator<Item = &'n str>,
        verification: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let there = self.thumbnails().await?;
        verification.thumbnails = there.len();
        let missing = named.filter(|sha256| keys::is_sha256(sha256) && !there.contains_key(*sha256));
        let missing: std::collections::BTreeSet<&str> = missing.collect();
        for sha256 in missing {
            verification.found(Key::Thumbnail(sha256).path(), Problem::ThumbnailMissing);
        }
        let reads = there.keys().map(|sha256| async move { (sha256, self.thumbnail(sha256).await) });
        let mut reads = stream::iter(reads).buffered(self.store.requests());
        while let Some((sha256, read)) = reads.next().await {
            let problem = match read {
                Ok(Some(_)) => continue,
                Ok(None) => Problem::ThumbnailDamaged,
                Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => Problem::ThumbnailDamaged,
                Err(error) => return Err(error),
            };
            verification.found(Key::Thumbnail(sha256).path(), problem);
        }
        verification.findings.sort_by(|a: &Finding, b| a.key.cmp(&b.key));
        Ok(())
    }
}
