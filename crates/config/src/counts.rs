//! `rows: counts`: which counts a row has, how derived counts are computed, and which of several deliveries counts.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::ColumnKeys;
use super::count_rule::{Rules, read_counts};
use super::counting::{Blank, ColumnName, CountRows, CountRule, Newest, NumberStyle, ReportedRate, Totals};
use super::cursor::Cursor;
use super::export::ExportKeys;
use super::export_context::ExportContext;
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

/// What a blank cell may mean.
pub(super) const BLANKS: [(&str, Blank); 3] =
    [("unknown", Blank::Unknown), ("zero", Blank::Zero), ("reject", Blank::Reject)];

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
    pub fn read(export: &ExportKeys<'_>, context: &ExportContext<'_>) -> Option<Self> {
        let newest = export.newest.required().and_then(|at| newest::read(&at, context));
        let fallback_for = export.fallback_for.read();
        let totals = export.totals.read_or(Totals::default(), totals::read);
        let numbers = export.numbers.read_with(numbers::read);
        let skip = export.skip.read_or(BTreeMap::new(), totals::read_skip);
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
pub(super) fn read(
    columns: &ColumnKeys<'_>,
    context: &ExportContext<'_>,
    delivery: Option<Delivery>,
) -> Option<CountRows> {
    let period = columns.period.required().and_then(|at| period::read(&at, context));
    let rules = columns.counts.required();
    let (counts, stated, one_is) = match rules.as_ref().and_then(read_counts) {
        Some((counts, stated, one_is)) => (Some(counts), Some(stated), Some(one_is)),
        None => (None, None, None),
    };
    let rates = columns.rates.read_or(Vec::new(), |at| read_rates(at, counts.as_ref(), context));
    let optional = columns.optional.read_or(CountSet::default(), |at| read_optional(at, counts.as_ref()));
    let blank = columns.blank.read_or(BTreeMap::new(), |at| read_blank(at, counts.as_ref(), optional));
    let may_exceed = columns.may_exceed.read_or(CountSet::default(), exceeding::read);
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

fn read_optional(at: &Cursor<'_>, counts: Option<&Rules>) -> Option<CountSet> {
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
    at: &Cursor<'_>,
    counts: Option<&Rules>,
    optional: Option<CountSet>,
) -> Option<BTreeMap<Count, Blank>> {
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
        let blank = at.word("what a blank cell means", &BLANKS)?;
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
            at.word("what a blank cell means", &BLANKS)
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

fn read_rates(at: &Cursor<'_>, counts: Option<&Rules>, context: &ExportContext<'_>) -> Option<Vec<ReportedRate>> {
    let entries = at.entries("a set of rates", "names and columns, such as `{ctr: CTR}`")?;
    let total = entries.len();
    let known = counts.map(|counts| rates::comparable(counts, context.click));
    let read: Vec<ReportedRate> = entries.iter().filter_map(|(name, at)| rates::read(name, at, known)).collect();
    (read.len() == total).then_some(read)
}

#[cfg(test)]
mod tests;
