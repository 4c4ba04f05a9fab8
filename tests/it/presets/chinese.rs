//! `douyin_compass` and `taobao_live`.

use super::workbook::workbook;
use super::{fixture, preset, settle};
use crate::scenario::Scenario;

const TEN_MINUTES: &str = "douyin_compass/CN/2026-11-20/r77.csv";

fn douyin(export: &str) -> Scenario {
    preset("douyin_compass", &[("CN", "Asia/Shanghai")])
        .export("douyin_compass/covers/log.csv", fixture("douyin_compass/covers.csv"))
        .export(TEN_MINUTES, fixture(export))
}

#[test]
fn ten_minutes_of_douyin_are_counted_in_times_and_persons_make_the_bridge() {
    let scenario = douyin("douyin_compass/ten_minutes_in_times_and_persons.csv");
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot       impressions  unique_impressions  clicks  clickers  entries  entrants  ctr     viewer_ctr  dwell_seconds
             afternoon  12000        –                   600     –         600      –         0.05    –           –
             prime      30000        –                   1300    –         1300     –         0.0433  –           –",
        )
        // 8,000 of 12,000; 500 of 600; 18,500 of 30,000; 1,150 of 1,300.
        .expect_table(
            "bridge",
            "slot       signal       times  persons  factor
             afternoon  impressions  12000  8000     0.6667
             afternoon  clicks       600    500      0.8333
             afternoon  entries      600    500      0.8333
             prime      impressions  30000  18500    0.6167
             prime      clicks       1300   1150     0.8846
             prime      entries      1300   1150     0.8846",
        )
        // The worst row of each: 800 of 20,000 and so on, all within the rounding.
        .expect_table(
            "reconciliation",
            "export_date  metric             scope  rows  rows_off  verdict
             2026-11-20   enter_rate         row    3     0         equal within rounding
             2026-11-20   person_enter_rate  row    3     0         equal within rounding",
        );
}

#[test]
fn an_enter_rate_of_persons_under_the_bare_name_holds_the_day_back() {
    let scenario = douyin("douyin_compass/enter_rate_of_persons_under_the_bare_name.csv");
    let outcome = settle(&scenario, "2026-11-20", "2026-11-20").exits(4);
    outcome.says("its `enter_rate` is not the ratio that it is mapped as: 2 of 2 rows disagree").expect_table(
        "reconciliation",
        "metric             scope  rows  rows_off  verdict
         enter_rate         row    2     2         mis-mapped
         person_enter_rate  row    0     0         cannot tell",
    );
    assert!(scenario.tree("archive/slot_audience").is_empty());
}

#[test]
fn a_taobao_session_has_no_counts_of_its_cover_and_says_why() {
    let sheet = workbook(&[(
        "直播分场次效果",
        "日期       | 场次信息 | 场次id | 直播开播时间        | 开播时长 | 封面图点击率 | 观看人数 | 观看次数 | 观看总时长（秒） | 商品点击率
         2026-11-20 | 双十二   | '5566  | 2026-11-20 19:30:00 | 3:02:05  | 8.12%        | 30,200   | 45,600   | 2,736,000        | 31.00%",
    )]);
    let scenario = preset("taobao_live", &[("CN", "Asia/Shanghai")])
        .export("taobao_live/CN/2026-11-20/live.xlsx", sheet)
        .export(
            "taobao_live/covers/log.csv",
            "market,broadcast,cover,from,until\nCN,5566,red-dress,2026-11-20T11:30:00Z,\n",
        );
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "funnel",
            "slot   broadcast_id  cover_id   impressions  clicks  entries  entrants  dwell_seconds  unique_basis
             prime  5566          red-dress  –            –       45600    30200     2736000        broadcast",
        )
        .expect_table(
            "slot_audience",
            "slot   ctr  effective_ctr  mean_dwell_seconds
             prime  –    –              60",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         false    only the rate 封面图点击率 is reported, and a rate alone gives no counts
             unique_impressions  false    no column of its exports is mapped to it
             clicks              false    only the rate 封面图点击率 is reported, and a rate alone gives no counts
             clickers            false    no column of its exports is mapped to it
             entries             true     –
             entrants            true     –
             stays               false    no column of its exports is mapped to it
             dwell_seconds       true     –
             orders              false    no column of its exports is mapped to it",
        );
}
