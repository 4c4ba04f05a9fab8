//! Counts requests, retries and bytes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use object_store::client::HttpRequest;

/// Requests that failed and were not made again are forgotten beyond so many.
const MOST_FAILED: usize = 10_000;

/// Requests to a store since it was opened. A folder has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// All of them.
    pub requests: u64,
    /// Those that were made again because they had failed.
    pub retries: u64,
    /// Bytes of all answers.
    pub bytes_read: u64,
    /// Those of them that were read of objects and then read again from their start.
    pub bytes_reread: u64,
}

/// Counts it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    retries: AtomicU64,
    bytes_read: AtomicU64,
    bytes_reread: AtomicU64,
    /// How often a request failed that was not made again yet.
    failed: Mutex<HashMap<u64, u32>>,
}

/// A request, to know it by when it is made again: what is asked of what, whatever part of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(u64);

impl Meter {
    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
            bytes_reread: self.bytes_reread.load(Ordering::Relaxed),
        }
    }

    pub(super) fn begins(&self, request: &HttpRequest) -> RequestId {
        let mut hasher = DefaultHasher::new();
        (request.method(), request.uri()).hash(&mut hasher);
        let id = hasher.finish();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = failed.get_mut(&id) {
            *times -= 1;
            if *times == 0 {
                failed.remove(&id);
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
        RequestId(id)
    }

    pub(super) fn fails(&self, request: RequestId) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() < MOST_FAILED {
            *failed.entry(request.0).or_default() += 1;
        }
    }

    /// So many bytes of an object were not what they should be, and it is asked for once more.
    pub(super) fn reads_again(&self, bytes: u64) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.bytes_reread.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn reads(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }
}
