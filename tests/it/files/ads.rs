//! Reports of ads: APIs with and without pages, and what people download.

use super::layout::{Cut, Known, Layout, WEST};
use super::paper::{Cell, Paper, grouped, utf_16};
use super::truth::{Kind, Row, Truth, percent};
use crate::twin::clocks::zone;
use crate::twin::dice::Dice;

const PACIFIC: &str = "America/Los_Angeles";
const MANAGER: &str = "tiktok_ads_manager/{m}/{d}/report.csv";
const GOOGLE: &str = "google_ads/{m}/{d}/report.csv";

type Write = fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>;

pub fn layouts() -> Vec<Layout> {
    let api = |name: &str, write: Write| {
        let layout = Layout::new(name, "tiktok_ads", Kind::Hours, "tiktok_ads/{m}/{d}.json", write);
        layout.cut(Cut::Dates(PACIFIC))
    };
    let meta = |name: &str, write: Write| {
        let layout = Layout::new(name, "meta_ads", Kind::Hours, "meta_ads/{m}/{d}.json", write);
        layout.cut(Cut::Dates("market"))
    };
    let manager = |name: &str, write: Write| {
        let layout = Layout::new(name, "tiktok_ads_manager", Kind::Days, MANAGER, write).known(Known::Seen);
        layout.markets(WEST).cut(Cut::Once).by_name()
    };
    let google = |name: &str, write: Write| {
        let layout = Layout::new(name, "google_ads", Kind::Days, GOOGLE, write).known(Known::Reported);
        layout.markets(WEST).cut(Cut::Once).by_name()
    };
    vec![
        api("hours of the API, that does not say of how many rows", |truth, rows, _| tiktok(truth, rows, None))
            .refused(),
        api("hours of the API, all on one page", |truth, rows, _| tiktok(truth, rows, Some(rows.len()))),
        api("hours of the API, first page of several", |truth, rows, _| tiktok(truth, rows, Some(rows.len() + 7)))
            .refused(),
        api("hours of the API, an error with an empty list", |_, _, _| {
            br#"{"code": 50000, "message": "Internal service error", "data": {"list": []}}"#.to_vec()
        })
        .refused(),
        meta("hours of the audience", |_, rows, _| facebook(rows, false)),
        meta("hours of the audience, first page of several", |_, rows, _| facebook(rows, true)).refused(),
        manager("Ads Manager, `Impression`", |_, rows, dice| ads_manager(rows, dice, true)),
        manager("Ads Manager, `By Day`", |_, rows, dice| ads_manager(rows, dice, false)).known(Known::Reported),
        google("English, segmented by day", |_, rows, dice| {
            adwords(rows, dice, true).text(',', "\n").into_bytes()
        }),
        google("English, `Excel .csv`", |_, rows, dice| utf_16(&adwords(rows, dice, true).text('\t', "\r\n")))
            .changed(&[("format: csv", "format: tsv")]),
        google("English, without days", |_, rows, dice| adwords(rows, dice, false).text(',', "\n").into_bytes())
            .refused(),
        google("German", |_, rows, _| german(rows))
            .changed(&[("    format: csv\n", "    format: csv\n    numbers: {decimal: \",\", group: \".\"}\n")]),
    ]
}

fn tiktok(truth: &Truth, rows: &[&Row], of_all: Option<usize>) -> Vec<u8> {
    let hour = |row: &&Row| {
        let at = truth.at(row).to_zoned(zone(PACIFIC)).strftime("%Y-%m-%d %H:%M:%S").to_string();
        serde_json::json!({
            "dimensions": {"ad_id": row.cover, "stat_time_hour": at},
            "metrics": {
                "campaign_id": row.id, "impressions": row.impressions.to_string(), "clicks": row.clicks.to_string(),
                "ctr": percent(row.clicks, row.impressions, 2).unwrap_or_else(|| "0.00".to_owned()),
                "live_views": row.entries.to_string(), "live_unique_views": row.entrants.to_string(),
            },
        })
    };
    let list: Vec<_> = rows.iter().map(hour).collect();
    let mut data = serde_json::json!({ "list": list });
    if let Some(all) = of_all {
        data["page_info"] = serde_json::json!({"page": 1, "page_size": 1000, "total_number": all, "total_page": if all > rows.len() { 2 } else { 1 }});
    }
    serde_json::json!({"code": 0, "message": "OK", "data": data}).to_string().into_bytes()
}

fn facebook(rows: &[&Row], goes_on: bool) -> Vec<u8> {
    let hour = |row: &&Row| {
        let hour = row.start.hour();
        serde_json::json!({
            "date_start": row.start.date().to_string(), "date_stop": row.start.date().to_string(),
            "campaign_id": row.id, "ad_id": row.cover,
            "impressions": row.impressions.to_string(), "clicks": row.clicks.to_string(),
            "ctr": percent(row.clicks, row.impressions, 4).unwrap_or_else(|| "0".to_owned()),
            "hourly_stats_aggregated_by_audience_time_zone": format!("{hour:02}:00:00 - {hour:02}:59:59"),
        })
    };
    let data: Vec<_> = rows.iter().map(hour).collect();
    let mut paging = serde_json::json!({"cursors": {"before": "MAZDZD", "after": "MjQZD"}});
    if goes_on {
        paging["next"] = "https://graph.facebook.test/v26.0/act_1/insights?after=MjQZD".into();
    }
    serde_json::json!({ "data": data, "paging": paging }).to_string().into_bytes()
}

fn ads_manager(rows: &[&Row], dice: &mut Dice, is_old: bool) -> Vec<u8> {
    let mut paper = Paper::default();
    if is_old {
        paper.line([
            "Campaign name",
            "Ad Group Name",
            "Date",
            "Ad Name",
            "Cost",
            "Impression",
            "Clicks (Destination)",
            "CTR (Destination)",
            "Conversions",
            "Currency",
        ]);
    } else {
        paper.line([
            "Campaign name",
            "Ad group name",
            "By Day",
            "Ad name",
            "Cost",
            "Impressions",
            "Clicks (destination)",
            "CTR (destination)",
            "Conversions",
            "Currency",
        ]);
    }
    let sum = |of: fn(&Row) -> i64| rows.iter().map(|row| of(row)).sum::<i64>();
    let (shown, clicks, orders) = (sum(|row| row.impressions), sum(|row| row.clicks), sum(|row| row.orders));
    let rate = |of, among| {
        let rate = percent(of, among, 2).unwrap_or_else(|| "0.00".to_owned());
        if is_old { rate } else { format!("{rate}%") }
    };
    for row in rows {
        paper.row(vec![
            row.campaign.as_str().into(),
            "Group".into(),
            row.start.date().to_string().into(),
            row.cover.as_str().into(),
            "12.50".into(),
            row.impressions.into(),
            row.clicks.into(),
            rate(row.clicks, row.impressions).into(),
            row.orders.into(),
            "USD".into(),
        ]);
    }
    if !dice.one_in(6) {
        let total = format!("Total of {} results", rows.len());
        let blanks: [Cell; 3] = std::array::from_fn(|_| "-".into());
        let mut cells: Vec<Cell> = vec![total.into()];
        cells.extend(blanks);
        cells.extend([
            "750.00".into(),
            shown.into(),
            clicks.into(),
            rate(clicks, shown).into(),
            orders.into(),
            Cell::from("USD"),
        ]);
        paper.row(cells);
    }
    format!("\u{feff}{}", paper.text(',', "\n")).into_bytes()
}

fn adwords(rows: &[&Row], dice: &mut Dice, by_day: bool) -> Paper {
    let mut paper = Paper::default();
    paper.line(["Campaign report"]);
    paper.line(["March 1, 2026 - February 28, 2027"]);
    let day = if by_day { "Day" } else { "Campaign status" };
    paper.line([day, "Campaign", "Campaign ID", "Currency code", "Cost", "Impr.", "Clicks", "CTR", "Conversions"]);
    let line = |paper: &mut Paper, first: String, campaign: &str, shown: i64, clicks: i64| {
        let rate = percent(clicks, shown, 2).map_or_else(|| "--".to_owned(), |rate| format!("{rate}%"));
        paper.row(vec![
            first.into(),
            campaign.into(),
            if campaign == "--" { "--" } else { "12345678901" }.into(),
            "CAD".into(),
            "1,020.50".into(),
            grouped(shown, ",").into(),
            grouped(clicks, ",").into(),
            rate.into(),
            "2.50".into(),
        ]);
    };
    let (mut shown, mut clicks) = (0, 0);
    for row in rows {
        let first = if by_day { row.start.date().to_string() } else { "Enabled".to_owned() };
        line(&mut paper, first, &row.campaign, row.impressions, row.clicks);
        (shown, clicks) = (shown + row.impressions, clicks + row.clicks);
    }
    let totals = ["Total: Account", "Total: Campaigns", "Total: Video"];
    for total in totals.iter().take(1 + dice.below(3)) {
        line(&mut paper, (*total).to_owned(), "--", shown, clicks);
    }
    paper
}

fn german(rows: &[&Row]) -> Vec<u8> {
    let mut paper = Paper::default();
    paper.line(["Kampagnenbericht"]);
    paper.line(["1. März 2026 - 28. Februar 2027"]);
    paper.line(["Tag", "Kampagne", "Währungscode", "Kosten", "Impr.", "Klicks", "Conversions"]);
    let (mut shown, mut clicks) = (0, 0);
    let mut line = |first: String, campaign: &str, shown: i64, clicks: i64| {
        paper.row(vec![
            first.into(),
            campaign.into(),
            "EUR".into(),
            "1.234,56".into(),
            grouped(shown, ".").into(),
            grouped(clicks, ".").into(),
            "3,00".into(),
        ]);
    };
    for row in rows {
        line(row.start.date().to_string(), &row.campaign, row.impressions, row.clicks);
        (shown, clicks) = (shown + row.impressions, clicks + row.clicks);
    }
    line("Gesamt: Konto".to_owned(), "--", shown, clicks);
    paper.text(',', "\n").into_bytes()
}
