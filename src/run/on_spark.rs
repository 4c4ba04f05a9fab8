//! Counting on Spark: one session a run, opened when it is first needed.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::RunError;
use super::known_since::KnownSince;
use super::reading::{Counting, OnRead, Source, put_together};
use crate::cluster::shipped::Shipped;
use crate::cluster::spark::{Opening, Spark};
use crate::cluster::{self, Bounds, ClusterError, CountedThere};
use crate::plan::Batch;
use crate::reading::watch::Ended;
use crate::reading::{Room, Stop, count_job};
use coverledger_archive::{Archive, Holder};
use coverledger_config::SparkEngine;
use coverledger_core::count::{QualityCounted, most_cells};

/// The session of a run, if it has needed one.
pub(super) struct OnSpark {
    archive: Archive,
    holder: Holder,
    lease: Duration,
    session: Mutex<Option<Arc<Spark>>>,
}

impl OnSpark {
    /// None yet.
    pub(super) fn new(archive: &Archive, run_id: &str, lease_seconds: u32) -> Self {
        let lease = Duration::from_secs(lease_seconds.into());
        Self { archive: archive.clone(), holder: Holder::this(run_id), lease, session: Mutex::default() }
    }

    async fn session(&self, engine: &SparkEngine) -> Result<Arc<Spark>, ClusterError> {
        let mut session = self.session.lock().await;
        if let Some(session) = &*session {
            return Ok(Arc::clone(session));
        }
        let (archive, holder, lease) = (&self.archive, self.holder.clone(), self.lease);
        let opened = Arc::new(Spark::open(Opening { engine, archive, holder, lease }).await?);
        *session = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Ends it, and clears what it staged.
    pub(super) async fn end(&self) {
        if let Some(session) = self.session.lock().await.take().and_then(Arc::into_inner) {
            session.end().await;
        }
    }
}

/// Reads and counts a batch there. `quit` is asked when it is to be counted no further.
pub(super) fn count(
    source: &Source,
    engine: &SparkEngine,
    (batch, known_since): (&Batch<'_>, &KnownSince<'_>),
    quit: &Stop,
    handle: &Handle,
    on_read: OnRead<'_>,
) -> Result<Counting, RunError> {
    let workspace = &source.workspace;
    let id = batch.days.first().map(|day| &day.market_day.platform).ok_or(RunError::Worker)?;
    let platform = workspace.platforms.get(id).ok_or(RunError::Worker)?;
    let turns = count_job::turns(workspace, batch);
    let scope = count_job::scope(batch, platform);
    let job = count_job::job(workspace, batch, scope.clone(), &turns);
    let bounds = Bounds {
        room: Room::new(workspace.settings.memory_bytes),
        most_cells: most_cells(&source.memory),
        are_by_groups: count_job::group_keys(workspace, &batch.days).iter().any(Option::is_some),
    };
    let shipped = Shipped::of(workspace, id, batch).map_err(ClusterError::from)?;
    let counted = handle.block_on(async {
        let counting = async {
            let heard = |number: usize| on_read(&batch.exports[number].found.object);
            #[cfg(any(test, feature = "testing"))]
            if let Some(here) = cluster::InProcess::named(&engine.url) {
                return cluster::count(&here, &shipped, (batch, &job, &bounds), quit, heard).await;
            }
            let spark = source.on_spark.session(engine).await?;
            cluster::count(&*spark, &shipped, (batch, &job, &bounds), quit, heard).await
        };
        // A stop of the run is one of this batch; what is under way on the server is interrupted.
        let passing_on = async {
            source.stop.asked().await;
            quit.ask();
            std::future::pending().await
        };
        tokio::select! {
            counted = counting => counted,
            never = passing_on => never,
        }
    });
    let CountedThere { mut exports, counted } = match counted {
        // It may have come to an end before it heard of the stop.
        Ok(_) | Err(ClusterError::Stopped) if source.stop.is_asked() => {
            return Ok(Counting::Ended(Ended::Stopped));
        }
        Ok(_) | Err(ClusterError::Stopped) if quit.is_asked() => return Ok(Counting::Ended(Ended::LeaseLost)),
        counted => counted?,
    };
    known_since.fill_in(platform, batch, &mut exports);
    let singly = (counted, QualityCounted::default());
    let joined = put_together((source, platform, batch), (&scope, &turns), singly, exports);
    Ok(Counting::Counted(Box::new(joined)))
}

#[cfg(test)]
mod tests;
