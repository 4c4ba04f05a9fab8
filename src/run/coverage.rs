//! Of which days exports can speak that have no date in their path.
//!
//! Nothing says that such an export has a day, except its records and what its path says of its period. A day between
//! two records of one object is covered, be it without a record: it was quiet. A day that no object reaches into is
//! not: it is not here yet, or here no more. A day that begins before the first or ends after the last record may
//! have more than is there.
//!
//! Records of every market count: an object that holds several markets says of each that nothing happened in it. An
//! object of one market, by its path, speaks of that market only.

use jiff::Timestamp;

use super::reading::CountedBatch;
use crate::plan::{Batch, PlannedDay, PlannedExport, Window};
use crate::reading::ReadExport;
use coverledger_config::{Export, IfMissing, Platform, Rows};
use coverledger_core::time::{DayRule, LocalDay};

/// Whether what was read covers a market-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coverage {
    /// Wholly, or its exports have dates in their paths.
    Whole,
    /// Only a part of it.
    Partly(Part),
    /// Not at all.
    Not(Uncovered),
}

/// Which part of a market-day is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// In words.
    pub(super) told: String,
    /// Whether its beginning is not: the exports may have held it before.
    pub(super) lacks_beginning: bool,
    /// Whether it is declared that nothing happened where there is no record.
    pub(super) is_quiet: bool,
}

impl Part {
    /// Of a day between two records that has none itself: one record that is far off, by a clock that is wrong, makes
    /// every day up to the next one such a day.
    fn without_rows(path: &str) -> Self {
        let told = format!(
            "no record at `{path}` is of it, and a path without a date does not say that nothing happened (`if_missing: quiet` does)"
        );
        Self { told, lacks_beginning: false, is_quiet: false }
    }
}

/// Why a market-day is not covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uncovered {
    /// In words.
    pub(super) reason: String,
    /// Whether it ended before the first record.
    pub(super) is_before: bool,
    /// Whether it is declared that nothing happened where there is no record.
    pub(super) is_quiet: bool,
}

impl Coverage {
    /// Of a market-day by the exports of a batch, every one of which was read that the day stands on.
    pub(super) fn of(
        platform: &Platform,
        batch: &Batch<'_>,
        counted: &CountedBatch,
        day: &PlannedDay,
        rule: &DayRule,
    ) -> Self {
        let mut coverage = Self::Whole;
        let windows = platform.exports.iter().zip(&day.windows).enumerate();
        for (index, (export, _)) in windows.filter(|(_, (export, window))| is_judged(export, **window)) {
            let objects = batch.exports.iter().zip(&counted.exports);
            let objects: Vec<(&PlannedExport, &ReadExport)> = objects
                .filter(|(planned, _)| platform.best_of(planned.export) == index && day.stands_on(planned))
                .filter_map(|(planned, read)| Some((*planned, read.as_ref().ok()?)))
                .collect();
            if objects.iter().any(|(planned, _)| planned.found.export_date.is_some()) {
                continue;
            }
            let is_quiet = export.completeness.if_missing == IfMissing::Quiet;
            let spans = Spans::of(&objects);
            let of_export = match spans.coverage(is_quiet, &export.path.text, &day.day, rule) {
                Self::Whole if !is_quiet && !objects.iter().any(|object| speaks_of(*object, &day.day)) => {
                    Self::Partly(Part::without_rows(&export.path.text))
                }
                of_export => of_export,
            };
            coverage = coverage.and(of_export);
        }
        coverage
    }

    /// What is covered by two exports together is what each of them covers.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Not(one), Self::Not(other)) => Self::Not(Uncovered {
                is_before: one.is_before && other.is_before,
                is_quiet: one.is_quiet && other.is_quiet,
                reason: one.reason,
            }),
            (Self::Not(one), _) | (_, Self::Not(one)) => Self::Not(one),
            (Self::Partly(one), Self::Partly(other)) => Self::Partly(Part {
                lacks_beginning: one.lacks_beginning || other.lacks_beginning,
                is_quiet: one.is_quiet && other.is_quiet,
                told: if one.is_quiet { other.told } else { one.told },
            }),
            (Self::Partly(one), _) | (_, Self::Partly(one)) => Self::Partly(one),
            (Self::Whole, Self::Whole) => Self::Whole,
        }
    }
}

/// An export whose objects are held against days: one of its own right, without a date in its path. A log of covers
/// says something only when a cover changes.
fn is_judged(export: &Export, window: Window) -> bool {
    window == Window::Undated && export.fallback_for().is_none() && !matches!(export.rows, Rows::Covers(_))
}

/// Whether an object has a record, of whatever market, on a day, or its path says that the day is in its period.
fn speaks_of((planned, read): (&PlannedExport, &ReadExport), day: &LocalDay) -> bool {
    let path = &planned.found.path;
    let says_period = path.start.is_some() && path.end.is_some();
    let within = (day.start.as_microsecond(), day.end.as_microsecond() - 1);
    says_period || read.report.stats.has_records_within(within)
}

/// Stretches of time that objects speak of: from the first microsecond to the last.
struct Spans(Vec<(i64, i64)>);

impl Spans {
    fn of(objects: &[(&PlannedExport, &ReadExport)]) -> Self {
        let mut spans = Vec::new();
        for (planned, read) in objects {
            spans.extend(read.report.stats.covered_us());
            let path = &planned.found.path;
            let (start, end) =
                (path.start.map(Timestamp::as_microsecond), path.end.map(Timestamp::as_microsecond));
            spans.extend(start.zip(end.map(|end| end - 1)).filter(|(start, last)| start <= last));
        }
        Self(spans)
    }

    fn reach_into(&self, day: &LocalDay) -> bool {
        let (start, end) = (day.start.as_microsecond(), day.end.as_microsecond());
        self.0.iter().any(|(first, last)| *first < end && *last >= start)
    }

    fn hold(&self, at_us: i64) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&at_us))
    }

    /// Of a day; `is_quiet` where it is declared that nothing happened where there is no record.
    fn coverage(&self, is_quiet: bool, path: &str, day: &LocalDay, rule: &DayRule) -> Coverage {
        let all = self.0.iter().map(|(first, _)| *first).min().zip(self.0.iter().map(|(_, last)| *last).max());
        let Some((first, last)) = all else {
            let reason = format!("no object at `{path}` holds a record, so nothing says which days they are of");
            return Coverage::Not(Uncovered { reason, is_before: false, is_quiet });
        };
        let shown = |us: i64| Timestamp::from_microsecond(us).map(|at| format!("{at:.0}")).unwrap_or_default();
        let (from, to) = (shown(first), shown(last));
        if !self.reach_into(day) {
            let reason = format!(
                "no object at `{path}` reaches into it: their records are from {from} to {to}, and a path without a date says of no other day that nothing happened (`if_missing: quiet` does)"
            );
            return Coverage::Not(Uncovered { reason, is_before: day.end.as_microsecond() <= first, is_quiet });
        }
        let has_neighbour = |day: Option<LocalDay>| day.is_some_and(|day| self.reach_into(&day));
        let before = Timestamp::from_microsecond(day.start.as_microsecond() - 1).ok();
        let begins = self.hold(day.start.as_microsecond()) || has_neighbour(before.and_then(|at| rule.day_of(at)));
        let ends = self.hold(day.end.as_microsecond() - 1) || has_neighbour(rule.day_of(day.end));
        if begins && ends {
            return Coverage::Whole;
        }
        let part = match (begins, ends) {
            (false, true) => format!("from {} on", shown(self.first_in(day))),
            (true, false) => format!("up to {}", shown(self.last_in(day))),
            _ => format!("from {} to {}", shown(self.first_in(day)), shown(self.last_in(day))),
        };
        let told = format!("covered in part: the records at `{path}` reach into it {part}");
        Coverage::Partly(Part { told, lacks_beginning: !begins, is_quiet })
    }

    fn first_in(&self, day: &LocalDay) -> i64 {
        self.in_day(day).map(|(first, _)| first).min().unwrap_or_default()
    }

    fn last_in(&self, day: &LocalDay) -> i64 {
        self.in_day(day).map(|(_, last)| last).max().unwrap_or_default()
    }

    fn in_day(&self, day: &LocalDay) -> impl Iterator<Item = (i64, i64)> {
        let (start, end) = (day.start.as_microsecond(), day.end.as_microsecond());
        self.0
            .iter()
            .filter(move |(first, last)| *first < end && *last >= start)
            .map(move |(first, last)| ((*first).max(start), (*last).min(end - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_core::time::Zone;

    /// What objects with these stretches of time cover of 2026-11-DAY in New York.
    fn coverage(day: i8, spans: &[(&str, &str)]) -> Coverage {
        let us = |text: &str| format!("2026-11-{text}Z").parse::<Timestamp>().unwrap().as_microsecond();
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let day = rule.day(jiff::civil::date(2026, 11, day)).unwrap();
        Spans(spans.iter().map(|(first, last)| (us(first), us(last))).collect())
            .coverage(false, "x/*.csv", &day, &rule)
    }

    #[test]
    fn a_day_is_covered_within_an_object_or_between_its_neighbours() {
        let two_days = [("21T00:30:00", "21T23:30:00"), ("22T00:30:00", "22T23:30:00")];
        assert_eq!(coverage(21, &two_days), Coverage::Whole);
        // Quiet days within one object.
        for day in 4..20 {
            assert_eq!(coverage(day, &[("03T12:00:00", "20T12:00:00")]), Coverage::Whole, "{day}");
        }
        // The very instants.
        assert_eq!(coverage(21, &[("21T05:00:00", "22T04:59:59.999999")]), Coverage::Whole);
    }

    #[test]
    fn what_no_object_reaches_into_is_not_covered() {
        let apart = [("10T06:00:00", "12T04:00:00"), ("14T06:00:00", "16T04:00:00")];
        let is_before = |day| match coverage(day, &apart) {
            Coverage::Not(uncovered) => Some(uncovered.is_before),
            _ => None,
        };
        let found: Vec<_> = (8..=17).map(is_before).collect();
        let (before, after) = (Some(true), Some(false));
        assert_eq!(found, [before, before, None, None, after, after, None, None, after, after]);
        assert!(matches!(coverage(8, &[]), Coverage::Not(Uncovered { is_before: false, .. })));
    }

    #[test]
    fn edges_are_covered_in_part_also_beside_a_gap() {
        let apart = [("10T06:00:00", "12T04:00:00"), ("14T06:00:00", "16T04:00:00")];
        let lacks_beginning = |day| match coverage(day, &apart) {
            Coverage::Partly(part) => Some(part.lacks_beginning),
            _ => None,
        };
        let found: Vec<_> = [10, 11, 14, 15].into_iter().map(lacks_beginning).collect();
        assert_eq!(found, [Some(true), Some(false), Some(true), Some(false)]);
        let Coverage::Partly(part) = coverage(10, &apart) else { panic!() };
        assert_eq!(
            part.told,
            "covered in part: the records at `x/*.csv` reach into it from 2026-11-10T06:00:00Z on"
        );
    }
}
