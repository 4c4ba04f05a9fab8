//! What a draft must not take for a plain count, or for a day.

use crate::scenario::Scenario;

/// The draft of an export, and how it was told.
fn drafted(export: &str) -> (Scenario, String, String) {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .job("new", "GB", 1)
        .export("new/GB/a.csv", export);
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    let write = ["inspect", "exports/new/GB/a.csv", "--write", "config/platforms/new.yaml"];
    let told = scenario.cli(&write).exits(0).stdout.clone();
    let draft = std::fs::read_to_string(scenario.path("config/platforms/new.yaml")).unwrap();
    (scenario, draft, told)
}

#[test]
fn remarks_behind_names_are_not_dropped() {
    let (scenario, draft, _) = drafted(
        "start_time,end_time,room_id,Impressions (products),Clicks (products),Orders (cancelled),Views (replay)\n\
         1795165200,1795168800,r1,100,7,7,50\n1795179600,1795183200,r2,220,15,8,99\n",
    );
    scenario.cli(&["check"]).exits(3);
    assert!(draft.contains("DECIDE: which column counts what"), "{draft}");
}

#[test]
fn running_totals_are_asked_before_they_are_added_up() {
    let (scenario, draft, told) = drafted(
        "start_time,end_time,room_id,Impressions,Clicks\n\
         1795165200,1795168800,r1,100,5\n1795168800,1795172400,r1,300,16\n\
         1795172400,1795176000,r1,650,33\n1795176000,1795179600,r1,900,47\n",
    );
    scenario.cli(&["check"]).exits(3);
    assert!(
        draft.contains("# DECIDE: whether the counts are of their rows: `Impressions`, `Clicks` never fall"),
        "{draft}"
    );
    assert!(told.contains("they may be running totals"), "{told}");
}

#[test]
fn a_day_that_may_be_a_month_is_asked_and_no_command_follows_a_guess() {
    for (one, other) in [("11-10-2026", "11-12-2026"), ("11.10.2026", "11.12.2026"), ("11/10/26", "11/12/26")] {
        let (scenario, _, told) =
            drafted(&format!("Date,Room ID,Impressions,Clicks\n{one},r1,100,7\n{other},r2,220,15\n"));
        scenario.cli(&["check"]).exits(3);
        assert!(told.contains("whether the day or the month comes first in `Date`"), "{told}");
        assert!(told.contains("--from DATE --to DATE"), "{told}");
    }
}

#[test]
fn hours_with_their_half_of_the_day_are_drafted_and_read() {
    let (scenario, draft, _) = drafted(
        "Date,Hour,Room ID,Impressions,Clicks\n\
         2026-11-20,9 AM,r1,1000,43\n2026-11-20,1 PM,r1,500,10\n2026-11-20,8 PM,r1,300,13\n",
    );
    let line = draft.lines().find(|line| line.contains("period: {date:")).unwrap();
    let decided = line.replace("# period", "period").replace("ZONE", "market");
    scenario.write("config/platforms/new.yaml", draft.replace(line, &decided));
    scenario.cli(&["check"]).exits(0);
    scenario.at("2026-11-21T03:00:00Z").run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks
         morning    1000         43
         afternoon  500          10
         prime      300          13",
    );
}
