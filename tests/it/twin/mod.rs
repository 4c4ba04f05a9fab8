//! The counting path and its naive twin, on generated exports.
//!
//! Each seed is a small world ([`world`]), written as files and configuration, settled by the crate, and settled again
//! by loops over rows ([`naive`]). Every fact, every account of every receipt and every roll-up has to be the same.
//! `COVERLEDGER_TWIN_SEEDS` asks for more than the usual number.

pub mod clocks;
pub mod dice;
mod naive;
mod paper;
mod world;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use coverledger::archive::{Archive, TableName, Unit};
use coverledger::config::{Assignment, Design, Experiment, Guardrails, Split, Value, Workspace};
use coverledger::model::{GroupKey, Id, MarketDay, MarketId, PlatformId, TurnSpan, Turns};
use coverledger::plan::{Dates, Reprocess, Selection};
use coverledger::report;
use coverledger::run::{self, Disposition, Stop};
use coverledger::stores;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::DataFrame;

use naive::{Accounts, Counts, Key, Settled};
use world::{MARKETS, World};

const USUAL_SEEDS: u64 = 240;
/// The market that has turns and groups of viewers at once.
const GROUPED: &str = MARKETS[0];
const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 24 * 60 * MINUTE_US;

#[test]
fn the_engine_and_a_naive_loop_over_rows_agree() {
    let asked = std::env::var("COVERLEDGER_TWIN_SEEDS").ok();
    let seeds = asked.map_or(USUAL_SEEDS, |seeds| seeds.parse().expect("COVERLEDGER_TWIN_SEEDS is a number"));
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    compare(seed);
                }
            });
        }
    });
}

/// The generator has to provoke what the twin is for, or their agreement means little.
#[test]
fn the_twins_worlds_hold_what_they_are_meant_to_provoke() {
    let mut sums: [u64; 5] = [0; 5];
    let (mut stays, mut uniques, mut shows) = (0, 0, 0);
    for seed in 0..16 {
        let settled = naive::settle(&World::of(seed));
        for account in settled.accounts.values() {
            sums.iter_mut().zip(account).for_each(|(sum, more)| *sum += more);
        }
        for counts in settled.funnel.values() {
            shows += counts[0];
            uniques += counts[1];
            stays += counts[6];
        }
    }
    assert!(sums.iter().all(|sum| *sum > 300), "{sums:?}");
    assert!(shows > uniques && uniques > 100 && stays > 100, "{shows} {uniques} {stays}");
}

fn compare(seed: u64) {
    let world = World::of(seed);
    let expected = naive::settle(&world);
    let folder = quick_folder();
    paper::write(&world, folder.path());
    let mut workspace = coverledger::config::load(&folder.path().join("config"), &folder.path().join("jobs"))
        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    workspace.settings.threads = std::num::NonZeroUsize::new(usize::try_from(seed % 3 + 1).unwrap());
    let spans = rotation(seed, &world);
    workspace.rotations.insert((PlatformId::new("p"), MarketId::new(MARKETS[0])), Turns::new(spans.clone()));
    let split = split(seed, &world);
    workspace.experiments.extend(split.map(|(from, to)| ("split".to_owned(), experiment(from, to))));
    let workspace = workspace.with_viewer_groups_secret("of the twin");
    let key =
        workspace.viewer_groups.get("split").map_or_else(|| GroupKey::new([0; 16]), |groups| groups.key.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let found = runtime.block_on(async {
        // The range at once, or a day at a time: neighbours must not change a day's numbers.
        let ranges: Vec<(Date, Date)> = if seed.is_multiple_of(4) {
            days(&world).map(|date| (date, date)).collect()
        } else {
            vec![(world.from, world.to)]
        };
        for (from, to) in ranges {
            Box::pin(publish(seed, &workspace, from, to)).await;
        }
        let archive = stores::archive_for_reading(&workspace.settings).unwrap();
        let cut = [facts(&archive, TableName::Turns).await, facts(&archive, TableName::ViewerGroups).await];
        (read_back(&world, &workspace).await, cut)
    });
    let (found, [by_turn, by_group]) = found;
    same(seed, "account", &expected.accounts, &found.accounts);
    same(seed, "fact", &expected.funnel, &found.funnel);
    let mut expected = naive::settle_by(&world, &|us, _| turn_at(&spans, us)).funnel;
    expected.retain(|(market, ..), _| market == MARKETS[0] && !spans.is_empty());
    same(seed, "fact by turn", &expected, &by_turn);
    let group = |viewer: &str| key.group(Id::hash_of(viewer)).number();
    let mut expected = naive::settle_by(&world, &|_, viewer| format!("#{}", group(viewer))).funnel;
    let is_grouped = |date: &str| split.is_some_and(|(from, to)| (from..=to).contains(&date.parse().unwrap()));
    expected.retain(|(market, date, ..), _| market == GROUPED && is_grouped(date));
    same(seed, "fact by group", &expected, &by_group);
}

/// Turns of fifty minutes in the first market, with a burn-in of seven and pauses of thirteen, or none at all.
fn rotation(seed: u64, world: &World) -> Vec<TurnSpan> {
    if seed.is_multiple_of(3) {
        return Vec::new();
    }
    let midnight = |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap().as_microsecond();
    let (from, until) = (midnight(world.from) - DAY_US, midnight(world.to) + 2 * DAY_US);
    let span = |starts_us| TurnSpan {
        starts_us,
        settles_us: starts_us + 7 * MINUTE_US,
        ends_us: starts_us + 50 * MINUTE_US,
    };
    let starts = std::iter::successors(Some(from), |at| Some(at + 63 * MINUTE_US));
    starts.take_while(|at| *at < until).map(span).collect()
}

/// A split that assigns viewers in one market, of all dates or all but the first; or none.
fn split(seed: u64, world: &World) -> Option<(Date, Date)> {
    let from = if seed.is_multiple_of(2) { world.from } else { world.from.tomorrow().unwrap() };
    (!seed.is_multiple_of(5)).then_some((from, world.to))
}

fn experiment(from: Date, to: Date) -> Experiment {
    Experiment {
        platforms: [PlatformId::new("p")].into(),
        markets: [MarketId::new(GROUPED)].into(),
        covers: vec!["c0".to_owned(), "c1".to_owned()],
        control: 0,
        from,
        to,
        stopped: None,
        level: 0.05,
        worth: 0.05,
        value: Value { orders: 1.0, retained_minutes: 0.0 },
        guardrails: Guardrails { stay: None, orders: None, conversion: None, revisits: None },
        imbalance: 0.001,
        design: Design::Split(Split { shares: vec![0.5, 0.5], broadcasts: 8, assignment: Assignment::Viewer }),
    }
}

/// The turn of an instant in words; nothing outside of all.
fn turn_at(spans: &[TurnSpan], us: i64) -> String {
    let span = spans.iter().find(|span| span.starts_us <= us && us < span.ends_us);
    span.map(|span| in_words(span.starts_us, us < span.settles_us)).unwrap_or_default()
}

fn in_words(starts_us: i64, burn_in: bool) -> String {
    format!("@{starts_us}{}", if burn_in { "!" } else { "" })
}

/// In memory where the machine has such a place: a market-day is a handful of files, each put on disk with a sync.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn days(world: &World) -> impl Iterator<Item = Date> {
    let to = world.to;
    std::iter::successors(Some(world.from), |date| date.tomorrow().ok()).take_while(move |date| *date <= to)
}

async fn publish(seed: u64, workspace: &Workspace, from: Date, to: Date) {
    let selection = Selection {
        platforms: [PlatformId::new("p")].into(),
        markets: MARKETS.map(MarketId::new).into(),
        dates: Dates::Range { from, to },
        reprocess: Reprocess::Due,
        // Of what comes again much is changed, which would hold the day.
        accept_shrink: true,
    };
    let now = "2027-03-01T00:00:00Z".parse().unwrap();
    let stop = Stop::new();
    let report = Box::pin(run::run(workspace, &selection, now, "twin", &stop, &|_| {})).await.unwrap();
    for (day, disposition) in &report.days {
        assert!(matches!(disposition, Disposition::Published { .. }), "seed {seed}: {day} {disposition:?}");
    }
}

async fn read_back(world: &World, workspace: &Workspace) -> Settled {
    let archive = stores::archive_for_reading(&workspace.settings).unwrap();
    let funnel = facts(&archive, TableName::Funnel).await;
    let mut rolled_up: BTreeMap<Key, Counts> = BTreeMap::new();
    for ((market, date, slot, audience, _, _), counts) in &funnel {
        let key = (market.clone(), date.clone(), slot.clone(), audience.clone(), String::new(), String::new());
        let sums = rolled_up.entry(key).or_default();
        sums.iter_mut().zip(counts).for_each(|(sum, more)| *sum += more);
    }
    assert_eq!(rolled_up, facts(&archive, TableName::SlotAudience).await);
    let mut accounts = Accounts::new();
    for market in MARKETS {
        for date in days(world) {
            let day =
                MarketDay { platform: PlatformId::new("p"), market: MarketId::new(market), local_date: date };
            let receipt = archive.newest(&Unit::MarketDay(day)).await.unwrap().expect("a receipt");
            for export in receipt.content.exports {
                let rows = export.rows;
                let account = [rows.rows_in, rows.counted, rows.duplicate, rows.outside, rows.rejected];
                accounts.insert((market.to_owned(), date.to_string(), export.key), account);
            }
        }
    }
    Settled { funnel, accounts }
}

async fn facts(archive: &Archive, table: TableName) -> BTreeMap<Key, Counts> {
    let objects: Vec<_> =
        archive.table(table, &[]).await.unwrap().read.into_iter().map(|(_, bytes)| bytes).collect();
    let frame = report::frame(&objects).unwrap();
    let text = |row: usize, name: &str| match frame.column(name) {
        Ok(column) => column.get(row).unwrap().str_value().into_owned(),
        Err(_) => String::new(),
    };
    let count = |row: usize, name: &str| frame.column(name).unwrap().get(row).unwrap().extract::<f64>().unwrap();
    let names = [
        "impressions",
        "unique_impressions",
        "clicks",
        "clickers",
        "entries",
        "entrants",
        "stays",
        "dwell_seconds",
        "orders",
    ];
    let fact = |row: usize| {
        let key =
            ["market", "local_date", "slot", "audience", "broadcast_id", "cover_id"].map(|name| text(row, name));
        let [market, date, slot, audience, broadcast, cover] = key;
        let slot = slot + &turn_of(&frame, row) + &group_of(&frame, row);
        let counts = names.map(|name| {
            let factor = if name == "dwell_seconds" { 1000.0 } else { 1.0 };
            format!("{:.0}", count(row, name) * factor).parse().unwrap()
        });
        ((market, date, slot, audience, broadcast, cover), counts)
    };
    let facts: Vec<(Key, Counts)> = (0..frame.height()).map(fact).collect();
    let rows = facts.len();
    let facts: BTreeMap<Key, Counts> = facts.into_iter().collect();
    assert_eq!(facts.len(), rows, "a key came twice in {table}");
    facts
}

/// The turn of a row in words; nothing where the table has none.
fn turn_of(frame: &DataFrame, row: usize) -> String {
    let Ok(starts) = frame.column("turn_start_utc") else { return String::new() };
    let burn_in = frame.column("burn_in").unwrap().bool().unwrap().get(row);
    let starts = starts.to_physical_repr().i64().unwrap().get(row);
    starts.map(|us| in_words(us, burn_in.unwrap())).unwrap_or_default()
}

/// The viewer group of a row in words; nothing where the table has none.
fn group_of(frame: &DataFrame, row: usize) -> String {
    let Ok(groups) = frame.column("viewer_group") else { return String::new() };
    groups.i64().unwrap().get(row).map(|group| format!("#{group}")).unwrap_or_default()
}

fn same<K: Ord + Debug, V: PartialEq + Debug>(
    seed: u64,
    what: &str,
    expected: &BTreeMap<K, V>,
    found: &BTreeMap<K, V>,
) {
    let keys: std::collections::BTreeSet<&K> = expected.keys().chain(found.keys()).collect();
    for key in keys {
        let (expected, found) = (expected.get(key), found.get(key));
        assert!(expected == found, "seed {seed}, {what} {key:?}:\n expected {expected:?}\n    found {found:?}");
    }
}
