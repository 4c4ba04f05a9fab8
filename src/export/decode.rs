//! From the bytes of an export to its records, whatever its format.

use std::fs::File;

use super::ExportError;
use super::bytes::Bytes;
use super::field::Records;
use super::lines::Lines;
use super::wanted::Wanted;
use super::{delimited, document, ndjson, parquet, sheet};
use crate::config::Format;

/// Hands over every record with the wanted columns and returns how many there are by a count that the parser has no
/// part in. Where `records` refuses the export, the count means nothing.
///
/// `may_be_absent` is the wanted column that no record of a format without a header needs to have.
pub(super) fn decode(
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
        Format::Xlsx { sheets, header } => sheet::read(&file, sheets, *header, wanted, records),
        Format::Parquet => parquet::read(&file, wanted, records),
    }
}
