//! What the night's job cannot be faster than, as a process of its own: `floor parquet|csv|ndjson DIR [--threads N]`.
//!
//! * `parquet`: decode every column of the demo's exports (all are mapped), hash both ids, one store per row.
//! * `csv`: decompress, find every line end and every delimiter.
//! * `ndjson`: decompress, find every line end.
//!
//! No value is read, nothing is checked, counted or written. Prints rows and a checksum, so that nothing is left out.

mod files;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use files::{Result, Sum};

#[expect(clippy::print_stdout, reason = "a program of its own, whose answer is what it is run for")]
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
        "parquet" => (".parquet", files::parquet),
        "csv" => (".csv.gz", files::csv),
        "ndjson" => (".ndjson.gz", files::ndjson),
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
