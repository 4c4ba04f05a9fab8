//! Every cover that a brief names, those that matter most first.

use std::collections::BTreeSet;

use crate::Brief;

/// Ids of covers, each once: what goes on air, what it stands instead of, what is tested, the best of every place before the
/// second of any, and the rest.
pub(super) fn covers(brief: &Brief) -> Vec<&str> {
    let advice = || brief.nights.iter().flat_map(|night| &night.places);
    let rankings = &brief.rankings;
    let longest = rankings.iter().map(|ranking| ranking.covers.len()).max().unwrap_or(0);
    let ranked = (0..longest).flat_map(|nth| rankings.iter().filter_map(move |ranking| ranking.covers.get(nth)));
    let overpromising = rankings.iter().flat_map(|ranking| &ranking.overpromising);
    let next = brief.next_tests.iter().flat_map(|test| [&test.cover_id, &test.against_cover_id]);
    let changed = brief.changes.iter().flat_map(|place| &place.covers).map(|(cover, _)| cover);
    let past = brief.log.past.iter().flat_map(|past| past.cover_id.iter().chain(&past.instead_of));
    let all = advice()
        .filter_map(|advice| advice.cover_id.as_ref())
        .chain(advice().flat_map(|advice| advice.instead_of.iter().chain(&advice.test_against)))
        .chain(brief.tests.iter().flat_map(|test| &test.arms).map(|arm| &arm.cover_id))
        .chain(advice().flat_map(|advice| &advice.avoid).map(|avoided| &avoided.cover_id))
        .chain(ranked.map(|cover| &cover.cover_id))
        .chain(next)
        .chain(overpromising.map(|cover| &cover.cover_id))
        .chain(brief.reviews.iter().flat_map(|review| &review.airings).map(|airing| &airing.cover_id))
        .chain(changed)
        .chain(past);
    let mut seen = BTreeSet::new();
    all.map(String::as_str).filter(|cover| seen.insert(*cover)).collect()
}
