//! Whom the tables of viewers over days are about.

use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::{dates, same_text};
use crate::decision_context::{Words, counted};
use coverledger_core::model::{MarketId, PlatformId, columns as c};
use coverledger_stats::{Estimate, Interval, Scale, benjamini_hochberg, student_upper};

/// How many of the differences that are told may be none.
pub(super) const FALSE_DISCOVERIES: f64 = 0.05;
/// All of them.
pub(super) const ALL: &str = "all";

/// A platform in a market, as of a date.
#[derive(Debug, Clone, Copy)]
pub struct ViewersOf<'a> {
    /// Where the broadcasts ran.
    pub platform: &'a PlatformId,
    /// Whom they were aimed at.
    pub market: &'a MarketId,
    /// The last local date that is published.
    pub as_of: Date,
    /// Which revision is rendered.
    pub revision: u64,
}

impl ViewersOf<'_> {
    /// The first columns.
    pub(super) fn keys(&self, windows: &[Option<[Date; 2]>]) -> Vec<Column> {
        let height = windows.len();
        let end = |name: &str, at: usize| dates(name, windows.iter().map(|window| Some((*window)?[at])).collect());
        vec![
            same_text(c::PLATFORM, self.platform.as_str(), height),
            same_text(c::MARKET, self.market.as_str(), height),
            dates(c::AS_OF, vec![Some(self.as_of); height]),
            end(c::SINCE, 0),
            end(c::UNTIL, 1),
        ]
    }
}

/// Two-sided, that the truth is 0.
pub(super) fn p_value(estimate: &Estimate) -> Option<f64> {
    (estimate.standard_error > 0.0)
        .then(|| 2.0 * student_upper((estimate.value / estimate.standard_error).abs(), estimate.degrees))
}

/// P values of several questions together (Benjamini & Hochberg 1995); of those that have one.
pub(super) fn adjusted(p: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    let p: Vec<f64> = p.map(|p| p.unwrap_or(f64::NAN)).collect();
    benjamini_hochberg(&p).into_iter().map(|p| (!p.is_nan()).then_some(p)).collect()
}

pub(super) fn interval(estimate: &Estimate) -> Interval {
    estimate.interval(crate::tally::LEVEL, Scale::Identity)
}

/// A difference of shares as people write it: `-0.42 points`.
pub(super) fn points(share: f64) -> Words {
    let points = share * 100.0;
    Words::new(format!("{points:+.2} points"), format!("{points:+.2} 个百分点"))
}

/// What one of many questions is worth.
pub(super) fn one_of(asked: usize) -> Words {
    let share = FALSE_DISCOVERIES * 100.0;
    Words::new(
        format!(
            "also as one of {} (of such findings about {share:.0} % at most are false)",
            counted(asked, "question")
        ),
        format!("在 {asked} 个问题中仍然成立（此类结论中最多约 {share:.0} % 有误）"),
    )
}

/// Why nothing can be told without the private store.
pub(super) fn not_kept() -> Words {
    Words::new(
        "Nobody knows which viewers come back: `returning` is not set in `config/archive.yaml`.",
        "无从得知哪些观众会再来：`config/archive.yaml` 中没有设置 `returning`。",
    )
}
