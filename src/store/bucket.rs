//! A bucket or container with a prefix, by way of `object_store`.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::download::Download;
use super::error::Place;
use super::patience::Patience;
use super::throttle::Throttle;
use super::wire::Wire;
use super::{Object, PutNew, StoreError, StoreProblem};

/// Where objects lie, and how they are asked for.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub(super) inner: Arc<dyn ObjectStore>,
    pub(super) prefix: ObjectPath,
    pub(super) wire: Option<Wire>,
    pub(super) throttle: Option<Arc<Throttle>>,
}

impl Bucket {
    /// Without limits; everything that is asked of it is asked of `inner`.
    pub(super) fn over(inner: Arc<dyn ObjectStore>, prefix: ObjectPath) -> Self {
        Self { inner, prefix, wire: None, throttle: None }
    }

    /// Where a key lies in the bucket.
    pub(super) fn path(&self, key: &ObjectPath) -> ObjectPath {
        self.prefix.parts().chain(key.parts()).collect()
    }

    /// The way to read an object.
    pub(super) fn download<'a>(&'a self, path: &'a ObjectPath, place: Place<'a>) -> Download<'a> {
        Download { inner: &*self.inner, path, place, throttle: None }
    }

    pub(super) async fn list(
        &self,
        prefix: &ObjectPath,
        after: &ObjectPath,
        place: &Place<'_>,
    ) -> Result<Vec<Object>, StoreError> {
        let path = self.path(prefix);
        let listing = if after.as_ref().is_empty() {
            self.inner.list(Some(&path))
        } else {
            self.inner.list_with_offset(Some(&path), &self.path(after))
        };
        let listed: Result<Vec<_>, _> = listing.try_collect().await;
        let listed = listed.map_err(|error| place.failed(&error))?;
        listed
            .into_iter()
            .filter_map(|meta| {
                let parts = meta.location.prefix_match(&self.prefix)?;
                let key = parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/");
                Some((key, meta))
            })
            .map(|(key, meta)| {
                let micros = meta.last_modified.timestamp_micros();
                let last_modified = Timestamp::from_microsecond(micros).map_err(|error| place.io(&error))?;
                Ok(Object { key, etag: meta.e_tag, size: meta.size, last_modified })
            })
            .collect()
    }

    pub(super) async fn size(&self, path: &ObjectPath) -> Result<Option<u64>, StoreProblem> {
        match self.inner.head(path).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(error) => match StoreProblem::of(&error) {
                StoreProblem::Gone => Ok(None),
                problem => Err(problem),
            },
        }
    }

    pub(super) async fn put_new(&self, path: &ObjectPath, bytes: Bytes) -> Result<PutNew, StoreProblem> {
        let mut patience = Patience::new();
        loop {
            let create = PutOptions::from(PutMode::Create);
            let problem = match self.inner.put_opts(path, bytes.clone().into(), create).await {
                Ok(_) => return Ok(PutNew::Stored),
                Err(object_store::Error::AlreadyExists { .. }) => return Ok(PutNew::Exists),
                Err(object_store::Error::NotImplemented { .. }) => StoreProblem::IgnoresCreateOnly,
                Err(error) => StoreProblem::of(&error),
            };
            // `object_store` does not make such a put again when it broke off; whoever puts reads back what exists.
            if self.wire.is_none() || !problem.may_pass() || !patience.lasts().await {
                return Err(problem);
            }
        }
    }

    pub(super) async fn put(&self, path: &ObjectPath, bytes: Bytes) -> Result<(), StoreProblem> {
        match self.inner.put(path, bytes.into()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreProblem::of(&error)),
        }
    }

    pub(super) async fn delete(&self, path: &ObjectPath) -> Result<(), StoreProblem> {
        match self.inner.delete(path).await {
            Ok(()) => Ok(()),
            Err(error) => match StoreProblem::of(&error) {
                StoreProblem::Gone => Ok(()),
                problem => Err(problem),
            },
        }
    }
}
