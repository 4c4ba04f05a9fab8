//! Spreadsheets of Excel.

use coverledger::config::{FoldPolicy, GapPolicy, InstantFormat, WallClock, ZoneRule};
use coverledger::time::Zone;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Worksheet};

use super::gzip::gzip;
use super::mapping::{HEADER, Mapping, good};
use super::workbook::{changed, replaced, sheet, sound, workbook};

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn rows_are_read_from_every_sheet_that_has_the_columns() {
    let titled = format!("\nWeekly report\n\n{HEADER}\n{}{}", good("e1"), good("e2").replace("show", "nod"));
    let book = workbook(vec![
        sheet("Notes", "a,b\n1,2"),
        sheet("US", &titled),
        sheet("Empty", ""),
        sheet("GB", &format!("{HEADER}{}", good("e3"))),
    ]);
    let outcome = Mapping::events().xlsx(&[]).read(&book);
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.ids(), ["e1", "e3"]);
    assert_eq!(outcome.report().rejects[0].record, 2);
    assert_eq!(outcome.report().rejects[0].column.as_deref(), Some("what"));
    assert_eq!(Mapping::events().xlsx(&["GB"]).read(&book).ids(), ["e3"]);
    assert_eq!(
        Mapping::events().xlsx(&["US", "FR"]).read(&book).refusal(),
        "it has no sheet `FR` (it has: `Notes`, `US`, `Empty`, `GB`)"
    );
}

#[test]
fn a_workbook_without_the_columns_says_which_is_missing() {
    let book = workbook(vec![sheet("A", "x,y"), sheet("B", &HEADER.replace("room", "chamber"))]);
    assert_eq!(
        Mapping::events().xlsx(&[]).read(&book).refusal(),
        "it has no column `room` (it has: `id`, `at`, `what`, `country`, `chamber`, `cover`, `viewer`, `who`, `dwell`)"
    );
    let refusal = Mapping::events().xlsx(&["A"]).read(&book).refusal();
    assert!(refusal.starts_with("none of the mapped columns is in the first rows of its sheets"), "{refusal}");
    let blank = workbook(vec![sheet("A", "")]);
    assert_eq!(Mapping::events().xlsx(&[]).read(blank).refusal(), "its header cannot be read (there is none)");
}

/// A sheet whose instants are dates of the spreadsheet, and its other values typed.
fn typed() -> Worksheet {
    let mut sheet = sheet("Data", HEADER);
    let date = Style::new().set_num_format("yyyy\\-mm\\-dd hh:mm:ss");
    let time = ExcelDateTime::parse_from_str("2026-11-21T10:00:01.500").unwrap();
    for row in 1..4 {
        sheet.write_with_format(row, 1, &time, &date).unwrap();
        for (column, value) in [(2, "leave"), (3, "US"), (4, "r1"), (5, "c1"), (6, "v1"), (7, "f")] {
            sheet.write(row, column, value).unwrap();
        }
        sheet.write(row, 8, 90).unwrap();
    }
    sheet.write(1, 0, 12_345).unwrap();
    sheet.write(2, 0, 7_651_420_123_456_789_012_i64).unwrap();
    sheet.write(3, 0, "7651420123456789012").unwrap();
    sheet.write(3, 8, 90.25).unwrap();
    sheet
}

#[test]
fn dates_and_numbers_keep_their_types_and_an_id_that_lost_digits_is_a_reject() {
    let wall = WallClock {
        zone: ZoneRule::Named(Zone::named("Asia/Shanghai").unwrap()),
        gap: GapPolicy::Reject,
        fold: FoldPolicy::Reject,
    };
    let mapping = Mapping::events().at(InstantFormat::Native { wall: Some(wall) }).xlsx(&[]);
    let outcome = mapping.read(workbook(vec![typed()]));
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["2 mangled_id id"]);
    assert_eq!(outcome.ids(), ["12345", "7651420123456789012"]);
    // 10:00:01.5 in Shanghai is 02:00:01.5 UTC.
    assert_eq!(outcome.tape.signals[0].occurred_us, 1_795_226_401_500_000);
    assert_eq!(outcome.tape.signals.iter().map(|s| s.dwell_ms).collect::<Vec<_>>(), [90_000, 90_250]);
}

#[test]
fn what_is_taken_for_a_workbook_is_refused_by_its_name() {
    let mapping = Mapping::events().xlsx(&[]);
    let office = |name: &str| {
        let entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 1024], &entry].concat()
    };
    for (bytes, name) in [
        (office("Workbook"), "an old workbook (`.xls`, before Excel 2007)"),
        (office("EncryptedPackage"), "a workbook that a password encrypts"),
        (
            b"\n<html><table><tr><td>id</td></tr></table>".to_vec(),
            "an HTML page (of a table: save it as XLSX or CSV)",
        ),
        (HEADER.as_bytes().to_vec(), "no ZIP package"),
        (gzip(&sound()), "gzip"),
    ] {
        let refusal = mapping.read(bytes).refusal();
        assert_eq!(refusal, format!("it is {name}; expected XLSX (`inspect` tells what a file is)"));
    }
    assert!(mapping.read("").refusal().starts_with("it is empty"));
}

#[test]
fn a_workbook_that_is_cut_or_damaged_is_refused() {
    let whole = sound();
    let mapping = Mapping::events().xlsx(&[]);
    assert_eq!(mapping.read(&whole).rows(), [2, 2, 0, 0]);
    for kept in (4..whole.len()).step_by(173) {
        let refusal = mapping.read(&whole[..kept]).refusal();
        assert!(refusal.starts_with("it is not sound XLSX ("), "{kept} bytes: {refusal}");
    }
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        // Whatever is said of it, nobody panics and nothing is counted wrongly.
        if let Ok(report) = &mapping.read(&flipped).report {
            assert_eq!((report.rows_in, report.taken), (2, 2), "byte {at}");
        }
    }
    let cut = replaced(&whole, SHEET, "</sheetData>", "");
    assert!(mapping.read(cut).refusal().starts_with("it is not sound XLSX ("));
}

#[test]
fn rows_that_the_decoder_sees_otherwise_than_the_count_are_not_taken() {
    // Two rows in the element of one.
    let merged = changed(&sound(), |name, content| {
        let text = String::from_utf8_lossy(&content).into_owned();
        let Some(row) = text.find("<row r=\"3\"").filter(|_| name == SHEET) else { return content };
        let end = row + text[row..].find('>').unwrap() + 1;
        let before = text[..row].trim_end().strip_suffix("</row>").unwrap();
        format!("{before}{}", &text[end..]).into_bytes()
    });
    assert_eq!(
        Mapping::events().xlsx(&[]).read(merged).refusal(),
        "its rows do not balance: 2 are there, 3 are accounted for"
    );
    // A cell that comes again would replace the one before.
    let again = replaced(&sound(), SHEET, "\"A3\"", "\"A2\"");
    assert_eq!(
        Mapping::events().xlsx(&[]).read(again).refusal(),
        "it is not sound XLSX (its cells are not in order)"
    );
}

#[test]
fn bombs_are_refused_by_name() {
    let mapping = Mapping::events().xlsx(&[]);
    let padded = changed(&sound(), |name, mut content| {
        if name == SHEET {
            content.extend(std::iter::repeat_n(b' ', 80 << 20));
        }
        content
    });
    let refusal = mapping.read(padded).refusal();
    assert!(refusal.ends_with("bytes: refused as a decompression bomb"), "{refusal}");
    let claimed = changed(&sound(), |name, content| {
        let text = String::from_utf8_lossy(&content).into_owned();
        match (name, text.find("uniqueCount=\"")) {
            ("xl/sharedStrings.xml", Some(at)) => {
                format!("{}uniqueCount=\"9000000000{}", &text[..at], &text[at + 13..]).into_bytes()
            }
            _ => content,
        }
    });
    assert_eq!(
        mapping.read(claimed).refusal(),
        "it is not sound XLSX (it claims more shared strings than it has)"
    );
    let entities = replaced(&sound(), SHEET, "<worksheet", "<!DOCTYPE a [<!ENTITY b \"bb\">]><worksheet");
    assert_eq!(mapping.read(entities).refusal(), "it is not sound XLSX (its XML declares a document type)");
    let long = replaced(&sound(), SHEET, "<sheetData>", &format!("<sheetData>{}", "x".repeat(2 << 20)));
    assert_eq!(
        mapping.read(long).refusal(),
        "it is not sound XLSX (a value in its XML is longer than 1048576 bytes)"
    );
}
