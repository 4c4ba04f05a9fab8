//! The folder of a demo: used only if it is empty, or if a demo with the same arguments wrote it.

use std::fs;
use std::path::Path;

use super::error::DemoError;
use super::library::PICTURES;

/// Marks the folder of a demo. A demo must never overwrite a configuration without this mark.
const MARKER: &str = ".coverledger-demo";

/// The content of a folder that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    /// Nothing, or a demo that was not finished.
    ToWrite,
    /// The same demo, complete, with its numbers of exports and rows. Writing it again would only change its files' times.
    Whole { exports: u64, rows: u64 },
}

/// Checks the folder, and marks it for the demo with this signature.
pub(super) fn claim(dir: &Path, signature: &str) -> Result<Claimed, DemoError> {
    let marker = dir.join(MARKER);
    if let Ok(text) = fs::read_to_string(&marker) {
        let (found, tally) = text.trim_end().split_once('\n').unwrap_or((text.trim_end(), ""));
        if found != signature {
            return Err(DemoError::AnotherDemo { path: dir.to_owned(), found: found.to_owned() });
        }
        return Ok(whole(dir, tally).unwrap_or(Claimed::ToWrite));
    }
    for name in ["exports", "config", "jobs", PICTURES] {
        let path = dir.join(name);
        if path.exists() {
            return Err(DemoError::Occupied { path });
        }
    }
    write_file(&marker, &format!("{signature}\n"))?;
    Ok(Claimed::ToWrite)
}

/// Records that the demo is complete.
pub(super) fn finish(dir: &Path, signature: &str, exports: u64, rows: u64) -> Result<(), DemoError> {
    write_file(&dir.join(MARKER), &format!("{signature}\n{exports} {rows}\n"))
}

/// A finished demo of which no export was removed since.
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

/// Writes a text file, and creates the folders above it.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), DemoError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(DemoError::writing(parent))?;
    }
    fs::write(path, text).map_err(DemoError::writing(path))
}
