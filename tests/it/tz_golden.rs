//! Every change of offset and every odd local day of 156 zones, 2015 to 2036, against the golden data.
//!
//! The data is IANA 2026c; the program carries a newer release. Where they differ, [`NEWER`] says why.

use std::collections::BTreeMap;

use coverledger::time::{DayRule, Resolved, Zone, tz_release};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use crate::data;

const ROWS: usize = 4916;
const ZONES: usize = 156;

/// Where an IANA release newer than the golden data's changed what a clock will show.
struct Newer {
    zone: &'static str,
    /// Golden rows from this date up to, not including, `until` are overtaken …
    from: &'static str,
    until: &'static str,
    /// … by this offset, kept all the while.
    offset_s: i32,
    transitions: usize,
    odd_days: usize,
}

/// Everything in which the bundled release (2026f) differs from the golden one (2026c).
const NEWER: [Newer; 3] = [
    // Cuba keeps summer time through the winter of 2026/27.
    Newer {
        zone: "America/Havana",
        from: "2026-11-01",
        until: "2027-03-15",
        offset_s: -14_400,
        transitions: 2,
        odd_days: 2,
    },
    // The Northwest Territories keep UTC-6 for good, as Alberta has done since 2026c.
    Newer {
        zone: "America/Inuvik",
        from: "2026-11-01",
        until: "2037-01-01",
        offset_s: -21_600,
        transitions: 21,
        odd_days: 21,
    },
    // Manitoba keeps UTC-5 for good.
    Newer {
        zone: "America/Winnipeg",
        from: "2026-11-01",
        until: "2037-01-01",
        offset_s: -18_000,
        transitions: 21,
        odd_days: 21,
    },
];

/// The rows of a table, cut at its tabs; the header is checked and dropped.
fn table<const N: usize>(name: &str, header: [&str; N]) -> Option<Vec<[String; N]>> {
    let text = std::fs::read_to_string(data::folder("tz-golden")?.join(name)).unwrap();
    let cut = |line: &str| -> [String; N] {
        line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()
    };
    let mut rows = text.lines().map(cut);
    assert_eq!(rows.next().unwrap(), header);
    Some(rows.collect())
}

/// The change that overtook a golden row, if one did.
fn newer(zone: &str, date: Date) -> Option<&'static Newer> {
    let covers = |newer: &&Newer| {
        let (from, until): (Date, Date) = (newer.from.parse().unwrap(), newer.until.parse().unwrap());
        newer.zone == zone && (from..until).contains(&date)
    };
    NEWER.iter().find(covers)
}

/// Zones looked up once.
#[derive(Default)]
struct Zones(BTreeMap<String, Zone>);

impl Zones {
    fn get(&mut self, name: &str) -> Zone {
        self.0.entry(name.to_owned()).or_insert_with(|| Zone::named(name).unwrap()).clone()
    }
}

/// A row of `transitions`.
struct Transition {
    at: Timestamp,
    before_s: i32,
    after_s: i32,
    local_before: DateTime,
    local_after: DateTime,
    kind: String,
}

fn transitions() -> Option<Vec<(String, Transition)>> {
    let header = ["zone", "utc", "offset_before_s", "offset_after_s", "local_before", "local_after", "kind"];
    let rows = table("transitions_2015_2036.tsv", header)?;
    assert_eq!(rows.len(), ROWS);
    let read = |[zone, utc, before_s, after_s, local_before, local_after, kind]: [String; 7]| {
        let transition = Transition {
            at: utc.parse().unwrap(),
            before_s: before_s.parse().unwrap(),
            after_s: after_s.parse().unwrap(),
            local_before: local_before.parse().unwrap(),
            local_after: local_after.parse().unwrap(),
            kind,
        };
        (zone, transition)
    };
    Some(rows.into_iter().map(read).collect())
}

#[test]
fn every_transition_falls_where_the_golden_data_says() {
    let Some(rows) = transitions() else { return };
    let mut zones = Zones::default();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (name, row) in rows {
        let utc = row.at.to_string();
        let zone = zones.get(&name);
        if let Some(newer) = newer(&name, row.local_before.date()) {
            let around = [zone.offset_seconds(row.at - 1.second()), zone.offset_seconds(row.at)];
            assert_eq!(around, [newer.offset_s; 2], "{name} {utc}");
            continue;
        }
        checked += 1;
        let offsets = (zone.offset_seconds(row.at - 1.second()), zone.offset_seconds(row.at));
        let locals = (zone.local(row.at - 1.microsecond()), zone.local(row.at));
        if offsets != (row.before_s, row.after_s)
            || locals != (row.local_before - 1.microsecond(), row.local_after)
            || zone.next_transition(row.at - 1.second()) != Some(row.at)
            || !resolves(&zone, &row)
        {
            wrong.push(format!("{name} {utc}: {offsets:?}, golden {:?}", (row.before_s, row.after_s)));
        }
    }
    assert_eq!(checked, ROWS - NEWER.iter().map(|newer| newer.transitions).sum::<usize>());
    assert_eq!(zones.0.len(), ZONES);
    assert!(wrong.is_empty(), "{} differ under {}:\n{}", wrong.len(), tz_release(), wrong.join("\n"));
}

/// Whether local times at and around the edges of a gap or an overlap mean what they should.
fn resolves(zone: &Zone, row: &Transition) -> bool {
    let at_before = |local: DateTime| instant(local, row.before_s);
    let at_after = |local: DateTime| instant(local, row.after_s);
    let exact_before = |local| zone.resolve(local) == Resolved::Exact(at_before(local));
    let exact_after = |local| zone.resolve(local) == Resolved::Exact(at_after(local));
    let (low, high) = (row.local_before.min(row.local_after), row.local_before.max(row.local_after));
    let middle = low + ((i64::from(row.after_s) - i64::from(row.before_s)).abs() / 2).seconds();
    let inside = [low, middle, high - 1.microsecond()];
    if row.kind == "gap" {
        let gap =
            |local| zone.resolve(local) == Resolved::Gap { before: at_before(local), after: at_after(local) };
        exact_before(low - 1.microsecond())
            && inside.into_iter().all(gap)
            && exact_after(high)
            && inside.into_iter().all(|local| zone.first_instant_at(local) == Some(row.at))
    } else {
        let fold =
            |local| zone.resolve(local) == Resolved::Fold { earlier: at_before(local), later: at_after(local) };
        row.kind == "overlap"
            && exact_before(low - 1.microsecond())
            && inside.into_iter().all(fold)
            && exact_after(high)
            && inside.into_iter().all(|local| zone.first_instant_at(local) == Some(at_before(local)))
    }
}

fn instant(local: DateTime, offset_s: i32) -> Timestamp {
    jiff::tz::Offset::from_seconds(offset_s).unwrap().to_timestamp(local).unwrap()
}

#[test]
fn there_are_no_transitions_beside_the_golden_ones() {
    let Some(rows) = transitions() else { return };
    let mut golden: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for (name, row) in rows {
        golden.entry(name).or_default().push(row.at);
    }
    let (from, to): (Timestamp, Timestamp) =
        ("2015-01-01T00:00:00Z".parse().unwrap(), "2036-12-31T23:59:59Z".parse().unwrap());
    let mut wrong = Vec::new();
    for (name, expected) in &golden {
        let zone = Zone::named(name).unwrap();
        let next = |at: &Timestamp| zone.next_transition(*at);
        let found: Vec<Timestamp> = std::iter::successors(next(&from), next).take_while(|at| *at <= to).collect();
        let beside = found.iter().filter(|at| !expected.contains(at));
        wrong.extend(beside.map(|at| format!("{name} {at}")));
    }
    assert!(wrong.is_empty(), "{} only in {}:\n{}", wrong.len(), tz_release(), wrong.join("\n"));
}

#[test]
fn every_odd_day_is_as_long_as_the_golden_data_says() {
    let header = ["zone", "local_date", "day_start_utc", "day_length_s", "midnight", "crossings"];
    let Some(rows) = table("odd_local_days_2015_2036.tsv", header) else { return };
    assert_eq!(rows.len(), ROWS);
    let mut zones = Zones::default();
    let mut overtaken = 0;
    let mut midnights: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for [name, date, start, length_s, midnight, crossings] in rows {
        let zone = zones.get(&name);
        let local_date: Date = date.parse().unwrap();
        let day = DayRule::calendar(zone.clone()).day(local_date).unwrap();
        if newer(&name, local_date).is_some() {
            assert_eq!(day.length_seconds(), 86_400, "{name} {date}");
            overtaken += 1;
            continue;
        }
        let found_midnight = match zone.resolve(local_date.to_datetime(jiff::civil::Time::midnight())) {
            Resolved::Exact(_) => "ok",
            Resolved::Gap { .. } => "missing",
            Resolved::Fold { .. } => "ambiguous",
            Resolved::OutOfRange => "out of range",
        };
        let inside =
            std::iter::successors(zone.next_transition(day.start - 1.second()), |at| zone.next_transition(*at));
        let found_crossings = inside.take_while(|at| *at <= day.end).count();
        let found = [day.start.to_string(), day.length_seconds().to_string(), found_midnight.to_owned()];
        if found != [start.clone(), length_s.clone(), midnight.clone()] || crossings.parse() != Ok(found_crossings)
        {
            wrong.push(format!("{name} {date}: {found:?}, golden {:?}", [start, length_s, midnight.clone()]));
        }
        *midnights.entry(midnight).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{} differ under {}:\n{}", wrong.len(), tz_release(), wrong.join("\n"));
    assert_eq!(zones.0.len(), ZONES);
    assert_eq!(overtaken, NEWER.iter().map(|newer| newer.odd_days).sum::<usize>());
    let expected = [("ambiguous", 75), ("missing", 177), ("ok", 4620)];
    assert_eq!(midnights, expected.map(|(word, days)| (word.to_owned(), days)).into_iter().collect());
}
