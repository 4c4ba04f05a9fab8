//! What viewers did on the market-days of a batch, on its way to the private store.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::plan::{Batch, PlannedDay};
use crate::reading::{ReadExport, Unread};
use crate::run::blocking::blocking;
use crate::run::reading::CountedBatch;
use coverledger_archive::{Archive, BoxError, VisitPartError, VisitPartWriter};
use coverledger_config::Workspace;
use coverledger_core::count::{QualityCounted, ViewerVisit, Visits};
use coverledger_core::model::{MarketDay, Visit};
use coverledger_read::export::Hosts;

/// What viewers did on the market-days of a batch, and whose rooms they were in.
pub(in crate::run) struct BatchVisits {
    visits: Visits,
    hosts: Hosts,
    /// Permits to make a part: each is in memory as a whole until it is put.
    parts: Semaphore,
}

impl BatchVisits {
    /// Of a batch whose exports were read, in their order. So many parts are made at a time.
    pub(in crate::run) fn new(visits: Visits, exports: &[Result<ReadExport, Unread>], at_a_time: usize) -> Self {
        let mut hosts = Hosts::default();
        for read in exports.iter().flatten() {
            hosts.extend(&read.report.stats.hosts);
        }
        if let Some([broadcast_id, host_id, other]) = hosts.contradiction() {
            tracing::warn!(
                broadcast_id,
                host_id,
                other,
                "a broadcast is said to be of two hosts; the first counts"
            );
        }
        Self { visits, hosts, parts: Semaphore::new(at_a_time.max(1)) }
    }

    /// Whether they are of a market-day of the batch.
    pub(in crate::run) fn are_of(&self, day: usize) -> bool {
        self.visits.are_of(day)
    }

    /// The part of a market-day. The same visits are the same bytes.
    fn part(&self, day: usize) -> Result<Bytes, VisitPartError> {
        let mut writer = VisitPartWriter::new()?;
        let mut known: HashMap<Arc<str>, Option<Arc<str>>> = HashMap::new();
        self.visits.each(day, |visits| {
            for visit in visits.iter_mut().filter(|_| !self.hosts.is_empty()) {
                if let Some(host) = known.get(&visit.broadcast_id) {
                    visit.host_id.clone_from(host);
                } else {
                    visit.host_id = self.hosts.of(&visit.broadcast_id).map(Arc::from);
                    known.insert(Arc::clone(&visit.broadcast_id), visit.host_id.clone());
                }
            }
            writer.push(visits)
        })?;
        writer.finish()
    }
}

/// What viewers saw on the market-days of a batch of a source of quality, out of what was counted of them; `None` if it is kept
/// of none.
pub(in crate::run) fn visits_of(
    workspace: &Workspace,
    batch: &Batch<'_>,
    counted: &mut QualityCounted,
) -> Option<Visits> {
    let of_day = |(number, day): (usize, &&PlannedDay)| {
        let MarketDay { platform, market, .. } = &day.market_day;
        let key = workspace.viewers_kept_by(platform, market)?;
        let slots: Vec<Arc<str>> = workspace.markets.get(market)?.slots.names().map(Arc::from).collect();
        let visit = |view: ViewerVisit| {
            let (viewer, _) = view.viewer;
            Some(Visit {
                viewer: key.viewer(viewer),
                broadcast_id: view.broadcast_id,
                cover_id: None,
                host_id: view.host_id,
                slot: Arc::clone(slots.get(view.slot)?),
                first_us: view.first_us,
                impressions: 0,
                clicks: 0,
                entries: 0,
                stayed: false,
                quality: view.worst,
            })
        };
        Some(counted.take_viewers(number).into_iter().filter_map(visit).collect())
    };
    let days: Vec<Option<Vec<Visit>>> = batch.days.iter().enumerate().map(of_day).collect();
    days.iter().any(Option::is_some).then(|| Visits::given(days))
}

/// What viewers did on a market-day.
pub(in crate::run) struct DayVisits {
    pub(in crate::run) generation: u16,
    pub(in crate::run) market_day: MarketDay,
    pub(in crate::run) counted: Arc<CountedBatch>,
    /// The day's number in the batch.
    pub(in crate::run) number: usize,
}

impl DayVisits {
    /// Keeps them as those of a revision.
    ///
    /// # Errors
    /// They cannot be read back, or the store does not take them.
    pub(in crate::run) async fn keep(&self, archive: &Archive, revision: u64) -> Result<(), BoxError> {
        let Some(visits) = &self.counted.visits else { return Ok(()) };
        let _permit = visits.parts.acquire().await?;
        let (counted, number) = (Arc::clone(&self.counted), self.number);
        let make = move || counted.visits.as_ref().map(|visits| visits.part(number)).transpose();
        let Some(part) = blocking(make).await?? else { return Ok(()) };
        Ok(archive.keep_visits(self.generation, &self.market_day, revision, part).await?)
    }
}
