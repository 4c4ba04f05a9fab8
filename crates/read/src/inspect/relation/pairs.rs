//! Pairs of counts whose quotient a ratio may be: looked up by value instead of tried one by one.
//!
//! Of a ratio and its denominator a row says, within its rounding, how much the numerator is. So the counts of a row are
//! put in order once, and those that are near enough are found by search: a table of 300 columns has three million
//! triples, and nearly none of them holds in any row.

use std::collections::HashMap;

use super::{Column, Number, bounds, holds};
use crate::inspect::step_budget::StepBudget;

/// Rows of which a pair has to explain more than half before all rows are looked at; as many as a word has bits.
const SAMPLE: usize = 64;
/// Numbers that are kept in order, of all rows together.
const MAX_KEPT: usize = 1 << 20;
/// The ways to read a ratio: whether a bare number is in percent, and whether digits were cut off rather than rounded.
pub(super) const WAYS: [(bool, bool); 4] = [(true, false), (false, false), (true, true), (false, true)];

/// The counts of a table, row by row in the order of their values.
pub(super) struct Pairs<'a> {
    columns: &'a [Column],
    counts: &'a [usize],
    rows: HashMap<usize, Row>,
}

/// The counts of a row.
struct Row {
    /// By the least that each can be.
    numbers: Vec<(Number, usize)>,
    /// The most that one of them is unsure by.
    widest: f64,
}

/// The first rows in which a ratio is more than nothing: nothing by nothing is nothing, whatever the columns are.
pub(super) struct Sample {
    rate: usize,
    rows: Vec<usize>,
    /// Of each column, in which of them it has a number, as bits.
    there: Vec<u64>,
}

impl Sample {
    pub(super) fn of(columns: &[Column], rate: usize) -> Self {
        let numbers = columns[rate].numbers.iter().enumerate();
        let telling = numbers.filter(|(_, number)| number.is_some_and(|number| number.value != 0.0));
        let rows: Vec<usize> = telling.map(|(row, _)| row).take(SAMPLE).collect();
        let bits = |column: &Column| {
            let bits = rows.iter().enumerate().filter(|(_, row)| column.numbers[**row].is_some());
            bits.fold(0_u64, |bits, (bit, _)| bits | 1 << bit)
        };
        let there = columns.iter().map(bits).collect();
        Self { rate, rows, there }
    }
}

impl<'a> Pairs<'a> {
    pub(super) fn new(columns: &'a [Column], counts: &'a [usize]) -> Self {
        Self { columns, counts, rows: HashMap::new() }
    }

    /// The numerators that explain a ratio by a denominator in more than half of its sample. `None` once there is no
    /// work left.
    pub(super) fn numerators(
        &mut self,
        sample: &Sample,
        among: usize,
        ways: &[(bool, bool)],
        work: &mut StepBudget,
    ) -> Option<Vec<usize>> {
        // Of each column, and each way: in which rows of the sample it fits.
        let mut fits: HashMap<(usize, usize), u64> = HashMap::new();
        let mut divided = 0_u64;
        for (bit, row) in sample.rows.iter().enumerate() {
            let number = |column: usize| self.columns[column].numbers[*row];
            let (Some(ratio), Some(whole)) = (number(sample.rate), number(among)) else { continue };
            if whole.low <= 0.0 {
                continue;
            }
            divided |= 1 << bit;
            if !self.put_in_order(*row, work) {
                return None;
            }
            let counts = &self.rows[row];
            for (way, how) in ways.iter().enumerate() {
                let near = counts.near(ratio, whole, *how);
                if !work.spend(1 + near.len()) {
                    return None;
                }
                for (number, column) in near {
                    if holds(&[ratio, *number, whole], *how) {
                        *fits.entry((*column, way)).or_default() |= 1 << bit;
                    }
                }
            }
        }
        let explains = |(column, fits): &(usize, u64)| {
            *column != sample.rate
                && *column != among
                && fits.count_ones() * 2 > (divided & sample.there[*column]).count_ones()
        };
        let found = fits.into_iter().map(|((column, _), fits)| (column, fits)).filter(explains);
        let mut found: Vec<usize> = found.map(|(column, _)| column).collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Puts the counts of a row in order, unless that was done.
    fn put_in_order(&mut self, row: usize, work: &mut StepBudget) -> bool {
        if self.rows.contains_key(&row) {
            return true;
        }
        if (self.rows.len() + 1) * self.counts.len() > MAX_KEPT {
            self.rows.clear();
        }
        let number = |column: &usize| Some((self.columns[*column].numbers[row]?, *column));
        let mut numbers: Vec<(Number, usize)> = self.counts.iter().filter_map(number).collect();
        numbers.sort_by(|(one, _), (other, _)| one.low.total_cmp(&other.low));
        let widest = numbers.iter().map(|(number, _)| number.high - number.low).fold(0.0, f64::max);
        let is_done = work.spend(self.counts.len());
        self.rows.insert(row, Row { numbers, widest });
        is_done
    }
}

impl Row {
    /// The numbers that may be the numerator: a few too many, since each is looked at again.
    fn near(&self, rate: Number, among: Number, way: (bool, bool)) -> &[(Number, usize)] {
        let scale = if way.0 { 100.0 } else { 1.0 };
        let (low, high) = bounds(rate, way);
        let (least, most) = ((low * among.low).min(low * among.high) / scale, high * among.high / scale);
        let slack = (least.abs() + most.abs()) * 1e-9 + 1e-9;
        let from = self.numbers.partition_point(|(number, _)| number.low < least - slack - self.widest);
        let to = self.numbers.partition_point(|(number, _)| number.low <= most + slack);
        self.numbers.get(from..to).unwrap_or_default()
    }
}
