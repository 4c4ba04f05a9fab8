//! Finds rows that are the sum of others although no word says so. Counted, they would count everything twice.
//!
//! Small numbers add up by chance, so a finding has to be much more than chance would give.

use hashbrown::HashMap;

use coverledger_core::model::{Count, CountRow, Dimensions};

/// Below this the sum of a few rows may be any other row by chance.
const LEAST_SUM: u64 = 100;
/// Totals of totals stand one behind the other at an end of the rows; so many are looked at.
const MOST_AT_AN_END: usize = 4;
/// Of more rows only the ends are looked at.
const MOST_ROWS: usize = 50_000;
/// A sum counts as a total if chance would give fewer than this over all rows.
const SURELY: f64 = 1e-4;
/// Where there are two, chance finds both far less often.
const SURELY_TWICE: f64 = 1e-2;
/// With how many groups of neighbours a row is compared in effect: sums of more are soon too large.
const NEIGHBOURS: f64 = 5.0;

/// The record of a row that can only be the sum of others.
pub(in crate::export) fn unnamed_total(rows: &[CountRow], stages: &[Dimensions], sheets: usize) -> Option<u32> {
    at_an_end(rows).or_else(|| {
        if rows.len() > MOST_ROWS {
            return None;
        }
        let counts = Additive::of(rows)?;
        let of_rows = counts.vectors(rows);
        let found = blocks(&of_rows).or_else(|| groups(&of_rows, rows, stages, GroupBy::Session));
        let found = found.or_else(|| groups(&of_rows, rows, stages, GroupBy::Interval));
        let found =
            found.or_else(|| if sheets > 1 { groups(&of_rows, rows, stages, GroupBy::Broadcast) } else { None });
        found.map(|at| rows[at].record)
    })
}

/// One of the first or last rows, if it is the sum of all behind or before it in all that it counts: the sum of all, or a
/// total of that.
///
/// Chance is ruled out by asking for two sums that differ, one of them large, over at least two rows that count anything.
fn at_an_end(rows: &[CountRow]) -> Option<u32> {
    let first_behind = rows.len().saturating_sub(MOST_AT_AN_END);
    let last = (first_behind..rows.len()).find(|at| is_sum(&rows[*at], &rows[..*at]));
    let found =
        last.or_else(|| (0..rows.len().min(MOST_AT_AN_END)).find(|at| is_sum(&rows[*at], &rows[at + 1..])));
    found.map(|at| rows[at].record)
}

/// Rows that say the same as the row are totals like it, if it is one.
fn is_sum(row: &CountRow, others: &[CountRow]) -> bool {
    let others = || others.iter().filter(|other| other.figures.value != row.figures.value);
    let counts_anything = |other: &&CountRow| Count::ALL.iter().any(|count| other.figures.value.get(*count) > 0);
    if others().filter(counts_anything).take(2).count() < 2 {
        return false;
    }
    // Viewers may be in several rows: theirs of a total are no more than those of the rows, and no fewer than of any.
    let can_be = |(count, value): (Count, u64)| {
        let values = || others().filter_map(|other| other.figures.get(count).map(|measure| measure.value));
        values().max() <= Some(value) && u128::from(value) <= values().map(u128::from).sum::<u128>()
    };
    let all = || {
        let stated = row.figures.known.iter().filter(|count| !row.figures.derived.has(*count));
        stated.map(|count| (count, row.figures.value.get(count))).filter(|(_, value)| *value > 0)
    };
    let adds_up = |(count, value): (Count, u64)| {
        let mut sum = others().map(|other| other.figures.get(count).map(|measure| measure.value));
        sum.try_fold(0_u64, |sum, value| sum.checked_add(value?)) == Some(value)
    };
    let stated = || all().filter(|(count, value)| !count.is_unique() || adds_up((*count, *value)));
    let values = || stated().map(|(_, value)| value);
    let (smallest, largest) = (values().min(), values().max());
    smallest != largest && largest >= Some(LEAST_SUM) && stated().all(adds_up) && all().all(can_be)
}

/// Counts that add up and that every row states.
struct Additive(Vec<Count>);

/// What a row has of them; of fewer than six the rest is nothing.
type Vector = [u64; 6];

impl Additive {
    fn of(rows: &[CountRow]) -> Option<Self> {
        let mut counts: Vec<Count> = Count::ALL.into_iter().filter(|count| !count.is_unique()).collect();
        for row in rows {
            counts.retain(|count| row.figures.known.has(*count) && !row.figures.derived.has(*count));
        }
        (counts.len() >= 2).then_some(Self(counts))
    }

    fn vectors(&self, rows: &[CountRow]) -> Vec<Vector> {
        let vector = |row: &CountRow| {
            let mut vector = Vector::default();
            for (place, count) in vector.iter_mut().zip(&self.0) {
                *place = row.figures.value.get(*count);
            }
            vector
        };
        rows.iter().map(vector).collect()
    }
}

fn plus(one: &Vector, other: &Vector) -> Vector {
    std::array::from_fn(|at| one[at].saturating_add(other[at]))
}

/// Whether a row is distinctive: two counts that differ, one of them large.
fn is_telling(row: &Vector) -> bool {
    let counted = || row.iter().filter(|value| **value > 0);
    counted().min() != counted().max() && counted().max() >= Some(&LEAST_SUM)
}

/// How likely a row is a given sum by chance: large numbers are seldom equal. Counts go together, so a second one says half
/// as much.
#[expect(clippy::cast_precision_loss, reason = "a likelihood")]
fn chance(row: &Vector) -> f64 {
    let mut values: Vec<f64> = row.iter().filter(|value| **value > 0).map(|value| *value as f64).collect();
    values.sort_by(|one, other| other.total_cmp(one));
    let each = values.iter().enumerate().map(|(nth, value)| 2.0 / if nth == 0 { *value } else { value.sqrt() });
    each.map(|chance| chance.min(1.0)).product()
}

/// Whether so many sums are more than chance makes of it.
#[expect(clippy::cast_precision_loss, reason = "a few rows")]
fn is_convincing(found: usize, by_chance: f64) -> bool {
    (found >= 1 && by_chance < SURELY)
        || (found >= 2 && by_chance < SURELY_TWICE)
        || (found >= 3 && found as f64 > 20.0 * by_chance)
}

/// The first row that is the sum of the rows right before it, or right behind it, where that is no chance.
fn blocks(rows: &[Vector]) -> Option<usize> {
    let mut prefixes = vec![Vector::default()];
    // How many rows count anything, up to each.
    let mut counting = vec![0_usize];
    for row in rows {
        prefixes.push(plus(&prefixes[prefixes.len() - 1], row));
        counting.push(counting[counting.len() - 1] + usize::from(row.iter().any(|value| *value > 0)));
    }
    let by_chance: f64 = rows.iter().filter(|row| is_telling(row)).map(chance).sum::<f64>() * NEIGHBOURS;
    let mut places: HashMap<Vector, usize> = HashMap::new();
    let mut before = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        places.entry(prefixes[at]).or_insert(at);
        let rest: Option<Vec<u64>> =
            prefixes[at].iter().zip(row).map(|(sum, value)| sum.checked_sub(*value)).collect();
        let rest = rest.and_then(|rest| Vector::try_from(rest).ok()).filter(|_| is_telling(row));
        if rest.and_then(|rest| places.get(&rest)).is_some_and(|from| counting[at] - counting[*from] >= 2) {
            before.push(at);
        }
    }
    if is_convincing(before.len(), by_chance) {
        return before.first().copied();
    }
    places.clear();
    let mut behind = Vec::new();
    for (at, row) in rows.iter().enumerate().rev() {
        places.entry(prefixes[at + 1]).or_insert(at + 1);
        let end = places.get(&plus(&prefixes[at + 1], row)).filter(|_| is_telling(row));
        if end.is_some_and(|end| *end > at + 1 && counting[*end] - counting[at + 1] >= 2) {
            behind.push(at);
        }
    }
    if is_convincing(behind.len(), by_chance) { behind.last().copied() } else { None }
}

/// What the rows of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GroupBy {
    /// Broadcast and interval.
    Session,
    /// Market and interval: a day, of all its broadcasts.
    Interval,
    /// Broadcast, at any time.
    Broadcast,
}

/// The first row that is the sum of the others of its group, where that is no chance.
fn groups(vectors: &[Vector], rows: &[CountRow], stages: &[Dimensions], by: GroupBy) -> Option<usize> {
    let mut names: HashMap<(&str, &str), usize> = HashMap::new();
    let broadcasts: Vec<usize> = stages
        .iter()
        .map(|stage| {
            let next = names.len();
            let broadcast = if by == GroupBy::Interval { "" } else { stage.broadcast_id.as_str() };
            *names.entry((stage.market.as_str(), broadcast)).or_insert(next)
        })
        .collect();
    let key = |row: &CountRow| {
        let interval = if by == GroupBy::Broadcast { (0, 0) } else { (row.start_us, row.end_us) };
        (broadcasts[row.stage as usize], interval)
    };
    let mut sums: HashMap<(usize, (i64, i64)), (Vector, usize)> = HashMap::new();
    for (row, vector) in rows.iter().zip(vectors) {
        let (sum, counting) = sums.entry(key(row)).or_default();
        *sum = plus(sum, vector);
        *counting += usize::from(vector.iter().any(|value| *value > 0));
    }
    let (mut found, mut by_chance) = (Vec::new(), 0.0);
    for (at, (row, vector)) in rows.iter().zip(vectors).enumerate() {
        let Some((sum, counting)) = sums.get(&key(row)) else { continue };
        if *counting >= 3 && is_telling(vector) {
            by_chance += chance(vector);
            found.extend((*sum == plus(vector, vector)).then_some(at));
        }
    }
    if is_convincing(found.len(), by_chance) { found.first().copied() } else { None }
}
