//! Secrets stay secret: whatever goes wrong, and however much is told of it.

use bytes::Bytes;

use crate::night::{FIRST, deliver_first};
use crate::stub::{Fault, Kind, Stub, When};
use crate::trouble::{LATE, TROUBLES, Trouble, at_once, impatient};
use crate::worker::Finished;

/// Somebody to tell, who answers 501 or meets the same trouble.
const CHANNELS: &str = "version: 1
channels:
  ops: {kind: webhook, url_env: COVERLEDGER_OPS_URL, secret_env: COVERLEDGER_OPS_SECRET}
";
const HOOK: &str = "COVERLEDGER_OPS_URL";

/// Keys that stand out.
const CANARIES: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "CANARYKEYID7Q2"),
    ("AWS_SECRET_ACCESS_KEY", "canary+secret/9xZ4kd"),
    ("AWS_SESSION_TOKEN", "canary/session+Lm83="),
    (HOOK, "/hook/canary-hook-5Tz"),
    ("COVERLEDGER_OPS_SECRET", "canary-signs-Wq61"),
];

/// A night in which everything is told.
#[derive(Clone, Copy)]
struct Told {
    trouble: Trouble,
    percent: u64,
    log: &'static str,
}

/// Where canaries were seen.
fn seen(done: &Finished, objects: impl Iterator<Item = (String, Bytes)>) -> Vec<String> {
    let said = [("standard output", &done.stdout), ("standard error", &done.stderr)];
    let said = said.map(|(place, text)| (place.to_owned(), Bytes::from(text.clone())));
    let mut places = Vec::new();
    for (place, bytes) in said.into_iter().chain(objects) {
        let text = String::from_utf8_lossy(&bytes);
        for (name, canary) in CANARIES {
            if forms(canary).iter().any(|form| text.contains(form) || place.contains(form)) {
                places.push(format!("{name} in {place}"));
            }
        }
    }
    places
}

/// As it is, as it is in a URL, and as Debug writes its bytes.
fn forms(canary: &str) -> [String; 3] {
    let in_url = canary.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    [canary.to_owned(), in_url, format!("{:?}", canary.as_bytes())]
}

struct Night {
    done: Finished,
    /// Where canaries were seen.
    places: Vec<String>,
    /// Whether the channel was told anything.
    is_told: bool,
}

fn night(job: &Told, args: &[&str]) -> Night {
    let stub = Stub::start();
    let workspace = impatient(&stub);
    for (name, canary) in CANARIES {
        workspace.env(name, &if name == HOOK { stub.endpoint() + canary } else { canary.to_owned() });
    }
    workspace.write("config/notifications.yaml", CHANNELS);
    // The day before yesterday has no export: there is something to tell.
    workspace.setting("late_after", "1h");
    workspace.env("RUST_BACKTRACE", "full");
    deliver_first(&workspace, Some(&stub));
    job.trouble.meet(&stub, job.percent, 7);
    let done = workspace.run(&[&["--log", job.log, "-vvv", "run"], args].concat());
    let objects = stub.bucket().tree("");
    let places = seen(&done, objects.into_iter());
    let is_told = stub.log().iter().any(|logged| logged.kind == Kind::Unknown);
    Night { done, places, is_told }
}

#[test]
fn no_secret_is_in_any_output_or_object_whatever_goes_wrong() {
    let refused = Trouble { name: "403", fault: |_, _| Fault::Status(403, When::Before) };
    let mut jobs = Vec::new();
    for log in ["text", "json"] {
        for trouble in TROUBLES.into_iter().chain([refused]) {
            let percents: &[u64] = if log == "text" { &[35] } else { &[35, 100] };
            jobs.extend(percents.iter().map(|percent| Told { trouble, percent: *percent, log }));
        }
    }
    // A slow store has nothing more to say when it is slow all the time.
    jobs.retain(|job| job.percent < 100 || job.trouble.name != LATE);
    let nights = at_once(&jobs, |job| night(job, &["nightly", "--at", FIRST]));
    let bytes: usize = nights.iter().map(|Night { done, .. }| done.stdout.len() + done.stderr.len()).sum();
    println!("{} nights told {bytes} bytes", nights.len());
    let told = nights.iter().filter(|night| night.is_told).count();
    println!("{told} of them told the channel");
    assert!(told > 10, "only {told} nights had something to tell");
    assert!(bytes > 100_000, "little was told: {bytes} bytes");
    let hits: Vec<String> = jobs
        .iter()
        .zip(nights)
        .flat_map(|(job, Night { places, .. })| {
            places
                .into_iter()
                .map(|place| format!("{} at {} %, {}: {place}", job.trouble.name, job.percent, job.log))
        })
        .collect();
    assert!(hits.is_empty(), "{}", hits.join("\n"));
}

/// The bug that is planted: a name that the program repeats is a secret.
#[test]
fn a_secret_that_is_told_is_seen() {
    let job = Told { trouble: TROUBLES[2], percent: 0, log: "text" };
    for (_, canary) in CANARIES {
        let Night { places, .. } = night(&job, &[canary, "--at", FIRST]);
        assert!(!places.is_empty(), "{canary} was told and not seen");
    }
}
