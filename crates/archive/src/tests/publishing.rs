//! What publishing leaves.

use super::super::*;
use polars::prelude::{ParquetCompression, ParquetWriter, df};

use super::*;

#[tokio::test]
async fn publishing_twice_writes_nothing_new() {
    for bench in Bench::both() {
        assert_eq!(publish(&bench.archive, "a").await.unwrap(), new(1));
        let before = bench.archive.store().list("").await.unwrap();
        let later = stamp("another run", "2026-11-23T03:30:00Z");
        assert_eq!(publish_by(&bench.archive, "a", &later).await.unwrap(), same(1));
        assert_eq!(bench.archive.store().list("").await.unwrap(), before);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn the_same_publishing_leaves_the_same_bytes_in_any_store() {
    let [memory, folder] = Bench::both();
    for bench in [&memory, &folder] {
        publish(&bench.archive, "a").await.unwrap();
        publish(&bench.archive, "b").await.unwrap();
    }
    assert_eq!(memory.bytes().await, folder.bytes().await);
}

#[tokio::test]
async fn new_input_or_a_new_state_is_a_new_revision_on_top_of_the_old() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let first = bench.archive.newest(&unit()).await.unwrap().unwrap();
        assert_eq!(first.content.previous, None);
        assert_eq!(publish(&bench.archive, "b").await.unwrap(), new(2));
        let second = bench.archive.newest(&unit()).await.unwrap().unwrap();
        assert_eq!(second.content.previous, Some(first.content_sha256));
        let settled = Draft { state: State::Final, ..draft("b") };
        let render = |revision| Ok(tables("b", revision));
        let stamp = stamp("run", "2026-11-24T03:30:00Z");
        assert_eq!(bench.archive.publish(&unit(), &settled, render, &stamp).await.unwrap(), new(3));
        let current = bench.archive.store().get(&Bench::current(TableName::Funnel)).await.unwrap().unwrap();
        assert_eq!(current, "funnel of b, revision 3");
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_table_cannot_fall_silent() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let render = |revision| Ok(tables("b", revision).into_iter().take(1).collect());
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    let error = bench.archive.publish(&unit(), &draft("b"), render, &stamp).await.unwrap_err();
    assert!(matches!(error, PublishError::TableDropped { table: TableName::Funnel, .. }), "{error}");
}

#[tokio::test]
async fn rejects_have_receipts_of_their_own() {
    let bench = Bench::in_folder();
    let platform = PlatformId::new("youtube");
    let render = |revision| {
        let bytes = Bytes::from(format!("rejects, revision {revision}"));
        Ok(vec![TableBytes { table: TableName::Rejects, bytes, rows: 1 }])
    };
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    for export_date in [None, Some(date(2026, 11, 21))] {
        let unit = Unit::Rejects { platform: platform.clone(), export_date };
        assert_eq!(bench.archive.publish(&unit, &draft("a"), render, &stamp).await.unwrap(), new(1));
        assert_eq!(bench.archive.publish(&unit, &draft("a"), render, &stamp).await.unwrap(), same(1));
    }
    let wanted = BTreeSet::from([None, Some(date(2026, 11, 21)), Some(date(2026, 11, 22))]);
    let newest = bench.archive.newest_rejects_of(&platform, &wanted).await.unwrap().receipts;
    bench.overwrite("rejects/platform=youtube/export_date=2026-11-21/part.parquet", "rejects, revision 0").await;
    bench.overwrite("rejects/platform=youtube/export_date=__HIVE_DEFAULT_PARTITION__/part.parquet", "?").await;
    let mended = bench.archive.mend_stale(newest.values()).await.unwrap();
    // Same size and newer than its receipt: that one only `verify` sees.
    assert_eq!(mended.mended, [Unit::Rejects { platform, export_date: None }]);
    assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().findings.len(), 1);
    assert_eq!(newest.into_keys().collect::<Vec<_>>(), [None, Some(date(2026, 11, 21))]);
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn opening_for_writing_leaves_the_same_small_objects_each_time() {
    for bench in Bench::both() {
        drop(Archive::for_writing(bench.archive.store().clone()).await.unwrap());
        let before = bench.bytes().await;
        Archive::for_writing(bench.archive.store().clone()).await.unwrap();
        assert_eq!(bench.bytes().await, before);
        let archive = Archive::for_writing(bench.archive.store().clone()).await.unwrap();
        publish(&archive, "a").await.unwrap();
        assert_sound(&archive).await;
    }
}

#[tokio::test]
async fn the_receipt_is_the_one_that_is_documented() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let bytes = bench.archive.store().get(&Key::Receipt(&unit(), 1).path()).await.unwrap().unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with(
        "{\n  \"version\": 1,\n  \"content\": {\n    \"unit\": {\n      \"kind\": \"market_day\",\n      \"platform\": \"tiktok_shop_live\",\n      \"market\": \"US\",\n      \"local_date\": \"2026-11-21\"\n    },\n    \"revision\": 1,\n    \"previous\": null,\n    \"state\": \"provisional\","
    ), "{text}");
    let end = "\"run_id\": \"run\",\n  \"published_at\": \"2026-11-22T03:30:00Z\",\n  \"as_of\": \"2026-11-22T03:30:00Z\",\n  \"program_commit\": \"c0ffee\"\n}\n";
    assert!(text.ends_with(end), "{text}");
}

/// A table of one number, as an earlier release wrote it or as this one does.
fn written(number: i64, revision: u64, compression: ParquetCompression) -> Vec<TableBytes> {
    let revision = i64::try_from(revision).unwrap();
    let mut frame = df!("clicks" => [number, 7], "revision" => [revision, revision]).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(compression).finish(&mut frame).unwrap();
    let bytes = Bytes::from(bytes);
    [TableName::Funnel, TableName::SlotAudience]
        .map(|table| TableBytes { table, bytes: bytes.clone(), rows: 2 })
        .to_vec()
}

#[tokio::test]
async fn the_same_table_in_other_bytes_is_no_new_revision_and_another_value_is() {
    let before = ParquetCompression::Zstd(None);
    let now = ParquetCompression::Snappy;
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    for bench in Bench::both() {
        let publish = async |number, compression| {
            let render = move |revision| Ok(written(number, revision, compression));
            bench.archive.publish(&unit(), &draft("a"), render, &stamp).await.unwrap()
        };
        assert_eq!(publish(3, before).await, new(1));
        let published = bench.bytes().await;
        assert_eq!(publish(3, now).await, same(1));
        assert_eq!(bench.bytes().await, published, "nothing is written");
        bench.overwrite(&Bench::current(TableName::Funnel), "half").await;
        assert_eq!(publish(3, now).await, same(1));
        assert_eq!(bench.bytes().await, published, "what was published is shown again");
        assert_eq!(publish(4, now).await, new(2));
        // What is lost is made again, in the bytes of this release.
        let receipt = bench.archive.newest(&unit()).await.unwrap().unwrap();
        for table in &receipt.content.tables {
            bench.archive.store().delete(&Key::Revision(table.table, &table.sha256).path()).await.unwrap();
        }
        assert_eq!(publish(4, before).await, new(3));
        assert_eq!(publish(4, before).await, same(3));
        let receipt = bench.archive.newest(&unit()).await.unwrap().unwrap();
        let same =
            bench.archive.publish_anew(&receipt, "0.2.0", async |revision| Ok(written(4, revision, now)), &stamp);
        assert_eq!(same.await.unwrap(), Anew::Same);
        let other =
            bench.archive.publish_anew(&receipt, "0.2.0", async |revision| Ok(written(5, revision, now)), &stamp);
        assert!(matches!(other.await.unwrap(), Anew::Published(_)));
    }
}
