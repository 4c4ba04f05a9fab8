//! Why market-days are not published, printed once per reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use jiff::Timestamp;

use super::cause::{and_like_it, cause};
use super::screen::Screen;
use coverledger_core::model::MarketDay;

/// How many reasons are printed; the rest is only counted.
const SHOWN: usize = 12;
/// Up to this number, reasons for holding with one cause are printed separately, since they name different exports and numbers.
const FEW: usize = 3;
/// How many market-days are named for each reason.
const NAMED: usize = 4;

/// Market-days by status and reason.
#[derive(Debug, Default)]
pub struct Reasons<'a> {
    days: BTreeMap<(&'static str, String), Vec<Day<'a>>>,
}

/// A market-day, and since when it has had this status, if known.
#[derive(Debug)]
struct Day<'a>(&'a MarketDay, Option<Timestamp>);

impl<'a> Reasons<'a> {
    /// Adds a market-day.
    pub fn add(&mut self, word: &'static str, reason: String, day: &'a MarketDay) {
        self.days.entry((word, reason)).or_default().push(Day(day, None));
    }

    /// Adds a market-day that has had this status since an instant.
    pub fn add_since(&mut self, word: &'static str, reason: String, day: &'a MarketDay, since: Timestamp) {
        self.days.entry((word, reason)).or_default().push(Day(day, Some(since)));
    }

    /// Prints each reason with its market-days.
    ///
    /// # Errors
    /// When standard output is gone.
    pub fn print(&self, out: &mut Screen<'_>) -> io::Result<()> {
        let lines = self.lines();
        for ReasonLine { word, reason, others, days } in lines.iter().take(SHOWN) {
            writeln!(out, "  {word}: {}", named(days))?;
            writeln!(out, "    {reason}{}", and_like_it(*others))?;
        }
        if lines.len() > SHOWN {
            writeln!(out, "  … and {} more reasons", lines.len() - SHOWN)?;
        }
        Ok(())
    }

    /// Reasons with one cause are combined into one line; reasons for holding only if there are more than a few.
    fn lines(&self) -> Vec<ReasonLine<'_>> {
        let mut groups: Vec<(&'static str, String, Vec<ReasonLine<'_>>)> = Vec::new();
        for ((word, reason), days) in &self.days {
            let of = if *word == "waiting" { reason.clone() } else { cause(reason) };
            let line = ReasonLine { word, reason, others: 0, days: days.iter().collect() };
            match groups.iter_mut().find(|(known, cause, _)| known == word && *cause == of) {
                Some((.., lines)) => lines.push(line),
                None => groups.push((word, of, vec![line])),
            }
        }
        let mut told = Vec::new();
        for (word, _, lines) in groups {
            if word == "held" && lines.len() < FEW {
                told.extend(lines);
            } else {
                told.extend(lines.into_iter().reduce(ReasonLine::and));
            }
        }
        told
    }
}

/// A reason, and the market-days that have this status because of it or of similar reasons.
#[derive(Debug)]
struct ReasonLine<'a> {
    word: &'static str,
    reason: &'a str,
    others: usize,
    days: Vec<&'a Day<'a>>,
}

impl ReasonLine<'_> {
    fn and(mut self, other: Self) -> Self {
        self.others += 1 + other.others;
        self.days.extend(other.days);
        self.days.sort_by_key(|Day(day, _)| *day);
        self
    }
}

fn named(days: &[&Day<'_>]) -> String {
    let name = |Day(day, since): &&Day<'_>| match since {
        Some(since) => format!("{day} since {since}"),
        None => day.to_string(),
    };
    let mut text = days.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
    if days.len() > NAMED {
        let _ = write!(text, " and {} more", days.len() - NAMED);
    }
    text
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::screen::CapturedText;
    use coverledger_core::model::{MarketId, PlatformId};

    fn printed(reasons: &[(&'static str, &str)]) -> String {
        let day = |number: usize| MarketDay {
            platform: PlatformId::new("p"),
            market: MarketId::new("JP"),
            local_date: date(2026, 11, 1) + jiff::Span::new().days(i64::try_from(number).unwrap()),
        };
        let days: Vec<MarketDay> = (0..reasons.len()).map(day).collect();
        let mut told = Reasons::default();
        for ((word, reason), day) in reasons.iter().zip(&days) {
            told.add(word, (*reason).to_owned(), day);
        }
        CapturedText::written(|out| told.print(out)).unwrap().to_string()
    }

    #[test]
    fn failures_of_one_cause_are_one_line_with_a_count() {
        let text = printed(&[
            ("failed", "put `a/1`: the disk is full"),
            ("failed", "put `a/2`: the disk is full"),
            ("failed", "it is broken"),
        ]);
        let expected = "  failed: p/JP/2026-11-03\n    it is broken\n  failed: p/JP/2026-11-01, p/JP/2026-11-02\n    \
                        put `a/1`: the disk is full (and 1 like it)\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_few_holds_are_told_one_by_one_and_what_is_waited_for_always_is() {
        let two = printed(&[("held", "export `a/1`: 2 of 9"), ("held", "export `a/2`: 3 of 9")]);
        assert_eq!(two.matches("export").count(), 2, "{two}");
        let three = printed(&[
            ("held", "export `a/1`: 2 of 9"),
            ("held", "export `a/2`: 3 of 9"),
            ("held", "export `a/3`: 4 of 9"),
        ]);
        assert!(three.contains("export `a/1`: 2 of 9 (and 2 like it)"), "{three}");
        let waiting = printed(&[("waiting", "no export at `a/1`"), ("waiting", "no export at `a/2`")]);
        assert_eq!(waiting.matches("no export").count(), 2, "{waiting}");
    }
}
