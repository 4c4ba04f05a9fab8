//! What a test would find, place by place: for rows, and for who embeds this program.

use jiff::Timestamp;

use super::judged;
use crate::run;
use coverledger_config::{Experiment, Workspace};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report::Power;

/// What is known of a platform in a market beforehand.
#[derive(Debug, Clone)]
pub struct PlaceOutlook {
    /// The platform.
    pub platform: PlatformId,
    /// The market.
    pub market: MarketId,
    /// What the test would find there; `None` where that is not known.
    pub power: Option<Power>,
    /// The same in words, a line each; where it is not known, why.
    pub note: String,
}

/// Every place of an experiment, in the order of its file, judging by what was published before an instant. A place that
/// cannot be judged says why, and the others are judged all the same.
pub async fn places(workspace: &Workspace, experiment: &Experiment, now: Timestamp) -> Vec<PlaceOutlook> {
    let mut places = Vec::new();
    for platform in &experiment.platforms {
        for market in &experiment.markets {
            let (power, note) = match judged(workspace, experiment, platform, market, now).await {
                Ok(outlook) => (outlook.power, outlook.said(experiment).join("\n")),
                Err(error) => (None, format!("not known: {}", run::error_text(&*error))),
            };
            places.push(PlaceOutlook { platform: platform.clone(), market: market.clone(), power, note });
        }
    }
    places
}

/// What an experiment is planned in: nights of a rotation, broadcasts of a split.
#[must_use]
pub const fn unit_of(experiment: &Experiment) -> &'static str {
    if experiment.rotation().is_some() { "nights" } else { "broadcasts" }
}
