//! The stores of a configuration, opened, and where files lie that nobody needs for long.

use std::path::PathBuf;

use crate::program;
use coverledger_archive::Archive;
use coverledger_config::{Library, Settings, StoreLocation};
use coverledger_store::{IfMissing, Limits, Store, StoreError};

fn open(location: &StoreLocation, if_missing: IfMissing, settings: &Settings) -> Result<Store, StoreError> {
    let limits = Limits { requests: settings.requests, bytes_per_second: settings.bandwidth_bytes };
    match location {
        StoreLocation::Folder(folder) => Ok(Store::open_folder(folder, if_missing)?.at_most(settings.requests)),
        StoreLocation::Url(url) => Store::open_url(url, &limits),
    }
}

/// Where exports are delivered.
///
/// # Errors
/// [`StoreError`] when it is not there or cannot be set up.
pub fn exports(settings: &Settings) -> Result<Store, StoreError> {
    open(&settings.exports, IfMissing::Refuse, settings)
}

/// Where pictures of covers are.
///
/// # Errors
/// [`StoreError`] when it is not there or cannot be set up.
pub fn pictures(settings: &Settings, library: &Library) -> Result<Store, StoreError> {
    open(&library.pictures, IfMissing::Refuse, settings)
}

/// The archive, to look at.
///
/// # Errors
/// [`StoreError`] when it is not there or cannot be set up.
pub fn archive_for_reading(settings: &Settings) -> Result<Archive, StoreError> {
    open(&settings.archive, IfMissing::Refuse, settings).map(Archive::for_reading)
}

/// The archive, to plan with: a folder that nobody has published into yet is an empty archive.
///
/// # Errors
/// [`StoreError`] when it cannot be set up.
pub fn archive_for_planning(settings: &Settings) -> Result<Archive, StoreError> {
    match &settings.archive {
        StoreLocation::Folder(folder) if !folder.exists() => Ok(Archive::for_reading(Store::nothing())),
        _ => archive_for_reading(settings),
    }
}

/// The archive, to publish into; a folder that is missing is made.
///
/// # Errors
/// [`StoreError`] when it cannot be set up or ignores create-only puts.
pub async fn archive_for_writing(settings: &Settings) -> Result<Archive, StoreError> {
    let archive = Archive::for_writing(open(&settings.archive, IfMissing::Create, settings)?).await?;
    Ok(archive.by_commit(program::COMMIT))
}

/// The archive, to leave a note about a run in; a folder that is missing is made.
///
/// # Errors
/// [`StoreError`] when it cannot be set up.
pub fn archive_for_recording(settings: &Settings) -> Result<Archive, StoreError> {
    open(&settings.archive, IfMissing::Create, settings).map(Archive::for_reading)
}

/// Where files lie that nobody needs for long: `spill_dir`, or the system's temporary folder.
#[must_use]
pub fn scratch_dir(settings: &Settings) -> PathBuf {
    settings.spill_dir.clone().unwrap_or_else(std::env::temp_dir)
}
