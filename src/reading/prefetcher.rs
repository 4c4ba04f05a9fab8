//! Fetches exports of a bucket ahead of the threads that decode them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::reading_error::ReadingError;
use super::stop::Stop;
use coverledger_store::{Fetched, Object, Store, StoreError};

/// Bytes that may be fetched ahead; they wait in unnamed files.
const MOST_BYTES: u64 = 256 << 20;

/// The exports of a batch, in the order in which they are read.
pub(crate) struct Prefetcher<'a> {
    store: &'a Store,
    spool_dir: &'a Path,
    handle: &'a Handle,
    order: Vec<(usize, &'a Object)>,
    /// How many are fetched besides those that are taken. None of a folder, whose files are read where they lie.
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

/// An export that is being fetched by a task.
struct Fetching {
    /// `None` if it was told to quit.
    fetched: oneshot::Receiver<Option<Result<Fetched, StoreError>>>,
    /// Asked, it ends the task; so does dropping it before it is taken.
    quit: Stop,
}

/// An export to be read.
pub(crate) struct Next {
    /// Its number in the batch.
    pub(crate) index: usize,
    coming: Fetching,
}

impl Next {
    /// Ends the fetch when it is asked.
    pub(crate) const fn quit(&self) -> &Stop {
        &self.coming.quit
    }

    /// Blocks this thread until the export is there. `None` if it was told to quit.
    ///
    /// # Errors
    /// [`ReadingError::Worker`] if the task that fetches it panicked.
    pub(crate) fn fetched(self) -> Result<Option<Result<Fetched, StoreError>>, ReadingError> {
        self.coming.fetched.blocking_recv().map_err(|_| ReadingError::Worker)
    }
}

impl<'a> Prefetcher<'a> {
    /// As many ahead as there are threads.
    pub(crate) fn new(
        store: &'a Store,
        spool_dir: &'a Path,
        handle: &'a Handle,
        order: Vec<(usize, &'a Object)>,
        threads: usize,
    ) -> Self {
        let most = if store.folder().is_some() { 0 } else { threads };
        Self { store, spool_dir, handle, order, most, queue: Mutex::default() }
    }

    /// The next export; begins to fetch those behind it.
    pub(crate) fn next(&self) -> Option<Next> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (index, object) = *self.order.get(queue.taken)?;
        queue.taken += 1;
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
        Some(Next { index, coming })
    }

    fn fetch(&self, object: &Object) -> Fetching {
        let (store, object, spool_dir) = (self.store.clone(), object.clone(), self.spool_dir.to_owned());
        let (quit, (done, fetched)) = (Stop::new(), oneshot::channel());
        let asked = quit.clone();
        let fetching = async move {
            // Nobody is left to hear of it if the batch was ended.
            let _ = done.send(asked.or(store.fetch(&object, &spool_dir)).await);
        };
        self.handle.spawn(fetching.in_current_span());
        Fetching { fetched, quit }
    }
}

impl Drop for Prefetcher<'_> {
    fn drop(&mut self) {
        let queue = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner);
        queue.coming.iter().for_each(|fetching| fetching.quit.ask());
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
        let temp = tempfile::tempdir().unwrap();
        let store = Store::over(Arc::new(InMemory::new()), "", "memory").unwrap();
        let objects = runtime.block_on(async {
            for number in 0..9 {
                store.put(&format!("{number}"), vec![b'x'; number].into()).await.unwrap();
            }
            store.list("").await.unwrap()
        });
        let order: Vec<(usize, &Object)> = objects.iter().enumerate().rev().collect();
        let prefetcher = Prefetcher::new(&store, temp.path(), runtime.handle(), order, 2);
        let mut sizes = Vec::new();
        while let Some(next) = prefetcher.next() {
            let queue = prefetcher.queue.lock().unwrap();
            assert_eq!(queue.coming.len(), 2.min(next.index), "{}", next.index);
            drop(queue);
            let index = next.index;
            let fetched = next.fetched().unwrap().unwrap().unwrap();
            sizes.push((index, fetched.size));
        }
        assert_eq!(sizes, (0..9).rev().map(|size| (size, size as u64)).collect::<Vec<_>>());
    }

    #[test]
    fn who_waits_for_an_export_is_freed_when_it_is_told_to_quit() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let temp = tempfile::tempdir().unwrap();
        let store = Store::over(Arc::new(InMemory::new()), "", "memory").unwrap();
        let objects = runtime.block_on(async {
            store.put("0", "x".into()).await.unwrap();
            store.list("").await.unwrap()
        });
        let prefetcher = Prefetcher::new(&store, temp.path(), runtime.handle(), vec![(0, &objects[0])], 1);
        // Held up until it is told to quit: the only thread of the runtime is busy.
        let (free, busy) = std::sync::mpsc::channel::<()>();
        runtime.spawn(async move { busy.recv() });
        let next = prefetcher.next().unwrap();
        next.quit().ask();
        drop(free);
        assert!(next.fetched().unwrap().is_none());
    }
}
