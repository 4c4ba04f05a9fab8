//! `rows: counts`: what a row counts, what it leans on, and which delivery of it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::count_rule::{Rules, read_counts};
use super::counting::{Blank, ColumnName, CountRows, CountRule, Newest, NumberStyle, ReportedRate, Totals};
use super::frame::Frame;
use super::place::Place;
use super::section::Section;
use super::{exceeding, newest, numbers, period, rates, totals};
use coverledger_core::model::{Count, CountSet};

/// The counts by their words.
pub(super) const COUNTS: [(&str, Count); Count::ALL.len()] = {
    let mut words = [("", Count::Impressions); Count::ALL.len()];
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
    let (counts, stated, one_is) = match rules.as_ref().and_then(read_counts) {
        Some((counts, stated, one_is)) => (Some(counts), Some(stated), Some(one_is)),
        None => (None, None, None),
    };
    let rates = columns.or("rates", Vec::new(), |at| read_rates(&at, counts.as_ref(), frame));
    let optional = columns.or("optional", CountSet::default(), |at| read_optional(&at, counts.as_ref()));
    let blank = columns.or("blank", BTreeMap::new(), |at| read_blank(&at, counts.as_ref(), optional));
    let may_exceed = columns.or("may_exceed", CountSet::default(), |at| exceeding::read(&at));
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
        may_exceed: may_exceed?,
        one_is: one_is?,
    })
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
