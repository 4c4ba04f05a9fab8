//! What the team's own history says of a test: whether it names winners where there is none.

/// The row of `false_winners` that tests the design of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelHistory {
    /// Tests of covers that do not differ.
    pub tests: u64,
    /// Those that named a winner.
    pub found: u64,
    /// How many may, as a share.
    pub level: f64,
    /// The lower end of the 95 % interval of the share that did (Wilson 1927).
    pub low: f64,
}

impl LevelHistory {
    /// Whether no more winners were named than may be by chance.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.low <= self.level
    }

    /// Tests that named a winner ÷ all.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "hundreds of tests")]
    pub fn share(&self) -> f64 {
        self.found as f64 / self.tests as f64
    }
}
