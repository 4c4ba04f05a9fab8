//! The private store: which part counts, which goes, and whose key it is.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;
use crate::keys::{self, Key};
use crate::{VisitPartWriter, VisitsError};
use coverledger_core::model::{MarketDay, MarketId, PlatformId, Visit};

fn day(platform: &str, day: i8) -> MarketDay {
    let (platform, market) = (PlatformId::new(platform), MarketId::new("US"));
    MarketDay { platform, market, local_date: date(2026, 11, day) }
}

fn part(viewers: &[u64]) -> bytes::Bytes {
    let mut writer = VisitPartWriter::new().unwrap();
    let visit = |viewer: &u64| Visit {
        viewer: *viewer,
        broadcast_id: "r1".into(),
        cover_id: Some("red".into()),
        host_id: None,
        slot: "prime".into(),
        first_us: 1,
        impressions: 1,
        clicks: 0,
        entries: 0,
        stayed: false,
        quality: None,
    };
    writer.push(&viewers.iter().map(visit).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap()
}

async fn viewers(archive: &Archive, generation: u16, of: &MarketDay) -> Option<Vec<u64>> {
    viewers_as_of(archive, generation, of, 10).await
}

async fn viewers_as_of(archive: &Archive, generation: u16, of: &MarketDay, revision: u64) -> Option<Vec<u64>> {
    let revisions = BTreeMap::from([(of.local_date, revision)]);
    let parts = archive.visit_parts(generation, &of.platform, &of.market, &revisions).await.unwrap();
    let read = archive.visits(parts.get(&of.local_date)?, &std::env::temp_dir()).await.unwrap();
    Some(read.map(|visit| visit.unwrap().viewer).collect())
}

#[tokio::test]
async fn of_several_parts_the_highest_revision_counts_and_of_one_revision_the_last() {
    let archive = Bench::in_memory().archive;
    let of = day("shop", 21);
    for (revision, kept) in [(2, [1, 2]), (10, [3, 4]), (9, [5, 6]), (10, [7, 8]), (10, [7, 8])] {
        archive.keep_visits(1, &of, revision, part(&kept)).await.unwrap();
    }
    assert_eq!(viewers(&archive, 1, &of).await, Some(vec![7, 8]));
    // One of a revision that was never published is none.
    assert_eq!(viewers_as_of(&archive, 1, &of, 9).await, Some(vec![5, 6]));
    assert_eq!(viewers_as_of(&archive, 1, &of, 1).await, None);
    assert_eq!(viewers(&archive, 2, &of).await, None);
    assert_eq!(viewers(&archive, 1, &day("shop", 22)).await, None);
    let listed = archive.store().list("_returning").await.unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let at = keys::visits_at(&listed[0].key).unwrap();
    assert_eq!((at.generation, at.market_day, at.revision, at.hash.len()), (1, of, 2, 16));
}

#[tokio::test]
async fn what_is_pruned_is_gone_and_the_rest_stays() {
    let archive = Bench::in_memory().archive;
    for (generation, platform, of, revision) in [
        (1, "shop", 2, 1),
        (2, "shop", 1, 1),
        (2, "shop", 2, 1),
        (2, "shop", 2, 2),
        (2, "shop", 2, 5),
        (2, "gone", 2, 1),
        (3, "shop", 2, 1),
    ] {
        archive.keep_visits(generation, &day(platform, of), revision, part(&[revision])).await.unwrap();
        assert!(archive.is_key_of(generation, "check").await.unwrap());
    }
    let keeps = |of: &MarketDay| of.platform.as_str() == "shop" && of.local_date > date(2026, 11, 1);
    assert_eq!(archive.prune_visits(2, keeps).await.unwrap(), 4);
    let left: Vec<String> =
        archive.store().list("_returning").await.unwrap().into_iter().map(|object| object.key).collect();
    // The last two revisions, for nobody knows here whether the last one was published; and a generation that is newer.
    assert_eq!(left.len(), 5, "{left:?}");
    assert_eq!(left[0], Key::Generation(2).path());
    assert!(left[1].starts_with("_returning/0002/shop/US/2026-11-02/00000002-"), "{left:?}");
    assert!(left[2].starts_with("_returning/0002/shop/US/2026-11-02/00000005-"), "{left:?}");
    assert_eq!(left[3], Key::Generation(3).path());
    assert!(left[4].starts_with("_returning/0003/shop/US/2026-11-02/00000001-"), "{left:?}");
    assert_eq!(archive.prune_visits(2, keeps).await.unwrap(), 0);
}

#[tokio::test]
async fn a_generation_has_the_key_of_its_first_use() {
    let archive = Bench::in_memory().archive;
    assert!(archive.is_key_of(1, "one").await.unwrap());
    assert!(archive.is_key_of(1, "one").await.unwrap());
    assert!(!archive.is_key_of(1, "other").await.unwrap());
    assert!(archive.is_key_of(2, "other").await.unwrap());
    archive.store().put(&Key::Generation(3).path(), bytes::Bytes::from_static(b"{}")).await.unwrap();
    assert!(archive.is_key_of(3, "one").await.is_err());
}

#[tokio::test]
async fn a_part_that_is_not_what_its_name_says_is_refused() {
    let archive = Bench::in_memory().archive;
    let of = day("shop", 21);
    archive.keep_visits(1, &of, 1, part(&[1])).await.unwrap();
    let key = archive.store().list("_returning").await.unwrap()[0].key.clone();
    archive.store().put(&key, part(&[2])).await.unwrap();
    let revisions = BTreeMap::from([(of.local_date, 1)]);
    let parts = archive.visit_parts(1, &of.platform, &of.market, &revisions).await.unwrap();
    let read = archive.visits(&parts[&of.local_date], &std::env::temp_dir()).await;
    assert!(matches!(read, Err(VisitsError::Damaged(_))));
    // Keeping it again mends it, though what lies there is as long.
    archive.keep_visits(1, &of, 1, part(&[1])).await.unwrap();
    assert_eq!(viewers(&archive, 1, &of).await, Some(vec![1]));
}
