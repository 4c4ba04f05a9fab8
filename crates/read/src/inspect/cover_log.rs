//! Tables without counts: logs of which cover was on air from when to when.

use super::Finding;
use super::column::Column;
use super::column_kind::{ColumnKind, InstantWay};
use super::interval_columns::{IntervalColumns, IntervalEnd};
use super::name::fold;
use super::role::Role;
use super::zone::ZoneVerdict;
use coverledger_core::time::Zone;

/// The columns of a log of covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CoverLog {
    pub(super) market: Option<usize>,
    pub(super) broadcast: usize,
    pub(super) cover: usize,
    pub(super) from: usize,
    pub(super) until: Option<usize>,
}

/// Whose clock the times of a log are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogClock {
    /// Every time says it itself.
    Own,
    /// The header says it: a zone, or `market`.
    Said(String),
    /// Nothing says it.
    Unsaid,
}

/// What a header says of the market's own clock.
const OF_MARKET: [&str; 12] = [
    "market time",
    "market's time",
    "market clock",
    "market's clock",
    "local time",
    "local",
    "当地时间",
    "本地时间",
    "市场时间",
    "站点时间",
    "現地時間",
    "현지 시간",
];
/// And of others by name.
const BY_NAME: [(&str, &str); 5] = [
    ("utc", "UTC"),
    ("gmt", "UTC"),
    ("beijing time", "Asia/Shanghai"),
    ("北京时间", "Asia/Shanghai"),
    ("日本時間", "Asia/Tokyo"),
];

/// The columns of a log of covers, if a table is one: a cover, a broadcast and when, and nothing that is counted.
pub(super) fn find(finding: &Finding) -> Option<CoverLog> {
    let columns = &finding.columns;
    let of = |role: Role| {
        columns.iter().position(|column| column.role == Some(role) && column.kind != ColumnKind::Empty)
    };
    let is_counted = |column: &Column| {
        let is_count = matches!(
            column.role,
            Some(Role::Count(_) | Role::OtherCount | Role::ProductImpressions | Role::ProductClicks | Role::Mean)
        );
        is_count || column.role.is_some_and(Role::is_rate) || column.is_count() && column.role.is_none()
    };
    if columns.iter().any(is_counted) {
        return None;
    }
    let IntervalColumns::Span { start: from, time: None, end } = &finding.when else { return None };
    if columns[*from].role != Some(Role::Start) {
        return None;
    }
    let until = match end {
        IntervalEnd::Column(until) => Some(*until),
        // None of the covers has ended yet: the column is there.
        _ => columns.iter().position(|column| column.role == Some(Role::End)),
    };
    Some(CoverLog {
        market: of(Role::Market),
        broadcast: of(Role::Broadcast).or_else(|| of(Role::Title))?,
        cover: of(Role::Cover)?,
        from: *from,
        until,
    })
}

/// Whose clock its times are on, as its headers say.
pub(super) fn clock(finding: &Finding, log: CoverLog) -> LogClock {
    let column = &finding.columns[log.from];
    if matches!(column.kind, ColumnKind::Instant(way) if way != InstantWay::Serial) {
        return LogClock::Own;
    }
    if let Some(said) = said(&column.raw) {
        return LogClock::Said(said);
    }
    match &finding.clock {
        ZoneVerdict::Probably { candidates, .. } => match &candidates[0].sure {
            Some(zone) => LogClock::Said(zone.clone()),
            None => LogClock::Unsaid,
        },
        _ => LogClock::Unsaid,
    }
}

/// What stands in brackets behind a name: `from (market time)`, `开始（当地时间）`, `from (Europe/London)`.
fn said(header: &str) -> Option<String> {
    let (_, behind) = header.split_once(['(', '（', '[', '【'])?;
    let behind = behind.trim_end_matches([')', '）', ']', '】']).trim();
    if Zone::named(behind).is_ok() {
        return Some(behind.to_owned());
    }
    let folded = fold(behind);
    let by_name = BY_NAME.iter().find(|(name, _)| folded == *name).map(|(_, zone)| (*zone).to_owned());
    by_name.or_else(|| OF_MARKET.iter().any(|name| folded == fold(name)).then(|| "market".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_whose_clock_it_is_or_nothing_does() {
        let table = [
            ("from (market time)", Some("market")),
            ("开始（当地时间）", Some("market")),
            ("开始时间（北京时间）", Some("Asia/Shanghai")),
            ("from (UTC)", Some("UTC")),
            ("until [Europe/London]", Some("Europe/London")),
            ("from", None),
            ("from (planned)", None),
        ];
        for (header, expected) in table {
            assert_eq!(said(header).as_deref(), expected, "{header}");
        }
    }
}
