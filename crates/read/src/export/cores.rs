//! How many processor cores reading may use.
//!
//! A thread that reads an export has one. Where another is left, a large export is decompressed on it, ahead of the thread
//! that reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The cores that readers share. Cheap to clone. By default there are none but those that readers run on.
#[derive(Debug, Clone, Default)]
pub struct Cores(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    most: usize,
    busy: AtomicUsize,
}

/// A core that is in use until this is dropped.
#[derive(Debug)]
pub struct Core(Arc<Shared>);

impl Cores {
    /// So many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Shared { most, busy: AtomicUsize::new(0) }))
    }

    /// Takes one for work that is done in any case.
    #[must_use]
    pub fn take(&self) -> Core {
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        Core(Arc::clone(&self.0))
    }

    /// Takes one for work that somebody else would do otherwise, if one is left.
    #[must_use]
    pub fn take_spare(&self) -> Option<Core> {
        let more = |busy: usize| (busy < self.0.most).then_some(busy + 1);
        let taken = self.0.busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.ok().map(|_| Core(Arc::clone(&self.0)))
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_left_as_long_as_fewer_are_in_use() {
        let cores = Cores::new(2);
        let first = cores.take();
        let second = cores.clone().take_spare();
        assert!(second.is_some() && cores.take_spare().is_none());
        let third = cores.take();
        drop(second);
        assert!(cores.take_spare().is_none(), "two work in any case");
        drop((first, third));
        assert!(cores.take_spare().is_some());
        assert!(Cores::default().take_spare().is_none());
    }
}
