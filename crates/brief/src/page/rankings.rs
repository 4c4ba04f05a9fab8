//! Which covers: the ranking of a place. A cover that draws and does not hold never leads it.

use maud::{Markup, html};

use super::bar::{Bar, Tone, scale};
use super::calendar::period;
use super::definitions::define;
use super::figure::{bracket, cell, key};
use super::metric::Metric;
use super::number::{Form, raw};
use super::sheet::Sheet;
use super::svg::Axis;
use super::words::{say, text};
use super::{RankedCover, Ranking, Row, Text};

pub(super) fn ranking(sheet: &Sheet<'_>, ranking: &Ranking) -> Markup {
    let all = || ranking.covers.iter().chain(&ranking.overpromising);
    if all().next().is_none() {
        return html! { p.key { (Sheet::place(&ranking.place)) (say(": no cover was on air.", "：没有封面上线。")) } };
    }
    let metric = Metric::of(all().find_map(|cover| cover.metric.as_deref()));
    let axis = Axis::from_zero(all().filter_map(|cover| cover.rate.high.value.or(cover.rate.point.value)));
    let shared = shared(all());
    let period = period(ranking.since, ranking.until);
    html! {
        table.rank data-t=[shared.as_ref().map(|row| row.table.as_str())] data-k=[shared.as_ref().map(|row| key(row, None))] {
            caption {
                b { (Sheet::place(&ranking.place)) }
                (say(format!(", {}: on the same mix of slots and audiences", period.en), format!("，{}：按相同的时段与人群构成比较", period.zh)))
            }
            thead { tr {
                th scope="col" { button.so type="button" { (say("Cover", "封面")) } }
                th.pl scope="col" { (metric.unit()) (scale(axis, |tick| metric.form().write(tick).0)) }
                th.n scope="col" aria-sort="descending" { button.so type="button" { (say("At least", "至少")) } }
                th.n.hide scope="col" { button.so type="button" { (say("Stay, of 100", "每百停留")) } }
                th.n.hide scope="col" { button.so type="button" { (say("Shown", "曝光")) } }
            } }
            tbody.sorted { @for cover in &ranking.covers { (row(sheet, cover, shared.as_ref(), axis, metric, false)) } }
            @if !ranking.overpromising.is_empty() {
                tbody.ban {
                    tr { th colspan="5" scope="rowgroup" { (say("Draws, but does not hold: do not use", "引得来、留不住：不要用")) } }
                    @for cover in &ranking.overpromising { (row(sheet, cover, shared.as_ref(), axis, metric, true)) }
                }
            }
        }
        p.cap { (define("proven", say("At least: what the rate exceeds with 95\u{a0}% certainty", "至少：有 95% 把握超过的比率")))
            (say(", the upright tick. ", "，即竖线。"))
            (define("stay", say("Stay, of 100 who enter", "每百次进房停留"))) (say(". ", "。"))
            (define("shown", say("Shown: impressions", "曝光次数"))) (say(".", "。")) }
        @if ranking.more > 0 {
            p.cap.more {
                (say(format!("{} more covers: ", ranking.more), format!("另有 {} 张封面：", ranking.more)))
                code { (command(ranking)) }
            }
        }
    }
}

/// How to see the rest, in a terminal.
fn command(ranking: &Ranking) -> String {
    let (market, platform) = (&ranking.place.market, &ranking.place.platform);
    coverledger_core::model::legible(&format!(
        "coverledger show cover --where market={market} --where platform={platform}"
    ))
    .into_owned()
}

/// What the keys of all rows have in common, so that it is written once.
fn shared<'a>(mut covers: impl Iterator<Item = &'a RankedCover>) -> Option<Row> {
    let first = &covers.next()?.row;
    let mut shared = first.clone();
    shared.key.retain(|(column, _)| *column != "cover_id");
    covers.all(|cover| cover.row.table == first.table).then_some(shared)
}

fn row(
    sheet: &Sheet<'_>,
    cover: &RankedCover,
    shared: Option<&Row>,
    axis: Axis,
    metric: Metric,
    is_banned: bool,
) -> Markup {
    let tone = match (is_banned, cover.is_on_air) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Act,
        _ => Tone::Plain,
    };
    let bar = Bar::new(axis, 20).interval(&cover.rate, tone).proven(cover.proven_rate.value);
    let sort = |value: Option<f64>| value.map(raw);
    html! {
        tr data-k=(key(&cover.row, shared)) data-t=[shared.is_none().then_some(cover.row.table.as_str())] {
            td { span.cv { (sheet.picture(&cover.cover_id, "s")) span { b { (sheet.cover(&cover.cover_id)) } (told(sheet, cover)) } } }
            td.pl { (bar.done()) small { b { (cell(sheet, &cover.rate.point, metric.form())) } " " (bracket(sheet, &cover.rate, metric.form())) } }
            td.n data-v=[sort(cover.proven_rate.value)] { b { (cell(sheet, &cover.proven_rate, metric.form())) } }
            td.n.hide data-v=[sort(cover.stay_rate.point.value)] { (cell(sheet, &cover.stay_rate.point, Form::Share)) }
            td.n.hide data-v=[sort(cover.impressions.value)] { (cell(sheet, &cover.impressions, Form::Count)) }
        }
    }
}

/// What is found of it, in few words: its diagnosis, whether it tires, rests, or breaks a rule.
fn told(sheet: &Sheet<'_>, cover: &RankedCover) -> Markup {
    let finding = finding(cover.finding.as_deref());
    html! {
        small {
            @match (&finding, &cover.diagnosis) {
                (Some((class, word)), _) => { span class={ "fd " (class) } { (text(word)) } }
                (None, Some(diagnosis)) => { (text(diagnosis)) }
                (None, None) => {}
            }
            @if cover.is_on_air { (say(" · on air last", " · 最近上线")) }
            @match cover.fatigue.as_deref() {
                Some("fading") => { " · " (define("fatigue", say("tiring", "疲劳")))
                    @if let Some(half) = cover.half_life_days.as_ref().filter(|half| half.value.is_some()) {
                        (say(", half after ", "，半衰期 ")) (cell(sheet, half, Form::Count)) (say(" days", " 天"))
                    } }
                Some("growing") => { " · " (define("fatigue", say("growing", "上升"))) }
                _ => {}
            }
            @if cover.is_rested {
                " · " (define("fatigue", say("rested", "已休息")))
                @if let Some(days) = cover.rested_days.as_ref().filter(|days| days.value.is_some()) {
                    " " (cell(sheet, days, Form::Count)) (say(" days", " 天"))
                }
            }
            @if cover.rate.low.value.is_none() {
                " · " (cell(sheet, &cover.broadcasts, Form::Count)) (say(if cover.broadcasts.value == Some(1.0) { " broadcast" } else { " broadcasts" }, " 场"))
            }
            @for rule in &cover.breaks { " · " span.flag { (text(rule)) } }
            @if let Some(revisits) = &cover.revisits { " · " (text(revisits)) }
        }
    }
}

fn finding(finding: Option<&str>) -> Option<(&'static str, Text)> {
    let (class, en, zh) = match finding? {
        "strong" => ("good", "Strong", "强"),
        "overpromises" => ("bad", "Overpromises", "承诺过高"),
        "undersells" => ("act", "Undersells", "低估了内容"),
        "weak" => ("warn", "Weak", "弱"),
        "mis_taps" => ("warn", "Tapped by mistake", "误点较多"),
        "enters_without_clicking" => ("", "Entered without a click", "未点击而进房"),
        "costs_revisits" => ("bad", "Costs revisits", "损害回访"),
        "nothing_certain" => ("", "Nothing certain", "暂无定论"),
        _ => return None,
    };
    Some((class, Text { en: en.into(), zh: zh.into() }))
}
