//! Steps of a series: how often is one told where there is none?

use super::percent;
use crate::{SeededRng, level_shift};

/// Of so many series: how many had a step with a p value of at most 0.01, and of those how many within two days of it.
fn told(days: usize, after: f64, trend: f64, step: f64, runs: u32, seed: u64) -> [u32; 2] {
    let mut chance = SeededRng::new(seed, 0);
    let mut told = [0; 2];
    for run in 0..runs {
        let mut last = chance.normal() / (1.0 - after * after).sqrt();
        let series: Vec<(i32, f64)> = (0..days)
            .map(|day| {
                last = after * last + chance.normal();
                let week = 0.2 * crate::float(day % 7 / 5);
                let stepped = if day < days / 2 { 0.0 } else { step };
                (i32::try_from(day).unwrap_or(0), 0.1 * last + week + trend * crate::float(day) + stepped)
            })
            .collect();
        let Some(found) = level_shift(&series, u64::from(run)) else { continue };
        if found.p_value <= 0.01 {
            told[0] += 1;
            told[1] += u32::from(found.at.abs_diff(days / 2) <= 2);
        }
    }
    told
}

#[test]
fn a_step_is_told_where_there_is_one_and_hardly_ever_where_there_is_none() {
    let [none, _] = told(60, 0.3, 0.01, 0.0, 100, 61);
    assert!(none <= 5, "{none} of 100");
    let [found, near] = told(60, 0.3, 0.01, -0.6, 40, 63);
    assert!(found >= 20 && near * 10 >= found * 9, "{found} of 40, {near} near");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_shifts() {
    for days in [42, 60, 120] {
        for after in [0.0, 0.3, 0.6] {
            let [none, _] = told(days, after, 0.01, 0.0, 1000, 65);
            let [found, near] = told(days, after, 0.01, -0.4, 300, 67);
            println!(
                "| {days} | {after} | {:.1} | {:.1} | {:.1} |",
                percent(none, 1000),
                percent(found, 300),
                percent(near, found.max(1))
            );
        }
    }
}
