//! A prior for rates, fitted to many of them.

use statrs::function::gamma::digamma;

use super::Beta;
use super::float;
use super::root::root;

/// A prior is worth at least one trial.
const LEAST_STRENGTH: f64 = 1.0;

impl Beta {
    /// The distribution that the rates of many pairs of (successes, trials) were most likely drawn from: beta-binomial
    /// maximum likelihood (Skellam 1948; Griffiths 1973), which makes [`Beta::posterior`] an empirical Bayes estimate
    /// (Robbins 1956). Trials may be fractions, such as effective trials of clusters.
    ///
    /// The strength (α + β) is limited to 1 to n·√(k / 2): k rates from n trials each show a spread beyond the binomial
    /// one only if it is at least about √(2 / k) of it. Where rates differ no more than by chance, the upper limit is the
    /// strength, and the mean is that of all trials; the likelihood alone would give a prior that no trial moves. Where no
    /// trial or every trial succeeded, half a trial is taken to be otherwise. Pairs without trials, and impossible ones,
    /// are left out; `None` if fewer than two remain.
    #[must_use]
    pub fn fit(pairs: &[(f64, f64)]) -> Option<Beta> {
        let usable = |pair: &&(f64, f64)| pair.1.is_finite() && pair.1 > 0.0 && pair.0 >= 0.0 && pair.0 <= pair.1;
        let pairs: Vec<(f64, f64)> = pairs.iter().filter(usable).copied().collect();
        if pairs.len() < 2 {
            return None;
        }
        let successes: f64 = pairs.iter().map(|pair| pair.0).sum();
        let trials: f64 = pairs.iter().map(|pair| pair.1).sum();
        let most = (trials / (2.0 * float(pairs.len())).sqrt()).max(LEAST_STRENGTH);
        if successes <= 0.0 || successes >= trials {
            return Some(of((successes + 0.5) / (trials + 1.0), most));
        }
        // For each strength the likeliest mean, and along those the slope of the likelihood.
        let slope = |strength: f64| strength_slope(&pairs, likeliest_mean(&pairs, strength), strength);
        let (low, high) = bracket(&slope, moments(&pairs, successes / trials).clamp(LEAST_STRENGTH, most), most);
        if low >= most {
            return Some(of(successes / trials, most));
        }
        let strength = root(|log: f64| slope(log.exp()), low.ln(), high.ln()).exp();
        Some(of(likeliest_mean(&pairs, strength), strength))
    }
}

fn of(mean: f64, strength: f64) -> Beta {
    Beta { alpha: mean * strength, beta: (1.0 - mean) * strength }
}

/// The strength by the method of moments: from the spread of the rates beyond the binomial one. Infinite where there is
/// no such spread.
fn moments(pairs: &[(f64, f64)], mean: f64) -> f64 {
    let count = float(pairs.len());
    let trials: f64 = pairs.iter().map(|pair| pair.1).sum();
    let squares: f64 = pairs.iter().map(|(successes, trials)| trials * (successes / trials - mean).powi(2)).sum();
    let weight = trials - pairs.iter().map(|pair| pair.1.powi(2)).sum::<f64>() / trials;
    let binomial = mean * (1.0 - mean);
    let between = (squares - (count - 1.0) * binomial) / weight;
    if between > 0.0 { binomial / between - 1.0 } else { f64::INFINITY }
}

/// Steps from the start in the direction that the slope shows until it changes, or an end is reached.
fn bracket(slope: &impl Fn(f64) -> f64, start: f64, most: f64) -> (f64, f64) {
    let rising = slope(start) > 0.0;
    let mut at = start;
    loop {
        let next = if rising { (at * 4.0).min(most) } else { (at / 4.0).max(LEAST_STRENGTH) };
        let ended = if rising { next >= most } else { next <= LEAST_STRENGTH };
        if ended || (slope(next) > 0.0) != rising {
            // Where the slope never changes, both ends are the same.
            let settled = ended && (slope(next) > 0.0) == rising;
            return if settled { (next, next) } else { (at.min(next), at.max(next)) };
        }
        at = next;
    }
}

/// The mean at which the likelihood of a strength is greatest: its slope only falls.
fn likeliest_mean(pairs: &[(f64, f64)], strength: f64) -> f64 {
    let slope = |log_odds: f64| {
        let Beta { alpha, beta } = of(1.0 / (1.0 + (-log_odds).exp()), strength);
        let terms =
            pairs.iter().map(|(successes, trials)| grown(alpha, *successes) - grown(beta, trials - successes));
        terms.sum::<f64>()
    };
    1.0 / (1.0 + (-root(slope, -35.0, 35.0)).exp())
}

/// How the logarithm of the likelihood grows with the strength.
fn strength_slope(pairs: &[(f64, f64)], mean: f64, strength: f64) -> f64 {
    let Beta { alpha, beta } = of(mean, strength);
    let terms = pairs.iter().map(|(successes, trials)| {
        mean * grown(alpha, *successes) + (1.0 - mean) * grown(beta, trials - successes) - grown(strength, *trials)
    });
    terms.sum()
}

/// ψ(start + more) − ψ(start).
fn grown(start: f64, more: f64) -> f64 {
    if more > 0.0 { digamma(start + more) - digamma(start) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy.optimize.fsolve of the two score equations with scipy.special.digamma.
    #[test]
    fn the_likeliest_prior_agrees_with_scipy() {
        let pairs = [(12.0, 400.0), (3.0, 250.0), (30.0, 800.0), (1.0, 90.0), (22.0, 300.0), (5.0, 510.0)];
        let prior = Beta::fit(&pairs).unwrap();
        assert!((prior.alpha - 2.396_235_63).abs() < 5e-8, "{prior:?}");
        assert!((prior.beta - 77.491_262_76).abs() < 5e-7, "{prior:?}");
    }

    #[test]
    fn rates_that_do_not_differ_give_a_strong_prior_and_no_endless_one() {
        let prior = Beta::fit(&[(10.0, 1000.0), (10.0, 1000.0), (20.0, 2000.0)]).unwrap();
        assert!(
            (prior.strength() - 4000.0 / 6.0_f64.sqrt()).abs() < 1e-6 && (prior.mean() - 0.01).abs() < 1e-12,
            "{prior:?}"
        );
        let nothing = Beta::fit(&[(0.0, 50.0), (0.0, 150.0)]).unwrap();
        assert!((nothing.mean() - 0.5 / 201.0).abs() < 1e-12 && nothing.strength() < 201.0, "{nothing:?}");
        let opposite = Beta::fit(&[(0.0, 50.0), (50.0, 50.0)]).unwrap();
        assert!(opposite.strength() >= 1.0 && (opposite.mean() - 0.5).abs() < 1e-9, "{opposite:?}");
    }

    #[test]
    fn three_impressions_and_one_click_never_lead() {
        let covers = [(900.0, 30_000.0), (500.0, 20_000.0), (240.0, 12_000.0), (1.0, 3.0)];
        let prior = Beta::fit(&covers).unwrap();
        let shrunk = covers.map(|(clicks, impressions)| prior.posterior(clicks, impressions).mean());
        assert!(shrunk[3] < shrunk[0], "{shrunk:?}");
    }

    #[test]
    fn fewer_than_two_usable_pairs_are_no_prior() {
        assert_eq!(Beta::fit(&[]), None);
        assert_eq!(Beta::fit(&[(1.0, 10.0), (0.0, 0.0), (5.0, 4.0), (f64::NAN, 3.0)]), None);
    }
}
