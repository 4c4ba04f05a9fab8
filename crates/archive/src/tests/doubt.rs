//! Pruning and snapshots when receipts may be missing.

use super::super::*;
use super::*;

const LATER: &str = "2100-01-01T00:00:00Z";

fn of_market(market: &str) -> Unit {
    Unit::MarketDay(MarketDay {
        platform: PlatformId::new("p"),
        market: MarketId::new(market),
        local_date: date(2026, 11, 20),
    })
}

/// Two markets, of which each was published twice.
async fn two_markets(bench: &Bench) {
    for market in ["US", "GB"] {
        for says in ["a", "b"] {
            let render = |revision| {
                let bytes = Bytes::from(format!("{market} {says} {revision}"));
                Ok(vec![TableBytes { table: TableName::Funnel, bytes, rows: 1 }])
            };
            let stamp = stamp("run", "2026-11-22T03:30:00Z");
            bench.archive.publish(&of_market(market), &draft(says), render, &stamp).await.unwrap();
        }
    }
}

async fn prune(bench: &Bench, how: Prune, unaccounted: Unaccounted) -> Result<Pruned, PruneError> {
    let limits = PruneLimits { unaccounted, ..PruneLimits::default() };
    bench.archive.prune(LATER.parse().unwrap(), how, &limits).await
}

async fn without(bench: &Bench, is_lost: impl Fn(&str) -> bool) {
    for object in bench.archive.store().list("").await.unwrap() {
        if is_lost(&object.key) {
            bench.archive.store().delete(&object.key).await.unwrap();
        }
    }
}

/// Whatever the options, nothing is removed, and the reason names the object.
async fn assert_refused(bench: &Bench, unaccounted: &[Unaccounted], names: &str) {
    let written = |mut bytes: BTreeMap<String, Bytes>| {
        bytes.remove("_lock");
        bytes
    };
    let before = written(bench.bytes().await);
    for unaccounted in unaccounted {
        for how in [Prune::DryRun, Prune::Remove] {
            let refused = prune(bench, how, *unaccounted).await.unwrap_err().to_string();
            assert!(refused.contains("_receipts") && refused.contains(names), "{refused}");
            assert_eq!(written(bench.bytes().await), before);
        }
    }
}

const ANY: [Unaccounted; 3] = [Unaccounted::Refuse, Unaccounted::Keep, Unaccounted::Remove];

#[tokio::test]
async fn nothing_is_pruned_where_receipts_are_missing() {
    for lost in ["_receipts/", "_receipts/p/GB/"] {
        for bench in Bench::both() {
            two_markets(&bench).await;
            without(&bench, |key| key.starts_with(lost)).await;
            assert_refused(&bench, &ANY, "funnel/platform=p/market=GB").await;
            let snapshot = bench.archive.snapshot(LATER.parse().unwrap()).await.unwrap();
            assert!(!snapshot.doubts.is_empty(), "{lost}");
        }
    }
    // Not even a current path shows that they existed.
    let bench = Bench::in_memory();
    two_markets(&bench).await;
    without(&bench, |key| !key.starts_with("_revisions/")).await;
    assert_refused(&bench, &ANY, "`_revisions`").await;
    assert!(!bench.archive.snapshot(LATER.parse().unwrap()).await.unwrap().doubts.is_empty());
}

#[tokio::test]
async fn nothing_is_pruned_where_a_receipt_is_missing_between_others_or_damaged() {
    for bench in Bench::both() {
        two_markets(&bench).await;
        let first = Key::Receipt(&of_market("US"), 1).path();
        let kept = bench.archive.store().get(&first).await.unwrap().unwrap();
        for damaged in [Bytes::new(), kept.slice(..kept.len() / 2)] {
            bench.archive.store().put(&first, damaged).await.unwrap();
            assert_refused(&bench, &ANY, &first).await;
        }
        bench.archive.store().delete(&first).await.unwrap();
        assert_refused(&bench, &ANY, &first).await;
        bench.archive.store().put(&first, kept).await.unwrap();
        assert_eq!(prune(&bench, Prune::Remove, Unaccounted::Refuse).await.unwrap().removed, 2);
    }
}

#[tokio::test]
async fn what_no_receipt_names_goes_only_when_it_is_asked_for() {
    let bench = Bench::in_memory();
    two_markets(&bench).await;
    // Left by a publisher that was killed before its receipt, or by a receipt that was lost without a trace.
    let orphan = format!("_revisions/{}.parquet", coverledger_store::sha256_hex(b"orphan"));
    bench.overwrite(&orphan, "orphan").await;
    assert_refused(&bench, &[Unaccounted::Refuse], &orphan).await;
    let looked = prune(&bench, Prune::DryRun, Unaccounted::Keep).await.unwrap();
    assert_eq!((looked.removed, looked.kept, looked.unaccounted), (2, 3, 1));
    assert_eq!(prune(&bench, Prune::Remove, Unaccounted::Keep).await.unwrap(), looked);
    assert!(bench.bytes().await.contains_key(&orphan));
    let removed = prune(&bench, Prune::Remove, Unaccounted::Remove).await.unwrap();
    assert_eq!((removed.removed, removed.kept, removed.unaccounted), (1, 2, 0));
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn what_is_shown_never_goes_though_its_receipt_is_lost() {
    for bench in Bench::both() {
        two_markets(&bench).await;
        bench.archive.store().delete(&Key::Receipt(&of_market("US"), 2).path()).await.unwrap();
        let shown = format!("_revisions/{}.parquet", coverledger_store::sha256_hex(b"US b 2"));
        assert_refused(&bench, &[Unaccounted::Refuse, Unaccounted::Remove], &shown).await;
        prune(&bench, Prune::Remove, Unaccounted::Keep).await.unwrap();
        assert!(bench.bytes().await.contains_key(&shown));
    }
}

#[tokio::test]
async fn more_than_the_stated_share_is_asked_about() {
    let bench = Bench::in_memory();
    for says in 0..6 {
        publish(&bench.archive, &says.to_string()).await.unwrap();
    }
    let limits = |max_share| PruneLimits { max_share, ..PruneLimits::default() };
    let before = bench.bytes().await;
    let cutoff = LATER.parse().unwrap();
    for how in [Prune::DryRun, Prune::Remove] {
        let refused = bench.archive.prune(cutoff, how, &limits(0.8)).await.unwrap_err().to_string();
        assert!(refused.contains("10 of 12 tables") && refused.contains("--max-share"), "{refused}");
        assert_eq!(bench.bytes().await, before);
    }
    assert_eq!(bench.archive.prune(cutoff, Prune::Remove, &limits(0.9)).await.unwrap().removed, 10);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_pruned_past_a_link_among_the_receipts() {
    for (linked, is_relative) in
        [("_receipts", false), ("_receipts", true), ("_receipts/p", false), ("_receipts/p/US", true)]
    {
        let bench = Bench::in_folder();
        two_markets(&bench).await;
        let root = bench.folder.as_ref().unwrap().path();
        let elsewhere = tempfile::tempdir().unwrap();
        let aside = if is_relative { root.join("aside") } else { elsewhere.path().join("aside") };
        std::fs::rename(root.join(linked), &aside).unwrap();
        let up = "../".repeat(linked.matches('/').count());
        let target = if is_relative { format!("{up}aside").into() } else { aside };
        std::os::unix::fs::symlink(&target, root.join(linked)).unwrap();
        let revisions = || std::fs::read_dir(root.join("_revisions")).unwrap().count();
        for unaccounted in ANY {
            for how in [Prune::DryRun, Prune::Remove] {
                let refused = prune(&bench, how, unaccounted).await.unwrap_err().to_string();
                assert!(refused.contains(&format!("`{linked}` is a symbolic link")), "{refused}");
                assert_eq!(revisions(), 4);
            }
        }
        assert!(!bench.archive.snapshot(LATER.parse().unwrap()).await.unwrap().doubts.is_empty());
        let found = bench.archive.verify(Repair::Yes).await.unwrap();
        let is_named = |finding: &Finding| matches!(finding.problem, Problem::ReceiptsBehindLink);
        assert!(found.open().any(|finding| is_named(finding) && finding.key == linked), "{found:?}");
    }
}
