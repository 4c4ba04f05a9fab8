//! Eight schedulers, whose job is due every second.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{BTreeSet, Planted, RACERS, Race};
use crate::worker::Worker;

const DUE: &str = "schedule: {cron: \"* * * * * *\", timezone: UTC}\n";
/// Until everything has to be published.
const PATIENCE: Duration = Duration::from_mins(3);

impl Race {
    fn scheduler(&self, number: usize) -> Worker {
        let mut command = self.workspace.command(&["schedule", "--drain", "60"]);
        command.env("AWS_ACCESS_KEY_ID", format!("scheduler{number}"));
        self.workspace.start_command(command)
    }

    /// Waits for this to be so.
    fn wait(&self, what: &str, so: impl Fn() -> bool) {
        let started = Instant::now();
        while !so() {
            assert!(started.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}; {:?}", self.wrong());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// A market-day of some lease, as `shop/GB/2026-11-20`, and the process that holds it.
    fn leased(&self) -> Option<(String, u64)> {
        let leases = self.stub.bucket().tree("archive/_leases/");
        leases.values().find_map(|bytes| {
            let lease: serde_json::Value = serde_json::from_slice(bytes).ok()?;
            // Batches are published newest first.
            let newest = lease["covers"].as_array()?.iter().max_by_key(|covered| covered["to"].to_string())?;
            let (market, date) = (newest["market"].as_str()?, newest["to"].as_str()?);
            Some((format!("shop/{market}/{date}"), lease["pid"].as_u64()?))
        })
    }

    fn is_published(&self, market_day: &str) -> bool {
        self.stub.bucket().get(&format!("archive/_receipts/{market_day}/00000001.json")).is_some()
    }
}

fn signal(name: &str, pid: u64) -> bool {
    Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap().success()
}

#[test]
fn eight_racing_schedulers_publish_each_market_day_once() {
    let race = Race::prepare(25, Timestamp::now());
    race.job(25, DUE);
    drop(race.trouble(2, Planted::Nothing));
    let readers = race.readers();
    let racers: Vec<Worker> = (0..RACERS).map(|number| race.scheduler(number)).collect();

    // A run that is stopped past its lease: another takes its market-day, and then it goes on.
    race.wait("a lease", || race.leased().is_some_and(|(market_day, _)| !race.is_published(&market_day)));
    let stopped = race.leased().filter(|(_, pid)| signal("STOP", *pid));
    if let Some((market_day, pid)) = &stopped {
        race.wait("another's receipt", || race.is_published(market_day));
        signal("CONT", *pid);
    }
    race.wait("all receipts", || {
        race.expected.iter().all(|key| race.is_published(key.rsplit_once('/').unwrap().0))
    });
    for racer in &racers {
        racer.signal("TERM");
    }
    let ended: Vec<_> = racers.into_iter().map(Worker::finish).collect();
    let seen = readers.stop();
    let codes: Vec<_> = ended.iter().map(|ended| ended.code).collect();
    println!(
        "8 schedulers, 50 market-days, {} requests, exit codes {codes:?}, stopped past its lease: {stopped:?}; \
         {} reads, {} wrong",
        race.stub.log().len(),
        seen.reads,
        seen.wrong.len()
    );
    assert_eq!(seen.wrong, BTreeSet::new());
    assert_eq!(race.wrong(), BTreeSet::new());
    assert!(codes.iter().all(|code| *code == Some(0)), "{ended:?}");
    race.stub.calm();
    race.workspace.run(&["verify"]).exits(0);
}
