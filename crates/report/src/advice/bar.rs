//! Why a cover is not put on air.

use std::collections::BTreeMap;

use polars::prelude::PolarsResult;

use super::inputs::{NightInputs, PlaceInputs};
use super::rows::{Bounded, rows, rows_of};
use super::trial::{Loss, Trial};
use crate::cells::UNKNOWN;
use coverledger_core::model::columns as c;

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bar {
    /// It breaks a rule of the market, of this name.
    Breaks(String),
    /// It lost a test here, of this name.
    Lost(String, Loss),
    /// Who taps it does not stay: of those who enter so many do, and so many would with other covers.
    Overpromises { stay: Option<f64>, usual: Option<f64> },
    /// Its entrants come back so much less often.
    CostsRevisits(Bounded),
    /// It fades. It may go on, and is not tried anew.
    Fading,
}

impl Bar {
    /// Whether it should be off air, too.
    pub(super) const fn is_to_be_avoided(&self) -> bool {
        !matches!(self, Self::Fading)
    }
}

/// The covers of a place that are barred, each with its gravest reason.
pub(super) fn bars(
    inputs: &NightInputs<'_>,
    place: &PlaceInputs<'_>,
    trials: &[Trial<'_>],
) -> PolarsResult<BTreeMap<String, Bar>> {
    let (platform, market) = (place.platform.as_str(), place.market.as_str());
    let mut bars = BTreeMap::new();
    // The least grave first: what comes later takes its place.
    if let Some(history) = &inputs.cover_history {
        for row in rows_of(history, platform, market)? {
            if row.is(c::LEVEL, "cover")? && row.is(c::SLOT, "all")? && row.is(c::FATIGUE, "fading")? {
                bars.insert(row.needed(c::COVER_ID)?, Bar::Fading);
            }
        }
    }
    for row in rows(&place.diagnosis) {
        let bar = match row.text(c::FINDING)?.as_deref() {
            Some("overpromises") => {
                let [rate, baseline, ..] = c::STAY_STEP;
                Bar::Overpromises { stay: row.number(rate)?, usual: row.number(baseline)? }
            }
            Some("costs_revisits") => Bar::CostsRevisits(row.bounded(c::REVISIT_RATIO)?.less_one()),
            _ => continue,
        };
        bars.insert(row.needed(c::COVER_ID)?, bar);
    }
    // The newest test has the last word.
    for trial in trials.iter().rev().filter(|trial| !trial.is_running()) {
        for arm in &trial.arms {
            match arm.loss() {
                Some(loss) => bars.insert(arm.cover_id.clone(), Bar::Lost(trial.name.clone(), loss)),
                None if arm.is_proven_winner() => bars.remove(&arm.cover_id),
                None => None,
            };
        }
    }
    if let Some(checks) = &inputs.cover_checks {
        for row in rows_of(checks, platform, market)? {
            if row.is(c::FINDING, "breaks")? {
                let rule = row.text(c::RULE)?.unwrap_or_default();
                bars.entry(row.needed(c::COVER_ID)?)
                    .and_modify(|bar| {
                        if !matches!(bar, Bar::Breaks(_)) {
                            *bar = Bar::Breaks(rule.clone());
                        }
                    })
                    .or_insert(Bar::Breaks(rule));
            }
        }
    }
    bars.remove(UNKNOWN);
    Ok(bars)
}
