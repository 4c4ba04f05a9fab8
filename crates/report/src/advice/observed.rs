//! What to do by what was seen where nobody drew lots: never a proof, whatever the probability.

use super::action::{Action, LIKELY, Sureness};
use super::bar::Bar;
use super::choice::Choice;
use super::place::{Known, PairRow};
use super::reason;
use super::trial::{Arm, Guarded, Loss, Trial};
use coverledger_core::model::columns as c;
use coverledger_stats::FEWEST_CLUSTERS;

/// The choice.
pub(super) fn observed(known: &Known<'_>) -> Choice {
    let Some(on_air) = known.on_air.as_deref() else {
        return Choice::new(Action::NoData, reason::not_known_on_air());
    };
    if let Some(bar) = known.bars.get(on_air).filter(|bar| bar.is_to_be_avoided()) {
        return replaced(known, on_air, bar);
    }
    if let Some(trial) = known.held_for.and_then(|at| known.trials.get(at)) {
        return after_lots(known, trial, on_air);
    }
    let challengers = || known.pairs.iter().filter(|pair| is_challenger(known, pair, on_air));
    // Where lots were drawn between the two, they say more than what was seen; they did not decide.
    let is_seen_only = |pair: &&PairRow| known.compared_by(&pair.cover_id, on_air).is_none();
    if let Some(pair) = challengers().filter(is_seen_only).find(|pair| is_clear(pair)) {
        let choice = Choice {
            cover_id: Some(pair.cover_id.clone()),
            instead_of: Some(on_air.to_owned()),
            ..Choice::new(Action::Try, reason::to_be_tried(pair))
        };
        return choice.by_sight(pair);
    }
    if let Some(pair) = challengers().find(|pair| is_likely(pair)) {
        if let Some(trial) = known.compared_by(&pair.cover_id, on_air) {
            return by_an_ended_test(trial, on_air, &pair.cover_id, true);
        }
        let reason = reason::to_be_tested(&pair.cover_id, on_air, pair.ratio.less_one(), pair.probability);
        let choice = Choice {
            cover_id: Some(on_air.to_owned()),
            test_against: Some(pair.cover_id.clone()),
            ..Choice::new(Action::Test, reason)
        };
        return choice.by_sight(pair);
    }
    kept(known, on_air)
}

/// The newest date is one of a split: the team showed none of its covers to all, and what the test says is to be on air stays.
fn after_lots(known: &Known<'_>, trial: &Trial<'_>, control: &str) -> Choice {
    let others = || trial.arms.iter().filter(|arm| arm.cover_id != control);
    let is_promising = |arm: &&Arm| {
        let probability = known.probability(&arm.cover_id, control);
        let is_open = !arm.is_settled() && !known.bars.contains_key(&arm.cover_id);
        is_open && probability.is_some_and(|probability| probability >= LIKELY)
    };
    if let Some(arm) = others().find(is_promising) {
        return by_an_ended_test(trial, control, &arm.cover_id, true);
    }
    match trial.leading().or_else(|| others().next()) {
        Some(arm) => by_an_ended_test(trial, control, &arm.cover_id, false),
        None => kept(known, control),
    }
}

/// Lots were drawn between the cover on air and another, and did not say that the other is better: the two are tested again, or
/// the one on air is kept.
fn by_an_ended_test(trial: &Trial<'_>, on_air: &str, other: &str, is_again: bool) -> Choice {
    let choice = Choice {
        cover_id: Some(on_air.to_owned()),
        test_against: is_again.then(|| other.to_owned()),
        experiment: Some(trial.name.clone()),
        sureness: Sureness::Open,
        randomized: Some(true),
        ..Choice::new(
            if is_again { Action::Test } else { Action::Keep },
            reason::ended(trial, on_air, other, is_again),
        )
    };
    // Figures of a test are those of an arm against the control.
    match trial.arm(other).filter(|_| is_again && trial.control() == on_air) {
        Some(arm) => choice.by_lot(trial, arm, arm.effect),
        None => choice,
    }
}

impl Choice {
    /// The same with what two covers did beside each other.
    pub(super) fn by_sight(self, pair: &PairRow) -> Self {
        Self {
            metric: Some(pair.metric.clone()),
            rate: pair.rate,
            against_rate: pair.against_rate,
            // Where nothing says how sure a ratio is, that of next to nothing may be any number.
            change: pair.probability.map(|_| pair.ratio.less_one()).unwrap_or_default(),
            probability: pair.probability,
            sureness: Sureness::of(pair.probability),
            randomized: Some(false),
            ..self
        }
    }
}

/// Whether it is another cover beside the one on air, by the rate that covers are ranked by, that may go on air and of which no
/// test has told everything.
fn is_challenger(known: &Known<'_>, pair: &PairRow, on_air: &str) -> bool {
    pair.against == on_air
        && pair.metric != c::STAY_RATE
        && !known.bars.contains_key(&pair.cover_id)
        && !known.is_settled(&pair.cover_id, on_air)
}

/// Above with all that its interval holds, in eight broadcasts or more, and likely.
fn is_clear(pair: &PairRow) -> bool {
    is_likely(pair) && pair.ratio.is_above(1.0)
}

fn is_likely(pair: &PairRow) -> bool {
    let has_enough = usize::try_from(pair.broadcasts).is_ok_and(|broadcasts| broadcasts >= FEWEST_CLUSTERS);
    has_enough && pair.probability.is_some_and(|probability| probability >= LIKELY)
}

/// The cover on air does not hold what it promises, or worse: another one is tried, the best of those that may go on air.
fn replaced(known: &Known<'_>, on_air: &str, bar: &Bar) -> Choice {
    let better = known.ranked.iter().find(|cover| *cover != on_air && !known.bars.contains_key(*cover));
    let Some(better) = better else {
        let reason = reason::barred(on_air, bar).then(&reason::no_other());
        let choice = Choice { cover_id: Some(on_air.to_owned()), ..Choice::new(Action::Keep, reason) };
        return Choice { randomized: Some(false), ..choice };
    };
    let choice = Choice {
        cover_id: Some(better.clone()),
        instead_of: Some(on_air.to_owned()),
        randomized: Some(false),
        ..Choice::new(Action::Try, reason::barred(on_air, bar).then(&reason::try_instead(better)))
    };
    // By what it is replaced for: of anything else it may well be the better one.
    let pair = match cause(bar) {
        Cause::Stays => known.pair(better, on_air, true),
        Cause::Ranking => known.pair(better, on_air, false),
        Cause::Other => None,
    };
    match pair {
        Some(pair) => choice.by_sight(pair),
        None if cause(bar) == Cause::Stays => Choice { metric: Some(c::STAY_RATE.to_owned()), ..choice },
        None => choice,
    }
}

/// By which rate it shows whether a cover was worth replacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Stays,
    Ranking,
    /// By none that is known of every broadcast.
    Other,
}

const fn cause(bar: &Bar) -> Cause {
    match bar {
        Bar::Overpromises { .. } | Bar::Lost(_, Loss { of: Some(Guarded::Stays), .. }) => Cause::Stays,
        Bar::Lost(_, Loss { of: None, .. }) | Bar::Fading => Cause::Ranking,
        Bar::Breaks(_) | Bar::CostsRevisits(_) | Bar::Lost(..) => Cause::Other,
    }
}

/// Nothing else is surely better.
fn kept(known: &Known<'_>, on_air: &str) -> Choice {
    let beside = known.pairs.iter().find(|pair| pair.cover_id == on_air);
    let tested = beside.and_then(|pair| Some((pair, known.compared_by(&pair.against, on_air)?)));
    if let Some((pair, trial)) = tested {
        return by_an_ended_test(trial, on_air, &pair.against, false);
    }
    let mut reason = beside.map_or_else(|| reason::alone(on_air), reason::nothing_better);
    // A cover that looks better and is not advised has its reason.
    let passed_over =
        known.pairs.iter().filter(|pair| pair.against == on_air && is_clear(pair)).find_map(|pair| {
            let bar = known.bars.get(&pair.cover_id)?;
            Some(reason::passed_over(&pair.cover_id, bar))
        });
    if let Some(why) = passed_over {
        reason = reason.then(&why);
    }
    let choice =
        Choice { cover_id: Some(on_air.to_owned()), randomized: Some(false), ..Choice::new(Action::Keep, reason) };
    match beside {
        Some(pair) => choice.by_sight(pair),
        None => choice,
    }
}
