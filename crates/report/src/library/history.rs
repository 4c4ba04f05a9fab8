//! `cover_history`: how every cover and family did, where, and for how long.

mod words;

use jiff::civil::Date;
use polars::prelude::*;

use super::fatigue::{Fatigue, STEADY_DAYS};
use super::place::{Line, RATES};
use super::rows::{COUNTS, date_of};
use super::{LibraryRules, PlaceMonths};
use crate::cells::{count_column, dates};
use crate::decision_context::{Words, floats, texts, wholes};
use coverledger_core::model::{COUNTS_OF_COVERS, columns as c};
use coverledger_stats::{Estimate, Interval, Scale, benjamini_hochberg};

use crate::tally::LEVEL;

/// How many of the covers that are told to fade or to grow may do neither.
const FALSE_DISCOVERIES: f64 = 0.05;

/// Whether a cover fades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fading {
    Fades,
    Growing,
    Steady,
    TooLittle,
}

impl Fading {
    const fn word(self) -> &'static str {
        match self {
            Self::Fades => "fading",
            Self::Growing => "growing",
            Self::Steady => "steady",
            Self::TooLittle => "too little to tell",
        }
    }

    /// Of a fatigue, and of its p value as one of many.
    fn of(fatigue: &Fatigue, p_adjusted: Option<f64>) -> Self {
        let Some(gain) = fatigue.interval() else { return Self::TooLittle };
        let is_told = p_adjusted.is_some_and(|p| p <= FALSE_DISCOVERIES);
        let least = -std::f64::consts::LN_2 / STEADY_DAYS;
        if is_told && gain.high < 0.0 {
            Self::Fades
        } else if is_told && gain.low > 0.0 {
            Self::Growing
        } else if gain.low > least {
            Self::Steady
        } else {
            Self::TooLittle
        }
    }
}

/// What a rest did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Restored,
    NotRestored,
    TooLittle,
}

impl Rest {
    const fn word(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::NotRestored => "not restored",
            Self::TooLittle => "too little to tell",
        }
    }

    /// A rise that is surely none, or less than a tenth, restored nothing.
    fn of(fatigue: &Fatigue) -> Option<Self> {
        const A_TENTH: f64 = 0.095;
        if !fatigue.came_back {
            return None;
        }
        let rise = fatigue.over_rest.map(|rise| rise.interval(LEVEL, Scale::Identity));
        Some(match rise {
            Some(rise) if rise.low > 0.0 => Self::Restored,
            Some(rise) if rise.high < A_TENTH => Self::NotRestored,
            _ => Self::TooLittle,
        })
    }
}

/// A row with what is told of it.
struct Told<'a> {
    place: &'a PlaceMonths,
    line: &'a Line,
    p_adjusted: Option<f64>,
    fading: Option<Fading>,
    rest: Option<Rest>,
    rested_days: i32,
    is_rested: bool,
    words: Words,
}

/// How long half of a rate lasts: at most, if it falls so fast; `None` where it does not fall.
fn half_life(gain: f64) -> Option<f64> {
    (gain < 0.0).then(|| -std::f64::consts::LN_2 / gain)
}

/// The bounds of a half-life.
fn half_life_bounds(slope: Option<&Estimate>) -> [Option<f64>; 2] {
    let interval = slope.map(|slope| slope.interval(LEVEL, Scale::Identity));
    [interval.and_then(|gain| half_life(gain.low)), interval.and_then(|gain| half_life(gain.high))]
}

fn all_told<'a>(places: &[&'a PlaceMonths], rules: &LibraryRules<'_>) -> Vec<Told<'a>> {
    let lines: Vec<(&PlaceMonths, &Line)> =
        places.iter().flat_map(|place| place.lines.iter().map(move |line| (*place, line))).collect();
    // Covers are one family of questions, families of covers another.
    let mut p_adjusted = vec![None; lines.len()];
    for is_family in [false, true] {
        let of_level: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].1.is_family == is_family).collect();
        let p = |at: &usize| lines[*at].1.fatigue.as_ref().and_then(Fatigue::p_value).unwrap_or(f64::NAN);
        let adjusted = benjamini_hochberg(&of_level.iter().map(p).collect::<Vec<f64>>());
        for (at, p) in of_level.into_iter().zip(adjusted) {
            p_adjusted[at] = (!p.is_nan()).then_some(p);
        }
    }
    let told = |((place, line), p_adjusted): ((&'a PlaceMonths, &'a Line), Option<f64>)| {
        let rested_days = place.until.unwrap_or(line.last) - line.last;
        let mut told = Told {
            place,
            line,
            p_adjusted,
            fading: line.fatigue.as_ref().map(|fatigue| Fading::of(fatigue, p_adjusted)),
            rest: line.fatigue.as_ref().and_then(Rest::of),
            rested_days,
            is_rested: line.slot.is_none() && rested_days >= i32::from(rules.rested_days).max(1),
            words: Words::default(),
        };
        told.words = words::reason(&told);
        told
    };
    lines.into_iter().zip(p_adjusted).map(told).collect()
}

/// Renders the table.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn cover_history(
    places: &[&PlaceMonths],
    rules: &LibraryRules<'_>,
    as_of: Date,
    revision: u64,
) -> PolarsResult<DataFrame> {
    let rows = all_told(places, rules);
    let day = |name: &str, of: &dyn Fn(&Told<'_>) -> Option<i32>| {
        dates(name, rows.iter().map(|row| of(row).and_then(date_of)).collect())
    };
    let slot = |row: &Told<'_>| row.line.slot.map_or("all", |slot| row.place.slots[slot].as_str()).to_owned();
    let level = |row: &Told<'_>| if row.line.is_family { "family" } else { "cover" };
    let mut table = vec![
        dates(c::AS_OF, vec![Some(as_of); rows.len()]),
        texts(c::PLATFORM, &rows, |row| Some(row.place.platform.as_str().to_owned())),
        texts(c::MARKET, &rows, |row| Some(row.place.market.as_str().to_owned())),
        texts(c::LEVEL, &rows, |row| Some(level(row).to_owned())),
        texts(c::COVER_ID, &rows, |row| Some(row.line.name.clone())),
        texts(c::FAMILY, &rows, |row| {
            if row.line.is_family { Some(row.line.name.clone()) } else { row.line.family.clone() }
        }),
        texts(c::SLOT, &rows, |row| Some(slot(row))),
        day(c::FIRST_AIRED, &|row| Some(row.line.first)),
        day(c::LAST_AIRED, &|row| Some(row.line.last)),
        wholes(c::DAYS, &rows, |row| Some(row.line.days)),
        wholes(c::BROADCASTS, &rows, |row| Some(row.line.broadcasts)),
        day(c::UNTIL, &|row| row.place.until),
        day(c::RESTED_SINCE, &|row| row.is_rested.then_some(row.line.last + 1)),
        wholes(c::RESTED_DAYS, &rows, |row| usize::try_from(row.rested_days).ok()),
    ];
    table.extend(counts(&rows)?);
    table.extend(rates(&rows));
    table.extend(fatigue(&rows));
    table.extend([
        day(c::CHANGED_ON, &|row| Some(row.line.change?.day)),
        texts(c::CHANGE_KIND, &rows, |row| Some(row.line.change?.kind.word().to_owned())),
        texts(c::REASON_EN, &rows, |row| Some(row.words.en.clone())),
        texts(c::REASON_ZH, &rows, |row| Some(row.words.zh.clone())),
    ]);
    table.extend(closing(&rows, revision));
    DataFrame::new(rows.len(), table)
}

fn counts(rows: &[Told<'_>]) -> PolarsResult<Vec<Column>> {
    let of = |at: usize| rows.iter().map(move |row| row.line.counts[at]);
    (0..COUNTS).map(|at| count_column(COUNTS_OF_COVERS[at].word(), COUNTS_OF_COVERS[at], of(at))).collect()
}

fn rates(rows: &[Told<'_>]) -> Vec<Column> {
    let mut table = Vec::new();
    for (number, name) in RATES.into_iter().enumerate() {
        let of = |row: &Told<'_>| row.line.rates[number];
        table.push(floats(name, rows, |row| of(row).rate));
        table.push(floats(&c::low(name), rows, |row| of(row).interval.map(|interval| interval.low)));
        table.push(floats(&c::high(name), rows, |row| of(row).interval.map(|interval| interval.high)));
        let shrunken = c::shrunken(name);
        let quantile = |p: f64| move |row: &Told<'_>| of(row).shrunken.map(|beta| beta.quantile(p));
        table.push(floats(&shrunken, rows, |row| of(row).shrunken.map(|beta| beta.mean())));
        table.push(floats(&c::low(&shrunken), rows, quantile(0.025)));
        table.push(floats(&c::high(&shrunken), rows, quantile(0.975)));
    }
    table
}

fn fatigue(rows: &[Told<'_>]) -> Vec<Column> {
    fn of<'r>(row: &'r Told<'_>) -> Option<&'r Fatigue> {
        row.line.fatigue.as_ref()
    }
    let by_day = |row: &Told<'_>| of(row)?.by_day;
    let by_impression = |row: &Told<'_>| of(row)?.by_impression;
    let is_fading = |row: &Told<'_>| (row.fading == Some(Fading::Fades)).then_some(());
    let kept = |row: &Told<'_>, end: fn(Interval) -> f64| Some(end(of(row)?.interval()?).exp());
    let after = |row: &Told<'_>, end: fn(Interval) -> f64| {
        Some(end(of(row)?.over_rest?.interval(LEVEL, Scale::Identity)).exp())
    };
    vec![
        texts(c::METRIC, rows, |row| Some(row.place.metric?.name.to_owned())),
        texts(c::BASIS, rows, |row| Some(row.place.basis?.word().to_owned())),
        wholes(c::COMPARED_BROADCASTS, rows, |row| Some(of(row)?.clusters)),
        texts(c::FATIGUE, rows, |row| Some(row.fading?.word().to_owned())),
        floats(c::KEPT_PER_DAY, rows, |row| Some(by_day(row)?.value.exp())),
        floats(&c::low(c::KEPT_PER_DAY), rows, |row| kept(row, |gain| gain.low)),
        floats(&c::high(c::KEPT_PER_DAY), rows, |row| kept(row, |gain| gain.high)),
        floats(c::HALF_LIFE_DAYS, rows, |row| is_fading(row).and(half_life(by_day(row)?.value))),
        floats(&c::low(c::HALF_LIFE_DAYS), rows, |row| half_life_bounds(by_day(row).as_ref())[0]),
        floats(&c::high(c::HALF_LIFE_DAYS), rows, |row| half_life_bounds(by_day(row).as_ref())[1]),
        floats(c::HALF_LIFE_IMPRESSIONS, rows, |row| is_fading(row).and(half_life(by_impression(row)?.value))),
        floats(&c::low(c::HALF_LIFE_IMPRESSIONS), rows, |row| half_life_bounds(by_impression(row).as_ref())[0]),
        floats(&c::high(c::HALF_LIFE_IMPRESSIONS), rows, |row| half_life_bounds(by_impression(row).as_ref())[1]),
        floats(c::P, rows, |row| of(row)?.p_value()),
        floats(c::P_ADJUSTED, rows, |row| row.p_adjusted),
        texts(c::REST, rows, |row| Some(row.rest?.word().to_owned())),
        floats(c::AFTER_REST, rows, |row| Some(of(row)?.over_rest?.value.exp())),
        floats(&c::low(c::AFTER_REST), rows, |row| after(row, |rise| rise.low)),
        floats(&c::high(c::AFTER_REST), rows, |row| after(row, |rise| rise.high)),
    ]
}

fn closing(rows: &[Told<'_>], revision: u64) -> Vec<Column> {
    let era = |row: &Told<'_>| row.place.eras[row.line.era];
    vec![
        texts(c::IMPRESSION_BASIS, rows, |row| Some(era(row).1.impression.word().to_owned())),
        texts(c::CLICK_EVENT, rows, |row| Some(era(row).1.click.word().to_owned())),
        texts(c::UNIQUE_BASIS, rows, |row| Some(era(row).1.uniques.word().to_owned())),
        dates(c::CONVENTION_SINCE, rows.iter().map(|row| era(row).0).collect()),
        crate::decision_context::truths(c::PROVISIONAL, rows, |row| Some(row.place.is_provisional)),
        wholes(c::REVISION, rows, |_| usize::try_from(revision).ok()),
    ]
}
