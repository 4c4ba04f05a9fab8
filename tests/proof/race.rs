//! Eight at once, on a store in trouble: every market-day is published once.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, channel};

use jiff::civil::{Date, date};

use crate::chance::Chance;
use crate::night::shop;
use crate::stub::{Fault, Kind, Request, Stub, When};
use crate::worker::{Worker, Workspace};

const RACERS: usize = 8;
const MARKETS: [&str; 2] = ["GB", "US"];
const LAST: Date = date(2026, 10, 31);

/// What is broken on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// The store lets receipts be overwritten. It would be refused at the start if it let everything be.
    ReceiptsOverwrite,
}

struct Race {
    stub: Stub,
    workspace: Workspace,
    days: usize,
}

impl Race {
    /// So many days of two markets, all delivered.
    fn prepare(days: usize) -> Self {
        let stub = Stub::start();
        let workspace = Workspace::on_stub(&stub);
        let job = format!("version: 1\nplatforms: [shop]\nmarkets: [GB, US]\nlookback_days: {days}\n");
        workspace.write("jobs/nightly.yaml", job);
        // workspace.setting("lease", "2s");
        // A day in New York ends in the next export, one in London begins, in summer, in the one before.
        let mut exported = LAST.tomorrow().unwrap();
        for _ in 0..days + 2 {
            let [mut rows, others] = MARKETS.map(|market| shop(market, &exported.to_string(), market, 4));
            rows.push_str(others.split_once('\n').unwrap().1);
            workspace.deliver(Some(&stub), &format!("shop/{exported}/a.csv"), rows);
            exported = exported.yesterday().unwrap();
        }
        Self { stub, workspace, days }
    }

    /// One of the racers. Each has a clock of its own, so that no two would write the same receipt.
    fn racer(&self, number: usize) -> Worker {
        let mut command = self.workspace.command(&["run", "nightly", "--at"]);
        command.arg(format!("{}T12:00:{number:02}Z", LAST.tomorrow().unwrap()));
        command.env("AWS_ACCESS_KEY_ID", format!("racer{number}"));
        self.workspace.start_command(command)
    }

    /// 10 % of the requests are refused with 503, 5 % are carried out and their answer is lost, 5 % of what creates
    /// only is refused with 409. The first racer tells when it is about to publish.
    fn trouble(&self, seed: u64, planted: Planted) -> Receiver<()> {
        let (about_to_publish, heard) = channel();
        let mut chance = Chance(seed);
        self.stub.on(move |_, request| {
            let first_revision = request.kind == Kind::PutNew && request.is_in("_revisions/");
            if request.signer() == "racer0" && first_revision {
                let _ = about_to_publish.send(());
            }
            match chance.below(100) {
                0..10 => Fault::Status(503, When::Before),
                10..15 if planted == Planted::Nothing => Fault::Drop(When::After),
                15..20 if request.kind == Kind::PutNew => Fault::Status(409, When::Before),
                _ if planted == Planted::ReceiptsOverwrite && creates_receipt(request) => Fault::Unconditional,
                _ => Fault::Pass,
            }
        });
        heard
    }

    /// What is other than it should be.
    fn wrong(&self) -> BTreeSet<String> {
        let bucket = self.stub.bucket();
        let receipts: BTreeSet<String> = bucket.tree("archive/_receipts/").into_keys().collect();
        let first = |market: &str, date: Date| format!("shop/{market}/{date}/00000001.json");
        let dates = std::iter::successors(Some(LAST), |date| date.yesterday().ok()).take(self.days);
        let expected: BTreeSet<String> =
            dates.flat_map(|date| MARKETS.map(|market| first(market, date))).collect();
        let missing = expected.difference(&receipts).map(|key| format!("not published: {key}"));
        let doubled = receipts.difference(&expected).map(|key| format!("published again: {key}"));
        let lost = bucket.lost().into_iter();
        let lost = lost.filter(|key| {
            ["archive/_receipts/", "archive/_revisions/"].iter().any(|folder| key.starts_with(folder))
        });
        missing.chain(doubled).chain(lost.map(|key| format!("written over or deleted: {key}"))).collect()
    }
}

fn creates_receipt(request: &Request) -> bool {
    request.kind == Kind::PutNew && request.is_in("_receipts/")
}

/// Eight run at once. The first is stopped when it is about to publish, until all others have ended.
fn race(days: usize, seed: u64, planted: Planted) -> (Race, Vec<Option<i32>>) {
    let race = Race::prepare(days);
    let about_to_publish = race.trouble(seed, planted);
    let first = race.racer(0);
    about_to_publish.recv().unwrap();
    first.signal("STOP");
    let others: Vec<Worker> = (1..RACERS).map(|number| race.racer(number)).collect();
    let mut codes: Vec<Option<i32>> = others.into_iter().map(|other| other.finish().code).collect();
    first.signal("CONT");
    codes.push(first.finish().code);
    (race, codes)
}

#[test]
fn eight_racing_runs_publish_each_market_day_once() {
    let seeds = if std::env::var_os("COVERLEDGER_LONG").is_some() { 20 } else { 1 };
    for seed in 1..=seeds {
        let (race, codes) = race(25, seed, Planted::Nothing);
        let requests = race.stub.log().len();
        println!("8 racers, 50 market-days, {requests} requests, exit codes {codes:?}");
        assert_eq!(race.wrong(), BTreeSet::new());
        assert!(codes.iter().all(|code| matches!(code, Some(0 | 5))), "{codes:?}");

        race.stub.calm();
        race.racer(8).finish().exits(0);
        let writes: Vec<_> =
            race.stub.log().into_iter().filter(|logged| creates_more(logged.kind, &logged.key)).collect();
        assert_eq!(writes, []);
        race.workspace.run(&["verify"]).exits(0);
    }
}

/// Anything but the probe and a lease.
fn creates_more(kind: Kind, key: &str) -> bool {
    kind.writes() && !["_probe/", "_leases/", "_runs/"].iter().any(|folder| key.contains(folder))
}

#[test]
fn a_store_where_receipts_can_be_overwritten_is_noticed() {
    let (race, _) = race(4, 1, Planted::ReceiptsOverwrite);
    let wrong = race.wrong();
    assert!(wrong.iter().any(|wrong| wrong.contains("written over")), "{wrong:?}");
}
