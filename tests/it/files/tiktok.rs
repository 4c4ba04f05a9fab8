//! `TikTok` Shop LIVE: minutes of the API, and the sheets of each generation.

use jiff::civil::Date;

use super::layout::{Cut, Known, Layout};
use super::paper::{Cell, Paper, grouped};
use super::truth::{Kind, Row, Truth};
use crate::twin::dice::Dice;

const MINUTES: &str = "tiktok_shop_live/{m}/{d}/minutes/{r}/1.json";
const SHEETS: &str = "tiktok_shop_live/{m}/{d}/sheets/live.xlsx";

pub fn layouts() -> Vec<Layout> {
    let minutes = |name: &str, write: fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>| {
        Layout::new(name, "tiktok_shop_live", Kind::Minutes, MINUTES, write)
            .entered()
            .per_viewer()
            .cut(Cut::Rooms("UTC"))
    };
    let sheet = |name: &str, write: fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>| {
        let layout = Layout::new(name, "tiktok_shop_live", Kind::Sessions, SHEETS, write);
        layout.entered().beside(no_minutes).known(Known::Seen)
    };
    vec![
        minutes("minutes of the API", |truth, rows, _| minutes_of(truth, rows, "timestamp", true)),
        minutes("minutes of the API without impressions", |truth, rows, _| {
            minutes_of(truth, rows, "timestamp", false)
        }),
        minutes("minutes of the API, `start_time`", |truth, rows, _| minutes_of(truth, rows, "start_time", true)),
        sheet("sheet, room ids, all text", |_, rows, dice| rooms(rows, dice, Style::Text)),
        sheet("sheet, room ids, numbers", |_, rows, dice| rooms(rows, dice, Style::Numbers)),
        sheet("sheet, room ids, spreadsheet's times", |_, rows, dice| rooms(rows, dice, Style::Times)),
        sheet("sheet, older, rate alone", |_, rows, _| older(rows)),
        sheet("sheet of a creator, 2026", |truth, rows, dice| creator(truth, rows, dice, Style::Text)),
        sheet("sheet of a creator, 2026, tabs behind times", |truth, rows, dice| {
            creator(truth, rows, dice, Style::Numbers)
        }),
        sheet("sheet of a creator, 2026, spreadsheet's times", |truth, rows, dice| {
            creator(truth, rows, dice, Style::Times)
        }),
        sheet("sheet, rounded room ids", |_, rows, dice| rooms(rows, dice, Style::Rounded)).refused(),
        sheet("list in Thai, without a rate", |_, rows, _| thai(rows)).known(Known::Reported).refused(),
    ]
}

fn no_minutes(market: &str, date: Date) -> (String, Vec<u8>) {
    let path = MINUTES.replace("{m}", market).replace("{d}", &date.to_string()).replace("{r}", "none");
    (path, br#"{"data": {"intervals": []}}"#.to_vec())
}

fn minutes_of(truth: &Truth, rows: &[&Row], start: &str, has_impressions: bool) -> Vec<u8> {
    let interval = |row: &&Row| {
        let mut traffic = serde_json::json!({
            "views": row.entries, "viewers": row.entrants.min(row.entries),
            "avg_viewing_duration": row.mean_seconds.to_string(), "click_through_rate": "0.428",
        });
        if has_impressions {
            traffic["impressions"] = row.impressions.into();
        }
        let mut interval =
            serde_json::json!({"sku_orders": row.orders, "items_sold": row.orders * 2, "traffic": traffic});
        interval[start] = truth.at(row).as_second().into();
        interval
    };
    let intervals: Vec<_> = rows.iter().map(interval).collect();
    serde_json::json!({"code": 0, "data": {"overall": {}, "intervals": intervals}}).to_string().into_bytes()
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// As the platform exports: every cell a text.
    Text,
    /// Numbers as numbers, rates as fractions, a tab behind times.
    Numbers,
    /// Times as a spreadsheet's own.
    Times,
    /// Ids as a spreadsheet rounded them.
    Rounded,
}

fn number(number: i64, style: Style) -> Cell {
    if style == Style::Text { grouped(number, ",").into() } else { number.into() }
}

/// Of clicks among impressions: `1.35%`, or a fraction with six decimals.
fn rate(of: i64, among: i64, style: Style) -> Cell {
    if style == Style::Text {
        format!("{}%", super::truth::percent(of, among, 2).unwrap_or_else(|| "0.00".to_owned())).into()
    } else {
        let percent = super::truth::percent(of, among, 4).unwrap_or_default();
        Cell::Number(percent.parse::<f64>().map_or(0.0, |percent| (percent * 10_000.0).round() / 1_000_000.0))
    }
}

/// Days since 1899-12-30.
#[expect(clippy::cast_precision_loss, reason = "minutes of this century are few")]
fn serial(row: &Row) -> Cell {
    let first: Date = "1899-12-30".parse().unwrap();
    let days = i64::from(first.until(row.start.date()).unwrap().get_days());
    let minutes = i64::from(row.start.hour()) * 60 + i64::from(row.start.minute());
    Cell::Serial(days as f64 + minutes as f64 / 1440.0)
}

fn start(row: &Row, style: Style, format: &str) -> Cell {
    let text = row.start.strftime(format).to_string();
    match style {
        Style::Times => serial(row),
        Style::Numbers => format!("{text}\t").into(),
        Style::Text | Style::Rounded => text.into(),
    }
}

fn length(row: &Row, style: Style) -> Cell {
    let (hours, minutes) = (row.seconds / 3600, row.seconds / 60 % 60);
    match style {
        Style::Text if hours > 0 => format!("{hours}h{minutes}m").into(),
        Style::Text => format!("{minutes}m").into(),
        _ => row.seconds.into(),
    }
}

/// A line with the range, an empty one, the header.
fn preamble(paper: &mut Paper, dice: &mut Dice) {
    paper.line(["2026-03-01 ~ 2027-02-28"]);
    if dice.one_in(2) {
        paper.row(Vec::new());
    }
}

fn rooms(rows: &[&Row], dice: &mut Dice, style: Style) -> Vec<u8> {
    let mut paper = Paper::default();
    preamble(&mut paper, dice);
    paper.line([
        "Room ID",
        "Room Title",
        "Start Time",
        "End Time",
        "Duration",
        "Attributed GMV",
        "Attributed SKU orders",
        "Views",
        "Impressions",
        "Avg. viewing duration per view",
        "Tap through rate",
        "LIVE CTR",
        "CTR",
    ]);
    for row in rows {
        let id = match style {
            #[expect(clippy::cast_precision_loss, reason = "that is what spreadsheets do")]
            Style::Rounded => Cell::Number(row.id.parse::<u64>().unwrap() as f64),
            _ => row.id.as_str().into(),
        };
        let mean = if style == Style::Text {
            format!("{}m{}s", row.mean_seconds / 60, row.mean_seconds % 60).into()
        } else {
            row.mean_seconds.into()
        };
        paper.row(vec![
            id,
            row.title.as_str().into(),
            start(row, style, "%Y-%m-%d %H:%M:%S"),
            "2026-12-31 23:59:59".into(),
            length(row, style),
            "£1,204.50".into(),
            number(row.orders, style),
            number(row.entries, style),
            number(row.impressions, style),
            mean,
            rate(row.entries, row.impressions, style),
            rate(row.product_clicks, row.entries.max(row.product_clicks), style),
            rate(row.product_clicks, row.product_impressions, style),
        ]);
    }
    paper.workbook("performance_detail")
}

fn older(rows: &[&Row]) -> Vec<u8> {
    let mut paper = Paper::default();
    paper.line(["LIVE ID", "Start time", "Duration", "Viewers", "Views", "Enter room rate", "CTR"]);
    for row in rows {
        let length = format!("{}:{:02}:00", row.seconds / 3600, row.seconds / 60 % 60);
        paper.row(vec![
            row.id.as_str().into(),
            start(row, Style::Text, "%Y-%m-%d %H:%M:%S"),
            length.into(),
            row.entrants.into(),
            row.entries.into(),
            rate(row.entries, row.impressions, Style::Text),
            rate(row.product_clicks, row.product_impressions, Style::Text),
        ]);
    }
    paper.workbook("Sheet1")
}

fn creator(_: &Truth, rows: &[&Row], dice: &mut Dice, style: Style) -> Vec<u8> {
    let mut paper = Paper::default();
    preamble(&mut paper, dice);
    paper.line([
        "Livestream",
        "Start time",
        "Duration",
        "Attributed GMV",
        "Attributed orders",
        "Attributed SKU orders",
        "Views",
        "LIVE impressions",
        "Avg. viewing duration",
        "Tap-through rate",
        "CTR",
        "LIVE CTR",
        "Product clicks",
        "Avg. viewing duration per viewer",
        "Product impressions",
        "New followers",
    ]);
    for row in rows {
        paper.row(vec![
            row.title.as_str().into(),
            start(row, style, "%Y-%m-%d %H:%M"),
            row.seconds.into(),
            "$114.00".into(),
            row.orders.into(),
            row.orders.into(),
            row.entries.into(),
            row.impressions.into(),
            row.mean_seconds.into(),
            rate(row.entries, row.impressions, Style::Numbers),
            rate(row.product_clicks, row.entries.max(row.product_clicks), Style::Numbers),
            rate(row.product_clicks, row.product_impressions, Style::Numbers),
            row.product_clicks.into(),
            47.into(),
            row.product_impressions.into(),
            3.into(),
        ]);
    }
    paper.workbook("Sheet1")
}

fn thai(rows: &[&Row]) -> Vec<u8> {
    let mut paper = Paper::default();
    paper.line([
        "ครีเอเตอร์ ID",
        "ชื่อเล่น",
        "เริ่ม",
        "ระยะเวลา",
        "คำสั่งซื้อ SKU จาก LIVE",
        "ผู้ชม",
        "ยอดการดู",
        "อัตราการคลิกผ่าน (CTR)",
    ]);
    for row in rows {
        paper.row(vec![
            row.id.as_str().into(),
            row.title.as_str().into(),
            start(row, Style::Text, "%Y-%m-%d %H:%M"),
            row.seconds.into(),
            row.orders.into(),
            row.entrants.into(),
            row.entries.into(),
            rate(row.product_clicks, row.product_impressions, Style::Text),
        ]);
    }
    paper.workbook("Sheet1")
}
