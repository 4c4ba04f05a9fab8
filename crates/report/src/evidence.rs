//! Facts read back from the archive, of one platform, market, window and convention.

pub(crate) mod day;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use polars::prelude::*;

use crate::returning::GroupRevisits;
use coverledger_core::model::{Conventions, Figures, MarketId, PlatformId, columns as c};
use day::Row;

/// What is known of a platform in a market over a window of local dates, under its newest conventions only.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Where the broadcasts ran.
    pub platform: PlatformId,
    /// Whom they were aimed at.
    pub market: MarketId,
    /// The first local date in it: of the window, or of the newest conventions if they are younger.
    pub since: Date,
    /// The last local date in it, with rows or without.
    pub until: Date,
    /// How it was counted.
    pub conventions: Conventions,
    /// Since when.
    pub convention_since: Option<Date>,
    /// Whether late exports may still change any day in it.
    pub provisional: bool,
    /// Whether it was read by groups of viewers: rows without one are then of exports that give no viewer ids.
    pub has_groups: bool,
    /// In the market's order of slots; then others by name (`all_day`).
    pub slots: Vec<String>,
    /// Sorted.
    pub audiences: Vec<String>,
    /// Sorted.
    pub broadcasts: Vec<String>,
    /// Sorted.
    pub covers: Vec<String>,
    /// Sorted by date, slot, audience, broadcast, cover; then by turn or group.
    pub rows: Vec<Observed>,
    /// Who came back, of the covers of a split that guards it; sorted by date. Nothing that [`Self::read`] knows.
    pub revisits: Vec<GroupRevisits>,
}

/// One fact; its places in the lists of [`Evidence`] in place of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The market's day.
    pub local_date: Date,
    /// Which slot.
    pub slot: usize,
    /// Which audience.
    pub audience: usize,
    /// Which broadcast.
    pub broadcast: usize,
    /// Which cover.
    pub cover: usize,
    /// Whether part of the counts is another cover's.
    pub contaminated: bool,
    /// The turn of a rotation; only where it was read by turns.
    pub turn: Option<Turn>,
    /// The group of viewers of whom it was counted; only where it was read by groups.
    pub group: Option<u16>,
    /// What was counted. Of `day_match` and `cover_share` the tables hold the ratio alone: these two are zero of zero.
    pub figures: Figures,
}

/// A turn of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Its first instant.
    pub starts_at: Timestamp,
    /// Whether the switch before it may still have a say.
    pub burn_in: bool,
}

impl Evidence {
    /// Reads tables `funnel`, `turns` or `viewer_groups` of these local dates, in their order; `slots` are the market's, in the order of
    /// its day. The newest conventions are those since the latest day, and of those that differ all the same, the ones of
    /// the last date; rows under any other are left out. `None` if there is no row.
    ///
    /// # Errors
    /// When a table lacks a column, or holds what no such table holds.
    pub fn read(
        platform: &PlatformId,
        market: &MarketId,
        slots: &[String],
        days: &[(Date, DataFrame)],
    ) -> PolarsResult<Option<Self>> {
        let mut rows: Vec<Row> = Vec::new();
        for (local_date, frame) in days {
            rows.extend(day::rows(*local_date, frame)?);
        }
        let newest = rows.iter().max_by_key(|row| (row.convention_since, row.local_date));
        let Some((convention_since, conventions)) = newest.map(|row| (row.convention_since, row.conventions))
        else {
            return Ok(None);
        };
        let all = rows.len();
        rows.retain(|row| (row.convention_since, row.conventions) == (convention_since, conventions));
        let first_day = days.iter().map(|(date, _)| *date).min();
        let first_row = rows.iter().map(|row| row.local_date).min();
        // Days of older conventions are no part of it, whether or not there is a row in them.
        let first = if rows.len() == all { first_day } else { first_row };
        let (Some(since), Some(until)) = (first, days.iter().map(|(date, _)| *date).max()) else {
            return Ok(None);
        };
        let slots = in_order(slots, &rows);
        let names = |of: fn(&Row) -> &str| -> Vec<String> {
            let names: BTreeSet<&str> = rows.iter().map(of).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        let audiences = names(|row| &row.audience);
        let (broadcasts, covers) = (names(|row| &row.broadcast), names(|row| &row.cover));
        let at = |names: &[String], name: &str| names.iter().position(|other| other == name).unwrap_or_default();
        let mut observed: Vec<Observed> = rows
            .iter()
            .map(|row| Observed {
                local_date: row.local_date,
                slot: at(&slots, &row.slot),
                audience: audiences.binary_search(&row.audience).unwrap_or_default(),
                broadcast: broadcasts.binary_search(&row.broadcast).unwrap_or_default(),
                cover: covers.binary_search(&row.cover).unwrap_or_default(),
                contaminated: row.contaminated,
                turn: row.turn,
                group: row.group,
                figures: row.figures,
            })
            .collect();
        observed.sort_by_key(|row| {
            (
                row.local_date,
                row.slot,
                row.audience,
                row.broadcast,
                row.cover,
                row.contaminated,
                row.turn,
                row.group,
            )
        });
        Ok(Some(Self {
            platform: platform.clone(),
            market: market.clone(),
            since,
            until,
            conventions,
            convention_since,
            provisional: rows.iter().any(|row| row.provisional),
            has_groups: days.iter().any(|(_, frame)| day::has_groups(frame)),
            slots,
            audiences,
            broadcasts,
            covers,
            rows: observed,
            revisits: Vec::new(),
        }))
    }
}

/// Whether a table `viewer_groups` has rows, all of them by groups of this key.
#[must_use]
pub fn is_grouped_by(table: &DataFrame, key_id: &str) -> bool {
    let keys = table.column(c::GROUP_KEY).ok().and_then(|keys| keys.str().ok());
    table.height() > 0 && keys.is_some_and(|keys| keys.iter().all(|key| key == Some(key_id)))
}

/// The market's slots, then what else rows name (`all_day`, or a slot that was renamed since).
fn in_order(slots: &[String], rows: &[Row]) -> Vec<String> {
    let others: BTreeSet<&String> =
        rows.iter().map(|row| &row.slot).filter(|name| !slots.contains(name)).collect();
    slots.iter().chain(others).cloned().collect()
}
