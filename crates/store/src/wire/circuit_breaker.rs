//! Circuit breaker: a store that only fails is not asked for every request.
//!
//! Each request is tried again for about a minute. Without this, a hundred exports would take a hundred minutes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Only failures for so long, and so many of them, open the circuit.
const AFTER: Duration = Duration::from_mins(1);
const AFTER_FAILURES: u32 = 3;
/// While it is open, one request in so long finds out whether the store answers again.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// The failures of a store since its last answer.
#[derive(Debug, Default)]
pub(super) struct CircuitBreaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    since: Option<Instant>,
    failures: u32,
    probed_at: Option<Instant>,
}

/// The circuit is open, and the store was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing but failures for {} s", AFTER.as_secs())]
pub(crate) struct CircuitOpen;

impl CircuitBreaker {
    /// Whether a request may be made.
    pub(super) fn check(&self, now: Instant) -> Result<(), CircuitOpen> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = state.failures >= AFTER_FAILURES
            && state.since.is_some_and(|since| now.saturating_duration_since(since) > AFTER);
        if !is_open {
            return Ok(());
        }
        if state.probed_at.is_some_and(|at| now.saturating_duration_since(at) < PROBE_EVERY) {
            return Err(CircuitOpen);
        }
        state.probed_at = Some(now);
        Ok(())
    }

    pub(super) fn record_success(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    pub(super) fn record_failure(&self, now: Instant) {
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
        let (breaker, start) = (CircuitBreaker::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..3 {
            assert_eq!(breaker.check(at(second)), Ok(()));
            breaker.record_failure(at(second));
        }
        assert_eq!(breaker.check(at(59)), Ok(()), "a minute is not over");
        assert_eq!(breaker.check(at(61)), Ok(()), "a probe");
        assert_eq!(breaker.check(at(62)), Err(CircuitOpen));
        assert_eq!(breaker.check(at(67)), Ok(()), "the next probe");
        breaker.record_success();
        breaker.record_failure(at(67));
        assert_eq!(breaker.check(at(200)), Ok(()), "one failure opens no circuit");
    }
}
