//! What Prometheus reads.

use std::collections::BTreeSet;

use super::super::health::{Files, JobHealth};
use super::super::testing::{WELL, account, at, workspace};
use super::*;

const MORNING: &str = "2026-11-22T03:30:00Z";

fn end(ending: Ending) -> RunEnd {
    let (started_at, ended_at) = (at(MORNING), at("2026-11-22T03:30:07Z"));
    RunEnd {
        job: "nightly".to_owned(),
        occurrence: at(MORNING),
        missed: 0,
        started_at,
        ended_at,
        seconds: 7.0,
        ending,
    }
}

fn health(missed: u64) -> Health {
    let job = JobHealth { next: Some(at("2026-11-23T03:30:00Z")), missed, ..JobHealth::default() };
    Health {
        started_at: at(MORNING),
        last_look: at(MORNING),
        not_ready: None,
        jobs: BTreeMap::from([("nightly".to_owned(), job)]),
        files: Files::default(),
    }
}

/// Samples by name and labels. Everything that is no `OpenMetrics` ends the test.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let body = text.strip_suffix("# EOF\n").expect("the end is marked");
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped: BTreeSet<&str> = BTreeSet::new();
    let mut samples = BTreeMap::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(kinds.insert(name, kind), None, "{name} is there twice");
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(help.ends_with('.') && help.len() > 10, "{line}");
            helped.insert(name);
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let name = sample.split('{').next().unwrap();
            let of_family = |(family, kind): (&&str, &&str)| match *kind {
                "counter" => name == format!("{family}_total"),
                "gauge" => name == *family,
                "histogram" => ["_bucket", "_sum", "_count"].iter().any(|end| name == format!("{family}{end}")),
                _ => false,
            };
            assert!(kinds.iter().any(of_family), "{line} belongs to no family");
            assert!(samples.insert(sample.to_owned(), value.parse().unwrap()).is_none(), "{line} is there twice");
        }
    }
    assert_eq!(kinds.keys().copied().collect::<BTreeSet<_>>(), helped);
    samples
}

fn sample(metrics: &Metrics, health: &Health, now: &str, name: &str) -> Option<f64> {
    parse(&metrics.expose(health, at(now)).unwrap()).get(name).copied()
}

#[test]
fn what_runs_did_is_counted() {
    let metrics = Metrics::new(Arc::new(workspace()));
    metrics.hear(&end(Ending::Accounted(Box::new(account(MORNING, &WELL)))));
    metrics.hear(&end(Ending::Accounted(Box::new(account(MORNING, &WELL)))));
    metrics.hear(&end(Ending::Failed { reason: "it panicked".to_owned(), try_again: false }));
    let samples = parse(&metrics.expose(&health(2), at(MORNING)).unwrap());
    let expected = [
        (r#"coverledger_runs_total{job="nightly",result="done"}"#, 2.0),
        (r#"coverledger_runs_total{job="nightly",result="failed"}"#, 1.0),
        (r#"coverledger_runs_total{job="nightly",result="stopped"}"#, 0.0),
        (r#"coverledger_rows_total{job="nightly",outcome="counted"}"#, 10.0),
        (r#"coverledger_rows_total{job="nightly",outcome="rejected"}"#, 2.0),
        (r#"coverledger_read_bytes_total{job="nightly"}"#, 8192.0),
        (r#"coverledger_retries_total{job="nightly"}"#, 6.0),
        (r#"coverledger_missed_runs_total{job="nightly"}"#, 2.0),
        (r#"coverledger_run_seconds_count{job="nightly"}"#, 3.0),
        (r#"coverledger_run_seconds_sum{job="nightly"}"#, 21.0),
        (r#"coverledger_run_seconds_bucket{le="3.0",job="nightly"}"#, 0.0),
        (r#"coverledger_run_seconds_bucket{le="10.0",job="nightly"}"#, 3.0),
        (r#"coverledger_next_run_timestamp_seconds{job="nightly"}"#, 1_795_404_600.0),
        (r#"coverledger_last_run_timestamp_seconds{job="nightly"}"#, 1_795_318_207.0),
        (r#"coverledger_market_days{job="nightly",state="final"}"#, 2.0),
        (r#"coverledger_market_days{job="nightly",state="due"}"#, 0.0),
        (r#"coverledger_oldest_due_age_seconds{job="nightly"}"#, 0.0),
        (r#"coverledger_notifications_total{channel="ops",result="failed"}"#, 0.0),
    ];
    for (name, value) in expected {
        assert_eq!(samples.get(name), Some(&value), "{name} of {samples:#?}");
    }
}

#[test]
fn a_job_that_stopped_running_grows_old_by_itself() {
    let metrics = Metrics::new(Arc::new(workspace()));
    let age = r#"coverledger_oldest_due_age_seconds{job="nightly"}"#;
    assert_eq!(sample(&metrics, &health(0), MORNING, age), None, "nothing is known yet");
    metrics.hear(&end(Ending::Accounted(Box::new(account(MORNING, &WELL)))));
    metrics.start_from("nightly", Seen::default());
    assert_eq!(sample(&metrics, &health(0), MORNING, age), Some(0.0));
    assert_eq!(sample(&metrics, &health(0), "2026-11-26T03:30:00Z", age), Some(60.5 * 3600.0));
}

#[test]
fn missed_times_are_those_of_the_record_and_never_fall() {
    let metrics = Metrics::new(Arc::new(workspace()));
    let missed = r#"coverledger_missed_runs_total{job="nightly"}"#;
    for (recorded, shown) in [(3, 3.0), (3, 3.0), (5, 5.0), (0, 5.0)] {
        assert_eq!(sample(&metrics, &health(recorded), MORNING, missed), Some(shown));
    }
}

#[test]
fn every_metric_is_documented() {
    let metrics = Metrics::new(Arc::new(workspace()));
    metrics.hear(&end(Ending::Accounted(Box::new(account(MORNING, &WELL)))));
    let text = metrics.expose(&health(0), at(MORNING)).unwrap();
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let names = kinds.map(|(name, kind)| format!("{name}{}", if kind == "counter" { "_total" } else { "" }));
    let document = include_str!("../../../docs/OPERATIONS.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `coverledger_")?.split(['`', '{']).next());
    let documented: BTreeSet<String> = rows.map(|name| format!("coverledger_{name}")).collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), documented);
}

#[test]
fn metrics_go_by_the_configuration_that_is_in_force() {
    let before = Arc::new(workspace());
    let metrics = Metrics::new(Arc::clone(&before));
    let mut after = workspace();
    after.jobs.insert("hourly".to_owned(), after.jobs["nightly"].clone());
    after.jobs.get_mut("nightly").unwrap().schedule = None;
    metrics.start_from("nightly", Seen::by_run(&account(MORNING, &WELL)));
    let days = r#"coverledger_market_days{job="nightly",state="final"}"#;
    assert!(parse(&metrics.expose(&health(0), at(MORNING)).unwrap()).contains_key(days));
    metrics.follow(&Arc::new(after));
    let files = Files { taken: 1, refused: 2, problems: Some("broken".to_owned()) };
    let health = Health { files, jobs: BTreeMap::new(), ..health(0) };
    let samples = parse(&metrics.expose(&health, at(MORNING)).unwrap());
    assert!(!samples.contains_key(days), "{samples:?}");
    assert!(!samples.keys().any(|name| name.contains("next_run") && name.contains("nightly")), "{samples:?}");
    let expected = [
        (r#"coverledger_runs_total{job="hourly",result="done"}"#, 0),
        ("coverledger_configuration_sound", 0),
        (r#"coverledger_configuration_changes_total{result="taken"}"#, 1),
        (r#"coverledger_configuration_changes_total{result="refused"}"#, 2),
    ];
    for (sample, value) in expected {
        assert_eq!(samples[sample].to_string(), value.to_string(), "{sample}");
    }
}
