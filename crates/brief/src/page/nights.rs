//! Tonight, market by market: which cover, at which hour, why, how sure, and what not to use.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::action::{Side, compared};
use super::bar::{Bar, Tone};
use super::calendar::{clock, instant};
use super::definitions::define;
use super::figure::{cell, change, key, percent};
use super::metric::Metric;
use super::number::Form;
use super::run_sheet::{begun, weekday};
use super::sheet::Sheet;
use super::svg::Axis;
use super::words::{name, named, say, text};
use super::{Action, Advice, Air, Interval, MarketNight, Sureness, Text};

pub(super) fn nights(sheet: &Sheet<'_>) -> Markup {
    let axes = axes(sheet);
    html! {
        @for (at, night) in sheet.brief.nights.iter().enumerate() {
            div.band id={ "m" (at) } {
                div.bh {
                    h3 { (name(&night.title)) }
                    @for air in airs(night) { (hours(sheet, night, air)) }
                    @if let Some(note) = &night.clock_note { p.warn { (text(note)) } }
                }
                div.cells {
                    @for advice in &night.places { (place(sheet, advice, &axes)) }
                }
            }
        }
    }
}

/// Bars of a rate have the same scale in all markets, so that they compare.
fn axes(sheet: &Sheet<'_>) -> BTreeMap<Metric, Axis> {
    let mut most: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
    for advice in sheet.advice() {
        let bounds = [&advice.rate, &advice.against_rate].map(|rate| rate.high.value.or(rate.point.value));
        most.entry(Metric::of(advice.metric.as_deref())).or_default().extend(bounds.into_iter().flatten());
    }
    most.into_iter().map(|(metric, values)| (metric, Axis::from_zero(values.into_iter()))).collect()
}

/// The hours of a market; mostly one, as its platforms share it.
fn airs(night: &MarketNight) -> Vec<&Air> {
    let mut airs: Vec<&Air> = Vec::new();
    for air in night.places.iter().filter_map(|advice| advice.air.as_ref()) {
        if !airs.contains(&air) {
            airs.push(air);
        }
    }
    airs
}

fn hours(sheet: &Sheet<'_>, night: &MarketNight, air: &Air) -> Markup {
    let there = html! { b.nb { (clock(air.starts_local)) "–" (clock(air.ends_local)) } };
    let here = html! {
        b.nb { time datetime=(instant(air.starts_at)) { (clock(air.starts_home)) } "–" (clock(air.ends_home)) }
    };
    let day = |at| html! { span.day { (weekday(sheet, at)) } };
    html! {
        p.ck data-starts=(instant(air.starts_at)) data-ends=(instant(air.ends_at)) {
            span lang="en" { (there) " " (named(&night.city.en)) " = " (here) " " (named(&sheet.brief.home.en)) (day(air.starts_home)) }
            span lang="zh" { (named(&night.city.zh)) " " (there) " = " (named(&sheet.brief.home.zh)) " " (here) (day(air.starts_home)) }
            " " span.mut { (text(&air.slot)) } (begun())
        }
    }
}

fn place(sheet: &Sheet<'_>, advice: &Advice, axes: &BTreeMap<Metric, Axis>) -> Markup {
    html! {
        div class={ "cell " (advice.action.class()) } data-t=(advice.row.table.as_str()) data-k=(key(&advice.row, None)) {
            div.pic { @if let Some(cover) = &advice.cover_id { (sheet.picture(cover, "l")) } }
            div {
                p.pf { span.tag { (text(&advice.action.label())) } (name(&advice.place.platform_title)) }
                h4 {
                    @match &advice.cover_id {
                        Some(cover) => { (sheet.cover(cover)) }
                        None => { (say("No cover to name", "没有可用的封面")) }
                    }
                }
                (beside(sheet, advice))
                @if let Some(held) = &advice.held { p.flag { (text(held)) } }
            }
            p.why { (text(&advice.reason)) }
            (comparison(sheet, advice, axes))
            (sure(sheet, advice))
            (avoided(sheet, advice))
        }
    }
}

/// Instead of what, or until what is tested.
fn beside(sheet: &Sheet<'_>, advice: &Advice) -> Markup {
    html! {
        @match (advice.action, advice.instead_of.as_deref(), advice.test_against.as_deref()) {
            (Action::Change | Action::Try, Some(gone), _) => {
                p.from { (sheet.picture(gone, "xs o")) span { (say("instead of ", "替换")) (sheet.cover(gone)) } }
            }
            (Action::TakeOff, Some(gone), _) => {
                p.from { (sheet.picture(gone, "xs o")) span { (sheet.cover(gone)) (say(" goes off air", " 下线")) } }
            }
            (Action::Test, _, Some(rival)) => {
                p.from { (sheet.picture(rival, "xs")) span { (say("until ", "直到与")) (sheet.cover(rival)) (say(" is tested", " 对测完成")) } }
            }
            (Action::FollowPlan, ..) => {
                @if let Some(experiment) = &advice.experiment {
                    p.from { span { (say("test ", "测试 ")) (named(experiment)) } }
                }
            }
            _ => {}
        }
    }
}

/// The two rates as bars, and their ratio.
fn comparison(sheet: &Sheet<'_>, advice: &Advice, axes: &BTreeMap<Metric, Axis>) -> Markup {
    let metric = Metric::of(advice.metric.as_deref());
    let (Some(scale), Some(_)) = (axes.get(&metric), advice.rate.point.value) else {
        let why = advice.rate.point.why_null.as_ref();
        return html! { div.cmp { p.u { (say("rate: ", "比率：")) (sheet.null(why)) } } };
    };
    let (first, second) = compared(advice);
    let tone = |side: Side<'_>| match (advice.action, side) {
        (Action::TakeOff, Side::Cover(_)) => Tone::Bad,
        (_, Side::Cover(cover)) if advice.cover_id.as_deref() == Some(cover) => Tone::Act,
        _ => Tone::Plain,
    };
    html! {
        div.cmp {
            p.u { (metric.unit()) }
            (bar(sheet, first, &advice.rate, *scale, metric, tone(first)))
            @if advice.against_rate.point.value.is_some() {
                (bar(sheet, second, &advice.against_rate, *scale, metric, tone(second)))
            }
            @if advice.change.point.value.is_some() {
                p.u.rt { (define("change", effect(advice))) (say(": ", "：")) (change(sheet, &advice.change)) }
            }
        }
    }
}

/// What the change is of: a test is decided by value, and ended by what may not be lost.
fn effect(advice: &Advice) -> Markup {
    match (advice.action, advice.experiment.is_some()) {
        (Action::TakeOff, _) => say("lost in the test", "测试中的损失"),
        (_, true) => say("change of value in the test", "测试中的价值变化"),
        (_, false) => say("change", "变化"),
    }
}

fn bar(sheet: &Sheet<'_>, side: Side<'_>, rate: &Interval, axis: Axis, metric: Metric, tone: Tone) -> Markup {
    html! {
        p.r {
            span { (name(&side.title(sheet))) }
            (Bar::slim(axis).interval(rate, tone).done())
            b { (cell(sheet, &rate.point, metric.form())) }
            span.vh { (super::figure::bracket(sheet, rate, metric.form())) }
        }
    }
}

/// The word of certainty with its number. It is "proven" only of what was drawn by lot: that is the table's to say.
fn sure(sheet: &Sheet<'_>, advice: &Advice) -> Markup {
    let by_lot = advice.experiment.is_some();
    let (one, other) = compared(advice);
    // What is improbable of one of two is probable of the other. Of the covers of a test that is not so: there may be more.
    let is_other = !by_lot && advice.probability.value.is_some_and(|probability| probability < 0.5);
    let (better, form) = match (is_other, other) {
        (false, _) => (one.title(sheet), Form::Sure),
        (true, Side::NextBest) => (Text { en: "another one".into(), zh: "另一张".into() }, Form::SureOfOther),
        (true, other) => (other.title(sheet), Form::SureOfOther),
    };
    html! {
        p.sure {
            b { (define("sure", text(&advice.sureness.word()))) }
            @if advice.action == Action::TakeOff {
                (say(": lots were drawn, and more is lost than is tolerated", "：经随机分配，损失超过限度"))
            } @else if advice.probability.value.is_some() {
                (say(": ", "："))
                span lang="en" {
                    (percent(sheet, &advice.probability, form)) " sure that " (named(&better.en))
                    @if by_lot { " is the best of its test" } @else { " is better" }
                }
                span lang="zh" {
                    (percent(sheet, &advice.probability, form)) " 的把握认为" (named(&better.zh))
                    @if by_lot { " 是该测试中最好的" } @else { " 更好" }
                }
                @if advice.sureness == Sureness::Likely && !by_lot { (say("; nobody drew lots", "；未经随机分配")) }
            } @else if advice.sureness != Sureness::Proven {
                " " (sheet.null(advice.probability.why_null.as_ref()))
            }
        }
    }
}

fn avoided(sheet: &Sheet<'_>, advice: &Advice) -> Markup {
    if advice.avoid.is_empty() {
        return html! { p.not.none { (say("Nothing else to avoid.", "没有其他需要回避的封面。")) } };
    }
    html! {
        p.not {
            (say("Do not use: ", "不要用："))
            @for (at, avoided) in advice.avoid.iter().enumerate() {
                @if at > 0 { (say("; ", "；")) }
                span data-t=(avoided.row.table.as_str()) data-k=(key(&avoided.row, None)) {
                    (sheet.cover(&avoided.cover_id))
                    @if avoided.stay_rate.value.is_some() {
                        " " span lang="en" { "(" (percent(sheet, &avoided.stay_rate, Form::Share)) " stay, usual " (cell(sheet, &avoided.stay_usual, Form::Share)) ")" }
                        span lang="zh" { "（停留率 " (percent(sheet, &avoided.stay_rate, Form::Share)) "，基准 " (cell(sheet, &avoided.stay_usual, Form::Share)) "）" }
                    } @else {
                        (say(": ", "：")) (text(&avoided.reason))
                    }
                }
            }
        }
    }
}
