//! What changed since the last broadcast and the week before: within the same slots and audiences, and by their mix.

use coverledger_core::model::columns::METRIC;
use jiff::civil::Date;
use maud::{Markup, Render, html};

use super::bar::{Bar, scale};
use super::calendar::period;
use super::definitions::define;
use super::figure::{cell, key, ranged};
use super::metric::Metric;
use super::number::Form;
use super::sheet::Sheet;
use super::shell::folded;
use super::svg::Axis;
use super::words::{say, text};
use super::{Change, PlaceChanges, PlaceName, Text};

/// Places that are told of at once; the others are behind a tap.
const SHOWN: usize = 8;

type Changed<'a> = (&'a PlaceName, &'a Change);

pub(super) fn changes(sheet: &Sheet<'_>) -> Markup {
    let places = &sheet.brief.changes;
    let of = |pick: fn(&PlaceChanges) -> Option<&Change>| -> Vec<Changed<'_>> {
        let mut found: Vec<Changed<'_>> =
            places.iter().filter_map(|place| pick(place).map(|change| (&place.place, change))).collect();
        let size = |change: &Change| change.change.value.map_or(-1.0, f64::abs);
        found.sort_by(|(_, one), (_, other)| size(other).total_cmp(&size(one)));
        found
    };
    let (last_date, last_week) = (of(|place| place.last_date.as_ref()), of(|place| place.last_week.as_ref()));
    if last_date.is_empty() && last_week.is_empty() {
        return html! { p.key { (say("There is nothing yet to compare with.", "还没有可以比较的时期。")) } };
    }
    html! {
        (covers(sheet))
        (table(sheet, &last_date, say("Since the last broadcast", "与上次开播相比")))
        (table(sheet, &last_week, text(&periods(&last_week))))
    }
}

/// What is held against what, by how long it is: a week where there are two, and less where there are not.
fn periods(changes: &[Changed<'_>]) -> Text {
    let days = |since: Date, until: Date| since.until(until).map_or(0, |span| span.get_days() + 1);
    let mut lengths = changes.iter().map(|(_, change)| {
        (days(change.after_since, change.after_until), days(change.before_since, change.before_until))
    });
    let first = lengths.next();
    let (en, zh) = match first.filter(|first| lengths.all(|other| other == *first)) {
        Some((7, 7)) => ("The last week against the week before".to_owned(), "最近一周与前一周相比".to_owned()),
        Some((1, 1)) => ("The last day against the day before".to_owned(), "最近一天与前一天相比".to_owned()),
        Some((after, before)) => {
            let last = if after == 1 { "day".to_owned() } else { format!("{after} days") };
            (
                format!("The last {last} against the {before} before"),
                format!("最近 {after} 天与之前 {before} 天相比"),
            )
        }
        None => ("The last days against those before".to_owned(), "最近几天与之前几天相比".to_owned()),
    };
    Text { en, zh }
}

/// What of covers stands out, in words.
fn covers(sheet: &Sheet<'_>) -> Markup {
    let mut found: Vec<(&PlaceName, &str, &Change)> = Vec::new();
    for place in &sheet.brief.changes {
        found.extend(place.covers.iter().map(|(cover, change)| (&place.place, cover.as_str(), change)));
    }
    let size = |change: &Change| change.within.point.value.map_or(-1.0, f64::abs);
    found.sort_by(|(.., one), (.., other)| size(other).total_cmp(&size(one)));
    html! {
        @if found.is_empty() {
            p.key { (say("No cover changed beyond chance.", "没有封面的变化超出偶然波动。")) }
        }
        @for (at, (place, cover, change)) in found.iter().take(SHOWN).enumerate() {
            p.key[at == 0].story data-t=(change.row.table.as_str()) data-k=(key(&change.row, None)) {
                b { (sheet.cover(cover)) (say(" in ", "：")) (Sheet::place(place)) (say(". ", "。")) }
                (text(&verdict(change))) " "
                span.mut.nb { (cell(sheet, &change.before, Form::PerHundred)) " → " (cell(sheet, &change.after, Form::PerHundred)) (say(" of 100", "/百次")) }
            }
        }
    }
}

fn table(sheet: &Sheet<'_>, changes: &[Changed<'_>], title: impl Render) -> Markup {
    if changes.is_empty() {
        return html! {};
    }
    let values = changes.iter().flat_map(|(_, change)| {
        [change.within.low.value, change.within.point.value, change.within.high.value, change.mix.value]
            .into_iter()
            .flatten()
    });
    let axis = Axis::around_zero(values, 0.5);
    let (first, rest) = changes.split_at(changes.len().min(SHOWN));
    html! {
        h3 { (title) }
        (rows(sheet, first, axis))
        @if !rest.is_empty() {
            (folded(&say(format!("The other {}", rest.len()), format!("其余 {} 处", rest.len())), rows(sheet, rest, axis)))
        }
    }
}

fn rows(sheet: &Sheet<'_>, changes: &[Changed<'_>], axis: Axis) -> Markup {
    html! {
        table.chg {
            caption.vh { (say("Rates before and after, with what changed within the same slots and audiences and by their mix", "前后比率，及同人群变化与构成变化")) }
            thead { tr {
                th scope="col" { (say("Place", "市场与平台")) }
                th.n scope="col" { (say("Before → after, of 100 shown", "前 → 后，每百次曝光")) }
                th.pl scope="col" {
                    span.nb { i.sq.dvk1 {} (define("within", say("within", "同人群"))) } " "
                    span.nb { i.sq.dvk2 {} (define("mix", say("mix", "构成"))) }
                    (scale(axis, |tick| Form::Points.write(tick).0))
                }
                th.wd scope="col" { (say("In words", "一句话")) }
            } }
            tbody { @for (place, change) in changes { (row(sheet, place, change, axis)) } }
        }
    }
}

fn row(sheet: &Sheet<'_>, place: &PlaceName, change: &Change, axis: Axis) -> Markup {
    let bar = Bar::new(axis, 26)
        .part("w1", change.within.point.value, 5.0)
        .part("w2", change.mix.value, 14.0)
        .whisker(&change.within, 8.5);
    let (before, after) =
        (period(change.before_since, change.before_until), period(change.after_since, change.after_until));
    html! {
        tr data-t=(change.row.table.as_str()) data-k=(key(&change.row, None)) {
            th scope="row" { (Sheet::place(place))
                small { (say(format!("{} against {}", after.en, before.en), format!("{} 对 {}", after.zh, before.zh))) } }
            td.n { (cell(sheet, &change.before, Form::PerHundred)) " → " b { (cell(sheet, &change.after, Form::PerHundred)) } small { (metric(change).verb()) } }
            td.pl { (bar.done())
                small { (say("within ", "同人群 ")) (ranged(sheet, &change.within, Form::Points)) (say(", mix ", "，构成 ")) (cell(sheet, &change.mix, Form::Points)) } }
            td.wd { (text(&verdict(change))) }
        }
    }
}

/// Places without entrants have another rate than those with.
fn metric(change: &Change) -> Metric {
    Metric::of(change.row.key.iter().find(|(column, _)| *column == METRIC).map(|(_, metric)| metric.as_str()))
}

/// What it comes to, in a few words: the covers' own doing, or another mix of those who saw them.
fn verdict(change: &Change) -> Text {
    let rose = change.change.value.is_some_and(|change| change > 0.0);
    let (en, zh) = match (change.within.low.value, change.within.high.value) {
        (Some(low), _) if low > 0.0 && rose => ("Covers drew better.", "封面吸引力提高。"),
        (Some(low), _) if low > 0.0 => (
            "It fell because others saw it; among the same slots and audiences it rose.",
            "下降是因为看到它的人变了；在相同时段与人群中，它上升了。",
        ),
        (_, Some(high)) if high < 0.0 && rose => (
            "It rose because others saw it; among the same slots and audiences it fell.",
            "上升是因为看到它的人变了；在相同时段与人群中，它下降了。",
        ),
        (_, Some(high)) if high < 0.0 => ("Covers drew worse.", "封面吸引力下降。"),
        (Some(_), Some(_)) => ("Within chance.", "在偶然波动之内。"),
        _ => ("Too few broadcasts for an interval: it may be chance.", "场次太少，没有区间：可能只是偶然。"),
    };
    Text { en: en.into(), zh: zh.into() }
}
