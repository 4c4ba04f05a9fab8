//! How long a read is tried again that got a wrong answer: what `object_store` takes for an answer and is none.
//!
//! Requests that fail are tried again by `object_store` itself. Here are a body shorter than it should be, another
//! `ETag` than a moment ago, bytes that are not those of their `ETag`.

use std::time::{Duration, Instant};

const MOST_TRIES: u32 = 10;
const MOST_TIME: Duration = Duration::from_secs(45);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// What is left of it.
#[derive(Debug)]
pub(super) struct Patience {
    since: Instant,
    tries: u32,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), tries: 0 }
    }

    /// Waits a little before the next try. `false`: it is at an end.
    pub(super) async fn lasts(&mut self) -> bool {
        self.tries += 1;
        if self.tries >= MOST_TRIES || self.since.elapsed() > MOST_TIME {
            return false;
        }
        tokio::time::sleep(LONGEST_PAUSE.min(Duration::from_millis(20 << self.tries.min(10)))).await;
        true
    }
}
