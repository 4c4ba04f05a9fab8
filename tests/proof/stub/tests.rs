//! The stub keeps the contract it stands for, and breaks it only as told.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Fault, Kind, Stub, When};

/// What came back until the connection was closed.
fn ask(stub: &Stub, head: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(stub.address)?;
    let length = body.len();
    write!(stream, "{head}\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn answer(stub: &Stub, head: &str, body: &str) -> String {
    ask(stub, head, body).unwrap()
}

const NEW: &str = "PUT /proof/a/b%20c HTTP/1.1\r\nIf-None-Match: *";
const GET: &str = "GET /proof/a/b%20c HTTP/1.1";

#[test]
fn the_stub_creates_once_reads_ranges_and_deletes() {
    let stub = Stub::start();
    assert!(answer(&stub, NEW, "abcdef").starts_with("HTTP/1.1 200"));
    assert!(answer(&stub, NEW, "other").contains("<Code>PreconditionFailed</Code>"));
    let got = answer(&stub, GET, "");
    assert!(got.ends_with("\r\n\r\nabcdef"), "{got}");
    assert!(got.contains("ETag: \"e80b5017098950fc58aad83c8c14978e\""), "{got}");
    let ranged = answer(&stub, &format!("{GET}\r\nRange: bytes=2-3"), "");
    assert!(ranged.starts_with("HTTP/1.1 206") && ranged.ends_with("\r\n\r\ncd"), "{ranged}");
    assert!(ranged.contains("Content-Range: bytes 2-3/6"), "{ranged}");
    assert!(answer(&stub, &format!("{GET}\r\nIf-Match: \"other\""), "").starts_with("HTTP/1.1 412"));
    assert!(answer(&stub, "HEAD /proof/a/b%20c HTTP/1.1", "").contains("Content-Length: 6"));
    let delete = "<Delete><Object><Key>a/b c</Key></Object><Object><Key>none</Key></Object></Delete>";
    assert!(answer(&stub, "POST /proof?delete HTTP/1.1", delete).contains("<Deleted><Key>a/b c</Key>"));
    assert!(answer(&stub, GET, "").contains("<Code>NoSuchKey</Code>"));
    assert_eq!(stub.log().iter().filter(|logged| logged.kind.writes()).count(), 3);
    assert_eq!(stub.log()[0].kind, Kind::PutNew);
}

#[test]
fn the_stub_lists_by_pages_and_can_be_behind() {
    let stub = Stub::start();
    for number in 0..9 {
        stub.bucket().put(&format!("p/{number}"), "x");
    }
    let first = answer(&stub, "GET /proof?list-type=2&prefix=p%2F HTTP/1.1", "");
    assert_eq!(first.matches("<Key>").count(), 7);
    assert!(first.contains("<NextContinuationToken>p/6<"), "{first}");
    let second = answer(&stub, "GET /proof?list-type=2&prefix=p%2F&continuation-token=p%2F6 HTTP/1.1", "");
    assert_eq!(second.matches("<Key>").count(), 2);
    stub.on(|_, _| Fault::StaleList { changes: 8 });
    let stale = answer(&stub, "GET /proof?list-type=2&prefix=p%2F HTTP/1.1", "");
    assert_eq!(stale.matches("<Key>").count(), 1);
    assert!(answer(&stub, "GET /proof?list-type=2&delimiter=- HTTP/1.1", "").starts_with("HTTP/1.1 501"));
    stub.calm();
    stub.bucket().put("p/q/r/s", "x");
    let folder = answer(&stub, "GET /proof?list-type=2&prefix=p%2F&delimiter=%2F HTTP/1.1", "");
    assert_eq!(folder.matches("<Key>").count(), 9);
    assert!(folder.contains("<CommonPrefixes><Prefix>p/q/</Prefix></CommonPrefixes>"), "{folder}");
    assert!(answer(&stub, "GET /other/key HTTP/1.1", "").starts_with("HTTP/1.1 501"));
}

/// Whether the object is there afterwards, and what the client saw.
fn put_under(fault: Fault) -> (bool, Option<String>) {
    let stub = Stub::start();
    stub.on(move |_, _| fault.clone());
    let seen = ask(&stub, NEW, "abcdef").ok().filter(|answer| !answer.is_empty());
    stub.quiet();
    let there = stub.bucket().get("a/b c").is_some();
    (there, seen)
}

#[test]
fn what_goes_wrong_with_a_put_goes_wrong_on_the_side_that_was_named() {
    let soon = Duration::from_millis(1);
    for (when, stored) in [(When::Before, false), (When::After, true)] {
        let (there, seen) = put_under(Fault::Status(503, when));
        assert_eq!(there, stored);
        assert!(seen.unwrap().contains("<Code>SlowDown</Code>"));
        assert_eq!(put_under(Fault::Drop(when)), (stored, None));
        assert_eq!(put_under(Fault::Reset(when)), (stored, None));
        assert!(put_under(Fault::Delay(soon, when)).0);
    }
    assert!(!put_under(Fault::ErrorBody).0);
    assert!(put_under(Fault::Half).0);
}

#[test]
fn a_stub_that_ignores_conditions_overwrites() {
    let stub = Stub::start();
    stub.on(|_, _| Fault::Unconditional);
    answer(&stub, NEW, "first");
    assert!(answer(&stub, NEW, "second").starts_with("HTTP/1.1 200"));
    assert_eq!(&*stub.bucket().get("a/b c").unwrap().bytes, b"second");
}

#[test]
fn bodies_are_cut_stretched_slowed_and_flipped() {
    let stub = Stub::start();
    stub.bucket().put("a/b c", "abcdef");
    let under = |fault: Fault| {
        stub.on(move |_, _| fault.clone());
        answer(&stub, GET, "")
    };
    assert!(under(Fault::Truncate { keep: 2 }).ends_with("\r\n\r\nab"));
    assert!(under(Fault::Length(1)).contains("Content-Length: 7"));
    assert!(under(Fault::FlipBit { bit: 9 }).ends_with("\r\n\r\na`cdef"));
    assert!(under(Fault::Slow { bytes_per_second: 100 }).ends_with("\r\n\r\nabcdef"));
}

#[test]
fn a_victim_dies_by_the_request_that_was_named() {
    let stub = Stub::start();
    let victim = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
    let victim = Arc::new(Mutex::new(victim));
    stub.aim(|| ((), Arc::clone(&victim)));
    stub.on(|number, _| if number == 2 { Fault::Kill(When::After) } else { Fault::Pass });
    answer(&stub, GET, "");
    assert_eq!(victim.lock().unwrap().try_wait().unwrap(), None);
    assert_eq!(answer(&stub, NEW, "abc"), "");
    assert!(!victim.lock().unwrap().try_wait().unwrap().unwrap().success());
    assert!(stub.bucket().get("a/b c").is_some());
}
