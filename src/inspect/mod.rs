//! The first look at an unknown export: what it is, whose clock it is on, and which column is the cover's rate.
//!
//! Names of columns are claims; what a rate is a rate *of* is said by arithmetic, row by row, within the rounding of its
//! numbers. What cannot be proven is called `probably`, with the evidence. Nothing here reads files or prints.

mod alias;
mod cell;
mod clock;
mod column;
mod cover_log;
mod doubt;
mod draft;
mod family;
mod header;
mod json;
mod kind;
mod known;
mod name;
mod number;
mod offset;
mod page;
mod published;
mod relation;
mod report;
mod role;
mod shown_columns;
mod spelled;
mod stranger;
mod switch;
#[cfg(test)]
mod tests;
mod total;
mod verdict;
mod when;
mod zone;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

pub use column::Column;
pub use draft::{Drafted, DraftedLog, Sample, draft};
pub use family::kinship;
pub use header::Header;
pub use json::{as_json, draft_as_json};
pub use kind::{InstantWay, Kind};
pub use number::{Number, Shape};
pub use relation::{Proof, Relation, Twins};
pub use report::report;
pub use role::Role;
pub use stranger::Stranger;
pub use total::{Comparison, Total};
pub use verdict::Verdict;
pub use when::{End, When};
pub use zone::{Candidate, Clock};

use crate::config::NumberStyle;
use crate::export::{Cell, Peek, PeekFormat, PeekTable};
use crate::model::Count;

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
    /// How it writes numbers.
    pub style: NumberStyle,
    /// A number that shows it.
    pub style_example: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its totals.
    pub totals: Vec<Total>,
    /// Rows that are neither data nor totals: notes, and headers that are there once more.
    pub strangers: Vec<Stranger>,
    /// What stands before the header.
    pub preamble: Vec<String>,
    /// Which columns say when.
    pub when: When,
    /// The first and the last date of the rows, by the clock that they are written by.
    pub dates: Option<(Date, Date)>,
    /// Whose clock they are on.
    pub clock: Clock,
    /// Which rate is which quotient.
    pub relations: Vec<Relation>,
    /// Rates that are there twice.
    pub twins: Vec<Twins>,
    /// What is known of the cover's rate.
    pub verdict: Verdict,
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
    let is_blank = |row: &Vec<Cell>| row.iter().all(|cell| cell::text(cell).is_empty());
    let end = rows.iter().rposition(|row| !is_blank(row)).map_or(begin, |last| (last + 1).max(begin));
    let name = |cell: &Cell| if header.is_there { cell::text(cell) } else { String::new() };
    let names: Vec<String> = rows[header.row].iter().map(name).collect();
    let texts = names.iter().enumerate().map(|(column, name)| {
        let cells = rows[begin..end].iter().filter_map(|row| row.get(column));
        let texts = cells.filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        (name.as_str(), texts.collect())
    });
    let (style, style_example) = number::style(texts);
    let totals = if has_header { total::find(rows, begin..end, table.is_cut, style) } else { Vec::new() };
    let strangers =
        if has_header && header.is_there { stranger::find(rows, header.row, begin..end) } else { Vec::new() };
    let left_out: BTreeSet<usize> =
        totals.iter().map(|total| total.row).chain(strangers.iter().map(|stranger| stranger.row)).collect();
    let is_data = |row: &usize| !left_out.contains(row) && !is_blank(&rows[*row]);
    let data: Vec<usize> = (begin..end).filter(is_data).collect();
    let cells: Vec<Vec<&Cell>> = (0..rows[header.row].len())
        .map(|column| data.iter().map(|row| rows[*row].get(column).unwrap_or(&Cell::Empty)).collect())
        .collect();
    let columns: Vec<Column> = cells
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
    let when = when::find(&columns, &cells);
    let known = known::find(&columns);
    let clock = clock(&when, &columns, &cells, &rows[..begin], starts, known);
    let relations = relation::find(&columns);
    let preamble = rows[..header.row].iter().flatten().map(cell::text).filter(|text| !text.is_empty()).collect();
    let mut finding = Finding {
        preamble,
        dates: when::dates(&when, &columns, &cells).filter(|_| !when::is_ambiguous(&when, &columns)),
        name: table.name.clone(),
        header,
        rows: data.len(),
        is_cut: table.is_cut,
        style,
        style_example,
        verdict: verdict::weigh(&columns, &relations),
        twins: relation::twins(&columns),
        columns,
        totals,
        strangers,
        when,
        clock,
        relations,
        doubts: Vec::new(),
        looks_like: known.map(|known| (known.name, known.note)),
    };
    finding.doubts = doubt::find(&finding);
    finding
}

/// Whose clock the times are on.
fn clock(
    when: &When,
    columns: &[Column],
    cells: &[Vec<&Cell>],
    around: &[Vec<Cell>],
    starts: &[Timestamp],
    known: Option<&'static known::Known>,
) -> Clock {
    let (column, is_fine) = match when {
        When::Span { start, .. } => (*start, true),
        When::Day { date, hour } => (*date, hour.is_some()),
        When::Nowhere => return Clock::None,
    };
    let certain = match columns[column].kind {
        Kind::Instant(InstantWay::Rfc3339 | InstantWay::Pattern(_)) => {
            Some("every value has its own offset from UTC")
        }
        Kind::Instant(InstantWay::Seconds) => Some("seconds since 1970, which are UTC"),
        Kind::Instant(InstantWay::Millis) => Some("milliseconds since 1970, which are UTC"),
        Kind::Instant(InstantWay::Micros) => Some("microseconds since 1970, which are UTC"),
        Kind::Instant(InstantWay::Native) => Some("the file marks them as UTC"),
        _ => None,
    };
    // Instants that begin days are days of the clock by which they begin, and of no other.
    if let Some(why) = certain.filter(|_| matches!(when, When::Span { .. })) {
        return Clock::Certain { why: why.to_owned() };
    }
    let volume = [Count::Impressions, Count::Entries, Count::Entrants].into_iter().find_map(|count| {
        columns.iter().find(|column| column.role == Some(Role::Count(count)) && column.is_count())
    });
    let volume = volume.or_else(|| columns.iter().find(|column| column.is_count()));
    let rows = cells.first().map_or(0, Vec::len);
    let volume: Vec<f64> = (0..rows)
        .map(|row| volume.and_then(|column| column.numbers[row]).map_or(1.0, |number| number.value))
        .collect();
    let is_key = |column: &Column| {
        matches!(column.role, Some(Role::Broadcast | Role::Market | Role::Audience | Role::Title | Role::Cover))
            || matches!(column.kind, Kind::Id(_) | Kind::Text)
    };
    let keys: Vec<usize> = (0..columns.len()).filter(|index| is_key(&columns[*index])).collect();
    let group: Vec<String> = (0..rows)
        .map(|row| keys.iter().map(|key| cell::text(cells[*key][row])).collect::<Vec<_>>().join("\u{1f}"))
        .collect();
    let texts: Vec<String> = around.iter().flatten().map(cell::text).filter(|text| !text.is_empty()).collect();
    let stated = stated(when, columns, cells, &texts);
    let guess = zone::guess(&zone::Clues {
        moments: &when::of_rows(when, columns, cells),
        volume: &volume,
        group: &group,
        is_fine,
        stated: &stated,
        texts: &texts,
        signs: &signs(columns, cells),
        starts,
        known: known.filter(|_| !is_fine).and_then(|known| known.day),
    });
    let is_sure = matches!(&guess, Clock::Probably { candidates, .. } if candidates[0].sure.is_some());
    let documented = known.filter(|_| is_fine && !is_sure).and_then(|known| known.clock_of(columns));
    documented.map_or(guess, |(zone, why)| Clock::Documented { zone, why })
}

/// Texts that say whose clock the times are on: their own header, a column that has one zone for all rows, and lines
/// around the table that speak of time zones.
fn stated(when: &When, columns: &[Column], cells: &[Vec<&Cell>], texts: &[String]) -> Vec<String> {
    let own = match when {
        When::Span { start, time, .. } => std::iter::once(*start).chain(*time).collect(),
        When::Day { date, hour } => std::iter::once(*date).chain(*hour).collect(),
        When::Nowhere => Vec::new(),
    };
    let headers = own.iter().flat_map(|index| {
        let column = &columns[*index];
        std::iter::once(column.raw.clone()).chain(column.description.clone())
    });
    let zones = columns.iter().zip(cells).filter(|(column, _)| column.role == Some(Role::Zone));
    let zones = zones.filter_map(|(_, cells)| {
        let all: BTreeSet<String> = cells.iter().map(|cell| cell::text(cell)).collect();
        // Rows on several clocks share none.
        if all.len() == 1 { all.into_iter().next() } else { None }
    });
    let lines = texts.iter().filter(|text| offset::speaks_of_zones(text)).cloned();
    headers.chain(zones).chain(lines).collect()
}

/// Signs of where the audience is: money, countries, the script of the headers.
fn signs(columns: &[Column], cells: &[Vec<&Cell>]) -> BTreeSet<String> {
    let mut signs = BTreeSet::new();
    for (column, cells) in columns.iter().zip(cells) {
        let money = number::money(&format!("1 {}", column.raw.trim_end_matches([')', '）'])));
        signs.extend(number::money(&column.sample).or(money).map(str::to_owned));
        if column.role == Some(Role::Market) {
            let countries: BTreeSet<String> = cells.iter().map(|cell| cell::text(cell)).collect();
            // Several countries share no clock.
            signs.extend((countries.len() == 1).then_some(countries).into_iter().flatten());
        }
        let has = |range: std::ops::RangeInclusive<char>| column.raw.chars().any(|c| range.contains(&c));
        if has('\u{3040}'..='\u{30ff}') {
            signs.insert("ja".to_owned());
        } else if has('\u{ac00}'..='\u{d7a3}') {
            signs.insert("ko".to_owned());
        } else if has('\u{4e00}'..='\u{9fff}') {
            signs.insert("zh".to_owned());
        }
    }
    signs
}
