//! What places are told to do, in every way there is.

use coverledger_core::model::{TableName, columns as c};
use coverledger_core::time::Zone;
use jiff::{SignedDuration, Timestamp};

use super::cells::{AGAINST_RATE, CHANGE, RATE, Three, figure, interval, nothing, null, point, text};
use super::places::{BRAZIL, HOME, INDIA, INDONESIA, JAPAN, Market, SHOPEE, STATES, TIKTOK, YOUTUBE, of};
use crate::{Action, Advice, Air, Avoided, Interval, MarketNight, PlaceName, Row, Sureness, Text};

/// The table of what is advised.
pub(super) const ADVICE: TableName = TableName::Advice;

/// The slot `prime` of a market: four hours from this instant.
pub(super) fn air(market: &Market, starts_at: &str) -> Option<Air> {
    let starts_at: Timestamp = starts_at.parse().ok()?;
    let ends_at = starts_at + SignedDuration::from_hours(4);
    let (there, home) = (Zone::named(market.zone).ok()?, Zone::named(HOME).ok()?);
    Some(Air {
        slot: text("prime", "黄金"),
        starts_at,
        ends_at,
        starts_local: there.local(starts_at),
        ends_local: there.local(ends_at),
        starts_home: home.local(starts_at),
        ends_home: home.local(ends_at),
    })
}

fn avoided(place: &PlaceName, cover: &str) -> Avoided {
    Avoided {
        cover_id: cover.to_owned(),
        row: of(TableName::Diagnosis, place, &[(c::COVER_ID, cover)]),
        stay_rate: figure(c::STAY_RATE, 0.0634),
        stay_usual: figure(c::STAY_STEP[1], 0.32),
        reason: text("The cover promises what the room does not hold.", "封面承诺的内容直播间没有兑现。"),
    }
}

/// What is advised where nothing is known.
pub(super) fn no_data(place: PlaceName) -> Advice {
    let row: Row = of(ADVICE, &place, &[]);
    Advice {
        row,
        action: Action::NoData,
        cover_id: None,
        instead_of: None,
        test_against: None,
        air: None,
        experiment: None,
        metric: None,
        rate: nothing(RATE),
        against_rate: nothing(AGAINST_RATE),
        change: nothing(CHANGE),
        probability: null("probability", "nothing is published here yet", "这里还没有发布过数据"),
        sureness: Sureness::Unknown,
        reason: text("Nothing is published here yet.", "这里还没有发布过数据。"),
        avoid: Vec::new(),
        held: None,
        place,
    }
}

const fn known(columns: Three, values: [f64; 3]) -> Interval {
    interval(columns, values)
}

/// Proven by lot: another cover.
fn change() -> Advice {
    let place = INDONESIA.place(TIKTOK);
    Advice {
        action: Action::Change,
        cover_id: Some("red_dress_id".into()),
        instead_of: Some("unboxing_b".into()),
        air: air(&INDONESIA, "2026-11-02T12:00:00Z"),
        experiment: Some("hero_id".into()),
        metric: Some(c::EFFECTIVE_CTR.into()),
        rate: known(RATE, [0.0704, 0.0651, 0.0760]),
        against_rate: known(AGAINST_RATE, [0.0563, 0.0520, 0.0609]),
        change: known(CHANGE, [0.243, 0.121, 0.388]),
        probability: figure("probability", 0.9991),
        sureness: Sureness::Proven,
        reason: text(
            "Of 100 impressions 7.0 enter instead of 5.6: Red dress ID won the test hero_id.",
            "每 100 次曝光有 7.0 人进房，原来为 5.6 人：红裙 印尼版在测试 hero_id 中胜出。",
        ),
        avoid: vec![avoided(&place, "free_gift_a"), avoided(&place, "red_dress_a")],
        ..no_data(place)
    }
}

/// Likely, and to be tested.
fn test() -> Advice {
    let place = INDONESIA.place(SHOPEE);
    Advice {
        action: Action::Test,
        cover_id: Some("unboxing_a".into()),
        test_against: Some("red_dress_b".into()),
        air: air(&INDONESIA, "2026-11-02T12:00:00Z"),
        metric: Some(c::EFFECTIVE_CTR.into()),
        rate: known(RATE, [0.048, 0.036, 0.063]),
        against_rate: known(AGAINST_RATE, [0.040, 0.037, 0.043]),
        change: known(CHANGE, [0.198, -0.107, 0.619]),
        probability: figure("probability", 0.921),
        sureness: Sureness::Likely,
        reason: text(
            "Red dress B looks better, but that is not proven. Test the two against each other.",
            "红裙 B 看起来更好，但还没有证实。请让两张封面对测。",
        ),
        avoid: vec![avoided(&place, "free_gift_a")],
        ..no_data(place)
    }
}

/// Not drawn by lot, clear all the same, and the last date is held back.
fn try_another() -> Advice {
    let place = INDIA.place(SHOPEE);
    Advice {
        action: Action::Try,
        cover_id: Some("before_after_a".into()),
        instead_of: Some("sneaker_wall_b".into()),
        air: air(&INDIA, "2026-11-02T13:30:00Z"),
        metric: Some(c::CTR.into()),
        rate: known(RATE, [0.0415, 0.0381, 0.0452]),
        against_rate: known(AGAINST_RATE, [0.0298, 0.0270, 0.0329]),
        change: known(CHANGE, [0.392, 0.217, 0.582]),
        probability: figure("probability", 0.9987),
        sureness: Sureness::Likely,
        reason: text(
            "Before/after A draws more in the same broadcasts; nobody drew lots. Try it tonight, best as a test.",
            "前后对比 A 在相同场次中更吸引人，但没有抽签分配。今晚可以换上试试，最好做成测试。",
        ),
        held: Some(text(
            "data until 31 October: orders of 1 November fell by a third and are held back",
            "数据截至10月31日：11月1日订单少三分之一，暂不发布",
        )),
        ..no_data(place)
    }
}

/// A cover lost what was guarded.
fn take_off() -> Advice {
    let place = BRAZIL.place(YOUTUBE);
    Advice {
        action: Action::TakeOff,
        cover_id: Some("lipstick_a".into()),
        instead_of: Some("free_gift_a".into()),
        air: air(&BRAZIL, "2026-11-02T22:00:00Z"),
        experiment: Some("gift_br".into()),
        metric: Some(c::STAY_RATE.into()),
        rate: known(RATE, [0.404, 0.371, 0.438]),
        against_rate: known(AGAINST_RATE, [0.048, 0.031, 0.074]),
        change: known(CHANGE, [-0.861, -0.912, -0.797]),
        probability: figure("probability", 0.99999),
        sureness: Sureness::Proven,
        reason: text(
            "Free gift A gets more taps, but far fewer stay.",
            "免费赠品 A 点的人更多，但留下的人少得多。",
        ),
        avoid: vec![avoided(&place, "free_gift_a")],
        ..no_data(place)
    }
}

/// Nothing better is known, and too little to bound it.
fn keep() -> Advice {
    let place = BRAZIL.place(TIKTOK);
    Advice {
        action: Action::Keep,
        cover_id: Some("lipstick_a".into()),
        air: air(&BRAZIL, "2026-11-02T22:00:00Z"),
        metric: Some(c::EFFECTIVE_CTR.into()),
        rate: point(RATE, 0.031),
        against_rate: nothing(AGAINST_RATE),
        change: nothing(CHANGE),
        probability: null("probability", "no other cover was on air beside it", "没有其他封面与它同场"),
        sureness: Sureness::Open,
        reason: text("Nothing better is known.", "没有已知更好的封面。"),
        ..no_data(place)
    }
}

/// A test runs, after the clock was set back.
fn follow_plan() -> Advice {
    let place = STATES.place(TIKTOK);
    Advice {
        action: Action::FollowPlan,
        cover_id: Some("host_smile_a".into()),
        air: air(&STATES, "2026-11-03T00:00:00Z"),
        experiment: Some("smile_us".into()),
        metric: Some(c::EFFECTIVE_CTR.into()),
        change: known(CHANGE, [0.08, -0.11, 0.31]),
        probability: figure("probability", 0.71),
        sureness: Sureness::Open,
        reason: text("The test smile_us is running: follow its plan.", "测试 smile_us 正在进行：按计划执行。"),
        ..no_data(place)
    }
}

fn night(market: &Market, clock_note: Option<Text>, places: Vec<Advice>) -> MarketNight {
    MarketNight { market: market.id.to_owned(), title: market.title(), city: market.city(), clock_note, places }
}

/// Nights of five markets, the earliest first.
pub(super) fn nights() -> Vec<MarketNight> {
    let set_back = text(
        "Clocks there went back on Sunday: the same hour is one hour later in Shanghai than last week.",
        "当地周日刚拨慢时钟：同一当地时间，上海比上周晚一小时。",
    );
    vec![
        night(&INDONESIA, None, vec![change(), test()]),
        night(&INDIA, None, vec![try_another()]),
        night(&BRAZIL, None, vec![take_off(), keep()]),
        night(&STATES, Some(set_back), vec![follow_plan()]),
        night(&JAPAN, None, vec![no_data(JAPAN.place(YOUTUBE))]),
    ]
}
