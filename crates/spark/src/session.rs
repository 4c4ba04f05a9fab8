//! A session: calls to a server that belong together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use proto::analyze_plan_request::{Analyze, SparkVersion};
use proto::analyze_plan_response::Result as Analyzed;
use proto::config_request::{Operation, Set, operation::OpType};
use proto::interrupt_request::{Interrupt, InterruptType};
use spark_connect_proto as proto;
use tokio::time::timeout;
use uuid::Uuid;

use crate::channel::{self, CLIENT, Client, Headers};
use crate::details::{self, Details};
use crate::plan::Plan;
use crate::run::Execution;
use crate::telling::{self, Cause};
use crate::{Answer, Patience, Server, SparkError, Watch, patience};

/// Spark that knows grouped maps over Arrow, and what else is asked of it.
const OLDEST: u32 = 4;

/// A session on a server. Queries of one session may run side by side.
pub struct Session {
    pub(crate) server: Server,
    pub(crate) client: Client,
    headers: Headers,
    id: String,
    version: String,
    patience: Patience,
    /// How the server calls the session; another name means that it was restarted in between.
    server_side: Mutex<Option<String>>,
}

impl Session {
    /// Connects and makes sure of the server: that it is there (in 5 s), speaks TLS if it should, takes the token and is a Spark
    /// Connect server of a version that is known. `session_id` is a UUID; without one it is drawn.
    ///
    /// # Errors
    /// [`SparkError::NotThere`], [`SparkError::Tls`], [`SparkError::Refused`], [`SparkError::OtherServer`], [`SparkError::Silent`].
    pub async fn open(server: &Server, session_id: Option<String>) -> Result<Self, SparkError> {
        Self::open_with(server, session_id, Patience::default()).await
    }

    /// As [`Self::open`], with another patience.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(
        server: &Server,
        session_id: Option<String>,
        patience: Patience,
    ) -> Result<Self, SparkError> {
        let mut session = Self::connect(server, session_id, patience).await?;
        session.version = session.first_call().await?;
        let major = session.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < OLDEST) {
            let problem = format!("it says that it is Spark `{}`", session.version);
            return Err(SparkError::OtherServer { server: server.to_string(), problem });
        }
        Ok(session)
    }

    async fn connect(server: &Server, session_id: Option<String>, patience: Patience) -> Result<Self, SparkError> {
        let headers = Headers::of(server)?;
        let client = channel::connect(server).await?;
        Ok(Self {
            server: server.clone(),
            client,
            headers,
            id: session_id.unwrap_or_else(Self::fresh_id),
            version: String::new(),
            patience,
            server_side: Mutex::new(None),
        })
    }

    /// An id for a session that is to be opened, a UUID.
    #[must_use]
    pub fn fresh_id() -> String {
        Uuid::new_v4().to_string()
    }

    /// Its id, a UUID, which a driver notes for [`Self::interrupt_left`].
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of Spark that the server says it is: `4.3.0`. Sail says which it is like.
    #[must_use]
    pub fn server_version(&self) -> &str {
        &self.version
    }

    /// Sets a setting of the session; false when this server does not know it or lets nobody set it.
    ///
    /// # Errors
    /// When the server is gone or silent.
    pub async fn set(&self, key: &str, value: &str) -> Result<bool, SparkError> {
        let pair = proto::KeyValue { key: key.to_owned(), value: Some(value.to_owned()) };
        let operation = Operation { op_type: Some(OpType::Set(Set { pairs: vec![pair], silent: None })) };
        let request = self.request(proto::ConfigRequest {
            session_id: self.id.clone(),
            client_observed_server_side_session_id: self.server_side(),
            user_context: Some(self.user_context()),
            operation: Some(operation),
            client_type: Some(CLIENT.to_owned()),
        });
        match self.call("setting up the session", Box::pin(self.client.clone().config(request))).await? {
            Ok(response) => {
                let response = response.into_inner();
                self.same_session(&response.session_id, &response.server_side_session_id)?;
                Ok(true)
            }
            Err(status) => match telling::cause(&status) {
                Cause::Query => Ok(false),
                cause => Err(self.error_of(cause, &status).await),
            },
        }
    }

    /// Runs a plan to its end, however often the server ends the stream in between.
    ///
    /// # Errors
    /// Whenever the server has not said that the result is complete, or what arrived cannot be all of it. What a write left
    /// behind is then unknown: it is never sent twice.
    pub async fn run<W: Watch>(&self, plan: &Plan, watch: &W) -> Result<Answer, SparkError> {
        Execution::new(self, plan).run(watch).await
    }

    /// Interrupts everything that runs in this session; the ids of what was.
    ///
    /// # Errors
    /// When the server is gone, silent, or knows the session no more.
    pub async fn interrupt_all(&self) -> Result<Vec<String>, SparkError> {
        self.interrupt(InterruptType::All, None).await
    }

    /// Interrupts what a driver that was killed left running in a session, and closes the session; the ids of what was
    /// interrupted. Nothing is an error that means that the session is not there any more.
    ///
    /// # Errors
    /// When the server is not there, refuses or is silent.
    pub async fn interrupt_left(server: &Server, session_id: &str) -> Result<Vec<String>, SparkError> {
        let session = Self::connect(server, Some(session_id.to_owned()), Patience::default()).await?;
        let interrupted = match session.interrupt(InterruptType::All, None).await {
            Ok(interrupted) => interrupted,
            Err(SparkError::Restarted { .. } | SparkError::EndedEarly { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        match session.close().await {
            Ok(()) | Err(SparkError::Restarted { .. } | SparkError::EndedEarly { .. }) => Ok(interrupted),
            Err(error) => Err(error),
        }
    }

    /// Closes the session; what still runs in it ends.
    ///
    /// # Errors
    /// When the server is gone, silent, or knows the session no more.
    pub async fn close(self) -> Result<(), SparkError> {
        let request = self.request(proto::ReleaseSessionRequest {
            session_id: self.id.clone(),
            user_context: Some(self.user_context()),
            client_type: Some(CLIENT.to_owned()),
            allow_reconnect: false,
        });
        let answer =
            self.call("closing the session", Box::pin(self.client.clone().release_session(request))).await?;
        match answer {
            Ok(_) => Ok(()),
            Err(status) => Err(self.error_of(telling::cause(&status), &status).await),
        }
    }

    pub(crate) async fn interrupt(
        &self,
        kind: InterruptType,
        operation: Option<String>,
    ) -> Result<Vec<String>, SparkError> {
        let request = self.request(proto::InterruptRequest {
            session_id: self.id.clone(),
            client_observed_server_side_session_id: self.server_side(),
            user_context: Some(self.user_context()),
            client_type: Some(CLIENT.to_owned()),
            interrupt_type: kind.into(),
            interrupt: operation.map(Interrupt::OperationId),
        });
        match self.call("interrupting a query", Box::pin(self.client.clone().interrupt(request))).await? {
            Ok(response) => Ok(response.into_inner().interrupted_ids),
            Err(status) => Err(self.error_of(telling::cause(&status), &status).await),
        }
    }

    /// The server's version, or what it says instead. Also how it is asked whether it still lives.
    pub(crate) async fn ask_version(&self) -> Result<String, tonic::Status> {
        let request = self.request(proto::AnalyzePlanRequest {
            session_id: self.id.clone(),
            client_observed_server_side_session_id: self.server_side(),
            user_context: Some(self.user_context()),
            client_type: Some(CLIENT.to_owned()),
            analyze: Some(Analyze::SparkVersion(SparkVersion {})),
        });
        let response = Box::pin(self.client.clone().analyze_plan(request)).await?.into_inner();
        self.same_session(&response.session_id, &response.server_side_session_id)
            .map_err(|error| tonic::Status::not_found(format!("[INVALID_HANDLE.SESSION_CHANGED] {error}")))?;
        match response.result {
            Some(Analyzed::SparkVersion(version)) => Ok(version.version),
            _ => Err(tonic::Status::unimplemented("it answers another question than that for its version")),
        }
    }

    async fn first_call(&self) -> Result<String, SparkError> {
        let status = match self.call("saying its version", self.ask_version()).await? {
            Ok(version) => return Ok(version),
            Err(status) => status,
        };
        let server = self.server.to_string();
        Err(match telling::cause(&status) {
            // It took the connection and broke it: most often one side speaks TLS and the other does not.
            Cause::Connection if channel::on_the_way(&status) && !self.server.tls() => SparkError::OtherServer {
                server,
                problem: format!("{} (if it speaks TLS, add `;use_ssl=true` to the URL)", telling::text(&status)),
            },
            Cause::Connection if channel::on_the_way(&status) => {
                SparkError::OtherServer { server, problem: telling::text(&status) }
            }
            cause => self.error_of(cause, &status).await,
        })
    }

    /// The error that a status is. Spark is asked for its details when the query failed.
    pub(crate) async fn error_of(&self, cause: Cause, status: &tonic::Status) -> SparkError {
        let server = self.server.to_string();
        let problem = telling::text(status);
        match cause {
            Cause::Connection => SparkError::Lost { server, problem },
            Cause::Refused => SparkError::Refused { server, problem },
            Cause::NotKnown => SparkError::OtherServer { server, problem },
            Cause::SessionGone => SparkError::Restarted { problem },
            Cause::OperationGone | Cause::AlreadyThere | Cause::Ended => SparkError::EndedEarly { problem },
            Cause::Query => telling::query_error(&self.whole_text(status).await),
        }
    }

    /// A status' text with what the server keeps of it, as far as it does.
    async fn whole_text(&self, status: &tonic::Status) -> String {
        let details = Details::of(status);
        let said = status.message().to_owned();
        if details.id.is_empty() {
            return said;
        }
        let request = self.request(proto::FetchErrorDetailsRequest {
            session_id: self.id.clone(),
            client_observed_server_side_session_id: self.server_side(),
            user_context: Some(self.user_context()),
            error_id: details.id,
            client_type: Some(CLIENT.to_owned()),
        });
        match timeout(patience::DETAILS, Box::pin(self.client.clone().fetch_error_details(request))).await {
            Ok(Ok(response)) => format!("{said}\n{}", details::chain(&response.into_inner())),
            Ok(Err(refused)) => {
                tracing::debug!(error = %refused, "the server keeps no details of an error");
                said
            }
            Err(_) => said,
        }
    }

    /// Waits for the answer to a call that asks for no work.
    pub(crate) async fn call<T>(
        &self,
        what: &'static str,
        answer: impl Future<Output = Result<T, tonic::Status>>,
    ) -> Result<Result<T, tonic::Status>, SparkError> {
        timeout(self.patience.call, answer).await.map_err(|_| self.silent(what, self.patience.call))
    }

    pub(crate) fn silent(&self, call: &'static str, how_long: Duration) -> SparkError {
        SparkError::Silent { server: self.server.to_string(), seconds: how_long.as_secs(), call }
    }

    /// Holds the session that a response names against this one.
    pub(crate) fn same_session(&self, session: &str, server_side: &str) -> Result<(), SparkError> {
        if session != self.id {
            return Err(SparkError::Answer { problem: format!("it is of another session, `{session}`") });
        }
        if server_side.is_empty() {
            return Ok(());
        }
        let mut known = self.server_side.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_deref() {
            None => *known = Some(server_side.to_owned()),
            Some(known) if known == server_side => {}
            Some(_) => {
                return Err(SparkError::Restarted { problem: "it answers from another session".to_owned() });
            }
        }
        Ok(())
    }

    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        self.headers.with(message)
    }

    pub(crate) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(crate) fn server_side(&self) -> Option<String> {
        self.server_side.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn user_context(&self) -> proto::UserContext {
        let user = self.server.user().to_owned();
        proto::UserContext { user_id: user.clone(), user_name: user, extensions: Vec::new() }
    }
}
