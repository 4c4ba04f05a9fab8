//! What is found out about small exports written by hand.

mod clocks;
mod covers;
mod drafts;
mod rates;
mod remarks;
mod tables;
mod times;

use jiff::Timestamp;

use super::{Finding, inspect};
use crate::export::{Peek, PeekCell, PeekFormat, PeekTable, number};
use coverledger_config::NumberStyle;

/// A row of text, cut at `|`.
fn cells(line: &str) -> Vec<PeekCell> {
    let cell = |text: &str| match text.trim() {
        "" => PeekCell::Empty,
        text => PeekCell::Text(text.to_owned()),
    };
    line.split('|').map(cell).collect()
}

/// A table of text, as a file of delimited text has it.
fn text(lines: &str) -> Peek {
    let rows = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(cells).collect();
    let tables = vec![PeekTable { name: None, rows, is_cut: false, is_narrowed: false }];
    Peek {
        compression: None,
        encoding: Some("utf-8"),
        rival_encodings: Vec::new(),
        format: PeekFormat::Delimited { dialect: coverledger_config::Dialect::by(b',') },
        tables,
    }
}

/// The same as a spreadsheet has it: numbers are numbers.
fn sheet(name: &str, lines: &str) -> Peek {
    let mut peek = text(lines);
    for cell in peek.tables[0].rows.iter_mut().flatten() {
        if let PeekCell::Text(text) = cell
            && text.len() < 16
            && let Ok(Some(_)) = number(text, NumberStyle::default())
            && let Ok(value) = text.parse()
        {
            *cell = PeekCell::Float(value);
        }
    }
    peek.tables[0].name = Some(name.to_owned());
    Peek { encoding: None, format: PeekFormat::Xlsx, ..peek }
}

fn look(peek: &Peek) -> Finding {
    look_with(peek, &[])
}

fn look_with(peek: &Peek, starts: &[Timestamp]) -> Finding {
    inspect(peek, starts).into_iter().next().unwrap()
}

/// What a report says beside a word, each on a line.
fn said(peek: &Peek, word: &str) -> Vec<String> {
    let report = super::report("x", peek, &inspect(peek, &[]), None);
    let begins = |line: &&str| line.starts_with(&format!("  {word:<15}"));
    let mut lines = report.lines().skip_while(|line| !begins(line));
    let first = lines.next().map(|line| line.chars().skip(17).collect());
    let rest = lines.take_while(|line| line.starts_with(&" ".repeat(17))).map(|line| line[17..].to_owned());
    first.into_iter().chain(rest).collect()
}
