//! One operation on a server: what is said of it there.

use proto::execute_plan_request::RequestOption;
use proto::execute_plan_request::request_option::RequestOption as Choice;
use proto::interrupt_request::InterruptType;
use proto::release_execute_request::{Release, ReleaseAll, ReleaseUntil};
use proto::{ExecutePlanRequest, ReattachExecuteRequest, ReleaseExecuteRequest};
use spark_connect_proto as proto;
use tokio::time::timeout;
use uuid::Uuid;

use crate::Session;
use crate::channel::CLIENT;
use crate::patience::FAREWELL;
use crate::plan::Plan;

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

    /// Interrupts the operation, and tells the server that nothing of it is wanted any more.
    pub(crate) async fn end(&self) {
        if self.id.is_empty() {
            return;
        }
        let farewell = async {
            let interrupt = self.session.interrupt(InterruptType::OperationId, Some(self.id.clone()));
            // That it fails is no news: it is done already, or the server gone.
            if let Err(error) = interrupt.await {
                tracing::debug!(operation = %self.id, %error, "not interrupted");
            }
            self.release_all().await;
        };
        if timeout(FAREWELL, farewell).await.is_err() {
            tracing::warn!(operation = %self.id, "the server does not answer an interrupt; the query may go on there");
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
            user_context: Some(self.session.user_context()),
            operation_id: self.id.clone(),
            client_type: Some(CLIENT.to_owned()),
            release: Some(release),
        });
        let mut client = self.session.client.clone();
        match timeout(FAREWELL, Box::pin(client.release_execute(request))).await {
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
            user_context: Some(self.session.user_context()),
            operation_id: Some(self.id.clone()),
            plan: Some(self.plan.plan.clone()),
            client_type: Some(CLIENT.to_owned()),
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
            user_context: Some(self.session.user_context()),
            operation_id: self.id.clone(),
            client_type: Some(CLIENT.to_owned()),
            last_response_id,
        }
    }
}
