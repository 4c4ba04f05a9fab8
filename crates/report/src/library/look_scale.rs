//! How far apart two pictures look.
//!
//! Each measure is divided by its standard deviation over all pictures, and two pictures are as far apart as the root mean
//! square of the differences of the measures that both have: 1 is a standard deviation in each. It says how a picture
//! looks, not how it will do.

use std::collections::BTreeMap;

use coverledger_core::model::{Look, Looks};

/// How many measures two pictures must share for their distance to mean anything.
const ENOUGH_SHARED: usize = 6;

/// What a standard deviation of each measure is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LookScale(BTreeMap<Look, f64>);

/// How far a picture is from another, and what sets them apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    /// In standard deviations.
    pub distance: f64,
    /// How many measures both have.
    pub shared: usize,
    /// The measures that differ most, in standard deviations of the first above the second; the greatest first.
    pub differences: Vec<(Look, f64)>,
}

impl LookScale {
    /// Of these pictures. A measure that does not vary tells none apart.
    #[must_use]
    pub fn of<'l>(pictures: impl IntoIterator<Item = &'l Looks>) -> Self {
        let pictures: Vec<&Looks> = pictures.into_iter().collect();
        let deviation = |look: Look| {
            let values: Vec<f64> = pictures.iter().filter_map(|looks| looks.of(look)).collect();
            let many = float(values.len());
            let mean = values.iter().sum::<f64>() / many;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (many - 1.0);
            // What rounding alone can make of one value is no variation.
            let varies = values.len() > 1 && variance.sqrt() > 1e-9 * mean.abs().max(1e-9);
            varies.then(|| variance.sqrt())
        };
        Self(Look::ALL.into_iter().filter_map(|look| Some((look, deviation(look)?))).collect())
    }

    /// Every measure that varies, with its standard deviation.
    pub(super) fn deviations(&self) -> impl Iterator<Item = (Look, f64)> {
        self.0.iter().map(|(look, deviation)| (*look, *deviation))
    }

    /// How far apart two are; `None` where they share too few measures.
    #[must_use]
    pub fn apart(&self, one: &Looks, other: &Looks) -> Option<Apart> {
        let difference = |(look, scale): (&Look, &f64)| Some((*look, (one.of(*look)? - other.of(*look)?) / scale));
        let mut differences: Vec<(Look, f64)> = self.0.iter().filter_map(difference).collect();
        if differences.len() < ENOUGH_SHARED {
            return None;
        }
        let squares: f64 = differences.iter().map(|(_, by)| by * by).sum();
        let distance = (squares / float(differences.len())).sqrt();
        let shared = differences.len();
        differences.sort_by(|(_, one), (_, other)| other.abs().total_cmp(&one.abs()));
        Some(Apart { distance, shared, differences })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of pictures or measures")]
const fn float(many: usize) -> f64 {
    many as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose measures are all this, but for one.
    fn looks(all: f64, one: Look, value: Option<f64>) -> Looks {
        let mut looks = Looks::default();
        for look in Look::ALL {
            looks.set(look, Some(all));
        }
        looks.set(one, value);
        looks
    }

    #[test]
    fn a_distance_of_one_is_a_standard_deviation_in_each_measure() {
        let pictures = [looks(1.0, Look::Faces, Some(0.0)), looks(3.0, Look::Faces, Some(0.0))];
        let scale = LookScale::of(&pictures);
        let apart = scale.apart(&pictures[0], &pictures[1]).unwrap();
        // Two values lie √2 standard deviations apart, and faces do not vary.
        assert!((apart.distance - 2f64.sqrt()).abs() < 1e-12, "{apart:?}");
        assert_eq!(apart.shared, Look::ALL.len() - 1);
        assert!(apart.differences.iter().all(|(look, by)| *look != Look::Faces && *by < 0.0));
    }

    #[test]
    fn what_differs_most_is_told_first_and_what_is_unknown_is_left_out() {
        let pictures = [
            looks(1.0, Look::TextShare, Some(0.0)),
            looks(2.0, Look::TextShare, Some(0.0)),
            looks(2.0, Look::TextShare, Some(0.9)),
        ];
        let scale = LookScale::of(&pictures);
        let apart = scale.apart(&pictures[2], &pictures[1]).unwrap();
        assert_eq!(apart.differences[0].0, Look::TextShare);
        let unknown = looks(2.0, Look::TextShare, None);
        let apart = scale.apart(&unknown, &pictures[1]).unwrap();
        assert!(apart.distance.abs() < 1e-12 && apart.shared == Look::ALL.len() - 1, "{apart:?}");
        assert_eq!(scale.apart(&Looks::default(), &pictures[1]), None);
    }
}
