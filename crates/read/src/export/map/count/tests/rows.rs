//! Rows of counts: what a row says, and what makes it a reject.

use super::*;

#[test]
fn a_row_is_counts_over_an_interval() {
    let read = Mapping::of([(Count::Impressions, stated("shown")), (Count::Entries, stated("views"))])
        .read("day;room;shown;views\n2026-08-24; -7652;434,944,680;1.00K\n2026-08-25;7653;12;-\n");
    assert_eq!(read.counts(Count::Impressions), ["434944680", "12"]);
    assert_eq!(read.counts(Count::Entries), ["995 1000 1005~", "?"]);
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
    let dwell = CountRule::Times {
        of: Count::Entries,
        by: RateColumn { column: name("mean"), unit: RateUnit::Length(1_000) },
    };
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
    assert_eq!(read.counts(Count::Clicks), ["1150 1200 1250~"]);
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
fn rows_of_equal_keys_are_all_counted() {
    let read = Mapping::of([(Count::Impressions, stated("shown"))])
        .read("day;room;shown\n2026-08-24;a;10\n2026-08-24;a;10\nTotal;;20\n");
    assert_eq!(read.counts(Count::Impressions), ["10", "10"]);
    assert_eq!(read.checks(), ["total impressions 2 0: equal within rounding"]);
}

#[test]
fn numbers_are_read_in_their_style() {
    let read = Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))])
        .with(|rows| rows.numbers = NumberStyle { decimal: ',', group: '.' })
        .read(
            "day;room;shown;clicks\n2026-08-24;a;1.234;Rp 1.000\n2026-08-24;a;1,3JT;2,5 rb\n2026-08-24;a;1.35;1\n",
        );
    assert_eq!(read.counts(Count::Impressions), ["1234", "1250000 1300000 1350000~"]);
    assert_eq!(read.counts(Count::Clicks), ["1000", "2450 2500 2550~"]);
    assert_eq!(read.rejects(), ["3 bad_number shown"]);
}

#[test]
fn the_latest_row_says_when_the_object_was_made() {
    let created = InstantColumn { column: name("made"), time: None, format: InstantFormat::Rfc3339 };
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
        time: None,
        format: InstantFormat::Pattern {
            pattern: "%d/%m/%Y %H:%M".into(),
            wall: Some(coverledger_config::WallClock {
                zone: ZoneRule::Market,
                gap: coverledger_config::GapPolicy::Reject,
                fold: coverledger_config::FoldPolicy::Reject,
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
