//! How long a test has to go on: what it could find at all, and how many more nights it needs.

use std::collections::BTreeSet;

use super::{Effect, Metric, Plan, Trial, of_pair, rotation};
use coverledger_stats::{Estimate, normal_quantile, sequence};

/// With which probability a gain is to be found.
const POWER: f64 = 0.8;
/// By how many standard errors a rotation that is looked at every night needs more than one that is looked at once: 0.21 to 0.26
/// for 7 to 30 nights and levels of 1 to 5 %, where the level is spent evenly (Lan and `DeMets` 1983), and the rest because the
/// bound of each look is drawn with the schedules.
pub(super) const LOOKING: f64 = 0.4;

impl Trial<'_> {
    /// How many more nights like those so far each arm, with these effects on the value, needs until a gain of this much (0.05 for 5 %) is found four times in
    /// five, all arms together at the level of the test; 0 where those so far are enough. `None` of the control, where the
    /// error cannot be told yet, and of no gain.
    ///
    /// The error of a logarithm shrinks with the root of the nights, and a gain is found four times in five where its
    /// logarithm is z(0.8) + z(boundary) errors: nights · ((z(0.8) + z(boundary)) · error ÷ ln(1 + gain))².
    pub(crate) fn nights_needed(&self, effects: &[Option<Effect>], gain: f64) -> Vec<Option<u32>> {
        let experiment = self.experiment();
        let level = experiment.level / float(experiment.covers.len() - 1);
        let more = |error: f64, boundary: f64| more_nights(self.looks(), error, gain, boundary);
        match self.plan() {
            Plan::Rotation(draws) => {
                let Some(outcomes) = self.outcomes(Metric::Value) else {
                    return vec![None; experiment.covers.len()];
                };
                let boundary = normal_quantile(1.0 - level / 2.0) + LOOKING;
                let needed = |arm| {
                    let of = of_pair(&outcomes, arm, experiment.control)?;
                    more(rotation::standard_error(&of, arm, self.looks(), draws)?, boundary)
                };
                (0..experiment.covers.len()).map(needed).collect()
            }
            Plan::Split { planned, .. } => {
                // With the errors of few broadcasts the interval is a little wider than that; they are not few any more later.
                let known = Estimate { value: 0.0, standard_error: 1.0, clusters: 0, degrees: f64::INFINITY };
                let errors = |seen, level| sequence::half_width(&known, seen, planned, 1.0 - level);
                let needed = |effect: &Option<Effect>| {
                    let effect = (*effect)?;
                    let (today, seen) = (effect.today?, effect.information?);
                    let half_width = today.high.ln_1p() - effect.value.ln_1p();
                    more(half_width / errors(seen, experiment.level), errors(planned, level))
                };
                effects.iter().map(needed).collect()
            }
        }
    }

    /// The least p value that a rotation can give by the end of its window if the nights that are left are like those so far,
    /// all arms together (Holm): one that is above the level can never name a winner. `None` of a split, and where nothing
    /// was on air.
    pub(crate) fn least_p(&self) -> Option<f64> {
        let Plan::Rotation(draws) = self.plan() else { return None };
        let blocks = self.aired().iter().map(|turn| turn.cluster).collect::<BTreeSet<_>>().len();
        let days = draws.days.max(self.looks());
        let blocks = (blocks * days).checked_div(self.looks()).filter(|blocks| *blocks > 0)?;
        let arms = float(self.experiment().covers.len() - 1);
        Some((arms * rotation::least_p(blocks, draws.redrawn)).min(1.0))
    }
}

/// `None` where the error or the gain is nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and less than none is none"
)]
fn more_nights(nights: usize, standard_error: f64, gain: f64, boundary: f64) -> Option<u32> {
    let errors = (normal_quantile(POWER) + boundary) * standard_error / gain.ln_1p();
    let needed = float(nights) * errors.powi(2);
    let is_known = needed.is_finite() && standard_error > 0.0;
    is_known.then(|| (needed - float(nights)).ceil() as u32)
}

#[expect(clippy::cast_precision_loss, reason = "nights and arms")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_error_needs_a_quarter_of_the_nights() {
        // (0.8416 + 2.2100) · 0.08 ÷ ln 1.1 = 2.561, and 2.561² · 10 = 65.6.
        assert_eq!(more_nights(10, 0.08, 0.1, 2.21), Some(56));
        assert_eq!(more_nights(10, 0.04, 0.1, 2.21), Some(7));
        assert_eq!(more_nights(10, 0.01, 0.1, 2.21), Some(0));
        assert_eq!(more_nights(10, 0.08, 0.0, 2.21), None);
        assert_eq!(more_nights(10, 0.0, 0.1, 2.21), None);
    }
}
