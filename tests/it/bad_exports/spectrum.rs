//! csv-spectrum: sound CSV that many readers get wrong, with the values it holds.

use coverledger::config::{InstantColumn, InstantFormat};

use super::mapping::Mapping;
use crate::data;

/// A value that every row can be given as its instant.
const AT: &str = "2026-11-21T10:00:00Z";

#[test]
fn every_value_of_csv_spectrum_arrives_as_it_is() {
    let Some(folder) = data::folder("badinput/csv-spectrum") else { return };
    let mut rows = 0;
    let names: Vec<String> = data::files(&folder.join("csvs")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 12);
    for name in names {
        let mut bytes = std::fs::read(folder.join("csvs").join(&name)).unwrap();
        if name.ends_with("_crlf.csv") && !bytes.contains(&b'\r') {
            // A copy that passed through git may have lost what these files are about.
            bytes = String::from_utf8(bytes).unwrap().replace('\n', "\r\n").into_bytes();
        }
        let json = std::fs::read_to_string(folder.join("json").join(name.replace(".csv", ".json"))).unwrap();
        let expected = expected(&name, &json);
        let header: Vec<&str> = expected[0].iter().map(|(column, _)| column.as_str()).collect();
        for column in 0..header.len() {
            let values: Vec<&str> = expected.iter().map(|row| row[column].1.as_str()).collect();
            assert_eq!(read(&bytes, header[column], values.len()), values, "{name}, {}", header[column]);
        }
        rows += expected.len();
    }
    assert_eq!(rows, 21);
}

/// What the JSON beside the CSV says, in the order of the CSV's columns.
fn expected(name: &str, json: &str) -> Vec<Vec<(String, String)>> {
    let cut = |object: &serde_json::Value| {
        let pairs = object.as_object().unwrap().iter();
        pairs.map(|(column, value)| (column.clone(), value.as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let mut rows = match serde_json::from_str(json).unwrap() {
        serde_json::Value::Array(rows) => rows.iter().map(cut).collect(),
        row => vec![cut(&row)],
    };
    if name == "location_coordinates.csv" {
        // Upstream's expectation names another phone number than its own CSV.
        rows[0]
            .iter_mut()
            .filter(|(_, value)| value == "1234567890")
            .for_each(|(_, value)| "2095257564".clone_into(value));
    }
    rows
}

/// The values of one column: read as the audience, where an empty one is `unknown`.
fn read(bytes: &[u8], column: &str, rows: usize) -> Vec<String> {
    let at = InstantColumn {
        column: coverledger::config::ColumnName::new(column),
        time: None,
        format: InstantFormat::Rfc3339,
    };
    // No column of these files is a time: every record of the file as it is must be a reject.
    let rejected = Mapping::audience(at, &[column]).read(bytes);
    assert_eq!(rejected.rows(), [rows as u64, 0, 0, rows as u64]);
    let dated = dated(bytes);
    let at = InstantColumn {
        column: coverledger::config::ColumnName::new("coverledger_at"),
        time: None,
        format: InstantFormat::Rfc3339,
    };
    let outcome = Mapping::audience(at, &[column]).read(dated);
    assert_eq!(outcome.rows(), [rows as u64, rows as u64, 0, 0]);
    let audience = |stage: usize| outcome.tape.stages[stage].audience.clone();
    let values = outcome.tape.signals.iter().map(|signal| audience(signal.stage));
    values.map(|value| if value == "unknown" { String::new() } else { value }).collect()
}

/// The same CSV with an instant as its first column. Lines within quotes are told by counting quotes, which is
/// right for files without a quote inside unquoted text.
fn dated(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut dated = String::new();
    let mut is_inside = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if !is_inside {
            dated.push_str(if index == 0 { "coverledger_at," } else { AT });
            if index > 0 {
                dated.push(',');
            }
        }
        is_inside ^= line.matches('"').count() % 2 == 1;
        dated.push_str(line);
    }
    dated.into_bytes()
}
