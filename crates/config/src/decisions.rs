//! `decisions.yaml`: what is decided from, and which covers are versions of one. Without the file nothing is decided.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{check_name, known_name};
use super::place::Place;
use super::section::file_section;
use super::yaml::Kind;
use coverledger_core::model::MarketId;

const KEYS: [&str; 4] = ["window_days", "period_days", "certainty", "families"];

/// What every decision stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Decisions {
    /// How many local dates covers, diagnosis, slots and localization look back on, the newest included. 1 to 400;
    /// default 28.
    pub window_days: u16,
    /// How many local dates are compared with as many before them. 1 to 200; default 7.
    pub period_days: u16,
    /// From which probability a diagnosis is spoken. 0.5 to 0.999; default 0.9.
    pub certainty: f64,
    /// Covers that were made for markets out of one cover, by the name of the family.
    pub families: BTreeMap<String, Family>,
}

/// One cover and what was made of it for single markets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The cover that all markets share.
    pub shared: String,
    /// The cover that a market has in its place; not empty.
    pub localized: BTreeMap<MarketId, String>,
}

impl Default for Decisions {
    fn default() -> Self {
        Self { window_days: 28, period_days: 7, certainty: 0.9, families: BTreeMap::new() }
    }
}

/// Reads the file; `None` for names of markets that could not be read.
pub(super) fn read(start: &Place<'_>, markets: Option<&BTreeSet<String>>) -> Option<Decisions> {
    let default = Decisions::default();
    let file = file_section(start, "what decisions stand on", &KEYS)?;
    let days = |key, default, most| file.or(key, default, |at| at.whole("a count of days", 1..=most));
    let window_days = days("window_days", default.window_days, 400);
    let period_days = days("period_days", default.period_days, 200);
    let certainty = file.or("certainty", default.certainty, |at| certainty(&at));
    let families = file.or("families", default.families, |at| read_families(&at, markets));
    let (window_days, period_days) = (window_days?, period_days?);
    if window_days < period_days * 2 {
        let at = file.optional("period_days").or_else(|| file.optional("window_days"))?;
        return at.refuse(format!("two periods of {period_days} days do not fit into a window of {window_days}"));
    }
    Some(Decisions { window_days, period_days, certainty: certainty?, families: families? })
}

fn certainty(at: &Place<'_>) -> Option<f64> {
    match at.node.kind {
        Kind::Real(number) if (0.5..=0.999).contains(&number) => Some(number),
        _ => at.mismatch("a certainty", "0.5 to 0.999, such as 0.9"),
    }
}

fn read_families(at: &Place<'_>, markets: Option<&BTreeSet<String>>) -> Option<BTreeMap<String, Family>> {
    let mut families = BTreeMap::new();
    let (mut sound, mut seen) = (true, BTreeMap::new());
    for (name, at) in at.entries("families of covers", "families by name, such as `red_dress: {…}`")? {
        if let Err(message) = check_name(name) {
            at.problem(message);
            sound = false;
        }
        match read_family(&at, markets) {
            Some(family) => {
                let covers: BTreeSet<&String> = family.localized.values().chain([&family.shared]).collect();
                for cover in covers {
                    if let Some(other) = seen.insert(cover.clone(), name) {
                        at.problem(format!("the cover `{cover}` is in the family `{other}` already"));
                        sound = false;
                    }
                }
                families.insert(name.to_owned(), family);
            }
            None => sound = false,
        }
    }
    sound.then_some(families)
}

fn read_family(at: &Place<'_>, markets: Option<&BTreeSet<String>>) -> Option<Family> {
    let section = at.section("a family of covers", &["shared", "localized"])?;
    let cover = |at: &Place<'_>| at.text("a cover", "the id of a cover").map(str::to_owned);
    let shared = section.required("shared", "the cover that all markets share").and_then(|at| cover(&at));
    let localized = section.required("localized", "covers by market, such as `{ID: cov_red_id}`")?;
    let mut covers = BTreeMap::new();
    for (market, at) in localized.entries("covers by market", "covers by market, such as `{ID: cov_red_id}`")? {
        let known = known_name(&at, market, "a market", markets);
        let (Some(market), Some(cover)) = (known, cover(&at)) else { continue };
        if shared.as_ref() == Some(&cover) {
            at.problem(format!("`{cover}` is the shared cover, so nothing is localized"));
            continue;
        }
        covers.insert(MarketId::new(market), cover);
    }
    let all = localized.keys().len();
    Some(Family { shared: shared?, localized: covers }).filter(|family| family.localized.len() == all)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Tree, WORKING, expect_problems};
    use super::*;

    fn markets() -> BTreeSet<String> {
        ["ID", "US"].map(str::to_owned).into()
    }

    #[test]
    fn every_key_is_read_and_each_has_a_default() {
        let text = "version: 1\nwindow_days: 56\nperiod_days: 14\ncertainty: 0.95\nfamilies:\n  \
                    red_dress: {shared: cov_a, localized: {ID: cov_id}}\n";
        let (decisions, problems) = testing::read(text, |at| read(at, Some(&markets())));
        assert_eq!(problems, [""; 0]);
        let family =
            Family { shared: "cov_a".to_owned(), localized: [(MarketId::new("ID"), "cov_id".to_owned())].into() };
        let families = BTreeMap::from([("red_dress".to_owned(), family)]);
        let expected = Decisions { window_days: 56, period_days: 14, certainty: 0.95, families };
        assert_eq!(decisions, Some(expected));
        let (decisions, _) = testing::read("version: 1\n", |at| read(at, None));
        assert_eq!(decisions, Some(Decisions::default()));
    }

    #[test]
    fn problems_are_all_told() {
        expect_problems(
            &[
                (
                    "version: 1\nwindow_days: 401\nperiod_days: 0\ncertainty: 1\nwindow: 3\n",
                    &[
                        "line 2, `window_days`: `401` is not a count of days (expected 1 to 400)",
                        "line 3, `period_days`: `0` is not a count of days (expected 1 to 200)",
                        "line 4, `certainty`: `1` is not a certainty (expected 0.5 to 0.999, such as 0.9)",
                        "line 5, `window`: unknown key `window` (known: `version`, `window_days`, `period_days`, \
                         `certainty`, `families`)",
                    ],
                ),
                (
                    "version: 1\nwindow_days: 13\n",
                    &["line 2, `window_days`: two periods of 7 days do not fit into a window of 13"],
                ),
                (
                    "version: 1\nfamilies:\n  a/b: {shared: c1, localized: {ID: c2}}\n  b: {shared: c2, localized: \
                     {US: c3}}\n  c: {shared: c5, localized: {ID: c5, UK: c6}}\n  d: {localized: {}}\n",
                    &[
                        "line 3, `families.a/b`: `a/b` is not a usable name (expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, \
                         starting with a letter or digit)",
                        "line 4, `families.b`: the cover `c2` is in the family `a/b` already",
                        "line 5, `families.c.localized.ID`: `c5` is the shared cover, so nothing is localized",
                        "line 5, `families.c.localized.UK`: unknown market `UK` (known: `ID`, `US`; did you mean `US`?)",
                        "line 6, `families.d.shared`: missing (expected the cover that all markets share)",
                        "line 6, `families.d.localized`: an empty section is not covers by market (expected covers by \
                         market, such as `{ID: cov_red_id}`)",
                    ],
                ),
            ],
            |at| read(at, Some(&markets())),
        );
    }

    #[test]
    fn without_the_file_nothing_is_decided() {
        let tree = Tree::new(WORKING);
        assert_eq!(tree.load().unwrap().decisions, None);
        tree.write("config/decisions.yaml", "version: 1\n");
        assert_eq!(tree.load().unwrap().decisions, Some(Decisions::default()));
        tree.write("config/decisions.yaml", "version: 1\nfamilies: {a: {shared: x, localized: {FR: y}}}\n");
        assert!(tree.complaint().contains("unknown market `FR`"), "{}", tree.complaint());
    }
}
