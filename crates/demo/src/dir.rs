//! The folder of a demo: taken only when it is free, or when this very demo wrote it before.

use std::fs;
use std::path::Path;

use super::error::DemoError;

/// Tells a demo's folder from anybody's own configuration, which a demo must never overwrite.
const MARKER: &str = ".coverledger-demo";

/// What lies in a folder that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    /// Nothing, or a demo that was not finished.
    ToWrite,
    /// This very demo, whole: so many exports and rows. Writing it again would only make its files look new.
    Whole { exports: u64, rows: u64 },
}

/// Takes the folder for the demo with this signature.
pub(super) fn claim(dir: &Path, signature: &str) -> Result<Claimed, DemoError> {
    let marker = dir.join(MARKER);
    if let Ok(text) = fs::read_to_string(&marker) {
        let (found, tally) = text.trim_end().split_once('\n').unwrap_or((text.trim_end(), ""));
        if found != signature {
            return Err(DemoError::AnotherDemo { path: dir.to_owned(), found: found.to_owned() });
        }
        return Ok(whole(dir, tally).unwrap_or(Claimed::ToWrite));
    }
    for name in ["exports", "config", "jobs"] {
        let path = dir.join(name);
        if path.exists() {
            return Err(DemoError::Occupied { path });
        }
    }
    write_file(&marker, &format!("{signature}\n"))?;
    Ok(Claimed::ToWrite)
}

/// Notes that the demo is whole.
pub(super) fn finish(dir: &Path, signature: &str, exports: u64, rows: u64) -> Result<(), DemoError> {
    write_file(&dir.join(MARKER), &format!("{signature}\n{exports} {rows}\n"))
}

/// A finished demo of which no export was taken away since.
fn whole(dir: &Path, tally: &str) -> Option<Claimed> {
    let (exports, rows) = tally.split_once(' ')?;
    let (exports, rows) = (exports.parse().ok()?, rows.parse().ok()?);
    (count_files(&dir.join("exports")).ok()? == exports).then_some(Claimed::Whole { exports, rows })
}

fn count_files(dir: &Path) -> std::io::Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { count_files(&entry.path())? } else { 1 };
    }
    Ok(count)
}

/// Writes a text file, and the folders above it.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), DemoError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(DemoError::writing(parent))?;
    }
    fs::write(path, text).map_err(DemoError::writing(path))
}
