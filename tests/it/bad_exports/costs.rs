//! Exports that cost far more than they weigh, if somebody takes them at their word: read, looked at, or refused by name,
//! and never in more time or memory than their size allows.
//!
//! Work is counted where it shows (cells that are kept, columns, texts). Where it does not, the test would hang on a
//! program that looks at anything as often as there are others of its kind.

use std::fmt::Write as _;

use coverledger::export::{ExportError, Peek, PeekBudget, PeekCell, PeekFormat, peek};

use super::mapping::{HEADER, Mapping, good, good_json};
use super::peeks::file;
use super::workbook::{changed, replaced, sheet, sound, workbook};

const SHEET: &str = "xl/worksheets/sheet1.xml";
/// What a first look keeps of all files: so many cells.
const MOST_CELLS: usize = 2_500_000;
const MOST_COLUMNS: usize = 2_000;

fn look(bytes: impl AsRef<[u8]>) -> Peek {
    peek(file(bytes.as_ref()), 50_000, &mut PeekBudget::default()).unwrap()
}

fn refusal(bytes: impl AsRef<[u8]>) -> String {
    peek(file(bytes.as_ref()), 50_000, &mut PeekBudget::default()).unwrap_err().to_string()
}

fn cells(peek: &Peek) -> usize {
    peek.tables.iter().flat_map(|table| &table.rows).map(Vec::len).sum()
}

fn text_bytes(peek: &Peek) -> usize {
    let cells = peek.tables.iter().flat_map(|table| &table.rows).flatten();
    cells.map(|cell| if let PeekCell::Text(text) = cell { text.len() } else { 0 }).sum()
}

/// A column as a spreadsheet calls it, from 1.
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        letters.push(char::from(b'A' + u8::try_from((column - 1) % 26).unwrap()));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[test]
fn brackets_within_a_value_of_a_tag_are_letters_like_others() {
    // Looked at from its beginning at each of them, a tag of a megabyte takes minutes.
    let brackets = format!("<x y=\"{}\" z='{}'/><sheetData>", ">".repeat(500_000), "\">".repeat(200_000));
    let bytes = replaced(&sound(), SHEET, "<sheetData>", &brackets);
    assert_eq!(look(&bytes).tables[0].rows.len(), 3);
    assert_eq!(Mapping::events().xlsx(&[]).read(bytes).report().taken, 2);
}

#[test]
fn a_part_is_one_sheet_and_a_workbook_has_so_many() {
    let mapping = Mapping::events().xlsx(&[]);
    let named = |sheets: usize, relation: &dyn Fn(usize) -> String| {
        let list = (1..=sheets).fold(String::new(), |mut list, number| {
            let _ = write!(list, "<sheet name=\"s{number}\" sheetId=\"{number}\" r:id=\"{}\"/>", relation(number));
            list
        });
        changed(&sound(), |name, content| match name {
            "xl/workbook.xml" => {
                let text = String::from_utf8(content).unwrap();
                let (before, rest) = text.split_once("<sheets>").unwrap();
                let (_, after) = rest.split_once("</sheets>").unwrap();
                format!("{before}<sheets>{list}</sheets>{after}").into_bytes()
            }
            "xl/_rels/workbook.xml.rels" => {
                let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
                let text = String::from_utf8(content).unwrap();
                let more = (1..=sheets).fold(String::new(), |mut more, number| {
                    let _ = write!(
                        more,
                        "<Relationship Id=\"m{number}\" Type=\"{kind}\" Target=\"worksheets/sheet1.xml\"/>"
                    );
                    more
                });
                text.replace("</Relationships>", &format!("{more}</Relationships>")).into_bytes()
            }
            _ => content,
        })
    };
    for bytes in [named(2, &|_| "rId1".to_owned()), named(2, &|number| format!("m{number}"))] {
        let expected = "it is not sound XLSX (two of its sheets are one part, `xl/worksheets/sheet1.xml`)";
        assert_eq!(mapping.read(bytes.clone()).refusal(), expected);
        assert_eq!(refusal(bytes), expected);
    }
    let many = named(20_000, &|number| format!("m{number}"));
    assert_eq!(refusal(many), "it is not sound XLSX (it has 20000 sheets (expected 1000 at most))");
}

#[test]
fn strings_and_styles_are_weighed_before_they_are_loaded() {
    let mapping = Mapping::events().xlsx(&[]);
    let with = |part: &'static str, before: &'static str, more: String| {
        changed(&sound(), move |name, content| {
            if name != part {
                return content;
            }
            let text = String::from_utf8(content).unwrap();
            let at = text.find(before).unwrap_or_else(|| panic!("{part} has no {before}: {text}"));
            format!("{}{more}{}", &text[..at], &text[at..]).into_bytes()
        })
    };
    // 11 MB of XML that would become 64 MB of empty texts.
    let strings = with("xl/sharedStrings.xml", "</sst>", "<si/>".repeat(2_200_000));
    let expected = "it is not sound XLSX (its shared strings take more than 67108864 bytes of memory)";
    assert_eq!(mapping.read(strings).refusal(), expected);
    // 1 MB that would become 10 GB: every style has a copy of its number format.
    let format = format!("<numFmts><numFmt numFmtId=\"200\" formatCode=\"{}\"/></numFmts>", "0".repeat(500_000));
    let styles = with(
        "xl/styles.xml",
        "<fonts",
        format + "<cellXfs>" + &"<xf numFmtId=\"200\"/>".repeat(20_000) + "</cellXfs>",
    );
    let expected = "it is not sound XLSX (its styles take more than 67108864 bytes of memory)";
    assert_eq!(mapping.read(styles).refusal(), expected);
    let usual = with("xl/styles.xml", "</cellXfs>", "<xf numFmtId=\"9\"/>".repeat(60_000));
    assert_eq!(mapping.read(usual).report().taken, 2);
}

#[test]
fn a_cell_in_the_last_column_does_not_make_its_row_as_wide_as_a_sheet() {
    let rows = (4..2_004).fold(String::new(), |mut rows, row| {
        let _ = write!(rows, "<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>");
        rows
    });
    let bytes = replaced(&sound(), SHEET, "</sheetData>", &format!("{rows}</sheetData>"));
    let seen = look(&bytes);
    assert_eq!(seen.tables[0].rows.len(), 2_003);
    assert!(seen.tables[0].is_narrowed && cells(&seen) < 100, "{} cells", cells(&seen));
    // A run takes them for records without anything that is mapped.
    let report = Mapping::events().xlsx(&[]).read(bytes);
    assert_eq!((report.report().taken, report.report().rejected), (2, 2_000));
}

#[test]
fn sheets_share_the_room_and_each_shows_its_header() {
    let wide: Vec<String> = (0..1_000).map(|column| format!("m{column}")).collect();
    let line = format!("{}\n", wide.join(","));
    let sheets = (0..3).map(|number| sheet(&format!("s{number}"), &line.repeat(20))).collect();
    let seen = look(workbook(sheets));
    assert!(seen.tables.iter().all(|table| table.rows.len() == 20 && !table.is_cut));
    // Of long texts less is kept, of every sheet as much.
    let text = "x".repeat(30_000);
    let long = format!("{}\n", vec![text.as_str(); 100].join(","));
    let seen = look(workbook((0..3).map(|number| sheet(&format!("s{number}"), &long.repeat(60))).collect()));
    assert!(seen.tables.iter().all(|table| table.rows.len() > 10 && table.is_cut));
    assert!(text_bytes(&seen) < 64 << 20, "{}", text_bytes(&seen));
}

#[test]
fn what_lies_around_a_list_is_not_there_once_for_each_row() {
    let around = |members: usize, rows: usize| {
        let mut text = "{".to_owned();
        for number in 0..members {
            let _ = write!(text, "\"k{number}\":{number},");
        }
        text += "\"rows\":[";
        for number in 0..rows {
            let _ = write!(text, "{{\"id\":\"b{number}\",\"n\":{number}}},");
        }
        text.pop();
        text + "]}"
    };
    let seen = look(around(100_000, 5_000));
    let table = &seen.tables[0];
    assert_eq!(table.name.as_deref(), Some("rows[]"));
    assert_eq!(table.rows[0][..3], ["id", "n", "$.k0"].map(|name| PeekCell::Text(name.to_owned())));
    assert!(table.is_narrowed && table.is_cut && table.rows[0].len() == MOST_COLUMNS);
    assert!(cells(&seen) <= MOST_CELLS + 2 * MOST_COLUMNS, "{}", cells(&seen));
    let few = look(around(3, 5_000));
    assert!(!few.tables[0].is_narrowed && !few.tables[0].is_cut && few.tables[0].rows.len() == 5_001);
}

#[test]
fn what_lies_around_many_lists_is_not_read_again_for_each() {
    // Sixty gigabytes would go through the parser.
    let lists = 20_000;
    let list = format!("{{\"rows\":[{}]}},", good_json("e1").trim());
    let mut text =
        format!("{{\"shown\":\"c9\",\"pad\":\"{}\",\"lives\":[{}", "x".repeat(500_000), list.repeat(lists));
    text.pop();
    let mapping = Mapping::events().cover(&["$.shown"]).json(&["lives", "[]", "rows", "[]"]);
    let read = mapping.read(text + "]}");
    assert_eq!(read.report().taken, lists as u64);
    assert!(read.tape.stages.iter().all(|stage| stage.cover_id.as_deref() == Some("c9")));
}

#[test]
fn a_long_name_is_not_copied_to_every_member_below_it() {
    let inner: Vec<String> = (0..50_000).map(|number| format!("\"k{number}\":1")).collect();
    let row = format!("{{\"id\":\"b\",\"n\":1,\"{}\":{{{}}}}}", "p".repeat(200_000), inner.join(","));
    let seen = look(format!("{{\"rows\":[{row}]}}"));
    assert_eq!(seen.tables[0].rows[0], ["id", "n"].map(|name| PeekCell::Text(name.to_owned())));
    // A run collects the names of its first record.
    let missing = Mapping::events().json(&["rows", "[]"]).read(format!("{{\"rows\":[{row}]}}")).refusal();
    assert!(missing.contains("`id`") && missing.len() < 5_000, "{} bytes", missing.len());
}

#[test]
fn no_form_of_json_nests_deeper_than_a_run_reads() {
    let deep = format!("{}1{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let line = format!("{{\"id\":\"b1\",\"n\":5,\"x\":{deep}}}\n");
    for (text, expected) in [
        (format!("{{\"rows\":[{line}]}}"), "it is not sound JSON (it nests deeper than 128 levels)"),
        (line.clone(), "it is not sound JSON (it nests deeper than 128 levels)"),
        (format!("{{\"id\":\"b0\"}}\n{line}"), "it is not sound JSON (its line 2 nests deeper than 128 levels)"),
        (deep, "it is not sound JSON (it nests deeper than 128 levels)"),
        (
            format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)),
            "it is not sound JSON (it nests deeper than 128 levels)",
        ),
    ] {
        assert_eq!(refusal(text), expected);
    }
    let within = format!("{{\"id\":\"b1\",\"x\":{}1{}}}\n", "[".repeat(127), "]".repeat(127));
    assert_eq!(look(&within).format, PeekFormat::Ndjson);
    let run = Mapping::events().ndjson().read(format!("{line}{line}"));
    assert_eq!((run.report().taken, run.report().rejected), (0, 2));
}

#[test]
fn a_line_of_a_megabyte_is_kept_as_far_as_there_is_room() {
    let long = format!("{{\"id\":\"{}\"}}\n", "x".repeat(1_000_000));
    let seen = look(long.repeat(70));
    assert!(seen.tables[0].is_cut && seen.tables[0].rows.len() > 10);
    assert!(text_bytes(&seen) < 1 << 20, "{}", text_bytes(&seen));
    let columns = format!("{}\n", vec!["1"; 400_000].join(","));
    let seen = look(columns.repeat(20));
    assert!(seen.tables[0].is_narrowed && seen.tables[0].rows[0].len() == MOST_COLUMNS);
    let sparse = format!("{}1\n", ",".repeat(1_999)).repeat(3_000);
    let seen = look(format!("{}\n{sparse}", letters(3)));
    assert!(seen.tables[0].is_cut && cells(&seen) <= MOST_CELLS + MOST_COLUMNS, "{}", cells(&seen));
}

#[test]
fn a_header_of_fifty_thousand_names_is_told_in_a_few() {
    let names: Vec<String> = (0..50_000).map(|number| format!("occured_a{number}")).collect();
    let refused = Mapping::events().read(format!("{}\n{}\n", names.join(","), ",".repeat(49_999)));
    assert!(matches!(refused.report, Err(ExportError::NoMappedColumn(_) | ExportError::MissingColumns(_))));
    let beside = format!("{},{}\n", HEADER.trim_end().replace("what", "whatever"), names.join(","));
    let missing = Mapping::events().read(beside + &good("e1")).refusal();
    assert!(missing.len() < 4_000, "{} bytes", missing.len());
}
