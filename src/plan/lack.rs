//! The export dates that a market-day waits for: missing, or incomplete.

use jiff::Timestamp;
use jiff::civil::Date;

use super::PlannedExport;
use super::delivered::Delivered;
use super::window::Window;
use coverledger_config::{Export, IfMissing, PathPattern, Rows};
use coverledger_core::model::MarketId;
use coverledger_core::time::{DayRule, LocalDay};

/// Exports that a market-day requires and that are missing or incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lack {
    /// Paths without an object, in backticks, with similar names that are there.
    pub(super) missing: Vec<String>,
    /// Dates that are there and incomplete, in words.
    pub(super) incomplete: Vec<String>,
    /// The dates of the missing paths; `None` for a path without a date.
    dates: Option<Vec<Date>>,
}

impl Lack {
    pub(super) fn is_none(&self) -> bool {
        self.missing.is_empty() && self.incomplete.is_empty()
    }

    /// Other exports that the day needs, in words.
    pub(super) fn told(&self) -> Option<String> {
        let missing =
            (!self.missing.is_empty()).then(|| format!("nothing is here at {}", self.missing.join(", ")));
        let lack: Vec<String> = missing.into_iter().chain(self.incomplete.iter().cloned()).collect();
        (!lack.is_empty()).then(|| format!("a run waits for more: {}", lack.join("; ")))
    }

    /// Whether all of it is before the platform's first delivery for the market.
    pub(super) fn is_before(&self, first: Option<Date>) -> bool {
        let dates = self.dates.as_deref().unwrap_or_default();
        self.incomplete.is_empty()
            && dates.len() == self.missing.len()
            && first.is_some_and(|first| dates.iter().all(|date| *date < first))
    }

    fn of_date(&mut self, path: String, date: Date) {
        self.missing.push(path);
        self.dates.get_or_insert_default().push(date);
    }
}

/// A market-day and the export dates that can hold its rows.
pub(super) struct Asked<'a> {
    pub(super) market: &'a MarketId,
    pub(super) day: &'a LocalDay,
    pub(super) windows: &'a [Window],
    pub(super) covering: &'a [&'a PlannedExport],
}

impl Delivered<'_> {
    /// What a market-day waits for. For each date, an export or one of its fallbacks has to be there.
    pub(super) fn lack(&self, asked: &Asked<'_>) -> Lack {
        let mut lack = Lack::default();
        let exports = self.platform.exports.iter().zip(asked.windows).enumerate();
        for (index, (export, window)) in exports.filter(|(_, (export, _))| export.fallback_for().is_none()) {
            let of_export: Vec<&PlannedExport> =
                asked.covering.iter().copied().filter(|e| self.platform.best_of(e.export) == index).collect();
            match window {
                Window::Nowhere => {}
                Window::Undated if of_export.is_empty() => {
                    let path = export.path.shown(None, export.folder_of(asked.market));
                    lack.missing.push(self.told(index, None, &path));
                }
                Window::Undated => lack.incomplete.extend(made_too_early(export, asked.day, &of_export)),
                Window::Dated { .. } => {
                    for date in window.needed() {
                        self.of_date(&mut lack, index, asked.market, date, &of_export);
                    }
                }
            }
        }
        lack
    }

    fn of_date(&self, lack: &mut Lack, index: usize, market: &MarketId, date: Date, of_export: &[&PlannedExport]) {
        let export = &self.platform.exports[index];
        let folder = export.folder_of(market);
        let shown = |path: &PathPattern| path.shown(Some(date), folder);
        let objects =
            || of_export.iter().filter(|e| e.found.export_date.is_none_or(|of_object| of_object == date));
        if let Some(marker) = &export.completeness.complete_when {
            // A date that is marked complete and has no object is a quiet day.
            if !self.is_marked(index, market, date) {
                if objects().next().is_none() && self.is_quiet(export, market, date) {
                    return;
                }
                lack.of_date(format!("`{}`", shown(marker)), date);
            }
        } else if objects().next().is_none() {
            if !self.is_quiet(export, market, date) {
                lack.of_date(self.told(index, Some(date), &shown(&export.path)), date);
            }
            return;
        }
        let there = objects().filter(|object| object.export == index).count();
        let is_replaced = objects().any(|object| object.export != index);
        if let Some(parts) = export.completeness.parts.filter(|parts| there < *parts as usize && !is_replaced) {
            let path = shown(&export.path);
            lack.incomplete.push(format!("`{path}` has {there} of {parts} parts"));
        }
    }

    /// Whether a date without an object is a quiet day: `if_missing: quiet` is declared, the settle time has passed, and
    /// the platform had delivered something before.
    fn is_quiet(&self, export: &Export, market: &MarketId, date: Date) -> bool {
        let platform_days = DayRule::calendar(export.day_zone.clone());
        let settle_seconds = self.platform.settle_seconds;
        export.completeness.if_missing == IfMissing::Quiet
            && self.had_begun(market, date)
            && platform_days
                .day(date)
                .is_none_or(|day| day.end.as_second().saturating_add(settle_seconds) <= self.now.as_second())
    }
}

/// Objects without a date in their path contain nothing later than the time the newest of them was made. This does not
/// apply to cover logs: while no cover changes, they have no new rows.
fn made_too_early(export: &Export, day: &LocalDay, objects: &[&PlannedExport]) -> Option<String> {
    if matches!(export.rows, Rows::Covers(_)) || objects.iter().any(|object| object.found.export_date.is_some()) {
        return None;
    }
    let newest = objects.iter().max_by_key(|object| made_at(object))?;
    let made = made_at(newest);
    (made < day.end).then(|| {
        let key = &newest.found.object.key;
        format!(
            "`{key}`, the newest object without a date in its path, was made at {made:.0}, before the day ended"
        )
    })
}

/// When an object was made: by its path, or else by the store's modification time.
fn made_at(object: &PlannedExport) -> Timestamp {
    object.found.path.created.unwrap_or(object.found.object.last_modified)
}
