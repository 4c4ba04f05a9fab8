//! Counts are those of the same week that the other exports give as events.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::census::Census;
use crate::audience::Audience;
use crate::calendar::Calendar;
use crate::plan::{self, Broadcast};
use crate::platform::PLATFORMS;
use crate::row::{Event, Row};
use crate::tests::files_below;
use crate::{Demo, DemoError, DemoFormat, DemoRows, LAST_DATE, Written};
use coverledger_core::model::Counts;

const HOUR_MS: i64 = 3_600_000;

fn written(rows: DemoRows, format: DemoFormat) -> (tempfile::TempDir, Written) {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { rows, events: 60_000, format: Some(format), ..Demo::default() };
    let written = demo.write(dir.path(), &|_| {}).unwrap();
    (dir, written)
}

/// Every text file below a folder, by its path, in lines.
fn files(root: &Path) -> BTreeMap<String, Vec<String>> {
    let entry = |path: PathBuf| {
        let lines = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
        (path.to_string_lossy().into_owned(), lines)
    };
    files_below(root).into_iter().map(entry).collect()
}

/// The sum of a column over the rows of a file, without totals.
fn sum(lines: &[String], names: [&str; 2]) -> i64 {
    let header = lines.iter().position(|line| line.contains(names[0]) || line.contains(names[1])).unwrap();
    let place = lines[header].split(',').position(|name| names.contains(&name)).unwrap();
    let rows = lines[header + 1..].iter().filter(|line| !line.starts_with("Total") && !line.starts_with("Gesamt"));
    rows.map(|line| line.split(',').nth(place).unwrap().parse::<i64>().unwrap()).sum()
}

#[test]
fn counts_add_up_to_the_events_of_the_same_week() {
    let (events, _) = written(DemoRows::Events, DemoFormat::Csv);
    let mut happened = BTreeSet::new();
    for line in files(&events.path().join("exports/shop_app")).values().flatten() {
        let cells: Vec<&str> = line.split(',').collect();
        // Broken rows: truncated, an unknown market, a mangled id, an impossible time.
        let is_broken =
            cells.len() < 10 || cells[3] == "ZZ" || cells[4].contains('E') || cells[1].contains("25:61");
        if !is_broken {
            happened.insert((cells[0].to_owned(), cells[2].to_owned()));
        }
    }
    let of = |word: &str| i64::try_from(happened.iter().filter(|(_, what)| what == word).count()).unwrap();
    let (counts, _) = written(DemoRows::Counts, DemoFormat::Csv);
    let mut files = files(&counts.path().join("exports/shop_app"));
    // The corrected file was made a day after the preliminary one, whose name begins alike.
    files.retain(|name, _| !name.contains("2026-10-26/rooms-1_20261027T"));
    let total = |names: [&str; 2]| files.values().map(|lines| sum(lines, names)).sum::<i64>();
    assert!(of("show") > 10_000);
    assert_eq!(total(["Impressions", "Impres\u{ad}sionen"]), of("show"));
    assert_eq!(total(["Cover taps", "Tipps auf das Titel\u{ad}bild"]), of("tap"));
    assert_eq!(total(["Views", "Aufrufe"]), of("enter"));
    assert_eq!(total(["Paid orders", "Bezahlte Bestellungen"]), of("paid"));
}

#[test]
fn totals_are_the_sums_of_their_rows_and_a_correction_has_more() {
    let (dir, written) = written(DemoRows::Counts, DemoFormat::Csv);
    let files = files(&dir.path().join("exports"));
    assert_eq!(u64::try_from(files.len()).unwrap(), written.exports);
    let mut corrected = BTreeMap::new();
    for (name, lines) in files.iter().filter(|(name, _)| name.contains("shop_app")) {
        let names = ["Impressions", "Impres\u{ad}sionen"];
        let total = lines.last().unwrap();
        assert!(total.starts_with("Total,") || total.starts_with("Gesamt,"), "{name}: {total}");
        assert_eq!(total.split(',').nth(6).unwrap(), sum(lines, names).to_string(), "{name}");
        corrected.insert(name.split("exports/").nth(1).unwrap(), sum(lines, names));
    }
    let first = corrected["shop_app/2026-10-26/rooms-1_20261027T060000Z.csv"];
    let second = corrected["shop_app/2026-10-26/rooms-1_20261028T060000Z.csv"];
    assert!(first > 0 && first < second, "{first} and {second}");
}

#[test]
fn every_format_holds_the_same_rows_twice_over() {
    for format in ["csv", "csv.gz", "tsv", "ndjson", "ndjson.gz", "parquet"] {
        let (_dir, one) = written(DemoRows::Counts, format.parse().unwrap());
        let (_dir, two) = written(DemoRows::Counts, DemoFormat::Csv);
        assert_eq!((one.rows, one.exports), (two.rows, two.exports), "{format}");
        assert_eq!(one.exports, 10 * 4 + 3, "ten path dates, four files each, one of each platform twice");
    }
}

#[test]
fn a_folder_of_events_is_not_written_over_with_counts() {
    let (dir, _) = written(DemoRows::Events, DemoFormat::Csv);
    let counts = Demo { rows: DemoRows::Counts, events: 60_000, format: Some(DemoFormat::Csv), ..Demo::default() };
    assert!(matches!(counts.write(dir.path(), &|_| {}), Err(DemoError::AnotherDemo { .. })));
}

/// An evening in London on the first platform, on a day without a clock change.
fn evening(list: &[Broadcast]) -> &Broadcast {
    let is_long = |made: &&Broadcast| made.ends_at_ms - made.starts_at_ms > 3 * HOUR_MS;
    let in_london = |made: &&Broadcast| made.market == 1 && made.platform.number == 0;
    list.iter().filter(is_long).find(in_london).unwrap()
}

fn row(broadcast: &Broadcast, at_ms: i64, viewer: u32, event: Event) -> Row<'_> {
    Row {
        number: 1,
        occurred_at_ms: at_ms,
        event,
        broadcast,
        cover: 0,
        viewer,
        audience: Audience { gender: 0, age: 1 },
        dwell_seconds: None,
        clicked: false,
        entered: false,
        ordered: false,
    }
}

fn hours(census: &mut Census<'_>) -> Vec<(i64, Counts)> {
    let cells = census.take_before(i64::MAX);
    cells.into_iter().map(|(spot, sum)| (spot.start_ms / HOUR_MS, sum.counts)).collect()
}

#[test]
fn a_viewer_counts_once_where_they_came_first_whatever_the_order_of_rows() {
    let list = plan::broadcasts(1, &Calendar::ending(LAST_DATE, 7).unwrap(), &PLATFORMS, false).unwrap();
    let on = evening(&list);
    let hour = on.starts_at_ms / HOUR_MS + 1;
    let at = |minute: i64| hour * HOUR_MS + minute * 60_000;
    let mut census = Census::new(HOUR_MS).unwrap();
    for (minute, viewer) in [(70, 7), (10, 7), (80, 7), (61, 8)] {
        census.note(&row(on, at(minute), viewer, Event::Impression)).unwrap();
    }
    // A viewer enters at 55 and leaves at 65: a stay of ten minutes in the hour of the entry.
    census.note(&row(on, at(55), 7, Event::Entry)).unwrap();
    census.note(&Row { dwell_seconds: Some(600), ..row(on, at(65), 7, Event::Leave) }).unwrap();
    let first = Counts {
        impressions: 1,
        unique_impressions: 1,
        entries: 1,
        entrants: 1,
        stays: 1,
        dwell_ms: 600_000,
        ..Counts::default()
    };
    let second = Counts { impressions: 3, unique_impressions: 1, ..Counts::default() };
    assert_eq!(hours(&mut census), [(hour, first), (hour + 1, second)]);
}

#[test]
fn the_next_day_and_the_next_broadcast_count_a_viewer_again() {
    let list = plan::broadcasts(1, &Calendar::ending(LAST_DATE, 7).unwrap(), &PLATFORMS, false).unwrap();
    let on = evening(&list);
    // London keeps winter time: midnight is 00:00 UTC.
    let midnight_ms = (on.starts_at_ms / (24 * HOUR_MS) + 1) * 24 * HOUR_MS;
    let mut census = Census::new(HOUR_MS).unwrap();
    for minute in [-30, -20, 10, 20] {
        census.note(&row(on, midnight_ms + minute * 60_000, 7, Event::Impression)).unwrap();
    }
    let other = list.iter().find(|made| made.market == 1 && made.number != on.number).unwrap();
    census.note(&row(other, midnight_ms + 20 * 60_000, 7, Event::Impression)).unwrap();
    let uniques: Vec<u64> = hours(&mut census).iter().map(|(_, counts)| counts.unique_impressions).collect();
    assert_eq!(uniques, [1, 1, 1]);
}
