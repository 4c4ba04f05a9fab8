//! `coverledger now`

mod advised;
mod on_air;

use jiff::Timestamp;

use super::args::{Global, Now};
use super::fit::{Content, FitColumn, fitted};
use super::near::is_known;
use super::rows::{Column, Destination, Value};
use super::run::clock;
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::stores;
use coverledger_brief::NameBook;
use coverledger_config::Workspace;
use coverledger_core::model::{ColumnType, MarketId, PlatformId, columns as c};
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
            let columns = COLUMNS.map(Column::from).to_vec();
            destination.write("now", columns, places.iter().map(|place| row(&workspace, place)), out)?;
        }
    }
    Ok(exit::DONE)
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
    let names = NameBook::new(workspace.brief.as_ref().map(|brief| &brief.names));
    let city = names.city(home.name()).en;
    let shown = |at: Option<Timestamp>, zone: &Zone| {
        let Some(local) = at.map(|at| zone.local(at)) else { return "–".to_owned() };
        let form = if local.date() == today.date() { "%H:%M" } else { "%a %H:%M" };
        local.strftime(form).to_string()
    };
    let cover = |air: &Option<Air>| air.as_ref().map_or_else(|| "–".to_owned(), |air| air.cover_id.clone());
    let zone = |place: &OnAir| workspace.markets[&place.market].day.zone.clone();
    let until = |place: &OnAir| place.now.as_ref().map(|air| air.ends_at);
    let next_at = |place: &OnAir| place.next.as_ref().map(|air| air.starts_at);
    let column = |heading: &str, content: Content, cell: &dyn Fn(&OnAir) -> String| {
        FitColumn::new(heading, content, &places.iter().map(cell).collect::<Vec<_>>())
    };
    // The most important first: what has no room is left out.
    let columns = [
        column("market", Content::Text, &|place| place.market.to_string()),
        column("platform", Content::Text, &|place| place.platform.to_string()),
        column("now", Content::Text, &|place| cover(&place.now)),
        column(&format!("until {city}"), Content::Word, &|place| shown(until(place), home)),
        column("next", Content::Text, &|place| cover(&place.next)),
        column(&format!("at {city}"), Content::Word, &|place| shown(next_at(place), home)),
        column("by", Content::Text, &by),
        column("until there", Content::Word, &|place| shown(until(place), &zone(place))),
        column("at there", Content::Word, &|place| shown(next_at(place), &zone(place))),
    ];
    let columns: Vec<&FitColumn> = columns.iter().collect();
    out.page(&fitted(&columns, Some(out.width())).grid)?;
    // What many places have in common is said once.
    let mut notes: Vec<(&str, Vec<String>)> = Vec::new();
    for place in places.iter().filter(|place| !place.note.is_empty()) {
        let name = format!("{}/{}", place.platform, place.market);
        match notes.iter_mut().find(|(note, _)| *note == place.note) {
            Some((_, others)) => others.push(name),
            None => notes.push((&place.note, vec![name])),
        }
    }
    for (note, of) in notes {
        let of = if of.len() == places.len() { "all".to_owned() } else { of.join(", ") };
        writeln!(out, "{of}: {note}")?;
    }
    Ok(())
}

/// By what it is known.
fn by(place: &OnAir) -> String {
    match (&place.experiment, &place.action) {
        (Some(test), _) => format!("test {test}"),
        (None, Some(action)) => format!("brief: {}", action.replace('_', " ")),
        (None, None) => "–".to_owned(),
    }
}

const COLUMNS: [(&str, ColumnType); 22] = [
    (c::MARKET, ColumnType::Text),
    (c::PLATFORM, ColumnType::Text),
    (c::SOURCE, ColumnType::Text),
    (c::EXPERIMENT, ColumnType::Text),
    (c::ACTION, ColumnType::Text),
    (c::COVER_ID, ColumnType::Text),
    (c::SLOT, ColumnType::Text),
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
    (c::HOME_TIMEZONE, ColumnType::Text),
    (c::NOTE, ColumnType::Text),
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
        text(place.action.as_deref()),
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
