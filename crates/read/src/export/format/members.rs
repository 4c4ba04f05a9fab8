//! The files of a ZIP archive that hold rows: chosen by their names, read one after the other as one export.
//!
//! Every file is read where it lies, so an archive takes no more memory than one of its files would. What comes out of
//! all of them together is bounded as the bytes of any compressed export are.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::batch::Batch;
use super::field::{Field, Position, Records};
use super::stream::bytes::Bytes;
use super::stream::compression::Decompressed;
use super::stream::member::Lying;
use super::wanted::Wanted;
use super::zip_end::claimed_files;
use super::{Decoded, text};
use crate::export::error::list;
use crate::export::{Cores, ExportError, Halt};
use coverledger_config::{Export, Format};
use coverledger_core::model::Reason;

/// An export is a handful of files.
const MAX_MEMBERS: usize = 10_000;

/// Reads every record of the members that are declared to hold rows.
pub(super) fn read(
    export: &Export,
    file: &File,
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    cores: &Cores,
    records: &mut impl Records,
) -> Result<Decoded, ExportError> {
    let chosen = choose(file, &export.members)?;
    let (spent, halt) = (Rc::new(Cell::new(0)), records.halt());
    let mut decoded = Decoded::default();
    for (name, lying) in chosen {
        let within = |error| ExportError::Member { member: name.clone(), error: Box::new(error) };
        let lying = lying.map_err(within)?;
        let bytes = lying.bytes;
        let open = |encoding: Option<&str>| {
            let source = Decompressed::member(file, lying, Rc::clone(&spent))?;
            Bytes::of(source.heeding(halt.clone()).on(cores), encoding)
        };
        // A log without a line is an empty file here, and no upload that broke off: the archive is whole.
        if bytes == 0 && matches!(export.format, Format::Ndjson) {
            continue;
        }
        let mut numbered = Numbered { before: decoded.rows, records };
        let read = text(export, open, wanted, may_be_absent, &mut numbered).map_err(within)?;
        if records.is_refused() {
            return Ok(decoded);
        }
        decoded.rows += read.rows;
        decoded.claim = match (decoded.claim, read.claim) {
            (Some(first), Some(next)) if first.rows != next.rows || first.pages != next.pages => {
                return Err(within(ExportError::PageClaim {
                    way: "complete".to_owned(),
                    why: "says another number than in the member before".to_owned(),
                }));
            }
            (_, Some(next)) => Some(next),
            (first, None) => first,
        };
    }
    Ok(decoded)
}

/// The names of the files within an archive, those aside that systems leave behind.
pub(in crate::export) fn names(file: &File) -> Result<Vec<String>, ExportError> {
    let archive = open(file)?;
    let name = |raw: &[u8]| String::from_utf8_lossy(raw).replace('\\', "/");
    Ok(archive.file_names_raw().map(name).filter(|name| !is_left_behind(name)).collect())
}

fn open(file: &File) -> Result<ZipArchive<BufReader<File>>, ExportError> {
    let mut file = file.try_clone()?;
    let too_many = || ExportError::Zip(format!("it has more than {MAX_MEMBERS} files"));
    if claimed_files(&mut file)? > MAX_MEMBERS as u64 {
        return Err(too_many());
    }
    file.rewind()?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_MEMBERS { Err(too_many()) } else { Ok(archive) }
}

/// A member, and where it lies or why it cannot be read.
type Chosen = (String, Result<Lying, ExportError>);

fn choose(file: &File, patterns: &[String]) -> Result<Vec<Chosen>, ExportError> {
    let mut archive = open(file)?;
    let mut chosen = Vec::new();
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = String::from_utf8_lossy(member.name_raw()).replace('\\', "/");
        if is_left_behind(&name) {
            continue;
        }
        let last = name.rsplit('/').next().unwrap_or_default();
        if patterns.iter().any(|pattern| fits(pattern, last) || fits(pattern, &name)) {
            let refused = |why: &str| Err(ExportError::Zip(why.to_owned()));
            let lying = match (member.compression(), member.data_start()) {
                _ if member.encrypted() => refused("a password encrypts it"),
                (CompressionMethod::Stored | CompressionMethod::Deflated, Some(from)) => Ok(Lying {
                    from,
                    compressed_bytes: member.compressed_size(),
                    bytes: member.size(),
                    crc: member.crc32(),
                    is_deflated: member.compression() == CompressionMethod::Deflated,
                }),
                (_, None) => refused("its place cannot be told"),
                _ => refused("it is compressed by another method than Deflate"),
            };
            chosen.push((name.clone(), lying));
        }
        names.push(name);
    }
    if chosen.is_empty() {
        return Err(ExportError::Zip(format!("no file in it is one of `members` (it has: {})", list(&names))));
    }
    Ok(chosen)
}

fn damaged(error: &zip::result::ZipError) -> ExportError {
    ExportError::Zip(format!("it is damaged or truncated: {error}"))
}

/// Folders, and what systems put beside the files.
fn is_left_behind(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.is_empty() || name.starts_with("__MACOSX/") || last.starts_with('.') || last.starts_with("~$")
}

/// Whether a name fits a pattern, in which `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Records that are numbered on from those of the members before.
struct Numbered<'a, R> {
    before: u64,
    records: &'a mut R,
}

impl<R> Numbered<'_, R> {
    const fn at(&self, at: Position) -> Position {
        Position { record: self.before + at.record, byte_offset: at.byte_offset }
    }
}

impl<R: Records> Records for Numbered<'_, R> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        self.records.record(self.at(at), fields, raw);
    }

    fn text(&mut self, raw: &[u8]) {
        self.records.text(raw);
    }

    fn looks_beside(&self) -> bool {
        self.records.looks_beside()
    }

    fn beside(&mut self, text: &str) {
        self.records.beside(text);
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        let Batch { first, rows, columns, names, texts } = *batch;
        self.records.batch(&Batch { first: self.before + first, rows, columns, names, texts });
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.records.broken(self.at(at), reason, raw);
    }

    fn is_refused(&self) -> bool {
        self.records.is_refused()
    }

    fn halt(&self) -> Halt {
        self.records.halt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("Table data.csv", "Table data.csv", true),
            ("Table data.csv", "Table data.csv.bak", false),
            ("*.csv", "Chart data.csv", true),
            ("*", "x", true),
            ("Table*.csv", "Table data (1).csv", true),
            ("T*a*.csv", "Tb.csv", false),
            ("a*a", "a", false),
            ("*data*", "Chart data.csv", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
