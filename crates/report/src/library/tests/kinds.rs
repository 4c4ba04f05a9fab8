//! Kinds of cover: planted effects inside their intervals, and false differences no more than stated.

use super::world::{Truth, shelf};
use crate::library::types::{Finding, Scope, TypeRow, found};
use crate::library::{PlaceMonths, Shelf};
use coverledger_core::model::Look;
use coverledger_stats::calibration::percent;
use coverledger_stats::{Interval, SeededRng};

const MARKETS: [&str; 6] = ["AU", "BR", "ID", "IN", "MX", "US"];
const PLATFORMS: [&str; 3] = ["feed", "shop", "web"];

/// The truth about kinds: what a standard deviation of text does everywhere, what a style does in the first market only, and
/// eight measures and a theme that do nothing.
#[derive(Debug, Clone, Copy)]
struct Planted {
    text: f64,
    style_here: f64,
    /// Standard deviation between covers that are alike, the same in every place.
    shared: f64,
    /// Of each place besides.
    own: f64,
    covers: usize,
    /// The share of the covers that a market does not show.
    absent: f64,
    markets: usize,
    platforms: usize,
}

fn world(planted: Planted, seed: u64) -> (Vec<PlaceMonths>, Shelf) {
    let mut chance = SeededRng::new(seed, 1);
    let mut looks = Vec::new();
    let mut text = Vec::new();
    for cover in 0..planted.covers {
        let mood = chance.normal();
        let mut measures: Vec<(Look, f64)> =
            Look::ALL.iter().take(8).map(|look| (*look, mood + chance.normal())).collect();
        text.push(chance.normal());
        measures.push((Look::TextShare, 0.2 + 0.05 * text[cover]));
        let tags = vec![
            ("style", if cover % 4 == 0 { "neon" } else { "plain" }.to_owned()),
            ("theme", ["sale", "host", "gift"][chance.below(3)].to_owned()),
        ];
        looks.push((tags, measures));
    }
    let mean = text.iter().sum::<f64>() / crate::tally::float(text.len() as u64);
    let deviation = (text.iter().map(|text| (text - mean).powi(2)).sum::<f64>()
        / crate::tally::float(text.len() as u64 - 1))
    .sqrt();
    let shelf = shelf(looks);
    let quality: Vec<f64> = (0..planted.covers).map(|_| planted.shared * chance.normal()).collect();
    let mut places = Vec::new();
    for (number, market) in MARKETS.iter().take(planted.markets).enumerate() {
        let absent: Vec<bool> = (0..planted.covers).map(|_| chance.uniform() < planted.absent).collect();
        for platform in PLATFORMS.iter().take(planted.platforms) {
            let mut truth = Truth { platform, market, days: 28, impressions: 300.0, ..Truth::of(planted.covers) };
            for (cover, about) in truth.covers.iter_mut().enumerate() {
                about.days = if absent[cover] { 0..0 } else { 0..28 };
                let style = if cover % 4 == 0 && number == 0 { planted.style_here } else { 0.0 };
                let text = planted.text * (text[cover] - mean) / deviation;
                about.strength = text + style + quality[cover] + planted.own * chance.normal();
            }
            places.push(truth.told(seed * 100 + places.len() as u64, &shelf));
        }
    }
    // As they are published.
    places.sort_by_key(|place| (place.platform.clone(), place.market.clone()));
    (places, shelf)
}

/// How many of how many.
#[derive(Debug, Default, Clone, Copy)]
struct Tallied(u32, u32);

impl Tallied {
    fn add(&mut self, is_so: bool) {
        self.0 += u32::from(is_so);
        self.1 += 1;
    }

    fn holds(&mut self, interval: Interval, truth: f64) {
        self.add(interval.low <= truth && truth <= interval.high);
    }

    fn percent(self) -> f64 {
        percent(self.0, self.1.max(1))
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    /// Of places and of markets over their platforms.
    raw: Tallied,
    pooled: Tallied,
    raw_of_all: Tallied,
    of_all: Tallied,
    elsewhere: Tallied,
    text_found: Tallied,
    style_found: Tallied,
    /// Share of false ones among differences, added up over worlds; and worlds.
    false_share: f64,
    worlds: u32,
    wrong_sign: u32,
}

impl Counted {
    fn add(&mut self, planted: Planted, seed: u64) {
        let (places, covers) = world(planted, seed);
        let places: Vec<&PlaceMonths> = places.iter().collect();
        let found = found(&places, &covers);
        let (mut false_ones, mut told) = (0, 0);
        for row in &found.rows {
            let kind = &found.kinds[row.kind];
            let truth = planted.truth(row.scope, &kind.name, kind.value());
            let is_told = row.finding() == Finding::Difference;
            let value = row.pooled.map_or(0.0, |pooled| pooled.value);
            if is_told && !truth.is_nan() {
                told += 1;
                let is_false = truth.abs() < 1e-12;
                false_ones += u32::from(is_false);
                self.wrong_sign += u32::from(!is_false && value.signum() != truth.signum());
            }
            if row.is_whole() && !truth.is_nan() {
                self.look(row, truth);
            }
            if let (Some(interval), "per sd" | "sale" | "host" | "gift") = (row.elsewhere_interval(), kind.value())
            {
                self.elsewhere.holds(interval, 0.0);
            }
            let is_of_market = match row.scope {
                Scope::All => false,
                Scope::Market(_) => true,
                Scope::Place(_) => planted.platforms == 1 && row.is_whole(),
            };
            match (kind.name.as_str(), kind.value()) {
                ("text_share", _) if is_of_market => self.text_found.add(is_told),
                ("style", "neon") if is_of_market && truth.abs() > 0.0 => self.style_found.add(is_told),
                _ => {}
            }
        }
        self.false_share += if told > 0 { f64::from(false_ones) / f64::from(told) } else { 0.0 };
        self.worlds += 1;
    }
}

impl Planted {
    /// What is true of a kind there.
    fn truth(&self, scope: Scope, kind: &str, value: &str) -> f64 {
        let is_first = match scope {
            Scope::All => None,
            Scope::Market(market) => Some(market == 0),
            Scope::Place(place) => Some(place % self.markets == 0),
        };
        match (kind, value, is_first) {
            ("text_share", ..) => self.text,
            ("style", "neon", Some(true)) => self.style_here,
            ("style", "plain", Some(true)) => -self.style_here,
            // What markets have in common is not stated of a style that is in one of them.
            ("style", _, None) if self.style_here.abs() > 0.0 => f64::NAN,
            _ => 0.0,
        }
    }
}

impl Counted {
    fn look(&mut self, row: &TypeRow, truth: f64) {
        let (raw, pooled) = match row.scope {
            Scope::All => (&mut self.raw_of_all, &mut self.of_all),
            Scope::Market(_) | Scope::Place(_) => (&mut self.raw, &mut self.pooled),
        };
        if let Some(value) = row.pooled {
            pooled.holds(value.interval(), truth);
        }
        if let Some(interval) = row.raw_interval() {
            raw.holds(interval, truth);
        }
    }
}

fn counted(planted: Planted, worlds: u32, seed: u64) -> Counted {
    let mut counted = Counted::default();
    for world in 0..worlds {
        counted.add(planted, seed + u64::from(world));
    }
    counted
}

/// Four markets of one platform each, covers that differ in each place by themselves.
const APART: Planted = Planted {
    text: -0.15,
    style_here: 0.5,
    shared: 0.0,
    own: 0.15,
    covers: 24,
    absent: 0.0,
    markets: 4,
    platforms: 1,
};
/// Markets of several platforms, and covers as good as they are wherever they are.
const SHARED: Planted = Planted { shared: 0.25, own: 0.1, covers: 32, markets: 5, platforms: 2, ..APART };

const PLANTED: [(&str, Planted); 9] = [
    ("nothing", Planted { text: 0.0, style_here: 0.0, ..APART }),
    ("text −0.15, a style +0.5 in one market", APART),
    ("the same, covers differ by 0.3", Planted { own: 0.3, ..APART }),
    ("the same with 12 covers", Planted { covers: 12, ..APART }),
    ("nothing, quality shared", Planted { text: 0.0, style_here: 0.0, ..SHARED }),
    ("text −0.15, a style +0.5 in one market, quality shared", SHARED),
    ("the same, a third of the covers absent from a market", Planted { absent: 0.35, ..SHARED }),
    (
        "the same with 24 covers in two markets of three platforms",
        Planted { covers: 24, markets: 2, platforms: 3, ..SHARED },
    ),
    ("the same, hardly a cover in two markets", Planted { covers: 100, absent: 0.8, ..SHARED }),
];

#[test]
fn text_that_hurts_and_a_style_that_works_in_one_market_are_found_and_nothing_else() {
    for (planted, seed) in [(APART, 200), (SHARED, 300)] {
        let none = counted(Planted { text: 0.0, style_here: 0.0, ..planted }, 8, seed);
        assert!(none.false_share <= 2.0, "{none:?}");
        let some = counted(planted, 8, seed);
        assert_eq!(some.wrong_sign, 0, "{some:?}");
        assert!(some.style_found.percent() >= 60.0, "{some:?}");
        // Effects of one world depend on each other, so eight say little of coverage.
        for held in [some.raw, some.pooled, some.of_all, some.elsewhere] {
            assert!((85.0..=100.0).contains(&held.percent()), "{held:?} {some:?}");
        }
    }
}

#[test]
#[ignore = "takes minutes; called by tests/run.sh statistics"]
fn over_two_hundred_worlds_differences_are_found_and_no_more_are_false_than_stated() {
    for planted in [APART, SHARED] {
        let counted = counted(planted, 200, 9000);
        assert_eq!(counted.wrong_sign, 0, "{counted:?}");
        // 5 %, and two Monte Carlo errors.
        assert!(counted.false_share / f64::from(counted.worlds) <= 0.08, "{counted:?}");
        for held in [counted.raw, counted.pooled, counted.raw_of_all, counted.elsewhere] {
            assert!((93.0..=97.5).contains(&held.percent()), "{held:?} {counted:?}");
        }
        assert!(counted.of_all.percent() >= 93.0, "{counted:?}");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_planted_kinds() {
    for (name, planted) in PLANTED {
        let counted = counted(planted, 200, 5000);
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
            counted.raw.percent(),
            counted.pooled.percent(),
            counted.raw_of_all.percent(),
            counted.of_all.percent(),
            counted.elsewhere.percent(),
            counted.text_found.percent(),
            counted.style_found.percent(),
            100.0 * counted.false_share / f64::from(counted.worlds),
            counted.wrong_sign,
        );
    }
}
