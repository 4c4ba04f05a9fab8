//! HTTP to a bucket: bounded concurrency, counting, time-outs, and detection of 200 responses that carry an error.
//!
//! It lies between `object_store`, which signs requests and makes those that fail again, and the HTTP client.

mod answer;
mod body;
mod circuit_breaker;
mod keys;
mod traffic;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::header::{ACCEPT_ENCODING, HeaderValue};
use hyper::{Method, StatusCode};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
    ReqwestConnector,
};
use tokio::sync::Semaphore;

use answer::Asked;
pub(super) use answer::{EtagIsNoMd5, NO_ANSWER, NOT_IMPLEMENTED};
use body::{Watch, WatchedBody};
use circuit_breaker::CircuitBreaker;
pub(super) use circuit_breaker::CircuitOpen;
pub(super) use keys::{Unnameable, is_nameable};
pub(super) use traffic::Meter;
use traffic::RequestId;
pub use traffic::Traffic;

/// An upload may take a second longer for each of these.
const UPLOAD_BYTES_PER_SECOND: u64 = 64 << 10;

/// The connection to one store. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    health: Arc<Health>,
    permits: Arc<Semaphore>,
    silence: Duration,
    /// Whether the store decompresses what was stored compressed, unless the request accepts it compressed.
    unpacks: bool,
}

/// How a store is doing.
#[derive(Debug, Default)]
struct Health {
    meter: Meter,
    breaker: CircuitBreaker,
}

impl Health {
    fn fails(&self, request: RequestId) {
        self.meter.fails(request);
        self.breaker.record_failure(Instant::now());
    }
}

impl Wire {
    /// For so many requests at a time. A request without an answer for longer than `silence` has failed.
    pub(super) fn new(requests: usize, silence: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(requests.max(1)));
        Self { health: Arc::default(), permits, silence, unpacks: false }
    }

    /// To Google's storage, which decompresses objects of `Content-Encoding: gzip` on the way: they would have neither
    /// the size nor the bytes that were listed.
    pub(super) fn of_google(self) -> Self {
        Self { unpacks: true, ..self }
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.health.meter.traffic()
    }

    /// Counts bytes that are read once more, for a reason that only their reader knows.
    pub(super) fn reads_again(&self, bytes: u64) {
        self.health.meter.reads_again(bytes);
    }

    async fn call(&self, client: &HttpClient, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(unknown)?;
        self.health.breaker.check(Instant::now()).map_err(unknown)?;
        let id = self.health.meter.begins(&request);
        let asked = Asked::of(&request);
        let is_google = request.uri().host().is_some_and(|host| host.ends_with("googleapis.com"));
        let is_read = asked != Asked::Listing && matches!(*request.method(), Method::GET | Method::HEAD);
        if is_read && (self.unpacks || is_google) {
            request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let upload = u64::try_from(request.body().content_length()).unwrap_or(u64::MAX) / UPLOAD_BYTES_PER_SECOND;
        let silence = self.silence + Duration::from_secs(upload);
        let answered = tokio::time::timeout(silence, client.execute(request)).await;
        let answer = answered.unwrap_or_else(|_| Err(HttpError::new(HttpErrorKind::Timeout, Silent(silence))));
        let answer = answer.inspect_err(|_| self.health.fails(id))?;
        let (mut parts, body) = answer.into_parts();
        if parts.status == StatusCode::NOT_IMPLEMENTED {
            return Ok(answer::not_implemented(parts));
        }
        if answer::is_encrypted(&parts.headers) {
            parts.extensions.insert(EtagIsNoMd5);
        }
        let fails = is_trouble(parts.status);
        let is_looked_into = answer::is_looked_into(asked, &parts);
        if fails {
            self.health.fails(id);
        }
        let health = Arc::clone(&self.health);
        let watch = Watch { health, request: id, is_good_news: !is_looked_into, _permit: permit };
        let body = WatchedBody::new(body, self.silence, (!fails).then_some(watch));
        let answer = HttpResponse::from_parts(parts, HttpResponseBody::new(body));
        if !is_looked_into {
            return Ok(answer);
        }
        let answer = answer::sound(asked, answer).await?;
        if is_trouble(answer.status()) {
            self.health.fails(id);
        } else {
            self.health.breaker.record_success();
        }
        Ok(answer)
    }
}

fn unknown(error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, error)
}

/// What `object_store` makes again.
fn is_trouble(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

/// There was no answer in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer for {} s", .0.as_secs())]
struct Silent(Duration);

impl HttpConnector for Wire {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Watched { wire: self.clone(), client }))
    }
}

struct Watched {
    wire: Wire,
    client: HttpClient,
}

// The client's own text holds headers, and one of them the signature.
impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

// What `async_trait` would write.
impl HttpService for Watched {
    fn call<'life0, 'async_trait>(
        &'life0 self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.wire.call(&self.client, request))
    }
}
