//! `coverledger prune`

use indicatif::BinaryBytes;
use jiff::SignedDuration;

use super::args::{Global, Prune as Arguments};
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::stores;
use coverledger_archive::{Prune, PruneLimits};
use coverledger_core::time::Clock;

/// Removes the bytes of revisions that were replaced long ago.
pub async fn run(args: &Arguments, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let cutoff = Clock::System
        .now()
        .checked_sub(SignedDuration::from_secs(args.older_than))
        .map_err(|_| Failure::usage("`--older-than` reaches back before the first instant there is"))?;
    let (how, verb) = if args.dry_run { (Prune::DryRun, "would remove") } else { (Prune::Remove, "removed") };
    let limits = PruneLimits { unaccounted: args.unaccounted, max_share: args.max_share };
    let pruned = archive.prune(cutoff, how, &limits).await?;
    writeln!(
        out,
        "{verb} {} tables by content, {}, that were replaced before {cutoff:.0}; {} tables, {}, stay",
        pruned.removed,
        BinaryBytes(pruned.removed_bytes),
        pruned.kept,
        BinaryBytes(pruned.kept_bytes)
    )?;
    if pruned.unaccounted > 0 {
        writeln!(
            out,
            "{} of those that stay are named by no receipt below `_receipts`; `--unaccounted remove` removes them",
            pruned.unaccounted
        )?;
    }
    Ok(exit::DONE)
}
