//! A store that is nothing but trouble is named in time, and nothing is published.

use std::time::Instant;

use crate::night::{FIRST, deliver_first};
use crate::stub::Stub;
use crate::trouble::{Calm, LATE, SLOW, STALE, TROUBLES, Trouble, at_once, calm, impatient, objects};

/// What became of a night in which every request meets a trouble.
struct Hopeless {
    code: Option<i32>,
    said: String,
    seconds: u64,
    published: Vec<String>,
    mended: bool,
}

fn without_hope(calm: &Calm, trouble: Trouble, plant: fn(&Stub)) -> Hopeless {
    let stub = Stub::start();
    let workspace = impatient(&stub);
    deliver_first(&workspace, Some(&stub));
    trouble.meet(&stub, 100, 1);
    let started = Instant::now();
    let done = workspace.night(FIRST);
    let seconds = started.elapsed().as_secs();
    plant(&stub);
    let is_published = |key: &str| key.starts_with("_receipts/") || !key.starts_with('_');
    let mut published = objects(&workspace, &stub);
    published.retain(|key, bytes| {
        // What came through in time, a small export at a thousand bytes a second, is as it should be.
        let is_slow_and_right = trouble.name == SLOW && calm.first.get(key) == Some(bytes);
        is_published(key) && !is_slow_and_right
    });
    let published = published.into_keys().collect();
    stub.calm();
    let mended = workspace.night(FIRST).code == calm.codes[0] && objects(&workspace, &stub) == calm.first;
    Hopeless { code: done.code, said: done.stdout + &done.stderr, seconds, published, mended }
}

impl Hopeless {
    fn fault(&self) -> Option<&'static str> {
        // An archive or exports that cannot be reached, market-days that failed or did not settle.
        if !matches!(self.code, Some(1 | 4 | 5 | 6)) {
            Some("it ended well")
        } else if !self.said.contains("s3://proof/") {
            Some("the store is not named")
        } else if self.seconds > 90 {
            Some("it took too long")
        } else if !self.published.is_empty() {
            Some("something was published")
        } else if !self.mended {
            Some("the next night did not mend it")
        } else {
            None
        }
    }
}

#[test]
fn a_store_that_is_nothing_but_trouble_is_named_in_time() {
    let calm = calm();
    // A store that is slow is no store in trouble; an old listing is as good as none.
    let is_hopeless = |trouble: &Trouble| ![STALE, LATE].contains(&trouble.name);
    let troubles: Vec<_> = TROUBLES.into_iter().filter(is_hopeless).collect();
    let nights = at_once(&troubles, |trouble| without_hope(&calm, *trouble, |_| {}));
    let mut faults = Vec::new();
    for (trouble, night) in troubles.iter().zip(&nights) {
        let last = night.said.lines().rfind(|line| line.contains("s3://")).unwrap_or_default();
        println!("{}: exit code {:?} after {} s: {}", trouble.name, night.code, night.seconds, last.trim());
        faults.extend(
            night.fault().map(|fault| format!("{}: {fault}\n{}\n{:?}", trouble.name, night.said, night.published)),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));

    // The bug that is planted: somebody publishes all the same.
    let night = without_hope(&calm, TROUBLES[2], |stub| {
        stub.bucket().put("archive/_receipts/x/1.json", "{}");
    });
    assert_eq!(night.fault(), Some("something was published"));
}
