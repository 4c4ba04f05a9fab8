//! `rates`: ratios that an export of counts reports, for comparison with its counts.

use std::collections::BTreeMap;

use super::count_rule::UNITS;
use super::count_rule::{read_rate, read_rate_of};
use super::counting::{CountRule, ReportedRate};
use super::counts::COUNTS;
use super::cursor::Cursor;
use super::names::check_name;
use super::registry::{Column, Keys, Maybe, Part, Required, Shape, Shaped as _, Words, keys, maybe, required};
use coverledger_core::model::{ClickEvent, Count, CountSet, Rate};

keys! {
    /// A rate that an export reports.
    section RateKeys("a rate", "a rate") {
        column: Required<Column> = required("the name of a column", Column, "the column"),
        unit: Maybe<Part> = maybe(
            "required", Part(Words("", &UNITS).shape()), "how a bare number in it is meant",
        ),
        of: Maybe<Part> = maybe(
            "required, or by its name", Part(count_shape()), "the count above the line",
        ),
        among: Maybe<Part> = maybe(
            "required, or by its name", Part(count_shape()), "the count below the line",
        ),
    }
}

fn count_shape() -> Shape {
    Words("", &COUNTS).shape().called("count")
}

/// Reads one; `known` are the counts that a row has.
pub(super) fn read(name: &str, at: &Cursor<'_>, known: Option<CountSet>) -> Option<ReportedRate> {
    if let Err(message) = check_name(name) {
        return at.refuse(message);
    }
    // The counts of the rates that tables have are known by their name.
    let own = Rate::named(name);
    if let (Some(Rate { of, among, .. }), false) = (own, at.is_map()) {
        counted(at, &[*of, *among], known)?;
        return read_rate(at, false).map(|column| rate(name, column, *of, *among));
    }
    let keys = RateKeys::open(at)?;
    let column = read_rate_of(&keys.column, &keys.unit, false);
    let (of, among) = if let Some(Rate { of, among, .. }) = own {
        let ratio = format!("`{name}` is always `{}` ÷ `{}`", of.word(), among.word());
        let idle = [keys.of.at(), keys.among.at()].into_iter().flatten();
        let idle = idle.map(|at| at.problem(format!("{ratio} (leave it out, or give the rate another name)")));
        let idle = idle.count();
        counted(at, &[*of, *among], known).filter(|()| idle == 0)?;
        (Some(*of), Some(*among))
    } else {
        let count = |at: Option<Cursor<'_>>| {
            let at = at?;
            let count = at.word("a count", &COUNTS)?;
            if count == Count::Dwell {
                return at.refuse("`dwell_seconds` is a time, and a rate compares counts");
            }
            counted(&at, &[count], known).map(|()| count)
        };
        (count(keys.of.needed("the count above the line")), count(keys.among.needed("the count below the line")))
    };
    Some(rate(name, column?, of?, among?))
}

fn rate(name: &str, column: super::counting::RateColumn, of: Count, among: Count) -> ReportedRate {
    ReportedRate { name: name.to_owned(), column, of, among }
}

/// Whether a row has these counts.
fn counted(at: &Cursor<'_>, needed: &[Count], known: Option<CountSet>) -> Option<()> {
    let Some(known) = known else { return Some(()) };
    match needed.iter().find(|count| !known.has(**count)) {
        Some(count) => {
            let count = count.word();
            at.refuse(format!(
                "`{count}` is not among the counts of this export, so the rate has nothing to be held against"
            ))
        }
        None => Some(()),
    }
}

/// What a row has to compare with: its counts, and clicks where the entry is the click.
pub(super) fn comparable(counts: &BTreeMap<Count, CountRule>, click: Option<ClickEvent>) -> CountSet {
    let counts: CountSet = counts.keys().copied().collect();
    let entry_is_click = click != Some(ClickEvent::CoverTap);
    counts
        .with_if(Count::Clicks, entry_is_click && counts.has(Count::Entries))
        .with_if(Count::Clickers, entry_is_click && counts.has(Count::Entrants))
}
