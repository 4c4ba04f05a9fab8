//! Time limits of reading: for an export, after which it is given up, and for a platform while others wait (its stint).
//!
//! No published number depends on them. An export that is given up fails its market-days by name; a platform whose stint
//! is over is read again from its present batch when the others have had theirs.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::stop::Stop;
use coverledger_read::export::Halt;

/// What a platform's first stint takes besides its bytes.
const FIRST_STINT: Duration = Duration::from_secs(5);
/// Each stint is so many times as long as the one before: together those that were too short take at most a third of the
/// one that suffices.
const LONGER: u32 = 4;
/// Bytes of exports that are read in a second in the worst case; usually it is ten times as many.
const BYTES_A_SECOND: u64 = 1 << 20;

/// Why reading was ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The run was asked to stop.
    Stopped,
    /// The platform's stint is over.
    StintOver,
    /// Another run took its market-days over, and does the same work. Only what is counted elsewhere ends so.
    #[cfg_attr(not(feature = "spark"), expect(dead_code, reason = "nothing is counted elsewhere"))]
    LeaseLost,
    /// The export took longer than one may.
    TooLong,
}

/// How long a platform may be read while others wait. `None` if no other waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stint(Option<Instant>);

impl Stint {
    /// The stint of this number, from 0, for so many bytes of exports.
    pub(crate) fn begin(number: u32, bytes: u64) -> Self {
        Self(Instant::now().checked_add(Self::length(number, bytes)))
    }

    fn length(number: u32, bytes: u64) -> Duration {
        let once = FIRST_STINT.saturating_add(Duration::from_secs(bytes / BYTES_A_SECOND));
        once.saturating_mul(LONGER.saturating_pow(number))
    }

    /// No other platform waits.
    pub(crate) const fn without_end() -> Self {
        Self(None)
    }

    /// Whether it is over.
    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| end <= Instant::now())
    }

    async fn end(self) {
        match self.0 {
            Some(end) => tokio::time::sleep_until(end).await,
            None => std::future::pending().await,
        }
    }
}

/// Watches the time while one export is read.
pub(crate) struct Watch {
    /// Asked when it is to be read no further.
    quit: Stop,
    ended: Arc<OnceLock<Ended>>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Watches until it is dropped. Asks `quit` to stop the fetch and the reader of the export.
    pub(crate) fn begin(handle: &Handle, stop: &Stop, stint: Stint, limit: Duration, quit: &Stop) -> Self {
        let (quit, ended) = (quit.clone(), Arc::new(OnceLock::new()));
        let (stop, asking, noting) = (stop.clone(), quit.clone(), Arc::clone(&ended));
        let task = handle.spawn(async move {
            let why = tokio::select! {
                biased;
                () = stop.asked() => Ended::Stopped,
                () = tokio::time::sleep(limit) => Ended::TooLong,
                () = stint.end() => Ended::StintOver,
            };
            let _ = noting.set(why);
            asking.ask();
        });
        Self { quit, ended, task }
    }

    /// For the reader, which looks between two records.
    pub(crate) fn halt(&self) -> &Halt {
        self.quit.halt()
    }

    /// Why reading was ended, if it was.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.ended.get().copied()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What ends reading, if only these can.
    async fn ended(stop: &Stop, stint: Stint, limit: Duration) -> Ended {
        let quit = Stop::new();
        let watch = Watch::begin(&Handle::current(), stop, stint, limit, &quit);
        quit.asked().await;
        assert!(watch.halt().is_asked());
        watch.ended().unwrap()
    }

    #[tokio::test]
    async fn reading_is_ended_by_a_stop_by_its_limit_and_by_the_end_of_the_stint() {
        const LONG: Duration = Duration::from_hours(24);
        let (nobody, asked) = (Stop::new(), Stop::new());
        asked.ask();
        let over = Stint(Some(Instant::now()));
        assert_eq!(ended(&nobody, Stint::without_end(), Duration::ZERO).await, Ended::TooLong);
        assert_eq!(ended(&nobody, over, LONG).await, Ended::StintOver);
        assert_eq!(ended(&asked, Stint::without_end(), LONG).await, Ended::Stopped);
        assert_eq!(ended(&asked, over, Duration::ZERO).await, Ended::Stopped, "a stop comes first");
    }

    #[tokio::test]
    async fn who_reads_is_let_alone_while_nothing_is_over() {
        let watch = Watch::begin(
            &Handle::current(),
            &Stop::new(),
            Stint::begin(0, 0),
            Duration::from_mins(1),
            &Stop::new(),
        );
        tokio::task::yield_now().await;
        assert_eq!((watch.ended(), watch.halt().is_asked()), (None, false));
    }

    #[test]
    fn stints_grow_with_the_bytes_and_each_is_longer_than_the_one_before() {
        let seconds = |number, bytes| Stint::length(number, bytes).as_secs();
        assert_eq!([seconds(0, 0), seconds(0, 10 << 20), seconds(1, 10 << 20)], [5, 15, 60]);
        assert!(!Stint::begin(u32::MAX, u64::MAX).is_over(), "no clock goes so far");
        assert!(!Stint::without_end().is_over() && Stint(Some(Instant::now())).is_over());
    }
}
