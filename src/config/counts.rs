//! `rows: counts`: what a row counts, what it leans on, and which delivery of it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::counting::{ColumnName, CountRows, CountRule, Newest, NumberStyle, RateColumn, ReportedRate, Totals};
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
    let counts = rules.as_ref().and_then(read_counts);
    let rates = columns.or("rates", Vec::new(), |at| read_rates(&at, counts.as_ref(), frame));
    let optional = columns.or("optional", CountSet::default(), |at| read_optional(&at, counts.as_ref()));
    let Delivery { newest, fallback_for, totals, numbers, skip } = delivery?;
    Some(CountRows {
        period: period?,
        newest,
        fallback_for,
        counts: counts?,
        optional: optional?,
        rates: rates?,
        totals,
        numbers,
        skip,
    })
}

type Rules = BTreeMap<Count, CountRule>;

fn read_counts(at: &Place<'_>) -> Option<Rules> {
    let expected = "at least one, such as `{entries: Views}`";
    let entries = at.entries("a set of counts", expected)?;
    let section = at.section("a set of counts", &COUNTS.map(|(word, _)| word))?;
    let places: Vec<(Count, Place<'_>)> =
        COUNTS.iter().filter_map(|(word, count)| Some((*count, section.optional(word)?))).collect();
    let rules: Rules = places.iter().filter_map(|(count, at)| Some((*count, read_rule(at, *count)?))).collect();
    let all_read = rules.len() == entries.len();
    let mut sound = all_read;
    for (count, at) in &places {
        // What could not be read is not said to be missing.
        if let Some(CountRule::Times { of, .. } | CountRule::DividedBy { of, .. }) = rules.get(count) {
            sound &= check_source(at, *of, &rules, all_read);
        }
    }
    sound.then_some(rules)
}

fn read_rule(at: &Place<'_>, count: Count) -> Option<CountRule> {
    if !at.is_map() {
        return at.column().map(CountRule::Column);
    }
    let section = at.section("a count", &["of", "times", "divided_by"])?;
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

fn read_rates(at: &Place<'_>, counts: Option<&Rules>, frame: &Frame<'_>) -> Option<Vec<ReportedRate>> {
    let entries = at.entries("a set of rates", "names and columns, such as `{ctr: CTR}`")?;
    let total = entries.len();
    let known = counts.map(|counts| rates::comparable(counts, frame.click));
    let read: Vec<ReportedRate> = entries.iter().filter_map(|(name, at)| rates::read(name, at, known)).collect();
    (read.len() == total).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::super::definition::Rows;
    use super::super::testing::{self, COUNTING, changed};
    use super::super::{Extent, Order, Period, Platform, platform};
    use super::*;

    fn read_platform(changes: &[(&str, &str)]) -> (Option<Platform>, Vec<String>) {
        let markets = BTreeSet::from(["US".to_owned()]);
        testing::read(&changed(COUNTING, changes), |at| platform::read(at, Some(&markets)))
    }

    #[test]
    fn every_key_of_counts_is_read() {
        let (platform, problems) = read_platform(&[]);
        assert_eq!(problems, <[&str; 0]>::default());
        let platform = platform.unwrap();
        let Rows::Counts(counts) = &platform.exports[0].rows else { panic!("not counts") };
        assert!(matches!(counts.period, Period::Span { .. }));
        assert_eq!(counts.newest, Newest { by: Order::Path, per: Extent::Broadcast });
        let rate = |column: &str, is_percent| RateColumn { column: ColumnName::new(column), is_percent };
        let entries = ColumnName::any_of(vec!["Views".into(), "Penonton".into()]).unwrap();
        let expected = BTreeMap::from([
            (Count::Entries, CountRule::Column(entries)),
            (Count::Impressions, CountRule::DividedBy { of: Count::Entries, by: rate("Tap-through rate", true) }),
            (Count::Dwell, CountRule::Times { of: Count::Entries, by: rate("Average viewing duration", false) }),
        ]);
        assert_eq!(counts.counts, expected);
        assert_eq!(counts.optional, CountSet::default().with(Count::Impressions));
        let (clicks, impressions) = (Count::Clicks, Count::Impressions);
        let ctr = ReportedRate { name: "ctr".into(), column: rate("CTR", true), of: clicks, among: impressions };
        assert_eq!(counts.rates[0], ctr);
        assert_eq!((counts.rates[1].of, counts.rates[1].among), (Count::Entries, Count::Impressions));
        assert_eq!(counts.totals.cap, Some(500));
        let Rows::Counts(sessions) = &platform.exports[1].rows else { panic!("not counts") };
        assert_eq!((sessions.numbers.decimal, sessions.numbers.group), (',', '.'));
        assert_eq!(sessions.fallback_for.as_deref(), Some("minutes"));
        let Rows::Covers(covers) = &platform.exports[2].rows else { panic!("not covers") };
        assert_eq!(covers.newest.by, Order::Name);
        assert!(covers.until.is_some());
    }

    #[test]
    fn one_fault_gives_one_problem() {
        let table: &[(&str, &str, &str)] = &[
            (
                "divided_by: {column: Tap-through rate, unit: percent}",
                "times: a, divided_by: b",
                "line 26, `exports[0].columns.counts.impressions.divided_by`: does not go with `times`",
            ),
            (
                ", divided_by: {column: Tap-through rate, unit: percent}",
                "",
                "line 26, `exports[0].columns.counts.impressions`: names neither `times` nor `divided_by`",
            ),
            (
                "times: Average viewing duration",
                "divided_by: Average viewing duration",
                "line 27, `exports[0].columns.counts.dwell_seconds.divided_by`: `dwell_seconds` is a count times a mean \
                 duration (expected `times`)",
            ),
            (
                "times: Average viewing duration",
                "times: {column: Average viewing duration, unit: fraction}",
                "line 27, `exports[0].columns.counts.dwell_seconds.times.unit`: has no effect: durations have units of \
                 their own (leave it out)",
            ),
            (
                "dwell_seconds: {of: entries",
                "dwell_seconds: {of: impressions",
                "line 27, `exports[0].columns.counts.dwell_seconds`: `impressions` is derived itself (expected a count that \
                 has a column of its own)",
            ),
            (
                "dwell_seconds: {of: entries",
                "dwell_seconds: {of: entrants",
                "line 27, `exports[0].columns.counts.dwell_seconds`: `entrants` is not among the counts of this export \
                 (give it its column)",
            ),
            (
                "impressions: {of: entries",
                "impressions: {of: impressions",
                "line 26, `exports[0].columns.counts.impressions.of`: `impressions` cannot be derived from itself",
            ),
            (
                "entries: [Views, Penonton]",
                "entries: [Views, 7]",
                "line 25, `exports[0].columns.counts.entries[1]`: `7` is not a column (expected the name of a column; as \
                 text: `\"7\"`)",
            ),
            (
                "optional: [impressions]",
                "optional: [clicks]",
                "line 28, `exports[0].columns.optional[0]`: `clicks` is not among the counts of this export",
            ),
            (
                "optional: [impressions]",
                "optional: [impressions, entries, dwell_seconds]",
                "line 28, `exports[0].columns.optional`: no count is left that an export must have: any table would pass \
                 for one",
            ),
            (
                "optional: [impressions]",
                "optional: [impressions, entries]",
                "line 28, `exports[0].columns.optional`: `dwell_seconds` is derived from `entries`, so it is no less \
                 optional (add it)",
            ),
            (
                "ctr: {column: CTR, unit: percent}",
                "viewer_ctr: CTR",
                "line 30, `exports[0].columns.rates.viewer_ctr`: `clickers` is not among the counts of this export, so the \
                 rate has nothing to be held against",
            ),
            (
                "ctr: {column: CTR, unit: percent}",
                "ctr: {column: CTR, unit: percent, of: entries}",
                "line 30, `exports[0].columns.rates.ctr.of`: `ctr` is always `clicks` ÷ `impressions` (leave it out, or give \
                 the rate another name)",
            ),
            (
                "of: entries, among: impressions",
                "of: entries",
                "line 31, `exports[0].columns.rates.room_rate.among`: missing (expected the count below the line)",
            ),
            (
                "unit: percent}\n        room_rate",
                "unit: promille}\n        room_rate",
                "line 30, `exports[0].columns.rates.ctr.unit`: `promille` is not a unit of rates (expected: `percent`, \
                 `fraction`)",
            ),
            (
                "{by: modified, per: period}",
                "{by: path, per: period}",
                "line 40, `exports[1].newest.by`: `path` of this export has no `{created:…}` (expected one such as \
                 `{created:%Y%m%dT%H%M%S}`)",
            ),
            (
                "{by: modified, per: period}",
                "{by: modified}",
                "line 40, `exports[1].newest.per`: missing (expected `period` if a delivery has all broadcasts of its \
                 period, else `broadcast`)",
            ),
            (
                "    newest: {by: name, per: broadcast}\n",
                "    newest: {by: name, per: broadcast}\n    skip: {a: [b]}\n",
                "line 54, `exports[2].skip`: `skip` belongs to `rows: counts`, not to this export's rows",
            ),
            (
                "      until: to\n",
                "      until: to\n      audience: [a]\n",
                "line 57, `exports[2].columns.audience`: `audience` belongs to `rows: events` and `rows: impressions` and \
                 `rows: counts`, not to this export's rows",
            ),
        ];
        for (from, to, expected) in table {
            assert_eq!(read_platform(&[(from, to)]).1, [*expected], "{to}");
        }
    }
}
