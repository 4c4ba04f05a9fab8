//! The templates of a log of covers: what they are, and that a filled one goes the whole way.
//!
//! The workbooks in `templates/` are made here: who changes them records them anew.

use std::path::PathBuf;

use rust_xlsxwriter::{
    DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format as Style, FormatBorder, Workbook,
};

use crate::scenario::Scenario;

const RECORD: &str = "COVERLEDGER_RECORD_TEMPLATES";
const COMMAND: &str = "COVERLEDGER_RECORD_TEMPLATES=1 cargo test --test it templates";

/// A template in a language.
struct Template {
    name: &'static str,
    sheet: &'static str,
    header: [&'static str; 6],
    /// A sheet that says how it is kept: no column of it is one of the log's.
    help: (&'static str, &'static [&'static str]),
}

const ENGLISH: Template = Template {
    name: "cover_log",
    sheet: "covers",
    header: ["market", "broadcast", "cover", "from (market time)", "until (market time)", "note"],
    help: (
        "how to keep it",
        &[
            "One row for each time a cover goes on air.",
            "The market is called as in config/markets.yaml, such as US. The broadcast is the id that the platform's exports have.",
            "The cover is a name of your own; the same picture always has the same name.",
            "Times are by the clock of the market, such as 2026-11-20 19:00. If you keep all of them by one clock instead, name it in both headers: from (Asia/Shanghai).",
            "Leave the end empty while the cover is on air, or if the next one follows at once.",
            "The columns of ids are text, so that Excel does not round them. The note is for you; nothing reads it.",
            "Then: coverledger inspect TABLE cover_log.xlsx --write config/platforms/NAME.yaml",
        ],
    ),
};

const CHINESE: Template = Template {
    name: "cover_log_zh",
    sheet: "封面",
    header: ["市场", "场次", "封面", "开始（当地时间）", "结束（当地时间）", "备注"],
    help: (
        "填写说明",
        &[
            "每次上一个封面，写一行。",
            "市场按 config/markets.yaml 里的名称写，例如 US。场次写平台导出表里的直播 ID。",
            "封面用自己起的名称；同一张图始终用同一个名称。",
            "时间按市场当地的时钟写，例如 2026-11-20 19:00。若全部按同一个时区记录，请把两个表头改成：开始（北京时间）、结束（北京时间）。",
            "封面还在播，或下一个封面紧接着上，结束时间可以留空。",
            "ID 列为文本格式，以免 Excel 四舍五入。备注只给自己看，程序不读。",
            "然后运行：coverledger inspect 数据表 cover_log_zh.xlsx --write config/platforms/NAME.yaml",
        ],
    ),
};

/// market, broadcast, cover, from, until
type Row = [&'static str; 5];

impl Template {
    fn workbook(&self, rows: &[Row]) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_ymd(2026, 11, 1).unwrap();
        workbook.set_properties(&DocProperties::new().set_title("coverledger").set_creation_datetime(&made));
        let head = Style::new().set_bold().set_border_bottom(FormatBorder::Thin);
        let (text, time) = (Style::new().set_num_format("@"), Style::new().set_num_format("yyyy-mm-dd hh:mm"));
        let sheet = workbook.add_worksheet().set_name(self.sheet).unwrap();
        for (column, (name, width)) in (0..).zip(self.header.iter().zip([10, 24, 24, 20, 20, 30])) {
            sheet.set_column_width(column, width).unwrap();
            let style = if matches!(column, 3 | 4) { &time } else { &text };
            sheet.set_column_format(column, style).unwrap();
            sheet.write_string_with_format(0, column, *name, &head).unwrap();
        }
        sheet.set_freeze_panes(1, 0).unwrap();
        let is_a_time = DataValidation::new().allow_date(DataValidationRule::GreaterThan(made.clone()));
        let is_a_time = is_a_time.set_error_message("2026-11-20 19:00").unwrap();
        sheet.add_data_validation(1, 3, 10_000, 4, &is_a_time).unwrap();
        for (row, cells) in (1..).zip(rows) {
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                if column >= 3 {
                    let at = ExcelDateTime::parse_from_str(cell).unwrap();
                    sheet.write_datetime_with_format(row, column, &at, &time).unwrap();
                } else {
                    sheet.write_string_with_format(row, column, *cell, &text).unwrap();
                }
            }
        }
        let help = workbook.add_worksheet().set_name(self.help.0).unwrap();
        help.set_column_width(0, 120).unwrap();
        for (row, line) in (0..).zip(self.help.1) {
            help.write_string(row, 0, *line).unwrap();
        }
        workbook.save_to_buffer().unwrap()
    }

    /// The template as CSV with rows below its header.
    fn csv(&self, rows: &[Row]) -> String {
        let mut text = std::fs::read_to_string(folder().join(format!("{}.csv", self.name))).unwrap();
        for row in rows {
            text.push_str(&row.join(","));
            text.push_str(",\r\n");
        }
        text
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("templates")
}

#[test]
fn the_workbooks_are_those_that_are_made_here() {
    for template in [&ENGLISH, &CHINESE] {
        let (path, made) = (folder().join(format!("{}.xlsx", template.name)), template.workbook(&[]));
        if std::env::var_os(RECORD).is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let there = std::fs::read(&path).unwrap_or_default();
        assert!(there == made, "{} is not what is made here: record it with\n    {COMMAND}", path.display());
        let csv = std::fs::read_to_string(path.with_extension("csv")).unwrap();
        let header = csv.trim_start_matches('\u{feff}').trim_end();
        assert_eq!(header, template.header.join(","), "the CSV has the same columns");
    }
}

#[test]
fn the_demo_brings_them_along() {
    let scenario = Scenario::new();
    scenario.cli(&["demo", "demo", "--events", "2000", "--days", "2", "--generate-only"]).exits(0);
    let brought = scenario.tree("demo/templates");
    assert_eq!(brought.len(), 4, "{:?}", brought.keys());
    for (name, bytes) in brought {
        assert!(std::fs::read(folder().join(&name)).unwrap() == bytes, "{name}");
    }
}

const ROWS: [Row; 3] = [
    ["GB", "7388120045001234567", "red-dress", "2026-11-20 18:00", "2026-11-20 19:00"],
    ["GB", "7388120045001234567", "蓝裙", "2026-11-20 19:00", "2026-11-20 21:00"],
    ["JP", "r2", "red-dress", "2026-11-20 20:00", ""],
];

const HOURS: &str = "market,room_id,start_time,end_time,impressions,clicks,ctr\n\
    GB,7388120045001234567,2026-11-20T18:00:00Z,2026-11-20T19:00:00Z,1000,50,5.00%\n\
    GB,7388120045001234567,2026-11-20T19:00:00Z,2026-11-20T20:00:00Z,800,20,2.50%\n\
    JP,r2,2026-11-20T11:00:00Z,2026-11-20T12:00:00Z,400,10,2.50%\n";

/// As somebody who has never seen the program: table and log in, commands as they are told, numbers out.
#[track_caller]
fn goes_the_whole_way(log: &str, content: &[u8]) {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 2)
        .at("2026-11-22T03:00:00Z");
    scenario.write("Downloads/hours.csv", HOURS);
    scenario.write(&format!("Downloads/{log}"), content);
    let file = format!("Downloads/{log}");
    let draft = "config/platforms/shop.yaml";
    let inspected = scenario.cli(&["inspect", "Downloads/hours.csv", &file, "--write", draft]).exits(0);
    let inspected = inspected.says("a log of covers").says("the header says: that of each row's market");
    assert!(!inspected.stdout.contains("does not load"), "nothing is to be decided\n{}", inspected.stdout);
    let text = std::fs::read_to_string(scenario.path(draft)).unwrap();
    assert!(text.contains("cover_id: log"), "{text}");

    let log_key = format!("shop/covers/{log}");
    let sample = [
        "check",
        "--sample",
        "Downloads/hours.csv",
        "--as",
        "shop/counts",
        "--path",
        "shop/hours.csv",
        "--sample",
        &file,
        "--as",
        "shop/cover_log",
        "--path",
        &log_key,
    ];
    scenario
        .cli(&sample)
        .exits(0)
        .says("3 records: 3 counted")
        .says("2026-11-20 19:00:00   2026-11-20")
        .says("shop/JP/2026-11-20");
    scenario.deliver("shop/hours.csv", HOURS);
    scenario.deliver(&log_key, content);
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"]).exits(0).expect_table(
        "funnel",
        "market  slot       broadcast_id         cover_id   contaminated  impressions  clicks
         GB      afternoon  7388120045001234567  red-dress  false         1000         50
         GB      prime      7388120045001234567  蓝裙         false         800          20
         JP      prime      r2                   red-dress  false         400          10",
    );
}

#[test]
fn a_filled_workbook_goes_the_whole_way() {
    goes_the_whole_way("cover_log.xlsx", &ENGLISH.workbook(&ROWS));
}

#[test]
fn a_filled_workbook_in_chinese_goes_the_whole_way() {
    goes_the_whole_way("cover_log_zh.xlsx", &CHINESE.workbook(&ROWS));
}

#[test]
fn filled_csv_goes_the_whole_way() {
    goes_the_whole_way("cover_log.csv", ENGLISH.csv(&ROWS).as_bytes());
    goes_the_whole_way("cover_log_zh.csv", CHINESE.csv(&ROWS).as_bytes());
}

#[test]
fn a_log_by_itself_or_on_a_clock_that_nothing_names_asks_and_does_not_load() {
    let scenario = Scenario::new().market("GB", "timezone: Europe/London, slots: day_parts").job("shop", "GB", 2);
    let header = "market,broadcast,cover,from,until\n";
    let rows = "GB,7388120045001234567,red,2026-11-20 18:00,2026-11-20 19:00\nGB,7388120045001234567,blue,2026-11-20 19:00,\n";
    scenario.write("log.csv", format!("{header}{rows}"));
    scenario.write("hours.csv", HOURS);
    let alone = scenario.cli(&["inspect", "log.csv", "--write", "config/platforms/shop.yaml"]).exits(0);
    alone.says("a log of covers counts nothing by itself").says("whose clock `from` is on");
    scenario.cli(&["check"]).exits(3);
    std::fs::remove_file(scenario.path("config/platforms/shop.yaml")).unwrap();

    let both = ["inspect", "log.csv", "hours.csv", "--write", "config/platforms/shop.yaml"];
    scenario.cli(&both).exits(0).says("of the log of covers: whose clock `from` is on");
    scenario.cli(&["check"]).exits(3);
    let text = std::fs::read_to_string(scenario.path("config/platforms/shop.yaml")).unwrap();
    let decided = text.replace("      # from: {", "      from: {").replace("      # until: {", "      until: {");
    assert_ne!(decided, text);
    scenario.write("config/platforms/shop.yaml", &decided);
    scenario.cli(&["check"]).exits(3);
    scenario.write("config/platforms/shop.yaml", decided.replace("timezone: ZONE", "timezone: Asia/Shanghai"));
    scenario.cli(&["check"]).exits(0);
}
