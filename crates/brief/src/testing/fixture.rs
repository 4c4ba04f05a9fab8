//! A brief with every state that there is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::cells::text;
use super::evidence::{changes, log, next_tests, quality, ranking, tests};
use super::nights::{ADVICE, nights};
use super::places::{BRAZIL, INDIA, INDONESIA, JAPAN, SHOPEE, STATES, TIKTOK, YOUTUBE, of};
use super::reviews::{review, slot_map};
use crate::{AdviceLog, Brief, CoverTitle, Freshness, PlaceFreshness, PlaceName, State, Text};

/// What every cover of these briefs is called; the last has neither a name nor a picture.
const COVERS: [(&str, &str, &str); 13] = [
    ("red_dress_id", "Red dress ID", "红裙 印尼版"),
    ("red_dress_a", "Red dress A", "红裙 A"),
    ("red_dress_b", "Red dress B", "红裙 B"),
    ("unboxing_a", "Unboxing A", "开箱 A"),
    ("unboxing_b", "Unboxing B", "开箱 B"),
    ("before_after_a", "Before/after A", "前后对比 A"),
    ("sneaker_wall_b", "Sneaker wall B", "球鞋墙 B"),
    ("lipstick_a", "Lipstick swatch A", "口红试色 A"),
    ("free_gift_a", "Free gift A", "免费赠品 A"),
    ("host_smile_a", "Host smile A", "主播微笑 A"),
    ("host_smile_b", "Host smile B", "主播微笑 B"),
    ("kitchen_demo_a", "Kitchen demo A", "厨房演示 A"),
    ("unknown", "unknown", "unknown"),
];

pub(super) fn titles() -> BTreeMap<String, CoverTitle> {
    let title = |(nth, (id, en, zh)): (usize, (&str, &str, &str))| {
        let thumbnail = (id != "unknown").then(|| format!("{nth:064x}"));
        (id.to_owned(), CoverTitle { title: text(en, zh), thumbnail })
    };
    COVERS.into_iter().enumerate().map(title).collect()
}

fn fresh(
    place: PlaceName,
    state: State,
    until: Option<Date>,
    missing: i64,
    reason: Option<Text>,
) -> PlaceFreshness {
    PlaceFreshness {
        row: of(ADVICE, &place, &[]),
        place,
        state,
        data_until: until,
        over_until: date(2026, 11, 1),
        missing_days: missing,
        provisional_days: 0,
        final_by: None,
        reason,
    }
}

fn freshness() -> Freshness {
    let [last, before] = [date(2026, 11, 1), date(2026, 10, 31)].map(Some);
    let held = text("orders of 1 November fell by a third and are held back", "11月1日订单少三分之一，暂不发布");
    let late = text("no export of 1 November yet", "11月1日的文件还没有到");
    let failed = text("the export of 1 November cannot be read", "11月1日的文件无法读取");
    let provisional = PlaceFreshness {
        provisional_days: 2,
        final_by: Some(date(2026, 11, 4)),
        ..fresh(STATES.place(TIKTOK), State::Late, before, 1, Some(late))
    };
    Freshness {
        places: vec![
            fresh(INDONESIA.place(TIKTOK), State::Fresh, last, 0, None),
            fresh(INDONESIA.place(SHOPEE), State::Fresh, last, 0, None),
            fresh(INDIA.place(SHOPEE), State::Held, before, 1, Some(held)),
            fresh(BRAZIL.place(YOUTUBE), State::Failed, before, 1, Some(failed)),
            fresh(BRAZIL.place(TIKTOK), State::Fresh, last, 0, None),
            provisional,
            fresh(JAPAN.place(YOUTUBE), State::Nothing, None, 28, None),
        ],
    }
}

/// The midnight with which 2026-11-02 begins in Jakarta.
const MIDNIGHT: Timestamp = Timestamp::constant(1_793_552_400, 0);
/// 19:00 there on the day before.
const PRIME: Timestamp = Timestamp::constant(1_793_552_400 - 5 * 3_600, 0);

/// A brief of five markets with every action, sureness, freshness, outcome and state of a test, and figures that are null.
#[must_use]
pub fn brief() -> Brief {
    let (here, beside) = (INDONESIA.place(TIKTOK), INDONESIA.place(SHOPEE));
    let slot_maps = [here.clone(), beside.clone()].map(|place| slot_map(&INDONESIA, place, MIDNIGHT));
    Brief {
        as_of: date(2026, 11, 1),
        revision: 1,
        home: text("Shanghai", "上海"),
        freshness: freshness(),
        nights: nights(),
        tests: tests(),
        slot_maps: slot_maps.into(),
        rankings: vec![ranking(here.clone()), ranking(beside.clone())],
        changes: vec![changes(here.clone()), changes(beside.clone())],
        log: log(),
        quality: quality(),
        reviews: vec![
            review(&INDONESIA, here, PRIME, "live-4711"),
            crate::Review { has_quality: false, ..review(&INDONESIA, beside, PRIME, "S-0815") },
        ],
        next_tests: next_tests(),
        titles: titles(),
    }
}

/// A brief before anything was published.
#[must_use]
pub fn empty() -> Brief {
    Brief {
        freshness: Freshness::default(),
        nights: Vec::new(),
        tests: Vec::new(),
        slot_maps: Vec::new(),
        rankings: Vec::new(),
        changes: Vec::new(),
        log: AdviceLog::default(),
        quality: Vec::new(),
        reviews: Vec::new(),
        next_tests: Vec::new(),
        titles: BTreeMap::new(),
        ..brief()
    }
}

/// The same brief three weeks on: nothing came since.
#[must_use]
pub fn stale() -> Brief {
    let mut brief = brief();
    for place in &mut brief.freshness.places {
        (place.state, place.missing_days) = (State::Late, 21);
        place.over_until = date(2026, 11, 22);
        place.reason = Some(text("no export since 2 November", "11月2日起没有文件"));
    }
    brief
}
