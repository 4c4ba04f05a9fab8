//! Retry budget for reads that succeeded at HTTP level but returned wrong content.
//!
//! `object_store` itself makes requests again that fail. Here it is a body shorter than it should be, another `ETag` than
//! a moment ago, or bytes that do not have the checksum in their `ETag`.

use std::time::{Duration, Instant};

const MOST_TRIES: u32 = 10;
const MOST_TIME: Duration = Duration::from_secs(45);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// How often, and for how long, a read is tried again.
#[derive(Debug)]
pub(super) struct RetryBudget {
    since: Instant,
    tries: u32,
}

impl RetryBudget {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), tries: 0 }
    }

    /// Waits a little before the next try. `false`: the budget is spent.
    pub(super) async fn wait(&mut self) -> bool {
        self.tries += 1;
        if self.tries >= MOST_TRIES || self.since.elapsed() > MOST_TIME {
            return false;
        }
        tokio::time::sleep(LONGEST_PAUSE.min(Duration::from_millis(20 << self.tries.min(10)))).await;
        true
    }
}
