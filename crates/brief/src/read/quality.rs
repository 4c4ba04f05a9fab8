//! What bad streams cost: rows of `quality_effect`.

use coverledger_core::model::{TableName, columns as c};

use super::line::Line;
use super::reading::Reading;
use crate::{PlaceQuality, QualityLoss};

/// What bad streams cost in each place.
pub(super) fn quality(reading: &Reading<'_>) -> Vec<PlaceQuality> {
    let places = reading.tables.newest_of_places(TableName::QualityEffect, reading.as_of);
    let told = |((platform, market), lines): ((&str, &str), Vec<Line<'_>>)| PlaceQuality {
        place: reading.place_of(platform, market),
        losses: lines.into_iter().map(|line| loss(reading, line)).collect(),
    };
    places.into_iter().map(told).collect()
}

fn loss(reading: &Reading<'_>, line: Line<'_>) -> QualityLoss {
    QualityLoss {
        row: line.row(),
        method: line.id(c::METHOD).to_owned(),
        metric: line.id(c::METRIC).to_owned(),
        step: line.id(c::STEP).to_owned(),
        finding: line.id(c::FINDING).to_owned(),
        effect: line.interval(c::EFFECT),
        bad_visits: line.figure(c::BAD_VISITS),
        clicks_lost: line.interval(c::CLICKS_LOST),
        orders_lost: line.interval(c::ORDERS_LOST),
        assumptions: line.words(c::ASSUMPTIONS_EN, c::ASSUMPTIONS_ZH).unwrap_or_default(),
        reason: reading.reason(line),
    }
}
