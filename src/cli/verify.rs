//! `coverledger verify`

use super::args::{Global, Verify};
use super::screen::Screen;
use super::{Failure, exit, load, unconfigured};
use crate::run;
use crate::stores;
use coverledger_archive::Repair;

/// Checks the archive and, with `--repair`, restores current paths.
pub async fn run(args: &Verify, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let (archive, repair) = if args.repair {
        (stores::archive_for_writing(&workspace.settings).await?, Repair::Yes)
    } else {
        (stores::archive_for_reading(&workspace.settings)?, Repair::No)
    };
    let mut found = archive.verify(repair).await?;
    if found.has_catalogue {
        let named = run::named_thumbnails(&archive).await?;
        archive.verify_thumbnails(named.iter().map(String::as_str), &mut found).await?;
    }
    for finding in &found.findings {
        writeln!(out, "{finding}")?;
    }
    if found.unaccounted > 0 {
        writeln!(
            out,
            "{} tables by content are named by no receipt, as a publisher leaves them that is killed, or a receipt that is lost",
            found.unaccounted
        )?;
    }
    if found.quarantined > 0 {
        writeln!(
            out,
            "{} receipts are quarantined: they cannot be read, and later ones take their place",
            found.quarantined
        )?;
    }
    if found.pruned > 0 {
        writeln!(out, "{} tables by content were pruned, as they may be", found.pruned)?;
    }
    if found.thumbnails > 0 {
        writeln!(out, "{} thumbnails checked", found.thumbnails)?;
    }
    unconfigured::print(&run::unconfigured(&workspace, &archive).await, out)?;
    writeln!(
        out,
        "{} receipts of {} units, {} tables by content and {} at their current paths checked: {} problems, {} mended",
        found.receipts,
        found.units,
        found.revisions,
        found.currents,
        found.findings.len(),
        found.findings.len() - found.open().count()
    )?;
    Ok(if found.open().next().is_none() { exit::DONE } else { exit::UNEXPECTED })
}
