//! Eight at once, on a store in trouble: every market-day is published once.

mod scheduled;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::chance::Chance;
use crate::night::shop;
use crate::readers::{Readers, View};
use crate::stub::{Fault, Kind, Request, Stub, When};
use crate::worker::{Worker, Workspace};

const RACERS: usize = 8;
/// What the first of them signs with.
const FIRST: &str = "racer0";
const MARKETS: [(&str, &str); 2] = [("GB", "Europe/London"), ("US", "America/New_York")];
/// When the races by hand are run.
const NOON: &str = "2026-11-01T12:00:00Z";

/// What is broken on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// The store lets receipts be overwritten. It would be refused at the start if it let everything be.
    ReceiptsOverwrite,
}

struct Race {
    stub: Arc<Stub>,
    workspace: Workspace,
    /// The market-days that are over at the start, by their receipts' keys.
    expected: BTreeSet<String>,
}

impl Race {
    /// So many days of two markets, the last of which are over at this instant, all delivered.
    fn prepare(days: usize, now: Timestamp) -> Self {
        let stub = Arc::new(Stub::start());
        let workspace = Workspace::on_stub(&stub);
        workspace.setting("lease", "2s");
        let today = now.strftime("%F").to_string().parse().unwrap();
        // A day in New York ends in the next export, one in London begins, in summer, in the one before.
        for exported in backwards(today).take(days + 3) {
            let [mut rows, others] = MARKETS.map(|(market, _)| shop(market, &exported.to_string(), market, 4));
            rows.push_str(others.split_once('\n').unwrap().1);
            workspace.deliver(Some(&stub), &format!("shop/{exported}/a.csv"), rows);
        }
        let receipts = |(market, zone): (&str, &str)| {
            let today = now.in_tz(zone).unwrap().date();
            backwards(today).skip(1).take(days).map(|date| format!("shop/{market}/{date}/00000001.json")).collect()
        };
        let expected = MARKETS.into_iter().flat_map(|market| -> Vec<String> { receipts(market) }).collect();
        let race = Self { stub, workspace, expected };
        race.job(days, "");
        race
    }

    fn job(&self, days: usize, more: &str) {
        let job = format!("version: 1\nplatforms: [shop]\nmarkets: [GB, US]\nlookback_days: {days}\n{more}");
        self.workspace.write("jobs/nightly.yaml", job);
    }

    /// The first racer, whom the stub can stop.
    fn first(&self) -> Worker {
        self.workspace.start_command_aimed_at(&self.stub, self.command(0))
    }

    fn racer(&self, number: usize) -> Worker {
        self.workspace.start_command(self.command(number))
    }

    /// One of the racers. Each has a clock of its own, so that no two would write the same receipt.
    fn command(&self, number: usize) -> Command {
        let mut command = self.workspace.command(&["run", "nightly", "--at"]);
        command.arg(NOON.replace(":00Z", &format!(":{number:02}Z")));
        command.env("AWS_ACCESS_KEY_ID", format!("racer{number}"));
        command
    }

    /// 10 % of the requests are refused with 503, 5 % are carried out and their answer is lost, 5 % of what creates
    /// only is refused with 409. The first racer is stopped when it is about to publish, which is told.
    fn trouble(&self, seed: u64, planted: Planted) -> Receiver<()> {
        let (about_to_publish, heard) = channel();
        let mut about_to_publish = Some(about_to_publish);
        let mut chance = Chance(seed);
        self.stub.on(move |_, request| {
            let keeps_a_table = request.kind == Kind::PutNew && request.is_in("_revisions/");
            if request.signer() == FIRST
                && keeps_a_table
                && let Some(about_to_publish) = about_to_publish.take()
            {
                about_to_publish.send(()).unwrap();
                return Fault::Stop;
            }
            if planted == Planted::ReceiptsOverwrite {
                return if creates_receipt(request) { Fault::Unconditional } else { Fault::Pass };
            }
            match chance.below(100) {
                0..10 => Fault::Status(503, When::Before),
                10..15 => Fault::Drop(When::After),
                15..20 if request.kind == Kind::PutNew => Fault::Status(409, When::Before),
                _ => Fault::Pass,
            }
        });
        heard
    }

    fn readers(&self) -> Readers {
        Readers::start(&View::Stub(Arc::clone(&self.stub)))
    }

    /// What is other than it should be.
    fn wrong(&self) -> BTreeSet<String> {
        let bucket = self.stub.bucket();
        let receipts: BTreeSet<String> = bucket.tree("archive/_receipts/").into_keys().collect();
        let missing = self.expected.difference(&receipts).map(|key| format!("not published: {key}"));
        let again = receipts.iter().filter(|key| !key.ends_with("/00000001.json"));
        let again = again.map(|key| format!("published again: {key}"));
        let lost = bucket.lost().into_iter();
        let lost = lost.filter(|key| {
            ["archive/_receipts/", "archive/_revisions/"].iter().any(|folder| key.starts_with(folder))
        });
        missing.chain(again).chain(lost.map(|key| format!("written over or deleted: {key}"))).collect()
    }
}

/// This date and those before.
fn backwards(from: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |date| date.yesterday().ok())
}

fn creates_receipt(request: &Request) -> bool {
    request.kind == Kind::PutNew && request.is_in("_receipts/")
}

/// Eight run at once. The first is stopped when it is about to publish, until all others have ended.
fn race(days: usize, seed: u64, planted: Planted) -> (Race, Vec<Option<i32>>) {
    let race = Race::prepare(days, NOON.parse().unwrap());
    let about_to_publish = race.trouble(seed, planted);
    let first = race.first();
    about_to_publish.recv().unwrap();
    first.await_stopped();
    let others: Vec<Worker> = (1..RACERS).map(|number| race.racer(number)).collect();
    let mut codes: Vec<Option<i32>> = others.into_iter().map(|other| other.finish().code).collect();
    first.signal("CONT");
    codes.push(first.finish().code);
    (race, codes)
}

#[test]
fn eight_racing_runs_publish_each_market_day_once() {
    let seeds = if std::env::var_os("COVERLEDGER_LONG").is_some() { 10 } else { 1 };
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
    // Whether two of them get as far as the same receipt is left to the machine.
    let is_noticed = |seed| {
        let (race, codes) = race(4, seed, Planted::ReceiptsOverwrite);
        let wrong = race.wrong();
        println!("seed {seed}: {wrong:?}, exit codes {codes:?}");
        wrong.iter().any(|wrong| wrong.contains("written over"))
    };
    assert!((1..=5).any(is_noticed));
}
