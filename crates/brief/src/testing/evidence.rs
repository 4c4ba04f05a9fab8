//! What advice rests on: tests, rankings, changes, past advice, and streams.

use coverledger_core::model::{Count, TableName, columns as c};
use jiff::civil::{Date, date};

use super::cells::{EFFECT, RATIO, Three, figure, interval, nothing, null, point, text, unknown};
use super::places::{AS_OF, BRAZIL, INDIA, INDONESIA, Market, SHOPEE, STATES, TIKTOK, YOUTUBE, of};
use crate::{
    Action, AdviceLog, Arm, Change, Figure, Guardrail, Interval, NextTest, Outcome, PastAdvice, PlaceChanges,
    PlaceName, PlaceQuality, QualityLoss, RankedCover, Ranking, Row, Test,
};

/// A test in a place, and how its second cover stands.
struct Running {
    name: &'static str,
    place: PlaceName,
    state: &'static str,
    nights: (i64, i64),
    decision: &'static str,
    covers: [&'static str; 2],
    effect: Interval,
    stays: (&'static str, Interval),
}

const STAYS: Three = ["stays_effect", "stays_effect_low", "stays_effect_high"];
const ORDERS: Three = ["orders_effect", "orders_effect_low", "orders_effect_high"];

fn arm(running: &Running, cover: &str, is_control: bool) -> Arm {
    let Running { name, place, decision, covers, effect, stays, .. } = running;
    let decided = !is_control && *decision == "winner";
    let of_control = |column| null(column, "of the control", "是对照封面");
    let (stays_state, stays_effect) = stays;
    let guardrails = vec![
        Guardrail { of: "stays", state: (*stays_state).to_owned(), effect: stays_effect.clone() },
        Guardrail { of: "orders", state: "open".to_owned(), effect: interval(ORDERS, [0.02, -0.11, 0.16]) },
    ];
    Arm {
        cover_id: cover.to_owned(),
        row: of(TableName::Experiment, place, &[(c::EXPERIMENT, name), (c::COVER_ID, cover)]),
        is_control,
        is_on_air: if *decision == "winner" { decided } else { is_control },
        decision: (!is_control).then(|| (*decision).to_owned()),
        impressions: figure(Count::Impressions.word(), 18_341.0),
        broadcasts: figure(c::BROADCASTS, 22.0),
        effect: if is_control { nothing(EFFECT) } else { effect.clone() },
        probability_best: figure(c::PROBABILITY_BEST, if is_control { 0.05 } else { 0.95 }),
        nights_needed: if is_control { of_control(c::NIGHTS_NEEDED) } else { figure(c::NIGHTS_NEEDED, 9.0) },
        guardrails: if is_control { Vec::new() } else { guardrails },
        reason: if is_control {
            text("It is the control.", "它是对照封面。")
        } else {
            text(&format!("{} against {}.", covers[1], covers[0]), &format!("{} 对 {}。", covers[1], covers[0]))
        },
    }
}

/// A test that won, one whose guardrail failed, and one that runs.
pub(super) fn tests() -> Vec<Test> {
    let running = [
        Running {
            name: "hero_id",
            place: INDONESIA.place(TIKTOK),
            state: "decided",
            nights: (14, 0),
            decision: "winner",
            covers: ["unboxing_b", "red_dress_id"],
            effect: interval(EFFECT, [0.243, 0.121, 0.388]),
            stays: ("held", interval(STAYS, [0.01, -0.02, 0.05])),
        },
        Running {
            name: "gift_br",
            place: BRAZIL.place(YOUTUBE),
            state: "decided",
            nights: (28, 0),
            decision: "guardrail failed",
            covers: ["lipstick_a", "free_gift_a"],
            effect: interval(EFFECT, [0.531, 0.352, 0.751]),
            stays: ("failed", interval(STAYS, [-0.861, -0.912, -0.797])),
        },
        Running {
            name: "smile_us",
            place: STATES.place(TIKTOK),
            state: "running",
            nights: (9, 5),
            decision: "keep testing",
            covers: ["host_smile_a", "host_smile_b"],
            effect: interval(EFFECT, [0.08, -0.11, 0.31]),
            stays: ("open", point(STAYS, 0.0)),
        },
    ];
    running.iter().map(told).collect()
}

fn told(running: &Running) -> Test {
    let [control, other] = running.covers;
    Test {
        experiment: running.name.to_owned(),
        place: running.place.clone(),
        design: "rotation".to_owned(),
        state: running.state.to_owned(),
        from: date(2026, 10, 5),
        to: Some(date(2026, 11, 6)),
        nights: running.nights.0,
        nights_left: Some(running.nights.1),
        worth: Some(0.05),
        arms: vec![arm(running, control, true), arm(running, other, false)],
    }
}

const ADJUSTED: Three =
    ["effective_ctr_standardized", "effective_ctr_standardized_low", "effective_ctr_standardized_high"];
const STAY_RATE: Three = [c::STAY_RATE, "stay_rate_low", "stay_rate_high"];

/// A cover of a ranking.
pub(super) fn ranked(place: &PlaceName, cover: &str, rank: u32) -> RankedCover {
    let rate = 0.05 / f64::from(rank);
    let history =
        of(TableName::CoverHistory, place, &[(c::LEVEL, "cover"), (c::COVER_ID, cover), (c::SLOT, "all")]);
    let aged = |column, value| Some(Figure { row: Some(history.clone()), ..figure(column, value) });
    RankedCover {
        cover_id: cover.to_owned(),
        row: of(TableName::Cover, place, &[(c::COVER_ID, cover)]),
        rank: figure(c::RANK, f64::from(rank)),
        is_on_air: rank == 2,
        metric: Some(c::EFFECTIVE_CTR.to_owned()),
        rate: interval(ADJUSTED, [rate, rate * 0.9, rate * 1.12]),
        adjusted_rate: figure(c::ADJUSTED_RATE, rate * 1.02),
        proven_rate: figure(c::PROVEN_RATE, rate * 0.92),
        ratio: interval(RATIO, [1.1, 0.97, 1.24]),
        stay_rate: interval(STAY_RATE, [0.38, 0.33, 0.43]),
        impressions: figure(Count::Impressions.word(), 41_228.0),
        broadcasts: figure(c::BROADCASTS, 26.0),
        finding: Some("nothing_certain".to_owned()),
        diagnosis: Some(text("Nothing is certain.", "没有可以确定的。")),
        fatigue: Some("steady".to_owned()),
        half_life_days: None,
        rested_days: aged(c::RESTED_DAYS, 0.0),
        is_rested: false,
        breaks: Vec::new(),
        revisits: None,
    }
}

/// A ranking with every state of a cover.
pub(super) fn ranking(place: PlaceName) -> Ranking {
    let mut covers: Vec<RankedCover> =
        [("red_dress_id", 1), ("unboxing_b", 2), ("red_dress_a", 3), ("sneaker_wall_b", 4), ("lipstick_a", 5)]
            .into_iter()
            .map(|(cover, rank)| ranked(&place, cover, rank))
            .collect();
    let history = |cover| {
        of(TableName::CoverHistory, &place, &[(c::LEVEL, "cover"), (c::COVER_ID, cover), (c::SLOT, "all")])
    };
    let fading = &mut covers[2];
    fading.fatigue = Some("fading".to_owned());
    fading.half_life_days = Some(Figure { row: Some(history("red_dress_a")), ..figure(c::HALF_LIFE_DAYS, 21.4) });
    fading.finding = Some("weak".to_owned());
    fading.diagnosis = Some(text("Few click; show the product larger.", "点击偏少；把商品放大。"));
    let rested = &mut covers[3];
    rested.rested_days = Some(Figure { row: Some(history("sneaker_wall_b")), ..figure(c::RESTED_DAYS, 33.0) });
    rested.is_rested = true;
    rested.revisits = Some(text("Those who come by it return less often.", "由它进来的人回访较少。"));
    let few = &mut covers[4];
    few.rate = point(ADJUSTED, 0.02);
    few.ratio = nothing(RATIO);
    few.rank = null(c::RANK, "no rate to rank by", "没有可排名的比率");
    few.proven_rate = unknown(c::PROVEN_RATE);
    few.adjusted_rate = unknown(c::ADJUSTED_RATE);
    few.fatigue = Some("too little to tell".to_owned());
    few.breaks = vec![text("Text covers 41 % of the picture; 20 % is allowed.", "文字占画面 41%，最多 20%。")];
    let gift = RankedCover {
        finding: Some("overpromises".to_owned()),
        diagnosis: Some(text("The cover promises what the room does not hold.", "封面承诺的内容直播间没有兑现。")),
        rank: null(c::RANK, "it overpromises: no cover to put on air", "它承诺过高，不宜使用"),
        stay_rate: interval(STAY_RATE, [0.063, 0.041, 0.092]),
        ..ranked(&place, "free_gift_a", 1)
    };
    let until: Date = date(2026, 11, 1);
    Ranking { place, since: date(2026, 10, 5), until, covers, more: 3, overpromising: vec![gift] }
}

const WITHIN: Three = [c::WITHIN, "within_low", "within_high"];

fn changed(row: Row, days: i8, within: [f64; 3], note: (&str, &str)) -> Change {
    let mix = 0.0031;
    Change {
        row,
        before_since: date(2026, 10, 31 - 2 * (days - 1)),
        before_until: date(2026, 10, 32 - days),
        after_since: if days == 1 { date(2026, 11, 1) } else { date(2026, 10, 26) },
        after_until: date(2026, 11, 1),
        before: figure(c::BEFORE, 0.0402),
        after: figure(c::AFTER, 0.0402 + within[0] + mix),
        change: figure(c::CHANGE, within[0] + mix),
        within: interval(WITHIN, within),
        mix: figure(c::MIX, mix),
        note: text(note.0, note.1),
    }
}

/// What changed in a place.
pub(super) fn changes(place: PlaceName) -> PlaceChanges {
    let row = |scope: &str, cover: &str| {
        of(TableName::Mix, &place, &[(c::SCOPE, scope), (c::COVER_ID, cover), (c::METRIC, c::EFFECTIVE_CTR)])
    };
    let hid = (
        "It rose because others saw it; among the same slots and audiences it fell.",
        "上升是因为看到它的人变了；在相同时段与人群中，它下降了。",
    );
    PlaceChanges {
        last_date: Some(changed(
            row("last_date", ""),
            1,
            [-0.0004, -0.0031, 0.0024],
            ("Within chance.", "在偶然波动之内。"),
        )),
        last_week: Some(changed(row("all", ""), 7, [-0.0062, -0.0091, -0.0033], hid)),
        covers: vec![(
            "red_dress_a".to_owned(),
            changed(row("cover", "red_dress_a"), 7, [-0.0112, -0.0163, -0.0061], hid),
        )],
        place,
    }
}

const EXPECTED: Three = ["expected", "expected_low", "expected_high"];
const SINCE: Three = [c::SINCE, "since_low", "since_high"];

fn past(market: &Market, platform: (&str, &str), action: Action, outcome: Outcome, since: Interval) -> PastAdvice {
    let place = market.place(platform);
    PastAdvice {
        row: of(TableName::AdviceLog, &place, &[(c::ADVISED_ON, "2026-10-20")]),
        advised_on: date(2026, 10, 20),
        advised_until: date(2026, 10, 22),
        action,
        cover_id: Some("red_dress_id".to_owned()),
        instead_of: Some("free_gift_a".to_owned()),
        outcome,
        expected: interval(EXPECTED, [0.24, 0.12, 0.39]),
        since,
        reason: text("Red dress ID was on air in 9 broadcasts since.", "此后红裙 印尼版出现在 9 场中。"),
        place,
    }
}

/// Past advice with every outcome.
pub(super) fn log() -> AdviceLog {
    let past = vec![
        past(&INDONESIA, TIKTOK, Action::Change, Outcome::Paid, interval(SINCE, [0.19, 0.06, 0.33])),
        past(&BRAZIL, YOUTUBE, Action::TakeOff, Outcome::DidNotPay, interval(SINCE, [-0.14, -0.25, -0.02])),
        past(&INDIA, SHOPEE, Action::Try, Outcome::TooEarly, point(SINCE, 0.05)),
        past(&STATES, TIKTOK, Action::Test, Outcome::NotFollowed, nothing(SINCE)),
        past(&INDONESIA, SHOPEE, Action::Try, Outcome::NothingSince, nothing(SINCE)),
    ];
    AdviceLog { past }
}

const CLICKS_LOST: Three = [c::CLICKS_LOST, "clicks_lost_low", "clicks_lost_high"];
const ORDERS_LOST: Three = [c::ORDERS_LOST, "orders_lost_low", "orders_lost_high"];

fn loss(place: &PlaceName, step: &str, finding: &str, told: bool) -> QualityLoss {
    let key = [(c::METHOD, "viewers"), (c::METRIC, c::CTR), (c::STEP, step)];
    QualityLoss {
        row: of(TableName::QualityEffect, place, &key),
        method: "viewers".to_owned(),
        metric: c::CTR.to_owned(),
        step: step.to_owned(),
        finding: finding.to_owned(),
        effect: if told { interval(EFFECT, [-0.0051, -0.0082, -0.0021]) } else { nothing(EFFECT) },
        bad_visits: figure(c::BAD_VISITS, if told { 1_671.0 } else { 12.0 }),
        clicks_lost: if told { interval(CLICKS_LOST, [412.0, 170.0, 662.0]) } else { nothing(CLICKS_LOST) },
        orders_lost: if told { interval(ORDERS_LOST, [9.3, 3.8, 14.9]) } else { nothing(ORDERS_LOST) },
        assumptions: text("Nothing else changed for those viewers.", "这些观众没有其他变化。"),
        reason: text("After a bad visit viewers click less for a week.", "卡顿之后的一周内点击减少。"),
    }
}

/// What bad streams cost.
pub(super) fn quality() -> Vec<PlaceQuality> {
    let place = INDONESIA.place(TIKTOK);
    let losses = vec![loss(&place, "all_bad", "loss", true), loss(&place, "failed", "too_few", false)];
    vec![PlaceQuality { place, losses }]
}

/// What to test next: two covers, and a kind.
pub(super) fn next_tests() -> Vec<NextTest> {
    let test = |place: PlaceName, rank: &str, kind: Option<(&str, &str)>| NextTest {
        row: super::cells::row(TableName::NextTests, &[(c::AS_OF, AS_OF), (c::RANK, rank)]),
        place,
        cover_id: "red_dress_b".to_owned(),
        against_cover_id: "unboxing_a".to_owned(),
        kind: kind.map(|(kind, value)| (kind.to_owned(), value.to_owned())),
        ratio: interval(RATIO, [1.198, 0.893, 1.619]),
        expected_gain: figure(c::EXPECTED_GAIN, 1_320.0),
        horizon_days: figure(c::HORIZON_DAYS, 28.0),
        broadcasts_needed: if kind.is_some() {
            unknown(c::BROADCASTS_NEEDED)
        } else {
            figure(c::BROADCASTS_NEEDED, 34.0)
        },
        reason: text("Red dress B may draw 20 % more than Unboxing A.", "红裙 B 可能比开箱 A 多吸引 20%。"),
    };
    vec![test(INDONESIA.place(SHOPEE), "1", None), test(INDIA.place(SHOPEE), "2", Some(("theme", "festival")))]
}
