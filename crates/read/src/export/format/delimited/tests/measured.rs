//! Files of a benchmark as `run` reads them; started by hand, see `docs/RELIABILITY.md`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::export::ExportError;
use crate::export::format::delimited::read;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::stream::bytes::Bytes;
use crate::export::format::stream::lines::Lines;
use crate::export::format::wanted::Wanted;
use coverledger_config::{ColumnName, Delimiter, Dialect, Header, LineEnd};
use coverledger_core::model::Reason;

/// The records of a table as CSV in which every value stands in quotes.
#[derive(Default)]
struct Written {
    text: String,
}

impl Written {
    fn row<'v>(&mut self, values: impl Iterator<Item = &'v str>) {
        let values: Vec<String> = values.map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
        writeln!(self.text, "{}", values.join(",")).unwrap();
    }
}

impl Records for Written {
    fn record(&mut self, _: Position, fields: &[Field<'_>], _: &dyn Fn() -> String) {
        self.row(fields.iter().map(|field| if let Field::Text(text) = field { text } else { "" }));
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        eprintln!("{} {}: {}", at.record, reason.word(), String::from_utf8_lossy(raw));
    }

    fn is_refused(&self) -> bool {
        false
    }
}

fn letter(said: &Value) -> Option<u8> {
    said.as_str().and_then(|text| text.bytes().next())
}

/// A file by what is declared of it: `delimiter`, `quote`, `escape`, `line_end`, `skip_rows`, and `header`, a list of names.
fn written(file: &Path, said: &Value) -> Result<String, ExportError> {
    let dialect = Dialect {
        delimiter: said["delimiter"].as_str().and_then(Delimiter::new).unwrap(),
        quote: letter(&said["quote"]),
        escape: letter(&said["escape"]),
        line_end: if said["line_end"] == "carriage_return" { LineEnd::Return } else { LineEnd::Newline },
    };
    let names: Vec<String> =
        said["header"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let columns = said["columns"].as_u64().unwrap();
    let skipped = u16::try_from(said["skip_rows"].as_u64().unwrap()).unwrap();
    let header = Header { given: Some(names.clone()), skipped, ..Header::FIRST_LINE };
    let wanted: Vec<Wanted> =
        (1..=columns).map(|number| Wanted::needed(&ColumnName::at(u16::try_from(number).unwrap()))).collect();
    let mut taken = Written::default();
    if !names.is_empty() {
        taken.row(names.iter().map(String::as_str));
    }
    let bytes = Bytes::open(fs::File::open(file).unwrap(), None)?.ending_with(dialect.line_end);
    read(Lines::new(bytes)?, dialect, &header, &wanted, &mut taken)?;
    Ok(taken.text)
}

/// For every `csv/X` below the folder and its `said/X.json`: what is read of it, as `read/X`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a measurement that is started by hand is told where the files are")]
#[ignore = "needs COVERLEDGER_DELIMITED, a folder with files of a benchmark"]
fn files_of_a_folder_as_they_are_read() {
    let folder = PathBuf::from(std::env::var("COVERLEDGER_DELIMITED").expect("COVERLEDGER_DELIMITED"));
    fs::create_dir_all(folder.join("read")).unwrap();
    for entry in fs::read_dir(folder.join("said")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_owned();
        let said = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        eprintln!("{}", name.to_string_lossy());
        let text = written(&folder.join("csv").join(&name), &said)
            .unwrap_or_else(|error| format!("Application Error\n{error}\n"));
        fs::write(folder.join("read").join(&name), text).unwrap();
    }
}
