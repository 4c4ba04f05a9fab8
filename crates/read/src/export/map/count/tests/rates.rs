//! Reported ratios, compared with the counts of their rows.

use super::*;

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
        column: RateColumn { column: name("share"), unit: RateUnit::Fraction },
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
        .read("day;room;views;tap\n2026-08-24;a;1000;1.35%\n");
    assert_eq!(read.checks(), ["row room_rate 0 0: cannot tell", "row missing 0 0: cannot tell"]);
    assert_eq!(read.report.checks[0].reported, None);
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
fn a_stated_count_goes_before_the_derived_one_and_is_held_against_the_rate() {
    let impressions = || CountRule::DividedBy { of: Count::Entries, by: percent("tap") };
    let mapping = || {
        Mapping::of([(Count::Impressions, impressions()), (Count::Entries, stated("views"))]).with(|rows| {
            rows.stated = [(Count::Impressions, name("shown"))].into();
            rows.rates = vec![rate("room_rate", "tap", Count::Entries, Count::Impressions)];
        })
    };
    let header = "day;room;views;tap;shown\n";
    let read = mapping().read(&format!("{header}2026-08-24;a;1000;1.35%;74000\n2026-08-24;b;1000;1.35%;-\n"));
    assert_eq!(read.counts(Count::Impressions), ["74000", "73801 74074 74349~"]);
    assert_eq!(read.checks(), ["row room_rate 1 0: equal within rounding"]);
    // 1,000 of 70,000 are 1.43 %: the column is not the rate of these impressions.
    let read = mapping().read(&format!("{header}2026-08-24;a;1000;1.35%;70000\n"));
    assert_eq!(read.checks(), ["row room_rate 1 1: mis-mapped"]);
    let read = mapping().read("day;room;views;tap\n2026-08-24;a;1000;1.35%\n");
    assert_eq!(read.counts(Count::Impressions), ["73801 74074 74349~"]);
    let read = mapping().read(&format!("{header}2026-08-24;a;1000;1.35%;many\n"));
    assert_eq!(read.rejects(), ["1 bad_number shown"]);
}

#[test]
fn far_more_of_a_part_than_of_the_whole_is_no_row() {
    let by_rate = |unit| {
        let by = RateColumn { column: name("CTR"), unit };
        let of = Count::Impressions;
        Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, CountRule::Times { of, by })])
    };
    let text = "day;room;shown;CTR\n2026-08-24;a;20000;4.05\n2026-08-24;b;20000;0.5\n2026-08-24;c;3;1.5\n";
    let read = by_rate(RateUnit::Fraction).read(text);
    assert_eq!(read.rejects(), ["1 part_exceeds_whole CTR", "3 part_exceeds_whole CTR"]);
    assert_eq!(by_rate(RateUnit::Percent).read(text).report.taken, 3);
    assert_eq!(
        by_rate(RateUnit::Signed).read(text).rejects(),
        ["1 bad_number CTR", "2 bad_number CTR", "3 bad_number CTR"]
    );
    let divided = |may_exceed: CountSet| {
        let by = RateColumn { column: name("CTR"), unit: RateUnit::Signed };
        let rule = CountRule::DividedBy { of: Count::Entries, by };
        let counts = [(Count::Entries, stated("views")), (Count::Impressions, rule)];
        Mapping::of(counts).with(|rows| rows.may_exceed = may_exceed)
    };
    let text = "day;room;views;CTR\n2026-08-24;a;810;405%\n2026-08-24;b;810;4.05%\n";
    assert_eq!(divided(CountSet::default()).read(text).rejects(), ["1 part_exceeds_whole CTR"]);
    // Who came another way than by the cover is counted among those who came.
    assert_eq!(divided(CountSet::default().with(Count::Entries)).read(text).report.taken, 2);
}

#[test]
fn a_little_more_is_late_or_an_estimate_unless_it_is_so_all_over() {
    let mapping = || Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, stated("clicks"))]);
    let header = "day;room;shown;clicks\n";
    let late = "2026-08-24;a;0;5\n2026-08-24;b;100000;100900\n2026-08-24;c;5000;90\n";
    assert_eq!(mapping().read(&format!("{header}{late}")).report.taken, 3);
    let all_over = (0..30).map(|n| format!("2026-08-24;r{n};2;5\n")).collect::<Vec<_>>().concat();
    let refused = mapping().try_read(&format!("{header}{all_over}")).map(|_| ()).unwrap_err().to_string();
    assert!(refused.starts_with("it counts 150 `clicks` of 60 `impressions`, which cannot be"), "{refused}");
    // Entries are no part of impressions: people come other ways than by the cover.
    let entries = Mapping::of([(Count::Impressions, stated("shown")), (Count::Entries, stated("clicks"))]);
    assert_eq!(entries.read(&format!("{header}{all_over}")).report.taken, 30);
}
