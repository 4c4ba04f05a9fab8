//! Douyin's compass, Taobao, Kuaishou and Xiaohongshu.

use jiff::ToSpan as _;

use super::layout::{CHINA, Cut, Known, Layout};
use super::paper::{Cell, Paper, grouped};
use super::truth::{Kind, Row, Truth, percent};
use crate::twin::dice::Dice;

const SHANGHAI: &str = "Asia/Shanghai";
const COMPASS: &str = "douyin_compass/{m}/{d}/{r}.csv";
const TAOBAO: &str = "taobao_live/{m}/{d}/live.xlsx";
const NOTES: &str = "xiaohongshu_notes/{m}/{d}/notes.xlsx";

type Write = fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>;

pub fn layouts() -> Vec<Layout> {
    let compass = |name: &str, write: Write| {
        let layout = Layout::new(name, "douyin_compass", Kind::TenMinutes, COMPASS, write).known(Known::Reported);
        layout.markets(CHINA).entered().cut(Cut::Rooms(SHANGHAI))
    };
    let taobao = |name: &str, write: Write| {
        let layout = Layout::new(name, "taobao_live", Kind::Sessions, TAOBAO, write).known(Known::Reported);
        layout.markets(CHINA).cut(Cut::Dates(SHANGHAI))
    };
    let notes = |name: &str, write: Write| {
        let layout = Layout::new(name, "xiaohongshu_notes", Kind::Days, NOTES, write).known(Known::Reported);
        layout.markets(CHINA).cut(Cut::Once)
    };
    let kuaishou = |name: &str, write: Write| {
        let layout = Layout::new(name, "kuaishou_ads", Kind::Hours, "kuaishou_ads/{m}/{d}/1.json", write);
        layout.markets(CHINA).cut(Cut::Dates(SHANGHAI))
    };
    vec![
        compass("ten minutes, times and persons", |_, rows, dice| ten_minutes(rows, dice, true).into_bytes()),
        compass("ten minutes, times alone", |_, rows, dice| ten_minutes(rows, dice, false).into_bytes()),
        compass("ten minutes, in GB 18030", |_, rows, dice| {
            let text = ten_minutes(rows, dice, true);
            encoding_rs::GB18030.encode(&text).0.into_owned()
        })
        .changed(&[("    format: csv ", "    encoding: gb18030\n    format: csv ")]),
        compass("ten minutes, a row 整体 at the end", |_, rows, dice| {
            {
                let all: i64 = rows.iter().map(|row| row.impressions).sum();
                let entries: i64 = rows.iter().map(|row| row.entries).sum();
                ten_minutes(rows, dice, false) + &format!("整体,{all},{entries},{}\n", share(entries, all))
            }
            .into_bytes()
        }),
        taobao("sessions", |_, rows, _| sessions(rows, false)),
        taobao("sessions, seconds and `观看总时长（秒）`", |_, rows, _| sessions(rows, true)),
        notes("list of notes, the rate as a fraction", |_, rows, _| notes_of(rows, false)),
        notes("list of notes, the rate in percent", |_, rows, _| notes_of(rows, true)),
        kuaishou("hours of the API", |_, rows, _| hours(rows, rows.len())),
        kuaishou("hours of the API, first page of several", |_, rows, _| hours(rows, rows.len() + 5)).refused(),
    ]
}

fn share(of: i64, among: i64) -> String {
    percent(of, among, 2).map_or_else(|| "-".to_owned(), |rate| format!("{rate}%"))
}

fn ten_minutes(rows: &[&Row], dice: &mut Dice, has_persons: bool) -> String {
    let mut paper = Paper::default();
    if has_persons {
        paper.line([
            "时间",
            "直播间曝光人次",
            "直播间曝光人数",
            "进入人次",
            "进入人数",
            "进入率（人次）",
            "进入率（人数）",
        ]);
    } else {
        let name = if dice.one_in(2) { "直播间曝光人次" } else { "曝光次数" };
        paper.line(["时间", name, "直播间进入人次", "进入率"]);
    }
    for row in rows {
        let persons = row.impressions * 2 / 3;
        let entrants = row.entrants.min(persons);
        let mut cells: Vec<Cell> = vec![row.start.strftime("%Y-%m-%d %H:%M").to_string().into()];
        cells.push(grouped(row.impressions, ",").into());
        cells.extend(has_persons.then(|| grouped(persons, ",").into()));
        cells.push(row.entries.into());
        cells.extend(has_persons.then(|| entrants.into()));
        cells.push(share(row.entries, row.impressions).into());
        cells.extend(has_persons.then(|| share(entrants, persons).into()));
        paper.row(cells);
    }
    paper.text(',', "\n")
}

fn sessions(rows: &[&Row], in_seconds: bool) -> Vec<u8> {
    let mut paper = Paper::default();
    let total = if in_seconds { "观看总时长（秒）" } else { "观看总时长" };
    paper.line([
        "日期",
        "场次信息",
        "场次id",
        "直播开播时间",
        "开播时长",
        "封面图点击率",
        "观看人数",
        "观看次数",
        total,
        "商品点击率",
    ]);
    for row in rows {
        let length = format!("{}:{:02}:00", row.seconds / 3600, row.seconds / 60 % 60);
        paper.row(vec![
            row.start.date().to_string().into(),
            row.title.as_str().into(),
            row.id.as_str().into(),
            row.start.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
            if in_seconds { row.seconds.into() } else { length.into() },
            share(row.clicks, row.impressions).into(),
            grouped(row.entrants, ",").into(),
            grouped(row.entries, ",").into(),
            grouped(row.entries * row.mean_seconds, ",").into(),
            share(row.product_clicks, row.product_impressions).into(),
        ]);
    }
    paper.workbook("直播分场次效果")
}

fn notes_of(rows: &[&Row], in_percent: bool) -> Vec<u8> {
    let mut paper = Paper::default();
    paper.line(["最多导出前1000条"]);
    paper.line([
        "笔记标题",
        "首次发布时间",
        "体裁",
        "曝光",
        "观看量",
        "封面点击率",
        "点赞",
        "评论",
        "收藏",
        "涨粉",
        "分享",
        "人均观看时长",
    ]);
    for (number, row) in rows.iter().enumerate() {
        let published = row.start.checked_sub((24 * 3 + 5 * i64::try_from(number).unwrap()).hours()).unwrap();
        let fraction = percent(row.clicks, row.impressions, 1).and_then(|rate| rate.parse::<f64>().ok());
        let rate = match fraction {
            None => Cell::Number(0.0),
            Some(percent) if in_percent => format!("{percent}%").into(),
            Some(percent) => Cell::Number((percent * 10.0).round() / 1000.0),
        };
        paper.row(vec![
            row.title.as_str().into(),
            published.strftime("%Y年%m月%d日%H时%M分%S秒").to_string().into(),
            "图文".into(),
            row.impressions.into(),
            row.entries.into(),
            rate,
            20.into(),
            3.into(),
            9.into(),
            1.into(),
            2.into(),
            Cell::Number(13.2),
        ]);
    }
    paper.workbook("笔记列表")
}

fn hours(rows: &[&Row], all: usize) -> Vec<u8> {
    let hour = |row: &&Row| {
        let ratio =
            percent(row.clicks, row.impressions, 4).and_then(|rate| rate.parse::<f64>().ok()).unwrap_or(0.0);
        serde_json::json!({
            "stat_date": row.start.date().to_string(), "stat_hour": row.start.hour(), "campaign_id": row.id,
            "unit_id": 7, "creative_id": row.cover, "charge": 12.5, "impression": row.impressions,
            "photo_click": row.clicks, "aclick": 9000, "bclick": 12,
            "photo_click_ratio": (ratio * 10_000.0).round() / 1_000_000.0,
        })
    };
    let details: Vec<_> = rows.iter().map(hour).collect();
    let data = serde_json::json!({"total_count": all, "details": details});
    serde_json::json!({"code": 0, "message": "OK", "data": data}).to_string().into_bytes()
}
