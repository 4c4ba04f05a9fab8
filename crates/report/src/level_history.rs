//! What the team's own history says of a test: whether it names winners where there is none.

use polars::prelude::*;

use crate::evidence::day::{texts, wholes};
use coverledger_config::Experiment;
use coverledger_core::model::columns as c;

/// How improbable so many false winners have to be at the level before the test is not believed. It is asked in every
/// market.
const DOUBT: f64 = 0.001;

/// The row of `false_winners` that tests the design of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelHistory {
    /// Tests of covers that do not differ.
    pub tests: u64,
    /// Those that named a winner.
    pub found: u64,
    /// How many may, as a share.
    pub level: f64,
}

impl LevelHistory {
    /// Reads it from a table `false_winners`: of several rows that test the same design, the one with the most false winners.
    /// `None` where the history says nothing of such a test.
    ///
    /// # Errors
    /// When it is no such table.
    pub fn read(table: &DataFrame, experiment: &Experiment) -> PolarsResult<Option<Self>> {
        let designs = texts(table, c::DESIGN)?;
        let (tests, found) = (wholes(table, c::TESTS, false)?, wholes(table, c::FALSE_WINNERS, false)?);
        let levels = table.column(c::LEVEL)?.f64()?;
        let row = |at: usize| Some(Self { tests: tests[at]?, found: found[at]?, level: levels.get(at)? });
        let rows = (0..table.height()).filter(|at| designs[*at] == experiment.design_word()).filter_map(row);
        Ok(rows.filter(|row| row.tests > 0).max_by(|one, other| one.share().total_cmp(&other.share())))
    }

    /// Whether there were no more false winners than chance makes at the level.
    #[must_use]
    pub fn is_held(&self) -> bool {
        // The binomial probabilities of fewer than were found, each from the one before.
        let odds = self.level / (1.0 - self.level);
        let mut one = (1.0 - self.level).powf(float(self.tests));
        let mut fewer = 0.0;
        for count in 0..self.found {
            fewer += one;
            one *= odds * float(self.tests - count) / float(count + 1);
        }
        1.0 - fewer > DOUBT
    }

    /// Tests that named a winner ÷ all.
    #[must_use]
    pub fn share(&self) -> f64 {
        float(self.found) / float(self.tests)
    }
}

#[expect(clippy::cast_precision_loss, reason = "hundreds of tests")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_doubted_only_where_chance_would_hardly_do_it() {
        let of = |found| LevelHistory { tests: 100, found, level: 0.05 };
        // P(X ≥ 12) is 0.0043 and P(X ≥ 13) 0.0015, P(X ≥ 14) 0.0005, of 100 at 5 %: scipy.stats.binom.sf.
        assert!((0..=13).all(|found| of(found).is_held()));
        assert!((14..=100).all(|found| !of(found).is_held()));
        assert!((of(14).share() - 0.14).abs() < 1e-12);
    }
}
