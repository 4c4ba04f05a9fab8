//! One operation on a server: what is said of it there.

use std::time::Duration;

use proto::execute_plan_request::RequestOption;
use proto::execute_plan_request::request_option::RequestOption as Choice;
use proto::interrupt_request::InterruptType;
use proto::release_execute_request::{Release, ReleaseAll, ReleaseUntil};
use proto::{ExecutePlanRequest, ReattachExecuteRequest, ReleaseExecuteRequest};
use spark_connect_proto as proto;
use tokio::time::timeout;
use uuid::Uuid;

use crate::Session;
use crate::plan::Plan;
use crate::session::client_type;

/// Ending an operation on the server does not hold up its error for longer.
const FAREWELL: Duration = Duration::from_secs(5);

/// A plan under the id that the server knows it by.
pub(crate) struct Operation<'s> {
    session: &'s Session,
    plan: &'s Plan,
    /// Empty before one is drawn; then nothing was sent.
    id: String,
}

impl<'s> Operation<'s> {
    pub(crate) fn new(session: &'s Session, plan: &'s Plan) -> Self {
        Self { session, plan, id: String::new() }
    }

    /// Draws another id, and says which.
    pub(crate) fn draw_id(&mut self) -> &str {
        self.id = Uuid::new_v4().to_string();
        &self.id
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it leaves something behind.
    pub(crate) fn writes(&self) -> bool {
        self.plan.writes
    }

    /// Interrupts the operation. That it fails is no news: it is done already, or the server gone.
    pub(crate) async fn interrupt(&self) {
        if self.id.is_empty() {
            return;
        }
        let interrupt = self.session.interrupt(InterruptType::OperationId, Some(self.id.clone()));
        match timeout(FAREWELL, interrupt).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(operation = %self.id, %error, "not interrupted"),
            Err(_) => tracing::warn!(operation = %self.id, "the server does not answer an interrupt"),
        }
    }

    /// Tells the server that nothing of the operation is wanted any more.
    pub(crate) async fn release_all(&self) {
        self.release(Release::ReleaseAll(ReleaseAll {})).await;
    }

    /// Tells the server that it need not keep what came up to a response.
    pub(crate) async fn release_until(&self, response_id: String) {
        self.release(Release::ReleaseUntil(ReleaseUntil { response_id })).await;
    }

    /// Tells the server what it need not keep. If that fails it finds out by itself, after five minutes.
    async fn release(&self, release: Release) {
        if self.id.is_empty() {
            return;
        }
        let request = self.session.request(ReleaseExecuteRequest {
            session_id: self.session.id().to_owned(),
            client_observed_server_side_session_id: self.session.server_side(),
            user_context: self.session.user_context(),
            operation_id: self.id.clone(),
            client_type: client_type(),
            release: Some(release),
        });
        let mut client = self.session.client.clone();
        match timeout(FAREWELL, client.release_execute(request)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(operation = %self.id, %error, "not released"),
            Err(_) => tracing::debug!(operation = %self.id, "the server does not answer a release"),
        }
    }

    /// The message that sends it.
    pub(crate) fn execute_request(&self) -> ExecutePlanRequest {
        let option = |choice| RequestOption { request_option: Some(choice) };
        ExecutePlanRequest {
            session_id: self.session.id().to_owned(),
            client_observed_server_side_session_id: self.session.server_side(),
            user_context: self.session.user_context(),
            operation_id: Some(self.id.clone()),
            plan: Some(self.plan.plan.clone()),
            client_type: client_type(),
            request_options: vec![
                option(Choice::ReattachOptions(proto::ReattachOptions { reattachable: true })),
                option(Choice::ResultChunkingOptions(proto::ResultChunkingOptions {
                    allow_arrow_batch_chunking: true,
                    preferred_arrow_chunk_size: None,
                })),
            ],
            tags: Vec::new(),
        }
    }

    /// The message that asks for what follows a response, or for all of it.
    pub(crate) fn reattach_request(&self, last_response_id: Option<String>) -> ReattachExecuteRequest {
        ReattachExecuteRequest {
            session_id: self.session.id().to_owned(),
            client_observed_server_side_session_id: self.session.server_side(),
            user_context: self.session.user_context(),
            operation_id: self.id.clone(),
            client_type: client_type(),
            last_response_id,
        }
    }
}
