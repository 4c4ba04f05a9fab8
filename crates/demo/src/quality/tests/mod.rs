//! The truths are in what is drawn, found again from the rows alone.

mod exports;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::crowd::{Crowd, has_bad_network};
use super::weight_of;
use crate::audience::Audience;
use crate::calendar::Calendar;
use crate::plan::{self, Broadcast};
use crate::platform::PLATFORMS_WITH_HOSTS;
use crate::random::SeededRng;
use crate::row::Event;
use crate::truth::{CLICKBAIT, FADING, STREAMS};
use crate::world::{COVERS, MARKETS};
use crate::{Demo, LAST_DATE};

const SEED: u64 = 1;
const DAYS: u16 = 84;

/// The instants of one half hour are on one local date in every market.
const HALF_HOUR_MS: i64 = 30 * 60 * 1000;

/// A viewer, by the market and the number.
type Who = (usize, u32);

/// A display of a cover.
struct Display {
    who: Who,
    audience: Audience,
    date: Date,
    clicked: bool,
}

/// What was to be seen of twelve weeks.
#[derive(Default)]
struct Weeks {
    displays: Vec<Display>,
    /// The dates of bad views.
    bad: HashMap<Who, BTreeSet<Date>>,
    /// The dates of views, and whether each was bad.
    views: Vec<(Who, Date, bool)>,
    /// Dates of entries by the bait.
    baited: HashMap<Who, BTreeSet<Date>>,
    audiences: HashMap<Who, Audience>,
    /// Broadcasts that had the bait.
    baiting: BTreeSet<u64>,
}

/// Local dates, found in another way than the demo finds them.
struct Dates {
    zones: Vec<TimeZone>,
    known: HashMap<(usize, i64), Date>,
}

impl Dates {
    fn new() -> Self {
        let zones = MARKETS.iter().map(|market| TimeZone::get(market.zone).unwrap()).collect();
        Self { zones, known: HashMap::new() }
    }

    fn at(&mut self, market: usize, at_ms: i64) -> Date {
        let half_hour = at_ms.div_euclid(HALF_HOUR_MS);
        let zone = &self.zones[market];
        *self.known.entry((market, half_hour)).or_insert_with(|| {
            let wall = zone.to_datetime(Timestamp::from_millisecond(half_hour * HALF_HOUR_MS).unwrap());
            wall.checked_sub(MARKETS[market].day_starts_at.hours()).unwrap().date()
        })
    }
}

fn broadcasts() -> Vec<Broadcast> {
    let calendar = Calendar::ending(LAST_DATE, DAYS).unwrap();
    let mut list = plan::broadcasts(SEED, &calendar, &PLATFORMS_WITH_HOSTS, true).unwrap();
    list.retain(|made| made.platform.name == STREAMS.platform);
    list
}

/// Twelve weeks with about so many visits.
fn weeks(visits: u64) -> Weeks {
    let list = broadcasts();
    let calendar = Calendar::ending(LAST_DATE, DAYS).unwrap();
    let demo = Demo { quality: true, ..Demo::default() };
    let mut crowd = Crowd::new(SEED, visits * 4, DAYS, &calendar).unwrap();
    let (mut weeks, mut dates) = (Weeks::default(), (Dates::new(), Dates::new()));
    let all: u64 = list.iter().map(|made| weight_of(&demo, made)).sum();
    for made in &list {
        let market = made.market;
        let Weeks { displays, bad, views, baited, audiences, baiting } = &mut weeks;
        let mut rng = SeededRng::new(SEED, made.number);
        let arrivals = visits * weight_of(&demo, made) / all;
        crowd
            .attend(
                made,
                arrivals,
                &mut rng,
                &mut |row, _| {
                    let (who, date) = ((market, row.viewer), dates.0.at(market, row.occurred_at_ms));
                    if row.event == Event::Impression && COVERS[row.cover].id != FADING.cover {
                        displays.push(Display { who, audience: row.audience, date, clicked: row.clicked });
                    }
                    if row.event == Event::Entry && COVERS[row.cover].id == CLICKBAIT.cover {
                        baited.entry(who).or_default().insert(date);
                    }
                    audiences.insert(who, row.audience);
                    if COVERS[row.cover].id == CLICKBAIT.cover {
                        baiting.insert(made.number);
                    }
                    Ok(())
                },
                &mut |seen, _| {
                    let (who, date) = ((market, seen.viewer), dates.1.at(market, seen.at_ms));
                    let is_bad = seen.view.quality.is_bad();
                    if is_bad {
                        bad.entry(who).or_default().insert(date);
                    }
                    views.push((who, date, is_bad));
                    Ok(())
                },
            )
            .unwrap();
    }
    weeks
}

/// A slope, and its standard error.
#[derive(Default, Clone, Copy)]
struct Slope {
    value: f64,
    error: f64,
    rows: f64,
}

/// Sums of one stratum: rows, x, x², y, xy.
type Sums = [f64; 5];

/// By how much y grows with x within strata.
fn slope<'s>(strata: impl Iterator<Item = &'s Sums>) -> Slope {
    let (mut across, mut spread, mut ones, mut rows) = (0.0, 0.0, 0.0, 0.0);
    for [count, x, xx, y, xy] in strata {
        across += xy - x * y / count;
        spread += xx - x * x / count;
        ones += y;
        rows += count;
    }
    let mean = ones / rows;
    Slope { value: across / spread, error: (mean * (1.0 - mean) / spread).sqrt(), rows }
}

/// Displays from the second week on, by market, and within it by network and audience: clicks after bad visits, less those of others.
fn losses(weeks: &Weeks) -> Vec<Slope> {
    let from = LAST_DATE.checked_sub((i64::from(DAYS) - 8).days()).unwrap();
    let mut strata: BTreeMap<(usize, bool, u32), Sums> = BTreeMap::new();
    for Display { who, audience, date, clicked } in &weeks.displays {
        if *date < from {
            continue;
        }
        let first = date.checked_sub(i64::from(STREAMS.days).days()).unwrap();
        let is_after_bad = weeks.bad.get(who).is_some_and(|bad| bad.range(first..*date).next().is_some());
        let (x, y) = (f64::from(u8::from(is_after_bad)), f64::from(u8::from(*clicked)));
        let sums = strata.entry((who.0, has_bad_network(SEED, who.1), audience.number())).or_default();
        for (sum, more) in sums.iter_mut().zip([1.0, x, x * x, y, x * y]) {
            *sum += more;
        }
    }
    (0..MARKETS.len())
        .map(|market| slope(strata.iter().filter(|(key, _)| key.0 == market).map(|(_, sums)| sums)))
        .collect()
}

#[test]
fn a_bad_stream_costs_what_the_truth_says_and_nothing_where_it_does_not() {
    let weeks = weeks(600_000);
    for (market, found) in MARKETS.iter().zip(losses(&weeks)) {
        let truth = -STREAMS.loss_in(market.code);
        println!("{}: {:.5} ± {:.5} in {} displays", market.code, found.value, found.error, found.rows);
        assert!((found.value - truth).abs() < 3.0 * found.error, "{}: {} for {truth}", market.code, found.value);
        let is_named = STREAMS.markets.contains(&market.code) || STREAMS.spared == market.code;
        assert!(!is_named || found.error < STREAMS.loss / 5.0, "{}: {}", market.code, found.error);
    }
    let bad = weeks.views.iter().filter(|(_, _, is_bad)| *is_bad).count();
    assert!((11..=13).contains(&(bad * 100 / weeks.views.len())), "{bad} of {}", weeks.views.len());
}

#[test]
fn who_has_a_bad_network_clicks_less_whatever_they_met() {
    let weeks = weeks(150_000);
    let spared = MARKETS.iter().position(|market| market.code == STREAMS.spared).unwrap();
    let mut clicks = [[0_u32; 2]; 2];
    for display in weeks.displays.iter().filter(|display| display.who.0 == spared) {
        let sums = &mut clicks[usize::from(has_bad_network(SEED, display.who.1))];
        sums[0] += 1;
        sums[1] += u32::from(display.clicked);
    }
    let [good, bad] = clicks.map(|[displays, clicks]| f64::from(clicks) / f64::from(displays));
    let ratio = bad / good;
    assert!((ratio - STREAMS.network.clicks).abs() < 0.06, "{ratio}");
    let share = f64::from(clicks[1][0]) / f64::from(clicks[0][0] + clicks[1][0]);
    assert!((share - STREAMS.network.share).abs() < 0.04, "{share}");
}

/// Visits per viewer and day of those who entered by the bait within the days before, to those of others of the same audience on the
/// same date (Mantel–Haenszel), and the standard error of its logarithm.
fn comes(weeks: &Weeks, is_here: impl Fn(usize) -> bool) -> (f64, f64) {
    let first = LAST_DATE.checked_sub((i64::from(DAYS) - 1).days()).unwrap();
    let is_baited = |who: &Who, date: Date| {
        let from = date.checked_sub(i64::from(CLICKBAIT.days).days()).unwrap();
        weeks.baited.get(who).is_some_and(|dates| dates.range(from..date).next().is_some())
    };
    // By market, date and audience: visits and viewers, with bait and without.
    let mut strata: BTreeMap<(usize, Date, u32), [[f64; 2]; 2]> = BTreeMap::new();
    for (who, audience) in weeks.audiences.iter().filter(|(who, _)| is_here(who.0)) {
        for date in first.series(1.day()).take_while(|date| *date <= LAST_DATE) {
            strata.entry((who.0, date, audience.number())).or_default()[usize::from(is_baited(who, date))][1] +=
                1.0;
        }
    }
    for (who, date, _) in weeks.views.iter().filter(|(who, ..)| is_here(who.0)) {
        if let Some(cells) = strata.get_mut(&(who.0, *date, weeks.audiences[who].number())) {
            cells[usize::from(is_baited(who, *date))][0] += 1.0;
        }
    }
    let (mut above, mut below, mut visits) = (0.0, 0.0, [0.0, 0.0]);
    for [[visits_else, viewers_else], [visits_baited, viewers_baited]] in strata.into_values() {
        let viewers = viewers_else + viewers_baited;
        above += visits_baited * viewers_else / viewers;
        below += visits_else * viewers_baited / viewers;
        visits = [visits[0] + visits_else, visits[1] + visits_baited];
    }
    (above / below, visits.map(|count| 1.0 / count).iter().sum::<f64>().sqrt())
}

#[test]
fn who_entered_by_the_bait_comes_half_as_often() {
    let weeks = weeks(600_000);
    let is_bait = |market: usize| CLICKBAIT.markets.contains(&MARKETS[market].code);
    let (here, error) = comes(&weeks, is_bait);
    let (elsewhere, error_elsewhere) = comes(&weeks, |market| !is_bait(market));
    println!("{here:.4} ± {error:.4}, elsewhere {elsewhere:.4} ± {error_elsewhere:.4}");
    assert!((here / CLICKBAIT.comes - 1.0).abs() < 3.0 * error && error < 0.02, "{here} ± {error}");
    assert!((elsewhere - 1.0).abs() < 3.0 * error_elsewhere && error_elsewhere < 0.02, "{elsewhere}");
}

#[test]
fn the_bait_is_in_some_broadcasts() {
    let (weeks, list) = (weeks(60_000), broadcasts());
    for code in CLICKBAIT.markets {
        let here: Vec<&Broadcast> = list.iter().filter(|made| MARKETS[made.market].code == code).collect();
        let baiting = here.iter().filter(|made| weeks.baiting.contains(&made.number)).count();
        assert!((here.len() / 20..here.len() / 5).contains(&baiting), "{code}: {baiting} of {}", here.len());
    }
}

#[test]
fn broadcasts_of_a_market_follow_each_other_and_hosts_last() {
    let list = broadcasts();
    for (market, code) in MARKETS.iter().map(|market| market.code).enumerate() {
        let here: Vec<&Broadcast> = list.iter().filter(|made| made.market == market).collect();
        assert!(here.windows(2).all(|pair| pair[0].ends_at_ms <= pair[1].starts_at_ms), "{code}");
        let hosts: BTreeSet<&str> = here.iter().map(|made| &*made.host).collect();
        assert!((2..=3).contains(&hosts.len()), "{code}: {hosts:?}");
        for host in hosts {
            let dates = here.iter().filter(|made| made.host == host).map(|made| made.local_date);
            assert!(dates.collect::<BTreeSet<Date>>().len() > usize::from(DAYS) / 5, "{host}");
        }
    }
}
