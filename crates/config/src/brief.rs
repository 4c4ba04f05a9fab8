//! `brief.yaml`: whether there is a morning brief, what things are called in it, and where it is served. Without the file there
//! is no brief, and nothing that only the brief needs is counted.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::cursor::Cursor;
use super::problem::among;
use super::registry::{Keys, Maybe, Part, Shape, Text, form, keys, maybe};
use super::{Workspace, archive};

const KNOWN: &str = "what is known of countries, platforms, day-parts and cities, else the id";
const EXAMPLE: &str = "names by id, such as `US: {en: United States, zh: 美国}`";
const NAME: Text = Text("a name", "a name of 1 to 80 characters");
const MOST_CHARS: usize = 80;

keys! {
    /// Settings of the morning brief.
    file BriefKeys("brief.yaml", "the morning brief") {
        public_url: Maybe<PublicUrl> = maybe(
            "messages lead nowhere", PublicUrl,
            "the `https://` URL under which the folder `brief/latest/` of the archive is served; where messages lead",
        ),
        names: Maybe<Part> = maybe(
            KNOWN, Part(Shape::section::<NamesKeys<'_>>()),
            "what things are called in the brief and in messages, in English and in Chinese",
        ),
    }
}

keys! {
    /// What things are called.
    section NamesKeys("names of the brief", "the names of a brief") {
        markets: Maybe<Part> = maybe("none", Part(titles()), "names of markets, by id"),
        platforms: Maybe<Part> = maybe("none", Part(titles()), "names of platforms, by id"),
        slots: Maybe<Part> = maybe("none", Part(titles()), "names of slots, by id"),
        audiences: Maybe<Part> = maybe(
            "none", Part(titles()), "names of audiences, by the value as it stands in the tables",
        ),
        cities: Maybe<Part> = maybe(
            "what is known of cities, else the last part of the zone's name", Part(titles()),
            "what the clock of a time zone is called, by its IANA name",
        ),
    }
}

keys! {
    /// A name in two languages.
    section TitleKeys("a name of the brief", "a name") {
        en: Maybe<Text> = maybe("the known name, else the Chinese one", NAME, "in English"),
        zh: Maybe<Text> = maybe("the known name, else the English one", NAME, "in Chinese"),
    }
}

fn titles() -> Shape {
    Shape::Entries(Box::new(Shape::section::<TitleKeys<'_>>()))
}

form! {
    /// Where the brief is served.
    PublicUrl, Shape::Pattern("^https://[^?#]+$").called("`https://` URL"), Url, public_url
}

/// The morning brief.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brief {
    /// Under which URL the folder of the newest brief is served; it ends in `/`.
    pub public_url: Option<Url>,
    /// What things are called.
    pub names: Names,
}

impl Workspace {
    /// Whether market-days are counted by bars of five minutes: for the brief, which follows broadcasts by them.
    #[must_use]
    pub const fn counts_bars(&self) -> bool {
        self.brief.is_some()
    }
}

/// What things are called in the brief.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// By the market's id.
    pub markets: BTreeMap<String, Title>,
    /// By the platform's id.
    pub platforms: BTreeMap<String, Title>,
    /// By the slot's name.
    pub slots: BTreeMap<String, Title>,
    /// By the audience as it stands in the tables.
    pub audiences: BTreeMap<String, Title>,
    /// What the clock of a time zone is called, by its IANA name.
    pub cities: BTreeMap<String, Title>,
}

/// A name in two languages; at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Title {
    /// In English.
    pub en: Option<String>,
    /// In Chinese.
    pub zh: Option<String>,
}

/// Names that are known from the other files; `None` where these could not be read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'k> {
    pub(super) markets: Option<&'k BTreeSet<String>>,
    pub(super) platforms: Option<&'k BTreeSet<String>>,
    pub(super) slots: Option<&'k BTreeSet<String>>,
}

/// Reads the file.
pub(super) fn read(start: &Cursor<'_>, known: Known<'_>) -> Option<Brief> {
    let file = BriefKeys::open_file(start)?;
    let public_url = file.public_url.read();
    let names = file.names.read_or(Names::default(), |at| read_names(at, known));
    Some(Brief { public_url: public_url?, names: names? })
}

fn read_names(at: &Cursor<'_>, known: Known<'_>) -> Option<Names> {
    let names = NamesKeys::open(at)?;
    let titles_of = |key: &super::registry::Key<'_, Maybe<Part>>, what: &str, known: Option<&BTreeSet<String>>| {
        key.read_or(BTreeMap::new(), |at| {
            read_titles(at, |at, id| {
                warn_of_unknown(at, id, what, known);
                true
            })
        })
    };
    let markets = titles_of(&names.markets, "a market", known.markets);
    let platforms = titles_of(&names.platforms, "a platform", known.platforms);
    let slots = titles_of(&names.slots, "a slot", known.slots);
    let audiences = titles_of(&names.audiences, "an audience", None);
    let cities = names.cities.read_or(BTreeMap::new(), |at| read_titles(at, is_zone));
    Some(Names { markets: markets?, platforms: platforms?, slots: slots?, audiences: audiences?, cities: cities? })
}

/// Whoever leaves a market out need not clean up its name; a slip of the pen is told nevertheless.
fn warn_of_unknown(at: &Cursor<'_>, id: &str, what: &str, known: Option<&BTreeSet<String>>) {
    if let Some(known) = known.filter(|known| !known.contains(id)) {
        let noun = what.rsplit(' ').next().unwrap_or(what);
        let known = among("known", known.iter().map(String::as_str), id);
        at.warn(format!("unknown {noun} `{id}`, so this name is shown nowhere ({known})"));
    }
}

fn is_zone(at: &Cursor<'_>, name: &str) -> bool {
    archive::zone_named(at, name).is_some()
}

fn read_titles(at: &Cursor<'_>, is_known: impl Fn(&Cursor<'_>, &str) -> bool) -> Option<BTreeMap<String, Title>> {
    let entries = at.entries("names by id", EXAMPLE)?;
    let read = entries.into_iter().map(|(id, at)| {
        let is_known = is_known(&at, id);
        let title = read_title(&at);
        title.filter(|_| is_known).map(|title| (id.to_owned(), title))
    });
    // Every name is looked at before one that is wrong spoils them all.
    read.collect::<Vec<_>>().into_iter().collect()
}

fn read_title(at: &Cursor<'_>) -> Option<Title> {
    let keys = TitleKeys::open(at)?;
    let (en, zh) = (keys.en.read(), keys.zh.read());
    for name in [keys.en.at(), keys.zh.at()].into_iter().flatten() {
        let text = name.node.source.as_str();
        if text.chars().count() > MOST_CHARS || text.chars().any(char::is_control) {
            return name.mismatch("a name", NAME.1);
        }
    }
    match (en?, zh?) {
        (None, None) => at.refuse("a name in no language (expected `en`, `zh` or both)"),
        (en, zh) => Some(Title { en, zh }),
    }
}

/// The URL's text appears in no message: whatever is wrong with it, it may hold a secret.
fn public_url(at: &Cursor<'_>) -> Option<Url> {
    const EXPECTED: &str = "expected one such as `https://reports.example.com/brief/`";
    let text = at.text("a URL", "the `https://` URL of the folder `brief/latest/`")?;
    let Ok(mut url) = Url::parse(text) else { return at.refuse(format!("not a URL ({EXPECTED})")) };
    if url.scheme() != "https" || url.host_str().is_none_or(str::is_empty) {
        return at.refuse(format!("not an `https://` URL ({EXPECTED})"));
    }
    if url.password().is_some() || !url.username().is_empty() || url.query().is_some() || url.fragment().is_some()
    {
        return at.refuse(
            "it is sent to everybody whom a message reaches, so it has no user, no password, no `?` and no `#`",
        );
    }
    if !url.path().ends_with('/') {
        let folder = format!("{}/", url.path());
        url.set_path(&folder);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Tree, WORKING, expect_problems};
    use super::*;

    fn title(en: Option<&str>, zh: Option<&str>) -> Title {
        Title { en: en.map(str::to_owned), zh: zh.map(str::to_owned) }
    }

    #[test]
    fn every_key_is_read_and_none_is_needed() {
        let text = "version: 1\npublic_url: 'https://a.example/b'\nnames:\n  markets: {US: {en: United States, zh: 美国}}\n  \
                    platforms: {p: {zh: 平台}}\n  slots: {prime: {en: Prime time}}\n  audiences: {'f / 25-34': {en: Women 25–34}}\n  \
                    cities: {America/New_York: {en: New York, zh: 纽约}}\n";
        let (brief, problems) = testing::read(text, |at| read(at, Known::default()));
        assert_eq!(problems, [""; 0]);
        let one = |id: &str, title: Title| BTreeMap::from([(id.to_owned(), title)]);
        let names = Names {
            markets: one("US", title(Some("United States"), Some("美国"))),
            platforms: one("p", title(None, Some("平台"))),
            slots: one("prime", title(Some("Prime time"), None)),
            audiences: one("f / 25-34", title(Some("Women 25–34"), None)),
            cities: one("America/New_York", title(Some("New York"), Some("纽约"))),
        };
        let public_url = Some("https://a.example/b/".parse().unwrap());
        assert_eq!(brief, Some(Brief { public_url, names }));
        let (brief, _) = testing::read("version: 1\n", |at| read(at, Known::default()));
        assert_eq!(brief, Some(Brief::default()));
    }

    #[test]
    fn problems_are_all_told() {
        let long = "x".repeat(81);
        let too_long = format!("version: 1\nnames: {{slots: {{prime: {{en: {long}}}}}}}\n");
        expect_problems(
            &[
                (
                    "version: 1\npublic_url: 'http://a.example/'\nnames:\n  markets: {UK: {en: Britain}, US: {}}\n  market: {}\n  \
                     cities: {New_York: {en: New York}}\n",
                    &[
                        "line 2, `public_url`: not an `https://` URL (expected one such as \
                         `https://reports.example.com/brief/`)",
                        "line 4, `names.markets.US`: a name in no language (expected `en`, `zh` or both)",
                        "line 5, `names.market`: unknown key `market` (known: `markets`, `platforms`, `slots`, \
                         `audiences`, `cities`; did you mean `markets`?)",
                        "line 6, `names.cities.New_York`: `New_York` is not an IANA time zone (did you mean `America/New_York`?)",
                    ],
                ),
                (
                    "version: 1\npublic_url: 'https://me:hunter2@a.example/?token=x'\n",
                    &[
                        "line 2, `public_url`: it is sent to everybody whom a message reaches, so it has no user, no \
                       password, no `?` and no `#`",
                    ],
                ),
                (
                    too_long.as_str(),
                    &[
                        "line 2, `names.slots.prime.en`: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` \
                       is not a name (expected a name of 1 to 80 characters)",
                    ],
                ),
            ],
            |at| read(at, Known::default()),
        );
    }

    #[test]
    fn a_name_of_nothing_is_told_and_refuses_nothing() {
        let markets = ["ID", "US"].map(str::to_owned).into();
        let text = "version: 1\nnames: {markets: {UK: {en: Britain}}, slots: {prime: {en: Prime}}}\n";
        let known = Known { markets: Some(&markets), ..Known::default() };
        let warnings = testing::warnings_of(text, |at| read(at, known));
        let expected = "line 2, `names.markets.UK`: unknown market `UK`, so this name is shown nowhere (known: `ID`, `US`; did \
                        you mean `US`?)";
        assert_eq!(warnings, [expected]);
        let (_, problems) = testing::read(text, |at| read(at, known));
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn names_have_a_say_in_the_brief_and_in_nothing_else() {
        let tree = Tree::new(WORKING);
        let before = tree.load().unwrap();
        assert_eq!(before.brief, None);
        tree.write("config/brief.yaml", "version: 1\n");
        let bare = tree.load().unwrap();
        assert_eq!(bare.brief, Some(Brief::default()));
        tree.write(
            "config/brief.yaml",
            "version: 1\nnames: {markets: {US: {en: States}}, slots: {night: {en: N}}}\n",
        );
        let named = tree.load().unwrap();
        assert!(bare.brief_hash() != named.brief_hash());
        let us = coverledger_core::model::MarketId::new("US");
        assert_eq!(before.decisions_hash(&us), named.decisions_hash(&us));
    }
}
