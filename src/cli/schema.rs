//! `coverledger schema`

use super::args::Schema;
use super::screen::Screen;
use super::{Failure, exit};
use coverledger_config as config;

/// Prints the JSON Schema of one kind of file.
pub fn run(args: &Schema, out: &mut Screen<'_>) -> Result<u8, Failure> {
    // The arguments allow no other name than one that has a schema.
    let schema = config::schema(&args.file).unwrap_or_default();
    for line in schema.lines() {
        writeln!(out, "{line}")?;
    }
    Ok(exit::DONE)
}
