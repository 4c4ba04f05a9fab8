//! Rows of totals, held against the sum of the rows.

use crate::model::{Bounds, Check, CheckScope, Count, CountSet, Figures, Measure, Verdict};

/// Totals that are kept; an export has one, or one a sheet.
const MOST_TOTALS: usize = 100;

/// The sum of rows, and what rows say it is.
#[derive(Debug, Default)]
pub(in crate::export) struct TotalCheck {
    /// What the export states itself.
    stated: CountSet,
    /// Rows after which the platform cuts its exports off.
    cap: Option<u32>,
    counted: Sum,
    skipped: Sum,
    unreadable: u64,
    totals: Vec<Figures>,
}

/// Sums of rows.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    rows: u64,
    low: [u128; Count::ALL.len()],
    value: [u128; Count::ALL.len()],
    high: [u128; Count::ALL.len()],
    /// Rows that do not say.
    unknown: [u64; Count::ALL.len()],
}

impl Sum {
    fn add(&mut self, figures: &Figures) {
        self.rows += 1;
        for (at, count) in Count::ALL.into_iter().enumerate() {
            match figures.get(count) {
                None => self.unknown[at] += 1,
                Some(Measure { low, value, high }) => {
                    self.low[at] += u128::from(low);
                    self.value[at] += u128::from(value);
                    self.high[at] += u128::from(high);
                }
            }
        }
    }

    fn bounds(&self, at: usize) -> [u128; 3] {
        [self.low[at], self.value[at], self.high[at]]
    }
}

impl TotalCheck {
    pub(in crate::export) fn new(stated: CountSet, cap: Option<u32>) -> Self {
        Self { stated, cap, ..Self::default() }
    }

    /// A row of data.
    pub(in crate::export) fn row(&mut self, figures: &Figures) {
        self.counted.add(figures);
    }

    /// A row that the configuration leaves out; nobody knows whether the platform does.
    pub(in crate::export) fn skipped(&mut self, figures: &Figures) {
        self.skipped.add(figures);
    }

    /// A row of which nobody knows what it counts.
    pub(in crate::export) fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// A row of totals.
    pub(in crate::export) fn total(&mut self, figures: &Figures) {
        if self.totals.len() < MOST_TOTALS {
            self.totals.push(*figures);
        }
    }

    /// One comparison for every total and count that the export states itself.
    pub(in crate::export) fn checks(&self) -> Vec<Check> {
        let of_total = |total: &Figures| {
            let checks = self.stated.iter().map(|count| self.check(count, total.get(count)));
            checks.collect::<Vec<_>>()
        };
        self.totals.iter().flat_map(of_total).collect()
    }

    fn check(&self, count: Count, total: Option<Measure>) -> Check {
        let at = Count::ALL.iter().position(|other| *other == count).unwrap_or_default();
        let sum = self.counted.bounds(at);
        let with_skipped = std::array::from_fn(|bound| sum[bound] + self.skipped.bounds(at)[bound]);
        let reported = total.map(|Measure { low, value, high }| [low, value, high].map(u128::from));
        let agrees = |sum: [u128; 3]| reported.is_some_and(|total| total[0] <= sum[2] && sum[0] <= total[2]);
        // Where a row does not say, or could not be read, a sum that agrees may do so by chance, and one that does not
        // tells nothing.
        let is_whole = self.counted.unknown[at] == 0 && self.unreadable == 0;
        let is_near = agrees(sum) || agrees(with_skipped);
        let is_equal = is_whole && is_near;
        let rows = self.counted.rows + self.skipped.rows + self.unreadable;
        let is_cut_off = self.cap.is_some_and(|cap| rows >= cap.into());
        let verdict = match reported {
            Some(_) if is_equal => Verdict::Equal,
            Some(total) if total[0] > sum[2] && is_cut_off => Verdict::Capped,
            _ => Verdict::CannotTell,
        };
        let recomputed = if !agrees(sum) && agrees(with_skipped) { with_skipped } else { sum };
        Check {
            metric: count.word().to_owned(),
            scope: CheckScope::Total,
            rows: self.counted.rows,
            rows_off: u64::from(reported.is_some() && !is_near),
            reported: reported.map(|total| bounds(count, total)),
            recomputed: reported.map(|_| bounds(count, recomputed)),
            verdict,
        }
    }
}

/// As published: dwell in seconds.
#[expect(clippy::cast_precision_loss, reason = "sums are compared as whole numbers before")]
fn bounds(count: Count, of: [u128; 3]) -> Bounds {
    let by = if count == Count::Dwell { 1_000.0 } else { 1.0 };
    let [low, value, high] = of.map(|bound| bound as f64 / by);
    Bounds { low, value, high }
}
