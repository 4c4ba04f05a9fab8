//! The page of the newest brief lies at one more path, and is what the newest receipt says whatever happens.

use jiff::civil::Date;

use super::*;

const LATEST: &str = "brief/latest/index.html";

fn brief(day: i8) -> Unit {
    Unit::Brief { as_of: date(2026, 11, day) }
}

async fn brief_of(archive: &Archive, day: i8, fingerprint: &str) {
    let render = |revision| {
        let of = |table: TableName| {
            let bytes = Bytes::from(format!("{table} of {fingerprint} as of {day}, revision {revision}"));
            TableBytes { table, bytes, rows: 0 }
        };
        Ok(vec![of(TableName::Brief), of(TableName::Advice), of(TableName::AdviceLog)])
    };
    archive
        .publish(&brief(day), &draft(fingerprint), render, &stamp("run", "2026-11-22T03:30:00Z"))
        .await
        .unwrap();
}

async fn latest(bench: &Bench) -> Option<String> {
    let bytes = bench.archive.store().get(LATEST).await.unwrap();
    bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

fn page(day: i8, fingerprint: &str, revision: u64) -> String {
    format!("brief of {fingerprint} as of {day}, revision {revision}")
}

async fn retire(archive: &Archive, day: i8) {
    archive.retire(&brief(day), &stamp("retire", "2026-11-25T08:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn it_is_the_page_of_the_newest_date_and_its_newest_revision() {
    for bench in Bench::both() {
        brief_of(&bench.archive, 20, "a").await;
        assert_eq!(latest(&bench).await, Some(page(20, "a", 1)));
        brief_of(&bench.archive, 21, "b").await;
        brief_of(&bench.archive, 21, "c").await;
        assert_eq!(latest(&bench).await, Some(page(21, "c", 2)));
        // An earlier date that changed late.
        brief_of(&bench.archive, 20, "d").await;
        assert_eq!(latest(&bench).await, Some(page(21, "c", 2)));
        assert_sound(&bench.archive).await;
        let newest = bench.archive.newest_brief(date(2026, 11, 20)).await.unwrap().unwrap();
        assert_eq!((newest.content.unit, newest.content.revision), (brief(20), 2));
        let revisions = BTreeMap::from([(date(2026, 11, 20), 2), (date(2026, 11, 21), 2)]);
        assert_eq!(bench.archive.briefs().await.unwrap(), revisions);

        retire(&bench.archive, 21).await;
        assert_eq!(latest(&bench).await, Some(page(20, "d", 2)), "that of the date before is the newest now");
        assert_sound(&bench.archive).await;
        retire(&bench.archive, 20).await;
        assert_eq!(latest(&bench).await, None);
        assert_sound(&bench.archive).await;
        assert_eq!(bench.archive.newest_brief(Date::MAX).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_a_crash_left_is_mended_by_the_next_run_and_by_repair() {
    for repair in [false, true] {
        for left in [None, Some("the page of the night before"), Some("")] {
            let bench = Bench::in_folder();
            brief_of(&bench.archive, 21, "a").await;
            match left {
                Some(left) => bench.overwrite(LATEST, left).await,
                None => bench.archive.store().delete(LATEST).await.unwrap(),
            }
            let found = bench.archive.verify(Repair::No).await.unwrap();
            let keys: Vec<&str> = found.open().map(|finding| finding.key.as_str()).collect();
            assert_eq!(keys, [LATEST]);
            if repair {
                assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().open().count(), 0);
            } else {
                let newest = bench.archive.newest(&brief(21)).await.unwrap().unwrap();
                bench.archive.mend_stale([&newest]).await.unwrap();
            }
            assert_eq!(latest(&bench).await, Some(page(21, "a", 1)));
            assert_sound(&bench.archive).await;
        }
    }
}

#[tokio::test]
async fn it_stays_while_the_newest_receipt_cannot_be_read_and_a_stray_one_is_told() {
    let bench = Bench::in_memory();
    bench.overwrite(LATEST, "nobody's").await;
    let found = bench.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(&found.findings[..], [one] if one.key == LATEST && one.problem == Problem::StrayTable));
    bench.archive.store().delete(LATEST).await.unwrap();
    brief_of(&bench.archive, 20, "a").await;
    brief_of(&bench.archive, 21, "b").await;
    bench.overwrite(&Key::Receipt(&brief(21), 1).path(), "{}").await;
    let found = bench.archive.verify(Repair::No).await.unwrap();
    assert!(found.findings.iter().all(|finding| finding.key != LATEST), "nobody knows what it should be");
    let older = bench.archive.newest(&brief(20)).await.unwrap().unwrap();
    bench.archive.mend_stale([&older]).await.unwrap();
    assert_eq!(latest(&bench).await, Some(page(21, "b", 1)), "that of an older date is never put over it");
    // What its tables were cannot be proven, so it is retired.
    bench.archive.verify(Repair::Yes).await.unwrap();
    assert_eq!(latest(&bench).await, Some(page(20, "a", 1)));
}
