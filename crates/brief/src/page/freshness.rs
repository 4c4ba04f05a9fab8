//! How fresh is this: a sentence, and every place behind it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};

use super::calendar::{day, plain_day, weekday};
use super::definitions::define;
use super::figure::key;
use super::sheet::Sheet;
use super::words::{name, say, text};
use super::{PlaceFreshness, State};

/// Places that are named in the sentence; of more their number.
const NAMED: usize = 3;

pub(super) fn sentence(sheet: &Sheet<'_>) -> Markup {
    let places = &sheet.brief.freshness.places;
    let lacking: Vec<&PlaceFreshness> = places.iter().filter(|place| place.state != State::Fresh).collect();
    let dot = if lacking.is_empty() { "dot ok" } else { "dot" };
    html! {
        p.fresh {
            span class=(dot) aria-hidden="true" {}
            @if places.iter().all(|place| place.data_until.is_none()) {
                b { (say("Nothing is published yet.", "还没有发布任何数据。")) }
            } @else {
                (until(sheet, &lacking)) (not_over(sheet)) (provisional(sheet))
            }
            @if !places.is_empty() { " " a href="#fresh" { (say("Every place", "全部明细")) } }
        }
    }
}

fn until(sheet: &Sheet<'_>, lacking: &[&PlaceFreshness]) -> Markup {
    let as_of = day(sheet.brief.as_of);
    html! {
        b { (say(format!("Data until {}", as_of.en), format!("数据截至{}", as_of.zh))) }
        @if lacking.is_empty() {
            (say(" everywhere. ", "，全部市场。"))
        } @else {
            (say(" everywhere except ", "，除了"))
            @for (at, place) in lacking.iter().take(NAMED).enumerate() {
                @if at > 0 { (say("; ", "；")) }
                (lack(place))
            }
            @if lacking.len() > NAMED {
                @let more = lacking.len() - NAMED;
                (say(format!(" and {more} more of {}", sheet.brief.freshness.places.len()), format!("，以及另外 {more} 处")))
            }
            (say(". ", "。"))
        }
    }
}

fn lack(place: &PlaceFreshness) -> Markup {
    let state = state(place.state);
    html! {
        b { (Sheet::place(&place.place)) (say(": ", "：")) (text(&state)) }
        @match place.data_until {
            Some(date) => {
                @let date = plain_day(date);
                (say(format!(", until {}", date.en), format!("，止于{}", date.zh)))
            }
            None => { (say(", nothing so far", "，尚无数据")) }
        }
    }
}

/// Where the last date of all is not over yet: that is no lack.
fn not_over(sheet: &Sheet<'_>) -> Markup {
    let mut earlier: BTreeMap<Date, Vec<&PlaceFreshness>> = BTreeMap::new();
    for place in &sheet.brief.freshness.places {
        if let (State::Fresh, Some(date)) = (place.state, place.data_until)
            && date < sheet.brief.as_of
        {
            let places = earlier.entry(date).or_default();
            if places.iter().all(|there| there.place.market != place.place.market) {
                places.push(place);
            }
        }
    }
    html! {
        @for (date, places) in earlier.iter().rev() {
            @let date = plain_day(*date);
            @for (at, place) in places.iter().take(NAMED).enumerate() {
                @if at > 0 { (say(", ", "、")) }
                (name(&place.place.market_title))
            }
            @if places.len() > NAMED {
                (say(format!(" and {} more", places.len() - NAMED), format!("等 {} 个市场", places.len())))
            }
            (say(format!(" until {}: the day there is not over. ", date.en), format!("截至{}：当地当天尚未结束。", date.zh)))
        }
    }
}

fn provisional(sheet: &Sheet<'_>) -> Markup {
    let places = &sheet.brief.freshness.places;
    let Some(days) = places.iter().map(|place| place.provisional_days).max().filter(|days| *days > 0) else {
        return html! {};
    };
    let final_by = places.iter().filter_map(|place| place.final_by).max();
    let (en, zh) = if days == 1 {
        ("One day is provisional".to_owned(), "1 天为暂定".to_owned())
    } else {
        (format!("{days} days are provisional"), format!("{days} 天为暂定"))
    };
    html! {
        (define("provisional", say(en, zh)))
        @if let Some(date) = final_by {
            (say(format!(", final by {}", weekday(date).en), format!("，{}前转为最终", weekday(date).zh)))
        }
        (say(".", "。"))
    }
}

fn state(state: State) -> super::Text {
    let (en, zh) = match state {
        State::Fresh => ("complete", "完整"),
        State::Late => ("late", "未到"),
        State::Held => ("held back", "暂不发布"),
        State::Failed => ("failed", "读取失败"),
        State::Nothing => ("nothing yet", "尚无数据"),
    };
    super::Text { en: en.into(), zh: zh.into() }
}

/// Every place with its dates, at the end of the page.
pub(super) fn places(sheet: &Sheet<'_>) -> Markup {
    html! {
        table.wrapped {
            caption { (say("How far the data of every place go", "每一处的数据截止到哪一天")) }
            thead { tr {
                th scope="col" { (say("Place", "市场与平台")) }
                th scope="col" { (say("Data until", "数据截至")) }
                th scope="col" { (say("Standing", "状态")) }
                th scope="col" .n { (say("Missing, of days that are over", "缺少的天数（当地已结束）")) }
                th scope="col" .n { (define("provisional", say("Provisional days", "暂定天数"))) }
            } }
            tbody {
                @for place in &sheet.brief.freshness.places { (row(place)) }
            }
        }
    }
}

fn row(place: &PlaceFreshness) -> Markup {
    let count = |column: &'static str, value: i64| html! { data value=(value) data-c=(column) { (value) } };
    html! {
        tr data-t=(place.row.table.as_str()) data-k=(key(&place.row, None)) {
            th scope="row" { (Sheet::place(&place.place)) }
            td { @match place.data_until {
                Some(date) => { (text(&plain_day(date))) }
                None => { "–" span.vh { (say("nothing was ever published", "从未发布")) } }
            } }
            td {
                span class=(if place.state == State::Fresh { "st" } else { "st warn" }) { (text(&state(place.state))) }
                @if let Some(reason) = &place.reason { " " span.mut { (text(reason)) } }
            }
            td.n { span.ph { (say("Missing days: ", "缺少天数：")) } (count("missing_days", place.missing_days)) }
            td.n { span.ph { (say("Provisional days: ", "暂定天数：")) } (count("provisional_days", place.provisional_days)) }
        }
    }
}
