//! What was published, published again, corrected, and mended.

use crate::rows::events;
use crate::scenario::Scenario;

const PROVISIONAL: &str = "2026-11-21T03:00:00Z";
const FINAL: &str = "2026-11-24T03:00:00Z";

fn one_day() -> Scenario {
    Scenario::shop()
        .at(PROVISIONAL)
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
}

#[test]
fn second_run_publishes_nothing_new() {
    let scenario = one_day();
    scenario.run().exits(0).says("1 published");
    let first = scenario.archive();
    scenario.run().exits(0).says("1 current");
    assert_eq!(scenario.archive(), first);
    // An hour later, still provisional: no clock in what is published.
    scenario.clock("2026-11-21T04:00:00Z");
    scenario.run().exits(0).says("1 current");
    assert_eq!(scenario.archive(), first);
}

#[test]
fn reprocessing_all_of_unchanged_data_publishes_nothing() {
    let scenario = one_day();
    scenario.run().exits(0);
    let first = scenario.archive();
    let again = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "all"];
    scenario.cli(&again).exits(0).says("1 market-days: 1 current").says("1 exports read: 1 records");
    assert_eq!(scenario.archive(), first);
}

#[test]
fn the_last_look_after_the_settle_time_makes_a_day_final() {
    // Leaves of stays that began on the 20th may be in the file of the 22nd, a day late from the 21st.
    let scenario = one_day().job("shop", "GB", 2).export("shop/2026-11-21/a.csv", events(""));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  1            true         1",
    );
    scenario.clock("2026-11-23T23:59:59Z");
    let last_look = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"];
    scenario.cli(&last_look).exits(0).expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  1            true         1",
    );
    scenario.clock("2026-11-24T00:00:00Z");
    scenario.cli(&last_look).exits(0).expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  1            false        2",
    );
    let receipt = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!((&receipt["content"]["state"], &receipt["content"]["revision"]), (&"final".into(), &2.into()));
}

#[test]
fn a_late_export_makes_a_new_revision_even_of_a_final_day() {
    let scenario = one_day().job("shop", "GB", 2).export("shop/2026-11-21/a.csv", events("")).at(FINAL);
    let range = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-21"];
    scenario.cli(&range).exits(0).expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  1            false        1",
    );
    scenario.deliver("shop/2026-11-20/late.csv", events("e2 2026-11-20T13:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.clock("2026-11-24T05:00:00Z");
    scenario.cli(&range).exits(0).says("1 published, 1 current").expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  2            false        2",
    );
}

#[test]
fn a_snapshot_between_two_revisions_lists_the_first() {
    let scenario = one_day();
    scenario.run().exits(0);
    let first = scenario.tree("archive/funnel").into_values().next().unwrap();
    scenario.deliver("shop/2026-11-20/late.csv", events("e2 2026-11-20T13:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.clock("2026-11-21T05:00:00Z");
    scenario.run().exits(0);
    scenario.publish_on_time();
    let listed = |as_of: &str| scenario.cli(&["snapshot", "--as-of", as_of]).exits(0).stdout;
    assert_eq!(listed("2026-11-21T02:59:59Z"), "");
    let between = listed("2026-11-21T04:00Z");
    let lines: Vec<Vec<&str>> = between.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 3, "funnel, slot_audience and capability: {between}");
    assert_eq!(lines[0][..4], ["funnel", "shop/GB/2026-11-20", "1", "2026-11-21T03:00:00Z"]);
    assert_eq!(
        std::fs::read(scenario.path("archive").join(lines[0][4])).unwrap(),
        first,
        "its bytes are still there"
    );
    assert!(listed("2026-11-21T05:00Z").starts_with("funnel\tshop/GB/2026-11-20\t2\t"));
}

#[test]
fn a_look_back_makes_no_final_day_provisional_and_leaves_the_past_as_it_was() {
    let scenario = one_day()
        .setting("max_reject_share", "1")
        .job("shop", "GB", 2)
        .export("shop/2026-11-21/a.csv", events(""));
    scenario.deliver("shop/2026-11-20/bad.csv", events("b1 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -"));
    scenario.clock("2026-11-24T03:00:00Z");
    let range = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "all"];
    scenario.cli(&range).exits(0).says("1 published");
    let first = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!(first["content"]["state"], "final");
    assert_eq!(first["as_of"], "2026-11-24T03:00:00Z");
    let published_at = first["published_at"].as_str().unwrap().to_owned();
    let listed = || scenario.cli(&["snapshot", "--as-of", &published_at]).exits(0).stdout;
    let then = listed();
    assert!(then.starts_with("funnel\tshop/GB/2026-11-20\t1\t"), "{then}");

    scenario.clock(PROVISIONAL);
    scenario.cli(&range).exits(0).says("1 current");
    scenario.deliver("shop/2026-11-20/late.csv", events("e2 2026-11-20T13:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.cli(&range).exits(0).says("1 published").expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  provisional  revision
        2026-11-20  afternoon  2            false        2",
    );
    let second = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!((&second["content"]["state"], &second["as_of"]), (&"final".into(), &first["as_of"]));
    assert!(second["published_at"].as_str().unwrap() > published_at.as_str(), "the machine's clock goes on");
    assert_eq!(scenario.receipt("shop/_rejects/2026-11-20")["content"]["state"], "final");
    assert_eq!(listed(), then, "what was the truth then");
    // A second look back still knows as of when the first revision was judged.
    scenario.deliver("shop/2026-11-20/later.csv", events("e3 2026-11-20T13:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.run().exits(0).says("1 published");
    assert_eq!(scenario.receipt("shop/GB/2026-11-20")["content"]["state"], "final");
}

#[test]
fn verify_finds_a_flipped_byte_and_repair_mends_it() {
    let scenario = one_day();
    scenario.run().exits(0);
    scenario.cli(&["verify"]).exits(0).says("0 problems, 0 mended");
    let whole = scenario.archive();
    let current = "archive/funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
    let mut bytes = std::fs::read(scenario.path(current)).unwrap();
    bytes[100] ^= 1;
    std::fs::write(scenario.path(current), bytes).unwrap();
    scenario.cli(&["verify"]).exits(1).says("funnel/platform=shop/market=GB").says("1 problems, 0 mended");
    scenario.cli(&["verify", "--repair"]).exits(0).says("1 problems, 1 mended");
    assert_eq!(scenario.archive(), whole);
    scenario.cli(&["verify"]).exits(0).says("0 problems, 0 mended");
}

#[test]
fn a_damaged_revision_is_told_and_never_shown_as_sound() {
    let scenario = one_day();
    scenario.run().exits(0);
    let revisions = scenario.tree("archive/_revisions");
    let name = format!("archive/_revisions/{}", revisions.keys().next().unwrap());
    std::fs::write(scenario.path(&name), "PAR1").unwrap();
    scenario.cli(&["verify"]).exits(1).says("_revisions/");
    // Its current path has the same bytes; without them nothing brings it back but its exports.
    scenario.cli(&["verify", "--repair"]).exits(0).says("_revisions/").says("(mended)");
    std::fs::write(scenario.path(&name), "PAR1").unwrap();
    std::fs::remove_dir_all(scenario.path("archive/funnel")).unwrap();
    std::fs::remove_dir_all(scenario.path("archive/slot_audience")).unwrap();
    std::fs::remove_dir_all(scenario.path("archive/capability")).unwrap();
    scenario.cli(&["verify", "--repair"]).exits(1).says("_revisions/");
}

#[test]
fn an_unreadable_receipt_fails_its_day_and_no_other() {
    let scenario = Scenario::shop()
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 1)
        .export("shop/2026-11-19/a.csv", events(""))
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
        .at("2026-11-21T03:00:00Z");
    scenario.run().exits(0);
    scenario.write("archive/_receipts/shop/JP/2026-11-20/00000001.json", "{}");
    scenario.deliver("shop/2026-11-20/b.csv", events("e2 2026-11-20T12:00:00Z show GB r1 c1 v2 f 25-34 -"));
    scenario.run().exits(6).says("2 market-days: 1 published, 1 failed").says("failed: shop/JP/2026-11-20");
}

#[test]
fn published_bytes_that_are_lost_are_made_again_from_the_exports() {
    let scenario = Scenario::shop()
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
        .at("2026-11-21T03:00:00Z");
    scenario.run().exits(0);
    let whole = scenario.archive();
    let current = "funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
    let twin =
        whole.iter().find(|(name, bytes)| name.starts_with("_revisions") && *bytes == &whole[current]).unwrap();
    std::fs::remove_file(scenario.path(&format!("archive/{}", twin.0))).unwrap();
    std::fs::remove_file(scenario.path(&format!("archive/{current}"))).unwrap();
    scenario.run().exits(0);
    assert_eq!(scenario.archive(), whole);
}

#[test]
fn rejects_are_not_replaced_by_fewer_because_an_export_is_gone() {
    let bad = "x1 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -";
    let scenario = Scenario::shop()
        .setting("max_reject_share", "1")
        .job("shop", "GB", 2)
        .export("shop/2026-11-19/a.csv", events(""))
        .export("shop/2026-11-20/a.csv", events(bad))
        .export("shop/2026-11-20/b.csv", events(bad))
        .at("2026-11-21T03:00:00Z");
    scenario.run().exits(0);
    let before = scenario.tree("archive/rejects");
    std::fs::remove_file(scenario.path("exports/shop/2026-11-20/b.csv")).unwrap();
    scenario.deliver("shop/2026-11-19/a.csv", events("e9 2026-11-19T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    scenario.run().exits(4).says("held");
    assert_eq!(scenario.tree("archive/rejects"), before);
}

#[test]
fn reprocess_failed_takes_a_failed_day_whose_export_was_delivered_again() {
    let scenario = Scenario::shop().export("shop/2026-11-20/a.csv", "broken").at("2026-11-21T03:00:00Z");
    scenario.run().exits(6);
    scenario.deliver("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    let range = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "failed"];
    scenario.cli(&range).exits(0).says("1 market-days: 1 published");
    scenario.cli(&["status", "--days", "1"]).exits(0);
}
