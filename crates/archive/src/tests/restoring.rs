//! Tables in `_revisions` that are missing or damaged: how they are found, and from where they are restored.

use super::super::retention;
use super::*;

async fn revision(bench: &Bench) -> (String, Bytes) {
    let bytes = bench.bytes().await.into_iter().find(|(key, _)| key.starts_with("_revisions/"));
    bytes.expect("something was published")
}

fn in_2030() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_table_by_content_comes_back_from_its_current_path() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let (key, bytes) = revision(&bench).await;
        for damage in [None, Some("half"), Some("")] {
            match damage {
                None => bench.archive.store().delete(&key).await.unwrap(),
                Some(text) => bench.overwrite(&key, text).await,
            }
            assert_eq!(bench.archive.verify(Repair::No).await.unwrap().open().count(), 1);
            let repaired = bench.archive.verify(Repair::Yes).await.unwrap();
            assert_eq!(repaired.findings.len(), 1, "{:?}", repaired.findings);
            assert_eq!(repaired.open().count(), 0, "{:?}", repaired.findings);
            assert_eq!(bench.archive.store().get(&key).await.unwrap().unwrap(), bytes);
        }
    }
}

#[tokio::test]
async fn of_what_no_current_path_shows_nothing_is_put() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let (key, _) = revision(&bench).await;
        publish(&bench.archive, "b").await.unwrap();
        bench.archive.store().delete(&key).await.unwrap();
        assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().open().count(), 1);
        assert_eq!(bench.archive.store().get(&key).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_snapshot_lists_no_table_that_is_not_there_or_is_cut() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let (key, _) = revision(&bench).await;
        for damage in [Some("cut"), None] {
            match damage {
                None => bench.archive.store().delete(&key).await.unwrap(),
                Some(text) => bench.overwrite(&key, text).await,
            }
            let snapshot = bench.archive.snapshot(in_2030()).await.unwrap();
            assert_eq!(snapshot.objects.len(), 1);
            assert!(snapshot.doubts.to_string().contains(&key), "{}", snapshot.doubts);
        }
    }
}

#[tokio::test]
async fn a_retention_that_makes_no_sense_stops_pruning_also_when_it_is_only_tried() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        for text in ["{\"version\": 2, \"pruned_before\": \"2026-01-01T00:00:00Z\"}", "{}", ""] {
            bench.overwrite("_retention.json", text).await;
            for how in [Prune::DryRun, Prune::Remove] {
                let limits = PruneLimits::default();
                let error = bench.archive.prune("2026-11-01T00:00:00Z".parse().unwrap(), how, &limits).await;
                assert!(error.unwrap_err().to_string().contains("_retention.json"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn where_receipts_do_not_agree_which_was_first_both_stay() {
    let bench = Bench::in_memory();
    // The second says that it was published before the first: no hash covers it.
    for (says, at) in [("a", "2026-11-20T00:00:00Z"), ("b", "2026-11-10T00:00:00Z"), ("c", "2026-11-25T00:00:00Z")]
    {
        publish_by(&bench.archive, says, &stamp("run", at)).await.unwrap();
    }
    let chains = bench.archive.all_receipts().await.unwrap().chains;
    let kept = |at: &str| retention::kept(chains.values().map(|chain| &chain.sound), at.parse().unwrap()).len();
    assert_eq!(kept("2026-11-15T00:00:00Z"), 6);
    assert_eq!(kept("2026-11-22T00:00:00Z"), 6, "the first may have been the truth at the cutoff");
    assert_eq!(kept("2026-11-26T00:00:00Z"), 2);
}
