//! Published tables as panels: how visits with each host went, and what covers drew there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use jiff::ToSpan as _;
use jiff::civil::Date;
use polars::prelude::*;

use super::cells::LOSS_DAYS;
use super::panel::{Chain, PanelDays, PanelRow};
use crate::table::read;
use coverledger_core::model::{Count, TableName, columns as c};

/// What a host had on a local date.
#[derive(Default)]
struct HostDay {
    broadcasts: BTreeSet<Arc<str>>,
    views: u64,
    bad_views: u64,
    impressions: u64,
    clicks: u64,
}

impl PanelDays {
    /// Of the tables `quality` and `funnel` by local date, and what came of clicks on the last local dates up to one.
    ///
    /// Views are viewers where every row says how many were hit. Elsewhere a view is bad as far as sums tell: it began late or
    /// stood still, whichever is more often said, or failed.
    ///
    /// # Errors
    /// A table cannot be read.
    pub fn read(
        quality: Vec<(Date, Bytes)>,
        funnel: Vec<(Date, Bytes)>,
        until: Date,
    ) -> PolarsResult<(Self, Chain)> {
        let dates = |tables: &[(Date, Bytes)]| tables.iter().map(|(date, _)| *date).collect::<BTreeSet<Date>>();
        let known: BTreeSet<Date> = dates(&quality).intersection(&dates(&funnel)).copied().collect();
        let mut hosts: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        let mut days: BTreeMap<(Arc<str>, Date), HostDay> = BTreeMap::new();
        let mut has_hosts = false;
        for (date, bytes) in quality {
            let frame = read(TableName::Quality, &[bytes])?;
            let broadcasts = frame.column(c::BROADCAST_ID)?.str()?;
            let host_ids = frame.column(c::HOST_ID)?.str()?;
            let whole = |name: &str| frame.column(name)?.cast(&DataType::UInt64);
            let [views, starts, good_starts] = [whole(c::VIEWS)?, whole(c::STARTS)?, whole(c::GOOD_STARTS)?];
            let [stalled, failures] = [whole(c::STALLED_VIEWS)?, whole(c::FAILURES)?];
            let [viewers, hit] = [whole(c::VIEWERS)?, whole(c::VIEWERS_HIT)?];
            let tells_viewers = viewers.null_count() == 0 && hit.null_count() == 0;
            let at = |column: &Column, row: usize| -> PolarsResult<Option<u64>> { Ok(column.u64()?.get(row)) };
            for row in 0..frame.height() {
                let broadcast: Arc<str> = broadcasts.get(row).unwrap_or_default().into();
                let host: Arc<str> = host_ids.get(row).unwrap_or_default().into();
                has_hosts |= !host.is_empty();
                // One row that names the host is enough.
                let known = hosts.entry(Arc::clone(&broadcast)).or_insert_with(|| Arc::clone(&host));
                if known.is_empty() {
                    *known = Arc::clone(&host);
                }
                let day = days.entry((host, date)).or_default();
                if tells_viewers {
                    day.views += at(&viewers, row)?.unwrap_or_default();
                    day.bad_views += at(&hit, row)?.unwrap_or_default();
                } else {
                    let views = at(&views, row)?.unwrap_or_default();
                    let slow = at(&starts, row)?.zip(at(&good_starts, row)?);
                    let slow = slow.map(|(starts, good)| starts.saturating_sub(good));
                    let (stalled, failures) = (at(&stalled, row)?, at(&failures, row)?);
                    // Views of which nothing is said went neither well nor badly.
                    if slow.is_some() || stalled.is_some() || failures.is_some() {
                        day.views += views;
                        let bad = slow.max(stalled).unwrap_or_default() + failures.unwrap_or_default();
                        day.bad_views += bad.min(views);
                    }
                }
                day.broadcasts.insert(broadcast);
            }
        }
        let first_loss = until.saturating_sub(i64::try_from(LOSS_DAYS).unwrap_or(i64::MAX).days());
        let mut chain = Chain { clicks: Some(0), orders: Some(0) };
        for (date, bytes) in funnel {
            let frame = read(TableName::Funnel, &[bytes])?;
            let broadcasts = frame.column(c::BROADCAST_ID)?.str()?;
            let count = |count: Count| frame.column(count.word())?.cast(&DataType::UInt64);
            let [impressions, clicks] = [count(Count::Impressions)?, count(Count::Clicks)?];
            let orders = count(Count::Orders)?;
            if date > first_loss {
                add(&mut chain.clicks, &clicks)?;
                add(&mut chain.orders, &orders)?;
            }
            for row in 0..frame.height() {
                let broadcast = broadcasts.get(row).unwrap_or_default();
                let Some(host) = hosts.get(broadcast) else { continue };
                let day = days.entry((Arc::clone(host), date)).or_default();
                day.broadcasts.insert(broadcast.into());
                // Impressions of which clicks are not known have no rate.
                let known = impressions.u64()?.get(row).zip(clicks.u64()?.get(row));
                let (impressions, clicks) = known.unwrap_or_default();
                day.impressions += impressions;
                day.clicks += clicks;
            }
        }
        let row = |((host, local_date), day): ((Arc<str>, Date), HostDay)| PanelRow {
            host,
            local_date,
            broadcasts: day.broadcasts.len() as u64,
            views: day.views,
            bad_views: day.bad_views,
            impressions: day.impressions,
            clicks: day.clicks,
        };
        Ok((Self { rows: days.into_iter().map(row).collect(), known, has_hosts }, chain))
    }
}

/// A sum of which a part is not known is not known.
fn add(sum: &mut Option<u64>, column: &Column) -> PolarsResult<()> {
    let more = if column.null_count() == 0 { Some(column.u64()?.iter().flatten().sum::<u64>()) } else { None };
    *sum = sum.zip(more).map(|(sum, more)| sum + more);
    Ok(())
}
