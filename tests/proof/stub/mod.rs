//! A bucket on loopback that speaks the part of S3 the program uses, and misbehaves as it is told.
//!
//! ```text
//! let stub = Stub::start();
//! stub.on(|n, request| if n == 3 { Fault::Kill(When::Before) } else { Fault::Pass });
//! ```
//!
//! Strongly consistent, as S3 is: what was put is in the next answer. Signatures are not looked at. Requests are
//! carried out whether or not the client waits for the answer, as a server behind a load balancer does.

mod answer;
mod bucket;
mod fault;
mod request;
mod serve;
mod tests;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

pub use bucket::{Bucket, hex};
pub use fault::{Fault, When};
pub use request::{Kind, Request};

/// The one bucket there is.
pub const BUCKET: &str = "proof";

/// A process that can be killed from two sides.
pub type Victim = Arc<Mutex<Child>>;

type Hook = Box<dyn FnMut(usize, &Request) -> Fault + Send>;

/// The server. It stops listening when dropped.
pub struct Stub {
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// A request that was made, in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub kind: Kind,
    pub key: String,
    pub fault: Fault,
}

struct Shared {
    bucket: Arc<Mutex<Bucket>>,
    desk: Mutex<Desk>,
    victim: Mutex<Option<Victim>>,
    connections: Mutex<usize>,
    hung_up: Condvar,
}

/// Where requests are numbered and their fate is decided.
struct Desk {
    hook: Hook,
    log: Vec<Logged>,
    open: bool,
}

impl Stub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            bucket: Arc::default(),
            desk: Mutex::new(Desk { hook: Box::new(|_, _| Fault::Pass), log: Vec::new(), open: true }),
            victim: Mutex::new(None),
            connections: Mutex::new(0),
            hung_up: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || serve::listen(&listener, &serving));
        Self { shared, address }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What becomes of each request from now on. The first one from here has number 1.
    pub fn on(&self, hook: impl FnMut(usize, &Request) -> Fault + Send + 'static) {
        let mut desk = self.shared.desk.lock().unwrap();
        desk.hook = Box::new(hook);
        desk.log.clear();
    }

    /// No more trouble; numbers and the log start again.
    pub fn calm(&self) {
        self.on(|_, _| Fault::Pass);
    }

    /// The requests since [`Stub::on`] or [`Stub::calm`].
    pub fn log(&self) -> Vec<Logged> {
        self.shared.desk.lock().unwrap().log.clone()
    }

    pub fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.shared.bucket.lock().unwrap()
    }

    /// Starts who dies by [`Fault::Kill`]; nobody is killed before that is known.
    pub fn aim<T>(&self, start: impl FnOnce() -> (T, Victim)) -> T {
        let mut victim = self.shared.victim.lock().unwrap();
        let (started, aimed_at) = start();
        *victim = Some(aimed_at);
        started
    }

    /// Waits until nobody is connected: what the dead had on the way is carried out by then.
    pub fn quiet(&self) {
        let connections = self.shared.connections.lock().unwrap();
        drop(self.shared.hung_up.wait_while(connections, |open| *open > 0).unwrap());
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.shared.desk.lock().unwrap().open = false;
        let _ = TcpStream::connect(self.address);
    }
}
