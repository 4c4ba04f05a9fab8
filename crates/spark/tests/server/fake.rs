//! The server that misbehaves, started once for all tests.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use coverledger_spark::plan::{Plan, Relation};
use coverledger_spark::{Patience, Server, Session};

/// It ends when this process does, as its standard input then closes.
pub struct Fake {
    _child: Child,
    _stdin: ChildStdin,
    pub port: u16,
    pub tls_port: u16,
    /// The certificate of its port with TLS.
    pub certificate: PathBuf,
}

/// The server; none, said aloud, when no Python is named.
pub fn fake() -> Option<&'static Fake> {
    static FAKE: OnceLock<Option<Fake>> = OnceLock::new();
    FAKE.get_or_init(|| {
        let python = option("COVERLEDGER_SPARK_PYTHON");
        if python.is_none() {
            eprintln!("SKIPPED: COVERLEDGER_SPARK_PYTHON names no Python with grpcio, pyarrow and pyspark");
        }
        python.map(|python| start(&python))
    })
    .as_ref()
}

/// A setting of the tests.
#[expect(clippy::disallowed_methods, reason = "what is installed where is the environment's to say")]
pub fn option(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn start(python: &str) -> Fake {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (key, certificate) = (folder.join("fake.key"), folder.join("fake.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status()
        .expect("openssl runs");
    assert!(made.success(), "openssl makes a certificate");
    let mut child = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/fake.py"))
        .args([&key, &certificate])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python that is named runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ports: Vec<u16> = line.split_whitespace().map(|port| port.parse().unwrap()).collect();
    let [port, tls_port] = ports[..] else { panic!("the fake server did not start: {line:?}") };
    Fake { _stdin: child.stdin.take().unwrap(), _child: child, port, tls_port, certificate }
}

impl Fake {
    pub fn server(&self, scenario: &str) -> Server {
        at(self.port, scenario)
    }

    pub async fn session(&self, scenario: &str) -> Session {
        open(&self.server(scenario)).await
    }
}

/// The server on another port, behind a proxy.
pub fn at(port: u16, scenario: &str) -> Server {
    Server::parse(&format!("sc://127.0.0.1:{port}/;x-scenario={scenario}"), None).unwrap()
}

pub async fn open(server: &Server) -> Session {
    Session::open_with(server, None, PATIENCE).await.unwrap()
}

/// So that a test of the patience's end takes seconds.
pub const PATIENCE: Patience = Patience {
    call: Duration::from_secs(2),
    pulse: Duration::from_millis(200),
    silence: Duration::from_secs(3),
    standstill: Duration::from_secs(2),
};

/// A query; what it asks does not matter to the fake server.
pub fn query() -> Plan {
    Relation::range(4).collect()
}

/// A write.
pub fn write() -> Plan {
    Relation::range(4).write_parquet("file:///nowhere")
}
