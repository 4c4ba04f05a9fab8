//! The counter: deduplicates, adds up, takes percentiles, credits viewers.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use hashbrown::HashMap;

use super::bars::{self, QualityBars};
use super::first_frames::FirstFrames;
use super::row::{FrameRow, NO_RUNG, ViewerRow, VisitRow, said};
use super::sums::{QualityFact, QualitySums};
use super::viewers::{Seen, ViewerCounts, ViewerVisit, Viewers};
use super::writer::{QualityPartial, QualityWriter};
use crate::count::bars::{BarSpool, BarTally, Place};
use crate::count::cells::{Cells, Numbered};
use crate::count::counter::{CountOptions, parts_for};
use crate::count::dedupe::{Copied, Deliveries};
use crate::count::row::NO_CELL;
use crate::count::scope::Scope;
use crate::count::settle::in_parallel;
use crate::count::spool::{Spool, Writer};
use crate::count::tally::Outcome;

/// What one more place costs over all tables that know it.
const BYTES_PER_CELL: u64 = 1_024;
/// First frames and viewers are parted into as many.
const PARTS_BEHIND: usize = 64;

/// Counts how views went.
pub struct QualityCounter {
    pub(super) scope: Scope,
    options: CountOptions,
    pub(super) cells: Cells,
    pub(super) visits: Spool<VisitRow>,
    pub(super) max_cells: usize,
    keeps_viewers: bool,
    bars: Option<BarSpool>,
}

/// What was counted.
#[derive(Debug, Default)]
pub struct QualityCounted {
    /// By market-day, sorted by slot, broadcast and host.
    pub facts: Vec<Vec<QualityFact>>,
    /// The same by bars; `None` unless they were asked for ([`QualityCounter::by_bars`]).
    pub bars: Option<QualityBars>,
    viewers: Vec<Vec<ViewerVisit>>,
    outcomes: Vec<Outcome>,
}

impl QualityCounted {
    /// What became of the rows of an export on a market-day.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes.get(export * self.facts.len() + day).copied().unwrap_or_default()
    }

    /// Every viewer of a broadcast on a market-day, sorted by viewer; none unless they were asked for
    /// ([`QualityCounter::keep_viewers`]). They are many, and handed over once.
    #[must_use]
    pub fn take_viewers(&mut self, day: usize) -> Vec<ViewerVisit> {
        self.viewers.get_mut(day).map(std::mem::take).unwrap_or_default()
    }
}

/// What one thread adds up.
struct Share {
    sums: Vec<QualitySums>,
    rungs: HashMap<(u32, u32), u64>,
    outcomes: Vec<Outcome>,
}

/// Where what counts goes on from one thread.
struct Behind<'s> {
    frames: Writer<'s, FrameRow>,
    viewers: Writer<'s, ViewerRow>,
    bars: Option<BarTally<'s>>,
}

impl Behind<'_> {
    fn finish(self) -> io::Result<()> {
        self.frames.finish()?;
        self.viewers.finish()?;
        self.bars.map_or(Ok(()), BarTally::finish)
    }
}

impl QualityCounter {
    /// Makes ready for the exports and market-days of a scope.
    #[must_use]
    pub fn new(scope: Scope, options: CountOptions) -> Self {
        let parts = parts_for(&options, options.expected_rows, 2, size_of::<VisitRow>());
        Self {
            max_cells: usize::try_from(options.memory.bytes() / BYTES_PER_CELL).unwrap_or(usize::MAX),
            scope,
            cells: Cells::default(),
            visits: Spool::new(parts, options.memory.spill_files(2), Arc::clone(&options.memory)),
            options,
            keeps_viewers: false,
            bars: None,
        }
    }

    /// The same with every viewer kept, for what tells viewers over days.
    #[must_use]
    pub fn keep_viewers(self) -> Self {
        Self { keeps_viewers: true, ..self }
    }

    /// The same counted by bars, too.
    #[must_use]
    pub fn by_bars(self) -> Self {
        let files = self.options.memory.spill_files(4);
        let bars = BarSpool::new(self.scope.days(), files, &self.options.memory);
        Self { bars: Some(bars), ..self }
    }

    /// A way in for one thread.
    #[must_use]
    pub fn writer(&self) -> QualityWriter<'_> {
        QualityWriter::new(self)
    }

    pub(super) fn no_outcomes(&self) -> Vec<Outcome> {
        vec![Outcome::default(); self.scope.exports() * self.scope.days()]
    }

    /// Counts. `partials` is what every writer left behind.
    ///
    /// # Errors
    /// When rows that were spilled cannot be read back.
    pub fn finish(self, partials: Vec<QualityPartial>) -> io::Result<QualityCounted> {
        let mut total = Share { outcomes: self.no_outcomes(), ..Share::of(0, 0) };
        for QualityPartial(outcomes) in partials {
            add_outcomes(&mut total.outcomes, &outcomes);
        }
        let Self { scope, options, cells, visits, keeps_viewers, bars, .. } = self;
        let numbered = cells.into_numbered();
        let files = options.memory.spill_files(2);
        let frames = Spool::<FrameRow>::new(PARTS_BEHIND, files, Arc::clone(&options.memory));
        let viewers = Spool::<ViewerRow>::new(PARTS_BEHIND, files, Arc::clone(&options.memory));
        let shares = in_parallel(options.threads, visits.parts(), |parts| {
            let mut share = Share::of(numbered.cells().len(), total.outcomes.len());
            let mut behind = Behind {
                frames: frames.writer(),
                viewers: viewers.writer(),
                bars: bars.as_ref().map(BarSpool::tally),
            };
            let mut rows = Vec::new();
            for part in parts {
                settle(&visits, part, &mut rows, (&scope, &numbered), &mut share, &mut behind)?;
            }
            behind.finish()?;
            Ok(share)
        })?;
        drop(visits);
        total.sums = vec![QualitySums::default(); numbered.cells().len()];
        for share in shares {
            total.add(share);
        }
        let percentiles = in_parallel(options.threads, frames.parts(), |parts| {
            let (mut rows, mut of_parts, mut found) = (Vec::new(), FirstFrames::default(), Vec::new());
            for part in parts {
                each(&frames, part, &mut rows, |rows| of_parts.take(rows))?;
                found.extend(of_parts.finish());
            }
            Ok(found)
        })?;
        let of_viewers = in_parallel(options.threads, viewers.parts(), |parts| {
            let mut counts = vec![ViewerCounts::default(); numbered.cells().len()];
            let (mut rows, mut of_parts, mut kept) = (Vec::new(), Viewers::default(), Vec::new());
            for part in parts {
                each(&viewers, part, &mut rows, |rows| of_parts.note(rows, &numbered))?;
                of_parts.credit(&mut counts, |seen| kept.extend(keeps_viewers.then_some(seen)));
            }
            Ok((counts, kept))
        })?;
        let counted = total.counted(&numbered, scope.days(), percentiles.into_iter().flatten(), of_viewers);
        Ok(QualityCounted { bars: bars.map(|bars| QualityBars::new(bars, numbered)), ..counted })
    }
}

impl Share {
    fn of(cells: usize, outcomes: usize) -> Self {
        Self {
            sums: vec![QualitySums::default(); cells],
            rungs: HashMap::new(),
            outcomes: vec![Outcome::default(); outcomes],
        }
    }

    fn add(&mut self, other: Self) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| sum.add(more));
        for (key, views) in other.rungs {
            *self.rungs.entry(key).or_default() += views;
        }
        add_outcomes(&mut self.outcomes, &other.outcomes);
    }

    /// Facts by market-day, in their order. A place whose rows were all redeliveries is none.
    fn counted(
        self,
        numbered: &Numbered,
        days: usize,
        percentiles: impl Iterator<Item = (u32, (u32, u32))>,
        of_viewers: Vec<(Vec<ViewerCounts>, Vec<Seen>)>,
    ) -> QualityCounted {
        let Self { sums, rungs, outcomes } = self;
        let percentiles: HashMap<u32, (u32, u32)> = percentiles.collect();
        let mut by_cell: BTreeMap<u32, Vec<(Arc<str>, u64)>> = BTreeMap::new();
        for ((cell, rung), views) in rungs {
            by_cell.entry(cell).or_default().push((numbered.name(rung), views));
        }
        let mut counted = QualityCounted {
            facts: vec![Vec::new(); days],
            bars: None,
            viewers: vec![Vec::new(); days],
            outcomes,
        };
        for ((number, cell), sums) in (0_u32..).zip(numbered.cells()).zip(&sums) {
            if *sums == QualitySums::default() {
                continue;
            }
            let count = |of: fn(&ViewerCounts) -> u64| {
                of_viewers.iter().filter_map(|(counts, _)| counts.get(number as usize)).map(of).sum::<u64>()
            };
            counted.facts[cell.day as usize].push(QualityFact {
                slot: cell.slot.into(),
                broadcast_id: numbered.name(cell.broadcast),
                host_id: Some(numbered.name(cell.cover)).filter(|host| !host.is_empty()),
                sums: *sums,
                first_frame_ms: percentiles.get(&number).copied(),
                viewers: sums.names_viewers().then(|| count(|counts| counts.viewers)),
                viewers_hit: sums.names_viewers().then(|| count(|counts| counts.hit)),
                rung: by_cell.remove(&number).and_then(commonest),
            });
        }
        for facts in &mut counted.facts {
            facts.sort_by(|one, other| {
                (one.slot, &one.broadcast_id, &one.host_id).cmp(&(other.slot, &other.broadcast_id, &other.host_id))
            });
        }
        for (day, visit) in of_viewers.into_iter().flat_map(|(_, kept)| kept).map(|seen| seen.told(numbered)) {
            counted.viewers[day].push(visit);
        }
        for visits in &mut counted.viewers {
            visits.sort_by(|one, other| (one.viewer, &one.broadcast_id).cmp(&(other.viewer, &other.broadcast_id)));
        }
        counted
    }
}

/// The rendition that most views had, of several the first by name.
fn commonest(mut rungs: Vec<(Arc<str>, u64)>) -> Option<(Arc<str>, u64, u64)> {
    let total = rungs.iter().map(|(_, views)| views).sum();
    rungs.sort_by(|(one, views), (other, more)| more.cmp(views).then_with(|| one.cmp(other)));
    let (name, views) = rungs.into_iter().next()?;
    Some((name, views, total))
}

fn add_outcomes(sums: &mut [Outcome], more: &[Outcome]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        // A row is taken back by another thread than the one that counted it: one share can be negative.
        sum.counted = sum.counted.wrapping_add(more.counted);
        sum.duplicate += more.duplicate;
        sum.of_another += more.of_another;
    }
}

/// Hands over the rows of a partition, at once or block by block.
fn each<R: bytemuck::Pod>(
    spool: &Spool<R>,
    part: usize,
    rows: &mut Vec<R>,
    mut visit: impl FnMut(&[R]),
) -> io::Result<()> {
    if let Some(blocks) = spool.take(part, rows)? {
        return blocks.each(rows, |block| {
            visit(block);
            Ok(())
        });
    }
    visit(rows);
    Ok(())
}

/// Counts the rows of a partition that are no redeliveries, and passes on what counts.
fn settle(
    visits: &Spool<VisitRow>,
    part: usize,
    rows: &mut Vec<VisitRow>,
    (scope, numbered): (&Scope, &Numbered),
    share: &mut Share,
    behind: &mut Behind<'_>,
) -> io::Result<()> {
    let mut deliveries = Deliveries::default();
    let mut note = |block: &[VisitRow]| {
        for row in block.iter().filter(|row| row.says(said::VIEW_ID)) {
            deliveries.note(&row.as_event());
        }
        Ok::<(), io::Error>(())
    };
    let blocks = visits.take(part, rows)?;
    match &blocks {
        Some(blocks) => blocks.each(rows, &mut note)?,
        None => note(rows.as_slice())?,
    }
    let mut count = |block: &[VisitRow]| {
        block.iter().try_for_each(|row| {
            let duplicate = row
                .says(said::VIEW_ID)
                .then(|| deliveries.duplicate(&row.as_event(), scope, numbered.table()))
                .flatten();
            share.take(row, duplicate, (scope, numbered), behind)
        })
    };
    match &blocks {
        Some(blocks) => blocks.each(rows, count),
        None => count(rows.as_slice()),
    }
}

impl Share {
    fn take(
        &mut self,
        row: &VisitRow,
        duplicate: Option<Copied>,
        (scope, numbered): (&Scope, &Numbered),
        behind: &mut Behind<'_>,
    ) -> io::Result<()> {
        let VisitRow { viewer, occurred_us, origin, cell, rung, first_frame_ms, .. } = *row;
        if cell == NO_CELL {
            return Ok(());
        }
        if let Some(copy) = duplicate {
            let outcome = &mut self.outcomes[origin.export() * scope.days() + numbered.day(cell)];
            outcome.counted = outcome.counted.wrapping_sub(1);
            outcome.duplicate += 1;
            outcome.of_another += u64::from(copy == Copied::Other);
            return Ok(());
        }
        self.sums[cell as usize].take(row);
        if rung != NO_RUNG {
            *self.rungs.entry((cell, rung)).or_default() += u64::from(row.views);
        }
        if let Some(bars) = behind.bars.as_mut().filter(|_| row.says(said::IN_BAR)) {
            bars::add(row, bars.sums(cell, occurred_us, || Place::of(cell, numbered.table()))?);
        }
        if row.says(said::FIRST_FRAME) {
            behind.frames.push(u64::from(cell), FrameRow::new(cell, first_frame_ms))?;
        }
        if origin.has_viewer() {
            let quality = ViewerRow::number_of(row.quality());
            behind.viewers.push(viewer[1], ViewerRow { viewer, occurred_us, origin, cell, quality })?;
        }
        Ok(())
    }
}
