//! A store that has stopped answering is not asked on and on.
//!
//! Each request is patient for itself, for about a minute. Without this, a hundred exports would be a hundred minutes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nothing but failures for so long, and so many of them, is an outage.
const AFTER: Duration = Duration::from_mins(1);
const AFTER_FAILURES: u32 = 3;
/// During one, a request in so long finds out whether it is over.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// What is known of a store's health.
#[derive(Debug, Default)]
pub(super) struct Outage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    since: Option<Instant>,
    failures: u32,
    probed_at: Option<Instant>,
}

/// The store is out and was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing but failures for {} s", AFTER.as_secs())]
pub(crate) struct Out;

impl Outage {
    /// Whether the store may be asked.
    pub(super) fn ask(&self, now: Instant) -> Result<(), Out> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_out = state.failures >= AFTER_FAILURES
            && state.since.is_some_and(|since| now.saturating_duration_since(since) > AFTER);
        if !is_out {
            return Ok(());
        }
        if state.probed_at.is_some_and(|at| now.saturating_duration_since(at) < PROBE_EVERY) {
            return Err(Out);
        }
        state.probed_at = Some(now);
        Ok(())
    }

    pub(super) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.since.get_or_insert(now);
        state.failures = state.failures.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_only_fails_is_probed_now_and_then_until_it_answers() {
        let (outage, start) = (Outage::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..3 {
            assert_eq!(outage.ask(at(second)), Ok(()));
            outage.failed(at(second));
        }
        assert_eq!(outage.ask(at(59)), Ok(()), "a minute is not over");
        assert_eq!(outage.ask(at(61)), Ok(()), "a probe");
        assert_eq!(outage.ask(at(62)), Err(Out));
        assert_eq!(outage.ask(at(67)), Ok(()), "the next probe");
        outage.answered();
        outage.failed(at(67));
        assert_eq!(outage.ask(at(200)), Ok(()), "one failure is no outage");
    }
}
