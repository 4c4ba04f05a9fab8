//! A request to stop: a run finishes what it is publishing, begins nothing new, and reports what it left.

use std::sync::Arc;

use tokio::sync::Notify;

use coverledger_read::export::Halt;

/// Whether a run was asked to stop. Cheap to clone; never taken back.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    halt: Halt,
    bell: Notify,
}

impl Stop {
    /// Not asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the stop.
    pub fn ask(&self) {
        self.0.halt.ask();
        self.0.bell.notify_waiters();
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.halt.is_asked()
    }

    /// Completes as soon as it is asked for.
    pub async fn asked(&self) {
        // Registered before the flag is read, or the notification could be missed.
        let rung = self.0.bell.notified();
        if !self.is_asked() {
            rung.await;
        }
    }

    /// The result of `work`, unless the stop comes first: then `work` is dropped where it waits.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.asked() => None,
            done = work => Some(done),
        }
    }

    /// For readers, which look between two records.
    #[must_use]
    pub fn halt(&self) -> &Halt {
        &self.0.halt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_waits_is_dropped_when_the_stop_is_asked_for() {
        let stop = Stop::new();
        assert_eq!(stop.or(async { 7 }).await, Some(7));
        let waits = stop.clone();
        let waiting = tokio::spawn(async move { waits.or(std::future::pending::<()>()).await });
        tokio::task::yield_now().await;
        stop.ask();
        assert_eq!(waiting.await.unwrap(), None);
        // The flag stays set for those that come later.
        stop.asked().await;
        assert_eq!(stop.or(async { 7 }).await, None);
    }
}
