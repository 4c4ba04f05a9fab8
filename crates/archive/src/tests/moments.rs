//! A table by receipts: the newest, and as it was.

use futures::TryStreamExt;
use jiff::civil::Date;

use super::*;
use crate::{Dates, Moment};

fn decisions(market: &str, as_of: Date) -> Unit {
    Unit::Decisions { platform: PlatformId::new("shop"), market: MarketId::new(market), as_of }
}

async fn say(archive: &Archive, unit: &Unit, table: TableName, says: &str, at: &str) {
    let render = |_| Ok(vec![TableBytes { table, bytes: Bytes::from(says.to_owned()), rows: 3 }]);
    archive.publish(unit, &draft(says), render, &stamp("run", at)).await.unwrap();
}

/// What the table says, with the revision that it is of.
async fn told(archive: &Archive, table: TableName, moment: Moment, dates: Dates) -> Vec<(String, u64)> {
    let snapshot = archive.table_at(table, moment, dates, |_| true).await.unwrap();
    assert!(snapshot.doubts.is_empty(), "{}", snapshot.doubts);
    let read = archive.bytes_of_each(snapshot.objects).map_ok(|(object, bytes)| {
        let says = String::from_utf8(bytes.to_vec()).unwrap();
        (says, object.revision)
    });
    read.try_collect().await.unwrap()
}

fn at(instant: &str) -> Moment {
    Moment::At(instant.parse().unwrap())
}

fn said(says: &[(&str, u64)]) -> Vec<(String, u64)> {
    says.iter().map(|(says, revision)| ((*says).to_owned(), *revision)).collect()
}

#[tokio::test]
async fn a_table_is_told_as_it_was_and_as_it_is() {
    for bench in Bench::both() {
        let archive = &bench.archive;
        let table = TableName::Funnel;
        say(archive, &unit(), table, "first", "2026-11-22T03:00:00Z").await;
        say(archive, &unit(), table, "second", "2026-11-23T03:00:00Z").await;
        assert_eq!(told(archive, table, at("2026-11-22T02:59:59Z"), Dates::All).await, []);
        assert_eq!(told(archive, table, at("2026-11-22T03:00:00Z"), Dates::All).await, said(&[("first", 1)]));
        assert_eq!(told(archive, table, at("2026-11-23T03:00:00Z"), Dates::All).await, said(&[("second", 2)]));
        assert_eq!(told(archive, table, Moment::Newest, Dates::All).await, said(&[("second", 2)]));
        assert_eq!(told(archive, TableName::SlotAudience, Moment::Newest, Dates::All).await, []);
        // It is in the past of which there is nothing any more.
        archive.retire(&unit(), &stamp("retire", "2026-11-25T08:00:00Z")).await.unwrap();
        assert_eq!(told(archive, table, Moment::Newest, Dates::All).await, []);
        assert_eq!(told(archive, table, at("2026-11-24T00:00:00Z"), Dates::All).await, said(&[("second", 2)]));
    }
}

#[tokio::test]
async fn the_last_date_of_each_place_is_the_last_that_has_the_table() {
    let Bench { archive, .. } = Bench::in_memory();
    let (earlier, later) = (date(2026, 11, 20), date(2026, 11, 21));
    say(&archive, &decisions("GB", earlier), TableName::Localization, "GB, 20th", "2026-11-21T03:00:00Z").await;
    say(&archive, &decisions("US", earlier), TableName::Localization, "US, 20th", "2026-11-21T03:00:00Z").await;
    say(&archive, &decisions("US", later), TableName::Localization, "US, 21st", "2026-11-22T03:00:00Z").await;
    // What was decided of GB on the 21st has no such table.
    say(&archive, &decisions("GB", later), TableName::Cover, "GB, cover", "2026-11-22T03:00:00Z").await;
    let last = async |moment| told(&archive, TableName::Localization, moment, Dates::Last).await;
    assert_eq!(last(Moment::Newest).await, said(&[("GB, 20th", 1), ("US, 21st", 1)]));
    assert_eq!(last(at("2026-11-21T12:00:00Z")).await, said(&[("GB, 20th", 1), ("US, 20th", 1)]));
    let all = told(&archive, TableName::Localization, Moment::Newest, Dates::All).await;
    assert_eq!(all, said(&[("GB, 20th", 1), ("US, 20th", 1), ("US, 21st", 1)]));
    let of_us = |unit: &Unit| unit.market().is_some_and(|market| market.as_str() == "US");
    let of_us = archive.table_at(TableName::Localization, Moment::Newest, Dates::All, of_us).await.unwrap();
    assert_eq!(of_us.objects.len(), 2);
    assert!(of_us.objects.iter().all(|object| object.unit.market() == Some(&MarketId::new("US"))));
}

#[tokio::test]
async fn what_is_damaged_is_doubted_where_it_was_asked_for_and_its_bytes_are_an_error() {
    let bench = Bench::in_memory();
    let archive = &bench.archive;
    say(archive, &unit(), TableName::Funnel, "first", "2026-11-22T03:00:00Z").await;
    say(archive, &unit(), TableName::Funnel, "second", "2026-11-23T03:00:00Z").await;
    let doubts = async |moment| {
        archive.table_at(TableName::Funnel, moment, Dates::All, |_| true).await.unwrap().doubts.to_string()
    };
    bench.overwrite(&Key::Receipt(&unit(), 2).path(), "rot").await;
    assert!(doubts(Moment::Newest).await.contains("00000002.json"), "{}", doubts(Moment::Newest).await);
    assert!(doubts(at("2026-11-22T04:00:00Z")).await.contains("00000002.json"));
    let unasked = archive.table_at(TableName::Funnel, Moment::Newest, Dates::All, |_| false).await.unwrap();
    assert_eq!(unasked, Snapshot::default());

    let other = Bench::in_memory();
    say(&other.archive, &unit(), TableName::Funnel, "first", "2026-11-22T03:00:00Z").await;
    let objects =
        other.archive.table_at(TableName::Funnel, Moment::Newest, Dates::All, |_| true).await.unwrap().objects;
    other.overwrite(&objects[0].key, "wrong").await;
    let read: Result<Vec<_>, _> = other.archive.bytes_of_each(objects.clone()).try_collect().await;
    assert!(matches!(read, Err(ArchiveError::RevisionDamaged { .. })));
    other.archive.store().delete(&objects[0].key).await.unwrap();
    let read: Result<Vec<_>, _> = other.archive.bytes_of_each(objects).try_collect().await;
    assert!(matches!(read, Err(ArchiveError::RevisionMissing { .. })));
    // A current path that no receipt speaks of: one was lost.
    other.archive.store().delete(&Key::Receipt(&unit(), 1).path()).await.unwrap();
    let lost = other.archive.table_at(TableName::Funnel, Moment::Newest, Dates::All, |_| true).await.unwrap();
    assert!(lost.doubts.to_string().contains("nothing below `_receipts` is of them"), "{}", lost.doubts);
}

#[tokio::test]
async fn what_was_pruned_of_a_moment_is_said() {
    let bench = Bench::in_folder();
    let archive = &bench.archive;
    say(archive, &unit(), TableName::Funnel, "first", "2020-02-01T00:00:00Z").await;
    say(archive, &unit(), TableName::Funnel, "second", "2020-02-02T00:00:00Z").await;
    let then = async || {
        let moment = at("2020-02-01T12:00:00Z");
        archive.table_at(TableName::Funnel, moment, Dates::All, |_| true).await.unwrap().objects.remove(0)
    };
    let first = then().await;
    assert!(!first.is_pruned);
    let path = bench.folder.as_ref().unwrap().path().join(&first.key);
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    let limits = PruneLimits { max_share: 1.0, ..PruneLimits::default() };
    archive.prune("2020-02-03T00:00:00Z".parse().unwrap(), Prune::Remove, &limits).await.unwrap();
    assert!(then().await.is_pruned);
    assert_eq!(told(archive, TableName::Funnel, Moment::Newest, Dates::All).await, said(&[("second", 2)]));
}
