//! `coverledger now`

mod advised;
mod on_air;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::args::{Global, Now};
use super::grid::Grid;
use super::rows::{Column, Destination, Value};
use super::run::clock;
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::run::stores;
use coverledger_config::{Workspace, among};
use coverledger_core::model::{ColumnType, MarketId, PlatformId};
use coverledger_core::time::Zone;
use on_air::{Air, OnAir};

/// Prints which cover is on air now and next: of running rotations by their schedules, of other places by the newest brief.
pub async fn run(args: &Now, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let workspace = load(global)?;
    let at = clock(args.at).now();
    let market = args.market.as_deref();
    is_known("market", market, workspace.markets.keys().map(MarketId::as_str))?;
    let platforms = workspace.platforms.keys().filter(|platform| workspace.counts(platform));
    is_known("platform", args.platform.as_deref(), platforms.map(PlatformId::as_str))?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let advised = advised::read(&archive).await?;
    let mut places = on_air::all(&workspace, &advised, at);
    places.retain(|place| {
        market.is_none_or(|market| place.market.as_str() == market)
            && args.platform.as_deref().is_none_or(|platform| place.platform.as_str() == platform)
    });
    match destination {
        None => print(&workspace, &places, at, out)?,
        Some(destination) => {
            let columns = COLUMNS.map(|(name, of_type)| Column { name: name.into(), of_type }).to_vec();
            destination.write("now", columns, places.iter().map(|place| row(&workspace, place)), out)?;
        }
    }
    Ok(exit::DONE)
}

fn is_known<'n>(
    what: &str,
    asked: Option<&str>,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Result<(), Failure> {
    match asked {
        Some(asked) if known.clone().all(|known| known != asked) => {
            let known = among("known", known, asked);
            Err(Failure::usage(format!("there is no {what} `{asked}` ({known})")))
        }
        _ => Ok(()),
    }
}

/// For people.
fn print(workspace: &Workspace, places: &[OnAir], at: Timestamp, out: &mut Screen<'_>) -> Result<(), Failure> {
    let home = &workspace.settings.home_timezone;
    let today = home.local(at);
    writeln!(out, "{}, {}", today.strftime("%Y-%m-%d %H:%M"), home.name())?;
    if places.is_empty() {
        writeln!(out, "no job and no test has such a place")?;
        return Ok(());
    }
    let city = city(home);
    let mut grid = Grid::new(
        [
            "market",
            "platform",
            "now",
            &format!("until {city}"),
            "until there",
            "next",
            &format!("at {city}"),
            "at there",
            "by",
        ],
        9,
    );
    let shown = |time: Option<DateTime>| {
        let form = |time: DateTime| if time.date() == today.date() { "%H:%M" } else { "%a %H:%M" };
        time.map_or_else(|| "–".to_owned(), |time| time.strftime(form(time)).to_string())
    };
    for place in places {
        let zone = &workspace.markets[&place.market].day.zone;
        let cover = |air: &Option<Air>| air.as_ref().map_or_else(|| "–".to_owned(), |air| air.cover_id.clone());
        let until = place.now.as_ref().map(|air| air.ends_at);
        let next_at = place.next.as_ref().map(|air| air.starts_at);
        let by = match (&place.experiment, place.note.as_str()) {
            (Some(test), "") => format!("test {test}"),
            (Some(test), note) => format!("test {test}: {note}"),
            (None, note) => note.to_owned(),
        };
        grid.add_row([
            place.market.to_string(),
            place.platform.to_string(),
            cover(&place.now),
            shown(until.map(|at| home.local(at))),
            shown(until.map(|at| zone.local(at))),
            cover(&place.next),
            shown(next_at.map(|at| home.local(at))),
            shown(next_at.map(|at| zone.local(at))),
            by,
        ]);
    }
    Ok(out.page(&grid)?)
}

const COLUMNS: [(&str, ColumnType); 21] = [
    ("market", ColumnType::Text),
    ("platform", ColumnType::Text),
    ("source", ColumnType::Text),
    ("experiment", ColumnType::Text),
    ("cover_id", ColumnType::Text),
    ("slot", ColumnType::Text),
    ("since_utc", ColumnType::Instant),
    ("since_local", ColumnType::WallTime),
    ("since_home", ColumnType::WallTime),
    ("settles_utc", ColumnType::Instant),
    ("until_utc", ColumnType::Instant),
    ("until_local", ColumnType::WallTime),
    ("until_home", ColumnType::WallTime),
    ("next_cover_id", ColumnType::Text),
    ("next_slot", ColumnType::Text),
    ("next_utc", ColumnType::Instant),
    ("next_local", ColumnType::WallTime),
    ("next_home", ColumnType::WallTime),
    ("timezone", ColumnType::Text),
    ("home_timezone", ColumnType::Text),
    ("note", ColumnType::Text),
];

/// For programs.
fn row<'p>(workspace: &'p Workspace, place: &'p OnAir) -> Vec<Value<'p>> {
    let home = &workspace.settings.home_timezone;
    let zone = &workspace.markets[&place.market].day.zone;
    let text = |text: Option<&'p str>| text.map_or(Value::Null, Value::from);
    let instant = |at: Option<Timestamp>| at.map_or(Value::Null, Value::Instant);
    let local = |at: Option<Timestamp>, zone: &Zone| at.map_or(Value::Null, |at| Value::WallTime(zone.local(at)));
    let (now, next) = (place.now.as_ref(), place.next.as_ref());
    let (since, until) = (now.map(|air| air.starts_at), now.map(|air| air.ends_at));
    let next_at = next.map(|air| air.starts_at);
    vec![
        text(Some(place.market.as_str())),
        text(Some(place.platform.as_str())),
        text(Some(place.source)),
        text(place.experiment.as_deref()),
        text(now.map(|air| air.cover_id.as_str())),
        text(now.and_then(|air| air.slot.as_deref())),
        instant(since),
        local(since, zone),
        local(since, home),
        instant(place.settles_at),
        instant(until),
        local(until, zone),
        local(until, home),
        text(next.map(|air| air.cover_id.as_str())),
        text(next.and_then(|air| air.slot.as_deref())),
        instant(next_at),
        local(next_at, zone),
        local(next_at, home),
        text(Some(zone.name())),
        text(Some(home.name())),
        text(Some(place.note.as_str())),
    ]
}

/// `Ho Chi Minh` of `Asia/Ho_Chi_Minh`.
fn city(zone: &Zone) -> String {
    zone.name().rsplit('/').next().unwrap_or_default().replace('_', " ")
}
