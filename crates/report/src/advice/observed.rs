//! What to do by what was seen where nobody drew lots: never a proof, whatever the probability.

use super::action::{Action, LIKELY, Sureness};
use super::bar::Bar;
use super::choice::Choice;
use super::place::{Known, PairRow};
use super::reason;
use coverledger_stats::FEWEST_CLUSTERS;

/// The choice.
pub(super) fn observed(known: &Known<'_>) -> Choice {
    let Some(on_air) = known.on_air.as_deref() else {
        return Choice::new(Action::NoData, reason::not_known_on_air());
    };
    if let Some(bar) = known.bars.get(on_air).filter(|bar| bar.is_to_be_avoided()) {
        return replaced(known, on_air, bar);
    }
    let challengers = || known.pairs.iter().filter(|pair| is_challenger(known, pair, on_air));
    if let Some(pair) = challengers().find(|pair| is_clear(pair)) {
        let choice = Choice {
            cover_id: Some(pair.cover_id.clone()),
            instead_of: Some(on_air.to_owned()),
            ..Choice::new(Action::Try, reason::to_be_tried(pair))
        };
        return choice.by_sight(pair);
    }
    if let Some(pair) = challengers().find(|pair| is_likely(pair)) {
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

impl Choice {
    /// The same with what two covers did beside each other.
    pub(super) fn by_sight(self, pair: &PairRow) -> Self {
        Self {
            metric: Some(pair.metric.clone()),
            rate: pair.rate,
            against_rate: pair.against_rate,
            change: pair.ratio.less_one(),
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
        && pair.metric != coverledger_core::model::columns::STAY_RATE
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
    let is_of_stays = matches!(bar, Bar::Overpromises { .. });
    match known.pair(better, on_air, is_of_stays) {
        Some(pair) => choice.by_sight(pair),
        None => choice,
    }
}

/// Nothing else is surely better.
fn kept(known: &Known<'_>, on_air: &str) -> Choice {
    let beside = known.pairs.iter().find(|pair| pair.cover_id == on_air);
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
