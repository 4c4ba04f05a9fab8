//! What a test would find, by `plan-test`.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::moment::instant;
use super::place::{jobs_beside, workspace};
use super::read::ReadError;
use super::waiting::wait;
use coverledger::cli::{PlaceOutlook, places_of_test, unit_of_test};
use coverledger::config::{Experiment, among};
use coverledger::time::Clock;

/// One dictionary for each place of an experiment.
#[pyfunction]
pub fn outlooks<'py>(
    py: Python<'py>,
    experiment: &str,
    config: PathBuf,
    jobs: Option<PathBuf>,
    at: Option<&str>,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let now = at.map(|at| instant("at", at)).transpose().map_err(ReadError::Usage)?;
    let now = now.unwrap_or_else(|| Clock::System.now());
    let jobs = jobs.unwrap_or_else(|| jobs_beside(&config));
    let (workspace, places) = wait(py, || async {
        let workspace = workspace(&config, &jobs)?;
        let Some(found) = workspace.experiments.get(experiment) else {
            let known = among("known", workspace.experiments.keys().map(String::as_str), experiment);
            return Err(ReadError::Usage(format!("unknown experiment `{experiment}` ({known})")).into());
        };
        let places = places_of_test(&workspace, found, now).await;
        Ok((workspace, places))
    })?;
    let Some(found) = workspace.experiments.get(experiment) else { return Ok(Vec::new()) };
    places.iter().map(|place| row(py, experiment, found, place)).collect()
}

fn row<'py>(
    py: Python<'py>,
    name: &str,
    experiment: &Experiment,
    place: &PlaceOutlook,
) -> PyResult<Bound<'py, PyDict>> {
    let power = place.power.as_ref();
    let row = PyDict::new(py);
    row.set_item("experiment", name)?;
    row.set_item("platform", place.platform.as_str())?;
    row.set_item("market", place.market.as_str())?;
    row.set_item("since", power.map(|power| power.since.to_string()))?;
    row.set_item("until", power.map(|power| power.until.to_string()))?;
    row.set_item("broadcasts", power.map(|power| power.broadcasts))?;
    row.set_item("worth", experiment.worth)?;
    row.set_item("probability_found", power.map(|power| power.found))?;
    row.set_item("smallest_gain", power.and_then(|power| power.smallest))?;
    row.set_item("planned", power.map(|power| power.planned))?;
    row.set_item("needed", power.and_then(|power| power.needed))?;
    row.set_item("unit", unit_of_test(experiment))?;
    row.set_item("note", place.note.as_str())?;
    Ok(row)
}
