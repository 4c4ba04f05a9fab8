//! Finding and repairing damage, and snapshots.

use super::super::*;
use super::*;

#[tokio::test]
async fn a_flipped_bit_is_found_and_mended_where_it_can_be() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let sound = bench.bytes().await;
        let current = Bench::current(TableName::Funnel);
        bench.overwrite(&current, "funnel of a, revision 0").await;
        let seen = bench.archive.verify(Repair::No).await.unwrap();
        assert_eq!(seen.findings.len(), 1);
        assert_eq!(seen.findings[0].key, current);
        assert!(matches!(seen.findings[0].problem, Problem::CurrentDiffers { revision: 1, .. }));
        assert!(!seen.findings[0].mended);
        let mended = bench.archive.verify(Repair::Yes).await.unwrap();
        assert!(mended.findings[0].mended);
        assert_eq!(bench.bytes().await, sound);

        let newest = bench.archive.newest(&unit()).await.unwrap().unwrap();
        let revision = Key::Revision(newest.content.tables[0].table, &newest.content.tables[0].sha256).path();
        for is_lost in [false, true] {
            bench.overwrite(&revision, "rot").await;
            if is_lost {
                bench.archive.store().delete(&revision).await.unwrap();
            }
            assert_eq!(bench.archive.verify(Repair::No).await.unwrap().open().count(), 1);
            assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().open().count(), 0);
            assert_eq!(bench.bytes().await, sound, "the current path has the same bytes");
        }
        bench.overwrite(&revision, "rot").await;
        bench.overwrite(&current, "rot").await;
        bench.overwrite(&Bench::current(TableName::SlotAudience), "rot").await;
        let rotten = bench.archive.verify(Repair::Yes).await.unwrap();
        let open: Vec<_> = rotten.open().map(|finding| finding.key.clone()).collect();
        assert_eq!(open, [revision, current]);
    }
}

#[tokio::test]
async fn a_receipt_that_was_touched_is_found() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        publish(&bench.archive, "b").await.unwrap();
        let key = Key::Receipt(&unit(), 1).path();
        let receipt = bench.archive.store().get(&key).await.unwrap().unwrap();
        let text = String::from_utf8(receipt.to_vec()).unwrap();

        bench.overwrite(&key, &text.replace("\"impressions\": 2", "\"impressions\": 3")).await;
        let found = bench.archive.verify(Repair::No).await.unwrap();
        assert!(matches!(found.findings[0].problem, Problem::Receipt(ReceiptProblem::Hash { .. })));
        assert_eq!(found.open().count(), 1);

        // White space between the parts is not content.
        bench.overwrite(&key, &text.replace("\n  ", "\n\t")).await;
        assert_sound(&bench.archive).await;

        bench.overwrite(&key, "{").await;
        bench.overwrite("_receipts/notes.txt", "?").await;
        bench.overwrite("funnel/platform=x/market=US/local_date=2026-01-01/part.parquet", "?").await;
        let found = bench.archive.verify(Repair::No).await.unwrap();
        let problems: Vec<String> = found.findings.iter().map(|finding| finding.problem.to_string()).collect();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[1].contains("cannot be read"), "{problems:?}");
    }
}

#[tokio::test]
async fn a_gap_and_a_broken_chain_are_found() {
    let bench = Bench::in_memory();
    for fingerprint in ["a", "b", "c"] {
        publish(&bench.archive, fingerprint).await.unwrap();
    }
    let copy = Bench::in_memory();
    for (key, bytes) in bench.bytes().await {
        if key != Key::Receipt(&unit(), 2).path() {
            copy.archive.store().put(&key, bytes).await.unwrap();
        }
    }
    let found = copy.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(found.findings.as_slice(), [Finding { problem: Problem::Gap { .. }, .. }]), "{found:?}");

    let other = Bench::in_memory();
    publish(&other.archive, "x").await.unwrap();
    let mut stranger = other.archive.newest(&unit()).await.unwrap().unwrap().content;
    (stranger.revision, stranger.previous) = (2, Some("not the one before".into()));
    let stranger = Receipt::new(stranger, None, &stamp("run", "2026-11-22T03:30:00Z"), None);
    other.overwrite(&Key::Receipt(&unit(), 2).path(), std::str::from_utf8(&stranger.to_bytes()).unwrap()).await;
    let found = other.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(found.findings.as_slice(), [Finding { problem: Problem::BrokenChain, .. }]), "{found:?}");
}

#[tokio::test]
async fn a_snapshot_shows_what_was_known_then() {
    for bench in Bench::both() {
        publish_by(&bench.archive, "a", &stamp("one", "2026-11-22T03:30:00Z")).await.unwrap();
        publish_by(&bench.archive, "b", &stamp("two", "2026-11-23T03:30:00Z")).await.unwrap();
        let at = async |instant: &str| bench.archive.snapshot(instant.parse().unwrap()).await.unwrap().objects;
        assert!(at("2026-11-22T03:29:59Z").await.is_empty());
        let then = at("2026-11-23T03:29:59Z").await;
        let revisions: Vec<_> = then.iter().map(|object| (object.table, object.revision)).collect();
        assert_eq!(revisions, [(TableName::Funnel, 1), (TableName::SlotAudience, 1)]);
        let bytes = bench.archive.store().get(&then[0].key).await.unwrap().unwrap();
        assert_eq!(bytes, "funnel of a, revision 1");
        assert_eq!(at("2026-11-23T03:30:00Z").await[0].revision, 2);
    }
}
