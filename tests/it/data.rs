//! The data that tests read and the repository does not hold.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder of the test data, below `COVERLEDGER_TEST_DATA` or `../shared/data`.
///
/// `None` says so on standard error: a test that skips must do it loudly.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("COVERLEDGER_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    // Not `eprintln!`: the test harness would keep that from whoever runs the tests.
    let line = format!("SKIPPED: no test data at {} (set COVERLEDGER_TEST_DATA)\n", folder.display());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// The files of a folder, by name.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}
