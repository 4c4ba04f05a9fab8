//! Counting on Spark in a program that was built without it: nothing is opened, and asking for it is an error.

use tokio::runtime::Handle;

use super::RunError;
use super::known_since::KnownSince;
use super::reading::{Counting, OnRead, Source};
use crate::plan::Batch;
use crate::reading::Stop;
use coverledger_archive::Archive;
use coverledger_config::SparkEngine;

/// The session of a run, of which there is none.
pub(super) struct OnSpark;

impl OnSpark {
    pub(super) const fn new(_archive: &Archive, _run_id: &str, _lease_seconds: u32) -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "with Spark it waits for a server")]
    pub(super) async fn end(&self) {}
}

pub(super) const fn count(
    _source: &Source,
    _engine: &SparkEngine,
    _batch: (&Batch<'_>, &KnownSince<'_>),
    _quit: &Stop,
    _handle: &Handle,
    _on_read: OnRead<'_>,
) -> Result<Counting, RunError> {
    Err(RunError::WithoutSpark)
}
