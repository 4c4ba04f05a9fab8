//! What is found out before anything is sent.

use std::process::Command;
use std::time::{Duration, Instant};

use coverledger_spark::{Server, Session, SparkError};

use crate::fake::{PATIENCE, at, fake};

/// Why a session does not open.
async fn refusal(server: &Server) -> SparkError {
    match Session::open_with(server, None, PATIENCE).await {
        Ok(session) => panic!("{server} takes the session as {}", session.server_version()),
        Err(error) => error,
    }
}

fn url(port: u16, rest: &str, token: Option<&str>) -> Server {
    Server::parse(&format!("sc://localhost:{port}/;{rest}"), token.map(str::to_owned)).unwrap()
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_within_five_seconds() {
    // Nobody listens on port 1; nobody answers from 192.0.2.1, an address that is for documentation.
    for address in ["sc://127.0.0.1:1", "sc://192.0.2.1:15002", "sc://no-such-host.invalid"] {
        let began = Instant::now();
        let error = refusal(&Server::parse(address, None).unwrap()).await;
        assert!(matches!(error, SparkError::NotThere { .. }), "{address}: {error}");
        assert!(began.elapsed() < Duration::from_millis(5500), "{address}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_token_is_taken_or_refused() {
    let Some(fake) = fake() else { return };
    for token in [Some("wrong"), None] {
        let error = refusal(&url(fake.port, "x-scenario=wants-token", token)).await;
        assert!(matches!(error, SparkError::Refused { .. }), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
    let server = url(fake.port, "x-scenario=wants-token", Some("right"));
    assert_eq!(Session::open(&server, None).await.unwrap().server_version(), "4.3.0");
}

#[tokio::test]
async fn servers_that_are_too_old_or_others_are_named() {
    let Some(fake) = fake() else { return };
    for (scenario, problem) in [("old", "Spark `3.5.1`"), ("other", "Method not found!")] {
        let error = refusal(&fake.server(scenario)).await;
        assert!(matches!(error, SparkError::OtherServer { .. }) && error.to_string().contains(problem), "{error}");
    }
    // It speaks, but not HTTP/2.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let said = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, said).await.unwrap();
        }
    });
    let error = refusal(&at(port, "plain")).await;
    assert!(matches!(error, SparkError::OtherServer { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_silent() {
    let Some(fake) = fake() else { return };
    let error = refusal(&fake.server("never-answers")).await;
    assert!(matches!(error, SparkError::Silent { seconds: 2, .. }), "{error}");
}

#[tokio::test]
async fn tls_is_named_when_one_side_does_not_speak_it_or_is_not_trusted() {
    let Some(fake) = fake() else { return };
    let error = refusal(&url(fake.port, "use_ssl=true", None)).await;
    assert!(matches!(error, SparkError::Tls { .. }), "spoken to one that does not: {error}");
    let error = refusal(&url(fake.tls_port, "use_ssl=true", None)).await;
    assert!(matches!(error, SparkError::Tls { .. }), "not trusted: {error}");
    let error = refusal(&url(fake.tls_port, "", None)).await;
    assert!(error.to_string().contains("use_ssl=true"), "not spoken to one that does: {error}");
}

/// Whom this machine trusts is read from the environment, which a process cannot change while others read it.
#[tokio::test]
async fn tls_stands_with_a_certificate_that_is_trusted() {
    let Some(fake) = fake() else { return };
    let tried = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "opening::over_tls", "--nocapture"])
        .env("SSL_CERT_FILE", &fake.certificate)
        .env_remove("SSL_CERT_DIR")
        .env("COVERLEDGER_SPARK_TLS_PORT", fake.tls_port.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tried.stdout) + String::from_utf8_lossy(&tried.stderr);
    assert!(tried.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run by `tls_stands_with_a_certificate_that_is_trusted`"]
async fn over_tls() {
    let Some(port) = crate::fake::option("COVERLEDGER_SPARK_TLS_PORT") else {
        panic!("it is not run by itself");
    };
    let server = url(port.parse().unwrap(), "use_ssl=true;x-scenario=wants-token", Some("right"));
    assert_eq!(Session::open(&server, None).await.unwrap().server_version(), "4.3.0");
}

#[tokio::test]
async fn settings_that_a_server_does_not_know_are_no_error() {
    let Some(fake) = fake() else { return };
    let session = fake.session("plain").await;
    assert!(session.set("known", "1").await.unwrap());
    assert!(!session.set("unknown", "1").await.unwrap());
    session.close().await.unwrap();
}
