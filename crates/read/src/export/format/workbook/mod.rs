//! Spreadsheets of Excel, row by row.
//!
//! Rows without a value are no rows. What stands before the header, titles and merged cells, is no record. The rows
//! that were decoded must be the rows that [`package`] counted.

mod cell;
mod markup;
pub(in crate::export) mod package;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::rc::Rc;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};

use super::field::{Field, Position, Records, shown};
use super::heading::{Heading, Places, Search};
use super::wanted::Wanted;
use crate::export::halt::Heeding;
use crate::export::{ExportError, Halt};
use cell::{SheetValue, is_percent};
use coverledger_config::Header;
use package::{Package, Unsaved, unsound};

/// What Excel itself allows.
const MAX_COLUMNS: u32 = 16_384;

/// Reads every record of the named sheets, or of every sheet that has the columns, and returns how many there are by
/// a count on the XML.
pub(super) fn read(
    file: &File,
    sheets: &[String],
    header: &Header,
    wanted: &[Wanted],
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let mut book = Book::heeding(file, &records.halt())?;
    let chosen = book.choose(sheets)?;
    let mut record = 0;
    let mut rows = 0;
    let mut best: Option<(usize, ExportError)> = None;
    let mut has_any = false;
    for sheet in chosen {
        let mut pages = book.rows(&sheet)?;
        match find_header(&mut pages, header, wanted)? {
            Ok((places, passed)) => {
                if sheet.is_hidden && sheets.is_empty() && sheet.rows > passed {
                    return Err(ExportError::HiddenSheet(sheet.name));
                }
                has_any = true;
                records.sheet(&sheet.name);
                sheet.refuse_formulas(wanted, &places)?;
                let used = read_records(&mut pages, &places, header, wanted, &mut record, records)?;
                if records.is_refused() {
                    return Ok(0);
                }
                let accounted = passed + pages.blank + used.described + used.records;
                if accounted != sheet.rows {
                    return Err(ExportError::Unbalanced { physical: sheet.rows, accounted });
                }
                rows += sheet.rows - passed - pages.blank - used.described;
            }
            Err((_, error)) if !sheets.is_empty() => return Err(error),
            Err((matches, error)) => {
                if best.as_ref().is_none_or(|(best, _)| matches > *best) {
                    best = Some((matches, error));
                }
            }
        }
    }
    match best {
        _ if has_any => Ok(rows),
        Some((_, error)) => Err(error),
        None => Err(unsound("it has no worksheet")),
    }
}

/// How the rows behind a header were used.
struct RowUse {
    described: u64,
    records: u64,
}

fn read_records(
    rows: &mut SheetRows<'_>,
    places: &Places,
    header: &Header,
    wanted: &[Wanted],
    record: &mut u64,
    records: &mut impl Records,
) -> Result<RowUse, ExportError> {
    let mut used = RowUse { described: 0, records: 0 };
    let mut fields = vec![Field::Null; places.len()];
    while let Some(row) = rows.next()? {
        if used.described < u64::from(header.description_lines) {
            used.described += 1;
            continue;
        }
        *record += 1;
        used.records += 1;
        let mut fields: Vec<Field<'_>> = std::mem::take(&mut fields);
        fields.clear();
        fields.extend(places.iter().map(|place| row.value(*place).map_or(Field::Null, SheetValue::field)));
        if records.looks_beside() {
            for (_, value) in row.cells.iter().filter(|(column, _)| !places.contains(&Some(*column))) {
                if let SheetValue::Text(text) = value {
                    records.beside(text);
                }
            }
        }
        records.record(Position { record: *record, byte_offset: None }, &fields, &|| row.shown(wanted, places));
        if records.is_refused() {
            break;
        }
    }
    Ok(used)
}

type NoHeader = (usize, ExportError);

/// The places of the wanted columns, and the rows up to and with the header.
fn find_header(
    rows: &mut SheetRows<'_>,
    header: &Header,
    wanted: &[Wanted],
) -> Result<Result<(Places, u64), NoHeader>, ExportError> {
    if let Some(names) = &header.given {
        return without_header(rows, names, wanted).map(|places| Ok((places, 0)));
    }
    let mut search = Search::new(header, wanted).widening();
    let mut passed = 0;
    while !search.is_over() {
        let Some(row) = rows.next()? else {
            if let Some((_, places)) = search.end()? {
                return Ok(Ok((places, passed)));
            }
            break;
        };
        passed += 1;
        if let Some((_, places)) = search.offer(row.names())? {
            return Ok(Ok((places, passed)));
        }
    }
    if passed == 0 {
        return Ok(Err((0, ExportError::Header("there is none"))));
    }
    let matches = search.matches();
    Ok(Err((
        matches,
        search.failure("in the first rows of its sheets; has it a header, within `header_within` rows?"),
    )))
}

/// The places of the wanted columns of a sheet without a header.
fn without_header(rows: &mut SheetRows<'_>, names: &[String], wanted: &[Wanted]) -> Result<Places, ExportError> {
    let columns = rows.peek()?.map_or(0, Row::width);
    if !names.is_empty() && columns > names.len() {
        return Err(ExportError::GivenNames { given: names.len(), columns });
    }
    Heading::new(names.to_vec()).widened_to(wanted).places(wanted)
}

/// A workbook that is safe to open.
pub(in crate::export) struct Book {
    xlsx: Xlsx<BufReader<Heeding<File>>>,
    sheets: Vec<Worksheet>,
    /// Whether a style shows percentages, once a sheet was opened.
    percent: Option<Rc<[bool]>>,
}

/// A worksheet.
#[derive(Debug, Clone)]
pub(in crate::export) struct Worksheet {
    pub(in crate::export) name: String,
    /// Rows that hold a value, counted on the XML.
    pub(in crate::export) rows: u64,
    /// Whether people do not see it.
    pub(in crate::export) is_hidden: bool,
    /// Columns with formulas that no value is saved with.
    pub(in crate::export) unsaved: Unsaved,
}

impl Worksheet {
    /// Refuses a sheet of which a wanted column holds formulas without values: they would read as blank cells.
    fn refuse_formulas(&self, wanted: &[Wanted], places: &Places) -> Result<(), ExportError> {
        for (wanted, place) in wanted.iter().zip(places) {
            let place = place.and_then(|place| u32::try_from(place).ok());
            if let Some((cells, first)) = place.and_then(|place| self.unsaved.get(&place)) {
                return Err(ExportError::Formulas {
                    column: wanted.column.name().to_owned(),
                    cells: *cells,
                    first: first.clone(),
                });
            }
        }
        Ok(())
    }
}

impl Book {
    pub(in crate::export) fn open(file: &File) -> Result<Self, ExportError> {
        Self::heeding(file, &Halt::new())
    }

    /// The same, until a halt is asked for.
    fn heeding(file: &File, halt: &Halt) -> Result<Self, ExportError> {
        let mut package = Package::open(file.try_clone()?, halt)?;
        let mut file = file.try_clone()?;
        file.rewind()?;
        let xlsx = Xlsx::new(BufReader::new(halt.heeded(file))).map_err(unsound)?;
        let known = xlsx.sheets_metadata();
        if known.len() != package.sheets() {
            return Err(unsound("its list of sheets cannot be told"));
        }
        let mut sheets: Vec<Worksheet> = Vec::new();
        let mut names = BTreeSet::new();
        for (index, sheet) in known.iter().enumerate() {
            if !names.insert(sheet.name.as_str()) {
                return Err(unsound(format!("it has two sheets `{}`", sheet.name)));
            }
            if sheet.typ == SheetType::WorkSheet {
                let is_hidden = sheet.visible != SheetVisible::Visible;
                let (rows, unsaved) = package.rows(index)?;
                sheets.push(Worksheet { name: sheet.name.clone(), rows, is_hidden, unsaved });
            }
        }
        Ok(Self { xlsx, sheets, percent: None })
    }

    /// The sheets of these names, or all.
    fn choose(&self, names: &[String]) -> Result<Vec<Worksheet>, ExportError> {
        if names.is_empty() {
            return Ok(self.sheets.clone());
        }
        let find = |name: &String| {
            let there = || self.sheets.iter().map(|sheet| sheet.name.clone()).collect();
            let sheet = self.sheets.iter().find(|sheet| sheet.name == *name);
            sheet.cloned().ok_or_else(|| ExportError::MissingSheet { sheet: name.clone(), sheets: there() })
        };
        names.iter().map(find).collect()
    }

    /// Every worksheet.
    pub(in crate::export) fn sheets(&self) -> &[Worksheet] {
        &self.sheets
    }

    /// The rows of a sheet, from its first.
    pub(in crate::export) fn rows(&mut self, sheet: &Worksheet) -> Result<SheetRows<'_>, ExportError> {
        let reader = self.xlsx.worksheet_cells_reader(&sheet.name).map_err(unsound)?;
        let is_shown =
            |style: &calamine::Style| style.number_format.as_ref().is_some_and(|f| is_percent(&f.format_code));
        let percent = self.percent.get_or_insert_with(|| reader.styles().iter().map(is_shown).collect());
        let percent = Rc::clone(percent);
        Ok(SheetRows { reader, percent, next: None, last: None, is_over: false, blank: 0, peeked: None })
    }
}

/// The rows of a sheet that hold a value.
pub(in crate::export) struct SheetRows<'a> {
    reader: XlsxCellReader<'a, BufReader<Heeding<File>>>,
    /// Whether a style shows percentages.
    percent: Rc<[bool]>,
    /// The first cell of the next row.
    next: Option<(u32, u32, SheetValue<'a>)>,
    /// Where the cell before it was.
    last: Option<(u32, u32)>,
    is_over: bool,
    /// Rows that hold nothing but blanks.
    pub(super) blank: u64,
    /// A row that was looked at and not taken.
    peeked: Option<Row<'a>>,
}

/// A row of a sheet.
pub(in crate::export) struct Row<'a> {
    /// From 1.
    number: u32,
    /// Those that hold something, each behind its column from 0, in their order: a row may hold its only value in the
    /// last of all columns.
    pub(in crate::export) cells: Vec<(usize, SheetValue<'a>)>,
}

impl<'a> SheetRows<'a> {
    /// The next row that holds more than blanks.
    pub(in crate::export) fn next(&mut self) -> Result<Option<Row<'a>>, ExportError> {
        if let Some(row) = self.peeked.take() {
            return Ok(Some(row));
        }
        loop {
            let Some(row) = self.next_with_value()? else { return Ok(None) };
            if !row.cells.iter().all(|(_, value)| value.is_blank()) {
                return Ok(Some(row));
            }
            self.blank += 1;
        }
    }

    /// The row that comes next.
    fn peek(&mut self) -> Result<Option<&Row<'a>>, ExportError> {
        if self.peeked.is_none() {
            self.peeked = self.next()?;
        }
        Ok(self.peeked.as_ref())
    }

    fn next_with_value(&mut self) -> Result<Option<Row<'a>>, ExportError> {
        let first = match self.next.take() {
            Some(cell) => Some(cell),
            None => self.next_cell()?,
        };
        let Some((number, column, value)) = first else { return Ok(None) };
        let mut row = Row { number: number.saturating_add(1), cells: vec![(column as usize, value)] };
        while let Some((line, column, value)) = self.next_cell()? {
            if line != number {
                self.next = Some((line, column, value));
                break;
            }
            row.cells.push((column as usize, value));
        }
        Ok(Some(row))
    }

    /// The next cell that is not empty.
    fn next_cell(&mut self) -> Result<Option<(u32, u32, SheetValue<'a>)>, ExportError> {
        while !self.is_over {
            let Some((cell, style)) = self.reader.next_cell_with_style_id().map_err(unsound)? else {
                self.is_over = true;
                break;
            };
            let (row, column) = cell.get_position();
            if column >= MAX_COLUMNS {
                return Err(unsound(format!("it has a cell beyond column {MAX_COLUMNS}")));
            }
            // A cell that comes again would silently take the place of the one before.
            if self.last.is_some_and(|last| last >= (row, column)) {
                return Err(unsound("its cells are not in order"));
            }
            self.last = Some((row, column));
            let is_percent = self.percent.get(style).copied().unwrap_or_default();
            match SheetValue::of(cell.get_value().clone(), is_percent) {
                SheetValue::Empty => {}
                value => return Ok(Some((row, column, value))),
            }
        }
        Ok(None)
    }
}

impl<'a> Row<'a> {
    /// Up to its last value.
    fn width(&self) -> usize {
        self.cells.last().map_or(0, |(column, _)| column + 1)
    }

    /// Its values as names of columns.
    fn names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.width()];
        for (column, value) in &self.cells {
            names[*column] = value.name();
        }
        names
    }

    fn value(&self, place: Option<usize>) -> Option<&SheetValue<'a>> {
        let place = place?;
        // Most rows have a value in each column.
        let likely = self.cells.get(place).filter(|(column, _)| *column == place);
        let found = likely.or_else(|| {
            let at = self.cells.binary_search_by_key(&place, |(column, _)| *column).ok()?;
            self.cells.get(at)
        });
        found.map(|(_, value)| value)
    }

    /// The row as text: the wanted columns, like those of Parquet.
    fn shown(&self, wanted: &[Wanted], places: &Places) -> String {
        let value = |(wanted, place): (&Wanted, &Option<usize>)| {
            self.value(*place).map(|value| format!(" {}={}", wanted.column, shown(value.field())))
        };
        let values: String = wanted.iter().zip(places).filter_map(value).collect();
        format!("row {}:{values}", self.number)
    }
}
