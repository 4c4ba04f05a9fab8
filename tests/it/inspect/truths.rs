//! Drafts of one truth in many layouts: each draft counts it, or does not load and says what is to be decided.
//!
//! Two broadcasts of 2026-11-20 in London: from 06:15 for half an hour 500 impressions and 10 clicks, from 19:30 for an hour
//! 1,000 and 40.

use std::collections::BTreeMap;

use crate::scenario::Scenario;
use crate::table;

const TRUTH: &str = "local_date  slot     impressions  clicks
                     2026-11-20  morning  500          10
                     2026-11-20  prime    1000         40";

/// How the start is written: the name of its column, both values, and whether nothing has to be asked about it.
const STARTS: [(&str, [&str; 2], bool); 13] = [
    ("start_time", ["1795155300", "1795203000"], true),
    ("start_time", ["1795155300000", "1795203000000"], true),
    ("Start time", ["2026-11-20T14:15:00+08:00", "2026-11-21T03:30:00+08:00"], true),
    ("Start time (GMT+8)", ["2026-11-20 14:15:00", "2026-11-21 03:30:00"], true),
    ("Startzeit (UTC)", ["20.11.2026 06:15", "20.11.2026 19:30"], true),
    ("开播时间 (GMT+8)", ["2026年11月20日 14:15", "2026年11月21日 03:30"], true),
    ("Start time (UTC)", ["20261120061500000", "20261120193000000"], true),
    // On which clock, nobody says; in Shanghai's it is another day.
    ("Start time", ["2026-11-20 14:15:00", "2026-11-21 03:30:00"], false),
    ("开播时间", ["2026-11-20 14:15:00", "2026-11-21 03:30:00"], false),
    ("Date", ["2026-11-20", "2026-11-20"], false),
    ("Video publish time", ["2026-11-20 06:15:00", "2026-11-20 19:30:00"], false),
    ("Veröffentlichungszeitpunkt (UTC)", ["2026-11-20 06:15:00", "2026-11-20 19:30:00"], false),
    ("首次发布时间", ["2026-11-20 06:15:00", "2026-11-20 19:30:00"], false),
];

/// How long it was: the name, both values, and whether nothing has to be asked.
const LENGTHS: [(&str, [&str; 2], bool); 8] = [
    ("Duration", ["30m", "1h"], true),
    ("LIVE duration", ["0:30:00", "1:00:00"], true),
    ("Dauer", ["30m0s", "1h0m0s"], true),
    ("Duration (s)", ["1800", "3600"], true),
    ("Duration", ["1800", "3600"], false),
    // Minutes, as far as anybody knows.
    ("Duration", ["30", "60"], false),
    // Hours and minutes, or minutes and seconds.
    ("Duration", ["0:30", "1:00"], false),
    ("Note", ["short", "long"], false),
];

/// What the counts are called, how they are written, and what a row of totals says.
const COUNTS: [([&str; 3], [&str; 2], Option<&str>); 4] = [
    (["Room ID", "Impressions", "Clicks"], ["500", "1000"], None),
    (["Room ID", "Impressionen", "Klicks"], ["500", "1.000"], Some("Gesamt")),
    (["LIVE ID", "Impressões", "Cliques"], ["500", "1000"], Some("Total")),
    (["直播间ID", "曝光次数", "点击次数"], ["500", "\"1,000\""], Some("合计")),
];

struct Layout {
    file: String,
    is_sure: bool,
}

fn layouts() -> BTreeMap<String, Layout> {
    let mut layouts = BTreeMap::new();
    for (start, starts, has_start) in STARTS {
        for (length, lengths, has_length) in LENGTHS {
            for ([id, shown, clicked], impressions, total) in COUNTS {
                let mut file = format!("{id},{start},{length},{shown},{clicked}\n");
                for row in 0..2 {
                    let clicks = ["10", "40"][row];
                    file += &format!("r{row},{},{},{},{clicks}\n", starts[row], lengths[row], impressions[row]);
                }
                if let Some(word) = total {
                    let sum = impressions[1].replace("000", "500");
                    file += &format!("{word},,,{sum},50\n");
                }
                let name = format!("p{:03}", layouts.len());
                layouts.insert(name, Layout { file, is_sure: has_start && has_length });
            }
        }
    }
    layouts
}

#[test]
fn a_draft_is_right_or_does_not_load() {
    let layouts = layouts();
    let mut scenario = Scenario::new().market("GB", "timezone: Europe/London, slots: day_parts");
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    let mut loading = Vec::new();
    for (name, Layout { file, is_sure }) in &layouts {
        let (export, draft) = (format!("exports/{name}/GB/a.csv"), format!("config/platforms/{name}.yaml"));
        scenario.deliver(&format!("{name}/GB/a.csv"), file);
        let told = scenario.cli(&["inspect", &export, "--write", &draft, "--output", "json"]).exits(0);
        let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
        let loads = told["draft"]["loads"].as_bool().unwrap();
        assert!(loads || !told["draft"]["to_decide"].as_array().unwrap().is_empty(), "{file}");
        assert!(loads || !is_sure, "{file}\n{}", told["draft"]);
        if loads {
            loading.push(name.as_str());
        } else {
            std::fs::rename(scenario.path(&draft), scenario.path(&format!("{name}.yaml"))).unwrap();
        }
    }
    // One of each kind that asks: it is refused, and by the name of the key.
    for (name, _) in layouts.iter().filter(|(name, _)| !loading.contains(&name.as_str())).step_by(23) {
        let at = format!("config/platforms/{name}.yaml");
        std::fs::copy(scenario.path(&format!("{name}.yaml")), scenario.path(&at)).unwrap();
        let refused = scenario.cli(&["check"]).exits(3);
        assert!(refused.stderr.contains("columns.period`: missing"), "{}", refused.stderr);
        std::fs::remove_file(scenario.path(&at)).unwrap();
    }
    scenario = scenario.job(&loading.join(", "), "GB", 2).at("2026-11-24T12:00:00Z");
    let days = ["--from", "2026-11-19", "--to", "2026-11-21"];
    scenario.cli(&[&["backfill", "nightly"][..], &days].concat());
    for name in loading {
        let Layout { file, is_sure } = &layouts[name];
        let found = scenario.tree(&format!("archive/slot_audience/platform={name}"));
        let has_rows =
            |bytes: &&Vec<u8>| table::frame(&BTreeMap::from([(String::new(), (*bytes).clone())])).height() > 0;
        let found: BTreeMap<String, Vec<u8>> = found.into_iter().filter(|(_, bytes)| has_rows(&bytes)).collect();
        assert!(!found.is_empty() || !is_sure, "{name} published nothing:\n{file}");
        if !found.is_empty() {
            println!("{name}:\n{file}");
            table::expect(&found, TRUTH);
        }
    }
}
