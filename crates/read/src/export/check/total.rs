//! Rows of totals, compared with the sum of the rows: of all of them, or of those before or behind it, as a total of a
//! group or a sheet is.

use super::sum::Sum;
use crate::export::ExportError;
use coverledger_core::model::{Bounds, Check, CheckScope, Count, CountSet, Figures, Measure, Verdict};

/// Totals that are kept; an export has one, or one a sheet.
const MOST_TOTALS: usize = 100;
/// Characters of a text that are shown.
const LONGEST_TEXT: usize = 60;

/// The sum of rows, and what rows say it is.
#[derive(Debug, Default)]
pub(in crate::export) struct TotalCheck {
    /// What the export states itself.
    stated: CountSet,
    /// Rows after which the platform cuts its exports off.
    cap: Option<u32>,
    counted: Sum,
    skipped: Sum,
    /// Rows since the last total.
    block: Sum,
    unreadable: u64,
    totals: Vec<Total>,
    said: Vec<Results>,
    /// Rows since the last total that says of how many it is.
    since_said: u64,
}

/// A row of totals.
#[derive(Debug)]
struct Total {
    figures: Figures,
    before: Sum,
    behind: Sum,
}

/// A total, or a note, that says how many rows there are.
#[derive(Debug)]
struct Results {
    text: String,
    stated: u64,
    is_note: bool,
    before: u64,
    behind: u64,
}

impl TotalCheck {
    pub(in crate::export) fn new(stated: CountSet, cap: Option<u32>) -> Self {
        Self { stated, cap, ..Self::default() }
    }

    /// A row of data.
    pub(in crate::export) fn row(&mut self, figures: &Figures) {
        self.counted.add(figures);
        self.block.add(figures);
        self.since_said += 1;
    }

    /// A row that the configuration leaves out; the platform's total may still include it.
    pub(in crate::export) fn skipped(&mut self, figures: &Figures) {
        self.skipped.add(figures);
        self.since_said += 1;
    }

    /// A row whose counts are unknown.
    pub(in crate::export) fn unreadable(&mut self) {
        self.unreadable += 1;
        self.since_said += 1;
    }

    /// Says that no row comes any more.
    pub(in crate::export) fn close(&mut self) {
        let behind = std::mem::take(&mut self.block);
        if let Some(last) = self.totals.last_mut() {
            last.behind = behind;
        }
    }

    /// A row of totals that is known to be that of a group.
    pub(in crate::export) fn total_of(&mut self, figures: &Figures, group: &Sum) {
        if self.totals.len() < MOST_TOTALS {
            self.totals.push(Total { figures: *figures, before: *group, behind: Sum::default() });
        }
    }

    /// A row of totals.
    pub(in crate::export) fn total(&mut self, figures: &Figures) {
        if self.totals.len() >= MOST_TOTALS {
            return;
        }
        let before = std::mem::take(&mut self.block);
        if let Some(last) = self.totals.last_mut() {
            last.behind = before;
        }
        self.totals.push(Total { figures: *figures, before, behind: Sum::default() });
    }

    /// A text that says how many rows there are.
    pub(in crate::export) fn results(&mut self, text: &str, stated: u64, is_note: bool) {
        let before = std::mem::take(&mut self.since_said);
        if let Some(last) = self.said.last_mut() {
            last.behind = before;
        }
        if self.said.len() < MOST_TOTALS {
            let text = text.trim().chars().take(LONGEST_TEXT).collect();
            self.said.push(Results { text, stated, is_note, before, behind: 0 });
        }
    }

    /// The sum of the rows that count.
    pub(in crate::export) const fn counted(&self) -> &Sum {
        &self.counted
    }

    /// All rows of data, whatever became of them.
    const fn rows(&self) -> u64 {
        self.counted.rows + self.skipped.rows + self.unreadable
    }

    /// Whether the export is cut off: after as many rows as its platform allows, or as a note in it says.
    fn is_cut_off(&self) -> bool {
        let rows = self.rows();
        let by_note = self.said.iter().any(|said| said.is_note && said.stated == rows);
        by_note || self.cap.is_some_and(|cap| rows == u64::from(cap))
    }

    /// What is said of an export that has fewer rows than a total in it says: its download broke off.
    pub(in crate::export) fn refusal(&mut self) -> Option<ExportError> {
        let rows = self.rows();
        if let Some(last) = self.said.last_mut() {
            last.behind = self.since_said;
        }
        if self.is_cut_off() {
            return None;
        }
        let is_fewer = |said: &&Results| said.stated > said.before.max(said.behind) && said.stated != rows;
        let said = self.said.iter().find(is_fewer)?;
        let rows = if self.said.len() > 1 { said.before.max(said.behind) } else { rows };
        Some(ExportError::FewerRows { said: said.text.clone(), stated: said.stated, rows })
    }

    /// One comparison for every total and count that the export states itself.
    pub(in crate::export) fn checks(&self) -> Vec<Check> {
        let of_total = |total: &Total| {
            let checks = self.stated.iter().map(|count| self.check(count, total));
            checks.collect::<Vec<_>>()
        };
        self.totals.iter().flat_map(of_total).collect()
    }

    fn check(&self, count: Count, total: &Total) -> Check {
        let at = Count::ALL.iter().position(|other| *other == count).unwrap_or_default();
        let sum = self.counted.bounds(at);
        let with_skipped = std::array::from_fn(|bound| sum[bound] + self.skipped.bounds(at)[bound]);
        let reported =
            total.figures.get(count).map(|Measure { low, value, high }| [low, value, high].map(u128::from));
        let agrees = |sum: [u128; 3]| reported.is_some_and(|total| total[0] <= sum[2] && sum[0] <= total[2]);
        // A total of a group is that of the rows before it, or behind it.
        let of_group = [&total.before, &total.behind]
            .into_iter()
            .filter(|group| group.rows > 0 && group.unknown[at] == 0)
            .map(|group| group.bounds(at))
            .find(|sum| agrees(*sum));
        // Where a row does not say, or could not be read, a sum that agrees may do so by chance, and one that does not
        // tells nothing.
        let is_whole = (self.counted.unknown[at] == 0 || of_group.is_some()) && self.unreadable == 0;
        let is_near = agrees(sum) || agrees(with_skipped) || of_group.is_some();
        let is_equal = is_whole && is_near;
        let verdict = match reported {
            Some(_) if is_equal => Verdict::Equal,
            Some(total) if total[0] > sum[2] && self.is_cut_off() => Verdict::Capped,
            _ => Verdict::CannotTell,
        };
        let recomputed = match of_group {
            Some(of_group) if !agrees(sum) => of_group,
            _ if !agrees(sum) && agrees(with_skipped) => with_skipped,
            _ => sum,
        };
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
