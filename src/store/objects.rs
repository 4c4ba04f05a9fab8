//! The store and its plain operations.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::download::Download;
use super::error::Place;
use super::open::Limits;
use super::patience::Patience;
use super::throttle::Throttle;
use super::wire::{Traffic, Wire};
use super::{StoreError, StoreProblem, folder};

/// A folder, or a bucket with a prefix. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) inner: Arc<dyn ObjectStore>,
    pub(super) prefix: ObjectPath,
    pub(super) name: Arc<str>,
    pub(super) folder: Option<Arc<PathBuf>>,
    pub(super) wire: Option<Wire>,
    pub(super) throttle: Option<Arc<Throttle>>,
    pub(super) requests: usize,
}

/// One object as it was listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Relative to the store.
    pub key: String,
    /// What changes when the bytes change: the store's own, or made of time and size in a folder.
    pub etag: Option<String>,
    /// In bytes.
    pub size: u64,
    /// By the store's clock.
    pub last_modified: Timestamp,
}

/// What a create-only put found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutNew {
    /// Nothing was there, and now these bytes are.
    Stored,
    /// The store says that something is there. It may be one's own put with a lost answer, or (S3's 409) another
    /// put that was under way and may yet fail: read it back.
    Exists,
}

impl Store {
    /// A store over any object store, under a prefix. `name` is what messages call it.
    ///
    /// # Errors
    /// The prefix is no key.
    pub fn over(inner: Arc<dyn ObjectStore>, prefix: &str, name: &str) -> Result<Self, StoreError> {
        let place = Place { store: name, action: "open", key: prefix };
        let prefix = ObjectPath::parse(prefix).map_err(|error| place.failed(&error.into()))?;
        Ok(Self {
            inner,
            prefix,
            name: name.into(),
            folder: None,
            wire: None,
            throttle: None,
            requests: Limits::default().requests,
        })
    }

    /// What messages call it; holds nothing secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it lies on this machine, if it does.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref().map(PathBuf::as_path)
    }

    /// What went over the wire since it was opened; a folder has none.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.wire.as_ref().map(Wire::traffic).unwrap_or_default()
    }

    /// The same store, asked for so many objects at a time.
    #[must_use]
    pub fn at_most(self, requests: usize) -> Self {
        Self { requests: requests.max(1), ..self }
    }

    /// How many objects may be asked for at a time.
    #[must_use]
    pub const fn requests(&self) -> usize {
        self.requests
    }

    pub(super) fn place<'a>(&'a self, action: &'static str, key: &'a str) -> Place<'a> {
        Place { store: &self.name, action, key }
    }

    pub(super) fn path(&self, action: &'static str, key: &str) -> Result<ObjectPath, StoreError> {
        let relative = ObjectPath::parse(key).map_err(|error| self.place(action, key).failed(&error.into()))?;
        Ok(self.prefix.parts().chain(relative.parts()).collect())
    }

    /// Every object under a prefix of whole path segments (`""` is everything), sorted by key. A folder's symbolic
    /// links are followed only to files inside of it.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there. A prefix with nothing under it is an empty list.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let place = self.place("list", prefix);
        let mut objects = if let Some(root) = &self.folder {
            let path = self.path("list", prefix)?;
            folder::list(root, path.as_ref()).await.map_err(|error| place.io(&error))?
        } else {
            self.list_bucket(prefix).await?
        };
        objects.sort();
        Ok(objects)
    }

    async fn list_bucket(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let place = self.place("list", prefix);
        let path = self.path("list", prefix)?;
        let listed: Result<Vec<_>, _> = self.inner.list(Some(&path)).try_collect().await;
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

    /// The bytes of an object, `None` if there is none.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let place = self.place("read", key);
        let path = self.path("read", key)?;
        Download { inner: &*self.inner, path: &path, place, throttle: None }.bytes().await
    }

    /// The size of an object in bytes, `None` if there is none.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, StoreError> {
        let path = self.path("read", key)?;
        match self.inner.head(&path).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(error) => match StoreProblem::of(&error) {
                StoreProblem::Gone => Ok(None),
                problem => Err(self.place("read", key).fails(problem)),
            },
        }
    }

    /// Puts an object only if there is none.
    ///
    /// # Errors
    /// Anything but a clear answer. Unless [`StoreProblem::is_definite`], the bytes may have been stored all the same.
    pub async fn put_new(&self, key: &str, bytes: Bytes) -> Result<PutNew, StoreError> {
        let place = self.place("put", key);
        let path = self.path("put", key)?;
        let mut patience = Patience::new();
        loop {
            let create = PutOptions::from(PutMode::Create);
            let problem = match self.inner.put_opts(&path, bytes.clone().into(), create).await {
                Ok(_) => return Ok(PutNew::Stored),
                Err(object_store::Error::AlreadyExists { .. }) => return Ok(PutNew::Exists),
                Err(object_store::Error::NotImplemented { .. }) => StoreProblem::IgnoresCreateOnly,
                Err(error) => StoreProblem::of(&error),
            };
            // `object_store` does not make such a put again when it broke off; whoever puts reads back what exists.
            if self.wire.is_none() || !problem.may_pass() || !patience.lasts().await {
                return Err(place.fails(problem));
            }
        }
    }

    /// Puts an object, over what may be there.
    ///
    /// # Errors
    /// Anything but a clear answer; the bytes may have been stored all the same.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let path = self.path("put", key)?;
        match self.inner.put(&path, bytes.into()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.place("put", key).failed(&error)),
        }
    }

    /// Deletes an object; one that is not there is as good as deleted.
    ///
    /// # Errors
    /// Anything but a clear answer.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path("delete", key)?;
        match self.inner.delete(&path).await {
            Ok(()) => Ok(()),
            Err(error) => match StoreProblem::of(&error) {
                StoreProblem::Gone => Ok(()),
                problem => Err(self.place("delete", key).fails(problem)),
            },
        }
    }
}
