//! Parquet: only the needed columns, a batch at a time, and no claim of the file taken on trust.
//!
//! Sizes in the footer are checked against the file before anything is decoded (`limits`), and dictionary pages against
//! their bytes (`pages`); page checksums are verified where the writer left them; the rows decoded must be the rows that
//! the footer counts. Decoding is arrow-rs's, a row group at a time (`row_group`), and its arrays become the few types
//! of column that fields are read from (`column`).

mod column;
mod limits;
mod pages;
mod row_group;

use std::fs::File;
use std::sync::Arc;

use arrow_schema::FieldRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::batch::{Batch, ColumnValues};
use super::field::Records;
use super::heading::Heading;
use super::wanted::Wanted;
use crate::export::ExportError;
use column::{Dictionaries, check_type};
use row_group::RowGroup;

/// Reads every record and returns how many there are by the footer.
pub(in crate::export) fn read(
    file: &File,
    wanted: &[Wanted],
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let file_bytes = file.metadata()?.len();
    let loaded = load(file)?;
    let (metadata, fields) = (loaded.metadata(), loaded.schema().fields());
    limits::check_sizes(metadata, file_bytes)?;
    let header: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
    let heading = Heading::new(header.clone());
    heading.refuse_duplicates()?;
    let places = heading.places(wanted)?;
    let physical = u64::try_from(metadata.file_metadata().num_rows())
        .map_err(|_| ExportError::Parquet("it claims a negative number of rows".to_owned()))?;
    let names: Vec<Option<&str>> = places.iter().map(|root| root.map(|root| header[root].as_str())).collect();
    for root in places.iter().flatten() {
        // Before anything is decoded: a type that is no use could still be large.
        check_type(fields[*root].data_type(), &header[*root])?;
    }
    let mask = ProjectionMask::roots(loaded.parquet_schema(), places.iter().flatten().copied());
    let file = Arc::new(file.try_clone()?);
    let halt = records.halt();
    let mut dictionaries = Dictionaries::new(names.len());
    let mut record = 0_u64;
    for (index, group) in metadata.row_groups().iter().enumerate() {
        limits::check_expansion(group, &mask)?;
        let group = RowGroup::open(&file, (metadata, index), &mask, &halt).map_err(unsound)?;
        for batch in group.batches(&mask, fields).map_err(unsound)? {
            let batch = batch.map_err(unsound)?;
            let mut column = |(place, name): (usize, Option<&str>)| {
                let Some(name) = name else { return Ok(ColumnValues::Absent) };
                let array = batch.column_by_name(name).ok_or_else(|| unsound("a projected column is missing"))?;
                dictionaries.column(place, array, name)
            };
            let columns = names.iter().copied().enumerate().map(&mut column).collect::<Result<Vec<_>, _>>()?;
            let rows = batch.num_rows();
            records.batch(&Batch { first: record + 1, rows, columns: &columns, names: &names, texts: None });
            record += rows as u64;
            if records.is_refused() {
                return Ok(0);
            }
        }
    }
    if record != physical {
        return Err(ExportError::Unbalanced { physical, accounted: record });
    }
    Ok(physical)
}

/// The columns that fields can be read from.
pub(in crate::export) fn columns(file: &File) -> Result<Vec<String>, ExportError> {
    let loaded = load(file)?;
    let is_readable = |field: &&FieldRef| check_type(field.data_type(), field.name()).is_ok();
    Ok(loaded.schema().fields().iter().filter(is_readable).map(|field| field.name().clone()).collect())
}

/// The footer. The Arrow schema that a writer may have put there is not asked: the types are those of Parquet.
fn load(file: &File) -> Result<ArrowReaderMetadata, ExportError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    ArrowReaderMetadata::load(file, options).map_err(unsound)
}

fn unsound(error: impl std::fmt::Display) -> ExportError {
    ExportError::Parquet(error.to_string())
}

#[cfg(test)]
mod tests;
