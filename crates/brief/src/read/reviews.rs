//! Broadcasts minute by minute: sums of `broadcast_minutes` and `quality_minutes`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use coverledger_core::model::{Count, TableName, columns as c};
use coverledger_core::time::Zone;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::airings::{airings, are_side_by_side, side_by_side};
use super::line::Line;
use super::reading::Reading;
use super::tables::{PlaceId, place};
use crate::{Minute, Review, Row};

/// How many broadcasts of a place are told of.
const MOST_BROADCASTS: usize = 2;
/// The bars of the longest day that a market can have, 25 hours.
const MOST_BARS: usize = 300;
/// Minutes of a bar, where the table does not say.
const USUAL_MINUTES: i64 = 5;

/// What is counted, in the order of [`Minute`].
const COUNTS: [Count; 5] = [Count::Impressions, Count::Clicks, Count::Entries, Count::Stays, Count::Orders];

/// Rows of each broadcast, by its id.
type Broadcasts<'t> = BTreeMap<&'t str, Vec<Line<'t>>>;

/// The largest broadcasts of the newest local date of each place, the largest first.
pub(super) fn reviews(reading: &Reading<'_>) -> Vec<Review> {
    let mut broadcasts: BTreeMap<(PlaceId<'_>, Date), Broadcasts<'_>> = BTreeMap::new();
    for line in reading.tables.all(TableName::BroadcastMinutes) {
        let Some(date) = line.day(c::LOCAL_DATE).filter(|date| *date <= reading.as_of) else { continue };
        let of_date = broadcasts.entry((place(line), date)).or_default();
        of_date.entry(line.id(c::BROADCAST_ID)).or_default().push(line);
    }
    // Later dates of a place come after earlier ones, and take their place.
    let newest: BTreeMap<_, _> =
        broadcasts.into_iter().map(|((place, date), broadcasts)| (place, (date, broadcasts))).collect();
    let quality = Quality::new(reading);
    let mut reviews: Vec<(i64, Review)> = Vec::new();
    for (here, (date, broadcasts)) in newest {
        let mut broadcasts: Vec<(i64, &str, Vec<Line<'_>>)> =
            broadcasts.into_iter().map(|(id, lines)| (shown(&lines), id, lines)).collect();
        broadcasts.sort_by_key(|(shown, id, _)| (Reverse(*shown), *id));
        for (shown, id, lines) in broadcasts.into_iter().take(MOST_BROADCASTS) {
            reviews.extend(review(reading, &quality, here, date, id, &lines).map(|review| (shown, review)));
        }
    }
    reviews.sort_by_key(|(shown, _)| Reverse(*shown));
    reviews.into_iter().map(|(_, review)| review).collect()
}

fn shown(lines: &[Line<'_>]) -> i64 {
    lines.iter().filter_map(|line| line.whole(Count::Impressions.word())).sum()
}

fn review(
    reading: &Reading<'_>,
    quality: &Quality<'_>,
    here: PlaceId<'_>,
    local_date: Date,
    broadcast_id: &str,
    lines: &[Line<'_>],
) -> Option<Review> {
    let (platform, market) = here;
    let minutes =
        lines.iter().find_map(|line| line.whole(c::MINUTES)).filter(|minutes| (1..=60).contains(minutes));
    let minutes = minutes.unwrap_or(USUAL_MINUTES);
    let starts = lines.iter().filter_map(|line| line.instant(c::MINUTE_START_UTC));
    let (first, last) = (starts.clone().min()?, starts.max()?);
    let width = SignedDuration::from_mins(minutes);
    let times = std::iter::successors(Some(first), |at| at.checked_add(width).ok()).take_while(|at| *at <= last);
    let times: Vec<Timestamp> = times.take(MOST_BARS).collect();
    let bar_of = |line: &Line<'_>| times.binary_search(&line.instant(c::MINUTE_START_UTC)?).ok();
    let mut of_bars: Vec<Vec<Line<'_>>> = vec![Vec::new(); times.len()];
    for line in lines {
        if let Some(bar) = bar_of(line) {
            of_bars[bar].push(*line);
        }
    }
    let offered = COUNTS.map(|count| lines.iter().any(|line| line.whole(count.word()).is_some()));
    let views = quality.of(here, broadcast_id, &times);
    let clocks = (reading.zone(market).cloned().unwrap_or_else(Zone::utc), reading.home().clone());
    let bars = times.iter().zip(&of_bars).enumerate();
    let bars =
        bars.map(|(nth, (at, lines))| bar(*at, &clocks, lines, offered, views.as_ref().map(|views| views[nth])));
    let is_side_by_side = are_side_by_side(&of_bars);
    Some(Review {
        place: reading.place_of(platform, market),
        broadcast_id: broadcast_id.to_owned(),
        local_date,
        row: common(lines.first()?.row()),
        minutes,
        bars: bars.collect(),
        airings: if is_side_by_side { side_by_side(&of_bars) } else { airings(&of_bars) },
        is_side_by_side,
        has_quality: views.is_some(),
    })
}

/// What the rows of a broadcast have in common.
fn common(Row { table, key }: Row) -> Row {
    let apart = [c::COVER_ID, c::MINUTE_START_UTC, c::CONVENTION_SINCE];
    Row { table, key: key.into_iter().filter(|(column, _)| !apart.contains(column)).collect() }
}

/// The views that began in a bar, and the bad ones among them.
type Views = (Option<i64>, Option<i64>);

fn bar(
    starts_at: Timestamp,
    (there, home): &(Zone, Zone),
    lines: &[Line<'_>],
    offered: [bool; 5],
    views: Option<Views>,
) -> Minute {
    let sums = [0, 1, 2, 3, 4].map(|nth| offered[nth].then(|| sum(lines, COUNTS[nth].word())).flatten());
    let [impressions, clicks, entries, stays, orders] = sums;
    let (views, bad_views) = views.unwrap_or_default();
    Minute {
        starts_at,
        starts_local: there.local(starts_at),
        starts_home: home.local(starts_at),
        impressions,
        clicks,
        entries,
        stays,
        orders,
        views,
        bad_views,
    }
}

/// The sum of a count; not known where a row does not know it, and nought without rows: then nothing was counted.
pub(super) fn sum(lines: &[Line<'_>], column: &str) -> Option<i64> {
    lines.iter().map(|line| line.whole(column)).try_fold(0_i64, |sum, count| sum.checked_add(count?))
}

/// How views of broadcasts went.
struct Quality<'r>(BTreeMap<(PlaceId<'r>, &'r str), Vec<Line<'r>>>);

impl<'r> Quality<'r> {
    fn new(reading: &'r Reading<'r>) -> Self {
        let mut broadcasts: BTreeMap<_, Vec<Line<'_>>> = BTreeMap::new();
        for line in reading.tables.all(TableName::QualityMinutes) {
            let watched = (line.id(c::OF_PLATFORM), line.id(c::MARKET));
            broadcasts.entry((watched, line.id(c::BROADCAST_ID))).or_default().push(line);
        }
        Self(broadcasts)
    }

    /// By bar; `None` where nothing is known of the broadcast.
    fn of(&self, here: PlaceId<'_>, broadcast_id: &str, times: &[Timestamp]) -> Option<Vec<Views>> {
        let (_, lines) = self.0.iter().find(|((place, id), _)| *place == here && *id == broadcast_id)?;
        let of_bar = |at: &Timestamp| {
            let lines: Vec<Line<'_>> =
                lines.iter().copied().filter(|line| line.instant(c::MINUTE_START_UTC) == Some(*at)).collect();
            (sum(&lines, c::VIEWS), sum(&lines, c::BAD_VIEWS))
        };
        Some(times.iter().map(of_bar).collect())
    }
}
