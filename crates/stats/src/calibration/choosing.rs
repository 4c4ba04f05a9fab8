//! The probability of being best: does it come true as often as it says?

use super::percent;
use crate::{SeededRng, choose};

const ARMS: usize = 4;
const PRIOR_SD: f64 = 0.1;

/// Predicted and realized frequencies, by tenths of the probability.
#[derive(Default, Clone, Copy)]
struct Bucket {
    said: f64,
    true_ones: u32,
    all: u32,
}

/// Draws effects from the prior and estimates with correlated errors, and chooses among them. Beside the buckets: the
/// expected and the real loss of the favourite, both on average.
fn simulated(tests: u32, draws: usize) -> (Vec<Bucket>, f64, f64) {
    let mut chance = SeededRng::new(23, 0);
    let mut buckets = vec![Bucket::default(); 10];
    let (mut expected, mut lost) = (0.0, 0.0);
    for test in 0..tests {
        let effects: Vec<f64> = (0..ARMS).map(|_| 1.0 + PRIOR_SD * chance.normal()).collect();
        let sds: Vec<f64> = (0..ARMS).map(|_| 0.03 + 0.15 * chance.uniform()).collect();
        let shared = 0.05 * chance.normal();
        let means: Vec<f64> =
            effects.iter().zip(&sds).map(|(effect, sd)| effect + shared + sd * chance.normal()).collect();
        let error =
            |row: usize, column: usize| 0.05_f64.powi(2) + if row == column { sds[row].powi(2) } else { 0.0 };
        let covariance: Vec<Vec<f64>> =
            (0..ARMS).map(|row| (0..ARMS).map(|column| error(row, column)).collect()).collect();
        let choice = choose(&means, &covariance, Some(PRIOR_SD), draws, u64::from(test));
        let highest = effects.iter().copied().fold(f64::MIN, f64::max);
        for (at, share) in choice.best.iter().enumerate() {
            let bucket = (1..10_u8).take_while(|tenth| *share >= f64::from(*tenth) / 10.0).count();
            buckets[bucket].said += share;
            buckets[bucket].true_ones += u32::from(effects[at] >= highest);
            buckets[bucket].all += 1;
        }
        let favourite = (0..ARMS).max_by(|one, other| choice.best[*one].total_cmp(&choice.best[*other])).unwrap();
        expected += choice.expected_loss[favourite];
        lost += highest - effects[favourite];
    }
    (buckets, expected / f64::from(tests), lost / f64::from(tests))
}

#[test]
fn the_probability_of_being_best_comes_true() {
    let (buckets, expected, lost) = simulated(3000, 400);
    for bucket in buckets.iter().filter(|bucket| bucket.all >= 200) {
        let said = 100.0 * bucket.said / f64::from(bucket.all);
        let came = percent(bucket.true_ones, bucket.all);
        let error = 100.0 * (0.25 / f64::from(bucket.all)).sqrt();
        assert!((said - came).abs() < 3.0 * error, "{came:.1} % came true of {said:.1} %, {} times", bucket.all);
    }
    assert!((expected / lost - 1.0).abs() < 0.1, "{expected} expected, {lost} lost");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_choices() {
    let (buckets, expected, lost) = simulated(40_000, 1000);
    for bucket in buckets {
        let said = 100.0 * bucket.said / f64::from(bucket.all);
        println!("| {} | {said:.1} | {:.1} |", bucket.all, percent(bucket.true_ones, bucket.all));
    }
    println!("expected loss of the favourite {expected:.5}, true loss {lost:.5}");
}
