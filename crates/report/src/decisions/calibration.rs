//! Are intervals and probabilities of covers as often right as they say? Markets whose truth is known, drawn by seed.

use super::cover::cover;
use super::diagnosis::diagnosis;
use crate::testing::{Scene, context, number, row_of};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::SeededRng;

const COVERS: u64 = 8;
const BROADCASTS: u64 = 12;
const VIEWERS: u64 = 400;
/// How much covers differ, and broadcasts of a cover: standard deviations of the logarithm of the rate.
const BETWEEN_COVERS: f64 = 0.3;
const BETWEEN_BROADCASTS: f64 = 0.3;

/// How often what was said held.
#[derive(Debug, Default)]
struct Held {
    intervals: [f64; 2],
    shrunken: [f64; 2],
    spoken: [f64; 2],
    promised: f64,
}

fn note(held: &mut [f64; 2], is_so: bool) {
    held[0] += f64::from(u8::from(is_so));
    held[1] += 1.0;
}

fn market(seed: u64, held: &mut Held) {
    let mut chance = SeededRng::new(seed, 0);
    let mut scene = Scene::default();
    let lognormal = |chance: &mut SeededRng, sd: f64| (sd * chance.normal() - sd * sd / 2.0).exp();
    let truths: Vec<f64> = (0..COVERS).map(|_| 0.05 * lognormal(&mut chance, BETWEEN_COVERS)).collect();
    for (cover, truth) in truths.iter().enumerate() {
        for broadcast in 0..BROADCASTS {
            let rate = (truth * lognormal(&mut chance, BETWEEN_BROADCASTS)).min(1.0);
            let clicks = (0..VIEWERS).filter(|_| chance.uniform() < rate).count() as u64;
            let counts = [(Count::Impressions, VIEWERS), (Count::Clicks, clicks)];
            scene.shown(0, ["prime", "all", &format!("b{cover}.{broadcast}"), &format!("c{cover}")], &counts);
        }
    }
    let evidence = scene.evidence();
    let (covers, steps) = (cover(&context(&evidence)).unwrap(), diagnosis(&context(&evidence), 0.9).unwrap());
    let usual = truths.iter().sum::<f64>() / f64::from(u32::try_from(truths.len()).unwrap());
    for (cover, truth) in truths.iter().enumerate() {
        let row = row_of(&covers, c::COVER_ID, &format!("c{cover}"));
        let holds = |column: &str| {
            let low = number(&covers, &c::low(column), row).unwrap();
            low <= *truth && *truth <= number(&covers, &c::high(column), row).unwrap()
        };
        note(&mut held.intervals, holds(c::CTR));
        note(&mut held.shrunken, holds(&c::shrunken(c::CTR)));
        let [_, _, above, below] = c::CLICK_STEP;
        for (column, is_so) in [(above, *truth > usual), (below, *truth < usual)] {
            let probability = number(&steps, column, row_of(&steps, c::COVER_ID, &format!("c{cover}"))).unwrap();
            if probability >= 0.9 {
                note(&mut held.spoken, is_so);
                held.promised += probability;
            }
        }
    }
}

#[test]
fn intervals_and_probabilities_of_covers_hold_as_often_as_they_say() {
    let mut held = Held::default();
    for seed in 0..120 {
        market(seed, &mut held);
    }
    let share = |[held, all]: [f64; 2]| held / all;
    let (intervals, shrunken, spoken) = (share(held.intervals), share(held.shrunken), share(held.spoken));
    let promised = held.promised / held.spoken[1];
    // 960 covers: a standard error of 0.7 points.
    assert!((0.93..=0.97).contains(&intervals), "{held:?}");
    assert!((0.925..=0.98).contains(&shrunken), "{held:?}");
    assert!(spoken > promised - 0.03, "{held:?}");
}
