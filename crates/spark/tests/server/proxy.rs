//! A connection that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Passes connections on to a server until it is told otherwise.
#[derive(Clone)]
pub struct Proxy {
    pub port: u16,
    cut: Arc<Notify>,
    gone: Arc<AtomicBool>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            cut: Arc::new(Notify::new()),
            gone: Arc::new(AtomicBool::new(false)),
        };
        let this = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                if this.gone.load(Ordering::SeqCst) {
                    continue;
                }
                let this = this.clone();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    tokio::select! {
                        () = this.cut.notified() => {}
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    }
                });
            }
        });
        proxy
    }

    /// Cuts all connections; others may be made.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// Cuts all connections, and those to come.
    pub fn end(&self) {
        self.gone.store(true, Ordering::SeqCst);
        self.cut();
    }
}
