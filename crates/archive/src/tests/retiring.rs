//! Retiring removes a unit from the current paths and not from the past.

use super::*;

async fn retire(archive: &Archive) -> Result<Retired, PublishError> {
    archive.retire(&unit(), &stamp("retire", "2026-11-25T08:00:00Z")).await
}

async fn currents(bench: &Bench) -> Vec<String> {
    bench.archive.shown_of(&unit()).await.unwrap()
}

#[tokio::test]
async fn what_is_retired_has_nothing_at_its_current_paths_and_all_of_its_past() {
    for bench in Bench::both() {
        assert_eq!(retire(&bench.archive).await.unwrap(), Retired::NeverPublished);
        publish(&bench.archive, "a").await.unwrap();
        assert_eq!(currents(&bench).await.len(), 2);
        assert_eq!(retire(&bench.archive).await.unwrap(), Retired::Now);
        assert_eq!(currents(&bench).await, <[&str; 0]>::default());
        assert_eq!(retire(&bench.archive).await.unwrap(), Retired::Before);
        let at = |instant: &str| instant.parse().unwrap();
        assert_eq!(bench.archive.snapshot(at("2026-11-25T07:59:59Z")).await.unwrap().objects.len(), 2);
        assert_eq!(bench.archive.snapshot(at("2026-11-25T08:00:00Z")).await.unwrap().objects, []);
        assert_sound(&bench.archive).await;
        // The same inputs again are a revision of their own.
        assert_eq!(publish(&bench.archive, "a").await.unwrap(), new(3));
        assert_eq!(currents(&bench).await.len(), 2);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn whoever_publishes_after_a_retirement_is_seen_whoever_is_slow() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let before = bench.archive.newest(&unit()).await.unwrap().unwrap();
    retire(&bench.archive).await.unwrap();
    let retirement = bench.archive.newest(&unit()).await.unwrap().unwrap();
    // One that published the revision before, and comes late to its current paths.
    bench.archive.show(&before, &BTreeMap::new()).await.unwrap();
    assert_eq!(currents(&bench).await, <[&str; 0]>::default(), "the retirement is the newest");
    publish(&bench.archive, "b").await.unwrap();
    // One that retired it before, and comes late to take the current paths away.
    bench.archive.show(&retirement, &BTreeMap::new()).await.unwrap();
    assert_eq!(currents(&bench).await.len(), 2, "a later revision is");
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_killed_retirement_is_finished_by_the_next_or_by_repair() {
    for repair in [false, true] {
        let bench = Bench::in_memory();
        publish(&bench.archive, "a").await.unwrap();
        let left = currents(&bench).await;
        let bytes = bench.archive.store().get(&left[0]).await.unwrap().unwrap();
        retire(&bench.archive).await.unwrap();
        bench.archive.store().put(&left[0], bytes).await.unwrap();
        let found = bench.archive.verify(Repair::No).await.unwrap();
        let problems: Vec<&Problem> = found.open().map(|finding| &finding.problem).collect();
        assert!(matches!(problems[..], [Problem::CurrentRetired { revision: 2, .. }]), "{problems:?}");
        if repair {
            assert_eq!(bench.archive.verify(Repair::Yes).await.unwrap().open().count(), 0);
        } else {
            assert_eq!(retire(&bench.archive).await.unwrap(), Retired::Before);
        }
        assert_eq!(currents(&bench).await, <[&str; 0]>::default());
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_doubtful_answer_to_a_retirement_is_read_back() {
    for fault in [Fault::LoseAnswer, Fault::FalseConflict] {
        let bench = Bench::in_memory();
        publish(&bench.archive, "a").await.unwrap();
        assert_eq!(retire(&bench.failing(0, fault)).await.unwrap(), Retired::Now, "{fault:?}");
        assert_eq!(currents(&bench).await, <[&str; 0]>::default());
        assert_sound(&bench.archive).await;
    }
}
