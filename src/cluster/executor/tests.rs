//! What executors give away, and what they refuse.

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, Int64Array};

use super::*;
use crate::cluster::table::{BUCKET, BUCKETS, PAYLOAD};
use crate::cluster::testing::Bench;

/// Events with ids, and events without.
const SHOP: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    late_days: 2
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
  - name: log
    rows: events
    path: "log/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    late_days: 2
    format: csv
    columns:
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
"#;

/// One market-day of each market is counted; the files have rows of the day before, too.
fn bench() -> Bench {
    let shop = "id,at,event,country,room,cover,viewer\n\
        e1,2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
        e1,2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
        e3,2026-11-19T10:00:00Z,show,GB,r1,red,v1\n";
    let log = "at,event,country,room,cover,viewer\n\
        2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
        2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
        2026-11-19T10:00:00Z,show,GB,r1,red,v1\n";
    let exports = [("log/2026-11-20.csv", log), ("shop/2026-11-20.csv", shop), ("shop/2026-11-21.csv", "id\n")];
    Bench::of(SHOP, &exports, ["2026-11-20", "2026-11-20"])
}

/// Signals by their objects, and accounts.
fn read(bench: &Bench) -> (Vec<RecordBatch>, Vec<RecordBatch>) {
    let is_account = |batch: &RecordBatch| batch.column_by_name(PAYLOAD).unwrap().null_count() == 0;
    let (accounts, mut signals): (Vec<RecordBatch>, Vec<RecordBatch>) =
        bench.read().unwrap().into_iter().partition(is_account);
    signals.sort_by_key(|batch| batch.column(0).as_string::<i32>().value(0).to_owned());
    (signals, accounts)
}

fn payloads(batches: &[RecordBatch]) -> Vec<Vec<u8>> {
    let columns = batches.iter().map(|batch| batch.column_by_name(PAYLOAD).unwrap().as_binary::<i32>());
    columns.flat_map(|payloads| payloads.iter().flatten()).map(<[u8]>::to_vec).collect()
}

fn buckets(batch: &RecordBatch) -> Vec<i64> {
    let buckets: &Int64Array = batch.column_by_name(BUCKET).unwrap().as_primitive::<Int64Type>();
    buckets.values().to_vec()
}

#[test]
fn rows_that_can_play_no_part_are_left_out_and_those_that_must_meet_are_in_one_bucket() {
    let (signals, accounts) = read(&bench());
    assert!(signals.iter().chain(&accounts).all(|batch| batch.schema() == table::staged()));
    let [log, shop] = signals.as_slice() else { panic!("{} objects have signals", signals.len()) };
    assert_eq!(log.num_rows(), 2, "what is on no market-day and has no id meets nothing");
    assert_eq!(shop.num_rows(), 3, "what has one may be there again, on a market-day");
    let (of_log, of_shop) = (buckets(log), buckets(shop));
    assert!(of_log.iter().chain(&of_shop).all(|bucket| (0..BUCKETS).contains(bucket)));
    assert!(of_log[0] != of_log[1] && of_shop[0] == of_shop[1] && of_shop[0] != of_shop[2]);
    let accounts = Account::all(&payloads(&accounts), 3).unwrap();
    assert_eq!(accounts.iter().map(|account| account.staged).collect::<Vec<_>>(), [2, 3, 0]);
    assert_eq!(accounts.iter().map(|account| account.read.is_ok()).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn who_takes_no_more_ends_the_reading() {
    let bench = bench();
    let mut taken = 0;
    bench
        .executor()
        .read(0, &mut |_| {
            taken += 1;
            false
        })
        .unwrap();
    assert_eq!(taken, 1);
}

#[test]
fn what_is_not_the_table_of_a_step_is_refused() {
    let bench = bench();
    let (executor, (signals, accounts)) = (bench.executor(), read(&bench));
    let refused = |given: Result<Vec<RecordBatch>, ExecutorError>| given.unwrap_err().text();
    assert_eq!(
        refused(executor.count_events(&[signals.clone(), accounts.clone()].concat())),
        "failed to take rows: payloads are among signals that are not counted yet"
    );
    let without = signals[0].project(&(1..signals[0].num_columns()).collect::<Vec<_>>()).unwrap();
    assert_eq!(
        refused(executor.count_events(&[without])),
        "failed to take rows: column `export` is missing (expected Utf8)"
    );
    let told = refused(executor.count_viewers(&signals));
    assert!(told.contains("`event_hash` is there"), "{told}");
    let told = refused(executor.count_viewers(&accounts));
    assert!(told.starts_with("failed to take rows: a payload cannot be understood"), "{told}");
    assert_eq!(
        refused(executor.add_up(&signals)),
        "failed to take rows: partial counts are expected, and some rows have none"
    );
    assert_eq!(
        refused(executor.read(1, &mut |_| true).map(|()| Vec::new())),
        "what was sent to the executor cannot be understood: it has no task 1"
    );
}

/// A stage of a cluster is made again where an executor is lost, and rows must go where they went before.
#[test]
fn the_same_rows_in_another_order_give_the_same() {
    let bench = bench();
    let (executor, (signals, _)) = (bench.executor(), read(&bench));
    let rows = |batches: &[RecordBatch]| -> Vec<RecordBatch> {
        batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| batch.slice(row, 1))).collect()
    };
    let sorted = |given: &[RecordBatch]| {
        let mut told: Vec<String> = rows(given).iter().map(|row| format!("{row:?}")).collect();
        told.sort();
        told
    };
    let once = executor.count_events(&signals).unwrap();
    let again = executor.count_events(&rows(&signals).into_iter().rev().collect::<Vec<_>>()).unwrap();
    assert_eq!(sorted(&once), sorted(&again));
    let counted = executor.count_viewers(&once).unwrap();
    let sums = Sums::of_pieces(&payloads(&executor.add_up(&counted).unwrap())).unwrap();
    assert_eq!(sums.rows(), 5);
    assert_eq!(sums.rows_by_day().into_values().collect::<Vec<_>>(), [4]);
}

#[test]
fn another_batch_says_what_it_needs_before_anything_is_read() {
    let bytes = bench().bytes();
    assert!(Executor::check(&bytes).is_ok());
    assert!(Executor::check(b"{}").is_err());
    assert_eq!(
        [Step::Read, Step::CountEvents, Step::CountViewers, Step::AddUp].map(Step::name),
        ["read", "count_events", "count_viewers", "add_up"]
    );
}
