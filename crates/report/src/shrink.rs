//! Empirical Bayes: what a cover's rate probably is, given what covers of its market are like.
//!
//! Efron and Morris (1975), J. Am. Stat. Assoc. 70, 311–319; for proportions the beta-binomial model. The prior is
//! fitted to the covers that were seen enough, and every cover's counts, at what they are worth (see `icc`), move
//! it as far as they can.

use super::tally::{Tally, float};
use coverledger_stats::Beta;

/// Below so many expected successes a rate is proof of nothing (the rule for expected counts of Cochran 1954,
/// Biometrics 10, 417–451).
pub(super) const ENOUGH_EXPECTED: f64 = 5.0;

/// The posterior of each tally of effective trials; `None` for `None`. Only those that are `proven` shape the prior;
/// where they do not tell one, it is worth a single success at the market's rate.
pub(super) fn posteriors(tallies: &[Option<Tally>], proven: &[bool], market: f64) -> Vec<Option<Beta>> {
    let within = |tally: Tally| (tally.successes.clamp(0.0, tally.trials), tally.trials);
    let pairs: Vec<(f64, f64)> = tallies
        .iter()
        .zip(proven)
        .filter_map(|(tally, is_proven)| tally.filter(|tally| *is_proven && tally.trials > 0.0))
        .map(within)
        .collect();
    let prior = Beta::fit(&pairs).map_or_else(|| one_success(market), |fit| humble(fit, pairs.len()));
    let posterior = |tally: Tally| {
        let (successes, trials) = within(tally);
        prior.posterior(successes, trials)
    };
    tallies.iter().map(|tally| tally.map(posterior)).collect()
}

/// A prior that was fitted to few covers does not know how alike they are, and a fit makes them too alike: its strength
/// is taken at (k − 3) ÷ (k − 1) (Morris 1983, J. Am. Stat. Assoc. 78, 47–55), and at a quarter for fewer than five.
fn humble(fit: Beta, covers: usize) -> Beta {
    let covers = float(covers as u64);
    let share = ((covers - 3.0) / (covers - 1.0).max(1.0)).max(0.25);
    Beta { alpha: fit.alpha * share, beta: fit.beta * share }
}

/// What the rate exceeds with 95 %.
pub(super) fn proven(posterior: &Beta) -> f64 {
    posterior.quantile(0.05)
}

/// The place of each, 1 for the best: those of a lower tier come first, whatever the others may be; then the one with the
/// higher proven rate; then the earlier. `None` for `None`.
pub(super) fn ranks(posteriors: &[Option<Beta>], tiers: &[u8]) -> Vec<Option<usize>> {
    let mut order: Vec<(usize, f64)> = (posteriors.iter().enumerate())
        .filter_map(|(number, posterior)| Some((number, posterior.as_ref().map(proven)?)))
        .collect();
    order.sort_by(|(one, its), (other, others)| {
        (tiers[*one].cmp(&tiers[*other])).then(others.total_cmp(its)).then(one.cmp(other))
    });
    let mut ranks = vec![None; posteriors.len()];
    for (place, (number, _)) in order.into_iter().enumerate() {
        ranks[number] = Some(place + 1);
    }
    ranks
}

fn one_success(market: f64) -> Beta {
    let market = market.clamp(1e-6, 0.5);
    Beta { alpha: 1.0, beta: 1.0 / market - 1.0 }
}
