//! From the bytes of an export to its records, whatever its format.
//!
//! A decoder is asked for columns ([`wanted`]) and hands over their values ([`field`]); what they mean is not its
//! business. How many records there are is counted without the parser, and a broken one costs itself and nothing else.

pub(super) mod batch;
pub(super) mod cells;
pub(super) mod delimited;
pub(super) mod field;
pub(super) mod heading;
pub(super) mod json;
#[cfg(test)]
pub(super) mod log;
pub(super) mod members;
pub(super) mod parquet;
pub(super) mod short_text;
pub(super) mod stream;
pub(super) mod wanted;
pub(super) mod workbook;
mod zip_end;

use std::fs::File;

use crate::export::{Cores, ExportError};
use coverledger_config::{Export, Format};
use field::Records;
use json::pages::Claim;
use json::{document, ndjson};
use stream::bytes::Bytes;
use stream::compression::Decompressed;
use stream::container;
use stream::lines::Lines;
use wanted::Wanted;

/// What decoding came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::export) struct Decoded {
    /// Physical records.
    pub(in crate::export) rows: u64,
    /// What a document says of how much of an answer it holds.
    pub(in crate::export) claim: Option<Claim>,
}

impl From<u64> for Decoded {
    fn from(rows: u64) -> Self {
        Self { rows, claim: None }
    }
}

/// Hands over every record with the wanted columns and returns how many there are by a count that the parser has no
/// part in. Where `records` refuses the export, the count means nothing.
///
/// `may_be_absent` is the wanted column that no record of a format without a header needs to have. What is compressed may be
/// decompressed on another of the `cores`.
pub(in crate::export) fn decode(
    export: &Export,
    file: File,
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    cores: &Cores,
    records: &mut impl Records,
) -> Result<Decoded, ExportError> {
    if !export.members.is_empty() && container::is_zip(&file)? {
        return members::read(export, &file, wanted, may_be_absent, cores, records);
    }
    match &export.format {
        Format::Xlsx { sheets, header } => {
            workbook::read(&file, sheets, header, wanted, records).map(Decoded::from)
        }
        Format::Parquet => parquet::read(&file, wanted, records).map(Decoded::from),
        _ => {
            let halt = records.halt();
            let open =
                |encoding: Option<&str>| Bytes::of(Decompressed::open(file)?.heeding(halt).on(cores), encoding);
            text(export, open, wanted, may_be_absent, records)
        }
    }
}

/// The same of text that is opened by its declared encoding.
fn text(
    export: &Export,
    open: impl FnOnce(Option<&str>) -> Result<Bytes, ExportError>,
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<Decoded, ExportError> {
    match &export.format {
        Format::Delimited { dialect, encoding, header } => {
            let lines = Lines::new(open(encoding.as_deref())?.ending_with(dialect.line_end))?;
            delimited::read(lines, *dialect, header, wanted, records).map(Decoded::from)
        }
        Format::Json { rows_at } => {
            let pages = &export.completeness.pages;
            let (rows, claim) = document::read(open(None)?, (rows_at, pages), wanted, may_be_absent, records)?;
            Ok(Decoded { rows, claim })
        }
        Format::Ndjson | Format::Xlsx { .. } | Format::Parquet => {
            ndjson::read(Lines::new(open(None)?)?, wanted, may_be_absent, records).map(Decoded::from)
        }
    }
}
