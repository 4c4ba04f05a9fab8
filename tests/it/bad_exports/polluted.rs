//! One small table, written in every dialect and damaged in every place: what is read of it is right cell by cell, or a
//! reject, and what was not damaged is read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, Write};

use coverledger::config::{Delimiter, Dialect, Format, Header, LineEnd};
use coverledger::export::{PeekBudget, PeekFormat, peek};

use super::mapping::{HEADER, Mapping};
use super::outcome::Outcome;

/// Titles as shops write them: inches, apostrophes, delimiters, quotes and line breaks.
const TITLES: [&str; 6] =
    ["Lamp", "Table, round 48\"", "Kids' lamp; small", "two\nlines, \"quoted\"", "a|b||c, d", "boots, warm"];
const USUAL: Dialect = Dialect::by(b',');

/// A row as it is compared: its id, its room, its cover and who watched.
type Cells = [String; 4];

/// The table without its header; the last column is empty.
fn table() -> Vec<[String; 9]> {
    let row = |number: usize| {
        let cell = |text: &str| text.to_owned();
        [
            format!("e{number}"),
            format!("2026-11-21T10:{number:02}:00Z"),
            cell("show"),
            cell("US"),
            format!("room {}", number % 3),
            cell(TITLES[number % TITLES.len()]),
            format!("v{number}"),
            cell(if number.is_multiple_of(2) { "new, loyal" } else { "new" }),
            String::new(),
        ]
    };
    (0..12).map(row).collect()
}

fn truth() -> Vec<Cells> {
    table().into_iter().map(|[id, _, _, _, room, cover, viewer, ..]| [id, room, cover, viewer]).collect()
}

fn taken(outcome: &Outcome) -> Vec<Cells> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |signal: &super::outcome::Taken| {
        let stage = &outcome.tape.stages[signal.stage];
        [text(&signal.event_id), stage.broadcast_id.clone(), text(&stage.cover_id), text(&signal.viewer_id)]
    };
    outcome.tape.signals.iter().map(row).collect()
}

/// One field as a dialect writes it.
fn field(value: &str, dialect: &Dialect) -> String {
    let Some(quote) = dialect.quote.map(char::from) else { return value.to_owned() };
    let needs = [dialect.delimiter.as_str(), "\n", "\r", &quote.to_string()];
    let first = char::from(dialect.delimiter.as_bytes()[0]);
    if !needs.iter().any(|part| value.contains(part)) && !value.contains(first) {
        return value.to_owned();
    }
    let written = match dialect.escape.map(char::from) {
        None => value.replace(quote, &format!("{quote}{quote}")),
        Some(escape) => value.replace(quote, &format!("{escape}{quote}")),
    };
    format!("{quote}{written}{quote}")
}

fn line<'v>(values: impl Iterator<Item = &'v str>, dialect: &Dialect) -> String {
    values.map(|value| field(value, dialect)).collect::<Vec<_>>().join(dialect.delimiter.as_str())
}

fn header(dialect: &Dialect) -> String {
    line(HEADER.trim_end().split(','), dialect)
}

/// The whole file in a dialect, its lines ended so.
fn file(dialect: &Dialect, end: &str) -> String {
    let rows = table();
    let rows = rows.iter().map(|row| line(row.iter().map(String::as_str), dialect));
    std::iter::once(header(dialect)).chain(rows).map(|line| line + end).collect()
}

fn opened(text: &str) -> File {
    let mut export = tempfile::tempfile().unwrap();
    export.write_all(text.as_bytes()).unwrap();
    export.rewind().unwrap();
    export
}

fn reader(dialect: Dialect, header: Header) -> Mapping {
    Mapping::events().format(Format::Delimited { dialect, encoding: None, header })
}

fn dialects() -> Vec<Dialect> {
    let delimited = |text| Dialect { delimiter: Delimiter::new(text).unwrap(), ..USUAL };
    let mut dialects: Vec<Dialect> =
        [",", ";", "\t", "|", " ", "~", ", ", "; ", "||", "\t\t", "\u{1}", "¦"].map(delimited).to_vec();
    for delimiter in [",", ";", "\t"] {
        dialects.push(Dialect { quote: Some(b'\''), ..delimited(delimiter) });
        dialects.push(Dialect { escape: Some(b'\\'), ..delimited(delimiter) });
    }
    dialects
}

#[test]
fn every_dialect_that_is_declared_is_read_cell_by_cell() {
    for dialect in dialects() {
        for end in ["\n", "\r\n"] {
            let outcome = reader(dialect, Header::FIRST_LINE).read(file(&dialect, end));
            assert_eq!(taken(&outcome), truth(), "{dialect:?} {end:?}");
            assert_eq!(outcome.rows(), [12, 12, 0, 0], "{dialect:?} {end:?}");
        }
    }
}

#[test]
fn every_dialect_is_found_by_a_first_look() {
    for dialect in dialects() {
        let seen = peek(opened(&file(&dialect, "\n")), 100, &mut PeekBudget::default()).unwrap();
        assert_eq!(seen.format, PeekFormat::Delimited { dialect });
        assert_eq!(seen.tables[0].rows.len(), 13, "{dialect:?}");
    }
}

#[test]
fn lines_may_end_with_carriage_returns_alone() {
    let dialect = Dialect { line_end: LineEnd::Return, ..USUAL };
    let text = file(&USUAL, "\n").replace('\n', "\r");
    let outcome = reader(dialect, Header::FIRST_LINE).read(&text);
    assert_eq!(taken(&outcome), truth());
    assert_eq!(outcome.rows(), [12, 12, 0, 0]);
    // Its offsets are those of its bytes.
    let torn = text.replace("v2,", "v2");
    let outcome = reader(dialect, Header::FIRST_LINE).read(&torn);
    let offset = usize::try_from(outcome.report().rejects[0].byte_offset.unwrap()).unwrap();
    assert!(torn[offset..].starts_with("e2,"));
    assert_eq!(
        peek(opened(&text), 100, &mut PeekBudget::default()).unwrap().format,
        PeekFormat::Delimited { dialect }
    );
}

#[test]
fn text_that_is_never_quoted_keeps_its_quotes() {
    let dialect = Dialect { quote: None, delimiter: Delimiter::new("\t").unwrap(), ..USUAL };
    let text = file(&dialect, "\n").replace("two\nlines", "two lines");
    let outcome = reader(dialect, Header::FIRST_LINE).read(text);
    let truth: Vec<Cells> = truth().into_iter().map(|row| row.map(|cell| cell.replace('\n', " "))).collect();
    assert_eq!(taken(&outcome), truth);
}

/// The twelve things that happen to a file as a whole. What is read is the table, or nothing of it.
#[test]
fn a_file_may_begin_and_end_in_many_ways() {
    let whole = file(&USUAL, "\n");
    let (head, rows) = whole.split_once('\n').unwrap();
    let names: Vec<String> = head.split(',').map(str::to_owned).collect();
    let given = |names: &[String], skipped| Header { given: Some(names.to_vec()), skipped, ..Header::FIRST_LINE };
    let skipping = |skipped| Header { skipped, ..Header::FIRST_LINE };
    for (what, text, header) in [
        ("no newline at the end", whole.trim_end_matches('\n').to_owned(), Header::FIRST_LINE),
        ("two newlines at the end", format!("{whole}\n"), Header::FIRST_LINE),
        ("a byte order mark", format!("\u{feff}{whole}"), Header::FIRST_LINE),
        ("no header", rows.to_owned(), given(&names, 0)),
        ("a header of two lines", format!("{head}\n{whole}"), given(&names, 2)),
        ("a header of three lines", format!("{head}\n{head}\n{whole}"), given(&names, 3)),
        ("a header that is cut", format!("id,at,wh\n{rows}"), given(&names, 1)),
        ("a header with a quote that does not close", format!("\"{head}\n{rows}"), given(&names, 1)),
        ("a preamble", format!("Report of November\n\n,,\n{whole}"), skipping(2)),
        ("a preamble to look past", format!("Report of November\n,,,,,,,,\n{whole}"), Header::within(30, 0)),
        ("a table of fewer columns behind it", format!("{whole}id,views\n1,2\n"), Header::FIRST_LINE),
        ("a table of more columns behind it", format!("{whole}1,2,3,4,5,6,7,8,9,10\n"), Header::FIRST_LINE),
    ] {
        let outcome = reader(USUAL, header).read(text);
        assert_eq!(taken(&outcome), truth(), "{what}");
    }
    for (what, text, rows) in [
        ("the header alone", format!("{head}\n"), 0),
        ("one row", format!("{head}\n{}", rows.split_inclusive('\n').next().unwrap()), 1),
    ] {
        for header in [Header::FIRST_LINE, given(&names, 1)] {
            assert_eq!(taken(&reader(USUAL, header).read(&text)), truth()[..rows], "{what}");
        }
    }
    assert!(reader(USUAL, Header::FIRST_LINE).read("").refusal().starts_with("it is empty"));
}

/// Where the first record is damaged, a table without a header is still as wide as the others.
#[test]
fn the_first_record_alone_does_not_say_how_wide_a_table_is() {
    let whole = file(&USUAL, "\n");
    let rows = whole.split_once('\n').unwrap().1.replacen(",show,", ",,show,", 1);
    for names in [Vec::new(), HEADER.trim_end().split(',').map(str::to_owned).collect()] {
        let header = Header { given: Some(names), ..Header::FIRST_LINE };
        let mapping = Mapping::events().columns_by_number(0);
        let outcome = mapping.format(Format::Delimited { dialect: USUAL, encoding: None, header }).read(&rows);
        assert_eq!(taken(&outcome), truth()[1..]);
        assert_eq!(outcome.rejects(), ["1 `e0` field_count"]);
    }
}

/// Every row that was read is a row of the truth but for signs within its text, and only these were lost.
fn only_lost(text: &str, rows: std::ops::Range<usize>, what: &str) {
    let outcome = reader(USUAL, Header::FIRST_LINE).read(text);
    let bare = |row: Cells| row.map(|cell| cell.replace(['"', ',', '\n'], ""));
    let truth: Vec<Cells> = truth().into_iter().map(bare).collect();
    let taken: BTreeSet<Cells> = taken(&outcome).into_iter().map(bare).collect();
    for row in &taken {
        assert!(truth.contains(row), "{what}: {row:?} is not in the table\n{text}");
    }
    for (number, row) in truth.iter().enumerate() {
        assert!(taken.contains(row) || rows.contains(&number), "{what}: row {number} is lost\n{text}");
    }
}

/// Where each row of a file begins, and where the last one ends.
fn starts(lines: &[String]) -> Vec<usize> {
    lines.iter().scan(0, |at, line| Some(std::mem::replace(at, *at + line.len()))).collect()
}

#[test]
fn a_delimiter_too_few_or_too_many_costs_its_row_and_shifts_nothing() {
    let rows = table();
    for (number, row) in rows.iter().enumerate() {
        let fields: Vec<String> = row.iter().map(|value| field(value, &USUAL)).collect();
        let damaged = |line: String, what: &str| {
            let mut lines: Vec<String> = rows.iter().map(line_of).collect();
            lines[number] = line;
            only_lost(&format!("{}\n{}\n", header(&USUAL), lines.join("\n")), number..number + 1, what);
        };
        for column in 0..fields.len() {
            let (before, behind) = fields.split_at(column);
            let [before, behind] = [before.join(","), behind.join(",")];
            if column > 0 {
                damaged(format!("{before}{behind}"), "too few");
                damaged(format!("{before},,{behind}"), "too many");
            }
            let mut quoted = fields.clone();
            quoted[column].insert(0, '"');
            damaged(quoted.join(","), "a quote");
        }
        damaged(fields.join(" "), "spaces");
        damaged(fields.join(";"), "semicolons");
    }
}

fn line_of(row: &[String; 9]) -> String {
    line(row.iter().map(String::as_str), &USUAL)
}

/// Any delimiter, quote or newline may be lost, and a quote may stand anywhere: no number ever moves to another column.
#[test]
fn no_single_byte_lost_or_added_makes_a_wrong_row() {
    let whole = file(&USUAL, "\n");
    let lines: Vec<String> =
        std::iter::once(header(&USUAL) + "\n").chain(table().iter().map(|row| line_of(row) + "\n")).collect();
    let starts = starts(&lines);
    let row_at = |at: usize| starts.iter().filter(|start| **start <= at).count() - 2;
    for at in starts[1]..whole.len() {
        let row = row_at(at);
        let mut added = whole.clone();
        added.insert(at, '"');
        only_lost(&added, row..row + 1, "a quote added");
        if matches!(whole.as_bytes()[at], b',' | b'"' | b'\n') {
            let mut lost = whole.clone();
            lost.remove(at);
            only_lost(&lost, row..row + 2, "a byte lost");
        }
    }
}

#[test]
fn a_quote_that_leaves_in_doubt_where_fields_end_is_a_reject() {
    let read = |line: &str| {
        let text = format!("{HEADER}e1,2026-11-21T10:00:00Z,show,US,r1,{line}\n");
        let outcome = Mapping::events().read(text);
        outcome.rejects().first().cloned()
    };
    let doubt = Some("1 `e1` ambiguous_quote".to_owned());
    // Nine fields only if the quotes are text; the table has nine.
    assert_eq!(read("boots\"warm, dry\",f,"), doubt);
    assert_eq!(read("5\" tube,6\" tube,f,"), doubt);
    // Nine only if they are quotes.
    assert_eq!(read("boots \"warm, dry\",v1,f,"), doubt);
    // Nine by both, at the same places: text.
    for line in ["the \"best\" boots,v1,f,", "5\" tube,v1,f,", "\"a, b\",v \"1\",f,"] {
        assert_eq!(read(line), None, "{line}");
    }
}

#[test]
fn a_lost_delimiter_before_a_text_over_lines_shifts_nothing() {
    // Nine fields on its first line, if the quote is text; eight with the lines behind it, of which one was lost.
    let text = format!(
        "{HEADER}e1,2026-11-21T10:00:00Z,show,US,r1\"boots,warm,dry,old,\nred\",v1,new,\n{}",
        super::mapping::good("e2")
    );
    let outcome = Mapping::events().read(text);
    assert_eq!(outcome.ids(), ["e2"]);
    assert_eq!(outcome.rejects(), ["1 `e1` ambiguous_quote", "2 `re` field_count"]);
    // Inches in every row are text: each line is whole, and together they are no row of which a delimiter was lost.
    let inches = "e1,2026-11-21T10:00:00Z,show,US,r1,5\",v1,f,\ne2,2026-11-21T10:00:00Z,show,US,r1,6\",v1,f,\n";
    assert_eq!(Mapping::events().read(format!("{HEADER}{inches}")).ids(), ["e1", "e2"]);
}

#[test]
fn what_closes_a_torn_field_is_no_record() {
    // A quoted text over two lines whose first one is torn: the second is no row, though it has nine fields.
    let tail = "e9,2026-11-21T10:00:00Z,show,US,r9,end\",v9,f,\n";
    let text = format!("{HEADER}e1,2026\"text of, more\n{tail}e2,2026-11-21T10:00:00Z,show,US,r1,c1,v2,f,\n");
    let outcome = Mapping::events().read(text);
    assert_eq!(outcome.ids(), ["e2"]);
    assert_eq!(outcome.rejects(), ["1 `e1` field_count", "2 `e9` ambiguous_quote"]);
    // Without what is torn before it, an inch is an inch.
    let outcome = Mapping::events().read(format!("{HEADER}{tail}"));
    assert_eq!(outcome.ids(), ["e9"]);
}
