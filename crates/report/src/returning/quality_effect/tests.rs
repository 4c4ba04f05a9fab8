//! What visits cost, held against what is true of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::*;
use crate::returning::cells::{KnownDates, ViewerVisit};
use crate::returning::panel::PanelRow;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_stats::SeededRng;

const DAYS: usize = 35;

fn dates(days: usize) -> BTreeSet<Date> {
    date(2026, 10, 27).series(jiff::Span::new().days(1)).take(days).collect()
}

fn until(days: usize) -> Date {
    *dates(days).last().unwrap()
}

/// Viewers of two broadcasts a day, some of whom have a bad network and click less, all the time.
#[derive(Clone, Copy)]
struct World {
    viewers: usize,
    /// What a bad visit of each step does to the rate of the impressions of the 7 days after.
    effects: [f64; 3],
    /// What a bad network does to the rate, always.
    network: f64,
    /// Standard deviation of the logarithm of how often viewers are shown covers.
    heavy: f64,
}

impl World {
    fn days(self, seed: u64) -> ViewerDays {
        let published = dates(DAYS);
        let known = KnownDates { watched: published.clone(), published };
        let mut days = ViewerDays::new(date(2026, 10, 27), until(DAYS), &known);
        let slots = ["day", "prime"].map(|name| days.name(name));
        let broadcasts: Vec<u32> = (0..2 * DAYS).map(|number| days.name(&format!("b{number}"))).collect();
        let mut chance = SeededRng::new(seed, 0);
        // Some broadcasts go badly for all, and some are liked more; both have nothing to do with each other.
        let troubles: Vec<f64> = broadcasts.iter().map(|_| (0.8 * chance.normal()).exp()).collect();
        let liked: Vec<f64> = (0..DAYS).map(|_| (0.15 * chance.normal()).exp()).collect();
        for viewer in 0..self.viewers {
            let shown = 3.0 * (self.heavy * chance.normal() - self.heavy.powi(2) / 2.0).exp();
            let own = 0.08 * (0.5 * chance.normal() - 0.125).exp();
            let is_bad_network = chance.uniform() < 0.2;
            let (own, trouble) = if is_bad_network { (own * self.network, 0.4) } else { (own, 0.08) };
            let mut steps: Vec<Option<usize>> = vec![None; DAYS];
            let mut visits = Vec::new();
            for day in 0..DAYS {
                let worst = steps[day.saturating_sub(7)..day].iter().flatten().max().copied();
                let rate = (own * liked[day] + worst.map_or(0.0, |step| self.effects[step])).clamp(0.001, 0.9);
                let impressions = poisson(&mut chance, shown);
                let clicks = chance.binomial(u64::from(impressions), rate);
                if impressions == 0 {
                    continue;
                }
                let slot = chance.below(2);
                let broadcast = 2 * day + slot;
                let quality = (clicks > 0).then(|| {
                    if chance.uniform() >= (trouble * troubles[broadcast]).min(0.9) {
                        return VisitQuality::Good;
                    }
                    let step = [0, 0, 0, 1, 1, 2][chance.below(6)];
                    steps[day] = Some(step);
                    [VisitQuality::Slow, VisitQuality::Stalled, VisitQuality::Failed][step]
                });
                visits.push(ViewerVisit {
                    day,
                    broadcast: broadcasts[broadcast],
                    host: None,
                    slot: slots[slot],
                    cover: Some(0),
                    first_us: 0,
                    impressions,
                    clicks: u32::try_from(clicks).unwrap(),
                    entries: u32::from(clicks > 0),
                    quality,
                });
            }
            days.add(u8::try_from(viewer % 128).unwrap(), &visits);
        }
        days
    }
}

fn poisson(chance: &mut SeededRng, mean: f64) -> u32 {
    let (least, mut product, mut count) = ((-mean.min(60.0)).exp(), chance.uniform(), 0);
    while product > least {
        product *= chance.uniform();
        count += 1;
    }
    count
}

fn of(days: &ViewerDays, metric: Metric, step: Step) -> Row {
    let chain = Chain { clicks: Some(1000), orders: Some(20) };
    let rows = steps::rows(days, chain);
    rows.into_iter().find(|row| row.metric == metric && row.step == step).unwrap()
}

const PLANTED: World = World { viewers: 12_000, effects: [-0.006; 3], network: 0.6, heavy: 0.7 };

#[test]
fn a_loss_after_bad_visits_is_found_and_a_bad_network_that_lasts_is_none() {
    // Each estimate has an error of 0.002; of eight worlds together it is 0.0007.
    let mean = |world: World| {
        let effects = (1..=8).map(|seed| of(&world.days(seed), Metric::Ctr, Step::AllBad).effect.unwrap().value);
        effects.sum::<f64>() / 8.0
    };
    let planted = mean(PLANTED);
    assert!((-0.0085..-0.0035).contains(&planted), "{planted}");
    let world = World { effects: [0.0; 3], ..PLANTED };
    let network = mean(world);
    assert!(network.abs() < 0.0025, "{network}");
    // The same viewers' plain rates lie far apart.
    let Method::Viewers(Some(compared)) = of(&world.days(1), Metric::Ctr, Step::AllBad).method else {
        unreachable!()
    };
    let [[bad, _], [good, _]] = compared.levels.unwrap();
    assert!(bad < 0.95 * good, "{bad} {good}");
}

/// Of so many worlds.
#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    all: u32,
    held: u32,
    lost: u32,
    gained: u32,
    sum: f64,
}

/// A question and what is true.
type Question = (Metric, Step, f64);

const ALL_BAD: (Metric, Step) = (Metric::Ctr, Step::AllBad);

/// Prints a line of the table of `docs/STATISTICS.md` for each question.
fn counted(name: &str, world: World, seed: u64, questions: &[Question]) -> Vec<Counted> {
    const WORLDS: u64 = 250;
    let mut counted = vec![Counted::default(); questions.len()];
    for number in 0..WORLDS {
        let days = world.days(seed + number);
        for ((metric, step, truth), counted) in questions.iter().zip(&mut counted) {
            let Some(effect) = of(&days, *metric, *step).effect else { continue };
            let bounds = interval(&effect);
            counted.all += 1;
            counted.sum += effect.value;
            counted.held += u32::from(bounds.low <= *truth && *truth <= bounds.high);
            counted.lost += u32::from(bounds.high < 0.0);
            counted.gained += u32::from(bounds.low > 0.0);
        }
    }
    for ((metric, step, truth), found) in questions.iter().zip(&counted) {
        let share = |count: u32| 100.0 * f64::from(count) / f64::from(found.all);
        println!(
            "| {name} | `{}` `{}` | {truth} | {:.4} | {:.1} | {:.1} | {:.1} |",
            metric.word(),
            step.word(),
            found.sum / f64::from(found.all),
            share(found.held),
            share(found.lost),
            share(found.gained)
        );
    }
    counted
}

fn percent_of(count: u32, found: &Counted) -> f64 {
    100.0 * f64::from(count) / f64::from(found.all)
}

#[test]
#[ignore = "long; run by the step `statistics`"]
fn over_two_hundred_worlds_a_network_that_lasts_is_no_effect() {
    for (name, network, heavy, seed) in [
        ("nothing", 1.0, 0.7, 10_000),
        ("bad networks", 0.6, 0.7, 20_000),
        ("very bad networks", 0.3, 0.7, 30_000),
        ("bad networks, heavy users", 0.6, 1.2, 40_000),
    ] {
        let world = World { effects: [0.0; 3], network, heavy, ..PLANTED };
        let questions = [(ALL_BAD.0, ALL_BAD.1, 0.0), (Metric::Entries, Step::AllBad, 0.0)];
        for found in counted(name, world, seed, &questions) {
            assert!(percent_of(found.lost + found.gained, &found) <= 8.5, "{found:?}");
        }
    }
}

#[test]
#[ignore = "long; run by the step `statistics`"]
fn over_two_hundred_worlds_what_bad_visits_cost_lies_in_its_interval() {
    for (name, heavy, seed) in [("planted", 0.7, 50_000), ("planted, heavy users", 1.2, 60_000)] {
        let found = counted(name, World { heavy, ..PLANTED }, seed, &[(ALL_BAD.0, ALL_BAD.1, -0.006)]);
        assert!((91.5..=98.5).contains(&percent_of(found[0].held, &found[0])), "{found:?}");
        assert_eq!(found[0].gained, 0, "{found:?}");
    }
}

#[test]
#[ignore = "long; run by the step `statistics`"]
fn over_two_hundred_worlds_steps_lie_in_their_intervals() {
    let world = World { effects: [-0.004, -0.006, -0.008], ..PLANTED };
    let questions = [
        (Metric::Ctr, Step::One(VisitQuality::Slow), -0.004),
        (Metric::Ctr, Step::One(VisitQuality::Stalled), -0.006),
        (Metric::Ctr, Step::One(VisitQuality::Failed), -0.008),
        (Metric::Ctr, Step::Growth, -0.002),
    ];
    for found in counted("steps", world, 70_000, &questions) {
        assert!((91.5..=98.5).contains(&percent_of(found.held, &found)), "{found:?}");
    }
}

/// Hosts whose visits go badly in spells.
#[derive(Clone, Copy)]
struct Hosted {
    hosts: usize,
    dates: usize,
    /// Over all 7 dates.
    effect: f64,
    /// What is behind bad visits makes covers draw less on the same date, whatever visits do.
    network: f64,
}

impl Hosted {
    fn days(self, seed: u64) -> PanelDays {
        let mut chance = SeededRng::new(seed, 0);
        let known = dates(self.dates);
        let all: Vec<Date> = known.iter().copied().collect();
        let mut rows = Vec::new();
        for host in 0..self.hosts {
            let name: Arc<str> = format!("host {host}").into();
            let level = 0.06 * (0.2 * chance.normal()).exp();
            let mut behind = chance.normal();
            let mut shares: Vec<f64> = Vec::new();
            for day in &all {
                behind = 0.8 * behind + 0.6 * chance.normal();
                let share = (0.1 * (0.8 * behind + 0.3 * chance.normal()).exp()).min(0.9);
                let before: f64 = shares.iter().rev().take(7).sum::<f64>() * self.effect / 7.0;
                // Off air nobody has a bad visit.
                let is_off_air = chance.uniform() < 0.2;
                shares.push(if is_off_air { 0.0 } else { share });
                if is_off_air {
                    continue;
                }
                let impressions = 1 + u64::from(poisson(&mut chance, 40.0)) * 150;
                let views = impressions / 5;
                let rate = (level + before + 0.003 * chance.normal() - self.network * behind).clamp(0.002, 0.9);
                rows.push(PanelRow {
                    host: Arc::clone(&name),
                    local_date: *day,
                    broadcasts: 1,
                    views,
                    bad_views: chance.binomial(views, share),
                    impressions,
                    clicks: chance.binomial(impressions, rate),
                });
            }
        }
        PanelDays { rows, known, has_hosts: true }
    }

    fn row(self, seed: u64) -> Row {
        let platform = PlatformId::new("tiktok_shop_live");
        let market = MarketId::new("US");
        let of = ViewersOf { platform: &platform, market: &market, as_of: until(self.dates), revision: 1 };
        let chain = Chain { clicks: Some(1000), orders: Some(20) };
        told(&of, None, Some(&self.days(seed)), chain).pop().unwrap()
    }
}

const HOSTED: Hosted = Hosted { hosts: 16, dates: 60, effect: -0.05, network: 0.0 };

#[test]
fn a_loss_on_later_dates_is_found_and_a_network_that_lasts_fires_the_placebo() {
    let planted = HOSTED.row(3);
    assert_eq!(planted.finding(), Finding::Loss, "{planted:?}");
    let effect = planted.effect.unwrap();
    assert!((effect.value + 0.05).abs() < 4.0 * effect.standard_error, "{effect:?}");
    let loss = planted.told_loss().unwrap();
    assert!(loss.dates == 28 && loss.clicks[1] <= loss.clicks[0] && loss.clicks[0] <= loss.clicks[2], "{loss:?}");
    assert!(words::reason(&planted, 1).en.contains("orders ("), "{:?}", words::reason(&planted, 1));
    let network = Hosted { effect: 0.0, network: 0.008, hosts: 30, dates: 90 }.row(4);
    assert_eq!(network.finding(), Finding::PlaceboFired, "{network:?}");
    assert_eq!(network.told_loss(), None);
    assert!(words::reason(&network, 1).en.starts_with("No effect is claimed"));
}

#[test]
fn few_hosts_and_days_without_anything_say_why_nothing_is_told() {
    let few = Hosted { hosts: 5, ..HOSTED }.row(5);
    assert_eq!(few.finding(), Finding::TooFew);
    let platform = PlatformId::new("tiktok_shop_live");
    let market = MarketId::new("US");
    let of = ViewersOf { platform: &platform, market: &market, as_of: until(DAYS), revision: 1 };
    let rows = told(&of, None, None, Chain::default());
    assert!(rows.iter().all(|row| row.finding() == Finding::NoData));
    let reasons: Vec<String> = rows.iter().map(|row| words::reason(row, 0).en).collect();
    assert!(reasons[0].contains("`returning` is not set") && reasons[1].contains("not known how visits went"));
    let unwatched = KnownDates { published: dates(DAYS), ..KnownDates::default() };
    let unwatched = ViewerDays::new(date(2026, 10, 27), until(DAYS), &unwatched);
    let early = KnownDates { published: dates(20), watched: dates(20) };
    let early = ViewerDays::new(date(2026, 10, 27), until(20), &early);
    for (days, reason) in [(unwatched, "not known how viewers' visits went"), (early, "Too early")] {
        let rows = told(&of, Some(&days), None, Chain::default());
        assert!(words::reason(&rows[0], 0).en.contains(reason), "{}", words::reason(&rows[0], 0).en);
    }
}

#[test]
fn it_is_rendered_as_declared() {
    let platform = PlatformId::new("tiktok_shop_live");
    let market = MarketId::new("US");
    let of = ViewersOf { platform: &platform, market: &market, as_of: until(DAYS), revision: 1 };
    let days = World { viewers: 3_000, ..PLANTED }.days(6);
    let panel = HOSTED.days(6);
    let chain = Chain { clicks: Some(1000), orders: None };
    // Of both metrics all bad, three steps and what a step more does; and the panel.
    assert_eq!(quality_effect(&of, Some(&days), Some(&panel), chain).unwrap().rows, 2 * 5 + 1);
    assert_eq!(quality_effect(&of, None, None, chain).unwrap().rows, 2);
    let frame = table(&of, Some(&days), Some(&panel), chain).unwrap();
    let number = |name: &str, at: usize| frame.column(name).unwrap().f64().unwrap().get(at);
    let exposed = number(c::EXPOSED_IMPRESSIONS, 0).unwrap();
    let lost = number(c::CLICKS_LOST, 0).unwrap();
    assert!((lost + number(c::EFFECT, 0).unwrap() * exposed).abs() < 1e-6 * lost.abs());
    assert_eq!(number(c::ORDERS_LOST, 0), None, "orders are not known");
    let by_step: f64 = (1..4).map(|at| number(c::EXPOSED_IMPRESSIONS, at).unwrap()).sum();
    assert!((by_step - exposed).abs() < 1e-6);
}

#[test]
#[ignore = "long; run by the step `statistics`"]
fn over_two_hundred_panels_a_loss_is_found_and_a_network_that_lasts_is_not_sold_as_one() {
    const WORLDS: u64 = 300;
    for (name, hosted, seed) in [
        ("nothing", Hosted { effect: 0.0, ..HOSTED }, 1_000),
        ("planted", HOSTED, 2_000),
        ("planted, 8 hosts", Hosted { hosts: 8, ..HOSTED }, 3_000),
        ("network", Hosted { effect: 0.0, network: 0.004, ..HOSTED }, 4_000),
        ("network, 40 hosts", Hosted { effect: 0.0, network: 0.004, hosts: 40, ..HOSTED }, 5_000),
    ] {
        let [mut held, mut claimed, mut wrong, mut fired] = [0_u32; 4];
        for number in 0..WORLDS {
            let row = hosted.row(seed + number);
            let bounds = interval(&row.effect.unwrap());
            held += u32::from(bounds.low <= hosted.effect && hosted.effect <= bounds.high);
            claimed += u32::from(row.finding() == Finding::Loss);
            wrong += u32::from(row.finding() == Finding::Gain);
            fired += u32::from(row.finding() == Finding::PlaceboFired);
        }
        let share = |count: u32| 100.0 * f64::from(count) / 300.0;
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
            share(held),
            share(claimed),
            share(wrong),
            share(fired)
        );
        assert!(share(wrong) <= 5.0);
        assert!(if hosted.effect < 0.0 { share(held) >= 92.0 } else { share(claimed) <= 5.0 });
    }
}
