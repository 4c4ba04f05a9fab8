//! Names of things, each its own type so that a market is never passed where a platform is wanted.

use std::fmt;

use jiff::civil::Date;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a name that the configuration has checked.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Where broadcasts run and who exports the numbers: `tiktok_shop_live`.
    PlatformId
}
id! {
    /// The country or region a broadcast is aimed at: `US`.
    MarketId
}

/// The unit of planning, work, visibility and freshness.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct MarketDay {
    /// The platform that exported it.
    pub platform: PlatformId,
    /// The market whose clock it is on.
    pub market: MarketId,
    /// The market's calendar day or broadcast day.
    pub local_date: Date,
}

impl fmt::Display for MarketDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.platform, self.market, self.local_date)
    }
}
