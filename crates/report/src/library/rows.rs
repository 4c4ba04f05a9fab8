//! The published months of a platform in a market, read one after the other.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use polars::prelude::*;

use crate::evidence::day::{conventions, dates, texts, truths, wholes};
use crate::table::conformed;
use coverledger_core::model::{COUNTS_OF_COVERS, Conventions, MarketId, PlatformId, TableName, columns as c};

/// Which cover a log of covers does not know: what is counted of it is of several.
const UNKNOWN: &str = "unknown";
/// How many counts there are.
pub(super) const COUNTS: usize = COUNTS_OF_COVERS.len();

/// A date as a number of days, and back.
pub(super) fn day_number(of: Date) -> i32 {
    date(1970, 1, 1).until((jiff::Unit::Day, of)).map_or(0, |span| span.get_days())
}

pub(super) fn date_of(day: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).ok()
}

/// Names, numbered as they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    numbers: BTreeMap<String, usize>,
    pub(super) all: Vec<String>,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(name.to_owned(), number);
        self.all.push(name.to_owned());
        number
    }
}

/// A way of counting, and since when the platform counts so.
pub(super) type Era = (Option<Date>, Conventions);

/// What was counted of a cover in a broadcast, slot and audience on a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) day: i32,
    pub(super) slot: u16,
    pub(super) audience: u16,
    pub(super) era: u16,
    pub(super) is_clean: bool,
    pub(super) broadcast: u32,
    pub(super) cover: u32,
    /// In the order of [`COUNTS_OF_COVERS`]; `None` where one is not known.
    pub(super) counts: [Option<u32>; COUNTS],
}

/// The rows of a platform in a market up to a date. Months are added in any order, one at a time.
#[derive(Debug, Clone)]
pub struct CoverRows {
    pub(super) platform: PlatformId,
    pub(super) market: MarketId,
    pub(super) until: i32,
    /// How many slots the market has now; others are of days on which it had others.
    pub(super) market_slots: usize,
    /// The market's slots in the order of its day come first.
    pub(super) slots: Names,
    pub(super) audiences: Names,
    pub(super) broadcasts: Names,
    pub(super) covers: Names,
    pub(super) eras: Vec<Era>,
    pub(super) rows: Vec<Row>,
    pub(super) is_provisional: bool,
}

impl CoverRows {
    /// Nothing yet; `slots` are the market's, in the order of its day. Rows of later dates than `as_of` will be left out.
    #[must_use]
    pub fn new(platform: &PlatformId, market: &MarketId, slots: &[String], as_of: Date) -> Self {
        let mut names = Names::default();
        for slot in slots {
            names.number(slot);
        }
        Self {
            platform: platform.clone(),
            market: market.clone(),
            until: day_number(as_of),
            market_slots: slots.len(),
            slots: names,
            audiences: Names::default(),
            broadcasts: Names::default(),
            covers: Names::default(),
            eras: Vec::new(),
            rows: Vec::new(),
            is_provisional: false,
        }
    }

    /// Adds a table `cover_months`.
    ///
    /// # Errors
    /// When it is no such table.
    pub fn add(&mut self, month: &DataFrame) -> PolarsResult<()> {
        let month = &conformed(TableName::CoverMonths, month)?;
        let days = dates(month, c::LOCAL_DATE)?;
        let [slots, audiences, broadcasts, covers] =
            [c::SLOT, c::AUDIENCE, c::BROADCAST_ID, c::COVER_ID].map(|name| texts(month, name));
        let (slots, audiences, broadcasts, covers) = (slots?, audiences?, broadcasts?, covers?);
        let (contaminated, provisional) = (truths(month, c::CONTAMINATED)?, truths(month, c::PROVISIONAL)?);
        let (conventions, since) = (conventions(month)?, dates(month, c::CONVENTION_SINCE)?);
        let counts: Vec<Vec<Option<u64>>> = COUNTS_OF_COVERS
            .iter()
            .map(|count| wholes(month, count.word(), false))
            .collect::<PolarsResult<_>>()?;
        for at in 0..month.height() {
            let Some(day) = days[at].map(day_number).filter(|day| *day <= self.until) else { continue };
            if covers[at] == UNKNOWN {
                continue;
            }
            let era = (since[at], conventions[at]);
            let era = self.eras.iter().position(|other| *other == era).unwrap_or_else(|| {
                self.eras.push(era);
                self.eras.len() - 1
            });
            let mut of_row = [None; COUNTS];
            for (of_row, counts) in of_row.iter_mut().zip(&counts) {
                // More than four thousand million of a cover in one cell of a day is no count of people.
                *of_row = counts[at].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            }
            self.is_provisional |= provisional[at];
            self.rows.push(Row {
                day,
                slot: short(self.slots.number(&slots[at])),
                audience: short(self.audiences.number(&audiences[at])),
                era: short(era),
                is_clean: !contaminated[at],
                broadcast: u32::try_from(self.broadcasts.number(&broadcasts[at])).unwrap_or(u32::MAX),
                cover: u32::try_from(self.covers.number(&covers[at])).unwrap_or(u32::MAX),
                counts: of_row,
            });
        }
        Ok(())
    }

    /// The same rows with numbers that do not depend on the order in which months came: names in their order, the market's
    /// slots first, the newest conventions last.
    pub(super) fn settled(mut self) -> Self {
        let slots = self.slots.sorted_from(self.market_slots);
        let (audiences, broadcasts) = (self.audiences.sorted_from(0), self.broadcasts.sorted_from(0));
        let covers = self.covers.sorted_from(0);
        let mut order: Vec<usize> = (0..self.eras.len()).collect();
        order.sort_by_key(|era| self.eras[*era]);
        let mut eras = vec![0; order.len()];
        for (place, era) in order.iter().enumerate() {
            eras[*era] = place;
        }
        self.eras.sort_unstable();
        for row in &mut self.rows {
            row.slot = short(slots[usize::from(row.slot)]);
            row.audience = short(audiences[usize::from(row.audience)]);
            row.era = short(eras[usize::from(row.era)]);
            row.broadcast = renumbered(row.broadcast, &broadcasts);
            row.cover = renumbered(row.cover, &covers);
        }
        self.rows
            .sort_by_key(|row| (row.day, row.slot, row.audience, row.broadcast, row.cover, row.is_clean, row.era));
        self
    }
}

fn renumbered(number: u32, by: &[usize]) -> u32 {
    u32::try_from(by[number as usize]).unwrap_or(u32::MAX)
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl Names {
    /// Sorts the names from this place on; the new number of each.
    fn sorted_from(&mut self, from: usize) -> Vec<usize> {
        let before = self.all.clone();
        self.all[from.min(before.len())..].sort_unstable();
        self.numbers = self.all.iter().cloned().zip(0..).collect();
        before.iter().map(|name| self.numbers[name]).collect()
    }
}
