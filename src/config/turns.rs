//! The turns that the rotations of a configuration cut time into.

use super::Workspace;
use crate::model::{MarketId, PlatformId, Turns};

impl Workspace {
    /// The turns of every rotation that this platform is in, in this market.
    #[must_use]
    pub fn turns(&self, _platform: &PlatformId, _market: &MarketId) -> Turns {
        Turns::default()
    }
}
