//! How fresh a brief is: the columns of `advice` that say so.

use coverledger_core::model::{TableName, columns as c};

use super::nights::state;
use super::reading::Reading;
use crate::{Freshness, MarketNight, PlaceFreshness};

/// Every place, in the order of the nights.
pub(super) fn freshness(reading: &Reading<'_>, nights: &[MarketNight]) -> Freshness {
    let place_of = |line| {
        let place = reading.place(line);
        let in_order = nights.iter().flat_map(|night| &night.places).position(|advice| advice.place == place);
        (in_order.unwrap_or(usize::MAX), place, line)
    };
    let mut places: Vec<_> =
        reading.tables.newest(TableName::Advice, reading.as_of).into_iter().map(place_of).collect();
    places.sort_by(|a, b| (a.0, &a.1.market, &a.1.platform).cmp(&(b.0, &b.1.market, &b.1.platform)));
    let told = |(_, place, line): (usize, _, super::line::Line<'_>)| {
        Some(PlaceFreshness {
            place,
            row: line.row(),
            state: state(line),
            data_until: line.day(c::DATA_UNTIL),
            over_until: line.day(c::OVER_UNTIL)?,
            missing_days: line.whole(c::MISSING_DAYS).unwrap_or(0),
            provisional_days: line.whole(c::PROVISIONAL_DAYS).unwrap_or(0),
            final_by: line.day(c::FINAL_BY),
            reason: line.words(c::LACK_EN, c::LACK_ZH),
        })
    };
    Freshness { places: places.into_iter().filter_map(told).collect() }
}
