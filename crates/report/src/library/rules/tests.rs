//! What rules say of covers.

use super::*;
use coverledger_config::{DeclaredText, Demand, PictureRule};
use coverledger_core::model::Look;

fn rule(severity: Severity, demand: Demand) -> PictureRule {
    PictureRule {
        markets: Some([MarketId::new("SA")].into()),
        platforms: None,
        severity,
        demand,
        en: "So it is.".to_owned(),
        zh: "规定如此".to_owned(),
        source: "a law".to_owned(),
        is_checked: true,
        is_adopted: true,
    }
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn facts(facts: &[(&str, &str)]) -> BTreeMap<String, String> {
    facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn looks(measures: &[(Look, f64)]) -> Looks {
    let mut looks = Looks::default();
    for (look, value) in measures {
        looks.set(*look, Some(*value));
    }
    looks
}

/// What one demand finds, and why.
fn found(demand: Demand, measures: &[(Look, f64)], declared: &[(&str, &str)]) -> (Finding, String) {
    let rules = MarketRules { rules: [("r".to_owned(), rule(Severity::Breaks, demand))].into() };
    let (looks, facts) = (looks(measures), facts(declared));
    let subject = Subject { looks: Ok(&looks), facts: &facts };
    let [judged] = judge(&rules, &MarketId::new("SA"), None, &subject).try_into().unwrap();
    assert!(judged.en.starts_with("So it is. ") && judged.en.ends_with('.'), "{}", judged.en);
    assert!(judged.zh.starts_with("规定如此。") && judged.zh.ends_with('。'), "{}", judged.zh);
    assert_eq!(judged.finding == Finding::NotJudged, judged.zh.contains("无法判断"), "{}", judged.zh);
    (judged.finding, judged.en)
}

fn at_most(look: Look, most: f64) -> Demand {
    Demand::Look { look, least: None, most: Some(most) }
}

#[test]
fn a_bound_is_kept_up_to_itself() {
    let text = |share: f64| found(at_most(Look::TextShare, 0.2), &[(Look::TextShare, share)], &[]).0;
    assert_eq!([text(0.2), text(0.0), text(0.2001)], [Finding::Keeps, Finding::Keeps, Finding::Breaks]);
    let aspect = Demand::Look { look: Look::Aspect, least: Some(1.7), most: Some(1.85) };
    let (finding, said) = found(aspect, &[(Look::Aspect, 0.8)], &[]);
    assert_eq!(finding, Finding::Breaks);
    assert_eq!(said, "So it is. Not kept: `aspect` is 0.8; allowed: 1.7 to 1.85.");
}

#[test]
fn what_is_not_measured_is_not_kept() {
    let (finding, said) = found(at_most(Look::TextLines, 0.0), &[(Look::TextShare, 0.0)], &[]);
    assert_eq!(finding, Finding::NotJudged);
    assert!(said.contains("Not judged: `text_lines` was not measured") && said.contains("text_model"), "{said}");
    let rules = MarketRules { rules: [("r".to_owned(), rule(Severity::Warns, at_most(Look::Faces, 1.0)))].into() };
    let facts = BTreeMap::new();
    for (unseen, why) in [(Unseen::NoPicture, "no picture"), (Unseen::Refused("half a JPEG"), "half a JPEG")] {
        let subject = Subject { looks: Err(unseen), facts: &facts };
        let judged = judge(&rules, &MarketId::new("SA"), None, &subject);
        assert_eq!(judged[0].finding, Finding::NotJudged);
        assert!(judged[0].en.contains(why), "{}", judged[0].en);
    }
}

#[test]
fn text_that_is_not_there_is_high_enough() {
    let high = || Demand::Look { look: Look::TextHeight, least: Some(0.05), most: None };
    assert_eq!(found(high(), &[(Look::TextLines, 0.0)], &[]).0, Finding::Keeps);
    assert_eq!(found(high(), &[], &[]).0, Finding::NotJudged);
    assert_eq!(found(high(), &[(Look::TextLines, 1.0), (Look::TextHeight, 0.04)], &[]).0, Finding::Breaks);
}

#[test]
fn the_language_is_the_declared_one_and_never_guessed() {
    let arabic = || Demand::Language(DeclaredText { includes: list(&["ar"]), only: list(&["ar", "en"]) });
    let with = |language: &str| found(arabic(), &[(Look::TextLines, 2.0)], &[("language", language)]).0;
    assert_eq!(
        [with("ar"), with("ar-SA, en"), with("en"), with("ar zh")],
        [Finding::Keeps, Finding::Keeps, Finding::Breaks, Finding::Breaks]
    );
    let (finding, said) = found(arabic(), &[(Look::TextLines, 2.0)], &[]);
    assert_eq!((finding, said.contains("`language` is not declared")), (Finding::NotJudged, true), "{said}");
    assert_eq!(found(arabic(), &[], &[]).0, Finding::NotJudged);
    assert_eq!(found(arabic(), &[(Look::TextLines, 0.0)], &[]).0, Finding::Keeps);
    assert_eq!(found(arabic(), &[], &[("language", "none")]).0, Finding::Keeps);
    let (finding, said) = found(arabic(), &[(Look::TextLines, 1.0)], &[("language", "-")]);
    assert_eq!((finding, said.contains("text was found")), (Finding::NotJudged, true), "{said}");
}

#[test]
fn the_script_follows_from_the_declared_language() {
    let arab = || Demand::Script(DeclaredText { includes: Vec::new(), only: list(&["Arab", "Latn"]) });
    let with = |language: &str| found(arab(), &[], &[("language", language)]).0;
    assert_eq!(
        [with("ar en"), with("fa"), with("th"), with("zh-Latn")],
        [Finding::Keeps, Finding::Keeps, Finding::Breaks, Finding::Keeps]
    );
    let (finding, said) = found(arab(), &[], &[("language", "tlh")]);
    assert_eq!((finding, said.contains("`tlh-Latn`")), (Finding::NotJudged, true), "{said}");
}

#[test]
fn a_tag_is_asked_of_the_sheet() {
    let skin = || Demand::Tag { name: "skin".to_owned(), any_of: list(&["none", "covered"]), none_of: Vec::new() };
    assert_eq!(found(skin(), &[], &[("skin", " Covered ")]).0, Finding::Keeps);
    assert_eq!(found(skin(), &[], &[("skin", "bare")]).0, Finding::Breaks);
    assert_eq!(found(skin(), &[], &[]).0, Finding::NotJudged);
    let discount =
        || Demand::Tag { name: "price_tag".to_owned(), any_of: Vec::new(), none_of: list(&["discount"]) };
    assert_eq!(found(discount(), &[], &[("price_tag", "none")]).0, Finding::Keeps);
    assert_eq!(found(discount(), &[], &[("price_tag", "discount")]).0, Finding::Breaks);
    let there = || Demand::Tag { name: "price_tag".to_owned(), any_of: Vec::new(), none_of: Vec::new() };
    assert_eq!(found(there(), &[], &[("price_tag", "x")]).0, Finding::Keeps);
    assert_eq!(found(there(), &[], &[]).0, Finding::Breaks, "to be declared is all that is asked");
}

#[test]
fn words_are_sought_in_every_column_and_a_missing_column_proves_nothing() {
    let best = || Demand::Words { columns: list(&["name", "claims"]), none_of: list(&["最佳", "best"]) };
    let (finding, said) = found(best(), &[], &[("name", "Red"), ("claims", "全网最佳")]);
    assert_eq!(finding, Finding::Breaks);
    assert!(said.contains("`claims` (`全网最佳`) says `最佳`"), "{said}");
    assert_eq!(
        found(best(), &[], &[("name", "Best dress")]).0,
        Finding::Breaks,
        "one column is enough to break it"
    );
    assert_eq!(found(best(), &[], &[("name", "Red")]).0, Finding::NotJudged);
    assert_eq!(found(best(), &[], &[("name", "Red"), ("claims", "-")]).0, Finding::Keeps);
}

#[test]
fn only_adopted_rules_of_the_place_are_asked_and_the_gravest_findings_come_first() {
    let faces = |most: f64| at_most(Look::Faces, most);
    let youtube =
        PictureRule { platforms: Some([PlatformId::new("youtube")].into()), ..rule(Severity::Breaks, faces(0.0)) };
    let rules = [
        ("kept", rule(Severity::Breaks, faces(9.0))),
        ("unknown", rule(Severity::Breaks, at_most(Look::TextLines, 1.0))),
        ("warned", rule(Severity::Warns, faces(0.0))),
        ("broken", rule(Severity::Breaks, faces(1.0))),
        ("of_another_platform", youtube),
        (
            "of_another_market",
            PictureRule { markets: Some([MarketId::new("ID")].into()), ..rule(Severity::Breaks, faces(0.0)) },
        ),
        ("not_adopted", PictureRule { is_adopted: false, ..rule(Severity::Breaks, faces(0.0)) }),
    ];
    let rules = MarketRules { rules: rules.map(|(name, rule)| (name.to_owned(), rule)).into() };
    let (seen, said) = (looks(&[(Look::Faces, 2.0)]), BTreeMap::new());
    let subject = Subject { looks: Ok(&seen), facts: &said };
    let names = |platform: Option<&PlatformId>| -> Vec<(&str, &str)> {
        let judged = judge(&rules, &MarketId::new("SA"), platform, &subject);
        judged.into_iter().map(|judged| (judged.rule, judged.finding.word())).collect()
    };
    let here = [("broken", "breaks"), ("warned", "warns"), ("unknown", "not judged"), ("kept", "keeps")];
    assert_eq!(names(Some(&PlatformId::new("feed"))), here);
    assert_eq!(names(None)[1], ("of_another_platform", "breaks"), "of every platform, where none is named");
}
