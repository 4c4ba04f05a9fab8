//! Kinds of units, and places that borrow from each other: how often do 95 % intervals hold the truth?

use super::percent;
use crate::{Interval, MetaRegression, Pooling, SeededRng, Unit};

fn holds(interval: Interval, truth: f64) -> u32 {
    u32::from(interval.low <= truth && truth <= interval.high)
}

/// Units of which a few are of a kind, or that differ in a measure, with errors that are themselves estimated.
struct World {
    units: usize,
    /// How many are of the kind; `None` of a measure.
    of_kind: Option<usize>,
    between: f64,
    groups: usize,
}

impl World {
    fn held(&self, runs: u32, seed: u64) -> u32 {
        const EFFECT: f64 = -0.2;
        let mut chance = SeededRng::new(seed, 0);
        let mut held = 0;
        for _ in 0..runs {
            let units: Vec<Unit> = (0..self.units)
                .map(|number| {
                    let property = match self.of_kind {
                        Some(of_kind) => f64::from(u8::from(number < of_kind)),
                        None => chance.normal(),
                    };
                    let error = 0.03 * (0.8 * chance.normal()).exp();
                    let value = EFFECT * property + self.between * chance.normal() + error * chance.normal();
                    // What a jackknife over a dozen broadcasts makes of it.
                    let squares: f64 = (0..11).map(|_| chance.normal().powi(2)).sum();
                    let error = error * (squares / 11.0).sqrt();
                    Unit { group: number % self.groups, property, value, error }
                })
                .collect();
            held += MetaRegression::of(&units).map_or(1, |found| holds(found.interval(0.95), EFFECT));
        }
        held
    }
}

#[test]
fn the_effect_of_a_kind_lies_in_its_interval_as_often_as_it_says() {
    for (units, of_kind, groups) in [(8, Some(3), 1), (20, None, 1), (24, Some(4), 2)] {
        let world = World { units, of_kind, between: 0.2, groups };
        let share = percent(world.held(4000, 81), 4000);
        assert!((93.9..=96.5).contains(&share), "{share} % of {units} units");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_kinds() {
    const RUNS: u32 = 10_000;
    for between in [0.0, 0.1, 0.3] {
        for (units, of_kind) in
            [(6, Some(3)), (8, None), (12, Some(3)), (20, None), (40, Some(3)), (40, Some(20)), (100, None)]
        {
            let world = World { units, of_kind, between, groups: 1 };
            let sort = of_kind.map_or("a measure".to_owned(), |of_kind| format!("{of_kind} of the kind"));
            println!("| {units} | {sort} | {between} | {:.1} |", percent(world.held(RUNS, 83), RUNS));
        }
    }
}

/// Of places' truths, and of one more place: how many were held. Around a mean that is not known, and around 0.
fn pooled(places: usize, between: f64, runs: u32, seed: u64) -> [f64; 4] {
    const MEAN: f64 = -0.1;
    let mut chance = SeededRng::new(seed, 0);
    let (mut held, mut of_next, mut all) = ([0; 2], [0; 2], 0);
    for _ in 0..runs {
        let truths: Vec<f64> = (0..=places).map(|_| between * chance.normal()).collect();
        let estimates: Vec<(f64, f64)> = truths[..places]
            .iter()
            .map(|truth| {
                let error = 0.1 * (0.5 * chance.normal()).exp();
                (truth + error * chance.normal(), error)
            })
            .collect();
        let moved: Vec<(f64, f64)> = estimates.iter().map(|(value, error)| (value + MEAN, *error)).collect();
        let poolings = [(Pooling::of(&moved, 0.25), MEAN), (Pooling::around_zero(&estimates, 0.25), 0.0)];
        for (number, (pooling, mean)) in poolings.into_iter().enumerate() {
            let Some(pooling) = pooling else { continue };
            for (place, truth) in truths[..places].iter().enumerate() {
                held[number] += holds(pooling.place(place).interval(), truth + mean);
            }
            of_next[number] += holds(pooling.another().interval(), truths[places] + mean);
        }
        all += u32::try_from(places).unwrap_or(u32::MAX);
    }
    [percent(held[0], all), percent(of_next[0], runs), percent(held[1], all), percent(of_next[1], runs)]
}

#[test]
fn what_places_borrow_from_each_other_does_not_make_them_too_sure() {
    for (places, between) in [(3, 0.2), (8, 0.1), (20, 0.2)] {
        let shares = pooled(places, between, 2000, 91);
        assert!(shares.iter().all(|share| (93.0..=100.0).contains(share)), "{shares:?} % of {places} places");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_pooling() {
    for between in [0.0, 0.1, 0.2, 0.4] {
        for places in [2, 4, 8, 20] {
            let [held, next, around_zero, next_to_zero] = pooled(places, between, 5000, 93);
            println!("| {places} | {between} | {held:.1} | {next:.1} | {around_zero:.1} | {next_to_zero:.1} |");
        }
    }
}
