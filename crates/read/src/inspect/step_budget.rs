//! A budget of steps for the search on a table. Steps and not time, so that the result is the same on any machine.

/// What is left of the steps.
#[derive(Debug)]
pub(super) struct StepBudget {
    left: u64,
}

impl StepBudget {
    pub(super) const fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Takes so many steps; whether there were as many left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let steps = steps as u64;
        let is_there = steps <= self.left;
        self.left = self.left.saturating_sub(steps);
        is_there
    }

    #[cfg(test)]
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}
