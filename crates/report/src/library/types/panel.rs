//! Covers over places: how strong each cover is in several places together, and how much stronger in some than in others.
//!
//! A cover is as good or bad as it is wherever it is shown, so covers that are strong in one place are strong in the next,
//! and places agree about a kind by the covers that happen to be of it. Taken together, a cover counts once; between places,
//! what it is by itself cancels.

use std::collections::{BTreeMap, BTreeSet};

use crate::library::PlaceMonths;
use crate::library::effects::CoverEffect;
use coverledger_core::model::MarketId;
use coverledger_stats::{Cell, TwoWay, UnitValue};

/// All covers in all places.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    /// Their names; covers are numbered by them.
    pub(super) covers: Vec<String>,
    /// Over all places.
    pub(super) all: Vec<CoverEffect>,
    /// Each market, by name.
    pub(super) markets: Vec<MarketPart>,
}

/// A market and its platforms.
#[derive(Debug, Clone)]
pub(super) struct MarketPart {
    pub(super) market: MarketId,
    /// Of the whole.
    pub(super) part: Part,
    /// The number of each of its places, and the place as a part of the market.
    pub(super) places: Vec<(usize, Part)>,
}

/// Some places of several.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Covers by these places.
    pub(super) here: Vec<CoverEffect>,
    /// Covers that the others have as well: by how much they are stronger here.
    pub(super) beside: Vec<CoverEffect>,
    /// Covers that the others do not have.
    pub(super) only_here: Vec<CoverEffect>,
    /// The share of what is known that is known from here, 0 to 1.
    pub(super) share: f64,
}

impl Part {
    /// Whether nothing is known from the others.
    pub(super) fn is_whole(&self) -> bool {
        self.share >= 1.0
    }
}

/// What was measured, with the place of each.
struct Measured {
    cells: Vec<(usize, Cell)>,
    own_variance: f64,
}

impl Panel {
    pub(super) fn of(places: &[&PlaceMonths]) -> Self {
        let covers: BTreeSet<&String> = places.iter().flat_map(|place| &place.covers).collect();
        let covers: Vec<String> = covers.into_iter().cloned().collect();
        let measured = Measured::of(places, &covers);
        let everywhere: Vec<usize> = (0..places.len()).collect();
        let mut by_market: BTreeMap<&MarketId, Vec<usize>> = BTreeMap::new();
        for (number, place) in places.iter().enumerate() {
            by_market.entry(&place.market).or_default().push(number);
        }
        let markets = by_market.into_iter().map(|(market, of_market)| MarketPart {
            market: market.clone(),
            part: measured.part(&of_market, &everywhere),
            places: of_market.iter().map(|place| (*place, measured.part(&[*place], &of_market))).collect(),
        });
        let markets = markets.collect();
        Self { all: effects(&measured.units(&everywhere)), covers, markets }
    }
}

impl Measured {
    fn of(places: &[&PlaceMonths], covers: &[String]) -> Self {
        let mut cells = Vec::new();
        for (number, place) in places.iter().enumerate() {
            for effect in place.kinds.first().into_iter().flat_map(|all| &all.covers) {
                let unit = covers.partition_point(|name| *name < place.covers[effect.cover]);
                // Covers that no broadcast links have levels of their own.
                let level = number + places.len() * effect.group;
                cells.push((number, Cell { unit, level, value: effect.value, error: effect.error }));
            }
        }
        let all: Vec<Cell> = cells.iter().map(|(_, cell)| *cell).collect();
        Self { own_variance: TwoWay::new(&all).own_variance(), cells }
    }

    fn units(&self, places: &[usize]) -> Vec<UnitValue> {
        let of_places = self.cells.iter().filter(|(place, _)| places.contains(place)).map(|(_, cell)| *cell);
        TwoWay::new(&of_places.collect::<Vec<_>>()).units(self.own_variance)
    }

    fn part(&self, here: &[usize], of: &[usize]) -> Part {
        let others: Vec<usize> = of.iter().copied().filter(|place| !here.contains(place)).collect();
        let (here, others) = (self.units(here), self.units(&others));
        let weight = |units: &[UnitValue]| units.iter().map(|unit| unit.weight).sum::<f64>();
        let all = weight(&here) + weight(&others);
        let share = if all > 0.0 { weight(&here) / all } else { 0.0 };
        let elsewhere: BTreeMap<usize, &UnitValue> = others.iter().map(|unit| (unit.unit, unit)).collect();
        let mut groups: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let (mut beside, mut only_here) = (Vec::new(), Vec::new());
        for unit in &here {
            let Some(other) = elsewhere.get(&unit.unit) else {
                only_here.push(*unit);
                continue;
            };
            let next = groups.len();
            beside.push(CoverEffect {
                cover: unit.unit,
                group: *groups.entry((unit.linked, other.linked)).or_insert(next),
                value: unit.value - other.value,
                error: unit.error.hypot(other.error),
            });
        }
        Part { here: effects(&here), beside, only_here: effects(&only_here), share }
    }
}

fn effects(units: &[UnitValue]) -> Vec<CoverEffect> {
    let effect = |unit: &UnitValue| CoverEffect {
        cover: unit.unit,
        group: unit.linked,
        value: unit.value,
        error: unit.error,
    };
    units.iter().map(effect).collect()
}
