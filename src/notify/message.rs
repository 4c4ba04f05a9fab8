//! The content of a notification: how many market-days, which, and why.

use jiff::Timestamp;

use coverledger_config::Topic;
use coverledger_core::model::{MarketDay, legible};

/// Items that a message carries; the rest is a number.
const MAX_ITEMS: usize = 50;
/// Characters of a reason that a message carries.
const MAX_REASON_CHARS: usize = 300;

/// A notification of one run of one job about one topic. Its size is bounded, however much went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The job; empty where it is about all of them.
    pub job: String,
    /// The run, as told in its log and its receipts; empty where it is about none.
    pub run_id: String,
    /// The instant as of which it ran.
    pub as_of: Timestamp,
    /// What happened.
    pub topic: Topic,
    /// To what, and why: the first 50.
    pub items: Vec<Item>,
    /// Items that are not listed.
    pub omitted: usize,
}

/// One of the things that a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The market-day; `None`: the run itself.
    pub market_day: Option<MarketDay>,
    /// Why, in words, on one line and at most 300 characters long.
    pub reason: String,
}

impl Message {
    /// A message about these items, of which the first are listed: the run itself, then market-days in their order.
    #[must_use]
    pub fn new(job: &str, run_id: &str, as_of: Timestamp, topic: Topic, mut items: Vec<Item>) -> Self {
        items.sort_by(|one, other| one.market_day.cmp(&other.market_day));
        let omitted = items.len().saturating_sub(MAX_ITEMS);
        items.truncate(MAX_ITEMS);
        for item in &mut items {
            item.reason = one_line(&item.reason);
        }
        Self { job: job.to_owned(), run_id: run_id.to_owned(), as_of, topic, items, omitted }
    }

    /// Market-days that it is about, those that are not listed among them.
    #[must_use]
    pub fn market_days(&self) -> usize {
        self.items.iter().filter(|item| item.market_day.is_some()).count() + self.omitted
    }

    /// Job, topic and how many market-days, on one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let is_of_run = self.items.iter().any(|item| item.market_day.is_none());
        let (what, is_one) = match (is_of_run, self.market_days()) {
            (true, 0) => ("the run".to_owned(), true),
            (true, days) => (format!("the run and {}", counted(days)), false),
            (false, days) => (counted(days), days == 1),
        };
        let happened = match self.topic {
            Topic::Failed => "failed",
            Topic::Held if is_one => "is held back",
            Topic::Held => "are held back",
            Topic::Late if is_one => "is late",
            Topic::Late => "are late",
            Topic::Recovered => "recovered",
            Topic::SlowStarts if is_one => "has too many slow starts",
            Topic::SlowStarts => "have too many slow starts",
            Topic::Configuration => return "coverledger: the configuration was changed".to_owned(),
        };
        format!("coverledger job {}: {what} {happened}", self.job)
    }
}

fn counted(days: usize) -> String {
    format!("{days} market-day{}", if days == 1 { "" } else { "s" })
}

/// A text on one line with nothing that steers, of bounded length.
fn one_line(text: &str) -> String {
    let text = text.replace('\n', " ");
    let text = legible(&text);
    let mut line: String = text.chars().take(MAX_REASON_CHARS).collect();
    if text.chars().nth(MAX_REASON_CHARS).is_some() {
        line.push('…');
    }
    line
}
