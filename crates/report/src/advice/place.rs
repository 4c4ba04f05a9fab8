//! What is known of a place, read from its tables.

use std::collections::BTreeMap;

use polars::prelude::PolarsResult;

use super::bar::{Bar, bars};
use super::inputs::{NightInputs, PlaceInputs};
use super::night::{Night, ahead};
use super::rows::{Bounded, rows};
use super::trial::{Trial, trials};
use crate::cells::UNKNOWN;
use coverledger_core::model::columns as c;

/// One cover against the one on air, or the other way round.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PairRow {
    pub(super) cover_id: String,
    pub(super) against: String,
    pub(super) metric: String,
    pub(super) rate: Bounded,
    pub(super) against_rate: Bounded,
    pub(super) ratio: Bounded,
    pub(super) probability: Option<f64>,
    pub(super) broadcasts: i64,
}

/// Everything that a choice looks at.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    pub(super) night: Option<Night>,
    /// The cover that was on air last; where lots said which that is, the control of them.
    pub(super) on_air: Option<String>,
    /// The one of most impressions, whoever had the say.
    pub(super) seen_last: Option<String>,
    /// Where lots said it and are over: by which of `trials`.
    pub(super) held_for: Option<usize>,
    /// Covers that have a rank, the best first.
    pub(super) ranked: Vec<String>,
    pub(super) pairs: Vec<PairRow>,
    pub(super) trials: Vec<Trial<'a>>,
    pub(super) bars: BTreeMap<String, Bar>,
    /// Whether there is anything to choose by.
    pub(super) has_covers: bool,
    pub(super) is_provisional: bool,
}

impl<'a> Known<'a> {
    /// Reads it.
    pub(super) fn of(inputs: &NightInputs<'a>, place: &PlaceInputs<'_>) -> PolarsResult<Self> {
        let night = ahead(place, inputs.now);
        let tonight = night.as_ref().map_or(inputs.as_of, |night| night.local_date);
        let trials = trials(inputs, place, tonight)?;
        let bars = bars(inputs, place, &trials)?;
        let (mut on_air, mut ranked, mut is_provisional) = (None, Vec::new(), place.provisional_days > 0);
        for row in rows(&place.cover) {
            let cover = row.needed(c::COVER_ID)?;
            is_provisional |= row.truth(c::PROVISIONAL)? == Some(true);
            ranked.extend(row.whole(c::RANK)?.map(|rank| (rank, cover.clone())));
            if row.truth(c::ON_AIR)? == Some(true) {
                on_air = Some(cover);
            }
        }
        ranked.retain(|(_, cover)| cover != UNKNOWN);
        ranked.sort();
        let seen_last = on_air.clone();
        let drawn = place.newest.zip(seen_last.as_deref()).and_then(|(newest, seen)| {
            let is_drawn = |trial: &Trial<'_>| trial.arm(seen).is_some() && trial.drew_lots_on(newest);
            trials.iter().position(is_drawn)
        });
        // Which of them had the most impressions is chance. What lost is told of all the same.
        let drawn = drawn.filter(|at| {
            let arm = seen_last.as_deref().and_then(|seen| trials[*at].arm(seen));
            arm.is_some_and(|arm| arm.loss().is_none())
        });
        if let Some(at) = drawn {
            on_air = Some(trials[at].control().to_owned());
        }
        let held_for = drawn.filter(|at| !trials[*at].is_running());
        Ok(Self {
            night,
            on_air,
            seen_last,
            held_for,
            ranked: ranked.into_iter().map(|(_, cover)| cover).collect(),
            pairs: pairs(place)?,
            trials,
            bars,
            has_covers: place.cover.height() > 0,
            is_provisional,
        })
    }

    /// How one cover did beside another, by how many stay, or by the rate that covers are ranked by.
    pub(super) fn pair(&self, cover: &str, against: &str, is_of_stays: bool) -> Option<&PairRow> {
        self.pairs.iter().find(|pair| {
            pair.cover_id == cover && pair.against == against && (pair.metric == c::STAY_RATE) == is_of_stays
        })
    }

    /// How probably one cover is better than another, by what was seen.
    pub(super) fn probability(&self, cover: &str, against: &str) -> Option<f64> {
        let back = || Some(1.0 - self.pair(against, cover, false)?.probability?);
        self.pair(cover, against, false).and_then(|pair| pair.probability).or_else(back)
    }

    /// The newest test that is over in which lots were drawn between two covers.
    pub(super) fn compared_by(&self, one: &str, other: &str) -> Option<&Trial<'a>> {
        self.trials.iter().find(|trial| trial.has_compared(one, other))
    }

    /// Whether a test has settled how two covers compare here.
    pub(super) fn is_settled(&self, one: &str, other: &str) -> bool {
        self.trials.iter().any(|trial| trial.has_settled(one, other))
    }

    /// What is not to be used, but for the cover that goes on air and those of a test that runs.
    pub(super) fn avoided(&self, on_air: Option<&str>) -> Vec<&str> {
        let is_tested = |cover: &str| {
            self.trials.iter().any(|trial| trial.is_running() && trial.plan.covers.iter().any(|arm| arm == cover))
        };
        let covers = self.bars.iter().filter(|(_, bar)| bar.is_to_be_avoided()).map(|(cover, _)| cover.as_str());
        covers.filter(|cover| Some(*cover) != on_air && !is_tested(cover)).collect()
    }
}

fn pairs(place: &PlaceInputs<'_>) -> PolarsResult<Vec<PairRow>> {
    let pairs = rows(&place.cover_pair).map(|row| {
        Ok(PairRow {
            cover_id: row.needed(c::COVER_ID)?,
            against: row.needed(c::AGAINST_COVER_ID)?,
            metric: row.needed(c::METRIC)?,
            rate: row.bounded(c::RATE)?,
            against_rate: row.bounded(c::AGAINST_RATE)?,
            ratio: row.bounded(c::RATIO)?,
            probability: row.number(c::PROBABILITY)?,
            broadcasts: row.whole(c::COMPARED_BROADCASTS)?.unwrap_or(0),
        })
    });
    let is_of_covers = |pair: &PairRow| pair.cover_id != UNKNOWN && pair.against != UNKNOWN;
    pairs.filter(|pair| pair.as_ref().map_or(true, is_of_covers)).collect()
}
