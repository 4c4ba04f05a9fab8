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
    /// Of each look so far the statistic as observed, then that of each redrawn assignment: `statistics[look][assignment]`,
    /// as many at every look.
    pub statistics: Vec<Vec<f64>>,
}

impl RandomizationTest {
    /// The smallest statistic that rejects at each look so far; infinite where none does. `level` is the probability of a
    /// false rejection at any look (0.05 for 5 %), and `spent[look]` the share of it, 0 to 1 and never falling, that may
    /// be spent by then. Shares of later looks are not needed.
    #[must_use]
    pub fn boundary(&self, spent: &[f64], level: f64) -> Vec<f64> {
        let Self { statistics } = self;
        let looks = statistics.len().min(spent.len());
        let all = statistics.first().map_or(1, Vec::len);
        let mut marked = vec![false; all];
        let allowed = Units::new(all, &spent[..looks]).allowed(units_of(level, all));
        statistics
            .iter()
            .zip(allowed)
            .map(|(statistics, allowed)| mark(statistics, allowed, &mut marked))
            .collect()
    }

    /// The p value: the smallest level at which some look so far rejects, at least one divided by the number of
    /// assignments; 1 if none rejects at any level.
    #[must_use]
    pub fn p_value(&self, spent: &[f64]) -> f64 {
        self.p_by_look(spent, 1.0).last().copied().unwrap_or(1.0)
    }

    /// The p value as it was after each look. Those above `greatest` are not worked out, and are 1.
    #[must_use]
    pub fn p_by_look(&self, spent: &[f64], greatest: f64) -> Vec<f64> {
        let Self { statistics } = self;
        let looks = statistics.len().min(spent.len());
        let all = statistics.first().map_or(1, Vec::len);
        let ranked: Vec<Vec<(f64, usize)>> = statistics[..looks].iter().map(|look| ranked(look)).collect();
        let units = Units::new(all, &spent[..looks]);
        let first_marked = |count: usize| first_marked(&ranked, &units.allowed(count), all);
        let mut p_values = vec![1.0; looks];
        // What is marked at one level is marked at every higher one, and not later. So between two levels at which it is
        // marked at the same look nothing is left to be found.
        let most = units_of(greatest, all);
        let mut between = vec![((0, looks), (most, first_marked(most)))];
        while let Some(((low, low_look), (high, high_look))) = between.pop() {
            if low_look == high_look {
                continue;
            }
            if high - low == 1 {
                p_values[high_look..low_look].fill(float(high) / float(all));
                continue;
            }
            let middle = usize::midpoint(low, high);
            let at_middle = (middle, first_marked(middle));
            between.extend([((low, low_look), at_middle), (at_middle, (high, high_look))]);
        }
        p_values
    }

    /// Whether some look rejects at this level. `statistics` gives those of a look, of `all` assignments with the observed
    /// one first; it is asked only for the looks at which anything may be marked, up to the first that rejects.
    #[must_use]
    pub fn rejects(all: usize, spent: &[f64], level: f64, mut statistics: impl FnMut(usize) -> Vec<f64>) -> bool {
        let mut marked = vec![false; all];
        let allowed = Units::new(all, spent).allowed(units_of(level, all));
        let of_use = allowed.into_iter().enumerate().filter(|(_, allowed)| *allowed > 0);
        of_use.into_iter().any(|(look, allowed)| {
            mark(&statistics(look), allowed, &mut marked);
            marked[0]
        })
    }
}

/// How many of all assignments a level is. A level such as 0.05 is meant exactly, so a product that is too small by
/// rounding is corrected.
fn units_of(level: f64, all: usize) -> usize {
    let allowed = (level * float(all) * (1.0 + 1e-12)).clamp(0.0, float(all));
    (1..=all).take_while(|unit| float(*unit) <= allowed).count()
}

/// At which look each unit of the level may be spent: unit by unit, so that a higher level never gives a look less than a
/// lower one.
struct Units {
    look_of_unit: Vec<usize>,
    looks: usize,
}

impl Units {
    fn new(all: usize, spent: &[f64]) -> Self {
        let look = |unit: usize| {
            let place = (0.5 + float(unit) * GOLDEN).fract();
            spent.partition_point(|share| *share <= place)
        };
        Self { look_of_unit: (0..all).map(look).collect(), looks: spent.len() }
    }

    /// How many trajectories each look may mark, with so many units.
    fn allowed(&self, units: usize) -> Vec<usize> {
        let mut allowed = vec![0; self.looks];
        for look in &self.look_of_unit[..units.min(self.look_of_unit.len())] {
            // What falls to a look that is still to come is not spent yet.
            if let Some(allowed) = allowed.get_mut(*look) {
                *allowed += 1;
            }
        }
        allowed
    }
}

/// Evidence for nothing is less than any.
fn evidence(statistic: f64) -> f64 {
    if statistic.is_nan() { f64::NEG_INFINITY } else { statistic }
}

/// Marks the largest statistics that are not marked yet, `allowed` at most. Gives the smallest that is marked by this;
/// infinite where none is.
fn mark(statistics: &[f64], allowed: usize, marked: &mut [bool]) -> f64 {
    let is_left = |(statistic, marked): (&f64, &bool)| (!marked).then(|| evidence(*statistic));
    let mut left: Vec<f64> = statistics.iter().zip(&*marked).filter_map(is_left).collect();
    // Everything beyond the first one that is too many: equals of that one would be too many with it.
    let bound = if allowed < left.len() {
        *left.select_nth_unstable_by(allowed, |one, other| other.total_cmp(one)).1
    } else {
        f64::NEG_INFINITY
    };
    let mut least = f64::INFINITY;
    for (statistic, marked) in statistics.iter().zip(marked) {
        if !*marked && *statistic > bound {
            *marked = true;
            least = least.min(*statistic);
        }
    }
    least
}

/// Statistics with their trajectories, largest first.
fn ranked(statistics: &[f64]) -> Vec<(f64, usize)> {
    let mut ranked: Vec<(f64, usize)> =
        statistics.iter().enumerate().map(|(at, statistic)| (evidence(*statistic), at)).collect();
    ranked.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    ranked
}

/// The look at which the observed trajectory is marked; the number of looks where it is not. The same as [`mark`] look by
/// look, of statistics that are ranked once for all levels.
fn first_marked(ranked: &[Vec<(f64, usize)>], allowed: &[usize], all: usize) -> usize {
    let mut marked = vec![false; all];
    for (look, (ranked, allowed)) in ranked.iter().zip(allowed).enumerate() {
        if *allowed == 0 {
            continue;
        }
        let left = |one: &&(f64, usize)| !marked[one.1];
        let bound = ranked.iter().filter(left).nth(*allowed).map_or(f64::NEG_INFINITY, |one| one.0);
        for (statistic, at) in ranked {
            if *statistic <= bound {
                break;
            }
            marked[*at] = true;
        }
        if marked[0] {
            return look;
        }
    }
    ranked.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One look, 19 redraws with the statistics 1 to 19.
    fn one_look(observed: f64) -> RandomizationTest {
        let statistics = std::iter::once(observed).chain((1..20_u8).map(f64::from)).collect();
        RandomizationTest { statistics: vec![statistics] }
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
        let early = std::iter::once(0.5).chain((0..39_u8).map(f64::from)).collect();
        let late = (0..39_u8).map(|draw| f64::from(draw) + if draw < 2 { 50.0 } else { 0.0 });
        let test = RandomizationTest { statistics: vec![early, std::iter::once(0.5).chain(late).collect()] };
        assert_eq!(test.boundary(&[0.5, 1.0], 0.1), [37.0, 50.0]);
        let late = test.boundary(&[0.0, 1.0], 0.05);
        assert!(late[0].is_infinite() && (late[1] - 50.0).abs() < 1e-12, "{late:?}");
    }

    fn drawn(chance: &mut crate::SeededRng) -> RandomizationTest {
        let mut look = || (0..100).map(|_| (2.0 * chance.normal().abs()).round()).collect::<Vec<f64>>();
        RandomizationTest { statistics: (0..4).map(|_| look()).collect() }
    }

    #[test]
    fn a_look_rejects_at_exactly_the_levels_from_the_p_value_on() {
        let mut chance = crate::SeededRng::new(3, 0);
        let spent = [0.1, 0.3, 0.6, 1.0];
        for round in 0..60 {
            // Statistics are round numbers in half of the rounds, so that many are equal.
            let mut test = drawn(&mut chance);
            if round % 2 == 0 {
                test.statistics.iter_mut().flatten().for_each(|one| *one += chance.uniform());
            }
            let by_look = test.p_by_look(&spent, 1.0);
            for unit in 1..100_u8 {
                let level = f64::from(unit) / 100.0;
                let boundary = test.boundary(&spent, level);
                for look in 0..4 {
                    let rejects =
                        test.statistics[..=look].iter().zip(&boundary).any(|(of, least)| of[0] >= *least);
                    assert_eq!(rejects, level > by_look[look] - 1e-9, "look {look} of {by_look:?}, {level}");
                }
                let lazily = RandomizationTest::rejects(100, &spent, level, |look| test.statistics[look].clone());
                assert_eq!(lazily, level > test.p_value(&spent) - 1e-9, "{level}");
            }
        }
    }

    #[test]
    fn p_values_above_the_greatest_are_left_out() {
        let mut chance = crate::SeededRng::new(5, 0);
        let spent = [0.1, 0.3, 0.6, 1.0];
        for _ in 0..40 {
            let test = drawn(&mut chance);
            let of = |p: f64| if p <= 0.2 { p } else { 1.0 };
            let expected: Vec<f64> = test.p_by_look(&spent, 1.0).into_iter().map(of).collect();
            assert_eq!(test.p_by_look(&spent, 0.2), expected);
        }
    }

    #[test]
    fn equal_statistics_are_rejected_together_or_not_at_all() {
        let test = RandomizationTest { statistics: vec![vec![1.0; 20]] };
        assert!((test.p_value(&[1.0]) - 1.0).abs() < 1e-12);
        assert!(test.boundary(&[1.0], 0.5)[0].is_infinite());
    }
}
