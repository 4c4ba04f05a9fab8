//! `market_rules.yaml`: what a cover must be, show or say before it goes on air, by market. Without the file nothing is
//! held against anything, and a rule that is not adopted is only kept.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::names::{check_name, known_names};
use super::problem::among;
use super::registry::{
    Form as _, Keys, Maybe, Number, Or, Part, Required, Shape, Text, Truth, Words, form, keys, maybe, or, required,
};
use coverledger_core::model::{Look, MarketId, PlatformId};

keys! {
    /// Rules of all markets.
    file MarketRulesKeys("market_rules.yaml", "rules of markets") {
        rules: Required<Part> = required(
            "rules by name, such as `sa_language: {…}`",
            Part(Shape::Named(Box::new(Shape::section::<RuleKeys<'_>>()))), "rules by their name, which is told where one is broken",
        ),
    }
}

keys! {
    /// One rule.
    section RuleKeys("a market rule", "a rule of a market") {
        markets: Required<Part> = required(
            "`all` or a list such as `[SA, ID]`",
            Part(Shape::AnyOf(vec![Shape::Words(vec!["all"]), Shape::list(Shape::Text)]).called("`all` or list")),
            "the markets it holds in; they must be known once it is adopted",
        ),
        platforms: Maybe<Part> = maybe(
            "all platforms", Part(Shape::list(Shape::Text).called("list")),
            "the platforms whose rule it is; they must be known once it is adopted",
        ),
        severity: Required<Words<Severity>> = required(
            "`breaks` or `warns`", Words("a severity", &Severity::WORDS),
            "`breaks`: a cover that does not keep it must not go on air; `warns`: somebody should look",
        ),
        look: Maybe<Part> = maybe(
            "no bound", Part(Shape::section::<LookKeys<'_>>()), "bounds on a measure of the picture; a rule asks for one thing: this, or one of the next four",
        ),
        language: Maybe<Part> = maybe(
            "any language", Part(Shape::section::<DeclaredTextKeys<'_>>()),
            "languages of the text on the picture as the sheet declares them (column `language`), such as `ar` or `zh-Hant`",
        ),
        script: Maybe<Part> = maybe(
            "any script", Part(Shape::section::<DeclaredTextKeys<'_>>()),
            "scripts of the text by their four letters, such as `Arab`: said by the declared language, or by its usual script",
        ),
        tag: Maybe<Part> = maybe(
            "any tag", Part(Shape::section::<TagKeys<'_>>()),
            "a column of the sheet, such as `price_tag`; what is not measured, such as skin, is asked in this way",
        ),
        words: Maybe<Part> = maybe(
            "any words", Part(Shape::section::<WordKeys<'_>>()),
            "words that columns of the sheet must not have; the text on the picture itself is not read",
        ),
        en: Required<Text> = required("a sentence in English", Text("a sentence", "a sentence in English"), "the rule in a sentence, in English"),
        zh: Required<Text> = required("a sentence in Chinese", Text("a sentence", "a sentence in Chinese"), "the same in Chinese"),
        source: Required<Text> = required(
            "a URL or the name of a document", Text("a source", "a URL or the name of a document"),
            "where the rule is written: a URL or the name of a document",
        ),
        checked: Or<Truth> = or("false", Truth, "whether somebody has read the source and found the rule in it; `check` warns of a rule that is adopted unchecked"),
        adopted: Or<Truth> = or("false", Truth, "whether it holds"),
    }
}

keys! {
    /// Bounds on a measure.
    section LookKeys("bounds of a measure", "bounds of a measure") {
        measure: Required<Measure> = required("a measure such as `text_share`", Measure, "the measure; `docs/LIBRARY.md` says how each is taken"),
        least: Maybe<Number> = maybe("no bound", BOUND, "the least that it may be"),
        most: Maybe<Number> = maybe("no bound", BOUND, "the most that it may be"),
    }
}

keys! {
    /// Languages or scripts.
    section DeclaredTextKeys("languages of a text", "languages or scripts of a text") {
        includes: Maybe<Part> = maybe(
            "need not", Part(Shape::list(Shape::Text).called("list")), "at least one of these must be among what is declared",
        ),
        only: Maybe<Part> = maybe(
            "any", Part(Shape::list(Shape::Text).called("list")), "nothing but these may be declared",
        ),
    }
}

keys! {
    /// A column of the sheet.
    section TagKeys("a tag", "a tag") {
        name: Required<Text> = required("a column of the sheet", Text("a column", "a column of the sheet"), "the column"),
        any_of: Maybe<Part> = maybe(
            "any value", Part(Shape::list(Shape::Text).called("list")),
            "its value must be one of these; without this and `none_of` it must only have one",
        ),
        none_of: Maybe<Part> = maybe(
            "none", Part(Shape::list(Shape::Text).called("list")), "its value must be none of these",
        ),
    }
}

keys! {
    /// Words that must not be said.
    section WordKeys("words of a sheet", "words that must not be said") {
        columns: Required<Part> = required(
            "columns such as `[name, claims]`", Part(Shape::list(Shape::Text).called("list")),
            "columns of the sheet; each must have a value (`-` where there is nothing to say), or the rule is not judged",
        ),
        none_of: Required<Part> = required(
            "words such as `[最佳, \"No. 1\"]`", Part(Shape::list(Shape::Text).called("list")),
            "the words: in Latin, Greek and Cyrillic as whole words, in other scripts anywhere; capitals do not matter",
        ),
    }
}

form! {
    /// A measure of a picture.
    Measure, Shape::Words(Look::ALL.map(Look::word).to_vec()).called("measure"), Look, measure
}

const BOUND: Number = Number("a bound", -1_000_000.0, 1_000_000.0, "a number, such as 0.2");

/// Rules of all markets.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketRules {
    /// By name; not empty.
    pub rules: BTreeMap<String, PictureRule>,
}

/// What a cover must be, show or say.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureRule {
    /// The markets it holds in, all known once it is adopted; `None` for all.
    pub markets: Option<BTreeSet<MarketId>>,
    /// The platforms whose rule it is, all known once it is adopted; `None` for all.
    pub platforms: Option<BTreeSet<PlatformId>>,
    /// How grave it is not to keep it.
    pub severity: Severity,
    /// What it asks for.
    pub demand: Demand,
    /// The rule in a sentence, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
    /// Where it is written.
    pub source: String,
    /// Whether somebody has read the source and found the rule in it.
    pub is_checked: bool,
    /// Whether it holds.
    pub is_adopted: bool,
}

/// How grave it is not to keep a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The cover must not go on air.
    Breaks,
    /// Somebody should look.
    Warns,
}

impl Severity {
    /// The words in configuration and in `cover_checks`.
    pub const WORDS: [(&'static str, Self); 2] = [("breaks", Self::Breaks), ("warns", Self::Warns)];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Warns => "warns",
        }
    }
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// A measure within bounds, of which at least one is there.
    Look {
        /// The measure.
        look: Look,
        /// The least it may be.
        least: Option<f64>,
        /// The most it may be.
        most: Option<f64>,
    },
    /// Languages of the text, as declared.
    Language(DeclaredText),
    /// Scripts of the text, by the declared languages.
    Script(DeclaredText),
    /// A value of a column of the sheet. Without a list it must only have one.
    Tag {
        /// The column.
        name: String,
        /// What it must be one of; empty: anything.
        any_of: Vec<String>,
        /// What it must not be.
        none_of: Vec<String>,
    },
    /// Words that must not be said.
    Words {
        /// In these columns of the sheet.
        columns: Vec<String>,
        /// The words.
        none_of: Vec<String>,
    },
}

/// What must and may be declared of a text; not both empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredText {
    /// At least one of these; empty: need not.
    pub includes: Vec<String>,
    /// Nothing but these; empty: anything.
    pub only: Vec<String>,
}

impl PictureRule {
    /// Whether it is adopted and speaks of covers in this market, on this platform; `None` for any platform.
    #[must_use]
    pub fn holds(&self, market: &MarketId, platform: Option<&PlatformId>) -> bool {
        self.is_adopted && self.speaks_of(market, platform)
    }

    /// Whether it speaks of covers in this market, on this platform, adopted or not; `None` for any platform.
    #[must_use]
    pub fn speaks_of(&self, market: &MarketId, platform: Option<&PlatformId>) -> bool {
        let in_market = self.markets.as_ref().is_none_or(|markets| markets.contains(market));
        let on_platform = match (&self.platforms, platform) {
            (Some(platforms), Some(platform)) => platforms.contains(platform),
            _ => true,
        };
        in_market && on_platform
    }
}

/// Reads the file; `None` for names of markets that could not be read.
pub(super) fn read(
    start: &Cursor<'_>,
    markets: Option<&BTreeSet<String>>,
    platforms: &BTreeSet<String>,
) -> Option<MarketRules> {
    let file = MarketRulesKeys::open_file(start)?;
    let mut rules = BTreeMap::new();
    let mut sound = true;
    for (name, at) in
        file.rules.required()?.entries("rules of markets", "rules by name, such as `sa_language: {…}`")?
    {
        if let Err(message) = check_name(name) {
            at.problem(message);
            sound = false;
        }
        match read_rule(&at, markets, platforms) {
            Some(rule) => {
                rules.insert(name.to_owned(), rule);
            }
            None => sound = false,
        }
    }
    sound.then_some(MarketRules { rules })
}

fn read_rule(
    at: &Cursor<'_>,
    markets: Option<&BTreeSet<String>>,
    platforms: &BTreeSet<String>,
) -> Option<PictureRule> {
    let keys = RuleKeys::open(at)?;
    let is_adopted = keys.adopted.read();
    let is_checked = keys.checked.read();
    // A shipped rule may speak of places that this team does not know; it can be adopted once they are known.
    let known = |names| if is_adopted == Some(false) { None } else { names };
    let in_markets = keys.markets.required().and_then(|at| in_markets(&at, known(markets)));
    let on_platforms = keys.platforms.read_with(|at| named(at, "platforms", "a platform", known(Some(platforms))));
    let severity = keys.severity.read();
    let demand = demand(&keys);
    let (en, zh, source) = (keys.en.read(), keys.zh.read(), keys.source.read());
    if is_adopted == Some(true) && is_checked == Some(false) {
        at.warn(
            "is adopted, and nobody has noted that its source was read (expected `checked: true` once it was)",
        );
    }
    Some(PictureRule {
        markets: in_markets?.map(|names| names.into_iter().map(MarketId::new).collect()),
        platforms: on_platforms?.map(|names| names.into_iter().map(PlatformId::new).collect()),
        severity: severity?,
        demand: demand?,
        en: en?,
        zh: zh?,
        source: source?,
        is_checked: is_checked?,
        is_adopted: is_adopted?,
    })
}

#[expect(clippy::option_option, reason = "all of them and wrong are two things")]
fn in_markets(at: &Cursor<'_>, known: Option<&BTreeSet<String>>) -> Option<Option<BTreeSet<String>>> {
    if at.is_text() {
        return match at.node.source.as_str() {
            "all" => Some(None),
            _ => at.mismatch("a choice of markets", "`all` or a list such as `[SA, ID]`"),
        };
    }
    named(at, "markets", "a market", known).map(Some)
}

fn named(at: &Cursor<'_>, list: &str, what: &str, known: Option<&BTreeSet<String>>) -> Option<BTreeSet<String>> {
    known_names(&at.list(&format!("a list of {list}"))?, what, known)
}

/// The one thing that a rule asks for.
fn demand(keys: &RuleKeys<'_>) -> Option<Demand> {
    const EACH: &str = "`look`, `language`, `script`, `tag` or `words`";
    let asked = [
        ("look", keys.look.at()),
        ("language", keys.language.at()),
        ("script", keys.script.at()),
        ("tag", keys.tag.at()),
        ("words", keys.words.at()),
    ];
    let mut asked = asked.into_iter().filter_map(|(key, at)| Some((key, at?)));
    let Some((key, at)) = asked.next() else {
        return keys.markets.section().refuse(format!("asks for nothing (expected one of {EACH})"));
    };
    if let Some((other, at)) = asked.next() {
        return at.refuse(format!(
            "a rule asks for one thing, and `{key}` is asked already (make `{other}` a rule of its own)"
        ));
    }
    match key {
        "look" => bounds(&at),
        "language" => declared_text(&at, language).map(Demand::Language),
        "script" => declared_text(&at, script).map(Demand::Script),
        "tag" => tag(&at),
        _ => words(&at),
    }
}

fn measure(at: &Cursor<'_>) -> Option<Look> {
    let words = Look::ALL.map(Look::word);
    let asked = at.text("a measure", "a measure such as `text_share`")?;
    if asked.contains("skin") || asked.contains("nud") {
        return at.refuse(format!(
            "{} is not measured: nothing here tells skin (declare it in a column of the sheet, such as `skin`, and ask for it with `tag`)",
            at.found()
        ));
    }
    Look::named(asked)
        .or_else(|| at.refuse(format!("unknown measure {} ({})", at.found(), among("known", words, asked))))
}

fn bounds(at: &Cursor<'_>) -> Option<Demand> {
    let keys = LookKeys::open(at)?;
    let (look, least, most) = (keys.measure.read(), keys.least.read(), keys.most.read());
    let (look, least, most) = (look?, least?, most?);
    match (least, most) {
        (None, None) => at.refuse("no bound is given (expected `least`, `most` or both)"),
        (Some(least), Some(most)) if least > most => {
            at.refuse(format!("nothing is at least {least} and at most {most}"))
        }
        _ => Some(Demand::Look { look, least, most }),
    }
}

fn declared_text(at: &Cursor<'_>, read: impl Fn(&Cursor<'_>) -> Option<String>) -> Option<DeclaredText> {
    let keys = DeclaredTextKeys::open(at)?;
    let list = |at: &Cursor<'_>| each(at, "a list of languages or scripts", &read);
    let (includes, only) = (keys.includes.read_or(Vec::new(), list), keys.only.read_or(Vec::new(), list));
    let (includes, only) = (includes?, only?);
    if includes.is_empty() && only.is_empty() {
        return at.refuse("asks for nothing (expected `includes`, `only` or both)");
    }
    if !includes.is_empty() && !only.is_empty() && !includes.iter().any(|word| only.contains(word)) {
        return at.refuse("nothing that `includes` asks for is among `only`");
    }
    Some(DeclaredText { includes, only })
}

/// The items of a list, read one by one.
fn each(at: &Cursor<'_>, what: &str, read: impl Fn(&Cursor<'_>) -> Option<String>) -> Option<Vec<String>> {
    let items = at.list(what)?;
    let read: Vec<Option<String>> = items.iter().map(read).collect();
    read.into_iter().collect()
}

/// A language tag: two or three letters, and parts of two to eight letters or digits.
fn language(at: &Cursor<'_>) -> Option<String> {
    let text = at.text("a language", "a language such as `ar` or `zh-Hant`")?;
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_lowercase());
    let are_parts =
        parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if is_language && are_parts {
        return Some(text.to_owned());
    }
    at.mismatch("a language", "a language such as `ar` or `zh-Hant`")
}

/// A script: four letters, the first a capital.
fn script(at: &Cursor<'_>) -> Option<String> {
    let text = at.text("a script", "four letters such as `Arab` or `Hans`")?;
    let mut letters = text.chars();
    let is_script = text.len() == 4
        && letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && letters.all(|c| c.is_ascii_lowercase());
    if is_script {
        Some(text.to_owned())
    } else {
        at.mismatch("a script", "four letters such as `Arab` or `Hans`")
    }
}

fn tag(at: &Cursor<'_>) -> Option<Demand> {
    let keys = TagKeys::open(at)?;
    let values = |at: &Cursor<'_>| texts(at, "a list of values", "a value");
    let (name, any_of, none_of) =
        (keys.name.read(), keys.any_of.read_or(Vec::new(), values), keys.none_of.read_or(Vec::new(), values));
    Some(Demand::Tag { name: name?, any_of: any_of?, none_of: none_of? })
}

fn words(at: &Cursor<'_>) -> Option<Demand> {
    let keys = WordKeys::open(at)?;
    let columns = keys.columns.required().and_then(|at| texts(&at, "a list of columns", "a column"));
    let none_of = keys.none_of.required().and_then(|at| texts(&at, "a list of words", "a word"));
    Some(Demand::Words { columns: columns?, none_of: none_of? })
}

fn texts(at: &Cursor<'_>, list: &str, what: &'static str) -> Option<Vec<String>> {
    each(at, list, |at| Text(what, "a text").read(at).map(|text| text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::super::testing::{self, Tree, WORKING, expect_problems};
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn read_file(at: &Cursor<'_>) -> Option<MarketRules> {
        read(at, Some(&names(&["ID", "SA"])), &names(&["youtube"]))
    }

    /// A rule that asks for something.
    fn rule(asks: &str) -> String {
        format!(
            "{{markets: all, severity: breaks, {asks}, en: a, zh: 甲, source: b, checked: true, adopted: true}}"
        )
    }

    #[test]
    fn every_key_is_read() {
        let text = "version: 1\nrules:\n  text:\n    markets: [ID, SA]\n    platforms: [youtube]\n    severity: warns\n    \
                    look: {measure: text_share, most: 0.2}\n    en: Little text.\n    zh: 少字。\n    source: https://example.org\n    \
                    checked: true\n    adopted: true\n";
        let (rules, problems) = testing::read(text, read_file);
        assert_eq!(problems, [""; 0]);
        let rules = rules.unwrap();
        let expected = PictureRule {
            markets: Some(["ID", "SA"].map(MarketId::new).into()),
            platforms: Some([PlatformId::new("youtube")].into()),
            severity: Severity::Warns,
            demand: Demand::Look { look: Look::TextShare, least: None, most: Some(0.2) },
            en: "Little text.".to_owned(),
            zh: "少字。".to_owned(),
            source: "https://example.org".to_owned(),
            is_checked: true,
            is_adopted: true,
        };
        assert_eq!(rules.rules["text"], expected);
        let [market, other] = ["SA", "US"].map(MarketId::new);
        let [platform, elsewhere] = ["youtube", "feed"].map(PlatformId::new);
        assert!(expected.holds(&market, None) && expected.holds(&market, Some(&platform)));
        assert!(!expected.holds(&other, None) && !expected.holds(&market, Some(&elsewhere)));
        assert!(!PictureRule { is_adopted: false, ..expected }.holds(&market, None));
    }

    #[test]
    fn each_thing_that_can_be_asked_for_is_read() {
        let asked = |asks: &str| {
            let (rules, problems) =
                testing::read(&format!("version: 1\nrules:\n  a: {}\n", rule(asks)), read_file);
            assert_eq!(problems, [""; 0], "{asks}");
            rules.unwrap().rules["a"].demand.clone()
        };
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let text = DeclaredText { includes: list(&["fr"]), only: list(&["fr", "zh-Hant"]) };
        assert_eq!(asked("language: {includes: [fr], only: [fr, zh-Hant]}"), Demand::Language(text));
        let text = DeclaredText { includes: Vec::new(), only: list(&["Arab", "Latn"]) };
        assert_eq!(asked("script: {only: [Arab, Latn]}"), Demand::Script(text));
        let (any_of, none_of) = (Vec::new(), list(&["bare"]));
        assert_eq!(
            asked("tag: {name: skin, none_of: [bare]}"),
            Demand::Tag { name: "skin".to_owned(), any_of, none_of }
        );
        let (columns, none_of) = (list(&["name", "claims"]), list(&["最佳", "No. 1"]));
        assert_eq!(
            asked("words: {columns: [name, claims], none_of: [最佳, \"No. 1\"]}"),
            Demand::Words { columns, none_of }
        );
    }

    #[test]
    fn problems_are_all_told() {
        let file = |asks: &str| format!("version: 1\nrules:\n  a: {}\n", rule(asks));
        let told = |asks: &str| testing::read(&file(asks), read_file).1.join("\n");
        let known = Look::ALL.map(|look| format!("`{look}`")).join(", ");
        for (asks, expected) in [
            ("look: {measure: text_shar, most: 1}", format!("line 3, `rules.a.look.measure`: unknown measure `text_shar` (known: {known}; did you mean `text_share`?)")),
            ("look: {measure: skin_share, most: 1}", "line 3, `rules.a.look.measure`: `skin_share` is not measured: nothing here tells skin (declare it in a column of the sheet, such as `skin`, and ask for it with `tag`)".to_owned()),
            ("look: {measure: faces}", "line 3, `rules.a.look`: no bound is given (expected `least`, `most` or both)".to_owned()),
            ("look: {measure: faces, least: 2, most: 1}", "line 3, `rules.a.look`: nothing is at least 2 and at most 1".to_owned()),
            ("language: {includes: [Arabic]}", "line 3, `rules.a.language.includes[0]`: `Arabic` is not a language (expected a language such as `ar` or `zh-Hant`)".to_owned()),
            ("script: {only: [arab]}", "line 3, `rules.a.script.only[0]`: `arab` is not a script (expected four letters such as `Arab` or `Hans`)".to_owned()),
            ("script: {includes: [Arab], only: [Latn]}", "line 3, `rules.a.script`: nothing that `includes` asks for is among `only`".to_owned()),
            ("script: {}", "line 3, `rules.a.script`: asks for nothing (expected `includes`, `only` or both)".to_owned()),
            ("tag: {name: a}, words: {columns: [a], none_of: [b]}", "line 3, `rules.a.words`: a rule asks for one thing, and `tag` is asked already (make `words` a rule of its own)".to_owned()),
        ] {
            assert_eq!(told(asks), expected);
        }
        expect_problems(
            &[
                (
                    "version: 1\nrules: {}\n",
                    &[
                        "line 2, `rules`: an empty section is not rules of markets (expected rules by name, such as `sa_language: {…}`)",
                    ],
                ),
                (
                    "version: 1\nrules:\n  a:\n    markets: [SA, SB]\n    platforms: [yutube]\n    severity: bad\n    adopted: true\n    sorce: x\n",
                    &[
                        "line 3, `rules.a`: asks for nothing (expected one of `look`, `language`, `script`, `tag` or `words`)",
                        "line 3, `rules.a.en`: missing (expected a sentence in English)",
                        "line 3, `rules.a.zh`: missing (expected a sentence in Chinese)",
                        "line 3, `rules.a.source`: missing (expected a URL or the name of a document)",
                        "line 4, `rules.a.markets[1]`: unknown market `SB` (known: `ID`, `SA`; did you mean `SA`?)",
                        "line 5, `rules.a.platforms[0]`: unknown platform `yutube` (known: `youtube`; did you mean `youtube`?)",
                        "line 6, `rules.a.severity`: `bad` is not a severity (expected: `breaks`, `warns`)",
                        "line 8, `rules.a.sorce`: unknown key `sorce` (known: `markets`, `platforms`, `severity`, `look`, `language`, `script`, `tag`, `words`, `en`, `zh`, `source`, `checked`, `adopted`; did you mean `source`?)",
                    ],
                ),
            ],
            read_file,
        );
    }

    #[test]
    fn a_rule_that_is_not_adopted_may_speak_of_places_that_nobody_knows() {
        let tree = Tree::new(WORKING);
        assert_eq!(tree.load().unwrap().market_rules, None);
        let file = |adopted: bool| {
            format!(
                "version: 1\nrules:\n  a: {{markets: [XX], platforms: [none], severity: warns, tag: {{name: b}}, en: a, zh: 甲, \
                 source: c, adopted: {adopted}}}\n"
            )
        };
        tree.write("config/market_rules.yaml", file(false));
        let workspace = tree.load().unwrap();
        assert_eq!(workspace.market_rules.as_ref().unwrap().rules.len(), 1);
        let of_rules = |warnings: &[Problem]| -> Vec<String> {
            let of_rules = warnings.iter().filter(|warning| warning.file.ends_with("market_rules.yaml"));
            of_rules.map(ToString::to_string).collect()
        };
        assert_eq!(of_rules(&workspace.warnings), [""; 0]);
        tree.write("config/market_rules.yaml", file(true));
        let complaint = tree.complaint();
        assert!(
            complaint.contains("unknown market `XX`") && complaint.contains("unknown platform `none`"),
            "{complaint}"
        );
        tree.write(
            "config/market_rules.yaml",
            file(true).replace("[XX]", "[US]").replace("platforms: [none], ", ""),
        );
        let warnings = of_rules(&tree.load().unwrap().warnings);
        assert!(warnings[0].contains("nobody has noted that its source was read"), "{warnings:?}");
    }
}
