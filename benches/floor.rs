//! What the night's job cannot be faster than, as a process of its own: `floor parquet|csv|ndjson DIR [--threads N]`.
//!
//! * `parquet`: decode every column of the demo's exports (all are mapped), hash both ids, one store per row.
//! * `csv`: decompress, find every line end and every delimiter.
//! * `ndjson`: decompress, find every line end.
//!
//! No value is read, nothing is checked, counted or written. Prints rows and a checksum, so that nothing is left out.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use xxhash_rust::xxh3::xxh3_64;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The columns of ids in the demo's exports.
const IDS: [&str; 6] = ["event_id", "user_id", "eid", "uid", "impression_id", "viewer_key"];
const BATCH_ROWS: usize = 8192;
const WINDOW_BYTES: usize = 1 << 18;

/// Rows and a checksum.
type Sum = (u64, u64);

fn main() -> ExitCode {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match floor(&arguments) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some((rows, checksum))) => {
            println!("{rows} rows, checksum {checksum:016x}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `None` without arguments: `cargo bench` runs every benchmark, and this one needs exports.
fn floor(arguments: &[String]) -> Result<Option<Sum>> {
    let (format, dir, threads) = match arguments {
        [] => return Ok(None),
        [format, dir] => (format, dir, 2),
        [format, dir, flag, threads] if flag == "--threads" => (format, dir, threads.parse()?),
        _ => return Err("usage: floor parquet|csv|ndjson DIR [--threads N]".into()),
    };
    let (ending, read): (_, fn(&Path) -> Result<Sum>) = match format.as_str() {
        "parquet" => (".parquet", parquet),
        "csv" => (".csv.gz", csv),
        "ndjson" => (".ndjson.gz", ndjson),
        _ => return Err(format!("`{format}` is none of parquet, csv, ndjson").into()),
    };
    let mut files = Vec::new();
    find(Path::new(dir), ending, &mut files)?;
    if files.is_empty() {
        return Err(format!("no file below `{dir}` ends in `{ending}`").into());
    }
    files.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let next = AtomicUsize::new(0);
    let worker = || -> Result<Sum> {
        let mut sum = (0, 0_u64);
        while let Some((_, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (rows, checksum) = read(path)?;
            sum = (sum.0 + rows, sum.1.wrapping_add(checksum));
        }
        Ok(sum)
    };
    let sums: Vec<Result<Sum>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into())))
            .collect()
    });
    let mut total = (0, 0_u64);
    for sum in sums {
        let (rows, checksum) = sum?;
        total = (total.0 + rows, total.1.wrapping_add(checksum));
    }
    Ok(Some(total))
}

fn find(dir: &Path, ending: &str, files: &mut Vec<(u64, PathBuf)>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            find(&entry.path(), ending, files)?;
        } else if entry.file_name().to_string_lossy().ends_with(ending) {
            files.push((entry.metadata()?.len(), entry.path()));
        }
    }
    Ok(())
}

fn parquet(path: &Path) -> Result<Sum> {
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

fn csv(path: &Path) -> Result<Sum> {
    decompressed(path, |window| {
        let ends = memchr::memchr2_iter(b',', b'\n', window);
        ends.fold((0, 0), |(rows, checksum), at| {
            (rows + u64::from(window[at] == b'\n'), checksum.wrapping_add(at as u64))
        })
    })
}

fn ndjson(path: &Path) -> Result<Sum> {
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
