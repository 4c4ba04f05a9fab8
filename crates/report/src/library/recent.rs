//! The last four weeks of a platform in a market: its traffic, and a history that a test of two covers is planned by.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::tally;
use super::rows::{CoverRows, date_of};
use crate::evidence::{Evidence, Observed};
use crate::rates::Rate;
use crate::tally::Tally;
use coverledger_core::model::{Count, Figures, Measure};

/// How far back it looks, and for how long the better cover of a test will be on air.
pub(super) const HORIZON_DAYS: i32 = 28;

/// What was on air lately, under the newest conventions.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    /// A day: of all covers.
    pub(super) impressions_per_day: f64,
    /// Successes ÷ trials of all covers.
    pub(super) rate: f64,
    /// Covers that were on air.
    pub(super) covers: BTreeSet<usize>,
    /// Successes as orders, since tests are planned by those; all audiences together.
    pub(super) history: Option<Evidence>,
}

pub(super) fn recent(rows: &CoverRows, metric: Option<&Rate>) -> Recent {
    let (Some(metric), Some(until)) = (metric, rows.rows.iter().map(|row| row.day).max()) else {
        return Recent::default();
    };
    let newest = rows.rows.iter().map(|row| row.era).max().unwrap_or(0);
    let since = until - HORIZON_DAYS + 1;
    let mut sums: BTreeMap<(i32, u16, u32, u32), Tally> = BTreeMap::new();
    for row in rows.rows.iter().filter(|row| row.is_clean && row.era == newest && row.day >= since) {
        if let Some(tally) = tally(metric, row) {
            let sum = sums.entry((row.day, row.slot, row.broadcast, row.cover)).or_default();
            *sum = sum.plus(tally);
        }
    }
    let all = Tally::sum(sums.values().copied());
    let first = sums.keys().map(|(day, ..)| *day).min().unwrap_or(until);
    Recent {
        impressions_per_day: all.trials / f64::from(until - first + 1),
        rate: all.rate().unwrap_or(0.0),
        covers: sums.keys().map(|(.., cover)| *cover as usize).collect(),
        history: history(rows, &sums, first, until, usize::from(newest)),
    }
}

fn history(
    rows: &CoverRows,
    sums: &BTreeMap<(i32, u16, u32, u32), Tally>,
    since: i32,
    until: i32,
    era: usize,
) -> Option<Evidence> {
    let (convention_since, conventions) = *rows.eras.get(era)?;
    let observed = |((day, slot, broadcast, cover), tally): (&(i32, u16, u32, u32), &Tally)| {
        let mut figures = Figures::default();
        figures.put(Count::Impressions, Measure::exact(whole(tally.trials)));
        figures.put(Count::Orders, Measure::exact(whole(tally.successes)));
        Some(Observed {
            local_date: date_of(*day)?,
            slot: usize::from(*slot),
            audience: 0,
            broadcast: *broadcast as usize,
            cover: *cover as usize,
            contaminated: false,
            turn: None,
            group: None,
            figures,
        })
    };
    Some(Evidence {
        platform: rows.platform.clone(),
        market: rows.market.clone(),
        since: date_of(since)?,
        until: date_of(until)?,
        conventions,
        convention_since,
        provisional: rows.is_provisional,
        has_groups: false,
        slots: rows.slots.all.clone(),
        audiences: vec!["all".to_owned()],
        broadcasts: Vec::new(),
        covers: rows.covers.all.clone(),
        rows: sums.iter().map(observed).collect::<Option<_>>()?,
        revisits: Vec::new(),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts")]
fn whole(count: f64) -> u64 {
    count as u64
}
