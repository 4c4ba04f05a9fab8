//! Where an archive is: its folder, its URL, or the folder of a configuration.

use std::path::Path;

use url::Url;

use super::read::ReadError;
use coverledger::archive::Archive;
use coverledger::config::{self, Workspace};
use coverledger::store::{IfMissing, Limits, Store};
use coverledger::stores;

/// The file by which a folder is that of a configuration.
const SETTINGS: &str = "archive.yaml";

/// Opens it to read.
///
/// # Errors
/// It is not there, or its place makes no sense.
pub fn archive(place: &str) -> Result<Archive, ReadError> {
    if place.contains("://") {
        // It may hold a secret, so its text is not repeated.
        let url = Url::parse(place).map_err(|error| ReadError::Usage(format!("`archive` is no URL: {error}")))?;
        return Ok(Archive::for_reading(Store::open_url(&url, &Limits::default())?));
    }
    let folder = Path::new(place);
    if folder.join(SETTINGS).is_file() {
        let settings = workspace(folder, &jobs_beside(folder))?.settings;
        return Ok(stores::archive_for_reading(&settings)?);
    }
    Ok(Archive::for_reading(Store::open_folder(folder, IfMissing::Refuse)?))
}

/// Reads a configuration; there may be no job.
///
/// # Errors
/// All its problems.
pub fn workspace(config: &Path, jobs: &Path) -> Result<Workspace, ReadError> {
    Ok(config::load_before_jobs(config, jobs)?)
}

/// The folder of jobs beside that of a configuration.
pub fn jobs_beside(config: &Path) -> std::path::PathBuf {
    config.parent().unwrap_or(Path::new("")).join("jobs")
}
