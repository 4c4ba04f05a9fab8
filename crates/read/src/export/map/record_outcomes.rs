//! The account of an export's records: taken, ignored or rejected, with the listed rejects.

use super::excerpt::{Named, Viewer};
use super::layout::Layout;
use super::reasons::Reasons;
use super::second_header::{self, Repeated};
use super::source_stats::SourceStats;
use super::{Mapped, NoSignal};
use crate::export::format::field::{Field, Position};
use crate::export::{Excerpt, ExportError, ReadReport};
use coverledger_core::model::{Check, Reason, Reject};

/// Rejects listed per object; the count goes on beyond.
pub const MAX_LISTED_REJECTS: usize = 1_000;

/// Counts of records by outcome, their rejects, and the refusal of the export as a whole, if there is one.
pub(in crate::export) struct RecordOutcomes<'a> {
    seat: &'a Layout,
    excerpt: Excerpt,
    pub(in crate::export) taken: u64,
    pub(in crate::export) ignored: u64,
    pub(in crate::export) rejected: u64,
    rejects: Vec<Reject>,
    reasons: Reasons,
    /// Statistics of the records.
    pub(super) stats: SourceStats,
    pub(in crate::export) refusal: Option<ExportError>,
}

impl<'a> RecordOutcomes<'a> {
    pub(in crate::export) fn new(seat: &'a Layout, excerpt: Excerpt) -> Self {
        Self {
            seat,
            excerpt,
            taken: 0,
            ignored: 0,
            rejected: 0,
            rejects: Vec::new(),
            reasons: Reasons::default(),
            stats: SourceStats::default(),
            refusal: None,
        }
    }

    /// A record's number as signals and rows hold it. `None` if it does not fit, and the export is refused.
    pub(super) fn number(&mut self, at: Position) -> Option<u32> {
        let number = u32::try_from(at.record).ok();
        if number.is_none() {
            self.refusal.get_or_insert(ExportError::TooManyRecords);
        }
        number
    }

    /// Counts the outcome of a row of counts. Such rows name no viewers.
    pub(super) fn settle(&mut self, at: Position, mapped: &Mapped<()>, raw: &dyn Fn() -> String) {
        match mapped {
            Ok(()) => self.taken += 1,
            Err(NoSignal::Ignored) => self.ignored += 1,
            Err(NoSignal::Reject(reason, column)) => self.reject(at, *reason, *column, raw, Viewer::NotMapped),
        }
    }

    /// The same of a row whose fields are at hand: one that is the header once more is no reject. `viewer` is the column of
    /// viewers, where one is mapped.
    pub(super) fn settle_row(
        &mut self,
        at: Position,
        mapped: &Mapped<()>,
        (fields, viewer): (&[Field<'_>], Option<usize>),
        raw: &dyn Fn() -> String,
    ) {
        match mapped {
            Ok(()) => self.taken += 1,
            Err(NoSignal::Reject(reason, column)) if !self.is_header(at, fields) => {
                let named = Named::of(viewer.map(|column| fields[column]));
                self.reject(at, *reason, *column, raw, named.viewer());
            }
            Err(NoSignal::Ignored | NoSignal::Reject(..)) => self.ignored += 1,
        }
    }

    /// The part of a record's text that a reject would keep, for a record whose outcome is not known yet: a record may be a
    /// megabyte, and a thousand of them wait.
    pub(super) fn kept(&self, raw: &str) -> String {
        self.excerpt.of(raw, Viewer::NotMapped).unwrap_or_default()
    }

    /// Whether a row that could not be read is the header once more; another header refuses the export.
    fn is_header(&mut self, at: Position, fields: &[Field<'_>]) -> bool {
        match second_header::header(&self.seat.columns, fields) {
            Repeated::No => false,
            Repeated::Same => true,
            Repeated::Other => {
                let record = u32::try_from(at.record).unwrap_or(u32::MAX);
                self.refusal.get_or_insert(ExportError::SecondHeader(record));
                false
            }
        }
    }

    /// Counts and lists a reject that could be split into fields.
    pub(super) fn reject(
        &mut self,
        at: Position,
        reason: Reason,
        column: Option<usize>,
        raw: &dyn Fn() -> String,
        viewer: Viewer<'_>,
    ) {
        let excerpt = self.excerpt;
        let column = column.map(|column| self.seat.columns[column].column.name().to_owned());
        self.list(at, reason, column, || excerpt.of(&raw(), viewer));
    }

    /// Counts and lists a reject that could not be split into fields.
    pub(super) fn broken(&mut self, at: Position, reason: Reason, raw: &[u8], may_name_a_viewer: bool) {
        let excerpt = self.excerpt;
        self.list(at, reason, None, || excerpt.of_broken(raw, may_name_a_viewer));
    }

    fn list(
        &mut self,
        at: Position,
        reason: Reason,
        column: Option<String>,
        text: impl FnOnce() -> Option<String>,
    ) {
        self.rejected += 1;
        self.reasons.count(reason, column.as_deref());
        if self.rejects.len() < MAX_LISTED_REJECTS {
            let Position { record, byte_offset } = at;
            self.rejects.push(Reject { record, byte_offset, reason, column, text: text() });
        }
    }

    /// Puts the rejects in the order of their records: some are seen only once all records are read.
    pub(super) fn in_order(&mut self) {
        self.rejects.sort_by_key(|reject| reject.record);
    }

    /// The report, if every physical record is accounted for.
    pub(in crate::export) fn report(self, rows_in: u64, checks: Vec<Check>) -> Result<ReadReport, ExportError> {
        let Self { taken, ignored, rejected, rejects, reasons, stats, .. } = self;
        let accounted = taken + ignored + rejected;
        if accounted != rows_in {
            return Err(ExportError::Unbalanced { physical: rows_in, accounted });
        }
        Ok(ReadReport { rows_in, taken, ignored, rejected, rejects, checks, stats, reasons, claim: None })
    }
}
