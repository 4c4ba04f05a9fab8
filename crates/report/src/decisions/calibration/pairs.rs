//! Two covers beside each other: is their ratio held as often as is said, whatever slots and audiences met them, and is what is
//! said to be probable so?

use super::{Share, lognormal, whole};
use crate::decisions::cover_pair::cover_pair;
use crate::decisions::{cover, diagnosis};
use crate::returning::CoverRevisits;
use crate::testing::{Scene, context, number, text};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::SeededRng;

/// A market whose truth is written first: how far the logarithms of its covers' rates lie apart, and everything else that
/// makes one cover look better than another.
#[derive(Debug, Clone, Copy)]
struct World {
    broadcasts: i32,
    covers: usize,
    /// Standard deviations of logarithms: of covers, of broadcasts, and of a cover from broadcast to broadcast.
    appeal: f64,
    between: f64,
    own: f64,
    /// How much rather the first cover is shown where viewers click five times as often.
    favoured: f64,
}

const CALM: World = World { broadcasts: 20, covers: 5, appeal: 0.15, between: 0.3, own: 0.1, favoured: 1.0 };
const SKEWED: World = World { favoured: 6.0, ..CALM };

/// The truth and what was said of the covers against the first.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    held: Share,
    /// Of probabilities of 0.9 and more that one is better, or worse: so it was, and what was promised.
    so: Share,
    promised: f64,
    /// The sum of estimated − true logarithms.
    bias: f64,
}

impl World {
    fn draw(self, seed: u64) -> (Vec<f64>, Scene) {
        let mut chance = SeededRng::new(seed, 21);
        let truth: Vec<f64> = (0..self.covers).map(|_| lognormal(&mut chance, self.appeal)).collect();
        let mut scene = Scene::default();
        for broadcast in 0..self.broadcasts {
            let level = lognormal(&mut chance, self.between);
            for (slot, rate) in [("night", 0.02), ("prime", 0.10)] {
                for (audience, of_audience) in [("f", 1.3), ("m", 0.7)] {
                    for (cover, appeal) in truth.iter().enumerate() {
                        let favour = if cover == 0 && slot == "prime" { self.favoured } else { 1.0 };
                        let impressions = whole(700.0 * favour * lognormal(&mut chance, 0.4));
                        let own = lognormal(&mut chance, self.own);
                        let clicks =
                            chance.binomial(impressions, (rate * of_audience * level * appeal * own).min(1.0));
                        let counts = [(Count::Impressions, impressions), (Count::Clicks, clicks)];
                        let names = [slot, audience, &format!("b{broadcast:02}"), &format!("c{cover}")];
                        scene.shown(broadcast, names, &counts);
                    }
                }
            }
        }
        (truth, scene)
    }

    fn said(self, seeds: std::ops::Range<u64>) -> Said {
        let mut said = Said::default();
        for seed in seeds {
            let (truth, scene) = self.draw(seed);
            let evidence = scene.evidence();
            let context = context(&evidence);
            let covers = cover::covers(&context, &diagnosis::judged(&context, 0.9, &CoverRevisits::default()));
            let table = cover_pair(&context, &covers, Some(0)).unwrap();
            for row in (0..table.height()).filter(|row| text(&table, c::METRIC, *row) == c::CTR) {
                let cover: usize = text(&table, c::COVER_ID, row)[1..].parse().unwrap();
                if cover == 0 {
                    continue;
                }
                let ratio = truth[cover] / truth[0];
                let figure = |name: &str| number(&table, name, row).unwrap();
                said.held.note(figure(&c::low(c::RATIO)) <= ratio && ratio <= figure(&c::high(c::RATIO)));
                said.bias += figure(c::RATIO).ln() - ratio.ln();
                let above = figure(c::PROBABILITY);
                for (probability, is_so) in [(above, ratio > 1.0), (1.0 - above, ratio < 1.0)] {
                    if probability >= 0.9 {
                        said.so.note(is_so);
                        said.promised += probability;
                    }
                }
            }
        }
        said
    }
}

impl Said {
    fn promised(self) -> f64 {
        self.promised / self.so.all
    }

    fn bias(self) -> f64 {
        self.bias / self.held.all
    }
}

#[test]
fn the_ratio_of_two_covers_is_held_as_often_as_is_said_and_where_they_were_shown_is_no_part_of_it() {
    // 400 pairs each: a standard error of 1.1 points.
    for (name, world) in [("calm", CALM), ("skewed", SKEWED), ("few", World { broadcasts: 9, ..SKEWED })] {
        let said = world.said(0..100);
        assert!(said.held.get() >= 0.92 && said.held.get() <= 0.985, "{name}: {said:?}");
        // A cover that was shown where viewers click five times as often looks twice as good by its crude rate.
        assert!(said.bias().abs() < 0.02, "{name}: {said:?}");
    }
}

#[test]
fn what_is_said_to_be_probable_of_two_covers_is_so() {
    for (name, world) in
        [("calm", CALM), ("alike", World { appeal: 0.03, ..CALM }), ("two", World { covers: 2, ..CALM })]
    {
        let said = world.said(100..250);
        assert!(said.so.all > 20.0 && said.so.get() > said.promised() - 0.05, "{name}: {said:?}");
    }
}

#[test]
#[ignore = "prints a table of docs/STATISTICS.md"]
fn table_of_pairs() {
    println!("| market | ratio held, % | bias of its logarithm | of 0.9 and more: so, % | promised, % |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (name, world) in [
        ("five covers, 20 broadcasts", CALM),
        ("the first is shown six times as often in prime time", SKEWED),
        ("the same, 9 broadcasts", World { broadcasts: 9, ..SKEWED }),
        ("covers hardly differ (0.03)", World { appeal: 0.03, ..CALM }),
        ("two covers", World { covers: 2, ..CALM }),
        ("cover × broadcast 0.3", World { own: 0.3, ..CALM }),
    ] {
        let said = world.said(0..500);
        let (held, so) = (said.held.percent(), said.so.percent());
        println!("| {name} | {held} | {:+.3} | {so} | {:.1} |", said.bias(), said.promised() * 100.0);
    }
}
