//! Thumbnails: there once, whatever a put's answer was, and looked after.

use super::super::*;
use super::*;

const BYTES: &[u8] = b"a thumbnail";

/// What is wrong with the thumbnails, of which these are named.
async fn wrong(archive: &Archive, named: &[&str]) -> Vec<String> {
    let mut found = archive.verify(Repair::No).await.unwrap();
    archive.verify_thumbnails(named.iter().copied(), &mut found).await.unwrap();
    found.findings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_thumbnail_is_put_once_under_the_hash_of_its_bytes() {
    for bench in Bench::both() {
        let sha256 = bench.archive.keep_thumbnail(Bytes::from_static(BYTES)).await.unwrap();
        assert_eq!(bench.archive.keep_thumbnail(Bytes::from_static(BYTES)).await.unwrap(), sha256);
        assert_eq!(bench.archive.thumbnails().await.unwrap(), [(sha256.clone(), 11)].into());
        assert_eq!(bench.archive.thumbnail(&sha256).await.unwrap().as_deref(), Some(BYTES));
        assert_eq!(bench.archive.thumbnail("../x").await.unwrap(), None);
        assert_eq!(wrong(&bench.archive, &[&sha256]).await, [""; 0]);
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_or_wrong_leaves_the_thumbnail_or_says_so() {
    for fault in [Fault::LoseAnswer, Fault::FalseConflict, Fault::Fail] {
        let bench = Bench::in_memory();
        let kept = bench.failing(0, fault).keep_thumbnail(Bytes::from_static(BYTES)).await;
        let there = bench.archive.thumbnails().await.unwrap();
        assert!(kept.is_err() || there.contains_key(kept.as_ref().unwrap()), "{fault:?}");
    }
}

#[tokio::test]
async fn one_that_is_lost_or_damaged_is_found_and_a_damaged_one_is_put_again() {
    let bench = Bench::in_folder();
    let sha256 = bench.archive.keep_thumbnail(Bytes::from_static(BYTES)).await.unwrap();
    let lost = "0".repeat(64);
    bench.overwrite(&Key::Thumbnail(&sha256).path(), "a thumb").await;
    assert_eq!(bench.archive.thumbnail(&sha256).await.unwrap(), None);
    assert_eq!(
        wrong(&bench.archive, &[&lost, &sha256]).await,
        [
            format!(
                "`_thumbnails/{lost}.webp` is not there, though `pictures` names it (the next run makes it again from its picture)"
            ),
            format!(
                "`_thumbnails/{sha256}.webp` does not hold the bytes that its name is the hash of (delete it: the next run makes it again from its picture)"
            ),
        ]
    );
    bench.archive.keep_thumbnail(Bytes::from_static(BYTES)).await.unwrap();
    assert_eq!(wrong(&bench.archive, &[&sha256]).await, [""; 0]);
}
