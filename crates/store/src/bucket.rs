//! A bucket or container with a prefix, by way of `object_store`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::download::Download;
use super::error::Place;
use super::retry_budget::RetryBudget;
use super::throttle::Throttle;
use super::wire::{Unnameable, Wire};
use super::{Listing, Object, PutNew, StoreError, StoreProblem};

/// Where objects lie, and how they are asked for.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub(super) inner: Arc<dyn ObjectStore>,
    pub(super) prefix: ObjectPath,
    pub(super) wire: Option<Wire>,
    pub(super) throttle: Option<Arc<Throttle>>,
    pub(super) pages: Option<Pages>,
    pub(super) warned: Warned,
}

/// A listing page by page, with what comes beside a page.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) inner: Arc<dyn PaginatedListStore>,
    /// Whether a listing may begin behind a key; Azurite knows nothing of that.
    pub(super) begins_behind: bool,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

/// Warnings about a store that were given and are not given again.
#[derive(Debug, Clone, Default)]
pub(super) struct Warned(Arc<Mutex<BTreeSet<String>>>);

impl Warned {
    fn is_new(&self, what: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned())
    }
}

impl Bucket {
    /// Without limits; everything that is asked of it is asked of `inner`.
    pub(super) fn over(inner: Arc<dyn ObjectStore>, prefix: ObjectPath) -> Self {
        Self { inner, prefix, wire: None, throttle: None, pages: None, warned: Warned::default() }
    }

    /// Where a key lies in the bucket.
    pub(super) fn path(&self, key: &ObjectPath) -> ObjectPath {
        self.prefix.parts().chain(key.parts()).collect()
    }

    /// The way to read an object.
    pub(super) fn download<'a>(&'a self, path: &'a ObjectPath, place: Place<'a>) -> Download<'a> {
        Download { inner: &*self.inner, path, place, throttle: None, wire: self.wire.as_ref() }
    }

    /// What lies under a prefix behind `after`, and what lies there that no request can name. The latter is told in the log.
    pub(super) async fn list(
        &self,
        prefix: &ObjectPath,
        after: &ObjectPath,
        place: &Place<'_>,
    ) -> Result<Listing, StoreError> {
        let path = self.path(prefix);
        let front = if path.as_ref().is_empty() { String::new() } else { format!("{path}/") };
        // What sorts before the prefix says nothing that the prefix does not say, and misleads some stores
        // (SeaweedFS before 4.48).
        let after = Some(self.path(after)).filter(|after| !after.as_ref().is_empty() && *after.as_ref() > *front);
        let listed = if let Some(pages) = &self.pages {
            pages.list(&front, after.as_ref()).await
        } else {
            let listing = match &after {
                Some(after) => self.inner.list_with_offset(Some(&path), after),
                None => self.inner.list(Some(&path)),
            };
            listing.try_collect().await.map(|metas| (metas, Vec::new()))
        };
        let (metas, taken) = listed.map_err(|error| place.failed(&error))?;
        let mut listing = Listing::default();
        for meta in metas {
            let after = after.as_ref().map_or("", ObjectPath::as_ref);
            match self.key_of(meta.location.as_ref(), &front) {
                Some(_) if meta.location.as_ref() <= after => {}
                Some(key) => listing.objects.push(object(key, meta, place)?),
                None => self.tell_strange(meta.location.as_ref(), &front, place),
            }
        }
        for object in taken {
            match self.key_of(&object.key, &front) {
                Some(key) => {
                    if self.warned.is_new(&object.key) {
                        tracing::warn!(
                            store = place.store,
                            key,
                            "no request can name this key (an empty folder name, `.`, `..` or a control character), so it is not read: rename it"
                        );
                    }
                    listing.unnameable.push(Object { key, ..object });
                }
                None => self.tell_strange(&object.key, &front, place),
            }
        }
        Ok(listing)
    }

    /// The key in the store of what lies at a place in the bucket, if that is in front of it.
    fn key_of(&self, location: &str, front: &str) -> Option<String> {
        location.strip_prefix(front).filter(|rest| !rest.is_empty())?;
        let key = match self.prefix.as_ref() {
            "" => location,
            prefix => location.strip_prefix(prefix)?.strip_prefix('/')?,
        };
        Some(key.to_owned())
    }

    /// Says once of a store that it answers with what was not asked for.
    fn tell_strange(&self, location: &str, front: &str, place: &Place<'_>) {
        if self.warned.is_new("") {
            tracing::warn!(
                store = place.store,
                prefix = front,
                key = location,
                "the store answers a listing with keys outside of its prefix: they are not read, and others may be missing from its answers; have the store updated or repaired"
            );
        }
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
        let mut budget = RetryBudget::new();
        loop {
            let create = PutOptions::from(PutMode::Create);
            let problem = match self.inner.put_opts(path, bytes.clone().into(), create).await {
                Ok(_) => return Ok(PutNew::Stored),
                Err(object_store::Error::AlreadyExists { .. }) => return Ok(PutNew::Exists),
                Err(object_store::Error::NotImplemented { .. }) => StoreProblem::IgnoresCreateOnly,
                Err(error) => match StoreProblem::of(&error) {
                    StoreProblem::Unsupported(code) => StoreProblem::RefusesCreateOnly(code),
                    problem => problem,
                },
            };
            // `object_store` does not make such a put again when it broke off; whoever puts reads back what exists.
            if self.wire.is_none() || !problem.may_pass() || !budget.wait().await {
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

impl Pages {
    /// Every object under a prefix, behind a key if one is given, and what cannot be named.
    async fn list(
        &self,
        front: &str,
        after: Option<&ObjectPath>,
    ) -> object_store::Result<(Vec<ObjectMeta>, Vec<Object>)> {
        let prefix = Some(front).filter(|front| !front.is_empty());
        let offset = after.filter(|_| self.begins_behind).map(ToString::to_string);
        let (mut metas, mut taken, mut page_token) = (Vec::new(), Vec::new(), None);
        loop {
            let options = PaginatedListOptions { offset: offset.clone(), page_token, ..Default::default() };
            let PaginatedListResult { result, page_token: next } =
                self.inner.list_paginated(prefix, options).await?;
            metas.extend(result.objects);
            taken.extend(Unnameable::beside(&result.extensions));
            page_token = next.filter(|token| !token.is_empty());
            if page_token.is_none() {
                return Ok((metas, taken));
            }
        }
    }
}

fn object(key: String, meta: ObjectMeta, place: &Place<'_>) -> Result<Object, StoreError> {
    let micros = meta.last_modified.timestamp_micros();
    let last_modified = Timestamp::from_microsecond(micros).map_err(|error| place.io(&error))?;
    Ok(Object { key, etag: meta.e_tag, size: meta.size, last_modified })
}
