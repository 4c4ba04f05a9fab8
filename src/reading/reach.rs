//! Of which instants the market-days read the objects of a batch.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::plan::{self, Batch, PlannedExport};
use coverledger_config::{Export, Market, Platform, Workspace};
use coverledger_core::model::MarketId;
use coverledger_read::export::Reach;

/// The reach of every export on every date of a batch.
pub(crate) struct Reaches {
    by_date: BTreeMap<(usize, Date), Reach>,
    everything: Reach,
}

impl Reaches {
    pub(crate) fn of(workspace: &Workspace, platform: &Platform, batch: &Batch<'_>) -> Self {
        let mut by_date = BTreeMap::new();
        for planned in &batch.exports {
            let Some(date) = planned.found.export_date else { continue };
            let Some(definition) = platform.exports.get(planned.export) else { continue };
            by_date.entry((planned.export, date)).or_insert_with(|| reach(workspace, definition, date));
        }
        Self { by_date, everything: Reach::everything() }
    }

    /// The reach of an object.
    pub(crate) fn of_object(&self, planned: &PlannedExport) -> &Reach {
        let date = planned.found.export_date;
        date.and_then(|date| self.by_date.get(&(planned.export, date))).unwrap_or(&self.everything)
    }
}

/// The reach of an object of a date.
pub(crate) fn reach(workspace: &Workspace, definition: &Export, date: Date) -> Reach {
    let in_market = |(id, market): (&MarketId, &Market)| {
        let (from, until) = plan::reach_in(definition, date, &market.day)?;
        Some((id.clone(), (from.as_microsecond(), until.as_microsecond())))
    };
    Reach::by_market(workspace.markets.iter().filter_map(in_market).collect())
}
