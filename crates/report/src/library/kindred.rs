//! Covers that were made for a market out of one that all share, as the catalogue knows them: `localization` compares them
//! like those of `decisions.yaml`.
//!
//! That two pictures are versions of one does not say which was made for a market. The sheet says it: by a tag `market`, or
//! by another language than that of the shared cover, where the cover was on air in one market alone. The shared cover is the
//! one without such a tag that was on air in the most markets; where two were in as many, nobody can tell, and nothing is
//! compared. What `decisions.yaml` says of any cover of a family, it says of the family.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::evidence::Evidence;
use coverledger_config::{DeclaredCover, Family};
use coverledger_core::model::{MarketId, columns as c};

/// The tag of a cover that was made for a market.
const MARKET_TAGS: [&str; 2] = ["market", "市场"];

/// A cover of a family, as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relative {
    cover_id: String,
    language: Option<String>,
    market: Option<String>,
}

impl Relative {
    /// Of a row of `covers`.
    #[must_use]
    pub fn new(cover_id: &str, language: Option<&str>, tags: &BTreeMap<String, String>) -> Self {
        let market = MARKET_TAGS.iter().find_map(|tag| tags.get(*tag)).cloned();
        Self { cover_id: cover_id.to_owned(), language: language.map(ToOwned::to_owned), market }
    }

    fn is_for(&self, market: &MarketId) -> bool {
        self.market.as_deref() == Some(market.as_str())
    }
}

/// Families of the catalogue in which there may be covers that were made for a market.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kindred(BTreeMap<String, BTreeSet<Relative>>);

impl Kindred {
    /// Of covers with their families, beside what `decisions.yaml` declares.
    #[must_use]
    pub fn of(covers: impl IntoIterator<Item = (String, Relative)>, declared: &BTreeMap<String, Family>) -> Self {
        let mut families: BTreeMap<String, BTreeSet<Relative>> = BTreeMap::new();
        for (family, relative) in covers {
            families.entry(family).or_default().insert(relative);
        }
        let known: BTreeSet<&String> =
            declared.values().flat_map(|family| family.localized.values().chain([&family.shared])).collect();
        families.retain(|name, relatives| {
            let is_declared = relatives.iter().any(|relative| known.contains(&relative.cover_id));
            !declared.contains_key(name) && !is_declared && may_be_localized(relatives)
        });
        Self(families)
    }

    /// From the table `covers`.
    ///
    /// # Errors
    /// A column that this stands on is missing, or is none of texts.
    pub fn read(covers: &DataFrame, declared: &BTreeMap<String, Family>) -> PolarsResult<Self> {
        let column = |name: &str| covers.column(name)?.str().cloned();
        let (ids, families) = (column(c::COVER_ID)?, column(c::FAMILY)?);
        let (languages, tags) = (column(c::LANGUAGE)?, column(c::TAGS)?);
        let row = |at: usize| {
            let tags = tags.get(at).and_then(DeclaredCover::tags_of_json).unwrap_or_default();
            Some((families.get(at)?.to_owned(), Relative::new(ids.get(at)?, languages.get(at), &tags)))
        };
        Ok(Self::of((0..covers.height()).filter_map(row), declared))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a cover may have been made for this market.
    #[must_use]
    pub fn may_have_one_for(&self, market: &MarketId) -> bool {
        self.0.values().any(|relatives| {
            relatives.iter().any(|relative| relative.is_for(market)) || languages(relatives).count() > 1
        })
    }

    /// Everything that decisions of this market stand on, as one line; nothing if no cover may have been made for it.
    #[must_use]
    pub fn fingerprint(&self, market: &MarketId) -> String {
        if !self.may_have_one_for(market) {
            return String::new();
        }
        let of_cover =
            |Relative { cover_id, language, market }: &Relative| format!(" {cover_id:?} {language:?} {market:?}");
        let of_family = |(name, relatives): (&String, &BTreeSet<Relative>)| {
            format!("{name:?}{} ", relatives.iter().map(of_cover).collect::<String>())
        };
        self.0.iter().map(of_family).collect()
    }

    /// What of it can be told, where and in how many broadcasts covers were on air being known.
    #[must_use]
    pub fn families(&self, evidences: &[Evidence]) -> BTreeMap<String, Family> {
        let aired = Aired::of(evidences);
        let family = |(name, relatives): (&String, &BTreeSet<Relative>)| {
            Some((name.clone(), aired.family(relatives).filter(|family| !family.localized.is_empty())?))
        };
        self.0.iter().filter_map(family).collect()
    }
}

/// Whether the sheet says of two of them that they are for different people.
fn may_be_localized(relatives: &BTreeSet<Relative>) -> bool {
    let has_market = relatives.iter().any(|relative| relative.market.is_some());
    relatives.len() > 1 && (has_market || languages(relatives).count() > 1)
}

/// Each language once.
fn languages(relatives: &BTreeSet<Relative>) -> impl Iterator<Item = &String> {
    relatives.iter().filter_map(|relative| relative.language.as_ref()).collect::<BTreeSet<_>>().into_iter()
}

/// In how many broadcasts of which markets each cover was on air.
struct Aired<'a>(BTreeMap<&'a str, BTreeMap<&'a MarketId, usize>>);

impl<'a> Aired<'a> {
    fn of(evidences: &'a [Evidence]) -> Self {
        let mut aired: BTreeMap<&str, BTreeMap<&MarketId, usize>> = BTreeMap::new();
        for evidence in evidences {
            let on_air: BTreeSet<(usize, usize)> =
                evidence.rows.iter().map(|row| (row.cover, row.broadcast)).collect();
            for (cover, _) in on_air {
                let markets = aired.entry(evidence.covers[cover].as_str()).or_default();
                *markets.entry(&evidence.market).or_default() += 1;
            }
        }
        Self(aired)
    }

    fn markets(&self, relative: &Relative) -> impl Iterator<Item = (&MarketId, usize)> {
        self.0.get(relative.cover_id.as_str()).into_iter().flatten().map(|(market, count)| (*market, *count))
    }

    fn family(&self, relatives: &BTreeSet<Relative>) -> Option<Family> {
        let shared = self.shared(relatives)?;
        let others = || relatives.iter().filter(|relative| **relative != *shared);
        let mut localized = BTreeMap::new();
        let markets: BTreeSet<&MarketId> =
            others().flat_map(|relative| self.markets(relative).map(|(market, _)| market)).collect();
        for market in markets {
            let made = others().filter_map(|relative| Some((self.made_for(relative, shared, market)?, relative)));
            // Of several, what the sheet says of, and then what was on air the most; of these the first by order.
            if let Some((_, relative)) = made.min_by_key(|(key, _)| *key) {
                localized.insert(market.clone(), relative.cover_id.clone());
            }
        }
        Some(Family { shared: shared.cover_id.clone(), localized })
    }

    /// The cover that was made for no market, and was on air in the most.
    fn shared<'r>(&self, relatives: &'r BTreeSet<Relative>) -> Option<&'r Relative> {
        let shared = || relatives.iter().filter(|relative| relative.market.is_none());
        let most = shared().map(|relative| self.markets(relative).count()).max().filter(|most| *most > 0)?;
        let mut in_most = shared().filter(|relative| self.markets(relative).count() == most);
        in_most.next().filter(|_| in_most.next().is_none())
    }

    /// Whether a cover was made for a market where it was on air: the lower the key, the sooner it is taken for it.
    fn made_for(
        &self,
        relative: &Relative,
        shared: &Relative,
        market: &MarketId,
    ) -> Option<(bool, std::cmp::Reverse<usize>)> {
        let (_, broadcasts) = self.markets(relative).find(|(aired_in, _)| *aired_in == market)?;
        let is_said = relative.is_for(market);
        let is_in_another_language = relative.language.is_some()
            && shared.language.is_some()
            && relative.language != shared.language
            && self.markets(relative).count() == 1;
        let is_seen = relative.market.is_none() && is_in_another_language;
        (is_said || is_seen).then_some((!is_said, std::cmp::Reverse(broadcasts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scene;
    use coverledger_core::model::Count;

    /// Covers on air in a market, each with a count of broadcasts.
    fn evidence(market: &'static str, covers: &[(&str, usize)]) -> Evidence {
        let mut scene = Scene { market, ..Scene::default() };
        for (cover, broadcasts) in covers {
            for broadcast in 0..*broadcasts {
                let names = ["prime", "all", &format!("{market}{broadcast}"), *cover];
                scene.shown(0, names, &[(Count::Impressions, 100)]);
            }
        }
        scene.evidence()
    }

    fn relative(cover: &str, language: &str, market: &str) -> (String, Relative) {
        let tags = if market.is_empty() { vec![] } else { vec![("market".to_owned(), market.to_owned())] };
        let language = (!language.is_empty()).then_some(language);
        ("red".to_owned(), Relative::new(cover, language, &tags.into_iter().collect()))
    }

    fn kindred(covers: &[(&str, &str, &str)]) -> Kindred {
        Kindred::of(
            covers.iter().map(|(cover, language, market)| relative(cover, language, market)),
            &BTreeMap::new(),
        )
    }

    /// `shared, MARKET: cover, …`
    fn told(kindred: &Kindred, evidences: &[Evidence]) -> Vec<String> {
        let told = |(name, family): (String, Family)| {
            let localized = family.localized.iter().map(|(market, cover)| format!(", {market}: {cover}"));
            format!("{name}: {}{}", family.shared, localized.collect::<String>())
        };
        kindred.families(evidences).into_iter().map(told).collect()
    }

    #[test]
    fn a_cover_that_the_sheet_says_is_for_a_market_is_held_against_the_one_in_the_most_markets() {
        let kindred = kindred(&[("a", "en", ""), ("b", "id", "ID"), ("c", "en", "")]);
        let evidences = [
            evidence("ID", &[("b", 3), ("a", 1)]),
            evidence("US", &[("a", 2), ("c", 9)]),
            evidence("UK", &[("a", 1), ("b", 2)]),
        ];
        assert_eq!(told(&kindred, &evidences), ["red: a, ID: b"]);
        assert!(
            kindred.may_have_one_for(&MarketId::new("ID"))
                && !kindred.fingerprint(&MarketId::new("ID")).is_empty()
        );
    }

    #[test]
    fn a_translation_is_for_the_one_market_where_it_was_on_air() {
        let covers = [("a", "en", ""), ("b", "id", ""), ("c", "id", ""), ("d", "en", ""), ("e", "", "")];
        let id = evidence("ID", &[("a", 5), ("b", 3), ("c", 4), ("d", 9), ("e", 9)]);
        let us = evidence("US", &[("a", 2)]);
        // Of two the one that was on air more; what has the shared cover's language, or none, is an upload of it.
        assert_eq!(told(&kindred(&covers), &[id.clone(), us.clone()]), ["red: a, ID: c"]);
        // In two markets it is for neither.
        let us = evidence("US", &[("a", 2), ("b", 1), ("c", 1)]);
        assert_eq!(told(&kindred(&covers[..3]), &[id, us, evidence("UK", &[("a", 1)])]), [""; 0]);
    }

    #[test]
    fn the_catalogue_is_read() {
        let covers = df!(
            c::COVER_ID => ["a", "b", "c"],
            c::FAMILY => [Some("red"), Some("red"), None],
            c::LANGUAGE => [Some("en"), None, Some("id")],
            c::TAGS => [None, Some(r#"{"market":"ID"}"#), Some("{}")],
        )
        .unwrap();
        let read = Kindred::read(&covers, &BTreeMap::new()).unwrap();
        assert_eq!(read, kindred(&[("a", "en", ""), ("b", "", "ID")]));
        assert!(Kindred::read(&covers.drop(c::FAMILY).unwrap(), &BTreeMap::new()).is_err());
    }

    #[test]
    fn where_two_covers_may_be_the_shared_one_nothing_is_compared() {
        let covers = [("a", "en", ""), ("b", "en", ""), ("c", "id", "ID")];
        let evidences = [evidence("ID", &[("c", 3), ("a", 1)]), evidence("US", &[("b", 2)])];
        assert_eq!(told(&kindred(&covers), &evidences), [""; 0]);
        assert_eq!(told(&kindred(&covers), &[]), [""; 0]);
    }

    #[test]
    fn families_without_languages_and_markets_change_nothing() {
        assert!(kindred(&[("a", "", ""), ("b", "", "")]).is_empty());
        assert!(kindred(&[("a", "en", ""), ("b", "en", ""), ("c", "", "")]).is_empty());
        assert!(kindred(&[("a", "en", "ID")]).is_empty());
        assert_eq!(Kindred::default().fingerprint(&MarketId::new("ID")), "");
    }

    #[test]
    fn what_decisions_yaml_says_of_any_of_its_covers_holds() {
        let family = |shared: &str| Family {
            shared: shared.to_owned(),
            localized: [(MarketId::new("ID"), "z".to_owned())].into(),
        };
        let covers = || [relative("a", "en", ""), relative("b", "id", "ID")];
        for (name, shared) in [("other", "a"), ("red", "x")] {
            let declared = BTreeMap::from([(name.to_owned(), family(shared))]);
            assert!(Kindred::of(covers(), &declared).is_empty(), "{name}");
        }
        let declared = BTreeMap::from([("other".to_owned(), family("x"))]);
        assert!(!Kindred::of(covers(), &declared).is_empty());
    }
}
