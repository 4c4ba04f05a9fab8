//! Answers of an interface that come in pages: counted once all of them are here, and never in part.

use crate::scenario::Scenario;

fn ads(rule: &str) -> Scenario {
    let platform = format!(
        "version: 1\nconventions: {{impression: displays, click: cover_tap, uniques: row}}\nsettle: 24h\nexports:\n  \
         - name: hours\n    rows: counts\n    path: \"ads/{{date:%Y-%m-%d}}*.json\"\n    day: {{timezone: UTC}}\n    \
         format: json\n    rows_at: \"data.list[]\"\n{rule}    newest: {{by: name, per: period}}\n    columns:\n      \
         period: {{start: at, grain: 1h}}\n      market: {{value: GB}}\n      broadcast_id: campaign\n      \
         cover_id: ad\n      counts: {{impressions: shown, clicks: clicked}}\n"
    );
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("ads", &platform)
        .job("ads", "GB", 1)
        .at("2026-11-21T03:00:00Z")
}

const RULE: &str = "    complete: {rows: data.page_info.total_number, ok: {code: 0}}\n";

/// A page with these ads in the hour of 19:00, of so many rows in all.
fn page(ads: &[&str], total: usize, pages: usize) -> String {
    let row = |ad: &&str| {
        format!(r#"{{"at":"2026-11-20T19:00:00Z","campaign":"c1","ad":"{ad}","shown":"1000","clicked":"30"}}"#)
    };
    let rows = ads.iter().map(row).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"code":0,"data":{{"list":[{rows}],"page_info":{{"total_page":{pages},"total_number":{total}}}}}}}"#
    )
}

#[test]
fn one_page_of_three_is_not_the_day() {
    ads(RULE)
        .export("ads/2026-11-20-1.json", page(&["a1", "a2"], 5, 3))
        .export("ads/2026-11-20-3.json", page(&["a5"], 5, 3))
        .run()
        .exits(4)
        .says("exports `ads/2026-11-20-1.json`, `ads/2026-11-20-3.json`: 3 of 5 rows are here by what the answer says of itself; the other pages are missing");
}

#[test]
fn all_pages_together_are_one_delivery() {
    // The pages have rows of one campaign and one hour: none of them replaces another.
    let scenario = ads(RULE)
        .export("ads/2026-11-20-1.json", page(&["a1", "a2"], 5, 3))
        .export("ads/2026-11-20-2.json", page(&["a3", "a4"], 5, 3))
        .export("ads/2026-11-20-3.json", page(&["a5"], 5, 3));
    scenario.run().exits(0).expect_table(
        "funnel",
        "slot   cover_id  impressions  clicks
         prime  a1        1000         30
         prime  a2        1000         30
         prime  a3        1000         30
         prime  a4        1000         30
         prime  a5        1000         30",
    );
    // A newer answer in one piece takes their place.
    scenario.deliver("ads/2026-11-20-whole.json", page(&["a1", "a2", "a3", "a4", "a6"], 5, 1));
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0).expect_table(
        "funnel",
        "slot   cover_id  impressions
         prime  a1        1000
         prime  a2        1000
         prime  a3        1000
         prime  a4        1000
         prime  a6        1000",
    );
}

#[test]
fn a_page_that_is_there_twice_is_not_added_up() {
    ads(RULE)
        .export("ads/2026-11-20-1.json", page(&["a1", "a2"], 3, 2))
        .export("ads/2026-11-20-1b.json", page(&["a1", "a2"], 3, 2))
        .export("ads/2026-11-20-2.json", page(&["a3"], 3, 2))
        .run()
        .exits(4)
        .says("5 rows are here, and by what the answer says of itself there are 3 (is a page there twice?)");
}

#[test]
fn a_page_shows_though_nobody_declared_pages() {
    let export = |rule: &str| ads(rule).export("ads/2026-11-20.json", page(&["a1", "a2"], 5, 3));
    export("").run().exits(4).says("`data.page_info.total_page` is `3`, so it seems to be one page of several");
    export("    complete: unchecked\n").run().exits(0);
    export("    complete: {pages: data.page_info.total_page}\n").run().exits(4).says("1 of 3 pages are here");
}

#[test]
fn an_answer_of_an_error_is_no_quiet_day() {
    let error = r#"{"code":50000,"message":"System error","data":{"list":[],"page_info":{"total_number":0}}}"#;
    for (rule, told) in
        [(RULE, "`code` is `50000`, not `0` (`System error`)"), ("", "it has no rows, and `code` is `50000`")]
    {
        ads(rule).export("ads/2026-11-20.json", error).run().exits(6).says(told);
    }
    ads(RULE).export("ads/2026-11-20.json", page(&[], 0, 1)).run().exits(0);
}

#[test]
fn a_page_that_leads_to_the_next_is_held_back() {
    let rows = r#"[{"at":"2026-11-20T19:00:00Z","campaign":"c1","ad":"a1","shown":"10","clicked":"1"}]"#;
    let answer = |next: &str| format!(r#"{{"data":{{"list":{rows}}},"paging":{{{next}}}}}"#);
    let rule = "    complete: {next: paging.next}\n";
    ads(rule)
        .export("ads/2026-11-20.json", answer(r#""next":"https://x""#))
        .run()
        .exits(4)
        .says("it leads to a further page");
    ads(rule).export("ads/2026-11-20.json", answer("")).run().exits(0);
}
