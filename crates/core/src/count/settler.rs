//! One thread's share of settling: redeliveries are found where events meet, then first touches where viewers do.

use std::io;

use super::bars::{BarSpool, BarTally, Place};
use super::cells::CellTable;
use super::counter::Counter;
use super::dedupe::{Copied, Deliveries, Redeliveries};
use super::row::{EventRow, NO_CELL, ViewerRow};
use super::spool::Writer;
use super::tally::Tally;
use super::touch::Firsts;
use super::visits::{VisitSpool, VisitWriter};
use super::writer::PartialCounts;
use crate::model::Counts;

/// What is known of viewers, by cell.
#[derive(Default)]
pub(super) struct OfViewers {
    /// Unique counts; nothing else is in these.
    pub(super) uniques: Vec<Counts>,
    /// Clicks without an impression; 0 where they are not counted.
    pub(super) orphans: Vec<u64>,
}

impl OfViewers {
    /// Makes room for so many cells.
    pub(super) fn reserve(&mut self, cells: usize) {
        if self.uniques.len() < cells {
            self.uniques.resize(cells, Counts::default());
            self.orphans.resize(cells, 0);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.reserve(other.uniques.len());
        self.uniques.iter_mut().zip(&other.uniques).for_each(|(sum, more)| sum.add(more));
        self.orphans.iter_mut().zip(&other.orphans).for_each(|(sum, more)| *sum += more);
    }
}

/// One thread's share of counting: what it counts, takes back and credits.
pub(super) struct Settler<'c> {
    counter: &'c Counter,
    pub(super) tally: Tally,
    pub(super) viewers: Writer<'c, ViewerRow>,
    pub(super) bars: Option<BarTally<'c>>,
    visits: Option<VisitWriter<'c>>,
    of_viewers: OfViewers,
    /// Partitions of events that were settled and not told of yet, and of which generation.
    untold: (usize, usize),
    rows: Vec<EventRow>,
    block: Vec<EventRow>,
    redeliveries: Redeliveries,
    rows_of_viewers: Vec<ViewerRow>,
    firsts: Firsts,
}

impl<'c> Settler<'c> {
    pub(super) fn new(counter: &'c Counter) -> Self {
        Self {
            counter,
            tally: Tally::new(0, &counter.scope),
            viewers: counter.viewers.writer(),
            bars: counter.bars.as_ref().map(BarSpool::tally),
            visits: counter.visits.as_ref().map(VisitSpool::writer),
            of_viewers: OfViewers::default(),
            untold: (0, 0),
            rows: Vec::new(),
            block: Vec::new(),
            redeliveries: Redeliveries::default(),
            rows_of_viewers: Vec::new(),
            firsts: Firsts::default(),
        }
    }

    /// Settles what is complete, as long as more is to be read.
    pub(super) fn settle_ready(&mut self) -> io::Result<()> {
        let progress = &self.counter.progress;
        while !progress.is_all_read() {
            if let Some((generation, part)) = progress.next_events() {
                self.settle_events(generation, part)?;
                continue;
            }
            self.tell()?;
            let Some((generation, part)) = progress.next_viewers() else { break };
            self.settle_viewers(generation, part)?;
        }
        self.tell()
    }

    /// Takes part in settling the events of a generation: all rows are there, and its forerunners are settled.
    pub(super) fn settle_rest_of_events(&mut self, generation: usize) -> io::Result<()> {
        while let Some(part) = self.counter.progress.rest_of_events(generation) {
            self.settle_events(generation, part)?;
        }
        self.tell()
    }

    /// Takes part in settling all viewers that are left, once all events are settled.
    pub(super) fn settle_rest_of_viewers(&mut self) -> io::Result<()> {
        while let Some((generation, part)) = self.counter.progress.next_viewers() {
            self.settle_viewers(generation, part)?;
        }
        Ok(())
    }

    /// Hands over what is left in this thread's hands.
    pub(super) fn finish(self) -> io::Result<PartialCounts> {
        self.viewers.finish()?;
        self.bars.map_or(Ok(()), BarTally::finish)?;
        self.visits.map_or(Ok(()), VisitWriter::finish)?;
        Ok(PartialCounts { tally: self.tally, of_viewers: self.of_viewers })
    }

    /// Tells what was settled, once its rows of viewers are where all threads find them.
    fn tell(&mut self) -> io::Result<()> {
        let (generation, parts) = std::mem::take(&mut self.untold);
        if parts > 0 {
            self.viewers.flush()?;
            self.counter.progress.are_settled(generation, parts);
        }
        Ok(())
    }

    /// Finds the redeliveries in a partition of a generation, and passes the other rows on to where viewers meet.
    fn settle_events(&mut self, generation: usize, part: usize) -> io::Result<()> {
        if self.untold.0 != generation {
            self.tell()?;
        }
        self.untold = (generation, self.untold.1 + 1);
        let Counter { events, waves, progress, .. } = self.counter;
        let of = &waves.generations()[generation];
        let cells = progress.cells(generation, &self.counter.cells);
        let at = |bin: &usize| self.counter.at(*bin, part);
        let bytes = of.bins.iter().map(|bin| events.bytes(at(bin))).sum::<io::Result<u64>>()?;
        if events.is_too_large(bytes) {
            let (bins, beside) = (of.bins.iter().map(at).collect(), of.beside.iter().map(at).collect());
            self.settle_by_blocks((bins, beside), generation, &cells)?;
        } else if bytes > 0 {
            let (mut rows, mut redeliveries) =
                (std::mem::take(&mut self.rows), std::mem::take(&mut self.redeliveries));
            rows.clear();
            of.bins.iter().try_for_each(|bin| events.append(at(bin), &mut rows))?;
            let settling = rows.len();
            redeliveries.note(&rows);
            for bin in &of.beside {
                events.each(at(bin), &mut self.block, &mut |beside| {
                    redeliveries.look(beside, &mut rows);
                    Ok(())
                })?;
            }
            let duplicates = redeliveries.duplicates(&rows, &self.counter.scope, &cells);
            let mut duplicates = duplicates.iter().peekable();
            for (index, row) in (0_u32..).zip(&rows[..settling]) {
                let duplicate = duplicates.next_if(|duplicate| duplicate.row == index);
                self.settle(row, duplicate.map(|duplicate| duplicate.copy), generation, &cells)?;
            }
            (self.rows, self.redeliveries) = (rows, redeliveries);
        }
        of.done_with.iter().for_each(|bin| events.release(at(bin)));
        Ok(())
    }

    /// The same of a partition that is too large for the memory bound: its rows are read twice and never kept.
    fn settle_by_blocks(
        &mut self,
        (bins, beside): (Vec<usize>, Vec<usize>),
        generation: usize,
        cells: &CellTable,
    ) -> io::Result<()> {
        let Counter { events, scope, .. } = self.counter;
        let (mut block, mut deliveries) = (std::mem::take(&mut self.block), Deliveries::default());
        for at in bins.iter().chain(&beside) {
            events.each(*at, &mut block, &mut |rows| {
                for row in rows {
                    deliveries.note(row);
                }
                Ok(())
            })?;
        }
        for at in bins {
            events.each(at, &mut block, &mut |rows| {
                rows.iter().try_for_each(|row| {
                    self.settle(row, deliveries.duplicate(row, scope, cells), generation, cells)
                })
            })?;
        }
        self.block = block;
        Ok(())
    }

    /// Takes a row back if it is a redelivery; else passes it on to first touches.
    fn settle(
        &mut self,
        row: &EventRow,
        duplicate: Option<Copied>,
        generation: usize,
        cells: &CellTable,
    ) -> io::Result<()> {
        let EventRow { viewer, occurred_us, origin, cell, dwell_ms, .. } = *row;
        if cell == NO_CELL {
            return Ok(());
        }
        if let Some(copy) = duplicate {
            self.tally.take_back(origin, cells.day(cell), cell, dwell_ms, copy);
            if let Some(bars) = &mut self.bars {
                let place = || Place::of(cell, cells);
                bars.count(cell, (origin.kinds(), occurred_us, dwell_ms), 1_u64.wrapping_neg(), place)?;
            }
        } else if origin.has_viewer() && origin.kinds().bits() & self.counter.of_viewers.bits() != 0 {
            self.push_viewer(generation, ViewerRow { viewer, occurred_us, origin, cell, unused: 0 })?;
        }
        Ok(())
    }

    /// Passes a counted row on to where the rows of its viewer meet.
    #[inline]
    pub(super) fn push_viewer(&mut self, generation: usize, row: ViewerRow) -> io::Result<()> {
        self.viewers.push_to(self.counter.at(generation, self.counter.part(row.viewer.rotate_right(32))), row)
    }

    /// Credits first touches in a partition of a generation, and takes note of visits where they are wanted.
    fn settle_viewers(&mut self, generation: usize, part: usize) -> io::Result<()> {
        let Counter { viewers, scope, progress, .. } = self.counter;
        let cells = &*progress.cells(generation, &self.counter.cells);
        let Self { firsts, visits, of_viewers, rows_of_viewers: rows, .. } = self;
        of_viewers.reserve(cells.cells().len());
        let OfViewers { uniques, orphans } = of_viewers;
        let mut note = |rows: &[ViewerRow], firsts: &mut Firsts| {
            firsts.note(rows, cells);
            if let Some(visits) = visits.as_mut() {
                visits.note(rows, cells);
            }
        };
        if let Some(blocks) = viewers.take(self.counter.at(generation, part), rows)? {
            blocks.each(rows, |block| {
                note(block, firsts);
                Ok(())
            })?;
            if scope.counts_orphans() {
                blocks.each(rows, |block| {
                    firsts.count_orphans(block, (cells, scope), orphans);
                    Ok(())
                })?;
            }
        } else {
            note(rows, firsts);
            if scope.counts_orphans() {
                firsts.count_orphans(rows, (cells, scope), orphans);
            }
        }
        firsts.credit(uniques);
        visits.iter_mut().try_for_each(|visits| visits.hand_over(cells))
    }
}
