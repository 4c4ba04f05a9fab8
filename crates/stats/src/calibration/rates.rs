//! Shrunken rates: does the posterior hold the true rate as often as it says, and is it nearer to it?

use super::{Drawn, percent, size, successes};
use crate::{Beta, SeededRng};

/// Of so many simulated markets: covers whose rate lay in its 95 % posterior interval, all covers, and the mean
/// squared error of shrunken rates as a share of that of plain ones.
fn simulated(markets: u32, covers: usize, seed: u64) -> (u32, u32, f64) {
    let mut chance = SeededRng::new(seed, 0);
    let rates = Drawn::new(0.05, 0.3);
    let (mut held, mut all, mut shrunken, mut plain) = (0, 0, 0.0, 0.0);
    for _ in 0..markets {
        let truths: Vec<f64> = (0..covers).map(|_| rates.draw(&mut chance)).collect();
        let pairs: Vec<(f64, f64)> = truths
            .iter()
            .map(|rate| {
                let trials = size(&mut chance, 400.0, 1.0);
                (successes(&mut chance, trials, *rate), trials)
            })
            .collect();
        let prior = Beta::fit(&pairs).unwrap();
        for (rate, (clicks, trials)) in truths.iter().zip(&pairs) {
            let posterior = prior.posterior(*clicks, *trials);
            held += u32::from((posterior.quantile(0.025)..=posterior.quantile(0.975)).contains(rate));
            all += 1;
            shrunken += (posterior.mean() - rate).powi(2);
            plain += (clicks / trials - rate).powi(2);
        }
    }
    (held, all, shrunken / plain)
}

#[test]
fn shrunken_rates_are_nearer_to_the_truth_and_know_how_near() {
    let (held, all, error) = simulated(60, 20, 51);
    assert!((84.0..=97.0).contains(&percent(held, all)), "{held} of {all}");
    assert!(error < 0.7, "{error}");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_shrunken_rates() {
    for covers in [5, 10, 20, 50] {
        let (held, all, error) = simulated(40_000 / u32::try_from(covers).unwrap(), covers, 53);
        println!("| {covers} | {:.1} | {error:.2} |", percent(held, all));
    }
}
