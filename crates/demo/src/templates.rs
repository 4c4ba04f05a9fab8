//! Templates of the cover log that teams keep by hand, as a workbook and as CSV, in two languages.
//!
//! `tests/it/templates.rs` makes the workbooks and checks all of them with `inspect`.

use std::fs;
use std::path::Path;

use super::error::DemoError;

const FILES: [(&str, &[u8]); 4] = [
    ("cover_log.csv", include_bytes!("../../../templates/cover_log.csv")),
    ("cover_log.xlsx", include_bytes!("../../../templates/cover_log.xlsx")),
    ("cover_log_zh.csv", include_bytes!("../../../templates/cover_log_zh.csv")),
    ("cover_log_zh.xlsx", include_bytes!("../../../templates/cover_log_zh.xlsx")),
];

/// The template of that name, such as `cover_log.xlsx` or `cover_log_zh.csv`.
#[must_use]
pub fn template(name: &str) -> Option<&'static [u8]> {
    FILES.into_iter().find(|(known, _)| *known == name).map(|(_, bytes)| bytes)
}

/// Writes them into `templates/` of a folder.
pub(super) fn write(dir: &Path) -> Result<(), DemoError> {
    let folder = dir.join("templates");
    fs::create_dir_all(&folder).map_err(DemoError::writing(&folder))?;
    for (name, bytes) in FILES {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(DemoError::writing(&path))?;
    }
    Ok(())
}
