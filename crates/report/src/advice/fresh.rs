//! How fresh what is known of a place is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::inputs::{LackEnd, PlaceInputs};
use super::words;
use crate::decision_context::{Words, counted};

/// How a place stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fresh {
    /// `fresh`, `late`, `held`, `failed` or `nothing`.
    pub(super) state: &'static str,
    /// Local dates that are over and not published.
    pub(super) missing_days: usize,
    /// Why, in a sentence; `None` where nothing is missing.
    pub(super) lack: Option<Words>,
}

/// How it stands.
pub(super) fn fresh(place: &PlaceInputs<'_>) -> Fresh {
    let mut missing: BTreeSet<Date> = place.lacks.iter().map(|lack| lack.local_date).collect();
    if let Some(newest) = place.newest {
        let days = std::iter::successors(newest.tomorrow().ok(), |day| day.tomorrow().ok());
        missing.extend(days.take_while(|day| *day <= place.over_until));
    }
    missing.retain(|day| *day <= place.over_until);
    let worst = place.lacks.iter().filter(|lack| missing.contains(&lack.local_date)).max_by_key(|lack| {
        // Of equals the oldest: the others may wait for it.
        (lack.end, std::cmp::Reverse(lack.local_date))
    });
    let end = worst.and_then(|lack| lack.end);
    let state = match (place.newest, missing.is_empty(), end) {
        (None, ..) => "nothing",
        (_, true, _) => "fresh",
        (_, _, Some(LackEnd::Held)) => "held",
        (_, _, Some(LackEnd::Failed)) => "failed",
        (_, _, Some(LackEnd::Waiting) | None) => "late",
    };
    let lack =
        (state != "fresh").then(|| lack(place.newest, missing.len(), end, worst.map_or("", |lack| &lack.reason)));
    Fresh { state, missing_days: missing.len(), lack }
}

fn lack(newest: Option<Date>, missing: usize, end: Option<LackEnd>, reason: &str) -> Words {
    let [why, why_zh] = match end {
        Some(LackEnd::Held) => ["Held back", "暂不发布"],
        Some(LackEnd::Failed) => ["Could not be read", "读取失败"],
        Some(LackEnd::Waiting) => ["Exports are not there yet", "导出文件尚未到达"],
        None => ["Not there yet", "尚未到达"],
    };
    let until = match newest {
        Some(newest) => {
            let day = words::day(newest);
            let missing = counted(missing, "day");
            Words::new(
                format!("{why}: data until {}, {missing} missing", day.en),
                format!("{why_zh}：数据止于{}", day.zh),
            )
        }
        None => Words::new(format!("{why}: nothing was ever published"), format!("{why_zh}：从未发布过数据")),
    };
    let zh = match newest {
        Some(_) => format!("{}，缺 {missing} 天", until.zh),
        None => until.zh,
    };
    // Reasons are sentences of the program in English, with or without their full stop.
    let reason = reason.trim().trim_end_matches('.');
    if reason.is_empty() {
        return Words::new(format!("{}.", until.en), format!("{zh}。"));
    }
    Words::new(format!("{} ({reason}).", until.en), format!("{zh}（{reason}）。"))
}
