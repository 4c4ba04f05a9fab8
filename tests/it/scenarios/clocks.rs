//! Market-days on the market's own clock.

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

fn shop_in(market: &str, definition: &str) -> Scenario {
    Scenario::new()
        .market(market, definition)
        .platform("shop", &SHOP.replace("values: {UK: GB}, ", ""))
        .job("shop", market, 1)
}

fn us() -> Scenario {
    shop_in("US", "timezone: America/New_York, slots: day_parts")
}

#[test]
fn the_night_in_which_clocks_go_forward_is_an_hour_short() {
    let night = events(
        "e1 2026-03-08T04:59:59.999999Z show US r1 c1 v1 f 25-34 -
         e2 2026-03-08T05:00:00Z        show US r1 c1 v1 f 25-34 -
         e3 2026-03-08T06:59:59.999999Z show US r1 c1 v1 f 25-34 -
         e4 2026-03-08T07:00:00Z        show US r1 c1 v1 f 25-34 -
         e5 2026-03-08T09:59:59.999999Z show US r1 c1 v1 f 25-34 -
         e6 2026-03-08T10:00:00Z        show US r1 c1 v1 f 25-34 -",
    );
    us().at("2026-03-09T04:00:00Z")
        .export("shop/2026-03-08/a.csv", night)
        .export(
            "shop/2026-03-09/a.csv",
            events(
                "e7 2026-03-09T03:59:59.999999Z show US r1 c1 v1 f 25-34 -
                 e8 2026-03-09T04:00:00Z        show US r1 c1 v1 f 25-34 -",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "local_date  slot     impressions  slot_seconds  slot_start_local     slot_start_utc
             2026-03-08  night    4            18000         2026-03-08T00:00:00  2026-03-08T05:00:00Z
             2026-03-08  morning  1            21600         2026-03-08T06:00:00  2026-03-08T10:00:00Z
             2026-03-08  late     1            3600          2026-03-08T23:00:00  2026-03-09T03:00:00Z",
        );
}

#[test]
fn the_night_in_which_clocks_go_back_is_an_hour_long() {
    let night = events(
        "e1 2026-11-01T03:59:59.999999Z show US r1 c1 v1 f 25-34 -
         e2 2026-11-01T04:00:00Z        show US r1 c1 v1 f 25-34 -
         e3 2026-11-01T05:30:00Z        show US r1 c1 v1 f 25-34 -
         e4 2026-11-01T06:30:00Z        show US r1 c1 v1 f 25-34 -
         e5 2026-11-01T10:59:59.999999Z show US r1 c1 v1 f 25-34 -
         e6 2026-11-01T11:00:00Z        show US r1 c1 v1 f 25-34 -",
    );
    us().at("2026-11-02T05:00:00Z")
        .export("shop/2026-11-01/a.csv", night)
        .export(
            "shop/2026-11-02/a.csv",
            events(
                "e7 2026-11-02T04:59:59.999999Z show US r1 c1 v1 f 25-34 -
                 e8 2026-11-02T05:00:00Z        show US r1 c1 v1 f 25-34 -",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "local_date  slot     impressions  slot_seconds  slot_start_local     slot_start_utc
             2026-11-01  night    4            25200         2026-11-01T00:00:00  2026-11-01T04:00:00Z
             2026-11-01  morning  1            21600         2026-11-01T06:00:00  2026-11-01T11:00:00Z
             2026-11-01  late     1            3600          2026-11-01T23:00:00  2026-11-02T04:00:00Z",
        );
}

#[test]
fn a_broadcast_day_keeps_the_small_hours_of_the_next_date() {
    shop_in("IN", "timezone: Asia/Kolkata, slots: broadcast, day_starts_at: \"04:00\"")
        .at("2026-11-21T22:30:00Z")
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T22:29:59Z show IN r1 c1 v1 f 25-34 -"))
        .export(
            "shop/2026-11-21/a.csv",
            events(
                "e2 2026-11-21T17:29:59Z show IN r1 c1 v1 f 25-34 -
                 e3 2026-11-21T17:30:00Z show IN r1 c1 v1 f 25-34 -
                 e4 2026-11-21T19:00:00Z show IN r1 c1 v1 f 25-34 -
                 e5 2026-11-21T22:29:59Z show IN r1 c1 v1 f 25-34 -
                 e6 2026-11-21T22:30:00Z show IN r1 c1 v1 f 25-34 -",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "local_date  slot   impressions  slot_seconds  slot_start_local     slot_start_utc
             2026-11-21  prime  1            14400         2026-11-21T19:00:00  2026-11-21T13:30:00Z
             2026-11-21  late   3            18000         2026-11-21T23:00:00  2026-11-21T17:30:00Z",
        );
}
