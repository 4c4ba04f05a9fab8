//! `show --output`: every table for programs, whole, and the same when it is read back.

use std::fs;
use std::io::Read;

use coverledger::export::{PeekBudget, PeekCell, peek};
use coverledger::model::TableName;
use polars::prelude::*;
use serde_json::{Value as Json, json};

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};
use crate::table;

/// A cover that a spreadsheet would run.
const FORMULA: &str = "=HYPERLINK(\"http://x\")";

/// Two days with a cover whose id is a formula, one with a comma and quotes, and a record that is rejected.
fn night() -> Scenario {
    let scenario = Scenario::shop().job("shop", "GB", 2).at("2026-11-21T03:00:00Z");
    let scenario = scenario.setting("max_reject_share", "0.9").platform("shop", SHOP);
    let quoted = "\"=HYPERLINK(\"\"http://x\"\")\"";
    let day = |date: &str| {
        let rows = events(&format!(
            "a-{date} {date}T20:30:00Z show GB r1 FORMULA v1 f 25-34 -
             b-{date} {date}T20:31:00Z tap GB r1 FORMULA v1 f 25-34 -
             c-{date} {date}T09:00:00Z show GB r1 COMMA v2 - - -
             d-{date} noon show GB r1 c3 v2 - - -"
        ));
        rows.replace("FORMULA", quoted).replace("COMMA", "\"a,\"\"b\"\" 直播\"")
    };
    scenario.export("shop/2026-11-19/a.csv", day("2026-11-19")).export("shop/2026-11-20/a.csv", day("2026-11-20"))
}

fn tables() -> [TableName; 5] {
    [
        TableName::Funnel,
        TableName::SlotAudience,
        TableName::Capability,
        TableName::Rejects,
        TableName::Reconciliation,
    ]
}

/// The published table, as the program writes its values to JSON.
fn published(scenario: &Scenario, name: TableName) -> Vec<Json> {
    let frame = table::frame(&scenario.tree(&format!("archive/{name}")));
    let value = |column: &Column, row: usize| match column.get(row).unwrap() {
        AnyValue::Null => Json::Null,
        AnyValue::Int64(number) => json!(number),
        AnyValue::Float64(number) => json!(number),
        AnyValue::Boolean(truth) => json!(truth),
        AnyValue::Datetime(us, ..) | AnyValue::DatetimeOwned(us, ..) => {
            let at = jiff::Timestamp::from_microsecond(us).unwrap().to_string();
            let is_utc = matches!(column.dtype(), DataType::Datetime(_, Some(_)));
            json!(if is_utc { at } else { at.trim_end_matches('Z').to_owned() })
        }
        value => json!(value.str_value()),
    };
    let row = |row| Json::Object(frame.columns().iter().map(|c| (c.name().to_string(), value(c, row))).collect());
    (0..frame.height()).map(row).collect()
}

fn shown(scenario: &Scenario, table: TableName, more: &[&str]) -> String {
    let args = [&["show", table.as_str(), "--output"], more].concat();
    scenario.cli(&args).exits(0).stdout
}

#[test]
fn json_is_every_column_of_every_row() {
    let scenario = night();
    scenario.run().exits(0);
    for name in tables() {
        let text = shown(&scenario, name, &["json"]);
        let rows: Vec<Json> = serde_json::from_str(&text).unwrap();
        // Read as the rows were: the reader here may take the last bit of a fraction otherwise.
        let expected = serde_json::to_string(&published(&scenario, name)).unwrap();
        assert_eq!(rows, serde_json::from_str::<Vec<Json>>(&expected).unwrap(), "{name}");
        let lines = if rows.is_empty() { 1 } else { rows.len() + 2 };
        assert_eq!(text.lines().count(), lines, "a row is a line");
    }
    let funnel: Vec<Json> = serde_json::from_str(&shown(&scenario, TableName::Funnel, &["json"])).unwrap();
    let formula: Vec<&Json> = funnel.iter().filter(|row| row["cover_id"] == FORMULA).collect();
    assert_eq!(formula.len(), 2);
    assert_eq!(
        (&formula[0]["local_date"], &formula[0]["impressions"], &formula[0]["orders_low"]),
        (&json!("2026-11-19"), &json!(1), &json!(0))
    );
}

#[test]
fn csv_reads_back_as_what_was_published() {
    let scenario = night();
    scenario.run().exits(0);
    for name in tables() {
        let text = shown(&scenario, name, &["csv"]);
        assert!(text.ends_with("\r\n"), "RFC 4180");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let declared: Vec<String> = name.spec().columns().into_iter().map(|column| column.name.into()).collect();
        assert_eq!(header, declared);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let expected = published(&scenario, name);
        assert_eq!(rows.len(), expected.len(), "{name}");
        for (row, expected) in rows.iter().zip(&expected) {
            for (name, field) in header.iter().zip(row) {
                let is_same = match &expected[name] {
                    Json::Null => field.is_empty(),
                    Json::Number(number) => {
                        field.parse::<f64>().unwrap().to_bits() == number.as_f64().unwrap().to_bits()
                    }
                    Json::String(text) if text.starts_with('=') => field == format!("'{text}"),
                    Json::String(text) => field == text,
                    other => {
                        let text = other.to_string();
                        field == text
                    }
                };
                assert!(is_same, "`{field}` is `{}` in `{name}`", expected[name]);
            }
        }
    }
    let funnel = shown(&scenario, TableName::Funnel, &["csv"]);
    assert!(funnel.contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), "{funnel}");
    assert!(funnel.contains(",\"a,\"\"b\"\" 直播\","), "{funnel}");
}

#[test]
fn a_workbook_reads_back_with_true_days_and_no_formula() {
    let scenario = night();
    scenario.run().exits(0);
    for name in tables() {
        let file = scenario.path(&format!("{name}.xlsx"));
        let path = file.to_str().unwrap();
        let written = |scenario: &Scenario| {
            assert_eq!(shown(scenario, name, &["xlsx", "--output-file", path]), "");
            fs::read(&file).unwrap()
        };
        assert_eq!(written(&scenario), written(&scenario), "{name}: the same rows are the same bytes");
        let book = peek(fs::File::open(&file).unwrap(), 10_000, &mut PeekBudget::default()).unwrap();
        assert_eq!(book.tables[0].name.as_deref(), Some(name.as_str()));
        let (header, rows) = book.tables[0].rows.split_first().unwrap();
        let types: Vec<_> = name.spec().columns().into_iter().map(|column| column.of_type.word()).collect();
        let expected = published(&scenario, name);
        assert_eq!((rows.len(), header.len()), (expected.len(), types.len()), "{name}");
        for (row, expected) in rows.iter().zip(&expected) {
            for (at, of_type) in types.iter().enumerate() {
                let PeekCell::Text(name) = &header[at] else { panic!("{:?}", header[at]) };
                let cell = row.get(at).unwrap_or(&PeekCell::Empty);
                assert!(is_cell(cell, &expected[name], of_type), "{cell:?} is {} in `{name}`", expected[name]);
            }
        }
    }
    let mut book = ::zip::ZipArchive::new(fs::File::open(scenario.path("funnel.xlsx")).unwrap()).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    assert!(part("docProps/core.xml").contains("2000-01-01T00:00:00Z"), "no clock is in it");
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{sheet}");
}

/// Whether a cell of a workbook holds this value.
fn is_cell(cell: &PeekCell, value: &Json, of_type: &str) -> bool {
    let wall = |us: &i64| jiff::Timestamp::from_microsecond(*us).unwrap().to_string();
    match (cell, value) {
        (PeekCell::Empty, Json::Null) => true,
        (PeekCell::Wall(us), Json::String(text)) if of_type == "date" => wall(us) == format!("{text}T00:00:00Z"),
        (PeekCell::Wall(us), Json::String(text)) => wall(us).trim_end_matches('Z') == text.trim_end_matches('Z'),
        (PeekCell::Text(found), Json::String(text)) => found == text && of_type == "string",
        (PeekCell::Int(found), Json::Number(_)) => json!(found).as_f64() == value.as_f64(),
        (PeekCell::Float(found), Json::Number(_)) => Some(*found) == value.as_f64(),
        (PeekCell::Bool(found), Json::Bool(truth)) => found == truth,
        _ => false,
    }
}

#[test]
fn rows_and_places_are_chosen_as_for_people() {
    let scenario = night();
    scenario.run().exits(0);
    let rows = |more: &[&str]| -> usize {
        let args = [&["json"], more].concat();
        serde_json::from_str::<Vec<Json>>(&shown(&scenario, TableName::Funnel, &args)).unwrap().len()
    };
    assert_eq!(rows(&[]), 4);
    assert_eq!(rows(&["--rows", "3"]), 3);
    assert_eq!(rows(&["--rows", "0", "--date", "2026-11-19"]), 2);
    assert_eq!(rows(&["--market", "GB", "--platform", "shop"]), 4);
    let none = scenario.cli(&["show", "funnel", "--output", "json", "--date", "2026-11-01"]).exits(0);
    assert_eq!(none.stdout, "[]\n");
    let there = "there is: 2026-11-19 to 2026-11-20";
    assert_eq!(none.stderr, format!("no rows: `funnel` has no local_date `2026-11-01` ({there})\n"));
    let none = scenario.cli(&["show", "funnel", "--output", "csv", "--date", "2026-11-01"]).exits(0).stdout;
    assert_eq!(none.lines().count(), 1, "a header");
}

#[test]
fn a_damaged_object_costs_its_own_rows() {
    let scenario = night();
    scenario.run().exits(0);
    let key = "funnel/platform=shop/market=GB/local_date=2026-11-19/part.parquet";
    scenario.write(&format!("archive/{key}"), "PAR1 and no more");
    for output in ["json", "csv"] {
        let outcome = scenario.cli(&["show", "funnel", "--output", output]).exits(1);
        assert!(outcome.stderr.contains(key), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("2026-11-20") && !outcome.stdout.contains("2026-11-19"));
        if output == "json" {
            assert_eq!(serde_json::from_str::<Vec<Json>>(&outcome.stdout).unwrap().len(), 2);
        }
    }
}

#[test]
fn a_file_is_there_whole_or_as_it_was() {
    let scenario = night();
    scenario.run().exits(0);
    let file = scenario.path("funnel.json");
    let show = |more: &[&str]| scenario.cli(&[&["show", "funnel"], more].concat());
    let before = show(&["--output-file", "funnel.json"]).exits(2).stderr;
    assert_eq!(before, "error: `--output-file` is for `--output json`, `csv` or `xlsx`\n");
    assert!(!file.exists());
    show(&["--output", "json", "--output-file", "funnel.json"]).exits(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), show(&["--output", "json"]).exits(0).stdout);
    let nowhere = show(&["--output", "csv", "--output-file", "no/such/folder.csv"]).exits(2).stderr;
    assert!(nowhere.starts_with("error: cannot write `no/such/folder.csv`: "), "{nowhere}");
    // The archive that cannot be read leaves the file, and nothing beside it.
    fs::rename(scenario.path("archive"), scenario.path("elsewhere")).unwrap();
    show(&["--output", "csv", "--output-file", "funnel.json"]).exits(1);
    assert!(fs::read_to_string(&file).unwrap().starts_with('['));
    let left = fs::read_dir(scenario.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with(".coverledger-")));
}

#[cfg(unix)]
#[test]
fn a_file_has_the_rights_of_a_new_one_and_a_pipe_is_written_to() {
    use std::os::unix::fs::PermissionsExt;

    let scenario = night();
    scenario.run().exits(0);
    scenario.write("plain", "");
    let rights = |name: &str| fs::metadata(scenario.path(name)).unwrap().permissions().mode() & 0o777;
    scenario.cli(&["show", "funnel", "--output", "csv", "--output-file", "funnel.csv"]).exits(0);
    assert_eq!(rights("funnel.csv"), rights("plain"));
    let piped =
        scenario.cli(&["show", "funnel", "--output", "csv", "--output-file", "/dev/stdout"]).exits(0).stdout;
    assert_eq!(piped.as_bytes(), fs::read(scenario.path("funnel.csv")).unwrap());
}
