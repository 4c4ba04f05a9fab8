//! When: a heat map of slots by audiences, on the market's clock with the team's own beside it.

use maud::{Markup, html};

use super::calendar::hour;
use super::definitions::define;
use super::figure::{cell, key};
use super::metric::Metric;
use super::number::Form;
use super::sheet::Sheet;
use super::words::{name, named, say};
use super::{AudienceRow, Row, Slot, SlotCell, SlotMap};

/// Broadcasts below which a cell has no colour.
const ENOUGH: f64 = 8.0;

pub(super) fn slot_map(sheet: &Sheet<'_>, map: &SlotMap) -> Markup {
    let metric = Metric::of(Some(map.metric));
    let ramp = Ramp::of(map);
    html! {
        table.heat data-t=(map.row.table.as_str()) data-k=(key(&map.row, None)) {
            caption {
                b { (Sheet::place(&map.place)) } (say(": expected, ", "：预计"))
                (metric.unit())
                (say("; below it the 95\u{a0}% interval", "；下方为 95% 区间"))
            }
            thead { tr {
                th scope="col" { (say("Audience", "人群")) }
                @for (slot, at) in map.slots.iter().zip(0..) { (head(sheet, slot, is_best(map, at))) }
            } }
            tbody {
                @for row in map.audiences.iter().filter(|row| row.id != "all") { (audience(sheet, map, row, &ramp)) }
            }
            @if let Some(all) = map.audiences.iter().find(|row| row.id == "all") {
                tbody.all { (audience(sheet, map, all, &ramp)) (hourly(sheet, map, all)) }
            }
        }
        (ramp.legend(metric))
        @if map.more_audiences > 0 {
            p.cap { (say(format!("{} more audiences are met less: slot_plan has them.", map.more_audiences), format!("另有 {} 个人群出现较少，见 slot_plan。", map.more_audiences))) }
        }
    }
}

/// Whether it is the slot that is sure to bring most, of all audiences together.
fn is_best(map: &SlotMap, at: usize) -> bool {
    let all = map.audiences.iter().find(|row| row.id == "all");
    all.and_then(|row| row.cells.get(at)).and_then(Option::as_ref).is_some_and(|cell| cell.is_best_proven)
}

fn head(sheet: &Sheet<'_>, slot: &Slot, is_best: bool) -> Markup {
    let next_day = slot.starts_home.date() != slot.starts_local.date();
    let later = if slot.starts_home.date() > slot.starts_local.date() { "+1" } else { "−1" };
    html! {
        th.best[is_best] scope="col" {
            b { (name(&slot.title)) }
            i { (hour(slot.starts_local)) "–" wbr; (hour(slot.ends_local)) }
            i { span.vh { (named(&sheet.brief.home.en)) " " } (hour(slot.starts_home)) "–" wbr; (hour(slot.ends_home)) @if next_day { sup { (later) } } }
        }
    }
}

fn audience(sheet: &Sheet<'_>, map: &SlotMap, row: &AudienceRow, ramp: &Ramp) -> Markup {
    html! {
        tr data-k=(key_part("audience", &row.id)) {
            th scope="row" { @if row.id == "all" { (say("All", "全部")) } @else { (name(&row.title)) } }
            @for (slot, cell) in map.slots.iter().zip(&row.cells) { (one(sheet, slot, cell.as_ref(), ramp)) }
        }
    }
}

fn one(sheet: &Sheet<'_>, slot: &Slot, found: Option<&SlotCell>, ramp: &Ramp) -> Markup {
    let Some(found) = found else {
        return html! { td.few { "–" span.vh { (say("never on air", "从未开播")) } } };
    };
    let class = ramp.class(found);
    html! {
        td class=(class) data-k=(key_part("slot", &slot.id)) {
            span.v { (cell(sheet, &found.rate.point, ramp.form)) }
            @if found.rate.low.value.is_some() {
                small { (cell(sheet, &found.rate.low, ramp.form)) "–" (cell(sheet, &found.rate.high, ramp.form)) }
            } @else {
                small { (cell(sheet, &found.broadcasts, Form::Count)) (say(" shows", " 场")) }
            }
            @if found.is_best_proven { span.vh { (say(" best slot by what it brings at least", " 有把握的最佳时段")) } }
        }
    }
}

/// What an hour brings, under all audiences together: it decides the hour.
fn hourly(sheet: &Sheet<'_>, map: &SlotMap, all: &AudienceRow) -> Markup {
    html! {
        tr data-k=(key_part("audience", &all.id)) {
            th scope="row" { (define("slot", say("An hour brings", "每小时带来"))) }
            @for (slot, found) in map.slots.iter().zip(&all.cells) {
                @match found {
                    Some(found) => { td.hr data-k=(key_part("slot", &slot.id)) { (cell(sheet, &found.per_hour.point, Form::About)) } }
                    None => { td.hr { "–" span.vh { (say("never on air", "从未开播")) } } }
                }
            }
        }
    }
}

fn key_part(column: &'static str, value: &str) -> String {
    key(&Row { table: coverledger_core::model::TableName::SlotPlan, key: vec![(column, value.to_owned())] }, None)
}

/// Six steps of one hue between the least and the most that is shown.
struct Ramp {
    least: f64,
    most: f64,
    form: Form,
}

impl Ramp {
    fn of(map: &SlotMap) -> Self {
        let cells = map.audiences.iter().flat_map(|row| row.cells.iter().flatten());
        let rates = cells.filter(|cell| has_colour(cell)).filter_map(|cell| cell.rate.point.value);
        let (least, most) =
            rates.fold((f64::MAX, f64::MIN), |(least, most), rate| (least.min(rate), most.max(rate)));
        Self { least, most, form: Metric::of(Some(map.metric)).form() }
    }

    fn class(&self, cell: &SlotCell) -> String {
        let step = match cell.rate.point.value {
            Some(rate) if has_colour(cell) && self.most > self.least => {
                let share = (rate - self.least) / (self.most - self.least);
                ["q1", "q2", "q3", "q4", "q5", "q6"]
                    .into_iter()
                    .zip(1..)
                    .find(|(_, at)| share * 6.0 <= f64::from(*at))
                    .map_or("q6", |(class, _)| class)
            }
            Some(_) if has_colour(cell) => "q3",
            _ => "few",
        };
        if cell.is_best_proven { format!("{step} top1") } else { step.to_owned() }
    }

    fn legend(&self, metric: Metric) -> Markup {
        html! {
            p.lg {
                @if self.most > self.least {
                    span { (metric.form().write(self.least).0)
                        span.ramp aria-hidden="true" { i.q1 {} i.q2 {} i.q3 {} i.q4 {} i.q5 {} i.q6 {} }
                        (metric.form().write(self.most).0) }
                }
                span { i.sq.few {} (say("fewer than 8 broadcasts: no colour", "少于 8 场直播：不着色")) }
                span { u { "4.2" } " " (say("best slot of that audience by what it brings at least", "该人群有把握的最佳时段")) }
            }
        }
    }
}

fn has_colour(cell: &SlotCell) -> bool {
    cell.broadcasts.value.is_some_and(|broadcasts| broadcasts >= ENOUGH)
}
