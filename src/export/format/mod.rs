//! From the bytes of an export to its records, whatever its format.
//!
//! A decoder is asked for columns ([`wanted`]) and hands over their values ([`field`]); what they mean is not its
//! business. How many records there are is counted without the parser, and a broken one costs itself and nothing else.

pub(super) mod batch;
pub(super) mod delimited;
pub(super) mod field;
pub(super) mod heading;
pub(super) mod json;
#[cfg(test)]
mod log;
pub(super) mod parquet;
pub(super) mod stream;
pub(super) mod wanted;
pub(super) mod workbook;

use std::fs::File;

use crate::config::Format;
use crate::export::ExportError;
use field::Records;
use json::{document, ndjson};
use stream::bytes::Bytes;
use stream::lines::Lines;
use wanted::Wanted;

/// Hands over every record with the wanted columns and returns how many there are by a count that the parser has no
/// part in. Where `records` refuses the export, the count means nothing.
///
/// `may_be_absent` is the wanted column that no record of a format without a header needs to have.
pub(in crate::export) fn decode(
    format: &Format,
    file: File,
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let text = |file, encoding: Option<&str>| Lines::new(Bytes::open(file, encoding)?);
    match format {
        Format::Delimited { delimiter, encoding, header } => {
            delimited::read(text(file, encoding.as_deref())?, *delimiter, *header, wanted, records)
        }
        Format::Ndjson => ndjson::read(text(file, None)?, wanted, may_be_absent, records),
        Format::Json { rows_at } => {
            document::read(Bytes::open(file, None)?, rows_at, wanted, may_be_absent, records)
        }
        Format::Xlsx { sheets, header } => workbook::read(&file, sheets, *header, wanted, records),
        Format::Parquet => parquet::read(&file, wanted, records),
    }
}
