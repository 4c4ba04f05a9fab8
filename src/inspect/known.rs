//! Platforms whose exports are known by their columns.

use super::column::Column;
use super::name::{bare, fold};

/// A platform's export, and the columns that only it has.
pub struct Known {
    /// What it is.
    pub name: &'static str,
    columns: &'static [&'static str],
    /// Whose day its bare dates are, with where that is known from.
    pub day: Option<(&'static str, &'static str)>,
    /// What to know about it.
    pub note: &'static str,
}

const PACIFIC: Option<(&str, &str)> =
    Some(("America/Los_Angeles", "the platform's documentation: its day begins at midnight Pacific"));

#[rustfmt::skip]
const KNOWN: [Known; 9] = [
    Known {
        name: "YouTube reach report", columns: &["date", "video_thumbnail_impressions", "video_thumbnail_impressions_ctr"], day: PACIFIC,
        note: "clicks = impressions × CTR, rounded; views ÷ impressions is not the CTR; the report's own start and end in its path say more than its dates",
    },
    Known {
        name: "YouTube Studio export", columns: &["Content", "Impressions click-through rate"], day: PACIFIC,
        note: "at most 500 rows; the total goes beyond them",
    },
    Known { name: "YouTube Studio export, German", columns: &["Inhalte", "Klickrate der Impressionen"], day: PACIFIC, note: "at most 500 rows; the total goes beyond them" },
    Known { name: "YouTube Studio export, Portuguese", columns: &["Conteúdo", "Taxa de cliques de impressões"], day: PACIFIC, note: "at most 500 rows; the total goes beyond them" },
    Known { name: "TikTok Shop LIVE", columns: &["Tap-through rate"], day: None, note: "its click is the room entry; `CTR` and `LIVE CTR` are rates of products, not the same ones in every generation" },
    Known { name: "TikTok Shop LIVE, older", columns: &["Enter room rate"], day: None, note: "its click is the room entry; `CTR` and `LIVE CTR` are rates of products, not the same ones in every generation" },
    Known { name: "TikTok Shop LIVE workbench", columns: &["client_show_cnt", "watch_pv"], day: None, note: "its click is the room entry" },
    Known { name: "Douyin compass", columns: &["直播间曝光人次"], day: None, note: "it counts times and persons; its click is the room entry; probably China's clock" },
    Known { name: "Taobao Live", columns: &["封面图点击率"], day: None, note: "it gives the cover's rate without its counts; probably China's clock" },
];

/// The platform that these columns are of.
pub(super) fn find(columns: &[Column]) -> Option<&'static Known> {
    let has =
        |name: &&str| columns.iter().any(|column| [fold(&column.raw), bare(&column.raw)].contains(&fold(name)));
    KNOWN.iter().find(|known| known.columns.iter().all(has))
}
