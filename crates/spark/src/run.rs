//! The run of one plan: one operation on the server, whatever streams it takes to hear of its end.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use proto::ExecutePlanResponse;
use proto::execute_plan_response::ResponseType;
use proto::execute_plan_response::execution_progress::StageInfo;
use spark_connect_proto as proto;
use tokio::time::{Instant, sleep, timeout};
use tonic::Streaming;

use crate::answer::Assembly;
use crate::operation::Operation;
use crate::patience::{RELEASE_BYTES, RETRIES};
use crate::plan::Plan;
use crate::telling::{self, Cause};
use crate::{Answer, Progress, Session, SparkError, Stage, Watch};

/// A stream that ends sooner, without a message, counts as a failure: a server that does so again and again is not at work.
const SHORT: Duration = Duration::from_millis(500);

/// A plan while it runs.
pub(crate) struct Execution<'s> {
    session: &'s Session,
    operation: Operation<'s>,
    /// The last response that was taken; the server goes on after it.
    last_response: Option<String>,
    /// Responses with rows that were taken: none is taken twice.
    taken: HashSet<String>,
    assembly: Assembly,
    /// Some batch did not say at which row it starts (Sail), so that a gap would not be noticed.
    unnumbered: bool,
    progress: Progress,
    /// Bytes that were taken since the server was told so.
    unreleased: usize,
    /// Calls in a row that failed on their way.
    failures: usize,
    /// The connection broke before anything was heard of it, so it may never have arrived.
    perhaps_lost: bool,
    /// It was given another operation id and sent again, which happens once.
    sent_again: bool,
    /// Since when rows or progress have not moved.
    moved: Instant,
}

/// How a stream ended.
enum End {
    /// The server has said that the result is complete.
    Complete,
    /// It is to be asked for the rest.
    Rest,
    /// The plan is to be sent anew.
    Again,
}

impl<'s> Execution<'s> {
    pub(crate) fn new(session: &'s Session, plan: &'s Plan) -> Self {
        Self {
            session,
            operation: Operation::new(session, plan),
            last_response: None,
            taken: HashSet::new(),
            assembly: Assembly::default(),
            unnumbered: false,
            progress: Progress::default(),
            unreleased: 0,
            failures: 0,
            perhaps_lost: false,
            sent_again: false,
            moved: Instant::now(),
        }
    }

    /// Runs it to its end, and tells the server that nothing of it is wanted any more.
    pub(crate) async fn run<W: Watch>(mut self, watch: &W) -> Result<Answer, SparkError> {
        let ran = tokio::select! {
            biased;
            () = watch.cancelled() => Err(SparkError::Cancelled),
            ran = self.drive(watch) => ran,
        };
        let ran = ran.and_then(|()| std::mem::take(&mut self.assembly).finish(!self.operation.writes()));
        if let Err(error) = &ran {
            self.give_up(error).await;
        } else {
            self.operation.release_all().await;
        }
        ran
    }

    async fn drive<W: Watch>(&mut self, watch: &W) -> Result<(), SparkError> {
        self.name(watch)?;
        let mut first = true;
        loop {
            match self.follow(first, watch).await? {
                End::Complete => return Ok(()),
                End::Rest => first = false,
                End::Again => {
                    self.operation.end().await;
                    self.start_over();
                    self.name(watch)?;
                    first = true;
                }
            }
        }
    }

    /// Draws the operation's id and has it noted.
    fn name<W: Watch>(&mut self, watch: &W) -> Result<(), SparkError> {
        watch.on_operation(self.operation.draw_id()).map_err(SparkError::Unnoted)
    }

    fn start_over(&mut self) {
        self.last_response = None;
        self.taken.clear();
        self.assembly = Assembly::default();
        self.unnumbered = false;
        self.progress = Progress::default();
        self.unreleased = 0;
        self.sent_again = true;
    }

    /// Opens a stream, the first or one for the rest, and follows it to its end.
    async fn follow<W: Watch>(&mut self, first: bool, watch: &W) -> Result<End, SparkError> {
        let opened = Instant::now();
        let mut client = self.session.client.clone();
        let stream = if first {
            let request = self.session.request(self.operation.execute_request());
            self.patiently("waiting for an answer", Box::pin(client.execute_plan(request))).await?
        } else {
            let request = self.session.request(self.operation.reattach_request(self.last_response.clone()));
            self.patiently("asking for the rest of an answer", Box::pin(client.reattach_execute(request))).await?
        };
        let mut stream: Streaming<ExecutePlanResponse> = match stream {
            Ok(response) => response.into_inner(),
            Err(status) => return self.after(&status).await,
        };
        let mut heard = false;
        loop {
            match self.patiently("waiting for an answer", stream.message()).await? {
                Ok(Some(response)) => {
                    heard = true;
                    self.failures = 0;
                    if self.take(response, watch).await? {
                        return Ok(End::Complete);
                    }
                }
                Ok(None) if !heard && opened.elapsed() < SHORT => {
                    self.wait("it ends streams without a word".to_owned()).await?;
                    return Ok(End::Rest);
                }
                Ok(None) => return Ok(End::Rest),
                Err(status) => return self.after(&status).await,
            }
        }
    }

    /// What follows from a failed call or a broken stream.
    async fn after(&mut self, status: &tonic::Status) -> Result<End, SparkError> {
        match telling::cause(status) {
            Cause::Connection => {
                self.perhaps_lost |= self.last_response.is_none();
                self.wait(telling::text(status)).await?;
                self.resume(status)
            }
            Cause::AlreadyThere => Ok(End::Rest),
            Cause::OperationGone if self.perhaps_lost && self.last_response.is_none() && self.may_send_again() => {
                Ok(End::Again)
            }
            cause => Err(self.session.error_of(cause, status).await),
        }
    }

    /// Where to go on after the connection broke. When rows have no numbers, what the server sent and this side did not get
    /// would not be missed, so all of it is asked for anew.
    fn resume(&self, status: &tonic::Status) -> Result<End, SparkError> {
        match (self.unnumbered, self.may_send_again()) {
            (false, _) => Ok(End::Rest),
            (true, true) => Ok(End::Again),
            (true, false) => Err(self.lost(telling::text(status))),
        }
    }

    /// Never a write: whether it arrived is not known.
    fn may_send_again(&self) -> bool {
        !self.operation.writes() && !self.sent_again
    }

    /// Waits before the next try, or says that there is none.
    async fn wait(&mut self, problem: String) -> Result<(), SparkError> {
        let Some(pause) = RETRIES.get(self.failures) else { return Err(self.lost(problem)) };
        self.failures += 1;
        tracing::debug!(operation = self.operation.id(), tries = self.failures, %problem, "asking again");
        sleep(*pause).await;
        Ok(())
    }

    fn lost(&self, problem: String) -> SparkError {
        SparkError::Lost { server: self.session.server.to_string(), problem }
    }

    /// Takes a response; true when it says that the result is complete.
    async fn take<W: Watch>(&mut self, response: ExecutePlanResponse, watch: &W) -> Result<bool, SparkError> {
        self.session.same_session(&response.session_id, &response.server_side_session_id)?;
        if response.operation_id != self.operation.id() {
            let problem = format!("it is of another operation, `{}`", response.operation_id);
            return Err(SparkError::Answer { problem });
        }
        let id = response.response_id;
        match response.response_type {
            Some(ResponseType::ResultComplete(_)) => return Ok(true),
            Some(ResponseType::ArrowBatch(batch)) if id.is_empty() || self.taken.insert(id.clone()) => {
                self.assembly.take(&batch)?;
                self.unnumbered |= batch.start_offset.is_none();
                self.unreleased += batch.data.len();
                let rows = self.assembly.rows();
                self.advance(watch, |progress| progress.rows = rows);
            }
            Some(ResponseType::ExecutionProgress(said)) => {
                self.advance(watch, |progress| {
                    progress.running_tasks = natural(said.num_inflight_tasks);
                    progress.stages = said.stages.iter().map(stage).collect();
                });
            }
            // The table's columns, metrics, and a batch that was taken before.
            _ => {}
        }
        if !id.is_empty() {
            self.last_response = Some(id);
        }
        if self.unreleased >= RELEASE_BYTES {
            self.unreleased = 0;
            if let Some(response_id) = self.last_response.clone() {
                self.operation.release_until(response_id).await;
            }
        }
        Ok(false)
    }

    fn advance<W: Watch>(&mut self, watch: &W, change: impl FnOnce(&mut Progress)) {
        let before = self.progress.clone();
        change(&mut self.progress);
        if self.progress != before {
            self.moved = Instant::now();
            watch.on_progress(&self.progress);
        }
    }

    /// Waits as long as the server lives and the query moves. A silent one is asked whether it does.
    async fn patiently<T>(&self, call: &'static str, awaited: impl Future<Output = T>) -> Result<T, SparkError> {
        let patience = *self.session.patience();
        let mut awaited = pin!(awaited);
        let mut alive = Instant::now();
        loop {
            if let Ok(came) = timeout(patience.pulse, &mut awaited).await {
                return Ok(came);
            }
            let asked = tokio::select! {
                came = &mut awaited => return Ok(came),
                asked = timeout(patience.call, self.session.ask_version()) => asked,
            };
            let cause = asked.map(|answer| answer.err().map(|status| (telling::cause(&status), status)));
            match cause {
                Err(_) | Ok(Some((Cause::Connection, _))) if alive.elapsed() < patience.silence => {}
                Err(_) | Ok(Some((Cause::Connection, _))) => {
                    return Err(self.session.silent(call, alive.elapsed()));
                }
                Ok(Some((Cause::SessionGone, status))) => {
                    return Err(self.session.error_of(Cause::SessionGone, &status).await);
                }
                Ok(_) if self.moved.elapsed() < patience.standstill => alive = Instant::now(),
                Ok(_) => return Err(SparkError::Standstill { minutes: self.moved.elapsed().as_secs() / 60 }),
            }
        }
    }

    /// Ends on the server what is of no use here any more.
    async fn give_up(&self, error: &SparkError) {
        match error {
            // Nothing was sent, or nobody is there to be told.
            SparkError::Unnoted(_)
            | SparkError::Lost { .. }
            | SparkError::Restarted { .. }
            | SparkError::Refused { .. } => {}
            SparkError::Cancelled
            | SparkError::Silent { .. }
            | SparkError::Standstill { .. }
            | SparkError::Answer { .. } => self.operation.end().await,
            _ => self.operation.release_all().await,
        }
    }
}

fn stage(said: &StageInfo) -> Stage {
    Stage {
        id: said.stage_id,
        tasks: natural(said.num_tasks),
        done_tasks: natural(said.num_completed_tasks),
        read_bytes: natural(said.input_bytes_read),
        done: said.done,
    }
}

fn natural(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
