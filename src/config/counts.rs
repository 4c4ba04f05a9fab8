//! `rows: counts`: what a row counts, what it leans on, and which delivery of it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::counting::{
    Blank, ColumnName, CountRows, CountRule, Newest, NumberStyle, RateColumn, ReportedRate, Totals,
};
use super::frame::Frame;
use super::place::Place;
use super::section::Section;
use super::{newest, numbers, period, rates, totals};
use crate::model::{Count, CountSet};

/// The counts by their words.
pub(super) const COUNTS: [(&str, Count); 9] = {
    let mut words = [("", Count::Impressions); 9];
    let mut index = 0;
    while index < words.len() {
        words[index] = (Count::ALL[index].word(), Count::ALL[index]);
        index += 1;
    }
    words
};

/// What an export of rows with an interval says of its deliveries, besides its columns.
pub(super) struct Delivery {
    pub newest: Newest,
    fallback_for: Option<String>,
    totals: Totals,
    numbers: NumberStyle,
    skip: BTreeMap<ColumnName, BTreeSet<String>>,
}

impl Delivery {
    /// Reads what stands beside `columns`.
    pub fn read(export: &Section<'_>, frame: &Frame<'_>) -> Option<Self> {
        let newest = export
            .required(
                "newest",
                "what makes a delivery newer than another, such as `{by: modified, per: broadcast}`",
            )
            .and_then(|at| newest::read(&at, frame));
        let fallback_for = export.maybe("fallback_for", |at| {
            at.text("an export", "the name of another export of this platform").map(str::to_owned)
        });
        let totals = export.or("totals", Totals::default(), |at| totals::read(&at));
        let numbers = export.or("numbers", NumberStyle::default(), |at| numbers::read(&at));
        let skip = export.or("skip", BTreeMap::new(), |at| totals::read_skip(&at));
        Some(Self {
            newest: newest?,
            fallback_for: fallback_for?,
            totals: totals?,
            numbers: numbers?,
            skip: skip?,
        })
    }
}

/// Reads what `columns` says of counts.
pub(super) fn read(columns: &Section<'_>, frame: &Frame<'_>, delivery: Option<Delivery>) -> Option<CountRows> {
    let period = columns
        .required("period", "the interval of a row, such as `{start: …, grain: 1m}`")
        .and_then(|at| period::read(&at, frame));
    let rules = columns.required("counts", "which column counts what, such as `{entries: Views}`");
    let (counts, stated) = rules.as_ref().and_then(read_counts).unzip();
    let rates = columns.or("rates", Vec::new(), |at| read_rates(&at, counts.as_ref(), frame));
    let optional = columns.or("optional", CountSet::default(), |at| read_optional(&at, counts.as_ref()));
    let blank = columns.or("blank", BTreeMap::new(), |at| read_blank(&at, counts.as_ref(), optional));
    let Delivery { newest, fallback_for, totals, numbers, skip } = delivery?;
    Some(CountRows {
        period: period?,
        newest,
        fallback_for,
        counts: counts?,
        stated: stated?,
        optional: optional?,
        rates: rates?,
        totals,
        numbers,
        skip,
        blank: blank?,
    })
}

type Rules = BTreeMap<Count, CountRule>;
type Stated = BTreeMap<Count, ColumnName>;

/// How every count is read, and the columns of those that are derived only where they lack one.
fn read_counts(at: &Place<'_>) -> Option<(Rules, Stated)> {
    let expected = "at least one, such as `{entries: Views}`";
    let entries = at.entries("a set of counts", expected)?;
    let section = at.section("a set of counts", &COUNTS.map(|(word, _)| word))?;
    let places: Vec<(Count, Place<'_>)> =
        COUNTS.iter().filter_map(|(word, count)| Some((*count, section.optional(word)?))).collect();
    let (mut rules, mut stated) = (Rules::new(), Stated::new());
    for (count, at) in &places {
        let Some((rule, column)) = read_rule(at, *count) else { continue };
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
    sound.then_some((rules, stated))
}

fn read_rule(at: &Place<'_>, count: Count) -> Option<(CountRule, Option<ColumnName>)> {
    if !at.is_map() {
        return Some((CountRule::Column(at.column()?), None));
    }
    let section = at.section("a count", &["column", "of", "times", "divided_by"])?;
    let stated = section.maybe("column", |at| at.column());
    let rule = read_derived(&section, count);
    Some((rule?, stated?))
}

fn read_derived(section: &Section<'_>, count: Count) -> Option<CountRule> {
    let of = section.required("of", "another count of the row").and_then(|at| {
        let of = at.word("a count", &COUNTS)?;
        match of {
            _ if of == count => at.refuse(format!("`{}` cannot be derived from itself", of.word())),
            Count::Dwell => at.refuse("`dwell_seconds` is a time: nothing is derived from it"),
            _ => Some(of),
        }
    });
    match (section.optional("times"), section.optional("divided_by")) {
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
        (None, None) => section.place().refuse("names neither `times` nor `divided_by`"),
    }
}

/// Reads a column of rates: its name, or a section that says how a bare number in it is meant.
pub(super) fn read_rate(at: &Place<'_>, is_duration: bool) -> Option<RateColumn> {
    if !at.is_map() {
        return at.column().map(|column| RateColumn { column, is_percent: false });
    }
    let section = at.section("a column of rates", &["column", "unit"])?;
    read_rate_of(&section, is_duration)
}

/// The same from a section that may hold more.
pub(super) fn read_rate_of(section: &Section<'_>, is_duration: bool) -> Option<RateColumn> {
    let column = section.required("column", "the name of a column").and_then(|at| at.column());
    let is_percent = section.or("unit", false, |at| {
        if is_duration {
            return at.refuse("has no effect: durations have units of their own (leave it out)");
        }
        at.word("a unit of rates", &[("percent", true), ("fraction", false)])
    });
    Some(RateColumn { column: column?, is_percent: is_percent? })
}

fn check_source(at: &Place<'_>, of: Count, rules: &Rules, all_read: bool) -> bool {
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

fn read_optional(at: &Place<'_>, counts: Option<&Rules>) -> Option<CountSet> {
    let items = at.list("a list of counts")?;
    let total = items.len();
    let mut optional = CountSet::default();
    let mut read = 0;
    for item in &items {
        let Some(count) = item.word("a count", &COUNTS) else { continue };
        if optional.has(count) {
            item.problem(format!("`{}` is here twice", count.word()));
        } else if counts.is_some_and(|counts| !counts.contains_key(&count)) {
            item.problem(format!("`{}` is not among the counts of this export", count.word()));
        } else {
            read += 1;
        }
        optional = optional.with(count);
    }
    let counts = counts?;
    if read < total {
        return None;
    }
    if counts.keys().all(|count| optional.has(*count)) {
        return at.refuse("no count is left that an export must have: any table would pass for one");
    }
    let leaning = counts.iter().find_map(|(count, rule)| match rule {
        CountRule::Times { of, .. } | CountRule::DividedBy { of, .. }
            if optional.has(*of) && !optional.has(*count) =>
        {
            Some((count, of))
        }
        _ => None,
    });
    if let Some((count, of)) = leaning {
        let (count, of) = (count.word(), of.word());
        return at.refuse(format!("`{count}` is derived from `{of}`, so it is no less optional (add it)"));
    }
    Some(optional)
}

/// One word for all counts, or one for each that is not `unknown`.
fn read_blank(
    at: &Place<'_>,
    counts: Option<&Rules>,
    optional: Option<CountSet>,
) -> Option<BTreeMap<Count, Blank>> {
    const WORDS: [(&str, Blank); 3] =
        [("unknown", Blank::Unknown), ("zero", Blank::Zero), ("reject", Blank::Reject)];
    // So many visits at a rate that is not there were never shown to nobody.
    let is_quotient =
        |count: Count| matches!(counts?.get(&count), Some(CountRule::DividedBy { .. })).then_some(());
    let is_optional = |count: Count| optional.is_some_and(|optional| optional.has(count));
    let fits = |count: Count, blank: Blank| match blank {
        Blank::Unknown => true,
        Blank::Zero => is_quotient(count).is_none(),
        Blank::Reject => !is_optional(count),
    };
    if !at.is_map() {
        let blank = at.word("what a blank cell means", &WORDS)?;
        let all = counts?.keys().copied();
        return Some(all.filter(|count| fits(*count, blank)).map(|count| (count, blank)).collect());
    }
    let section = at.section("a set of counts", &COUNTS.map(|(word, _)| word))?;
    let mut blanks = BTreeMap::new();
    let mut is_sound = true;
    for (word, count) in COUNTS {
        let Some(at) = section.optional(word) else { continue };
        let read = if counts.is_some_and(|counts| !counts.contains_key(&count)) {
            at.refuse(format!("`{word}` is not among the counts of this export"))
        } else {
            at.word("what a blank cell means", &WORDS)
        };
        match read {
            Some(blank) if fits(count, blank) => {
                blanks.insert(count, blank);
                continue;
            }
            Some(Blank::Zero) => at.problem(format!(
                "`{word}` is divided by a rate, and without one it is not 0 (expected `unknown` or `reject`)"
            )),
            Some(_) => {
                at.problem(format!("`{word}` is optional, so it may be missing (expected `unknown` or `zero`)"));
            }
            None => {}
        }
        is_sound = false;
    }
    is_sound.then_some(blanks)
}

fn read_rates(at: &Place<'_>, counts: Option<&Rules>, frame: &Frame<'_>) -> Option<Vec<ReportedRate>> {
    let entries = at.entries("a set of rates", "names and columns, such as `{ctr: CTR}`")?;
    let total = entries.len();
    let known = counts.map(|counts| rates::comparable(counts, frame.click));
    let read: Vec<ReportedRate> = entries.iter().filter_map(|(name, at)| rates::read(name, at, known)).collect();
    (read.len() == total).then_some(read)
}

#[cfg(test)]
mod tests;
