//! Spark as a cluster: a session on a server of Spark Connect, and a place in the archive's store that executors write to.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_schema::Schema;
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::executor::Step;
use super::table::{self, BUCKET, PAYLOAD};
use super::{Cluster, ClusterError, shipped};
use crate::reading::Stop;
use coverledger_archive::{Archive, Holder, Staging};
use coverledger_config::SparkEngine;
use coverledger_spark::plan::{Function, Key, Plan, Relation};
use coverledger_spark::{Answer, Progress, Server, Session, SparkError, Watch};
use coverledger_store::StoreError;

/// The Python module of the wheel that executors call.
const MODULE: &str = "coverledger.cluster";
/// Rows are shuffled into as many parts as there are groups, and no more than this: Spark keeps an account of each.
const MOST_PARTITIONS: u32 = 20_000;

/// A session on Spark.
pub struct Spark {
    session: Session,
    server: Server,
    staging: Staging,
    /// How executors call [`Staging::place`].
    uri: String,
    python: String,
    /// A query did not come to its end, so that executors may still be writing.
    is_unfinished: AtomicBool,
    /// Tables staged so far.
    staged: AtomicU64,
    handle: Handle,
}

/// What an executor says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Found {
    /// The release of its wheel.
    pub version: String,
    /// Its Python, such as `3.11.7`.
    pub python: String,
}

/// What a session on Spark is opened with.
pub struct Opening<'a> {
    /// The server.
    pub engine: &'a SparkEngine,
    /// Where executors stage.
    pub archive: &'a Archive,
    /// Whose session it is.
    pub holder: Holder,
    /// How long its note binds unless it is renewed.
    pub lease: Duration,
}

impl Spark {
    /// Clears what killed runs left there, on the server and in the archive's store, and opens a session.
    ///
    /// # Errors
    /// [`ClusterError`] when the server is not there or does not take us, or the store does not serve.
    pub async fn open(opening: Opening<'_>) -> Result<Self, ClusterError> {
        let Opening { engine, archive, holder, lease } = opening;
        let token = engine.token.as_ref().map(|token| token.expose().to_owned());
        let server = Server::parse(&engine.url, token)?;
        clear(archive, &holder, lease, engine, &server).await?;
        let id = Session::fresh_id();
        let base = base(engine, archive)?;
        // The note comes first: whatever happens from here on, the next run knows of the session.
        let staging = archive.stage(holder, lease, &engine.url, &id).await?;
        let uri = format!("{base}/{}", staging.place().await);
        let opened = async {
            let session = Session::open(&server, Some(id)).await?;
            // Instants mean the same whatever the zone is; this one has no hour twice, which a conversion could stumble over.
            session.set("spark.sql.session.timeZone", "UTC").await?;
            Ok::<_, SparkError>(session)
        };
        let session = match opened.await {
            Ok(session) => session,
            Err(error) => {
                tell(staging.end().await);
                return Err(error.into());
            }
        };
        tracing::info!(%server, version = session.server_version(), session = session.id(), "counting on Spark");
        Ok(Self {
            session,
            server,
            staging,
            uri,
            python: engine.python.clone(),
            is_unfinished: AtomicBool::new(false),
            staged: AtomicU64::new(0),
            handle: Handle::current(),
        })
    }

    /// Ends the session and clears what was staged. Trouble is logged: the next run clears what is left.
    pub async fn end(self) {
        if let Err(error) = self.session.close().await {
            tracing::warn!(%error, "the session on Spark is left to end by itself");
        }
        let ended = if self.is_unfinished.into_inner() {
            self.staging.end_under_writers().await
        } else {
            self.staging.end().await
        };
        tell(ended);
    }

    /// The server with its version, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{} (Spark {})", self.server, self.session.server_version())
    }

    /// Where executors stage, as they call it.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Has an executor import the wheel, write a row to where signals are staged, and reads it back.
    ///
    /// # Errors
    /// [`ClusterError`] with what is missing.
    pub async fn check(&self) -> Result<Found, ClusterError> {
        let probe = self.function("probe", &shipped::release(), &table::counted())?;
        let (place, stop) = (self.place().await, Stop::new());
        self.run(&Relation::range(1).map_in_arrow(&probe, &["id"]).write_parquet(&place), &stop).await?;
        let told = payloads(self.run(&Relation::read_parquet(&place).collect(), &stop).await?.batches())?;
        let [told] = told.as_slice() else {
            return Err(ClusterError::Answer(format!("one row was written, and {} are read back", told.len())));
        };
        serde_json::from_slice(told).map_err(|error| ClusterError::Answer(error.to_string()))
    }

    fn step(&self, step: Step, shipped: &[u8]) -> Result<Function, ClusterError> {
        self.function(step.name(), shipped, &step.output())
    }

    /// A function of the wheel, given what was sent.
    fn function(&self, name: &str, sent: &[u8], output: &Schema) -> Result<Function, ClusterError> {
        Function::new(MODULE, name, sent, output, &self.python)
            .map_err(|error| ClusterError::Answer(error.to_string()))
    }

    async fn run(&self, plan: &Plan, stop: &Stop) -> Result<Answer, ClusterError> {
        let answer = self.session.run(plan, &Watching { of: self, stop }).await;
        if answer.is_err() {
            self.is_unfinished.store(true, Ordering::Relaxed);
        }
        Ok(answer?)
    }

    fn signals(uri: &str) -> Relation {
        Relation::read_parquet(uri).where_null(PAYLOAD)
    }
}

impl Cluster for Spark {
    async fn place(&self) -> String {
        format!("{}/{}", self.uri, self.staged.fetch_add(1, Ordering::Relaxed))
    }

    async fn stage(&self, shipped: &Bytes, tasks: u32, place: &str, stop: &Stop) -> Result<(), ClusterError> {
        let read = self.step(Step::Read, shipped)?;
        let plan = Relation::range(tasks).map_in_arrow(&read, &["id"]).write_parquet(place);
        self.run(&plan, stop).await.map(drop)
    }

    async fn accounts(&self, place: &str, stop: &Stop) -> Result<Vec<Bytes>, ClusterError> {
        let plan = Relation::read_parquet(place).where_not_null(PAYLOAD).collect();
        payloads(self.run(&plan, stop).await?.batches())
    }

    async fn staged_rows(&self, place: &str, stop: &Stop) -> Result<u64, ClusterError> {
        let plan = Self::signals(place).count().collect();
        Ok(self.run(&plan, stop).await?.count()?)
    }

    async fn count(
        &self,
        shipped: &Bytes,
        place: &str,
        groups: u32,
        stop: &Stop,
    ) -> Result<Vec<Bytes>, ClusterError> {
        // Servers that have no such setting part rows as they like.
        self.session.set("spark.sql.shuffle.partitions", &groups.clamp(1, MOST_PARTITIONS).to_string()).await?;
        let staged = table::staged();
        let columns: Vec<&str> = staged.fields().iter().map(|field| field.name().as_str()).collect();
        let grouped = Key::Remainder(BUCKET.to_owned(), groups.max(1));
        let events = self.step(Step::CountEvents, shipped)?;
        let viewers = self.step(Step::CountViewers, shipped)?;
        let sums = self.step(Step::AddUp, shipped)?;
        let plan = Self::signals(place)
            .group_in_arrow(&grouped, &events, &columns)
            .group_in_arrow(&grouped, &viewers, &columns)
            .group_in_arrow(&Key::Column(BUCKET.to_owned()), &sums, &[BUCKET, PAYLOAD])
            .collect();
        payloads(self.run(&plan, stop).await?.batches())
    }
}

/// Tells the archive what is begun on the server, and the log how far it is.
struct Watching<'a> {
    of: &'a Spark,
    stop: &'a Stop,
}

impl Watch for Watching<'_> {
    fn on_operation(&self, operation: &str) -> io::Result<()> {
        let noted = block_in_place(|| self.of.handle.block_on(self.of.staging.begins(operation)));
        noted.map_err(io::Error::other)
    }

    fn on_progress(&self, progress: &Progress) {
        let (tasks, done) =
            progress.stages.iter().fold((0, 0), |sum, stage| (sum.0 + stage.tasks, sum.1 + stage.done_tasks));
        let running = progress.running_tasks;
        tracing::debug!(
            stages = progress.stages.len(),
            tasks,
            done,
            running,
            rows = progress.rows,
            "Spark is at work"
        );
    }

    async fn cancelled(&self) {
        self.stop.asked().await;
    }
}

/// Interrupts what killed runs left at work on this server, and deletes what they left staged.
async fn clear(
    archive: &Archive,
    me: &Holder,
    lease: Duration,
    engine: &SparkEngine,
    server: &Server,
) -> Result<(), ClusterError> {
    for left in archive.left_staged(me, lease).await? {
        let session = left.session.as_str();
        match &left.note {
            Some(note) if note.server == engine.url => match Session::interrupt_left(server, session).await {
                Ok(queries) => {
                    tracing::info!(session, ?queries, "interrupted what a killed run had left on Spark");
                }
                Err(SparkError::NotThere { .. }) => {}
                Err(error) => {
                    tracing::warn!(session, %error, "what a killed run left on Spark cannot be interrupted");
                }
            },
            Some(note) => tracing::warn!(
                session,
                server = note.server,
                "a killed run left a session on another server, which ends it by itself"
            ),
            None => {}
        }
        archive.clear_staging(session).await?;
    }
    Ok(())
}

/// What is not cleared is the next run's to clear.
fn tell(ended: Result<(), StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%error, "what was staged for Spark is left to the next run");
    }
}

/// How executors call the archive's place.
fn base(engine: &SparkEngine, archive: &Archive) -> Result<String, ClusterError> {
    if let Some(staging) = &engine.staging {
        return Ok(staging.clone());
    }
    let Some(folder) = archive.store().folder() else {
        return Ok(archive.store().name().trim_end_matches('/').to_owned());
    };
    let url =
        url::Url::from_file_path(folder).map_err(|()| ClusterError::NoPlace(folder.display().to_string()))?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn payloads(batches: &[RecordBatch]) -> Result<Vec<Bytes>, ClusterError> {
    let mut payloads = Vec::new();
    for batch in batches {
        let column = batch.column_by_name(PAYLOAD);
        let column = column.ok_or_else(|| ClusterError::Answer(format!("it has no column `{PAYLOAD}`")))?;
        let wrong = || ClusterError::Answer(format!("its column `{PAYLOAD}` holds no bytes"));
        let values: Vec<Option<&[u8]>> = if let Some(binary) = column.as_binary_opt::<i32>() {
            binary.iter().collect()
        } else {
            column.as_binary_opt::<i64>().ok_or_else(wrong)?.iter().collect()
        };
        for value in values {
            payloads.push(Bytes::copy_from_slice(value.ok_or_else(wrong)?));
        }
    }
    Ok(payloads)
}
