//! A world on paper: its configuration and its exports, as files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::naive::dwell_ms;
use super::world::{Delivery, MARKETS, What, World};

pub fn write(world: &World, folder: &Path) {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "config/archive.yaml",
        "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\nmax_reject_share: 1\n",
    );
    put("config/markets.yaml", &markets(world));
    put("config/platforms/p.yaml", &platform(world));
    put("jobs/j.yaml", "version: 1\nplatforms: [p]\nmarkets: [AA, BB]\nlookback_days: 1\n");
    for (object, text) in exports(world) {
        put(&format!("exports/{object}"), &text);
    }
}

fn markets(world: &World) -> String {
    let mut text = "version: 1\nslots:\n".to_owned();
    for (market, clock) in MARKETS.iter().zip(world.clocks) {
        let slots: Vec<String> = clock.slots.iter().map(|(name, start)| format!("{name}: \"{start}\"")).collect();
        let _ = writeln!(text, "  of_{market}: {{{}}}", slots.join(", "));
    }
    text.push_str("markets:\n");
    for (market, clock) in MARKETS.iter().zip(world.clocks) {
        let (zone, start) = (clock.zone, clock.day_starts_at);
        let _ = writeln!(text, "  {market}: {{timezone: {zone}, slots: of_{market}, day_starts_at: \"{start}\"}}");
    }
    text
}

fn platform(world: &World) -> String {
    let tap = if world.entry_is_click { "" } else { "tap: click, " };
    let leave = if world.has_leaves { "leave: leave, " } else { "" };
    let clicked = if world.entry_is_click { "" } else { "\n      clicked: clicked" };
    let click = if world.entry_is_click { "room_entry" } else { "cover_tap" };
    let otherwise = if world.ignores_strangers { "ignore" } else { "reject" };
    let [events, impressions] = &world.exports;
    format!(
        "version: 1
conventions: {{impression: displays, click: {click}}}
settle: 1h
exports:
  - name: events
    rows: events
    path: \"x/{{date:%d-%m-%Y}}/*.csv\"
    day: {{timezone: {}}}
    late_days: {}
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {{column: event, values: {{show: impression, {tap}{leave}enter: entry, paid: order, beat: ignore}}}}
      market: {{column: market, otherwise: {otherwise}}}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: [gender, age]
      dwell_seconds: dwell
  - name: impressions
    rows: impressions
    path: \"x/{{date:%d-%m-%Y}}/*.ndjson\"
    day: {{timezone: {}}}
    early_days: {}
    late_days: {}
    format: ndjson
    columns:
      event_id: id
      occurred_at: {{column: at, format: epoch_us}}
      market: {{column: market, otherwise: {otherwise}}}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: [gender, age]{clicked}
      entered: entered
      ordered: ordered
      dwell_seconds: dwell
",
        events.zone, events.late, impressions.zone, impressions.early, impressions.late
    )
}

fn exports(world: &World) -> BTreeMap<String, String> {
    let mut exports: BTreeMap<String, String> = BTreeMap::new();
    for row in &world.rows {
        let text = exports.entry(row.object.clone()).or_insert_with(|| match row.export {
            0 => "id,at,event,market,room,cover,viewer,gender,age,dwell\n".to_owned(),
            _ => String::new(),
        });
        let line = if row.export == 0 { csv(world, row) } else { ndjson(world, row) };
        let _ = writeln!(text, "{line}");
    }
    exports
}

fn seconds(dwell_ms: u32) -> String {
    format!("{}.{:03}", dwell_ms / 1000, dwell_ms % 1000)
}

fn csv(world: &World, row: &Delivery) -> String {
    let Delivery { event_id, market, broadcast, cover, viewer, audience: [gender, age], .. } = row;
    let at = Timestamp::from_microsecond(row.occurred_us).unwrap();
    let event = match row.what {
        What::Show => "show",
        What::Tap => "tap",
        What::Enter => "enter",
        What::Leave => "leave",
        What::Paid => "paid",
        What::Beat => "beat",
        What::Broken(0) => return format!("{event_id},yesterday,show,{market},{broadcast},{cover},{viewer},,,"),
        What::Broken(1) => return format!("{event_id},{at},like,{market},{broadcast},{cover},{viewer},,,"),
        What::Broken(_) => return format!("{event_id},{at},show"),
        What::Flags { .. } => unreachable!("an impression among events"),
    };
    let dwell = dwell_ms(world, row).map(seconds).unwrap_or_default();
    format!("{event_id},{at},{event},{market},{broadcast},{cover},{viewer},{gender},{age},{dwell}")
}

fn ndjson(world: &World, row: &Delivery) -> String {
    let Delivery { event_id, occurred_us, market, broadcast, cover, viewer, audience: [gender, age], .. } = row;
    let (id, [clicked, entered, ordered]) = match row.what {
        What::Flags { clicked, entered, ordered } => (format!("\"{event_id}\""), [clicked, entered, ordered]),
        What::Broken(0) => return "{\"id\": \"e1\", ".to_owned(),
        _ => ("null".to_owned(), [false; 3]),
    };
    let dwell = dwell_ms(world, row).map_or_else(|| "null".to_owned(), seconds);
    let clicked = if world.entry_is_click { String::new() } else { format!("\"clicked\": {clicked}, ") };
    format!(
        "{{\"id\": {id}, \"at\": {occurred_us}, \"market\": \"{market}\", \"room\": \"{broadcast}\", \
         \"cover\": \"{cover}\", \"viewer\": \"{viewer}\", \"gender\": \"{gender}\", \"age\": \"{age}\", {clicked}\
         \"entered\": {entered}, \"ordered\": {ordered}, \"dwell\": {dwell}}}"
    )
}
