//! What may be behind records of days that do not read their object: most often a folder whose dates are another zone's
//! than `day.timezone` says. Whatever is proposed was tried on every record of the export that was read.

mod zones;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::plan::{self, Batch};
use crate::reading::{ReadExport, Unread};
use coverledger_config::{Export, Platform, Workspace};
use coverledger_core::time::{DayRule, Zone};
use coverledger_read::export::Beyond;

/// No export may be read by more days than these.
const MOST_DAYS: u16 = 31;
/// Zones that are named where several would do.
const MOST_NAMED: usize = 3;

/// What would mend each export of a batch, by its number in it.
pub(super) struct ReachMends(Vec<Option<String>>);

/// When the records of an object were, both ends included.
struct Observed {
    index: usize,
    export_date: Date,
    /// At which they happened.
    span_us: Option<(i64, i64)>,
    beyond: Beyond,
}

impl ReachMends {
    pub(super) fn of(
        workspace: &Workspace,
        platform: &Platform,
        batch: &Batch<'_>,
        exports: &[Result<ReadExport, Unread>],
    ) -> Self {
        let mut by_definition: BTreeMap<usize, Vec<Observed>> = BTreeMap::new();
        for (index, (planned, read)) in batch.exports.iter().zip(exports).enumerate() {
            let (Ok(read), Some(export_date)) = (read, planned.found.export_date) else { continue };
            let stats = &read.report.stats;
            let (span_us, beyond) = (stats.span_us, stats.beyond.clone());
            by_definition.entry(planned.export).or_default().push(Observed {
                index,
                export_date,
                span_us,
                beyond,
            });
        }
        let mut mends = vec![None; exports.len()];
        for (definition, observed) in by_definition {
            let beyond = observed.iter().filter(|observed| observed.beyond.records > 0);
            let indices: Vec<usize> = beyond.map(|one| one.index).collect();
            let Some(definition) = platform.exports.get(definition).filter(|_| !indices.is_empty()) else {
                continue;
            };
            let mend = mend(workspace, definition, &observed);
            for index in indices {
                mends[index] = Some(mend.clone());
            }
        }
        Self(mends)
    }

    /// What would mend an export of which records were rejected as beyond reach.
    pub(super) fn of_export(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.as_deref()
    }
}

fn mend(workspace: &Workspace, definition: &Export, observed: &[Observed]) -> String {
    let sum = |of: fn(&Beyond) -> u64| observed.iter().map(|one| of(&one.beyond)).sum::<u64>();
    let are_stays = 2 * sum(|beyond| beyond.long_stays) > sum(|beyond| beyond.records);
    let zones = if are_stays { Vec::new() } else { fitting(workspace, definition, observed) };
    if !zones.is_empty() {
        let named: Vec<String> = zones.iter().map(|zone| format!("`{}`", zone.name())).collect();
        return format!(
            "the dates in the paths of `{}` seem to be another zone's than {}; `day: {{timezone: …}}` of {} would fit every record",
            definition.name,
            definition.day_zone.name(),
            named.join(" or ")
        );
    }
    match widened(definition, observed) {
        Some((early, late)) => {
            let keys = [("early_days", early, definition.early_days), ("late_days", late, definition.late_days)];
            let keys: Vec<String> = keys
                .iter()
                .filter(|(_, days, now)| days > now)
                .map(|(key, days, now)| format!("`{key}: {days}` (now {now})"))
                .collect();
            let what = if are_stays { "stays began days before they ended" } else { "records are early or late" };
            format!("{what}; {} of `{}` would read them", keys.join(" and "), definition.name)
        }
        None => {
            "neither another zone nor `early_days` and `late_days` would read them all (is it another day's file?)"
                .to_owned()
        }
    }
}

/// Zones by whose days every record would be read: those of markets that the export feeds first; of others the nearest
/// to the one that is configured. Zones by which every record lies in the very day of its path go before all others.
fn fitting(workspace: &Workspace, definition: &Export, observed: &[Observed]) -> Vec<Zone> {
    let of_markets = workspace.markets.iter().filter(|(id, _)| definition.feeds(id));
    let mut of_markets: Vec<Zone> = of_markets.map(|(_, market)| market.day.zone.clone()).collect();
    of_markets.dedup_by(|one, other| one.name() == other.name());
    let at = observed.iter().find_map(|one| Timestamp::from_microsecond(one.span_us?.0).ok());
    let others = zones::nearest_first(&definition.day_zone, at.unwrap_or(Timestamp::UNIX_EPOCH));
    let by = |zone: &Zone| Export { day_zone: zone.clone(), ..definition.clone() };
    for is_strict in [true, false] {
        let fits = |zone: &&Zone| {
            let export = by(zone);
            observed.iter().all(|one| if is_strict { one.is_of_its_day(&export) } else { one.is_read(&export) })
        };
        let fit: Vec<Zone> = of_markets.iter().filter(fits).take(MOST_NAMED).cloned().collect();
        let fit = if fit.is_empty() { others.iter().filter(fits).take(1).cloned().collect() } else { fit };
        if !fit.is_empty() {
            return fit;
        }
    }
    Vec::new()
}

/// The least `early_days` and `late_days` by which every record would be read.
fn widened(definition: &Export, observed: &[Observed]) -> Option<(u16, u16)> {
    let reads = |early_days: u16, late_days: u16| {
        let export = Export { early_days, late_days, ..definition.clone() };
        observed.iter().all(|one| one.is_read(&export))
    };
    let early = (definition.early_days..=MOST_DAYS).find(|early| reads(*early, MOST_DAYS))?;
    let late = (definition.late_days..=MOST_DAYS).find(|late| reads(early, *late))?;
    Some((early, late))
}

impl Observed {
    /// Whether every record lies in the day that the path names.
    fn is_of_its_day(&self, export: &Export) -> bool {
        let day = DayRule::calendar(export.day_zone.clone()).day(self.export_date);
        let Some(day) = day else { return false };
        let bounds_us = (day.start.as_microsecond(), day.end.as_microsecond());
        self.spans().all(|span_us| is_within(span_us, bounds_us)) && self.is_read(export)
    }

    /// Whether a market-day reads every record, in whatever market.
    fn is_read(&self, export: &Export) -> bool {
        let reach = plan::reach(export, self.export_date);
        reach.is_some_and(|(from, until)| {
            let bounds_us = (from.as_microsecond(), until.as_microsecond());
            self.spans().all(|span_us| is_within(span_us, bounds_us))
        })
    }

    fn spans(&self) -> impl Iterator<Item = (i64, i64)> {
        self.span_us.into_iter().chain(self.beyond.span_us)
    }
}

/// Whether a span, both ends included, lies within instants of which the second is excluded.
const fn is_within((first_us, last_us): (i64, i64), (from_us, until_us): (i64, i64)) -> bool {
    from_us <= first_us && last_us < until_us
}
