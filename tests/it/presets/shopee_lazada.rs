//! `shopee_live` and `lazada_live`: sessions without a rate of the cover.

use super::workbook::workbook;
use super::{fixture, preset, settle};

#[test]
fn shopee_sessions_are_counted_by_their_covers_without_the_test_and_past_midnight() {
    let scenario = preset("shopee_live", &[("ID", "Asia/Jakarta")])
        .export("shopee_live/ID/2026-11-19/sessions.json", fixture("shopee_live/sessions_of_nothing.json"))
        .export(
            "shopee_live/ID/2026-11-20/sessions.json",
            fixture("shopee_live/sessions_with_a_test_and_one_past_midnight.json"),
        )
        .export("shopee_live/ID/2026-11-21/sessions.json", fixture("shopee_live/sessions_of_nothing.json"));
    // One from 19:00 to 21:00. One from 22:30 to 00:30: a quarter before 23:00, a half before midnight, a quarter after.
    let outcome = settle(&scenario, "2026-11-20", "2026-11-21").exits(0).expect_table(
        "funnel",
        "local_date  slot   broadcast_id  cover_id                         impressions  clicks  entries  entrants  dwell_seconds  orders  prorated_entries
         2026-11-20  prime  6236215       https://cf.shopee.test/red.jpg   –            –       1200     –         114000         –       0
         2026-11-20  prime  6236216       https://cf.shopee.test/blue.jpg  –            –       200      –         12000          –       200
         2026-11-20  late   6236216       https://cf.shopee.test/blue.jpg  –            –       400      –         24000          –       400
         2026-11-21  night  6236216       https://cf.shopee.test/blue.jpg  –            –       200      –         12000          –       200",
    );
    outcome.expect_table(
        "slot_audience",
        "local_date  slot   entries  ctr  effective_ctr  mean_dwell_seconds
         2026-11-20  prime  1400     –    –              90
         2026-11-20  late   400      –    –              60
         2026-11-21  night  200      –    –              60",
    );
    let rows = &scenario.receipt("shopee_live/ID/2026-11-20")["content"]["exports"][1]["rows"];
    assert_eq!(
        (&rows["rows_in"], &rows["counted"], &rows["outside"]),
        (&3.into(), &2.into(), &1.into()),
        "{rows}"
    );
}

#[test]
fn a_shopee_sheet_in_indonesian_is_on_the_clock_of_its_market() {
    let sheet = workbook(&[(
        "Livestream List",
        "ID Sesi  | Waktu Mulai      | Durasi   | Penonton | Penjualan (Rp) | CTR
         '6236299 | 2026-11-20 19:30 | 01:30:00 | 1,2RB    | Rp 1.204.500   | 42,8%",
    )]);
    // A sheet that uses a decimal comma says so.
    let platform = super::shipped("shopee_live")
        .replace("    format: xlsx\n", "    format: xlsx\n    numbers: {decimal: \",\", group: \".\"}\n");
    let scenario = preset("shopee_live", &[("ID", "Asia/Jakarta")])
        .platform("shopee_live", &platform)
        .export("shopee_live/ID/2026-11-19/sessions.json", fixture("shopee_live/sessions_of_nothing.json"))
        .export("shopee_live/ID/2026-11-20/live.xlsx", sheet);
    // `1,2RB` is 1,200, and anything from 1,150 to 1,249.
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot   broadcast_id  cover_id  entries  entrants  entrants_low  entrants_high  clicks
         prime  6236299       unknown   –        1200      1150          1250           –",
    );
}

#[test]
fn lazada_sessions_are_counted_and_product_guided_rate_is_no_rate_of_the_cover() {
    let sheet = workbook(&[(
        "Sheet1",
        "Live ID | Start Time          | Duration | Viewers | Views | Avg watch time | Product Guided Rate
         'L1001  | 2026-11-20 20:00:00 | 2:00:00  | 987     | 1,234 | 12:34          | 42.8%
         'L1002  | 2026-11-20 22:30:00 | 1:00:00  | 90      | 100   | 0:30           | 10.0%",
    )]);
    let scenario = preset("lazada_live", &[("MY", "Asia/Kuala_Lumpur")])
        .export("lazada_live/MY/2026-11-19/live.xlsx", empty_lazada())
        .export("lazada_live/MY/2026-11-20/live.xlsx", sheet)
        .export(
            "lazada_live/covers/log.csv",
            "market,broadcast,cover,from,until\nMY,L1001,red-dress,2026-11-20T12:00:00Z,\n",
        );
    // 12 minutes 34 are 754 s, × 1,234 = 930,436. The second, half before 23:00: 50 × 30 s.
    let outcome = settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot   broadcast_id  cover_id   contaminated  cover_share  impressions  clicks  entries  entrants  dwell_seconds
         prime  L1001         red-dress  false         1            –            –       1234     987       930436
         prime  L1002         unknown    false         0            –            –       50       45        1500
         late   L1002         unknown    false         0            –            –       50       45        1500",
    );
    outcome.expect_table(
        "capability",
        "count               offered  reason
         impressions         false    LazLive reports no impressions of the cover
         unique_impressions  false    no column of its exports is mapped to it
         clicks              false    LazLive reports no clicks on the cover; `Product Guided Rate` is product visitors ÷ viewers
         clickers            false    no column of its exports is mapped to it
         entries             true     –
         entrants            true     –
         stays               false    no column of its exports is mapped to it
         dwell_seconds       true     –
         orders              false    no column of its exports is mapped to it",
    );
}

/// A day without sessions.
fn empty_lazada() -> Vec<u8> {
    workbook(&[(
        "Sheet1",
        "Live ID | Start Time | Duration | Viewers | Views | Avg watch time | Product Guided Rate",
    )])
}
