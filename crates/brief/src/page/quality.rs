//! What a bad stream cost.

use maud::{Markup, html};

use super::bar::{Bar, Tone, scale};
use super::definitions::define;
use super::figure::{cell, change, key, ranged};
use super::number::Form;
use super::sheet::Sheet;
use super::svg::Axis;
use super::words::{named, say, text};
use super::{PlaceName, QualityLoss, Text};

pub(super) fn quality(sheet: &Sheet<'_>) -> Markup {
    let mut losses: Vec<(&PlaceName, &QualityLoss)> = Vec::new();
    for place in &sheet.brief.quality {
        losses.extend(place.losses.iter().map(|loss| (&place.place, loss)));
    }
    if losses.is_empty() {
        return html! { p.key { (say("No export says how views went, so nothing is known of bad streams.", "没有导出说明观看质量，因此不知道不良画面的影响。")) } };
    }
    let values = losses.iter().flat_map(|(_, loss)| {
        [loss.effect.low.value, loss.effect.point.value, loss.effect.high.value].into_iter().flatten()
    });
    let axis = Axis::around_zero(values, 1.0);
    html! {
        (found(&losses))
        table.qual {
            caption.vh { (say("What viewers do later after a bad visit, against a good one", "不良观看之后与正常观看之后的对比")) }
            thead { tr {
                th scope="col" { (say("Place, bad visit", "市场与平台，不良观看")) }
                th.pl scope="col" { (define("bad", say("Later, against a good visit", "之后，相对正常观看"))) (scale(axis, |tick| format!("{}%", Form::Change.write(tick).0))) }
                th scope="col" { (say("What it cost", "损失")) }
            } }
            tbody { @for (place, loss) in losses { (row(sheet, place, loss, axis)) } }
        }
    }
}

fn found(losses: &[(&PlaceName, &QualityLoss)]) -> Markup {
    let certain = losses.iter().find(|(_, loss)| loss.finding == "loss");
    html! {
        p.key { @match certain {
            Some((place, loss)) => { b { (Sheet::place(place)) (say(": ", "：")) } (text(&loss.reason)) }
            None => { (say("No loss is certain: what was seen is within chance, or too little.", "没有确定的损失：在偶然波动之内，或数据太少。")) }
        } }
    }
}

fn row(sheet: &Sheet<'_>, place: &PlaceName, loss: &QualityLoss, axis: Axis) -> Markup {
    let tone = match loss.finding.as_str() {
        "loss" => Tone::Bad,
        "gain" => Tone::Good,
        _ => Tone::Plain,
    };
    html! {
        tr data-t=(loss.row.table.as_str()) data-k=(key(&loss.row, None)) {
            th scope="row" { (Sheet::place(place)) small { (step(&loss.step)) (say(", ", "，")) (method(loss)) (say(": ", "：")) (cell(sheet, &loss.bad_visits, Form::Count)) (say(" bad visits", " 次不良观看")) } }
            td.pl { (Bar::new(axis, 30).interval(&loss.effect, tone).done()) small { (measured(&loss.metric)) " " (change(sheet, &loss.effect)) } }
            td {
                b class=(match tone { Tone::Bad => "st bad", Tone::Good => "st good", _ => "st" }) { (text(&finding(&loss.finding))) }
                @if loss.clicks_lost.point.value.is_some() || loss.orders_lost.point.value.is_some() {
                    small { (say("clicks lost ", "损失点击 ")) (ranged(sheet, &loss.clicks_lost, Form::About)) (say("; orders lost ", "；损失订单 ")) (ranged(sheet, &loss.orders_lost, Form::About)) }
                }
                details.in { summary { (say("why, and what has to hold", "原因与前提")) } p { (text(&loss.reason)) } p.mut { (text(&loss.assumptions)) } }
            }
        }
    }
}

fn step(step: &str) -> Markup {
    match step {
        "all_bad" => say("any bad visit", "任何不良观看"),
        "slow" => say("slow start", "启动慢"),
        "stalled" => say("stalled", "卡顿"),
        "failed" => say("failed", "失败"),
        "per_step" => say("per step worse", "每差一级"),
        other => named(other),
    }
}

fn method(loss: &QualityLoss) -> Markup {
    match loss.method.as_str() {
        "viewers" => say("the same viewers", "同一批观众"),
        "panel" => say("broadcasts over time", "场次随时间"),
        other => named(other),
    }
}

fn measured(metric: &str) -> Markup {
    match metric {
        "ctr" => say("clicks per impression", "每次曝光点击"),
        "entries" => say("entries", "进房"),
        other => named(other),
    }
}

fn finding(finding: &str) -> Text {
    let (en, zh) = match finding {
        "loss" => ("A loss", "有损失"),
        "gain" => ("A gain", "有增益"),
        "no_difference" => ("Within chance", "在偶然波动之内"),
        "placebo_fired" => ("Not claimed: a placebo fired", "不作结论：安慰剂检验触发"),
        "too_few" => ("Too few", "太少"),
        "no_data" => ("No data", "没有数据"),
        other => (other, other),
    };
    Text { en: en.into(), zh: zh.into() }
}
