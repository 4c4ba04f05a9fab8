//! How a rate of clusters changes along a line, beside what was expected of it.

use std::collections::BTreeMap;

use super::clusters::of_left_out;
use super::root::rising_root;
use super::{Estimate, information};

/// A logarithm of a ratio beyond this is no slope that can be told.
const STEEPEST: f64 = 40.0;

/// A cluster that decides nearly all by itself is taken to decide so much of it: 1 less this.
const MOST_LEVERAGE: f64 = 0.1;

/// What was counted of a cluster at one place of the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// What is independent of others.
    pub cluster: usize,
    /// Points of a group share a level; each group has its own.
    pub group: usize,
    /// Where on the line.
    pub at: f64,
    /// What was counted.
    pub observed: f64,
    /// What would have been counted at a ratio of 1.
    pub expected: f64,
}

/// The logarithm of observed ÷ expected as a level of each group and a slope that all share.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The slope.
    pub slope: Estimate,
    levels: Vec<f64>,
    /// Without each cluster.
    levels_left_out: Vec<Vec<f64>>,
    sizes: Vec<f64>,
}

/// The two sides of the equations of one cluster or of all: scores and information of each group's level and of the slope.
#[derive(Debug, Clone, Default)]
struct Equations {
    /// Of each group: score, information, and information of level and slope together.
    groups: BTreeMap<usize, [f64; 3]>,
    score: f64,
    information: f64,
}

impl Trend {
    /// Solves Σ (observed − expected · exp(level + slope · at)) = 0, and the same times `at`: the equations of a Poisson
    /// regression, which hold on average whatever observed and expected vary by, as long as expected is right on average
    /// (quasi-likelihood; with one group and no slope the ratio of Mantel & Haenszel). The error is the jackknife's over
    /// clusters, each left out by one step of Newton's method (Preisser & Qaqish 1996) and with half of what its leverage
    /// adds (Bell & `McCaffrey` 2002). `None` where the line says nothing:
    /// in no group do two clusters lie apart with something observed.
    #[must_use]
    pub fn of(points: &[Point]) -> Option<Self> {
        let is_usable = |point: &&Point| point.expected > 0.0 && point.observed >= 0.0 && point.at.is_finite();
        let points: Vec<Point> = points.iter().filter(is_usable).copied().collect();
        let groups = points.iter().map(|point| point.group + 1).max()?;
        let widest = points.iter().map(|point| point.at.abs()).fold(0.0, f64::max);
        if widest <= 0.0 {
            return None;
        }
        let slope =
            -rising_root(|slope| score(&points, groups, -slope), 0.0, -STEEPEST / widest, STEEPEST / widest);
        let levels = levels(&points, groups, slope);
        let mut clusters: BTreeMap<usize, Equations> = BTreeMap::new();
        let mut all = Equations::default();
        for point in points.iter().filter(|point| levels[point.group].is_finite()) {
            let fitted = point.expected * (levels[point.group] + slope * point.at).exp();
            clusters.entry(point.cluster).or_default().add(point, fitted);
            all.add(point, fitted);
        }
        let clusters: Vec<Equations> = clusters.into_values().collect();
        let steps: Vec<Step> = clusters.iter().map(|one| all.without(one)).collect::<Option<_>>()?;
        let size = |one: &Equations| one.groups.values().map(|[_, information, _]| information).sum::<f64>();
        let along: Vec<f64> = clusters.iter().map(|one| one.along(&all)).collect();
        let (all_along, all_size) = (along.iter().sum::<f64>(), size(&all));
        // Leaving out overstates what a cluster with much leverage does: by that much (Bell & `McCaffrey` 2002).
        let own = |(one, along): (&Equations, &f64)| {
            let leverage = size(one) / all_size + along / all_along;
            (1.0 - leverage).clamp(MOST_LEVERAGE, 1.0).sqrt()
        };
        let own: Vec<f64> = clusters.iter().zip(&along).map(own).collect();
        let slopes: Vec<f64> = steps.iter().zip(&own).map(|(step, own)| slope - own * step.slope).collect();
        let slope = of_left_out(slope, &slopes)?.worth(information(along));
        let left_out = |(step, own): (&Step, &f64)| {
            let level =
                |(group, level): (usize, &f64)| level - own * step.levels.get(&group).copied().unwrap_or(0.0);
            levels.iter().enumerate().map(level).collect()
        };
        Some(Self {
            levels_left_out: steps.iter().zip(&own).map(left_out).collect(),
            sizes: clusters.iter().map(size).collect(),
            slope,
            levels,
        })
    }

    /// The logarithm of observed ÷ expected of a group where the line begins; minus infinity of one without anything.
    #[must_use]
    pub fn level(&self, group: usize) -> f64 {
        self.levels.get(group).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// By how much one group's level lies above another's; `None` where one of them has none.
    #[must_use]
    pub fn step(&self, from: usize, to: usize) -> Option<Estimate> {
        let of = |levels: &[f64]| Some(levels.get(to)? - levels.get(from)?);
        let without: Vec<f64> = self.levels_left_out.iter().map(|levels| of(levels)).collect::<Option<_>>()?;
        Some(of_left_out(of(&self.levels)?, &without)?.worth(information(self.sizes.iter().copied())))
    }
}

/// How the others' estimates change when a cluster is left out.
struct Step {
    slope: f64,
    levels: BTreeMap<usize, f64>,
}

impl Equations {
    fn add(&mut self, point: &Point, fitted: f64) {
        let rest = point.observed - fitted;
        let [score, information, both] = self.groups.entry(point.group).or_default();
        *score += rest;
        *information += fitted;
        *both += fitted * point.at;
        self.score += rest * point.at;
        self.information += fitted * point.at.powi(2);
    }

    /// What all estimates lose without one of its clusters, by one step; `None` where nothing is left to tell a slope by.
    fn without(&self, one: &Self) -> Option<Step> {
        const NOTHING: f64 = 1e-9;
        let mut score = one.score;
        let mut rest = self.information - one.information;
        let whole = rest;
        let mut levels = BTreeMap::new();
        let mut of_groups = Vec::new();
        for (group, [_, information, both]) in &self.groups {
            let [its_score, its_information, its_both] = one.groups.get(group).copied().unwrap_or_default();
            let left = information - its_information;
            if left > NOTHING * information {
                let both = both - its_both;
                score -= its_score * both / left;
                rest -= both.powi(2) / left;
                of_groups.push((*group, its_score, left, both));
            } else {
                // The group is this cluster: its own part of the slope goes with it.
                rest -= (both - its_both).powi(2) / NOTHING.max(left);
            }
        }
        if rest <= NOTHING * whole {
            return None;
        }
        let slope = score / rest;
        for (group, its_score, left, both) in of_groups {
            levels.insert(group, (its_score - both * slope) / left);
        }
        Some(Step { slope, levels })
    }

    /// How much of the slope's information lies in it: Σ fitted · (at − mean of the group)².
    fn along(&self, all: &Self) -> f64 {
        let of_group = |(group, [_, information, both]): (&usize, &[f64; 3])| {
            let [_, whole, along] = all.groups.get(group).copied().unwrap_or_default();
            let mean = if whole > 0.0 { along / whole } else { 0.0 };
            information * mean.powi(2) - 2.0 * both * mean
        };
        (self.information + self.groups.iter().map(of_group).sum::<f64>()).max(0.0)
    }
}

/// The level of each group at a slope: there observed and expected agree.
fn levels(points: &[Point], groups: usize, slope: f64) -> Vec<f64> {
    let mut sums = vec![[0.0; 2]; groups];
    for point in points {
        let [observed, fitted] = &mut sums[point.group];
        *observed += point.observed;
        *fitted += point.expected * (slope * point.at).exp();
    }
    sums.into_iter().map(|[observed, fitted]| (observed / fitted).ln()).collect()
}

/// Of the falling score of a slope, minus it and its slope, so that it rises with minus the slope.
fn score(points: &[Point], groups: usize, slope: f64) -> (f64, f64) {
    let mut sums = vec![[0.0; 5]; groups];
    for point in points {
        let fitted = point.expected * (slope * point.at).exp();
        let add =
            [point.observed, point.observed * point.at, fitted, fitted * point.at, fitted * point.at.powi(2)];
        for (sum, more) in sums[point.group].iter_mut().zip(add) {
            *sum += more;
        }
    }
    let (mut score, mut information) = (0.0, 0.0);
    for [observed, along, fitted, first, second] in sums.into_iter().filter(|sums| sums[2] > 0.0) {
        let mean = first / fitted;
        score += along - observed * mean;
        information += observed * (second / fitted - mean.powi(2));
    }
    (score, information)
}
