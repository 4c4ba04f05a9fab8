//! Several things at a time that wait for a store, told in order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tracing::Span;

use super::Stop;

/// Carries out jobs by their numbers, each on a thread that may wait, and tells what came of them in their order.
///
/// One at first, and one more for each that is done, up to `at_most`: a store that refuses, or somebody who asks to
/// stop, is noticed early. Asked to stop, it begins no other.
pub(super) fn abreast<T: Send>(
    jobs: usize,
    at_most: usize,
    stop: &Stop,
    work: impl Fn(usize) -> T + Sync,
    tell: impl FnMut(usize, T) + Send,
) {
    let line = Line {
        state: Mutex::new(State { begun: 0, told: 0, is_broken: false, waiting: Vec::new(), tell }),
        moved: Condvar::new(),
    };
    let span = Span::current();
    std::thread::scope(|scope| {
        for _ in 0..at_most.clamp(1, jobs.max(1)) {
            scope.spawn(|| {
                let _entered = span.enter();
                let _broken = Broken(&line);
                while let Some(number) = line.next(jobs, stop) {
                    line.done(number, work(number));
                }
            });
        }
    });
}

struct Line<T, F> {
    state: Mutex<State<T, F>>,
    moved: Condvar,
}

struct State<T, F> {
    begun: usize,
    told: usize,
    /// A job panicked: nobody waits for it.
    is_broken: bool,
    /// What is done and waits for one before it.
    waiting: Vec<(usize, T)>,
    tell: F,
}

impl<T, F: FnMut(usize, T)> Line<T, F> {
    fn state(&self) -> MutexGuard<'_, State<T, F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, once it may begin.
    fn next(&self, jobs: usize, stop: &Stop) -> Option<usize> {
        let is_too_early = |state: &mut State<T, F>| {
            let done = state.told + state.waiting.len();
            state.begun < jobs && state.begun - done > done && !stop.is_asked() && !state.is_broken
        };
        let mut state = self.moved.wait_while(self.state(), is_too_early).unwrap_or_else(PoisonError::into_inner);
        let next = state.begun;
        if next == jobs || stop.is_asked() || state.is_broken {
            return None;
        }
        state.begun += 1;
        Some(next)
    }

    fn done(&self, number: usize, outcome: T) {
        let mut state = self.state();
        state.waiting.push((number, outcome));
        while let Some(index) = state.waiting.iter().position(|(number, _)| *number == state.told) {
            let (number, outcome) = state.waiting.swap_remove(index);
            (state.tell)(number, outcome);
            state.told += 1;
        }
        drop(state);
        self.moved.notify_all();
    }
}

/// Lets nobody wait for a thread that panicked; joining it tells.
struct Broken<'a, T, F: FnMut(usize, T)>(&'a Line<T, F>);

impl<T, F: FnMut(usize, T)> Drop for Broken<'_, T, F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().is_broken = true;
            self.0.moved.notify_all();
        }
    }
}

/// So many at a time may do what takes memory.
#[derive(Debug)]
pub(super) struct Turns {
    left: Mutex<usize>,
    freed: Condvar,
}

impl Turns {
    pub(super) fn new(at_a_time: usize) -> Self {
        Self { left: Mutex::new(at_a_time.max(1)), freed: Condvar::new() }
    }

    /// Waits for a turn, which is over when it is dropped.
    pub(super) fn take(&self) -> Turn<'_> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = self.freed.wait_while(left, |left| *left == 0).unwrap_or_else(PoisonError::into_inner);
        *left -= 1;
        Turn(self)
    }
}

/// A turn.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.left.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn outcomes_are_told_in_order_and_never_more_are_at_work_than_may_be() {
        let (at_work, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |number: usize| {
            most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..(97 - number % 97) {
                std::thread::yield_now();
            }
            at_work.fetch_sub(1, Ordering::SeqCst);
            number * 2
        };
        let mut told = Vec::new();
        abreast(500, 4, &Stop::new(), work, |number, outcome| told.push((number, outcome)));
        assert_eq!(told, (0..500).map(|number| (number, number * 2)).collect::<Vec<_>>());
        assert!((1..=4).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    }

    #[test]
    fn a_stop_after_the_first_leaves_the_rest() {
        let (stop, begun) = (Stop::new(), AtomicUsize::new(0));
        let work = |_| begun.fetch_add(1, Ordering::SeqCst);
        abreast(100, 8, &stop, work, |_, _| stop.ask());
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn nothing_to_do_is_done() {
        abreast(0, 8, &Stop::new(), |_| (), |_, ()| panic!("there is nothing to tell"));
    }

    #[test]
    fn a_job_that_panics_keeps_nobody_waiting() {
        let work = |number: usize| assert_ne!(number, 5, "planted");
        let panicked = std::panic::catch_unwind(|| abreast(100, 8, &Stop::new(), work, |_, ()| {}));
        assert!(panicked.is_err());
    }
}
