//! Checks that need all rows of an export: which of them are totals, which ids were rounded, whether the counts can be true.

use std::collections::{BTreeMap, BTreeSet};

use super::{CountMapper, entered};
use crate::export::ExportError;
use crate::export::check::copied::copied;
use crate::export::check::doubtful;
use crate::export::check::rate::RateCheck;
use crate::export::check::sum::Sum;
use crate::export::check::twice::{overlapping, repeated};
use crate::export::check::unnamed_total::unnamed_total;
use crate::export::format::field::Position;
use crate::export::map::excerpt::Viewer;
use crate::export::map::record_outcomes::{MAX_LISTED_REJECTS, RecordOutcomes};
use crate::export::map::rounded::LongIds;
use coverledger_config::{Blank, Columns, CountRule, CoverRule, TextRule};
use coverledger_core::model::{Check, Count, CountSet, CountTable, Reason};

/// The ids of the rows of an export that a spreadsheet may have rounded.
pub(super) struct Ids {
    has_broadcast: bool,
    has_cover: bool,
    long: LongIds,
    /// Of each stage so far, whether an id of it looks rounded.
    of_stages: Vec<bool>,
    suspects: Vec<Suspect>,
}

/// A row with an id that looks rounded.
struct Suspect {
    row: usize,
    at: Position,
    /// As much of it as a reject keeps.
    raw: Option<String>,
}

impl Ids {
    pub(super) fn of(columns: &Columns) -> Self {
        Self {
            has_broadcast: matches!(columns.broadcast_id, TextRule::Column(_)),
            has_cover: matches!(columns.cover_id, CoverRule::Row(TextRule::Column(_))),
            long: LongIds::default(),
            of_stages: Vec::new(),
            suspects: Vec::new(),
        }
    }
}

impl<'a> CountMapper<'a> {
    /// Looks at the ids of the row that was counted last.
    pub(super) fn look_at_ids(&mut self, at: Position, raw: &dyn Fn() -> String) {
        let Some(row) = self.page.rows.last() else { return };
        let stage = row.stage as usize;
        let ids = &mut self.ids;
        for stage in self.page.stages.get(ids.of_stages.len()..).unwrap_or_default() {
            let broadcast = ids.has_broadcast && ids.long.add(&stage.broadcast_id);
            let cover = stage.cover_id.as_ref().is_some_and(|cover| ids.has_cover && ids.long.add(cover));
            ids.of_stages.push(broadcast || cover);
        }
        if ids.of_stages.get(stage) == Some(&true) {
            ids.long.row();
            let raw = (ids.suspects.len() < MAX_LISTED_REJECTS).then(|| self.outcomes.kept(&raw()));
            ids.suspects.push(Suspect { row: self.page.rows.len() - 1, at, raw });
        }
    }

    /// What became of the records, what the export says about itself, and its page.
    pub(in crate::export) fn done(mut self) -> Result<(RecordOutcomes<'a>, Vec<Check>, CountTable), ExportError> {
        if let Some(refusal) = self.outcomes.refusal.take() {
            return Err(refusal);
        }
        self.midnights.refuse(&self.rows.period)?;
        self.stages.made_ids.refuse_both()?;
        self.page.has_made_ids = self.stages.made_ids.are_made;
        if let Some(refusal) = copied(&self.sheets, &self.page.rows) {
            return Err(refusal);
        }
        let totals = doubtful::totals(&self.doubtful, &self.page.rows, &self.page.stages)?;
        self.take_out(&totals);
        self.settle_blank();
        if let Some(record) = unnamed_total(&self.page.rows, &self.page.stages, self.sheets.len()) {
            return Err(ExportError::UnnamedTotal(record));
        }
        let (rows, stages) = (&self.page.rows, &self.page.stages);
        if let Some(refusal) =
            overlapping(&self.rows.period, rows, stages, self.tells_rooms()).or_else(|| repeated(rows))
        {
            return Err(refusal);
        }
        if let Some(refusal) = self.totals.refusal().or_else(|| self.parts.refusal()) {
            return Err(refusal);
        }
        self.page.absent = self.with_copies(self.rows.optional.minus(self.filled));
        let unsaid = self.unsaid();
        if !unsaid.is_empty() {
            for row in &mut self.page.rows {
                row.figures = row.figures.without(unsaid);
                row.figures.miss(unsaid);
            }
        }
        let mut checks = self.totals.checks();
        checks.extend(self.rates.iter().map(RateCheck::check));
        self.outcomes.stats.page(self.rows, &self.page);
        self.outcomes.stats.other_markets = self.stages.other_markets;
        Ok((self.outcomes, checks, self.page))
    }

    /// Whether rows tell their broadcast or their cover, so that two at once are no two rooms.
    fn tells_rooms(&self) -> bool {
        let seat = &self.layout.seat;
        seat.broadcast_id.is_some() || !seat.made_of.is_empty() || seat.cover_id.is_some()
    }

    /// Takes rows off the page that are none: totals, and those whose ids were rounded.
    fn take_out(&mut self, totals: &BTreeMap<usize, Sum>) {
        self.totals.close();
        for doubtful in &self.doubtful {
            let figures = &self.page.rows[doubtful.row].figures;
            if let Some(sum) = totals.get(&doubtful.row) {
                self.totals.total_of(figures, sum);
                self.outcomes.taken -= 1;
                self.outcomes.ignored += 1;
            } else {
                self.totals.row(figures);
            }
        }
        let mut gone: BTreeSet<usize> = totals.keys().copied().collect();
        if self.ids.long.are_rounded() {
            let seat = &self.layout.seat;
            let column = if self.ids.has_broadcast { seat.broadcast_id } else { seat.cover_id };
            for Suspect { row, at, raw } in std::mem::take(&mut self.ids.suspects) {
                if gone.insert(row) {
                    self.outcomes.taken -= 1;
                    let raw = || raw.clone().unwrap_or_default();
                    self.outcomes.reject(at, Reason::MangledId, column, &raw, Viewer::NotMapped);
                }
            }
        }
        self.outcomes.in_order();
        let mut at = 0;
        self.page.rows.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }

    /// Counts of which blank cells are not zero after all, because the object seems to have no column for them, and what
    /// follows from these.
    fn unsaid(&self) -> CountSet {
        let is_zero = |count: &Count| self.rows.blank.get(count) == Some(&Blank::Zero);
        let unsaid: CountSet = self.page.absent.iter().filter(is_zero).collect();
        let leans = |(count, rule): (&Count, &CountRule)| match rule {
            CountRule::Times { of, .. } | CountRule::DividedBy { of, .. } => unsaid.has(*of).then_some(*count),
            CountRule::Column(_) => None,
        };
        self.with_copies(unsaid.iter().chain(self.rows.counts.iter().filter_map(leans)).collect())
    }

    /// With the clicks that are copies of these, where the entry is the click.
    fn with_copies(&self, counts: CountSet) -> CountSet {
        let is_copied = |count: &Count| {
            self.entry_is_click && !self.rows.counts.contains_key(count) && counts.has(entered(*count))
        };
        counts.iter().chain([Count::Clicks, Count::Clickers].into_iter().filter(is_copied)).collect()
    }
}
