//! Market-days that must not be published, beside others that must.

use crate::rows::events;
use crate::scenario::Scenario;

const MORNING: &str = "2026-11-21T03:00:00Z";
const SHOW: &str = "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -";

/// GB and JP: a London day stands on one UTC file, a Tokyo day on that and the one before.
fn two_markets() -> Scenario {
    Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 1).at(MORNING)
}

#[test]
fn a_missing_export_is_waited_for_and_others_are_published() {
    let scenario = two_markets().export("shop/2026-11-20/a.csv", events(SHOW));
    // What the platform delivered before it is late with a date.
    scenario.deliver("shop/2026-11-18/a.csv", events(""));
    let outcome = scenario.run().exits(4);
    outcome
        .says("2 market-days: 1 published, 1 waiting")
        .says("waiting: shop/JP/2026-11-20 since 2026-11-20T15:00:00Z\n    no export at `shop/2026-11-19/*.csv`")
        .expect_table(
            "slot_audience",
            "\
            market  local_date  slot       impressions
            GB      2026-11-20  afternoon  1",
        );
    scenario.deliver("shop/2026-11-19/a.csv", events(""));
    scenario.run().exits(0).says("2 market-days: 1 published, 1 current");
}

#[test]
fn a_corrupt_export_fails_its_market_days_by_name_and_others_are_published() {
    let scenario = two_markets()
        .export("shop/2026-11-19/a.csv", "id,at,event,country\n1,2,3,4\n")
        .export("shop/2026-11-20/a.csv", events(SHOW));
    scenario
        .run()
        .exits(6)
        .says("2 market-days: 1 published, 1 failed")
        .says("failed: shop/JP/2026-11-20")
        .says("export `shop/2026-11-19/a.csv`:")
        .expect_table(
            "slot_audience",
            "\
            market  local_date  slot       impressions
            GB      2026-11-20  afternoon  1",
        );
    assert!(!scenario.path("archive/funnel/platform=shop/market=JP").exists());
    scenario.deliver("shop/2026-11-19/a.csv", events(""));
    scenario.run().exits(0).says("2 market-days: 1 published, 1 current");
}

#[test]
fn too_many_rejects_hold_a_market_day_back() {
    let mut lines = String::new();
    for number in 0..98 {
        lines.push_str(&format!("e{number} 2026-11-20T12:00:00Z show GB r1 c1 v{number} f 25-34 -\n"));
    }
    let two_in_a_hundred =
        format!("{lines}x1 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -\nx2 noon show GB r c v - - -");
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(&two_in_a_hundred));
    scenario
        .run()
        .exits(4)
        .says("1 market-days: 1 held")
        .says("export `shop/2026-11-20/a.csv`: 2 of 100 records were rejected, more than the 1 % that `max_reject_share` allows")
        .expect_table(
            "rejects",
            "export_date  object                 record  byte_offset  reason         column  text
             2026-11-20   shop/2026-11-20/a.csv  99      5131         unknown_event  event   x1,2026-11-20T12:00:00Z,like,GB,r1,c1,‹viewer›,f,25-34,
             2026-11-20   shop/2026-11-20/a.csv  100     5181         bad_time       at      x2,noon,show,GB,r,c,‹viewer›,,,",
        );
    assert!(!scenario.path("archive/funnel").exists());
    let scenario = scenario.setting("max_reject_share", "0.02");
    scenario.run().exits(0).says("1 market-days: 1 published");
}

#[test]
fn the_reason_of_a_hold_names_the_commonest_reject_and_what_mends_it() {
    let rows = |room: &str| -> Vec<u8> {
        let row = |number| format!("e{number},2026-11-20T12:00:00Z,show,GB,{room},c1,v{number},f,25-34,\n");
        let lines: String = (0..3).map(row).collect();
        [b"id,at,event,country,room,cover,viewer,gender,age,dwell\n", lines.as_bytes()].concat()
    };
    let latin: Vec<u8> = rows("Caf~").into_iter().map(|byte| if byte == b'~' { 0xe9 } else { byte }).collect();
    for (content, expected) in [
        (latin, "all are `not_utf8`: the file is in another encoding; name it in `encoding`, such as `gb18030`"),
        (
            rows("7.65142E+18"),
            "all are `mangled_id` in column `room`: a spreadsheet saved its ids as rounded numbers",
        ),
    ] {
        let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", content);
        scenario.run().exits(4).says("3 of 3 records were rejected").says(expected);
        scenario.cli(&["status"]).exits(0).says(expected);
    }
    let two_kinds = "a 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -\nb noon show GB r c v - - -\nc noon show GB r c v - - -";
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(two_kinds));
    scenario.run().exits(4).says("; 2 of them are `bad_time` in column `at`: ");
}

#[test]
fn an_export_that_is_gone_holds_its_market_day_until_that_is_accepted() {
    let scenario = Scenario::shop()
        .at(MORNING)
        .export("shop/2026-11-20/a.csv", events(SHOW))
        .export("shop/2026-11-20/b.csv", events("e2 2026-11-20T12:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.run().exits(0);
    std::fs::remove_file(scenario.path("exports/shop/2026-11-20/b.csv")).unwrap();
    let before = scenario.tree("archive/slot_audience");
    scenario
        .run()
        .exits(4)
        .says("`shop/2026-11-20/b.csv` is gone, and revision 1 was made from it (give `--accept-shrink` if that is right)");
    assert!(scenario.tree("archive/slot_audience") == before, "the good numbers stand");
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0).expect_table(
        "slot_audience",
        "\
        local_date  impressions  revision
        2026-11-20  1            2",
    );
}

#[test]
fn totals_that_shrink_hold_a_market_day_until_that_is_accepted() {
    let shows = |count: usize| {
        let line = |number| format!("e{number} 2026-11-20T12:00:00Z show GB r1 c1 v{number} f 25-34 -\n");
        events(&(0..count).map(line).collect::<String>())
    };
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", shows(10));
    scenario.run().exits(0);
    scenario.deliver("shop/2026-11-20/a.csv", shows(9));
    scenario.run().exits(0).says("1 published");
    scenario.deliver("shop/2026-11-20/a.csv", shows(8));
    scenario
        .run()
        .exits(4)
        .says("`impressions` of shop/GB/2026-11-20 would fall from 9 to 8, by more than the 10 % that `max_shrink_share` allows")
        .expect_table("slot_audience", "\
            local_date  impressions  revision
            2026-11-20  9            2");
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0).expect_table(
        "slot_audience",
        "\
        local_date  impressions  revision
        2026-11-20  8            3",
    );
}

/// So many impressions at noon, each of a cover of its own.
fn distinct_covers(date: &str, count: usize) -> String {
    let header = "id,at,event,country,room,cover,viewer,gender,age,dwell\n";
    let rows = (0..count).map(|n| format!("{date}-{n},{date}T12:00:00Z,show,GB,r1,{date}-c{n},v1,f,25-34,\n"));
    header.to_owned() + &rows.collect::<Vec<_>>().concat()
}

#[test]
fn more_covers_than_fit_the_bound_are_counted_fewer_dates_at_a_time() {
    let scenario = Scenario::shop().setting("memory", "64MiB").job("shop", "GB", 2).at(MORNING);
    scenario.deliver("shop/2026-11-19/a.csv", distinct_covers("2026-11-19", 40_000));
    scenario.deliver("shop/2026-11-20/a.csv", distinct_covers("2026-11-20", 40_000));
    let outcome = scenario.cli(&["run", "nightly", "-v"]).exits(0).says("2 market-days: 2 published");
    assert!(outcome.stderr.contains("counting fewer dates at a time"), "{}", outcome.stderr);
    outcome.expect_table(
        "slot_audience",
        "\
            local_date  slot       impressions
            2026-11-19  afternoon  40000
            2026-11-20  afternoon  40000",
    );
}

#[test]
fn a_date_with_more_covers_than_fit_the_bound_fails_by_name() {
    let scenario = Scenario::shop().setting("memory", "64MiB").at(MORNING);
    scenario.deliver("shop/2026-11-20/a.csv", distinct_covers("2026-11-20", 140_000));
    scenario
        .run()
        .exits(6)
        .says("export `shop/2026-11-20/a.csv`: it has more than")
        .says("distinct combinations of market, broadcast, cover and audience: is an id mapped as a cover or an audience?");
    assert!(!scenario.path("archive/funnel").exists());
}
