//! A split test that is looked at every night: how often does it name a difference that is not there?

use super::{Drawn, percent, size, successes};
use crate::{Estimate, FEWEST_CLUSTERS, Scale, SeededRng, jackknife, sequence};

const NIGHTS: usize = 30;

/// How many A/A tests ever differed, by the sequence and by the interval of a single look; and how many tests with a
/// true effect were found out by the sequence.
fn simulated(tests: u32, nightly: usize, lift: f64, seed: u64) -> (u32, u32) {
    let mut chance = SeededRng::new(seed, 0);
    let rates = Drawn::new(0.05, 0.3);
    let (mut by_sequence, mut by_interval) = (0, 0);
    for _ in 0..tests {
        // Of each broadcast both arms: successes and trials of one, then of the other.
        let mut broadcasts: Vec<[f64; 4]> = Vec::new();
        let (mut found, mut found_by_interval) = (false, false);
        for _ in 0..NIGHTS {
            for _ in 0..nightly {
                let rate = rates.draw(&mut chance);
                let [one, other] = [(); 2].map(|()| size(&mut chance, 1500.0, 0.3));
                let clicks = successes(&mut chance, one, rate);
                let other_clicks = successes(&mut chance, other, rate * lift);
                broadcasts.push([clicks, one, other_clicks, other]);
            }
            if broadcasts.len() < FEWEST_CLUSTERS {
                continue;
            }
            let sums = broadcasts.iter().fold([0.0; 4], |sum, one| std::array::from_fn(|at| sum[at] + one[at]));
            let estimate = jackknife(broadcasts.len(), |left_out| {
                let gone = left_out.map_or([0.0; 4], |at| broadcasts[at]);
                let kept: [f64; 4] = std::array::from_fn(|at| sums[at] - gone[at]);
                Some(kept[2] / kept[3] - kept[0] / kept[1])
            });
            let Some(estimate) = estimate else { continue };
            let so_far = crate::float(broadcasts.len());
            let planned = crate::float(nightly * NIGHTS);
            // As experiments do: see docs/STATISTICS.md.
            let of_sequence = Estimate { degrees: 3.0 * (so_far - 1.0), ..estimate };
            let half = sequence::half_width(&of_sequence, so_far, planned, 0.95);
            found |= estimate.value.abs() > half;
            let interval = estimate.interval(0.95, Scale::Identity);
            found_by_interval |= interval.low > 0.0 || interval.high < 0.0;
        }
        by_sequence += u32::from(found);
        by_interval += u32::from(found_by_interval);
    }
    (by_sequence, by_interval)
}

#[test]
fn thirty_nightly_looks_at_nothing_find_something_in_at_most_five_of_a_hundred() {
    let (by_sequence, by_interval) = simulated(400, 3, 1.0, 31);
    assert!(percent(by_sequence, 400) <= 5.0, "{by_sequence} of 400");
    assert!(percent(by_interval, 400) > 10.0, "peeking at plain intervals would do: {by_interval} of 400");
    let (found, _) = simulated(100, 3, 1.15, 32);
    assert!(found > 60, "an effect of 15 % is found in {found} of 100");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_peeking() {
    const TESTS: u32 = 4000;
    for nightly in [1, 3, 8] {
        let (by_sequence, by_interval) = simulated(TESTS, nightly, 1.0, 37);
        let (found, _) = simulated(TESTS / 4, nightly, 1.15, 38);
        println!(
            "| {nightly} | {:.1} | {:.1} | {:.1} |",
            percent(by_sequence, TESTS),
            percent(by_interval, TESTS),
            percent(found, TESTS / 4)
        );
    }
}
