//! While a rotation runs: which cover is on air now and next, today's turns, the calendar of switches, and the reminder.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::receiver::Receiver;
use crate::scenario::Scenario;
use crate::scenarios::schedule::Scheduler;

const ROTATION: &str = "version: 1\ndesign: rotation\nplatforms: [shop]\nmarkets: [GB, JP]\ncovers: [red, \"blue, <b>\"]\n\
                        window: {from: 2026-11-16, to: 2026-11-20}\nrotation: {turn: 30m, burn_in: 5m, seed: 1}\n";

fn rotation() -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 5);
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/experiments/hero.yaml", ROTATION);
    std::fs::create_dir(scenario.path("archive")).unwrap();
    scenario
}

fn rows(scenario: &Scenario, args: &[&str]) -> Vec<Value> {
    let outcome = scenario.cli(&[args, &["--output", "json"]].concat()).exits(0);
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// Market, beginning, end and cover of each turn, from the schedule as CSV.
fn turns(scenario: &Scenario) -> Vec<(String, Timestamp, Timestamp, String)> {
    scenario.cli(&["plan-test", "hero", "--csv", "schedule.csv"]).exits(0);
    let mut reader = csv::Reader::from_path(scenario.path("schedule.csv")).unwrap();
    let turn = |row: csv::StringRecord| {
        (row[0].to_owned(), row[3].parse().unwrap(), row[5].parse().unwrap(), row[7].to_owned())
    };
    reader.records().map(|row| turn(row.unwrap())).collect()
}

/// Market, instant and cover of each time another cover goes on air.
fn switches(scenario: &Scenario) -> BTreeSet<(String, Timestamp, String)> {
    let turns = turns(scenario);
    let mut switches = BTreeSet::new();
    for (at, (market, starts_at, _, cover)) in turns.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &turns[before]);
        let keeps = before.is_some_and(|before| (&before.0, &before.3, before.2) == (market, cover, *starts_at));
        if !keeps {
            switches.insert((market.clone(), *starts_at, cover.clone()));
        }
    }
    assert!(switches.len() < turns.len(), "some turn keeps its cover, or this shows nothing");
    switches
}

#[test]
fn now_says_what_the_schedule_says_by_both_clocks() {
    let scenario = rotation();
    let switches = switches(&scenario);
    let turns = turns(&scenario);
    for at in ["2026-11-18T12:00:00Z", "2026-11-18T12:31:00Z", "2026-11-16T00:00:00Z", "2026-11-20T23:40:00Z"] {
        let instant: Timestamp = at.parse().unwrap();
        let rows = rows(&scenario, &["now", "--at", at]);
        assert_eq!(rows.len(), 2);
        for row in &rows {
            let market = row["market"].as_str().unwrap();
            let now = turns.iter().find(|(of, from, to, _)| of == market && *from <= instant && instant < *to);
            assert_eq!(row["cover_id"].as_str(), now.map(|(.., cover)| cover.as_str()), "{at} {row}");
            let next = switches.iter().find(|(of, from, _)| of == market && *from > instant);
            let next_at = next.map(|(_, from, _)| from.to_string());
            if now.is_some() {
                assert_eq!(row["next_utc"].as_str().map(str::to_owned), next_at, "{at} {row}");
                assert_eq!(row["next_cover_id"].as_str(), next.map(|(.., cover)| cover.as_str()));
                assert_eq!((&row["source"], &row["experiment"]), (&"rotation".into(), &"hero".into()));
            }
        }
    }
    // 12:31 in London is 20:31 in Shanghai.
    let row = &rows(&scenario, &["now", "--market", "GB", "--at", "2026-11-18T12:31:00Z"])[0];
    let (home, local) = (row["until_home"].as_str().unwrap(), row["until_local"].as_str().unwrap());
    assert_eq!(&home[11..16].replace("20:", "12:").replace("21:", "13:"), &local[11..16], "{row}");
    scenario
        .cli(&["now", "--at", "2026-11-18T12:31:00Z"])
        .exits(0)
        .says("2026-11-18 20:31, Asia/Shanghai")
        .says("21:00")
        .says("test hero");
}

#[test]
fn the_burn_in_is_told_and_its_end_is_exact() {
    let scenario = rotation();
    let (_, switch, _) = switches(&scenario).into_iter().find(|(market, ..)| market == "GB").unwrap();
    let later = |seconds: i64| switch.checked_add(SignedDuration::from_secs(seconds)).unwrap().to_string();
    for (seconds, settles) in [(0, true), (299, true), (300, false)] {
        let row = &rows(&scenario, &["now", "--market", "GB", "--at", &later(seconds)])[0];
        assert_eq!(row["settles_utc"].is_string(), settles, "{seconds} {row}");
        assert_eq!(row["note"].as_str().unwrap().contains("burn-in"), settles, "{row}");
    }
}

#[test]
fn without_a_rotation_and_a_brief_now_says_so_and_near_names_are_told() {
    let scenario = rotation();
    for at in ["2026-11-10T12:00:00Z", "2026-12-10T12:00:00Z"] {
        let row = &rows(&scenario, &["now", "--market", "GB", "--at", at])[0];
        assert_eq!((&row["source"], &row["cover_id"]), (&"none".into(), &Value::Null));
        let note = row["note"].as_str().unwrap();
        assert!(note.contains("there is no brief yet"), "{note}");
        assert_eq!(note.contains("test hero begins at 2026-11-16T00:00:00Z"), at < "2026-11-16", "{note}");
    }
    scenario.cli(&["now", "--market", "GD"]).exits(2).complains_of("did you mean `GB`");
    scenario.cli(&["now", "--platform", "shoop"]).exits(2).complains_of("did you mean `shop`");
    scenario.cli(&["plan-test", "hera", "--today"]).exits(2).complains_of("did you mean `hero`");
}

#[test]
fn today_is_the_day_at_home() {
    let scenario = rotation();
    // 17:00 in London is 01:00 of the 19th in Shanghai.
    let outcome = scenario.cli(&["plan-test", "hero", "--today", "--at", "2026-11-18T17:00:00Z"]).exits(0);
    let outcome = outcome.says("GB, 2026-11-19 by the clock of Asia/Shanghai").says("on air now");
    assert!(
        outcome.stdout.contains("00:00–00:30") && outcome.stdout.contains("16:00–16:30"),
        "{}",
        outcome.stdout
    );
    let turns = outcome.stdout.lines().filter(|line| line.contains('–')).count();
    assert_eq!(turns, 2 * 48, "a day of half hours in each market");
    scenario
        .cli(&["plan-test", "hero", "--today", "--at", "2026-12-01T00:00:00Z"])
        .exits(0)
        .says("no turn: the test runs from 2026-11-16 to 2026-11-20");
}

/// Properties by event, unfolded; of an alarm with `ALARM.` in front.
fn events(ics: &str) -> Vec<Vec<(String, String)>> {
    let unfolded = ics.replace("\r\n ", "");
    let (mut events, mut is_alarm) = (Vec::new(), false);
    for line in unfolded.split("\r\n") {
        match line {
            "BEGIN:VEVENT" => events.push(Vec::new()),
            "BEGIN:VALARM" => is_alarm = true,
            "END:VALARM" => is_alarm = false,
            line => {
                if let (Some(event), Some((key, value))) = (events.last_mut(), line.split_once(':')) {
                    let key = if is_alarm { format!("ALARM.{key}") } else { key.to_owned() };
                    event.push((key, value.to_owned()));
                }
            }
        }
    }
    events
}

#[test]
fn the_calendar_has_an_event_for_each_switch_and_is_the_same_each_time() {
    let scenario = rotation();
    let write = |file: &str, at: &str| {
        scenario
            .cli(&["plan-test", "hero", "--ics", file, "--at", at])
            .exits(0)
            .says(&format!("written to {file}"));
        std::fs::read_to_string(scenario.path(file)).unwrap()
    };
    let ics = write("a.ics", "2026-11-18T12:00:00Z");
    assert_eq!(ics, write("b.ics", "2026-11-19T12:00:00Z"), "nothing in it comes from the clock");
    assert!(ics.starts_with("BEGIN:VCALENDAR\r\n") && ics.ends_with("END:VCALENDAR\r\n"));
    assert!(ics.lines().all(|line| line.len() <= 75), "lines are folded");
    let events = events(&ics);
    let of = |event: &[(String, String)], key: &str| {
        let mut values = event.iter().filter(|(name, _)| name == key);
        let value = values.next().unwrap_or_else(|| panic!("no {key}")).1.clone();
        assert_eq!(values.next(), None, "{key} twice");
        value
    };
    let expected = switches(&scenario);
    let found: BTreeSet<(String, String, String)> = events
        .iter()
        .map(|event| {
            let summary = of(event, "SUMMARY").replace("\\,", ",");
            let (place, cover) = summary.split_once(": ").unwrap();
            (place.split(" · ").next().unwrap().to_owned(), of(event, "DTSTART"), cover.to_owned())
        })
        .collect();
    let utc = |at: &Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let expected: BTreeSet<_> =
        expected.iter().map(|(market, at, cover)| (market.clone(), utc(at), cover.clone())).collect();
    assert_eq!((events.len(), found), (expected.len(), expected));
    let ids: BTreeSet<String> = events.iter().map(|event| of(event, "UID")).collect();
    assert_eq!(ids.len(), events.len());
    let stamps: BTreeSet<String> = events.iter().map(|event| of(event, "DTSTAMP")).collect();
    assert_eq!(stamps, BTreeSet::from(["20261115T150000Z".to_owned()]), "when the first turn begins, in Tokyo");
    for event in &events {
        assert_eq!((of(event, "ALARM.ACTION"), of(event, "ALARM.TRIGGER")), ("DISPLAY".into(), "-PT10M".into()));
        assert_eq!(of(event, "ALARM.UID"), format!("alarm.{}", of(event, "UID")));
        assert!(of(event, "DTEND") > of(event, "DTSTART"));
    }
    // A schedule that is drawn anew moves events and does not double them.
    scenario.write("config/experiments/hero.yaml", ROTATION.replace("seed: 1", "seed: 2"));
    let anew = self::events(&write("c.ics", "2026-11-18T12:00:00Z"));
    let same = anew.iter().filter(|event| ids.contains(&of(event, "UID"))).count();
    assert!(same > anew.len() / 2, "{same} of {}", anew.len());
    scenario.write(
        "config/experiments/hero.yaml",
        ROTATION
            .replace("rotation: {turn: 30m, burn_in: 5m, seed: 1}", "split: {broadcasts: 20}")
            .replace("design: rotation", "design: split"),
    );
    scenario.cli(&["plan-test", "hero", "--ics", "d.ics"]).exits(2).complains_of("is a split");
}

#[test]
fn schedule_reminds_of_a_switch_once_in_each_channels_language() {
    let scenario = rotation();
    let day = |days: i64| {
        let at = Timestamp::now().checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        at.strftime("%Y-%m-%d").to_string()
    };
    // Of two turns of five minutes one at least brings another cover.
    let hero = ROTATION
        .replace("from: 2026-11-16, to: 2026-11-20", &format!("from: {}, to: {}", day(-2), day(2)))
        .replace("turn: 30m, burn_in: 5m", "turn: 5m, burn_in: 1m");
    scenario.write("config/experiments/hero.yaml", hero);
    scenario.write(
        "config/notifications.yaml",
        "version: 1\nremind: 15m\nchannels:\n  ops: {kind: webhook, url_env: OPS_URL, tell: [switch]}\n  \
         team: {kind: feishu, url_env: TEAM_URL, tell: [switch], language: zh}\n  \
         alerts: {kind: slack, url_env: ALERTS_URL, tell: [failed]}\n",
    );
    let job = "version: 1\nschedule: {cron: \"0 0 1 1 *\", timezone: UTC}\nplatforms: [shop]\nmarkets: [GB, JP]\nlookback_days: 1\n";
    scenario.write("jobs/nightly.yaml", job);
    let [ops, alerts] = [Receiver::new(""), Receiver::new("ok")];
    let team = Receiver::new(r#"{"code":0,"msg":"success","data":{}}"#);
    let mut command = scenario.command(&["schedule", "--log", "json"]);
    command.env("OPS_URL", ops.url("/")).env("TEAM_URL", team.url("/")).env("ALERTS_URL", alerts.url("/"));
    let scheduler = Scheduler::of(command, scenario.path("schedule.log"));
    let mut heard = Vec::new();
    let mut said = Vec::new();
    scheduler.wait("a reminder", || (!scheduler.log().is_empty()).then_some(()));
    for _ in 0..600 {
        heard.extend(ops.arrived());
        said.extend(team.arrived());
        if heard.len() >= 2 && said.len() >= 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Looks go on each second: whoever is told twice would be now.
    std::thread::sleep(std::time::Duration::from_secs(3));
    heard.extend(ops.arrived());
    said.extend(team.arrived());
    scheduler.signal("TERM");
    scheduler.end();
    assert!(!heard.is_empty() && alerts.arrived().is_empty());
    let mut seen = BTreeSet::new();
    for message in &heard {
        let message = message.json();
        assert_eq!((&message["topic"], &message["version"]), (&"switch".into(), &1.into()));
        assert!(seen.insert(message["starts_at"].as_str().unwrap().to_owned()), "told twice: {message}");
        for switch in message["switches"].as_array().unwrap() {
            assert_ne!(switch["cover_id"], switch["instead_of"], "{message}");
            assert_eq!(switch["experiment"], "hero");
        }
    }
    let texts: Vec<String> =
        said.iter().map(|message| message.json()["content"]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts.len(), heard.len());
    assert!(texts[0].starts_with("coverledger：上海 ") && texts[0].contains("换上"), "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains("<b>")), "{texts:?}");
}
