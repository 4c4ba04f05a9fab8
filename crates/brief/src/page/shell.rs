//! What is around the brief: the head with its policy, the sections in their order, and what the script needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use sha2::{Digest, Sha256};

use super::calendar::{full_day, plain_day};
use super::definitions::definitions;
use super::headline::{headline, standing_out};
use super::pack::packed;
use super::section::SECTIONS;
use super::sheet::Sheet;
use super::words::{named, say, text};
use super::{
    PlaceName, Text, changes, freshness, log, next, nights, quality, rankings, review, run_sheet, slots, tests,
};

const STYLE: &str = include_str!("brief.css");
const SCRIPT: &str = include_str!("brief.js");

/// Only what is in the file itself runs or styles, by its hash; nothing is fetched from anywhere.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The whole page. Pictures and definitions come last, as only then it is known which of them are needed.
pub(super) fn shell(sheet: &Sheet<'_>, pictures: impl FnOnce(&Sheet<'_>) -> Markup) -> Markup {
    let day = full_day(sheet.morning());
    let (en, zh) = (format!("Morning brief, {}", day.en), format!("晨间简报 {}", day.zh));
    let over = format!("{}T00:00:00Z", sheet.morning());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (en) }
                style { (PreEscaped(STYLE)) }
                script { (PreEscaped(SCRIPT)) }
            }
            body data-en=(en) data-zh=(zh) data-over=(over) {
                (top(&day))
                main.wrap #main {
                    div.lede { (freshness::sentence(sheet)) (headline(sheet)) p.now hidden { span lang="en" {} span lang="zh" {} } (standing_out(sheet)) }
                    (run_sheet::run_sheet(sheet))
                    (contents(sheet))
                    (sections(sheet))
                }
                (foot(sheet))
                (pictures(sheet))
            }
        }
    }
}

fn top(day: &Text) -> Markup {
    html! {
        header.wrap {
            a.skip href="#main" { (say("Skip to what to do", "跳到今晚要做的事")) }
            div.top {
                p { b { (say("Morning brief", "晨间简报")) } " " span.nb { (text(day)) } }
                div.sw role="group" aria-label="Language / 语言" {
                    button type="button" data-l="en" aria-pressed="true" lang="en" { "EN" }
                    button type="button" data-l="zh" aria-pressed="false" lang="zh" { "中文" }
                }
            }
        }
    }
}

fn contents(sheet: &Sheet<'_>) -> Markup {
    if sheet.brief.nights.is_empty() {
        return html! {};
    }
    html! {
        nav.toc aria-labelledby="toc" {
            p #toc { (say("The decision ends here. What it rests on:", "决策到此为止。依据如下：")) }
            ul { @for section in &SECTIONS { li { a href={ "#" (section.id) } { (say(section.short[0], section.short[1])) } } } }
        }
    }
}

fn sections(sheet: &Sheet<'_>) -> Markup {
    if sheet.brief.nights.is_empty() && sheet.brief.freshness.places.is_empty() {
        return html! {};
    }
    html! {
        @for section in SECTIONS.iter().filter(|section| !sheet.brief.nights.is_empty() || section.id == "fresh") {
            section id=(section.id) aria-labelledby={ "h-" (section.id) } {
                div.side {
                    h2 id={ "h-" (section.id) } {
                        @if section.id == "tonight" { span.tn { (say("Tonight, per market", "今晚，各市场")) } span.old { (say(section.title[0], section.title[1])) } }
                        @else { (say(section.title[0], section.title[1])) }
                    }
                    p { (say(section.how[0], section.how[1])) }
                }
                div { (inside(sheet, section.id)) }
            }
        }
    }
}

fn inside(sheet: &Sheet<'_>, section: &str) -> Markup {
    let brief = sheet.brief;
    match section {
        "tonight" => nights::nights(sheet),
        "tests" => tests::tests(sheet),
        "when" => {
            let parts = brief.slot_maps.iter().map(|map| (&map.place, slots::slot_map(sheet, map))).collect();
            picked(sheet, "w", parts, say("No slot is known yet.", "还没有可用的时段数据。"))
        }
        "covers" => {
            let parts =
                brief.rankings.iter().map(|ranking| (&ranking.place, rankings::ranking(sheet, ranking))).collect();
            picked(sheet, "c", parts, say("No cover is ranked yet.", "还没有封面排名。"))
        }
        "changed" => changes::changes(sheet),
        "paid" => log::log(sheet),
        "stream" => quality::quality(sheet),
        "review" => review::reviews(sheet),
        "next" => next::next(sheet),
        _ => freshness::places(sheet),
    }
}

/// Letters from which a part behind a tap is written short.
const LONG: usize = 12 << 10;

/// What is behind a tap; where it is long, it is written short until it is opened.
pub(super) fn folded(head: &Markup, body: Markup) -> Markup {
    if body.0.len() < LONG {
        return html! { details { summary { (head) } (body) } };
    }
    let packed = packed(vec![body.into_string()]);
    html! {
        details.fold {
            summary { (head) }
            script.words type="application/json" { (PreEscaped(json(packed.words))) }
            @for part in packed.parts { script.part type="text/plain" { (PreEscaped(part)) } }
        }
    }
}

/// As the content of a script; `<` could end the element.
pub(super) fn json(value: impl Into<serde_json::Value>) -> String {
    value.into().to_string().replace('<', "\\u003c")
}

/// A part for each place, of which one is shown. The others are written short, and the script puts one in its place.
fn picked(
    sheet: &Sheet<'_>,
    name: &'static str,
    mut parts: Vec<(&PlaceName, Markup)>,
    none: impl Render,
) -> Markup {
    parts
        .sort_by_key(|(place, _)| sheet.advice().position(|advice| advice.place == **place).unwrap_or(usize::MAX));
    let places: Vec<&PlaceName> = parts.iter().map(|(place, _)| *place).collect();
    let mut markups = parts.into_iter().map(|(_, markup)| markup.into_string());
    let Some(first) = markups.next() else {
        return html! { p.key { (none) } };
    };
    let packed = packed(markups.collect());
    let words = json(packed.words);
    let (markets, platforms) = (
        titles(&places, |place| (&place.market, &place.market_title)),
        titles(&places, |place| (&place.platform, &place.platform_title)),
    );
    let at = |place: &PlaceName| {
        let market = markets.iter().position(|(id, _)| *id == place.market).unwrap_or_default();
        let platform = platforms.iter().position(|(id, _)| *id == place.platform).unwrap_or_default();
        format!("{market} {platform}")
    };
    html! {
        @if places.len() > 1 {
            div.pk { div.pick {
                (radios(name, "m", &markets, say("Market", "市场")))
                (radios(name, "p", &platforms, say("Platform", "平台")))
            } }
        }
        div.one data-sec=(name) data-at=(at(places[0])) { (PreEscaped(first)) }
        @if places.len() > 1 {
            script.words type="application/json" { (PreEscaped(words)) }
            @for (place, part) in places.iter().skip(1).zip(&packed.parts) {
                script.part type="text/plain" data-at=(at(place)) { (PreEscaped(part)) }
            }
            noscript { p.cap { (say("The other places are shown by a script, which does not run here.", "其他市场需要脚本才能显示。")) } }
        }
    }
}

fn titles<'a>(
    places: &[&'a PlaceName],
    of: fn(&'a PlaceName) -> (&'a String, &'a Text),
) -> Vec<(&'a str, &'a Text)> {
    let mut found: Vec<(&str, &Text)> = Vec::new();
    for place in places {
        let (id, title) = of(place);
        if found.iter().all(|(there, _)| *there != id.as_str()) {
            found.push((id, title));
        }
    }
    found
}

fn radios(section: &str, kind: &str, choices: &[(&str, &Text)], legend: impl Render) -> Markup {
    html! {
        fieldset data-kind=(kind) {
            legend { (legend) }
            @for (at, (_, title)) in choices.iter().enumerate() {
                label { input type="radio" name={ (section) (kind) } value=(at) checked[at == 0]; (super::words::name(title)) }
            }
        }
    }
}

fn foot(sheet: &Sheet<'_>) -> Markup {
    let as_of = plain_day(sheet.brief.as_of);
    html! {
        footer.wrap {
            p { (say(
                format!("Every figure is read from the published tables as of {} {}. A dotted underline opens a definition; – opens why a figure is not known.", as_of.en, sheet.brief.as_of.year()),
                format!("所有数字均来自截至{}年{}已发布的数据表。点虚线下划线可查看定义；点 – 可查看缺失原因。", sheet.brief.as_of.year(), as_of.zh)
            )) }
            p.mut { "coverledger · as_of " (sheet.brief.as_of) " · " (say("revision ", "修订 ")) (sheet.brief.revision) " · " (say("clock: ", "时钟：")) (say(named(&sheet.brief.home.en), named(&sheet.brief.home.zh))) }
            h2.vh { (say("Definitions", "定义")) }
            (definitions(sheet))
        }
    }
}

#[cfg(test)]
mod policy_tests {
    use super::*;

    #[test]
    fn the_policy_allows_nothing_but_what_is_hashed() {
        let policy = policy();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"));
        // What would end the elements early.
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--") && !STYLE.contains("</"));
    }
}
