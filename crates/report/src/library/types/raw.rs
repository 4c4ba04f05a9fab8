//! A kind within one place, or one slot or audience of it: covers with it against covers without.

use std::collections::BTreeMap;

use crate::library::effects::{CoverEffect, KindCell};
use crate::library::kinds::{Kind, Sort};
use crate::library::{PlaceMonths, Shelf};
use crate::tally::LEVEL;
use coverledger_stats::{Interval, MetaRegression, Unit};

/// With fewer covers than this nothing is told.
pub(super) const FEWEST_COVERS: usize = 6;
/// Nor with fewer than this on either side.
pub(super) const FEWEST_ASIDE: usize = 3;
/// The least part of the variance of a slot or an audience, or of any part of a whole, that is its own.
pub(super) const LEAST_OWN: f64 = 0.25;

/// What the covers of a row say by themselves.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) fit: MetaRegression,
    pub(super) interval: Interval,
    pub(super) p: f64,
    pub(super) units: usize,
    pub(super) of_kind: usize,
}

impl Raw {
    fn of(fit: MetaRegression, units: usize, of_kind: usize) -> Self {
        Self { fit, interval: fit.interval(LEVEL), p: fit.p_value(), units, of_kind }
    }

    /// The same where more varies than these covers.
    pub(super) fn with_variance(&self, variance: f64, degrees: f64) -> Self {
        Self::of(self.fit.with_variance(variance, degrees), self.units, self.of_kind)
    }
}

/// A place seen with one kind in mind.
pub(super) struct Within<'a> {
    kind: &'a Kind,
    place: &'a PlaceMonths,
    shelf: &'a Shelf,
    of_place: Units,
}

/// Covers that are told apart, and whether the kind is a tag.
#[derive(Debug, Clone)]
pub(super) struct Units {
    units: Vec<Unit>,
    is_tag: bool,
}

impl Units {
    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Covers of one family are one, where they are alike in the kind. `names` are those of the covers, by their numbers.
    pub(super) fn of(kind: &Kind, shelf: &Shelf, names: &[String], effects: &[CoverEffect]) -> Self {
        let is_tag = matches!(kind.sort, Sort::Tag(_));
        let mut merged: BTreeMap<(usize, &str, bool, bool), [f64; 3]> = BTreeMap::new();
        for effect in effects {
            let name = &names[effect.cover];
            let Some(property) = kind.covers.get(name) else { continue };
            let family = shelf.covers.get(name).and_then(|cover| cover.family.as_deref());
            let is_of_kind = is_tag && *property > 0.5;
            let key = (effect.group, family.unwrap_or(name), family.is_some(), is_of_kind);
            let weight = effect.error.powi(-2);
            let [weights, values, properties] = merged.entry(key).or_default();
            *weights += weight;
            *values += weight * effect.value;
            *properties += weight * property;
        }
        let unit = |((group, ..), [weight, value, property]): ((usize, &str, bool, bool), [f64; 3])| Unit {
            group,
            property: property / weight,
            value: value / weight,
            error: weight.powf(-0.5),
        };
        Self { units: merged.into_iter().map(unit).collect(), is_tag }
    }
}

impl<'a> Within<'a> {
    pub(super) fn of(kind: &'a Kind, place: &'a PlaceMonths, shelf: &'a Shelf) -> Self {
        let covers = place.kinds.first().map_or(&[][..], |all| &all.covers);
        Self { kind, place, shelf, of_place: Units::of(kind, shelf, &place.covers, covers) }
    }

    pub(super) fn of_place(&self) -> &Units {
        &self.of_place
    }

    /// The numbers of its slots and audiences in which any cover has the kind.
    pub(super) fn cells(&self) -> Vec<usize> {
        if self.of_place.is_empty() {
            return Vec::new();
        }
        (1..self.place.kinds.len()).collect()
    }

    pub(super) fn of_cell(&self, cell: usize) -> Units {
        self.units(&self.place.kinds[cell].covers)
    }

    /// How much better each cover did in a slot or audience than in all of them: what covers have in common with themselves
    /// cancels.
    pub(super) fn deviations(&self, cell: usize) -> Units {
        let Some(all) = self.place.kinds.first() else { return self.of_cell(cell) };
        let whole: BTreeMap<usize, &CoverEffect> =
            all.covers.iter().map(|effect| (effect.cover, effect)).collect();
        let KindCell { covers, .. } = &self.place.kinds[cell];
        let apart = |effect: &CoverEffect| {
            let whole = whole.get(&effect.cover)?;
            let variance = effect.error.powi(2);
            // What the slot and the whole have in common cancels.
            let own = (variance - whole.error.powi(2)).max(LEAST_OWN * variance);
            Some(CoverEffect { value: effect.value - whole.value, error: own.sqrt(), ..*effect })
        };
        self.units(&covers.iter().filter_map(apart).collect::<Vec<_>>())
    }

    fn units(&self, effects: &[CoverEffect]) -> Units {
        Units::of(self.kind, self.shelf, &self.place.covers, effects)
    }
}

/// The effect of a kind on covers that differ for other reasons too; `None` where they are too few.
pub(super) fn raw(Units { units, is_tag }: &Units) -> Option<Raw> {
    let of_kind = units.iter().filter(|unit| unit.property > 0.5).count();
    let is_aside = !is_tag || (of_kind >= FEWEST_ASIDE && units.len() - of_kind >= FEWEST_ASIDE);
    if units.len() < FEWEST_COVERS || !is_aside {
        return None;
    }
    let fit = MetaRegression::of(units)?;
    Some(Raw::of(fit, units.len(), of_kind))
}
