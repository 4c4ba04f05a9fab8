//! The bugs that the kill loop and its readers are there to find, planted.

use std::time::Duration;

use super::{Fault, Ground, RUN, Readers, SECOND, View, same};
use crate::stub::{Kind, Request};
use std::sync::Arc;

#[test]
fn a_receipt_that_was_torn_by_a_kill_is_noticed() {
    let ground = Ground::prepare();
    // Its number among the requests is chance: several are under way at a time.
    let mut is_over = false;
    let first_receipt = move |_, request: &Request| {
        let hits = !is_over && request.kind == Kind::PutNew && request.is_in("_receipts/");
        is_over |= hits;
        hits
    };
    ground.start_over();
    let noticed = ground.killed_where(first_receipt, &Fault::Torn).unwrap_err();
    assert!(noticed.contains("second run ended") || noticed.contains("_receipts/"), "{noticed}");
}

#[test]
fn a_second_run_that_says_anything_else_is_noticed() {
    let ground = Ground::prepare();
    ground.start_over();
    let later = SECOND.replace("03:00", "03:01");
    ground.workspace.night(&later).exits(0);
    let noticed = same(&ground.expected, &ground.workspace.archive(Some(&ground.stub))).unwrap_err();
    assert!(noticed.contains("other bytes: _receipts/"), "{noticed}");
}

/// What readers find wrong while a night runs on a store that does this to some of its puts.
fn seen_under(fault: Fault, hits: fn(&Request) -> bool) -> std::collections::BTreeSet<String> {
    let ground = Ground::prepare();
    ground.start_over();
    let readers = Readers::start(&View::Stub(Arc::clone(&ground.stub)));
    ground
        .stub
        .on(move |_, request| if request.kind.writes() && hits(request) { fault.clone() } else { Fault::Pass });
    drop(ground.workspace.run(&RUN));
    readers.stop().wrong
}

#[test]
fn readers_notice_a_store_that_shows_half_of_an_object() {
    let wrong = seen_under(Fault::Half, |request| request.is_in("slot_audience/"));
    assert!(wrong.iter().any(|wrong| wrong.contains("not a whole Parquet file")), "{wrong:?}");
}

#[test]
fn readers_notice_a_receipt_that_comes_before_its_data() {
    let wrong = seen_under(Fault::Lazy(Duration::from_millis(60)), |request| request.is_in("_revisions/"));
    assert!(wrong.iter().any(|wrong| wrong.contains("which is not there")), "{wrong:?}");
}
