//! Crashes, lost answers and races.

use super::super::*;
use super::*;

#[tokio::test]
async fn a_crash_anywhere_is_made_good_by_the_next_run() {
    let expected = undisturbed(&["a", "b"]).await;
    for nth in 0..PUTS {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            for bench in Bench::both() {
                publish(&bench.archive, "a").await.unwrap();
                publish(&bench.failing(nth, fault), "b").await.unwrap_err();
                let again = publish(&bench.archive, "b").await.unwrap();
                let was_published = nth > RECEIPT_PUT || (nth == RECEIPT_PUT && fault == Fault::CrashAfter);
                assert_eq!(again, if was_published { same(2) } else { new(2) }, "{fault:?} at {nth}");
                assert_eq!(bench.bytes().await, expected, "{fault:?} at {nth}");
                assert_sound(&bench.archive).await;
            }
        }
    }
}

#[tokio::test]
async fn a_crash_after_the_moment_of_truth_is_mended_by_the_cheap_look_and_by_repair() {
    let expected = undisturbed(&["a", "b"]).await;
    let (platform, market) = (PlatformId::new("tiktok_shop_live"), MarketId::new("US"));
    let dates = BTreeSet::from([date(2026, 11, 21), date(2026, 11, 20)]);
    for by_repair in [false, true] {
        for bench in Bench::both() {
            publish(&bench.archive, "a").await.unwrap();
            let error = publish(&bench.failing(RECEIPT_PUT + 1, Fault::CrashBefore), "b").await.unwrap_err();
            assert!(matches!(error, PublishError::NotShown { revision: 2, .. }), "{error}");
            if by_repair {
                let verification = bench.archive.verify(Repair::Yes).await.unwrap();
                assert_eq!(verification.findings.len(), 2);
                assert_eq!(verification.open().count(), 0);
            } else {
                let newest = bench.archive.newest_of(&platform, &market, &dates).await.unwrap().receipts;
                assert_eq!(newest.len(), 1);
                // Revisions 1 and 2 of this test have tables of the same size.
                let mended = bench.archive.mend_stale(newest.values()).await.unwrap();
                assert_eq!(mended.mended, [unit()]);
                assert!(bench.archive.mend_stale(newest.values()).await.unwrap().mended.is_empty());
            }
            assert_eq!(bench.bytes().await, expected);
        }
    }
}

#[tokio::test]
async fn a_lost_answer_a_failure_and_a_false_conflict_are_settled_by_reading_back() {
    let expected = undisturbed(&["a"]).await;
    for fault in [Fault::LoseAnswer, Fault::Fail, Fault::FalseConflict] {
        for nth in 0..=RECEIPT_PUT {
            for bench in Bench::both() {
                let published = publish(&bench.failing(nth, fault), "a").await.unwrap();
                assert_eq!(published, new(1), "{fault:?} at {nth}");
                assert_eq!(bench.bytes().await, expected, "{fault:?} at {nth}");
            }
        }
    }
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_said_to_be_unknown() {
    let bench = Bench::in_memory();
    let error = publish(&bench.failing(RECEIPT_PUT, Fault::CrashAfter), "a").await.unwrap_err();
    assert!(matches!(error, PublishError::UnknownOutcome { revision: 1, .. }), "{error}");
    assert_eq!(publish(&bench.archive, "a").await.unwrap(), same(1));
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn another_publisher_in_between_means_looking_again() {
    let bench = Bench::in_memory();
    let overtaken = std::sync::atomic::AtomicBool::new(false);
    let rival = bench.archive.clone();
    let render = |revision| {
        if !overtaken.swap(true, std::sync::atomic::Ordering::SeqCst) {
            // The rival publishes between this one's look and its put.
            let rival = rival.clone();
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { publish(&rival, "rival").await.unwrap() })
            });
            assert_eq!(thread.join().unwrap(), new(1));
        }
        Ok(tables("mine", revision))
    };
    let stamp = stamp("mine", "2026-11-22T03:30:00Z");
    let published = bench.archive.publish(&unit(), &draft("mine"), render, &stamp).await.unwrap();
    assert_eq!(published, new(2));
    assert_sound(&bench.archive).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_who_publish_the_same_one_is_first() {
    for bench in Bench::both() {
        let racers: Vec<_> = (0..16)
            .map(|racer| {
                let archive = bench.archive.clone();
                tokio::spawn(async move {
                    let stamp = stamp(&format!("run {racer}"), "2026-11-22T03:30:00Z");
                    publish_by(&archive, "a", &stamp).await
                })
            })
            .collect();
        let mut first = 0;
        for racer in racers {
            match racer.await.unwrap().unwrap() {
                Published::New { revision: 1 } => first += 1,
                other => assert_eq!(other, same(1)),
            }
        }
        assert_eq!(first, 1);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_publish_different_things_the_newest_is_shown() {
    for bench in Bench::both() {
        let racers: Vec<_> = (0..6)
            .map(|racer| {
                let archive = bench.archive.clone();
                tokio::spawn(async move { publish(&archive, &format!("input {racer}")).await })
            })
            .collect();
        let mut revisions = BTreeSet::new();
        for racer in racers {
            let Published::New { revision } = racer.await.unwrap().unwrap() else { panic!("all differ") };
            assert!(revisions.insert(revision), "two were told the same number");
        }
        assert_eq!(revisions, (1..=6).collect());
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_slow_publisher_does_not_leave_old_bytes_over_new_ones() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let old = bench.archive.newest(&unit()).await.unwrap().unwrap();
    publish(&bench.archive, "b").await.unwrap();
    // The publisher of revision 1 wakes up and comes to its step 3.
    bench.archive.show(&old, &BTreeMap::new()).await.unwrap();
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_store_that_ignores_create_only_is_refused_by_name() {
    let bench = Bench::in_memory();
    let archive = bench.over(Faulty::ignoring_create(Arc::clone(&bench.raw)));
    let refused = Archive::for_writing(archive.store().clone()).await.unwrap_err();
    assert_eq!(refused.problem, StoreProblem::IgnoresCreateOnly);
    assert!(refused.to_string().contains("`faulty`"), "{refused}");
}
