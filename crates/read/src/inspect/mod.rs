//! The first look at an unknown export: what it is, whose clock it is on, and which column is the cover's rate.
//!
//! Names of columns are claims; what a rate is a rate *of* is said by arithmetic, row by row, within the rounding of its
//! numbers. What cannot be proven is called `probably`, with the evidence. Nothing here reads files or prints.

mod alias;
mod cell;
mod clock;
mod clock_change;
mod column;
mod column_kind;
mod cover_log;
mod doubt;
mod draft;
mod family;
mod header;
mod interval_columns;
mod json;
mod known_platform;
mod language;
mod name;
mod non_data_row;
mod number;
mod offset;
mod published;
mod qualifier;
mod quality;
mod relation;
mod report;
mod role;
mod running_totals;
mod shown_columns;
mod step_budget;
mod table_zone;
#[cfg(test)]
mod tests;
mod text_page;
mod time_patterns;
mod total;
mod verdict;
mod zone;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

pub use column::Column;
pub use column_kind::{ColumnKind, InstantWay};
pub use draft::{Drafted, DraftedLog, Sample, draft};
pub use family::kinship;
pub use header::Header;
pub use interval_columns::{IntervalColumns, IntervalEnd};
pub use json::{as_json, draft_as_json};
pub use non_data_row::NonDataRow;
pub use number::{Number, NumberShape};
pub use relation::{Proof, Relation, Twins};
pub use report::report;
pub use role::Role;
pub use total::{Comparison, Total};
pub use verdict::Verdict;
pub use zone::{Candidate, ZoneVerdict};

use crate::export::{Peek, PeekCell, PeekFormat, PeekTable};
use coverledger_config::NumberStyle;

/// What is found out about a table.
#[derive(Debug)]
pub struct Finding {
    /// Its sheet, or the way to its rows.
    pub name: Option<String>,
    /// Where its header is.
    pub header: Header,
    /// Rows that are counted: neither header nor totals.
    pub rows: usize,
    /// Whether the table goes on beyond what was looked at.
    pub is_cut: bool,
    /// Whether it has more columns than were looked at.
    pub is_narrowed: bool,
    /// How it writes numbers.
    pub style: NumberStyle,
    /// A number that shows it.
    pub style_example: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its totals.
    pub totals: Vec<Total>,
    /// Rows that are neither data nor totals: notes, and headers that are there once more.
    pub strangers: Vec<NonDataRow>,
    /// What stands before the header.
    pub preamble: Vec<String>,
    /// Which columns say when.
    pub when: IntervalColumns,
    /// The first and the last date of the rows, by the clock that they are written by.
    pub dates: Option<(Date, Date)>,
    /// Whose clock they are on.
    pub clock: ZoneVerdict,
    /// Which rate is which quotient.
    pub relations: Vec<Relation>,
    /// Ratios that were not tried by every two counts: there are too many columns for that.
    pub untried: Vec<usize>,
    /// Rates that are there twice.
    pub twins: Vec<Twins>,
    /// What is known of the cover's rate.
    pub verdict: Verdict,
    /// Counts that never fall from one row of a broadcast to the next: perhaps running totals.
    pub rising: Vec<usize>,
    /// What contradicts itself.
    pub doubts: Vec<String>,
    /// What platform's export it looks like, and what to know about that.
    pub looks_like: Option<(&'static str, &'static str)>,
}

/// Looks at every table of an export. `starts` are instants at which broadcasts are known to have started.
#[must_use]
pub fn inspect(peek: &Peek, starts: &[Timestamp]) -> Vec<Finding> {
    let has_header = matches!(peek.format, PeekFormat::Delimited { .. } | PeekFormat::Xlsx);
    peek.tables
        .iter()
        .filter(|table| !table.rows.is_empty())
        .map(|table| look(table, has_header, starts))
        .collect()
}

/// The table that most is known of: what a draft is made from.
#[must_use]
pub fn foremost(findings: &[Finding]) -> Option<&Finding> {
    let known = |finding: &&Finding| finding.columns.iter().filter(|column| column.role.is_some()).count();
    findings.iter().rev().max_by_key(known)
}

/// Whether a table is a log of which cover was on air.
#[must_use]
pub fn is_cover_log(finding: &Finding) -> bool {
    cover_log::find(finding).is_some()
}

fn look(table: &PeekTable, has_header: bool, starts: &[Timestamp]) -> Finding {
    let rows = &table.rows;
    let header = if has_header { header::find(rows) } else { Header::FIRST };
    let begin = header.end().min(rows.len());
    let is_blank = |row: &Vec<PeekCell>| row.iter().all(|cell| cell::text(cell).is_empty());
    let end = rows.iter().rposition(|row| !is_blank(row)).map_or(begin, |last| (last + 1).max(begin));
    let (style, style_example) = style(rows, header, begin..end);
    let totals = if has_header { total::find(rows, begin..end, table.is_cut, style) } else { Vec::new() };
    let strangers =
        if has_header && header.is_there { non_data_row::find(rows, header.row, begin..end) } else { Vec::new() };
    let left_out: BTreeSet<usize> =
        totals.iter().map(|total| total.row).chain(strangers.iter().map(|stranger| stranger.row)).collect();
    let is_data = |row: &usize| !left_out.contains(row) && !is_blank(&rows[*row]);
    let data: Vec<usize> = (begin..end).filter(is_data).collect();
    let cells: Vec<Vec<&PeekCell>> = (0..rows[header.row].len())
        .map(|column| data.iter().map(|row| rows[*row].get(column).unwrap_or(&PeekCell::Empty)).collect())
        .collect();
    let mut columns: Vec<Column> = cells
        .iter()
        .enumerate()
        .map(|(index, cells)| {
            if !header.is_there {
                return Column::new(&(index + 1).to_string(), None, cells, style);
            }
            let below = rows[header.row + 1..begin].iter().filter_map(|row| row.get(index));
            let description = below.map(cell::text).find(|text| !text.is_empty());
            Column::new(&cell::text(&rows[header.row][index]), description, cells, style)
        })
        .collect();
    language::settle_dots(&mut columns);
    let when = interval_columns::find(&columns, &cells);
    let known = known_platform::find(&columns);
    let clock = table_zone::of(&when, &columns, &cells, &rows[..begin], starts, known);
    let mut work = step_budget::StepBudget::new(relation::STEPS);
    let relation::Found { relations, untried } = relation::find(&columns, &mut work);
    let preamble = rows[..header.row].iter().flatten().map(cell::text).filter(|text| !text.is_empty()).collect();
    let mut finding = Finding {
        preamble,
        dates: interval_columns::dates(&when, &columns, &cells)
            .filter(|_| !interval_columns::is_ambiguous(&when, &columns)),
        name: table.name.clone(),
        header,
        rows: data.len(),
        is_cut: table.is_cut,
        is_narrowed: table.is_narrowed,
        style,
        style_example,
        rising: running_totals::find(&when, &columns, &cells),
        verdict: verdict::weigh(&columns, &relations, &untried),
        twins: relation::twins(&columns, &mut step_budget::StepBudget::new(relation::STEPS)),
        columns,
        totals,
        strangers,
        when,
        clock,
        relations,
        untried,
        doubts: Vec::new(),
        looks_like: known.map(|known| (known.name, known.note)),
    };
    finding.doubts = doubt::find(&finding);
    if finding.looks_like.is_none() && quality::find(&finding).is_some() {
        finding.looks_like = Some((
            "a player's measurements",
            "how views went: `rows: quality`, in a file of its own with `of`; units are known by names only",
        ));
    }
    finding
}

/// How the rows write numbers. Totals may come from another hand: they are asked only where the rows say nothing.
fn style(rows: &[Vec<PeekCell>], header: Header, data: std::ops::Range<usize>) -> (NumberStyle, Option<String>) {
    let name = |cell: &PeekCell| if header.is_there { cell::text(cell) } else { String::new() };
    let names: Vec<String> = rows[header.row].iter().map(name).collect();
    let of = |rows: &[&Vec<PeekCell>]| {
        let texts = names.iter().enumerate().map(|(column, name)| {
            let texts = rows.iter().filter_map(|row| match row.get(column) {
                Some(PeekCell::Text(text)) => Some(text.as_str()),
                _ => None,
            });
            (name.as_str(), texts.collect())
        });
        number::style(texts)
    };
    let all: Vec<&Vec<PeekCell>> = rows[data].iter().collect();
    let plain: Vec<&Vec<PeekCell>> = all.iter().copied().filter(|row| !total::is_said(row)).collect();
    let (style, example) = of(&plain);
    if example.is_some() || style != NumberStyle::default() { (style, example) } else { of(&all) }
}
