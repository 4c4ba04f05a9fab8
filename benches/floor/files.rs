//! The least that can be done with a file of the demo's exports: decode and hash, or decompress and split.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use xxhash_rust::xxh3::xxh3_64;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The columns of ids in the demo's exports.
const IDS: [&str; 6] = ["event_id", "user_id", "eid", "uid", "impression_id", "viewer_key"];
const BATCH_ROWS: usize = 8192;
const WINDOW_BYTES: usize = 1 << 18;

/// Rows and a checksum.
pub type Sum = (u64, u64);

/// Decodes every column, hashes both ids, one store per row.
pub fn parquet(path: &Path) -> Result<Sum> {
    let file = File::open(path)?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true))?;
    let as_views = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    let schema = Schema::new(metadata.schema().fields().iter().map(as_views).collect::<Vec<_>>());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)?;
    let reader =
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_batch_size(BATCH_ROWS).build()?;
    let mut hashes = vec![0; BATCH_ROWS];
    let mut sum = (0, 0_u64);
    for batch in reader {
        let batch = batch?;
        hash_ids(&batch, &mut hashes)?;
        sum.0 += batch.num_rows() as u64;
        for hash in &mut hashes[..batch.num_rows()] {
            sum.1 = sum.1.wrapping_add(std::mem::take(hash));
        }
    }
    Ok(sum)
}

/// Adds the hash of each row's ids to what is stored for the row.
fn hash_ids(batch: &RecordBatch, hashes: &mut [u64]) -> Result<()> {
    let schema = batch.schema_ref();
    let ids =
        schema.fields().iter().zip(batch.columns()).filter(|(field, _)| IDS.contains(&field.name().as_str()));
    for (field, column) in ids {
        let column: &ArrayRef = column;
        match column.data_type() {
            DataType::Int64 => {
                for (hash, value) in hashes.iter_mut().zip(column.as_primitive::<Int64Type>().values()) {
                    *hash = hash.wrapping_add(xxh3_64(&value.to_le_bytes()));
                }
            }
            DataType::Utf8View => {
                for (hash, value) in hashes.iter_mut().zip(column.as_string_view()) {
                    *hash = hash.wrapping_add(xxh3_64(value.unwrap_or_default().as_bytes()));
                }
            }
            other => return Err(format!("column `{}` is {other}", field.name()).into()),
        }
    }
    Ok(())
}

/// Decompresses, finds every line end and every delimiter.
pub fn csv(path: &Path) -> Result<Sum> {
    decompressed(path, |window| {
        let ends = memchr::memchr2_iter(b',', b'\n', window);
        ends.fold((0, 0), |(rows, checksum), at| {
            (rows + u64::from(window[at] == b'\n'), checksum.wrapping_add(at as u64))
        })
    })
}

/// Decompresses, finds every line end.
pub fn ndjson(path: &Path) -> Result<Sum> {
    decompressed(path, |window| {
        let ends = memchr::memchr_iter(b'\n', window);
        ends.fold((0, 0), |(rows, checksum), at| (rows + 1, checksum.wrapping_add(at as u64)))
    })
}

fn decompressed(path: &Path, split: impl Fn(&[u8]) -> Sum) -> Result<Sum> {
    let file = BufReader::with_capacity(WINDOW_BYTES, File::open(path)?);
    let mut bytes = MultiGzDecoder::new(file);
    let mut window = vec![0; WINDOW_BYTES];
    let mut sum = (0, 0_u64);
    loop {
        match bytes.read(&mut window)? {
            0 => return Ok(sum),
            read => {
                let (rows, checksum) = split(&window[..read]);
                sum = (sum.0 + rows, sum.1.wrapping_add(checksum));
            }
        }
    }
}
