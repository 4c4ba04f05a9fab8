//! Half-lives: how often do 95 % intervals hold the true one, and how many covers that do not fade are told to?

use super::world::{CoverTruth, Truth};
use crate::library::{PlaceMonths, Shelf};
use coverledger_stats::benjamini_hochberg;
use coverledger_stats::calibration::percent;

/// Over many seeds: intervals that held the truth and all of them; covers told to fade that do and all that do; and covers
/// told to fade or grow that do neither, and markets with any such.
#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    held: u32,
    intervals: u32,
    found: u32,
    fading: u32,
    wrong_markets: u32,
    /// The share of wrong ones among those told of a market, added up.
    wrong_share: f64,
    markets: u32,
}

fn counted(truth: &Truth, markets: u32, seed: u64) -> Counted {
    let mut counted = Counted::default();
    for market in 0..markets {
        let place = truth.told(seed + u64::from(market), &Shelf::default());
        add(&mut counted, truth, &place);
    }
    counted
}

fn add(counted: &mut Counted, truth: &Truth, place: &PlaceMonths) {
    let lines: Vec<_> = place.lines.iter().filter(|line| line.slot.is_none() && !line.is_family).collect();
    let p: Vec<f64> = lines
        .iter()
        .map(|line| line.fatigue.as_ref().and_then(crate::library::fatigue::Fatigue::p_value).unwrap_or(f64::NAN))
        .collect();
    let adjusted = benjamini_hochberg(&p);
    let (mut wrong, mut told) = (0, 0);
    for (line, p) in lines.iter().zip(adjusted) {
        let cover = (0..truth.covers.len()).find(|cover| Truth::name(*cover) == line.name).unwrap();
        let slope = truth.covers[cover].half_life.map_or(0.0, |half| -std::f64::consts::LN_2 / half);
        let Some(gain) = line.fatigue.as_ref().unwrap().interval() else { continue };
        counted.held += u32::from(gain.low <= slope && slope <= gain.high);
        counted.intervals += 1;
        let is_told = p <= 0.05;
        told += u32::from(is_told);
        if slope < 0.0 {
            counted.fading += 1;
            counted.found += u32::from(is_told && gain.high < 0.0);
        } else {
            wrong += u32::from(is_told);
        }
    }
    counted.wrong_share += if told > 0 { f64::from(wrong) / f64::from(told) } else { 0.0 };
    counted.wrong_markets += u32::from(wrong > 0);
    counted.markets += 1;
}

/// Worlds, each with a name.
fn worlds() -> Vec<(&'static str, Truth)> {
    let fading = |half: f64, covers: usize, of: usize| {
        let mut truth = Truth::of(covers);
        for cover in 0..of {
            truth.covers[cover].half_life = Some(half);
        }
        truth
    };
    let mut worlds = vec![
        ("nothing fades", Truth::of(8)),
        ("one of 8 fades in 9 days", fading(9.0, 8, 1)),
        ("one of 8 fades in 20 days", fading(20.0, 8, 1)),
        ("3 of 8 fade in 9 days", fading(9.0, 8, 3)),
    ];
    let one = || fading(9.0, 8, 1);
    worlds.push(("the same, own part 0.3", Truth { own: 0.3, ..one() }));
    worlds.push(("the same, sizes lognormal 1.0", Truth { spread: 1.0, ..one() }));
    worlds.push(("the same, viewers' trend 3 % a day", Truth { trend: 0.03, ..one() }));
    worlds.push(("the same, all rates halve on day 20", Truth { jump: Some((20, 0.5)), ..one() }));
    worlds.push(("the same, counted otherwise from day 20", Truth { recount: Some((20, 1.8)), ..one() }));
    worlds.push(("the same, one cover with 8 times the rest", Truth { dominant: Some((7, 8.0)), ..one() }));
    worlds.push(("two covers, one fades", fading(9.0, 2, 1)));
    worlds.push(("few clicks: 40 impressions", Truth { impressions: 40.0, ..fading(9.0, 8, 1) }));
    let mut newcomers = one();
    for (cover, about) in newcomers.covers.iter_mut().enumerate().skip(4) {
        let from = 10 + 4 * i32::try_from(cover - 4).unwrap();
        *about = CoverTruth { strength: 0.4, days: from..42, ..about.clone() };
    }
    worlds.push(("strong covers join from day 10 on", newcomers));
    let mut rested = one();
    rested.covers[0].rest = Some((12, 27, 1.0));
    rested.covers[1].rest = Some((12, 27, 1.0));
    worlds.push(("two covers rest for 15 days", rested));
    let mut alone = one();
    alone.abreast = 1;
    alone.broadcasts_a_day = 8;
    worlds.push(("one cover a broadcast, 8 broadcasts a day", alone));
    worlds
}

#[test]
fn a_planted_half_life_is_found_inside_its_interval_and_nothing_else_is() {
    for name in ["one of 8 fades in 9 days", "nothing fades"] {
        let (_, truth) = worlds().into_iter().find(|(other, _)| *other == name).unwrap();
        let counted = counted(&truth, 40, 1);
        let share = percent(counted.held, counted.intervals);
        assert!((92.5..=97.5).contains(&share) && counted.intervals >= 300, "{name}: {share} % {counted:?}");
        assert_eq!(counted.found, counted.fading, "{name}: {counted:?}");
        assert!(counted.wrong_markets <= 6, "{name}: {counted:?}");
    }
}

#[test]
#[ignore = "takes half a minute; called by tests/run.sh statistics"]
fn over_two_hundred_markets_half_lives_lie_in_their_intervals_and_no_more_is_false_than_stated() {
    for name in ["one of 8 fades in 9 days", "nothing fades", "the same, all rates halve on day 20"] {
        let (_, truth) = worlds().into_iter().find(|(other, _)| *other == name).unwrap();
        let counted = counted(&truth, 200, 20_000);
        let share = percent(counted.held, counted.intervals);
        // Two Monte Carlo errors of 1,600 intervals are 1.1.
        assert!((93.9..=97.1).contains(&share) && counted.intervals == 1600, "{name}: {share} % {counted:?}");
        assert!(counted.found * 20 >= counted.fading * 19, "{name}: {counted:?}");
        // 5 %, and two Monte Carlo errors.
        assert!(counted.wrong_share / f64::from(counted.markets) <= 0.08, "{name}: {counted:?}");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_half_lives() {
    const MARKETS: u32 = 300;
    for (name, truth) in worlds() {
        let counted = counted(&truth, MARKETS, 1000);
        let share = percent(counted.held, counted.intervals);
        let found = if counted.fading > 0 {
            format!("{:.1}", percent(counted.found, counted.fading))
        } else {
            "–".into()
        };
        println!(
            "| {name} | {} | {share:.1} | {found} | {:.1} | {:.1} |",
            counted.intervals,
            100.0 * counted.wrong_share / f64::from(counted.markets),
            percent(counted.wrong_markets, counted.markets)
        );
    }
}
