//! What is read of counts, and what is refused.

use super::*;
use crate::definition::Rows;
use crate::testing::{self, COUNTING, changed};
use crate::{Extent, Order, Period, Platform, platform};
use crate::{RateColumn, RateUnit};

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
    let rate = |column: &str, unit| RateColumn { column: ColumnName::new(column), unit };
    let entries = ColumnName::any_of(vec!["Views".into(), "Penonton".into()]).unwrap();
    let expected = BTreeMap::from([
        (Count::Entries, CountRule::Column(entries)),
        (
            Count::Impressions,
            CountRule::DividedBy { of: Count::Entries, by: rate("Tap-through rate", RateUnit::Percent) },
        ),
        (
            Count::Dwell,
            CountRule::Times { of: Count::Entries, by: rate("Average viewing duration", RateUnit::Length(1_000)) },
        ),
    ]);
    assert_eq!(counts.counts, expected);
    assert_eq!(counts.optional, CountSet::default().with(Count::Impressions));
    assert_eq!(counts.blank, BTreeMap::new());
    assert_eq!(counts.stated, BTreeMap::new());
    let with_column = [("impressions: {of: entries", "impressions: {column: Impressions, of: entries")];
    let Rows::Counts(both) = read_platform(&with_column).0.unwrap().exports.remove(0).rows else {
        panic!("not counts")
    };
    assert_eq!(both.counts, counts.counts);
    assert_eq!(both.stated, BTreeMap::from([(Count::Impressions, ColumnName::new("Impressions"))]));
    let (clicks, impressions) = (Count::Clicks, Count::Impressions);
    let ctr = ReportedRate {
        name: "ctr".into(),
        column: rate("CTR", RateUnit::Percent),
        of: clicks,
        among: impressions,
    };
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
fn blank_is_one_word_for_all_counts_or_one_for_each() {
    let blank = |text: &str| {
        let with = format!("optional: [impressions]\n      blank: {text}");
        let (platform, problems) = read_platform(&[("optional: [impressions]", with.as_str())]);
        assert_eq!(problems, <[&str; 0]>::default());
        let Rows::Counts(counts) = platform.unwrap().exports.remove(0).rows else { panic!("not counts") };
        counts.blank
    };
    let (entries, dwell) = (Count::Entries, Count::Dwell);
    // Impressions are divided by a rate, and optional.
    assert_eq!(blank("zero"), BTreeMap::from([(entries, Blank::Zero), (dwell, Blank::Zero)]));
    assert_eq!(blank("reject"), BTreeMap::from([(entries, Blank::Reject), (dwell, Blank::Reject)]));
    let each = BTreeMap::from([(entries, Blank::Zero), (Count::Impressions, Blank::Unknown)]);
    assert_eq!(blank("{entries: zero, impressions: unknown}"), each);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
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
            "optional: [impressions]\n      blank: nothing",
            "line 29, `exports[0].columns.blank`: `nothing` is not what a blank cell means (expected: `unknown`, `zero`, \
             `reject`)",
        ),
        (
            "optional: [impressions]",
            "optional: [impressions]\n      blank: {clicks: zero}",
            "line 29, `exports[0].columns.blank.clicks`: `clicks` is not among the counts of this export",
        ),
        (
            "optional: [impressions]",
            "optional: [impressions]\n      blank: {impressions: zero}",
            "line 29, `exports[0].columns.blank.impressions`: `impressions` is divided by a rate, and without one it is \
             not 0 (expected `unknown` or `reject`)",
        ),
        (
            "optional: [impressions]",
            "optional: [impressions]\n      blank: {impressions: reject}",
            "line 29, `exports[0].columns.blank.impressions`: `impressions` is optional, so it may be missing (expected \
             `unknown` or `zero`)",
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
             `fraction`, `signed`)",
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
