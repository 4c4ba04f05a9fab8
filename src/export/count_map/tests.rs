//! Rows of counts from the file to the page.

use std::fs::File;
use std::io::{Seek, Write};

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::{Excerpt, ReadReport, read_page};
use super::*;
use crate::config::{
    ColumnName, Columns, CoverRows, CoverRule, Export, Extent, Format, Header, InstantColumn, InstantFormat,
    MarketRule, Newest, NumberStyle, Order, Otherwise, PathPart, PathPattern, Period, PeriodEnd, RateColumn, Rows,
    TextRule, Totals, ZoneRule,
};
use crate::model::{Bounds, CheckScope, CountSet, Verdict};

fn name(name: &str) -> ColumnName {
    ColumnName::new(name)
}

fn percent(column: &str) -> RateColumn {
    RateColumn { column: name(column), is_percent: true }
}

fn stated(column: &str) -> CountRule {
    CountRule::Column(name(column))
}

fn rate(rate: &str, column: &str, of: Count, among: Count) -> ReportedRate {
    ReportedRate { name: rate.to_owned(), column: percent(column), of, among }
}

/// An export of CSV whose rows are days in UTC of broadcasts.
struct Mapping {
    rows: CountRows,
    columns: Columns,
    entry_is_click: bool,
    max_rows: usize,
}

impl Mapping {
    fn of<const N: usize>(counts: [(Count, CountRule); N]) -> Self {
        Self {
            rows: CountRows {
                period: Period::Day {
                    date: name("day"),
                    pattern: "%Y-%m-%d".into(),
                    zone: ZoneRule::Named(Zone::utc()),
                    hour: None,
                },
                newest: Newest { by: Order::Name, per: Extent::Period },
                fallback_for: None,
                counts: BTreeMap::from(counts),
                optional: CountSet::default(),
                rates: Vec::new(),
                totals: Totals::default(),
                numbers: NumberStyle::default(),
                skip: BTreeMap::new(),
            },
            columns: Columns {
                market: MarketRule::Value(MarketId::new("US")),
                broadcast_id: TextRule::Column(name("room")),
                cover_id: CoverRule::Log,
                audience: Vec::new(),
            },
            entry_is_click: false,
            max_rows: 1_000,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut CountRows)) -> Self {
        change(&mut self.rows);
        self
    }

    fn try_read(self, text: &str) -> Result<(ReadReport, Page), ExportError> {
        read_text(Rows::Counts(Box::new(self.rows)), self.columns, self.entry_is_click, self.max_rows, text)
    }

    fn read(self, text: &str) -> Read {
        let (report, page) = self.try_read(text).unwrap();
        assert_eq!(report.taken, page.rows.len() as u64);
        assert_eq!(report.rows_in, report.taken + report.ignored + report.rejected);
        Read { report, page }
    }
}

fn read_text(
    rows: Rows,
    columns: Columns,
    entry_is_click: bool,
    max_rows: usize,
    text: &str,
) -> Result<(ReadReport, Page), ExportError> {
    let export = Export {
        name: "days".into(),
        rows,
        path: PathPattern { text: "days.csv".into(), parts: vec![PathPart::Literal("days.csv".into())] },
        day_zone: Zone::utc(),
        early_days: 0,
        late_days: 0,
        format: Format::Delimited { delimiter: b';', encoding: None, header: Header::FIRST_LINE },
        columns,
    };
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    let markets = BTreeMap::from([
        (MarketId::new("US"), Zone::named("America/New_York").unwrap()),
        (MarketId::new("DE"), Zone::named("Europe/Berlin").unwrap()),
    ]);
    let reading = Reading {
        export: &export,
        entry_is_click,
        path: &PathValues::default(),
        markets: &markets,
        stay_seconds: 60,
        excerpt: Excerpt { chars: 40, viewer_ids: false },
    };
    read_page(&reading, file, max_rows)
}

struct Read {
    report: ReadReport,
    page: Page,
}

impl Read {
    /// The bounds of a count in every row; `?` where it is not known, `~` behind it where it is derived.
    fn counts(&self, count: Count) -> Vec<String> {
        let of = |row: &CountRow| match row.figures.get(count) {
            None => "?".to_owned(),
            Some(Measure { low, value, high }) => {
                let tilde = if row.figures.derived.has(count) { "~" } else { "" };
                if low == high { format!("{value}{tilde}") } else { format!("{low} {value} {high}{tilde}") }
            }
        };
        self.page.rows.iter().map(of).collect()
    }

    fn rejects(&self) -> Vec<String> {
        let text = |reject: &crate::model::Reject| {
            format!("{} {} {}", reject.record, reject.reason.word(), reject.column.as_deref().unwrap_or("-"))
        };
        self.report.rejects.iter().map(text).collect()
    }

    /// Metric, rows, rows off, verdict.
    fn checks(&self) -> Vec<String> {
        let text = |check: &Check| {
            let Check { metric, rows, rows_off, .. } = check;
            format!("{} {metric} {rows} {rows_off}: {}", check.scope.word(), check.verdict.word())
        };
        self.report.checks.iter().map(text).collect()
    }
}

fn us(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

#[test]
fn a_row_is_counts_over_an_interval() {
    let read = Mapping::of([(Count::Impressions, stated("shown")), (Count::Entries, stated("views"))])
        .read("day;room;shown;views\n2026-08-24; -7652;434,944,680;1.00K\n2026-08-25;7653;12;-\n");
    assert_eq!(read.counts(Count::Impressions), ["434944680", "12"]);
    assert_eq!(read.counts(Count::Entries), ["995 1000 1004~", "?"]);
    assert_eq!(read.counts(Count::Clicks), ["?", "?"]);
    let row = &read.page.rows[0];
    assert_eq!((row.record, row.stage, row.is_all_day), (1, 0, true));
    assert_eq!((row.start_us, row.end_us), (us("2026-08-24T00:00:00Z"), us("2026-08-25T00:00:00Z")));
    let stage = &read.page.stages[0];
    assert_eq!((stage.broadcast_id.as_str(), stage.cover_id.as_deref()), ("-7652", None));
    assert_eq!((stage.market.as_str(), stage.audience.as_str()), ("US", "all"));
}

#[test]
fn impressions_and_dwell_follow_from_rounded_rates() {
    let impressions = CountRule::DividedBy { of: Count::Entries, by: percent("tap") };
    let dwell =
        CountRule::Times { of: Count::Entries, by: RateColumn { column: name("mean"), is_percent: false } };
    let read = Mapping::of([
        (Count::Impressions, impressions),
        (Count::Entries, stated("views")),
        (Count::Dwell, dwell),
    ])
    .read("day;room;views;tap;mean\n2026-08-24;a;1000;1.35%;1m28s\n2026-08-24;b;3;0.00%;-\n2026-08-24;c;-;5;2s\n");
    assert_eq!(read.counts(Count::Impressions), ["73801 74074 74349~", "?", "?"]);
    assert_eq!(read.counts(Count::Dwell), ["87500000 88000000 88500000~", "?", "?"]);
    assert_eq!(read.counts(Count::Entries), ["1000", "3", "?"]);
}

#[test]
fn where_the_entry_is_the_click_entries_are_clicks() {
    let counts = [(Count::Entries, stated("views")), (Count::Entrants, stated("viewers"))];
    let text = "day;room;views;viewers\n2026-08-24;a;1.2K;900\n";
    let mut mapping = Mapping::of(counts.clone());
    mapping.entry_is_click = true;
    let read = mapping.read(text);
    assert_eq!(read.counts(Count::Clicks), ["1150 1200 1249~"]);
    assert_eq!(read.counts(Count::Clickers), ["900"]);
    assert_eq!(Mapping::of(counts).read(text).counts(Count::Clicks), ["?"]);
}

#[test]
fn bad_rows_are_rejects_that_name_the_cause() {
    let read = Mapping::of([(Count::Impressions, stated("shown"))]).read(
        "day;room;shown\n2026-08-24;a;many\n24.08.2026;a;1\n2026-08-24;7.65142E+18;1\n2026-08-24;;1\n2026-08-24;a;-5\n\
         2026-08-24;a;1.35\n2026-08-24;a\n;a;1\n",
    );
    let expected = [
        "1 bad_number shown",
        "2 bad_time day",
        "3 mangled_id room",
        "4 missing_value room",
        "5 bad_number shown",
        "6 bad_number shown",
        "7 field_count -",
        "8 missing_value day",
    ];
    assert_eq!(read.rejects(), expected);
    assert_eq!(read.report.rejects[0].text.as_deref(), Some("2026-08-24;a;many"));
    assert_eq!(read.report.taken, 0);
}

#[test]
fn a_total_is_compared_and_never_counted() {
    let counts = || [(Count::Impressions, stated("shown")), (Count::Entrants, stated("viewers"))];
    let read = Mapping::of(counts()).read(
        "day;room;shown;viewers\nTotal;;30;12\n2026-08-24;a;10;7\n2026-08-24;b;20;8\n2026-08-24;合计;29;15\n\
         Total of 5928 results;-\n",
    );
    assert_eq!(read.counts(Count::Impressions), ["10", "20"]);
    assert_eq!((read.report.taken, read.report.ignored, read.report.rejected), (2, 3, 0));
    let expected = [
        "total impressions 2 0: equal within rounding",
        "total entrants 2 1: cannot tell",
        "total impressions 2 1: cannot tell",
        "total entrants 2 0: equal within rounding",
        "total impressions 2 0: cannot tell",
        "total entrants 2 0: cannot tell",
    ];
    assert_eq!(read.checks(), expected);
    let sum = Bounds { low: 30.0, value: 30.0, high: 30.0 };
    assert_eq!((read.report.checks[0].reported, read.report.checks[0].recomputed), (Some(sum), Some(sum)));
    assert_eq!(read.report.checks[4].reported, None);
}

#[test]
fn a_total_beyond_the_rows_of_a_capped_export_is_no_wonder() {
    let mapping = |cap| Mapping::of([(Count::Impressions, stated("shown"))]).with(|rows| rows.totals.cap = cap);
    let text = "day;room;shown\nGesamt;;31\n2026-08-24;a;10\n2026-08-24;b;20\n";
    assert_eq!(mapping(Some(2)).read(text).checks(), ["total impressions 2 1: export is capped"]);
    assert_eq!(mapping(Some(3)).read(text).checks(), ["total impressions 2 1: cannot tell"]);
    assert_eq!(mapping(None).read(text).checks(), ["total impressions 2 1: cannot tell"]);
    let less = text.replace("31", "29");
    assert_eq!(mapping(Some(2)).read(&less).checks(), ["total impressions 2 1: cannot tell"]);
}

#[test]
fn rounded_totals_equal_what_they_can_be() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
    let text = "day;room;shown\nTotal;;2.5K\n2026-08-24;a;1.2K\n2026-08-24;b;1.3K\n";
    assert_eq!(mapping().read(text).checks(), ["total impressions 2 0: equal within rounding"]);
    // 1,150 to 1,249 and 1,250 to 1,349 are 2,400 to 2,598; 2.7K is 2,650 at least.
    let off = text.replace("2.5K", "2.7K");
    assert_eq!(mapping().read(&off).checks(), ["total impressions 2 1: cannot tell"]);
}

#[test]
fn a_total_is_of_all_rows_also_those_of_other_markets() {
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]);
    mapping.columns.market =
        MarketRule::Column { column: name("market"), values: BTreeMap::new(), otherwise: Otherwise::Ignore };
    let read = mapping.read("day;room;shown;market\n2026-08-24;a;10;US\n2026-08-24;a;20;FR\nTotal;;30;\n");
    assert_eq!((read.report.taken, read.report.ignored), (1, 2));
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

#[test]
fn a_row_that_cannot_be_read_leaves_the_total_untold() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
    let read = mapping().read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;x\nTotal;;10\n");
    assert_eq!(read.checks(), ["total impressions 1 0: cannot tell"]);
    let read = mapping().read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;-\nTotal;;10\n");
    assert_eq!(read.checks(), ["total impressions 2 0: cannot tell"]);
}

#[test]
fn skipped_rows_are_not_counted() {
    let mapping = || {
        Mapping::of([(Count::Impressions, stated("shown"))])
            .with(|rows| rows.skip = BTreeMap::from([(name("test"), BTreeSet::from(["1".into(), "true".into()]))]))
    };
    let text = "day;room;shown;test\n2026-08-24;a;10;0\n2026-08-24;b;20;TRUE\n2026-08-24;c;5;1\nTotal;;35;\n";
    let read = mapping().read(text);
    assert_eq!(read.counts(Count::Impressions), ["10"]);
    assert_eq!((read.report.taken, read.report.ignored), (1, 3));
    assert_eq!(read.checks(), ["total impressions 1 0: equal within rounding"], "with those left out");
    let without = mapping().read(&text.replace("35", "10"));
    assert_eq!(without.checks(), ["total impressions 1 0: equal within rounding"]);
}

#[test]
fn totals_say_so_in_a_column_and_words_of_their_own() {
    let mapping = |words: &[&str]| {
        Mapping::of([(Count::Impressions, stated("shown"))]).with(|rows| {
            rows.totals.column = Some(name("what"));
            rows.totals.words = words.iter().map(|word| (*word).to_owned()).collect();
        })
    };
    let text = "day;room;shown;what\n2026-08-24;Total;10;live\n2026-08-24;;10;Alle Videos\n";
    let read = mapping(&["alle videos"]).read(text);
    assert_eq!((read.report.taken, read.report.ignored), (1, 1), "a broadcast may be called Total");
    assert_eq!(mapping(&[]).read(text).rejects(), ["2 missing_value room"]);
}

#[test]
fn a_rate_that_is_another_ratio_is_mis_mapped() {
    let counts = || [(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))];
    let mapping = || {
        Mapping::of(counts()).with(|rows| rows.rates = vec![rate("ctr", "CTR", Count::Clicks, Count::Impressions)])
    };
    let header = "day;room;shown;clicks;CTR\n";
    let right =
        "2026-08-24;a;1000;14;1.40%\n2026-08-24;b;2976;1275;42.84\n2026-08-24;c;0;0;-\n2026-08-24;d;5;0;0%\n";
    let read = mapping().read(&format!("{header}{right}"));
    assert_eq!(read.checks(), ["row ctr 2 0: equal within rounding"]);
    let wrong = right.replace("1.40%", "4.28%").replace("42.84", "3.1");
    let read = mapping().read(&format!("{header}{wrong}"));
    assert_eq!(read.checks(), ["row ctr 2 2: mis-mapped"]);
    // 1,275 ÷ 2,976 = 42.84…% against 3.1 % is farther off than 1.4 % against 4.28 %.
    let check = &read.report.checks[0];
    assert_eq!(check.scope, CheckScope::Row);
    let reported = check.reported.unwrap();
    assert_eq!((reported.low, reported.value, reported.high), (0.0305, 0.031, 0.0315));
    assert!((check.recomputed.unwrap().value - 0.428_427).abs() < 1e-6);
    assert_eq!(read.report.taken, 4, "a rate that is off rejects nothing by itself");
}

#[test]
fn one_row_in_three_that_is_off_tells_nothing() {
    let counts = [(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))];
    let read = Mapping::of(counts)
        .with(|rows| rows.rates = vec![rate("ctr", "CTR", Count::Clicks, Count::Impressions)])
        .read("day;room;shown;clicks;CTR\n2026-08-24;a;100;1;1%\n2026-08-24;a;100;2;2%\n2026-08-24;a;100;3;9%\n");
    assert_eq!(read.checks(), ["row ctr 3 1: cannot tell"]);
}

#[test]
fn a_rate_in_percent_stands_beside_one_as_a_fraction() {
    let counts = [(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))];
    let fraction = ReportedRate {
        name: "as_fraction".into(),
        column: RateColumn { column: name("share"), is_percent: false },
        of: Count::Clicks,
        among: Count::Impressions,
    };
    let read = Mapping::of(counts)
        .with(|rows| rows.rates = vec![rate("ctr", "CTR", Count::Clicks, Count::Impressions), fraction])
        .read("day;room;shown;clicks;CTR;share\n2026-08-24;a;2976;1275;42.84;0.42842741935483869\n");
    let expected = ["row ctr 1 0: equal within rounding", "row as_fraction 1 0: equal within rounding"];
    assert_eq!(read.checks(), expected);
}

#[test]
fn rows_of_equal_keys_are_all_counted() {
    let read = Mapping::of([(Count::Impressions, stated("shown"))])
        .read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;10\nTotal;;20\n");
    assert_eq!(read.counts(Count::Impressions), ["10", "10"]);
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

#[test]
fn a_total_among_audiences_is_one_too() {
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]);
    mapping.columns.audience = vec![name("gender")];
    let read =
        mapping.read("day;room;shown;gender\n2026-08-24;a;10;f\n2026-08-24;a;5;m\n2026-08-24;a;15;Gesamt\n");
    assert_eq!(read.counts(Count::Impressions), ["10", "5"]);
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

#[test]
fn a_platform_that_cuts_digits_off_is_not_mis_mapped() {
    // 17 ÷ 1,000 is 1.7 %, 29 ÷ 1,000 is 2.9 %; cut to whole percent, not rounded.
    let counts = [(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))];
    let read = Mapping::of(counts)
        .with(|rows| rows.rates = vec![rate("ctr", "CTR", Count::Clicks, Count::Impressions)])
        .read("day;room;shown;clicks;CTR\n2026-08-24;a;1000;17;1%\n2026-08-24;a;1000;29;2%\n");
    assert_eq!(read.checks(), ["row ctr 2 2: cannot tell"]);
}

#[test]
fn a_rate_does_not_prove_itself() {
    let impressions = CountRule::DividedBy { of: Count::Entries, by: percent("tap") };
    let read = Mapping::of([(Count::Impressions, impressions), (Count::Entries, stated("views"))])
        .with(|rows| {
            rows.rates = vec![
                rate("room_rate", "tap", Count::Entries, Count::Impressions),
                rate("missing", "nowhere", Count::Entries, Count::Impressions),
            ];
        })
        .try_read("day;room;views;tap\n2026-08-24;a;1000;1.35%\n");
    // The decoders settle whether an export can do without a column.
    if let Ok((report, page)) = read {
        let read = Read { report, page };
        assert_eq!(read.checks(), ["row room_rate 0 0: cannot tell", "row missing 0 0: cannot tell"]);
        assert_eq!(read.report.checks[0].reported, None);
    }
}

#[test]
fn mean_dwell_is_checked_in_seconds() {
    let counts = [(Count::Entries, stated("views")), (Count::Dwell, stated("watched"))];
    let read = Mapping::of(counts)
        .with(|rows| rows.rates = vec![rate("mean_dwell", "mean", Count::Dwell, Count::Entries)])
        .read("day;room;views;watched;mean\n2026-08-24;a;100;8800;1m28s\nTotal;;100;2:26:40;\n");
    assert_eq!(read.counts(Count::Dwell), ["8800000"]);
    assert_eq!(
        read.checks(),
        [
            "total entries 1 0: equal within rounding",
            "total dwell_seconds 1 0: equal within rounding",
            "row mean_dwell 1 0: equal within rounding"
        ]
    );
    let total = read.report.checks[1].reported.unwrap();
    assert_eq!((total.low, total.value, total.high), (8_800.0, 8_800.0, 8_800.0));
}

#[test]
fn numbers_are_read_in_their_style() {
    let read = Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))])
        .with(|rows| rows.numbers = NumberStyle { decimal: ',', group: '.' })
        .read(
            "day;room;shown;clicks\n2026-08-24;a;1.234;Rp 1.000\n2026-08-24;a;1,3JT;2,5 rb\n2026-08-24;a;1.35;1\n",
        );
    assert_eq!(read.counts(Count::Impressions), ["1234", "1250000 1300000 1349999~"]);
    assert_eq!(read.counts(Count::Clicks), ["1000", "2450 2500 2549~"]);
    assert_eq!(read.rejects(), ["3 bad_number shown"]);
}

#[test]
fn the_latest_row_says_when_the_object_was_made() {
    let created = InstantColumn { column: name("made"), format: InstantFormat::Rfc3339 };
    let read = Mapping::of([(Count::Impressions, stated("shown"))])
        .with(|rows| rows.newest.by = Order::Column(created))
        .read(
            "day;room;shown;made\n2026-08-24;a;1;2026-08-25T02:00:00Z\n2026-08-24;b;1;2026-08-25T01:00:00Z\n\
             2026-08-24;b;1;soon\n",
        );
    assert_eq!(read.page.created_us, Some(us("2026-08-25T02:00:00Z")));
    assert_eq!(read.rejects(), ["3 bad_time made"]);
}

#[test]
fn more_rows_than_can_be_kept_refuse_the_export() {
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]);
    mapping.max_rows = 1;
    let error = mapping.try_read("day;room;shown\n2026-08-24;a;1\n2026-08-24;b;1\n").unwrap_err();
    assert!(matches!(error, ExportError::TooManyRows(1)), "{error}");
}

#[test]
fn a_span_of_the_markets_clock() {
    let wall = |column: &str| InstantColumn {
        column: name(column),
        format: InstantFormat::Pattern {
            pattern: "%d/%m/%Y %H:%M".into(),
            wall: Some(crate::config::WallClock {
                zone: ZoneRule::Market,
                gap: crate::config::GapPolicy::Reject,
                fold: crate::config::FoldPolicy::Reject,
            }),
        },
    };
    let mut mapping = Mapping::of([(Count::Impressions, stated("shown"))]).with(|rows| {
        rows.period = Period::Span { start: wall("from"), end: PeriodEnd::Length(name("length")) };
    });
    mapping.columns.market =
        MarketRule::Column { column: name("market"), values: BTreeMap::new(), otherwise: Otherwise::Reject };
    let read = mapping.read(
        "market;from;length;room;shown\nUS;24/08/2026 20:00;2h3m;a;1\nDE;24/08/2026 20:00;2:03:00;a;1\n\
         DE;29/03/2026 02:30;60;a;1\nDE;24/08/2026 20:00;900:00:00;a;1\n",
    );
    let spans: Vec<(i64, i64)> = read.page.rows.iter().map(|row| (row.start_us, row.end_us)).collect();
    assert_eq!(spans[0], (us("2026-08-25T00:00:00Z"), us("2026-08-25T02:03:00Z")));
    assert_eq!(spans[1], (us("2026-08-24T18:00:00Z"), us("2026-08-24T20:03:00Z")));
    assert_eq!(read.rejects(), ["3 time_in_gap from", "4 interval_too_long length"]);
    assert!(!read.page.rows[0].is_all_day);
}

fn covers(text: &str) -> (ReadReport, Page) {
    let at = |column: &str| InstantColumn { column: name(column), format: InstantFormat::Rfc3339 };
    let rows = CoverRows {
        from: at("from"),
        until: Some(at("to")),
        newest: Newest { by: Order::Name, per: Extent::Broadcast },
    };
    let columns = Columns {
        market: MarketRule::Value(MarketId::new("US")),
        broadcast_id: TextRule::Column(name("room")),
        cover_id: CoverRule::Row(TextRule::Column(name("cover"))),
        audience: Vec::new(),
    };
    read_text(Rows::Covers(Box::new(rows)), columns, false, 10, text).unwrap()
}

#[test]
fn a_log_of_covers_says_what_was_on_air() {
    let (report, page) = covers(
        "room;cover;from;to\na;c1;2026-08-24T20:00:00Z;2026-08-24T21:00:00Z\na;c2;2026-08-24T21:00:00Z;\n\
         a;c3;2026-08-24T21:00:00Z;-\na;c4;2026-08-24T21:00:00Z;2026-08-24T21:00:00Z\na;;2026-08-24T21:00:00Z;\n",
    );
    assert_eq!((report.taken, report.ignored, report.rejected), (3, 0, 2));
    let on_air: Vec<_> =
        page.on_air.iter().map(|on| (on.record, on.cover_id.as_str(), on.from_us, on.until_us)).collect();
    let nine = us("2026-08-24T21:00:00Z");
    assert_eq!(
        on_air,
        [(1, "c1", us("2026-08-24T20:00:00Z"), Some(nine)), (2, "c2", nine, None), (3, "c3", nine, None)]
    );
    let reasons: Vec<Reason> = report.rejects.iter().map(|reject| reject.reason).collect();
    assert_eq!(reasons, [Reason::EmptyInterval, Reason::MissingValue]);
    assert!(report.checks.is_empty());
}

proptest! {
    #[test]
    fn a_total_row_never_changes_a_sum(
        shown in prop::collection::vec(0..1_000_000_u64, 1..20),
        total in any::<u32>(),
        at in any::<prop::sample::Index>(),
        word in prop::sample::select(vec!["Total", "合计", "Jumlah", "Tổng cộng", "Итого", "Total of 9 results", "GESAMT:"]),
        in_room in any::<bool>(),
    ) {
        let mapping = || Mapping::of([(Count::Impressions, stated("shown"))]);
        let mut lines: Vec<String> = shown.iter().map(|shown| format!("2026-08-24;a;{shown}")).collect();
        let plain = mapping().read(&format!("day;room;shown\n{}\n", lines.join("\n")));
        let total_line = if in_room { format!(";{word};{total}") } else { format!("{word};;{total}") };
        lines.insert(at.index(lines.len() + 1), total_line);
        let totalled = mapping().read(&format!("day;room;shown\n{}\n", lines.join("\n")));
        prop_assert_eq!(plain.counts(Count::Impressions), totalled.counts(Count::Impressions));
        prop_assert_eq!(totalled.report.ignored, 1);
        let is_equal = totalled.report.checks[0].verdict == Verdict::Equal;
        prop_assert_eq!(is_equal, shown.iter().sum::<u64>() == u64::from(total));
    }
}

#[test]
fn rows_that_are_rejected_leave_no_stage_behind() {
    let text = "day;room;views\nx;r0;1\n2026-11-20;r1;2\nx;r2;3\nx;r1;4\n2026-11-20;r2;5\n2026-11-20;r1;-7\n2026-11-20;r0;6\n";
    let read = Mapping::of([(Count::Entries, stated("views"))]).read(text);
    let rooms: Vec<&str> = read.page.stages.iter().map(|stage| stage.broadcast_id.as_str()).collect();
    assert_eq!(rooms, ["r1", "r2", "r0"]);
    let rows: Vec<(u32, u64)> = read.page.rows.iter().map(|row| (row.stage, row.figures.value.entries)).collect();
    assert_eq!(rows, [(0, 2), (1, 5), (2, 6)]);
    assert_eq!(read.report.rejected, 4);
}

#[test]
fn clickers_of_their_own_are_not_made_of_entrants_too() {
    let counts = [
        (Count::Entries, stated("views")),
        (Count::Entrants, stated("viewers")),
        (Count::Clickers, stated("tappers")),
    ];
    let mut mapping = Mapping::of(counts);
    mapping.entry_is_click = true;
    let read = mapping.read("day;room;views;viewers;tappers\n2026-11-20;r1;100;80;70\n");
    assert_eq!(read.counts(Count::Clickers), ["70"]);
    assert_eq!(read.counts(Count::Clicks), ["100"]);
}
