//! The brief as a page: one file that asks nobody for anything, in English and Chinese, for a phone, a screen, paper and the
//! ear.
//!
//! Each part of the page is in the file of what it tells. All of them get the [`Sheet`]. Texts are escaped by the engine, names are
//! kept apart from what is around them, and every figure says which cell of which table it is (`figure`).

mod action;
mod bar;
mod changes;
mod definitions;
mod figure;
mod freshness;
mod headline;
mod log;
mod metric;
mod next;
mod nights;
mod number;
mod pack;
mod picture;
mod quality;
mod rankings;
mod review;
mod run_sheet;
mod section;
mod sheet;
mod shell;
mod slots;
mod svg;
mod tests;
#[cfg(test)]
mod whole;
mod words;

use std::collections::BTreeMap;

use bytes::Bytes;

pub use number::change_in_words;
use sheet::Sheet;

use super::Air;
use super::calendar;
use super::{
    Action, Advice, Airing, Arm, AudienceRow, Brief, Change, Figure, Guardrail, Interval, MarketNight, Minute,
    Outcome, PastAdvice, PlaceChanges, PlaceFreshness, PlaceName, QualityLoss, RankedCover, Ranking, Review, Row,
    Slot, SlotCell, SlotMap, State, Sureness, Test, Text,
};

/// The page of a brief, with thumbnails of covers by their SHA-256. The same brief gives the same bytes.
#[must_use]
pub fn page(brief: &Brief, thumbnails: &BTreeMap<String, Bytes>) -> String {
    let sheet = Sheet::new(brief);
    shell::shell(&sheet, |sheet| picture::pictures(sheet, thumbnails)).into_string()
}
