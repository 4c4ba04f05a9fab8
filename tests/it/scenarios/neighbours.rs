//! Exports beside each other: what one of them has no say in.

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const MORNING: &str = "2026-11-22T03:00:00Z";

/// One file per country, as many platforms deliver.
fn by_country() -> Scenario {
    let of = |market: &str, more: &str| {
        let text = SHOP.split_once("exports:\n").unwrap().1;
        let text =
            text.replace("name: events", &format!("name: {market}")).replace("shop/", &format!("{market}/"));
        let text = text
            .replace("{column: country, values: {UK: GB}, otherwise: reject}", &format!("{{value: {market}}}"));
        text.replace("paid: order, ", more)
    };
    let head = SHOP.split_once("exports:\n").unwrap().0;
    let yaml = format!("{head}exports:\n{}{}", of("GB", "paid: order, "), of("PT", ""));
    Scenario::shop()
        .market("PT", "timezone: Europe/Lisbon, slots: day_parts")
        .platform("shop", &yaml)
        .job("shop", "GB, PT", 1)
        .at(MORNING)
}

#[test]
fn an_export_of_another_market_is_not_waited_for() {
    let scenario =
        by_country().export("GB/2026-11-21/a.csv", events("e1 2026-11-21T12:00:00Z show XX r1 c1 v1 f 25-34 -"));
    scenario.run().exits(4).says("2 market-days: 1 published, 1 waiting").says("waiting: shop/PT/2026-11-21");
    scenario.deliver("PT/2026-11-21/a.csv", "broken");
    scenario.run().exits(6).says("2 market-days: 1 current, 1 failed").says("failed: shop/PT/2026-11-21");
}

#[test]
fn a_count_that_only_another_markets_export_has_is_null() {
    let scenario = by_country()
        .export("GB/2026-11-21/a.csv", events("e1 2026-11-21T12:00:00Z show XX r1 c1 v1 f 25-34 -"))
        .export("PT/2026-11-21/a.csv", events("e2 2026-11-21T12:00:00Z show XX r1 c1 v1 f 25-34 -"));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "\
            market  impressions  orders
            GB      1            0
            PT      1            –",
    );
}

#[test]
fn an_object_that_two_exports_match_fails_by_name() {
    let (head, export) = SHOP.split_once("exports:\n").unwrap();
    let other = export.replace("name: events", "name: more").replace("*.csv", "a*.csv");
    let yaml = format!("{head}exports:\n{export}{other}");
    let scenario = Scenario::shop().platform("shop", &yaml).at(MORNING);
    scenario.deliver("shop/2026-11-21/a.csv", events("e1 2026-11-21T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    scenario
        .run()
        .exits(6)
        .says("export `shop/2026-11-21/a.csv` is matched by the paths of more than one entry of `exports`");
}

#[test]
fn a_stay_that_ends_after_midnight_counts_though_nothing_is_ever_late() {
    let yaml = SHOP.replace("late_days: 1", "late_days: 0");
    let scenario = Scenario::shop().platform("shop", &yaml).at(MORNING);
    scenario.deliver("shop/2026-11-21/a.csv", events("e1 2026-11-21T23:50:00Z enter GB r1 c1 v1 f 25-34 -"));
    scenario.run().exits(0).says("1 published");
    scenario.deliver("shop/2026-11-22/a.csv", events("e2 2026-11-22T00:10:00Z leave GB r1 c1 v1 f 25-34 1200"));
    scenario.run().exits(0).says("1 published").expect_table(
        "slot_audience",
        "\
            local_date  slot  entries  stays  dwell_seconds
            2026-11-21  late  1        1      1200",
    );
}

#[test]
fn an_entry_is_no_click_where_another_export_of_the_platform_has_clicks() {
    let (head, export) = SHOP.split_once("exports:\n").unwrap();
    let head = head.replace("cover_tap", "room_entry");
    let taps = export.replace("name: events", "name: taps").replace("shop/", "taps/");
    let taps = taps.replace("enter: entry, leave: leave, paid: order, ", "").replace("show: impression, ", "");
    let export = export.replace("tap: click, ", "");
    let scenario = Scenario::shop().platform("shop", &format!("{head}exports:\n{export}{taps}")).at(MORNING);
    scenario.deliver("shop/2026-11-21/a.csv", events("e1 2026-11-21T12:00:01Z enter GB r1 c1 v1 f 25-34 -"));
    scenario.deliver("taps/2026-11-21/a.csv", events("e2 2026-11-21T12:00:00Z tap GB r1 c1 v1 f 25-34 -"));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "\
            entries  clicks
            1        1",
    );
}
