//! Counts that are larger than the count they are a part of: more clicks than impressions, or what a rate over 100 % gives.
//!
//! Far more in a row, or any more by a rate, is no number of anything, and the row is rejected: a rate in percent that was taken for a fraction
//! looks like that, and a decimal comma that was taken for a group. A little more happens, as with clicks that come an
//! hour after their impressions; but not over a whole export.

use crate::export::ExportError;
use coverledger_config::{CountRows, CountRule};
use coverledger_core::model::{Count, Figures};

/// Fewer too many are chance, or late.
const LEAST_EXCESS: u64 = 10;
/// So many hundredths more are an estimate of the same.
const ESTIMATED_PERCENT: u64 = 2;

/// Compares counts of a row with the counts that they are a part of.
#[derive(Debug, Default)]
pub(in crate::export) struct PartCheck {
    pairs: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    part: Count,
    whole: Count,
    /// The column to blame: of the rate, or of the part.
    column: usize,
    /// Whether one of them is derived from the other by a rate: then nothing is late, and the rate is over 100 %.
    is_by_rate: bool,
    /// The least of the part, the most of the whole, over all rows that have both.
    sums: [u128; 2],
}

impl PartCheck {
    /// Which counts of an export can be compared. Entries come other ways than by the cover, and buyers buy twice; they
    /// are no part of anything unless a rate says so.
    pub(in crate::export) fn new(rows: &CountRows, counts: &[(Count, &CountRule, usize)]) -> Self {
        let column =
            |wanted: Count| counts.iter().find(|(count, ..)| *count == wanted).map(|(.., column)| *column);
        let by_name = [
            (Count::Clicks, Count::Impressions),
            (Count::Clickers, Count::UniqueImpressions),
            (Count::UniqueImpressions, Count::Impressions),
        ];
        let by_name =
            by_name.into_iter().filter_map(|(part, whole)| Some((part, whole, column(whole).and(column(part))?)));
        let by_rate = counts.iter().filter_map(|(count, rule, column)| match rule {
            CountRule::Times { of, .. } if !matches!(count, Count::Dwell | Count::Orders) => {
                Some((*count, *of, *column))
            }
            CountRule::DividedBy { of, .. } if *of != Count::Orders => Some((*of, *count, *column)),
            CountRule::Column(_) | CountRule::Times { .. } | CountRule::DividedBy { .. } => None,
        });
        let mut pairs: Vec<Pair> = Vec::new();
        let by_rate = by_rate.map(|pair| (pair, true));
        for ((part, whole, column), is_by_rate) in by_rate.chain(by_name.map(|pair| (pair, false))) {
            let is_known = pairs.iter().any(|pair| (pair.part, pair.whole) == (part, whole));
            if !is_known && !rows.may_exceed.has(part) {
                pairs.push(Pair { part, whole, column, is_by_rate, sums: [0; 2] });
            }
        }
        Self { pairs }
    }

    /// Takes a row; the column to blame if it counts far more of a part than of the whole.
    pub(in crate::export) fn row(&mut self, figures: &Figures) -> Option<usize> {
        let both = |pair: &Pair| Some((figures.get(pair.part)?.low, figures.get(pair.whole)?.high));
        let is_more =
            |pair: &Pair, (part, whole)| if pair.is_by_rate { part > whole } else { is_far_more(part, whole) };
        let far = self.pairs.iter().find(|pair| both(pair).is_some_and(|counts| is_more(pair, counts)));
        if let Some(pair) = far {
            return Some(pair.column);
        }
        for pair in &mut self.pairs {
            if let Some((part, whole)) = both(pair) {
                pair.sums[0] += u128::from(part);
                pair.sums[1] += u128::from(whole);
            }
        }
        None
    }

    /// What is said of an export that has more of a part than of the whole over all its rows.
    pub(in crate::export) fn refusal(&self) -> Option<ExportError> {
        let pair = self.pairs.iter().find(|pair| {
            let [part, whole] = pair.sums.map(|sum| u64::try_from(sum).unwrap_or(u64::MAX));
            is_far_more(part, whole)
        })?;
        let [part_sum, whole_sum] = pair.sums;
        Some(ExportError::PartExceedsWhole {
            part: pair.part.word(),
            whole: pair.whole.word(),
            part_sum,
            whole_sum,
        })
    }
}

fn is_far_more(part: u64, whole: u64) -> bool {
    let by_estimate = whole.saturating_add(whole / 100 * ESTIMATED_PERCENT);
    part >= whole.saturating_add(LEAST_EXCESS) && part > by_estimate
}
