//! Rows that are all there become counts: first where events meet, then where viewers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashTable;

use super::bars::{BarSpool, BarTally, Bars, Place};
use super::cells::Numbered;
use super::counter::{Counted, Counter};
use super::dedupe::{self, Copied, Deliveries};
use super::facts::{Facts, facts};
use super::row::{EventRow, NO_CELL, ViewerRow};
use super::scope::Scope;
use super::spool::{Spool, Writer};
use super::tally::Tally;
use super::touch::Firsts;
use super::visits::{VisitSpool, VisitWriter};
use super::writer::PartialCounts;
use crate::model::{Counts, Kinds};

/// What is known once every redelivery is found.
pub(super) struct Settled {
    pub(super) scope: Scope,
    pub(super) numbered: Numbered,
    /// All of it but unique counts.
    pub(super) total: Tally,
    /// The rows that viewers are counted of.
    pub(super) viewers: Spool<ViewerRow>,
    pub(super) bars: Option<BarSpool>,
    visits: Option<VisitSpool>,
    threads: usize,
}

/// What is known of viewers, by cell.
pub(super) struct OfViewers {
    /// Unique counts; nothing else is in these.
    pub(super) uniques: Vec<Counts>,
    /// Clicks without an impression; none where they are not counted.
    pub(super) orphans: Vec<u64>,
}

impl Counter {
    /// Deduplicates, counts, credits first touches. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_all(self, partials: Vec<PartialCounts>) -> std::io::Result<Counted> {
        let settled = self.settle_events(partials)?;
        let OfViewers { uniques, orphans } = settled.settle_viewers()?;
        let Settled { scope, numbered, total, bars, visits, .. } = settled;
        let mut counts = total.counts();
        for (sum, uniques) in counts.iter_mut().zip(&uniques) {
            sum.add(uniques);
        }
        let Facts { all, turns, groups } = facts(&numbered, (&counts, &orphans), &scope);
        let numbered = Arc::new(numbered);
        let visits = visits.map(|visits| visits.into_visits(Arc::clone(&numbered)));
        let bars = bars.map(|bars| Bars::spooled(bars, numbered));
        Ok(Counted::new(all, turns, groups, total.outcomes).with_visits(visits).with_bars(bars))
    }

    /// Finds redeliveries and counts the rest. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_events(self, partials: Vec<PartialCounts>) -> std::io::Result<Settled> {
        let Self { scope, options, cells, events, viewers, of_viewers, visits, bars, .. } = self;
        let numbered = cells.into_numbered();
        let mut total = Tally::new(numbered.cells().len(), &scope);
        for partial in &partials {
            total.add(&partial.0);
        }
        drop(partials);
        let tallies = in_parallel(options.threads, events.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &scope);
            let mut writer = viewers.writer();
            let mut by_bar = bars.as_ref().map(BarSpool::tally);
            let (mut rows, mut first) = (Vec::new(), HashTable::new());
            for part in parts {
                let mut settle = |row: &EventRow, duplicate| {
                    settle(row, duplicate, (&numbered, of_viewers), (&mut tally, &mut by_bar), &mut writer)
                };
                if let Some(blocks) = events.take(part, &mut rows)? {
                    let mut deliveries = Deliveries::default();
                    blocks.each(&mut rows, |block| {
                        for row in block {
                            deliveries.note(row);
                        }
                        Ok(())
                    })?;
                    blocks.each(&mut rows, |block| {
                        block.iter().try_for_each(|row| settle(row, deliveries.duplicate(row, &scope, &numbered)))
                    })?;
                    continue;
                }
                let duplicates = dedupe::duplicates(&rows, &scope, &numbered, &mut first);
                let mut duplicates = duplicates.iter().peekable();
                for (index, row) in (0_u32..).zip(&rows) {
                    let duplicate = duplicates.next_if(|duplicate| duplicate.row == index);
                    settle(row, duplicate.map(|duplicate| duplicate.copy))?;
                }
            }
            writer.finish()?;
            by_bar.map_or(Ok(()), BarTally::finish)?;
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        Ok(Settled { scope, numbered, total, viewers, bars, visits, threads: options.threads })
    }
}

impl Settled {
    /// Credits first touches, and takes note of visits where they are wanted. It takes the rows of viewers; it fails when some
    /// that were spilled cannot be read back.
    pub(super) fn settle_viewers(&self) -> std::io::Result<OfViewers> {
        let Self { scope, numbered, viewers, visits, threads, .. } = self;
        let shares = in_parallel(*threads, viewers.parts(), |parts| {
            let mut uniques = vec![Counts::default(); numbered.cells().len()];
            let mut orphans = vec![0; if scope.counts_orphans() { uniques.len() } else { 0 }];
            let (mut rows, mut firsts) = (Vec::new(), Firsts::default());
            let mut of_days = visits.as_ref().map(VisitSpool::writer);
            for part in parts {
                if let Some(blocks) = viewers.take(part, &mut rows)? {
                    blocks.each(&mut rows, |block| {
                        firsts.note(block, numbered);
                        if let Some(visits) = &mut of_days {
                            visits.note(block, numbered);
                        }
                        Ok(())
                    })?;
                    if scope.counts_orphans() {
                        blocks.each(&mut rows, |block| {
                            firsts.count_orphans(block, (numbered, scope), &mut orphans);
                            Ok(())
                        })?;
                    }
                } else {
                    firsts.note(&rows, numbered);
                    if let Some(visits) = &mut of_days {
                        visits.note(&rows, numbered);
                    }
                    if scope.counts_orphans() {
                        firsts.count_orphans(&rows, (numbered, scope), &mut orphans);
                    }
                }
                firsts.credit(&mut uniques);
                of_days.iter_mut().try_for_each(|visits| visits.hand_over(numbered))?;
            }
            of_days.map_or(Ok(()), VisitWriter::finish)?;
            Ok((uniques, orphans))
        })?;
        let cells = numbered.cells().len();
        let mut all = OfViewers { uniques: vec![Counts::default(); cells], orphans: vec![0; cells] };
        for (uniques, orphans) in &shares {
            all.uniques.iter_mut().zip(uniques).for_each(|(sum, more)| sum.add(more));
            all.orphans.iter_mut().zip(orphans).for_each(|(sum, more)| *sum += more);
        }
        Ok(all)
    }
}

/// Takes a row back if it is a redelivery; else passes it on to first touches.
fn settle(
    row: &EventRow,
    duplicate: Option<Copied>,
    (numbered, of_viewers): (&Numbered, Kinds),
    (tally, bars): (&mut Tally, &mut Option<BarTally<'_>>),
    viewers: &mut Writer<'_, ViewerRow>,
) -> std::io::Result<()> {
    let EventRow { viewer, occurred_us, origin, cell, dwell_ms, .. } = *row;
    if cell == NO_CELL {
        return Ok(());
    }
    if let Some(copy) = duplicate {
        tally.take_back(origin, numbered.day(cell), cell, dwell_ms, copy);
        if let Some(bars) = bars {
            let place = || Place::of(cell, numbered);
            bars.count(cell, (origin.kinds(), occurred_us, dwell_ms), 1_u64.wrapping_neg(), place)?;
        }
    } else if origin.has_viewer() && origin.kinds().bits() & of_viewers.bits() != 0 {
        viewers.push(viewer.rotate_right(32), ViewerRow { viewer, occurred_us, origin, cell, unused: 0 })?;
    }
    Ok(())
}

/// Runs `work` on every thread; together they go through the partitions once.
pub(super) fn in_parallel<T: Send>(
    threads: usize,
    parts: usize,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> std::io::Result<T> + Sync,
) -> std::io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut mine =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts));
        work(&mut mine)
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
