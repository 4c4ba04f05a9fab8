//! How each count of a row is read: from a column, or from another count and a rate.

use std::collections::BTreeMap;

use super::counting::{ColumnName, CountRule, RateColumn, RateUnit};
use super::counts::COUNTS;
use super::cursor::Cursor;
use super::registry::{
    Column, Key, Keys, Maybe, Part, Required, Shape, Shaped as _, Whole, Words, keys, maybe, required,
};
use super::unit_in_name::{self, Said};
use coverledger_core::model::Count;

pub(super) type Rules = BTreeMap<Count, CountRule>;
pub(super) type Stated = BTreeMap<Count, ColumnName>;
pub(super) type OneIs = BTreeMap<Count, u64>;

keys! {
    /// How a count is read.
    section CountKeys("a count", "a count") {
        column: Maybe<Column> = maybe(
            "none", Column,
            "the column that states the count; with `of`, where an object has it: only rows without it are derived",
        ),
        one_is: Maybe<Part> = maybe(
            "what the name of the column says, else 1", Part(Whole::<u64>::new("", 1, 1_000_000_000).shape()),
            "what one in `column` stands for; not for `dwell_seconds`",
        ),
        of: Maybe<Part> = maybe(
            "required without `column`", Part(Words("", &COUNTS).shape().called("count")),
            "another count of the row that has a column of its own; not `dwell_seconds`",
        ),
        times: Maybe<Part> = maybe(
            "none", Part(rate_shape()), "the column of rates to multiply it by; for `dwell_seconds`, of mean durations",
        ),
        divided_by: Maybe<Part> = maybe(
            "none", Part(rate_shape()), "or the column of rates to divide it by; not for `dwell_seconds`",
        ),
    }
}

fn rate_shape() -> Shape {
    Shape::AnyOf(vec![Shape::Column, Shape::section::<RateColumnKeys<'_>>()])
}

keys! {
    /// A column of rates.
    section RateColumnKeys("a column of rates", "a column of rates") {
        column: Required<Column> = required(
            "the name of a column", Column, "the column; `1.35%` in it is a rate whatever the unit",
        ),
        unit: Maybe<Part> = maybe(
            "required, but for lengths of time", Part(Words("", &UNITS).shape()),
            "how a bare number in it is meant; `signed`: every rate has its `%`, and a bare number is a `bad_number`. Not for lengths of time",
        ),
    }
}

/// How a bare number in a column of rates is meant.
pub(super) const UNITS: [(&str, RateUnit); 3] =
    [("percent", RateUnit::Percent), ("fraction", RateUnit::Fraction), ("signed", RateUnit::Signed)];

/// How every count is read, the columns of those that are derived only where they lack one, and what one in a column is.
pub(super) fn read_counts(at: &Cursor<'_>) -> Option<(Rules, Stated, OneIs)> {
    let expected = "at least one, such as `{entries: Views}`";
    let entries = at.entries("a set of counts", expected)?;
    let section = at.section("a set of counts", &COUNTS.map(|(word, _)| word))?;
    let places: Vec<(Count, Cursor<'_>)> =
        COUNTS.iter().filter_map(|(word, count)| Some((*count, section.optional(word)?))).collect();
    let (mut rules, mut stated, mut units) = (Rules::new(), Stated::new(), OneIs::new());
    for (count, at) in &places {
        let Some((rule, column, one_is)) = read_rule(at, *count) else { continue };
        units.extend(one_is.map(|one_is| (*count, one_is)));
        rules.insert(*count, rule);
        stated.extend(column.map(|column| (*count, column)));
    }
    let all_read = rules.len() == entries.len();
    let mut sound = all_read;
    for (count, at) in &places {
        // What could not be read is not said to be missing.
        if let Some(CountRule::Times { of, .. } | CountRule::DividedBy { of, .. }) = rules.get(count) {
            sound &= check_source(at, *of, &rules, all_read);
        }
    }
    sound.then_some((rules, stated, units))
}

/// How a count is read, the column that states it where it is otherwise derived, and what one in its column is.
fn read_rule(at: &Cursor<'_>, count: Count) -> Option<(CountRule, Option<ColumnName>, Option<u64>)> {
    if !at.is_map() {
        let column = at.column()?;
        let one_is = one_is(at, &column, count, None)?;
        return Some((CountRule::Column(column), None, one_is));
    }
    let keys = CountKeys::open(at)?;
    let stated = keys.column.read();
    let declared = keys.one_is.read_with(|at| {
        if count == Count::Dwell {
            return at.refuse("has no effect: lengths of time have units of their own (leave it out)");
        }
        at.whole("what one in the column stands for", 1..=1_000_000_000)
    });
    let is_derived = [keys.of.at(), keys.times.at(), keys.divided_by.at()].iter().any(Option::is_some);
    let rule = if is_derived || stated.as_ref().is_none_or(Option::is_none) {
        read_derived(&keys, count)
    } else {
        stated.clone().flatten().map(CountRule::Column)
    };
    let one_is = match stated.as_ref()? {
        Some(column) => one_is(at, column, count, declared?)?,
        None => None,
    };
    Some((rule?, stated?.filter(|_| is_derived), one_is))
}

/// What one in a column stands for where that is more than one, as the configuration says it, or its name.
#[expect(clippy::option_option, reason = "nothing and wrong are two things")]
fn one_is(at: &Cursor<'_>, column: &ColumnName, count: Count, declared: Option<u64>) -> Option<Option<u64>> {
    if declared.is_some() {
        return Some(declared.filter(|one_is| *one_is != 1));
    }
    let is_length = count == Count::Dwell;
    let said = if is_length { unit_in_name::of_length(column) } else { unit_in_name::of_count(column) };
    match said {
        Ok(Said::Nothing) => Some(None),
        Ok(Said::Unit(one_is)) => Some(Some(one_is).filter(|one_is| !is_length || *one_is != 1_000)),
        Ok(Said::Unclear) => at.refuse(format!(
            "`{column}` may say a unit, and which is not clear (expected `{{column: …, one_is: 1000000}}`, or `one_is: 1` \
             if it says none)"
        )),
        Err(()) => at.refuse(
            "its names say different units, or some of them none (expected names that say the same, such as those of \
             one file)",
        ),
    }
}

fn read_derived(keys: &CountKeys<'_>, count: Count) -> Option<CountRule> {
    let of = keys.of.needed("another count of the row").and_then(|at| {
        let of = at.word("a count", &COUNTS)?;
        match of {
            _ if of == count => at.refuse(format!("`{}` cannot be derived from itself", of.word())),
            Count::Dwell => at.refuse("`dwell_seconds` is a time: nothing is derived from it"),
            _ => Some(of),
        }
    });
    match (keys.times.at(), keys.divided_by.at()) {
        (Some(times), None) => {
            let by = read_rate(&times, count == Count::Dwell);
            Some(CountRule::Times { of: of?, by: by? })
        }
        (None, Some(divided_by)) if count == Count::Dwell => {
            divided_by.refuse("`dwell_seconds` is a count times a mean duration (expected `times`)")
        }
        (None, Some(divided_by)) => {
            let by = read_rate(&divided_by, false);
            Some(CountRule::DividedBy { of: of?, by: by? })
        }
        (Some(_), Some(divided_by)) => divided_by.refuse("does not go with `times`"),
        (None, None) => keys.of.section().refuse("names neither `times` nor `divided_by`"),
    }
}

/// Reads a column of rates: its name, or a section that says how a bare number in it is meant.
pub(super) fn read_rate(at: &Cursor<'_>, is_duration: bool) -> Option<RateColumn> {
    if !at.is_map() {
        let column = at.column()?;
        if !is_duration {
            return at.refuse(format!(
                "does not say the unit of its rates (expected `{{column: {column}, unit: percent}}`, `unit: fraction`, or \
                 `unit: signed` where every rate has its `%`)"
            ));
        }
        let unit = length_unit(at, &column)?;
        return Some(RateColumn { column, unit });
    }
    let keys = RateColumnKeys::open(at)?;
    read_rate_of(&keys.column, &keys.unit, is_duration)
}

/// The same from a section that may hold more.
pub(super) fn read_rate_of(
    column: &Key<'_, Required<Column>>,
    unit: &Key<'_, Maybe<Part>>,
    is_duration: bool,
) -> Option<RateColumn> {
    let at = column.section();
    let column = column.read();
    let unit = if is_duration {
        let refused = unit
            .read_with(|at| at.refuse::<()>("has no effect: durations have units of their own (leave it out)"));
        refused.and_then(|_| column.as_ref().and_then(|column| length_unit(at, column)))
    } else {
        let expected =
            "`percent` or `fraction`, as a number without `%` is meant, or `signed` where every rate has its `%`";
        unit.needed(expected).and_then(|at| at.word("a unit of rates", &UNITS))
    };
    Some(RateColumn { column: column?, unit: unit? })
}

/// What a bare number is in a column of lengths of time.
fn length_unit(at: &Cursor<'_>, column: &ColumnName) -> Option<RateUnit> {
    let one_is = one_is(at, column, Count::Dwell, None)?;
    Some(RateUnit::Length(one_is.unwrap_or(1_000)))
}

fn check_source(at: &Cursor<'_>, of: Count, rules: &Rules, all_read: bool) -> bool {
    match rules.get(&of) {
        Some(CountRule::Column(_)) => true,
        Some(_) => {
            at.problem(format!(
                "`{}` is derived itself (expected a count that has a column of its own)",
                of.word()
            ));
            false
        }
        None if !all_read => true,
        None => {
            at.problem(format!("`{}` is not among the counts of this export (give it its column)", of.word()));
            false
        }
    }
}
