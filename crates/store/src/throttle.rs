//! How many bytes of exports may be read in a second, over all threads.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So much may come at once after a pause.
const BURST: Duration = Duration::from_millis(250);

/// A bucket that fills with time and is emptied by reading.
#[derive(Debug)]
pub(super) struct Throttle {
    bytes_per_second: u64,
    started: Instant,
    /// When what was taken so far is paid for, after `started`.
    paid_at: Mutex<Duration>,
}

impl Throttle {
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self { bytes_per_second: bytes_per_second.max(1), started: Instant::now(), paid_at: Mutex::default() }
    }

    /// Pays for bytes that were just read: returns when the next may be.
    pub(super) async fn pay(&self, bytes: u64) {
        let wait = self.wait_for(bytes, self.started.elapsed());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// How long whoever took so many bytes has to wait at an instant.
    fn wait_for(&self, bytes: u64, now: Duration) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second);
        let cost = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        *paid_at = (*paid_at).max(now.saturating_sub(BURST)).saturating_add(cost);
        paid_at.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads that read as fast as they may, on a clock of their own: how long they take.
    fn seconds_for(threads: u64, reads: u64, bytes: u64, bytes_per_second: u64) -> f64 {
        let throttle = Throttle::new(bytes_per_second);
        let mut ready_at: Vec<Duration> = (0..threads).map(|_| Duration::ZERO).collect();
        for _ in 0..reads {
            let next = ready_at.iter_mut().min().unwrap();
            *next += throttle.wait_for(bytes, *next);
        }
        ready_at.into_iter().max().unwrap().as_secs_f64()
    }

    #[test]
    fn any_number_of_threads_together_keep_to_the_rate() {
        for threads in [1, 2, 16] {
            let seconds = seconds_for(threads, 1000, 65_536, 6_553_600);
            assert!((10.0..10.1).contains(&seconds), "{threads} threads took {seconds} s");
        }
    }

    #[test]
    fn what_was_not_taken_is_not_kept_beyond_a_moment() {
        let throttle = Throttle::new(1000);
        assert_eq!(throttle.wait_for(1000, Duration::ZERO), Duration::from_secs(1));
        assert_eq!(throttle.wait_for(250, Duration::from_hours(1)), Duration::ZERO);
        assert_eq!(throttle.wait_for(1000, Duration::from_hours(1)), Duration::from_secs(1));
    }
}
