//! Clicks by viewers who have no impression.

use crate::scenario::Scenario;

const LOG: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: log
    rows: events
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      event_id: id
      occurred_at: {column: at, format: rfc3339}
      event: {column: what, values: {show: impression, tap: click, enter: entry}}
      market: {value: GB}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
"#;

/// Events of 2026-11-20 such as `08:00:00 show r1 red v1`, each with an id of its own.
fn live(platform: &str, events: &[String]) -> Scenario {
    let line = |(number, event): (usize, &String)| {
        let (time, rest) = event.split_once(' ').unwrap();
        format!("e{number},2026-11-20T{time}Z,{}\n", rest.replace(' ', ","))
    };
    let lines: String = events.iter().enumerate().map(line).collect();
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", platform)
        .job("live", "GB", 1)
        .at("2026-11-21T03:00:00Z")
        .export("live/2026-11-20/a.csv", format!("id,at,what,room,cover,viewer\n{lines}"))
}

fn texts(events: &[&str]) -> Vec<String> {
    events.iter().map(|event| (*event).to_owned()).collect()
}

#[test]
fn a_click_needs_an_impression_of_the_same_viewer_broadcast_and_cover_on_that_day() {
    let events = texts(&[
        "08:00:00 show r1 red v1",
        "08:00:01 tap r1 red v1",
        "08:00:02 tap r1 red v1",
        "08:00:03 tap r1 blue v1",
        "08:00:04 tap r2 red v1",
        "08:00:05 tap r1 red v2",
        "13:00:00 tap r1 red v2",
        // Clocks differ: the impression came later.
        "13:00:01 tap r1 red v3",
        "19:00:00 show r1 red v3",
        // Its impression may be of the day before.
        "00:59:59 tap r1 red v4",
        "01:00:00 tap r1 red v5",
        // An entry needs none.
        "13:00:00 enter r1 red v6",
    ]);
    live(LOG, &events)
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot       impressions  clicks  orphan_clicks
             night      0            2       1
             morning    1            5       3
             afternoon  0            2       1
             prime      1            0       0",
        )
        .expect_table(
            "funnel",
            "slot       broadcast_id  cover_id  clicks  orphan_clicks
             night      r1            red       2       1
             morning    r1            blue      1       1
             morning    r1            red       3       1
             morning    r2            red       1       1
             afternoon  r1            red       2       1
             prime      r1            red       0       0",
        )
        .says("orphan clicks: 5 of 9 have no impression by the same viewer of the same broadcast and cover; most on live/GB/2026-11-20: 5 of 9");
}

/// As many impressions as clicks, of which so many have none: their log calls viewers by another name.
fn clicks(orphans: usize, all: usize) -> Vec<String> {
    let shown = (0..all).map(|viewer| format!("08:00:00 show r1 red v{viewer}"));
    let clicked = (0..all).map(|viewer| {
        let name = if viewer < orphans { "V" } else { "v" };
        format!("08:00:01 tap r1 red {name}{viewer}")
    });
    shown.chain(clicked).collect()
}

#[test]
fn a_log_whose_clicks_have_no_impressions_holds_its_day() {
    live(LOG, &clicks(431, 434)).run().exits(4).says(
        "431 of 434 clicks of live/GB/2026-11-20 have no impression by the same viewer of the same broadcast and cover, \
         more than the 20 % that `max_orphan_share` of the platform allows",
    );
    // A few are no proof, and a fifth is what logs lose.
    for (orphans, all) in [(9, 9), (10, 50)] {
        let scenario = live(LOG, &clicks(orphans, all));
        let expected = format!("slot     clicks  orphan_clicks\n morning  {all:<6}  {orphans}");
        scenario.run().exits(0).expect_table("slot_audience", &expected);
    }
    live(LOG, &clicks(11, 50)).run().exits(4);
}

#[test]
fn a_log_of_sampled_impressions_may_have_as_many_as_the_team_allows() {
    let allowed = |share: &str| LOG.replace("settle: 24h", &format!("settle: 24h\nmax_orphan_share: {share}"));
    live(&allowed("0.9"), &clicks(431, 434)).run().exits(4).says("more than the 90 %");
    let scenario = live(&allowed("1"), &clicks(431, 434));
    scenario.run().exits(0).expect_table("slot_audience", "slot     clicks  orphan_clicks\n morning  434     431");
}

#[test]
fn where_viewers_or_impressions_are_not_known_nothing_is_told() {
    let tables = [
        LOG.replace("      viewer_id: viewer\n", ""),
        LOG.replace("show: impression", "show: ignore"),
        // The entry is the click.
        LOG.replace("click: cover_tap", "click: room_entry").replace("tap: click", "tap: ignore"),
    ];
    for platform in tables {
        let events: Vec<String> =
            clicks(30, 30).into_iter().chain((0..30).map(|n| format!("09:00:00 enter r1 red w{n}"))).collect();
        let scenario = live(&platform, &events);
        let outcome = scenario.run().exits(0);
        assert!(!outcome.stdout.contains("orphan"), "{}", outcome.stdout);
        outcome.expect_table("slot_audience", "slot     orphan_clicks\n morning  –");
    }
}
