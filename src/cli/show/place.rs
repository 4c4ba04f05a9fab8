//! Whether the platform and the market that were asked for exist: in the configuration, or in what was published before.

use coverledger_archive::{Archive, TableName};
use coverledger_config::{Workspace, among};
use coverledger_core::model::columns as c;

use super::query::Query;
use crate::cli::Failure;
use crate::cli::args::Show;

/// # Errors
/// One is neither configured nor known to the archive; the message has those that are like it.
pub(super) async fn is_known(
    args: &Show,
    workspace: &Workspace,
    archive: &Archive,
    query: &Query,
) -> Result<(), Failure> {
    let platforms = workspace.platforms.keys().map(ToString::to_string).collect();
    let markets = workspace.markets.keys().map(ToString::to_string).collect();
    let asked: [(_, _, Vec<String>); 2] =
        [(c::PLATFORM, &args.platform, platforms), (c::MARKET, &args.market, markets)];
    for (what, name, known) in asked {
        let Some(name) = name.as_deref().filter(|name| !known.iter().any(|known| known == name)) else { continue };
        if is_published(what, name, archive).await? || query.finds(archive).await? {
            continue;
        }
        let known = among("known", known.iter().map(String::as_str), name);
        return Err(Failure::usage(format!("there is no {what} `{name}` ({known})")));
    }
    Ok(())
}

/// Whether anything in the archive is of that place.
async fn is_published(what: &str, name: &str, archive: &Archive) -> Result<bool, Failure> {
    for table in TableName::with_rows() {
        if !archive.keys_of_table(table, &[format!("{what}={name}")]).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
