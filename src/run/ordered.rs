//! Bounded concurrency with results delivered in input order.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::Stop;

/// Runs the futures of the jobs 0 to `jobs` and calls `deliver` with each result, in the order of the jobs.
///
/// It starts with one job and adds one for each that is done, up to `at_most` at a time, so that a store that refuses
/// or a request to stop is noticed before many have begun. Once a stop is asked for, no further job begins.
pub(super) async fn for_each_ordered<T, F: Future<Output = T>>(
    jobs: usize,
    at_most: usize,
    stop: &Stop,
    work: impl Fn(usize) -> F,
    mut deliver: impl FnMut(usize, T),
) {
    let numbered = |number: usize| {
        let result = work(number);
        async move { (number, result.await) }
    };
    let mut running = FuturesUnordered::new();
    // Results that wait for one before them.
    let mut waiting = BTreeMap::new();
    let (mut begun, mut done, mut delivered) = (0, 0, 0);
    loop {
        while begun < jobs && running.len() < at_most.max(1) && running.len() <= done && !stop.is_asked() {
            running.push(numbered(begun));
            begun += 1;
        }
        let Some((number, result)) = running.next().await else { return };
        done += 1;
        waiting.insert(number, result);
        while let Some(result) = waiting.remove(&delivered) {
            deliver(delivered, result);
            delivered += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn results_come_in_order_and_never_more_run_than_may() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let (running, most) = (&running, &most);
        let work = |number: usize| async move {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            for _ in 0..(97 - number % 97) {
                tokio::task::yield_now().await;
            }
            running.set(running.get() - 1);
            number * 2
        };
        let mut delivered = Vec::new();
        for_each_ordered(500, 4, &Stop::new(), work, |number, result| delivered.push((number, result))).await;
        assert_eq!(delivered, (0..500).map(|number| (number, number * 2)).collect::<Vec<_>>());
        assert_eq!(most.get(), 4);
    }

    #[tokio::test]
    async fn a_stop_after_the_first_leaves_the_rest() {
        let (stop, begun) = (Stop::new(), Cell::new(0));
        let begun = &begun;
        let work = |_| async move { begun.set(begun.get() + 1) };
        for_each_ordered(100, 8, &stop, work, |_, ()| stop.ask()).await;
        assert_eq!(begun.get(), 1);
    }

    #[tokio::test]
    async fn one_that_waits_long_keeps_the_others_from_nothing() {
        let finished = Cell::new(0);
        let finished = &finished;
        let work = |number: usize| async move {
            while number == 1 && finished.get() < 99 {
                tokio::task::yield_now().await;
            }
            finished.set(finished.get() + 1);
        };
        let mut delivered = Vec::new();
        for_each_ordered(100, 8, &Stop::new(), work, |number, ()| delivered.push(number)).await;
        assert_eq!(delivered, (0..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn nothing_to_do_is_done() {
        for_each_ordered(0, 8, &Stop::new(), |_| async {}, |_, ()| panic!("there is nothing to deliver")).await;
    }
}
