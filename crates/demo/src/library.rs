//! What makes the demo's pictures a library: its file in `config/`, the folder `pictures/` and the sheet in it.

use std::path::Path;

use super::dir::write_file;
use super::error::DemoError;
use super::{picture, sheet};

/// The folder of the pictures and of their sheet.
pub(super) const PICTURES: &str = "pictures";
const SHEET: &str = "covers.csv";

const LIBRARY: &str = r#"# The library of covers: what they look like, how each did, and what kinds of cover work. Without this file there is none.
version: 1
pictures: {url: "pictures"}     # a folder, or a bucket as in archive.yaml; pictures are named by cover id, or by the sheet
sheet: "covers.csv"             # beside the pictures; columns that the library does not know become tags
rested: 14d                     # a cover that was not on air for so long has rested
"#;

/// Writes the pictures, their sheet and their configuration into a demo's folder.
pub(super) fn write(dir: &Path) -> Result<(), DemoError> {
    write_file(&dir.join("config/library.yaml"), LIBRARY)?;
    let folder = dir.join(PICTURES);
    picture::write(&folder)?;
    picture::write_dated(&folder.join(SHEET), sheet::text().as_bytes())
}
