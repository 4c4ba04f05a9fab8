//! Nothing that reading an object comes to is lost on the way from an executor.

use super::*;
use crate::cluster::testing::Bench;
use crate::reading::Read;
use coverledger_core::model::{CountTable, Reason, Verdict};
use coverledger_read::export::{ReadReport, SourceStats};

/// Events without ids, hourly counts with a rate in a document that says how much it is of, and a log of covers.
const LIVE: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap, uniques: first_touch}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click, beat: ignore}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      host_id: host
      cover_id: cover
      viewer_id: viewer
  - name: hours
    rows: counts
    path: "hours/{date:%Y-%m-%d}.json"
    day: {timezone: UTC}
    format: json
    rows_at: "data.list[]"
    complete: {rows: data.total}
    newest: {by: {column: made}, per: period}
    columns:
      period: {start: from, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: log
      counts:
        entries: views
        entrants: viewers
        stays: {of: entries, times: {column: rate, unit: percent}}
        orders: orders
        dwell_seconds: dwell
      optional: [dwell_seconds]
      rates:
        click_conversion: {column: conversion, unit: fraction}
  - name: log
    rows: covers
    path: "log/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    columns: {from: from, until: until, market: {value: GB}, broadcast_id: room, cover_id: cover}
"#;

fn bench() -> Bench {
    let exports = [
        (
            "shop/2026-11-20.csv",
            "at,event,country,room,host,cover,viewer\n\
             2026-11-20T09:00:00Z,show,GB,r1,mei,red,v1\n\
             2026-11-20T09:00:05Z,tap,GB,r1,mei,red,v1\n\
             2026-11-20T09:00:06Z,beat,GB,r1,mei,red,v1\n\
             2026-11-20T11:00:00Z,show,GB,r1,ann,red,v2\n\
             2026-11-20T11:00:00Z,show,FR,r1,mei,red,v2\n\
             yesterday,show,GB,r1,mei,red,v2\n\
             2026-11-27T09:00:00Z,show,GB,r1,mei,red,v2\n",
        ),
        (
            "hours/2026-11-20.json",
            r#"{"data": {"total": 3, "list": [
                {"from": "2026-11-20T09:00:00Z", "room": "r1", "views": 20000, "viewers": 10, "orders": 5, "rate": "2.0%", "conversion": "0.5", "made": "2026-11-21T01:00:00Z"},
                {"from": "2026-11-20T10:00:00Z", "room": "r1", "views": 30000, "viewers": 10, "orders": 5, "rate": "1.5%", "conversion": "0.1", "made": "2026-11-21T02:00:00Z"}
            ]}}"#,
        ),
        ("log/2026-11-20.csv", "room,from,until,cover\nr1,2026-11-20T08:00:00Z,2026-11-20T12:00:00Z,red\n"),
        ("shop/2026-11-21.csv", "this is no export of events\n"),
    ];
    Bench::of(LIVE, &exports, ["2026-11-20", "2026-11-21"])
}

/// What an executor says, before it is sent and after.
fn sent(bench: &Bench) -> (Vec<Account>, Vec<Account>) {
    let (mut payloads, mut before, mut number) = (Vec::new(), Vec::new(), 0);
    for task in 0..bench.shipped().tasks() {
        let tell = |account: &Account, _: &mut dyn FnMut(arrow_array::RecordBatch) -> bool| {
            payloads.extend(account.payloads()?);
            // The account itself is lent: what is made of nothing but its fields is what it is.
            before.push(Account { export: account.export, staged: account.staged, read: copied(&account.read) });
            Ok(true)
        };
        bench.executor().read_each(task, &mut |_| true, tell).unwrap();
        number += 1;
    }
    assert!(number > 0);
    before.sort_by_key(|account| account.export);
    payloads.reverse();
    (before, Account::all(&payloads, bench.batch().exports.len()).unwrap())
}

fn copied(read: &Result<ReadExport, Unread>) -> Result<ReadExport, Unread> {
    match read {
        Ok(ReadExport { sha256, modified, report, rows }) => Ok(ReadExport {
            sha256: sha256.clone(),
            modified: *modified,
            report: report.clone(),
            rows: match rows {
                Read::Signals(landed) => Read::Signals(landed.clone()),
                Read::Counts(page) => Read::Counts(page.clone()),
                Read::Views(_) | Read::Allocated => panic!("executors do not read such"),
            },
        }),
        Err(Unread { reason, is_too_much, is_of_disk }) => {
            Err(Unread { reason: reason.clone(), is_too_much: *is_too_much, is_of_disk: *is_of_disk })
        }
    }
}

#[test]
fn everything_that_reading_came_to_comes_back() {
    let bench = bench();
    let (before, after) = sent(&bench);
    assert_eq!(before, after);
    let of = |key: &str| {
        let number = bench.batch().exports.iter().position(|planned| planned.found.object.key == key).unwrap();
        &after[number]
    };
    let read = |key: &str| of(key).read.as_ref().unwrap();

    // None of what is compared above is what it would be if it had been left out.
    let ReadExport { sha256, report, rows, .. } = read("shop/2026-11-20.csv");
    let ReadReport { rows_in, taken, ignored, rejected, rejects, stats, reasons, .. } = report;
    assert_eq!((sha256.len(), *rows_in, *taken, *ignored, *rejected), (64, 7, 3, 1, 3));
    assert_eq!(of("shop/2026-11-20.csv").staged, 3);
    let Read::Signals(landed) = rows else { panic!("they are signals") };
    assert_eq!((landed.by_day.iter().sum::<u64>(), landed.outside), (3, 0));
    let of_time = rejects.iter().find(|reject| reject.reason == Reason::BadTime).unwrap();
    assert!(of_time.byte_offset.is_some() && of_time.column.is_some() && of_time.text.is_some());
    assert_eq!(reasons.each().len(), 3);
    let SourceStats { records, span_us, prints, other_markets, beyond, hosts, .. } = stats;
    assert!(*records > 0 && span_us.is_some() && stats.covered_us().is_some());
    let nine = 1_795_165_200_000_000;
    assert!(
        stats.has_records_within((nine, nine))
            && !stats.has_records_within((nine + 3_600_000_000, nine + 3_600_000_001))
    );
    let prints = prints.as_ref().unwrap();
    assert!(prints.have_viewers() && prints.records() == 3 && prints.kept().len() == 3);
    assert_eq!((other_markets.records, other_markets.named().as_deref()), (1, Some("`FR`")));
    assert!(beyond.records == 1 && beyond.span_us.is_some());
    assert_eq!((hosts.of("r1"), hosts.contradiction().is_some()), (Some("mei"), true));

    let ReadExport { report, rows, .. } = read("hours/2026-11-20.json");
    assert_eq!(report.claim.as_ref().unwrap().rows, Some(3));
    assert!(
        report.checks.iter().any(|check| check.verdict != Verdict::Equal || check.rows > 0),
        "{:?}",
        report.checks
    );
    let Read::Counts(CountTable { stages, rows, created_us, absent, .. }) = rows else {
        panic!("they are counts")
    };
    assert_eq!((stages.len(), rows.len(), created_us.is_some(), absent.is_empty()), (1, 2, true, false));
    assert!(rows.iter().all(|row| row.figures.low != row.figures.high && row.end_us > row.start_us));
    let Read::Counts(log) = &read("log/2026-11-20.csv").rows else { panic!("they are covers") };
    assert!(log.on_air.len() == 1 && log.on_air[0].until_us.is_some());

    let unread = of("shop/2026-11-21.csv").read.as_ref().unwrap_err();
    assert!(
        unread.reason.contains("mapped columns") && !unread.is_too_much && !unread.is_of_disk,
        "{}",
        unread.reason
    );
}

#[test]
fn an_account_that_is_missing_or_there_twice_is_told() {
    let (accounts, _) = sent(&bench());
    let payloads: Vec<Vec<u8>> = accounts.iter().flat_map(|account| account.payloads().unwrap()).collect();
    assert_eq!(payloads.len(), 4);
    let all = |payloads: &[Vec<u8>]| Account::all(payloads, 4).map(|accounts| accounts.len());
    assert_eq!(all(&payloads), Ok(4));
    assert_eq!(all(&payloads[..3]).unwrap_err(), "3 objects have an account (expected 4)");
    assert_eq!(all(&payloads[1..]).unwrap_err(), "the account of object 0 is missing");
    assert_eq!(all(&[]).unwrap_err(), "0 objects have an account (expected 4)");
    let twice = [payloads.clone(), payloads[..1].to_vec()].concat();
    assert_eq!(all(&twice).unwrap_err(), "of the accounts of objects, piece 0 of number 0 is there twice");
    let strange = [payloads, piece::cut(4, b"").unwrap()].concat();
    assert!(all(&strange).unwrap_err().starts_with("the account of object 4 cannot be understood"));
}
