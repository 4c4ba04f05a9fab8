//! The HTTP endpoint of `schedule`: opened before the first run, closed after the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Failure;
use crate::plan::Selection;
use crate::run::{self, RunError, error_text};
use crate::schedule::{Configuration, Driver, Environment, Event, Metrics, Pages, Seen, Sound, serve};
use crate::stores;
use coverledger_config::Workspace;
use coverledger_core::time::Clock;

/// How long reading the status of market-days from the archive may take.
const ARCHIVE_TIMEOUT: Duration = Duration::from_mins(5);

/// A running HTTP server.
pub struct HttpEndpoint {
    end: oneshot::Sender<()>,
    server: JoinHandle<()>,
    status_reader: JoinHandle<()>,
}

impl HttpEndpoint {
    /// Starts to answer at an address, for a driver that has not started yet.
    ///
    /// # Errors
    /// The address is not free, or not of this machine.
    pub async fn open<W: Environment>(
        address: SocketAddr,
        configuration: &Configuration,
        driver: &mut Driver<W>,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Failure::machine(format!("cannot listen at `{address}` (`--listen`): {error}")))?;
        tracing::info!(address = %listener.local_addr().unwrap_or(address), "answering over HTTP");
        let metrics = Arc::new(Metrics::new(Arc::clone(&configuration.sound().workspace)));
        let (tells, events) = mpsc::unbounded_channel();
        let others = std::mem::replace(&mut driver.events, tells);
        let in_force = configuration.subscribe();
        tokio::spawn(forward(events, others, in_force.clone(), Arc::clone(&metrics)));
        let status_reader = tokio::spawn(read_status(in_force, Arc::clone(&metrics)));
        let (end, ended) = oneshot::channel();
        let pages = Pages { health: driver.health.subscribe(), metrics, clock: Clock::System };
        let server = tokio::spawn(serve(listener, Arc::new(pages), async {
            let _ = ended.await;
        }));
        Ok(Self { end, server, status_reader })
    }

    /// Finishes answers in progress, and ends.
    pub async fn close(self) {
        self.status_reader.abort();
        let _ = self.end.send(());
        let _ = self.server.await;
    }
}

/// Updates metrics from each event, and forwards the event.
async fn forward(
    mut events: mpsc::UnboundedReceiver<Event>,
    others: mpsc::UnboundedSender<Event>,
    in_force: watch::Receiver<Arc<Sound>>,
    metrics: Arc<Metrics>,
) {
    while let Some(event) = events.recv().await {
        match &event {
            Event::RunEnded { end, .. } => metrics.hear(end),
            Event::Files { .. } => metrics.follow(&in_force.borrow().workspace),
        }
        let _ = others.send(event);
    }
}

/// Reads the status of market-days, at the start and after each change of the configuration. Nothing else is known about
/// them until a job's first run.
async fn read_status(mut in_force: watch::Receiver<Arc<Sound>>, metrics: Arc<Metrics>) {
    loop {
        let workspace = Arc::clone(&in_force.borrow_and_update().workspace);
        read_status_of(&workspace, &metrics).await;
        if in_force.changed().await.is_err() {
            return;
        }
    }
}

async fn read_status_of(workspace: &Workspace, metrics: &Metrics) {
    for (name, job) in workspace.jobs.iter().filter(|(_, job)| job.schedule.is_some()) {
        let plans = async {
            let exports = stores::exports(&workspace.settings).map_err(RunError::Exports)?;
            let archive = stores::archive_for_planning(&workspace.settings).map_err(RunError::Store)?;
            run::plan(workspace, &Selection::nightly(job), &exports, &archive, Clock::System.now()).await
        };
        let reason = match timeout(ARCHIVE_TIMEOUT, plans).await {
            Ok(Ok(plans)) => {
                metrics.start_from(name, Seen::in_plans(&plans));
                continue;
            }
            Ok(Err(error)) => error_text(&error),
            Err(_) => "the stores do not answer".to_owned(),
        };
        tracing::warn!(job = name, reason, "status unknown until the next run");
    }
}
