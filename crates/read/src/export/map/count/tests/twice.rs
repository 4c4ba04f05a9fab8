//! Rows that count the same thing again, and totals that no mapped column shows.

use super::*;
use coverledger_config::{InstantColumn, InstantFormat, PeriodEnd};

fn refusal(mapping: Mapping, text: &str) -> String {
    mapping.try_read(text).unwrap_err().to_string()
}

fn days() -> Mapping {
    Mapping::of([(Count::Impressions, stated("shown")), (Count::Clicks, stated("taps"))])
}

#[test]
fn counts_repeated_beside_each_product_refuse_the_export() {
    let text = "day;room;product;shown;taps\n2026-08-24;a;p1;10000;700\n2026-08-24;a;p2;10000;700\n\
                2026-08-25;b;p1;12000;810\n2026-08-25;b;p2;12000;810\n";
    let told = refusal(days(), text);
    assert!(told.contains("records 1 and 2") && told.contains("`impressions`, `clicks`"), "{told}");
    let own = text.replace("p2;12000;810", "p2;4000;300");
    assert_eq!(days().read(&own).report.taken, 4, "where some have counts of their own, all are rows");
    let small = text.replace("0000;700", "0;7").replace("2000;810", "2;8");
    assert_eq!(days().read(&small).report.taken, 4, "small counts are alike by chance");
}

#[test]
fn snapshots_of_one_session_refuse_the_export() {
    let column = |text: &str| InstantColumn { column: name(text), time: None, format: InstantFormat::Rfc3339 };
    let spans = || {
        days().with(|rows| {
            rows.period = Period::Span { start: column("from"), end: PeriodEnd::Column(column("until")) };
        })
    };
    let rows = |until: &str, from: &str| {
        format!(
            "from;until;room;shown;taps\n2026-08-24T09:00:00Z;2026-08-24T10:00:00Z;a;100;7\n\
             2026-08-24T{from}:00Z;2026-08-24T{until}:00Z;a;150;9\n"
        )
    };
    let told = refusal(spans(), &rows("11:00", "09:00"));
    assert!(told.contains("records 1 and 2") && told.contains("`a`"), "{told}");
    assert_eq!(spans().read(&rows("11:00", "10:00")).report.taken, 2, "one behind the other");
    assert_eq!(spans().read(&rows("10:00", "09:00")).report.taken, 2, "of one interval they add up");
    assert_eq!(spans().read(&rows("11:00", "09:00").replace(";a;150", ";b;150")).report.taken, 2, "of two rooms");
}

#[test]
fn a_word_for_a_total_in_a_column_that_is_not_mapped_is_seen() {
    let text = "day;hour;room;shown;taps\n2026-08-24;Overall;a;3210;152\n2026-08-24;9;a;1000;50\n\
                2026-08-24;10;a;2210;102\n2026-08-25;整体;b;3510;165\n2026-08-25;9;b;1100;54\n\
                2026-08-25;10;b;2410;111\n";
    let read = days().read(text);
    assert_eq!((read.report.taken, read.report.ignored), (4, 2));
    assert_eq!(read.counts(Count::Impressions), ["1000", "2210", "1100", "2410"]);
    let told = refusal(days(), &text.replace("3210;152", "9999;888"));
    assert!(told.contains("says `Overall`"), "{told}");
    let only = "day;device;room;shown;taps\n2026-08-24;All;a;1000;50\n2026-08-25;All;a;2210;102\n";
    assert_eq!(days().read(only).report.taken, 2, "a word that all rows say is one of the data");
    let named = days().with(|rows| rows.totals.words = ["whole day".to_owned()].into());
    let odd = text.replace("Overall;a;3210;152", "Whole day;a;9999;888");
    assert_eq!(named.read(&odd).report.taken, 4, "a word of the configuration is believed");
}

#[test]
fn a_row_that_says_nothing_and_is_the_sum_of_all_is_a_total() {
    let text = "day;room;shown;taps\n2026-08-24;a;1000;50\n2026-08-25;b;2210;102\n;;3210;152\n";
    let read = days().read(text);
    assert_eq!((read.report.taken, read.report.ignored, read.report.rejected), (2, 1, 0));
    assert_eq!(read.checks()[0], "total impressions 2 0: equal within rounding");
    let other = days().read(&text.replace("3210;152", "3211;152"));
    assert_eq!((other.report.taken, other.report.rejected), (2, 1), "what is no sum is a row that lacks its time");
}

#[test]
fn an_empty_word_tells_totals_by_a_blank_cell() {
    let blank = || {
        days().with(|rows| {
            rows.totals = Totals { column: Some(name("title")), words: [String::new()].into(), cap: None };
        })
    };
    let text = "day;room;title;shown;taps\n2026-08-24;a;x;1000;50\n2026-08-24;a;;9;8\n";
    assert_eq!(blank().read(text).counts(Count::Impressions), ["1000"]);
    assert!(
        refusal(blank(), &text.replace("title", "name")).contains("title"),
        "a column that is gone tells nothing"
    );
}
