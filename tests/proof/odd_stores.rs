//! Stores that answer, and not as Amazon's does: what they lack is named, and what they can is used.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::night::{FIRST, deliver_first, feed, shop};
use crate::stub::{Fault, Kind, Request, Stub};
use crate::worker::{Finished, Workspace};

/// Looks at no more than the day that the first night delivers.
const ONE_DAY: &str = "version: 1\nplatforms: [shop, feed]\nmarkets: [GB]\nlookback_days: 1\n";

fn workspace(stub: &Stub) -> Workspace {
    let workspace = Workspace::on_stub(stub);
    workspace.write("jobs/nightly.yaml", ONE_DAY);
    deliver_first(&workspace, Some(stub));
    workspace
}

fn says(done: &Finished, words: &[&str]) {
    let said = format!("{}{}", done.stdout, done.stderr);
    for word in words {
        assert!(said.contains(word), "`{word}` is not in\n{said}");
    }
}

fn account(workspace: &Workspace) -> serde_json::Value {
    let done = workspace.run(&["run", "nightly", "--at", FIRST, "--output", "json"]).exits(0);
    serde_json::from_str(&done.stdout).unwrap()
}

/// As `SeaweedFS` before 4.48 does.
fn is_lost_by_its_marker(request: &Request) -> bool {
    let after = request.query.get("start-after");
    request.kind == Kind::List && after.is_some_and(|after| *after < request.key)
}

#[test]
fn a_store_that_a_marker_before_the_prefix_misleads_is_read() {
    let stub = Stub::start();
    let workspace = workspace(&stub);
    stub.on(|_, request| if is_lost_by_its_marker(request) { Fault::EmptyList } else { Fault::Pass });
    workspace.night(FIRST).exits(0);
    workspace.run(&["verify"]).exits(0);
}

#[test]
fn keys_outside_of_the_prefix_are_not_read_and_told_once() {
    let stub = Stub::start();
    let workspace = workspace(&stub);
    stub.on(|_, request| if request.key.starts_with("exports/") { Fault::WholeList } else { Fault::Pass });
    let done = workspace.night(FIRST).exits(0);
    assert_eq!(done.stderr.matches("outside of its prefix").count(), 1, "{}", done.stderr);
    says(&done, &["s3://proof/exports"]);
}

#[test]
fn a_key_that_no_request_can_name_fails_its_own_days_alone() {
    for key in
        ["shop/2026-11-20//more.csv", "shop/2026-11-20/../2026-11-20/b.csv", "shop/2026-11-20/b\u{1}\u{202e}.csv"]
    {
        let stub = Stub::start();
        let workspace = workspace(&stub);
        stub.bucket().put(&format!("exports/{key}"), shop("odd", "2026-11-20", "GB", 2));
        let done = workspace.night(FIRST).exits(6);
        let name = key.replace('\u{1}', "\\u{1}").replace('\u{202e}', "\\u{202e}");
        says(&done, &["2 market-days: 1 published, 1 failed", "failed: shop/GB/2026-11-20", &name]);
        let status = workspace.run(&["status", "--at", FIRST]).exits(0);
        says(&status, &["failed: shop/GB/2026-11-20", &name]);
    }
}

#[test]
fn a_key_that_no_request_can_name_and_no_path_means_stops_nothing() {
    let stub = Stub::start();
    let workspace = workspace(&stub);
    for key in [
        "exports/shop/2026-11-20/a//notes.txt",
        "exports/feed/20261121//old.ndjson",
        "archive/_receipts//x.json",
        "archive/funnel//y",
    ] {
        stub.bucket().put(key, "x");
    }
    let done = workspace.night(FIRST).exits(0);
    says(&done, &["feed/20261121//old.ndjson", "no request can name this key"]);
    workspace.run(&["status", "--at", FIRST]).exits(0);
    // Strangers among receipts and tables are found, and are all that is.
    says(&workspace.run(&["verify"]).exits(1), &["`_receipts//x.json`", "`funnel//y`", "2 problems"]);
    workspace.night(FIRST).exits(0);
}

#[test]
fn a_store_that_does_not_know_create_only_puts_is_refused_at_once() {
    for (status, code) in [(501, "NotImplemented"), (400, "InvalidArgument")] {
        let stub = Stub::start();
        let workspace = workspace(&stub);
        stub.on(move |_, request| match request.kind {
            Kind::PutNew => Fault::Code(status, code),
            _ => Fault::Pass,
        });
        let started = Instant::now();
        let done = workspace.night(FIRST).exits(1);
        assert!(started.elapsed().as_secs() < 5, "{status}: {:?}", started.elapsed());
        says(&done, &["cannot hold an archive", code]);
        let puts = stub.log().iter().filter(|logged| logged.kind == Kind::PutNew).count();
        assert_eq!(puts, 1, "{status}");
    }
}

/// How often an export was read.
fn reads(stub: &Stub) -> usize {
    let is_read = |key: &str| key.starts_with("exports/");
    stub.log().iter().filter(|logged| logged.kind == Kind::Get && is_read(&logged.key)).count()
}

#[test]
fn what_is_encrypted_with_a_key_of_its_own_is_read_once() {
    for how in ["aws:kms", "aws:kms:dsse"] {
        let stub = Stub::start();
        let workspace = workspace(&stub);
        stub.bucket().encrypt();
        stub.on(move |_, _| Fault::Header("x-amz-server-side-encryption", how));
        let account = account(&workspace);
        assert_eq!((reads(&stub), &account["retries"]), (2, &0.into()), "{how}");
    }
}

#[test]
fn what_is_read_twice_counts_twice() {
    let stub = Stub::start();
    let workspace = workspace(&stub);
    let delivered: usize = stub.bucket().under("exports/").map(|(_, object)| object.bytes.len()).sum();
    // An ETag that looks like an MD5 and is none, and an answer that does not say so.
    stub.bucket().encrypt();
    stub.calm();
    let account = account(&workspace);
    assert_eq!((reads(&stub), &account["retries"]), (4, &2.into()));
    assert_eq!(account["bytes_read"], 2 * delivered);
}

#[test]
fn hints_fit_the_code_of_the_refusal() {
    let table: [(u16, &str, &str); 5] = [
        (403, "InvalidObjectState", "restore it first"),
        (403, "RequestTimeTooSkewed", "clock is off"),
        (403, "SecondLevelDomainForbidden", "`AWS_VIRTUAL_HOSTED_STYLE_REQUEST=true`"),
        (403, "AccessDenied", "`AWS_REQUEST_PAYER=true`"),
        (403, "SignatureDoesNotMatch", "check the credentials"),
    ];
    for (status, code, hint) in table {
        let stub = Stub::start();
        let workspace = workspace(&stub);
        let asked = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&asked);
        stub.on(move |_, request| {
            if request.kind == Kind::Get && request.key.starts_with("exports/shop/") {
                *counted.lock().unwrap() += 1;
                return Fault::Code(status, code);
            }
            Fault::Pass
        });
        let done = workspace.night(FIRST).exits(6);
        says(&done, &["1 published, 1 failed", code, hint]);
        let speaks_of_credentials = format!("{}{}", done.stdout, done.stderr).contains("credentials");
        assert_eq!(speaks_of_credentials, ["AccessDenied", "SignatureDoesNotMatch"].contains(&code), "{code}");
        assert_eq!(*asked.lock().unwrap(), 1, "{code} is final");
    }
}

#[test]
fn folder_markers_and_what_is_no_data_by_its_name_is_not_read() {
    let stub = Stub::start();
    let workspace = workspace(&stub);
    for key in ["", "_SUCCESS.csv", "._a.csv", "~$a.csv", "a.csv/"] {
        stub.bucket().put(&format!("exports/shop/2026-11-20/{key}"), "");
    }
    stub.bucket().put("exports/feed/20261120.NDJSON", feed("a", "2026-11-20", "GB", 1));
    workspace.night(FIRST).exits(0);
    stub.bucket().delete("exports/feed/20261120.ndjson");
    stub.bucket().delete("exports/shop/2026-11-20/a.csv");
    let other = Workspace::on_stub(&stub);
    other.write("jobs/nightly.yaml", ONE_DAY);
    stub.bucket().put("exports/shop/2026-11-20/events.CSV", "");
    let published = stub.bucket().tree("archive/");
    for key in published.keys() {
        stub.bucket().delete(&format!("archive/{key}"));
    }
    let done = other.night(FIRST).exits(4);
    says(
        &done,
        &["no export at `shop/2026-11-20/*.csv` (1 object lies there that no path matches: `events.CSV`)"],
    );
    says(
        &done,
        &["no export at `feed/20261120.ndjson` (1 object lies there that no path matches: `20261120.NDJSON`)"],
    );
}
