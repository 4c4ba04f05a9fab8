//! A store that fails where a test says so.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What happens at the chosen put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before it stores anything.
    CrashBefore,
    /// The process dies after it stored.
    CrashAfter,
    /// An error, and nothing is stored.
    Fail,
    /// It is stored and the answer is lost.
    LoseAnswer,
    /// A conflict is reported and nothing is stored, as S3's 409 may.
    FalseConflict,
}

/// Fails at the n-th put, counted from 0.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn ObjectStore>,
    fault: Option<(usize, Fault)>,
    puts: AtomicUsize,
    dead: AtomicBool,
    ignores_create: bool,
}

impl Faulty {
    /// The put with this number, counted from one, meets the fault.
    #[must_use]
    pub fn new(inner: Arc<dyn ObjectStore>, nth: usize, fault: Fault) -> Self {
        Self {
            inner,
            fault: Some((nth, fault)),
            puts: AtomicUsize::new(0),
            dead: AtomicBool::new(false),
            ignores_create: false,
        }
    }

    /// A store that replaces objects where it was asked to create them.
    #[must_use]
    pub fn ignoring_create(inner: Arc<dyn ObjectStore>) -> Self {
        Self { fault: None, ignores_create: true, ..Self::new(inner, 0, Fault::Fail) }
    }

    fn alive(&self) -> Result<()> {
        if self.dead.load(Ordering::SeqCst) { Err(lost()) } else { Ok(()) }
    }

    async fn faulty_put(&self, location: &Path, payload: PutPayload, mut opts: PutOptions) -> Result<PutResult> {
        self.alive()?;
        if self.ignores_create {
            opts.mode = PutMode::Overwrite;
        }
        let number = self.puts.fetch_add(1, Ordering::SeqCst);
        let Some((_, fault)) = self.fault.filter(|(nth, _)| *nth == number) else {
            return self.inner.put_opts(location, payload, opts).await;
        };
        if matches!(fault, Fault::CrashBefore | Fault::CrashAfter) {
            self.dead.store(true, Ordering::SeqCst);
        }
        if matches!(fault, Fault::CrashAfter | Fault::LoseAnswer) {
            self.inner.put_opts(location, payload, opts).await?;
        }
        if fault == Fault::FalseConflict {
            return Err(object_store::Error::AlreadyExists { path: location.to_string(), source: "409".into() });
        }
        Err(lost())
    }
}

fn lost() -> object_store::Error {
    let lost = HttpError::new(HttpErrorKind::Timeout, std::io::Error::other("the answer was lost"));
    object_store::Error::Generic { store: "faulty", source: lost.into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

// What `async_trait` would write.
impl ObjectStore for Faulty {
    fn put_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Answer<'async_trait, PutResult>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.faulty_put(location, payload, opts))
    }

    fn put_multipart_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        opts: PutMultipartOptions,
    ) -> Answer<'async_trait, Box<dyn MultipartUpload>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.put_multipart_opts(location, opts)
    }

    fn get_opts<'life0, 'life1, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        options: GetOptions,
    ) -> Answer<'async_trait, GetResult>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            self.alive()?;
            self.inner.get_opts(location, options).await
        })
    }

    fn get_ranges<'life0, 'life1, 'life2, 'async_trait>(
        &'life0 self,
        location: &'life1 Path,
        ranges: &'life2 [Range<u64>],
    ) -> Answer<'async_trait, Vec<Bytes>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        'life2: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.get_ranges(location, ranges)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.alive() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => Box::pin(futures::stream::once(async { Err(error) })),
        }
    }

    fn list_with_delimiter<'life0, 'life1, 'async_trait>(
        &'life0 self,
        prefix: Option<&'life1 Path>,
    ) -> Answer<'async_trait, ListResult>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.list_with_delimiter(prefix)
    }

    fn copy_opts<'life0, 'life1, 'life2, 'async_trait>(
        &'life0 self,
        from: &'life1 Path,
        to: &'life2 Path,
        options: CopyOptions,
    ) -> Answer<'async_trait, ()>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        'life2: 'async_trait,
        Self: 'async_trait,
    {
        self.inner.copy_opts(from, to, options)
    }
}
