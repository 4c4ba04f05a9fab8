//! The store and its plain operations.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use object_store::ObjectStore;
use object_store::path::Path as ObjectPath;

use super::bucket::Bucket;
use super::error::Place;
use super::folder::{Folder, Stays};
use super::open::Limits;
use super::wire::{Traffic, Wire, is_nameable};
use super::{StoreError, StoreProblem};

/// A folder, or a bucket with a prefix. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) kind: Kind,
    pub(super) name: Arc<str>,
    pub(super) requests: usize,
}

/// Where its objects lie.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Folder(Arc<Folder>),
    Bucket(Bucket),
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

/// What lies under a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// What can be read, sorted by key.
    pub objects: Vec<Object>,
    /// What cannot, since no request can name it: with an empty folder name, `.`, `..` or a control character in its key, or
    /// with a name that is not UTF-8.
    pub unnameable: Vec<Object>,
    /// Symbolic links that lead to no file of the store and were passed over: what lies behind them is not listed.
    pub links: Vec<String>,
    /// Pipes, sockets and devices, which were passed over.
    pub no_files: Vec<String>,
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
        Ok(Self::new(Kind::Bucket(Bucket::over(inner, prefix)), name, Limits::default().requests))
    }

    pub(super) fn new(kind: Kind, name: &str, requests: usize) -> Self {
        Self { kind, name: name.into(), requests }
    }

    /// What messages call it; holds nothing secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it lies on this machine, if it does.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Folder(folder) => Some(folder.root()),
            Kind::Bucket(_) => None,
        }
    }

    /// What went over the wire since it was opened; a folder has none.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        match &self.kind {
            Kind::Bucket(bucket) => bucket.wire.as_ref().map(Wire::traffic).unwrap_or_default(),
            Kind::Folder(_) => Traffic::default(),
        }
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

    /// A key is segments with one `/` between them, none of them `.`, `..` or empty, and without control characters.
    pub(super) fn key(&self, action: &'static str, key: &str) -> Result<ObjectPath, StoreError> {
        let path = ObjectPath::parse(key).map_err(|error| self.place(action, key).failed(&error.into()))?;
        if is_nameable(key) {
            Ok(path)
        } else {
            Err(self.place(action, key).fails(StoreProblem::BadKey(key.to_owned())))
        }
    }

    /// Every object under a prefix of whole path segments (`""` is everything), sorted by key. A folder's symbolic
    /// links are followed only to files inside of it.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there. A prefix with nothing under it is an empty list.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.list_after(prefix, "").await
    }

    /// Like [`Store::list`], of what sorts after `after` only: what a store holds before it costs nothing. Where there
    /// are objects of many days, a listing costs what it is asked for and not what has come together over the years.
    ///
    /// # Errors
    /// As those of [`Store::list`].
    pub async fn list_after(&self, prefix: &str, after: &str) -> Result<Vec<Object>, StoreError> {
        Ok(self.listing_after(prefix, after).await?.objects)
    }

    /// Like [`Store::list_after`], with what lies there and cannot be named.
    ///
    /// # Errors
    /// As those of [`Store::list`].
    pub async fn listing_after(&self, prefix: &str, after: &str) -> Result<Listing, StoreError> {
        let place = self.place("list", prefix);
        let path = self.key("list", prefix)?;
        let mut listing = match &self.kind {
            Kind::Folder(folder) => {
                let after = after.to_owned();
                let listed = folder.wait(move |folder| folder.list(path.as_ref(), &after)).await;
                listed.map_err(|problem| place.fails(problem))?
            }
            Kind::Bucket(bucket) => bucket.list(&path, &self.key("list", after)?, &place).await?,
        };
        listing.objects.sort();
        listing.links.sort();
        listing.no_files.sort();
        Ok(listing)
    }

    /// The bytes of an object, `None` if there is none.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        self.get_at_most(key, u64::MAX).await
    }

    /// Like [`Store::get`], of what never has more than so many bytes: of anything longer no byte is kept.
    ///
    /// # Errors
    /// As those of [`Store::get`], and [`StoreProblem::TooLarge`].
    pub async fn get_at_most(&self, key: &str, most: u64) -> Result<Option<Bytes>, StoreError> {
        let place = self.place("read", key);
        let path = self.key("read", key)?;
        match &self.kind {
            Kind::Folder(folder) => {
                let read = folder.wait(move |folder| folder.bytes(path.as_ref(), most)).await;
                read.map_err(|problem| place.fails(problem))
            }
            Kind::Bucket(bucket) => bucket.download(&bucket.path(&path), place).bytes(most).await,
        }
    }

    /// The size of an object in bytes, `None` if there is none.
    ///
    /// # Errors
    /// The store does not answer, refuses, or is not there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, StoreError> {
        let path = self.key("read", key)?;
        let size = match &self.kind {
            Kind::Folder(folder) => folder.wait(move |folder| folder.size(path.as_ref())).await,
            Kind::Bucket(bucket) => bucket.size(&bucket.path(&path)).await,
        };
        size.map_err(|problem| self.place("read", key).fails(problem))
    }

    /// Puts an object only if there is none.
    ///
    /// # Errors
    /// Anything but a clear answer. Unless it [is definite](super::StoreProblem::is_definite), the bytes may have been
    /// stored all the same.
    pub async fn put_new(&self, key: &str, bytes: Bytes) -> Result<PutNew, StoreError> {
        self.create(key, bytes, Stays::Certainly).await
    }

    /// Like [`Store::put_new`], of what speaks of a process at work: in a folder nobody waits for the disk, and after a
    /// power failure it may be gone, or empty.
    ///
    /// # Errors
    /// As those of [`Store::put_new`].
    pub async fn put_new_fleeting(&self, key: &str, bytes: Bytes) -> Result<PutNew, StoreError> {
        self.create(key, bytes, Stays::WhileItRuns).await
    }

    /// Puts an object, over what may be there.
    ///
    /// # Errors
    /// Anything but a clear answer; the bytes may have been stored all the same.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.replace(key, bytes, Stays::Certainly).await
    }

    /// Like [`Store::put`], of what speaks of a process at work: in a folder nobody waits for the disk, and after a
    /// power failure it may be gone, or empty.
    ///
    /// # Errors
    /// As those of [`Store::put`].
    pub async fn put_fleeting(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.replace(key, bytes, Stays::WhileItRuns).await
    }

    /// Puts several objects, each only if there is none, as [`Store::put_new`] does one; the answers are in their order. In a
    /// folder all are written before the first is brought to the disk, which costs less than one after the other.
    pub async fn put_new_all(&self, objects: Vec<(String, Bytes)>) -> Vec<Result<PutNew, StoreError>> {
        match &self.kind {
            Kind::Folder(folder) => self.batch(folder, objects, Folder::put_new_all).await,
            Kind::Bucket(_) => join_all(objects.iter().map(|(key, bytes)| self.put_new(key, bytes.clone()))).await,
        }
    }

    /// Puts several objects over what may be there, as [`Store::put`] does one; the answers are in their order. In a folder as
    /// [`Store::put_new_all`].
    pub async fn put_all(&self, objects: Vec<(String, Bytes)>) -> Vec<Result<(), StoreError>> {
        match &self.kind {
            Kind::Folder(folder) => self.batch(folder, objects, Folder::put_all).await,
            Kind::Bucket(_) => join_all(objects.iter().map(|(key, bytes)| self.put(key, bytes.clone()))).await,
        }
    }

    async fn batch<T: Send + 'static>(
        &self,
        folder: &Arc<Folder>,
        objects: Vec<(String, Bytes)>,
        put: impl FnOnce(&Folder, &[(String, Bytes)]) -> Vec<Result<T, StoreProblem>> + Send + 'static,
    ) -> Vec<Result<T, StoreError>> {
        let keys: Vec<String> = objects.iter().map(|(key, _)| key.clone()).collect();
        // One that is no key fails all: keys of a batch are made by one's own program.
        let checked = keys.iter().try_for_each(|key| self.key("put", key).map(drop));
        let put = match checked {
            Ok(()) => folder.wait(move |folder| Ok(put(folder, &objects))).await,
            Err(error) => Err(error.problem),
        };
        let failed = |problem: StoreProblem, key: &String| self.place("put", key).fails(problem);
        match put {
            Ok(put) => {
                put.into_iter().zip(&keys).map(|(put, key)| put.map_err(|problem| failed(problem, key))).collect()
            }
            Err(problem) => keys.iter().map(|key| Err(failed(problem.clone(), key))).collect(),
        }
    }

    async fn create(&self, key: &str, bytes: Bytes, stays: Stays) -> Result<PutNew, StoreError> {
        let path = self.key("put", key)?;
        let put = match &self.kind {
            Kind::Folder(folder) => folder.wait(move |folder| folder.put_new(path.as_ref(), &bytes, stays)).await,
            Kind::Bucket(bucket) => bucket.put_new(&bucket.path(&path), bytes).await,
        };
        put.map_err(|problem| self.place("put", key).fails(problem))
    }

    async fn replace(&self, key: &str, bytes: Bytes, stays: Stays) -> Result<(), StoreError> {
        let path = self.key("put", key)?;
        let put = match &self.kind {
            Kind::Folder(folder) => folder.wait(move |folder| folder.put(path.as_ref(), &bytes, stays)).await,
            Kind::Bucket(bucket) => bucket.put(&bucket.path(&path), bytes).await,
        };
        put.map_err(|problem| self.place("put", key).fails(problem))
    }

    /// Deletes an object; one that is not there is as good as deleted.
    ///
    /// # Errors
    /// Anything but a clear answer.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.key("delete", key)?;
        let deleted = match &self.kind {
            Kind::Folder(folder) => folder.wait(move |folder| folder.delete(path.as_ref())).await,
            Kind::Bucket(bucket) => bucket.delete(&bucket.path(&path)).await,
        };
        deleted.map_err(|problem| self.place("delete", key).fails(problem))
    }

    /// Deletes everything below a prefix of whole path segments, which other programs may have written: hidden files and what
    /// cannot be named too, as far as the store can delete it. A prefix with nothing under it is as good as deleted.
    ///
    /// # Errors
    /// Anything but a clear answer, the prefix of everything, and objects that no request can name.
    pub async fn delete_all(&self, prefix: &str) -> Result<(), StoreError> {
        let place = self.place("delete", prefix);
        if prefix.is_empty() {
            return Err(place.fails(StoreProblem::BadKey(prefix.to_owned())));
        }
        let path = self.key("delete", prefix)?;
        if let Kind::Folder(folder) = &self.kind {
            let deleted = folder.wait(move |folder| folder.delete_all(path.as_ref())).await;
            return deleted.map_err(|problem| place.fails(problem));
        }
        let listing = self.listing_after(prefix, "").await?;
        let deletes = listing.objects.iter().map(|object| self.delete(&object.key));
        stream::iter(deletes).buffer_unordered(self.requests).try_collect::<()>().await?;
        match listing.unnameable.first() {
            Some(object) => Err(place.fails(StoreProblem::BadKey(object.key.clone()))),
            None => Ok(()),
        }
    }
}
