//! Files as people really have them: what happened is thrown first, written as each platform writes it, in every
//! language, style and generation that is known, and read back.
//!
//! Whatever is published of a file is what happened, or nothing is and the program says why: by the preset of the
//! platform, and by the file that `inspect` drafts for somebody who has none. There is no third outcome.
//!
//! `COVERLEDGER_FILES=5000` tries more of them.

mod ads;
mod china;
mod judge;
mod layout;
mod paper;
mod shops;
mod studio;
mod tiktok;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use coverledger::config;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::scenario::Scenario;
use crate::twin::dice::Dice;
use judge::{Published, Verdict, path_of_draft};
use layout::{ALL, Known, Layout};

/// Each is read by its preset and drafted.
const FILES: usize = 300;
/// Market-days of one workspace lie so many days apart, and there are so many of them.
const APART: usize = 4;
const AT_ONCE: usize = 80;
/// After impressions of `YouTube`'s reports began, and across both clock changes of the year.
const FIRST_DAY: &str = "2026-02-01";

fn files() -> usize {
    std::env::var("COVERLEDGER_FILES").map_or(FILES, |files| files.parse().unwrap())
}

/// How often each thing happened, by layout, and what must not.
#[derive(Default)]
struct Tally {
    equal: BTreeMap<String, usize>,
    refused: BTreeMap<String, Vec<String>>,
    asked: BTreeMap<String, Vec<String>>,
    silent: Vec<String>,
}

impl Tally {
    fn add(&mut self, layout: &Layout, seed: usize, verdict: Verdict) {
        let name = layout.name.clone();
        match verdict {
            Verdict::Equal(_) => *self.equal.entry(name).or_default() += 1,
            Verdict::Refused(reason) => self.refused.entry(name).or_default().push(reason),
            Verdict::Asked(reason) => self.asked.entry(name).or_default().push(reason),
            Verdict::Silent(what) => self.silent.push(format!("file {seed}, {name}: {what}")),
        }
    }

    fn is_sound(&self) {
        let sum = |of: &BTreeMap<String, Vec<String>>| of.values().map(Vec::len).sum::<usize>();
        println!(
            "{} equal, {} refused, {} asked, {} silent",
            self.equal.values().sum::<usize>(),
            sum(&self.refused),
            sum(&self.asked),
            self.silent.len()
        );
        assert!(self.silent.is_empty(), "{} silent differences\n{}", self.silent.len(), self.silent.join("\n"));
    }
}

fn workspace() -> Scenario {
    ALL.iter().fold(Scenario::in_memory(), |scenario, (name, zone)| {
        scenario.market(name, &format!("timezone: {zone}, slots: day_parts"))
    })
}

fn day(number: usize) -> Date {
    let days = i64::try_from(number * APART).unwrap();
    FIRST_DAY.parse::<Date>().unwrap().checked_add(days.days()).unwrap()
}

/// The clock two weeks after a day, and when the store got what is there.
fn late(day: Date) -> (String, Timestamp) {
    let now = format!("{}T12:00:00Z", day.checked_add(21.days()).unwrap());
    let stored = now.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24);
    (now, stored)
}

/// A preset as it is shipped, with the lines changed that its comments tell to change.
fn preset(layout: &Layout) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/platforms/{}.yaml", layout.preset));
    let mut text = fs::read_to_string(file).unwrap();
    for (from, to) in layout.changes {
        assert!(text.contains(from), "{}: {from}", layout.name);
        text = text.replace(from, to);
    }
    text
}

/// Reads files of one preset in one workspace, each on a day of its own.
fn read_by_preset(layouts: &[Layout], seeds: &[(usize, usize)], tally: &mut Tally) {
    let first = &layouts[seeds[0].1];
    let (now, stored) = late(day(seeds.len()));
    let markets: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    let lookback = u16::try_from(seeds.len() * APART + 30).unwrap();
    let scenario = workspace()
        .platform(first.preset, &preset(first))
        .job(first.preset, &markets.join(", "), lookback)
        .at(&now);
    scenario.deliver_at(
        &format!("{}/covers/log.csv", first.preset),
        "market,broadcast,cover,from,until\n",
        stored,
    );
    let mut truths = Vec::new();
    for (number, (seed, layout)) in seeds.iter().enumerate() {
        let layout = &layouts[*layout];
        let mut dice = Dice::new(u64::try_from(*seed).unwrap());
        let truth = layout.truth(&mut dice, day(number));
        for (path, bytes) in layout.deliver(&truth, &mut dice) {
            scenario.deliver_at(&path, bytes, stored);
        }
        truths.push(truth);
    }
    let published = Published::by(&scenario, first.preset);
    for ((seed, layout), truth) in seeds.iter().zip(&truths) {
        let layout = &layouts[*layout];
        tally.add(layout, *seed, published.judge(truth, layout.tells_broadcasts, false));
    }
}

#[test]
fn what_presets_publish_is_what_happened_or_nothing_and_they_say_why() {
    let layouts = layout::all();
    let mut groups: BTreeMap<_, Vec<(usize, usize)>> = BTreeMap::new();
    for seed in 0..files() {
        let layout = &layouts[seed % layouts.len()];
        groups.entry((layout.preset, layout.changes)).or_default().push((seed, seed % layouts.len()));
    }
    let mut tally = Tally::default();
    for seeds in groups.values() {
        for seeds in seeds.chunks(AT_ONCE) {
            read_by_preset(&layouts, seeds, &mut tally);
        }
    }
    tally.is_sound();
    for layout in &layouts {
        let equal = tally.equal.get(&layout.name).copied().unwrap_or_default();
        let refused = tally.refused.get(&layout.name).map(Vec::as_slice).unwrap_or_default();
        if layout.is_read {
            assert!(refused.is_empty(), "{} is refused: {}", layout.name, refused[0]);
            assert!(equal > 0, "{} is never read", layout.name);
        } else {
            assert_eq!(equal, 0, "{} is read after all", layout.name);
        }
    }
}

/// What becomes of a file whose platform file was drafted and taken as it is.
fn read_by_draft(layout: &Layout, seed: usize) -> Verdict {
    let mut dice = Dice::new(u64::try_from(seed).unwrap());
    let truth = layout.truth(&mut dice, day(seed % AT_ONCE));
    let (now, stored) = late(truth.day);
    let scenario = workspace().job("drafted", truth.market, 30).at(&now);
    let bytes = layout.file(&truth, &mut dice);
    let name = format!("seen.{}", layout.ending());
    scenario.write(&name, &bytes);
    fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    let inspected = scenario.cli(&["inspect", &name, "--write", "config/platforms/drafted.yaml"]);
    let Ok(draft) = fs::read_to_string(scenario.path("config/platforms/drafted.yaml")) else {
        let said = format!("{}{}", inspected.stdout, inspected.stderr);
        return if inspected.code == 0 { Verdict::Silent(said) } else { Verdict::Refused(said) };
    };
    if let Err(error) = config::load(&scenario.path("config"), &scenario.path("jobs")) {
        let said = error.to_string();
        let is_told = said.contains("drafted.yaml") && said.contains("line ");
        return if is_told { Verdict::Asked(said) } else { Verdict::Silent(format!("it does not load: {said}")) };
    }
    let Some(path) = path_of_draft(&draft, &truth, layout.ending()) else {
        return Verdict::Silent(format!("a path that nothing fits: {draft}"));
    };
    scenario.deliver_at(&path, &bytes, stored);
    match Published::by(&scenario, "drafted").judge(&truth, layout.tells_broadcasts, true) {
        Verdict::Silent(what) => Verdict::Silent(format!("{what}\n{draft}")),
        verdict => verdict,
    }
}

#[test]
fn what_drafts_publish_is_what_happened_or_they_do_not_load() {
    let layouts = layout::all();
    let mut tally = Tally::default();
    for seed in 0..files() {
        let layout = &layouts[seed % layouts.len()];
        tally.add(layout, seed, read_by_draft(layout, seed));
    }
    tally.is_sound();
    let asked: usize = tally.asked.values().map(Vec::len).sum();
    let equal: usize = tally.equal.values().sum();
    assert!(asked > 0 && equal > 0, "{asked} asked, {equal} equal");
}

#[test]
fn there_are_layouts_in_every_language_and_generation_that_is_known() {
    let layouts = layout::all();
    let names: BTreeSet<&str> = layouts.iter().map(|layout| layout.name.as_str()).collect();
    assert_eq!(names.len(), layouts.len(), "each once");
    assert!(names.len() >= 60, "{}", names.len());
}

#[test]
fn the_documentation_says_of_every_layout_how_it_is_known() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PLATFORMS.md")).unwrap();
    let mut rows: Vec<String> = layout::all().iter().map(row_of).collect();
    rows.dedup();
    let missing: Vec<&String> = rows.iter().filter(|row| !text.contains(*row)).collect();
    assert!(missing.is_empty(), "docs/PLATFORMS.md has not\n{missing:#?}");
}

/// A layout as the documentation has it.
fn row_of(layout: &Layout) -> String {
    let generation = layout.name.split_once(": ").unwrap().1;
    let generation = generation.trim_end_matches(", mean time").trim_end_matches(", other order");
    let known = match layout.known {
        Known::Seen => "seen",
        Known::Documented => "documentation",
        Known::Reported => "reported",
    };
    let reads = if layout.is_read { "read" } else { "refused" };
    format!("| `{}` | {generation} | {known} | {reads} |", layout.preset)
}
