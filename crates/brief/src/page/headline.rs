//! The headline: what is to be done, made from the actions; and what stands out, in a sentence or two.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::sheet::Sheet;
use super::words::{capital, named, say};
use super::{Action, Advice};

/// Letters of a part of the headline up to which it is kept on one line.
const KEPT_TOGETHER: usize = 40;

/// A part: what to do, in both languages, with the name of a cover in its place.
struct Part {
    en: (String, Option<String>, String),
    zh: (String, Option<String>, String),
}

impl Part {
    fn plain(en: String, zh: String) -> Self {
        Self { en: (en, None, String::new()), zh: (zh, None, String::new()) }
    }
}

/// What to do tonight. The script drops "tonight" and says the age once the page is old.
pub(super) fn headline(sheet: &Sheet<'_>) -> Markup {
    let parts = parts(sheet);
    html! {
        h1 {
            span.age hidden { span lang="en" {} span lang="zh" {} " " }
            @if parts.is_empty() {
                (say("Nothing to decide yet.", "还没有可以决定的事。"))
            } @else {
                span lang="en" {
                    @for (at, part) in parts.iter().enumerate() {
                        @let front = if at == 0 { capital(&part.en.0) } else { part.en.0.clone() };
                        @let end = if at + 1 == parts.len() { "." } else { "," };
                        @if at > 0 { " " }
                        span.nb[part.en.letters() <= KEPT_TOGETHER] {
                            (front) @if let Some(title) = &part.en.1 { (named(title)) } (part.en.2)
                            @if at == 0 { span.tn { " tonight" } }
                            (end)
                        }
                    }
                }
                span lang="zh" {
                    @for (at, part) in parts.iter().enumerate() {
                        @let end = if at + 1 == parts.len() { "。" } else { "，" };
                        @if at > 0 { wbr; }
                        span.nb[part.zh.letters() <= KEPT_TOGETHER / 2] {
                            @if at == 0 { span.tn { "今晚" } }
                            (part.zh.0) @if let Some(title) = &part.zh.1 { wbr; "“" (named(title)) "”" } (part.zh.2) (end)
                        }
                    }
                }
            }
        }
    }
}

trait Letters {
    fn letters(&self) -> usize;
}

impl Letters for (String, Option<String>, String) {
    fn letters(&self) -> usize {
        self.0.chars().count() + self.1.as_ref().map_or(0, |title| title.chars().count()) + self.2.chars().count()
    }
}

fn parts(sheet: &Sheet<'_>) -> Vec<Part> {
    let mut counts: BTreeMap<Action, usize> = BTreeMap::new();
    for advice in sheet.advice() {
        *counts.entry(advice.action).or_default() += 1;
    }
    let of = |action| counts.get(&action).copied().unwrap_or_default();
    let all = sheet.advice().count();
    let kept = of(Action::Keep) + of(Action::Test);
    let mut parts = Vec::new();
    if of(Action::Change) > 0 {
        let count = of(Action::Change);
        parts.push(Part::plain(format!("change {}", covers(count)), format!("更换 {count} 张封面")));
    }
    parts.extend(taken_off(sheet));
    if of(Action::Try) > 0 {
        let count = of(Action::Try);
        let en = format!("try another cover in {}", places(count));
        parts.push(Part::plain(en, format!("{count} 处试换封面")));
    }
    if of(Action::FollowPlan) > 0 {
        let count = of(Action::FollowPlan);
        let en =
            if count == 1 { "follow the plan of a test".to_owned() } else { format!("follow {count} test plans") };
        parts.push(Part::plain(en, format!("{count} 处按测试计划")));
    }
    if kept > 0 {
        parts.push(if kept == all {
            Part::plain(format!("keep all {}", covers(kept)), format!("{kept} 处封面都不变"))
        } else if parts.is_empty() {
            Part::plain(format!("keep {}", covers(kept)), format!("{kept} 处封面不变"))
        } else {
            Part::plain(format!("keep {kept}"), format!("其余 {kept} 处不变"))
        });
    }
    if of(Action::NoData) > 0 && !parts.is_empty() {
        let count = of(Action::NoData);
        parts.push(Part::plain(format!("nothing is known in {}", places(count)), format!("{count} 处没有数据")));
    }
    parts
}

fn covers(count: usize) -> String {
    if count == 1 { "1 cover".to_owned() } else { format!("{count} covers") }
}

fn places(count: usize) -> String {
    if count == 1 { "one place".to_owned() } else { format!("{count} places") }
}

/// What goes off air: a cover by its name, more by their number.
fn taken_off(sheet: &Sheet<'_>) -> Option<Part> {
    let off: Vec<&Advice> = sheet.advice().filter(|advice| advice.action == Action::TakeOff).collect();
    let covers: BTreeSet<&str> = off.iter().filter_map(|advice| gone(advice)).collect();
    let (first, count) = (covers.first()?, off.len());
    if covers.len() > 1 {
        let zh = format!("撤下 {} 张封面", covers.len());
        return Some(Part::plain(format!("take {} covers off", covers.len()), zh));
    }
    let title = sheet.title(first);
    let markets: BTreeSet<&str> = off.iter().map(|advice| advice.place.market.as_str()).collect();
    let (en, zh) = match (count, markets.len() == count) {
        (1, _) => (String::new(), String::new()),
        (_, true) => (format!(" in {count} markets"), format!("{count} 个市场")),
        (_, false) => (format!(" in {count} places"), format!("{count} 处")),
    };
    Some(Part {
        en: ("take ".to_owned(), Some(title.en), format!(" off{en}")),
        zh: (format!("{zh}撤下"), Some(title.zh), String::new()),
    })
}

/// The cover that goes off air.
pub(super) fn gone(advice: &Advice) -> Option<&str> {
    advice.instead_of.as_deref()
}

/// What stands out beside the actions.
pub(super) fn standing_out(sheet: &Sheet<'_>) -> Markup {
    let overpromising = overpromising(sheet);
    // Another is also tried where the one on air is found to be bad: then it need not look better.
    let looks_better = |advice: &&Advice| {
        advice.action == Action::Try && advice.change.low.value.is_some_and(|least| least > 0.0)
    };
    let tries = sheet.advice().filter(looks_better).count();
    let tests = sheet.advice().filter(|advice| advice.action == Action::Test).count();
    if sheet.brief.nights.is_empty() {
        return html! { p.say { (say(
            "The first brief appears after the first night on which decisions are published.",
            "首次发布决策的夜间任务完成后，这里会出现建议。"
        )) } };
    }
    html! {
        @if overpromising.is_some() || tries + tests > 0 {
            p.say {
                @if let Some((cover, places)) = overpromising {
                    @let (title, all) = (sheet.title(cover), sheet.brief.rankings.len());
                    span lang="en" { (named(&title.en)) (format!(" overpromises in {places} of {all} places: many tap, few stay. ")) }
                    span lang="zh" { "“" (named(&title.zh)) (format!("”在 {all} 处中有 {places} 处承诺过高：点的人多，留的人少。")) }
                }
                @if tries > 0 {
                    @let it = format!("In {} another cover looks better, but nobody drew lots: try it as a test. ", places(tries));
                    (say(it, format!("{tries} 处有看起来更好的封面，但未经随机分配：请以测试的方式试换。")))
                }
                @if tests > 0 {
                    @let it = if tests == 1 { "One that is kept has a rival worth a test.".to_owned() }
                        else { format!("{tests} that are kept have a rival worth a test.") };
                    (say(it, format!("保持的封面中有 {tests} 张值得与对手对测。")))
                }
            }
        }
    }
}

/// The cover that overpromises in most places, if it does so in more than one.
fn overpromising<'a>(sheet: &Sheet<'a>) -> Option<(&'a str, usize)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for cover in sheet.brief.rankings.iter().flat_map(|ranking| &ranking.overpromising) {
        *places.entry(&cover.cover_id).or_default() += 1;
    }
    places.into_iter().rev().max_by_key(|(_, places)| *places).filter(|(_, places)| *places > 1)
}
