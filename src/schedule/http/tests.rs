//! What is answered, and to whom nothing is.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::super::health::Files;
use super::super::testing::{at, workspace};
use super::*;

const NOW: &str = "2026-11-22T03:30:00Z";

struct Served {
    address: std::net::SocketAddr,
    health: watch::Sender<Health>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn served() -> Served {
    let (jobs, files) = (BTreeMap::new(), Files::default());
    let health = Health { started_at: at(NOW), last_look: at(NOW), not_ready: None, jobs, files };
    let (health, hears) = watch::channel(health);
    let metrics = Arc::new(Metrics::new(Arc::new(workspace())));
    let pages = Pages { health: hears, metrics, clock: Clock::Fixed(at(NOW)) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ends) = oneshot::channel::<()>();
    let task = tokio::spawn(serve(listener, Arc::new(pages), async {
        let _ = ends.await;
    }));
    Served { address, health, end, task }
}

impl Served {
    /// The answer to bytes: its head and its body.
    async fn ask(&self, request: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that has read enough may close before all is written.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.to_owned(), body.to_owned())
    }

    async fn get(&self, path: &str) -> (String, String) {
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await
    }
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn probes_and_prometheus_are_answered_and_nothing_else() {
    let served = served().await;
    for (path, code, text) in [
        ("/healthz", "200", "alive\n"),
        ("/readyz", "200", "ready\n"),
        ("/readyz?x=1", "200", "ready\n"),
        ("/", "404", "there are /healthz, /readyz and /metrics\n"),
        ("/../etc/passwd", "404", "there are /healthz, /readyz and /metrics\n"),
    ] {
        let (head, body) = served.get(path).await;
        assert_eq!((status(&head), body.as_str()), (code, text), "{path}");
    }
    let (head, body) = served.get("/metrics").await;
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
    let (head, _) = served.ask(b"POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((status(&head), head.contains("allow: GET, HEAD")), ("405", true), "{head}");
    let (head, body) = served.ask(b"HEAD /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!((status(&head), body.as_str()), ("200", ""));
}

#[tokio::test]
async fn a_scheduler_that_is_not_ready_or_has_stalled_says_so() {
    let served = served().await;
    served.health.send_modify(|health| health.not_ready = Some("the archive does not answer".to_owned()));
    let (head, body) = served.get("/readyz").await;
    assert_eq!((status(&head), body.as_str()), ("503", "not ready: the archive does not answer\n"));
    assert_eq!(status(&served.get("/healthz").await.0), "200");
    served.health.send_modify(|health| health.last_look = at("2026-11-22T03:27:00Z"));
    let (head, body) = served.get("/healthz").await;
    assert_eq!(status(&head), "503");
    assert_eq!(body, "the scheduler has not looked at what is due for 180 s\n");
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let served = served().await;
    let mut request = b"GET /healthz HTTP/1.1\r\nx: ".to_vec();
    request.resize(1 << 20, b'x');
    let (head, _) = served.ask(&request).await;
    assert_ne!(status(&head), "200");
    assert_eq!(status(&served.get("/healthz").await.0), "200");
}

/// So many connections as a client holds that means no good.
const MANY: usize = 500;

/// The one after the other of `MANY` connections, each with the first bytes of a request.
async fn hold(served: &Served, bytes: &[u8]) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..MANY {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let _ = stream.write_all(bytes).await;
        held.push(stream);
    }
    held
}

/// How many of these connections the server has closed.
async fn closed(held: &mut [TcpStream]) -> usize {
    let mut closed = 0;
    for stream in held {
        // What is still open has nothing to read, and is not waited for.
        let read = stream.read_u8();
        closed += usize::from(tokio::time::timeout(Duration::from_millis(1), read).await.is_ok());
    }
    closed
}

#[tokio::test]
async fn whoever_asks_is_answered_however_many_hold_connections_and_say_nothing() {
    for bytes in
        [&b""[..], b"GET /healthz HTTP/1.1\r\nx: ", b"\r\n", b"POST /metrics HTTP/1.1\r\ncontent-length: 9\r\n"]
    {
        let served = served().await;
        let mut held = hold(&served, bytes).await;
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(status(&served.get(path).await.0), "200", "{path} behind {bytes:?}");
        }
        // The clock of the heads has not run yet: the oldest were closed to make room, and nobody waited.
        let (oldest, newest) = held.split_at_mut(MANY - MAX_CONNECTIONS);
        assert_eq!(closed(oldest).await, oldest.len(), "{bytes:?}");
        assert!(closed(newest).await < newest.len(), "no more are closed than have to be");
    }
}

#[tokio::test]
async fn a_request_that_is_on_its_way_is_kept_when_silent_ones_are_many() {
    let served = served().await;
    // It has sent its request, and does not take the answer yet.
    let mut asking = TcpStream::connect(served.address).await.unwrap();
    asking.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    asking.readable().await.unwrap();
    let _silent = hold(&served, b"").await;
    let mut answer = String::new();
    asking.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("# EOF\n"), "{answer}");
}

#[tokio::test]
async fn many_who_ask_at_once_are_all_answered() {
    let served = Arc::new(served().await);
    let asks = (0..MANY).map(|number| {
        let served = Arc::clone(&served);
        let path = if number % 2 == 0 { "/healthz" } else { "/metrics" };
        tokio::spawn(async move { status(&served.get(path).await.0) == "200" })
    });
    let asks: Vec<_> = asks.collect();
    for ask in asks {
        assert!(ask.await.unwrap());
    }
}

#[tokio::test]
async fn clients_that_say_nothing_do_not_hold_up_the_end() {
    let served = served().await;
    let _silent = hold(&served, b"").await;
    served.end.send(()).unwrap();
    served.task.await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody listens any more");
}
