//! Randomization tests with repeated looks.

use super::float;

/// The fractional part of the golden ratio: its multiples fill the unit interval evenly, for any number of them.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A statistic as observed, and under other assignments that were as likely as the real one, at every look so far. Larger
/// values are evidence against the null hypothesis; `NaN` is none.
///
/// Under the sharp null hypothesis (no unit is changed by its assignment) each trajectory is equally likely to be the
/// observed one (Fisher 1935). So a rule that marks at most a given share of all trajectories marks the observed one with
/// at most that probability. The rule here spends that share over the looks (Lan & `DeMets` 1983): each look marks the
/// largest values not yet marked, up to what may be spent by then. Equal values are marked together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomizationTest {
    /// The statistic at each look so far.
    pub observed: Vec<f64>,
    /// The same for each redrawn assignment: `redrawn[draw][look]`.
    pub redrawn: Vec<Vec<f64>>,
}

impl RandomizationTest {
    /// The smallest statistic that rejects at each look so far; infinite where none does. `level` is the probability of a
    /// false rejection at any look (0.05 for 5 %), and `spent[look]` the share of it, 0 to 1 and never falling, that may
    /// be spent by then. Shares of later looks are not needed.
    #[must_use]
    pub fn boundary(&self, spent: &[f64], level: f64) -> Vec<f64> {
        let all = float(self.redrawn.len() + 1);
        let marks = Marks::of(self, spent);
        // A level such as 0.05 is meant exactly, so a product that is too small by rounding is corrected.
        let allowed = (level * all * (1.0 + 1e-12)).clamp(0.0, all);
        let units = (1..=self.redrawn.len() + 1).take_while(|unit| float(*unit) <= allowed).count();
        marks.boundary(units).0
    }

    /// The p value: the smallest level at which some look so far rejects, at least one divided by the number of
    /// assignments; 1 if none rejects at any level.
    #[must_use]
    pub fn p_value(&self, spent: &[f64]) -> f64 {
        let all = self.redrawn.len() + 1;
        let marks = Marks::of(self, spent);
        // What is marked at one level is marked at every higher one, so the smallest is found by bisection.
        let (mut low, mut high) = (0, all + 1);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if marks.boundary(middle).1 { high = middle } else { low = middle }
        }
        if high > all { 1.0 } else { float(high) / float(all) }
    }
}

/// The looks, prepared for marking.
struct Marks {
    /// Statistics with their trajectories, largest first; trajectory 0 is the observed one.
    ranked: Vec<Vec<(f64, usize)>>,
    /// At which look each unit of the level may be spent: unit by unit, so that a higher level never gives a look less
    /// than a lower one.
    look_of_unit: Vec<usize>,
}

impl Marks {
    fn of(test: &RandomizationTest, spent: &[f64]) -> Self {
        let looks = test.observed.len().min(spent.len());
        let trajectories = || std::iter::once(&test.observed).chain(&test.redrawn);
        let ranked = (0..looks)
            .map(|look| {
                let value = |trajectory: &Vec<f64>| trajectory.get(look).copied().filter(|value| !value.is_nan());
                let mut ranked: Vec<(f64, usize)> = trajectories()
                    .enumerate()
                    .map(|(at, trajectory)| (value(trajectory).unwrap_or(f64::NEG_INFINITY), at))
                    .collect();
                ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
                ranked
            })
            .collect();
        let look_of_unit = (0..=test.redrawn.len())
            .map(|unit| {
                let place = (0.5 + float(unit) * GOLDEN).fract();
                spent[..looks].iter().position(|share| place < *share).unwrap_or(looks)
            })
            .collect();
        Self { ranked, look_of_unit }
    }

    /// The smallest marked value of each look with this many units to spend, and whether the observed one was marked.
    fn boundary(&self, units: usize) -> (Vec<f64>, bool) {
        let mut allowed = vec![0_usize; self.ranked.len() + 1];
        for look in self.look_of_unit.iter().take(units) {
            allowed[*look] += 1;
        }
        let mut marked = vec![false; self.look_of_unit.len()];
        let boundaries = self.ranked.iter().zip(allowed).map(|(ranked, allowed)| {
            let left: Vec<(f64, usize)> =
                ranked.iter().copied().filter(|(_, at)| !marked[*at]).take(allowed + 1).collect();
            let groups = left.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq());
            let mut boundary = f64::INFINITY;
            let mut count = 0;
            for group in groups {
                count += group.len();
                if count > allowed || group[0].0 <= f64::NEG_INFINITY {
                    break;
                }
                boundary = group[0].0;
                for (_, at) in group {
                    marked[*at] = true;
                }
            }
            boundary
        });
        let boundaries = boundaries.collect();
        (boundaries, marked[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One look, 19 redraws with the statistics 1 to 19.
    fn one_look(observed: f64) -> RandomizationTest {
        RandomizationTest {
            observed: vec![observed],
            redrawn: (1..20_u8).map(|value| vec![f64::from(value)]).collect(),
        }
    }

    #[test]
    fn one_look_gives_the_share_of_redraws_that_are_as_great() {
        for (observed, p) in [(30.0, 0.05), (18.5, 0.1), (19.0, 0.1), (0.0, 1.0), (f64::NAN, 1.0)] {
            let found = one_look(observed).p_value(&[1.0]);
            assert!((found - p).abs() < 1e-12, "{observed}: {found}");
        }
        assert!((one_look(30.0).boundary(&[1.0], 0.05)[0] - 30.0).abs() < 1e-12);
        assert!((one_look(2.5).boundary(&[1.0], 0.1)[0] - 18.0).abs() < 1e-12);
        assert!(one_look(30.0).boundary(&[1.0], 0.04)[0].is_infinite());
    }

    #[test]
    fn what_is_spent_early_is_not_spent_again() {
        // The first look marks the two greatest; at the second, two others are the greatest that are left.
        let redrawn = (0..39_u8).map(|draw| {
            let early = f64::from(draw);
            vec![early, if draw < 2 { 50.0 + early } else { early / 100.0 }]
        });
        let test = RandomizationTest { observed: vec![0.5, 0.5], redrawn: redrawn.collect() };
        assert_eq!(test.boundary(&[0.5, 1.0], 0.1), [37.0, 50.0]);
        let late = test.boundary(&[0.0, 1.0], 0.05);
        assert!(late[0].is_infinite() && (late[1] - 50.0).abs() < 1e-12, "{late:?}");
    }

    #[test]
    fn a_look_rejects_at_exactly_the_levels_from_the_p_value_on() {
        let mut chance = crate::SeededRng::new(3, 0);
        let spent = [0.1, 0.3, 0.6, 1.0];
        for _ in 0..60 {
            let mut draw = || (0..4).map(|_| chance.normal().abs()).collect::<Vec<f64>>();
            let test = RandomizationTest { observed: draw(), redrawn: (0..99).map(|_| draw()).collect() };
            let p = test.p_value(&spent);
            for unit in 1..=100_u8 {
                let level = f64::from(unit) / 100.0;
                let boundary = test.boundary(&spent, level);
                let rejects = test.observed.iter().zip(&boundary).any(|(one, least)| one >= least);
                assert_eq!(rejects, level > p - 1e-9, "p = {p}, level = {level}");
            }
        }
    }

    #[test]
    fn equal_statistics_are_rejected_together_or_not_at_all() {
        let test = RandomizationTest { observed: vec![1.0], redrawn: vec![vec![1.0]; 19] };
        assert!((test.p_value(&[1.0]) - 1.0).abs() < 1e-12);
        assert!(test.boundary(&[1.0], 0.5)[0].is_infinite());
    }
}
