//! What is asked of a store and read from it: no more than there is to do, however old the archive.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::night::shop;
use crate::stub::{Kind, Stub};
use crate::worker::Workspace;

const SIX_MARKETS: &str = "version: 1
slots:
  day_parts: {night: \"00:00\", morning: \"06:00\", afternoon: \"12:00\", prime: \"19:00\", late: \"23:00\"}
markets:
  US: {timezone: America/New_York, slots: day_parts}
  GB: {timezone: Europe/London, slots: day_parts}
  IN: {timezone: Asia/Kolkata, slots: day_parts}
  ID: {timezone: Asia/Jakarta, slots: day_parts}
  BR: {timezone: America/Sao_Paulo, slots: day_parts}
  AU: {timezone: Australia/Sydney, slots: day_parts}
";

/// A platform in the stub's bucket, with an export for each of these dates.
struct Ground {
    stub: Stub,
    workspace: Workspace,
}

impl Ground {
    fn new(markets: &str, lookback_days: u16, first: Date, last: Date) -> Self {
        let stub = Stub::start();
        let workspace = Workspace::on_stub(&stub);
        let job = format!("version: 1\nplatforms: [shop]\nmarkets: [{markets}]\nlookback_days: {lookback_days}\n");
        workspace.write("jobs/nightly.yaml", job);
        workspace.write("config/markets.yaml", SIX_MARKETS);
        for date in first.series(1.day()).take_while(|date| *date <= last) {
            let rows = shop(&format!("{date}"), &date.to_string(), "GB", 4);
            workspace.deliver(Some(&stub), &format!("shop/{date}/a.csv"), rows);
        }
        Self { stub, workspace }
    }

    /// Publishes these local dates.
    fn backfill(&self, first: Date, last: Date) {
        let (first, last) = (first.to_string(), last.to_string());
        let range = ["backfill", "nightly", "--at", "2026-12-31T03:00:00Z", "--from", &first, "--to", &last];
        self.workspace.run(&range).exits(0);
        // S3 tells whole seconds, and nights are not as close.
        self.stub.bucket().pass(std::time::Duration::from_hours(24));
    }

    /// How often each export was read since the log began.
    fn reads(&self) -> BTreeMap<String, usize> {
        let mut reads = BTreeMap::new();
        for logged in self.stub.log() {
            if logged.kind == Kind::Get
                && let Some(key) = logged.key.strip_prefix("exports/")
            {
                *reads.entry(key.to_owned()).or_default() += 1;
            }
        }
        reads
    }
}

/// What a night without news asks of an archive of so many days in GB and US.
fn quiet_night(days: i64, decisions: Option<&str>) -> BTreeMap<Kind, usize> {
    let last = date(2026, 11, 20);
    let first = last.checked_sub((days - 1).days()).unwrap();
    let ground = Ground::new("GB, US", 2, first.yesterday().unwrap(), last.tomorrow().unwrap());
    if let Some(text) = decisions {
        ground.workspace.write("config/decisions.yaml", text);
    }
    ground.backfill(first, last);
    let night = || ground.workspace.night("2026-11-21T12:00:00Z").exits(0);
    // The first may still have to say that days are final, and leaves its record.
    night();
    ground.stub.calm();
    night();
    let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
    for logged in ground.stub.log() {
        *by_kind.entry(logged.kind).or_default() += 1;
        assert!(!logged.key.contains("_revisions/"), "no fact is read: {}", logged.key);
    }
    assert_eq!(ground.reads(), BTreeMap::new(), "there is nothing to read");
    by_kind
}

#[test]
fn a_night_without_news_asks_the_same_of_an_archive_of_a_month_and_of_a_year() {
    let (month, year) = (quiet_night(30, None), quiet_night(365, None));
    println!("a night without news: {month:?} requests after a month, {year:?} after a year");
    assert_eq!(month, year);
}

#[test]
fn decisions_that_are_known_cost_a_night_the_same_after_a_month_and_after_a_year() {
    let decisions = Some("version: 1\nwindow_days: 10\nperiod_days: 3\n");
    let (without, month, year) = (quiet_night(30, None), quiet_night(30, decisions), quiet_night(365, decisions));
    println!("a night without news: {without:?} requests, with decisions {month:?}, and {year:?} after a year");
    assert_eq!(month, year);
    let more = |kind: Kind| month.get(&kind).unwrap_or(&0) - without.get(&kind).unwrap_or(&0);
    // Of each of two markets the receipts of its market-days are listed, and those of its decisions, of which one is
    // read; and the last of their current paths is looked at beside its receipt. The stub's pages are small.
    assert_eq!(more(Kind::Get), 2);
    assert_eq!(month.values().sum::<usize>() - without.values().sum::<usize>(), 2 + more(Kind::List));
    assert!(more(Kind::List) <= 2 * 7, "{}", more(Kind::List));
}

#[test]
fn each_export_is_read_once_for_thirty_days_in_six_markets() {
    let (first, last) = (date(2026, 10, 1), date(2026, 10, 30));
    // A row sits in an export of its own UTC day or of the day after.
    let ground = Ground::new("US, GB, IN, ID, BR, AU", 2, first.yesterday().unwrap(), date(2026, 11, 1));
    ground.stub.calm();
    ground.backfill(first, last);
    let exports = ground.stub.bucket().tree("exports/");
    let reads = ground.reads();
    let size = |key: &String| exports[key].len();
    let read: usize = reads.iter().map(|(key, times)| size(key) * times).sum();
    let there: usize = exports.keys().map(size).sum();
    println!("{read} bytes read of {there} that there are, for 180 market-days");
    assert_eq!(reads.keys().collect::<Vec<_>>(), exports.keys().collect::<Vec<_>>());
    assert!(read * 100 <= there * 102, "{read} bytes read of {there}: {reads:?}");
}

#[test]
fn a_late_export_is_read_with_those_that_its_market_days_stand_on_and_no_other() {
    let (first, last) = (date(2026, 11, 14), date(2026, 11, 20));
    let ground = Ground::new("GB", 7, first, last.tomorrow().unwrap());
    ground.backfill(first, last);
    let rows = shop("late", "2026-11-17", "GB", 2);
    ground.workspace.deliver(Some(&ground.stub), "shop/2026-11-17/late.csv", rows);
    ground.stub.calm();
    let night = ground.workspace.night("2026-11-21T12:00:00Z").exits(0);
    // It may hold rows of its own day and of the two before, with late leaves of stays that crossed midnight; these stand on
    // their own exports and those of the next two days.
    let expected =
        ["15/a", "16/a", "17/a", "17/late", "18/a", "19/a"].map(|name| format!("shop/2026-11-{name}.csv"));
    let reads = ground.reads();
    assert_eq!(reads.keys().cloned().collect::<BTreeSet<_>>(), BTreeSet::from(expected), "{}", night.stdout);
    assert!(reads.values().all(|times| *times == 1), "{reads:?}");
}
