//! The run sheet: one night on one clock. A line for each market and start; the earliest first.

use jiff::Timestamp;
use jiff::civil::DateTime;
use maud::{Markup, html};

use super::calendar::{clock, instant, short_weekday};
use super::definitions::define;
use super::figure::{cell, change, key};
use super::metric::Metric;
use super::number::Form;
use super::sheet::Sheet;
use super::svg::Svg;
use super::words::{name, named, say, text};
use super::{Action, Advice, Air, MarketNight, Text};

/// What starts in a market at the same time.
struct Line<'a> {
    night: usize,
    market: &'a MarketNight,
    air: Option<&'a Air>,
    places: Vec<&'a Advice>,
}

pub(super) fn run_sheet(sheet: &Sheet<'_>) -> Markup {
    let lines = lines(sheet);
    if lines.is_empty() {
        return html! {};
    }
    let track = Track::of(&lines);
    html! {
        ol.run role="list" {
            li.hd aria-hidden="true" {
                span { (on_air_head(sheet)) }
                span { (say("Market, hour there", "市场与当地时间")) }
                (track.head())
                span { (say("What changes", "要换什么")) }
            }
            @for line in &lines { (drawn(sheet, line, &track)) }
        }
        p.cap {
            (say("In bold: how much more ", "粗体数字："))
            (define("change", say("than with the cover it replaces", "相比被替换的封面")))
            (say(", per impression where no other word stands before it; in brackets the 95 % interval.", "，未注明者为每次曝光的进房变化；括号内为 95% 区间。"))
        }
    }
}

fn on_air_head(sheet: &Sheet<'_>) -> Markup {
    let home = &sheet.brief.home;
    html! {
        span lang="en" { "On air, " (named(&home.en)) }
        span lang="zh" { "开播 · " (named(&home.zh)) "时间" }
    }
}

fn lines<'a>(sheet: &Sheet<'a>) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for (at, market) in sheet.brief.nights.iter().enumerate() {
        for advice in &market.places {
            let starts = advice.air.as_ref().map(|air| (air.starts_at, air.ends_at));
            let same = |line: &&mut Line<'_>| {
                line.night == at && line.air.map(|air| (air.starts_at, air.ends_at)) == starts
            };
            match lines.iter_mut().find(same) {
                Some(line) => line.places.push(advice),
                None => lines.push(Line { night: at, market, air: advice.air.as_ref(), places: vec![advice] }),
            }
        }
    }
    // Stable: markets that start together stay in their order, and those without an hour come last.
    lines.sort_by_key(|line| line.air.map_or(Timestamp::MAX, |air| air.starts_at));
    lines
}

fn drawn(sheet: &Sheet<'_>, line: &Line<'_>, track: &Track) -> Markup {
    let loud: Vec<&Advice> = line.places.iter().copied().filter(|advice| advice.action.is_loud()).collect();
    html! {
        li data-starts=[line.air.map(|air| instant(air.starts_at))] data-ends=[line.air.map(|air| instant(air.ends_at))] {
            @match line.air {
                Some(air) => {
                    p.t {
                        time datetime=(instant(air.starts_at)) { (clock(air.starts_home)) } " "
                        small { (name(&sheet.brief.home)) (weekday(sheet, air.starts_home)) (begun()) }
                    }
                }
                None => { p.t { "–" span.vh { (say("no slot is known", "时段未知")) } " " small { (say("no slot is known", "时段未知")) } } }
            }
            p.m {
                a href={ "#m" (line.night) } { (name(&line.market.title)) }
                @if let Some(air) = line.air {
                    small {
                        span lang="en" { (clock(air.starts_local)) " " (named(&line.market.city.en)) }
                        span lang="zh" { (named(&line.market.city.zh)) " " (clock(air.starts_local)) }
                    }
                }
            }
            (track.line(line.air, loud.is_empty()))
            ul {
                @for advice in &loud { (change_line(sheet, advice)) }
                (quiet_lines(sheet, line))
                @for advice in line.places.iter().filter(|advice| advice.held.is_some()) {
                    li.q.flag { (name(&advice.place.platform_title)) (say(": ", "：")) (text(advice.held.as_ref().unwrap_or(&Text::default()))) }
                }
            }
        }
    }
}

/// Shown by the script once it is true.
pub(super) fn begun() -> Markup {
    html! {
        span.beg hidden { " · " (say("has begun", "已开播")) }
        span.ovr hidden { " · " (say("is over", "已结束")) }
    }
}

/// The day, where it is not the evening of the morning on which this is read.
pub(super) fn weekday(sheet: &Sheet<'_>, at: DateTime) -> Markup {
    if at.date() == sheet.morning() {
        return html! {};
    }
    let day = short_weekday(at.date());
    say(format!(", {}", day.en), format!("，{}", day.zh))
}

fn change_line(sheet: &Sheet<'_>, advice: &Advice) -> Markup {
    let off = advice.action == Action::TakeOff;
    let shown = if off { advice.instead_of.as_deref() } else { advice.cover_id.as_deref() };
    let shown = shown.or(advice.cover_id.as_deref()).unwrap_or_default();
    let metric = Metric::of(advice.metric.as_deref());
    let gain = match advice.action {
        Action::TakeOff => "gain off",
        Action::Change => "gain",
        _ => "gain maybe",
    };
    html! {
        li data-t=(advice.row.table.as_str()) data-k=(key(&advice.row, None)) {
            (sheet.picture(shown, if off { "s o" } else { "s" }))
            span {
                span.p { (name(&advice.place.platform_title)) } " "
                @match advice.action {
                    Action::TakeOff => { (say("take off ", "撤下")) }
                    Action::Change => { (say("change to ", "换成")) }
                    _ => { (say("try ", "试换")) }
                }
                " " b { (sheet.cover(shown)) }
                @if let Some(cover) = advice.cover_id.as_deref().filter(|_| off) {
                    span.mut { (say(", put on ", "，换上")) (sheet.cover(cover)) }
                }
            }
            span class=(gain) {
                @match (advice.action, advice.experiment.is_some()) {
                    (Action::TakeOff, _) => { (say("in the test ", "测试中 ")) }
                    (_, true) => { (say("value ", "价值 ")) }
                    (_, false) => { (metric.short()) }
                }
                @if metric == Metric::Stay && advice.experiment.is_none() {
                    // A few stayed: so many times as many says less than how many.
                    span.nb { (cell(sheet, &advice.against_rate.point, Form::Share)) " → " b { (cell(sheet, &advice.rate.point, Form::Share)) } (say(" of 100", "/百次")) }
                } @else { (change(sheet, &advice.change)) }
            }
        }
    }
}

/// What stays as it is, in as few words as can be: never without the name of the cover.
fn quiet_lines(sheet: &Sheet<'_>, line: &Line<'_>) -> Markup {
    let of = |actions: &[Action]| -> Vec<&Advice> {
        line.places.iter().copied().filter(|advice| actions.contains(&advice.action)).collect()
    };
    let (kept, planned, unknown) =
        (of(&[Action::Keep, Action::Test]), of(&[Action::FollowPlan]), of(&[Action::NoData]));
    html! {
        @if !kept.is_empty() {
            li.q {
                span lang="en" { "Keep " @for (at, advice) in kept.iter().enumerate() {
                    @if at > 0 { ", " } (named(&title(sheet, advice).en)) " on " (named(&advice.place.platform_title.en))
                } }
                span lang="zh" { "保持：" @for (at, advice) in kept.iter().enumerate() {
                    @if at > 0 { "，" } (named(&advice.place.platform_title.zh)) " " (named(&title(sheet, advice).zh))
                } }
            }
        }
        @for advice in &planned {
            li.q {
                (name(&advice.place.platform_title)) (say(": follow the plan of the test", "：按测试计划"))
                @if let Some(experiment) = &advice.experiment { " " (named(experiment)) }
            }
        }
        @for advice in &unknown {
            li.q.flag { (name(&advice.place.platform_title)) (say(": nothing is known", "：没有数据")) }
        }
    }
}

fn title(sheet: &Sheet<'_>, advice: &Advice) -> Text {
    advice
        .cover_id
        .as_deref()
        .map_or_else(|| Text { en: "the cover".into(), zh: "现有封面".into() }, |cover| sheet.title(cover))
}

/// A night on the team's own clock, from left to right.
struct Track {
    from: DateTime,
    hours: f64,
}

impl Track {
    fn of(lines: &[Line<'_>]) -> Self {
        let airs = || lines.iter().filter_map(|line| line.air);
        let first = airs().map(|air| air.starts_home).min().unwrap_or_default();
        let last = airs().map(|air| air.ends_home).max().unwrap_or_default();
        let from = first.date().at(first.hour() / 4 * 4, 0, 0, 0);
        let hours = (hours_between(from, last) / 4.0).ceil() * 4.0;
        Self { from, hours: hours.clamp(24.0, 36.0) }
    }

    fn at(&self, when: DateTime) -> f64 {
        (hours_between(self.from, when) / self.hours * 100.0).clamp(0.0, 100.0)
    }

    fn head(&self) -> Markup {
        let mut svg = Svg::new("track", 20);
        let mut hour = 0.0;
        while hour <= self.hours {
            let of_day = (f64::from(self.from.hour()) + hour) % 24.0;
            let x = hour / self.hours * 100.0;
            svg.upright(if of_day == 0.0 { "mid" } else { "ax" }, x, 16.0, 20.0);
            svg.tick(if hour % 8.0 == 0.0 { "" } else { "alt" }, x, &format!("{of_day:02.0}"));
            hour += 4.0;
        }
        svg.done()
    }

    fn line(&self, air: Option<&Air>, is_quiet: bool) -> Markup {
        let mut svg = Svg::new("track tr", 20);
        svg.level("ax", 0.0, 100.0, 10.0);
        let midnight = (24.0 - f64::from(self.from.hour())) / self.hours * 100.0;
        svg.upright("mid", midnight, 0.0, 20.0);
        if let Some(air) = air {
            let class = if is_quiet { "bar k" } else { "bar" };
            svg.block(class, self.at(air.starts_home), self.at(air.ends_home), 6.0, 8.0);
        }
        svg.done()
    }
}

fn hours_between(from: DateTime, to: DateTime) -> f64 {
    from.duration_until(to).as_secs_f64() / 3_600.0
}
