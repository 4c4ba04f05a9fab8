//! Why market-days are not published, told once per reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::model::MarketDay;

/// How many reasons are printed before the rest is only counted.
const SHOWN: usize = 12;
/// How many market-days of a reason are named.
const NAMED: usize = 4;

/// Market-days by how they stand and why.
#[derive(Debug, Default)]
pub struct Reasons<'a> {
    days: BTreeMap<(&'static str, String), Vec<&'a MarketDay>>,
}

impl<'a> Reasons<'a> {
    /// Adds a market-day.
    pub fn add(&mut self, word: &'static str, reason: String, day: &'a MarketDay) {
        self.days.entry((word, reason)).or_default().push(day);
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

fn named(days: &[&MarketDay]) -> String {
    let mut text = days.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if days.len() > NAMED {
        let _ = write!(text, " and {} more", days.len() - NAMED);
    }
    text
}
