//! Rows that are all there become counts: what no thread has settled while it read is settled by all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bars::{BarSpool, Bars};
use super::cells::Numbered;
use super::counter::{Counted, Counter};
use super::facts::{Facts, facts};
use super::row::ViewerRow;
use super::settler::{OfViewers, Settler};
use super::spool::Spool;
use super::tally::Tally;
use super::writer::PartialCounts;

/// What is known once every redelivery is found, of a count in which no viewer was counted.
pub(super) struct Settled {
    pub(super) numbered: Numbered,
    /// All of it but unique counts.
    pub(super) total: Tally,
    /// The rows that viewers are counted of.
    pub(super) viewers: Spool<ViewerRow>,
    pub(super) bars: Option<BarSpool>,
}

impl Counter {
    /// Deduplicates, counts, credits first touches. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_all(self, partials: Vec<PartialCounts>) -> std::io::Result<Counted> {
        let PartialCounts { tally: total, mut of_viewers } = self.settle_with(partials, true)?;
        let Self { scope, cells, bars, visits, .. } = self;
        let numbered = cells.into_numbered();
        let mut counts = total.counts(numbered.cells().len());
        of_viewers.reserve(counts.len());
        let OfViewers { uniques, orphans } = of_viewers;
        for (sum, uniques) in counts.iter_mut().zip(&uniques) {
            sum.add(uniques);
        }
        let Facts { all, turns, groups } = facts(&numbered, (&counts, &orphans), &scope);
        let numbered = Arc::new(numbered);
        let visits = visits.map(|visits| visits.into_visits(Arc::clone(&numbered)));
        let bars = bars.map(|bars| Bars::spooled(bars, numbered));
        Ok(Counted::new(all, turns, groups, total.outcomes).with_visits(visits).with_bars(bars))
    }

    /// Finds redeliveries and counts the rest, but no viewers. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_events(self, partials: Vec<PartialCounts>) -> std::io::Result<Settled> {
        let PartialCounts { tally: total, .. } = self.settle_with(partials, false)?;
        let Self { cells, viewers, bars, .. } = self;
        Ok(Settled { numbered: cells.into_numbered(), total, viewers, bars })
    }

    /// Credits first touches of rows without events. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_viewers(self, partials: Vec<PartialCounts>) -> std::io::Result<(OfViewers, Numbered)> {
        let PartialCounts { mut of_viewers, .. } = self.settle_with(partials, true)?;
        let numbered = self.cells.into_numbered();
        of_viewers.reserve(numbered.cells().len());
        Ok((of_viewers, numbered))
    }

    /// Lets all threads settle what is left, and adds up what they find and what was found before.
    fn settle_with(&self, mut shares: Vec<PartialCounts>, and_viewers: bool) -> std::io::Result<PartialCounts> {
        // One generation after the other: each lets go of rows that the one before asked.
        for generation in 0..self.progress.generations() {
            if self.progress.has_events(generation) {
                shares.extend(self.by_all(|settler| settler.settle_rest_of_events(generation))?);
            }
        }
        if and_viewers {
            shares.extend(self.by_all(Settler::settle_rest_of_viewers)?);
        }
        let mut total = PartialCounts { tally: Tally::new(0, &self.scope), of_viewers: OfViewers::default() };
        for share in &shares {
            total.tally.add(&share.tally);
            total.of_viewers.add(&share.of_viewers);
        }
        Ok(total)
    }

    /// Lets every thread settle a share.
    fn by_all<'c>(
        &'c self,
        settle: impl Fn(&mut Settler<'c>) -> std::io::Result<()> + Sync,
    ) -> std::io::Result<Vec<PartialCounts>> {
        on_threads(self.options.threads, || {
            let mut settler = Settler::new(self);
            settle(&mut settler)?;
            settler.finish()
        })
    }
}

/// Runs `work` on every thread; together they go through the partitions once.
pub(super) fn in_parallel<T: Send>(
    threads: usize,
    parts: usize,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> std::io::Result<T> + Sync,
) -> std::io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    on_threads(threads, || {
        let mut mine =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts));
        work(&mut mine)
    })
}

fn on_threads<T: Send>(threads: usize, work: impl Fn() -> std::io::Result<T> + Sync) -> std::io::Result<Vec<T>> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
