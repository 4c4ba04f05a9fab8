//! `coverledger snapshot`

use std::io::Write;

use super::args::{Global, Snapshot};
use super::{Failure, exit, load};
use crate::run::stores;

/// Lists the objects that were the truth then: one line each, tab-separated, for other programs to read.
pub async fn run(args: &Snapshot, global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    for object in archive.snapshot(args.as_of).await? {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}",
            object.table, object.unit, object.revision, object.published_at, object.key
        )?;
    }
    Ok(exit::DONE)
}
