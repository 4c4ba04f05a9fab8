//! Heat maps, and broadcasts minute by minute.

use coverledger_core::model::{TableName, columns as c};
use coverledger_core::time::Zone;
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};

use super::cells::{Three, figure, interval, null, point, row, text};
use super::places::{HOME, Market, of};
use crate::{Airing, AudienceRow, Figure, Minute, PlaceName, Review, Slot, SlotCell, SlotMap};

const EXPECTED: Three = [c::EXPECTED, "expected_rate_low", "expected_rate_high"];
const PER_HOUR: Three = [c::PER_HOUR, "per_hour_low", "per_hour_high"];

fn clocks(market: &Market, at: Timestamp) -> (DateTime, DateTime) {
    let there = Zone::named(market.zone).map_or_else(|_| Zone::utc().local(at), |zone| zone.local(at));
    let home = Zone::named(HOME).map_or_else(|_| Zone::utc().local(at), |zone| zone.local(at));
    (there, home)
}

fn slot(market: &Market, id: &str, zh: &str, from: Timestamp, hours: [i64; 2]) -> Slot {
    let [starts, ends] = hours.map(|hour| clocks(market, from + SignedDuration::from_hours(hour)));
    Slot {
        id: id.to_owned(),
        title: text(id, zh),
        starts_local: starts.0,
        ends_local: ends.0,
        starts_home: starts.1,
        ends_home: ends.1,
    }
}

fn cell(nth: u32, is_few: bool) -> SlotCell {
    let rate = 0.012 * f64::from(nth + 1);
    let around = [rate, rate * 0.88, rate * 1.14];
    SlotCell {
        rate: if is_few { point(EXPECTED, rate) } else { interval(EXPECTED, around) },
        proven_rate: figure(c::PROVEN_RATE, rate * 0.9),
        broadcasts: figure(c::BROADCASTS, if is_few { 6.0 } else { 24.0 }),
        per_hour: interval(PER_HOUR, around.map(|rate| rate * 900.0)),
        rank: figure(c::RANK, f64::from(6 - nth)),
        is_best_proven: nth == 3,
    }
}

/// The heat map of a place: five slots, all audiences and two of them, a cell with too little and one with nothing.
pub(super) fn slot_map(market: &Market, place: PlaceName, midnight: Timestamp) -> SlotMap {
    let slots = vec![
        slot(market, "night", "凌晨", midnight, [0, 6]),
        slot(market, "morning", "早间", midnight, [6, 12]),
        slot(market, "afternoon", "午后", midnight, [12, 19]),
        slot(market, "prime", "黄金", midnight, [19, 23]),
        slot(market, "late", "深夜", midnight, [23, 24]),
    ];
    let audience = |id: &str, title, few: Option<u32>, none: Option<u32>| AudienceRow {
        id: id.to_owned(),
        title,
        cells: (0..5).map(|nth| (none != Some(nth)).then(|| cell(nth, few == Some(nth)))).collect(),
    };
    let audiences = vec![
        audience("all", text("All", "全部"), None, None),
        audience("f / 18-24", text("Women 18–24", "女 18–24"), Some(4), None),
        audience("m / 45-54", text("Men 45–54", "男 45–54"), None, Some(0)),
    ];
    SlotMap {
        row: of(TableName::SlotPlan, &place, &[]),
        place,
        metric: c::EFFECTIVE_CTR,
        slots,
        audiences,
        more_audiences: 0,
    }
}

/// A broadcast of four hours with two covers, a gap of a quarter of an hour, and a stream that went bad.
pub(super) fn review(market: &Market, place: PlaceName, starts_at: Timestamp, broadcast_id: &str) -> Review {
    let bar = |nth: i64| {
        let starts_at = starts_at + SignedDuration::from_mins(5 * nth);
        let (starts_local, starts_home) = clocks(market, starts_at);
        let shown = 120 + (nth * 37) % 60;
        let some = |count: i64| (!(20..23).contains(&nth)).then_some(count);
        Minute {
            starts_at,
            starts_local,
            starts_home,
            impressions: some(shown),
            clicks: some(shown / 20),
            entries: some(shown / 24),
            stays: some(shown / 60),
            orders: None,
            views: some(shown / 2),
            bad_views: some(if (30..36).contains(&nth) { shown / 8 } else { shown / 90 }),
        }
    };
    let ctr = |value| Figure { row: None, ..figure(c::CTR, value) };
    let unknown = null(c::CTR, "clicks are not known", "点击数不详");
    Review {
        row: row(
            TableName::BroadcastMinutes,
            &[
                (c::PLATFORM, &place.platform),
                (c::MARKET, &place.market),
                (c::LOCAL_DATE, "2026-11-01"),
                (c::BROADCAST_ID, broadcast_id),
            ],
        ),
        place,
        broadcast_id: broadcast_id.to_owned(),
        local_date: date(2026, 11, 1),
        minutes: 5,
        bars: (0..48).map(bar).collect(),
        is_side_by_side: false,
        airings: vec![
            Airing { cover_id: "unboxing_b".to_owned(), from: 0, to: 20, ctr: ctr(0.048) },
            Airing { cover_id: "red_dress_a".to_owned(), from: 23, to: 44, ctr: ctr(0.052) },
            Airing { cover_id: "unknown".to_owned(), from: 44, to: 48, ctr: unknown },
        ],
        has_quality: true,
    }
}
