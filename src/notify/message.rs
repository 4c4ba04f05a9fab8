//! The content of a notification: how many market-days, which, and why.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::words;
use coverledger_config::{Language, Topic};
use coverledger_core::model::{MarketDay, legible};
use coverledger_core::time::Zone;

/// Items that a chat shows; a program gets all that the message carries.
const CHAT_ITEMS: usize = 10;
/// Market-days that a chat names with a reason that they have in common.
const CHAT_DAYS: usize = 8;
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
    /// The team's own clock, by which people are told instants.
    pub home: Zone,
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
    pub fn new(
        job: &str,
        run_id: &str,
        as_of: Timestamp,
        home: &Zone,
        topic: Topic,
        mut items: Vec<Item>,
    ) -> Self {
        items.sort_by(|one, other| one.market_day.cmp(&other.market_day));
        let omitted = items.len().saturating_sub(MAX_ITEMS);
        items.truncate(MAX_ITEMS);
        for item in &mut items {
            item.reason = one_line(&item.reason);
        }
        let (job, run_id, home) = (job.to_owned(), run_id.to_owned(), home.clone());
        Self { job, run_id, as_of, home, topic, items, omitted }
    }

    /// Market-days that it is about, those that are not listed among them.
    #[must_use]
    pub fn market_days(&self) -> usize {
        self.items.iter().filter(|item| item.market_day.is_some()).count() + self.omitted
    }

    /// Job, topic and how many market-days, on one line.
    #[must_use]
    pub fn headline(&self, language: Language) -> String {
        let is_of_run = self.items.iter().any(|item| item.market_day.is_none());
        match language {
            Language::English => english(&self.job, self.topic, is_of_run, self.market_days()),
            Language::Chinese => chinese(&self.job, self.topic, is_of_run, self.market_days()),
        }
    }

    /// All of it for people: market-days with the same reason together, instants on the team's own clock.
    pub(super) fn text(&self, language: Language) -> String {
        let is_english = language == Language::English;
        let mut text = self.headline(language);
        let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
        for item in &self.items {
            let what = match &item.market_day {
                Some(day) => day.to_string(),
                None if self.topic == Topic::Configuration && is_english => "the configuration".to_owned(),
                None if self.topic == Topic::Configuration => "配置".to_owned(),
                None if is_english => "the run".to_owned(),
                None => "整次运行".to_owned(),
            };
            match lines.iter_mut().find(|(reason, _)| *reason == item.reason) {
                Some((_, others)) => others.push(what),
                None => lines.push((&item.reason, vec![what])),
            }
        }
        let separator = if is_english { ": " } else { "：" };
        for (reason, days) in lines.iter().take(CHAT_ITEMS) {
            let _ = write!(text, "\n{}{separator}{reason}", words::list(days, CHAT_DAYS, language));
        }
        let rest = lines.iter().skip(CHAT_ITEMS).map(|(_, days)| days.len()).sum::<usize>() + self.omitted;
        let _ = match (rest, language) {
            (0, _) => Ok(()),
            (_, Language::English) => write!(text, "\n… and {rest} more: see coverledger status {}", self.job),
            (_, Language::Chinese) => write!(text, "\n……另有 {rest} 项：见 coverledger status {}", self.job),
        };
        let at = self.home.local(self.as_of).strftime("%Y-%m-%d %H:%M");
        let zone = self.home.name();
        let _ = match (self.run_id.as_str(), language) {
            ("", Language::English) => write!(text, "\nas of {at} {zone}"),
            ("", Language::Chinese) => write!(text, "\n截至 {at} {zone}"),
            (run_id, Language::English) => write!(text, "\nrun {run_id} as of {at} {zone}"),
            (run_id, Language::Chinese) => write!(text, "\n运行 {run_id}，截至 {at} {zone}"),
        };
        text
    }
}

fn english(job: &str, topic: Topic, is_of_run: bool, days: usize) -> String {
    let counted = || format!("{days} market-day{}", if days == 1 { "" } else { "s" });
    let (what, is_one) = match (is_of_run, days) {
        (true, 0) => ("the run".to_owned(), true),
        (true, _) => (format!("the run and {}", counted()), false),
        (false, days) => (counted(), days == 1),
    };
    let happened = match topic {
        Topic::Failed => "failed",
        Topic::Held if is_one => "is held back",
        Topic::Held => "are held back",
        Topic::Late if is_one => "is late",
        Topic::Late => "are late",
        Topic::Recovered => "recovered",
        Topic::SlowStarts if is_one => "has too many slow starts",
        Topic::SlowStarts => "have too many slow starts",
        Topic::Configuration => return "coverledger: the configuration was changed".to_owned(),
        // These say it themselves.
        Topic::Brief | Topic::Switch => "",
    };
    format!("coverledger job {job}: {what} {happened}")
}

fn chinese(job: &str, topic: Topic, is_of_run: bool, days: usize) -> String {
    let what = match (is_of_run, days) {
        (true, 0) => "整次运行".to_owned(),
        (true, _) => format!("整次运行和 {days} 个市场日"),
        (false, _) => format!("{days} 个市场日"),
    };
    let happened = match topic {
        Topic::Failed => "失败",
        Topic::Held => "暂不发布",
        Topic::Late => "数据迟到",
        Topic::Recovered => "已恢复",
        Topic::SlowStarts => "起播过慢的次数太多",
        Topic::Configuration => return "coverledger：配置已更改".to_owned(),
        // These say it themselves.
        Topic::Brief | Topic::Switch => "",
    };
    format!("coverledger 任务 {job}：{what}{happened}")
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
