//! The ZIP package of a spreadsheet, whose claims about itself are checked before anything is decoded.
//!
//! What is counted here, the rows of a sheet that hold a value, is counted on its XML, by another reader than the one
//! that decodes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use zip::ZipArchive;

use super::markup::{Piece, attribute, scan};
use crate::export::format::stream::compression::{EXPANSION_GRACE_BYTES, MAX_EXPANSION};
use crate::export::format::stream::container;
use crate::export::format::zip_end::claimed_files;
use crate::export::halt::Heeding;
use crate::export::{ExportError, Halt};

/// A workbook has some ten parts, and some for each sheet.
const MAX_PARTS: usize = 10_000;
/// Nobody turns so many pages; each is read for itself.
const MAX_SHEETS: usize = 1_000;
/// Parts that are kept in memory when a workbook is opened, such as its styles.
const MAX_SMALL_PART_BYTES: u64 = 4 << 20;
/// Texts of all cells, each once; they are kept in memory.
const MAX_STRINGS_BYTES: u64 = 64 << 20;
/// What a text takes in memory beside its letters.
const STRING_BYTES: u64 = 32;
/// Styles of cells, which are kept in memory with all that each says.
const MAX_STYLES_BYTES: u64 = 64 << 20;
/// What a style takes in memory beside its texts.
const STYLE_BYTES: u64 = 400;
/// Text that stands in the cells of one row, shared strings aside.
const MAX_ROW_BYTES: usize = 16 << 20;
/// The shortest shared string is `<si/>`.
const SHORTEST_STRING_BYTES: u64 = 5;
/// `XFD1048576` is the longest name of a cell.
const CELL_NAME_BYTES: usize = 10;
/// What an old workbook is known by stands in its first sectors, or in a directory that may lie anywhere.
const HEAD_BYTES: u64 = 1 << 12;

/// An opened package.
pub(super) struct Package {
    archive: ZipArchive<BufReader<Heeding<File>>>,
    /// Where each part is in it, by its name in small letters.
    places: BTreeMap<String, usize>,
    /// The folder of the workbook, with a slash at its end.
    folder: String,
    /// Worksheets in their order: names as written in XML, and parts.
    sheets: Vec<String>,
}

impl Package {
    /// Opens a workbook; refuses files that are not one, or would not fit into memory.
    pub(in crate::export) fn open(mut file: File, halt: &Halt) -> Result<Self, ExportError> {
        file.rewind()?;
        recognize(&mut file)?;
        let too_many = || unsound(format!("it has more than {MAX_PARTS} parts"));
        if claimed_files(&mut file)? > MAX_PARTS as u64 {
            return Err(too_many());
        }
        file.rewind()?;
        let compressed = file.metadata()?.len();
        let archive = ZipArchive::new(BufReader::new(halt.heeded(file))).map_err(unsound)?;
        if archive.len() > MAX_PARTS {
            return Err(too_many());
        }
        let is_types = |name: &[u8]| name.eq_ignore_ascii_case(b"[Content_Types].xml");
        if !archive.file_names_raw().any(is_types) {
            return Err(ExportError::OtherFormat("a ZIP archive that is no workbook (unpack it)"));
        }
        let mut places = BTreeMap::new();
        for (place, name) in archive.file_names().enumerate() {
            if let Ok(name) = name {
                places.entry(plain(&name)).or_insert(place);
            }
        }
        let mut package = Self { archive, places, folder: String::new(), sheets: Vec::new() };
        package.measure(compressed)?;
        package.find_sheets()?;
        Ok(package)
    }

    /// How many worksheets and other sheets there are.
    pub(in crate::export) fn sheets(&self) -> usize {
        self.sheets.len()
    }

    /// Rows of a sheet that hold a value, and its columns with formulas that no value is saved with: the number of such
    /// cells and the first of them, by the number of the column from 0.
    pub(in crate::export) fn rows(&mut self, sheet: usize) -> Result<(u64, Unsaved), ExportError> {
        let part = self.sheets[sheet].clone();
        let mut rows = RowCount::default();
        self.scan(&part, |piece| rows.take(piece))?;
        if rows.longest > MAX_ROW_BYTES {
            return Err(unsound(format!("one of its rows holds more than {MAX_ROW_BYTES} bytes of text")));
        }
        Ok((rows.rows, rows.formulas.unsaved))
    }

    /// Decompresses every part to nowhere: sizes in the directory are only claims.
    fn measure(&mut self, compressed: u64) -> Result<(), ExportError> {
        let limit = EXPANSION_GRACE_BYTES.max(compressed.saturating_mul(MAX_EXPANSION));
        let mut decompressed = 0;
        for index in 0..self.archive.len() {
            let part = self.archive.by_index(index).map_err(unsound)?;
            let name = plain(&part.name().map_err(unsound)?);
            let bytes = io::copy(&mut part.take(limit - decompressed + 1), &mut io::sink())
                .map_err(|error| damaged(&error))?;
            decompressed += bytes;
            if decompressed > limit {
                return Err(ExportError::Bomb { compressed_bytes: compressed, decompressed_bytes: limit });
            }
            let is_strings = name.ends_with("sharedstrings.xml");
            let is_small = ["styles.xml", ".rels", "workbook.xml", "theme1.xml"];
            let (kept, most) = match () {
                () if is_strings => (true, MAX_STRINGS_BYTES),
                () => (is_small.iter().any(|end| name.ends_with(end)), MAX_SMALL_PART_BYTES),
            };
            if kept && bytes > most {
                return Err(unsound(format!("its part `{name}` is larger than {most} bytes")));
            }
            if is_strings {
                self.check_strings(index, bytes)?;
            }
            if name.ends_with("styles.xml") {
                self.check_styles(index)?;
            }
        }
        Ok(())
    }

    /// Room is made for as many shared strings as are claimed: there must be that many. Each takes more than its letters.
    fn check_strings(&mut self, index: usize, bytes: u64) -> Result<(), ExportError> {
        let (mut claimed, mut held) = (0, 0_u64);
        let part = self.archive.by_index(index).map_err(unsound)?;
        scan(part, |piece| match piece {
            Piece::Open { name: b"sst", attributes, .. } => {
                claimed = claimed.max(attribute(attributes, b"uniqueCount").map_or(0, number));
            }
            Piece::Open { name: b"si", .. } => held += STRING_BYTES,
            Piece::Text(text) => held += text.len() as u64,
            _ => {}
        })
        .map_err(unsound)?;
        if claimed > bytes / SHORTEST_STRING_BYTES {
            return Err(unsound("it claims more shared strings than it has"));
        }
        if held.max(claimed.saturating_mul(STRING_BYTES)) > MAX_STRINGS_BYTES {
            return Err(unsound(format!("its shared strings take more than {MAX_STRINGS_BYTES} bytes of memory")));
        }
        Ok(())
    }

    /// A style is kept with a copy of all that it points at: a long number format of a few kilobytes becomes gigabytes.
    fn check_styles(&mut self, index: usize) -> Result<(), ExportError> {
        let (mut styles, mut longest) = (0_u64, 0);
        let part = self.archive.by_index(index).map_err(unsound)?;
        scan(part, |piece| {
            if let Piece::Open { name, attributes, .. } = piece {
                longest = longest.max(attributes.len() as u64);
                let is_kept = matches!(name, b"xf" | b"font" | b"fill" | b"border" | b"numFmt");
                styles += u64::from(is_kept);
            }
        })
        .map_err(unsound)?;
        if styles.saturating_mul(STYLE_BYTES + longest) > MAX_STYLES_BYTES {
            return Err(unsound(format!("its styles take more than {MAX_STYLES_BYTES} bytes of memory")));
        }
        Ok(())
    }

    fn find_sheets(&mut self) -> Result<(), ExportError> {
        let mut workbook = None;
        self.scan("_rels/.rels", |piece| {
            if let Some((_, kind, target)) = relationship(piece)
                && kind.ends_with("/relationships/officeDocument")
            {
                workbook = Some(target);
            }
        })?;
        let workbook = workbook.ok_or_else(|| unsound("it has no workbook"))?;
        let workbook = workbook.trim_start_matches('/').to_owned();
        if workbook.to_ascii_lowercase().ends_with("workbook.bin") {
            return Err(ExportError::OtherFormat("a binary workbook (`.xlsb`)"));
        }
        let (folder, name) =
            workbook.rsplit_once('/').map_or(("", workbook.as_str()), |(folder, name)| (folder, name));
        self.folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut targets = BTreeMap::new();
        let relationships = format!("{}_rels/{name}.rels", self.folder);
        self.scan(&relationships, |piece| {
            if let Some((id, _, target)) = relationship(piece) {
                targets.entry(id).or_insert(target);
            }
        })?;
        let mut sheets = Vec::new();
        self.scan(&workbook, |piece| {
            if let Piece::Open { name: b"sheet", attributes, .. } = piece {
                sheets.push(attribute(attributes, b"id").map(text).unwrap_or_default());
            }
        })?;
        if sheets.len() > MAX_SHEETS {
            return Err(unsound(format!("it has {} sheets (expected {MAX_SHEETS} at most)", sheets.len())));
        }
        let mut known = BTreeSet::new();
        for sheet in sheets {
            let target = targets.get(&sheet).ok_or_else(|| unsound("a sheet of its workbook has no part"))?;
            let part = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("{}{target}", self.folder),
            };
            // Each would be read, and counted, as often as it is named.
            if !known.insert(plain(&part)) {
                return Err(unsound(format!("two of its sheets are one part, `{part}`")));
            }
            self.sheets.push(part);
        }
        Ok(())
    }

    fn scan(&mut self, part: &str, take: impl FnMut(Piece<'_>)) -> Result<(), ExportError> {
        let index = self.places.get(&part.to_ascii_lowercase()).copied();
        let index = index.ok_or_else(|| unsound(format!("it has no part `{part}`")))?;
        scan(self.archive.by_index(index).map_err(unsound)?, take).map_err(unsound)
    }
}

/// The name of a part as names are compared.
fn plain(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

/// Refuses by name what people take for a spreadsheet.
pub(in crate::export) fn recognize(file: &mut File) -> Result<(), ExportError> {
    /// A directory entry of a file that Office encrypted.
    const ENCRYPTED: &str = "EncryptedPackage";
    let mut head = Vec::new();
    Read::by_ref(file).take(HEAD_BYTES).read_to_end(&mut head)?;
    let other = |what| Err(ExportError::OtherFormat(what));
    match &head[..] {
        [] => Err(ExportError::Empty),
        [b'P', b'K', 3, 4, ..]
            if memchr::memmem::find(&head, b"opendocument.spreadsheet").is_some_and(|at| at < 128) =>
        {
            other("an OpenDocument spreadsheet (`.ods`)")
        }
        [b'P', b'K', 3, 4, ..] => Ok(()),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
            Read::by_ref(file).take(32 << 20).read_to_end(&mut head)?;
            let name: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if memchr::memmem::find(&head, &name).is_some() {
                other("a workbook that a password encrypts")
            } else {
                other("an old workbook (`.xls`, before Excel 2007)")
            }
        }
        [0x1f, 0x8b, ..] => other("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => other("zstd"),
        _ => other(container::named(&head).unwrap_or("no ZIP package")),
    }
}

pub(in crate::export) fn unsound(error: impl std::fmt::Display) -> ExportError {
    ExportError::Xlsx(error.to_string())
}

fn damaged(error: &io::Error) -> ExportError {
    unsound(format!("it is damaged or truncated: {error}"))
}

/// Id, type and target of a relationship.
fn relationship(piece: Piece<'_>) -> Option<(String, String, String)> {
    let Piece::Open { name: b"Relationship", attributes, .. } = piece else { return None };
    let value = |name| attribute(attributes, name).map(text).unwrap_or_default();
    Some((value(b"Id"), value(b"Type"), value(b"Target")))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn number(digits: &[u8]) -> u64 {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.trim().parse().ok()).unwrap_or(u64::MAX)
}

/// Where the type of a cell takes its value from.
#[derive(Default)]
enum CellKind {
    /// From `<v>`, if anything is there.
    #[default]
    Other,
    /// From `<v>`, be it empty.
    Text,
    /// From `<is>` alone.
    Inline,
}

/// Counts rows that hold a value.
#[derive(Default)]
struct RowCount {
    rows: u64,
    is_in_data: bool,
    has_value: bool,
    cell: CellKind,
    is_in_value: bool,
    /// Text of the row so far, and of the longest one.
    bytes: usize,
    longest: usize,
    formulas: FormulaCount,
}

impl RowCount {
    fn take(&mut self, piece: Piece<'_>) {
        if let Piece::Text(text) = piece {
            self.bytes += text.len();
            self.longest = self.longest.max(self.bytes);
        }
        match piece {
            Piece::Open { name: b"sheetData", is_empty, .. } => self.is_in_data = !is_empty,
            Piece::Close(b"sheetData") => self.is_in_data = false,
            _ if !self.is_in_data => {}
            Piece::Open { name: b"row", is_empty: false, .. } => {
                self.has_value = false;
                self.bytes = 0;
                self.formulas.begin_row();
            }
            Piece::Close(b"row") => self.rows += u64::from(self.has_value),
            Piece::Open { name: b"c", attributes, is_empty } => {
                self.formulas.begin_cell(attribute(attributes, b"r"), is_empty);
                self.cell = match attribute(attributes, b"t") {
                    Some(b"inlineStr" | b"is") => CellKind::Inline,
                    Some(b"str" | b"d") => CellKind::Text,
                    _ => CellKind::Other,
                };
            }
            Piece::Open { name: b"f", .. } => self.formulas.is_formula = true,
            Piece::Close(b"c") => self.formulas.end_cell(),
            Piece::Open { name: b"is", .. } => self.has_value = true,
            Piece::Open { name: b"v", is_empty, .. } if !matches!(self.cell, CellKind::Inline) => {
                let is_text = matches!(self.cell, CellKind::Text);
                self.has_value |= is_text;
                self.formulas.has_value |= is_text;
                self.is_in_value = !is_empty;
            }
            Piece::Close(b"v") => self.is_in_value = false,
            Piece::Text(_) if self.is_in_value => {
                self.has_value = true;
                self.formulas.has_value = true;
            }
            _ => {}
        }
    }
}

/// Cells with a formula and no value, by column: how many, and the first of them.
pub(super) type Unsaved = BTreeMap<u32, (u64, String)>;

/// Counts formulas that were never computed: a spreadsheet saves a value with each, a program that writes one does not.
#[derive(Default)]
struct FormulaCount {
    unsaved: Unsaved,
    /// The number of the cell's column from 0, and its name as it is written.
    column: u32,
    name: String,
    is_formula: bool,
    has_value: bool,
    next: u32,
}

impl FormulaCount {
    fn begin_row(&mut self) {
        self.next = 0;
    }

    fn begin_cell(&mut self, name: Option<&[u8]>, is_empty: bool) {
        // `C7` is in the column of number 2; a cell without a name is beside the one before.
        let letters = name.unwrap_or_default().iter().take(3).take_while(|byte| byte.is_ascii_alphabetic());
        let number =
            letters.fold(0, |number, letter| number * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
        self.column = number.checked_sub(1).unwrap_or(self.next);
        self.name = name.map(|name| text(&name[..name.len().min(CELL_NAME_BYTES)])).unwrap_or_default();
        self.next = self.column + 1;
        (self.is_formula, self.has_value) = (false, false);
        if is_empty {
            self.end_cell();
        }
    }

    fn end_cell(&mut self) {
        if std::mem::take(&mut self.is_formula) && !self.has_value {
            let (cells, _) = self.unsaved.entry(self.column).or_insert_with(|| (0, self.name.clone()));
            *cells += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_a_value_are_counted_and_no_others() {
        let xml = r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"/>
            <row r="3"><c r="A3" s="1"/><c r="B3"><f>A1</f><v></v></c></row>
            <row r="4"><c r="A4" t="inlineStr"><is><t>x</t></is></c></row>
            <row r="5"><c r="A5" t="str"><v/></c></row></sheetData><row><v>1</v></row></worksheet>"#;
        let mut rows = RowCount::default();
        scan(xml.as_bytes(), |piece| rows.take(piece)).unwrap();
        assert_eq!(rows.rows, 3);
    }

    #[test]
    fn formulas_that_were_never_computed_are_counted_by_column() {
        let xml = r#"<sheetData><row><c r="A2"><v>1</v></c><c r="C2"><f>A2*2</f><v></v></c><c><f>A2</f></c></row>
            <row><c r="A3"><f>1+1</f><v>2</v></c><c r="C3"><f t="shared" si="0"/><v/></c><c r="AB3"><f>A3</f></c></row>
            <row><c r="B4" t="str"><f>""</f><v></v></c></row></sheetData>"#;
        let mut rows = RowCount::default();
        scan(xml.as_bytes(), |piece| rows.take(piece)).unwrap();
        let found: Vec<_> = rows.formulas.unsaved.into_iter().collect();
        let cell = |name: &str| name.to_owned();
        assert_eq!(found, [(2, (2, cell("C2"))), (3, (1, cell(""))), (27, (1, cell("AB3")))]);
    }
}
