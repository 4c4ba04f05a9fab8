//! The body of an answer, watched: its bytes are counted, a minimum rate is enforced, and its permit is released at its end.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use object_store::client::{HttpError, HttpErrorKind, HttpResponseBody};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;

use super::Health;
use super::traffic::RequestId;

/// A body that brings less than this in every second of waiting is as good as none.
const LEAST_BYTES_PER_SECOND: u64 = 2048;

/// The store went silent, or trickles.
#[derive(Debug, thiserror::Error)]
#[error("less than {LEAST_BYTES_PER_SECOND} bytes a second for {} s", .0.as_secs())]
struct Stalled(Duration);

pub(super) struct WatchedBody {
    inner: HttpResponseBody,
    silence: Duration,
    /// Since when the reader waits; pauses that the reader makes do not count.
    waits_since: Option<Instant>,
    waited: Duration,
    bytes: u64,
    alarm: Pin<Box<Sleep>>,
    watch: Option<Watch>,
}

/// What is held and told while a body is read.
pub(super) struct Watch {
    pub(super) health: Arc<Health>,
    pub(super) request: RequestId,
    /// Whether a store that sends the whole of it is well.
    pub(super) is_good_news: bool,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl WatchedBody {
    pub(super) fn new(inner: HttpResponseBody, silence: Duration, watch: Option<Watch>) -> Self {
        let mut body = Self {
            alarm: Box::pin(tokio::time::sleep(silence)),
            inner,
            silence,
            waits_since: None,
            waited: Duration::ZERO,
            bytes: 0,
            watch,
        };
        if body.inner.is_end_stream() {
            body.ends(true);
        }
        body
    }

    /// The place is free at once: whoever goes on reading elsewhere needs one.
    fn ends(&mut self, well: bool) {
        if let Some(watch) = self.watch.take() {
            if !well {
                watch.health.fails(watch.request);
            } else if watch.is_good_news {
                watch.health.breaker.record_success();
            }
        }
    }

    fn takes(&mut self, bytes: u64) {
        if let Some(watch) = &self.watch {
            watch.health.meter.reads(bytes);
        }
        if let Some(since) = self.waits_since.take() {
            self.waited += since.elapsed();
        }
        self.bytes += bytes;
        if self.bytes >= LEAST_BYTES_PER_SECOND * self.silence.as_secs() {
            (self.waited, self.bytes) = (Duration::ZERO, 0);
        }
    }

    fn is_stalled(&mut self, cx: &mut Context<'_>) -> bool {
        if self.waits_since.is_none() {
            let now = Instant::now();
            self.waits_since = Some(now);
            let until = now + self.silence.saturating_sub(self.waited);
            self.alarm.as_mut().reset(until.into());
        }
        self.alarm.as_mut().poll(cx).is_ready()
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.takes(frame.data_ref().map_or(0, Bytes::len) as u64);
                if self.inner.is_end_stream() {
                    self.ends(true);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.ends(false);
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => {
                self.ends(true);
                Poll::Ready(None)
            }
            Poll::Pending if self.is_stalled(cx) => {
                self.ends(false);
                Poll::Ready(Some(Err(HttpError::new(HttpErrorKind::Timeout, Stalled(self.silence)))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
