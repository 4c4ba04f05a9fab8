//! How alike the viewers of one broadcast are, and what their number is therefore worth.

use super::standardize::Standard;
use super::tally::{Clusters, Tally};

/// The correlation of two viewers of one broadcast who saw the same cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Icc(pub(super) f64);

impl Icc {
    /// The intraclass correlation between the broadcasts of a cover, pooled over covers: the analysis-of-variance
    /// estimator of Ridout, Demétrio and Firth (1999), Biometrics 55, 137–148, with the covers' own means. Where no
    /// cover was in two broadcasts, broadcasts of different covers stand for it, which errs on the side of caution. A
    /// market of one broadcast does not tell, and none is assumed.
    ///
    /// `covers` are the sums of each one's broadcasts.
    pub(super) fn of(covers: &[Vec<Tally>]) -> Self {
        pooled(covers).or_else(|| pooled(&[covers.concat()])).unwrap_or(Self(0.0))
    }

    /// That of the broadcasts of these covers, wherever they were shown.
    pub(super) fn crude(covers: &[Option<Clusters>]) -> Self {
        Self::of(&covers.iter().flatten().map(Clusters::by_broadcast).collect::<Vec<_>>())
    }

    /// That of broadcasts in the same slots and audiences: each one's rate is brought to the common mix by the ratio of
    /// observed to expected successes first.
    pub(super) fn on_mix(covers: &[Option<Clusters>], standard: &Standard) -> Self {
        let leveled = |cells: Vec<Tally>| {
            let (whole, expected) = (Tally::sum(cells.iter().copied()), standard.expected(&cells));
            let ratio = if expected > 0.0 { whole.successes / expected } else { 0.0 };
            Tally { successes: (ratio * standard.rate).min(1.0) * whole.trials, trials: whole.trials }
        };
        let leveled = |cover: &Clusters| cover.cells_by_broadcast().map(leveled).collect();
        Self::of(&covers.iter().flatten().map(leveled).collect::<Vec<_>>())
    }

    /// The number of trials among independent viewers that would say as much: Σ n ÷ (1 + (n − 1) ρ) over broadcasts
    /// (Kish 1965, *Survey Sampling*, §5.4, broadcast by broadcast).
    pub(super) fn effective(self, broadcasts: &[Tally]) -> f64 {
        broadcasts.iter().map(|sum| sum.trials / (1.0 + (sum.trials - 1.0).max(0.0) * self.0)).sum()
    }
}

fn pooled(groups: &[Vec<Tally>]) -> Option<Icc> {
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
    Some(Icc(if whole > 0.0 { ((between - within) / whole).clamp(0.0, 1.0) } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Piece;

    fn cover(broadcasts: &[(f64, f64)]) -> Vec<Tally> {
        broadcasts.iter().map(|(successes, trials)| Tally { successes: *successes, trials: *trials }).collect()
    }

    #[test]
    fn viewers_of_a_broadcast_are_as_alike_as_broadcasts_differ() {
        // Between: 2 · 10 · 0.3² ÷ 1 = 1.8; within: 2 · 10 · 0.16 ÷ 18; size 10.
        let covers = [cover(&[(2.0, 10.0), (8.0, 10.0)])];
        let Icc(icc) = Icc::of(&covers);
        let within = 3.2 / 18.0;
        assert!((icc - (1.8 - within) / (1.8 + 9.0 * within)).abs() < 1e-12, "{icc}");
        let effective = Icc(icc).effective(&covers[0]);
        assert!((effective - 20.0 / (1.0 + 9.0 * icc)).abs() < 1e-12, "{effective}");
    }

    #[test]
    fn broadcasts_that_differ_no_more_than_viewers_do_are_not_alike() {
        let covers = [cover(&[(20.0, 100.0), (20.0, 100.0), (21.0, 100.0)])];
        assert_eq!(Icc::of(&covers), Icc(0.0));
        assert!((Icc(0.0).effective(&covers[0]) - 300.0).abs() < 1e-12);
    }

    #[test]
    fn where_no_cover_was_in_two_broadcasts_covers_stand_for_them() {
        let covers = [cover(&[(2.0, 10.0)]), cover(&[(8.0, 10.0)])];
        assert!(Icc::of(&covers).0 > 0.4);
        assert_eq!(Icc::of(&covers[..1]), Icc(0.0));
    }

    #[test]
    fn broadcasts_in_different_slots_differ_by_the_slot_and_not_by_their_viewers() {
        let piece =
            |bin, broadcast, successes| Piece { bin, broadcast, tally: Tally { successes, trials: 1_000.0 } };
        let clusters = Clusters::new(2, [piece(0, 0, 100.0), piece(1, 1, 20.0)]);
        let standard = Standard::of(&clusters.total).unwrap();
        let covers = [Some(clusters)];
        assert!(Icc::crude(&covers).0 > 0.05);
        assert_eq!(Icc::on_mix(&covers, &standard), Icc(0.0));
    }
}
