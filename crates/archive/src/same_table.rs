//! Whether two files of Parquet hold the same table, however each is written.
//!
//! A release may write the same table in other bytes, with another codec or other pages. That is no reason for another
//! revision: readers find nothing new in it. What counts is what they find: entries of metadata, names and types of
//! columns, and every value to the bit.

use std::collections::BTreeMap;

use arrow_schema::Fields;
use bytes::Bytes;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::receipt::TableRecord;
use super::{Archive, ArchiveError, Receipt};

const ROWS_AT_A_TIME: usize = 8_192;

impl Archive {
    /// The tables of a revision as they were published, where these hold the same in other bytes; `None` where they hold
    /// anything else, or where the published ones are lost.
    ///
    /// # Errors
    /// The store fails.
    pub(super) async fn same_in_other_bytes(
        &self,
        newest: &Receipt,
        tables: &[(TableRecord, Bytes)],
    ) -> Result<Option<Vec<(TableRecord, Bytes)>>, ArchiveError> {
        let published = &newest.content.tables;
        let alike = |(one, (other, _)): (&TableRecord, &(TableRecord, Bytes))| {
            (one.table, &one.key, one.rows, one.schema_version)
                == (other.table, &other.key, other.rows, other.schema_version)
                && (one.sha256 == other.sha256 || !one.table.is_page())
        };
        if published.len() != tables.len() || !published.iter().zip(tables).all(alike) {
            return Ok(None);
        }
        let mut before = Vec::new();
        for (record, (made, bytes)) in published.iter().zip(tables) {
            if record.sha256 == made.sha256 {
                before.push((record.clone(), bytes.clone()));
                continue;
            }
            let kept = match self.bytes_of(newest, record, &BTreeMap::new()).await {
                Ok(kept) => kept,
                Err(ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. }) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            if !hold_the_same(&kept, bytes) {
                return Ok(None);
            }
            before.push((record.clone(), kept));
        }
        Ok(Some(before))
    }
}

/// Whether both are sound Parquet, and the same table.
fn hold_the_same(one: &Bytes, other: &Bytes) -> bool {
    match (Content::of(one), Content::of(other)) {
        (Some(one), Some(other)) => one.equals(other),
        _ => false,
    }
}

/// What a reader finds in a file.
struct Content {
    entries: BTreeMap<String, Option<String>>,
    columns: Fields,
    rows: ParquetRecordBatchReader,
}

impl Content {
    fn of(bytes: &Bytes) -> Option<Self> {
        // The types of Parquet itself: whoever wrote a file may call the same text a view or not.
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes.clone(), plain).ok()?;
        let entries = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
        let entries = entries.into_iter().filter(|entry| entry.key != ARROW_SCHEMA_META_KEY);
        Some(Self {
            entries: entries.map(|entry| (entry.key, entry.value)).collect(),
            columns: reader.schema().fields().clone(),
            rows: reader.with_batch_size(ROWS_AT_A_TIME).build().ok()?,
        })
    }

    fn equals(mut self, mut other: Self) -> bool {
        if self.entries != other.entries || self.columns != other.columns {
            return false;
        }
        loop {
            match (self.rows.next(), other.rows.next()) {
                (None, None) => return true,
                (Some(Ok(one)), Some(Ok(other))) if one.columns() == other.columns() => {}
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use polars::prelude::*;

    use super::*;

    fn by_polars(texts: &[Option<&str>], shares: &[Option<f64>], version: &str) -> Bytes {
        let columns = vec![Column::new("cover_id".into(), texts), Column::new("share".into(), shares)];
        let entries = vec![("coverledger.numbers_version".to_owned(), version.to_owned())];
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(None))
            .with_row_group_size(Some(2))
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(entries)))
            .finish(&mut DataFrame::new(texts.len(), columns).unwrap())
            .unwrap();
        bytes.into()
    }

    fn by_parquet(names: [&str; 2], texts: &[Option<&str>], shares: &[Option<f64>], version: &str) -> Bytes {
        let texts: ArrayRef = Arc::new(texts.iter().copied().collect::<StringArray>());
        let shares: ArrayRef = Arc::new(shares.iter().copied().collect::<Float64Array>());
        let batch = RecordBatch::try_from_iter_with_nullable([(names[0], texts, true), (names[1], shares, true)]);
        let entry = KeyValue::new("coverledger.numbers_version".to_owned(), version.to_owned());
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![entry])).build();
        let batch = batch.unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap().into()
    }

    #[test]
    fn a_table_is_the_same_whoever_wrote_it_and_another_to_the_last_bit() {
        const NAMES: [&str; 2] = ["cover_id", "share"];
        let (texts, shares) = ([Some("red"), None, Some("blue")], [Some(0.5), None, Some(-0.0)]);
        let before = by_polars(&texts, &shares, "7");
        assert_ne!(before, by_parquet(NAMES, &texts, &shares, "7"));
        assert!(hold_the_same(&before, &by_parquet(NAMES, &texts, &shares, "7")));
        let empty = hold_the_same(&by_polars(&[], &[], "7"), &by_parquet(NAMES, &[], &[], "7"));
        assert!(empty, "without rows, too");
        let others = [
            ("the sign of a zero", by_parquet(NAMES, &texts, &[Some(0.5), None, Some(0.0)], "7")),
            ("no number", by_parquet(NAMES, &texts, &[Some(0.5), Some(f64::NAN), Some(-0.0)], "7")),
            ("a text", by_parquet(NAMES, &[Some("red"), Some(""), Some("blue")], &shares, "7")),
            ("a row less", by_parquet(NAMES, &texts[..2], &shares[..2], "7")),
            ("a row more", by_parquet(NAMES, &[texts, texts].concat(), &[shares, shares].concat(), "7")),
            ("a name", by_parquet(["cover", "share"], &texts, &shares, "7")),
            ("a version", by_parquet(NAMES, &texts, &shares, "8")),
            ("no Parquet", Bytes::from_static(b"PAR1 and nothing more")),
        ];
        for (what, other) in others {
            assert!(!hold_the_same(&before, &other), "{what}");
        }
    }
}
