//! Shopee and Lazada.

use jiff::civil::Date;

use super::layout::{Known, Layout};
use super::paper::{Paper, grouped};
use super::truth::{Kind, Row, Truth, percent};
use crate::twin::dice::Dice;

const SESSIONS: &str = "shopee_live/{m}/{d}/sessions.json";
const SHEETS: &str = "shopee_live/{m}/{d}/live.xlsx";
const LAZADA: &str = "lazada_live/{m}/{d}/live.xlsx";

type Write = fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>;

pub fn layouts() -> Vec<Layout> {
    let shopee = |name: &str, write: Write| {
        let layout = Layout::new(name, "shopee_live", Kind::Sessions, SHEETS, write);
        layout.known(Known::Reported).beside(no_sessions)
    };
    let lazada = |name: &str, write: Write| {
        Layout::new(name, "lazada_live", Kind::Sessions, LAZADA, write).known(Known::Reported)
    };
    vec![
        Layout::new("sessions of the API", "shopee_live", Kind::Sessions, SESSIONS, |truth, rows, _| {
            answers(truth, rows)
        }),
        shopee("sheet, English", |_, rows, _| shopee_sheet(rows, false)),
        shopee("sheet, Indonesian", |_, rows, _| shopee_sheet(rows, true))
            .changed(&[("    format: xlsx\n", "    format: xlsx\n    numbers: {decimal: \",\", group: \".\"}\n")]),
        lazada("sheet", |_, rows, _| lazada_sheet(rows, false)),
        lazada("sheet, `(PV)` and `(UV)`", |_, rows, _| lazada_sheet(rows, true)),
    ]
}

fn no_sessions(market: &str, date: Date) -> (String, Vec<u8>) {
    (SESSIONS.replace("{m}", market).replace("{d}", &date.to_string()), b"[]".to_vec())
}

fn answers(truth: &Truth, rows: &[&Row]) -> Vec<u8> {
    let session = |row: &&Row| {
        let start = truth.at(row).as_second();
        serde_json::json!({
            "detail": {
                "session_id": row.id.parse::<u64>().unwrap(), "title": row.title,
                "cover_image_url": format!("https://cf.shopee.test/{}.jpg", row.cover),
                "start_time": start, "end_time": start + row.seconds, "is_test": false,
            },
            "metric": {"views": row.entries, "avg_viewing_duration": row.mean_seconds, "ctr": 0.428, "orders": row.orders},
        })
    };
    let mut sessions: Vec<_> = rows.iter().map(session).collect();
    if let Some(first) = sessions.first().cloned() {
        let mut test = first;
        test["detail"]["is_test"] = true.into();
        test["detail"]["session_id"] = 1.into();
        sessions.push(test);
    }
    serde_json::Value::Array(sessions).to_string().into_bytes()
}

fn shopee_sheet(rows: &[&Row], is_indonesian: bool) -> Vec<u8> {
    let mut paper = Paper::default();
    if is_indonesian {
        paper.line(["ID Sesi", "Waktu Mulai", "Durasi", "Penonton", "Dilihat", "Penjualan (Rp)", "CTR"]);
    } else {
        paper.line(["Session ID", "Start Time", "Duration", "Viewers", "Views", "Sales", "CTR"]);
    }
    let (group, point) = if is_indonesian { (".", ",") } else { (",", ".") };
    for row in rows {
        let length = format!("{:02}:{:02}:00", row.seconds / 3600, row.seconds / 60 % 60);
        let rate = percent(row.product_clicks, row.product_impressions, 1).unwrap().replace('.', point);
        paper.row(vec![
            row.id.as_str().into(),
            row.start.strftime("%Y-%m-%d %H:%M").to_string().into(),
            length.into(),
            grouped(row.entrants, group).into(),
            grouped(row.entries, group).into(),
            "1204500".into(),
            format!("{rate}%").into(),
        ]);
    }
    paper.workbook("Livestream List")
}

fn lazada_sheet(rows: &[&Row], has_units: bool) -> Vec<u8> {
    let mut paper = Paper::default();
    if has_units {
        paper.line([
            "Session ID",
            "Session Start Time",
            "Live Duration",
            "Viewers (UV)",
            "Views (PV)",
            "Avg. watch time",
            "Product Guided Rate",
        ]);
    } else {
        paper.line([
            "Live ID",
            "Start Time",
            "Duration",
            "Viewers",
            "Views",
            "Avg watch time",
            "Product Guided Rate",
        ]);
    }
    for row in rows {
        let length = format!("{}:{:02}:00", row.seconds / 3600, row.seconds / 60 % 60);
        let mean = format!("{:02}:{:02}", row.mean_seconds / 60, row.mean_seconds % 60);
        paper.row(vec![
            format!("L{}", &row.id[10..]).into(),
            row.start.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
            length.into(),
            row.entrants.into(),
            grouped(row.entries, ",").into(),
            mean.into(),
            format!("{}%", percent(row.product_clicks, row.product_impressions, 1).unwrap()).into(),
        ]);
    }
    paper.workbook("Sheet1")
}
