//! A log on disk: its header, its rows, and one more. What is there stays as it is, byte by byte.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::form::{LogForm, Row};
use crate::cli::Failure;
use crate::cli::lang::Lang;
use coverledger_config::ColumnName;
use coverledger_demo as demo;

/// Lines among which the header is looked for.
const HEADER_WITHIN: usize = 20;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A log.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    /// What is to be written before the row: the header of a new one, or the end of a last line without one.
    before: String,
    line_end: &'static str,
    places: Places,
    /// What it holds below its header.
    records: Vec<Vec<String>>,
    /// Lines up to the new row.
    lines: usize,
}

/// Where its columns are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    market: Option<usize>,
    broadcast: usize,
    cover: usize,
    from: Vec<usize>,
    width: usize,
}

impl LogFile {
    /// Opens it; a new one is begun with the header of the form, or of the template in that language.
    ///
    /// # Errors
    /// It cannot be read, or is not such a log.
    pub fn open(path: &Path, form: &LogForm, language: Lang) -> Result<Self, Failure> {
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if !is_csv {
            let path = path.display();
            return Err(Failure::usage(format!(
                "rows can be appended to CSV alone, and `{path}` is none (a workbook is filled in by hand: `covers log --template FILE.xlsx`)"
            )));
        }
        if !path.exists() {
            return Self::begin(path, form, language);
        }
        let text = text_of(path)?;
        parses(path, &text)?;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let before = if text.is_empty() || text.ends_with('\n') { "" } else { line_end };
        let Some((places, records)) = read(&text, form) else {
            let header = form.header().join("`, `");
            let path = path.display();
            return Err(Failure::usage(format!("`{path}` has no such header (expected the columns `{header}`)")));
        };
        let lines = text.lines().count();
        Ok(Self { path: path.to_owned(), before: before.to_owned(), line_end, places, records, lines })
    }

    fn begin(path: &Path, form: &LogForm, language: Lang) -> Result<Self, Failure> {
        let of_template = form.header() == LogForm::of_templates().header();
        let template = language.of("cover_log.csv", "cover_log_zh.csv");
        let template = demo::template(template).map(String::from_utf8_lossy).filter(|_| of_template);
        let header = template.map_or_else(|| record(&form.header()), |text| text.trim_end().to_owned());
        let before = format!("{header}\r\n");
        let Some((places, records)) = read(&before, form) else {
            return Err(Failure::usage("the log's columns have names that cannot be written"));
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.map_or(Ok(()), fs::create_dir_all).map_err(|error| cannot(path, &error))?;
        Ok(Self { path: path.to_owned(), before, line_end: "\r\n", places, records, lines: 1 })
    }

    /// Whether a file has the header of a form.
    pub fn has_header_of(path: &Path, form: &LogForm) -> bool {
        text_of(path).is_ok_and(|text| read(&text, form).is_some())
    }

    /// Whether it has rows of a broadcast.
    pub fn has_broadcast(path: &Path, form: &LogForm, broadcast: &str) -> bool {
        let Ok(text) = text_of(path) else { return false };
        let found = read(&text, form);
        found.is_some_and(|(places, records)| {
            records.iter().any(|record| cell(record, places.broadcast) == broadcast)
        })
    }

    /// Whether a row can be added: at one time a broadcast has one cover.
    ///
    /// # Errors
    /// The log has one for that time.
    pub fn check(&self, row: &Row) -> Result<(), Failure> {
        let is_same = |record: &&Vec<String>| {
            cell(record, self.places.broadcast) == row.broadcast
                && self
                    .places
                    .market
                    .zip(row.market.as_deref())
                    .is_none_or(|(at, market)| cell(record, at) == market)
                && self.places.from.iter().zip(&row.from).all(|(at, from)| cell(record, *at) == from)
        };
        let Some(record) = self.records.iter().find(is_same) else { return Ok(()) };
        let (there, from) = (cell(record, self.places.cover), row.from.join(" "));
        Err(Failure::usage(format!(
            "the log has `{there}` from {from} on in broadcast `{}`: a broadcast has one cover at a time (correct the row in {})",
            row.broadcast,
            self.path.display()
        )))
    }

    /// Appends a row, and returns its line's number.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(&mut self, row: &Row) -> Result<usize, Failure> {
        let mut cells = vec![String::new(); self.places.width];
        if let (Some(at), Some(market)) = (self.places.market, &row.market) {
            cells[at].clone_from(market);
        }
        cells[self.places.broadcast].clone_from(&row.broadcast);
        cells[self.places.cover].clone_from(&row.cover);
        for (at, from) in self.places.from.iter().zip(&row.from) {
            cells[*at].clone_from(from);
        }
        // In one piece, so that nobody reads half a row.
        let text = format!("{}{}{}", self.before, record(&cells), self.line_end);
        let file = OpenOptions::new().append(true).create(true).open(&self.path);
        let written = file.and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| cannot(&self.path, &error))?;
        self.before.clear();
        self.lines += 1;
        self.records.push(cells);
        Ok(self.lines)
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot write `{}`: {error}", path.display()))
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| Failure::usage(format!("cannot read `{shown}`: {error}")))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!("`{shown}` is not UTF-8: save it as `CSV UTF-8`, and rows can be appended to it"))
    })
}

/// A row that is appended stands for itself only below a text that is read to its end.
fn parses(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.display();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut at, mut record) = (1, csv::StringRecord::new());
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => at = line,
            Ok(false) => break,
            Err(error) => {
                return Err(Failure::usage(format!("line {line} of `{shown}` cannot be read: {error}")));
            }
        }
    }
    // A row below it shows whether a quote of the last record is still open.
    let mut with_row = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes().chain(&b"\nappended"[..]));
    let last = with_row.records().last().and_then(Result::ok);
    if last.is_some_and(|last| last.len() == 1 && &last[0] == "appended") {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "a quote that begins in line {at} of `{shown}` has no end: a row below would be a part of it (close it, and rows can be appended)"
    )))
}

/// Where the columns of a form are, and what stands below the header; `None` if there is no such header.
fn read(text: &str, form: &LogForm) -> Option<(Places, Vec<Vec<String>>)> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let mut places = None;
    for record in records.by_ref().take(HEADER_WITHIN) {
        let header: Vec<String> = record.iter().map(folded).collect();
        places = places_in(&header, form);
        if places.is_some() {
            break;
        }
    }
    let rest = records.map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect());
    Some((places?, rest.collect()))
}

fn places_in(header: &[String], form: &LogForm) -> Option<Places> {
    let place = |column: &ColumnName| match column.number() {
        Some(number) => usize::from(number).checked_sub(1).filter(|at| *at < header.len()),
        None => header.iter().position(|name| column.names().iter().any(|wanted| folded(wanted) == *name)),
    };
    let market = match form.market_column() {
        Some(column) => Some(place(column)?),
        None => None,
    };
    let from = form.columns_of_beginning().into_iter().map(place).collect::<Option<Vec<usize>>>()?;
    Some(Places {
        market,
        broadcast: place(&form.broadcast)?,
        cover: place(&form.cover)?,
        from,
        width: header.len(),
    })
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn cell(record: &[String], at: usize) -> &str {
    record.get(at).map_or("", String::as_str)
}

/// A line of CSV without its end.
fn record(cells: &[String]) -> String {
    let field = |cell: &String| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    cells.iter().map(field).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_whose_last_quote_is_open_is_refused_by_its_line() {
        let of = |text: &str| parses(Path::new("log.csv"), text).map_err(|error| format!("{error:?}"));
        for whole in ["", "a,b\n", "a,b", "a,\"b\nc\"\n", "a,\"b\"\"\"\n1,2", "\u{feff}a\r\n1\r\n"] {
            assert_eq!(of(whole), Ok(()), "{whole}");
        }
        let error = of("a,b\n1,2\n3,\"4\n5,6\n").unwrap_err();
        assert!(error.contains("line 3 of `log.csv`"), "{error}");
        assert!(of("a,\"b").unwrap_err().contains("line 1 of"));
    }
}
