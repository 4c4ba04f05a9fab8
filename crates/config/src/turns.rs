//! The turns that rotations cut time into.

use super::Workspace;
use coverledger_core::model::{MarketId, PlatformId, Turns};

impl Workspace {
    /// The turns of every rotation that this platform is in, in this market.
    #[must_use]
    pub fn turns(&self, platform: &PlatformId, market: &MarketId) -> Turns {
        self.rotations.get(&(platform.clone(), market.clone())).cloned().unwrap_or_default()
    }
}
