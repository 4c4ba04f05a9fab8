//! What is kept of a platform in a market once its months were read: lines of covers, and how covers compare. Everything
//! that grows with broadcasts is gone, so that one place after the other fits into the memory of one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::{DataFrame, PolarsResult};

use super::beside::{Basis, Strengths, Trial, basis, tally, trials};
use super::change::{Change, changes};
use super::effects::{KindCell, kind_cells};
use super::fatigue::{Fatigue, air, fatigues};
use super::recent::{Recent, recent};
use super::rows::{COUNTS, CoverRows, Era, Row};
use super::{LibraryRules, Shelf};
use crate::compared::{Compared, of_tallies};
use crate::rates::Rate;
use crate::tally::{Piece, Tallies, Tally};
use coverledger_core::model::{MarketId, PlatformId, columns as c};

/// The rates that are told of every cover.
pub(super) const RATES: [&str; 4] = [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE];
/// What covers are compared by, the better one first.
const METRICS: [&str; 2] = [c::EFFECTIVE_CTR, c::CTR];

/// A platform in a market, reduced to what the library tells of it.
#[derive(Debug, Clone)]
pub struct PlaceMonths {
    pub(super) platform: PlatformId,
    pub(super) market: MarketId,
    /// The last date that is known; `None` where nothing is.
    pub(super) until: Option<i32>,
    pub(super) slots: Vec<String>,
    pub(super) audiences: Vec<String>,
    pub(super) covers: Vec<String>,
    pub(super) eras: Vec<Era>,
    pub(super) is_provisional: bool,
    pub(super) metric: Option<&'static Rate>,
    pub(super) basis: Option<Basis>,
    pub(super) lines: Vec<Line>,
    pub(super) kinds: Vec<KindCell>,
    pub(super) recent: Recent,
}

/// One row of `cover_history`, without its words.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) is_family: bool,
    /// The cover, or the name of the family.
    pub(super) name: String,
    /// Of a cover.
    pub(super) family: Option<String>,
    /// `None` of all slots.
    pub(super) slot: Option<usize>,
    pub(super) first: i32,
    pub(super) last: i32,
    pub(super) days: usize,
    pub(super) broadcasts: usize,
    pub(super) era: usize,
    pub(super) counts: [Option<u64>; COUNTS],
    pub(super) rates: [Compared; RATES.len()],
    /// Of all slots.
    pub(super) fatigue: Option<Fatigue>,
    pub(super) change: Option<Change>,
}

impl PlaceMonths {
    /// Reads the months of a platform in a market up to `as_of`, in any order; a place without any is told as one of which
    /// nothing is known. `slots` are the market's, in the order of its day.
    ///
    /// # Errors
    /// When one of them is no table `cover_months`.
    pub fn read(
        platform: &PlatformId,
        market: &MarketId,
        slots: &[String],
        months: impl IntoIterator<Item = DataFrame>,
        as_of: Date,
        shelf: &Shelf,
        rules: &LibraryRules<'_>,
    ) -> PolarsResult<Self> {
        let mut rows = CoverRows::new(platform, market, slots, as_of);
        for month in months {
            rows.add(&month)?;
        }
        Ok(Self::of(rows, shelf, rules))
    }

    /// The same of rows that were added one month after the other.
    #[must_use]
    pub fn of(rows: CoverRows, shelf: &Shelf, rules: &LibraryRules<'_>) -> Self {
        let rows = rows.settled();
        let metric = metric(&rows);
        let basis = metric.map(|metric| basis(&rows, metric));
        let (family_of, families) = families(&rows, shelf);
        let covers: Vec<usize> = (0..rows.covers.all.len()).collect();
        let compared = |units: &[usize], count: usize| {
            metric.zip(basis).map(|(metric, basis)| {
                let airs = air(&rows, units, count, rules.rested_days);
                let mut trials = trials(&rows, metric, basis, units);
                let (fatigues, strengths) = fatigues(&mut trials, &airs);
                Together { trials, fatigues, strengths }
            })
        };
        let alone = compared(&covers, covers.len());
        let changes =
            alone.as_ref().map(|alone| changes(&rows, &alone.trials, &alone.strengths)).unwrap_or_default();
        let mut lines = Vec::new();
        let cover_line = |cover: usize| Who {
            is_family: false,
            name: rows.covers.all[cover].clone(),
            family: family_of_name(&family_of, &families, cover),
        };
        let of_covers = alone.as_ref().map(|alone| alone.fatigues.as_slice());
        lines.extend(told(&rows, &covers, covers.len(), of_covers, &changes, cover_line));
        if !families.is_empty() {
            // A family is one; covers of none are what they were.
            let count = covers.len() + families.len();
            let units: Vec<usize> = covers
                .iter()
                .map(|cover| family_of[*cover].map_or(*cover, |family| covers.len() + family))
                .collect();
            let together = compared(&units, count);
            let of_units = together.as_ref().map(|together| together.fatigues.as_slice());
            let unit_line = |unit: usize| {
                let name = unit.checked_sub(covers.len()).map(|family| families[family].clone());
                Who { is_family: name.is_some(), name: name.unwrap_or_default(), family: None }
            };
            let of_families = told(&rows, &units, count, of_units, &changes, unit_line);
            lines.extend(of_families.into_iter().filter(|line| line.is_family));
        }
        let kinds = alone.as_ref().map(|alone| kind_cells(&alone.trials, covers.len())).unwrap_or_default();
        let recent = recent(&rows, metric);
        Self {
            until: rows.rows.iter().map(|row| row.day).max(),
            platform: rows.platform,
            market: rows.market,
            slots: rows.slots.all,
            audiences: rows.audiences.all,
            covers: rows.covers.all,
            eras: rows.eras,
            is_provisional: rows.is_provisional,
            metric,
            basis,
            lines,
            kinds,
            recent,
        }
    }
}

/// Units beside each other.
struct Together {
    trials: Vec<Trial>,
    fatigues: Vec<Fatigue>,
    strengths: Strengths,
}

/// Whom a line is about.
struct Who {
    is_family: bool,
    name: String,
    family: Option<String>,
}

/// The better one of the rates that anything is known of under the newest conventions.
fn metric(rows: &CoverRows) -> Option<&'static Rate> {
    let newest = rows.rows.iter().map(|row| row.era).max()?;
    let is_known = |rate: &&Rate| {
        let mut of_newest = rows.rows.iter().filter(|row| row.is_clean && row.era == newest);
        of_newest.any(|row| tally(rate, row).is_some())
    };
    METRICS.into_iter().filter_map(Rate::named).find(is_known)
}

/// The number of each cover's family, of those families of which two or more covers were on air here; and their names.
fn families(rows: &CoverRows, shelf: &Shelf) -> (Vec<Option<usize>>, Vec<String>) {
    let family = |cover: &String| shelf.covers.get(cover).and_then(|cover| cover.family.as_ref());
    let mut members: BTreeMap<&String, usize> = BTreeMap::new();
    for name in rows.covers.all.iter().filter_map(family) {
        *members.entry(name).or_default() += 1;
    }
    let names: Vec<&String> = members.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    let number = |cover: &String| names.binary_search(&family(cover)?).ok();
    (rows.covers.all.iter().map(number).collect(), names.into_iter().cloned().collect())
}

fn family_of_name(family_of: &[Option<usize>], families: &[String], cover: usize) -> Option<String> {
    family_of[cover].map(|family| families[family].clone())
}

/// Where and how long a unit was on air, and what was counted of it under each convention.
#[derive(Debug, Clone)]
struct Seen {
    first: i32,
    last: i32,
    days: BTreeSet<i32>,
    broadcasts: BTreeSet<u32>,
    /// By era: the clean rows.
    counts: BTreeMap<usize, [Option<u64>; COUNTS]>,
}

impl Seen {
    fn of(row: &Row) -> Self {
        let (days, broadcasts) = (BTreeSet::new(), BTreeSet::new());
        Self { first: row.day, last: row.day, days, broadcasts, counts: BTreeMap::new() }
    }

    fn add(&mut self, row: &Row) {
        self.first = row.day.min(self.first);
        self.last = row.day.max(self.last);
        self.days.insert(row.day);
        self.broadcasts.insert(row.broadcast);
        if row.is_clean {
            let counts = row.counts.map(|count| count.map(u64::from));
            let sums = self.counts.entry(usize::from(row.era));
            sums.and_modify(|sums| {
                for (sum, count) in sums.iter_mut().zip(counts) {
                    // A sum of which a part is not known is not known.
                    *sum = sum.zip(count).map(|(sum, count)| sum + count);
                }
            })
            .or_insert(counts);
        }
    }
}

/// The lines of every unit: of all slots, and of each slot.
fn told(
    rows: &CoverRows,
    units: &[usize],
    count: usize,
    fatigues: Option<&[Fatigue]>,
    changes: &[Change],
    who: impl Fn(usize) -> Who,
) -> Vec<Line> {
    let slots = std::iter::once(None).chain((0..rows.slots.all.len()).map(Some));
    let mut lines = Vec::new();
    for slot in slots {
        let is_in = |row: &&Row| slot.is_none_or(|slot| usize::from(row.slot) == slot);
        let mut seen: BTreeMap<usize, Seen> = BTreeMap::new();
        for row in rows.rows.iter().filter(is_in) {
            seen.entry(units[row.cover as usize]).or_insert_with(|| Seen::of(row)).add(row);
        }
        let eras: BTreeSet<usize> = seen.values().map(newest).collect();
        let rates: BTreeMap<usize, Vec<Vec<Compared>>> = eras
            .into_iter()
            .map(|era| {
                let of_rate = |name| Rate::named(name).map(|rate| compared(rows, slot, era, units, count, rate));
                (era, RATES.into_iter().filter_map(of_rate).collect())
            })
            .collect();
        for (unit, seen) in seen {
            let era = newest(&seen);
            let Who { is_family, name, family } = who(unit);
            let of_rate = |rate: usize| rates[&era].get(rate).and_then(|covers| covers.get(unit)).copied();
            let is_within = |change: &&Change| change.day > seen.first && change.day <= seen.last;
            lines.push(Line {
                is_family,
                name,
                family,
                slot,
                first: seen.first,
                last: seen.last,
                days: seen.days.len(),
                broadcasts: seen.broadcasts.len(),
                era,
                counts: seen.counts.get(&era).copied().unwrap_or_default(),
                rates: std::array::from_fn(|rate| of_rate(rate).unwrap_or_default()),
                fatigue: fatigues.filter(|_| slot.is_none()).and_then(|fatigues| fatigues.get(unit)).cloned(),
                change: changes.iter().rev().find(is_within).copied(),
            });
        }
    }
    lines.sort_by(|one, other| {
        (one.is_family, &one.name, one.slot).cmp(&(other.is_family, &other.name, other.slot))
    });
    lines
}

/// The newest conventions under which it was counted.
fn newest(seen: &Seen) -> usize {
    seen.counts.keys().next_back().copied().unwrap_or(0)
}

/// A rate of every unit in a slot under one convention.
fn compared(
    rows: &CoverRows,
    slot: Option<usize>,
    era: usize,
    units: &[usize],
    count: usize,
    rate: &Rate,
) -> Vec<Compared> {
    let mut sums = vec![BTreeMap::<u32, Tally>::new(); count];
    let mut is_known = vec![true; count];
    for row in rows.rows.iter().filter(|row| row.is_clean && usize::from(row.era) == era) {
        if slot.is_some_and(|slot| usize::from(row.slot) != slot) {
            continue;
        }
        let unit = units[row.cover as usize];
        match known(rate, row) {
            Some(tally) => {
                let sum = sums[unit].entry(row.broadcast).or_default();
                *sum = sum.plus(tally);
            }
            None => is_known[unit] = false,
        }
    }
    let pieces = |sums: BTreeMap<u32, Tally>| {
        let piece = |(broadcast, tally)| Piece { bin: 0, broadcast: broadcast as usize, tally };
        sums.into_iter().map(piece).collect::<Vec<Piece>>()
    };
    let covers: Vec<Option<Vec<Piece>>> =
        sums.into_iter().zip(is_known).map(|(sums, is_known)| is_known.then(|| pieces(sums))).collect();
    let all = Tally::sum(covers.iter().flatten().flatten().map(|piece| piece.tally));
    of_tallies(&Tallies { cells: 1, covers, market: vec![all] })
}

/// Both counts of a rate; `None` where one is not known.
fn known(rate: &Rate, row: &Row) -> Option<Tally> {
    let of = |count| {
        let at = coverledger_core::model::COUNTS_OF_COVERS.iter().position(|other| *other == count)?;
        row.counts[at].map(f64::from)
    };
    Some(Tally { successes: of(rate.of)?, trials: of(rate.among)? })
}
