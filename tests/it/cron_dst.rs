//! Cron across changes of the clock: another scheduler's cases, a naive twin, and every odd day of 156 zones.

use std::collections::{BTreeMap, BTreeSet};

use coverledger::time::{Cron, Resolved, Zone};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use crate::data;

/// Dagster's cases. It runs a fixed time of a fold at the second pass, this program at the first.
#[test]
fn another_schedulers_cases_come_out_the_same_but_for_fixed_times_in_a_fold() {
    let Some(folder) = data::folder("cron-dst") else { return };
    let text = std::fs::read_to_string(folder.join("dagster_dst_vectors.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (mut cases, mut instants, mut first_pass) = (0, 0, 0);
    for vector in vectors["vectors"].as_array().unwrap() {
        let word = |key: &str| vector[key].as_str().unwrap();
        let (zone, cron) = (Zone::named(word("timezone")).unwrap(), Cron::parse(word("cron")).unwrap());
        let expected: Vec<Timestamp> =
            vector["expected"].as_array().unwrap().iter().map(|at| instant(&at["utc"])).collect();
        let found = cron.all_after(&zone, expected[0] - 1.second());
        cases += 1;
        for (expected, found) in expected.iter().zip(found) {
            instants += 1;
            if *expected == found {
                continue;
            }
            let fold = zone.resolve(zone.local(*expected));
            assert_eq!(fold, Resolved::Fold { earlier: found, later: *expected }, "{zone} {cron}");
            assert!(!vector["kind"].as_str().unwrap().starts_with("hourly"), "{zone} {cron}");
            first_pass += 1;
        }
    }
    assert_eq!((cases, instants, first_pass), (42, 259, 6));
}

fn instant(text: &serde_json::Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}

/// Changes of the clock around which the twin looks: (zone, instant), every so many of the golden ones.
fn changes(every: usize) -> Option<Vec<(Zone, Timestamp)>> {
    let text = std::fs::read_to_string(data::folder("tz-golden")?.join("transitions_2015_2036.tsv")).unwrap();
    let row = |line: &str| {
        let mut cells = line.split('\t');
        (Zone::named(cells.next().unwrap()).unwrap(), cells.next().unwrap().parse().unwrap())
    };
    Some(text.lines().skip(1).step_by(every).map(row).collect())
}

/// An expression of which the naive twin knows what it means.
struct Known {
    cron: &'static str,
    minutes: fn(i8) -> bool,
    hours: fn(i8) -> bool,
    repeats: bool,
    skips_gaps: bool,
}

const KNOWN: [Known; 7] = [
    Known { cron: "30 2 * * *", minutes: |m| m == 30, hours: |h| h == 2, repeats: false, skips_gaps: false },
    Known { cron: "0 0 * * *", minutes: |m| m == 0, hours: |h| h == 0, repeats: false, skips_gaps: false },
    Known {
        cron: "5,50 0-3,23 * * *",
        minutes: |m| m == 5 || m == 50,
        hours: |h| h < 4 || h == 23,
        repeats: false,
        skips_gaps: false,
    },
    Known { cron: "*/15 * * * *", minutes: |m| m % 15 == 0, hours: |_| true, repeats: true, skips_gaps: true },
    Known { cron: "45 * * * *", minutes: |m| m == 45, hours: |_| true, repeats: true, skips_gaps: true },
    Known { cron: "20 */2 * * *", minutes: |m| m == 20, hours: |h| h % 2 == 0, repeats: true, skips_gaps: true },
    Known {
        cron: "*/20 0,1,2 * * *",
        minutes: |m| m % 20 == 0,
        hours: |h| h < 3,
        repeats: true,
        skips_gaps: false,
    },
];

impl Known {
    fn names(&self, local: DateTime) -> bool {
        (self.minutes)(local.minute()) && (self.hours)(local.hour())
    }

    /// Every minute from `from` on, asked one by one.
    fn naive(&self, zone: &Zone, from: Timestamp, hours: i64) -> Vec<Timestamp> {
        let fires = |at: &Timestamp| {
            let (local, before) = (zone.local(*at), zone.local(*at - 1.minute()) + 1.minute());
            let mut left_out = std::iter::successors(Some(before), |local| Some(*local + 1.minute()))
                .take_while(|left| *left < local);
            let is_second_pass = matches!(zone.resolve(local), Resolved::Fold { earlier, .. } if earlier < *at);
            (self.names(local) && (self.repeats || !is_second_pass))
                || (!self.skips_gaps && left_out.any(|left| self.names(left)))
        };
        (1..=hours * 60).map(|minute| from + minute.minutes()).filter(fires).collect()
    }
}

#[test]
fn expressions_fire_when_a_naive_walk_over_the_minutes_says() {
    let Some(changes) = changes(60) else { return };
    let mut checked = 0;
    for (zone, change) in changes {
        let (from, hours) = (change - 26.hours(), 52);
        for known in &KNOWN {
            let cron = Cron::parse(known.cron).unwrap();
            let found: Vec<_> = cron.all_after(&zone, from).take_while(|at| *at <= from + hours.hours()).collect();
            assert_eq!(found, known.naive(&zone, from, hours), "{zone} {cron} around {change}");
            checked += found.len();
        }
    }
    assert!(checked > 10_000, "{checked}");
}

/// The dates around which a zone's days are odd, by zone.
fn odd_dates() -> Option<BTreeMap<String, BTreeSet<Date>>> {
    let text = std::fs::read_to_string(data::folder("tz-golden")?.join("odd_local_days_2015_2036.tsv")).unwrap();
    let mut dates: BTreeMap<String, BTreeSet<Date>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split('\t');
        let (zone, date) = (cells.next().unwrap(), cells.next().unwrap());
        dates.entry(zone.to_owned()).or_default().insert(date.parse().unwrap());
    }
    Some(dates)
}

/// What is wrong with a daily job around some dates: each local date has one firing, later than the one before.
fn complaints(
    zone: &Zone,
    time: Time,
    dates: &BTreeSet<Date>,
    next: impl Fn(Timestamp) -> Option<Timestamp>,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for date in dates {
        let days: Vec<Date> = (-1..=2).map(|days| *date + days.days()).collect();
        let expected: Vec<_> =
            days.iter().filter_map(|day| zone.first_instant_at(day.to_datetime(time))).collect();
        let found: Vec<_> =
            std::iter::successors(next(expected[0] - 1.second()), |at| next(*at)).take(days.len()).collect();
        if found != expected || !found.is_sorted_by(|one, other| one < other) {
            complaints.push(format!("{zone} {time} {date}: {found:?}"));
        }
    }
    complaints
}

#[test]
fn a_daily_job_neither_skips_nor_doubles_a_local_day_in_any_zone() {
    let Some(zones) = odd_dates() else { return };
    let mut days = 0;
    let mut wrong = Vec::new();
    for (name, dates) in &zones {
        let zone = Zone::named(name).unwrap();
        days += dates.len();
        for (hour, minute) in [(0, 0), (0, 30), (1, 15), (2, 30), (23, 45)] {
            let cron = Cron::parse(&format!("{minute} {hour} * * *")).unwrap();
            let next = |at| cron.after(&zone, at);
            wrong.extend(complaints(&zone, Time::constant(hour, minute, 0, 0), dates, next));
        }
    }
    assert_eq!((zones.len(), days), (156, 4916));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_fixed_offset_after_the_first_firing_is_found_out() {
    let Some(zones) = odd_dates() else { return };
    let zone = Zone::named("Europe/Paris").unwrap();
    let offset_s = zone.offset_seconds("2026-01-01T00:00:00Z".parse().unwrap());
    let fixed = move |at: Timestamp| {
        let local = jiff::tz::Offset::from_seconds(offset_s).unwrap();
        let mut next = local.to_datetime(at).date().to_datetime(Time::constant(6, 0, 0, 0));
        if local.to_timestamp(next).unwrap() <= at {
            next += 1.day();
        }
        local.to_timestamp(next).ok()
    };
    let wrong = complaints(&zone, Time::constant(6, 0, 0, 0), &zones["Europe/Paris"], fixed);
    assert!(wrong.len() > 20, "{wrong:?}");
}
