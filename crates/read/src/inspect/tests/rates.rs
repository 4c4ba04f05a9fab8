//! Which column is the cover's rate.

use std::fmt::Write as _;

use super::super::{Proof, Verdict};
use super::*;

/// 2,976 ÷ 220,415 = 1.350 %, 1,275 ÷ 4,000 = 31.875 %, 1,275 ÷ 2,976 = 42.84 %, and so on.
pub(super) const TIKTOK: &str = "
    Report of 2026-11-01 ~ 2026-11-30
    |
    LIVE ID | LIVE name | Start time | LIVE duration | Impressions | Views | Viewers | Tap-through rate | Product impressions | Product clicks | CTR | LIVE CTR | Avg. viewing duration
    Live | Name | Local start | How long | Times shown | Entries | Persons | Views by impressions | Shown | Tapped | Clicks by shown | Clicks by views | Mean
    7651420000000000001 | One | 2026-11-20 19:00:00 | 2h1m5s | 220415 | 2976 | 2500 | 1.35% | 4000 | 1275 | 31.88% | 42.84% | 1m28s
    7651420000000000002 | Two | 2026-11-21 19:00:00 | 1h0m0s | 100000 | 1234 | 1100 | 1.23% | 2000 | 500 | 25.00% | 40.52% | 18.28s
    7651420000000000003 | Three | 2026-11-22 19:30:00 | 59m10s | 50000 | 900 | 850 | 1.80% | 1000 | 333 | 33.30% | 37.00% | 55s
    7651420000000000004 | Four | 2026-11-23 19:00:00 | 30m0s | 12000 | 77 | 70 | 0.64% | 100 | 9 | 9.00% | 11.69% | 12s";

#[test]
fn a_tap_through_rate_is_proven_to_be_views_by_impressions() {
    let peek = sheet("Sheet1", TIKTOK);
    assert_eq!(
        said(&peek, "cover's rate"),
        ["`Tap-through rate` = Views ÷ Impressions (4 of 4 rows): the click is the room entry"]
    );
    assert_eq!(
        said(&peek, "other rates"),
        [
            "`CTR` = Product clicks ÷ Product impressions (4 of 4 rows): a rate of products shown in the room: NOT the cover's rate",
            "`LIVE CTR` = Product clicks ÷ Views (4 of 4 rows): what people tap once they are in the room: NOT the cover's rate",
        ]
    );
    // It is told once: with the rates.
    assert_eq!(said(&peek, "contradictions"), <[&str; 0]>::default());
    assert_eq!(
        look(&peek).doubts,
        [
            "`CTR` sounds like the cover's rate, but is Product clicks ÷ Product impressions in 4 of 4 rows",
            "`LIVE CTR` sounds like the cover's rate, but is Product clicks ÷ Views in 4 of 4 rows",
        ]
    );
    assert_eq!(look(&peek).verdict, Verdict::Proven { relation: 0, click_is_entry: true });
}

#[test]
fn one_row_that_does_not_fit_unproves_a_rate_of_four() {
    // 1.35% of 220,415 is 2,976; 1.45% is not.
    let peek = sheet("Sheet1", &TIKTOK.replace("1.35%", "1.45%"));
    let finding = look(&peek);
    let relation =
        finding.relations.iter().find(|relation| finding.columns[relation.rate].name == "Tap-through rate");
    let relation = relation.unwrap();
    assert_eq!((relation.proof, relation.fits, relation.rows), (Proof::Partly, 3, 4));
    let rate = finding.columns.iter().position(|column| column.name == "Tap-through rate").unwrap();
    assert_eq!(finding.verdict, Verdict::Claimed { rate, click_is_entry: true });
    assert_eq!(said(&peek, "contradictions")[0], "`Tap-through rate` is Views ÷ Impressions in 3 of 4 rows only");
}

#[test]
fn a_row_that_another_quotient_does_not_explain_refutes_it() {
    // Everybody who tapped came in, but for one in the last of sixty rows: 7 of 200 is 3.5 %, 6 of 200 is 3 %.
    let mut lines = "Start time | Impressions | Taps | Views | Tap rate\n".to_owned();
    for minute in 0..59 {
        let (taps, rate) = if minute % 2 == 0 { (5, "2.50%") } else { (8, "4.00%") };
        let _ = writeln!(lines, "2026-11-20 19:{minute:02}:00 | 200 | {taps} | {taps} | {rate}");
    }
    let _ = writeln!(lines, "2026-11-20 19:59:00 | 200 | 7 | 6 | 3.50%");
    let told = said(&text(&lines), "other rates");
    assert!(told[0].starts_with("`Tap rate` = Taps ÷ Impressions (60 of 60 rows)"), "{told:?}");
    assert_eq!(told.len(), 1, "{told:?}");
}

/// The only rate is product clicks by views: 1,275 ÷ 2,976 = 42.84 %. The total's is the mean of four rates:
/// (42.84 + 33.30 + 16.20 + 0) ÷ 4 = 23.085.
pub(super) const TRAP: &str = "
    Livestream | Start Time | Duration | Views | Viewers | Product Clicks | CTR | Orders | Sales (Rp)
    A | 2026-11-20 19:00 | 01:00:05 | 2976 | 2000 | 1275 | 42.84% | 12 | Rp 1.200.000
    B | 2026-11-21 19:00 | 01:10:05 | 1000 | 800 | 333 | 33.30% | 3 | Rp 900.000
    C | 2026-11-22 19:00 | 02:00:05 | 500 | 450 | 81 | 16.20% | 1 | Rp 100.000
    D | 2026-11-23 19:00 | 02:00:05 | 40 | 33 | 0 | 0.00% | 0 | Rp 0
    Total | | | 4516 | 3283 | 1689 | 23.09% | 16 | Rp 2.200.000";

#[test]
fn product_clicks_by_views_are_no_click_rate_of_the_cover() {
    let peek = text(TRAP);
    assert_eq!(
        said(&peek, "cover's rate"),
        [
            "NONE: this export yields no click rate of the cover",
            "- `CTR` = Product Clicks ÷ Views (4 of 4 rows): what people tap once they are in the room: NOT the cover's rate",
            "- no column counts how often the cover was shown",
        ]
    );
    assert_eq!(
        said(&peek, "contradictions"),
        [
            "`CTR` sounds like the cover's rate, but is Product Clicks ÷ Views in 4 of 4 rows",
            "the total's `CTR` is the mean of the rows' rates, not the rate of the summed counts",
        ]
    );
}

#[test]
fn clicks_by_views_are_no_click_rate_of_the_cover_whatever_they_are_called() {
    let peek = text(&TRAP.replace("Product Clicks", "Clicks"));
    assert!(matches!(look(&peek).verdict, Verdict::None(_)));
    let with_impressions = "
        Impressions | Views | Clicks | CTR
        90000 | 2976 | 1275 | 42.84%
        50000 | 1000 | 333 | 33.30%
        20000 | 500 | 81 | 16.20%";
    // The counts are there, and the column that calls itself CTR is still none.
    assert!(matches!(look(&text(with_impressions)).verdict, Verdict::Computable { are_entries: false, .. }));
}

#[test]
fn entries_by_impressions_are_offered_with_a_caveat() {
    assert_eq!(
        said(&text("Impressions | Views\n90000 | 2976\n50000 | 1000"), "cover's rate"),
        ["no column reports it; Views ÷ Impressions is it only if every entry comes by the cover"]
    );
}

pub(super) const REACH: &str = "
    date | channel_id | video_id | video_thumbnail_impressions | video_thumbnail_impressions_ctr | views
    20260901 | UCx | aaa | 1000 | 0.043 | 120
    20260901 | UCx | bbb | 3341 | 0.0120 | 99
    20260902 | UCx | aaa | 500 | 0.02 | 33
    20260903 | UCx | -bb | 411 | 0.0414 | 170";

#[test]
fn the_reach_report_says_its_rate_and_that_views_are_not_its_clicks() {
    let peek = text(REACH);
    let rate = "`video_thumbnail_impressions_ctr`, by its name only (clicks by times shown): the file has not both counts to prove it";
    assert_eq!(said(&peek, "cover's rate")[0], rate);
    assert_eq!(
        said(&peek, "contradictions"),
        [
            "`video_thumbnail_impressions_ctr` is not views ÷ video_thumbnail_impressions (4 of 4 rows differ): many come another way than by the cover"
        ]
    );
    assert_eq!(
        said(&peek, "clock"),
        ["America/Los_Angeles: the platform's documentation: its day begins at midnight Pacific"]
    );
}

/// Persons by persons: 9,800 ÷ 98,000 = 10 %, and times by times 12,000 ÷ 125,000 = 9.6 %.
const DOUYIN: &str = "
    直播间ID | 开播时间 | 直播时长 | 直播间曝光人次 | 直播间曝光人数 | 进入人次 | 进入人数 | 进入率 | 人均观看时长
    7301 | 2026-11-20 19:00:00 | 2小时1分5秒 | 12.5万 | 9.8万 | 1.2万 | 9,800 | 10.00% | 1分28秒
    7302 | 2026-11-21 19:00:00 | 1小时 | 80,000 | 70,000 | 9,000 | 8,260 | 11.80% | 55秒
    7303 | 2026-11-22 19:00:00 | 1小时 | 60,000 | 50,000 | 7,000 | 6,500 | 13.00% | 50秒
    7304 | 2026-11-23 19:00:00 | 1小时 | 4,000 | 3,000 | 500 | 420 | 14.00% | 44秒";

#[test]
fn persons_and_times_are_told_apart_by_arithmetic() {
    assert_eq!(
        said(&text(DOUYIN), "cover's rate"),
        ["`进入率` = 进入人数 ÷ 直播间曝光人数 (4 of 4 rows): the click is the room entry"]
    );
}

#[test]
fn a_rate_in_percent_beside_the_same_as_a_fraction_is_told() {
    // 13 ÷ 300 = 4.333… %
    let peek = text(
        "
        Impressions | Clicks | CTR | CTR (fraction)
        1000 | 43 | 4.30% | 0.043
        500 | 10 | 2.00% | 0.02
        300 | 13 | 4.33% | 0.0433
        200 | 0 | 0.00% | 0",
    );
    assert_eq!(
        said(&peek, "cover's rate"),
        ["`CTR` = Clicks ÷ Impressions (4 of 4 rows): clicks on the cover by times it was shown"]
    );
    assert_eq!(
        said(&peek, "contradictions"),
        ["`CTR` is `CTR (fraction)` in percent: the same rate twice, in two units"]
    );
}

#[test]
fn several_quotients_that_fit_alike_are_told() {
    // Clicks and views are the same in every row, so nothing tells whose rate it is.
    let peek = text(
        "
        Impressions | Views | Clicks | CTR
        1000 | 43 | 43 | 4.30%
        500 | 10 | 10 | 2.00%
        300 | 13 | 13 | 4.33%",
    );
    assert_eq!(
        said(&peek, "contradictions"),
        ["`CTR` is Views ÷ Impressions and Clicks ÷ Impressions alike: the rows do not tell them apart"]
    );
}

#[test]
fn two_rows_prove_nothing() {
    let peek = text("Impressions | Clicks | CTR\n1000 | 43 | 4.30%\n500 | 10 | 2.00%");
    assert_eq!(look(&peek).verdict, Verdict::Fits { relation: 0, click_is_entry: false });
    assert_eq!(
        said(&peek, "cover's rate"),
        [
            "`CTR` = Clicks ÷ Impressions (2 of 2 rows; too few rows to prove it): clicks on the cover by times it was shown"
        ]
    );
}

#[test]
fn a_rate_that_is_no_quotient_of_the_file_is_told() {
    let peek =
        text("Impressions | Views | click_through_rate\n2000 | 10 | 0.428\n3000 | 11 | 0.517\n4000 | 19 | 0.333");
    assert_eq!(
        said(&peek, "contradictions"),
        [
            "`click_through_rate` is no quotient of two counts of the file: nothing says of what it is, so it is not used"
        ]
    );
}

#[test]
fn nothing_by_nothing_proves_no_rate_and_no_pair() {
    // In two rows of forty something happened, and it is no quotient.
    let rows = (0..40).fold(String::new(), |rows, row| {
        let (a, b, click) = if row % 20 == 3 { ("0.4", "0.1", 1) } else { ("0.0", "0.0", 0) };
        format!("{rows}2026-10-01T10:00:{row:02}Z | {} | {click} | {a} | {b}\n", row % 3 + 1)
    });
    let finding = look(&text(&format!("at | position | taps | one | other\n{rows}")));
    assert!(finding.relations.iter().all(|relation| relation.proof < Proof::Proven), "{:?}", finding.relations);
    assert_eq!(finding.twins, []);
}

#[test]
fn a_crowd_of_equal_columns_is_one_line() {
    let names: Vec<String> = (0..12).map(|number| format!("share_{number}")).collect();
    let row = |value: &str| [value; 12].join(" | ");
    let peek = text(&format!(
        "{}\n{}\n{}\n{}\n{}",
        names.join(" | "),
        row("0.25"),
        row("0.5"),
        row("0.75"),
        row("0.125")
    ));
    let told = said(&peek, "contradictions");
    assert_eq!(
        told,
        ["`share_0` and `share_1` say the same, in one unit or two, and so do 65 more pairs of columns"]
    );
}

/// A table of so many columns: the cover's rate with its counts, and pairs of a percentage and a whole number that have
/// nothing to do with each other.
fn wide(columns: usize) -> Peek {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = "cover_ctr|impressions|cover_clicks".to_owned();
    for column in 3..columns {
        let _ = write!(text, "|c{column}");
    }
    for _ in 0..40 {
        let (shown, clicks) = (2_000 + next(7_000), 50 + next(350));
        // Four digits behind the point, rounded.
        let share = (clicks * 1_000_000 * 2 / shown).div_ceil(2);
        let _ = write!(text, "\n{}.{:04}%|{shown}|{clicks}", share / 10_000, share % 10_000);
        for column in 3..columns {
            let value = 1 + next(1_000);
            let _ = if column % 2 == 0 {
                write!(text, "|{}.{:02}%", value / 100, value % 100)
            } else {
                write!(text, "|{value}")
            };
        }
    }
    super::text(&text)
}

#[test]
fn a_table_of_many_columns_is_looked_up_and_not_tried_triple_by_triple() {
    use super::super::relation::{STEPS, find};
    use super::super::step_budget::StepBudget;

    let steps = |columns: usize| {
        let finding = look(&wide(columns));
        assert!(finding.untried.is_empty());
        assert!(matches!(finding.verdict, Verdict::Proven { click_is_entry: false, .. }), "{columns} columns");
        let mut work = StepBudget::new(STEPS);
        find(&finding.columns, &mut work);
        STEPS - work.left()
    };
    let (once, twice) = (steps(60), steps(120));
    // By every two counts in every row it would be 35 thousand times 40 and eight times as many.
    assert!(once < 100_000, "{once} steps");
    assert!(twice * 10 <= once * 46, "{once} steps, and {twice} for twice the columns");
}

#[test]
fn what_is_too_much_to_try_is_said_and_what_is_called_a_rate_comes_first() {
    use super::super::relation::find;
    use super::super::step_budget::StepBudget;

    let peek = wide(60);
    let mut finding = look(&peek);
    let found = find(&finding.columns, &mut StepBudget::new(10_000));
    assert!(found.relations.iter().any(|relation| (relation.rate, relation.of, relation.among) == (0, 2, 1)));
    assert!(!found.untried.contains(&0) && found.untried.len() > 20, "{:?}", found.untried);
    finding.untried = found.untried;
    let told = super::super::report("wide.csv", &peek, &[finding], None);
    assert!(told.contains("too many columns to try all: "), "{told}");
}

#[test]
fn columns_that_are_all_alike_are_not_told_pair_by_pair() {
    let mut text = (0..40).map(|column| format!("c{column}")).collect::<Vec<_>>().join("|");
    for row in 1..20 {
        let cells =
            (0..40).map(|column| if column % 2 == 0 { format!("{row}.00%") } else { format!("{}", row * 100) });
        let _ = write!(text, "\n{}", cells.collect::<Vec<_>>().join("|"));
    }
    let finding = look(&super::text(&text));
    assert!(finding.relations.len() <= 20 * 24, "{}", finding.relations.len());
    assert_eq!(finding.twins.len(), 20 * 19 / 2);
}
