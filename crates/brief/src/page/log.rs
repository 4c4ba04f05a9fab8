//! Did earlier advice pay: each past advice with what happened since.

use maud::{Markup, html};

use super::bar::{Bar, Tone, scale};
use super::calendar::period;
use super::definitions::define;
use super::figure::{change, key};
use super::number::Form;
use super::sheet::Sheet;
use super::shell::folded;
use super::svg::Axis;
use super::words::{say, text};
use super::{Action, Outcome, PastAdvice, Text};

/// Advice that is told of at once; older one is behind a tap.
const SHOWN: usize = 10;

pub(super) fn log(sheet: &Sheet<'_>) -> Markup {
    let past = &sheet.brief.log.past;
    if past.is_empty() {
        return html! { p.key { (say("No advice is old enough to judge: the log begins with this brief.", "还没有可评判的建议：记录从这份简报开始。")) } };
    }
    let values = past.iter().flat_map(|past| {
        [past.since.low.value, past.since.point.value, past.since.high.value].into_iter().flatten()
    });
    let axis = Axis::around_zero(values, 1.0);
    let (first, rest) = past.split_at(past.len().min(SHOWN));
    html! {
        (summary(past))
        (table(sheet, first, axis))
        @if !rest.is_empty() {
            (folded(&say(format!("The {} before", rest.len()), format!("更早的 {} 条", rest.len())), table(sheet, rest, axis)))
        }
    }
}

fn summary(past: &[PastAdvice]) -> Markup {
    let of = |outcome| past.iter().filter(|past| past.outcome == outcome).count();
    let (paid, failed, early) = (of(Outcome::Paid), of(Outcome::DidNotPay), of(Outcome::TooEarly));
    let (all, followed) = (past.len(), paid + failed + early);
    html! {
        p.key {
            (say(format!("Of {all} pieces of advice {followed} were followed: "), format!("{all} 条建议，执行 {followed} 条：")))
            b { (say(format!("{paid} paid, {early} {} too early to tell, {failed} did not.", if early == 1 { "is" } else { "are" }), format!("{paid} 条见效，{early} 条为时尚早，{failed} 条未见效。"))) }
        }
    }
}

fn table(sheet: &Sheet<'_>, past: &[PastAdvice], axis: Axis) -> Markup {
    html! {
        table.adv {
            caption.vh { (say("Past advice and what came of it", "以往建议及其结果")) }
            thead { tr {
                th scope="col" { (say("Advice", "建议")) }
                th.pl scope="col" {
                    (define("paid", say("Rate since, against before", "之后相对之前")))
                    (scale(axis, |tick| format!("{}%", Form::Change.write(tick).0)))
                }
                th scope="col" { (say("Verdict", "结论")) }
            } }
            tbody { @for past in past { (row(sheet, past, axis)) } }
        }
    }
}

fn row(sheet: &Sheet<'_>, past: &PastAdvice, axis: Axis) -> Markup {
    let (class, word, tone) = verdict(past.outcome);
    let cover = past.cover_id.as_deref().or(past.instead_of.as_deref());
    html! {
        tr data-t=(past.row.table.as_str()) data-k=(key(&past.row, None)) {
            td { span.cv {
                @if let Some(cover) = cover { (sheet.picture(cover, "s")) }
                span {
                    b { (advised(past.action)) " " @if let Some(cover) = cover { (sheet.cover(cover)) } }
                    small { (Sheet::place(&past.place)) (say(", ", "，")) (nights(past)) }
                }
            } }
            td.pl { (Bar::new(axis, 30).interval(&past.since, tone).done()) }
            td {
                b class=(class) { (text(&word)) } " "
                @if past.outcome == Outcome::NotFollowed || past.outcome == Outcome::NothingSince { span.mut { (text(&past.reason)) } }
                @else {
                    span.nb { (change(sheet, &past.since)) }
                    @if past.expected.point.value.is_some() {
                        small { (say("expected ", "预期 ")) (change(sheet, &past.expected)) }
                    }
                    small { (text(&past.reason)) }
                }
            }
        }
    }
}

fn advised(action: Action) -> Markup {
    match action {
        Action::Change => say("Change to", "换成"),
        Action::TakeOff => say("Take one off for", "撤下一张，换上"),
        Action::Try => say("Try", "试换"),
        Action::Test => say("Test against", "对测"),
        _ => text(&action.label()),
    }
}

fn nights(past: &PastAdvice) -> Markup {
    text(&period(past.advised_on, past.advised_until))
}

fn verdict(outcome: Outcome) -> (&'static str, Text, Tone) {
    let (class, en, zh, tone) = match outcome {
        Outcome::Paid => ("st good", "Paid", "见效", Tone::Good),
        Outcome::DidNotPay => ("st bad", "Did not pay", "未见效", Tone::Bad),
        Outcome::TooEarly => ("st", "Too early", "为时尚早", Tone::Plain),
        Outcome::NotFollowed => ("st", "Not followed", "未执行", Tone::Plain),
        Outcome::NothingSince => ("st", "Nothing on air since", "之后未开播", Tone::Plain),
    };
    (class, Text { en: en.into(), zh: zh.into() }, tone)
}
