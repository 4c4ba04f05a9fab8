//! Which cover was on air last.

use std::collections::BTreeMap;

use crate::cells::{ALL_DAY, UNKNOWN};
use crate::evidence::{Evidence, Observed};
use coverledger_core::model::Count;

/// Of the newest local date with clean rows, in its last slot, the cover with most impressions, or entries where
/// impressions are not known; of equals the first by name. `None` where that is no known cover.
pub(super) fn on_air(evidence: &Evidence) -> Option<usize> {
    let clean = || evidence.rows.iter().filter(|row| !row.contaminated);
    let newest = clean().map(|row| row.local_date).max()?;
    // What is counted for the day alone is before what has an hour, however its name sorts.
    let hour = |row: &Observed| (evidence.slots[row.slot] != ALL_DAY).then_some(row.slot);
    let last = clean().filter(|row| row.local_date == newest).map(hour).max()?;
    let mut covers = BTreeMap::<usize, [u64; 2]>::new();
    for row in clean().filter(|row| row.local_date == newest && hour(row) == last) {
        let sums = covers.entry(row.cover).or_default();
        for (sum, count) in sums.iter_mut().zip([Count::Impressions, Count::Entries]) {
            *sum += row.figures.get(count).map_or(0, |measure| measure.value);
        }
    }
    let most = |best: (usize, [u64; 2]), next: (usize, [u64; 2])| if next.1 > best.1 { next } else { best };
    let (cover, _) = covers.into_iter().reduce(most)?;
    (evidence.covers[cover] != UNKNOWN).then_some(cover)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scene;

    fn name(scene: &Scene) -> Option<String> {
        let evidence = scene.evidence();
        on_air(&evidence).map(|cover| evidence.covers[cover].clone())
    }

    fn shown(scene: &mut Scene, days_before: i32, slot: &str, cover: &str, impressions: u64) {
        scene.shown(days_before, [slot, "all", "b", cover], &[(Count::Impressions, impressions)]);
    }

    #[test]
    fn it_is_the_one_that_was_shown_most_in_the_last_slot_of_the_newest_date() {
        // The scene's slots are in the order of their names.
        let mut scene = Scene::default();
        shown(&mut scene, 2, "4_night", "old", 90_000);
        shown(&mut scene, 1, "2_day", "by_day", 50_000);
        shown(&mut scene, 1, "3_prime", "a", 400);
        shown(&mut scene, 1, "3_prime", "b", 300);
        scene.shown(1, ["3_prime", "f", "b", "b"], &[(Count::Impressions, 200)]);
        // Partly another cover's.
        scene.row(0, ["3_prime", "all", "b", "c"], true, &[(Count::Impressions, 9_000)]);
        assert_eq!(name(&scene), Some("b".to_owned()));
    }

    #[test]
    fn of_equals_it_is_the_first_and_what_the_log_does_not_name_is_none() {
        let mut scene = Scene::default();
        shown(&mut scene, 0, "prime", "b", 300);
        shown(&mut scene, 0, "prime", "a", 300);
        assert_eq!(name(&scene), Some("a".to_owned()));
        shown(&mut scene, 0, "prime", "unknown", 301);
        assert_eq!(name(&scene), None);
        assert_eq!(name(&Scene::default()), None);
    }

    #[test]
    fn where_impressions_are_not_known_entries_tell_and_a_day_has_no_last_hour() {
        let mut scene = Scene::default();
        for (slot, cover, entries) in [("all_day", "z", 900), ("1_morning", "a", 20), ("1_morning", "b", 30)] {
            scene.shown(0, [slot, "all", "b", cover], &[(Count::Entries, entries)]);
        }
        assert_eq!(name(&scene), Some("b".to_owned()));
        let mut scene = Scene::default();
        shown(&mut scene, 0, "all_day", "a", 1);
        assert_eq!(name(&scene), Some("a".to_owned()));
    }
}
