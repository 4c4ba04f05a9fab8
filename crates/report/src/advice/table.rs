//! The rows of `advice`.

use jiff::Timestamp;
use polars::prelude::*;

use super::action::Action;
use super::choice::{Choice, choose};
use super::fresh::{Fresh, fresh};
use super::inputs::{NightInputs, PlaceInputs};
use super::night::{Airtime, clock_note};
use super::place::Known;
use super::rows::Bounded;
use crate::cells::{dates, instants};
use crate::decision_context::{Words, floats, texts, truths, wholes};
use coverledger_core::model::columns as c;
use coverledger_core::time::Zone;

/// What is advised of a place.
pub(super) struct Advised<'a, 'i> {
    place: &'a PlaceInputs<'i>,
    fresh: Fresh,
    air: Option<Airtime>,
    clock_note: Option<Words>,
    pub(super) choice: Choice,
    avoid: Vec<String>,
    is_provisional: bool,
}

/// Of every place, sorted by platform and market.
pub(super) fn advised<'a, 'i>(inputs: &'a NightInputs<'i>) -> PolarsResult<Vec<Advised<'a, 'i>>> {
    let mut advised = Vec::new();
    for place in &inputs.places {
        let known = Known::of(inputs, place)?;
        let choice = choose(&known);
        let mut avoid: Vec<String> =
            known.avoided(choice.cover_id.as_deref()).into_iter().map(str::to_owned).collect();
        // What goes off air in the middle of a test is one of its covers.
        if let (Action::TakeOff, Some(cover)) = (choice.action, &choice.instead_of)
            && !avoid.contains(cover)
        {
            avoid.push(cover.clone());
            avoid.sort();
        }
        let air = known.night.and_then(|night| night.air);
        let clock_note =
            air.as_ref().and_then(|air| clock_note(&place.rules.day.zone, inputs.home, air.span.start));
        let (fresh, is_provisional) = (fresh(place), known.is_provisional);
        advised.push(Advised { place, fresh, air, clock_note, choice, avoid, is_provisional });
    }
    advised.sort_by(|one, other| {
        let key = |advised: &Advised<'_, '_>| (advised.place.platform.clone(), advised.place.market.clone());
        key(one).cmp(&key(other))
    });
    Ok(advised)
}

/// The table.
pub(super) fn advice(
    inputs: &NightInputs<'_>,
    advised: &[Advised<'_, '_>],
    revision: u64,
) -> PolarsResult<DataFrame> {
    let mut table = vec![
        dates(c::AS_OF, vec![Some(inputs.as_of); advised.len()]),
        texts(c::PLATFORM, advised, |advised| Some(advised.place.platform.as_str().to_owned())),
        texts(c::MARKET, advised, |advised| Some(advised.place.market.as_str().to_owned())),
    ];
    table.extend(freshness(inputs, advised));
    let choice = |advised: &Advised<'_, '_>| advised.choice.clone();
    table.push(texts(c::ACTION, advised, |advised| Some(advised.choice.action.word().to_owned())));
    table.push(texts(c::COVER_ID, advised, |advised| choice(advised).cover_id));
    table.push(texts(c::INSTEAD_OF, advised, |advised| choice(advised).instead_of));
    table.push(texts(c::TEST_AGAINST, advised, |advised| choice(advised).test_against));
    table.extend(airtimes(inputs, advised));
    table.push(texts(c::EXPERIMENT, advised, |advised| choice(advised).experiment));
    table.push(texts(c::METRIC, advised, |advised| choice(advised).metric));
    table.extend(bounded(c::RATE, advised, |advised| advised.choice.rate));
    table.extend(bounded(c::AGAINST_RATE, advised, |advised| advised.choice.against_rate));
    table.extend(bounded(c::CHANGE, advised, |advised| advised.choice.change));
    table.push(floats(c::PROBABILITY, advised, |advised| advised.choice.probability));
    table.push(texts(c::SURENESS, advised, |advised| Some(advised.choice.sureness.word().to_owned())));
    table.push(truths(c::RANDOMIZED, advised, |advised| advised.choice.randomized));
    table
        .push(texts(c::AVOID, advised, |advised| Some(advised.avoid.join(" ")).filter(|avoid| !avoid.is_empty())));
    table.push(texts(c::REASON_EN, advised, |advised| Some(advised.choice.reason.en.clone())));
    table.push(texts(c::REASON_ZH, advised, |advised| Some(advised.choice.reason.zh.clone())));
    table.push(truths(c::PROVISIONAL, advised, |advised| Some(advised.is_provisional)));
    table.push(revision_of(revision, advised.len()));
    DataFrame::new(advised.len(), table)
}

fn freshness(inputs: &NightInputs<'_>, advised: &[Advised<'_, '_>]) -> Vec<Column> {
    let days = |of: fn(&PlaceInputs<'_>) -> Option<jiff::civil::Date>| {
        advised.iter().map(|advised| of(advised.place)).collect()
    };
    let final_by = |advised: &Advised<'_, '_>| {
        let at = advised.place.final_at.filter(|_| advised.place.provisional_days > 0)?;
        Some(inputs.home.local(at).date())
    };
    let provisional: Vec<i64> = advised.iter().map(|advised| advised.place.provisional_days).collect();
    vec![
        texts(c::STATE, advised, |advised| Some(advised.fresh.state.to_owned())),
        dates(c::DATA_UNTIL, days(|place| place.newest)),
        dates(c::OVER_UNTIL, days(|place| Some(place.over_until))),
        wholes(c::MISSING_DAYS, advised, |advised| Some(advised.fresh.missing_days)),
        Column::new(c::PROVISIONAL_DAYS.into(), provisional),
        dates(c::FINAL_BY, advised.iter().map(final_by).collect()),
        texts(c::LACK_EN, advised, |advised| Some(advised.fresh.lack.as_ref()?.en.clone())),
        texts(c::LACK_ZH, advised, |advised| Some(advised.fresh.lack.as_ref()?.zh.clone())),
    ]
}

/// When to be on air, on three clocks.
fn airtimes(inputs: &NightInputs<'_>, advised: &[Advised<'_, '_>]) -> Vec<Column> {
    let start = |advised: &Advised<'_, '_>| Some(advised.air.as_ref()?.span.start);
    let end = |advised: &Advised<'_, '_>| Some(advised.air.as_ref()?.span.end);
    let utc = |name: &str, at: &dyn Fn(&Advised<'_, '_>) -> Option<Timestamp>| {
        let at = advised.iter().map(|advised| Some(at(advised)?.as_microsecond())).collect();
        instants(name, at, Some(TimeZone::UTC))
    };
    let wall = |name: &str, at: &dyn Fn(&Advised<'_, '_>) -> Option<Timestamp>, home: Option<&Zone>| {
        let wall = |advised: &Advised<'_, '_>| {
            let zone = home.unwrap_or(&advised.place.rules.day.zone);
            jiff::tz::Offset::UTC.to_timestamp(zone.local(at(advised)?)).ok().map(Timestamp::as_microsecond)
        };
        instants(name, advised.iter().map(wall).collect(), None)
    };
    let home = Some(inputs.home);
    vec![
        texts(c::SLOT, advised, |advised| Some(advised.air.as_ref()?.slot.clone())),
        utc(c::SLOT_START_UTC, &start),
        utc(c::SLOT_END_UTC, &end),
        wall(c::SLOT_START_LOCAL, &start, None),
        wall(c::SLOT_END_LOCAL, &end, None),
        wall(c::SLOT_START_HOME, &start, home),
        wall(c::SLOT_END_HOME, &end, home),
        texts(c::HOME_TIMEZONE, advised, |_| Some(inputs.home.name().to_owned())),
        texts(c::CLOCK_NOTE_EN, advised, |advised| Some(advised.clock_note.as_ref()?.en.clone())),
        texts(c::CLOCK_NOTE_ZH, advised, |advised| Some(advised.clock_note.as_ref()?.zh.clone())),
    ]
}

/// A number and its bounds.
pub(super) fn bounded<T>(name: &str, rows: &[T], of: impl Fn(&T) -> Bounded) -> [Column; 3] {
    [
        floats(name, rows, |row| of(row).value),
        floats(&c::low(name), rows, |row| of(row).low),
        floats(&c::high(name), rows, |row| of(row).high),
    ]
}

/// The column of which revision it is.
pub(super) fn revision_of(revision: u64, height: usize) -> Column {
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    Column::new_scalar(c::REVISION.into(), Scalar::from(revision), height)
}
