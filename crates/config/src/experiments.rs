//! `experiments/<name>.yaml`: tests of covers, by rotation (a seed draws which cover is on air when) or by split (the platform
//! assigns viewers to covers).

mod burn_in;
mod read;
mod schedule;
mod stint;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use schedule::{PlannedTurn, TurnSchedule};
pub use stint::Stint;

use super::Market;
use coverledger_core::model::{MarketId, PlatformId, Turns};

pub(super) use read::{ExperimentKeys, Known, check_apart, read};

/// A test of several covers against a control.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// On which platforms; not empty.
    pub platforms: BTreeSet<PlatformId>,
    /// In which markets, all known; not empty.
    pub markets: BTreeSet<MarketId>,
    /// Two to five, each another.
    pub covers: Vec<String>,
    /// Index of the control, the cover that the others are compared with.
    pub control: usize,
    /// The first local date.
    pub from: Date,
    /// The last local date that is planned, at most 59 days after the first. A schedule is drawn up to it.
    pub to: Date,
    /// The last local date that counts where the test was stopped by hand, within the window.
    pub stopped: Option<Date>,
    /// How often a test of nothing may have a winner. 0.001 to 0.2; default 0.05.
    pub level: f64,
    /// The smallest relative gain worth having. 0.001 to 1; default 0.05.
    pub worth: f64,
    /// What a cover is chosen by.
    pub value: Value,
    /// What a cover may not cost.
    pub guardrails: Guardrails,
    /// From which p value on exposures count as uneven. 0.000001 to 0.1; default 0.001.
    pub imbalance: f64,
    /// Who sees which cover.
    pub design: Design,
}

/// Weights of what is counted for each 1,000 impressions; not both zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Of an order; default 1.
    pub orders: f64,
    /// Of a minute that a viewer stayed; default 0.
    pub retained_minutes: f64,
}

/// What a cover may not cost; `None` where nothing is guarded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guardrails {
    /// Stays: per impression of a split, per hour on air of a rotation.
    pub stay: Option<Guardrail>,
    /// Orders, in the same way. Off by default where orders alone are what a cover is worth.
    pub orders: Option<Guardrail>,
    /// Orders ÷ entrants. Off by default: a cover that draws more viewers changes who the entrants are, so a lower share
    /// of buyers among them may be no loss.
    pub conversion: Option<Guardrail>,
    /// Entrants who come back within a week ÷ entrants, of a split. Off by default: it takes viewers who are kept over days.
    pub revisits: Option<Guardrail>,
}

/// A bound on what a cover may cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guardrail {
    /// The relative loss that is tolerated, 0 to 1.
    pub tolerated: f64,
    /// Whether the file names it. Such a guardrail has to be shown to hold before a cover wins; a default one bars a cover
    /// that looks as if it broke it.
    pub is_required: bool,
}

/// Who sees which cover.
#[derive(Debug, Clone, PartialEq)]
pub enum Design {
    /// All viewers of a turn see the same one.
    Rotation(Rotation),
    /// The platform shows each viewer one of them, by lot.
    Split(Split),
}

/// Covers take turns by a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// How long a turn is: 5 minutes to 24 hours.
    pub turn_seconds: i64,
    /// How much of a turn does not count where the cover has changed; less than the turn.
    pub burn_in_seconds: i64,
    /// What draws the schedule.
    pub seed: u64,
    /// Which cover is on air when.
    pub schedule: TurnSchedule,
}

/// Viewers are drawn by the platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The share of viewers that each cover is to have, by its place in [`Experiment::covers`]; they add up to 1.
    pub shares: Vec<f64>,
    /// How many broadcasts of a platform in a market the test is planned for. 8 to 10,000.
    pub broadcasts: u32,
    /// For how long a viewer keeps a cover; default [`Assignment::Viewer`].
    pub assignment: Assignment,
}

/// What a split assigns to covers: the unit that was randomized, and so the unit that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assignment {
    /// A viewer keeps the cover over all broadcasts: what returning viewers do in several broadcasts hangs together.
    #[default]
    Viewer,
    /// Viewers are drawn anew in every broadcast.
    Broadcast,
}

impl Assignment {
    /// The words in configuration.
    pub const WORDS: [(&'static str, Self); 2] = [("viewer", Self::Viewer), ("broadcast", Self::Broadcast)];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Broadcast => "broadcast",
        }
    }
}

impl Experiment {
    /// The word for its design.
    #[must_use]
    pub const fn design_word(&self) -> &'static str {
        match self.design {
            Design::Rotation(_) => "rotation",
            Design::Split(_) => "split",
        }
    }

    /// The last local date that counts: that of the window, or the day on which the test was stopped by hand.
    #[must_use]
    pub fn last_date(&self) -> Date {
        self.stopped.map_or(self.to, |stopped| stopped.min(self.to))
    }

    /// The word for what covers are drawn for; `None` for a rotation.
    #[must_use]
    pub const fn assignment_word(&self) -> Option<&'static str> {
        match &self.design {
            Design::Rotation(_) => None,
            Design::Split(Split { assignment: Assignment::Viewer, .. }) => Some("viewer"),
            Design::Split(Split { assignment: Assignment::Broadcast, .. }) => Some("broadcast"),
        }
    }

    /// Its rotation, if it is one.
    #[must_use]
    pub const fn rotation(&self) -> Option<&Rotation> {
        match &self.design {
            Design::Rotation(rotation) => Some(rotation),
            Design::Split(_) => None,
        }
    }

    /// What its split assigns to covers; `None` for a rotation.
    #[must_use]
    pub const fn assignment(&self) -> Option<Assignment> {
        match &self.design {
            Design::Rotation(_) => None,
            Design::Split(split) => Some(split.assignment),
        }
    }

    /// Another schedule that was as likely as the one that ran; `None` for a split.
    #[must_use]
    pub fn redrawn(&self, markets: &BTreeMap<MarketId, Market>, seed: u64) -> Option<TurnSchedule> {
        self.rotation().map(|rotation| TurnSchedule::new(self, rotation, markets, seed))
    }
}

/// The turns of rotations, by platform and market.
pub(super) fn turns(experiments: &BTreeMap<String, Experiment>) -> BTreeMap<(PlatformId, MarketId), Turns> {
    let mut spans: BTreeMap<(PlatformId, MarketId), Vec<_>> = BTreeMap::new();
    for (experiment, rotation) in experiments.values().filter_map(|one| Some((one, one.rotation()?))) {
        for platform in &experiment.platforms {
            for market in &experiment.markets {
                let of_market = spans.entry((platform.clone(), market.clone())).or_default();
                let turns = rotation.schedule.turns(market).iter();
                // What follows a test that was stopped is free for the next one.
                let counted = turns.take_while(|turn| turn.local_date <= experiment.last_date());
                of_market.extend(counted.map(PlannedTurn::span));
            }
        }
    }
    spans.into_iter().map(|(place, spans)| (place, Turns::new(spans))).collect()
}
