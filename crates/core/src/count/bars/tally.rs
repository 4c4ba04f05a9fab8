//! One thread's sums by bar.

use std::io;

use hashbrown::HashMap;

use super::{BarRow, BarSpool, Place, SUMS};
use crate::count::spool::Writer;
use crate::model::{Bar, Kinds};

/// Nothing is known of a cell yet, or the sums of a place were handed over.
const NOWHERE: u32 = u32::MAX;

/// One thread's sums by bar. When they are as many as it may keep, they are handed over.
pub(in crate::count) struct BarTally<'s> {
    rows: Writer<'s, BarRow>,
    most: usize,
    /// By cell: the number of its place. Cells are many, and the rows of one place are near each other in time.
    place_of: Vec<u32>,
    place_numbers: HashMap<Place, u32>,
    /// By place.
    near: Vec<Near>,
    numbers: HashMap<(Place, Bar), u32>,
    sums: Vec<BarRow>,
}

/// So many bars of a place are near: neighbours in an export are hardly ever further apart.
const NEAR_BARS: usize = 16;

/// Where rows of a place were summed, by the last bits of their bar.
#[derive(Debug, Clone, Copy)]
struct Near {
    /// Each with the number of its sums.
    bars: [(Bar, u32); NEAR_BARS],
    place: Place,
}

impl Near {
    const NONE: [(Bar, u32); NEAR_BARS] = [(Bar::numbered(0), NOWHERE); NEAR_BARS];
}

impl<'s> BarTally<'s> {
    pub(super) fn new(of: &'s BarSpool) -> Self {
        Self {
            rows: of.spool.writer(),
            most: of.most,
            place_of: Vec::new(),
            place_numbers: HashMap::new(),
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
        let bar = Bar::at(at_us);
        let known = self.place_of.get(cell as usize).copied().filter(|known| *known != NOWHERE);
        let at = known.unwrap_or_else(|| self.place(cell, place())) as usize;
        let bits = bar.number().cast_unsigned() as usize % NEAR_BARS;
        let (of, near) = self.near[at].bars[bits];
        let number = if near != NOWHERE && of == bar {
            near
        } else {
            let number = self.number(self.near[at].place, bar)?;
            self.near[at].bars[bits] = (bar, number);
            number
        };
        Ok(&mut self.sums[number as usize].sums)
    }

    /// Takes note of a cell's place.
    fn place(&mut self, cell: u32, place: Place) -> u32 {
        let next = u32::try_from(self.near.len()).unwrap_or(NOWHERE);
        let number = *self.place_numbers.entry(place).or_insert(next);
        if number == next {
            self.near.push(Near { bars: Near::NONE, place });
        }
        let cell = cell as usize;
        if self.place_of.len() <= cell {
            self.place_of.resize(cell + 1, NOWHERE);
        }
        self.place_of[cell] = number;
        number
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
        self.near.iter_mut().for_each(|near| near.bars = Near::NONE);
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
