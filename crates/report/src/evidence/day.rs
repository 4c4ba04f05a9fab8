//! The rows of one table `funnel`, `turns` or `viewer_groups`, as they were before they were published.

use jiff::Timestamp;
use jiff::civil::Date;
use polars::prelude::*;

use super::Turn;
use crate::table::conformed;
use coverledger_core::model::{
    ClickEvent, Conventions, Count, CountSet, Figures, ImpressionBasis, Measure, Prorated, TableName, UniqueBasis,
    ViewerGroup, columns as c,
};

/// One row.
pub(crate) struct Row {
    pub(crate) local_date: Date,
    pub(crate) slot: String,
    pub(crate) audience: String,
    pub(crate) broadcast: String,
    pub(crate) cover: String,
    pub(crate) contaminated: bool,
    pub(crate) turn: Option<Turn>,
    pub(crate) group: Option<u16>,
    pub(crate) figures: Figures,
    pub(crate) conventions: Conventions,
    pub(crate) convention_since: Option<Date>,
    pub(crate) provisional: bool,
}

/// All of them, in their order, whatever release wrote the table.
pub(crate) fn rows(local_date: Date, frame: &DataFrame) -> PolarsResult<Vec<Row>> {
    let frame = &conformed(table_of(frame), frame)?;
    let height = frame.height();
    let (slot, audience) = (texts(frame, c::SLOT)?, texts(frame, c::AUDIENCE)?);
    let (broadcast, cover) = (texts(frame, c::BROADCAST_ID)?, texts(frame, c::COVER_ID)?);
    let (contaminated, provisional) = (truths(frame, c::CONTAMINATED)?, truths(frame, c::PROVISIONAL)?);
    let conventions = conventions(frame)?;
    let since = dates(frame, c::CONVENTION_SINCE)?;
    let (turns, groups) = (turns(frame)?, groups(frame)?);
    let figures = figures(frame)?;
    let row = |at: usize| Row {
        local_date,
        slot: slot[at].clone(),
        audience: audience[at].clone(),
        broadcast: broadcast[at].clone(),
        cover: cover[at].clone(),
        contaminated: contaminated[at],
        turn: turns.as_ref().and_then(|turns| turns[at]),
        group: groups.as_ref().and_then(|groups| groups[at]),
        figures: figures[at],
        conventions: conventions[at],
        convention_since: since[at],
        provisional: provisional[at],
    };
    Ok((0..height).map(row).collect())
}

/// Which table it is, by the columns that only one of them has.
fn table_of(frame: &DataFrame) -> TableName {
    if frame.column(c::TURN_START_UTC).is_ok() {
        TableName::Turns
    } else if has_groups(frame) {
        TableName::ViewerGroups
    } else {
        TableName::Funnel
    }
}

/// Whether it is counted by groups of viewers.
pub(super) fn has_groups(frame: &DataFrame) -> bool {
    frame.column(c::VIEWER_GROUP).is_ok()
}

/// Every count with its bounds. Seconds of dwell, published as a fraction, are milliseconds again.
pub(crate) fn figures(frame: &DataFrame) -> PolarsResult<Vec<Figures>> {
    let mut figures = vec![Figures::default(); frame.height()];
    for count in Count::ALL {
        let bounds = [c::low(count.word()), count.word().to_owned(), c::high(count.word())];
        let [low, value, high] = bounds.map(|name| wholes(frame, &name, count == Count::Dwell));
        let (low, value, high) = (low?, value?, high?);
        for (at, figures) in figures.iter_mut().enumerate() {
            match (low[at], value[at], high[at]) {
                (Some(low), Some(value), Some(high)) => figures.put(count, Measure { low, value, high }),
                (Some(low), ..) => figures.put_part(count, low),
                _ => {}
            }
        }
    }
    let derived = frame.column(c::DERIVED)?.str()?;
    let impressions = wholes(frame, c::PRORATED_IMPRESSIONS, false)?;
    let entries = wholes(frame, c::PRORATED_ENTRIES, false)?;
    for (at, figures) in figures.iter_mut().enumerate() {
        figures.derived = derived.get(at).map(counts_of).transpose()?.unwrap_or_default();
        figures.prorated = Prorated {
            impressions: impressions[at].unwrap_or_default(),
            entries: entries[at].unwrap_or_default(),
        };
    }
    Ok(figures)
}

fn counts_of(words: &str) -> PolarsResult<CountSet> {
    words.split(", ").map(|word| known(c::DERIVED, word, &Count::ALL, Count::word)).collect()
}

pub(crate) fn conventions(frame: &DataFrame) -> PolarsResult<Vec<Conventions>> {
    let impression = texts(frame, c::IMPRESSION_BASIS)?;
    let (click, uniques) = (texts(frame, c::CLICK_EVENT)?, texts(frame, c::UNIQUE_BASIS)?);
    let at = |at: usize| {
        Ok(Conventions {
            impression: known(c::IMPRESSION_BASIS, &impression[at], &ImpressionBasis::ALL, ImpressionBasis::word)?,
            click: known(c::CLICK_EVENT, &click[at], &ClickEvent::ALL, ClickEvent::word)?,
            uniques: known(c::UNIQUE_BASIS, &uniques[at], &UniqueBasis::ALL, UniqueBasis::word)?,
        })
    };
    (0..frame.height()).map(at).collect()
}

/// The value that this word stands for.
pub(crate) fn known<T: Copy>(
    column: &str,
    word: &str,
    all: &[T],
    of: impl Fn(T) -> &'static str,
) -> PolarsResult<T> {
    let found = all.iter().copied().find(|value| of(*value) == word);
    found.ok_or_else(|| polars_err!(ComputeError: "`{word}` is none of the words of column `{column}`"))
}

/// In which turn each row was counted, if in one; `None` for a table without turns.
fn turns(frame: &DataFrame) -> PolarsResult<Option<Vec<Option<Turn>>>> {
    let Ok(starts) = frame.column(c::TURN_START_UTC) else { return Ok(None) };
    let starts = starts.to_physical_repr();
    let starts = starts.i64()?;
    let burn_in = frame.column(c::BURN_IN)?.bool()?;
    let turn = |at: usize| {
        let Some(us) = starts.get(at) else { return Ok(None) };
        let starts_at = Timestamp::from_microsecond(us).map_err(|error| polars_err!(ComputeError: "{error}"))?;
        let burn_in = burn_in.get(at).ok_or_else(|| nothing(c::BURN_IN))?;
        Ok(Some(Turn { starts_at, burn_in }))
    };
    (0..frame.height()).map(turn).collect::<PolarsResult<_>>().map(Some)
}

/// The viewer group of each row, if it is of one; `None` for a table without groups.
fn groups(frame: &DataFrame) -> PolarsResult<Option<Vec<Option<u16>>>> {
    if !has_groups(frame) {
        return Ok(None);
    }
    let most = u64::from(ViewerGroup::COUNT);
    let group = |group: Option<u64>| match group {
        Some(group) if group < most => Ok(u16::try_from(group).ok()),
        Some(group) => Err(polars_err!(ComputeError: "column `{}` holds {group}", c::VIEWER_GROUP)),
        None => Ok(None),
    };
    wholes(frame, c::VIEWER_GROUP, false)?.into_iter().map(group).collect::<PolarsResult<_>>().map(Some)
}

fn nothing(column: &str) -> PolarsError {
    polars_err!(ComputeError: "column `{column}` holds nothing in a row that must say it")
}

pub(crate) fn texts(frame: &DataFrame, name: &str) -> PolarsResult<Vec<String>> {
    let column = frame.column(name)?.str()?;
    column.iter().map(|text| text.map(str::to_owned).ok_or_else(|| nothing(name))).collect()
}

pub(crate) fn truths(frame: &DataFrame, name: &str) -> PolarsResult<Vec<bool>> {
    let column = frame.column(name)?.bool()?;
    column.iter().map(|truth| truth.ok_or_else(|| nothing(name))).collect()
}

pub(crate) fn dates(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<Date>>> {
    let days = frame.column(name)?.to_physical_repr();
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = |days: Option<i32>| {
        let date = days.map(|days| epoch.checked_add(jiff::Span::new().days(days)));
        date.transpose().map_err(|error| polars_err!(ComputeError: "{error}"))
    };
    days.i32()?.iter().map(date).collect()
}

/// Whole numbers, or seconds with three decimals as milliseconds.
pub(crate) fn wholes(frame: &DataFrame, name: &str, is_seconds: bool) -> PolarsResult<Vec<Option<u64>>> {
    let column = frame.column(name)?;
    let negative = |_| polars_err!(ComputeError: "column `{name}` holds less than nothing");
    if !is_seconds {
        return column.i64()?.iter().map(|n| n.map(u64::try_from).transpose().map_err(negative)).collect();
    }
    column.f64()?.iter().map(|seconds| seconds.map(|seconds| milliseconds(name, seconds)).transpose()).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the bounds that are looked at"
)]
fn milliseconds(name: &str, seconds: f64) -> PolarsResult<u64> {
    let ms = (seconds * 1000.0).round();
    // As far as whole numbers have no gaps.
    if (0.0..9.007_199_254_740_992e15).contains(&ms) {
        Ok(ms as u64)
    } else {
        Err(polars_err!(ComputeError: "column `{name}` holds {seconds} seconds"))
    }
}
