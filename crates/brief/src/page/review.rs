//! A broadcast, minute by minute. The largest one is drawn here; of the others the page holds the numbers, and the script
//! draws the one that is picked in the same way (`brief.js`, "review").

mod rate;

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use coverledger_core::model::legible;

use super::calendar::{clock, plain_day, short_day};
use super::definitions::define;
use super::number::Form;
use super::pack::packed;
use super::sheet::Sheet;
use super::shell::json;
use super::words::{named, say};
use super::{Airing, Minute, Review, Text};

/// The definition that a name leads to, and the name in both languages.
type Label = (&'static str, [&'static str; 2]);

/// A strip: what it counts, and how it is drawn.
struct Strip {
    name: Label,
    class: &'static str,
    count: fn(&Minute) -> Option<i64>,
}

const STRIPS: [Strip; 6] = [
    Strip { name: ("shown", ["Impressions", "曝光"]), class: "", count: |bar| bar.impressions },
    Strip { name: ("click", ["Clicks", "点击"]), class: "", count: |bar| bar.clicks },
    Strip { name: ("enter", ["Entries", "进房"]), class: "a", count: |bar| bar.entries },
    Strip { name: ("stay", ["Stays", "停留"]), class: "a", count: |bar| bar.stays },
    Strip { name: ("minutes", ["Paid orders", "已付订单"]), class: "o", count: |bar| bar.orders },
    Strip { name: ("bad", ["Bad views", "不良观看"]), class: "b", count: |bar| bar.bad_views },
];
/// Where the rate stands among them: after the clicks.
const RATE_AFTER: usize = 1;

pub(super) fn reviews(sheet: &Sheet<'_>) -> Markup {
    let Some(largest) = sheet.brief.reviews.first() else {
        return html! { p.key { (say("No export says what happened minute by minute.", "没有导出说明每分钟的情况。")) } };
    };
    let all = &sheet.brief.reviews;
    let packed = packed(all.iter().flat_map(|review| written_parts(sheet, review)).collect());
    let mut parts = packed.parts.into_iter();
    let broadcasts: Vec<Value> = all
        .iter()
        .map(|review| data(review, &parts.by_ref().take(review.airings.len() + 1).collect::<Vec<_>>()))
        .collect();
    let data = json(serde_json::json!({ "w": packed.words, "b": broadcasts }));
    html! {
        @if sheet.brief.reviews.len() > 1 { (picker(sheet)) }
        figure #rv { (drawn(sheet, largest)) }
        script #rvd type="application/json" { (PreEscaped(data)) }
    }
}

fn picker(sheet: &Sheet<'_>) -> Markup {
    let options = |is_english: bool| {
        html! {
            @for (at, review) in sheet.brief.reviews.iter().enumerate() {
                @let title = title(review);
                option value=(at) { (legible(if is_english { &title.en } else { &title.zh })) }
            }
        }
    };
    html! {
        div.pk.rp {
            label lang="en" { span { "Broadcast" } select.rs { (options(true)) } }
            label lang="zh" { span { "直播" } select.rs { (options(false)) } }
        }
    }
}

/// Indonesia, Shopee, Sun 1 Nov 21:30.
fn title(review: &Review) -> Text {
    let starts = review.bars.first().map(|bar| clock(bar.starts_local)).unwrap_or_default();
    let (place, day) = (&review.place, short_day(review.local_date));
    let shown =
        |text: &Text| Form::Count.write(total(review, |bar| bar.impressions).map_or(0.0, as_float)).0 + &text.en;
    Text {
        en: format!(
            "{}, {}, {} {starts} · {}",
            place.market_title.en,
            place.platform_title.en,
            day.en,
            shown(&Text::same(" shown"))
        ),
        zh: format!(
            "{} · {}，{} {starts} · {}",
            place.market_title.zh,
            place.platform_title.zh,
            day.zh,
            shown(&Text::same(" 次曝光"))
        ),
    }
}

fn total(review: &Review, count: fn(&Minute) -> Option<i64>) -> Option<i64> {
    let counts: Vec<i64> = review.bars.iter().filter_map(count).collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a broadcast are far below 2^53")]
const fn as_float(count: i64) -> f64 {
    count as f64
}

fn drawn(sheet: &Sheet<'_>, review: &Review) -> Markup {
    html! {
        p.key aria-live="polite" { (told(sheet, review)) }
        div.strip {
            p.l { b { (say("On air", "上线封面")) } }
            (ribbon(review))
            ol.air { @for airing in &review.airings { (on_air(sheet, review, airing)) } }
        }
        @for (at, strip) in STRIPS.iter().enumerate() {
            (bars(review, strip))
            @if at == RATE_AFTER { (rate::rate(review)) }
        }
        (clocks(sheet, review))
        details {
            summary { (say("The numbers behind the strips", "图中的数字")) }
            (numbers(sheet, review))
        }
    }
}

/// In a sentence, which of it is known.
fn told(sheet: &Sheet<'_>, review: &Review) -> Markup {
    let parts: Vec<(String, String)> = [
        (total(review, |bar| bar.impressions), "impressions", "次曝光"),
        (total(review, |bar| bar.entries), "entries", "次进房"),
        (total(review, |bar| bar.stays), "stays", "次停留"),
        (total(review, |bar| bar.orders), "paid orders", "笔已付订单"),
    ]
    .into_iter()
    .filter_map(|(total, en, zh)| {
        total.map(|total| (format!("{} {en}", written(total)), format!("{} {zh}", written(total))))
    })
    .collect();
    let joined = |pick: fn(&(String, String)) -> &String, by: &str| {
        parts.iter().map(|part| pick(part).as_str()).collect::<Vec<_>>().join(by)
    };
    let (day, home) = (plain_day(review.local_date), &sheet.brief.home);
    let starts = review.bars.first();
    html! {
        b { (say(format!("{}.", joined(|part| &part.0, ", ")), format!("{}。", joined(|part| &part.1, "，")))) } " "
        span.mut { (Sheet::place(&review.place)) ", " (named(&review.broadcast_id)) (say(format!(", {}", day.en), format!("，{}", day.zh)))
            @if let Some(starts) = starts { ", " (clock(starts.starts_local)) (say(" there, ", "（当地），")) (super::words::name(home)) " " (clock(starts.starts_home)) } }
    }
}

fn written(count: i64) -> String {
    Form::Count.write(as_float(count)).0
}

/// The covers that were on air one after the other; none where they were shown side by side.
fn alone(review: &Review) -> &[Airing] {
    if review.is_side_by_side { &[] } else { &review.airings }
}

/// Which cover was on air when, by numbers: names have no room there.
fn ribbon(review: &Review) -> Markup {
    let bars = review.bars.len().max(1);
    let mut text = String::from("<svg class=\"rib\" height=\"24\" aria-hidden=\"true\">");
    for (at, airing) in alone(review).iter().enumerate() {
        let (x, width) = (share(airing.from, bars), share(airing.to - airing.from.min(airing.to), bars));
        // Text takes text, here and below.
        let _ = write!(text, "<rect class=\"seg\" x=\"{x}%\" width=\"{width}%\" height=\"24\"/>");
        let middle = share(airing.from * 2 + airing.to.saturating_sub(airing.from), bars * 2);
        let _ =
            write!(text, "<text class=\"k\" x=\"{middle}%\" y=\"16\" text-anchor=\"middle\">{}</text>", at + 1);
    }
    text.push_str("</svg>");
    PreEscaped(text)
}

/// In per cent with one decimal.
fn share(part: usize, of: usize) -> String {
    format!("{}", (part * 1_000 + of / 2) / of)
        .parse::<f64>()
        .map_or_else(|_| "0".to_owned(), |thousandths| format!("{}", thousandths / 10.0))
}

fn on_air(sheet: &Sheet<'_>, review: &Review, airing: &Airing) -> Markup {
    html! {
        li { (sheet.picture(&airing.cover_id, "xs")) span { (sheet.cover(&airing.cover_id)) " "
            span.mut.nb { @if review.is_side_by_side { (say("side by side", "同时展示")) } @else { (time(review, airing.from)) "–" (time(review, airing.to)) } }
            " " span.mut.nb { @match airing.ctr.value {
                Some(ctr) => { (say("CTR ", "点击率 ")) (Form::PerHundred.write(ctr).0) (say(" of 100", "/百次")) }
                None => { (say("CTR: not known", "点击率：未知")) }
            } } } }
    }
}

/// When a bar begins on the market's clock; the last one ends when the next would begin.
fn time(review: &Review, bar: usize) -> String {
    let last =
        review.bars.last().map(|last| last.starts_local.saturating_add(jiff::Span::new().minutes(review.minutes)));
    review.bars.get(bar).map(|bar| bar.starts_local).or(last).map(clock).unwrap_or_default()
}

/// Where another cover came on air.
fn switches(review: &Review) -> String {
    alone(review).iter().filter(|airing| airing.from > 0).fold(String::new(), |mut text, airing| {
        let _ = write!(text, "M{} 0V100", airing.from);
        text
    })
}

fn strip(review: &Review, (definition, name): Label, small: &Markup, inside: &str, most: &str) -> Markup {
    let (bars, switches) = (review.bars.len().max(1), switches(review));
    html! {
        div.strip {
            p.l { b { (define(definition, say(name[0], name[1]))) } " " small { (small) } }
            (PreEscaped(format!("<svg class=\"plot\" viewBox=\"0 0 {bars} 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"bs\" d=\"M0 100H{bars}\"></path><path class=\"swl\" d=\"{switches}\"></path>{inside}</svg>")))
            span.mx aria-hidden="true" { (most) }
        }
    }
}

fn bars(review: &Review, drawn: &Strip) -> Markup {
    let counts = || review.bars.iter().map(drawn.count);
    let Some(all) = total(review, drawn.count) else {
        let small = say("not in the exports: it is not zero", "导出中没有，不等于零");
        return strip(review, drawn.name, &small, "", "–");
    };
    let most = counts().flatten().max().unwrap_or_default();
    let mut path = String::new();
    for (at, count) in counts().enumerate() {
        if let Some(count) = count.filter(|count| *count > 0) {
            let _ = write!(path, "M{at}.1 100v-{}h.8v{}z", height(count, most), height(count, most));
        }
    }
    let small = say(format!("{} in all", written(all)), format!("共 {}", written(all)));
    strip(
        review,
        drawn.name,
        &small,
        &format!("<path class=\"{}\" d=\"{path}\"></path>", drawn.class),
        &written(most),
    )
}

/// Whole per cent of the most; never nothing of something.
fn height(count: i64, most: i64) -> i64 {
    ((count * 200 + most) / (2 * most.max(1))).max(1)
}

/// Bars at which the time is written: five at most.
fn ticks(review: &Review) -> Vec<usize> {
    let bars = review.bars.len();
    let step = (bars / 4).max(1);
    (0..bars).step_by(step).take(5).collect()
}

fn clocks(sheet: &Sheet<'_>, review: &Review) -> Markup {
    let bars = review.bars.len().max(1);
    let mut text = String::new();
    for at in ticks(review) {
        let bar = &review.bars[at];
        let (x, anchor) = (share(at, bars), if at == 0 { "start" } else { "middle" });
        let _ = write!(
            text,
            "<text class=\"k\" x=\"{x}%\" y=\"12\" text-anchor=\"{anchor}\">{}</text>",
            clock(bar.starts_local)
        );
        let _ =
            write!(text, "<text x=\"{x}%\" y=\"28\" text-anchor=\"{anchor}\">{}</text>", clock(bar.starts_home));
    }
    html! {
        div.strip.ck2 {
            p.l { (say("There", "当地")) br; span.mut { (say(named(&sheet.brief.home.en), named(&sheet.brief.home.zh))) } }
            (PreEscaped(format!("<svg class=\"rib\" height=\"32\" aria-hidden=\"true\">{text}</svg>")))
        }
    }
}

fn numbers(sheet: &Sheet<'_>, review: &Review) -> Markup {
    html! {
        table.num {
            caption { (define("minutes", say("Bars of minutes", "分钟柱"))) (say(format!(": {} minutes each", review.minutes), format!("：每柱 {} 分钟", review.minutes))) }
            thead { tr {
                th scope="col" { (say("There", "当地")) }
                th scope="col" { (say(named(&sheet.brief.home.en), named(&sheet.brief.home.zh))) }
                @for strip in &STRIPS { th.n scope="col" { (say(strip.name.1[0], strip.name.1[1])) } }
            } }
            tbody { @for bar in &review.bars { tr {
                th scope="row" { (clock(bar.starts_local)) }
                td { (clock(bar.starts_home)) }
                @for strip in &STRIPS { td.n { @match (strip.count)(bar) { Some(count) => { (written(count)) } None => { "–" } } } }
            } } }
        }
    }
}

/// What of a broadcast is text: what is told of it, and each of its covers.
fn written_parts(sheet: &Sheet<'_>, review: &Review) -> Vec<String> {
    let told = told(sheet, review).into_string();
    std::iter::once(told)
        .chain(review.airings.iter().map(|airing| on_air(sheet, review, airing).into_string()))
        .collect()
}

/// What the script draws a broadcast from.
fn data(review: &Review, written: &[String]) -> Value {
    let counts: Vec<Vec<Option<i64>>> =
        STRIPS.iter().map(|strip| review.bars.iter().map(strip.count).collect()).collect();
    let spans: Vec<[usize; 2]> = alone(review).iter().map(|airing| [airing.from, airing.to]).collect();
    let starts = review.bars.first();
    serde_json::json!({
        "h": written,
        "a": spans,
        "m": review.minutes,
        "c": counts,
        "t": starts.map(|bar| [minutes(bar.starts_local), minutes(bar.starts_home)]),
    })
}

fn minutes(at: jiff::civil::DateTime) -> i64 {
    i64::from(at.hour()) * 60 + i64::from(at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_heights_are_rounded_and_never_nothing() {
        assert_eq!(share(1, 3), "33.3");
        assert_eq!(share(0, 3), "0");
        assert_eq!((height(1, 1_000), height(1_000, 1_000), height(1, 2)), (1, 100, 50));
    }
}
