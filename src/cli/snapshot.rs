//! `coverledger snapshot`

use super::args::{Global, Snapshot as Arguments};
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::run::stores;
use coverledger_archive::Snapshot;

/// Lists the objects that were the truth then: one line each, tab-separated, for other programs to read. Of a past that
/// was pruned, or whose receipts are not all there, lists what is left of it and fails.
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
