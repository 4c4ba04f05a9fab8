//! The turns of a rotation in which anything was on air: how long, and what they are compared with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::blocks;
use crate::evidence::Evidence;
use coverledger_config::{Experiment, PlannedTurn};

/// A turn in which anything was on air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AiredTurn {
    /// Its local date, in days since the first of the window.
    pub(crate) look: usize,
    pub(crate) stratum: usize,
    /// Its permuted block.
    pub(crate) cluster: usize,
    /// The planned cover (intention to treat).
    pub(crate) arm: usize,
    /// From the end of its burn-in, or from its start where it has none, to its end.
    pub(crate) hours: f64,
}

/// By its place in the schedule, each turn up to `until` in which anything was on air; `None` of the others.
///
/// Something was on air where anything was counted, in the burn-in too, and between two turns of one broadcast on one date: a
/// cover that brought nothing in its turn counts with nothing. A turn in which a broadcast began or ended counts with all its
/// hours. When broadcasts begin and end is not up to the cover, so this adds to the variance and not to an effect.
pub(crate) fn aired(
    evidence: &Evidence,
    experiment: &Experiment,
    turns: &[PlannedTurn],
    until: Date,
) -> Vec<Option<AiredTurn>> {
    let is_aired = on_air(evidence, turns);
    let (blocks, strata) = (blocks(turns, experiment.covers.len()), strata(turns, experiment.covers.len()));
    let aired = |(at, turn): (usize, &PlannedTurn)| {
        let PlannedTurn { local_date, settles_at, ends_at, cover, .. } = *turn;
        let look = experiment.from.until((jiff::Unit::Day, local_date)).ok()?.get_days();
        let look = usize::try_from(look).ok().filter(|_| is_aired.contains(&at) && local_date <= until)?;
        let hours = ends_at.duration_since(settles_at).as_secs_f64() / 3600.0;
        Some(AiredTurn { look, stratum: strata[at], cluster: blocks[at], arm: cover, hours })
    };
    turns.iter().enumerate().map(aired).collect()
}

/// What each turn is compared with: the others of its slot on its date. Where a date has fewer turns of a slot than there are
/// covers that would compare nothing, and it is the others of its permuted block.
pub(crate) fn strata(turns: &[PlannedTurn], covers: usize) -> Vec<usize> {
    let mut abreast: BTreeMap<(Date, usize), usize> = BTreeMap::new();
    for turn in turns {
        *abreast.entry((turn.local_date, turn.slot)).or_default() += 1;
    }
    // By the first date, slot and turn of each, so that a stratum has its number whatever comes later.
    let mut numbers: BTreeMap<Result<(Date, usize), usize>, usize> = BTreeMap::new();
    let stratum = |(turn, block): (&PlannedTurn, usize)| {
        let place = (turn.local_date, turn.slot);
        let next = numbers.len();
        *numbers.entry(if abreast[&place] >= covers { Ok(place) } else { Err(block) }).or_insert(next)
    };
    turns.iter().zip(blocks(turns, covers)).map(stratum).collect()
}

/// The places of turns in which anything was on air.
fn on_air(evidence: &Evidence, turns: &[PlannedTurn]) -> BTreeSet<usize> {
    let place = |starts_at| turns.binary_search_by_key(&starts_at, |turn| turn.starts_at).ok();
    let mut of_broadcast: BTreeMap<(Date, usize), BTreeSet<usize>> = BTreeMap::new();
    for row in &evidence.rows {
        if let Some(at) = row.turn.and_then(|turn| place(turn.starts_at)) {
            of_broadcast.entry((row.local_date, row.broadcast)).or_default().insert(at);
        }
    }
    let mut places: BTreeSet<usize> = of_broadcast.values().flatten().copied().collect();
    for seen in of_broadcast.values() {
        let between = seen.iter().filter(|at| seen.contains(&(*at + 2))).map(|at| at + 1);
        places.extend(between);
    }
    places
}
