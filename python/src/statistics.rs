//! Intervals, by the crate of statistics.

use pyo3::prelude::*;

use super::error::said;
use coverledger::stats::{self, Interval, Scale};

/// The ends of an interval.
type Ends = (f64, f64);

const fn ends(interval: Interval) -> Ends {
    (interval.low, interval.high)
}

fn confident(confidence: f64) -> PyResult<f64> {
    if confidence > 0.0 && confidence < 1.0 {
        return Ok(confidence);
    }
    Err(said(format!("`confidence` is `{confidence}` (expected a share between 0 and 1, such as `0.95`)")))
}

/// Wilson's score interval of a proportion.
#[pyfunction]
pub fn wilson(successes: f64, trials: f64, confidence: f64) -> PyResult<Ends> {
    let level = confident(confidence)?;
    if !(trials > 0.0 && trials.is_finite()) {
        return Err(said(format!("`trials` is `{trials}` (expected more than 0: of nothing there is no share)")));
    }
    if !(0.0..=trials).contains(&successes) {
        return Err(said(format!("`successes` is `{successes}` (expected 0 to `trials`, which is {trials})")));
    }
    Ok(ends(stats::wilson_at(successes, trials, level)))
}

/// The interval of Σ of ÷ Σ among over clusters; `None` where there are too few, or one is all there is.
#[pyfunction]
pub fn cluster_interval(
    py: Python<'_>,
    of: Vec<f64>,
    among: Vec<f64>,
    confidence: f64,
    scale: &str,
) -> PyResult<Option<Ends>> {
    let level = confident(confidence)?;
    let scale = match scale {
        "logit" => Scale::Logit,
        "log" => Scale::Log,
        "identity" => Scale::Identity,
        _ => return Err(said(format!("`scale` is `{scale}` (expected `logit`, `log` or `identity`)"))),
    };
    let clusters = clusters(&of, &among, scale)?;
    py.detach(|| {
        let Some(estimate) = stats::ratio_of_clusters(&clusters) else { return Ok(None) };
        if scale == Scale::Logit && estimate.value > 1.0 {
            let why = "which is no share (say `scale=\"log\"`)";
            return Err(said(format!("the ratio is {}, {why}", estimate.value)));
        }
        Ok(Some(ends(estimate.interval(level, scale))))
    })
}

/// Those that something was tried in.
fn clusters(of: &[f64], among: &[f64], scale: Scale) -> PyResult<Vec<(f64, f64)>> {
    if of.len() != among.len() {
        return Err(said(format!(
            "`successes` has {} clusters and `trials` {} (expected as many)",
            of.len(),
            among.len()
        )));
    }
    let mut clusters = Vec::with_capacity(of.len());
    for (at, (&of, &among)) in of.iter().zip(among).enumerate() {
        if !(among >= 0.0 && among.is_finite()) {
            return Err(said(format!("`trials[{at}]` is `{among}` (expected 0 or more)")));
        }
        if !of.is_finite() || (of < 0.0 && scale != Scale::Identity) || (among <= 0.0 && of.abs() > 0.0) {
            let expected = if among > 0.0 { "0 or more" } else { "0, as nothing was tried" };
            return Err(said(format!("`successes[{at}]` is `{of}` (expected {expected})")));
        }
        if among > 0.0 {
            clusters.push((of, among));
        }
    }
    Ok(clusters)
}
