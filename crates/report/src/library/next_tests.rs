//! `next_tests`: the five comparisons that are worth most.
//!
//! A test is worth what knowing its answer would bring: the expected value of perfect information (Raiffa and Schlaifer
//! 1961), with what is believed of the difference now, times the traffic that the better one would have.

use std::collections::BTreeSet;

use jiff::civil::Date;
use polars::prelude::*;

use super::fatigue::Fatigue;
use super::kinds::{Kind, Sort};
use super::recent::HORIZON_DAYS;
use super::types::{ALL, Finding, Found, Scope};
use super::{LibraryRules, PlaceMonths};
use crate::cells::dates;
use crate::decision_context::{Words, counted, floats, texts, wholes};
use crate::power::power;
use coverledger_config::{Assignment, Design, Experiment, Guardrails, Split, Value};
use coverledger_core::model::columns as c;
use coverledger_stats::{FEWEST_CLUSTERS, Pooled, Pooling, normal_cdf};

/// How many are proposed.
const PROPOSED: usize = 5;
/// What is believed beforehand of how far covers of a place lie apart, in logarithms.
const BETWEEN_COVERS: f64 = 0.25;
/// A measure is high or low from here on, in standard deviations.
const APART: f64 = 0.5;
/// Differences that a test is planned for lie between these.
const SMALLEST: f64 = 0.01;
const GREATEST: f64 = 1.0;

/// A comparison that is worth testing.
#[derive(Debug, Clone)]
pub(super) struct Test {
    place: usize,
    cover: usize,
    against: usize,
    /// The number of the kind; `None` of two covers.
    kind: Option<usize>,
    /// What is believed of the logarithm of the ratio.
    believed: Pooled,
    gain: f64,
    broadcasts: Option<u32>,
}

/// The five that are worth most, of each place one of two covers and one of a kind.
pub(super) fn proposed(places: &[&PlaceMonths], found: &Found, rules: &LibraryRules<'_>) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let Some(standing) = Standing::of(place) else { continue };
        let tested: Vec<BTreeSet<&str>> = rules
            .experiments
            .values()
            .filter(|test| test.platforms.contains(&place.platform) && test.markets.contains(&place.market))
            .map(|test| test.covers.iter().map(String::as_str).collect())
            .collect();
        tests.extend(standing.of_covers(number, &tested));
        tests.extend(standing.of_kinds(number, &tested, found));
    }
    tests.sort_by(|one, other| {
        let key = |test: &Test| (test.place, test.kind, test.cover);
        other.gain.total_cmp(&one.gain).then(key(one).cmp(&key(other)))
    });
    tests.truncate(PROPOSED);
    for test in &mut tests {
        test.broadcasts = needed(places[test.place], test);
    }
    tests
}

/// How the covers of a place stand.
struct Standing<'a> {
    place: &'a PlaceMonths,
    /// Covers and what is believed of the logarithm of their strength, those that fade left out.
    covers: Vec<(usize, Pooled)>,
    /// The one that was on air lately and is believed to be best: its place in `covers`.
    best: usize,
}

impl<'a> Standing<'a> {
    /// `None` where nothing was on air lately, or there are no two covers to compare.
    fn of(place: &'a PlaceMonths) -> Option<Self> {
        let effects = &place.kinds.first()?.covers;
        // Covers that are not linked cannot be compared.
        let mut groups: Vec<usize> = effects.iter().map(|effect| effect.group).collect();
        groups.sort_unstable();
        let largest = groups
            .iter()
            .max_by_key(|group| (groups.iter().filter(|other| other == group).count(), usize::MAX - **group))?;
        let fades = |cover: usize| {
            let name = &place.covers[cover];
            let mut lines = place.lines.iter().filter(|line| !line.is_family && line.slot.is_none());
            let fatigue = lines.find(|line| line.name == *name).and_then(|line| line.fatigue.as_ref());
            fatigue.and_then(Fatigue::interval).is_some_and(|interval| interval.high < 0.0)
        };
        let effects: Vec<_> =
            effects.iter().filter(|effect| effect.group == *largest && effect.error > 0.0).collect();
        let estimates: Vec<(f64, f64)> = effects.iter().map(|effect| (effect.value, effect.error)).collect();
        let pooling = Pooling::of(&estimates, BETWEEN_COVERS)?;
        let covers: Vec<(usize, Pooled)> = effects
            .iter()
            .enumerate()
            .map(|(at, effect)| (effect.cover, pooling.place(at)))
            .filter(|(cover, _)| !fades(*cover))
            .collect();
        let lately = (0..covers.len()).filter(|at| place.recent.covers.contains(&covers[*at].0));
        let best = lately
            .max_by(|one, other| covers[*one].1.value.total_cmp(&covers[*other].1.value).then(other.cmp(one)))?;
        Some(Self { place, covers, best })
    }

    /// What knowing whether a ratio is above or below 1 is worth over the horizon.
    fn gain(&self, believed: Pooled, of: f64) -> f64 {
        let recent = &self.place.recent;
        information(believed.value, believed.standard_error)
            * recent.impressions_per_day
            * recent.rate
            * of.exp()
            * f64::from(HORIZON_DAYS)
    }

    fn name(&self, cover: usize) -> &str {
        &self.place.covers[cover]
    }

    /// The best one against the other whose test is worth most.
    fn of_covers(&self, place: usize, tested: &[BTreeSet<&str>]) -> Option<Test> {
        let (against, best) = self.covers[self.best];
        let tests = self.covers.iter().filter(|(cover, _)| {
            let both = [self.name(*cover), self.name(against)];
            *cover != against && !tested.iter().any(|covers| both.iter().all(|cover| covers.contains(cover)))
        });
        let tests = tests.map(|(cover, its)| {
            let believed = Pooled {
                value: its.value - best.value,
                standard_error: its.standard_error.hypot(best.standard_error),
                borrowed: its.borrowed,
            };
            let gain = self.gain(believed, best.value);
            Test { place, cover: *cover, against, kind: None, believed, gain, broadcasts: None }
        });
        tests.max_by(|one, other| one.gain.total_cmp(&other.gain).then(other.cover.cmp(&one.cover)))
    }

    /// The kind whose test is worth most, by the best covers with it and without.
    fn of_kinds(&self, place: usize, tested: &[BTreeSet<&str>], found: &Found) -> Option<Test> {
        // What is told of the market is told of its platforms.
        let market = found.markets.iter().position(|market| *market == self.place.market).map(Scope::Market);
        let told: BTreeSet<usize> = found
            .rows
            .iter()
            .filter(|row| row.is_whole() && (Some(row.scope) == market || row.scope == Scope::Place(place)))
            .filter(|row| row.finding() == Finding::Difference)
            .map(|row| row.kind)
            .collect();
        let rows = found
            .rows
            .iter()
            .filter(|row| row.scope == Scope::Place(place) && row.is_whole() && !told.contains(&row.kind));
        let tests = rows.filter_map(|row| {
            let kind = &found.kinds[row.kind];
            let is_tested = |covers: &BTreeSet<&str>| {
                let sides: BTreeSet<bool> = covers.iter().filter_map(|cover| side(kind, cover)).collect();
                sides.len() > 1
            };
            if tested.iter().any(is_tested) {
                return None;
            }
            let best = |with: bool| {
                let of_side = self.covers.iter().filter(|(cover, _)| side(kind, self.name(*cover)) == Some(with));
                of_side.max_by(|one, other| one.1.value.total_cmp(&other.1.value).then(other.0.cmp(&one.0)))
            };
            let ((cover, _), (against, _)) = (best(true)?, best(false)?);
            let believed = row.pooled?;
            let gain = self.gain(believed, 0.0);
            let kind = Some(row.kind);
            Some(Test { place, cover: *cover, against: *against, kind, believed, gain, broadcasts: None })
        });
        tests.max_by(|one, other| one.gain.total_cmp(&other.gain).then(other.kind.cmp(&one.kind)))
    }
}

/// Whether a cover is of the kind or its opposite; `None` where it is neither, or not known.
fn side(kind: &Kind, cover: &str) -> Option<bool> {
    let property = *kind.covers.get(cover)?;
    match kind.sort {
        Sort::Tag(_) => Some(property > 0.5),
        Sort::Measure { .. } if property >= APART => Some(true),
        Sort::Measure { .. } if property <= -APART => Some(false),
        Sort::Measure { .. } => None,
    }
}

/// By how much the better of two is better than the one that looks better, on average: E max(d, 0) − max(E d, 0) of a normal
/// d with this mean and error.
fn information(mean: f64, error: f64) -> f64 {
    if error <= 0.0 {
        return 0.0;
    }
    let z = mean.abs() / error;
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (error * (density - z * normal_cdf(-z))).max(0.0)
}

/// How many broadcasts a split takes to find the likely difference four times in five, judging by the last four weeks.
fn needed(place: &PlaceMonths, test: &Test) -> Option<u32> {
    let history = place.recent.history.as_ref()?;
    let broadcasts: BTreeSet<usize> = history.rows.iter().map(|row| row.broadcast).collect();
    let planned = u32::try_from(broadcasts.len().max(FEWEST_CLUSTERS)).ok()?;
    let likely = test.believed.value.abs().max(test.believed.standard_error).exp_m1();
    let experiment = Experiment {
        platforms: BTreeSet::from([place.platform.clone()]),
        markets: BTreeSet::from([place.market.clone()]),
        covers: [test.against, test.cover].map(|cover| place.covers[cover].clone()).to_vec(),
        control: 0,
        from: history.since,
        to: history.until,
        stopped: None,
        level: 0.05,
        worth: likely.clamp(SMALLEST, GREATEST),
        value: Value { orders: 1.0, retained_minutes: 0.0 },
        guardrails: Guardrails { stay: None, orders: None, conversion: None, revisits: None },
        imbalance: 0.001,
        design: Design::Split(Split {
            shares: vec![0.5, 0.5],
            broadcasts: planned,
            assignment: Assignment::Broadcast,
        }),
    };
    power(history, &experiment, &[], None)?.needed
}

/// Renders the table.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn next_tests(
    places: &[&PlaceMonths],
    (found, tests): (&Found, &[Test]),
    as_of: Date,
    revision: u64,
) -> PolarsResult<DataFrame> {
    let of = |test: &Test| places[test.place];
    let cover = |test: &Test, cover: usize| Some(of(test).covers[cover].clone());
    let ratio = |log: f64| Some(log.exp());
    let ranks: Vec<usize> = (1..=tests.len()).collect();
    let words: Vec<Words> = tests.iter().map(|test| reason(of(test), found, test)).collect();
    let table = vec![
        dates(c::AS_OF, vec![Some(as_of); tests.len()]),
        texts(c::PLATFORM, tests, |test| Some(of(test).platform.as_str().to_owned())),
        texts(c::MARKET, tests, |test| Some(of(test).market.as_str().to_owned())),
        wholes(c::RANK, &ranks, |rank| Some(*rank)),
        texts(c::SLOT, tests, |_| Some(ALL.to_owned())),
        texts(c::ABOUT, tests, |test| Some(if test.kind.is_some() { "kind" } else { "covers" }.to_owned())),
        texts(c::COVER_ID, tests, |test| cover(test, test.cover)),
        texts(c::AGAINST_COVER_ID, tests, |test| cover(test, test.against)),
        texts(c::KIND, tests, |test| Some(found.kinds[test.kind?].name.clone())),
        texts(c::VALUE, tests, |test| Some(found.kinds[test.kind?].value().to_owned())),
        texts(c::METRIC, tests, |test| Some(of(test).metric?.name.to_owned())),
        floats(c::RATIO, tests, |test| ratio(test.believed.value)),
        floats(&c::low(c::RATIO), tests, |test| ratio(test.believed.interval().low)),
        floats(&c::high(c::RATIO), tests, |test| ratio(test.believed.interval().high)),
        floats(c::EXPECTED_GAIN, tests, |test| Some(test.gain)),
        wholes(c::HORIZON_DAYS, tests, |_| usize::try_from(HORIZON_DAYS).ok()),
        floats(c::IMPRESSIONS_PER_DAY, tests, |test| Some(of(test).recent.impressions_per_day)),
        wholes(c::BROADCASTS_NEEDED, tests, |test| {
            test.broadcasts.and_then(|needed| usize::try_from(needed).ok())
        }),
        texts(c::REASON_EN, &words, |words| Some(words.en.clone())),
        texts(c::REASON_ZH, &words, |words| Some(words.zh.clone())),
        wholes(c::REVISION, tests, |_| usize::try_from(revision).ok()),
    ];
    DataFrame::new(tests.len(), table)
}

fn reason(place: &PlaceMonths, found: &Found, test: &Test) -> Words {
    let [cover, against] = [test.cover, test.against].map(|cover| &place.covers[cover]);
    let [ratio, low, high] =
        [test.believed.value, test.believed.interval().low, test.believed.interval().high].map(f64::exp);
    let subject = match test.kind.map(|kind| &found.kinds[kind]) {
        None => Words::new(
            format!("`{cover}` may draw {ratio:.2} times what `{against}` draws ({low:.2} to {high:.2})."),
            format!("`{cover}` 的吸引力可能是 `{against}` 的 {ratio:.2} 倍（{low:.2} 至 {high:.2}）。"),
        ),
        Some(kind) => {
            let (name, value) = (&kind.name, kind.value());
            Words::new(
                format!(
                    "Covers with `{name}` `{value}` may draw {ratio:.2} times what others draw ({low:.2} to {high:.2}); \
                     `{cover}` against `{against}` is one pair, and a kind is settled by several."
                ),
                format!(
                    "`{name}` 为 `{value}` 的封面可能是其他封面的 {ratio:.2} 倍（{low:.2} 至 {high:.2}）；`{cover}` 对 `{against}` \
                     只是一对，要判断一类封面需要多对。"
                ),
            )
        }
    };
    let what = place.metric.map_or(("successes", "次成功"), |metric| match metric.name {
        c::CTR => ("clicks", "次点击"),
        _ => ("entrants", "位进房观众"),
    });
    let (gain, traffic) = (test.gain, place.recent.impressions_per_day);
    let worth = Words::new(
        format!(
            "Knowing which is better is worth about {gain:.0} {} in {HORIZON_DAYS} days at {traffic:.0} impressions a day.",
            what.0
        ),
        format!("按每天 {traffic:.0} 次曝光，知道哪个更好在 {HORIZON_DAYS} 天内约值 {gain:.0} {}。", what.1),
    );
    let takes = match test.broadcasts {
        Some(broadcasts) => {
            let broadcasts = usize::try_from(broadcasts).unwrap_or(usize::MAX);
            Words::new(
                format!(
                    "A split takes about {} to find such a difference four times in five.",
                    counted(broadcasts, "broadcast")
                ),
                format!("分流测试约需 {broadcasts} 场直播，才能以五次中四次的把握发现这样的差异。"),
            )
        }
        None => Words::new(
            "The last four weeks do not tell how many broadcasts a test takes.",
            "最近四周的数据不足以判断测试需要多少场直播。",
        ),
    };
    let believed = Words::new(
        "What is believed was not randomized: that is why it is worth a test.",
        "目前的判断未随机分配，因此值得测试。",
    );
    subject.then(&worth).then(&takes).then(&believed)
}
