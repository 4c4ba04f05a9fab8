//! Sums by bar within a bound.

use std::collections::BTreeMap;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::count::memory::Memory;
use crate::model::Kinds;

const BAR_US: i64 = 300_000_000;

/// Rows by market-day, what they come to by a plain sum, the most sums that a thread kept, and bytes that were spilled.
type Summed = (Vec<Vec<BarRow>>, BTreeMap<(u32, u32, i32), u64>, usize, u64);

/// Rows of as many places and bars as a column brings that is mapped wrongly, each of another place than the one before, every
/// fourth taken back by another thread; and what they come to by a plain sum.
fn summed(bytes: u64) -> Summed {
    let memory = Memory::new(bytes, std::env::temp_dir(), 64);
    let spool = BarSpool::new(3, memory.spill_files(1), &memory);
    let (mut one, mut other) = (spool.tally(), spool.tally());
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let mut below = |most: u32| random.next_u32() % most;
    let (mut expected, mut most) = (BTreeMap::new(), 0);
    for row in 0..100_000_u32 {
        let (cell, bar) = (below(300), i64::from(below(288)));
        let place = || Place { day: cell % 3, touch: cell, era: 0 };
        let of = (Kinds::IMPRESSION, bar * BAR_US + i64::from(below(299_000_000)), 0);
        one.count(cell, of, 1, place).unwrap();
        if row % 4 == 0 {
            other.count(cell, of, 1_u64.wrapping_neg(), place).unwrap();
        } else {
            *expected.entry((cell % 3, cell, i32::try_from(bar).unwrap())).or_default() += 1;
        }
        most = most.max(one.len());
    }
    one.finish().unwrap();
    other.finish().unwrap();
    let days = (0..3).map(|day| spool.of_day(day).unwrap()).collect();
    (days, expected, most, memory.spilled_bytes())
}

#[test]
fn sums_beyond_what_a_thread_may_keep_wait_on_disk_and_come_to_the_same() {
    let (roomy, expected, _, none) = summed(1 << 40);
    let (tight, _, most, spilled) = summed(100_000);
    assert_eq!(none, 0);
    assert!(spilled > 1_000_000, "{spilled}");
    assert_eq!(most, 64, "a thread keeps no more than it may");
    assert_eq!(roomy, tight);
    let found: BTreeMap<_, _> = roomy
        .iter()
        .zip(0_u32..)
        .flat_map(|(rows, day)| rows.iter().map(move |row| ((day, row.touch, row.bar), row.sums[0])))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_was_all_taken_back_is_no_sum() {
    let memory = Memory::new(1 << 30, std::env::temp_dir(), 64);
    let spool = BarSpool::new(1, 1, &memory);
    let mut tally = spool.tally();
    let place = || Place { day: 0, touch: 5, era: 1 };
    let leave = (Kinds::STAY, 2 * BAR_US, 1);
    tally.count(9, leave, 1, place).unwrap();
    tally.count(9, (Kinds::ENTRY, 2 * BAR_US, 1), 1, place).unwrap();
    tally.count(9, (Kinds::ENTRY, 2 * BAR_US, 1), 1_u64.wrapping_neg(), place).unwrap();
    tally.count(9, (Kinds::default(), 2 * BAR_US, 1), 1, place).unwrap();
    tally.finish().unwrap();
    let found = spool.of_day(0).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let BarRow { touch, era, bar, sums, .. } = found[0];
    assert_eq!((touch, era, bar), (5, 1, 1), "a leave speaks of its entry, a millisecond before");
    assert_eq!(sums, [0, 0, 0, 1, 0, 0, 0]);
}
