//! The same events in two exports. Where an `event_id` is mapped they count once; where none is, every copy counts.
//!
//! Two exports with the same records, in whatever order and however compressed, are one delivered twice, however few
//! these are. One whose records are all in another, larger one is a part of it: a download that broke off, or parts
//! beside what they were put together to. That takes records which are told from each other: events that say no more
//! than the minute and the room are alike in any two files. So they have to be distinct in both, and there have to be
//! a few.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::{ENOUGH_RECORDS, Object};
use coverledger_core::model::MarketId;
use coverledger_read::export::Prints;

/// Fewer records in common are chance, where all are known and none names a viewer.
const LEAST_IN_COMMON: usize = 3;
/// A record that is in more exports than these tells nothing about any two of them.
const MOST_SHARERS: usize = 8;
/// With so many records an export may lack one of the other: where a download breaks off it breaks a record.
const MAY_LACK_ONE: usize = 5;

/// Two exports with the same events, by their numbers in the batch.
pub(super) struct Double {
    pub(super) exports: [usize; 2],
    pub(super) reason: String,
}

/// Whose records can be compared: of one definition, and of one market where the path names it.
type Kin<'a> = (usize, Option<&'a MarketId>);

/// Finds them among the exports of a batch.
pub(super) fn doubles(objects: &[Object<'_>]) -> Vec<Double> {
    let mut by_kin: BTreeMap<Kin<'_>, Vec<(&Object<'_>, &Prints)>> = BTreeMap::new();
    for object in objects {
        if let Some(prints) = object.stats.prints.as_ref().filter(|prints| prints.records() > 0) {
            let kin = (object.planned.export, object.planned.found.path.market.as_ref());
            by_kin.entry(kin).or_default().push((object, prints));
        }
    }
    let mut doubles = Vec::new();
    for kin in by_kin.values() {
        let mut by_records: BTreeMap<(u64, u64), Vec<(&Object<'_>, &Prints)>> = BTreeMap::new();
        for (object, prints) in kin {
            by_records.entry(prints.all()).or_default().push((*object, *prints));
        }
        for same in by_records.values() {
            let pairs = same.windows(2).filter(|pair| is_no_chance(pair[0], pair[1]));
            doubles.extend(pairs.map(|pair| the_same(pair[0], pair[1])));
        }
        let firsts: Vec<_> = by_records.values().map(|same| same[0]).collect();
        let prints: Vec<&Prints> = firsts.iter().map(|(_, prints)| *prints).collect();
        doubles.extend(parts(&prints).into_iter().map(|[part, whole]| a_part(firsts[part], firsts[whole])));
    }
    doubles.sort_by_key(|double| double.exports);
    doubles
}

fn key<'a>(object: &Object<'a>) -> &'a str {
    &object.planned.found.object.key
}

/// Whether two exports with the same records are more than two that happen to say the same: a record or two without a
/// viewer may.
fn is_no_chance((one, prints): (&Object<'_>, &Prints), (other, _): (&Object<'_>, &Prints)) -> bool {
    one.sha256 == other.sha256 || prints.have_viewers() || prints.records() >= LEAST_IN_COMMON as u64
}

fn the_same((one, prints): (&Object<'_>, &Prints), (other, _): (&Object<'_>, &Prints)) -> Double {
    let (records, each) = match prints.records() {
        1 => ("the same record".to_owned(), "it is"),
        records => (format!("the same {records} records"), "they are"),
    };
    Double {
        exports: [one.index, other.index],
        reason: format!(
            "exports `{}` and `{}` hold {records}, and without an `event_id` {each} counted twice (was one file delivered twice? take one of the two away, or give `--accept-shrink` if both are right)",
            key(one),
            key(other),
        ),
    }
}

fn a_part((part, of_part): (&Object<'_>, &Prints), (whole, of_whole): (&Object<'_>, &Prints)) -> Double {
    Double {
        exports: [part.index, whole.index],
        reason: format!(
            "the {} records of export `{}` are among the {} of `{}`, and without an `event_id` they are counted twice (is it a part of the other, such as a download that broke off? take one of the two away, or give `--accept-shrink` if both are right)",
            of_part.records(),
            key(part),
            of_whole.records(),
            key(whole),
        ),
    }
}

/// What two exports have in common.
#[derive(Default, Clone, Copy)]
struct Common {
    distinct: usize,
    /// As often as they are in each.
    times: [usize; 2],
}

/// Exports whose records are all in another, and in which.
fn parts(exports: &[&Prints]) -> Vec<[usize; 2]> {
    let mut all: Vec<(u64, usize)> = Vec::new();
    for (number, prints) in exports.iter().enumerate() {
        all.extend(prints.kept().iter().map(|print| (*print, number)));
    }
    all.sort_unstable();
    let mut common: HashMap<(usize, usize), Common> = HashMap::new();
    for record in all.chunk_by(|one, other| one.0 == other.0) {
        let holders: Vec<(usize, usize)> =
            record.chunk_by(|one, other| one.1 == other.1).map(|times| (times[0].1, times.len())).collect();
        if holders.len() > MOST_SHARERS {
            continue;
        }
        for (nth, (one, times)) in holders.iter().enumerate() {
            for (other, of_other) in &holders[nth + 1..] {
                let pair = common.entry((*one, *other)).or_default();
                pair.distinct += 1;
                pair.times[0] += times;
                pair.times[1] += of_other;
            }
        }
    }
    let mut parts = Vec::new();
    for ((mut part, mut whole), mut pair) in common {
        if exports[part].records() > exports[whole].records() {
            (part, whole) = (whole, part);
            pair.times.reverse();
        }
        if is_part(exports[part], exports[whole], pair) {
            parts.push([part, whole]);
        }
    }
    parts.sort_unstable();
    parts
}

fn is_part(part: &Prints, whole: &Prints, common: Common) -> bool {
    let zero_bits = part.zero_bits().max(whole.zero_bits());
    let of_part = part.kept_from(zero_bits);
    let enough = usize::try_from(ENOUGH_RECORDS).unwrap_or(usize::MAX);
    let least = match (zero_bits, part.have_viewers()) {
        (0, true) => 1,
        (0, false) => LEAST_IN_COMMON,
        _ => enough,
    };
    let lacks = of_part.saturating_sub(common.times[0]);
    let may_lack = (of_part / 10).max(usize::from(of_part >= MAY_LACK_ONE));
    let are_distinct = common.times.iter().all(|times| times * 10 <= common.distinct * 11);
    common.distinct >= least && lacks <= may_lack && are_distinct
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    const NONE: Vec<[usize; 2]> = Vec::new();

    /// Records by their numbers, hashed as well as any text is.
    fn prints(most: usize, records: impl IntoIterator<Item = u32>) -> Prints {
        let mut prints = Prints::at_most(most);
        for record in records {
            prints.add(xxhash_rust::xxh3::xxh3_64(&record.to_le_bytes()));
        }
        prints.finish()
    }

    fn found(most: usize, one: Range<u32>, other: Range<u32>) -> Vec<[usize; 2]> {
        parts(&[&prints(most, one), &prints(most, other)])
    }

    #[test]
    fn a_part_is_told_by_all_records_or_by_a_sample() {
        assert_eq!(found(10_000, 0..3, 0..100), [[0, 1]]);
        assert_eq!(found(10_000, 0..100, 40..60), [[1, 0]]);
        assert_eq!(found(500, 0..20_000, 5_000..9_000), [[1, 0]], "a sample of both");
        assert_eq!(found(500, 0..20_000, 5_000..5_100), NONE, "too few of a sample");
    }

    #[test]
    fn a_record_may_be_broken_and_much_else_is_no_part() {
        assert_eq!(found(10_000, 0..50, 1..500), [[0, 1]]);
        assert_eq!(found(10_000, 0..4, 1..500), NONE, "one of four");
        assert_eq!(found(10_000, 0..50, 10..500), NONE, "ten of fifty");
        assert_eq!(found(10_000, 0..2, 0..500), NONE, "two may be chance");
        let of_viewers = |records| prints(10_000, records).of_viewers(true);
        assert_eq!(parts(&[&of_viewers(0..1), &of_viewers(0..500)]), [[0, 1]], "but hardly of one viewer");
        assert_eq!(parts(&[&of_viewers(0..4), &of_viewers(1..500)]), NONE);
    }

    #[test]
    fn records_that_come_again_and_again_prove_nothing() {
        let crowd = |times: usize| prints(10_000, (0..100).flat_map(|record| std::iter::repeat_n(record, times)));
        assert_eq!(parts(&[&crowd(2), &crowd(3)]), NONE);
        assert_eq!(parts(&[&crowd(1), &crowd(3)]), NONE);
    }

    #[test]
    fn of_many_copies_nobody_counts_the_pairs() {
        let all: Vec<Prints> = (0..20).map(|_| prints(10_000, 0..100)).collect();
        assert_eq!(parts(&all.iter().collect::<Vec<_>>()), NONE);
    }
}
