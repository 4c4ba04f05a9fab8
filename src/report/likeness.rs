//! How alike the viewers of one broadcast are, and what their number is therefore worth.

use super::tally::{Clusters, Tally};

/// The correlation of two viewers of one broadcast who saw the same cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Likeness(pub(super) f64);

impl Likeness {
    /// The intraclass correlation between the broadcasts of a cover, pooled over covers: the analysis-of-variance
    /// estimator of Ridout, Demétrio and Firth (1999), Biometrics 55, 137–148, with the covers' own means. Where no
    /// cover was in two broadcasts, broadcasts of different covers stand for it, which errs on the side of caution.
    /// `None` where there are no two broadcasts at all.
    pub(super) fn of<'a>(covers: impl Iterator<Item = &'a Clusters> + Clone) -> Option<Self> {
        let groups: Vec<Vec<Tally>> = covers.map(Clusters::by_broadcast).collect();
        pooled(&groups).or_else(|| pooled(&[groups.concat()]))
    }

    /// The number of trials among independent viewers that would say as much: Σ n ÷ (1 + (n − 1) ρ) over broadcasts
    /// (Kish 1965, *Survey Sampling*, §5.4, broadcast by broadcast).
    pub(super) fn effective(self, broadcasts: &[Tally]) -> f64 {
        broadcasts.iter().map(|sum| sum.trials / (1.0 + (sum.trials - 1.0).max(0.0) * self.0)).sum()
    }
}

fn pooled(groups: &[Vec<Tally>]) -> Option<Likeness> {
    let (mut between, mut within, mut degrees, mut clusters, mut trials, mut spread) =
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for group in groups {
        let group: Vec<Tally> = group.iter().copied().filter(|sum| sum.trials > 0.0).collect();
        let whole = Tally::sum(group.iter().copied());
        let (Some(mean), true) = (whole.rate(), group.len() > 1) else { continue };
        for sum in &group {
            let rate = sum.successes / sum.trials;
            between += sum.trials * (rate - mean).powi(2);
            within += sum.trials * (rate * (1.0 - rate)).max(0.0);
            spread += sum.trials * sum.trials / whole.trials;
            clusters += 1.0;
        }
        degrees -= 1.0;
        trials += whole.trials;
    }
    degrees += clusters;
    if degrees < 1.0 || trials <= clusters {
        return None;
    }
    let (between, within) = (between / degrees, within / (trials - clusters));
    let size = (trials - spread) / degrees;
    let whole = between + (size - 1.0) * within;
    Some(Likeness(if whole > 0.0 { ((between - within) / whole).clamp(0.0, 1.0) } else { 0.0 }))
}
