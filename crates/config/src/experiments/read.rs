//! Reads an experiment, and refuses turns that a platform or a market's slots cannot tell apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::burn_in::default_seconds;
use super::{Assignment, Design, Experiment, Guardrail, Guardrails, Rotation, Split, TurnSchedule, Value};
use crate::counting::{Period, PeriodEnd};
use crate::cursor::Cursor;
use crate::names::known_names;
use crate::quantity::duration_seconds;
use crate::registry::{
    Day, Duration, Keys, Maybe, Number, Or, Part, Required, Shape, Text, Whole, Words, form, keys, maybe, or,
    required,
};
use crate::{Market, Platform, Rows};
use coverledger_core::model::{MarketId, PlatformId};

const LIST: &str = "a list such as `[a, b]`";

/// Who sees which cover, before the rest of it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DesignWord {
    Rotation,
    Split,
}

keys! {
    /// An experiment.
    file ExperimentKeys("experiments", "an experiment") {
        design: Required<Words<DesignWord>> = required(
            "`rotation` or `split`",
            Words("a design", &[("rotation", DesignWord::Rotation), ("split", DesignWord::Split)]),
            "who sees which cover",
        ),
        platforms: Required<Part> = required(
            LIST, Part(Shape::list(Shape::Text).called("list")),
            "platforms by name; for a rotation each must say what happened within parts of a day",
        ),
        markets: Required<Part> = required(LIST, Part(Shape::list(Shape::Text).called("list")), "markets by name"),
        covers: Required<Part> = required(
            "two to five covers, such as `[a, b, c]`",
            Part(Shape::List(Box::new(Shape::Text), 2, Some(5)).called("list")), "two to five covers",
        ),
        control: Maybe<Part> = maybe(
            "the first", Part(Shape::Text.called("cover")), "the cover that the others are held against",
        ),
        window: Required<Part> = required(
            "local dates such as `{from: 2026-11-09, to: 2026-11-22}`", Part(Shape::section::<WindowKeys<'_>>()),
            "local dates, both ends included, at most 60 days",
        ),
        stopped: Maybe<ExperimentDay> = maybe(
            "never", ExperimentDay,
            "the last local date that counts where the test was stopped by hand, within the window; neither the schedule nor its hash changes",
        ),
        level: Or<Number> = or(
            "0.05", Number("a level", 0.001, 0.2, "0.001 to 0.2, such as 0.05"),
            "how often a test of nothing may have a winner, in a market of a platform",
        ),
        worth: Or<Number> = or(
            "0.05", Number("a gain", 0.001, 1.0, "0.001 to 1, such as 0.05"), "the smallest relative gain worth having",
        ),
        value: Maybe<Part> = maybe(
            "one order", Part(Shape::section::<ValueKeys<'_>>()), "what an impression is worth",
        ),
        guardrails: Or<Part> = or(
            "{}", Part(Shape::section::<GuardrailKeys<'_>>()), "what a cover may not cost",
        ),
        imbalance: Or<Number> = or(
            "0.001", Number("a level", 0.000_001, 0.1, "0.000001 to 0.1, such as 0.001"),
            "from which p value on exposures count as uneven",
        ),
        rotation: Maybe<Part> = maybe(
            "required by a rotation", Part(Shape::section::<RotationKeys<'_>>()), "the turns",
        ),
        split: Maybe<Part> = maybe("required by a split", Part(Shape::section::<SplitKeys<'_>>()), "the lots"),
    }
}

keys! {
    /// From when to when.
    section WindowKeys("a window", "a window") {
        from: Required<ExperimentDay> = required("a day such as `2026-11-09`", ExperimentDay, "the first local date"),
        to: Required<ExperimentDay> = required("a day such as `2026-11-09`", ExperimentDay, "the last local date"),
    }
}

form! {
    /// A date.
    ExperimentDay, Day.shape().called("date"), Date, day
}

const WEIGHT: Number = Number("a weight", 0.0, 1_000_000.0, "0 to 1,000,000, such as 1");

keys! {
    /// What a cover is chosen by.
    section ValueKeys("a value", "what a cover is chosen by") {
        orders: Or<Number> = or("0", WEIGHT, "what an order is worth"),
        retained_minutes: Or<Number> = or("0", WEIGHT, "what a minute is worth that a viewer stayed"),
    }
}

keys! {
    /// What a cover may not cost.
    section GuardrailKeys("guardrails", "guardrails") {
        stay: Or<Tolerance> = or(
            "0.1", Tolerance,
            "tolerated relative loss of stays, per impression of a split, per hour on air of a rotation; where it is written here no cover wins before it is shown to hold, else it bars a cover that looks as if it broke it",
        ),
        orders: Maybe<Tolerance> = maybe(
            "off where orders alone are of value, else 0.1", Tolerance, "the same of orders",
        ),
        conversion: Or<Tolerance> = or(
            "off", Tolerance,
            "the same of orders ÷ entrants; a cover that draws more viewers may lower it at no loss",
        ),
        revisits: Or<Tolerance> = or(
            "off", Tolerance,
            "the same of entrants who come back within 7 local dates ÷ entrants; of a split, over a window of 9 local dates or more, and where `returning` is set in `archive.yaml`",
        ),
    }
}

form! {
    /// A relative loss that is put up with, or `off`.
    Tolerance, Shape::AnyOf(vec![Shape::Number(0.0, 1.0), Shape::Words(vec!["off"])]), Option<f64>, tolerance
}

keys! {
    /// How turns are made.
    section RotationKeys("a rotation", "a rotation") {
        turn: Required<Duration> = required(
            "how long a turn is, such as `30m`", Duration("5m", "24h"),
            "how long a turn is; slots divide into turns evenly, and turns begin where a platform's counts do",
        ),
        burn_in: Maybe<Part> = maybe(
            "a sixth of the turn, `1m` at least and `10m` at most, rounded down to what the platforms' counts tell apart; `0m` for a schedule that was recorded when that was the default",
            Part(Shape::Duration("0m", "24h").called("duration, less than a turn")),
            "how much of a turn does not count where the cover has changed, since viewers may still have seen the one before",
        ),
        seed: Required<Whole<u64>> = required(
            "a whole number, such as 20261109", Whole::new("a seed", 0, i64::MAX), "what draws the schedule",
        ),
        sha256: Maybe<Text> = maybe(
            "none", Text("a hash", "64 hex digits"),
            "the hash of the schedule, 64 hex digits, as `plan-test --write` records it; where it no longer fits, the file, a market's slots or its time zone have changed since, and the configuration is refused",
        ),
    }
}

keys! {
    /// How viewers are shared out.
    section SplitKeys("a split", "a split") {
        shares: Maybe<Part> = maybe(
            "equal", Part(Shape::Entries(Box::new(Shape::Number(0.001, 1000.0))).called("numbers by cover")),
            "how viewers are shared out; they need not add up to 1",
        ),
        broadcasts: Required<Whole<u32>> = required(
            "for how many broadcasts it is planned, such as 40", Whole::new("a count of broadcasts", 8, 10_000),
            "for how many broadcasts of a platform in a market the test is planned; intervals are tightest there",
        ),
        assignment: Or<Words<Assignment>> = or(
            "viewer", Words("an assignment", &Assignment::WORDS),
            "for how long a viewer keeps a cover: `viewer`, over all broadcasts; `broadcast`, drawn anew in every broadcast",
        ),
    }
}

const MOST_DAYS: i32 = 60;
const DAY_SECONDS: i64 = 86_400;
/// What a turn did without where its file did not say, until there was a better default. Schedules that were recorded then
/// stay as they are.
const FORMER_BURN_IN_SECONDS: i64 = 0;

/// What an experiment refers to.
pub(crate) struct Known<'k> {
    pub platforms: &'k BTreeMap<String, Platform>,
    /// Of every file, sound or not.
    pub platform_names: &'k BTreeSet<String>,
    pub markets: &'k BTreeMap<MarketId, Market>,
    /// Of every market, sound or not.
    pub market_names: &'k BTreeSet<String>,
    /// Whether `archive.yaml` has viewers kept over days; `None` where it could not be read.
    pub keeps_viewers: Option<bool>,
}

/// Reads an experiment; `None` for markets that could not be read.
pub(crate) fn read(start: &Cursor<'_>, known: Option<&Known<'_>>) -> Option<Experiment> {
    let file = ExperimentKeys::open_file(start)?;
    let design = file.design.read();
    let names = |at: Option<Cursor<'_>>, key: &str, what: &str, known| {
        known_names(&at?.list(&format!("a list of {key}"))?, what, known)
    };
    let platform_names = known.map(|known| known.platform_names);
    let platforms = names(file.platforms.required(), "platforms", "a platform", platform_names);
    let market_names = known.map(|known| known.market_names);
    let markets = names(file.markets.required(), "markets", "a market", market_names);
    let covers = file.covers.required().and_then(|at| covers(&at));
    let window = file.window.required().and_then(|at| window_of(&at));
    let level = file.level.read();
    let worth = file.worth.read();
    let value = file.value.read_or(Value { orders: 1.0, retained_minutes: 0.0 }, value_of);
    let is_by_orders = value.is_some_and(|value| value.retained_minutes <= 0.0);
    let guardrails = file.guardrails.read_with(|at| guardrails_of(at, is_by_orders));
    let stopped = file.stopped.read();
    let imbalance = file.imbalance.read();
    let (design, covers, (from, to)) = (design?, covers?, window?);
    let stopped = stopped?;
    if let (Some(day), Some(at)) = (stopped, file.stopped.at())
        && !(from..=to).contains(&day)
    {
        return at.refuse(format!("{day} is not within the window (expected {from} to {to})"));
    }
    let control = file.control.read_or(0, |at| control_of(at, &covers));
    let split = Split { shares: Vec::new(), broadcasts: 0, assignment: Assignment::Viewer };
    let mut plan = Experiment {
        platforms: platforms?.into_iter().map(PlatformId::new).collect(),
        markets: markets?.into_iter().map(MarketId::new).collect(),
        covers,
        control: control?,
        from,
        to,
        stopped,
        level: level?,
        worth: worth?,
        value: value?,
        guardrails: guardrails?,
        imbalance: imbalance?,
        design: Design::Split(split),
    };
    check_counting(&file, &plan, known)?;
    let (own, other, of_other) = match design {
        DesignWord::Rotation => ("rotation", "split", file.split.at()),
        DesignWord::Split => ("split", "rotation", file.rotation.at()),
    };
    if let Some(at) = of_other {
        return at.refuse(format!("says how a {other} is made, and the design is `{own}`"));
    }
    if let (DesignWord::Rotation, true, Some(at)) =
        (design, plan.guardrails.revisits.is_some(), file.guardrails.at())
    {
        return at.refuse(
            "`revisits` goes only with a split: in a rotation all viewers of a turn see one cover, and the same viewers come back to the next",
        );
    }
    check_revisits(&file, &plan, known)?;
    plan.design = match design {
        DesignWord::Rotation => Design::Rotation(rotation(&file, &plan, known?)?),
        DesignWord::Split => Design::Split(split_of(&file, &plan.covers)?),
    };
    Some(plan)
}

/// The fewest local dates of a window over which revisits can be guarded: an entrant of the first date is known to have come
/// back, or not to have, when the seven after it are over.
const LEAST_DAYS_OF_REVISITS: i32 = 9;

/// Who comes back is known only where viewers are kept, and only when a week is over.
fn check_revisits(file: &ExperimentKeys<'_>, plan: &Experiment, known: Option<&Known<'_>>) -> Option<()> {
    let (Some(_), Some(at)) = (plan.guardrails.revisits, file.guardrails.at()) else { return Some(()) };
    if known.is_some_and(|known| known.keeps_viewers == Some(false)) {
        return at.refuse(
            "`revisits` goes only with `returning` in `archive.yaml`: without it no viewer is kept over days, and no cover could ever win (set it there, or take `revisits` out)",
        );
    }
    let days = (plan.to - plan.from).get_days() + 1;
    if days < LEAST_DAYS_OF_REVISITS {
        return at.refuse(format!(
            "`revisits` takes a window of {LEAST_DAYS_OF_REVISITS} local dates or more, and this one has {days}: who comes back within 7 is known when these are over (make it longer, or take `revisits` out)"
        ));
    }
    Some(())
}

/// A source of quality counts nothing that a cover could win by.
fn check_counting(file: &ExperimentKeys<'_>, plan: &Experiment, known: Option<&Known<'_>>) -> Option<()> {
    let mut sources = plan.platforms.iter().filter_map(|name| {
        let of = known?.platforms.get(name.as_str())?.of.as_ref()?;
        Some((name, of))
    });
    match sources.next() {
        None => Some(()),
        Some((name, of)) => file.platforms.required()?.refuse(format!(
            "`{name}` says how views of `{of}` went and counts no cover (expected `{of}` itself)"
        )),
    }
}

/// Reads how turns are made, and draws them.
fn rotation(file: &ExperimentKeys<'_>, plan: &Experiment, known: &Known<'_>) -> Option<Rotation> {
    let at = file.rotation.needed("turns such as `{turn: 30m, seed: 1}`");
    let keys = at.and_then(|at| RotationKeys::open(&at))?;
    let turn = keys.turn.read();
    let burn_in = keys.burn_in.read_with(|at| duration_seconds(at, 0..=DAY_SECONDS, "0m to less than a turn"));
    let seed = keys.seed.read();
    let recorded = keys.sha256.read();
    let (turn_seconds, burn_in, seed, recorded) = (turn?, burn_in?, seed?, recorded?);
    if burn_in.is_some_and(|burn_in| burn_in >= turn_seconds) {
        return keys.burn_in.at()?.refuse("leaves nothing of a turn (expected less than `turn`)");
    }
    let drawn = |burn_in_seconds| {
        let rotation = Rotation { turn_seconds, burn_in_seconds, seed, schedule: TurnSchedule::default() };
        Rotation { schedule: TurnSchedule::new(plan, &rotation, known.markets, seed), ..rotation }
    };
    let platforms = plan.platforms.iter().filter_map(|name| known.platforms.get(name.as_str()));
    let default = || default_seconds(turn_seconds, platforms.filter_map(grain_seconds));
    let mut rotation = drawn(burn_in.unwrap_or_else(default));
    let is_recorded = |rotation: &Rotation| recorded.as_deref() == Some(&*rotation.schedule.sha256(&plan.covers));
    if burn_in.is_none() && recorded.is_some() && !is_recorded(&rotation) {
        let former = drawn(FORMER_BURN_IN_SECONDS);
        rotation = if is_recorded(&former) { former } else { rotation };
    }
    check_turns(plan, &rotation, &keys, known)?;
    if recorded.is_some() && !is_recorded(&rotation) {
        let message = "the schedule is no longer the one that was recorded: this file, the market or its time zone has \
                       changed since";
        let now = rotation.schedule.sha256(&plan.covers);
        return keys.sha256.at()?.refuse(format!("{message} (it is `{now}` now)"));
    }
    Some(rotation)
}

/// Reads how viewers are shared out.
fn split_of(file: &ExperimentKeys<'_>, covers: &[String]) -> Option<Split> {
    let at = file.split.needed("how viewers are shared out, such as `{broadcasts: 40}`");
    let keys = at.and_then(|at| SplitKeys::open(&at))?;
    let broadcasts = keys.broadcasts.read();
    let assignment = keys.assignment.read();
    let shares = keys.shares.read_or(vec![1.0; covers.len()], |at| {
        let entries = at.entries("shares by cover", "shares by cover, such as `{a: 1, b: 1}`")?;
        let names: BTreeSet<&str> = entries.iter().map(|(name, _)| *name).collect();
        if names != covers.iter().map(String::as_str).collect() {
            return at.refuse("these are not the covers (expected a share for each cover and for no other)");
        }
        let share = |cover: &String| {
            let (_, at) = entries.iter().find(|(name, _)| *name == cover.as_str())?;
            at.number_within("a share", 0.001..=1000.0, "a weight from 0.001 to 1000")
        };
        covers.iter().map(share).collect::<Option<Vec<f64>>>()
    })?;
    let all: f64 = shares.iter().sum();
    Some(Split {
        shares: shares.into_iter().map(|share| share / all).collect(),
        broadcasts: broadcasts?,
        assignment: assignment?,
    })
}

fn control_of(at: &Cursor<'_>, covers: &[String]) -> Option<usize> {
    let name = at.text("a cover", "one of the covers")?;
    let place = covers.iter().position(|cover| cover == name);
    place.or_else(|| at.mismatch("one of the covers", &format!("one of {}", covers.join(", "))))
}

fn value_of(at: &Cursor<'_>) -> Option<Value> {
    let keys = ValueKeys::open(at)?;
    let (orders, retained_minutes) = (keys.orders.read(), keys.retained_minutes.read());
    let value = Value { orders: orders?, retained_minutes: retained_minutes? };
    if value.orders + value.retained_minutes <= 0.0 {
        return at.refuse("nothing is worth anything (expected a weight above 0)");
    }
    Some(value)
}

/// `is_by_orders` says whether orders alone are of value.
fn guardrails_of(at: &Cursor<'_>, is_by_orders: bool) -> Option<Guardrails> {
    let keys = GuardrailKeys::open(at)?;
    let (stay, orders, conversion) = (keys.stay.read(), keys.orders.read(), keys.conversion.read());
    let revisits = keys.revisits.read();
    let guardrail =
        |tolerated: Option<f64>, is_required| tolerated.map(|tolerated| Guardrail { tolerated, is_required });
    Some(Guardrails {
        stay: guardrail(stay?, keys.stay.at().is_some()),
        orders: match orders? {
            Some(tolerated) => guardrail(tolerated, true),
            None => guardrail((!is_by_orders).then_some(0.1), false),
        },
        conversion: guardrail(conversion?, keys.conversion.at().is_some()),
        revisits: guardrail(revisits?, true),
    })
}

#[expect(clippy::option_option, reason = "what is not guarded and what is wrong are two things")]
fn tolerance(at: &Cursor<'_>) -> Option<Option<f64>> {
    if at.is_text() && at.node.source == "off" {
        return Some(None);
    }
    at.number_within("a loss", 0.0..=1.0, "0 to 1, such as 0.1, or `off`").map(Some)
}

fn covers(at: &Cursor<'_>) -> Option<Vec<String>> {
    let items = at.list("a list of covers")?;
    let named: Option<Vec<&str>> = items.iter().map(|item| item.text("a cover", "the id of a cover")).collect();
    let covers: Vec<String> = named?.into_iter().map(str::to_owned).collect();
    if !(2..=5).contains(&covers.len()) {
        return at.refuse(format!("{} covers are no experiment (expected 2 to 5)", covers.len()));
    }
    let again =
        items.iter().zip(&covers).enumerate().find(|(place, (_, cover))| covers[..*place].contains(*cover));
    match again {
        Some((_, (item, cover))) => item.refuse(format!("`{cover}` is here twice")),
        None => Some(covers),
    }
}

fn window_of(at: &Cursor<'_>) -> Option<(Date, Date)> {
    let keys = WindowKeys::open(at)?;
    let (from, to) = (keys.from.read(), keys.to.read());
    let (from, to) = (from?, to?);
    let days = from.until(to).ok()?.get_days() + 1;
    if !(1..=MOST_DAYS).contains(&days) {
        return at.refuse(format!("{from} to {to} is not a window (expected 1 to {MOST_DAYS} days)"));
    }
    Some((from, to))
}

fn day(at: &Cursor<'_>) -> Option<Date> {
    let text = at.text("a day", "one such as `2026-11-09`")?;
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    day.or_else(|| at.mismatch("a day", "one such as `2026-11-09`"))
}

/// Whether turns fit evenly into slots, and begin where a platform's counts can tell them apart.
fn check_turns(plan: &Experiment, rotation: &Rotation, keys: &RotationKeys<'_>, known: &Known<'_>) -> Option<()> {
    let at = keys.turn.at()?;
    for id in &plan.markets {
        let market = known.markets.get(id)?;
        let is_usual = |date| market.day.day(date).is_some_and(|day| day.length_seconds() == DAY_SECONDS);
        let turns = rotation.schedule.turns(id);
        let short = turns.iter().find(|turn| {
            is_usual(turn.local_date)
                && turn.ends_at.as_second() - turn.starts_at.as_second() != rotation.turn_seconds
        });
        if let Some(turn) = short {
            let slot = market.slots.names().nth(turn.slot).unwrap_or_default();
            return at.refuse(format!("turns do not fit evenly into the slot `{slot}` of {id}"));
        }
    }
    for name in &plan.platforms {
        let platform = known.platforms.get(name.as_str())?;
        let Some(grain) = grain_seconds(platform) else {
            let message =
                "no export of it says what happened within a part of a day, so turns cannot be told apart";
            return at.refuse(format!("`{name}` cannot take part: {message}"));
        };
        for id in &plan.markets {
            let is_off = |at: jiff::Timestamp| at.as_second().rem_euclid(grain) != 0;
            let off =
                rotation.schedule.turns(id).iter().find(|turn| is_off(turn.starts_at) || is_off(turn.settles_at));
            if let Some(turn) = off {
                let minutes = grain / 60;
                let message =
                    format!("cuts at {} or {} within a count of `{name}`", turn.starts_at, turn.settles_at);
                return at.refuse(format!("{message} (its counts are of {minutes} minutes, in {id} too)"));
            }
        }
    }
    Some(())
}

/// The finest stretch of time that a platform tells apart, in seconds; `None` for days and for stretches of any length.
fn grain_seconds(platform: &Platform) -> Option<i64> {
    let grains = platform.exports.iter().filter_map(|export| match &export.rows {
        Rows::Events { .. } | Rows::Impressions { .. } => Some(60),
        Rows::Counts(counts) => match &counts.period {
            Period::Span { end: PeriodEnd::Grain(seconds), .. } => Some(i64::from(*seconds)),
            Period::Day { hour: Some(_), .. } => Some(3600),
            _ => None,
        },
        Rows::Covers(_) | Rows::Quality(_) => None,
    });
    grains.min()
}

/// Two experiments cannot rule the same screen at the same time. Gives the names that do, each with the one before it.
pub(crate) fn check_apart(experiments: &BTreeMap<String, Experiment>) -> Vec<(String, String)> {
    let mut clashes = Vec::new();
    for (name, one) in experiments {
        let clash = experiments.range(..name.clone()).find(|(_, other)| {
            one.from <= other.last_date()
                && other.from <= one.last_date()
                && !one.platforms.is_disjoint(&other.platforms)
                && !one.markets.is_disjoint(&other.markets)
        });
        clashes.extend(clash.map(|(other, _)| (name.clone(), other.clone())));
    }
    clashes
}

#[cfg(test)]
mod tests;
