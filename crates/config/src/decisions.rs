//! `decisions.yaml`: the window that decisions use, and which covers are variants of the same picture. Without the file
//! no decision tables are written.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::names::{check_name, known_name};
use super::registry::{
    Form as _, Keys, Maybe, Or, Part, Required, Shape, Text, Whole, form, keys, maybe, or, required,
};
use super::yaml::Kind;
use coverledger_core::model::MarketId;

form! {
    /// From which probability a diagnosis is spoken.
    Certainty, Shape::Number(0.5, 0.999), f64, certainty
}

keys! {
    /// Settings of all decisions.
    file DecisionsKeys("decisions.yaml", "what decisions stand on") {
        window_days: Or<Whole<u16>> = or(
            "28", Whole::new("a count of days", 1, 400),
            "local dates that covers, diagnosis, slots and localization look back on, the newest included",
        ),
        period_days: Or<Whole<u16>> = or(
            "7", Whole::new("a count of days", 1, 200),
            "local dates that are compared with as many before them; two periods fit into the window",
        ),
        certainty: Or<Certainty> = or("0.9", Certainty, "from which probability a diagnosis is spoken"),
        families: Maybe<Part> = maybe(
            "none", Part(Shape::Named(Box::new(Shape::section::<FamilyKeys<'_>>()))),
            "covers that were made for markets out of one, by the family's name",
        ),
    }
}

keys! {
    /// One cover and what was made of it.
    section FamilyKeys("a family of covers", "a family of covers") {
        shared: Required<Text> = required(
            "the cover that all markets share", COVER, "the cover that all markets share",
        ),
        localized: Required<Part> = required(
            "covers by market, such as `{ID: cov_red_id}`", Part(Shape::Entries(Box::new(Shape::Text))),
            "the cover that a market has in its place, by the market's name; at least one",
        ),
    }
}

const COVER: Text = Text("a cover", "the id of a cover");

/// Settings of all decisions.
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
pub(super) fn read(start: &Cursor<'_>, markets: Option<&BTreeSet<String>>) -> Option<Decisions> {
    let file = DecisionsKeys::open_file(start)?;
    let window_days = file.window_days.read();
    let period_days = file.period_days.read();
    let certainty = file.certainty.read();
    let families = file.families.read_or(BTreeMap::new(), |at| read_families(at, markets));
    let (window_days, period_days) = (window_days?, period_days?);
    if window_days < period_days * 2 {
        let at = file.period_days.at().or_else(|| file.window_days.at())?;
        return at.refuse(format!("two periods of {period_days} days do not fit into a window of {window_days}"));
    }
    Some(Decisions { window_days, period_days, certainty: certainty?, families: families? })
}

fn certainty(at: &Cursor<'_>) -> Option<f64> {
    match at.node.kind {
        Kind::Real(number) if (0.5..=0.999).contains(&number) => Some(number),
        _ => at.mismatch("a certainty", "0.5 to 0.999, such as 0.9"),
    }
}

fn read_families(at: &Cursor<'_>, markets: Option<&BTreeSet<String>>) -> Option<BTreeMap<String, Family>> {
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

fn read_family(at: &Cursor<'_>, markets: Option<&BTreeSet<String>>) -> Option<Family> {
    let family = FamilyKeys::open(at)?;
    let shared = family.shared.read();
    let localized = family.localized.required()?;
    let mut covers = BTreeMap::new();
    for (market, at) in localized.entries("covers by market", "covers by market, such as `{ID: cov_red_id}`")? {
        let known = known_name(&at, market, "a market", markets);
        let (Some(market), Some(cover)) = (known, COVER.read(&at)) else { continue };
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
