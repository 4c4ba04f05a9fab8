//! The schedule of an experiment, or what it would find, as rows for other programs.

use super::markets;
use super::places::{PlaceOutlook, places, unit_of};
use super::today::is_of;
use crate::cli::Failure;
use crate::cli::args::{PlanTest, TestPart};
use crate::cli::rows::{Column, Destination, Value};
use crate::cli::screen::Screen;
use coverledger_config::{Experiment, PlannedTurn, Rotation, Workspace};
use coverledger_core::model::{ColumnType, columns as c};
use coverledger_report::Power;
use jiff::Timestamp;

/// Writes the part that was asked for; without a word the schedule of a rotation, and of a split what it would find.
pub(super) async fn write(
    args: &PlanTest,
    workspace: &Workspace,
    experiment: &Experiment,
    now: Timestamp,
    destination: Destination,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let name = args.experiment.as_str();
    let usual = if experiment.rotation().is_some() { TestPart::Schedule } else { TestPart::Power };
    match (args.part.unwrap_or(usual), experiment.rotation()) {
        (TestPart::Schedule, Some(rotation)) => {
            let home = &workspace.settings.home_timezone;
            let today = args.today.then(|| home.local(now).date());
            let is_meant = |turn: &PlannedTurn| today.is_none_or(|today| is_of(turn, today, home));
            let rows = schedule(workspace, name, experiment, rotation, is_meant);
            destination.write("schedule", SCHEDULE.map(Column::from).to_vec(), rows, out)
        }
        (TestPart::Schedule, None) => {
            let why = "is a split: the platform decides who sees which cover, and there is no schedule";
            Err(Failure::usage(format!("`{name}` {why}")))
        }
        (TestPart::Power, _) => {
            let places = places(workspace, experiment, now).await;
            let rows = places.iter().map(|place| power(name, experiment, place));
            destination.write("power", POWER.map(Column::from).to_vec(), rows, out)
        }
    }
}

const SCHEDULE: [(&str, ColumnType); 9] = [
    (c::EXPERIMENT, ColumnType::Text),
    (c::MARKET, ColumnType::Text),
    (c::LOCAL_DATE, ColumnType::Day),
    (c::SLOT, ColumnType::Text),
    ("starts_utc", ColumnType::Instant),
    ("settles_utc", ColumnType::Instant),
    ("ends_utc", ColumnType::Instant),
    ("starts_local", ColumnType::WallTime),
    (c::COVER_ID, ColumnType::Text),
];

fn schedule<'w>(
    workspace: &'w Workspace,
    name: &'w str,
    experiment: &'w Experiment,
    rotation: &'w Rotation,
    is_meant: impl Fn(&PlannedTurn) -> bool + Copy + 'w,
) -> impl Iterator<Item = Vec<Value<'w>>> {
    markets(workspace, experiment).flat_map(move |(id, market)| {
        let slots: Vec<&str> = market.slots.names().collect();
        rotation.schedule.turns(id).iter().filter(move |turn| is_meant(turn)).map(move |turn| {
            let PlannedTurn { local_date, slot, starts_at, settles_at, ends_at, cover } = turn;
            vec![
                name.into(),
                id.as_str().into(),
                (*local_date).into(),
                slots.get(*slot).copied().into(),
                Value::Instant(*starts_at),
                Value::Instant(*settles_at),
                Value::Instant(*ends_at),
                Value::WallTime(market.day.zone.local(*starts_at)),
                experiment.covers[*cover].as_str().into(),
            ]
        })
    })
}

const POWER: [(&str, ColumnType); 13] = [
    (c::EXPERIMENT, ColumnType::Text),
    (c::PLATFORM, ColumnType::Text),
    (c::MARKET, ColumnType::Text),
    (c::SINCE, ColumnType::Day),
    (c::UNTIL, ColumnType::Day),
    (c::BROADCASTS, ColumnType::Whole),
    ("worth", ColumnType::Float),
    ("probability_found", ColumnType::Float),
    ("smallest_gain", ColumnType::Float),
    ("planned", ColumnType::Whole),
    ("needed", ColumnType::Whole),
    (c::UNIT, ColumnType::Text),
    (c::NOTE, ColumnType::Text),
];

fn power<'v>(name: &'v str, experiment: &Experiment, place: &'v PlaceOutlook) -> Vec<Value<'v>> {
    let of = |value: fn(&Power) -> Value<'static>| place.power.as_ref().map_or(Value::Null, value);
    vec![
        name.into(),
        place.platform.as_str().into(),
        place.market.as_str().into(),
        of(|power| power.since.into()),
        of(|power| power.until.into()),
        of(|power| i64::try_from(power.broadcasts).ok().into()),
        experiment.worth.into(),
        of(|power| power.found.into()),
        of(|power| power.smallest.into()),
        of(|power| i64::from(power.planned).into()),
        of(|power| power.needed.map(i64::from).into()),
        unit_of(experiment).into(),
        place.note.as_str().into(),
    ]
}
