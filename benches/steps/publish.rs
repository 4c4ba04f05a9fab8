//! A market-day's tables rendered, and put into an archive in a folder; the floor writes and syncs the same bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use coverledger::archive::{Archive, Draft, Stamp, State, TableBytes, TableName, Unit};
use coverledger::demo::DemoFormat;
use coverledger::model::{CountSet, Counts, DayPart, Era, Fact, FactKey, Figures, MarketDay, Parts, PlatformId};
use coverledger::report::{self, MarketDayContext};
use coverledger::store::{IfMissing, Store};
use coverledger::time::Clock;
use criterion::Criterion;
use jiff::Timestamp;
use jiff::civil::date;

use super::week::Week;

const TABLES: [TableName; 4] =
    [TableName::Funnel, TableName::SlotAudience, TableName::Capability, TableName::Bridge];
/// Broadcasts times covers, by slot and audience.
const CELLS: [u64; 3] = [12, 4, 8];

pub fn bench(criterion: &mut Criterion) {
    let week = Week::new(DemoFormat::Csv);
    let (platform, its) = week.workspace.platforms.iter().next().expect("a platform");
    let (id, market) = week.workspace.markets.iter().next().expect("a market");
    let market_day = MarketDay { platform: platform.clone(), market: id.clone(), local_date: date(2026, 10, 28) };
    let facts = facts();
    let sheet = MarketDayContext {
        market_day: &market_day,
        market,
        day: &market.day.day(market_day.local_date).expect("a day"),
        eras: &its.eras,
        mapped: CountSet::ALL,
        provisional: true,
        facts: &facts,
        booked: &[],
        by_turn: None,
        by_group: None,
        unknown: &[],
    };
    let render = |revision| report::market_day(&sheet, revision).expect("four tables");
    let mut group = criterion.benchmark_group("publish a market-day");
    group.bench_function("render", |bencher| bencher.iter(|| render(1)));

    let tables = render(1).map(|rendered| (bytes::Bytes::from(rendered.bytes), rendered.rows as u64));
    let tables = || {
        let table = |(table, (bytes, rows)): (TableName, &(bytes::Bytes, u64))| TableBytes {
            table,
            bytes: bytes.clone(),
            rows: *rows,
        };
        TABLES.into_iter().zip(&tables).map(table).collect::<Vec<_>>()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open_folder(dir.path(), IfMissing::Refuse).expect("a folder");
    let archive = runtime.block_on(Archive::for_writing(store)).expect("an archive");
    let stamp = Stamp {
        run_id: "bench".to_owned(),
        now: Timestamp::UNIX_EPOCH,
        clock: Clock::Fixed(Timestamp::UNIX_EPOCH),
    };
    let mut number = 0;
    group.bench_function("put", |bencher| {
        bencher.iter(|| {
            number += 1;
            let unit = Unit::MarketDay(MarketDay {
                platform: PlatformId::new(format!("p{number}")),
                ..market_day.clone()
            });
            let draft = draft(number);
            let published = archive.publish(&unit, &draft, |_| Ok(tables()), &stamp);
            runtime.block_on(published).expect("published")
        });
    });
    let floor = tempfile::tempdir().expect("a temporary folder");
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            number += 1;
            for (nth, table) in tables().iter().chain(&tables()).enumerate() {
                let mut file = File::create(floor.path().join(format!("{number}-{nth}"))).expect("a file");
                file.write_all(&table.bytes).expect("written");
                file.sync_all().expect("synced");
            }
        });
    });
    group.finish();
}

fn facts() -> Vec<Fact> {
    let [stages, slots, audiences] = CELLS;
    let mut facts = Vec::new();
    for slot in 0..slots {
        for (audience, stage) in
            (0..audiences).flat_map(|audience| (0..stages).map(move |stage| (audience, stage)))
        {
            let counts = Counts {
                impressions: 1000 + slot * stage,
                unique_impressions: 700,
                clicks: 30 + audience,
                clickers: 29,
                entries: 20,
                entrants: 19,
                stays: 9,
                dwell_ms: 1_234_567,
                orders: 1,
            };
            let key = FactKey {
                era: Era(0),
                part: DayPart::Slot(usize::try_from(slot).unwrap_or_default()),
                audience: Arc::from(format!("a{audience}")),
                broadcast_id: Arc::from(format!("r{}", stage / 4)),
                cover_id: Arc::from(format!("c{}", stage % 4)),
                contaminated: false,
            };
            facts.push(Fact {
                key,
                figures: Figures::exact(counts, CountSet::ALL),
                parts: Parts::default(),
                orphan_clicks: None,
            });
        }
    }
    facts.sort_by(|one, other| one.key.cmp(&other.key));
    facts
}

fn draft(number: u64) -> Draft {
    Draft {
        state: State::Provisional,
        fingerprint: format!("{number:064x}"),
        exports: Vec::new(),
        facts: Vec::new(),
        totals: BTreeMap::new(),
        config_sha256: String::new(),
        program_version: String::new(),
        tz_release: String::new(),
        engine: String::new(),
        partly: None,
    }
}
