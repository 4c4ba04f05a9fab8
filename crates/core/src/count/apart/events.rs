//! Where all deliveries of an event meet.

use arrow_array::RecordBatch;

use super::fed;
use super::partial::{BarOf, OfCell, Partial};
use crate::count::bars::BarRow;
use crate::count::cells::Numbered;
use crate::count::counter::CountOptions;
use crate::count::engine::{CountJob, EngineError};
use crate::count::row::ViewerRow;
use crate::count::settle::Settled;
use crate::count::signals::{BATCH_ROWS, SignalBatchBuilder, SignalPlace, SignalRow};
use crate::count::tally::{Outcome, Tally};
use crate::model::{Era, Kinds};

/// Counts all rows of some [buckets of events](super::event_bucket): record batches of the signal table, in any order.
/// Redeliveries are found as the local engine finds them. Viewers are not counted, since they may have rows in other buckets.
///
/// Gives, beside what was counted, the rows that viewers are counted of: those of a viewer, on a market-day that stands on their
/// export, of a kind that has a unique count, and no redeliveries. They are of the signal table again, in any order. Their event
/// is null, and their `dwell_ms` and `viewer_bucket` are 0, since nothing asks for those any more.
///
/// # Errors
/// When a batch is not one of the signal table or not of this job, the job wants visits, or rows have to spill and cannot.
pub fn count_events(
    job: &CountJob,
    rows: &[RecordBatch],
    options: &CountOptions,
) -> Result<(Vec<RecordBatch>, Partial), EngineError> {
    let (counter, left, landed) = fed(job, job.bars, rows, options)?;
    let settled = counter.settle_events(left)?;
    let mut partial = Partial::default();
    for landed in &landed {
        partial.outside += landed.outside;
        for (day, rows) in (0..).zip(&landed.by_day).filter(|(_, rows)| **rows > 0) {
            partial.of_days.entry(day).or_default().rows += rows;
        }
    }
    let passed_on = passed_on(job, &settled, &mut partial)?;
    let Settled { numbered, total, bars, .. } = settled;
    for day in 0..job.days.len() {
        let rows = bars.as_ref().map(|bars| bars.of_day(day)).transpose()?.unwrap_or_default();
        partial.bars.extend(rows.iter().map(|row| bar(row, &numbered)));
    }
    note_outcomes(&total, job, &mut partial);
    partial.of_cells =
        total.counts(numbered.cells().len()).into_iter().map(|counts| OfCell { counts, orphans: 0 }).collect();
    partial.numbered = numbered;
    Ok((passed_on, partial))
}

/// The rows that viewers are counted of.
fn passed_on(
    job: &CountJob,
    Settled { numbered, viewers, .. }: &Settled,
    partial: &mut Partial,
) -> Result<Vec<RecordBatch>, EngineError> {
    let (mut batches, mut builder, mut rows) = (Vec::new(), SignalBatchBuilder::default(), Vec::new());
    let mut of_days = vec![0_u64; job.days.len()];
    let mut push = |rows: &[ViewerRow]| {
        for row in rows {
            of_days[numbered.day(row.cell)] += 1;
            builder.push(&signal(job, row, numbered));
            if builder.rows() >= BATCH_ROWS {
                batches.push(builder.finish());
            }
        }
    };
    for part in 0..viewers.parts() {
        match viewers.take(part, &mut rows)? {
            None => push(&rows),
            Some(blocks) => blocks.each(&mut rows, |block| {
                push(block);
                Ok(())
            })?,
        }
    }
    if builder.rows() > 0 {
        batches.push(builder.finish());
    }
    for (day, rows) in (0..).zip(of_days).filter(|(_, rows)| *rows > 0) {
        partial.of_days.entry(day).or_default().passed_on = rows;
    }
    Ok(batches.into_iter().collect::<Result<Vec<_>, _>>()?)
}

/// A counted row by its values.
fn signal<'a>(job: &'a CountJob, row: &ViewerRow, numbered: &'a Numbered) -> SignalRow<'a> {
    let ViewerRow { viewer, occurred_us, origin, cell, .. } = *row;
    let (cell, export) = (numbered.of(cell), &job.exports[origin.export()]);
    let day = &job.days[cell.day as usize];
    let place = SignalPlace {
        market: day.market.as_str(),
        local_date: day.local_date,
        slot: &day.slots[usize::from(cell.slot)],
        era: Era(cell.era),
        turn: day.turns.turn(cell.turn),
        audience: numbered.text(cell.audience),
        broadcast_id: numbered.text(cell.broadcast),
        cover_id: numbered.text(cell.cover),
        group: cell.group,
    };
    SignalRow {
        export: &export.key,
        definition: export.definition,
        record: origin.record(),
        occurred_us,
        kinds: origin.kinds(),
        dwell_ms: 0,
        event: None,
        viewer: Some((viewer, 0)),
        place: Some(place),
    }
}

fn bar(row: &BarRow, numbered: &Numbered) -> (BarOf, [u64; Kinds::COUNT]) {
    let (day, broadcast, cover) = numbered.touched(row.touch);
    let era = u16::try_from(row.era).unwrap_or(u16::MAX);
    (BarOf { day, era, broadcast, cover, bar: row.bar }, row.by_kind())
}

fn note_outcomes(total: &Tally, job: &CountJob, partial: &mut Partial) {
    let days = job.days.len().max(1);
    for (export, of_days) in (0..).zip(total.outcomes.chunks(days)) {
        for (day, outcome) in (0..).zip(of_days).filter(|(_, outcome)| **outcome != Outcome::default()) {
            partial.outcomes.insert((day, export), *outcome);
        }
    }
}
