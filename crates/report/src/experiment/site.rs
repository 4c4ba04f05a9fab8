//! What is known of an experiment in one market of a platform, as of a date.

use std::cell::OnceCell;

use jiff::civil::Date;

use super::decide::{Arm, Decision, Obstacle, decide};
use super::fading::{Recent, recent};
use super::guardrail::{Guard, Guarded};
use crate::decisions::{LevelHistory, among_groups};
use crate::evidence::Evidence;
use crate::experiment_balance::Balance;
use crate::tally::float;
use crate::trial::{Effect, Metric, Trial, Unit, worth};
use coverledger_config::{Experiment, PlannedTurn};
use coverledger_core::model::{Count, Figures};
use coverledger_stats::{Choice, holm};

/// From which share on a rotation in which other covers than the planned ones were on air is no experiment.
pub(super) const MOST_OFF_PLAN: f64 = 0.1;

/// An experiment in one market of a platform, judged by what was published up to a date.
pub(super) struct Site<'e> {
    pub(super) experiment: &'e Experiment,
    pub(super) trial: Trial<'e>,
    pub(super) balance: Option<Balance>,
    pub(super) figures: Vec<Figures>,
    pub(super) arms: Vec<Arm>,
    pub(super) choice: Option<Choice>,
    /// Of each arm, the last seven nights beside those before.
    pub(super) recent: Vec<Option<Recent>>,
    pub(super) obstacle: Option<Obstacle>,
    pub(super) decisions: Vec<Option<Decision>>,
    /// Of a split by viewer in which an arm would win: how often this test finds a winner among viewers of the control.
    pub(super) among_groups: Option<LevelHistory>,
    beside: OnceCell<Beside>,
}

/// What is told and decides nothing: costly, so it is only made where it is published.
pub(super) struct Beside {
    pub(super) ctr: Vec<Option<Effect>>,
    pub(super) stay_rate: Vec<Option<Effect>>,
    pub(super) conversion: Vec<Option<Effect>>,
    pub(super) stays: Vec<Option<Effect>>,
    pub(super) orders: Vec<Option<Effect>>,
    pub(super) revisits: Vec<Option<Effect>>,
    pub(super) per_mille: Vec<Option<Effect>>,
    /// How many more nights each arm needs until a gain of `worth` is found four times in five.
    pub(super) nights_needed: Vec<Option<u32>>,
    /// The least p value that the test can give by the end of its window; `None` of a split.
    pub(super) least_p: Option<f64>,
}

impl<'e> Site<'e> {
    /// `is_level_held` says whether the team's own history lets this test be believed.
    pub(super) fn of(
        experiment: &'e Experiment,
        evidence: &'e Evidence,
        turns: &[PlannedTurn],
        until: Date,
        is_level_held: bool,
    ) -> Self {
        let trial = Trial::new(evidence, experiment, turns, until);
        let balance = Balance::of(&trial, experiment);
        let covers = experiment.covers.len();
        let figures: Vec<Figures> = (0..covers).map(|arm| trial.figures(arm)).collect();
        let effects = trial.effects(Metric::Value);
        let choice = trial.choice();
        let recent: Vec<Option<Recent>> = (0..covers)
            .map(|arm| (arm != experiment.control).then(|| recent(&trial, arm, trial.looks()))?)
            .collect();
        let p_holm = both_ways(
            &effects.iter().map(|effect| effect.map(|it| [it.p_better, it.p_worse])).collect::<Vec<_>>(),
        );
        let guards = guards(&trial, experiment);
        let arms: Vec<Arm> = (0..covers)
            .map(|arm| Arm {
                value: value(experiment, &trial, arm, &figures[arm]),
                effect: effects[arm],
                p_holm: p_holm[arm],
                best: choice.as_ref().and_then(|choice| choice.best.get(arm)).copied(),
                has_faded: recent[arm].is_some_and(|recent| recent.has_faded),
                guards: guards[arm],
            })
            .collect();
        let is_uneven = balance.as_ref().is_some_and(|balance| !balance.uneven().is_empty());
        let is_off_plan = trial.off_plan().is_some_and(|share| share > MOST_OFF_PLAN);
        let obstacle = match () {
            () if is_uneven || is_off_plan => Some(Obstacle::Imbalance),
            () if trial.unit() == Unit::NoViewerIds => Some(Obstacle::NoViewerIds),
            () if !is_level_held => Some(Obstacle::LevelNotHeld),
            () => None,
        };
        let mut site = Self {
            experiment,
            decisions: decide(&arms, experiment.control, obstacle, experiment.level, experiment.worth),
            trial,
            balance,
            figures,
            arms,
            choice,
            recent,
            obstacle,
            among_groups: None,
            beside: OnceCell::new(),
        };
        site.doubt();
        site
    }

    /// Where an arm would win among viewers who keep their cover: whether this test finds winners among viewers of the control.
    fn doubt(&mut self) {
        if self.winner().is_none() {
            return;
        }
        self.among_groups = among_groups(&self.trial);
        if self.among_groups.is_some_and(|found| !found.is_held()) {
            self.obstacle = Some(Obstacle::LevelNotHeld);
            let Experiment { control, level, worth, .. } = self.experiment;
            self.decisions = decide(&self.arms, *control, self.obstacle, *level, *worth);
        }
    }

    /// The same for an arm that had won and whose effect has gone since.
    pub(super) fn faded(mut self, arm: usize) -> Self {
        self.arms[arm].has_faded = true;
        let Experiment { control, level, worth, .. } = self.experiment;
        self.decisions = decide(&self.arms, *control, self.obstacle, *level, *worth);
        self.close();
        self.decisions[arm] = Some(Decision::Faded);
        self
    }

    /// The test has ended: what is open stays open.
    pub(super) fn close(&mut self) {
        for decision in self.decisions.iter_mut().filter(|decision| **decision == Some(Decision::KeepTesting)) {
            *decision = Some(Decision::NotSettled);
        }
    }

    /// The control first, then the others in the order of the file.
    pub(super) fn order(&self) -> Vec<usize> {
        let others = (0..self.arms.len()).filter(|arm| *arm != self.experiment.control);
        std::iter::once(self.experiment.control).chain(others).collect()
    }

    /// The arm that won.
    pub(super) fn winner(&self) -> Option<usize> {
        self.decisions.iter().position(|decision| *decision == Some(Decision::Winner))
    }

    /// The cover to put on air: the winner, and the control where there is none.
    pub(super) fn on_air(&self) -> &'e str {
        &self.experiment.covers[self.winner().unwrap_or(self.experiment.control)]
    }

    pub(super) fn beside(&self) -> &Beside {
        self.beside.get_or_init(|| {
            let of = |metric| self.trial.effects(metric);
            let guarded = |place: usize| self.arms.iter().map(|arm| arm.guards[place].effect).collect::<Vec<_>>();
            // What is guarded is known already.
            let or = |place: usize, metric| {
                let known = guarded(place);
                if known.iter().any(Option::is_some) { known } else { of(metric) }
            };
            Beside {
                ctr: of(Metric::Ctr),
                stay_rate: of(Metric::StayRate),
                stays: or(0, Metric::Stay),
                orders: or(1, Metric::Orders),
                conversion: or(2, Metric::Conversion),
                revisits: or(3, Metric::Revisits),
                // Of a split the value is per impression already.
                per_mille: match self.trial.unit() {
                    Unit::Turns => of(Metric::PerMille),
                    Unit::Groups | Unit::Broadcasts | Unit::NoViewerIds => {
                        self.arms.iter().map(|arm| arm.effect).collect()
                    }
                },
                nights_needed: {
                    let effects: Vec<Option<Effect>> = self.arms.iter().map(|arm| arm.effect).collect();
                    self.trial.nights_needed(&effects, self.experiment.worth)
                },
                least_p: self.trial.least_p(),
            }
        })
    }
}

/// P values of all arms together (Holm 1979), of being better and of being worse: each with the surest direction of every
/// other arm beside it, so that whatever is told of all arms has the level.
pub(super) fn both_ways(p: &[Option<[f64; 2]>]) -> Vec<Option<[f64; 2]>> {
    let surest: Vec<f64> = p.iter().map(|p| p.map_or(f64::NAN, |[better, worse]| better.min(worse))).collect();
    let adjusted = |arm: usize, own: f64| {
        let mut all = surest.clone();
        all[arm] = own;
        holm(&all)[arm]
    };
    p.iter()
        .enumerate()
        .map(|(arm, p)| p.map(|[better, worse]| [adjusted(arm, better), adjusted(arm, worse)]))
        .collect()
}

fn guards(trial: &Trial<'_>, experiment: &Experiment) -> Vec<[Guard; Guarded::ALL.len()]> {
    let rules = experiment.guardrails;
    let of = |guarded: Guarded| {
        let (rule, metric) = match guarded {
            Guarded::Stays => (rules.stay, Metric::Stay),
            Guarded::Orders => (rules.orders, Metric::Orders),
            Guarded::Conversion => (rules.conversion, Metric::Conversion),
            Guarded::Revisits => (rules.revisits, Metric::Revisits),
        };
        let effects = if rule.is_some() { trial.effects(metric) } else { vec![None; experiment.covers.len()] };
        (guarded, rule, effects)
    };
    let all = Guarded::ALL.map(of);
    (0..experiment.covers.len())
        .map(|arm| {
            let guard = |(guarded, rule, effects): &(Guarded, _, Vec<Option<Effect>>)| {
                if arm == experiment.control {
                    Guard::off(*guarded)
                } else {
                    Guard::new(*guarded, effects[arm], *rule)
                }
            };
            all.each_ref().map(guard)
        })
        .collect()
}

/// What 1,000 impressions of a split, or an hour on air of a rotation, are worth: at least by rounding, as counted, and at
/// most.
fn value(experiment: &Experiment, trial: &Trial<'_>, arm: usize, figures: &Figures) -> Option<[f64; 3]> {
    match trial.hours(arm) {
        Some(hours) => per_hour(experiment, figures, hours),
        None => per_mille(experiment, figures),
    }
}

/// What 1,000 impressions are worth.
pub(super) fn per_mille(experiment: &Experiment, figures: &Figures) -> Option<[f64; 3]> {
    let impressions = figures.get(Count::Impressions)?;
    let value = |worth: Option<f64>, impressions: u64| {
        worth.filter(|_| impressions > 0).map(|worth| 1000.0 * worth / float(impressions))
    };
    Some([
        value(worth(experiment.value, figures, |measure| measure.low), impressions.high)?,
        value(worth(experiment.value, figures, |measure| measure.value), impressions.value)?,
        value(worth(experiment.value, figures, |measure| measure.high), impressions.low)?,
    ])
}

/// What an hour on air is worth.
pub(super) fn per_hour(experiment: &Experiment, figures: &Figures, hours: f64) -> Option<[f64; 3]> {
    let value = |worth: Option<f64>| worth.filter(|_| hours > 0.0).map(|worth| worth / hours);
    Some([
        value(worth(experiment.value, figures, |measure| measure.low))?,
        value(worth(experiment.value, figures, |measure| measure.value))?,
        value(worth(experiment.value, figures, |measure| measure.high))?,
    ])
}
