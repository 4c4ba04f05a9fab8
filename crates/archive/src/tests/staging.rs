//! What is staged is cleared by the run itself, and by the next one after a killed one, and never under a run at work.

use std::time::Duration;

use super::*;
use crate::Holder;

const LENGTH: Duration = Duration::from_mins(1);
const SERVER: &str = "sc://127.0.0.1:15002";

fn elsewhere() -> Holder {
    Holder { host: "elsewhere".into(), nonce: "of another".into(), ..Holder::this("other") }
}

async fn keys(archive: &Archive) -> Vec<String> {
    let listed = archive.store().list("_staging").await.unwrap();
    listed.into_iter().map(|object| object.key).collect()
}

#[tokio::test]
async fn a_run_clears_what_it_staged() {
    let in_folder = Bench::in_folder();
    for archive in [&Bench::in_memory().archive, &in_folder.archive] {
        let staging = archive.stage(Holder::this("a"), LENGTH, SERVER, "s-1").await.unwrap();
        assert_eq!(staging.place().await, "_staging/s-1");
        staging.begins("op-1").await.unwrap();
        for key in ["_staging/s-1/0/part-0.parquet", "_staging/s-1/0/_temporary/0/.part.crc"] {
            archive.store().put(key, "x".into()).await.unwrap();
        }
        assert_eq!(archive.left_staged(&Holder::this("b"), LENGTH).await.unwrap(), []);
        staging.end().await.unwrap();
        assert_eq!(keys(archive).await, <[String; 0]>::default());
    }
    assert!(!in_folder.folder.unwrap().path().join("_staging").exists());
}

#[tokio::test]
async fn what_a_killed_run_left_is_found_with_what_it_had_begun() {
    let archive = Bench::in_memory().archive;
    let staging = archive.stage(elsewhere(), LENGTH, SERVER, "s-1").await.unwrap();
    staging.begins("op-1").await.unwrap();
    archive.store().put("_staging/s-1/0/part-0.parquet", "x".into()).await.unwrap();
    archive.store().put("_staging/s-0/part-0.parquet", "x".into()).await.unwrap();
    drop(staging);
    let me = Holder::this("me");
    let left = archive.left_staged(&me, LENGTH).await.unwrap();
    assert_eq!(left.len(), 1, "the one at work is left alone: {left:?}");
    assert_eq!((left[0].session.as_str(), &left[0].note), ("s-0", &None));
    // Nobody renews it any more: it is believed for no longer than a lease can be.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let left = archive.left_staged(&Holder { host: "elsewhere".into(), ..me.clone() }, LENGTH).await.unwrap();
    assert_eq!(left.len(), 2, "its process is dead, seen from its own host: {left:?}");
    assert_eq!(left[1].note.as_ref().unwrap().operations, ["op-1"]);
    for left in left {
        archive.clear_staging(&left.session).await.unwrap();
    }
    assert_eq!(keys(&archive).await, <[String; 0]>::default());
}

#[tokio::test]
async fn what_an_interrupted_query_still_writes_is_cleared_too() {
    let bench = Bench::in_memory();
    let archive = &bench.archive;
    let staging = archive.stage(Holder::this("a"), LENGTH, SERVER, "s-1").await.unwrap();
    archive.store().put("_staging/s-1/0/part-0.parquet", "x".into()).await.unwrap();
    let writing = async {
        for part in 1..4 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            archive.store().put(&format!("_staging/s-1/0/part-{part}.parquet"), "x".into()).await.unwrap();
        }
    };
    let (ended, ()) = tokio::join!(staging.end_under_writers(), writing);
    ended.unwrap();
    assert_eq!(keys(archive).await, <[String; 0]>::default());
}
