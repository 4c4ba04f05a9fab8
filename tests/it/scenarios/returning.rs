//! What is kept of viewers over days: parts, by which key, for how long, and that nothing of it is anywhere else.

use std::collections::BTreeMap;
use std::fs;

use coverledger_archive::VisitPartReader;
use coverledger_core::model::{Id, MarketId, PlatformId, ReturningKey, Visit};

use super::quality;
use crate::rows::{events, impressions};
use crate::scenario::{FEED, Outcome, SHOP, Scenario};
use crate::table;

const KEY: &str = "COVERLEDGER_TEST_RETURNING";
const SECRET: &str = "sixteen letters and more";
const MORNING: &str = "2026-11-21T03:00:00Z";

/// The platform with hosts.
fn shop() -> String {
    SHOP.replace("      viewer_id: viewer\n", "      viewer_id: viewer\n      host_id: age\n")
}

fn keeping(scenario: Scenario, more: &str) -> Scenario {
    scenario.setting("returning", &format!("{{key_env: {KEY}{more}}}"))
}

fn night(scenario: &Scenario) -> Outcome<'_> {
    scenario.cli_with(&["run", "nightly"], &[(KEY, SECRET)])
}

/// Files of the private store, by their name in it.
fn kept(scenario: &Scenario) -> BTreeMap<String, Vec<u8>> {
    scenario.tree("archive/_returning")
}

/// What is published and is not of viewers over days. Tables by content are those at their current paths once more.
fn others(scenario: &Scenario) -> BTreeMap<String, Vec<u8>> {
    let mut archive = scenario.archive();
    let is_of_viewers = |name: &str| {
        let folders = ["_returning/", "_revisions/", "revisit/", "quality_effect/"];
        folders.iter().any(|folder| name.starts_with(folder)) || name.contains("/_viewers/")
    };
    archive.retain(|name, _| !is_of_viewers(name));
    assert!(archive.len() > 3);
    archive
}

/// The names of parts, without their hashes.
fn parts(scenario: &Scenario) -> Vec<String> {
    let names = kept(scenario).into_keys().filter(|name| name.ends_with(".parquet"));
    names.map(|name| name.rsplit_once('-').unwrap().0.to_owned()).collect()
}

fn visits(scenario: &Scenario, part: &str) -> Vec<Visit> {
    let kept = kept(scenario);
    let (name, _) = kept.iter().find(|(name, _)| name.starts_with(part)).unwrap();
    let file = fs::File::open(scenario.path(&format!("archive/_returning/{name}"))).unwrap();
    VisitPartReader::new(file).unwrap().collect::<Result<_, _>>().unwrap()
}

fn viewer(id: &str) -> u64 {
    let key = ReturningKey::new(SECRET.as_bytes(), 1).unwrap();
    key.viewers_of(&PlatformId::new("shop"), &MarketId::new("GB")).viewer(Id::hash_of(id).0)
}

/// What a visit is, for people: cover, host, slot, impressions, clicks, entries, whether it lasted.
fn told(visits: &[Visit], id: &str) -> Vec<String> {
    let is_theirs = |visit: &&Visit| visit.viewer == viewer(id);
    let told = visits.iter().filter(is_theirs).map(|visit| {
        let Visit { broadcast_id, cover_id, host_id, slot, impressions, clicks, entries, stayed, .. } = visit;
        let (cover, host) = (cover_id.as_deref().unwrap_or("-"), host_id.as_deref().unwrap_or("-"));
        format!("{broadcast_id} {cover} {host} {slot} {impressions} {clicks} {entries} {stayed}")
    });
    told.collect()
}

const DAY: &str = "
    e1 2026-11-20T09:00:00Z show  GB r1 red  v1 f anna -
    e2 2026-11-20T09:01:00Z show  GB r1 red  v1 f anna -
    e2 2026-11-20T09:01:00Z show  GB r1 red  v1 f anna -
    e3 2026-11-20T13:02:00Z tap   GB r1 red  v1 f anna -
    e4 2026-11-20T13:03:00Z enter GB r1 red  v1 f anna -
    e5 2026-11-20T13:05:00Z leave GB r1 red  v1 f anna 90
    e6 2026-11-20T20:00:00Z show  GB r1 blue v1 f anna -
    e7 2026-11-20T20:00:00Z show  GB r2 red  v2 f - -
    e8 2026-11-20T20:01:00Z enter GB r2 red  v2 f ben -
    e9 2026-11-20T20:02:00Z leave GB r2 red  v2 f ben 20
    f2 2026-11-20T20:04:00Z paid  GB r2 red  v3 f ben -
";

fn a_day(keeps: bool) -> Scenario {
    let scenario = Scenario::shop().platform("shop", &shop()).at(MORNING);
    let scenario = if keeps { keeping(scenario, "") } else { scenario };
    scenario.export("shop/2026-11-20/a.csv", events(DAY))
}

#[test]
fn a_viewer_a_broadcast_and_a_cover_are_one_visit_and_no_published_byte_is_another() {
    let scenario = a_day(true);
    night(&scenario).exits(0).says("1 market-days: 1 published");
    assert_eq!(parts(&scenario), ["0001/shop/GB/2026-11-20/00000001"]);
    let visits = visits(&scenario, "0001/shop/GB/2026-11-20");
    assert_eq!(visits.len(), 3, "who did not see, click or enter has none: {visits:?}");
    assert_eq!(told(&visits, "v1"), ["r1 blue anna prime 1 0 0 false", "r1 red anna afternoon 2 1 1 true"]);
    assert_eq!(told(&visits, "v2"), ["r2 red ben prime 1 0 1 false"]);
    assert!(visits.is_sorted());

    let without = a_day(false);
    without.run().exits(0);
    // Receipts say when exports were delivered, which differs.
    let tables = |scenario: &Scenario| {
        let others = others(scenario).into_iter();
        others.filter(|(name, _)| name.ends_with(".parquet")).collect::<BTreeMap<_, _>>()
    };
    assert!(tables(&scenario) == tables(&without), "something else is published");
    assert!(tables(&without).len() >= 3);
    // The next night publishes nothing new and keeps the same, and nothing finds fault with it.
    let before = scenario.archive();
    night(&scenario).exits(0).says("1 market-days: 1 current");
    assert!(scenario.archive() == before);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

#[test]
fn turning_it_on_makes_no_day_due_and_a_backfill_of_an_older_day_makes_its_part() {
    let scenario = a_day(false);
    scenario.run().exits(0);
    let published = others(&scenario);
    let scenario = keeping(scenario, "");
    night(&scenario).exits(0).says("1 market-days: 1 current");
    assert_eq!(parts(&scenario), <[&str; 0]>::default());
    let all = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "all"];
    scenario.cli_with(&all, &[(KEY, SECRET)]).exits(0).says("1 current");
    assert_eq!(parts(&scenario), ["0001/shop/GB/2026-11-20/00000001"]);
    assert!(others(&scenario) == published);
}

#[test]
fn a_later_revision_has_a_part_of_its_own_and_the_one_before_the_former_goes() {
    let scenario = a_day(true);
    night(&scenario).exits(0);
    let late = "g1 2026-11-20T21:00:00Z show GB r2 red v9 f ben -";
    scenario.deliver("shop/2026-11-21/a.csv", events(late));
    night(&scenario).exits(0).says("1 market-days: 1 published");
    // The former stays for once: whether the last part's revision came to be published only its receipt tells.
    let [one, two, three] = [1, 2, 3].map(|revision| format!("0001/shop/GB/2026-11-20/0000000{revision}"));
    assert_eq!(parts(&scenario), [&*one, &*two]);
    assert_eq!(told(&visits(&scenario, &two), "v9"), ["r2 red ben prime 1 0 0 false"]);
    scenario.deliver("shop/2026-11-21/b.csv", events("g2 2026-11-20T21:01:00Z show GB r2 red v9 f ben -"));
    night(&scenario).exits(0).says("1 market-days: 1 published");
    night(&scenario).exits(0).says("1 market-days: 1 current");
    assert_eq!(parts(&scenario), [&*two, &*three]);
    assert_eq!(told(&visits(&scenario, &three), "v9"), ["r2 red ben prime 2 0 0 false"]);
}

#[test]
fn a_part_that_a_killed_run_left_without_its_receipt_gives_way() {
    let killed = a_day(true);
    night(&killed).exits(0);
    let left: Vec<(String, Vec<u8>)> = kept(&killed).into_iter().collect();
    // Between the part and the receipt it was killed; by the next run there is more to count.
    let scenario = a_day(true);
    for (name, bytes) in left {
        scenario.write(&format!("archive/_returning/{name}"), bytes);
    }
    let late = "g1 2026-11-20T21:00:00Z show GB r2 red v9 f ben -";
    scenario.deliver("shop/2026-11-21/a.csv", events(late));
    night(&scenario).exits(0).says("1 market-days: 1 published");
    assert_eq!(parts(&scenario), ["0001/shop/GB/2026-11-20/00000001"]);
    let visits = visits(&scenario, "0001/shop/GB/2026-11-20/00000001");
    assert_eq!(told(&visits, "v9"), ["r2 red ben prime 1 0 0 false"]);
    assert_eq!(visits.len(), 4);
}

#[test]
fn a_missing_a_short_or_another_secret_is_told_before_anything_is_done() {
    let scenario = a_day(true);
    let refused = scenario.run().exits(3);
    let refused = refused.complains(
        "error: `returning` in `archive.yaml`: environment variable `COVERLEDGER_TEST_RETURNING` is not set",
    );
    drop(refused);
    scenario.cli(&["check"]).exits(0).says("warning: returning viewers: environment variable");
    let short = scenario.cli_with(&["run", "nightly"], &[(KEY, "fifteen letters")]).exits(3);
    short.complains(
        "error: `returning` in `archive.yaml`: environment variable `COVERLEDGER_TEST_RETURNING`: a secret of fewer than 16 bytes can be guessed",
    );
    assert!(!scenario.path("archive").join("funnel").exists());

    night(&scenario).exits(0);
    let before = scenario.archive();
    let other = [(KEY, "another secret of letters")];
    scenario.deliver("shop/2026-11-21/a.csv", events("g1 2026-11-20T21:00:00Z show GB r2 red v9 f ben -"));
    scenario.cli_with(&["run", "nightly"], &other).exits(3).complains(
        "error: `returning` in `archive.yaml`: environment variable `COVERLEDGER_TEST_RETURNING`: it is not the secret that generation 1 began with, and viewers under another would never come back (put the former one there, or say `generation: 2`: then what is kept of the former generation is deleted, and viewers are known from then on)",
    );
    assert!(scenario.archive() == before, "nothing is done, and nothing lost");

    // The next generation has the other secret, and nothing of the one before is left.
    let scenario = keeping(scenario, ", generation: 2");
    scenario.cli_with(&["run", "nightly"], &other).exits(0).says("1 market-days: 1 published");
    let names: Vec<String> = kept(&scenario).into_keys().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].starts_with("0002/key.json") && names[1].starts_with("0002/shop/GB/2026-11-20/00000002-"));
}

#[test]
fn a_part_goes_on_the_day_it_is_due_by_its_markets_own_date_and_also_if_nothing_else_is_due() {
    let scenario = keeping(Scenario::shop(), ", keep: 8d")
        .market("NZ", "timezone: Pacific/Auckland, slots: day_parts")
        .job("shop", "GB, NZ", 3);
    for date in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        let rows = |market: &str| format!("{market}-{date} {date}T09:00:00Z show {market} r1 red v1 f 1 -\n");
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&(rows("GB") + &rows("NZ"))));
    }
    let left_at = |instant: &str| {
        scenario.clock(instant);
        night(&scenario);
        parts(&scenario)
    };
    let of = |market: &str, date: &str| format!("0001/shop/{market}/2026-11-{date}/00000001");
    let all = [of("GB", "18"), of("GB", "19"), of("GB", "20"), of("NZ", "19"), of("NZ", "20")];
    assert_eq!(left_at("2026-11-21T23:00:00Z"), all);
    assert_eq!(left_at("2026-11-26T23:59:00Z"), all);
    assert_eq!(left_at("2026-11-27T00:01:00Z"), all[1..]);
    // In Auckland the 28th begins at 11:00 UTC on the 27th.
    assert_eq!(left_at("2026-11-27T10:59:00Z"), all[1..]);
    assert_eq!(left_at("2026-11-27T11:01:00Z"), [of("GB", "19"), of("GB", "20"), of("NZ", "20")]);
    assert_eq!(left_at("2026-11-28T00:01:00Z"), [of("GB", "20"), of("NZ", "20")]);
    // Whose market is not configured any longer goes at once.
    let scenario =
        scenario.without_markets().market("GB", "timezone: Europe/London, slots: day_parts").job("shop", "GB", 1);
    night(&scenario);
    assert_eq!(parts(&scenario), [of("GB", "20")]);
}

#[test]
fn impressions_with_flags_are_visits_and_without_viewer_ids_there_are_none() {
    let rows = "
        i1 2026-11-20T09:00:00Z GB r1 red v1 f 18-24 clicked+entered 61
        i2 2026-11-20T10:00:00Z GB r1 red v1 f 18-24 - -
    ";
    let feed = |platform: &str| {
        let scenario = Scenario::shop().platform("feed", platform).job("feed", "GB", 1).at(MORNING);
        let scenario = keeping(scenario, "").export("feed/20261120.ndjson", impressions(rows));
        night(&scenario).exits(0);
        scenario
    };
    let scenario = feed(FEED);
    let part = visits(&scenario, "0001/feed/GB/2026-11-20");
    let [visit] = part.as_slice() else { panic!("{part:?}") };
    assert_eq!((visit.impressions, visit.clicks, visit.entries, visit.stayed), (2, 1, 1, true));
    assert_eq!((&*visit.slot, visit.host_id.as_deref()), ("morning", None));
    let none = feed(&FEED.replace("      viewer_id: viewer\n", ""));
    assert_eq!(parts(&none), <[&str; 0]>::default());
}

#[test]
fn no_id_no_hash_and_no_secret_is_anywhere_but_in_the_private_store() {
    const VIEWERS: usize = 40;
    let mut rows = String::new();
    for viewer in 0..VIEWERS {
        for (event, minute) in [("show", 1), ("tap", 2), ("enter", 3)] {
            rows.push_str(&format!(
                "{event}-{viewer} 2026-11-20T12:{minute:02}:00Z {event} GB r1 red canary-{viewer} f 1 -\n"
            ));
        }
    }
    let bad = events("b1 noon show GB r1 red canary-3 f 1 -");
    let bad = bad.lines().nth(1).unwrap();
    let scenario = keeping(Scenario::shop().at(MORNING), "").setting("max_reject_share", "0.5");
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.deliver("shop/2026-11-20/a.csv", format!("{}{bad}\n", events(&rows)));
    let secret = [(KEY, SECRET)];
    let run = scenario.cli_with(&["run", "nightly", "-vvv", "--output", "json"], &secret);
    let refused = scenario.cli_with(&["run", "nightly", "-vvv"], &[(KEY, "another secret of letters")]).exits(3);
    let status = scenario.cli_with(&["status", "-vvv"], &secret);

    let key = ReturningKey::new(SECRET.as_bytes(), 1).unwrap();
    let viewers = key.viewers_of(&PlatformId::new("shop"), &MarketId::new("GB"));
    let mut numbers: Vec<u64> = Vec::new();
    for viewer in 0..VIEWERS {
        let (low, high) = Id::hash_of(&format!("canary-{viewer}"));
        numbers.extend([low, high, viewers.viewer(low)]);
    }
    let mut hidden: Vec<Vec<u8>> = ["canary", SECRET, "another secret"].map(Into::into).to_vec();
    hidden.push(format!("{:?}", SECRET.as_bytes()).into_bytes());
    hidden.push(key.check_value().into_bytes());
    for number in numbers {
        let texts = [
            number.to_string(),
            number.cast_signed().to_string(),
            format!("{number:x}"),
            format!("{number:X}"),
            base64(number.to_be_bytes()),
            base64(number.to_le_bytes()),
        ];
        hidden.extend(texts.map(String::into_bytes));
        hidden.extend([number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec()]);
    }
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, outcome) in [("run", run), ("refused", refused), ("status", status)] {
        all.push((format!("standard output of {name}"), outcome.stdout.into_bytes()));
        all.push((format!("standard error of {name}"), outcome.stderr.into_bytes()));
    }
    let (private, published): (BTreeMap<_, _>, BTreeMap<_, _>) =
        scenario.archive().into_iter().partition(|(name, _)| name.starts_with("_returning/"));
    for (name, mut bytes) in published.into_iter().chain(scenario.tree("archive/_runs")) {
        if name.ends_with(".parquet") {
            let text = table::everything(&bytes);
            bytes.extend(text.into_bytes());
        }
        all.push((name, bytes));
    }
    assert!(all.len() > 10);
    let is_in = |bytes: &[u8], hidden: &[u8]| bytes.windows(hidden.len()).any(|some| some == hidden);
    for (name, bytes) in &all {
        let found = hidden.iter().find(|hidden| is_in(bytes, hidden));
        assert_eq!(found.map(|found| String::from_utf8_lossy(found)), None, "in {name}");
    }
    // The private store has keyed hashes and nothing that they are made of.
    assert_eq!(private.len(), 2);
    let visits = visits(&scenario, "0001/shop");
    assert_eq!(visits.len(), VIEWERS);
    for visit in visits {
        assert!(hidden.contains(&visit.viewer.to_be_bytes().to_vec()));
    }
    for (name, bytes) in private {
        assert!(!is_in(&bytes, b"canary") && !is_in(&bytes, SECRET.as_bytes()), "{name}");
    }
}

fn base64(bytes: [u8; 8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

#[test]
fn a_source_of_quality_keeps_how_views_went_under_the_numbers_of_the_platforms_viewers() {
    let scenario = a_day(true).platform("mux", quality::MUX).job("shop, mux", "GB", 1);
    let scenario = scenario.export("mux/2026-11-20/a.csv", quality::views(quality::DAY));
    night(&scenario).exits(0).says("2 market-days: 2 published");
    let names = ["0001/mux/GB/2026-11-20/00000001", "0001/shop/GB/2026-11-20/00000001"];
    assert_eq!(parts(&scenario), names);
    let went: Vec<_> = ["v1", "v2", "v3"]
        .into_iter()
        .map(|id| {
            let visits = visits(&scenario, "0001/mux");
            let visits = visits.iter().filter(|visit| visit.viewer == viewer(id));
            let told = visits.map(|visit| {
                let Visit { broadcast_id, cover_id, host_id, slot, quality, .. } = visit;
                assert_eq!(*cover_id, None);
                format!("{broadcast_id} {} {slot} {}", host_id.as_deref().unwrap_or("-"), quality.unwrap().word())
            });
            told.collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(went, ["r1 h1 morning slow", "r1 h1 morning stalled", "r1 h1 morning failed"]);
}

/// Ten nights of a room each, with somebody who only looks on every date but those that are left out.
fn ten_days(left_out: &[i32]) -> Scenario {
    let entries = [
        (11, "red", "v1"),
        (11, "blue", "v2"),
        (12, "red", "v3"),
        (13, "blue", "v1"),
        (19, "red", "v2"),
        (20, "red", "v4"),
    ];
    let scenario = keeping(Scenario::shop().job("shop", "GB", 10).at(MORNING), "");
    for day in (11..=20).filter(|day| !left_out.contains(day)) {
        let date = format!("2026-11-{day}");
        let host = if day == 13 { "ben" } else { "anna" };
        let mut rows = format!("s-{day} {date}T18:00:00Z show GB r{day} red x f {host} -\n");
        for (_, cover, viewer) in entries.iter().filter(|entry| entry.0 == day) {
            rows.push_str(&format!(
                "e-{day}-{viewer} {date}T20:00:00Z enter GB r{day} {cover} {viewer} f {host} -\n"
            ));
        }
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&rows));
    }
    scenario
}

/// Cover, entrants, due and back within 7 days, over all slots.
fn revisits(scenario: &Scenario) -> Vec<[String; 4]> {
    let frame = table::frame(&scenario.tree("archive/revisit"));
    let text = |name: &str, row: usize| table::cell(&frame.column(name).unwrap().get(row).unwrap());
    let rows = (0..frame.height()).filter(|row| text("slot", *row) == "all" && text("within_days", *row) == "7");
    rows.map(|row| ["cover_id", "entrants", "due", "back"].map(|name| text(name, row))).collect()
}

fn rows(expected: &[[&str; 4]]) -> Vec<[String; 4]> {
    expected.iter().map(|row| row.map(str::to_owned)).collect()
}

#[test]
fn viewers_who_come_back_are_counted_and_a_second_night_publishes_nothing_new() {
    let scenario = ten_days(&[]);
    night(&scenario).exits(0).says("10 market-days: 10 published").says("1 decisions: 1 published");
    // Of the entrants of red, v1 came back on the third day, v3 did not within seven, and of v2 and v4 it is not known yet.
    // Of those of blue, v2 came back after eight days, and v1 did not.
    let expected = [["all", "6", "4", "1"], ["blue", "2", "2", "0"], ["red", "4", "2", "1"]];
    assert_eq!(revisits(&scenario), rows(&expected));
    let before = scenario.archive();
    assert!(before.keys().any(|name| name.starts_with("_receipts/shop/_viewers/GB/2026-11-20/")));
    night(&scenario).exits(0).says("1 decisions: 1 current");
    assert!(scenario.archive() == before);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.cli(&["show", "revisit", "--market", "GB"]).exits(0).says("red");

    // With hosts, v1 came back to another's room.
    scenario.write("config/platforms/shop.yaml", shop());
    let all = ["backfill", "nightly", "--from", "2026-11-11", "--to", "2026-11-20", "--reprocess", "all"];
    scenario.cli_with(&all, &[(KEY, SECRET)]).exits(0).says("10 current").says("1 decisions: 1 published");
    assert_eq!(revisits(&scenario)[0].join(" "), "all 6 4 0");
    // A part that is lost costs its date: windows that hold it are not known.
    let kept = kept(&scenario);
    let part = kept.keys().find(|name| name.contains("/2026-11-15/")).unwrap();
    fs::remove_file(scenario.path(&format!("archive/_returning/{part}"))).unwrap();
    night(&scenario).exits(0).says("1 decisions: 1 published");
    assert_eq!(revisits(&scenario)[0].join(" "), "all 6 0 0");
}

#[test]
fn a_date_that_is_not_published_leaves_windows_open_and_a_damaged_part_costs_its_own() {
    let scenario = ten_days(&[15]);
    night(&scenario).says("9 published");
    assert_eq!(revisits(&scenario)[0].join(" "), "all 6 0 0");
    scenario.deliver("shop/2026-11-15/a.csv", events("s-15 2026-11-15T18:00:00Z show GB r15 red x f anna -"));
    night(&scenario).exits(0).says("1 decisions: 1 published");
    assert_eq!(revisits(&scenario)[0].join(" "), "all 6 4 1");
    let kept = kept(&scenario);
    let part = kept.keys().find(|name| name.contains("/2026-11-16/")).unwrap();
    scenario.write(&format!("archive/_returning/{part}"), "rot");
    // What stands on it is looked at when anything else is new.
    scenario.deliver("shop/2026-11-21/a.csv", events("late 2026-11-20T21:00:00Z enter GB r20 red v9 f anna -"));
    night(&scenario).exits(6).says("shop/GB/viewers, 2026-11-16 left out");
    assert_eq!(revisits(&scenario)[0].join(" "), "all 7 0 0");
}

#[test]
fn without_it_nothing_is_told_of_viewers() {
    let scenario = ten_days(&[]);
    let archive = fs::read_to_string(scenario.path("config/archive.yaml")).unwrap();
    let without: Vec<&str> = archive.lines().filter(|line| !line.starts_with("returning")).collect();
    scenario.write("config/archive.yaml", without.join("\n"));
    let told = scenario.run().exits(0);
    assert!(!told.stdout.contains("decisions"), "{}", told.stdout);
    let names: Vec<String> = scenario.archive().into_keys().collect();
    let hidden = ["_returning", "_viewers", "revisit", "quality_effect"];
    assert!(!names.iter().any(|name| hidden.iter().any(|hidden| name.contains(hidden))), "{names:?}");
}
