//! Why market-days are not published, told once per reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;

use crate::model::MarketDay;

/// How many reasons are printed before the rest is only counted.
const SHOWN: usize = 12;
/// How many market-days of a reason are named.
const NAMED: usize = 4;

/// Market-days by how they stand and why.
#[derive(Debug, Default)]
pub struct Reasons<'a> {
    days: BTreeMap<(&'static str, String), Vec<Day<'a>>>,
}

/// A market-day, and since when it stands so, where that is known.
#[derive(Debug)]
struct Day<'a>(&'a MarketDay, Option<Timestamp>);

impl<'a> Reasons<'a> {
    /// Adds a market-day.
    pub fn add(&mut self, word: &'static str, reason: String, day: &'a MarketDay) {
        self.days.entry((word, reason)).or_default().push(Day(day, None));
    }

    /// Adds a market-day that stands so since an instant.
    pub fn add_since(&mut self, word: &'static str, reason: String, day: &'a MarketDay, since: Timestamp) {
        self.days.entry((word, reason)).or_default().push(Day(day, Some(since)));
    }

    /// Prints each reason with its market-days.
    ///
    /// # Errors
    /// When standard output is gone.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for ((word, reason), days) in self.days.iter().take(SHOWN) {
            writeln!(out, "  {word}: {}", named(days))?;
            writeln!(out, "    {reason}")?;
        }
        if self.days.len() > SHOWN {
            writeln!(out, "  … and {} more reasons", self.days.len() - SHOWN)?;
        }
        Ok(())
    }
}

fn named(days: &[Day<'_>]) -> String {
    let name = |Day(day, since): &Day<'_>| match since {
        Some(since) => format!("{day} since {since}"),
        None => day.to_string(),
    };
    let mut text = days.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
    if days.len() > NAMED {
        let _ = write!(text, " and {} more", days.len() - NAMED);
    }
    text
}
