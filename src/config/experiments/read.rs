//! Reads a rotation, and refuses one whose turns a platform or a market's slots cannot tell apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Rotation, TurnSchedule};
use crate::config::counting::{Period, PeriodEnd};
use crate::config::names::known_names;
use crate::config::place::Place;
use crate::config::quantity::duration_seconds;
use crate::config::section::{Section, file_section};
use crate::config::{Market, Platform, Rows};
use crate::model::{MarketId, PlatformId};

const KEYS: [&str; 6] = ["design", "platforms", "markets", "covers", "window", "rotation"];
const TURN_KEYS: [&str; 4] = ["turn", "burn_in", "seed", "sha256"];
const MOST_DAYS: i32 = 60;
const DAY_SECONDS: i64 = 86_400;

/// What an experiment refers to.
pub(in crate::config) struct Known<'k> {
    pub platforms: &'k BTreeMap<String, Platform>,
    /// Of every file, sound or not.
    pub platform_names: &'k BTreeSet<String>,
    pub markets: &'k BTreeMap<MarketId, Market>,
    /// Of every market, sound or not.
    pub market_names: &'k BTreeSet<String>,
}

/// Reads an experiment; `None` for markets that could not be read.
pub(in crate::config) fn read(start: &Place<'_>, known: Option<&Known<'_>>) -> Option<Rotation> {
    let file = file_section(start, "an experiment", &KEYS)?;
    let design = file.required("design", "`rotation`").and_then(|at| at.word("a design", &[("rotation", ())]));
    let names = |key: &str, what: &str, known| {
        let items = file.required(key, "a list such as `[a, b]`")?.list(&format!("a list of {key}"))?;
        known_names(&items, what, known)
    };
    let platforms = names("platforms", "a platform", known.map(|known| known.platform_names));
    let markets = names("markets", "a market", known.map(|known| known.market_names));
    let covers = file.required("covers", "three to five covers, such as `[a, b, c]`").and_then(|at| covers(&at));
    let window = file.required("window", "local dates such as `{from: 2026-11-09, to: 2026-11-22}`");
    let window = window.and_then(|at| window_of(&at));
    let rotation = file.required("rotation", "turns such as `{turn: 30m, burn_in: 5m, seed: 1}`");
    let rotation = rotation.and_then(|at| at.section("a rotation", &TURN_KEYS))?;
    let turn = rotation.required("turn", "how long a turn is, such as `30m`");
    let turn = turn.and_then(|at| duration_seconds(&at, 300..=DAY_SECONDS, "5m to 24h"));
    let burn_in = rotation.or("burn_in", 0, |at| duration_seconds(&at, 0..=DAY_SECONDS, "0m to less than a turn"));
    let seed = rotation.required("seed", "a whole number, such as 20261109");
    let seed = seed.and_then(|at| at.whole("a seed", 0..=i64::MAX));
    let sha256 = rotation.maybe("sha256", |at| at.text("a hash", "64 hex digits").map(str::to_owned));
    let ((from, to), seed, ()) = (window?, seed?, design?);
    let mut plan = Rotation {
        platforms: platforms?.into_iter().map(PlatformId::new).collect(),
        markets: markets?.into_iter().map(MarketId::new).collect(),
        covers: covers?,
        from,
        to,
        turn_seconds: turn?,
        burn_in_seconds: burn_in?,
        seed,
        schedule: TurnSchedule::default(),
    };
    if plan.burn_in_seconds >= plan.turn_seconds {
        return rotation.optional("burn_in")?.refuse("leaves nothing of a turn (expected less than `turn`)");
    }
    let known = known?;
    plan.schedule = TurnSchedule::new(&plan, known.markets, plan.seed);
    check_turns(&plan, &rotation, known)?;
    let drawn = plan.schedule.sha256(&plan.covers);
    if let Some(recorded) = sha256?
        && recorded != drawn
    {
        let message = "the schedule is no longer the one that was recorded: this file, the market or its time zone has \
                       changed since";
        return rotation.optional("sha256")?.refuse(format!("{message} (it is `{drawn}` now)"));
    }
    Some(plan)
}

fn covers(at: &Place<'_>) -> Option<Vec<String>> {
    let items = at.list("a list of covers")?;
    let named: Option<Vec<&str>> = items.iter().map(|item| item.text("a cover", "the id of a cover")).collect();
    let covers: Vec<String> = named?.into_iter().map(str::to_owned).collect();
    if !(3..=5).contains(&covers.len()) {
        return at.refuse(format!("{} covers cannot take turns (expected 3 to 5)", covers.len()));
    }
    let again =
        items.iter().zip(&covers).enumerate().find(|(place, (_, cover))| covers[..*place].contains(*cover));
    match again {
        Some((_, (item, cover))) => item.refuse(format!("`{cover}` is here twice")),
        None => Some(covers),
    }
}

fn window_of(at: &Place<'_>) -> Option<(Date, Date)> {
    let section = at.section("a window", &["from", "to"])?;
    let date = |key| {
        let at = section.required(key, "a day such as `2026-11-09`")?;
        let text = at.text("a day", "one such as `2026-11-09`")?;
        let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        day.or_else(|| at.mismatch("a day", "one such as `2026-11-09`"))
    };
    let (from, to) = (date("from"), date("to"));
    let (from, to) = (from?, to?);
    let days = from.until(to).ok()?.get_days() + 1;
    if !(1..=MOST_DAYS).contains(&days) {
        return at.refuse(format!("{from} to {to} is not a window (expected 1 to {MOST_DAYS} days)"));
    }
    Some((from, to))
}

/// Whether turns fit evenly into slots, and begin where a platform's counts can tell them apart.
fn check_turns(plan: &Rotation, rotation: &Section<'_>, known: &Known<'_>) -> Option<()> {
    let at = rotation.optional("turn")?;
    for id in &plan.markets {
        let market = known.markets.get(id)?;
        let is_usual = |date| market.day.day(date).is_some_and(|day| day.length_seconds() == DAY_SECONDS);
        let turns = plan.schedule.turns(id);
        let short = turns.iter().find(|turn| {
            is_usual(turn.local_date) && turn.ends_at.as_second() - turn.starts_at.as_second() != plan.turn_seconds
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
                plan.schedule.turns(id).iter().find(|turn| is_off(turn.starts_at) || is_off(turn.settles_at));
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
        Rows::Covers(_) => None,
    });
    grains.min()
}

/// Two rotations cannot rule the same screen at the same time. Gives the names that do, each with the one before it.
pub(in crate::config) fn check_apart(rotations: &BTreeMap<String, Rotation>) -> Vec<(String, String)> {
    let mut clashes = Vec::new();
    for (name, one) in rotations {
        let clash = rotations.range(..name.clone()).find(|(_, other)| {
            one.from <= other.to
                && other.from <= one.to
                && !one.platforms.is_disjoint(&other.platforms)
                && !one.markets.is_disjoint(&other.markets)
        });
        clashes.extend(clash.map(|(other, _)| (name.clone(), other.clone())));
    }
    clashes
}

#[cfg(test)]
mod tests;
