//! Real servers. `real.sh` starts them and calls this.

use std::io;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, Field, Schema};
use coverledger_spark::plan::{Function, Key, Relation};
use coverledger_spark::{Answer, Progress, Server, Session, SparkError, Unwatched, Watch};

use crate::fake::option;

/// A real server, and a folder that it and its executors write to.
struct Real {
    server: Server,
    python: String,
    folder: String,
    /// Executors are processes of their own, as on Spark; Sail's functions run in the server.
    is_spark: bool,
}

const COLUMNS: [&str; 2] = ["bucket", "payload"];

/// What is named by the environment; none, said aloud, when nothing is.
fn real() -> Option<Real> {
    let Some(url) = option("COVERLEDGER_SPARK_URL") else {
        eprintln!("SKIPPED: COVERLEDGER_SPARK_URL names no server");
        return None;
    };
    let needed = |name: &str| option(name).unwrap_or_else(|| panic!("{name} is not set"));
    Some(Real {
        server: Server::parse(&url, None).unwrap(),
        python: needed("COVERLEDGER_SPARK_EXECUTORS_PYTHON"),
        folder: needed("COVERLEDGER_SPARK_FOLDER"),
        is_spark: needed("COVERLEDGER_SPARK_KIND") == "spark",
    })
}

impl Real {
    async fn session(&self) -> Session {
        Session::open(&self.server, None).await.unwrap()
    }

    fn function(&self, name: &str, config: &[u8]) -> Function {
        function("spark_functions", name, config, &self.python)
    }

    /// Rows of `tasks` tasks by a function.
    fn rows(&self, tasks: u32, name: &str, config: &[u8]) -> Relation {
        Relation::range(tasks).map_in_arrow(&self.function(name, config), &["id"])
    }

    async fn error_of(&self, name: &str, config: &[u8]) -> SparkError {
        self.session().await.run(&self.rows(2, name, config).collect(), &Unwatched).await.unwrap_err()
    }
}

fn function(module: &str, name: &str, config: &[u8], python: &str) -> Function {
    let output = Schema::new(vec![
        Field::new("bucket", DataType::Int64, true),
        Field::new("payload", DataType::Binary, true),
    ]);
    Function::new(module, name, config, &output, python).unwrap()
}

/// Rows as `bucket payload`, sorted.
fn table(answer: &Answer) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in answer.batches() {
        let (buckets, payloads) =
            (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_binary::<i32>());
        for (bucket, payload) in buckets.iter().zip(payloads.iter()) {
            let bucket = bucket.map_or("-".to_owned(), |bucket| bucket.to_string());
            let payload = payload.map_or("-".into(), String::from_utf8_lossy);
            rows.push(format!("{bucket} {payload}"));
        }
    }
    rows.sort();
    rows
}

/// Cancels after a while, and keeps what it is told.
struct Cancelling {
    after: Duration,
    told: Mutex<Vec<Progress>>,
}

impl Watch for Cancelling {
    fn on_operation(&self, _operation: &str) -> io::Result<()> {
        Ok(())
    }

    fn on_progress(&self, progress: &Progress) {
        self.told.lock().unwrap().push(progress.clone());
    }

    async fn cancelled(&self) {
        tokio::time::sleep(self.after).await;
    }
}

#[tokio::test]
async fn all_that_a_night_asks_for() {
    let Some(real) = real() else { return };
    let session = real.session().await;
    assert!(session.set("spark.sql.session.timeZone", "UTC").await.unwrap());
    let place = format!("{}/night", real.folder);
    let write = real.rows(4, "read", b"account").write_parquet(&place);
    assert_eq!(session.run(&write, &Unwatched).await.unwrap().rows(), 0);

    let error = session.run(&write, &Unwatched).await.unwrap_err();
    assert!(matches!(error, SparkError::Exists { .. }), "{error}");

    let staged = || Relation::read_parquet(&place);
    let accounts = session.run(&staged().where_not_null("payload").collect(), &Unwatched).await.unwrap();
    assert_eq!(table(&accounts), ["- account"; 4]);
    let count = session.run(&staged().where_null("payload").count().collect(), &Unwatched).await.unwrap();
    assert_eq!(count.count().unwrap(), 12);
    let nothing =
        session.run(&staged().where_null("payload").where_not_null("payload").collect(), &Unwatched).await;
    assert_eq!(nothing.unwrap().rows(), 0);

    let counted = staged()
        .where_null("payload")
        .group_in_arrow(&Key::Remainder("bucket".to_owned(), 2), &real.function("count", b""), &COLUMNS)
        .group_in_arrow(&Key::Column("bucket".to_owned()), &real.function("count", b""), &COLUMNS);
    let counted = session.run(&counted.collect(), &Unwatched).await.unwrap();
    assert_eq!(counted.rows(), 2);
    assert!(table(&counted).iter().all(|row| row.ends_with(" 1 rows")), "{:?}", table(&counted));
    session.close().await.unwrap();
}

/// The server ends streams after five seconds (`real.sh`); a client that took that for the end would have no rows.
#[tokio::test]
async fn rows_come_however_often_the_stream_ends() {
    let Some(real) = real() else { return };
    let session = real.session().await;
    let began = Instant::now();
    let answer = session.run(&real.rows(2, "slow", b"12").collect(), &Unwatched).await.unwrap();
    assert_eq!(table(&answer), ["0 -", "1 -"]);
    assert!(began.elapsed() > Duration::from_secs(12), "it was not slow");

    let place = format!("{}/slow", real.folder);
    session.run(&real.rows(2, "slow", b"12").write_parquet(&place), &Unwatched).await.unwrap();
    let count = session.run(&Relation::read_parquet(&place).count().collect(), &Unwatched).await.unwrap();
    assert_eq!(count.count().unwrap(), 2);
}

/// More than fits a message of gRPC's default, and more than is kept for those that ask again.
#[tokio::test]
async fn wide_rows_come() {
    let Some(real) = real() else { return };
    let answer = real.session().await.run(&real.rows(4, "wide", b"24000000").collect(), &Unwatched).await.unwrap();
    let bytes: usize =
        answer.batches().iter().map(|batch| batch.column(1).as_binary::<i32>().values().len()).sum();
    assert_eq!((answer.rows(), bytes), (4, 96_000_000));
}

#[tokio::test]
async fn failures_of_executors_are_named() {
    let Some(real) = real() else { return };
    let session = real.session().await;
    let missing = function("no_such_module", "read", b"", &real.python);
    let error = session.run(&Relation::range(2).map_in_arrow(&missing, &["id"]).collect(), &Unwatched).await;
    let error = error.unwrap_err();
    assert!(matches!(&error, SparkError::ModuleMissing { module } if module == "no_such_module"), "{error}");

    let error = real.error_of("raises", b"ValueError version 2 is needed here, and this is 1").await;
    let SparkError::Function { exception } = &error else { panic!("{error}") };
    assert_eq!(exception, "ValueError: version 2 is needed here, and this is 1");

    let error = real.error_of("raises", b"MemoryError no more").await;
    assert!(matches!(error, SparkError::OutOfMemory { .. }), "{error}");

    let place = "file:///proc/no-such-place/staged";
    let error = session.run(&real.rows(2, "read", b"").write_parquet(place), &Unwatched).await.unwrap_err();
    assert!(matches!(error, SparkError::Path { .. }), "{error}");
    let other = function("spark_functions", "read", b"", "3.8");
    let error = session.run(&Relation::range(2).map_in_arrow(&other, &["id"]).collect(), &Unwatched).await;
    assert!(matches!(error, Err(SparkError::PythonVersion { .. })), "{error:?}");

    // Sail takes a folder that is not there for a table without rows and columns.
    if real.is_spark {
        let counted = Relation::read_parquet(place).count().collect();
        let error = session.run(&counted, &Unwatched).await.unwrap_err();
        assert!(matches!(error, SparkError::Path { .. }), "{error}");
        let error = real.error_of("dies", b"").await;
        assert!(matches!(error, SparkError::ExecutorsLost { .. }), "{error}");
    }
}

#[tokio::test]
async fn what_is_cancelled_ends_and_the_session_goes_on() {
    let Some(real) = real() else { return };
    let session = real.session().await;
    let place = format!("{}/cancelled", real.folder);
    for plan in [real.rows(2, "slow", b"60").collect(), real.rows(2, "slow", b"60").write_parquet(&place)] {
        let watch = Cancelling { after: Duration::from_secs(8), told: Mutex::default() };
        let began = Instant::now();
        let error = session.run(&plan, &watch).await.unwrap_err();
        assert!(matches!(error, SparkError::Cancelled), "{error}");
        assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
        if real.is_spark {
            let told = watch.told.lock().unwrap();
            assert!(told.iter().any(|progress| progress.running_tasks == 2), "{told:?}");
        }
    }
    let count = session.run(&Relation::range(5).count().collect(), &Unwatched).await.unwrap();
    assert_eq!(count.count().unwrap(), 5);
}

#[tokio::test]
async fn what_a_killed_driver_left_is_ended() {
    let Some(real) = real() else { return };
    let left = real.session().await;
    let id = left.id().to_owned();
    let slow = real.rows(2, "slow", b"60").collect();
    let runs = tokio::spawn(async move { left.run(&slow, &Unwatched).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    let began = Instant::now();
    assert_eq!(Session::interrupt_left(&real.server, &id).await.unwrap().len(), 1);
    let error = runs.await.unwrap().unwrap_err();
    assert!(matches!(error, SparkError::EndedEarly { .. } | SparkError::Restarted { .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    // A second time there is nothing, and that is no error.
    assert!(Session::interrupt_left(&real.server, &id).await.unwrap().is_empty());
}

/// The last that is done to a server.
#[tokio::test]
#[ignore = "kills the server; `real.sh` asks for it at the end"]
async fn a_killed_server_is_an_error_within_seconds() {
    let Some(real) = real() else { return };
    let Some(process) = option("COVERLEDGER_SPARK_PROCESS") else { panic!("no process is named") };
    let session = real.session().await;
    let slow = real.rows(2, "slow", b"60").collect();
    let runs = tokio::spawn(async move { session.run(&slow, &Unwatched).await });
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
    let began = Instant::now();
    let error = runs.await.unwrap().unwrap_err();
    assert!(matches!(error, SparkError::Lost { .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}
