//! What `schedule` shows over HTTP: opened before the first run, closed after the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Failure;
use crate::config::Workspace;
use crate::plan::Selection;
use crate::run::{self, RunError, error_text, stores};
use crate::schedule::{Driver, Metrics, Pages, RunEnd, Seen, World, serve};
use crate::time::Clock;

/// How long the archive may take to say where market-days stand.
const PATIENCE: Duration = Duration::from_mins(5);

/// A server at work.
pub struct Front {
    end: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    looking: JoinHandle<()>,
}

impl Front {
    /// Answers at an address about a driver that has not started yet.
    ///
    /// # Errors
    /// The address is not free, or not of this machine.
    pub async fn open<W: World>(
        address: SocketAddr,
        workspace: Arc<Workspace>,
        driver: &mut Driver<W>,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Failure::machine(format!("cannot listen at `{address}` (`--listen`): {error}")))?;
        tracing::info!(address = %listener.local_addr().unwrap_or(address), "answering over HTTP");
        let metrics = Arc::new(Metrics::new(Arc::clone(&workspace)));
        let (tells, ends) = mpsc::unbounded_channel();
        driver.ends = tells;
        tokio::spawn(hear(ends, Arc::clone(&metrics)));
        let looking = tokio::spawn(look(workspace, Arc::clone(&metrics)));
        let (end, ended) = oneshot::channel();
        let pages = Pages { health: driver.health.subscribe(), metrics, clock: Clock::System };
        let serving = tokio::spawn(serve(listener, Arc::new(pages), async {
            let _ = ended.await;
        }));
        Ok(Self { end, serving, looking })
    }

    /// Lets answers get out, and ends.
    pub async fn close(self) {
        self.looking.abort();
        let _ = self.end.send(());
        let _ = self.serving.await;
    }
}

async fn hear(mut ends: mpsc::UnboundedReceiver<RunEnd>, metrics: Arc<Metrics>) {
    while let Some(end) = ends.recv().await {
        metrics.hear(&end);
    }
}

/// Reads once where market-days stand. Until a job's first run nothing else is known of them.
async fn look(workspace: Arc<Workspace>, metrics: Arc<Metrics>) {
    for (name, job) in workspace.jobs.iter().filter(|(_, job)| job.schedule.is_some()) {
        let plans = async {
            let exports = stores::exports(&workspace.settings).map_err(RunError::Exports)?;
            let archive = stores::archive_for_planning(&workspace.settings).map_err(RunError::Store)?;
            run::plan(&workspace, &Selection::nightly(job), &exports, &archive, Clock::System.now()).await
        };
        let reason = match timeout(PATIENCE, plans).await {
            Ok(Ok(plans)) => {
                metrics.start_from(name, Seen::in_plans(&plans));
                continue;
            }
            Ok(Err(error)) => error_text(&error),
            Err(_) => "the stores do not answer".to_owned(),
        };
        tracing::warn!(job = name, reason, "where market-days stand is not known before the next run");
    }
}
