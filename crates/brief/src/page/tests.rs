//! Where tests stand: each cover against its control, and what it may not cost.

use std::fmt::Write as _;

use jiff::civil::Date;
use maud::{Markup, html};

use super::bar::{Bar, Tone, scale};
use super::calendar::plain_day;
use super::definitions::define;
use super::figure::{change, key, percent};
use super::number::Form;
use super::sheet::Sheet;
use super::svg::Axis;
use super::words::{named, of, say, text};
use super::{Arm, Guardrail, Test, Text};

/// Nights that are drawn one by one.
const NIGHTS_DRAWN: i64 = 42;

pub(super) fn tests(sheet: &Sheet<'_>) -> Markup {
    let tests = &sheet.brief.tests;
    if tests.is_empty() {
        return html! { p.key { (say("No test is running and none has ended.", "没有进行中或已结束的测试。")) } };
    }
    let effects = tests.iter().flat_map(|test| &test.arms).flat_map(|arm| {
        let effect = &arm.effect;
        [effect.low.value, effect.point.value, effect.high.value].into_iter().flatten()
    });
    let axis = Axis::around_zero(effects, 1.0);
    html! {
        (found(sheet))
        @for test in tests { (one(sheet, test, axis)) }
    }
}

/// What the section found, before any chart.
fn found(sheet: &Sheet<'_>) -> Markup {
    let with = |decision: &str| -> Vec<(&Test, &Arm)> {
        let arms = sheet.brief.tests.iter().flat_map(|test| test.arms.iter().map(move |arm| (test, arm)));
        arms.filter(|(_, arm)| arm.decision.as_deref() == Some(decision)).collect()
    };
    let (won, failed) = (with("winner"), with("guardrail failed"));
    let running = sheet.brief.tests.iter().filter(|test| test.state == "running").count();
    html! {
        p.key {
            @for (test, arm) in &won {
                b { (sheet.cover(&arm.cover_id)) (say(" wins", " 胜出")) } (say(" in ", "：")) (Sheet::place(&test.place)) (say(". ", "。"))
            }
            @for (test, arm) in &failed {
                b { (sheet.cover(&arm.cover_id)) (say(" fails its guardrail", " 未通过护栏")) } (say(" in ", "：")) (Sheet::place(&test.place)) (say(". ", "。"))
            }
            @if running > 0 {
                (say(format!("{} running: keep to the plans; you may look every morning.", of(running, "test")), format!("{running} 项测试进行中：请按计划轮换，每天早上都可以查看。")))
            } @else if won.is_empty() && failed.is_empty() {
                (say("No challenger beats its control for certain.", "没有挑战封面确定胜过对照封面。"))
            }
        }
    }
}

fn one(sheet: &Sheet<'_>, test: &Test, axis: Axis) -> Markup {
    html! {
        div.test {
            div.hd {
                h3 { (Sheet::place(&test.place)) }
                p.sm.mut { b { (named(&test.experiment)) } (say(": ", "：")) (design(&test.design)) " " (state(test)) (nights(test)) }
            }
            table.arm {
                caption.vh { (say("Covers against the control", "各封面相对对照")) " " (named(&test.experiment)) }
                thead { tr {
                    th scope="col" { (say("Cover", "封面")) }
                    th.pl scope="col" {
                        (define("value", say("Value against the control", "相对对照的价值")))
                        (scale(axis, |tick| format!("{}%", Form::Change.write(tick).0)))
                    }
                    th.n scope="col" { (say("Effect, 95\u{a0}%", "效果，95%")) }
                    th scope="col" { (define("guard", say("Guardrails", "护栏"))) }
                } }
                tbody { @for arm in &test.arms { (row(sheet, test, arm, axis)) } }
            }
            @if test.arms.iter().any(|arm| !arm.is_control) {
                details {
                    summary { (say("Why, cover by cover", "逐张说明")) }
                    ul.whys { @for arm in test.arms.iter().filter(|arm| !arm.is_control) {
                        li data-t=(arm.row.table.as_str()) data-k=(key(&arm.row, None)) {
                            b { (sheet.cover(&arm.cover_id)) } (say(": ", "：")) (text(&arm.reason)) " "
                            span.mut {
                                (super::figure::cell(sheet, &arm.impressions, Form::Count)) (define("shown", say(" shown in ", " 次曝光，")))
                                (super::figure::cell(sheet, &arm.broadcasts, Form::Count)) (say(" broadcasts; ", " 场；"))
                                (say("best of all: ", "最佳的把握："))
                                (percent(sheet, &arm.probability_best, Form::Sure))
                                @if is_open(test, arm) {
                                    (say("; nights still needed: ", "；约还需晚数："))
                                    (super::figure::cell(sheet, &arm.nights_needed, Form::Count))
                                }
                            }
                        }
                    } }
                }
            }
        }
    }
}

/// Whether more nights would settle it.
fn is_open(test: &Test, arm: &Arm) -> bool {
    test.state == "running" && matches!(arm.decision.as_deref(), None | Some("keep testing"))
}

fn design(design: &str) -> Markup {
    match design {
        "split" => say("each viewer sees one cover by lot.", "每位观众随机看到一张封面。"),
        "rotation" => say("covers take turns by lot.", "封面按抽签轮换。"),
        other => named(other),
    }
}

fn state(test: &Test) -> Markup {
    let left = test.nights_left.unwrap_or_default();
    let all = test.nights + left;
    let day = |date: Date| plain_day(date);
    match (test.state.as_str(), test.to) {
        ("running", _) => say(
            format!("{} left of {all}", of(usize::try_from(left).unwrap_or_default(), "night")),
            format!("{all} 晚中还剩 {left} 晚"),
        ),
        ("decided", _) => say("Ended by its rule", "已按规则结束"),
        ("stopped", _) => say("Stopped by hand", "已手动停止"),
        ("over", Some(to)) => {
            say(format!("Window over since {}", day(to).en), format!("窗口已于{}结束", day(to).zh))
        }
        ("gone", _) => say("Its file is gone", "配置文件已不在"),
        (other, _) => named(other),
    }
}

/// A square for each night; those to come are hollow.
fn nights(test: &Test) -> Markup {
    let left = test.nights_left.unwrap_or_default();
    if test.nights + left > NIGHTS_DRAWN || test.nights + left <= 0 {
        return html! { " " (say(format!("({} nights so far)", test.nights), format!("（已 {} 晚）", test.nights))) };
    }
    let mut squares = String::new();
    for night in 0..test.nights + left {
        let class = if night < test.nights { "f" } else { "e" };
        // Text takes text.
        let _ =
            write!(squares, "<rect class=\"{class}\" x=\"{}\" y=\".5\" width=\"4\" height=\"7\"/>", night * 6 + 1);
    }
    let width = (test.nights + left) * 6 + 1;
    html! { svg.nights width=(width) height="8" aria-hidden="true" { (maud::PreEscaped(squares)) } }
}

fn row(sheet: &Sheet<'_>, test: &Test, arm: &Arm, axis: Axis) -> Markup {
    let decision = arm.decision.as_deref();
    let tone = match decision {
        Some("winner") => Tone::Good,
        Some("worse" | "guardrail failed") => Tone::Bad,
        _ => Tone::Plain,
    };
    let bar = Bar::new(axis, 30).worth(test.worth);
    let bar = if arm.is_control { bar.nought() } else { bar.interval(&arm.effect, tone) };
    html! {
        tr data-t=(arm.row.table.as_str()) data-k=(key(&arm.row, None)) {
            td { span.cv { (sheet.picture(&arm.cover_id, "s")) span {
                b { (sheet.cover(&arm.cover_id)) }
                small class=(match tone { Tone::Good => "st good", Tone::Bad => "st bad", _ => "st" }) { (text(&verdict(arm))) }
            } } }
            td.pl { (bar.done()) }
            td.n.fx { @if arm.is_control { span.mut { (say("control", "对照")) } } @else { (change(sheet, &arm.effect)) } }
            td.gd.nil[arm.guardrails.is_empty()] { @if arm.guardrails.is_empty() { span.mut { "–" span.vh { (say("none: it is the control", "无：对照封面")) } } } @for guardrail in &arm.guardrails { (guard(sheet, guardrail)) } }
        }
    }
}

fn verdict(arm: &Arm) -> Text {
    let (en, zh) = match (arm.is_control, arm.decision.as_deref()) {
        (_, Some("winner")) => ("Wins: put it on air", "胜出：请上线"),
        (_, Some("worse")) => ("Worse: take it off", "更差：请撤下"),
        (_, Some("guardrail failed")) => ("Guardrail failed: take it off", "护栏未通过：请撤下"),
        (_, Some("no difference worth having")) => ("No difference worth having", "差别不值得更换"),
        (_, Some("not chosen")) => ("Not chosen", "未选用"),
        (_, Some("faded")) => ("Its lead has faded", "优势已消退"),
        (_, Some("keep testing")) => ("Not settled yet: keep testing", "尚无定论：继续测试"),
        (_, Some("not settled")) | (false, None) => ("Not settled", "尚无定论"),
        (_, Some("invalid: imbalance")) => ("Invalid: shown unevenly", "无效：分配不均"),
        (_, Some("undecidable: no viewer ids")) => {
            ("Cannot be decided: exports name no viewers", "无法判定：导出没有观众标识")
        }
        (_, Some("undecidable: level not held")) => ("Cannot be decided here", "此处无法判定"),
        (_, Some("undecidable: rounding")) => ("Cannot be decided: counts are rounded", "无法判定：计数被取整"),
        (true, None) if arm.is_on_air => ("Control, stays on air", "对照封面，继续上线"),
        (true, None) => ("Control", "对照封面"),
        (_, Some(other)) => (other, other),
    };
    Text { en: en.into(), zh: zh.into() }
}

fn guard(sheet: &Sheet<'_>, guardrail: &Guardrail) -> Markup {
    let (en, zh) = match guardrail.of {
        "stays" => ("stays", "停留"),
        "orders" => ("orders", "下单"),
        "conversion" => ("conversion", "转化"),
        "revisits" => ("revisits", "回访"),
        other => (other, other),
    };
    let (class, state_en, state_zh) = match guardrail.state.as_str() {
        "held" => ("good", "held", "守住"),
        "failed" => ("bad", "failed", "未通过"),
        "open" => ("", "open", "未定"),
        "off" => ("", "off", "未启用"),
        "unknown" => ("", "unknown", "未知"),
        other => ("", other, other),
    };
    html! {
        span.g1 { (say(en, zh)) " " b class=(class) { (say(state_en, state_zh)) }
            @if guardrail.state == "failed" { " " (change(sheet, &guardrail.effect)) } }
    }
}
