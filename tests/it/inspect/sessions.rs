//! Drafts of tables with a date and times of day beside it.

use crate::scenario::Scenario;

const CLOCK: [(&str, &str); 2] = [("# period: {", "period: {"), ("timezone: ZONE", "timezone: market")];

fn scenario(file: &str, export: &str) -> Scenario {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .job("new", "GB", 1)
        .export(file, export);
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    scenario
}

/// Drafts, and decides only whose clock it is.
fn decided(scenario: &Scenario, file: &str) -> String {
    let said =
        scenario.cli(&["inspect", &format!("exports/{file}"), "--write", "config/platforms/new.yaml"]).exits(0);
    let mut draft = std::fs::read_to_string(scenario.path("config/platforms/new.yaml")).unwrap();
    for (commented, decided) in CLOCK {
        assert!(draft.contains(commented), "`{commented}` is not in\n{draft}");
        draft = draft.replace(commented, decided);
    }
    scenario.write("config/platforms/new.yaml", draft);
    said.stdout
}

#[test]
fn sessions_between_two_times_of_a_date_are_counted_over_midnight() {
    // Of three hours two are before midnight, and 600 of 900 impressions.
    let export = "Date,Start time,End time,Room,Impressions,Clicks\n\
        2026-11-20,22:00,01:00,r1,900,90\n\
        2026-11-20,09:00,11:00,r2,500,50\n";
    let scenario = scenario("new/GB/a.csv", export).at("2026-11-21T03:00:00Z");
    decided(&scenario, "new/GB/a.csv");
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot     impressions  clicks
         morning  500          50
         prime    300          30
         late     300          30",
    );
}

#[test]
fn the_command_that_tries_a_draft_fits_a_file_in_the_folder_of_a_day() {
    let export = "Date,Start,End,Room,Impressions,Clicks\n2026-11-20,18:30,19:30,r1,900,90\n";
    for file in ["new/GB/2026-11-20/all of it.csv", "elsewhere/GB/2026-11-20/all of it.csv"] {
        let scenario = scenario(file, export);
        let said = decided(&scenario, file);
        let command = said.lines().find(|line| line.contains("check --sample")).unwrap().trim();
        assert!(command.contains(&format!("--sample 'exports/{file}' ")), "{command}");
        let words: Vec<String> = command.split('\'').enumerate().fold(Vec::new(), |mut words, (at, part)| {
            match at % 2 {
                1 => words.push(part.to_owned()),
                _ => words.extend(part.split_whitespace().map(str::to_owned)),
            }
            words
        });
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        scenario.cli(&words).exits(0).says("900");
    }
}
