//! `coverledger snapshot`

use super::args::{Global, Snapshot as Arguments};
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::stores;
use coverledger_archive::Snapshot;

/// Lists the objects that were in force then: one line each, tab-separated, for other programs. If tables were pruned or
/// receipts are missing, lists what is left and fails.
pub async fn run(args: &Arguments, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let Snapshot { objects, doubts } = archive.snapshot(args.as_of).await?;
    let pruned = objects.iter().filter(|object| object.is_pruned).count();
    for object in objects.iter().filter(|object| !object.is_pruned) {
        out.fields(&[&object.table, &object.unit, &object.revision, &object.published_at, &object.key])?;
    }
    if !doubts.is_empty() {
        return Err(Failure::doubtful(args.as_of, &doubts));
    }
    if pruned > 0 {
        return Err(Failure::pruned(args.as_of, pruned, objects.len()));
    }
    Ok(exit::DONE)
}
