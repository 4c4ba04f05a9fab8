//! Two versions of a cover in different markets.

use std::collections::{BTreeMap, BTreeSet};

use super::{Basis, Comparison, Market, Versions, broadcasts, note};
use crate::contrast::divided;
use crate::decision_context::Words;
use crate::tally::{Clusters, LEVEL, Piece, Tally};
use coverledger_stats::{FEWEST_CLUSTERS, Scale};

/// Where the shared cover never ran here: each against the other covers of its own broadcasts, here and elsewhere.
pub(super) fn across_markets(
    versions: Versions<'_>,
    here: &Market<'_>,
    elsewhere: &[Market<'_>],
    localized: &[Piece],
) -> Comparison {
    let of_shared: BTreeSet<&str> = elsewhere
        .iter()
        .flat_map(|market| {
            let pieces = market.pieces(versions.shared).unwrap_or_default();
            pieces.iter().map(|piece| market.evidence.broadcasts[piece.broadcast].as_str())
        })
        .collect();
    let broadcasts = [broadcasts(localized), of_shared.len()];
    if of_shared.is_empty() {
        return Comparison::none(broadcasts, note::shown_nowhere());
    }
    let mine = here.indices(versions.localized);
    let others: Vec<(&str, Tally)> = elsewhere.iter().flat_map(|market| market.indices(versions.shared)).collect();
    let count = |side: &[(&str, Tally)]| side.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>().len();
    let fewest = count(&mine).min(count(&others));
    let clusters = both(&mine, &others);
    let index = |tally: Tally| divided(tally.successes, tally.trials);
    let (Some(one), Some(other)) = (index(clusters.total[0]), index(clusters.total[1])) else {
        return Comparison::none(broadcasts, note::no_companions());
    };
    let ratio = |bins: &[Tally]| divided(index(bins[0])?, index(bins[1])?);
    let estimate = clusters.jackknife(ratio).filter(|ratio| fewest >= FEWEST_CLUSTERS && ratio.value > 0.0);
    let ratio_interval = estimate.map(|ratio| ratio.interval(LEVEL, Scale::Log));
    Comparison {
        basis: Basis::AcrossMarkets,
        indices: Some([one, other]),
        ratio: ratio(&clusters.total),
        ratio_interval,
        compared_broadcasts: fewest,
        note: note::across_markets([one, other], ratio_interval, fewest),
        ..Comparison::none(broadcasts, Words::default())
    }
}

/// Two bins by broadcast: of the localized cover, and of the shared one.
fn both(mine: &[(&str, Tally)], others: &[(&str, Tally)]) -> Clusters {
    let names: BTreeSet<&str> = mine.iter().chain(others).map(|(name, _)| *name).collect();
    let numbers: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
    let sides = [(0, mine), (1, others)];
    let pieces =
        sides.into_iter().flat_map(|(bin, side)| side.iter().map(move |(name, tally)| (bin, *name, *tally)));
    Clusters::new(
        2,
        pieces.filter_map(|(bin, name, tally)| Some(Piece { bin, broadcast: *numbers.get(name)?, tally })),
    )
}
