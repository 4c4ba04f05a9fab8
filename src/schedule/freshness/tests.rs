//! Which days are due, and since when.

use super::super::testing::{WELL, account, at, workspace};
use super::*;

const MORNING: &str = "2026-11-22T03:30:00Z";

/// How many stand where, and the age of the oldest in hours.
fn freshness(days: &[(&str, &str, &str)], now: &str) -> (Vec<(&'static str, u32)>, i64) {
    let workspace = workspace();
    let seen = Seen::by_run(&account(MORNING, days));
    let freshness = Freshness::of(&workspace, &workspace.jobs["nightly"], &seen, at(now));
    let days = freshness.days.into_iter().filter(|(_, days)| *days > 0);
    (days.map(|(state, days)| (state.word(), days)).collect(), freshness.oldest_due_age_seconds / 3600)
}

/// The same with one market-day ended otherwise.
fn with(market: &str, date: &str, outcome: &'static str) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut days = WELL.to_vec();
    let day = days.iter_mut().find(|day| (day.0, day.1) == (market, date)).unwrap();
    day.2 = outcome;
    days
}

#[test]
fn all_is_fresh_after_a_good_run() {
    assert_eq!(freshness(&WELL, MORNING), (vec![("final", 2), ("provisional", 4)], 0));
}

#[test]
fn what_ended_since_the_run_is_due_without_a_run() {
    // Tokyo's 22nd ended at 15:00 UTC, its 19th left the look-back.
    assert_eq!(freshness(&WELL, "2026-11-22T17:00:00Z"), (vec![("final", 1), ("provisional", 4), ("due", 1)], 2));
    // Nobody ran for three days: everything is due, the oldest since Tokyo's 23rd ended.
    assert_eq!(freshness(&WELL, "2026-11-26T03:30:00Z"), (vec![("due", 6)], 60));
}

#[test]
fn an_old_day_that_was_published_hides_no_gap() {
    let gap = with("GB", "2026-11-21", "waiting");
    assert_eq!(freshness(&gap, MORNING), (vec![("final", 2), ("provisional", 3), ("waiting", 1)], 3));
    let backfilled: Vec<_> = gap.iter().copied().chain([("GB", "2026-01-01", "published")]).collect();
    assert_eq!(freshness(&backfilled, MORNING), freshness(&gap, MORNING));
}

#[test]
fn what_readers_have_no_numbers_for_is_due_whatever_it_is_called() {
    for (outcome, state) in [
        ("held", "held"),
        ("failed", "failed"),
        ("unsettled", "failed"),
        ("elsewhere", "due"),
        ("stopped", "due"),
        ("not over", "due"),
    ] {
        let (states, hours) = freshness(&with("JP", "2026-11-20", outcome), MORNING);
        assert!(states.contains(&(state, 1)), "{outcome}: {states:?}");
        assert_eq!(hours, 36, "{outcome}");
    }
}
