//! The folder of a demo: taken only when it is free, or when this very demo wrote it before.

use std::fs;
use std::path::Path;

use super::error::DemoError;

/// Tells a demo's folder from anybody's own configuration, which a demo must never overwrite.
const MARKER: &str = ".coverledger-demo";

/// Takes the folder for the demo with this signature.
pub(super) fn claim(dir: &Path, signature: &str) -> Result<(), DemoError> {
    let marker = dir.join(MARKER);
    match fs::read_to_string(&marker) {
        Ok(found) if found.trim_end() == signature => return Ok(()),
        Ok(found) => {
            return Err(DemoError::AnotherDemo { path: dir.to_owned(), found: found.trim_end().to_owned() });
        }
        Err(_) => {}
    }
    for name in ["exports", "config", "jobs"] {
        let path = dir.join(name);
        if path.exists() {
            return Err(DemoError::Occupied { path });
        }
    }
    write_file(&marker, &format!("{signature}\n"))
}

/// Writes a text file, and the folders above it.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), DemoError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(DemoError::writing(parent))?;
    }
    fs::write(path, text).map_err(DemoError::writing(path))
}
