//! Tables without a header, with one over two lines, with formulas that were never computed, and instants in two columns.

use coverledger::config::{Dialect, FoldPolicy, Format, GapPolicy, Header, WallClock, ZoneRule};
use coverledger::time::Zone;

use super::mapping::{HEADER, Mapping, good};
use super::workbook::{replaced, sheet, workbook};

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn given(names: &[&str]) -> Header {
    Header { given: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..Header::FIRST_LINE }
}

fn csv(header: Header) -> Format {
    Format::Delimited { dialect: Dialect::by(b','), encoding: None, header }
}

#[test]
fn a_table_without_a_header_has_the_names_that_are_given() {
    let names: Vec<&str> = HEADER.trim().split(',').collect();
    let mapping = Mapping::events().format(csv(given(&names)));
    let text = format!("\n{}{}", good("e1"), good("e2").replace("show", "nod"));
    let outcome = mapping.read(&text);
    assert_eq!(outcome.rows(), [2, 1, 0, 1]);
    assert_eq!(outcome.ids(), ["e1"]);
    assert_eq!(outcome.rejects(), ["2 `e2` unknown_event what"]);
    // A header after all is no record that counts.
    assert_eq!(mapping.read(format!("{HEADER}{}", good("e1"))).rows(), [2, 1, 1, 0]);
    assert_eq!(
        mapping.read("a,b,c\n").refusal(),
        "its first rows have 3 columns, and `header` gives the names of 9"
    );
    let book = workbook(vec![sheet("Data", &text)]);
    let xlsx = Format::Xlsx { sheets: Vec::new(), header: given(&names) };
    assert_eq!(Mapping::events().format(xlsx).read(book).ids(), ["e1"]);
}

#[test]
fn columns_go_by_their_numbers() {
    let by_number = |number| Mapping::events().format(csv(given(&[]))).columns_by_number(number);
    assert_eq!(by_number(0).read(good("e1")).ids(), ["e1"]);
    let refusal = by_number(4).read(good("e1")).refusal();
    assert!(refusal.contains("`column 13`"), "{refusal}");
    // Beside columns with a name.
    let text = format!("{}{}", HEADER.replace("cover", ""), good("e1"));
    let outcome = Mapping::events().cover_number(6).read(text);
    assert_eq!(outcome.tape.stages[0].cover_id.as_deref(), Some("c1"));
}

#[test]
fn a_header_over_two_lines_is_read_from_both() {
    let two = |within| Header { lines: 2, ..Header::within(within, 0) };
    let upper = "id,at,what,country,Where,,Who,,dwell\n";
    let lower = ",,,,room,cover,viewer,who,\n";
    let text = format!("Report of November,,,,,,,,\n{upper}{lower}{}", good("e1"));
    for (header, text) in [(two(5), text.clone()), (two(1), format!("{upper}{lower}{}", good("e1")))] {
        let outcome = Mapping::events().format(csv(header)).read(text);
        assert_eq!(outcome.ids(), ["e1"]);
        assert_eq!(outcome.rows(), [1, 1, 0, 0]);
    }
    let book = workbook(vec![sheet("Data", &text)]);
    let xlsx = || Format::Xlsx { sheets: Vec::new(), header: two(30) };
    assert_eq!(Mapping::events().format(xlsx()).read(book).ids(), ["e1"]);
    // A quiet day may have the names in one line.
    let quiet = workbook(vec![sheet("Data", HEADER)]);
    assert_eq!(Mapping::events().format(xlsx()).read(quiet).rows(), [0, 0, 0, 0]);
    assert_eq!(Mapping::events().format(csv(two(5))).read(HEADER).rows(), [0, 0, 0, 0]);
    // One line where records follow is another kind of file. What stands in a record is not told: it names a viewer.
    let text = format!("{}{}", HEADER.replace("room", "chamber"), good("e1"));
    let refusal = Mapping::events().format(csv(two(5))).read(text).refusal();
    assert!(refusal.contains("`chamber`") && !refusal.contains("v1"), "{refusal}");
    Mapping::events().format(csv(two(5))).read(format!("{HEADER}{}", good("e1"))).refusal();
}

#[test]
fn formulas_without_values_are_no_blank_cells() {
    let book = workbook(vec![sheet("Data", &format!("{HEADER}{}{}", good("e1"), good("e2")))]);
    let mapping = Mapping::events().xlsx(&[]);
    assert_eq!(mapping.read(&book).ids(), ["e1", "e2"]);
    let never_computed = replaced(
        &book,
        SHEET,
        "</c></row></sheetData>",
        "</c><c r=\"I3\"><f>1+1</f><v></v></c></row></sheetData>",
    );
    assert_eq!(
        mapping.read(never_computed).refusal(),
        "its column `dwell` holds 1 formulas without saved values, the first in cell `I3`: a spreadsheet computes and \
         saves them (open it in one and save it, or have the program write values)"
    );
    let computed = replaced(
        &book,
        SHEET,
        "</c></row></sheetData>",
        "</c><c r=\"I3\"><f>1+1</f><v>2</v></c></row></sheetData>",
    );
    assert_eq!(mapping.read(computed).rows()[0], 2);
    // Of a column that nobody maps nothing is said.
    let aside =
        replaced(&book, SHEET, "</c></row></sheetData>", "</c><c r=\"J3\"><f>1+1</f></c></row></sheetData>");
    assert_eq!(mapping.read(aside).ids(), ["e1", "e2"]);
}

#[test]
fn an_event_may_have_its_date_and_its_time_in_two_columns() {
    let wall = WallClock {
        zone: ZoneRule::Named(Zone::named("Asia/Shanghai").unwrap()),
        gap: GapPolicy::Reject,
        fold: FoldPolicy::Reject,
    };
    let mapping = Mapping::events().at_apart("%Y-%m-%d %H:%M", wall, "dwell");
    let row = |date: &str, time: &str| format!("e1,{date},show,US,r1,c1,v1,f,{time}\n");
    let text = format!(
        "{HEADER}{}{}{}",
        row("2026-11-21", "18:00"),
        row("2026-11-20T16:00:00Z", "18:00:00 - 18:59:59"),
        row("2026-11-21", "")
    );
    let outcome = mapping.read(text);
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["3 `e1` missing_value dwell"]);
    assert!(outcome.tape.signals.iter().all(|signal| signal.occurred_us == 1_795_255_200_000_000));
}
