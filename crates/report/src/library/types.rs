//! `cover_type`: which kinds of cover work where.
//!
//! A kind is compared within each place over its covers, which are what is random: a style that three covers share is known
//! from three, however often they were shown. Places then borrow from each other as far as they are alike, and a place that
//! is new gets what the others make likely. Of all that is asked, only what survives being one of many questions is called
//! a difference.

mod raw;
mod words;
pub(super) use words::not_randomized;

use jiff::civil::Date;
use polars::prelude::*;

use super::kinds::{Kind, Sort, kinds};
use super::{PlaceMonths, Shelf};
use crate::cells::dates;
use crate::decision_context::{Words, floats, texts, wholes};
use coverledger_core::model::columns as c;
use coverledger_stats::{Interval, Pooled, Pooling, RandomEffects, Z_95, benjamini_hochberg, student_quantile};
use raw::{Raw, Within, raw};

/// How many of the differences that are told may be none.
pub(super) const FALSE_DISCOVERIES: f64 = 0.05;
/// What is believed beforehand of how far places, and slots and audiences of a place, lie apart, in logarithms.
const BETWEEN_PLACES: f64 = 0.25;
const WITHIN_PLACES: f64 = 0.15;
/// All of them.
pub(super) const ALL: &str = "all";

/// One row.
#[derive(Debug, Clone)]
pub(super) struct TypeRow {
    /// Its number among the kinds.
    pub(super) kind: usize,
    /// Its number among the places; `None` of what they have in common.
    pub(super) place: Option<usize>,
    pub(super) slot: Option<usize>,
    pub(super) audience: Option<usize>,
    pub(super) pooled: Option<Pooled>,
    raw: Option<Raw>,
    /// Places that an estimate of what they have in common stands on.
    places: usize,
    p_adjusted: Option<f64>,
    /// Whether this row is asked only because its place was found.
    is_second: bool,
}

/// What was found out about kinds.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kinds: Vec<Kind>,
    pub(super) rows: Vec<TypeRow>,
    /// How many questions were asked first, and how many of them found something.
    asked: [usize; 2],
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

    pub(super) fn finding(&self) -> Finding {
        if self.raw.is_none() {
            return Finding::TooFewCovers;
        }
        let holds_none = self.pooled.is_none_or(|pooled| {
            let Interval { low, high } = pooled.interval();
            low <= 0.0 && high >= 0.0
        });
        let is_found = self.p_adjusted.is_some_and(|p| p <= FALSE_DISCOVERIES);
        if is_found && !holds_none { Finding::Difference } else { Finding::NoDifferenceTold }
    }
}

/// Looks at every kind in every place.
pub(super) fn found(places: &[&PlaceMonths], shelf: &Shelf) -> Found {
    let kinds = kinds(places, shelf);
    let mut rows: Vec<TypeRow> = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        rows.extend(of_kind(number, kind, places, shelf));
    }
    let asked = adjust(&mut rows);
    Found { kinds, rows, asked }
}

/// A standard error that is as wide under the normal distribution as the interval under Student's.
fn widened(error: f64, degrees: f64) -> f64 {
    error * student_quantile(0.975, degrees) / Z_95
}

fn of_kind(number: usize, kind: &Kind, places: &[&PlaceMonths], shelf: &Shelf) -> Vec<TypeRow> {
    let withins: Vec<Within> = places.iter().map(|place| Within::of(kind, place, shelf)).collect();
    let alone: Vec<Option<Raw>> = withins.iter().map(|within| raw(within.of_place())).collect();
    let estimate = |raw: &Raw| (raw.fit.slope, widened(raw.fit.standard_error, raw.fit.degrees));
    let spoken: Vec<usize> = (0..places.len()).filter(|place| alone[*place].is_some()).collect();
    let estimates: Vec<(f64, f64)> = alone.iter().flatten().map(estimate).collect();
    let pooling = Pooling::of(&estimates, BETWEEN_PLACES);
    let empty = TypeRow {
        kind: number,
        place: None,
        slot: None,
        audience: None,
        pooled: None,
        raw: None,
        places: spoken.len(),
        p_adjusted: None,
        is_second: false,
    };
    let mut rows = Vec::new();
    if let Some(pooling) = &pooling {
        let together = RandomEffects::of(&estimates).map(Raw::together);
        rows.push(TypeRow { pooled: Some(pooling.mean()), raw: together, ..empty.clone() });
    }
    let of_places: Vec<Option<Pooled>> = (0..places.len())
        .map(|place| {
            let pooling = pooling.as_ref()?;
            Some(spoken.binary_search(&place).map_or_else(|_| pooling.another(), |nth| pooling.place(nth)))
        })
        .collect();
    // How slots and audiences differ from their places, over all places.
    let mut cells = Vec::new();
    for (place, within) in withins.iter().enumerate() {
        for cell in within.cells() {
            cells.push((place, cell, raw(within.of_cell(cell)), raw(within.deviations(cell))));
        }
    }
    let deviations: Vec<(f64, f64)> =
        cells.iter().filter_map(|(.., deviation)| deviation.as_ref()).map(estimate).collect();
    let among = Pooling::around_zero(&deviations, WITHIN_PLACES);
    let mut next = 0;
    for (place, pooled) in of_places.iter().enumerate() {
        let raw = alone[place].clone();
        if pooled.is_some() || !withins[place].of_place().is_empty() {
            rows.push(TypeRow { place: Some(place), pooled: *pooled, raw, ..empty.clone() });
        }
        while let Some((of, cell, raw, deviation)) = cells.get(next).filter(|(of, ..)| *of == place) {
            next += 1;
            let told = cells[..next].iter().filter(|(.., deviation)| deviation.is_some()).count();
            let kind_cell = &places[*of].kinds[*cell];
            let (slot, audience) = (kind_cell.slot, kind_cell.audience);
            // Where there are too few covers, the row of the place says what is known.
            if raw.is_none() {
                continue;
            }
            let shift = among
                .as_ref()
                .map(|among| if deviation.is_some() { among.place(told - 1) } else { among.another() });
            let pooled = pooled.zip(shift).map(|(pooled, shift)| Pooled {
                value: pooled.value + shift.value,
                standard_error: pooled.standard_error.hypot(shift.standard_error),
                borrowed: shift.borrowed,
            });
            let row = TypeRow { place: Some(place), slot, audience, pooled, is_second: true, ..empty.clone() };
            rows.push(TypeRow { raw: raw.clone(), ..row });
        }
    }
    rows
}

/// Adjusts p values: first those of places and of what they have in common, all kinds together; then, of what was found, those
/// of its slots and audiences (Benjamini and Bogomolov 2014, J. R. Stat. Soc. B 76, 297–318).
fn adjust(rows: &mut [TypeRow]) -> [usize; 2] {
    let p = |row: &TypeRow| row.raw.as_ref().map_or(f64::NAN, |raw| raw.p);
    let first: Vec<usize> = (0..rows.len()).filter(|at| !rows[*at].is_second).collect();
    let adjusted = benjamini_hochberg(&first.iter().map(|at| p(&rows[*at])).collect::<Vec<f64>>());
    let asked = adjusted.iter().filter(|p| !p.is_nan()).count();
    let found = adjusted.iter().filter(|p| **p <= FALSE_DISCOVERIES).count();
    for (at, p) in first.iter().zip(&adjusted) {
        rows[*at].p_adjusted = (!p.is_nan()).then_some(*p);
    }
    let wider = float(asked) / float(found.max(1));
    for (place, at) in first.iter().enumerate() {
        let end = first.get(place + 1).copied().unwrap_or(rows.len());
        let of_place = at + 1..end;
        let is_found = adjusted[place] <= FALSE_DISCOVERIES;
        let within = benjamini_hochberg(&rows[of_place.clone()].iter().map(p).collect::<Vec<f64>>());
        for (row, within) in rows[of_place].iter_mut().zip(within) {
            let p = if is_found { (within * wider).min(1.0) } else { 1.0 };
            row.p_adjusted = (!within.is_nan()).then_some(p);
        }
    }
    [asked, found]
}

fn float(count: usize) -> f64 {
    crate::tally::float(count as u64)
}

/// Renders the table.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn cover_type(
    places: &[&PlaceMonths],
    found: &Found,
    as_of: Date,
    revision: u64,
) -> PolarsResult<DataFrame> {
    let Found { kinds, rows, asked } = found;
    let of = |row: &TypeRow| row.place.map(|place| places[place]);
    let all = |name: Option<&str>| Some(name.unwrap_or(ALL).to_owned());
    let ratio = |log: f64| Some(log.exp());
    let raw_end = |row: &TypeRow, end: fn(Interval) -> f64| row.raw.as_ref().map(|raw| end(raw.interval).exp());
    let pooled_end =
        |row: &TypeRow, end: fn(Interval) -> f64| row.pooled.map(|pooled| end(pooled.interval()).exp());
    let words: Vec<Words> = rows.iter().map(|row| words::reason(row, &kinds[row.kind], *asked)).collect();
    let numbered: Vec<(&TypeRow, &Words)> = rows.iter().zip(&words).collect();
    let table = vec![
        dates(c::AS_OF, vec![Some(as_of); rows.len()]),
        texts(c::KIND, rows, |row| Some(kinds[row.kind].name.clone())),
        texts(c::VALUE, rows, |row| Some(kinds[row.kind].value().to_owned())),
        texts(c::PLATFORM, rows, |row| all(of(row).map(|place| place.platform.as_str()))),
        texts(c::MARKET, rows, |row| all(of(row).map(|place| place.market.as_str()))),
        texts(c::SLOT, rows, |row| all(of(row).zip(row.slot).map(|(place, slot)| place.slots[slot].as_str()))),
        texts(c::AUDIENCE, rows, |row| {
            all(of(row).zip(row.audience).map(|(place, audience)| place.audiences[audience].as_str()))
        }),
        texts(c::METRIC, rows, |row| Some(of(row)?.metric?.name.to_owned())),
        wholes(c::COVERS, rows, |row| {
            Some(match row.place {
                None => row.places,
                Some(_) => row.raw.as_ref().map_or(0, |raw| raw.units),
            })
        }),
        wholes(c::COVERS_OF_KIND, rows, |row| {
            let is_tag = matches!(kinds[row.kind].sort, Sort::Tag(_)) && row.place.is_some();
            is_tag.then(|| row.raw.as_ref().map_or(0, |raw| raw.of_kind))
        }),
        floats(c::STEP, rows, |row| match kinds[row.kind].sort {
            Sort::Measure { step } => Some(step),
            Sort::Tag(_) => None,
        }),
        floats(c::RATIO, rows, |row| ratio(row.pooled?.value)),
        floats(&c::low(c::RATIO), rows, |row| pooled_end(row, |interval| interval.low)),
        floats(&c::high(c::RATIO), rows, |row| pooled_end(row, |interval| interval.high)),
        floats(c::RAW_RATIO, rows, |row| ratio(row.raw.as_ref()?.fit.slope)),
        floats(&c::low(c::RAW_RATIO), rows, |row| raw_end(row, |interval| interval.low)),
        floats(&c::high(c::RAW_RATIO), rows, |row| raw_end(row, |interval| interval.high)),
        floats(c::BORROWED, rows, |row| Some(row.pooled?.borrowed)),
        floats(c::BETWEEN_COVERS, rows, |row| row.place.and(row.raw.as_ref()).map(|raw| raw.fit.between)),
        floats(c::P, rows, |row| Some(row.raw.as_ref()?.p)),
        floats(c::P_ADJUSTED, rows, |row| row.p_adjusted),
        texts(c::FINDING, rows, |row| Some(row.finding().word().to_owned())),
        texts(c::REASON_EN, &numbered, |(_, words)| Some(words.en.clone())),
        texts(c::REASON_ZH, &numbered, |(_, words)| Some(words.zh.clone())),
        wholes(c::REVISION, rows, |_| usize::try_from(revision).ok()),
    ];
    DataFrame::new(rows.len(), table)
}
