//! `cover_type`: which kinds of cover work where.
//!
//! Covers are what is random: a style that three covers share is known from three, however often they were shown and in
//! however many places. What all places have in common is told by covers over all places; a market differs from it by what the
//! same covers did there more than elsewhere, a platform of a market likewise, and each borrows from the others as far
//! as they are alike. Of all that is asked, only what survives being one of many questions is called a difference.

mod cells;
mod panel;
mod parts;
mod raw;
mod table;
mod words;
pub(super) use table::cover_type;
pub(super) use words::not_randomized;

use super::kinds::{Kind, kinds};
use super::{PlaceMonths, Shelf};
use cells::Cells;
use coverledger_core::model::MarketId;
use coverledger_stats::{Interval, Pooled, Z_95, benjamini_hochberg, student_quantile};
use panel::Panel;
use parts::{PartEffect, Parts, estimate};
use raw::{Raw, Units, Within, raw};

/// How many of the differences that are told may be none.
pub(super) const FALSE_DISCOVERIES: f64 = 0.05;
/// What is believed beforehand of how far markets lie apart, and platforms of a market, in logarithms.
const BETWEEN_MARKETS: f64 = 0.25;
const BETWEEN_PLATFORMS: f64 = 0.1;
/// All of them.
pub(super) const ALL: &str = "all";

/// Whom a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// What markets have in common.
    All,
    /// A market over its platforms, by its number.
    Market(usize),
    /// A platform in a market, by the number of the place.
    Place(usize),
}

/// One row.
#[derive(Debug, Clone)]
pub(super) struct TypeRow {
    /// Its number among the kinds.
    pub(super) kind: usize,
    pub(super) scope: Scope,
    pub(super) slot: Option<usize>,
    pub(super) audience: Option<usize>,
    pub(super) pooled: Option<Pooled>,
    raw: Option<Raw>,
    p_adjusted: Option<f64>,
    /// A market against the others.
    elsewhere: Option<Elsewhere>,
    /// Whether this row is asked only because its place was found.
    is_second: bool,
}

/// How a kind does in a market against the other markets.
#[derive(Debug, Clone)]
struct Elsewhere {
    raw: Raw,
    p_adjusted: f64,
}

impl Elsewhere {
    fn finding(&self) -> Finding {
        if self.is_found() { Finding::Difference } else { Finding::NoDifferenceTold }
    }

    fn is_found(&self) -> bool {
        self.p_adjusted <= FALSE_DISCOVERIES
    }
}

/// What was found out about kinds.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kinds: Vec<Kind>,
    pub(super) rows: Vec<TypeRow>,
    /// By their numbers.
    pub(super) markets: Vec<MarketId>,
    /// How many questions were asked first.
    asked: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    Difference,
    NoDifferenceTold,
    TooFewCovers,
}

impl Finding {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::NoDifferenceTold => "no difference told",
            Self::TooFewCovers => "too few covers",
        }
    }
}

impl TypeRow {
    /// What holds the effect by the covers of the row alone.
    #[cfg(test)]
    pub(super) fn raw_interval(&self) -> Option<Interval> {
        self.raw.as_ref().map(|raw| raw.interval)
    }

    /// What holds the effect against the other markets.
    #[cfg(test)]
    pub(super) fn elsewhere_interval(&self) -> Option<Interval> {
        self.elsewhere.as_ref().map(|elsewhere| elsewhere.raw.interval)
    }

    /// Whether it is of all slots and audiences.
    pub(super) fn is_whole(&self) -> bool {
        self.slot.is_none() && self.audience.is_none()
    }

    pub(super) fn finding(&self) -> Finding {
        if self.raw.is_none() {
            return Finding::TooFewCovers;
        }
        let holds_none = self.pooled.is_none_or(|pooled| {
            let Interval { low, high } = pooled.interval();
            low <= 0.0 && high >= 0.0
        });
        let is_told = self.is_found() || self.is_unlike_elsewhere();
        if is_told && !holds_none { Finding::Difference } else { Finding::NoDifferenceTold }
    }

    /// By its own covers.
    fn is_found(&self) -> bool {
        self.p_adjusted.is_some_and(|p| p <= FALSE_DISCOVERIES)
    }

    /// By the same covers elsewhere, which do less of what they do here.
    fn is_unlike_elsewhere(&self) -> bool {
        let is_same_way =
            |elsewhere: &Elsewhere| self.pooled.is_some_and(|pooled| pooled.value * elsewhere.raw.fit.slope > 0.0);
        self.elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.is_found() && is_same_way(elsewhere))
    }
}

/// Looks at every kind in every place.
pub(super) fn found(places: &[&PlaceMonths], shelf: &Shelf) -> Found {
    let kinds = kinds(places, shelf);
    let panel = Panel::of(places);
    let mut rows: Vec<TypeRow> = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        rows.extend(OfKind::of(number, kind, places, shelf, &panel).rows());
    }
    let asked = adjust(&mut rows);
    let markets = panel.markets.iter().map(|market| market.market.clone()).collect();
    Found { kinds, rows, markets, asked }
}

/// A standard error that is as wide under the normal distribution as the interval under Student's.
fn widened(error: f64, degrees: f64) -> f64 {
    error * student_quantile(0.975, degrees) / Z_95
}

/// One kind, looked at everywhere.
struct OfKind<'a> {
    empty: TypeRow,
    places: &'a [&'a PlaceMonths],
    panel: &'a Panel,
    withins: Vec<Within<'a>>,
    whole: Option<Raw>,
    markets: Vec<PartEffect>,
    /// Of each market its places.
    platforms: Vec<Vec<PartEffect>>,
}

impl<'a> OfKind<'a> {
    fn of(
        number: usize,
        kind: &'a Kind,
        places: &'a [&'a PlaceMonths],
        shelf: &'a Shelf,
        panel: &'a Panel,
    ) -> Self {
        let units = |effects: &[_]| Units::of(kind, shelf, &panel.covers, effects);
        let whole = raw(&units(&panel.all));
        let markets: Vec<PartEffect> =
            panel.markets.iter().map(|market| PartEffect::of(&market.part, whole.as_ref(), units)).collect();
        let platforms = panel.markets.iter().zip(&markets).map(|(market, effect)| {
            let of_place = |(_, part): &(usize, _)| PartEffect::of(part, effect.here.as_ref(), units);
            market.places.iter().map(of_place).collect()
        });
        let empty = TypeRow {
            kind: number,
            scope: Scope::All,
            slot: None,
            audience: None,
            pooled: None,
            raw: None,
            p_adjusted: None,
            elsewhere: None,
            is_second: false,
        };
        let platforms = platforms.collect();
        let withins = places.iter().map(|place| Within::of(kind, place, shelf)).collect();
        Self { empty, places, panel, withins, whole, markets, platforms }
    }

    fn rows(&self) -> Vec<TypeRow> {
        let markets = Parts::of(self.markets.iter().collect(), BETWEEN_MARKETS);
        let platforms = Parts::of(self.platforms.iter().flatten().collect(), BETWEEN_PLATFORMS);
        let whole = self.whole.as_ref().map(estimate).map(|(value, standard_error)| Pooled {
            value,
            standard_error,
            borrowed: 0.0,
        });
        let mut rows = Vec::new();
        if let Some(whole) = whole {
            let raw = self.whole.as_ref().and_then(|raw| markets.any_raw(raw));
            rows.push(TypeRow { pooled: Some(markets.any(whole)), raw, ..self.empty.clone() });
        }
        let mut of_places: Vec<Option<TypeRow>> = vec![None; self.places.len()];
        let mut nth = 0;
        for (number, market) in self.panel.markets.iter().enumerate() {
            let pooled = whole.map(|whole| markets.part(number, whole));
            let elsewhere = markets.elsewhere(number).map(|raw| Elsewhere { raw, p_adjusted: f64::NAN });
            let is_alone = market.places.len() == 1;
            if !is_alone {
                rows.extend(self.row(Scope::Market(number), pooled, &self.markets[number], elsewhere.clone()));
            }
            for ((place, _), effect) in market.places.iter().zip(&self.platforms[number]) {
                let pooled = pooled.map(|pooled| platforms.part(nth, pooled));
                let elsewhere = elsewhere.clone().filter(|_| is_alone);
                of_places[*place] = self.row(Scope::Place(*place), pooled, effect, elsewhere);
                nth += 1;
            }
        }
        let cells = Cells::of(&self.withins, self.places);
        for (number, row) in of_places.into_iter().enumerate() {
            let pooled = row.as_ref().and_then(|row| row.pooled);
            rows.extend(row);
            rows.extend(cells.rows(number, pooled, &self.empty));
        }
        rows
    }

    /// `None` where nothing is known, nor anything to be expected.
    fn row(
        &self,
        scope: Scope,
        pooled: Option<Pooled>,
        effect: &PartEffect,
        elsewhere: Option<Elsewhere>,
    ) -> Option<TypeRow> {
        let is_known = match scope {
            Scope::Place(place) => !self.withins[place].of_place().is_empty(),
            Scope::Market(_) | Scope::All => effect.here.is_some(),
        };
        let row = TypeRow { scope, pooled, raw: effect.here.clone(), elsewhere, ..self.empty.clone() };
        (pooled.is_some() || is_known).then_some(row)
    }
}

/// Adjusts p values: first those of places, of markets, of markets against the others and of what they have in common, all
/// kinds together; then, of what was found, those of its slots and audiences (Benjamini and Bogomolov 2014, J. R. Stat.
/// Soc. B 76, 297–318). Returns how many were asked first.
fn adjust(rows: &mut [TypeRow]) -> usize {
    let p = |row: &TypeRow| row.raw.as_ref().map_or(f64::NAN, |raw| raw.p);
    let first: Vec<usize> = (0..rows.len()).filter(|at| !rows[*at].is_second).collect();
    let against = |row: &TypeRow| row.elsewhere.as_ref().map_or(f64::NAN, |elsewhere| elsewhere.raw.p);
    let all: Vec<f64> =
        first.iter().map(|at| p(&rows[*at])).chain(first.iter().map(|at| against(&rows[*at]))).collect();
    let adjusted = benjamini_hochberg(&all);
    let (of_rows, of_contrasts) = adjusted.split_at(first.len());
    for ((at, p), p_elsewhere) in first.iter().zip(of_rows).zip(of_contrasts) {
        rows[*at].p_adjusted = (!p.is_nan()).then_some(*p);
        if let Some(elsewhere) = &mut rows[*at].elsewhere {
            elsewhere.p_adjusted = *p_elsewhere;
        }
    }
    let count = |of: &dyn Fn(&f64) -> bool| of_rows.iter().filter(|p| of(p)).count();
    let wider = float(count(&|p| !p.is_nan())) / float(count(&|p| *p <= FALSE_DISCOVERIES).max(1));
    for (place, at) in first.iter().enumerate() {
        let end = first.get(place + 1).copied().unwrap_or(rows.len());
        let of_place = at + 1..end;
        let is_found = of_rows[place] <= FALSE_DISCOVERIES;
        let within = benjamini_hochberg(&rows[of_place.clone()].iter().map(p).collect::<Vec<f64>>());
        for (row, within) in rows[of_place].iter_mut().zip(within) {
            let p = if is_found { (within * wider).min(1.0) } else { 1.0 };
            row.p_adjusted = (!within.is_nan()).then_some(p);
        }
    }
    adjusted.iter().filter(|p| !p.is_nan()).count()
}

fn float(count: usize) -> f64 {
    crate::tally::float(count as u64)
}
