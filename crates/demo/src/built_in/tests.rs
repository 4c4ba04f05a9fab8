//! The built-in effects are there, counted from the true events.

use std::collections::BTreeMap;

use super::{LOCALIZED, REVERSAL, SPLIT};
use crate::LAST_DATE;
use crate::calendar::Calendar;
use crate::plan::{self, Broadcast};
use crate::platform::PLATFORMS;
use crate::random::SeededRng;
use crate::row::{Event, Row};
use crate::viewer::{ViewerPools, visit};
use crate::world::{COVERS, MARKETS};

/// The consequences of displays.
#[derive(Clone, Copy, Default)]
struct Sum {
    displays: u32,
    taps: u32,
    entries: u32,
    stays: u32,
    orders: u32,
}

impl Sum {
    fn add(&mut self, row: &Row<'_>) {
        let is_row_of_flags = row.broadcast.platform.event_word(Event::Click).is_empty();
        self.displays += u32::from(row.event == Event::Impression);
        // On the platform with flags, an impression has everything.
        self.taps += u32::from(if is_row_of_flags { row.clicked } else { row.event == Event::Click });
        self.entries += u32::from(row.entered);
        self.stays += u32::from(row.dwell_seconds.is_some_and(|seconds| seconds >= 60));
        self.orders += u32::from(row.ordered);
    }

    fn ctr(self) -> f64 {
        f64::from(self.taps) / f64::from(self.displays)
    }
}

fn room(list: &[Broadcast], platform: &str, market: &str) -> Vec<usize> {
    let is_there = |made: &Broadcast| made.platform.name == platform && MARKETS[made.market].code == market;
    (0..list.len()).filter(|place| is_there(&list[*place])).collect()
}

fn week() -> Vec<Broadcast> {
    plan::broadcasts(1, &Calendar::ending(LAST_DATE, 7).unwrap(), &PLATFORMS, false).unwrap()
}

/// The events of a broadcast with this many visitors.
fn watch<'w>(broadcast: &'w Broadcast, visits: u32, mut note: impl FnMut(&Row<'w>)) {
    let pools = ViewerPools::for_rows(1_000_000);
    let mut rng = SeededRng::new(7, broadcast.number);
    for _ in 0..visits {
        visit(broadcast, &pools, &mut rng, &mut |row, _| {
            note(&row);
            Ok(())
        })
        .unwrap();
    }
}

fn is_later(broadcast: &Broadcast) -> bool {
    broadcast.local_date.duration_until(LAST_DATE).as_hours() < 24 * i64::from(REVERSAL.days)
}

#[test]
fn a_cover_gains_as_a_whole_and_loses_with_everybody() {
    let list = week();
    let (mut whole, mut cells) = ([Sum::default(); 2], BTreeMap::<(i64, usize, usize), [Sum; 2]>::new());
    for place in room(&list, REVERSAL.platform, REVERSAL.market) {
        let made = &list[place];
        let when = usize::from(is_later(made));
        watch(made, 12_000, |row| {
            if COVERS[row.cover].id == REVERSAL.cover {
                let hour = made.local_hour_at(row.occurred_at_ms).rem_euclid(24);
                let slot = [0, 6, 12, 19, 23].into_iter().rfind(|start| *start <= hour).unwrap();
                whole[when].add(row);
                let cell = cells.entry((slot, row.audience.gender, row.audience.age)).or_default();
                cell[when].add(row);
            }
        });
    }
    assert!(whole[1].ctr() > 1.5 * whole[0].ctr(), "{} after {}", whole[1].ctr(), whole[0].ctr());
    // Only cells that are large enough to show a fall by four tenths.
    let told: Vec<bool> = cells
        .values()
        .filter(|cell| cell.iter().all(|sum| sum.taps >= 30))
        .map(|[before, after]| after.ctr() < before.ctr())
        .collect();
    let falls = told.iter().filter(|falls| **falls).count();
    assert!(told.len() >= 15 && falls * 20 >= told.len() * 19, "{falls} of {}", told.len());
}

#[test]
fn bait_is_tapped_most_and_the_room_it_leads_to_is_left_at_once() {
    let list = week();
    for market in SPLIT.markets {
        let mut arms = BTreeMap::<&str, Sum>::new();
        let mut viewers = BTreeMap::<(u64, u32), usize>::new();
        for place in room(&list, SPLIT.platform, market) {
            watch(&list[place], 6000, |row| {
                arms.entry(COVERS[row.cover].id).or_default().add(row);
                let known = viewers.entry((row.broadcast.number, row.viewer)).or_insert(row.cover);
                assert_eq!(*known, row.cover, "a viewer sees one cover in a broadcast");
            });
        }
        assert_eq!(arms.len(), SPLIT.covers.len());
        let [control, smile, bait] = SPLIT.covers.map(|cover| arms[cover]);
        assert!(bait.ctr() > 1.3 * control.ctr().max(smile.ctr()), "{market}");
        let stay = |sum: Sum| f64::from(sum.stays) / f64::from(sum.entries);
        assert!(stay(bait) < 0.25 * stay(control) && stay(control) < stay(smile), "{market}");
        assert!(bait.orders * 2 < control.orders, "{market}");
        let (least, most) = (viewers_of(&viewers).min().unwrap(), viewers_of(&viewers).max().unwrap());
        assert!(least * 100 > most * 97, "{market}: {least} and {most} viewers");
    }
}

fn viewers_of(viewers: &BTreeMap<(u64, u32), usize>) -> impl Iterator<Item = usize> {
    let of = |cover: usize| viewers.values().filter(|seen| **seen == cover).count();
    let mut covers: Vec<usize> = viewers.values().copied().collect();
    covers.sort_unstable();
    covers.dedup();
    covers.into_iter().map(of)
}

#[test]
fn a_cover_made_for_one_market_is_on_air_beside_the_shared_one_there_and_nowhere_else() {
    let list = week();
    for platform in LOCALIZED.platforms {
        let (mut shared, mut localized) = (Sum::default(), Sum::default());
        for place in room(&list, platform, LOCALIZED.market) {
            let mut seen = [0, 0];
            watch(&list[place], 4000, |row| {
                let id = COVERS[row.cover].id;
                if id == LOCALIZED.shared {
                    shared.add(row);
                    seen[0] += 1;
                } else if id == LOCALIZED.localized {
                    localized.add(row);
                    seen[1] += 1;
                }
            });
            assert!(seen.iter().all(|rows| *rows > 0), "{platform}");
        }
        let share = |sum: Sum| f64::from(sum.entries.max(sum.taps)) / f64::from(sum.displays);
        let gain = share(localized) / share(shared);
        assert!((1.15..1.45).contains(&gain), "{platform}: {gain}");
    }
    for made in list.iter().filter(|made| MARKETS[made.market].code != LOCALIZED.market) {
        watch(made, 20, |row| assert_ne!(COVERS[row.cover].id, LOCALIZED.localized));
    }
}

#[test]
fn some_covers_are_on_air_in_eight_broadcasts_of_nearly_every_room() {
    let list = week();
    let mut broadcasts = BTreeMap::<(u64, usize, usize), u32>::new();
    for made in &list {
        let mut covers = Vec::new();
        watch(made, 300, |row| covers.push(row.cover));
        covers.sort_unstable();
        covers.dedup();
        for cover in covers {
            *broadcasts.entry((made.platform.number, made.market, cover)).or_default() += 1;
        }
    }
    let enough = broadcasts.iter().filter(|(_, count)| **count >= 8);
    let mut rooms: Vec<(u64, usize)> = enough.map(|((platform, market, _), _)| (*platform, *market)).collect();
    rooms.dedup();
    assert!(rooms.len() >= 15, "{} of 18: {broadcasts:?}", rooms.len());
}
