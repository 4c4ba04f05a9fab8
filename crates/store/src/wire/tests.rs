//! What is taken for an answer.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use hyper::{Method, Request, Response};
use object_store::client::HttpRequestBody;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

type Answered = Result<HttpResponse, HttpError>;

/// A server that gives these answers, one after the other, and then empty ones.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<Answered>>,
    encodings: Arc<Mutex<Vec<Option<String>>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

impl HttpService for Scripted {
    fn call<'life0, 'async_trait>(
        &'life0 self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            let encoding = request.headers().get(ACCEPT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
            self.encodings.lock().unwrap().push(encoding);
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(now, Ordering::SeqCst);
            tokio::task::yield_now().await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            let next = self.answers.lock().unwrap().pop_front();
            next.unwrap_or_else(|| Ok(answer(200, "id,at\n")))
        })
    }
}

fn answer(status: u16, body: &'static str) -> HttpResponse {
    let length = body.len();
    let body = HttpResponseBody::from(Bytes::from_static(body.as_bytes()));
    Response::builder().status(status).header("content-length", length).body(body).unwrap()
}

fn get(uri: &str) -> HttpRequest {
    Request::builder().method(Method::GET).uri(uri).body(HttpRequestBody::empty()).unwrap()
}

fn server(answers: impl IntoIterator<Item = Answered>) -> HttpClient {
    HttpClient::new(Scripted { answers: Mutex::new(answers.into_iter().collect()), ..Scripted::default() })
}

/// A body that never comes.
struct Never;

impl Body for Never {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn so_many_requests_are_made_at_a_time() {
    for requests in [1, 3] {
        let scripted = Scripted::default();
        let most = Arc::clone(&scripted.most_at_once);
        let (client, wire) = (HttpClient::new(scripted), Wire::new(requests, Duration::from_mins(1)));
        let read = |number: usize| {
            let (client, wire) = (client.clone(), wire.clone());
            async move {
                wire.call(&client, get(&format!("http://s/{number}"))).await.unwrap().into_body().bytes().await
            }
        };
        let bodies = futures::future::join_all((0..20).map(read)).await;
        assert!(bodies.iter().all(Result::is_ok));
        assert_eq!(most.load(Ordering::SeqCst), requests);
        let traffic = wire.traffic();
        assert_eq!((traffic.requests, traffic.retries, traffic.bytes_read), (20, 0, 120));
    }
}

#[tokio::test]
async fn a_request_that_is_made_again_after_it_failed_is_a_retry() {
    let broken = HttpError::new(HttpErrorKind::Interrupted, Silent(Duration::ZERO));
    let listing = "<Error><Code>SlowDown</Code></Error>";
    let client = server([
        Ok(answer(503, "")),
        Err(broken),
        Ok(answer(404, "")),
        Ok(answer(200, listing)),
        Ok(answer(200, "")),
    ]);
    let wire = Wire::new(16, Duration::from_mins(1));
    let mut statuses = Vec::new();
    for uri in ["http://s/a", "http://s/a", "http://s/a", "http://s/b?list-type=2", "http://s/c"] {
        statuses.push(wire.call(&client, get(uri)).await.ok().map(|answer| answer.status().as_u16()));
    }
    // The listing that is none is a 503; nobody has made it again yet.
    assert_eq!(statuses, [Some(503), None, Some(404), Some(503), Some(200)]);
    assert_eq!((wire.traffic().requests, wire.traffic().retries), (5, 2));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_and_frees_its_place() {
    let never = || Ok(Response::new(HttpResponseBody::new(Never)));
    let (client, wire) = (server([never(), never()]), Wire::new(1, Duration::from_millis(20)));
    for uri in ["http://s/a", "http://s/b"] {
        let body = wire.call(&client, get(uri)).await.unwrap().into_body();
        assert_eq!(body.bytes().await.unwrap_err().kind(), HttpErrorKind::Timeout);
    }
    assert!(wire.call(&client, get("http://s/c")).await.is_ok());
}

#[tokio::test]
async fn objects_at_google_are_asked_for_as_they_are_stored() {
    let scripted = Scripted::default();
    let encodings = Arc::clone(&scripted.encodings);
    let (client, wire) = (HttpClient::new(scripted), Wire::new(1, Duration::from_mins(1)));
    let empty = || Ok(answer(200, "<ListBucketResult></ListBucketResult>"));
    let listing = server([empty()]);
    for uri in ["http://s/a", "https://storage.googleapis.com/b/a"] {
        wire.call(&client, get(uri)).await.unwrap().into_body().bytes().await.unwrap();
    }
    let google = wire.of_google();
    google.call(&listing, get("http://s/b?list-type=2")).await.unwrap();
    google.call(&client, get("http://s/b/a")).await.unwrap().into_body().bytes().await.unwrap();
    assert_eq!(*encodings.lock().unwrap(), [None, Some("gzip".to_owned()), Some("gzip".to_owned())]);
}

#[tokio::test]
async fn what_a_store_does_not_know_is_not_asked_again() {
    let (client, wire) =
        (server([Ok(answer(501, "<Error><Code>NotImplemented</Code></Error>"))]), Wire::new(1, SECOND));
    let refused = wire.call(&client, get("http://s/a")).await.unwrap();
    assert!(!is_trouble(refused.status()), "{}", refused.status());
    let text = refused.into_body().bytes().await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains(NOT_IMPLEMENTED));
    wire.call(&client, get("http://s/a")).await.unwrap();
    assert_eq!(wire.traffic().retries, 0);
}

#[tokio::test]
async fn an_answer_that_names_a_key_of_its_own_has_an_etag_that_is_no_md5() {
    let encrypted = [("aws:kms", true), ("aws:kms:dsse", true), ("AES256", false)];
    for (how, expected) in encrypted {
        let mut sealed = answer(200, "x");
        sealed.headers_mut().insert("x-amz-server-side-encryption", HeaderValue::from_static(how));
        let (client, wire) = (server([Ok(sealed)]), Wire::new(1, SECOND));
        let answer = wire.call(&client, get("http://s/a")).await.unwrap();
        assert_eq!(answer.extensions().get::<EtagIsNoMd5>().is_some(), expected, "{how}");
    }
}
