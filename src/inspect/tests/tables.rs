//! Headers, totals, kinds of columns.

use super::super::{Header, Kind, kinship};
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
    let columns: Vec<(&str, &Kind, Option<&str>)> = finding
        .columns
        .iter()
        .map(|column| (column.name.as_str(), &column.kind, column.role.map(super::super::Role::word)))
        .collect();
    assert_eq!(
        columns,
        [
            ("Inhalte", &Kind::Id(0), Some("broadcast")),
            ("Videotitel", &Kind::Text, Some("title")),
            ("Aufrufe", &Kind::Whole, Some("entries")),
            ("Wiedergabezeit (Stunden)", &Kind::Decimal, Some("total time in the room")),
            ("Impressionen", &Kind::Whole, Some("impressions")),
            ("Klickrate der Impressionen (%)", &Kind::Decimal, Some("click rate of the cover?")),
        ]
    );
    assert_eq!(said(&peek, "numbers"), ["decimal comma (1.234,5), as in `1.234,5`"]);
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
    assert_eq!(finding.header, Header { row: 2, descriptions: 1 });
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
    assert_eq!(look(&peek).columns[0].kind, Kind::Id(2));
    assert!(said(&peek, "contradictions")[0].contains("rounded numbers such as `7.65142E+18`"));
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
