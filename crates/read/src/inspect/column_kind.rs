//! What kind of values a column holds.

use jiff::Timestamp;

use super::clock;
use super::number::{self, Number, NumberShape};
use super::role::Role;
use super::time_patterns::{
    DATE_SIGNS, DATES, INSTANT_SIGNS, INSTANTS, WALL_SIGNS, WALLS, are_days, date_of, instant_of, may_be_time,
    mix, rivals, signs, wall_of,
};
use crate::export::{self, PeekCell};
use coverledger_config::NumberStyle;

/// The kind of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// Names of things; how many of them a spreadsheet turned into a rounded number.
    Id(usize),
    /// Words.
    Text,
    /// A day, by this pattern; `None` where the file has dates of its own.
    Date(Option<&'static str>),
    /// An instant.
    Instant(InstantWay),
    /// A date and a time of day on a clock that is not named, by this pattern; `None` where the file has such of its own.
    Wall(Option<&'static str>),
    /// An hour of the day.
    Hour,
    /// A time of day, by this pattern.
    Clock(&'static str),
    /// How long.
    Duration,
    /// Whole numbers.
    Whole,
    /// Numbers rounded to thousands or the like.
    Rounded,
    /// Numbers with decimals.
    Decimal,
    /// Numbers with a percent sign.
    Percent,
    /// Money.
    Money,
    /// Yes or no.
    Flag,
    /// Nothing anywhere.
    Empty,
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstantWay {
    /// RFC 3339 with an offset.
    Rfc3339,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Microseconds since 1970.
    Micros,
    /// The file's own.
    Native,
    /// Text by this pattern, which reads an offset.
    Pattern(&'static str),
    /// Days since 1900, as spreadsheets count: a wall clock, though written as a number.
    Serial,
}

/// The seconds of 2000 and of 2100.
const TIMES: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// The kind of these cells, none of which is empty.
pub(super) fn of(cells: &[&PeekCell], name: &str, role: Option<Role>, style: NumberStyle) -> ColumnKind {
    let all = |test: &dyn Fn(&PeekCell) -> bool| mostly(cells, test);
    let words = role.is_some_and(Role::is_word) || name_is_id(name);
    if cells.is_empty() {
        return ColumnKind::Empty;
    }
    if all(&|cell| matches!(cell, PeekCell::Instant(_))) {
        return ColumnKind::Instant(InstantWay::Native);
    }
    if all(&|cell| matches!(cell, PeekCell::Wall(_))) {
        let midnight = |cell: &&PeekCell| matches!(cell, PeekCell::Wall(us) if us % 86_400_000_000 == 0);
        return if cells.iter().all(midnight) { ColumnKind::Date(None) } else { ColumnKind::Wall(None) };
    }
    if all(&|cell| is_flag(cell, role)) {
        return ColumnKind::Flag;
    }
    // `2:00:00` of a length is no hour.
    if !words
        && !role.is_some_and(Role::is_length)
        && let Some(kind) = time(cells, name, role)
    {
        return kind;
    }
    let numbers: Vec<Number> = cells.iter().filter_map(|cell| number::of(cell, style)).collect();
    let is_number = numbers.len() * 50 >= cells.len() * 49;
    let mangled = cells.iter().filter(|cell| is_mangled(cell)).count();
    let texts =
        cells.iter().filter_map(|cell| if let PeekCell::Text(text) = cell { Some(text.trim()) } else { None });
    let mangled = if mangled == 0 && (words || name_is_id(name)) { export::rounded_ids(texts) } else { mangled };
    if words || mangled > 0 {
        let is_id = name_is_id(name) || matches!(role, Some(Role::Broadcast | Role::Cover)) || mangled > 0;
        return if is_id { ColumnKind::Id(mangled) } else { ColumnKind::Text };
    }
    if !is_number {
        // A currency may write its numbers as its own language does.
        let is_money = all(&|cell| matches!(cell, PeekCell::Text(text) if number::money(text).is_some()));
        return if is_money { ColumnKind::Money } else { ColumnKind::Text };
    }
    // Beyond a million millions nothing is counted.
    if numbers.iter().all(|number| number.shape == NumberShape::Whole && number.value.abs() >= 1e12) {
        return ColumnKind::Id(0);
    }
    let has = |shape: NumberShape| numbers.iter().any(|number| number.shape == shape);
    let shapes = [
        (NumberShape::Percent, ColumnKind::Percent),
        (NumberShape::Money, ColumnKind::Money),
        (NumberShape::Duration, ColumnKind::Duration),
        (NumberShape::Rounded, ColumnKind::Rounded),
        (NumberShape::Decimal, ColumnKind::Decimal),
    ];
    shapes.into_iter().find(|(shape, _)| has(*shape)).map_or(ColumnKind::Whole, |(_, kind)| kind)
}

/// So many cells tell whether the others are worth a look.
const FEW: usize = 20;

/// All but one in fifty.
fn mostly(cells: &[&PeekCell], test: &dyn Fn(&PeekCell) -> bool) -> bool {
    // A few tell enough against it.
    let (few, all) = (&cells[..cells.len().min(FEW)], cells);
    let count = |cells: &[&PeekCell]| cells.iter().filter(|cell| test(cell)).count();
    count(few) * 2 >= few.len() && count(all) * 50 >= all.len() * 49
}

fn name_is_id(name: &str) -> bool {
    let name = super::name::fold(name);
    ["id", "编号"].iter().any(|end| name == *end || name.ends_with(&format!(" {end}")) || name.ends_with("编号"))
        || name.ends_with("id") && !name.is_ascii()
}

fn is_flag(cell: &PeekCell, role: Option<Role>) -> bool {
    match cell {
        PeekCell::Bool(_) => true,
        PeekCell::Text(text) => {
            let text = text.trim().to_lowercase();
            ["true", "false", "yes", "no", "是", "否"].contains(&text.as_str())
                || role == Some(Role::Flag) && ["0", "1"].contains(&text.as_str())
        }
        PeekCell::Int(0 | 1) => role == Some(Role::Flag),
        _ => false,
    }
}

/// `7.65142E+18`, or as a number: ids have 19 digits.
fn is_mangled(cell: &PeekCell) -> bool {
    // A double cannot represent every whole number beyond 2^53.
    if let PeekCell::Float(number) = cell {
        return number.abs() >= 9_007_199_254_740_992.0;
    }
    let PeekCell::Text(text) = cell else { return false };
    let Some((digits, power)) = text.trim().split_once(['E', 'e']) else { return false };
    digits.contains(['.', ','])
        && digits.parse::<f64>().is_ok()
        && power.trim_start_matches('+').parse::<u8>().is_ok()
}

/// The kind of a column of times.
fn time(cells: &[&PeekCell], name: &str, role: Option<Role>) -> Option<ColumnKind> {
    let all = |test: &dyn Fn(&str) -> bool| {
        mostly(cells, &|cell| matches!(cell, PeekCell::Text(text) if test(text.trim())))
    };
    let wholes: Option<Vec<i64>> = cells.iter().map(|cell| whole(cell)).collect();
    let is_time = role.is_some_and(Role::is_time);
    if let Some(wholes) = &wholes {
        let span = |scale: i64| wholes.iter().all(|at| TIMES.contains(&(at / scale)));
        for (scale, way) in [(1, InstantWay::Seconds), (1000, InstantWay::Millis), (1_000_000, InstantWay::Micros)]
        {
            // A count may be as large; times lie close together.
            let (least, most) = (wholes.iter().min()?, wholes.iter().max()?);
            if span(scale) && (is_time || (most - least) / scale < 400 * 86_400 && wholes.len() > 1) {
                return Some(ColumnKind::Instant(way));
            }
        }
        if is_time && wholes.iter().all(|day| date_of(&day.to_string(), "%Y%m%d").is_some()) {
            return Some(ColumnKind::Date(Some("%Y%m%d")));
        }
        if role == Some(Role::Hour) && wholes.iter().all(|hour| (0..24).contains(hour)) {
            return Some(ColumnKind::Hour);
        }
    }
    let serial = |cell: &&PeekCell| matches!(number::of(cell, NumberStyle::default()), Some(n) if (36_526.0..73_051.0).contains(&n.value));
    if is_time && cells.iter().all(serial) {
        return Some(ColumnKind::Instant(InstantWay::Serial));
    }
    if all(&|text| text.parse::<Timestamp>().is_ok()) {
        return Some(ColumnKind::Instant(InstantWay::Rfc3339));
    }
    // A start at `1:00 PM` is read with its half of the day, by a pattern.
    let is_hour = role == Some(Role::Hour);
    let is_halved = |text: &str| text.ends_with(['m', 'M']);
    if all(&|text| number::hour(text, is_hour).is_some() && (is_hour || !is_halved(text))) {
        return Some(ColumnKind::Hour);
    }
    if clock::is_claimed(name, role)
        && let Some(pattern) = clock::PATTERNS.into_iter().find(|pattern| all(&|text| clock::reads(text, pattern)))
    {
        return Some(ColumnKind::Clock(pattern));
    }
    if !all(&may_be_time) {
        return None;
    }
    let has = few_have(cells);
    let date = || {
        let mut dates = DATES.iter().zip(&*DATE_SIGNS);
        dates.find(|(pattern, own)| has(**own) && all(&|text| date_of(text, pattern).is_some()))
    };
    let wall = || {
        let mut walls = WALLS.iter().zip(&*WALL_SIGNS);
        walls.find(|(pattern, own)| has(**own) && all(&|text| wall_of(text, pattern).is_some()))
    };
    let instant = || {
        let mut instants = INSTANTS.iter().zip(&*INSTANT_SIGNS);
        instants.find(|(pattern, own)| has(**own) && all(&|text| instant_of(text, pattern).is_some()))
    };
    date()
        .map(|(pattern, _)| ColumnKind::Date(Some(pattern)))
        .or_else(|| instant().map(|(pattern, _)| ColumnKind::Instant(InstantWay::Pattern(pattern))))
        .or_else(|| wall().map(|(pattern, _)| ColumnKind::Wall(Some(pattern))))
        .or_else(|| mixed(cells))
}

/// Whether the first cells have the signs that stand in a pattern beside its numbers. There are a thousand patterns, and a
/// column of numbers has the signs of nearly none.
fn few_have(cells: &[&PeekCell]) -> impl Fn(u32) -> bool {
    let few = &cells[..cells.len().min(FEW)];
    let signs_of_cell = |cell: &&PeekCell| if let PeekCell::Text(text) = cell { signs(text.trim()) } else { 0 };
    let few: Vec<u32> = few.iter().map(signs_of_cell).collect();
    move |own| few.iter().filter(|signs| **signs & own == own).count() * 2 >= few.len()
}

/// Instants that are days by some clock, and dates: days, once it is known by which clock.
fn mixed(cells: &[&PeekCell]) -> Option<ColumnKind> {
    let texts =
        || cells.iter().filter_map(|cell| if let PeekCell::Text(text) = cell { Some(text.trim()) } else { None });
    mix(texts())?;
    let pattern = DATES.into_iter().find(|pattern| texts().any(|text| date_of(text, pattern).is_some()))?;
    are_days(texts().filter_map(|text| text.parse().ok())).then_some(ColumnKind::Date(Some(pattern)))
}

fn whole(cell: &PeekCell) -> Option<i64> {
    match cell {
        PeekCell::Int(whole) => Some(*whole),
        PeekCell::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

impl ColumnKind {
    /// What a report calls it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Text => "text",
            Self::Date(_) => "date",
            Self::Instant(InstantWay::Serial) => "date serial",
            Self::Instant(_) => "instant",
            Self::Wall(_) => "date and time",
            Self::Hour => "hour range",
            Self::Clock(_) => "time of day",
            Self::Duration => "duration",
            Self::Whole => "whole number",
            Self::Rounded => "rounded number",
            Self::Decimal => "decimal number",
            Self::Percent => "percent",
            Self::Money => "money",
            Self::Flag => "flag",
            Self::Empty => "empty",
        }
    }

    /// Whether every value could as well have day and month exchanged.
    pub(super) fn is_ambiguous(&self, cells: &[&PeekCell]) -> bool {
        let (Self::Date(Some(pattern)) | Self::Wall(Some(pattern))) = self else { return false };
        let reads =
            |text: &str, pattern: &str| date_of(text, pattern).is_some() || wall_of(text, pattern).is_some();
        let texts: Vec<String> = cells.iter().map(|cell| super::cell::text(cell)).collect();
        let dates: Vec<&String> = texts.iter().filter(|text| reads(text, pattern)).collect();
        !dates.is_empty() && rivals(pattern).iter().any(|other| dates.iter().all(|text| reads(text, other)))
    }

    /// Whether its values are counted things.
    pub(super) const fn is_count(&self) -> bool {
        matches!(self, Self::Whole | Self::Rounded)
    }

    /// Whether its values are times.
    pub(super) const fn is_time(&self) -> bool {
        matches!(self, Self::Date(_) | Self::Instant(_) | Self::Wall(_) | Self::Hour | Self::Clock(_))
    }
}
