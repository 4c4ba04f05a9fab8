//! Both sides come to the same batch, or say what is another one.

use serde_json::{Value, json};

use super::*;
use crate::cluster::testing::Bench;

/// Events of both markets in one file a day, and hourly counts beside them.
const LIVE: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
  - name: hours
    rows: counts
    path: "hours/{market}/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: modified, per: period}
    columns:
      period: {start: from, grain: 1h}
      market: path
      broadcast_id: room
      cover_id: cover
      counts: {orders: orders}
"#;

fn bench() -> Bench {
    let header = "id,at,event,country,room,cover,viewer\n";
    let exports = ["2026-11-20/a", "2026-11-20/b", "2026-11-21/a", "2026-11-22/a"];
    let mut exports: Vec<(String, &str)> =
        exports.iter().map(|name| (format!("shop/{name}.csv"), header)).collect();
    exports.push(("hours/GB/2026-11-20.csv".to_owned(), "from,room,cover,orders\n"));
    let exports: Vec<(&str, &str)> = exports.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    Bench::of(LIVE, &exports, ["2026-11-20", "2026-11-21"])
}

fn sent(bench: &Bench) -> Value {
    serde_json::from_slice(&bench.bytes()).unwrap()
}

fn refused(sent: &Value) -> String {
    let planned = Shipped::of_bytes(sent.to_string().as_bytes()).and_then(|shipped| shipped.plan());
    planned.map(|_| ()).unwrap_err().text()
}

#[test]
fn both_sides_have_the_same_batch() {
    let bench = bench();
    let planned = Shipped::of_bytes(&bench.bytes()).unwrap().plan().unwrap();
    let (here, there) = (bench.batch(), planned.batch());
    assert_eq!((here.days.len(), here.exports.len()), (4, 5));
    assert_eq!(here.exports, there.exports);
    for (one, other) in here.days.iter().zip(&there.days) {
        assert_eq!((&one.market_day, &one.windows), (&other.market_day, &other.windows));
        assert_eq!((&one.fingerprint, &one.config_sha256), (&other.fingerprint, &other.config_sha256));
    }
    assert_eq!(planned.workspace.settings.spill_dir, None);
    let exports = &planned.workspace.settings.exports;
    assert!(matches!(exports, StoreLocation::Folder(folder) if folder.is_absolute() && folder.is_dir()));
}

#[test]
fn what_is_another_batch_is_told_by_name() {
    let bench = bench();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut sent = sent(&bench);
        change(&mut sent);
        refused(&sent)
    };
    let of_day = "an executor comes to another batch than the run: market-day live/US/2026-11-21 is made from something else, such as another key of viewer groups or other time zones";
    assert_eq!(changed(&|sent| sent["days"][0]["fingerprint"] = json!("0")), of_day);
    // The newest object of its market-day was not listed as it is sent.
    assert_eq!(
        changed(&|sent| sent["exports"][1]["size"] = json!(7)),
        of_day.replace("US/2026-11-21", "US/2026-11-20")
    );
    assert!(
        changed(&|sent| sent["exports"][4]["export_date"] = json!("2026-11-25"))
            .starts_with("an executor comes to")
    );
    assert_eq!(
        changed(&|sent| sent["days"][0]["market"] = json!("FR")),
        "an executor comes to another batch than the run: it has 3 market-days (expected 4)"
    );
    assert_eq!(
        changed(&|sent| sent["exports"].as_array_mut().unwrap().swap(0, 1)),
        "an executor comes to another batch than the run: export `hours/GB/2026-11-20.csv` has another place in it"
    );
    assert_eq!(
        changed(&|sent| sent["platform"] = json!("other")),
        "what was sent to the executor cannot be understood: its configuration has no platform `other`"
    );
    let task = Shipped::of_bytes(&bench.bytes()).unwrap().task(9).unwrap_err().text();
    assert_eq!(task, "what was sent to the executor cannot be understood: it has no task 9");
}

#[test]
fn a_key_that_is_not_there_is_told_by_its_variable() {
    let bench = bench();
    let mut sent = sent(&bench);
    let archive = sent["files"]["texts"].as_object_mut().unwrap();
    let (_, text) = archive.iter_mut().find(|(name, _)| name.ends_with("archive.yaml")).unwrap();
    let keyed = format!("{}viewer_groups: {{key_env: COVERLEDGER_NOT_SET}}\n", text["Ok"].as_str().unwrap());
    text["Ok"] = json!(keyed);
    // Nothing is counted by groups, so nobody needs it.
    assert!(Shipped::of_bytes(sent.to_string().as_bytes()).unwrap().plan().is_ok());
    sent["days"][0]["fingerprint"] = json!("of a run that has the key");
    assert_eq!(
        refused(&sent),
        "environment variable `COVERLEDGER_NOT_SET` is not set (executors need the same one as the run)"
    );
}

#[test]
fn another_release_is_refused_before_anything_else_is_understood() {
    let here = Release::here();
    let sent = |version: &str, commit: &str, numbers: u32| {
        json!({"release": {"version": version, "commit": commit, "numbers_version": numbers}}).to_string()
    };
    let ours = |sent: &str| check_sender(sent.as_bytes()).map_err(|error| error.text());
    let (version, commit, numbers) = (here.version.as_str(), here.commit.as_str(), here.numbers_version);
    assert_eq!(ours(&sent(version, commit, numbers)), Ok(()));
    assert_eq!(ours(&sent(version, "unknown", numbers)), Ok(()));
    assert_eq!(check_sender(&release()).map_err(|error| error.text()), Ok(()));
    let older = format!(
        "coverledger 0.0.1 (c0ffee, numbers 1) is needed here, and this is {here} (install the wheel of 0.0.1 (c0ffee, numbers 1) on every executor)"
    );
    assert_eq!(ours(&sent("0.0.1", "c0ffee", 1)), Err(older.clone()));
    assert_eq!(Shipped::of_bytes(sent("0.0.1", "c0ffee", 1).as_bytes()).unwrap_err().text(), older);
    assert!(ours(&sent(version, commit, numbers + 1)).is_err());
    let unknown = here.commit == "unknown";
    assert_eq!(ours(&sent(version, "c0ffee", numbers)).is_ok(), unknown);
    assert!(ours("{}").unwrap_err().starts_with("what was sent to the executor cannot be understood"));
}

#[test]
fn large_objects_are_read_alone_and_small_ones_together() {
    let mib = |sizes: &[u64]| tasks(&sizes.iter().map(|size| size << 20).collect::<Vec<_>>());
    assert_eq!(mib(&[]), <[Vec<u32>; 0]>::default());
    assert_eq!(mib(&[0, 0, 0]), [vec![0, 1, 2]]);
    assert_eq!(mib(&[1, 2, 1, 1, 500, 1]), [vec![4], vec![1, 0, 2, 3, 5]]);
    assert_eq!(mib(&[3, 1, 3, 1]), [vec![0], vec![2], vec![1, 3]]);
    // One that is small takes its time, too.
    assert_eq!(tasks(&[0; 40]).iter().map(Vec::len).collect::<Vec<_>>(), [16, 16, 8]);
    let many = mib(&[10; 2000]);
    assert!(many.len() < 350 && many.iter().all(|task| task.len() <= 6), "{}", many.len());
    let mut all = many.concat();
    all.sort_unstable();
    assert_eq!(all, (0..2000).collect::<Vec<_>>());
    assert_eq!(mib(&[u64::MAX >> 20; 2]), [vec![0], vec![1]], "nothing overflows");
}
