//! One thread's sums by bar.

use std::io;

use hashbrown::HashMap;

use super::{BarRow, BarSpool, Place, SUMS};
use crate::count::spool::Writer;
use crate::model::{Bar, Kinds};

/// Nothing is known of a cell yet, or its sums were handed over.
const NOWHERE: u32 = u32::MAX;

/// One thread's sums by bar. When they are as many as it may keep, they are handed over.
pub(in crate::count) struct BarTally<'s> {
    rows: Writer<'s, BarRow>,
    most: usize,
    /// By cell: neighbours in an export are in one bar.
    near: Vec<Near>,
    numbers: HashMap<(Place, Bar), u32>,
    sums: Vec<BarRow>,
}

/// Where the last row of a cell was summed.
#[derive(Debug, Clone, Copy)]
struct Near {
    place: Option<Place>,
    bar: Bar,
    /// The number of its sums.
    number: u32,
}

impl<'s> BarTally<'s> {
    pub(super) fn new(of: &'s BarSpool) -> Self {
        Self {
            rows: of.spool.writer(),
            most: of.most,
            near: Vec::new(),
            numbers: HashMap::new(),
            sums: Vec::new(),
        }
    }

    /// The sums of a cell's place in the bar of an instant; `place` is asked once for each cell.
    #[inline]
    pub(in crate::count) fn sums(
        &mut self,
        cell: u32,
        at_us: i64,
        place: impl FnOnce() -> Place,
    ) -> io::Result<&mut [u64; SUMS]> {
        let (cell, bar) = (cell as usize, Bar::at(at_us));
        if self.near.len() <= cell {
            self.near.resize(cell + 1, Near { place: None, bar, number: NOWHERE });
        }
        let near = self.near[cell];
        let number = if near.number != NOWHERE && near.bar == bar {
            near.number
        } else {
            let place = near.place.unwrap_or_else(place);
            let number = self.number(place, bar)?;
            self.near[cell] = Near { place: Some(place), bar, number };
            number
        };
        Ok(&mut self.sums[number as usize].sums)
    }

    /// Counts a row of a cell, or takes it back: `rows` is one or minus one.
    #[inline]
    pub(in crate::count) fn count(
        &mut self,
        cell: u32,
        (kinds, occurred_us, dwell_ms): (Kinds, i64, u32),
        rows: u64,
        place: impl FnOnce() -> Place,
    ) -> io::Result<()> {
        // A leave that was no stay counts as nothing here.
        if kinds == Kinds::default() {
            return Ok(());
        }
        let sums = self.sums(cell, kinds.credited_us(occurred_us, dwell_ms), place)?;
        for kind in kinds.numbers() {
            sums[kind] = sums[kind].wrapping_add(rows);
        }
        Ok(())
    }

    fn number(&mut self, place: Place, bar: Bar) -> io::Result<u32> {
        if let Some(number) = self.numbers.get(&(place, bar)) {
            return Ok(*number);
        }
        if self.sums.len() >= self.most {
            self.hand_over()?;
        }
        let number = u32::try_from(self.sums.len()).unwrap_or(NOWHERE);
        self.sums.push(BarRow::new(place, bar.number()));
        self.numbers.insert((place, bar), number);
        Ok(number)
    }

    fn hand_over(&mut self) -> io::Result<()> {
        for row in self.sums.drain(..) {
            self.rows.push(row.day().into(), row)?;
        }
        self.numbers.clear();
        self.near.iter_mut().for_each(|near| near.number = NOWHERE);
        Ok(())
    }

    /// How many sums it keeps.
    #[cfg(test)]
    pub(in crate::count) const fn len(&self) -> usize {
        self.sums.len()
    }

    /// Hands over what is left.
    pub(in crate::count) fn finish(mut self) -> io::Result<()> {
        self.hand_over()?;
        self.rows.finish()
    }
}
