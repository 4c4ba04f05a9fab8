//! Reads an experiment, and refuses turns that a platform or a market's slots cannot tell apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Design, Experiment, Guardrails, Rotation, Split, TurnSchedule, Value};
use crate::counting::{Period, PeriodEnd};
use crate::names::known_names;
use crate::place::Place;
use crate::quantity::duration_seconds;
use crate::section::{Section, file_section};
use crate::{Market, Platform, Rows};
use coverledger_core::model::{MarketId, PlatformId};

const KEYS: [&str; 13] = [
    "design",
    "platforms",
    "markets",
    "covers",
    "control",
    "window",
    "level",
    "worth",
    "value",
    "guardrails",
    "imbalance",
    "rotation",
    "split",
];
const TURN_KEYS: [&str; 4] = ["turn", "burn_in", "seed", "sha256"];
const MOST_DAYS: i32 = 60;
const DAY_SECONDS: i64 = 86_400;

/// What an experiment refers to.
pub(crate) struct Known<'k> {
    pub platforms: &'k BTreeMap<String, Platform>,
    /// Of every file, sound or not.
    pub platform_names: &'k BTreeSet<String>,
    pub markets: &'k BTreeMap<MarketId, Market>,
    /// Of every market, sound or not.
    pub market_names: &'k BTreeSet<String>,
}

/// Reads an experiment; `None` for markets that could not be read.
pub(crate) fn read(start: &Place<'_>, known: Option<&Known<'_>>) -> Option<Experiment> {
    let file = file_section(start, "an experiment", &KEYS)?;
    let design = file.required("design", "`rotation` or `split`");
    let is_rotation = design.and_then(|at| at.word("a design", &[("rotation", true), ("split", false)]));
    let names = |key: &str, what: &str, known| {
        let items = file.required(key, "a list such as `[a, b]`")?.list(&format!("a list of {key}"))?;
        known_names(&items, what, known)
    };
    let platforms = names("platforms", "a platform", known.map(|known| known.platform_names));
    let markets = names("markets", "a market", known.map(|known| known.market_names));
    let covers = file.required("covers", "two to five covers, such as `[a, b, c]`").and_then(|at| covers(&at));
    let window = file.required("window", "local dates such as `{from: 2026-11-09, to: 2026-11-22}`");
    let window = window.and_then(|at| window_of(&at));
    let level =
        file.or("level", 0.05, |at| at.number_within("a level", 0.001..=0.2, "0.001 to 0.2, such as 0.05"));
    let worth = file.or("worth", 0.05, |at| at.number_within("a gain", 0.001..=1.0, "0.001 to 1, such as 0.05"));
    let value = file.or("value", Value { orders: 1.0, retained_minutes: 0.0 }, |at| value_of(&at));
    let guardrails = Guardrails { stay: Some(0.1), conversion: Some(0.1) };
    let guardrails = file.or("guardrails", guardrails, |at| guardrails_of(&at));
    let imbalance = file.or("imbalance", 0.001, |at| {
        at.number_within("a level", 0.000_001..=0.1, "0.000001 to 0.1, such as 0.001")
    });
    let (is_rotation, covers, (from, to)) = (is_rotation?, covers?, window?);
    let control = file.or("control", 0, |at| control_of(&at, &covers));
    let split = Split { shares: Vec::new(), broadcasts: 0 };
    let mut plan = Experiment {
        platforms: platforms?.into_iter().map(PlatformId::new).collect(),
        markets: markets?.into_iter().map(MarketId::new).collect(),
        covers,
        control: control?,
        from,
        to,
        level: level?,
        worth: worth?,
        value: value?,
        guardrails: guardrails?,
        imbalance: imbalance?,
        design: Design::Split(split),
    };
    let (own, other) = if is_rotation { ("rotation", "split") } else { ("split", "rotation") };
    if let Some(at) = file.optional(other) {
        return at.refuse(format!("says how a {other} is made, and the design is `{own}`"));
    }
    plan.design = if is_rotation {
        Design::Rotation(rotation(&file, &plan, known?)?)
    } else {
        Design::Split(split_of(&file, &plan.covers)?)
    };
    Some(plan)
}

/// Reads how turns are made, and draws them.
fn rotation(file: &Section<'_>, plan: &Experiment, known: &Known<'_>) -> Option<Rotation> {
    let at = file.required("rotation", "turns such as `{turn: 30m, burn_in: 5m, seed: 1}`");
    let section = at.and_then(|at| at.section("a rotation", &TURN_KEYS))?;
    let turn = section.required("turn", "how long a turn is, such as `30m`");
    let turn = turn.and_then(|at| duration_seconds(&at, 300..=DAY_SECONDS, "5m to 24h"));
    let burn_in = section.or("burn_in", 0, |at| duration_seconds(&at, 0..=DAY_SECONDS, "0m to less than a turn"));
    let seed = section.required("seed", "a whole number, such as 20261109");
    let seed = seed.and_then(|at| at.whole("a seed", 0..=i64::MAX));
    let sha256 = section.maybe("sha256", |at| at.text("a hash", "64 hex digits").map(str::to_owned));
    let mut rotation = Rotation {
        turn_seconds: turn?,
        burn_in_seconds: burn_in?,
        seed: seed?,
        schedule: TurnSchedule::default(),
    };
    if rotation.burn_in_seconds >= rotation.turn_seconds {
        return section.optional("burn_in")?.refuse("leaves nothing of a turn (expected less than `turn`)");
    }
    rotation.schedule = TurnSchedule::new(plan, &rotation, known.markets, rotation.seed);
    check_turns(plan, &rotation, &section, known)?;
    let drawn = rotation.schedule.sha256(&plan.covers);
    if let Some(recorded) = sha256?
        && recorded != drawn
    {
        let message = "the schedule is no longer the one that was recorded: this file, the market or its time zone has \
                       changed since";
        return section.optional("sha256")?.refuse(format!("{message} (it is `{drawn}` now)"));
    }
    Some(rotation)
}

/// Reads how viewers are shared out.
fn split_of(file: &Section<'_>, covers: &[String]) -> Option<Split> {
    let at = file.required("split", "how viewers are shared out, such as `{broadcasts: 40}`");
    let section = at.and_then(|at| at.section("a split", &["shares", "broadcasts"]))?;
    let broadcasts = section.required("broadcasts", "for how many broadcasts it is planned, such as 40");
    let broadcasts = broadcasts.and_then(|at| at.whole("a count of broadcasts", 8..=10_000));
    let shares = section.or("shares", vec![1.0; covers.len()], |at| {
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
    Some(Split { shares: shares.into_iter().map(|share| share / all).collect(), broadcasts: broadcasts? })
}

fn control_of(at: &Place<'_>, covers: &[String]) -> Option<usize> {
    let name = at.text("a cover", "one of the covers")?;
    let place = covers.iter().position(|cover| cover == name);
    place.or_else(|| at.mismatch("one of the covers", &format!("one of {}", covers.join(", "))))
}

fn value_of(at: &Place<'_>) -> Option<Value> {
    let section = at.section("what a cover is chosen by", &["orders", "retained_minutes"])?;
    let weight = |key: &str| {
        section.or(key, 0.0, |at| at.number_within("a weight", 0.0..=1_000_000.0, "0 to 1,000,000, such as 1"))
    };
    let (orders, retained_minutes) = (weight("orders"), weight("retained_minutes"));
    let value = Value { orders: orders?, retained_minutes: retained_minutes? };
    if value.orders + value.retained_minutes <= 0.0 {
        return at.refuse("nothing is worth anything (expected a weight above 0)");
    }
    Some(value)
}

fn guardrails_of(at: &Place<'_>) -> Option<Guardrails> {
    let section = at.section("guardrails", &["stay", "conversion"])?;
    let tolerance = |key: &str| {
        section.or(key, Some(0.1), |at| {
            if at.is_text() && at.node.source == "off" {
                return Some(None);
            }
            at.number_within("a loss", 0.0..=1.0, "0 to 1, such as 0.1, or `off`").map(Some)
        })
    };
    let (stay, conversion) = (tolerance("stay"), tolerance("conversion"));
    Some(Guardrails { stay: stay?, conversion: conversion? })
}

fn covers(at: &Place<'_>) -> Option<Vec<String>> {
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
fn check_turns(plan: &Experiment, rotation: &Rotation, section: &Section<'_>, known: &Known<'_>) -> Option<()> {
    let at = section.optional("turn")?;
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
        Rows::Covers(_) => None,
    });
    grains.min()
}

/// Two experiments cannot rule the same screen at the same time. Gives the names that do, each with the one before it.
pub(crate) fn check_apart(experiments: &BTreeMap<String, Experiment>) -> Vec<(String, String)> {
    let mut clashes = Vec::new();
    for (name, one) in experiments {
        let clash = experiments.range(..name.clone()).find(|(_, other)| {
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
