//! Rows of totals: found, and compared with the rows that they add up.

use std::collections::BTreeMap;

use super::column::Column;
use super::number::{self, Number};
use super::relation::{Proof, Relation};
use super::role::Role;
use crate::export::{PeekCell, results_said, says_all, says_total, says_total_of};
use coverledger_config::NumberStyle;

/// A row of totals.
#[derive(Debug, Clone)]
pub struct Total {
    /// Its row in the table, from 0.
    pub row: usize,
    /// Whether it stands before the rows.
    pub is_first: bool,
    /// What says that it is one.
    pub sign: String,
    /// The column in which that stands; none of a total without a word.
    pub column: Option<usize>,
    /// Of a total without a word, a column that is blank in it and in no other row.
    pub blank: Option<usize>,
    /// How many results it says there are: `Total of 5928 results`.
    pub results: Option<u64>,
    /// Its numbers, by column.
    pub numbers: Vec<Option<Number>>,
}

/// Finds the totals among the rows of the data.
pub(super) fn find(
    rows: &[Vec<PeekCell>],
    data: std::ops::Range<usize>,
    is_cut: bool,
    style: NumberStyle,
) -> Vec<Total> {
    if data.len() < 2 {
        return Vec::new();
    }
    let mut signs: BTreeMap<usize, Sign> =
        data.clone().filter_map(|row| sign(&rows[row]).map(|sign| (row, sign))).collect();
    for (row, sign) in of_all(rows, &data) {
        signs.entry(row).or_insert(sign);
    }
    // Where every other row says so, it is a word of the data.
    if signs.len() * 2 > data.len() {
        signs.retain(|row, _| *row == data.start || *row + AT_THE_END >= data.end);
    }
    let first = data.clone().take(1);
    let last = data.clone().rev().take(if is_cut { 0 } else { AT_THE_END });
    for row in first.chain(last) {
        if !signs.contains_key(&row)
            && let Some(sign) = silent(rows, &data, row, style)
        {
            signs.insert(row, sign);
        }
    }
    let total = |(row, Sign { text, column, results }): (usize, Sign)| {
        let numbers = rows[row].iter().map(|cell| number::of(cell, style)).collect();
        let blank = if column.is_none() { blank(rows, &data, row) } else { None };
        Total { row, is_first: row == data.start, sign: text, column, blank, results, numbers }
    };
    signs.into_iter().map(total).collect()
}

/// Rows at the end that may be totals without a word for it.
const AT_THE_END: usize = 2;

/// What shows that a row is a total.
struct Sign {
    text: String,
    column: Option<usize>,
    results: Option<u64>,
}

/// What a row says that calls itself a total.
fn sign(cells: &[PeekCell]) -> Option<Sign> {
    cells.iter().enumerate().find_map(|(column, cell)| {
        let PeekCell::Text(text) = cell else { return None };
        let is_nothing = |cell: &PeekCell| number::is_nothing(cell);
        let has_company = || cells.iter().enumerate().any(|(other, cell)| other != column && is_nothing(cell));
        let is_total = says_total(text) || (says_total_of(text) && has_company());
        is_total.then(|| Sign { text: text.trim().to_owned(), column: Some(column), results: results_said(text) })
    })
}

/// Whether a row calls itself a total.
pub(super) fn is_said(cells: &[PeekCell]) -> bool {
    sign(cells).is_some()
}

/// Rows that say they are all of something, `整体`, in a column in which the others have times or numbers.
fn of_all(rows: &[Vec<PeekCell>], data: &std::ops::Range<usize>) -> BTreeMap<usize, Sign> {
    let mut signs = BTreeMap::new();
    let columns = data.clone().map(|row| rows[row].len()).max().unwrap_or_default();
    for column in 0..columns {
        let cells = || {
            data.clone()
                .filter_map(|row| Some((row, rows[row].get(column)?)))
                .filter(|(_, c)| !number::is_nothing(c))
        };
        let all: Vec<(usize, &str)> = cells()
            .filter_map(|(row, cell)| match cell {
                PeekCell::Text(text) if says_all(text) => Some((row, text.trim())),
                _ => None,
            })
            .collect();
        let is_number = |cell: &PeekCell| match cell {
            PeekCell::Text(text) => text.trim().starts_with(|c: char| c.is_ascii_digit()),
            _ => true,
        };
        let others = cells().count() - all.len();
        let numbers = cells().filter(|(_, cell)| is_number(cell)).count();
        if !all.is_empty() && others >= 2 && numbers == others {
            for (row, text) in all {
                signs.entry(row).or_insert(Sign { text: text.to_owned(), column: Some(column), results: None });
            }
        }
    }
    signs
}

/// A row without a word for it that is the sum of all others, in two columns or more.
fn silent(rows: &[Vec<PeekCell>], data: &std::ops::Range<usize>, row: usize, style: NumberStyle) -> Option<Sign> {
    let is_bare = rows[row].first().is_none_or(number::is_nothing);
    if !is_bare || data.len() < 4 {
        return None;
    }
    let sums = |column: usize| {
        let of =
            |row: usize| rows[row].get(column).and_then(|cell| number::of(cell, style)).map(|number| number.value);
        let sum: f64 = data.clone().filter(|other| *other != row).filter_map(of).sum();
        of(row).is_some_and(|total| total > 0.0 && (total - sum).abs() < 0.5)
    };
    let agreeing = (0..rows[row].len()).filter(|column| sums(*column)).count();
    (agreeing >= 2).then(|| Sign { text: "the sum of all others".to_owned(), column: None, results: None })
}

/// The first column that is blank in a row and in no other.
fn blank(rows: &[Vec<PeekCell>], data: &std::ops::Range<usize>, row: usize) -> Option<usize> {
    let is_blank = |row: usize, column: usize| rows[row].get(column).is_none_or(number::is_nothing);
    let columns = data.clone().map(|row| rows[row].len()).max().unwrap_or_default();
    let is_bare_row = |row: usize| (0..columns).all(|column| is_blank(row, column));
    let others: Vec<usize> = data.clone().filter(|other| *other != row && !is_bare_row(*other)).collect();
    (0..columns).find(|column| is_blank(row, *column) && others.iter().all(|other| !is_blank(*other, *column)))
}

/// A column's total, compared with its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The column.
    pub column: usize,
    /// What the total says.
    pub total: f64,
    /// What the rows sum up to.
    pub sum: f64,
    /// Whether they agree, to the last unit where nothing is rounded.
    pub is_equal: bool,
    /// Whether it counts persons, who may be in several rows.
    pub is_unique: bool,
}

impl Total {
    /// Every count of the total against the sum of the rows.
    pub(super) fn compare(&self, columns: &[Column]) -> Vec<Comparison> {
        let counts = columns.iter().enumerate().filter(|(_, column)| column.is_count());
        let compared = counts.filter_map(|(index, column)| {
            let total = (*self.numbers.get(index)?)?;
            let numbers = || column.numbers.iter().flatten();
            let sum = |of: fn(&Number) -> f64| numbers().map(of).sum::<f64>();
            let (low, high) = (sum(|n| n.low), sum(|n| n.high));
            let is_unique = matches!(column.role, Some(Role::Count(count)) if count.is_unique());
            let is_equal = total.low <= high + 1e-6 && total.high >= low - 1e-6;
            Some(Comparison { column: index, total: total.value, sum: sum(|n| n.value), is_equal, is_unique })
        });
        compared.collect()
    }

    /// Ratios of the total that are the mean of the rows' and not the ratio of its own counts.
    pub(super) fn means(&self, columns: &[Column], relations: &[Relation]) -> Vec<usize> {
        let proven = relations.iter().filter(|relation| relation.proof == Proof::Proven);
        let mut means: Vec<usize> = proven
            .filter_map(|relation| {
                let own = |column: usize| self.numbers.get(column).copied().flatten();
                let rate = own(relation.rate)?;
                let row = [rate, own(relation.of)?, own(relation.among)?];
                let rates: Vec<f64> = columns[relation.rate].numbers.iter().flatten().map(|n| n.value).collect();
                #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
                let mean = rates.iter().sum::<f64>() / rates.len() as f64;
                let unit = rate.high - rate.low;
                let is_ratio = super::relation::holds(&row, (relation.is_percent, relation.is_cut_off));
                (!is_ratio && (mean - rate.value).abs() <= unit).then_some(relation.rate)
            })
            .collect();
        means.dedup();
        means
    }

    /// The column and the word that say it.
    pub(super) fn word(&self) -> Option<(usize, &str)> {
        self.column.map(|column| (column, self.sign.as_str()))
    }
}
