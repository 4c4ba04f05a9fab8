//! Sending: bounded in time and size, tried again when that may help, silent about the address.

use std::error::Error;
use std::io;
use std::iter;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::answer::judge;
use super::channel::Channel;
use super::error::NotifyError;
use super::notice::Notice;
use super::render::{Post, render};
use coverledger_core::VERSION;
use coverledger_core::time::Clock;

/// How often a message is posted before it is given up.
pub const TRIES: u32 = 3;
const TIMEOUT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(1);
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// What posts to one channel.
pub(super) struct Poster<'c> {
    channel: &'c Channel,
    client: Client,
    clock: Clock,
    timeout: Duration,
    pause: Duration,
}

impl<'c> Poster<'c> {
    pub fn new(channel: &'c Channel, clock: Clock) -> Result<Self, NotifyError> {
        Self::hurried(channel, clock, TIMEOUT, PAUSE)
    }

    /// One that waits as long as told.
    pub fn hurried(
        channel: &'c Channel,
        clock: Clock,
        timeout: Duration,
        pause: Duration,
    ) -> Result<Self, NotifyError> {
        // A redirect could carry the address elsewhere; HTTP/2 would show it to a trace of its frames.
        let mut client = Client::builder()
            .timeout(timeout)
            .redirect(Policy::none())
            .http1_only()
            .referer(false)
            .user_agent(format!("coverledger/{VERSION}"));
        if channel.is_local() {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|_| NotifyError::Client)?;
        Ok(Self { channel, client, clock, timeout, pause })
    }

    /// Posts a notice until it is accepted, or until trying again cannot help.
    pub async fn post(&self, notice: &Notice) -> Result<(), NotifyError> {
        let mut pause = self.pause;
        for _ in 1..TRIES {
            match self.post_once(notice).await {
                Err(error) if error.may_pass() => {}
                settled => return settled,
            }
            tokio::time::sleep(pause).await;
            pause *= 3;
        }
        self.post_once(notice).await
    }

    async fn post_once(&self, notice: &Notice) -> Result<(), NotifyError> {
        // Signed anew each time: a signature is valid for an hour, and a proxy may hold a message long.
        let Post { url, signature, body } = render(self.channel, notice, self.clock.now());
        let mut request = self.client.post(url).header(CONTENT_TYPE, "application/json; charset=utf-8").body(body);
        if let Some(signature) = signature {
            request = request.header("X-Coverledger-Signature", signature);
        }
        let mut response = request.send().await.map_err(|error| self.plain(&error))?;
        let answer = self.read(&mut response).await?;
        judge(self.channel.kind, response.status().as_u16(), &answer)
    }

    /// The start of the answer.
    async fn read(&self, response: &mut Response) -> Result<Vec<u8>, NotifyError> {
        let mut answer = Vec::new();
        while answer.len() < MAX_ANSWER_BYTES {
            match response.chunk().await {
                Ok(Some(chunk)) => answer.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err(self.plain(&error)),
            }
        }
        answer.truncate(MAX_ANSWER_BYTES);
        Ok(answer)
    }

    /// An error of the connection in words of our own: those of libraries may hold the address.
    fn plain(&self, error: &reqwest::Error) -> NotifyError {
        if error.is_timeout() {
            return NotifyError::Late { seconds: self.timeout.as_secs() };
        }
        let mut sources = iter::successors(Some(error as &dyn Error), |error| (*error).source());
        let kind = sources.find_map(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind);
        let how = match kind {
            Some(io::ErrorKind::InvalidData) => "the connection cannot be trusted (TLS)".to_owned(),
            Some(kind) if kind != io::ErrorKind::Other => kind.to_string(),
            _ if error.is_connect() => "there is no connection (is its name known here?)".to_owned(),
            _ => "the connection broke, or what came back is not HTTP".to_owned(),
        };
        NotifyError::Unreachable { how }
    }
}
