//! Which export is read next. Those of a bucket are fetched while others are decoded.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::{RunError, Stop};
use coverledger_store::{Fetched, Object, Store, StoreError};

/// Bytes that may be fetched ahead; they wait in unnamed files.
const MOST_BYTES: u64 = 256 << 20;

type Fetching = JoinHandle<Result<Fetched, StoreError>>;

/// The exports of a batch, in the order in which they are read.
pub(super) struct Ahead<'a> {
    store: &'a Store,
    spool_dir: &'a Path,
    handle: &'a Handle,
    order: Vec<(usize, &'a Object)>,
    /// So many besides those that are taken. None of a folder, whose files are read where they lie.
    most: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    begun: usize,
    taken: usize,
    /// What was begun and not taken.
    coming: VecDeque<Fetching>,
    bytes: u64,
}

/// An export to be read.
pub(super) struct Next<'a> {
    /// Its number in the batch.
    pub(super) index: usize,
    object: &'a Object,
    coming: Option<Fetching>,
}

impl<'a> Ahead<'a> {
    /// As many ahead as there are threads.
    pub(super) fn new(
        store: &'a Store,
        spool_dir: &'a Path,
        handle: &'a Handle,
        order: Vec<(usize, &'a Object)>,
        threads: usize,
    ) -> Self {
        let most = if store.folder().is_some() { 0 } else { threads };
        Self { store, spool_dir, handle, order, most, queue: Mutex::default() }
    }

    /// The next export, and what is being fetched of those behind it.
    pub(super) fn next(&self) -> Option<Next<'a>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (index, object) = *self.order.get(queue.taken)?;
        queue.taken += 1;
        if self.most == 0 {
            return Some(Next { index, object, coming: None });
        }
        let coming = queue.coming.pop_front();
        queue.bytes = queue.bytes.saturating_sub(if coming.is_some() { object.size } else { 0 });
        queue.begun = queue.begun.max(queue.taken);
        let coming = coming.unwrap_or_else(|| self.fetch(object));
        while let Some((_, behind)) = self.order.get(queue.begun).filter(|(_, behind)| {
            queue.coming.len() < self.most && queue.bytes.saturating_add(behind.size) <= MOST_BYTES
        }) {
            let fetching = self.fetch(behind);
            queue.coming.push_back(fetching);
            queue.bytes += behind.size;
            queue.begun += 1;
        }
        Some(Next { index, object, coming: Some(coming) })
    }

    fn fetch(&self, object: &Object) -> Fetching {
        let (store, object, spool_dir) = (self.store.clone(), object.clone(), self.spool_dir.to_owned());
        self.handle.spawn(async move { store.fetch(&object, &spool_dir).await }.in_current_span())
    }

    /// Waits for an export. `None` if it was stopped.
    pub(super) fn fetched(
        &self,
        next: Next<'_>,
        stop: &Stop,
    ) -> Result<Option<Result<Fetched, StoreError>>, RunError> {
        let Some(mut coming) = next.coming else {
            return Ok(self.handle.block_on(stop.or(self.store.fetch(next.object, self.spool_dir))));
        };
        let Some(fetched) = self.handle.block_on(stop.or(&mut coming)) else {
            coming.abort();
            return Ok(None);
        };
        fetched.map(Some).map_err(|_| RunError::Worker)
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        let queue = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner);
        queue.coming.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;

    #[test]
    fn each_export_is_fetched_once_in_order_and_no_more_ahead_than_may_be() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (temp, stop) = (tempfile::tempdir().unwrap(), Stop::new());
        let store = Store::over(Arc::new(InMemory::new()), "", "memory").unwrap();
        let objects = runtime.block_on(async {
            for number in 0..9 {
                store.put(&format!("{number}"), vec![b'x'; number].into()).await.unwrap();
            }
            store.list("").await.unwrap()
        });
        let order: Vec<(usize, &Object)> = objects.iter().enumerate().rev().collect();
        let ahead = Ahead::new(&store, temp.path(), runtime.handle(), order, 2);
        let mut sizes = Vec::new();
        while let Some(next) = ahead.next() {
            let queue = ahead.queue.lock().unwrap();
            assert_eq!(queue.coming.len(), 2.min(next.index), "{}", next.index);
            drop(queue);
            let index = next.index;
            let fetched = ahead.fetched(next, &stop).unwrap().unwrap().unwrap();
            sizes.push((index, fetched.size));
        }
        assert_eq!(sizes, (0..9).rev().map(|size| (size, size as u64)).collect::<Vec<_>>());
    }
}
