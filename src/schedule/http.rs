//! Health and metrics over HTTP, for probes and for Prometheus. Read-only, without authentication.
//!
//! A client can only take bounded time and memory: the number of connections, the size of a request's head and the time
//! for a request are limited. A connection serves one request. Every connection is accepted; if there are too many, the
//! oldest one that has not sent a request is closed, so that no number of silent clients keeps a probe waiting.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

use super::health::Health;
use super::metrics::{self, Metrics};
use coverledger_core::model::legible;
use coverledger_core::time::Clock;

/// Each takes a file, and some kilobytes.
const MAX_CONNECTIONS: usize = 128;
const MAX_HEAD_BYTES: usize = 16 << 10;
const MAX_HEADERS: usize = 64;
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after the scheduler's last look it is taken for dead.
const STALL_SECONDS: i64 = 120;
const TEXT: &str = "text/plain; charset=utf-8";

/// What is shown.
#[derive(Debug)]
pub struct Pages {
    /// How the scheduler is doing.
    pub health: watch::Receiver<Health>,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    /// The clock.
    pub clock: Clock,
}

impl Pages {
    /// The answer to a request for a path: status, type and text.
    fn answer(&self, method: &Method, path: &str) -> (StatusCode, &'static str, String) {
        let health = self.health.borrow().clone();
        let now = self.clock.now();
        let (status, text) = match path {
            "/healthz" | "/readyz" | "/metrics" if method != Method::GET && method != Method::HEAD => {
                (StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n".to_owned())
            }
            "/healthz" => {
                let silent = now.as_second().saturating_sub(health.last_look.as_second());
                if silent > STALL_SECONDS {
                    let text = format!("the scheduler has not looked at what is due for {silent} s\n");
                    (StatusCode::SERVICE_UNAVAILABLE, text)
                } else {
                    (StatusCode::OK, "alive\n".to_owned())
                }
            }
            "/readyz" => match health.not_ready {
                None => (StatusCode::OK, "ready\n".to_owned()),
                // Stores are quoted in it.
                Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", legible(&reason))),
            },
            "/metrics" => match self.metrics.expose(&health, now) {
                Ok(text) => return (StatusCode::OK, metrics::CONTENT_TYPE, text),
                Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written\n".to_owned()),
            },
            _ => (StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n".to_owned()),
        };
        (status, TEXT, text)
    }
}

/// Serves the pages until told to end; answers that are under way have a second to get out.
pub async fn serve(listener: TcpListener, pages: Arc<Pages>, end: impl Future<Output = ()>) {
    let (mut connections, mut open) = (JoinSet::new(), VecDeque::new());
    let accepting = async {
        loop {
            let accepted = listener.accept().await;
            while connections.try_join_next().is_some() {}
            open.retain(|connection: &Connection| !connection.task.is_finished());
            match accepted {
                Ok((stream, _)) => {
                    if open.len() >= MAX_CONNECTIONS {
                        close_oldest(&mut open);
                    }
                    let is_asking = Arc::new(AtomicBool::new(false));
                    let task = connections.spawn(serve_one(stream, Arc::clone(&pages), Arc::clone(&is_asking)));
                    open.push_back(Connection { task, is_asking });
                    // Whoever has come is looked at before the next is.
                    yield_now().await;
                }
                // Out of files, or a client that went away: the next may do.
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    close_oldest(&mut open);
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = end => {}
    }
    drop(listener);
    let last = async { while connections.join_next().await.is_some() {} };
    // Clients that have not taken their answer by then are cut off.
    let _ = timeout(Duration::from_secs(1), last).await;
}

/// A connection that is served.
struct Connection {
    task: AbortHandle,
    /// Whether its request has come and is answered.
    is_asking: Arc<AtomicBool>,
}

/// Closes the oldest connection without a request; where all have sent one, the oldest of them.
fn close_oldest(open: &mut VecDeque<Connection>) {
    let idle = open.iter().position(|connection| !connection.is_asking.load(Ordering::Relaxed));
    if let Some(connection) = open.remove(idle.unwrap_or_default()) {
        connection.task.abort();
    }
}

async fn serve_one(stream: TcpStream, pages: Arc<Pages>, is_asking: Arc<AtomicBool>) {
    let service = service_fn(move |request: Request<Incoming>| {
        is_asking.store(true, Ordering::Relaxed);
        let response = respond(&pages, request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(response) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).keep_alive(false);
    server.max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS);
    // Errors of a single client concern nobody else.
    let _ = timeout(PATIENCE, server.serve_connection(TokioIo::new(stream), service)).await;
}

fn respond(pages: &Pages, method: &Method, path: &str) -> Response<Full<Bytes>> {
    let (status, content_type, text) = pages.answer(method, path);
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

#[cfg(test)]
mod tests;
