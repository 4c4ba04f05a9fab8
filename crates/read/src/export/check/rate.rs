//! Ratios that an export reports, compared with the counts of their rows.

use crate::export::format::field::Field;
use crate::export::value::quantity::{SECOND_MS, length_of, ratio_of};
use coverledger_config::{NumberStyle, ReportedRate};
use coverledger_core::model::{Bounds, Check, CheckScope, Count, CountSet, Figures, Measure, Verdict};

/// Platforms compute with numbers of 24 bits too; a difference in the eighth digit does not count.
const TOLERANCE: f64 = 2e-7;

/// One ratio, over all rows.
pub(in crate::export) struct RateCheck<'a> {
    rate: &'a ReportedRate,
    column: usize,
    numbers: NumberStyle,
    /// Its counts that are derived by the very column: a row in which they were says nothing about it.
    made_by_it: CountSet,
    rows: u64,
    /// Rows that disagree.
    off: u64,
    /// Rows that disagree even if the platform cuts digits off instead of rounding.
    far: u64,
    worst: Option<Difference>,
}

/// What a row reports and what its counts give.
#[derive(Clone, Copy)]
struct Difference {
    /// Between the bounds; negative where they overlap.
    gap: f64,
    reported: Bounds,
    recomputed: Bounds,
}

impl<'a> RateCheck<'a> {
    pub(in crate::export) const fn new(
        rate: &'a ReportedRate,
        column: usize,
        numbers: NumberStyle,
        made_by_it: CountSet,
    ) -> Self {
        Self { rate, column, numbers, made_by_it, rows: 0, off: 0, far: 0, worst: None }
    }

    /// Compares a row, if there is something to compare.
    pub(in crate::export) fn row(&mut self, fields: &[Field<'_>], figures: &Figures) {
        if !self.made_by_it.and(figures.derived).is_empty() {
            return;
        }
        let Some((reported, recomputed)) = self.reported(fields).zip(self.recomputed(figures)) else { return };
        // Nothing of something at a rate of nothing is true of any mapping.
        if reported.value == 0.0 && recomputed.value == 0.0 {
            return;
        }
        self.rows += 1;
        let cut_off = Bounds { high: reported.value + 2.0 * (reported.high - reported.value), ..reported };
        self.off += u64::from(are_apart(reported, recomputed));
        self.far += u64::from(are_apart(cut_off, recomputed));
        let gap = (recomputed.low - reported.high).max(reported.low - recomputed.high);
        if self.worst.is_none_or(|worst| worst.gap < gap) {
            self.worst = Some(Difference { gap, reported, recomputed });
        }
    }

    fn reported(&self, fields: &[Field<'_>]) -> Option<Bounds> {
        let field = fields[self.column];
        let is_time = self.rate.of == Count::Dwell;
        let read = if is_time {
            length_of(field, self.numbers, SECOND_MS)
        } else {
            ratio_of(field, &self.rate.column, self.numbers)
        };
        let number = read.ok().flatten()?;
        let by = if is_time { 1_000.0 } else { 1.0 };
        Some(Bounds { low: number.low() / by, value: number.value() / by, high: number.high() / by })
    }

    #[expect(clippy::cast_precision_loss, reason = "the tolerance is wider")]
    fn recomputed(&self, figures: &Figures) -> Option<Bounds> {
        let of = figures.get(self.rate.of)?;
        let among = figures.get(self.rate.among).filter(|among| among.low > 0)?;
        let by = if self.rate.of == Count::Dwell { 1_000.0 } else { 1.0 };
        let ratio = |of: u64, among: u64| of as f64 / among as f64 / by;
        let Measure { low, value, high } = of;
        Some(Bounds {
            low: ratio(low, among.high),
            value: ratio(value, among.value),
            high: ratio(high, among.low),
        })
    }

    /// What to make of it.
    pub(in crate::export) fn check(&self) -> Check {
        let verdict = match (self.rows, self.off) {
            (0, _) => Verdict::CannotTell,
            (_, 0) => Verdict::Equal,
            (rows, _) if self.far * 2 > rows => Verdict::MisMapped,
            _ => Verdict::CannotTell,
        };
        Check {
            metric: self.rate.name.clone(),
            scope: CheckScope::Row,
            rows: self.rows,
            rows_off: self.off,
            reported: self.worst.map(|worst| worst.reported),
            recomputed: self.worst.map(|worst| worst.recomputed),
            verdict,
        }
    }
}

fn are_apart(one: Bounds, other: Bounds) -> bool {
    one.high * (1.0 + TOLERANCE) < other.low || other.high * (1.0 + TOLERANCE) < one.low
}
