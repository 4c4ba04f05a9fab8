//! `quality`: how views went, by slot and broadcast. Every ratio is made here, from sums over whole numbers.

use polars::prelude::*;

use super::cells::{dates, same_text, seconds};
use super::rates::part;
use coverledger_config::Market;
use coverledger_core::count::QualityFact;
use coverledger_core::model::{MarketDay, PlatformId, columns as c};
use std::collections::BTreeMap;

/// The facts of a market-day of a source of quality with their context.
#[derive(Debug, Clone, Copy)]
pub struct QualityDay<'a> {
    /// Which market-day; its platform is the source.
    pub market_day: &'a MarketDay,
    /// The platform whose broadcasts were watched.
    pub of: &'a PlatformId,
    /// The market's rules.
    pub market: &'a Market,
    /// Whether late exports may still change it.
    pub provisional: bool,
    /// What was counted, sorted by slot, broadcast and host.
    pub facts: &'a [QualityFact],
}

impl QualityDay<'_> {
    /// The day's sums by their names in receipts; what the shrink guard compares. One that no row says is not among them.
    /// Starts are of the rows that say how many were good, where any does: by these two a day is told as slow.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, i64> {
        let sum = |of: &dyn Fn(&QualityFact) -> Option<u64>| {
            let known: Vec<u64> = self.facts.iter().filter_map(of).collect();
            (!known.is_empty()).then(|| i64::try_from(known.iter().sum::<u64>()).unwrap_or(i64::MAX))
        };
        let mut totals = BTreeMap::from([(c::VIEWS.to_owned(), sum(&|fact| Some(fact.sums.views)).unwrap_or(0))]);
        let more = [
            (
                c::STARTS,
                sum(&|fact| Some(fact.sums.good_of_starts()?.1)).or_else(|| sum(&|fact| fact.sums.starts())),
            ),
            (c::GOOD_STARTS, sum(&|fact| fact.sums.good_starts())),
            (c::VIEWERS, sum(&|fact| fact.viewers)),
        ];
        totals.extend(more.into_iter().filter_map(|(name, total)| Some((name.to_owned(), total?))));
        totals
    }
}

/// Renders the table.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn quality(day: &QualityDay<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let QualityDay { market_day, of, market, provisional, facts } = *day;
    let height = facts.len();
    let slot = |fact: &QualityFact| market.slots.starts().get(fact.slot).map_or("", |(name, _)| name.as_str());
    let text = |name: &str, of: &dyn Fn(&QualityFact) -> Option<String>| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<_>>())
    };
    let whole = |name: &str, of: &dyn Fn(&QualityFact) -> Option<u64>| {
        let overflow = |_| polars_err!(ComputeError: "a count exceeds 64 bits");
        let numbers = facts.iter().map(|fact| of(fact).map(|n| i64::try_from(n).map_err(overflow)).transpose());
        Ok::<_, PolarsError>(Column::new(name.into(), numbers.collect::<PolarsResult<Vec<_>>>()?))
    };
    let float = |name: &str, of: &dyn Fn(&QualityFact) -> Option<f64>| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<_>>())
    };
    let share = |among: Option<(u64, u64)>| among.and_then(|(of, all)| part(of, all));
    let table = vec![
        same_text(c::PLATFORM, market_day.platform.as_str(), height),
        same_text(c::MARKET, market_day.market.as_str(), height),
        dates(c::LOCAL_DATE, vec![Some(market_day.local_date); height]),
        same_text(c::OF_PLATFORM, of.as_str(), height),
        text(c::SLOT, &|fact| Some(slot(fact).to_owned())),
        text(c::BROADCAST_ID, &|fact| Some(fact.broadcast_id.to_string())),
        text(c::HOST_ID, &|fact| fact.host_id.as_deref().map(str::to_owned)),
        whole(c::VIEWS, &|fact| Some(fact.sums.views))?,
        whole(c::STARTS, &|fact| fact.sums.starts())?,
        whole(c::GOOD_STARTS, &|fact| fact.sums.good_starts())?,
        float(c::GOOD_START_SHARE, &|fact| share(fact.sums.good_of_starts())),
        whole(c::P50_FIRST_FRAME_MS, &|fact| fact.first_frame_ms.map(|(half, _)| half.into()))?,
        whole(c::P95_FIRST_FRAME_MS, &|fact| fact.first_frame_ms.map(|(_, most)| most.into()))?,
        whole(c::STALLS, &|fact| fact.sums.stalls())?,
        whole(c::STALLED_VIEWS, &|fact| fact.sums.stalled_views())?,
        float(c::STALL_SECONDS, &|fact| fact.sums.stall_ms().map(seconds)),
        float(c::WATCH_SECONDS, &|fact| fact.sums.watch_ms().map(seconds)),
        float(c::STALL_RATIO, &|fact| share(fact.sums.ratio())),
        whole(c::FAILURES, &|fact| fact.sums.failures())?,
        float(c::FAILURE_SHARE, &|fact| share(fact.sums.failures_of_views())),
        whole(c::VIEWERS, &|fact| fact.viewers)?,
        whole(c::VIEWERS_HIT, &|fact| fact.viewers_hit)?,
        float(c::MEAN_OFFSET_MS, &|fact| fact.sums.offset().and_then(|(sum, views)| part(sum, views))),
        float(c::MEAN_BITRATE_KBPS, &|fact| {
            let mean_bps = fact.sums.bitrate().and_then(|(sum, views)| part(sum, views));
            mean_bps.map(|bps| bps / BITS_PER_KILOBIT)
        }),
        text(c::RUNG, &|fact| fact.rung.as_ref().map(|(name, ..)| name.to_string())),
        float(c::RUNG_SHARE, &|fact| fact.rung.as_ref().and_then(|(_, views, named)| part(*views, *named))),
        Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(provisional), height),
        Column::new_scalar(c::REVISION.into(), Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX)), height),
    ];
    DataFrame::new(height, table)
}

const BITS_PER_KILOBIT: f64 = 1_000.0;
