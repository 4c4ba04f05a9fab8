//! Plain and shrunken rates of covers, each in broadcasts of its own.

use super::{Share, lognormal};
use crate::decisions::{cover, diagnosis};
use crate::returning::CoverRevisits;
use crate::testing::{Scene, context, number, row_of};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::SeededRng;

const COVERS: u64 = 8;
const BROADCASTS: u64 = 12;
const VIEWERS: u64 = 400;
/// How much covers differ, and broadcasts of a cover: standard deviations of the logarithm of the rate.
const BETWEEN_COVERS: f64 = 0.3;
const BETWEEN_BROADCASTS: f64 = 0.3;

/// Of plain rates and of shrunken ones.
fn market(seed: u64, held: &mut [Share; 2]) {
    let mut chance = SeededRng::new(seed, 0);
    let mut scene = Scene::default();
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
    let judged = diagnosis::judged(&context(&evidence), 0.9, &CoverRevisits::default());
    let covers = cover::covers(&context(&evidence), &judged).table(&context(&evidence), None).unwrap();
    for (cover, truth) in truths.iter().enumerate() {
        let row = row_of(&covers, c::COVER_ID, &format!("c{cover}"));
        for (held, column) in held.iter_mut().zip([c::CTR.to_owned(), c::shrunken(c::CTR)]) {
            let low = number(&covers, &c::low(&column), row).unwrap();
            held.note(low <= *truth && *truth <= number(&covers, &c::high(&column), row).unwrap());
        }
    }
}

#[test]
fn intervals_of_rates_hold_as_often_as_they_say() {
    let mut held = [Share::default(); 2];
    for seed in 0..120 {
        market(seed, &mut held);
    }
    // 960 covers: a standard error of 0.7 points.
    let [plain, shrunken] = held.map(Share::get);
    assert!((0.93..=0.97).contains(&plain), "{held:?}");
    assert!((0.925..=0.98).contains(&shrunken), "{held:?}");
}
