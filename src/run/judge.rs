//! Whether a counted market-day is good enough to publish.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::plan::{Batch, PlannedDay, PlannedExport};
use coverledger_archive::{ExportRecord, Receipt, RowCounts, State};
use coverledger_config::Settings;
use coverledger_core::count::ConflictKind;
use coverledger_core::model::{Bounds, Check, Fact, MarketId, Reason, Verdict};
use coverledger_read::export::{Commonest, ReadReport};
use coverledger_report::KNOWN_PART;

use super::conflict;
use super::mend::mend;
use super::other_events::OtherEvents;
use super::reach_mend::ReachMends;
use super::reading::CountedBatch;
use super::suspect::Suspects;
use super::{Disposition, Orphans};

/// What may be held against sound exports, unless it was accepted before.
pub(super) struct Objections<'a> {
    /// `None` where everything is accepted.
    pub(super) suspects: Option<Suspects>,
    /// The newest receipts of the plan.
    pub(super) receipts: &'a BTreeMap<(MarketId, Date), Receipt>,
    /// What would mend exports whose records no market-day reads.
    pub(super) mends: ReachMends,
}

impl Objections<'_> {
    /// Why a market-day should not be made from an export. Who published it from those very bytes has accepted them.
    fn to(&self, day: &PlannedDay, index: usize, key: &str, sha256: &str) -> Option<String> {
        let reason = self.suspects.as_ref()?.reason(index)?;
        self.accepted(day, key, sha256).is_none().then(|| reason.to_owned())
    }

    /// Why a market-day should not be made from two exports together, of those whose accounts these are. Who published
    /// it from the bytes of both, and counted rows of both, has accepted them.
    fn to_pairs(
        &self,
        batch: &Batch<'_>,
        counted: &CountedBatch,
        number: usize,
        records: &[ExportRecord],
    ) -> Option<String> {
        let suspects = self.suspects.as_ref()?;
        let day = batch.days[number];
        let now = |index: usize| {
            let key = &batch.exports[index].found.object.key;
            records.iter().find(|record| record.key == *key)
        };
        let counts = |index: usize| now(index).is_some_and(|record| record.rows.counted > 0);
        let before = |index: usize| now(index).and_then(|now| self.accepted(day, &now.key, &now.sha256));
        let counted_before = |index: usize| before(index).is_some_and(|before| before.rows.counted > 0);
        let mut doubles = suspects.of_pairs().filter(|(pair, _)| pair.iter().all(|index| counts(*index)));
        let double = doubles.find(|(pair, _)| !pair.iter().all(|index| counted_before(*index)));
        let conflicts = counted.booked.conflicts.get(number).map_or(&[][..], Vec::as_slice);
        let mut conflicts = conflicts.iter().filter(|conflict| {
            let mut pair = [conflict.older.export, conflict.newer.export].into_iter();
            match conflict.kind {
                ConflictKind::Overlap | ConflictKind::MadeId => !pair.all(counted_before),
                ConflictKind::Strangers | ConflictKind::Part => !pair.all(|index| before(index).is_some()),
            }
        });
        let double = double.map(|(_, reason)| reason.to_owned());
        double.or_else(|| conflicts.next().map(|first| conflict::reason(batch, first, conflicts.count())))
    }

    /// Whether everything of an export is accepted, or was when the market-day was published from these very bytes.
    fn accepts(&self, day: &PlannedDay, key: &str, sha256: &str) -> bool {
        self.suspects.is_none() || self.accepted(day, key, sha256).is_some()
    }

    /// What the newest receipt of a market-day says of these very bytes.
    fn accepted(&self, day: &PlannedDay, key: &str, sha256: &str) -> Option<&ExportRecord> {
        let receipt = self.receipts.get(&(day.market_day.market.clone(), day.market_day.local_date))?;
        receipt.content.exports.iter().find(|export| export.key == key && export.sha256 == sha256)
    }
}

/// The receipt's account of every export that the day stands on, or why there cannot be one.
pub(super) fn exports_of(
    batch: &Batch<'_>,
    counted: &CountedBatch,
    number: usize,
    settings: &Settings,
    objections: &Objections<'_>,
) -> Result<Vec<ExportRecord>, Disposition> {
    let day = batch.days[number];
    let mut records = Vec::new();
    let mut ids = OtherEvents::default();
    for (index, planned) in batch.exports.iter().enumerate() {
        if !day.stands_on(planned) {
            continue;
        }
        let object = &planned.found.object;
        let is_again = |other: &&&PlannedExport| other.found.object.key == object.key;
        if batch.exports.iter().filter(is_again).count() > 1 {
            let reason = format!(
                "export `{}` is matched by the paths of more than one entry of `exports` and would be counted twice",
                object.key
            );
            return Err(Disposition::Failed { reason });
        }
        let failed = |why: &str| Disposition::Failed { reason: format!("export `{}`: {why}", object.key) };
        let read = counted.exports[index].as_ref().map_err(|unread| match failed(&unread.reason) {
            Disposition::Failed { reason } if unread.is_of_disk => Disposition::NoSpace { reason },
            failed => failed,
        })?;
        let (landed, outcome) = counted.account(index, read, number);
        if landed != outcome.counted + outcome.duplicate {
            return Err(failed(&format!(
                "its rows do not balance: {landed} landed on the day, {} were counted and {} are duplicates",
                outcome.counted, outcome.duplicate
            )));
        }
        if let Some(reason) = objections.to(day, index, &object.key, &read.sha256) {
            return Err(Disposition::Held { reason });
        }
        if let Some(reason) = counted.pages.reason(index) {
            return Err(Disposition::Held { reason: reason.to_owned() });
        }
        let report = &read.report;
        if is_above(report.rejected, report.rows_in, settings.max_reject_share) {
            let reason = format!(
                "export `{}`: {} of {} records were rejected, more than the {} % that `max_reject_share` allows{} (see `coverledger show rejects`)",
                object.key,
                report.rejected,
                report.rows_in,
                settings.max_reject_share * 100.0,
                commonest(report, objections.mends.of_export(index))
            );
            return Err(Disposition::Held { reason });
        }
        if let Some(reason) = mis_mapped(&object.key, &report.checks) {
            return Err(Disposition::Held { reason });
        }
        ids.add(&object.key, outcome, objections.accepts(day, &object.key, &read.sha256));
        records.push(ExportRecord {
            key: object.key.clone(),
            etag: object.etag.clone(),
            size: object.size,
            sha256: read.sha256.clone(),
            rows: RowCounts {
                rows_in: report.rows_in,
                counted: outcome.counted,
                duplicate: outcome.duplicate,
                outside: report.rows_in - report.rejected - landed,
                rejected: report.rejected,
            },
            modified: read.modified,
        });
    }
    let id = if counted.is_of_views() { "a `view_id`" } else { "an `event_id`" };
    match ids.reason(day, id).or_else(|| objections.to_pairs(batch, counted, number, &records)) {
        Some(reason) => Err(Disposition::Held { reason }),
        None => Ok(records),
    }
}

/// The commonest reason of the rejects, in which column, and what most likely mends it; which unknown markets they are
/// of, if all of them are of such.
fn commonest(report: &ReadReport, reach_mend: Option<&str>) -> String {
    let others = &report.stats.other_markets;
    if let Some(names) = others.named().filter(|_| others.records == report.rejected) {
        return format!("; they are of {names}, which `markets.yaml` does not know");
    }
    let Some(Commonest { reason, column, count }) = report.reasons.commonest() else { return String::new() };
    let share = if count == report.rejected { "all".to_owned() } else { format!("{count} of them") };
    let column = column.map(|column| format!(" in column `{column}`")).unwrap_or_default();
    let mend = reach_mend.filter(|_| reason == Reason::BeyondReach).or(mend(reason));
    let mend = mend.map(|mend| format!(": {mend}")).unwrap_or_default();
    format!("; {share} are `{}`{column}{mend}", reason.word())
}

/// What to say of an export that reports a rate which is not the ratio of its counts.
fn mis_mapped(key: &str, checks: &[Check]) -> Option<String> {
    let check = checks.iter().find(|check| check.verdict == Verdict::MisMapped)?;
    let shown = |bounds: Option<Bounds>| bounds.map_or_else(|| "nothing".to_owned(), |b| number(b.value));
    Some(format!(
        "export `{key}`: its `{}` is not the ratio that it is mapped as: {} of {} rows disagree, the worst reports `{}` where its counts give `{}` (is the column another rate, in another unit, or are the counts mapped to other columns? see `coverledger show reconciliation`)",
        check.metric,
        check.rows_off,
        check.rows,
        shown(check.reported),
        shown(check.recomputed),
    ))
}

/// As many decimals as tell rates apart.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Refuses a revision that says much less than the one it would replace, or any less if it was made without an export
/// that is gone: what came in its place should say the same. Else tells by what a final day fell.
pub(super) fn shrink(
    day: &PlannedDay,
    totals: &BTreeMap<String, i64>,
    newest: Option<&Receipt>,
    max_share: Option<f64>,
    exports: &[ExportRecord],
) -> Result<Option<String>, Disposition> {
    let Some(newest) = newest else { return Ok(None) };
    let falls: Vec<(&str, i64, i64)> = falls(totals, newest).collect();
    if let Some(max_share) = max_share {
        let gone = gone(day, newest, exports);
        for (count, before, now) in &falls {
            let lost = before.abs_diff(*now);
            if is_above(lost, u64::try_from(*before).unwrap_or(0), if gone.is_some() { 0.0 } else { max_share }) {
                let why = gone.map_or_else(
                    || format!("by more than the {} % that `max_shrink_share` allows", max_share * 100.0),
                    |key| {
                        format!("and `{key}`, which revision {} was made from, is gone", newest.content.revision)
                    },
                );
                let fall = match totals.get(&format!("{count}{KNOWN_PART}")) {
                    None => format!("fall from {before} to {now}, {why}"),
                    Some(part) => format!("be unknown but for {part}, and {before} was published"),
                };
                let reason = format!(
                    "`{count}` of {} would {fall} (give `--accept-shrink` if that is right)",
                    day.market_day
                );
                return Err(Disposition::Held { reason });
            }
        }
    }
    let told = falls.iter().map(|(count, before, now)| match totals.get(&format!("{count}{KNOWN_PART}")) {
        None => format!("`{count}` fell from {before} to {now}"),
        Some(part) => format!("of `{count}`, which was {before}, {part} are known"),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let is_told = newest.content.state == State::Final && !falls.is_empty();
    Ok(is_told.then(|| format!("{told} (revision {} was final)", newest.content.revision)))
}

/// Which totals fall below those of the newest revision, from what to what. One that is not known any more falls to
/// nothing, and so does one of which less is known than was published; what was known in part is compared with all that is
/// known now.
pub(super) fn falls<'a>(
    totals: &'a BTreeMap<String, i64>,
    newest: &'a Receipt,
) -> impl Iterator<Item = (&'a str, i64, i64)> {
    let totals_before = newest.content.totals.iter();
    // Receipts from before numbers had a version do not tell a part from the whole.
    let tells_parts = newest.content.numbers_version.is_some();
    let now = move |count: &str, before: i64| {
        let other = match count.strip_suffix(KNOWN_PART) {
            Some(whole) => Some(whole.to_owned()),
            None => Some(format!("{count}{KNOWN_PART}")),
        };
        let is_part = other.as_deref().is_some_and(|other| other.ends_with(KNOWN_PART)) && tells_parts;
        let enough = |part: &&i64| !is_part || **part >= before;
        let total = totals.get(count).or_else(|| totals.get(&other?).filter(enough));
        total.copied().unwrap_or(0)
    };
    totals_before
        .map(move |(count, before)| (count.as_str(), *before, now(count, *before)))
        .filter(|(_, before, now)| now < before)
}

/// An export that the newest revision was made from and that is not there any more. With another configuration a day
/// may stand on other exports.
fn gone<'a>(day: &PlannedDay, newest: &'a Receipt, exports: &[ExportRecord]) -> Option<&'a str> {
    let is_there = |key: &str| exports.iter().any(|export| export.key == key);
    let gone = newest.content.exports.iter().find(|export| !is_there(&export.key));
    gone.filter(|_| newest.content.config_sha256 == day.config_sha256).map(|export| export.key.as_str())
}

/// Fewer clicks without an impression are no proof of anything.
const FEWEST_ORPHANS: u64 = 10;

/// Refuses a market-day whose clicks are not of the viewers, broadcasts and covers that impressions are of.
pub(super) fn orphans(day: &PlannedDay, facts: &[Fact], max_share: f64) -> Result<(), Disposition> {
    let Some(Orphans { orphans, clicks }) = Orphans::of(facts) else { return Ok(()) };
    if orphans < FEWEST_ORPHANS || !is_above(orphans, clicks, max_share) {
        return Ok(());
    }
    let reason = format!(
        "{orphans} of {clicks} clicks of {} have no impression by the same viewer of the same broadcast and cover, more than the {} % that `max_orphan_share` of the platform allows: are all impressions there, and are viewers, broadcasts and covers called the same in both? (raise it if impressions are sampled)",
        day.market_day,
        max_share * 100.0
    );
    Err(Disposition::Held { reason })
}

/// Whether `part` is a larger share of `whole` than allowed.
#[expect(clippy::cast_precision_loss, reason = "a share of counts")]
pub(super) fn is_above(part: u64, whole: u64, max_share: f64) -> bool {
    part > 0 && part as f64 > whole as f64 * max_share
}
