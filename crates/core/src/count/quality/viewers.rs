//! Viewers of a broadcast on a market-day: who saw it, and who was hit by a bad visit.

use std::sync::Arc;

use hashbrown::HashMap;

use super::row::ViewerRow;
use crate::count::cells::Numbered;
use crate::count::row::Origin;
use crate::model::{IdHash, VisitQuality};

/// A viewer of a broadcast on a market-day, over all visits. The hash is of no table, log or message: what tells viewers
/// over days is made of it, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewerVisit {
    /// The hash of the viewer's id.
    pub viewer: IdHash,
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// Its room or host, where rows say it.
    pub host_id: Option<Arc<str>>,
    /// Index into the market's slot table: that of the first visit.
    pub slot: usize,
    /// When the first visit began.
    pub first_us: i64,
    /// How the worst visit went; `None` where nothing is known of any.
    pub worst: Option<VisitQuality>,
}

/// What is known of a viewer of a broadcast on a market-day.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) viewer: [u64; 2],
    first: Visit,
    bad: Option<Visit>,
    worst: u32,
}

/// A visit: of two at one instant the first by object name and record number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    occurred_us: i64,
    origin: Origin,
    cell: u32,
}

/// A viewer, market-day and broadcast.
type Key = ([u64; 2], usize, u32);

/// The viewers of one partition: all visits of a viewer come to the same.
#[derive(Default)]
pub(super) struct Viewers(HashMap<Key, Seen>);

impl Viewers {
    /// Takes note of visits.
    pub(super) fn note(&mut self, rows: &[ViewerRow], numbered: &Numbered) {
        for row in rows {
            let ViewerRow { viewer, occurred_us, origin, cell, quality } = *row;
            let place = &numbered.cells()[cell as usize];
            let visit = Visit { occurred_us, origin, cell };
            let bad = ViewerRow::quality_of(quality).is_some_and(VisitQuality::is_bad).then_some(visit);
            let seen = Seen { viewer, first: visit, bad, worst: quality };
            let key = (viewer, place.day as usize, place.broadcast);
            let known = self.0.entry(key).or_insert(seen);
            known.first = known.first.min(visit);
            known.bad = known.bad.into_iter().chain(bad).min();
            known.worst = known.worst.max(quality);
        }
    }

    /// Credits every viewer to the place of the first visit, and of the first bad one, and forgets them; `keep` is handed
    /// each.
    pub(super) fn credit(&mut self, counts: &mut [ViewerCounts], mut keep: impl FnMut(Seen)) {
        for (_, seen) in self.0.drain() {
            counts[seen.first.cell as usize].viewers += 1;
            if let Some(bad) = seen.bad {
                counts[bad.cell as usize].hit += 1;
            }
            keep(seen);
        }
    }
}

impl Seen {
    /// The market-day, and the visit as others see it.
    pub(super) fn told(&self, numbered: &Numbered) -> (usize, ViewerVisit) {
        let place = &numbered.cells()[self.first.cell as usize];
        let visit = ViewerVisit {
            viewer: (self.viewer[0], self.viewer[1]),
            broadcast_id: numbered.name(place.broadcast),
            host_id: Some(numbered.name(place.cover)).filter(|host| !host.is_empty()),
            slot: place.slot.into(),
            first_us: self.first.occurred_us,
            worst: ViewerRow::quality_of(self.worst),
        };
        (place.day as usize, visit)
    }
}

/// Viewers of a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ViewerCounts {
    pub(super) viewers: u64,
    pub(super) hit: u64,
}
