//! What an experiment's arms had, read from the evidence of one platform in one market.

use coverledger_core::model::OneConvention as _;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;

use super::on_air::{AiredTurn, aired};
use super::{Draws, Effect, Outcome, Plan, revisits};
use crate::evidence::{Evidence, Observed};
use crate::rates::Rate;
use crate::tally::{Tally, float};
use coverledger_config::{Assignment, Design, Experiment, PlannedTurn, Value};
use coverledger_core::model::{Count, Figures, columns as c};
use coverledger_stats::{Choice, Estimate};

/// Schedules for each cover. See [`redrawn`].
const SCHEDULES: usize = 512;

/// The greatest share of impressions of nobody in particular with which viewers are still taken to be told apart: such
/// impressions are then one more group.
const MOST_UNTOLD: f64 = 0.05;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    /// What decides: of a rotation what an hour on air is worth, of a split what an impression is worth.
    Value,
    /// What an impression is worth.
    PerMille,
    /// Clicks ÷ impressions.
    Ctr,
    /// Stays: of a rotation in an hour on air, of a split ÷ impressions.
    Stay,
    /// Orders: of a rotation in an hour on air, of a split ÷ impressions.
    Orders,
    /// Stays ÷ entries.
    StayRate,
    /// Orders ÷ entrants.
    Conversion,
    /// Entrants who came back within a week ÷ entrants, of a split.
    Revisits,
}

/// What is independent of each other in an experiment, as far as it can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Groups of viewers, who keep their cover, and the broadcasts that they were in.
    Groups,
    /// Broadcasts, in each of which viewers were drawn anew.
    Broadcasts,
    /// Turns of a rotation.
    Turns,
    /// Viewers who keep their cover, and are not told apart: nothing can be said of how much is chance.
    NoViewerIds,
}

/// What an arm was given in one cluster, in one slot and audience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Exposure {
    /// The local date, in days since the first of the window.
    pub(crate) look: usize,
    /// The broadcast of a split, or the permuted block of a rotation.
    pub(crate) cluster: usize,
    /// The viewers' group, where viewers keep their cover and are told apart.
    pub(crate) group: Option<u16>,
    pub(crate) arm: usize,
    pub(crate) slot: usize,
    pub(crate) audience: usize,
    pub(crate) count: f64,
}

/// One row that an arm had a part in.
#[derive(Debug, Clone, Copy)]
struct ArmRow<'e> {
    row: &'e Observed,
    arm: usize,
    stratum: usize,
    cluster: usize,
    /// Whether another cover was on air than was planned.
    is_off_plan: bool,
}

/// Look, cluster, stratum, group and arm of an outcome.
type Key = (usize, usize, usize, Option<u16>, usize);

/// An experiment in one market of one platform, as far as it has come.
pub(crate) struct Trial<'e> {
    experiment: &'e Experiment,
    arm_rows: Vec<ArmRow<'e>>,
    /// Turns of a rotation; none of a split.
    aired: Vec<AiredTurn>,
    looks: usize,
    plan: Plan,
    /// Where viewers keep their cover and are told apart, what stands for the group of those who are not.
    nobody: Option<u16>,
    /// The outcomes that decide, once they were asked for.
    value: OnceCell<Option<Vec<Outcome>>>,
    /// Who came back, as far as it was known; in order of looks.
    revisits: Vec<Outcome>,
}

impl<'e> Trial<'e> {
    /// Takes of a split the rows of its covers that are theirs alone, and of a rotation all rows within its turns once
    /// their burn-in is over, whatever cover they name: a turn belongs to the cover that was planned (intention to
    /// treat). `turns` are those of the schedule in this market. Rows after `until` are left out.
    pub(crate) fn new(
        evidence: &'e Evidence,
        experiment: &'e Experiment,
        turns: &[PlannedTurn],
        until: Date,
    ) -> Self {
        let days = |until| experiment.from.until((jiff::Unit::Day, until)).map_or(0, |span| span.get_days() + 1);
        let looks = usize::try_from(days(evidence.until.min(experiment.to).min(until))).unwrap_or(0);
        let arm_of: Vec<Option<usize>> =
            evidence.covers.iter().map(|cover| experiment.covers.iter().position(|arm| arm == cover)).collect();
        let rows = || evidence.rows.iter().filter(|row| row.local_date <= until);
        let (arm_rows, aired, plan) = match &experiment.design {
            Design::Split(split) => {
                let own = rows().filter(|row| !row.contaminated).filter_map(|row| {
                    let (stratum, cluster) = (row.broadcast, row.broadcast);
                    Some(ArmRow { row, arm: arm_of[row.cover]?, stratum, cluster, is_off_plan: false })
                });
                let planned = f64::from(split.broadcasts);
                (own.collect(), Vec::new(), Plan::Split { planned, by: split.assignment })
            }
            Design::Rotation(rotation) => {
                let aired = aired(evidence, experiment, turns, until);
                let of_turn = |row: &'e Observed| {
                    let turn = row.turn.filter(|turn| !turn.burn_in)?;
                    let at = turns.binary_search_by_key(&turn.starts_at, |turn| turn.starts_at).ok()?;
                    let AiredTurn { stratum, cluster, arm, .. } = aired[at]?;
                    Some(ArmRow { row, arm, stratum, cluster, is_off_plan: arm_of[row.cover] != Some(arm) })
                };
                let arm_rows: Vec<ArmRow<'e>> = rows().filter_map(of_turn).collect();
                let days = usize::try_from(days(experiment.to)).unwrap_or(1);
                let redrawn = redrawn(experiment.covers.len());
                let plan = Plan::Rotation(Draws { days, redrawn, seed: rotation.seed });
                (arm_rows, aired.into_iter().flatten().collect(), plan)
            }
        };
        let nobody = match plan {
            Plan::Split { by: Assignment::Viewer, .. } => nobody(&arm_rows),
            _ => None,
        };
        let revisits = revisits::outcomes(evidence, experiment, until);
        Self { experiment, arm_rows, aired, looks, plan, nobody, value: OnceCell::new(), revisits }
    }

    /// The share of impressions that were of another cover than was planned; `None` for a split, where none is, and where
    /// impressions are not known.
    pub(crate) fn off_plan(&self) -> Option<f64> {
        self.off_plan_within(0..self.looks)
    }

    /// The same on these dates alone.
    pub(crate) fn off_plan_within(&self, looks: Range<usize>) -> Option<f64> {
        let [mut all, mut off] = [0.0; 2];
        for one in &self.arm_rows {
            if looks.contains(&self.look(one.row)?) {
                let impressions = count(&one.row.figures, Count::Impressions)?;
                all += impressions;
                off += if one.is_off_plan { impressions } else { 0.0 };
            }
        }
        (matches!(self.plan, Plan::Rotation(_)) && all > 0.0).then(|| off / all)
    }

    /// For how many hours an arm was on air, in turns after their burn-in; `None` of a split.
    pub(crate) fn hours(&self, arm: usize) -> Option<f64> {
        let of_arm = self.aired.iter().filter(|turn| turn.arm == arm);
        matches!(self.plan, Plan::Rotation(_)).then(|| of_arm.map(|turn| turn.hours).sum())
    }

    /// Local dates of the window so far: the first look is after the first of them.
    pub(crate) fn looks(&self) -> usize {
        self.looks
    }

    /// What is run.
    pub(crate) fn experiment(&self) -> &Experiment {
        self.experiment
    }

    /// Who was given which cover.
    pub(crate) fn plan(&self) -> Plan {
        self.plan
    }

    /// Turns in which anything was on air; none of a split.
    pub(super) fn aired(&self) -> &[AiredTurn] {
        &self.aired
    }

    /// What is independent of each other.
    pub(crate) fn unit(&self) -> Unit {
        match self.plan {
            Plan::Rotation(_) => Unit::Turns,
            Plan::Split { by: Assignment::Broadcast, .. } => Unit::Broadcasts,
            Plan::Split { by: Assignment::Viewer, .. } if self.nobody.is_some() => Unit::Groups,
            Plan::Split { by: Assignment::Viewer, .. } => Unit::NoViewerIds,
        }
    }

    /// Whether the last local date of the window has come.
    pub(crate) fn is_over(&self) -> bool {
        self.experiment
            .from
            .until((jiff::Unit::Day, self.experiment.to))
            .is_ok_and(|window| usize::try_from(window.get_days()).is_ok_and(|last| self.looks > last))
    }

    /// What the rows of an arm say together; nothing where there is none.
    pub(crate) fn figures(&self, arm: usize) -> Figures {
        let mut rows = self.arm_rows.iter().filter(|one| one.arm == arm).map(|one| one.row.figures);
        let first = rows.next().unwrap_or_default();
        rows.fold(first, |mut sum, figures| {
            sum.add(&figures);
            sum
        })
    }

    /// In how many broadcasts an arm was seen.
    pub(crate) fn broadcasts(&self, arm: Option<usize>) -> usize {
        let of_arm = self.arm_rows.iter().filter(|one| arm.is_none_or(|arm| one.arm == arm));
        of_arm.map(|one| one.row.broadcast).collect::<BTreeSet<_>>().len()
    }

    /// In how many turns an arm was seen; `None` for a split.
    pub(crate) fn turns(&self, arm: usize) -> Option<usize> {
        let starts = self.arm_rows.iter().filter(|one| one.arm == arm).filter_map(|one| one.row.turn);
        matches!(self.plan, Plan::Rotation(_))
            .then(|| starts.map(|turn| turn.starts_at).collect::<BTreeSet<_>>().len())
    }

    /// The effect of each arm; `None` of the control, and where a count is not known.
    pub(crate) fn effects(&self, metric: Metric) -> Vec<Option<Effect>> {
        let Experiment { covers, control, level, .. } = self.experiment;
        let none = || vec![None; covers.len()];
        self.outcomes(metric).map_or_else(none, |outcomes| {
            super::effects(&outcomes, covers.len(), *control, self.looks, self.plan, *level)
        })
    }

    /// Of each arm how surely its rate is above, and below, the control's times e to the `log_ratio`, after each look; `None`
    /// of the control, and where a count is not known.
    pub(crate) fn p_by_look(&self, metric: Metric, log_ratio: f64) -> Vec<Option<Vec<[f64; 2]>>> {
        let Experiment { covers, control, .. } = self.experiment;
        let none = || vec![None; covers.len()];
        self.outcomes(metric).map_or_else(none, |outcomes| {
            super::p_by_look(&outcomes, covers.len(), *control, self.looks, self.plan, log_ratio)
        })
    }

    /// The logarithm of the ratio of an arm's value to the control's on these dates alone, in days since the first of the
    /// window. See [`super::contrast`].
    pub(crate) fn contrast(&self, arm: usize, days: Range<usize>) -> Option<Estimate> {
        super::contrast(&self.outcomes(Metric::Value)?, arm, self.experiment.control, days)
    }

    /// Which arm is probably worth the most.
    pub(crate) fn choice(&self) -> Option<Choice> {
        super::choice::choice(
            &self.outcomes(Metric::Value)?,
            self.experiment.covers.len(),
            self.plan,
            self.experiment.worth,
        )
    }

    /// How often arms were shown, or to how many; `None` where a row does not know it.
    pub(crate) fn exposures(&self, of: Count) -> Option<Vec<Exposure>> {
        let exposure = |one: &ArmRow<'_>| {
            let ArmRow { row, arm, cluster, .. } = *one;
            Some(Exposure {
                look: self.look(row)?,
                cluster,
                group: self.group(row),
                arm,
                slot: row.slot,
                audience: row.audience,
                count: count(&row.figures, of)?,
            })
        };
        self.arm_rows.iter().map(exposure).collect()
    }

    /// Its local date, in days since the first of the window.
    fn look(&self, row: &Observed) -> Option<usize> {
        let look = self.experiment.from.until((jiff::Unit::Day, row.local_date)).ok()?.get_days();
        usize::try_from(look).ok()
    }

    /// Its viewers' group; `None` unless all have one.
    fn group(&self, row: &Observed) -> Option<u16> {
        self.nobody.map(|nobody| row.group.unwrap_or(nobody))
    }

    /// In order of looks; `None` where a row does not know a count. Those that decide are asked for again and again, and kept.
    pub(crate) fn outcomes(&self, metric: Metric) -> Option<Cow<'_, [Outcome]>> {
        if metric == Metric::Revisits {
            return (!self.revisits.is_empty()).then_some(Cow::Borrowed(&self.revisits));
        }
        if metric == Metric::Value {
            return self.value.get_or_init(|| self.counted(metric)).as_deref().map(Cow::Borrowed);
        }
        self.counted(metric).map(Cow::Owned)
    }

    fn counted(&self, metric: Metric) -> Option<Vec<Outcome>> {
        let metric = match (metric, self.plan) {
            (Metric::Value, Plan::Split { .. }) => Metric::PerMille,
            (metric, _) => metric,
        };
        let mut sums: BTreeMap<Key, (f64, f64)> = BTreeMap::new();
        let is_hourly = matches!(self.plan, Plan::Rotation(_))
            && [Metric::Value, Metric::Stay, Metric::Orders].contains(&metric);
        if is_hourly {
            // A turn has its hours once, with however many rows, and with none.
            for AiredTurn { look, stratum, cluster, arm, hours } in &self.aired {
                sums.insert((*look, *cluster, *stratum, None, *arm), (0.0, *hours));
            }
        }
        for one in &self.arm_rows {
            let figures = &one.row.figures;
            let (sum, trials) = match metric {
                _ if !is_hourly => of(metric, self.experiment.value, figures)?,
                Metric::Stay => (count(figures, Count::Stays)?, 0.0),
                Metric::Orders => (count(figures, Count::Orders)?, 0.0),
                _ => (worth(self.experiment.value, figures, |measure| measure.value)?, 0.0),
            };
            let key = (self.look(one.row)?, one.cluster, one.stratum, self.group(one.row), one.arm);
            let all = sums.entry(key).or_default();
            *all = (all.0 + sum, all.1 + trials);
        }
        let outcome = |((look, cluster, stratum, group, arm), (sum, trials))| Outcome {
            look,
            stratum,
            cluster,
            group,
            arm,
            sum,
            trials,
        };
        Some(sums.into_iter().map(outcome).collect())
    }
}

/// A number that is no group's, for the viewers of none; `None` where too many are of none, or nothing was seen.
fn nobody(arm_rows: &[ArmRow<'_>]) -> Option<u16> {
    let most = arm_rows.iter().filter_map(|one| one.row.group).max()?;
    let impressions = |is_meant: fn(&Observed) -> bool| -> f64 {
        let meant = arm_rows.iter().filter(|one| is_meant(one.row));
        meant.filter_map(|one| count(&one.row.figures, Count::Impressions)).sum()
    };
    let (untold, all) = (impressions(|row| row.group.is_none()), impressions(|_| true));
    // Rows that do not know their impressions say nothing of how many they are of.
    let are_few = arm_rows.iter().all(|one| one.row.group.is_some()) || (all > 0.0 && untold <= MOST_UNTOLD * all);
    are_few.then(|| most.saturating_add(1))
}

/// How many schedules are drawn beside the real one: with it a power of two, so that the first blocks are exchanged in every
/// combination, and more of them with more covers, which share the level.
pub(crate) fn redrawn(covers: usize) -> usize {
    (SCHEDULES * covers).next_power_of_two() - 1
}

/// The number of each turn's permuted block: in a slot, as many turns as there are covers, one after the other.
pub(crate) fn blocks(turns: &[PlannedTurn], covers: usize) -> Vec<usize> {
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut numbers: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let block = |turn: &PlannedTurn| {
        let before = seen.entry(turn.slot).or_default();
        let key = (turn.slot, *before / covers.max(1));
        *before += 1;
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    turns.iter().map(block).collect()
}

/// The numerator and the denominator.
fn of(metric: Metric, value: Value, figures: &Figures) -> Option<(f64, f64)> {
    let rate = |name| {
        let tally = Tally::of(Rate::named(name)?, figures)?;
        Some((tally.successes, tally.trials))
    };
    match metric {
        Metric::Value | Metric::PerMille => {
            Some((worth(value, figures, |measure| measure.value)?, count(figures, Count::Impressions)?))
        }
        Metric::Ctr => rate(c::CTR),
        Metric::Stay => Some((count(figures, Count::Stays)?, count(figures, Count::Impressions)?)),
        Metric::Orders => Some((count(figures, Count::Orders)?, count(figures, Count::Impressions)?)),
        Metric::StayRate => rate(c::STAY_RATE),
        Metric::Conversion => rate(c::CLICK_CONVERSION),
        // No row of counts knows who came back.
        Metric::Revisits => None,
    }
}

fn count(figures: &Figures, count: Count) -> Option<f64> {
    figures.get(count).map(|measure| float(measure.value))
}

/// What the counts of a row are worth together; `None` where one that has a weight is not known.
pub(crate) fn worth(
    value: Value,
    figures: &Figures,
    end: impl Fn(coverledger_core::model::Measure) -> u64,
) -> Option<f64> {
    const MINUTE_MS: f64 = 60_000.0;
    let weighed = |weight: f64, count: Count, unit: f64| {
        if weight > 0.0 {
            figures.get(count).map(|measure| weight * float(end(measure)) / unit)
        } else {
            Some(0.0)
        }
    };
    Some(weighed(value.orders, Count::Orders, 1.0)? + weighed(value.retained_minutes, Count::Dwell, MINUTE_MS)?)
}
