//! Hosts by local dates: how their visits went, and what their covers drew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::cells::{EFFECT_DAYS, LOSS_DAYS, WEEK};
use super::dates::{holds, plus};
use crate::tally::float;
use coverledger_stats::{Panel, PanelPoint};

/// How many local dates after are the placebo.
pub(super) const LEADS: i32 = 3;

/// A host on a local date, summed from the published tables `quality` and `funnel`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelRow {
    /// Whose room.
    pub host: Arc<str>,
    /// The market's day.
    pub local_date: Date,
    /// Broadcasts of the host on it.
    pub broadcasts: u64,
    /// Views of which it is known how they went; 0 where that is not known.
    pub views: u64,
    /// Of those, the bad ones.
    pub bad_views: u64,
    /// Impressions of its covers.
    pub impressions: u64,
    /// Clicks on them.
    pub clicks: u64,
}

/// What is known of hosts and of all orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PanelDays {
    /// One row per host and local date on which it was on air, in any order.
    pub rows: Vec<PanelRow>,
    /// The local dates of which both tables are published.
    pub known: BTreeSet<Date>,
    /// Whether hosts are told apart; where they are not, all broadcasts are one host's.
    pub has_hosts: bool,
}

/// What came of clicks on the last local dates, from the table `funnel`; `None` of a count that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain {
    /// Clicks on covers.
    pub clicks: Option<u64>,
    /// Orders that came of them.
    pub orders: Option<u64>,
}

/// What a panel is made of, ready to be fitted.
#[derive(Debug, Clone, Default)]
pub(super) struct HostPanel {
    pub(super) points: Vec<PanelPoint>,
    pub(super) hosts: usize,
    pub(super) dates: Vec<Date>,
    pub(super) broadcasts: u64,
    pub(super) bad_views: u64,
    /// On the last local dates.
    pub(super) last: LastDates,
}

/// What the last [`LOSS_DAYS`] local dates held.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LastDates {
    pub(super) dates: usize,
    pub(super) bad_views: u64,
    /// Impressions × the mean share of bad views on the 7 local dates before, of those on air.
    pub(super) exposed: f64,
}

/// Where what a dose is: of the 7 local dates before, the first first; of the date itself; of the 3 after.
pub(super) const LAGS: std::ops::Range<usize> = 0..WEEK;
pub(super) const LEADS_AT: std::ops::Range<usize> = WEEK + 1..DOSES;
pub(super) const DOSES: usize = WEEK + 1 + 3;

impl HostPanel {
    /// Of a window that ends with `until`.
    pub(super) fn of(days: &PanelDays, until: Date) -> Self {
        let mut hosts: BTreeMap<&str, BTreeMap<Date, PanelRow>> = BTreeMap::new();
        for row in &days.rows {
            let of_host = hosts.entry(&row.host).or_default();
            of_host
                .entry(row.local_date)
                .and_modify(|sum| {
                    sum.broadcasts += row.broadcasts;
                    sum.views += row.views;
                    sum.bad_views += row.bad_views;
                    sum.impressions += row.impressions;
                    sum.clicks += row.clicks;
                })
                .or_insert_with(|| row.clone());
        }
        let median = median(hosts.values().flat_map(BTreeMap::values).map(|row| row.impressions).collect());
        let mut found = Self::default();
        let mut dates: BTreeSet<Date> = BTreeSet::new();
        for (unit, rows) in hosts.values().enumerate() {
            let shares: BTreeMap<Date, f64> = rows
                .iter()
                .filter(|(_, row)| row.views > 0)
                .map(|(date, row)| (*date, float(row.bad_views) / float(row.views)))
                .collect();
            if shares.is_empty() {
                continue;
            }
            let usual = shares.values().sum::<f64>() / float(shares.len() as u64);
            found.add_last(rows, &shares, days, until);
            let mut is_in = false;
            for (date, row) in rows.iter().filter(|(_, row)| row.impressions > 0) {
                if !holds(&days.known, *date, -EFFECT_DAYS, LEADS) {
                    continue;
                }
                // Of a date off air nothing is known, so it is as the host usually is.
                let share =
                    |days: i32| plus(*date, days).and_then(|date| shares.get(&date)).copied().unwrap_or(usual);
                let doses = (-EFFECT_DAYS..=LEADS).map(share).collect();
                let shown = float(row.impressions);
                found.points.push(PanelPoint {
                    unit,
                    period: usize::try_from(days_since_any(*date)).unwrap_or(0),
                    weight: shown / (shown + median),
                    outcome: float(row.clicks) / shown,
                    doses,
                });
                found.broadcasts += row.broadcasts;
                found.bad_views += row.bad_views;
                dates.insert(*date);
                is_in = true;
            }
            found.hosts += usize::from(is_in);
        }
        found.dates = dates.into_iter().collect();
        let last = last_dates(until);
        found.last.dates = last.iter().filter(|date| holds(&days.known, **date, -EFFECT_DAYS, 0)).count();
        found
    }

    fn add_last(
        &mut self,
        rows: &BTreeMap<Date, PanelRow>,
        shares: &BTreeMap<Date, f64>,
        days: &PanelDays,
        until: Date,
    ) {
        for date in last_dates(until) {
            let Some(row) = rows.get(&date).filter(|_| holds(&days.known, date, -EFFECT_DAYS, 0)) else {
                continue;
            };
            let before: Vec<f64> =
                (1..=EFFECT_DAYS).filter_map(|days| shares.get(&plus(date, -days)?).copied()).collect();
            self.last.bad_views += row.bad_views;
            if !before.is_empty() {
                let share = before.iter().sum::<f64>() / float(before.len() as u64);
                self.last.exposed += float(row.impressions) * share;
            }
        }
    }

    pub(super) fn fit(&self) -> Option<Panel> {
        Panel::of(&self.points)
    }
}

fn last_dates(until: Date) -> Vec<Date> {
    (0..LOSS_DAYS).filter_map(|days| plus(until, -i32::try_from(days).ok()?)).collect()
}

/// Local dates since one that is before all of them.
fn days_since_any(date: Date) -> i32 {
    Date::new(2000, 1, 1).ok().and_then(|first| first.until(date).ok()).map_or(0, |span| span.get_days())
}

fn median(mut sizes: Vec<u64>) -> f64 {
    sizes.retain(|size| *size > 0);
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).map_or(1.0, |size| float(*size))
}
