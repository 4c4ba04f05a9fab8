//! What every row of a decision repeats, and columns made of such rows.

use jiff::civil::Date;
use polars::prelude::*;

use super::cells::{dates, same_text};
use super::evidence::Evidence;
use coverledger_core::model::columns as c;

/// A market's evidence, with what its tables are named by.
#[derive(Debug, Clone, Copy)]
pub(super) struct DecisionContext<'a> {
    /// What is known.
    pub(super) evidence: &'a Evidence,
    /// The day it is known as of.
    pub(super) as_of: Date,
    /// Which revision is rendered.
    pub(super) revision: u64,
}

impl DecisionContext<'_> {
    /// Platform, market, day and window: the first columns.
    pub(super) fn keys(&self, height: usize) -> Vec<Column> {
        let day = |name: &str, date| dates(name, vec![Some(date); height]);
        vec![
            same_text(c::PLATFORM, self.evidence.platform.as_str(), height),
            same_text(c::MARKET, self.evidence.market.as_str(), height),
            day(c::AS_OF, self.as_of),
            day(c::SINCE, self.evidence.since),
            day(c::UNTIL, self.evidence.until),
        ]
    }

    /// Conventions, provisional and revision: the last columns.
    pub(super) fn closing(&self, height: usize) -> Vec<Column> {
        let conventions = self.evidence.conventions;
        let revision = i64::try_from(self.revision).unwrap_or(i64::MAX);
        vec![
            same_text(c::IMPRESSION_BASIS, conventions.impression.word(), height),
            same_text(c::CLICK_EVENT, conventions.click.word(), height),
            same_text(c::UNIQUE_BASIS, conventions.uniques.word(), height),
            dates(c::CONVENTION_SINCE, vec![self.evidence.convention_since; height]),
            Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(self.evidence.provisional), height),
            Column::new_scalar(c::REVISION.into(), Scalar::from(revision), height),
        ]
    }
}

/// A column of numbers, to twelve significant digits: logarithms and exponentials differ in their last bits from one
/// processor's mathematical library to another's, and the same facts are to give the same bytes.
pub(super) fn floats<T>(name: &str, rows: &[T], of: impl Fn(&T) -> Option<f64>) -> Column {
    Column::new(name.into(), rows.iter().map(|row| of(row).map(rounded)).collect::<Vec<Option<f64>>>())
}

fn rounded(number: f64) -> f64 {
    const DIGITS: i32 = 12;
    if number == 0.0 {
        // The sum of nothing is −0.
        return 0.0;
    }
    if !number.is_finite() || number.fract() == 0.0 {
        return number;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a number has three digits")]
    let exponent = number.abs().log10().floor() as i32;
    let places = DIGITS - 1 - exponent;
    // A power of ten beyond the numbers there are would make nothing of it.
    if places.abs() > 300 {
        return number;
    }
    let scale = 10_f64.powi(places.abs());
    if places < 0 { (number / scale).round() * scale } else { (number * scale).round() / scale }
}

/// A column of how many.
pub(super) fn wholes<T>(name: &str, rows: &[T], of: impl Fn(&T) -> Option<usize>) -> Column {
    let whole = |row| of(row).map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    Column::new(name.into(), rows.iter().map(whole).collect::<Vec<Option<i64>>>())
}

/// A column of words.
pub(super) fn texts<T>(name: &str, rows: &[T], of: impl Fn(&T) -> Option<String>) -> Column {
    Column::new(name.into(), rows.iter().map(of).collect::<Vec<Option<String>>>())
}

/// A column of true or false.
pub(super) fn truths<T>(name: &str, rows: &[T], of: impl Fn(&T) -> Option<bool>) -> Column {
    Column::new(name.into(), rows.iter().map(of).collect::<Vec<Option<bool>>>())
}

/// A share as people write it: `2.10 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// How many there are, in English: `1 broadcast`, `2 broadcasts`. The noun forms its plural with an s.
pub(super) fn counted(many: usize, noun: &str) -> String {
    if many == 1 { format!("1 {noun}") } else { format!("{many} {noun}s") }
}

/// The same sentences in English and Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) en: String,
    pub(super) zh: String,
}

impl Words {
    pub(super) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// Another sentence behind these.
    pub(super) fn then(mut self, next: &Self) -> Self {
        if !self.en.is_empty() && !next.en.is_empty() {
            self.en.push(' ');
        }
        self.en.push_str(&next.en);
        self.zh.push_str(&next.zh);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, counted, rounded};

    #[test]
    fn one_is_no_plural_and_sentences_follow_each_other_as_each_language_has_it() {
        assert_eq!(
            [counted(1, "broadcast"), counted(2, "day"), counted(0, "day")],
            ["1 broadcast", "2 days", "0 days"]
        );
        let two = Words::new("A.", "甲。").then(&Words::new("B.", "乙。"));
        assert_eq!(two, Words::new("A. B.", "甲。乙。"));
    }

    #[test]
    fn what_differs_in_the_last_bits_is_published_alike() {
        for number in [0.1_f64, 1.0 / 3.0, -2.0e-9, 123_456.789, 1e-200] {
            let neighbour = f64::from_bits(number.to_bits() + 1);
            assert_eq!(rounded(number).to_bits(), rounded(neighbour).to_bits(), "{number}");
            assert!((rounded(number) / number - 1.0).abs() < 1e-11, "{number}");
        }
        assert_eq!(rounded(0.0625).to_bits(), 0.0625_f64.to_bits());
        assert!(rounded(-0.0).is_sign_positive());
        assert!(rounded(f64::INFINITY).is_infinite() && rounded(5e-324) > 0.0);
    }
}
