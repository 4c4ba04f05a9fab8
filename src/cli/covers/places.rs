//! Names of markets, platforms, slots, families and tags that are asked for: one that nobody knows is a mistake, and is told
//! with what is known.

use super::collection::{ALL_SLOTS, Collection};
use crate::cli::Failure;
pub(super) use crate::cli::near::is_known;
use coverledger_config::Workspace;

/// Where covers are looked for; every name is known.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Places<'a> {
    pub market: Option<&'a str>,
    pub platform: Option<&'a str>,
    /// `None` of all slots together.
    pub slot: Option<&'a str>,
}

impl<'a> Places<'a> {
    /// Those that are configured, or were when something was published.
    ///
    /// # Errors
    /// A name is not known.
    pub(super) fn of(
        market: Option<&'a str>,
        platform: Option<&'a str>,
        slot: Option<&'a str>,
        workspace: &Workspace,
        collection: &Collection,
    ) -> Result<Self, Failure> {
        let markets = workspace.markets.keys().map(ToString::to_string);
        let markets = markets.chain(collection.history.iter().map(|aired| aired.market.clone()));
        is_known("market", market, markets)?;
        let platforms = workspace.platforms.keys().map(ToString::to_string);
        let platforms = platforms.chain(collection.history.iter().map(|aired| aired.platform.clone()));
        is_known("platform", platform, platforms)?;
        let of_market =
            workspace.markets.iter().filter(|(id, _)| market.is_none_or(|market| id.as_str() == market));
        let slots = of_market.flat_map(|(_, market)| market.slots.names().map(str::to_owned));
        let told = collection.history.iter().filter(|aired| market.is_none_or(|market| aired.market == market));
        is_known("slot", slot, slots.chain(told.map(|aired| aired.slot.clone())))?;
        Ok(Self { market, platform, slot })
    }

    /// Whether these are of this platform and market.
    pub(super) fn hold(&self, platform: &str, market: &str) -> bool {
        self.platform.is_none_or(|of| of == platform) && self.market.is_none_or(|of| of == market)
    }

    /// The slot whose rows are meant.
    pub(super) fn slot(&self) -> &str {
        self.slot.unwrap_or(ALL_SLOTS)
    }

    /// Whether nothing is left out.
    pub(super) const fn is_everywhere(&self) -> bool {
        self.market.is_none() && self.platform.is_none() && self.slot.is_none()
    }
}
