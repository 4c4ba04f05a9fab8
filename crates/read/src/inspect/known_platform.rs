//! Platforms whose exports are known by their columns.

use std::collections::BTreeSet;

use super::column::Column;
use super::name::{bare, fold};

/// A platform's export, and the columns that only it has.
pub struct KnownPlatform {
    /// What it is.
    pub name: &'static str,
    columns: &'static [&'static str],
    /// Whose day its bare dates are, with where that is known from.
    pub day: Option<(&'static str, &'static str)>,
    /// Whose clock its dates with a time of day are on: a zone, or `market`; with where that is known from.
    pub clock: Option<(&'static str, &'static str)>,
    /// What to know about it.
    pub note: &'static str,
}

const PACIFIC: Option<(&str, &str)> =
    Some(("America/Los_Angeles", "the platform's documentation: its day begins at midnight Pacific"));

const SHOPS: Option<(&str, &str)> = Some(("market", "the platform's documentation"));
const CHINA: Option<(&str, &str)> = Some(("Asia/Shanghai", "the platform is in China only: China's clock"));

#[rustfmt::skip]
const KNOWN: [KnownPlatform; 9] = [
    KnownPlatform {
        name: "YouTube reach report", columns: &["date", "video_thumbnail_impressions", "video_thumbnail_impressions_ctr"], day: PACIFIC, clock: None,
        note: "clicks = impressions × CTR, rounded; views ÷ impressions is not the CTR; the report's own start and end in its path say more than its dates",
    },
    KnownPlatform {
        name: "YouTube Studio export", columns: &["Content", "Impressions click-through rate"], day: PACIFIC, clock: None,
        note: "at most 500 rows; the total goes beyond them",
    },
    KnownPlatform { name: "YouTube Studio export, German", columns: &["Inhalte", "Klickrate der Impressionen"], day: PACIFIC, clock: None, note: "at most 500 rows; the total goes beyond them" },
    KnownPlatform { name: "YouTube Studio export, Portuguese", columns: &["Conteúdo", "Taxa de cliques de impressões"], day: PACIFIC, clock: None, note: "at most 500 rows; the total goes beyond them" },
    KnownPlatform { name: "TikTok Shop LIVE", columns: &["Tap-through rate"], day: None, clock: SHOPS, note: "its click is the room entry; `CTR` and `LIVE CTR` are rates of products" },
    KnownPlatform { name: "TikTok Shop LIVE, older", columns: &["Enter room rate"], day: None, clock: SHOPS, note: "its click is the room entry; `CTR` and `LIVE CTR` are rates of products" },
    KnownPlatform { name: "TikTok Shop LIVE workbench", columns: &["client_show_cnt", "watch_pv"], day: None, clock: SHOPS, note: "its click is the room entry" },
    KnownPlatform { name: "Douyin compass", columns: &["直播间曝光人次"], day: None, clock: CHINA, note: "it counts times and persons; its click is the room entry; probably China's clock" },
    KnownPlatform { name: "Taobao Live", columns: &["封面图点击率"], day: None, clock: CHINA, note: "it gives the cover's rate without its counts; probably China's clock" },
];

/// Columns of a shop's LIVE sheets: one column alone may be called the same elsewhere.
const SHEETS: [&str; 16] = [
    "LIVE ID",
    "Livestream ID",
    "Room ID",
    "LIVE name",
    "Livestream",
    "Livestream name",
    "Launched time",
    "LIVE duration",
    "LIVE CTR",
    "LIVE impressions",
    "SKU orders",
    "Product impressions",
    "Product clicks",
    "直播间ID",
    "直播ID",
    "开播时间",
];

impl KnownPlatform {
    /// Whose clock its times are on, where enough of the table is as the platform's sheets are.
    pub(super) fn clock_of(&self, columns: &[Column]) -> Option<(&'static str, &'static str)> {
        let names: BTreeSet<String> = columns.iter().map(|column| fold(&column.raw)).collect();
        self.clock.filter(|_| SHEETS.iter().filter(|name| names.contains(&fold(name))).count() > 1)
    }
}

/// The platform that these columns are of.
pub(super) fn find(columns: &[Column]) -> Option<&'static KnownPlatform> {
    let names: BTreeSet<String> =
        columns.iter().flat_map(|column| [fold(&column.raw), bare(&column.raw)]).collect();
    let has = |name: &&str| names.contains(&fold(name));
    KNOWN.iter().find(|known| known.columns.iter().all(has))
}
