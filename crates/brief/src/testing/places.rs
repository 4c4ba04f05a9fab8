//! Places, and what they are called.

use coverledger_core::model::{TableName, columns as c};

use super::cells::{row, text};
use crate::{PlaceName, Row, Text};

/// The night that everything here is of.
pub(super) const AS_OF: &str = "2026-11-01";
/// The team's own clock.
pub(super) const HOME: &str = "Asia/Shanghai";

/// A market: its id, what it is called, its zone and what its city is called.
pub(super) struct Market {
    pub(super) id: &'static str,
    pub(super) title: (&'static str, &'static str),
    pub(super) zone: &'static str,
    pub(super) city: (&'static str, &'static str),
}

const fn market(
    id: &'static str,
    title: (&'static str, &'static str),
    zone: &'static str,
    city: (&'static str, &'static str),
) -> Market {
    Market { id, title, zone, city }
}

pub(super) const INDONESIA: Market = market("ID", ("Indonesia", "印尼"), "Asia/Jakarta", ("Jakarta", "雅加达"));
pub(super) const INDIA: Market = market("IN", ("India", "印度"), "Asia/Kolkata", ("Kolkata", "加尔各答"));
pub(super) const BRAZIL: Market = market("BR", ("Brazil", "巴西"), "America/Sao_Paulo", ("São Paulo", "圣保罗"));
pub(super) const STATES: Market =
    market("US", ("United States", "美国"), "America/New_York", ("New York", "纽约"));
pub(super) const JAPAN: Market = market("JP", ("Japan", "日本"), "Asia/Tokyo", ("Tokyo", "东京"));

pub(super) const TIKTOK: (&str, &str) = ("tiktok_shop_live", "TikTok Shop");
pub(super) const SHOPEE: (&str, &str) = ("shopee_live", "Shopee Live");
pub(super) const YOUTUBE: (&str, &str) = ("youtube", "YouTube");

impl Market {
    pub(super) fn title(&self) -> Text {
        text(self.title.0, self.title.1)
    }

    pub(super) fn city(&self) -> Text {
        text(self.city.0, self.city.1)
    }

    pub(super) fn place(&self, (platform, title): (&str, &str)) -> PlaceName {
        PlaceName {
            platform: platform.to_owned(),
            market: self.id.to_owned(),
            platform_title: Text::same(title),
            market_title: self.title(),
        }
    }
}

/// A row of a table by place, and by more.
pub(super) fn of(table: TableName, place: &PlaceName, more: &[(&'static str, &str)]) -> Row {
    let mut key = vec![(c::PLATFORM, &*place.platform), (c::MARKET, &*place.market), (c::AS_OF, AS_OF)];
    key.extend(more);
    row(table, &key)
}
