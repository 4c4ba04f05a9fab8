//! What every part of a brief is read with.

use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, columns as c};
use coverledger_core::time::Zone;
use jiff::civil::Date;

use super::line::Line;
use super::tables::Tables;
use super::titles::Titles;
use crate::names::NameBook;
use crate::{PlaceName, Text};

/// The tables, and what things in them are called.
pub(super) struct Reading<'r> {
    pub(super) tables: &'r Tables<'r>,
    pub(super) workspace: &'r Workspace,
    pub(super) names: NameBook<'r>,
    pub(super) titles: &'r Titles,
    pub(super) as_of: Date,
}

impl Reading<'_> {
    /// The place of a row.
    pub(super) fn place(&self, line: Line<'_>) -> PlaceName {
        self.place_of(line.id(c::PLATFORM), line.id(c::MARKET))
    }

    /// A place by its ids.
    pub(super) fn place_of(&self, platform: &str, market: &str) -> PlaceName {
        PlaceName {
            platform: platform.to_owned(),
            market: market.to_owned(),
            platform_title: self.names.platform(platform),
            market_title: self.names.market(market),
        }
    }

    /// The clock of a market; `None` of one that is configured no longer.
    pub(super) fn zone(&self, market: &str) -> Option<&Zone> {
        self.workspace.markets.get(&MarketId::new(market.to_owned())).map(|market| &market.day.zone)
    }

    /// The team's own clock.
    pub(super) fn home(&self) -> &Zone {
        &self.workspace.settings.home_timezone
    }

    /// The sentence of a row that says why, with covers called by their names.
    pub(super) fn reason(&self, line: Line<'_>) -> Text {
        self.titles.said(&line.reason(), line.text(c::EXPERIMENT))
    }
}
