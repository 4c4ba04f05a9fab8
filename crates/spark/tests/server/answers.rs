//! Whatever a server does to its streams, an answer is whole or it is an error.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use coverledger_spark::{Answer, Progress, SparkError, Unwatched, Watch};

use crate::fake::{at, fake, open, query, write};
use crate::proxy::Proxy;

/// The numbers of an answer.
fn numbers(answer: &Answer) -> Vec<i64> {
    answer
        .batches()
        .iter()
        .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
        .collect()
}

fn all() -> Vec<i64> {
    (0..60).collect()
}

/// Notes operations and does something when rows arrive.
struct Noting<F> {
    operations: Mutex<Vec<String>>,
    on_rows: F,
}

impl<F: Fn(u64) + Sync> Noting<F> {
    fn new(on_rows: F) -> Self {
        Self { operations: Mutex::default(), on_rows }
    }

    fn operations(&self) -> usize {
        self.operations.lock().unwrap().len()
    }
}

impl<F: Fn(u64) + Sync> Watch for Noting<F> {
    fn on_operation(&self, operation: &str) -> io::Result<()> {
        self.operations.lock().unwrap().push(operation.to_owned());
        Ok(())
    }

    fn on_progress(&self, progress: &Progress) {
        (self.on_rows)(progress.rows);
    }
}

#[tokio::test]
async fn an_answer_is_the_same_however_its_stream_is_cut() {
    let Some(fake) = fake() else { return };
    for scenario in
        ["plain", "ends", "breaks", "disconnects", "replays", "chunks", "unnumbered", "breaks-unnumbered"]
    {
        let answer = fake.session(scenario).await.run(&query(), &Unwatched).await;
        let answer = answer.unwrap_or_else(|error| panic!("{scenario}: {error}"));
        assert_eq!(numbers(&answer), all(), "{scenario}");
    }
}

#[tokio::test]
async fn a_write_ends_with_the_servers_word_alone() {
    let Some(fake) = fake() else { return };
    let answer = fake.session("plain").await.run(&write(), &Unwatched).await.unwrap();
    assert!(answer.batches().is_empty());
}

#[tokio::test]
async fn what_cannot_be_the_whole_answer_is_an_error() {
    let Some(fake) = fake() else { return };
    for (scenario, problem) in [
        ("skips", "a batch starts at row 40, and 30 rows came before it"),
        ("lies", "a batch is said to have 11 rows and has 10"),
        ("half-chunk", "it ended after 1 of 2 chunks of a batch"),
        ("no-batch", "it is called complete and has not a single batch"),
    ] {
        let session = fake.session(scenario).await;
        let error = session.run(&query(), &Unwatched).await.unwrap_err();
        assert!(
            matches!(&error, SparkError::Answer { problem: found } if found == problem),
            "{scenario}: {error}"
        );
    }
}

#[tokio::test]
async fn an_end_that_was_no_end_is_an_error_when_the_server_has_forgotten_the_rest() {
    let Some(fake) = fake() else { return };
    for scenario in ["forgets", "lost-position"] {
        let watch = Noting::new(|_| {});
        let error = fake.session(scenario).await.run(&query(), &watch).await.unwrap_err();
        assert!(matches!(error, SparkError::EndedEarly { .. }), "{scenario}: {error}");
        assert_eq!(watch.operations(), 1, "{scenario} was sent again");
    }
}

#[tokio::test]
async fn what_never_arrived_is_sent_again_unless_it_writes() {
    let Some(fake) = fake() else { return };
    let watch = Noting::new(|_| {});
    let answer = fake.session("never-arrives").await.run(&query(), &watch).await.unwrap();
    assert_eq!((numbers(&answer), watch.operations()), (all(), 2));

    let watch = Noting::new(|_| {});
    let error = fake.session("never-arrives").await.run(&write(), &watch).await.unwrap_err();
    assert!(matches!(error, SparkError::EndedEarly { .. }), "{error}");
    assert_eq!(watch.operations(), 1, "a write was sent again");
}

#[tokio::test]
async fn a_connection_that_is_cut_loses_nothing() {
    let Some(fake) = fake() else { return };
    let proxy = Proxy::to(fake.port).await;
    let session = open(&at(proxy.port, "slow")).await;
    let cuts = AtomicUsize::new(0);
    let watch = Noting::new(|rows| {
        if rows == 20 || rows == 40 {
            cuts.fetch_add(1, Ordering::SeqCst);
            proxy.cut();
        }
    });
    let answer = session.run(&query(), &watch).await.unwrap();
    assert_eq!((numbers(&answer), cuts.load(Ordering::SeqCst), watch.operations()), (all(), 2, 1));
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_is_an_error_within_seconds() {
    let Some(fake) = fake() else { return };
    for plan in [query(), write()] {
        let proxy = Proxy::to(fake.port).await;
        let scenario = if plan == query() { "slow" } else { "runs-on" };
        let session = open(&at(proxy.port, scenario)).await;
        let end = proxy.clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            end.end();
        });
        let began = Instant::now();
        let error = session.run(&plan, &Unwatched).await.unwrap_err();
        assert!(matches!(error, SparkError::Lost { .. }), "{error}");
        assert!(began.elapsed().as_secs() < 12, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn streams_that_end_without_a_word_are_an_error_at_last() {
    let Some(fake) = fake() else { return };
    let began = Instant::now();
    let error = fake.session("ends-at-once").await.run(&query(), &Unwatched).await.unwrap_err();
    assert!(matches!(error, SparkError::Lost { .. }), "{error}");
    assert!(began.elapsed().as_secs() < 12, "{:?}", began.elapsed());
}
