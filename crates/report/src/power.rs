//! What an experiment would find, judging by what was counted before it.
//!
//! The experiment is run over and over on traffic that is drawn from the history of its place, with a gain put on one arm,
//! and looked at every night as the real one will be.

mod noise;
#[cfg(test)]
mod tests;
mod variation;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::evidence::Evidence;
use super::tally::float;
use super::trial::{Draws, Outcome, Plan, p_values, redrawn, strata, worth};
use coverledger_config::{Assignment, Design, Experiment, PlannedTurn, Value};
use coverledger_core::model::{Count, Figures};
use coverledger_stats::{FEWEST_CLUSTERS, SeededRng, holm};
pub use noise::{Noise, Source, noise};
pub use variation::Variation;
use variation::{events, variation};

/// Simulated experiments for the gain that is worth having, and for each step of the search.
const TESTS: u32 = 1000;
const TESTS_OF_SEARCH: u32 = 200;
/// With which probability the smallest gain is to be found.
const ENOUGH: f64 = 0.8;
/// Beyond a gain of this nothing is looked for.
const GREATEST: f64 = 4.0;
/// How often the smallest gain is halved in: to a fiftieth of what it is.
const HALVINGS: usize = 7;
/// Dates of a history that a rotation needs at least, for its dates are drawn from them.
const FEWEST_DATES: usize = 2;

/// What an experiment would find in one market of a platform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Broadcasts in the history that it was judged by.
    pub broadcasts: usize,
    /// The first and the last date of that history.
    pub since: Date,
    /// The last date.
    pub until: Date,
    /// With which probability a gain worth having is found, if one arm has it and the others are like the control.
    pub found: f64,
    /// The smallest gain that is found four times in five; `None` if even five times the value is not.
    pub smallest: Option<f64>,
    /// For how many nights, or broadcasts of a split, it is planned.
    pub planned: u32,
    /// How many it would take to find a gain worth having four times in five; `None` where `smallest` is.
    pub needed: Option<u32>,
    /// How covers vary from broadcast to broadcast, which it was reckoned with.
    pub variation: Variation,
    /// By how much turns differ; `None` of a split.
    pub noise: Option<Noise>,
}

/// What was counted in one slot of one broadcast on one date, or in all slots of it.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    day: usize,
    slot: usize,
    broadcast: usize,
    impressions: u64,
    /// Orders and entries that have a weight.
    events: u64,
    value: f64,
    /// How many covers of equal share it is worth: (Σn)² ÷ Σn² over the impressions of its covers.
    covers: f64,
}

/// What is drawn from.
struct History<'h> {
    experiment: &'h Experiment,
    turns: &'h [PlannedTurn],
    cells: Vec<Cell>,
    /// All slots and dates of each broadcast together.
    whole: Vec<Cell>,
    variation: Variation,
    /// Of a rotation.
    noise: Option<Noise>,
    /// Another history is drawn from otherwise, so that what chance adds to predictions is not the same for all.
    seed: u64,
}

/// What an experiment would find, judging by this history: `None` where that says nothing, for a count that has a weight is
/// not known, or a split's history has fewer broadcasts than an interval needs, or a rotation's a single date. `turns` are
/// those of its schedule in the market; `earlier` is what turns of an earlier rotation there differed by, if there was one.
///
/// A split draws broadcasts from the history, and deals each one's impressions and orders to the arms. A rotation draws, for
/// each of its dates, a date of the history, and gives the turns of a slot its broadcasts in any order; so turns differ as
/// much as broadcasts of the same slot did, which is on the safe side, and turns that share a broadcast by as much as turns
/// are known to. Each cover then has its own part in each broadcast, as far apart as the history shows it.
#[must_use]
pub fn power(
    evidence: &Evidence,
    experiment: &Experiment,
    turns: &[PlannedTurn],
    earlier: Option<Noise>,
) -> Option<Power> {
    let history = History::of(evidence, experiment, turns, earlier)?;
    let is_enough = |gain: f64| history.share(gain, TESTS_OF_SEARCH) >= ENOUGH;
    let smallest = is_enough(GREATEST).then(|| {
        let (mut low, mut high) = (0.0_f64, GREATEST);
        for _ in 0..HALVINGS {
            // Gains are ratios, so halves are too.
            let middle = f64::midpoint(low.ln_1p(), high.ln_1p()).exp_m1();
            if is_enough(middle) { high = middle } else { low = middle }
        }
        high
    });
    let planned = match &experiment.design {
        Design::Split(split) => split.broadcasts,
        Design::Rotation(_) => u32::try_from(days(experiment)).unwrap_or(u32::MAX),
    };
    let Evidence { since, until, .. } = *evidence;
    Some(Power {
        broadcasts: history.whole.len(),
        since,
        until,
        found: history.share(experiment.worth, TESTS),
        smallest,
        planned,
        needed: smallest.map(|smallest| needed(planned, smallest, experiment.worth)),
        variation: history.variation,
        noise: history.noise,
    })
}

/// How many turns a slot has on a usual date.
fn abreast(turns: &[PlannedTurn]) -> BTreeMap<usize, u64> {
    let mut of_date: BTreeMap<(Date, usize), u64> = BTreeMap::new();
    for turn in turns {
        *of_date.entry((turn.local_date, turn.slot)).or_default() += 1;
    }
    let mut most: BTreeMap<usize, u64> = BTreeMap::new();
    for ((_, slot), count) in of_date {
        let most = most.entry(slot).or_default();
        *most = count.max(*most);
    }
    most
}

/// How many nights or broadcasts find this gain as often as so many find the smallest one: errors of a logarithm shrink with
/// the root of their number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate, and it is positive")]
fn needed(planned: u32, smallest: f64, gain: f64) -> u32 {
    (f64::from(planned) * (smallest.ln_1p() / gain.ln_1p()).powi(2)).ceil() as u32
}

impl<'h> History<'h> {
    /// See [`power`].
    fn of(
        evidence: &Evidence,
        experiment: &'h Experiment,
        turns: &'h [PlannedTurn],
        earlier: Option<Noise>,
    ) -> Option<Self> {
        let cells = cells(evidence, experiment.value)?;
        let mut broadcasts: Vec<usize> = cells.iter().map(|cell| cell.broadcast).collect();
        broadcasts.sort_unstable();
        broadcasts.dedup();
        let mut dates: Vec<usize> = cells.iter().map(|cell| cell.day).collect();
        dates.dedup();
        let is_rotation = experiment.rotation().is_some();
        let is_enough =
            if is_rotation { dates.len() >= FEWEST_DATES } else { broadcasts.len() >= FEWEST_CLUSTERS };
        let seed = cells.iter().map(|cell| cell.events).sum();
        if !is_enough || seed == 0 {
            return None;
        }
        let noise = is_rotation.then(|| earlier.unwrap_or_else(|| noise::of_slots(&cells, &abreast(turns))));
        let (variation, whole) = (variation(evidence, experiment.value)?, whole_broadcasts(&cells, &broadcasts));
        Some(Self { experiment, turns, cells, whole, variation, noise, seed })
    }

    /// How many of so many experiments find this gain, as a share.
    fn share(&self, gain: f64, tests: u32) -> f64 {
        let is_found = |test: &u32| self.finds(gain, &mut SeededRng::new(self.seed, u64::from(*test)));
        f64::from(u32::try_from((0..tests).filter(is_found).count()).unwrap_or(tests)) / f64::from(tests)
    }

    /// Whether an experiment finds its last arm, which has this gain, to be worth more.
    fn finds(&self, gain: f64, chance: &mut SeededRng) -> bool {
        let experiment = self.experiment;
        let days = days(experiment);
        let (control, covers) = (experiment.control, experiment.covers.len());
        let arm = if control + 1 == covers { 0 } else { covers - 1 };
        let (outcomes, plan) = match &experiment.design {
            Design::Split(split) => {
                let planned = usize::try_from(split.broadcasts).unwrap_or(usize::MAX);
                let outcomes = (0..planned).flat_map(|number| {
                    let cell = self.whole[chance.below(self.whole.len())];
                    self.dealt(cell, &split.shares, (arm, gain), (number * days / planned, number), chance)
                });
                // What viewers who come back add to chance is not known beforehand.
                let by = Assignment::Broadcast;
                (outcomes.collect(), Plan::Split { planned: f64::from(split.broadcasts), by })
            }
            Design::Rotation(rotation) => {
                let draws = Draws { days, redrawn: redrawn(covers), seed: rotation.seed };
                (self.turned((arm, gain), chance), Plan::Rotation(draws))
            }
        };
        let p_values = p_values(&outcomes, covers, control, days, plan);
        let adjusted = holm(&p_values.iter().map(|p| p.unwrap_or(f64::NAN)).collect::<Vec<f64>>());
        let of = |arm: usize| {
            let of_arm = outcomes.iter().filter(|outcome| outcome.arm == arm);
            let (sum, trials) = of_arm.fold((0.0, 0.0), |all, one| (all.0 + one.sum, all.1 + one.trials));
            sum / trials
        };
        adjusted[arm] <= experiment.level && of(arm) > of(control)
    }

    /// One broadcast's share of every arm.
    fn dealt(
        &self,
        cell: Cell,
        shares: &[f64],
        (better, gain): (usize, f64),
        (look, cluster): (usize, usize),
        chance: &mut SeededRng,
    ) -> Vec<Outcome> {
        let arm = |(arm, share): (usize, &f64)| {
            let lift = if arm == better { 1.0 + gain } else { 1.0 };
            let (sum, trials) = cell.drawn(*share, lift * own_part(self.variation.deviation, chance), chance);
            Outcome { look, stratum: cluster, cluster, group: None, arm, sum, trials }
        };
        shares.iter().enumerate().map(arm).collect()
    }

    /// Turns of a rotation with the traffic of the history.
    fn turned(&self, (better, gain): (usize, f64), chance: &mut SeededRng) -> Vec<Outcome> {
        let Self { experiment, turns, cells, .. } = self;
        let dates = cells.iter().map(|cell| cell.day + 1).max().unwrap_or(1);
        let noise = self.noise.map_or(0.0, |noise| noise.deviation);
        let mut abreast: BTreeMap<(Date, usize), u64> = BTreeMap::new();
        for turn in *turns {
            *abreast.entry((turn.local_date, turn.slot)).or_default() += 1;
        }
        let covers = experiment.covers.len();
        let (blocks, strata) = (super::trial::blocks(turns, covers), strata(turns, covers));
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        let mut aired: BTreeMap<(Date, usize), OnAir<'_>> = BTreeMap::new();
        let mut own_parts: BTreeMap<(Date, usize, usize), f64> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(turns.len());
        for (at, turn) in turns.iter().enumerate() {
            let place = (turn.local_date, turn.slot);
            let day = *days.entry(turn.local_date).or_insert_with(|| chance.below(dates));
            let on_air = aired.entry(place).or_insert_with(|| {
                let of_slot = |cell: &&Cell| (cell.day, cell.slot) == (day, turn.slot);
                OnAir { all: cells.iter().filter(of_slot).collect(), rest: Vec::new() }
            });
            if on_air.rest.is_empty() {
                on_air.rest.clone_from(&on_air.all);
                chance.shuffle(&mut on_air.rest);
            }
            let Some(cell) = on_air.rest.pop() else { continue };
            let abreast = abreast.get(&place).copied().unwrap_or(1);
            let broadcasts = on_air.all.len() as u64;
            // A broadcast that has a turn for itself differs from others by what its covers did too. Of several, only their
            // mean is part of that.
            let unseen = if broadcasts < abreast { 1.0 } else { 1.0 - 1.0 / cell.covers };
            let of_cover = *own_parts
                .entry((turn.local_date, cell.broadcast, turn.cover))
                .or_insert_with(|| own_part(self.variation.deviation * unseen.max(0.0).sqrt(), chance));
            let hours =
                [turn.starts_at, turn.settles_at].map(|at| turn.ends_at.duration_since(at).as_secs_f64() / 3600.0);
            let part = float(broadcasts) / float(abreast) * hours[1] / hours[0];
            let of_turn = if broadcasts < abreast { own_part(noise, chance) } else { 1.0 };
            let lift = if turn.cover == better { 1.0 + gain } else { 1.0 } * of_turn;
            let look = turn.local_date.since(experiment.from).map_or(0, |span| span.get_days());
            outcomes.push(Outcome {
                look: usize::try_from(look).unwrap_or(0),
                stratum: strata[at],
                cluster: blocks[at],
                group: None,
                arm: turn.cover,
                sum: cell.thinned(part, lift * of_cover, chance),
                trials: hours[1],
            });
        }
        outcomes
    }
}

/// A cover's own part in a broadcast: 1 on average.
fn own_part(deviation: f64, chance: &mut SeededRng) -> f64 {
    (deviation * chance.normal() - deviation.powi(2) / 2.0).exp()
}

impl Cell {
    /// The value of a part of it, with a gain. A turn has it for itself, so what its own count varies by chance is part of
    /// what turns vary by: some of its events are left out, and none is drawn anew.
    fn thinned(&self, part: f64, lift: f64, chance: &mut SeededRng) -> f64 {
        float(share_of(self.events, part * lift, chance)) * self.value_of_one()
    }

    /// What an event is worth.
    fn value_of_one(&self) -> f64 {
        if self.events > 0 { self.value / float(self.events) } else { 0.0 }
    }

    /// The value of a part of it as it might have come, with a gain, and the part's impressions. Each impression has an event by
    /// chance. What the count that they are drawn from varies by is common to all arms of a broadcast, and cancels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a count")]
    fn drawn(&self, part: f64, lift: f64, chance: &mut SeededRng) -> (f64, f64) {
        let trials = (float(self.impressions) * part).round();
        let rate = float(self.events) / float(self.impressions.max(1)) * lift;
        // Of events that are no part of impressions there may be more than one for each.
        let events = if rate < 1.0 { chance.binomial(trials as u64, rate) } else { chance.poisson(trials * rate) };
        (float(events) * self.value_of_one(), trials)
    }
}

/// How many of so many are left of a share of them; a share above one has all of them, and more.
fn share_of(many: u64, mut share: f64, chance: &mut SeededRng) -> u64 {
    let mut sum = 0;
    while share > 1.0 {
        sum += many;
        share -= 1.0;
    }
    sum + chance.binomial(many, share)
}

/// What was on air in a slot of a date.
struct OnAir<'c> {
    all: Vec<&'c Cell>,
    /// What no turn has been given yet.
    rest: Vec<&'c Cell>,
}

/// What was counted of each slot of a broadcast on a date; `None` where a count that is needed is not known.
fn cells(evidence: &Evidence, value: Value) -> Option<Vec<Cell>> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut shown: BTreeMap<(usize, usize, usize), BTreeMap<usize, f64>> = BTreeMap::new();
    for row in &evidence.rows {
        let day = usize::try_from(row.local_date.since(evidence.since).ok()?.get_days()).ok()?;
        let (slot, broadcast) = (row.slot, row.broadcast);
        let key = |cell: &Cell| (cell.day, cell.slot, cell.broadcast);
        let at = cells.partition_point(|cell| key(cell) < (day, slot, broadcast));
        if cells.get(at).is_none_or(|cell| key(cell) != (day, slot, broadcast)) {
            cells.insert(at, Cell { day, slot, broadcast, ..Cell::default() });
        }
        let impressions = row.figures.get(Count::Impressions)?.value;
        *shown.entry((day, slot, broadcast)).or_default().entry(row.cover).or_default() += float(impressions);
        add(&mut cells[at], &row.figures, value)?;
    }
    for cell in &mut cells {
        let shown = shown.get(&(cell.day, cell.slot, cell.broadcast))?;
        let (sum, squares) = shown.values().fold((0.0, 0.0), |(sum, squares), n| (sum + n, squares + n * n));
        cell.covers = if squares > 0.0 { sum * sum / squares } else { 1.0 };
    }
    Some(cells)
}

fn add(cell: &mut Cell, figures: &Figures, value: Value) -> Option<()> {
    cell.impressions += figures.get(Count::Impressions)?.value;
    cell.value += worth(value, figures, |measure| measure.value)?;
    cell.events += events(figures, value)?;
    Some(())
}

/// All slots and dates of each broadcast together.
fn whole_broadcasts(cells: &[Cell], broadcasts: &[usize]) -> Vec<Cell> {
    let whole = |broadcast: &usize| {
        cells.iter().filter(|cell| cell.broadcast == *broadcast).fold(Cell::default(), |sum, cell| Cell {
            impressions: sum.impressions + cell.impressions,
            events: sum.events + cell.events,
            value: sum.value + cell.value,
            ..sum
        })
    };
    broadcasts.iter().map(whole).collect()
}

fn days(experiment: &Experiment) -> usize {
    let days = experiment.to.since(experiment.from).map_or(0, |span| span.get_days());
    usize::try_from(days).map_or(1, |days| days + 1)
}
