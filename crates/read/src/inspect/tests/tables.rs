//! Headers, totals, kinds of columns.

use super::super::{ColumnKind, Header, kinship};
use super::*;

/// As `YouTube`'s Studio writes it in German, in UTF-16 with soft hyphens.
pub(super) const GERMAN: &str = "
    Inhalte | Videotitel | Auf\u{ad}rufe | Wieder\u{ad}gabe\u{ad}zeit (Stunden) | Impres\u{ad}sionen | Klickrate der Impres\u{ad}sionen (%)
    Gesamt | | 12.345 | 1.234,5 | 434.944 | 4,35
    aaa | Eins | 6.000 | 600,5 | 200.944 | 4,3
    bbb | Zwei | 5.000 | 500,25 | 200.000 | 5,1
    ccc | Drei | 1.000 | 100,0 | 34.000 | 1,2";

#[test]
fn german_headers_with_soft_hyphens_and_decimal_commas_are_read() {
    let peek = text(GERMAN);
    let finding = look(&peek);
    let columns: Vec<(&str, &ColumnKind, Option<&str>)> = finding
        .columns
        .iter()
        .map(|column| (column.name.as_str(), &column.kind, column.role.map(super::super::Role::word)))
        .collect();
    assert_eq!(
        columns,
        [
            ("Inhalte", &ColumnKind::Id(0), Some("broadcast")),
            ("Videotitel", &ColumnKind::Text, Some("title")),
            ("Aufrufe", &ColumnKind::Whole, Some("entries")),
            ("Wiedergabezeit (Stunden)", &ColumnKind::Decimal, Some("total time")),
            ("Impressionen", &ColumnKind::Whole, Some("impressions")),
            ("Klickrate der Impressionen (%)", &ColumnKind::Decimal, Some("cover's rate?")),
        ]
    );
    assert_eq!(said(&peek, "numbers"), ["decimal comma (1.234,5), as in `6.000`"]);
}

#[test]
fn a_total_that_is_not_the_sum_is_told_by_column() {
    // 6,000 + 5,000 + 1,000 = 12,000; 200,944 + 200,000 + 34,000 = 434,944.
    assert_eq!(
        said(&text(GERMAN), "total"),
        [
            "first row (`Gesamt`), the sum of the rows in 1 of 2 counts",
            "`Aufrufe`: the total says 12345, the rows sum up to 12000 (there is more than the rows show)",
        ]
    );
    assert_eq!(
        said(&text(super::rates::TRAP), "total"),
        ["last row (`Total`), the sum of the rows to the last unit in all 4 counts"]
    );
}

#[test]
fn a_preamble_and_descriptions_are_no_rows() {
    let peek = sheet("Sheet1", super::rates::TIKTOK);
    let finding = look(&peek);
    assert_eq!(finding.header, Header { row: 2, descriptions: 1, is_there: true });
    assert_eq!(finding.rows, 4);
    assert_eq!(said(&peek, "header"), ["line 3, after 2 lines of preamble, and 1 line of descriptions below it"]);
}

#[test]
fn results_that_are_not_in_the_file_are_told() {
    let peek = text("Name | Views | Likes\nA | 5 | 1\nB | 7 | 2\nTotal of 5928 results | - | -");
    assert_eq!(look(&peek).rows, 2);
    assert_eq!(
        said(&peek, "contradictions"),
        ["the file says `Total of 5928 results`, and 2 rows are in it (5928 expected)"]
    );
}

#[test]
fn ids_that_a_spreadsheet_rounded_are_told() {
    let peek = text("Room ID | Views\n7.65142E+18 | 5\n7.65143E+18 | 6");
    assert_eq!(look(&peek).columns[0].kind, ColumnKind::Id(2));
    assert!(said(&peek, "contradictions")[0].contains("rounded numbers such as `7.65142E+18`"));
    // As a number a spreadsheet has but the first 15 digits of it.
    let mut peek = sheet("Sheet1", "Room ID | Views\n1 | 5\n2 | 6");
    for row in &mut peek.tables[0].rows[1..] {
        row[0] = PeekCell::Float(7_651_424_342_342_342_342.0);
    }
    assert_eq!(look(&peek).columns[0].kind, ColumnKind::Id(2));
    assert!(said(&peek, "contradictions")[0].contains("turned 2 ids into rounded numbers"));
}

#[test]
fn every_kind_of_column_has_its_name() {
    let peek = text(
        "
        room_id | title | day | at | epoch | hour | mean | views | shown | rate | sales | is_test | nothing
        -a1 | x | 20261120 | 2026-11-20 19:00 | 1763665200 | 07:00:00 - 07:59:59 | 1m28s | 5 | 1.00K | 1.35% | Rp 1.000 | 0 |
        -a2 | y | 20261121 | 2026-11-21 19:00 | 1763751600 | 08:00:00 - 08:59:59 | 18.28s | 6 | 1.3JT | 2.5% | Rp 2.000 | 1 |",
    );
    let kinds: Vec<&str> = look(&peek).columns.iter().map(|column| column.kind.word()).collect();
    assert_eq!(
        kinds,
        [
            "id",
            "text",
            "date",
            "date and time",
            "instant",
            "hour range",
            "duration",
            "whole number",
            "rounded number",
            "percent",
            "money",
            "flag",
            "empty"
        ]
    );
}

#[test]
fn languages_of_one_export_are_known_as_such() {
    let english = text("LIVE ID | Impressions | Views | Viewers\n1 | 5 | 4 | 3\n2 | 6 | 5 | 4");
    let portuguese = text("LIVE ID | Impressões | Visualizações | Espectadores\n1 | 5 | 4 | 3\n2 | 6 | 5 | 4");
    let (one, other) = (look(&english), look(&portuguese));
    let files = |second: &'static str, other| vec![("en".to_owned(), &one), (second.to_owned(), other)];
    assert_eq!(kinship(&files("en2", &one)), ["`en`, `en2` have the same header"]);
    assert_eq!(
        kinship(&files("pt", &other)),
        [
            "`en`, `pt` may be languages or generations of one export; the names of its columns:",
            "  impressions: [Impressions, Impressões]",
            "  entries: [Views, Visualizações]",
            "  entrants: [Viewers, Espectadores]",
        ]
    );
}

#[test]
fn a_table_without_a_header_has_columns_by_number() {
    let rows = (0..40).fold(String::new(), |rows, row| {
        let tags = if row % 3 == 0 { "null".to_owned() } else { format!("1014{},10063", row % 10) };
        format!(
            "{rows}{:x}f | 202610012130{:02}{:03} | 1 | u{row} | {} | {tags}\n",
            row * 7_919 + 65_536,
            row % 60,
            row,
            10_717 + row % 3
        )
    });
    let peek = text(&rows);
    let finding = look(&peek);
    assert_eq!((finding.header.is_there, finding.rows), (false, 40));
    assert!(said(&peek, "header")[0].starts_with("none: the first line looks like the rest"));
    assert_eq!(finding.columns[1].name, "2");
    assert_eq!(finding.style.decimal, '.', "a list of ids is no number");
    // 17 digits are a time to the millisecond.
    assert_eq!(finding.columns[1].kind.word(), "date and time");
}

#[test]
fn names_that_are_years_are_a_header_all_the_same() {
    let peek = text("Video | 2026-10-01 | 2026-10-02\na | 5 | 6\nb | 7 | 8\nc | 9 | 1\nd | 4 | 2");
    assert!(look(&peek).header.is_there);
    assert_eq!(look(&peek).rows, 4);
}

#[test]
fn a_wide_table_fits_on_a_screen_and_wide_characters_line_up() {
    let names: Vec<String> = (0..40).map(|number| format!("affinity_{number}")).collect();
    let numbers = (0..40).map(|number| (number % 7).to_string()).collect::<Vec<_>>().join(" | ");
    let lines = format!(
        "开播时间 | 直播间曝光人次 | Clicks | {}\n2026-11-20 19:00:00 | 50 | 2 | {numbers}\n2026-11-21 19:00:00 | 60 | 3 | {numbers}",
        names.join(" | ")
    );
    let peek = text(&lines);
    let report = super::super::report("x.csv", &peek, &inspect(&peek, &[]), Some(80));
    assert!(report.lines().count() <= 24, "{report}");
    assert!(report.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{report}");
    assert!(report.contains("and 36 more: `affinity_"), "{report}");
    let column = |word: &str| {
        let line = report.lines().find(|line| line.contains(word)).unwrap();
        unicode_width::UnicodeWidthStr::width(&line[..line.find(['d', 'w']).unwrap()])
    };
    assert_eq!(column("开播时间"), column("直播间曝光人次"));
}

#[test]
fn a_word_for_all_in_a_column_of_times_leaves_it_one() {
    let peek = text(
        "日期|时间|直播间曝光次数|直播间进入人数
         2026-11-10|整体|17917|900
         2026-11-10|09:00|6000|300
         2026-11-10|10:00|7000|400
         2026-11-10|11:00|4917|350",
    );
    let finding = look(&peek);
    assert_eq!(finding.rows, 3);
    assert_eq!(finding.totals[0].word(), Some((1, "整体")));
    assert_ne!(finding.columns[1].kind, ColumnKind::Text);
    let names = text("Device|Date|Views\nAll|2026-11-10|5\nPhone|2026-11-10|3\nDesk|2026-11-10|2");
    assert!(look(&names).totals.is_empty(), "among names it may be one");
}

#[test]
fn a_total_without_a_word_is_told_by_its_blank_cell() {
    let peek = text(
        "Date|Room|Impressions|Clicks
         2026-11-10|r1|1000|50
         2026-11-10|r2|1310|61
         2026-11-11|r3|900|41
         ||3210|152",
    );
    assert_eq!((look(&peek).rows, look(&peek).totals[0].blank), (3, Some(0)));
}
