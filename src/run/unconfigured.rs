//! What is published and no configuration knows any longer: the market was renamed, the platform was dropped. No run looks
//! at it again, and every glob still sees it, beside the rows that were published under the new name.

use std::fmt;

use super::error_text;
use coverledger_archive::{Archive, ArchiveError, Shown, Unit};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId};

/// Something that is published and not configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfigured {
    /// Of which platform.
    pub platform: PlatformId,
    /// In which market; `None` of what its exports tell of themselves.
    pub market: Option<MarketId>,
    /// Its market-days; `None` of what its exports tell of themselves.
    pub shown: Option<Shown>,
    /// What the configuration lacks.
    pub why: String,
}

impl fmt::Display for Unconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { platform, market, shown, why } = self;
        match (market, shown) {
            (Some(market), Some(Shown { market_days, first, last })) => {
                write!(f, "{platform}/{market}: {market_days} market-days from {first} to {last}: {why}")
            }
            _ => write!(f, "{platform}: `rejects` and `reconciliation`: {why}"),
        }
    }
}

impl Unconfigured {
    /// The command that takes it away.
    #[must_use]
    pub fn remedy(&self) -> String {
        let Self { platform, market, .. } = self;
        let market = market.as_ref().map(|market| format!("--market {market} ")).unwrap_or_default();
        format!("coverledger retire {market}--platform {platform}")
    }
}

/// What a configuration lacks to settle a platform in a market ever again; `None` if it lacks nothing.
#[must_use]
pub fn lacks(workspace: &Workspace, platform: &PlatformId, market: &MarketId) -> Option<String> {
    let Some(definition) = workspace.platforms.get(platform) else {
        return Some(format!("there is no platform `{platform}` in the configuration"));
    };
    if !workspace.markets.contains_key(market) {
        return Some(format!("there is no market `{market}` in the configuration"));
    }
    let is_fed = definition.exports.iter().any(|export| export.feeds(market));
    (!is_fed).then(|| format!("no export of platform `{platform}` is of market `{market}` any longer"))
}

/// What a configuration lacks to settle a unit ever again; `None` if it lacks nothing. An experiment that is over may be
/// moved out of the configuration, and what was found stays.
#[must_use]
pub fn unit_lacks(workspace: &Workspace, unit: &Unit) -> Option<String> {
    match unit {
        Unit::MarketDay(day) => lacks(workspace, &day.platform, &day.market),
        Unit::Decisions { platform, market, .. }
        | Unit::CoverMonth { platform, market, .. }
        | Unit::Viewers { platform, market, .. } => lacks(workspace, platform, market),
        Unit::Rejects { platform, export_date } => {
            let Some(definition) = workspace.platforms.get(platform) else {
                return Some(format!("there is no platform `{platform}` in the configuration"));
            };
            let is_dated = export_date.is_some();
            let is_there = definition.exports.iter().any(|export| export.path.is_dated() == is_dated);
            let paths = if is_dated { "paths with a date" } else { "a path without a date" };
            (!is_there).then(|| format!("platform `{platform}` has no export with {paths} any longer"))
        }
        Unit::Experiment { .. } | Unit::Catalogue | Unit::Library { .. } | Unit::Brief { .. } => None,
    }
}

/// Everything at the current paths that no configuration knows. Asks for folders, and for more only where one is unknown.
/// An archive that does not answer is named in the log: nothing rests on it.
pub async fn unconfigured(workspace: &Workspace, archive: &Archive) -> Vec<Unconfigured> {
    look(workspace, archive).await.unwrap_or_else(|error| {
        let error = error_text(&error);
        tracing::warn!(error, "what is published and not configured could not be looked for");
        Vec::new()
    })
}

async fn look(workspace: &Workspace, archive: &Archive) -> Result<Vec<Unconfigured>, ArchiveError> {
    let mut found = Vec::new();
    for (platform, market) in archive.places().await? {
        let Some(why) = lacks(workspace, &platform, &market) else { continue };
        if let Some(shown) = archive.shown_in(&platform, &market).await? {
            found.push(Unconfigured { platform, market: Some(market), shown: Some(shown), why });
        }
    }
    for platform in archive.platforms_with_rejects().await? {
        // Of a platform that is there, exports without a date may be gone; of one that is not, all are.
        let unit = Unit::Rejects { platform: platform.clone(), export_date: None };
        let Some(why) = unit_lacks(workspace, &unit) else { continue };
        let is_dropped = !workspace.platforms.contains_key(&platform);
        if archive.has_rejects(&platform, is_dropped).await? {
            found.push(Unconfigured { platform, market: None, shown: None, why });
        }
    }
    Ok(found)
}
