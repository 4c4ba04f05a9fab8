//! Partial counts on their way: as payloads, added up by market-day.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use sha2::{Digest as _, Sha256};

use super::executor_error::ExecutorError;
use super::piece;
use super::table::{self, BUCKETS, TableError};
use coverledger_core::count::apart::{ApartError, Partial};

/// Partial counts by the number of their market-day.
#[derive(Debug, Default)]
pub(crate) struct Sums(BTreeMap<u32, Partial>);

impl Sums {
    /// Adds a partial count, whatever market-days it is of.
    pub(super) fn add(&mut self, partial: Partial) -> Result<(), ApartError> {
        partial.split().into_iter().try_for_each(|(day, piece)| self.0.entry(day).or_default().add(piece))
    }

    /// Adds a payload of [`Self::for_viewers`] or of [`Self::by_day`].
    pub(super) fn add_payload(&mut self, payload: &[u8]) -> Result<(), ExecutorError> {
        let partial = postcard::from_bytes(payload).map_err(|error| TableError::Payload(error.to_string()))?;
        Ok(self.add(partial).map_err(coverledger_core::count::EngineError::from)?)
    }

    /// For the way past [`super::executor::Executor::count_viewers`]: as [`table::staged`], spread over all of its groups by what
    /// they are, so that they are spread alike if they are made again.
    pub(super) fn for_viewers(self) -> Result<RecordBatch, ExecutorError> {
        let bucket = |bytes: &[u8]| {
            let digest = Sha256::digest(bytes);
            i64::from(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])) % BUCKETS
        };
        let payloads = self.payloads()?.into_iter().map(|(_, bytes)| (bucket(&bytes), bytes));
        Ok(table::of_payloads(&table::staged(), payloads)?)
    }

    /// As [`table::counted`], to be added up.
    pub(super) fn by_day(self) -> Result<RecordBatch, ExecutorError> {
        let payloads = self.payloads()?.into_iter().map(|(day, bytes)| (day.into(), bytes));
        Ok(table::of_payloads(&table::counted(), payloads)?)
    }

    /// As [`table::counted`], in pieces for the driver.
    pub(super) fn in_pieces(self) -> Result<RecordBatch, ExecutorError> {
        let mut pieces = Vec::new();
        for (day, bytes) in self.payloads()? {
            let cut = piece::cut(day, &bytes).map_err(|error| TableError::Payload(error.to_string()))?;
            pieces.extend(cut.into_iter().map(|piece| (i64::from(day), piece)));
        }
        Ok(table::of_payloads(&table::counted(), pieces)?)
    }

    /// What came back, in pieces in any order.
    ///
    /// # Errors
    /// Which is not whole, there twice, or not of the market-day that it says.
    pub(super) fn of_pieces<B: AsRef<[u8]>>(pieces: &[B]) -> Result<Self, String> {
        let joined = piece::join(pieces).map_err(|why| format!("of the counts of market-days, {why}"))?;
        let mut sums = Self::default();
        for (day, bytes) in joined {
            let partial: Partial = postcard::from_bytes(&bytes)
                .map_err(|error| format!("the counts of market-day {day} cannot be understood: {error}"))?;
            for (of, piece) in partial.split() {
                if of != day || sums.0.insert(of, piece).is_some() {
                    return Err(format!("the counts of market-day {day} are of market-day {of}"));
                }
            }
        }
        Ok(sums)
    }

    /// How many signals are counted, on market-days and outside of them.
    pub(super) fn rows(&self) -> u64 {
        self.0.values().fold(0, |sum, partial| sum.saturating_add(partial.totals().rows))
    }

    /// How many of them are on market-days, by their numbers.
    pub(super) fn rows_by_day(&self) -> BTreeMap<u32, u64> {
        self.0.values().flat_map(Partial::by_day).map(|(day, totals)| (day, totals.rows)).collect()
    }

    /// All together.
    pub(super) fn total(self) -> Result<Partial, ApartError> {
        let mut total = Partial::default();
        self.0.into_values().try_for_each(|partial| total.add(partial))?;
        Ok(total)
    }

    fn payloads(self) -> Result<Vec<(u32, Vec<u8>)>, TableError> {
        let bytes = |(day, partial)| {
            let bytes = postcard::to_stdvec(&partial).map_err(|error| TableError::Payload(error.to_string()))?;
            Ok((day, bytes))
        };
        self.0.into_iter().map(bytes).collect()
    }
}
