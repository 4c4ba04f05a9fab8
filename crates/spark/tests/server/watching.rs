//! What a watch is told, and what it can do.

use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use coverledger_spark::{Progress, Session, SparkError, Stage, Watch};

use crate::fake::{fake, query, write};

/// Keeps all that it is told.
#[derive(Default)]
struct Record {
    operations: Mutex<Vec<String>>,
    progress: Mutex<Vec<Progress>>,
    cancels: bool,
    refuses: bool,
}

impl Watch for Record {
    fn on_operation(&self, operation: &str) -> io::Result<()> {
        if self.refuses {
            return Err(io::Error::other("disk full"));
        }
        self.operations.lock().unwrap().push(operation.to_owned());
        Ok(())
    }

    fn on_progress(&self, progress: &Progress) {
        self.progress.lock().unwrap().push(progress.clone());
    }

    async fn cancelled(&self) {
        if !self.cancels {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn progress_is_told_as_it_comes() {
    let Some(fake) = fake() else { return };
    let watch = Record::default();
    let session = fake.session("ends").await;
    session.run(&query(), &watch).await.unwrap();
    let stage = Stage { id: 1, tasks: 4, done_tasks: 1, read_bytes: 0, done: false };
    let told = watch.progress.lock().unwrap().clone();
    let rows: Vec<u64> = told.iter().map(|progress| progress.rows).collect();
    assert_eq!(rows, [0, 10, 20, 30, 40, 50, 60]);
    assert!(told.iter().all(|progress| progress.stages == [stage.clone()] && progress.running_tasks == 3));

    // What was done to the operation: sent once, and released at its end.
    let id = watch.operations.lock().unwrap()[0].clone();
    assert_eq!(session.interrupt_all().await.unwrap(), [format!("executed {id}"), format!("released {id}")]);
}

#[tokio::test]
async fn what_is_cancelled_is_interrupted_on_the_server() {
    let Some(fake) = fake() else { return };
    for plan in [query(), write()] {
        let watch = Record { cancels: true, ..Record::default() };
        let session = fake.session("runs-on").await;
        let began = Instant::now();
        let error = session.run(&plan, &watch).await.unwrap_err();
        assert!(matches!(error, SparkError::Cancelled), "{error}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        let id = watch.operations.lock().unwrap()[0].clone();
        let done = session.interrupt_all().await.unwrap();
        assert_eq!(done, ["executed", "interrupted", "released"].map(|what| format!("{what} {id}")));
    }
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_sent() {
    let Some(fake) = fake() else { return };
    let session = fake.session("plain").await;
    let watch = Record { refuses: true, ..Record::default() };
    let error = session.run(&query(), &watch).await.unwrap_err();
    assert!(matches!(error, SparkError::Unnoted(_)), "{error}");
    assert_eq!(session.interrupt_all().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_killed_driver_left_is_interrupted() {
    let Some(fake) = fake() else { return };
    let session = fake.session("plain").await;
    let watch = Record::default();
    session.run(&query(), &watch).await.unwrap();
    let id = session.id().to_owned();
    let left = Session::interrupt_left(&fake.server("plain"), &id).await.unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
    // It is fine that the session is not there any more, but not that the server is not.
    assert!(Session::interrupt_left(&fake.server("closed"), &id).await.unwrap().is_empty());
    let nobody = crate::fake::at(1, "plain");
    assert!(matches!(Session::interrupt_left(&nobody, &id).await, Err(SparkError::NotThere { .. })));
}
