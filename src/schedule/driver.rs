//! The loop: looks at every tick, starts what is due, and stops within a stated time when told to.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};

use super::agenda::{Agenda, Note, Order, Pass, Start, Verdict};
use super::configuration::Found;
use super::health::{Ending, Event, Files, Health, JobHealth, RunEnd};
use coverledger_archive::RecordedSchedule;
use coverledger_config::Job;

/// How long the driver waits before it asks a store again that did not answer.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How long killed runs are waited for.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// What the scheduler was asked to do. It never goes back to an earlier value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Nobody asked for anything.
    Nothing,
    /// Start nothing, let what runs finish.
    Drain,
    /// Stop now.
    StopNow,
}

/// Where runs, records and the clock are: the real one, or that of a test.
pub trait Environment: Send + Sync + 'static {
    /// The clock.
    fn now(&self) -> Timestamp;

    /// What a job's record says: the latest scheduled time that was handled, and how many were missed. `None` without
    /// a record; the error says why it cannot be read, in words.
    fn recall(&self, job: &str) -> impl Future<Output = Result<Option<Handled>, String>> + Send;

    /// Carries out a run to its end; told to drain it ends soon, told to stop it ends now.
    fn run(&self, start: &Start, asked: watch::Receiver<Asked>) -> impl Future<Output = Ending> + Send;

    /// Records missed times that nothing is run for.
    fn pass(&self, pass: &Pass) -> impl Future<Output = ()> + Send;

    /// Records the schedules of a job.
    fn note(&self, note: &Note) -> impl Future<Output = ()> + Send;

    /// Tells of switches that are near, without being waited for.
    fn remind(&self) {}

    /// Reads the configuration again; where it is another, runs go by that from now on.
    fn look_at_files(&self) -> impl Future<Output = Found> + Send;

    /// The jobs of the configuration in force, and how long a lease holds.
    fn jobs(&self) -> (BTreeMap<String, Job>, SignedDuration);
}

/// What a job's record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handled {
    /// The latest scheduled time that was handled, if one was.
    pub occurrence: Option<Timestamp>,
    /// How many were missed.
    pub missed: u64,
    /// The schedules by which its times count, the oldest first.
    pub schedules: Vec<RecordedSchedule>,
}

/// How the scheduler came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing was running, or what was running finished in time.
    Drained,
    /// So many runs did not finish in time and were killed.
    Killed(usize),
}

/// Runs jobs until told to stop.
pub struct Driver<W> {
    /// Where runs are carried out.
    pub environment: Arc<W>,
    /// What is due.
    pub agenda: Agenda,
    /// How long runs may take to finish once the scheduler was told to drain.
    pub drain: Duration,
    /// Hears how the scheduler is doing.
    pub health: watch::Sender<Health>,
    /// Hears of every run that ended, and of what became of a configuration that was edited.
    pub events: mpsc::UnboundedSender<Event>,
}

/// A record that was asked for.
type Recalled = (String, Result<Option<Handled>, String>);

/// What a driver has under way.
struct Work {
    runs: JoinSet<RunEnd>,
    /// The runs by the task that carries them out, for those that end in a panic.
    starts: HashMap<Id, (Start, Timestamp)>,
    recalls: JoinSet<Recalled>,
    recall_at: Instant,
    passes: JoinSet<String>,
    looks_at_files: JoinSet<Found>,
    asked: watch::Sender<Asked>,
}

impl<W: Environment> Driver<W> {
    /// A driver of these jobs; nobody listens to it yet.
    #[must_use]
    pub fn new(environment: Arc<W>, agenda: Agenda, drain: Duration) -> Self {
        let now = environment.now();
        let jobs = agenda.jobs().map(|job| (job.to_owned(), JobHealth::default())).collect();
        let files = Files::default();
        let not_ready = Some("the records of past runs are being read".to_owned());
        let health = Health { started_at: now, last_look: now, not_ready, jobs, files };
        Self {
            environment,
            agenda,
            drain,
            health: watch::Sender::new(health),
            events: mpsc::unbounded_channel().0,
        }
    }

    /// Runs jobs, looking at every beat, until asked to stop. Without beats it only waits for that.
    pub async fn drive(mut self, mut beats: mpsc::Receiver<()>, mut asked: watch::Receiver<Asked>) -> Stopped {
        let mut work = Work {
            runs: JoinSet::new(),
            starts: HashMap::new(),
            recalls: JoinSet::new(),
            recall_at: Instant::now(),
            passes: JoinSet::new(),
            looks_at_files: JoinSet::new(),
            asked: watch::Sender::new(Asked::Nothing),
        };
        self.look(&mut work);
        while *asked.borrow_and_update() == Asked::Nothing {
            tokio::select! {
                Some(()) = beats.recv() => {
                    self.look_at_files(&mut work);
                    self.look(&mut work);
                }
                Some(found) = work.looks_at_files.join_next() => {
                    if let Ok(found) = found {
                        self.found(found);
                    }
                }
                Some(recalled) = work.recalls.join_next() => self.recalled(recalled, &mut work),
                Some(passed) = work.passes.join_next() => {
                    if let Ok(job) = passed {
                        self.agenda.passed(&job);
                    }
                }
                Some(end) = work.runs.join_next_with_id() => {
                    self.ended(end, &mut work);
                    self.look(&mut work);
                }
                changed = asked.changed() => if changed.is_err() { break },
            }
        }
        self.wind_up(work, asked).await
    }

    /// Starts what is due.
    fn look(&mut self, work: &mut Work) {
        let now = self.environment.now();
        self.environment.remind();
        self.ask_for_records(work);
        for order in self.agenda.look(now) {
            match order {
                Order::Run(start) => self.start(start, now, work),
                Order::Pass(pass) => {
                    tracing::warn!(job = pass.job, missed = pass.missed, latest = %pass.occurrence, "scheduled times were missed and are let go");
                    let environment = Arc::clone(&self.environment);
                    work.passes.spawn(async move {
                        environment.pass(&pass).await;
                        pass.job
                    });
                }
                Order::Note(note) => {
                    let environment = Arc::clone(&self.environment);
                    work.passes.spawn(async move {
                        environment.note(&note).await;
                        note.job
                    });
                }
            }
        }
        self.update_health(now);
    }

    /// Starts to read the configuration's files, unless that is still going on: a disk that hangs delays nothing.
    fn look_at_files(&self, work: &mut Work) {
        if work.looks_at_files.is_empty() {
            let environment = Arc::clone(&self.environment);
            work.looks_at_files.spawn(async move { environment.look_at_files().await });
        }
    }

    /// Takes over a configuration that was read again.
    fn found(&mut self, found: Found) {
        let now = self.environment.now();
        match &found {
            Found::NothingNew => return,
            Found::Taken { changed } => {
                let files = changed.join(", ");
                tracing::info!(files, "the configuration was changed and is taken");
                let (jobs, wait) = self.environment.jobs();
                self.agenda.follow(&jobs, wait, now);
                if self.agenda.jobs().next().is_none() {
                    tracing::warn!("no job has a schedule any more: nothing will be run");
                }
            }
            Found::Refused { problems } => {
                tracing::error!(
                    problems,
                    "the configuration was changed and is not sound: the last sound one stays in force"
                );
            }
            Found::Restored => tracing::info!("the configuration is again what it was"),
        }
        self.health.send_modify(|health| {
            health.files.hear(&found);
            let known = std::mem::take(&mut health.jobs);
            let scheduled = |job: &str| self.agenda.jobs().any(|scheduled| scheduled == job);
            health.jobs = known.into_iter().filter(|(job, _)| scheduled(job)).collect();
            for job in self.agenda.jobs() {
                health.jobs.entry(job.to_owned()).or_default();
            }
        });
        self.update_health(now);
        let next = self.agenda.jobs().map(|job| (job.to_owned(), self.agenda.next(job, now))).collect();
        // Nobody has to listen.
        let _ = self.events.send(Event::Files { found, next });
    }

    fn ask_for_records(&self, work: &mut Work) {
        if !work.recalls.is_empty() || Instant::now() < work.recall_at {
            return;
        }
        for job in self.agenda.unknown() {
            let environment = Arc::clone(&self.environment);
            work.recalls.spawn(async move {
                let record = environment.recall(&job).await;
                (job, record)
            });
        }
    }

    fn recalled(&mut self, recalled: Result<Recalled, JoinError>, work: &mut Work) {
        let now = self.environment.now();
        let (job, reason) = match recalled {
            Ok((job, Ok(record))) => {
                self.agenda.recall(&job, &record.unwrap_or_default(), now);
                if self.agenda.unknown().is_empty() {
                    self.health.send_modify(|health| health.not_ready = None);
                }
                return;
            }
            Ok((job, Err(reason))) => (job, reason),
            Err(error) => (String::new(), error.to_string()),
        };
        tracing::warn!(job, reason, "the record of the last run cannot be read; trying again");
        work.recall_at = Instant::now() + ASK_AGAIN_AFTER;
        self.health.send_modify(|health| {
            health.not_ready = Some(format!("the record of the last run of `{job}` cannot be read: {reason}"));
        });
    }

    fn start(&mut self, start: Start, now: Timestamp, work: &mut Work) {
        let Start { job, occurrence, missed, .. } = &start;
        tracing::info!(job, %occurrence, missed, late_seconds = occurrence.duration_until(now).as_secs(), "run started");
        self.health.send_modify(|health| {
            health.jobs.entry(job.clone()).or_default().running_since = Some(now);
        });
        let (environment, asked, order) = (Arc::clone(&self.environment), work.asked.subscribe(), start.clone());
        let task = work.runs.spawn(async move {
            let clock = Instant::now();
            let ending = match environment.recall(&order.job).await {
                Ok(Some(record)) if order.tries == 0 && record.occurrence == Some(order.occurrence) => {
                    Ending::HandledElsewhere
                }
                _ => environment.run(&order, asked).await,
            };
            RunEnd {
                job: order.job,
                occurrence: order.occurrence,
                missed: order.missed,
                started_at: now,
                ended_at: environment.now(),
                seconds: clock.elapsed().as_secs_f64(),
                ending,
            }
        });
        work.starts.insert(task.id(), (start, now));
    }

    /// Takes note of a run that ended.
    fn ended(&mut self, ended: Result<(Id, RunEnd), JoinError>, work: &mut Work) {
        let end = match ended {
            Ok((task, end)) => {
                work.starts.remove(&task);
                end
            }
            Err(error) => {
                let Some((start, started_at)) = work.starts.remove(&error.id()) else { return };
                let reason = format!("the scheduler could not carry it out: {error}");
                let ending = Ending::Failed { reason, try_again: false };
                let (ended_at, seconds) = (self.environment.now(), 0.0);
                let Start { job, occurrence, missed, .. } = start;
                RunEnd { job, occurrence, missed, started_at, ended_at, seconds, ending }
            }
        };
        let verdict = match &end.ending {
            Ending::Accounted(account) if account.exit_code == RUN_AGAIN => Verdict::Again,
            // Whoever stopped a run did not stop the scheduler, or this is its end anyway.
            Ending::Failed { try_again: true, .. } | Ending::Stopped => Verdict::Fruitless,
            Ending::Failed { .. } => Verdict::Failed,
            _ => Verdict::Handled,
        };
        self.agenda.ended(&end.job, verdict, end.ended_at);
        let next = self.agenda.next(&end.job, end.ended_at);
        let next_at = next.map(|next| next.to_string());
        let (job, seconds, ending) = (end.job.as_str(), end.seconds, end.ending.word());
        match &end.ending {
            Ending::Failed { reason, try_again } => {
                tracing::error!(job, seconds, try_again, reason, next = next_at, "run failed");
            }
            Ending::Accounted(account) => {
                tracing::info!(
                    job,
                    run_id = account.run_id,
                    seconds,
                    exit_code = account.exit_code,
                    ending,
                    next = next_at,
                    "run ended"
                );
            }
            Ending::Stopped | Ending::HandledElsewhere => {
                tracing::info!(job, seconds, ending, next = next_at, "run ended");
            }
        }
        self.health.send_modify(|health| {
            // A job that is gone from the configuration is gone from here.
            let Some(known) = health.jobs.get_mut(&end.job) else { return };
            known.running_since = None;
            if let Ending::Accounted(account) = &end.ending {
                known.account = Some((**account).clone());
            }
            known.last = Some(end.clone());
        });
        // Nobody has to listen.
        let _ = self.events.send(Event::RunEnded { end: Box::new(end), next });
    }

    /// Brings `health` up to date.
    fn update_health(&self, now: Timestamp) {
        self.health.send_modify(|health| {
            health.last_look = now;
            for (job, known) in &mut health.jobs {
                known.next = self.agenda.next(job, now);
                known.missed = self.agenda.missed(job);
            }
        });
    }

    /// Lets runs finish, then kills those that did not.
    async fn wind_up(mut self, mut work: Work, mut asked: watch::Receiver<Asked>) -> Stopped {
        self.health.send_modify(|health| health.not_ready = Some("it is being stopped".to_owned()));
        work.asked.send_replace(Asked::Drain);
        let deadline = Instant::now() + self.drain;
        tracing::info!(runs = work.runs.len(), drain_seconds = self.drain.as_secs(), "stopping");
        while !work.runs.is_empty() && *asked.borrow_and_update() < Asked::StopNow {
            tokio::select! {
                Some(end) = work.runs.join_next_with_id() => self.ended(end, &mut work),
                Ok(()) = asked.changed() => {}
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
        let _ = timeout(LAST_WAIT, async { while work.passes.join_next().await.is_some() {} }).await;
        let left = work.runs.len();
        if left == 0 {
            return Stopped::Drained;
        }
        tracing::warn!(runs = left, "killing runs that did not finish in time");
        work.asked.send_replace(Asked::StopNow);
        let ending = async {
            while let Some(end) = work.runs.join_next_with_id().await {
                self.ended(end, &mut work);
            }
        };
        let _ = timeout(LAST_WAIT, ending).await;
        Stopped::Killed(left)
    }
}

/// The exit code by which a run says that it is worth another try: another run was at its market-days, or whether
/// something was published is not known.
const RUN_AGAIN: u8 = 5;
