//! A row group by its columns, straight from their pages. What is unusual in it is left to the general reader, which
//! goes on where this one stopped; so there is one judge of what is sound.

use std::fs::File;
use std::sync::Arc;

use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;

use super::cursor::{Cursor, Unusual};
use super::kind::Kind;
use crate::export::ExportError;
use crate::export::format::batch::{Batch, Cells};
use crate::export::format::field::Records;

const BATCH_ROWS: usize = 4096;

/// Reads row groups of usual columns.
pub(super) struct Swift<'a> {
    file: Arc<File>,
    /// Of each wanted column that is there: which column it is, and its kind.
    leaves: Option<Vec<Option<(usize, Kind)>>>,
    names: &'a [Option<&'a str>],
    serial: u64,
}

impl<'a> Swift<'a> {
    pub(super) fn new(
        file: &File,
        metadata: &ArrowReaderMetadata,
        places: &[Option<usize>],
        names: &'a [Option<&'a str>],
    ) -> Result<Self, ExportError> {
        let schema = metadata.parquet_schema();
        let leaf = |root: usize| {
            let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == root)?;
            let kind = Kind::of(&schema.column(leaf), metadata.schema().field(root).data_type())?;
            Some((leaf, kind))
        };
        let leaf = |place: &Option<usize>| place.map_or(Some(None), |root| leaf(root).map(Some));
        let leaves: Option<Vec<_>> = places.iter().map(leaf).collect();
        // Without any column nothing says how many rows there are.
        let leaves = leaves.filter(|leaves| leaves.iter().any(Option::is_some));
        Ok(Self { file: Arc::new(file.try_clone()?), leaves, names, serial: 0 })
    }

    /// Hands over the records of a row group and counts them; whether it is done with it.
    pub(super) fn read(&mut self, group: &RowGroupMetaData, record: &mut u64, records: &mut impl Records) -> bool {
        self.hand_over(group, record, records).is_ok()
    }

    fn hand_over(
        &mut self,
        group: &RowGroupMetaData,
        record: &mut u64,
        records: &mut impl Records,
    ) -> Result<(), Unusual> {
        let leaves = self.leaves.as_ref().ok_or(Unusual)?;
        let mut cursors = Vec::new();
        for leaf in leaves {
            cursors.push(match leaf {
                None => None,
                Some((leaf, kind)) => {
                    let chunk = group.column(*leaf);
                    if !chunk.encodings().all(is_usual) {
                        return Err(Unusual);
                    }
                    let rows = usize::try_from(group.num_rows()).map_err(|_| Unusual)?;
                    Some(Cursor::new(&self.file, chunk, rows, *kind)?)
                }
            });
        }
        loop {
            // A batch ends where a page of any column does, so that each column has one page, and one dictionary.
            let (mut rows, mut is_end) = (BATCH_ROWS, false);
            for cursor in cursors.iter_mut().flatten() {
                rows = rows.min(cursor.rows(&mut self.serial)?);
                is_end |= rows == 0;
            }
            if is_end {
                let mut left = 0;
                for cursor in cursors.iter_mut().flatten() {
                    left += cursor.rows(&mut self.serial)?;
                }
                return if left == 0 { Ok(()) } else { Err(Unusual) };
            }
            for cursor in cursors.iter_mut().flatten() {
                cursor.read(rows)?;
            }
            let columns = cursors
                .iter()
                .map(|cursor| cursor.as_ref().map_or(Ok(Cells::Absent), Cursor::cells))
                .collect::<Result<Vec<_>, _>>()?;
            records.batch(&Batch { first: *record + 1, rows, columns: &columns, names: self.names });
            *record += rows as u64;
            if records.is_refused() {
                return Ok(());
            }
        }
    }
}

fn is_usual(encoding: Encoding) -> bool {
    #[expect(deprecated, reason = "old writers name it for levels of which there are none")]
    let levels = Encoding::BIT_PACKED;
    matches!(encoding, Encoding::PLAIN | Encoding::RLE | Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
        || encoding == levels
}

#[cfg(test)]
mod tests;
