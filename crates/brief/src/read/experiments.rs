//! Where tests stand: rows of `experiment`.

use std::collections::BTreeSet;

use coverledger_core::model::{Count, TableName, columns as c};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::line::Line;
use super::reading::Reading;
use super::tables::{PlaceId, place};
use crate::{Arm, Guardrail, MarketNight, Test};

/// How long a test is told of after its last date.
const TOLD_FOR: i64 = 28;

/// What may not be lost: what it is called, its state, and the effect that it is judged by.
const GUARDED: [(&str, &str, &str); 4] = [
    ("stays", c::STAY_GUARDRAIL, c::STAYS_EFFECT),
    ("orders", c::ORDERS_GUARDRAIL, c::ORDERS_EFFECT),
    ("conversion", c::CONVERSION_GUARDRAIL, c::CONVERSION_EFFECT),
    ("revisits", c::REVISITS_GUARDRAIL, c::REVISITS_EFFECT),
];

/// Tests that run, those that ended lately, and those on which advice of tonight rests.
pub(super) fn tests(reading: &Reading<'_>, nights: &[MarketNight]) -> Vec<Test> {
    let advised: BTreeSet<&str> =
        nights.iter().flat_map(|night| &night.places).filter_map(|advice| advice.experiment.as_deref()).collect();
    let lines = reading.tables.newest_by(TableName::Experiment, reading.as_of, |line| line.id(c::EXPERIMENT));
    let mut groups: Vec<((&str, PlaceId<'_>), Vec<Line<'_>>)> = Vec::new();
    for line in lines {
        let whose = (line.id(c::EXPERIMENT), place(line));
        match groups.iter_mut().find(|(other, _)| *other == whose) {
            Some((_, arms)) => arms.push(line),
            None => groups.push((whose, vec![line])),
        }
    }
    let mut tests: Vec<Test> = groups
        .into_iter()
        .filter(|((experiment, _), arms)| {
            advised.contains(experiment) || arms.first().is_some_and(|line| is_of_late(reading.as_of, *line))
        })
        .filter_map(|(_, arms)| test(reading, &arms))
        .collect();
    tests.sort_by(|a, b| in_order(a).cmp(&in_order(b)));
    tests
}

fn is_of_late(as_of: Date, line: Line<'_>) -> bool {
    let told_until = line.day(c::AS_OF).and_then(|day| day.checked_add(TOLD_FOR.days()).ok());
    told_until.is_none_or(|until| as_of <= until)
}

/// Tests that run come first, then those that a decision ended.
fn in_order(test: &Test) -> (u8, &str, &str, &str) {
    let state = match &*test.state {
        "running" => 0,
        "decided" => 1,
        _ => 2,
    };
    (state, &test.experiment, &test.place.market, &test.place.platform)
}

fn test(reading: &Reading<'_>, lines: &[Line<'_>]) -> Option<Test> {
    let first = *lines.first()?;
    let name = first.id(c::EXPERIMENT);
    let config = reading.workspace.experiments.get(name);
    let to = config.map(|config| config.stopped.unwrap_or(config.to));
    let until = first.day(c::UNTIL)?;
    // Files of an earlier release have no state.
    let state = first.text(c::STATE).unwrap_or("running");
    let left = |to: Date| if state == "running" { i64::from((to - until).get_days().max(0)) } else { 0 };
    Some(Test {
        experiment: name.to_owned(),
        place: reading.place(first),
        design: first.id(c::DESIGN).to_owned(),
        state: state.to_owned(),
        from: config.map(|config| config.from).or_else(|| first.day(c::SINCE))?,
        to,
        nights: first.whole(c::DAYS).unwrap_or(0),
        nights_left: to.map(left),
        worth: config.map(|config| config.worth),
        arms: lines.iter().map(|line| arm(reading, *line)).collect(),
    })
}

fn arm(reading: &Reading<'_>, line: Line<'_>) -> Arm {
    let guardrail = |(of, state, effect): (&'static str, &'static str, &'static str)| {
        let state = line.owned(state).filter(|state| state != "off")?;
        Some(Guardrail { of, state, effect: line.interval(effect) })
    };
    Arm {
        cover_id: line.id(c::COVER_ID).to_owned(),
        row: line.row(),
        is_control: line.is(c::IS_CONTROL),
        is_on_air: line.text(c::ON_AIR).is_some_and(|on_air| on_air == line.id(c::COVER_ID)),
        decision: line.owned(c::DECISION),
        impressions: line.figure(Count::Impressions.word()),
        broadcasts: line.figure(c::BROADCASTS),
        effect: line.interval(c::EFFECT),
        probability_best: line.figure(c::PROBABILITY_BEST),
        nights_needed: line.figure(c::NIGHTS_NEEDED),
        guardrails: GUARDED.into_iter().filter_map(guardrail).collect(),
        reason: reading.reason(line),
    }
}
