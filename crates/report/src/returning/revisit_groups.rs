//! `revisit_groups`: who came back, by groups of viewers, of covers in a split that guards revisits.
//!
//! What is kept of viewers is deleted after some weeks, and a decision has to be found again from the same facts for good. So
//! these counts, which know no viewer, are published when it is known who came back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::*;

use super::cells::ViewerDays;
use super::place::ViewersOf;
use crate::cells::{dates, same_text};
use crate::decision_context::{texts, wholes};
use crate::evidence::day::dates as dates_of;
use crate::table::rendered;
use crate::{Rendered, ReportError};
use coverledger_config::Experiment;
use coverledger_core::model::{TableName, columns as c};

/// Covers of which it is asked who comes back, and when they were on air by lot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guarded(Vec<(BTreeSet<String>, [Date; 2])>);

impl Guarded {
    /// Of the splits among these experiments that guard revisits.
    pub fn of<'e>(experiments: impl Iterator<Item = &'e Experiment>) -> Self {
        let guarded = experiments.filter(|experiment| experiment.guardrails.revisits.is_some());
        let of = |experiment: &Experiment| {
            (experiment.covers.iter().cloned().collect(), [experiment.from, experiment.last_date()])
        };
        Self(guarded.map(of).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, cover: &str, date: Date) -> bool {
        self.0.iter().any(|(covers, [from, to])| covers.contains(cover) && (*from..=*to).contains(&date))
    }
}

/// Who came back of the viewers of a group who entered a broadcast by a cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRevisits {
    /// When they entered.
    pub local_date: Date,
    /// Which broadcast.
    pub broadcast_id: String,
    /// By which cover.
    pub cover_id: String,
    /// Which group.
    pub group: u16,
    /// How many entered.
    pub due: u64,
    /// How many of them came back within a week.
    pub back: u64,
}

/// Renders the table; without rows where nothing is guarded, or it is not known yet.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn revisit_groups(
    of: &ViewersOf<'_>,
    days: Option<&ViewerDays>,
    guarded: &Guarded,
) -> Result<Rendered, ReportError> {
    rendered(TableName::RevisitGroups, table(of, &days.map(|days| rows(days, guarded)).unwrap_or_default()))
}

fn rows(days: &ViewerDays, guarded: &Guarded) -> Vec<GroupRevisits> {
    let mut sums: BTreeMap<(Date, &str, &str, u8), [u64; 2]> = BTreeMap::new();
    for (key, cell) in days.revisits.iter().filter(|(_, cell)| cell.due[0] > 0) {
        let Some(date) = days.date(key.day) else { continue };
        let cover = days.named(key.cover);
        if guarded.has(cover, date) {
            let sum = sums.entry((date, days.named(key.broadcast), cover, key.group)).or_default();
            *sum = [sum[0] + cell.due[0], sum[1] + cell.back[0]];
        }
    }
    let row =
        |((local_date, broadcast, cover, group), [due, back]): ((Date, &str, &str, u8), [u64; 2])| GroupRevisits {
            local_date,
            broadcast_id: broadcast.to_owned(),
            cover_id: cover.to_owned(),
            group: group.into(),
            due,
            back,
        };
    sums.into_iter().map(row).collect()
}

fn table(of: &ViewersOf<'_>, rows: &[GroupRevisits]) -> PolarsResult<DataFrame> {
    let height = rows.len();
    let whole = |count: u64| usize::try_from(count).ok();
    let columns = vec![
        same_text(c::PLATFORM, of.platform.as_str(), height),
        same_text(c::MARKET, of.market.as_str(), height),
        dates(c::AS_OF, vec![Some(of.as_of); height]),
        dates(c::LOCAL_DATE, rows.iter().map(|row| Some(row.local_date)).collect()),
        texts(c::BROADCAST_ID, rows, |row| Some(row.broadcast_id.clone())),
        texts(c::COVER_ID, rows, |row| Some(row.cover_id.clone())),
        wholes(c::VIEWER_GROUP, rows, |row| Some(row.group.into())),
        wholes(c::DUE, rows, |row| whole(row.due)),
        wholes(c::BACK, rows, |row| whole(row.back)),
        wholes(c::REVISION, rows, |_| whole(of.revision)),
    ];
    DataFrame::new(height, columns)
}

impl GroupRevisits {
    /// Reads tables of several nights, by the night: of each local date what the last of them says. In the order of the rows.
    ///
    /// # Errors
    /// When a table lacks a column.
    pub fn read(nights: &BTreeMap<Date, DataFrame>) -> PolarsResult<Vec<Self>> {
        let mut by_date: BTreeMap<Date, Vec<Self>> = BTreeMap::new();
        for night in nights.values() {
            let mut told: BTreeMap<Date, Vec<Self>> = BTreeMap::new();
            for row in Self::rows(night)? {
                told.entry(row.local_date).or_default().push(row);
            }
            by_date.extend(told);
        }
        Ok(by_date.into_values().flatten().collect())
    }

    fn rows(table: &DataFrame) -> PolarsResult<Vec<Self>> {
        let text = |name: &str| table.column(name)?.str().cloned();
        let whole = |name: &str| table.column(name)?.i64().cloned();
        let dates = dates_of(table, c::LOCAL_DATE)?;
        let (broadcasts, covers) = (text(c::BROADCAST_ID)?, text(c::COVER_ID)?);
        let (groups, due, back) = (whole(c::VIEWER_GROUP)?, whole(c::DUE)?, whole(c::BACK)?);
        let row = |at: usize| {
            let count = |of: &Int64Chunked| of.get(at).and_then(|count| u64::try_from(count).ok());
            Some(Self {
                local_date: dates[at]?,
                broadcast_id: broadcasts.get(at)?.to_owned(),
                cover_id: covers.get(at)?.to_owned(),
                group: groups.get(at).and_then(|group| u16::try_from(group).ok())?,
                due: count(&due)?,
                back: count(&back)?,
            })
        };
        Ok((0..table.height()).filter_map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::super::cells::{KnownDates, ViewerVisit};
    use super::*;
    use crate::frame;
    use crate::testing::split;
    use coverledger_config::Guardrail;
    use coverledger_core::model::{MarketId, PlatformId};

    const FIRST: Date = date(2026, 11, 1);

    fn guarding(from: Date, to: Date) -> Guarded {
        let mut experiment = Experiment { from, to, ..split(&["calm", "loud"]) };
        assert!(Guarded::of(std::iter::once(&experiment)).is_empty());
        experiment.guardrails.revisits = Some(Guardrail { tolerated: 0.1, is_required: true });
        Guarded::of(std::iter::once(&experiment))
    }

    /// Two viewers of a group who enter every broadcast of 20 days, by two covers, and one who enters by another cover.
    fn days(until: i32) -> ViewerDays {
        let published = (0..until).filter_map(|day| FIRST.checked_add(i64::from(day).days()).ok()).collect();
        let last = FIRST.checked_add((i64::from(until) - 1).days()).unwrap();
        let mut days = ViewerDays::new(FIRST, last, &KnownDates { published, ..KnownDates::default() });
        let slot = days.name("prime");
        for (group, cover) in [(3, "calm"), (3, "calm"), (9, "loud"), (9, "other")] {
            let cover = Some(days.name(cover));
            let visits: Vec<ViewerVisit> = (0..usize::try_from(until).unwrap())
                .map(|day| ViewerVisit {
                    day,
                    broadcast: days.name(&format!("b{day:02}")),
                    host: None,
                    slot,
                    cover,
                    first_us: 0,
                    impressions: 1,
                    clicks: 1,
                    entries: 1,
                    quality: None,
                })
                .collect();
            days.add(group, &visits);
        }
        days
    }

    fn table(days: &ViewerDays, guarded: &Guarded) -> DataFrame {
        let (platform, market) = (PlatformId::new("p"), MarketId::new("US"));
        let of = ViewersOf { platform: &platform, market: &market, as_of: days.until, revision: 1 };
        frame(&[revisit_groups(&of, Some(days), guarded).unwrap().bytes.into()]).unwrap()
    }

    #[test]
    fn a_night_tells_of_covers_that_are_guarded_and_of_nothing_else() {
        let guarded = guarding(date(2026, 11, 9), date(2026, 11, 12));
        let rows = GroupRevisits::read(&BTreeMap::from([(FIRST, table(&days(20), &guarded))])).unwrap();
        let dates: BTreeSet<Date> = rows.iter().map(|row| row.local_date).collect();
        // As of the 20th it is known of those up to the 13th; the window of the test is shorter.
        assert_eq!(dates, (9..=12).map(|day| date(2026, 11, day)).collect());
        let of_ninth: Vec<_> = rows
            .iter()
            .filter(|row| row.local_date == date(2026, 11, 9))
            .map(|row| (row.broadcast_id.as_str(), row.cover_id.as_str(), row.group, row.due, row.back))
            .collect();
        assert_eq!(of_ninth, [("b08", "calm", 3, 2, 2), ("b08", "loud", 9, 1, 1)]);
        assert_eq!(table(&days(20), &Guarded::default()).height(), 0);
        assert_eq!(table(&days(7), &guarding(FIRST, date(2026, 11, 12))).height(), 0);
    }

    #[test]
    fn of_a_date_that_several_nights_tell_of_the_newest_is_right() {
        let guarded = guarding(FIRST, date(2026, 11, 30));
        let (one, mut other) = (days(16), days(20));
        // Late exports brought one more entrant, who did not come back; of the first two dates nothing is kept any longer.
        other.revisits.retain(|key, _| key.day > 1);
        for cell in other.revisits.values_mut() {
            cell.due[0] += u64::from(cell.due[0] > 0);
        }
        let nights = BTreeMap::from([(one.until, table(&one, &guarded)), (other.until, table(&other, &guarded))]);
        let rows = GroupRevisits::read(&nights).unwrap();
        let due: BTreeMap<Date, u64> =
            rows.iter().filter(|row| row.cover_id == "loud").map(|row| (row.local_date, row.due)).collect();
        let expected = (1..=13).map(|day| (date(2026, 11, day), if day < 3 { 1 } else { 2 })).collect();
        assert_eq!(due, expected);
    }
}
