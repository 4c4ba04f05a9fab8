//! Covers in the same broadcasts: what is found of those that do not differ, and of those that do.

use super::{Share, lognormal, whole};
use crate::decisions::localization::{Versions, localization};
use crate::decisions::{diagnosis, mix};
use crate::returning::CoverRevisits;
use crate::testing::{Scene, context, number, row_of, text};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::SeededRng;

/// A market of three covers, the third of which comes half way.
#[derive(Debug, Clone, Copy)]
struct World {
    broadcasts: u64,
    /// By how much all rates rise half way.
    trend: f64,
    /// By how much the third cover draws more than the others.
    gain: f64,
    /// How much broadcasts differ, their sizes, and a cover from broadcast to broadcast: standard deviations of logarithms.
    between: f64,
    sizes: f64,
    own: f64,
    /// Whether the third cover is there from the beginning.
    is_always_there: bool,
}

const CALM: World =
    World { broadcasts: 24, trend: 1.0, gain: 1.0, between: 0.3, sizes: 0.5, own: 0.1, is_always_there: true };

const COVERS: [&str; 3] = ["a", "b", "late"];

/// The impressions of a cover in a broadcast.
const SIZE: f64 = 4_000.0;

impl World {
    fn scene(&self, seed: u64) -> Scene {
        let mut chance = SeededRng::new(seed, 1);
        let mut scene = Scene { market: "ID", ..Scene::default() };
        for broadcast in 0..self.broadcasts {
            let is_later = broadcast >= self.broadcasts / 2;
            let level = lognormal(&mut chance, self.between) * if is_later { self.trend } else { 1.0 };
            let size = SIZE * lognormal(&mut chance, self.sizes);
            for cover in COVERS {
                let (own, part) = (lognormal(&mut chance, self.own), lognormal(&mut chance, 0.3));
                let impressions = whole(size * part);
                let gain = if cover == "late" { self.gain } else { 1.0 };
                let clicks = chance.binomial(impressions, (0.04 * level * own * gain).min(1.0));
                let stay = 0.4 * lognormal(&mut chance, self.own);
                let stays = chance.binomial(clicks, stay.min(1.0));
                if cover == "late" && !is_later && !self.is_always_there {
                    continue;
                }
                let counts = [
                    (Count::Impressions, impressions),
                    (Count::Clicks, clicks),
                    (Count::Entries, clicks),
                    (Count::Stays, stays),
                ];
                scene.shown(0, ["prime", "all", &format!("b{broadcast:02}"), cover], &counts);
            }
        }
        scene
    }
}

/// What was said of many markets.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    /// `strong`, `weak` or any other finding of a cover; of the third cover alone.
    spoken: Share,
    spoken_of_late: Share,
    strong_of_late: Share,
    /// The interval of the third cover's ratio holds its gain.
    held: Share,
    /// Of `localization`: the interval, and "higher" or "lower".
    localized_held: Share,
    localized_spoken: Share,
    localized_higher: Share,
}

fn said(world: World, seeds: std::ops::Range<u64>) -> Said {
    let mut said = Said::default();
    for seed in seeds {
        let evidence = world.scene(seed).evidence();
        let context = context(&evidence);
        let steps =
            diagnosis::diagnosis(&context, &diagnosis::judged(&context, 0.9, &CoverRevisits::default())).unwrap();
        for cover in COVERS {
            let row = row_of(&steps, c::COVER_ID, cover);
            let finding = text(&steps, c::FINDING, row);
            said.spoken.note(finding != "nothing_certain");
            if cover == "late" {
                said.spoken_of_late.note(finding != "nothing_certain");
                said.strong_of_late.note(finding == "strong");
                let bound = |name: String| number(&steps, &name, row).unwrap();
                let (low, high) = (bound(c::low(c::CLICK_RATIO)), bound(c::high(c::CLICK_RATIO)));
                said.held.note(low <= world.gain && world.gain <= high);
            }
        }
        let versions = Versions { family: "f", shared: "a", localized: "late" };
        let localized = localization(&context, &[versions], &[]).unwrap();
        let row = row_of(&localized, c::METRIC, c::CTR);
        let bound = |name: String| number(&localized, &name, row).unwrap();
        let (low, high) = (bound(c::low(c::RATIO)), bound(c::high(c::RATIO)));
        said.localized_held.note(low <= world.gain && world.gain <= high);
        let note = text(&localized, c::NOTE, row);
        said.localized_spoken.note(note.contains("Higher") || note.contains("Lower"));
        said.localized_higher.note(note.contains("Higher"));
    }
    said
}

#[test]
fn a_time_that_was_good_for_all_is_found_of_no_cover_and_a_gain_is() {
    let confounded = World { trend: 2.0, is_always_there: false, ..CALM };
    let nothing = said(confounded, 0..150);
    // 450 covers: a standard error of 1.0 points; 150 of the late one, 1.8.
    assert!(nothing.spoken.get() <= 0.07, "{nothing:?}");
    assert!(nothing.spoken_of_late.get() <= 0.086 && nothing.localized_spoken.get() <= 0.086, "{nothing:?}");
    assert!(nothing.held.get() >= 0.90 && nothing.localized_held.get() >= 0.90, "{nothing:?}");
    let gain = said(World { gain: 1.2, ..confounded }, 0..60);
    assert!(gain.strong_of_late.get() >= 0.8 && gain.localized_higher.get() >= 0.65, "{gain:?}");
}

#[test]
#[ignore = "prints a table of docs/STATISTICS.md"]
fn table_of_covers_together() {
    println!(
        "| market | spoken of covers, % | of the late one, % | `strong`, % | ratio held, % | localized: spoken, % | higher, % | held, % |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let late = World { is_always_there: false, ..CALM };
    for (name, world) in [
        ("no difference", CALM),
        ("all rates double half way, one cover joins then", World { trend: 2.0, ..late }),
        ("the same, sizes lognormal 1.0", World { trend: 2.0, sizes: 1.0, ..late }),
        ("the same, cover × broadcast 0.3", World { trend: 2.0, own: 0.3, ..late }),
        ("the same, 16 broadcasts: 8 shared", World { trend: 2.0, broadcasts: 16, ..late }),
        ("the same, 16 broadcasts, sizes lognormal 1.0", World { trend: 2.0, broadcasts: 16, sizes: 1.0, ..late }),
        ("all rates double, and the late cover draws 10 % more", World { trend: 2.0, gain: 1.1, ..late }),
        ("20 % more", World { trend: 2.0, gain: 1.2, ..late }),
        ("40 % more", World { trend: 2.0, gain: 1.4, ..late }),
    ] {
        let said = said(world, 0..1_000);
        let figures = [
            said.spoken,
            said.spoken_of_late,
            said.strong_of_late,
            said.held,
            said.localized_spoken,
            said.localized_higher,
            said.localized_held,
        ];
        println!("| {name} | {} |", figures.map(Share::percent).join(" | "));
    }
}

/// How often "above" and "below the others" from 0.9 on was so, and with which probability on average: six covers that
/// differ by 0.15 (standard deviation of the logarithm) in every broadcast.
fn probable(seeds: std::ops::Range<u64>) -> (Share, f64) {
    let (mut so, mut promised) = (Share::default(), 0.0);
    for seed in seeds {
        let mut chance = SeededRng::new(seed, 4);
        let covers: Vec<(String, f64)> =
            (0..6).map(|cover| (format!("c{cover}"), lognormal(&mut chance, 0.15))).collect();
        let mut scene = Scene::default();
        for broadcast in 0..12 {
            let level = lognormal(&mut chance, 0.3);
            for (cover, appeal) in &covers {
                let own = lognormal(&mut chance, 0.15);
                let clicks = chance.binomial(1_000, 0.05 * level * appeal * own);
                let counts = [(Count::Impressions, 1_000), (Count::Clicks, clicks)];
                scene.shown(0, ["prime", "all", &format!("b{broadcast:02}"), cover], &counts);
            }
        }
        let evidence = scene.evidence();
        let context = context(&evidence);
        let steps =
            diagnosis::diagnosis(&context, &diagnosis::judged(&context, 0.9, &CoverRevisits::default())).unwrap();
        let sum: f64 = covers.iter().map(|(_, appeal)| appeal).sum();
        for (cover, appeal) in &covers {
            let is_above = *appeal > (sum - appeal) / 5.0;
            let [_, _, above, below] = c::CLICK_STEP;
            for (column, is_so) in [(above, is_above), (below, !is_above)] {
                let probability = number(&steps, column, row_of(&steps, c::COVER_ID, cover)).unwrap();
                if probability >= 0.9 {
                    so.note(is_so);
                    promised += probability;
                }
            }
        }
    }
    (so, promised / so.all)
}

#[test]
fn what_is_said_to_be_probable_is_so() {
    let (so, promised) = probable(0..100);
    assert!(so.all > 100.0 && so.get() > promised - 0.03, "{so:?} {promised}");
}

#[test]
#[ignore = "prints a figure of docs/STATISTICS.md"]
fn figure_of_probabilities() {
    let (so, promised) = probable(0..1_000);
    println!("of {}: {:.1} % on average, {} % so", so.all, promised * 100.0, so.percent());
}

/// Two weeks of two broadcasts a day in two slots and two audiences; the mix moves by chance, or from prime time to night.
#[derive(Debug, Clone, Copy)]
struct Weeks {
    /// What becomes of the rates of all cells, and of the share of prime time.
    change: f64,
    prime: [f64; 2],
    between: f64,
}

/// Whether a reversal was told, and whether the interval of `within` holds what the cells changed by.
fn reversals(weeks: Weeks, seeds: std::ops::Range<u64>) -> [Share; 2] {
    let mut shares = [Share::default(); 2];
    for seed in seeds {
        let mut chance = SeededRng::new(seed, 2);
        let mut scene = Scene::default();
        for day in 0..14 {
            let is_later = day < 7;
            for broadcast in 0..2 {
                let level = lognormal(&mut chance, weeks.between);
                let prime = weeks.prime[usize::from(is_later)] * lognormal(&mut chance, 0.3);
                for (slot, share, rate) in [("prime", prime, 0.06), ("night", 1.0 - prime.min(0.95), 0.02)] {
                    for audience in ["f", "m"] {
                        let impressions = whole(2_000.0 * share * lognormal(&mut chance, 0.3));
                        let factor = if is_later { weeks.change } else { 1.0 };
                        let clicks = chance.binomial(impressions, (rate * level * factor).min(1.0));
                        let counts = [(Count::Impressions, impressions), (Count::Clicks, clicks)];
                        scene.shown(day, [slot, audience, &format!("b{day}.{broadcast}"), "a"], &counts);
                    }
                }
            }
        }
        let evidence = scene.evidence();
        let table = mix::mix(&context(&evidence), 7).unwrap();
        let reversal = table.column(c::REVERSAL).unwrap().bool().unwrap().get(0);
        shares[0].note(reversal == Some(true));
        let bound = |name: String| number(&table, &name, 0).unwrap();
        let mean = 0.5 * (weeks.prime[0] + weeks.prime[1]);
        let within = (weeks.change - 1.0) * (mean * 0.06 + (1.0 - mean) * 0.02);
        shares[1].note(bound(c::low(c::WITHIN)) <= within && within <= bound(c::high(c::WITHIN)));
    }
    shares
}

const AS_EVER: Weeks = Weeks { change: 1.0, prime: [0.5, 0.5], between: 0.2 };

#[test]
fn chance_is_no_reversal_and_a_reversal_is_found() {
    let [told, held] = reversals(AS_EVER, 0..150);
    assert!(told.get() <= 0.05, "{told:?}");
    assert!(held.get() >= 0.91, "{held:?}");
    let [told, _] = reversals(Weeks { change: 0.7, prime: [0.2, 0.7], ..AS_EVER }, 0..40);
    assert!(told.get() >= 0.9, "{told:?}");
}

#[test]
#[ignore = "prints a table of docs/STATISTICS.md"]
fn table_of_reversals() {
    println!("| two weeks | told as a reversal, % | interval of `within` held, % |");
    println!("| --- | ---: | ---: |");
    let shifted = Weeks { prime: [0.4, 0.6], ..AS_EVER };
    for (name, weeks) in [
        ("no change", AS_EVER),
        ("more prime time, cells as ever", shifted),
        ("the same, broadcasts differ by 0.4", Weeks { between: 0.4, ..shifted }),
        ("more prime time, cells fell by 30 %", Weeks { change: 0.7, prime: [0.2, 0.7], ..AS_EVER }),
    ] {
        println!("| {name} | {} |", reversals(weeks, 0..1_000).map(Share::percent).join(" | "));
    }
}
