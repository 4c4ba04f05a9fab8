//! What each part makes of its rows.

use coverledger_core::model::{Count, TableName, columns as c};
use jiff::civil::{Date, date};

use super::frames::{Cells, NIGHT, of, tables};
use super::read;
use crate::{Action, Outcome, State};

fn window() -> Cells<'static> {
    vec![(c::SINCE, date(2026, 10, 5).into()), (c::UNTIL, NIGHT.into())]
}

fn cover(id: &str, rank: Option<i64>) -> Cells<'_> {
    let mut cells = of("youtube", "BR", vec![(c::COVER_ID, id.into()), (c::METRIC, c::CTR.into())]);
    cells.extend(rank.map(|rank| (c::RANK, rank.into())));
    cells.extend(window());
    cells
}

#[test]
fn what_overpromises_never_leads_and_eight_covers_are_told() {
    let ids: Vec<String> = (0..12).map(|nth| format!("c{nth:02}")).collect();
    let mut covers: Vec<Cells<'_>> = ids.iter().zip(1..).map(|(id, rank)| cover(id, Some(rank))).collect();
    covers.push(cover("unknown", None));
    let found = |id: &'static str, word: &'static str| {
        of("youtube", "BR", vec![(c::COVER_ID, id.into()), (c::FINDING, word.into())])
    };
    let diagnosis = vec![found("c00", "overpromises"), found("c01", "strong")];
    let brief = read(&tables(vec![(TableName::Cover, covers), (TableName::Diagnosis, diagnosis)]));
    let ranking = &brief.rankings[0];
    let told: Vec<&str> = ranking.covers.iter().map(|cover| &*cover.cover_id).collect();
    assert_eq!(told, ["c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08"]);
    assert_eq!((ranking.more, &*ranking.overpromising[0].cover_id), (3, "c00"));
    assert_eq!(ranking.covers[0].rate.low.column, "ctr_standardized_low");
    assert_eq!(ranking.covers[0].finding.as_deref(), Some("strong"));
}

#[test]
fn only_the_newest_date_of_each_place_is_told() {
    let mut older = cover("old", Some(1));
    older.retain(|(column, _)| *column != c::AS_OF);
    older.push((c::AS_OF, date(2026, 10, 31).into()));
    let mut later = cover("later", Some(1));
    later.retain(|(column, _)| *column != c::AS_OF);
    later.push((c::AS_OF, date(2026, 11, 2).into()));
    let brief = read(&tables(vec![(TableName::Cover, vec![older, cover("new", Some(1)), later])]));
    let told: Vec<&str> = brief.rankings[0].covers.iter().map(|cover| &*cover.cover_id).collect();
    assert_eq!(told, ["new"]);
}

fn advice<'a>(platform: &'a str, market: &'a str, starts: Option<(&'a str, Date)>, more: Cells<'a>) -> Cells<'a> {
    let mut cells = of(platform, market, vec![(c::ACTION, "keep".into()), (c::STATE, "fresh".into())]);
    cells.extend([(c::OVER_UNTIL, NIGHT.into()), (c::DATA_UNTIL, NIGHT.into()), (c::SURENESS, "open".into())]);
    if let Some((at, day)) = starts {
        cells.extend([(c::SLOT, "prime".into()), (c::SLOT_START_UTC, super::frames::Held::Instant(at))]);
        cells.push((c::SLOT_END_UTC, super::frames::Held::Instant("2026-11-04T00:00:00Z")));
        for column in [c::SLOT_START_LOCAL, c::SLOT_END_LOCAL, c::SLOT_START_HOME, c::SLOT_END_HOME] {
            cells.push((column, day.at(19, 0, 0, 0).into()));
        }
    }
    cells.retain(|(column, _)| more.iter().all(|(other, _)| other != column));
    cells.extend(more);
    cells
}

#[test]
fn nights_are_in_the_order_in_which_they_begin() {
    let rows = vec![
        advice("youtube", "BR", Some(("2026-11-02T22:00:00Z", NIGHT)), Vec::new()),
        advice("tiktok_shop_live", "ID", None, Vec::new()),
        advice("youtube", "ID", Some(("2026-11-02T12:00:00Z", NIGHT)), Vec::new()),
        advice("youtube", "DE", None, Vec::new()),
    ];
    let brief = read(&tables(vec![(TableName::Advice, rows)]));
    let markets: Vec<&str> = brief.nights.iter().map(|night| &*night.market).collect();
    assert_eq!(markets, ["ID", "BR", "DE"]);
    let platforms: Vec<&str> = brief.nights[0].places.iter().map(|advice| &*advice.place.platform).collect();
    assert_eq!(platforms, ["youtube", "tiktok_shop_live"]);
    assert_eq!([&*brief.nights[1].city.en, &*brief.nights[1].city.zh], ["São Paulo", "圣保罗"]);
    let fresh: Vec<&str> = brief.freshness.places.iter().map(|place| &*place.place.market).collect();
    assert_eq!(fresh, ["ID", "ID", "BR", "DE"], "in the order of the nights");
}

#[test]
fn what_is_held_back_is_told_where_it_is_not_so_everywhere() {
    let held = |market: &'static str| {
        let lack: Cells<'static> = vec![
            (c::STATE, "held".into()),
            (c::DATA_UNTIL, date(2026, 10, 31).into()),
            (c::LACK_EN, "orders fell by a third".into()),
            (c::LACK_ZH, "订单少三分之一".into()),
        ];
        advice("youtube", market, None, lack)
    };
    let brief =
        read(&tables(vec![(TableName::Advice, vec![held("BR"), advice("youtube", "ID", None, Vec::new())])]));
    let told = brief.nights.iter().map(|night| night.places[0].held.as_ref());
    let told: Vec<_> = told.map(|text| text.map(|text| [text.en.clone(), text.zh.clone()])).collect();
    let both = ["data until 31\u{a0}October: orders fell by a third", "数据截至10月31日：订单少三分之一"];
    assert_eq!(told, [Some(both.map(str::to_owned)), None]);
    assert_eq!(brief.freshness.places[0].state, State::Held);
    let brief = read(&tables(vec![(TableName::Advice, vec![held("BR"), held("ID")])]));
    assert!(brief.nights.iter().all(|night| night.places[0].held.is_none()), "it is so everywhere");
}

#[test]
fn an_avoided_cover_has_what_diagnosis_says() {
    let rows = vec![advice("youtube", "BR", None, vec![(c::AVOID, "free gift gone".into())])];
    let figures: Cells<'_> = vec![
        (c::COVER_ID, "free gift".into()),
        (c::FINDING, "overpromises".into()),
        (c::STAY_RATE, 0.06.into()),
        (c::STAY_STEP[1], 0.32.into()),
    ];
    let brief =
        read(&tables(vec![(TableName::Advice, rows), (TableName::Diagnosis, vec![of("youtube", "BR", figures)])]));
    let avoid = &brief.nights[0].places[0].avoid;
    let gone = &avoid[1];
    assert_eq!((avoid.len(), &*gone.cover_id, gone.stay_rate.value), (2, "gone", None));
    assert!(gone.stay_rate.why_null.as_ref().is_some_and(|why| why.en.contains("not on air")));
    assert_eq!((&*avoid[0].cover_id, avoid[0].stay_usual.value), ("free gift", Some(0.32)));
    assert_eq!(avoid[0].reason.zh, "封面承诺的内容直播间没有兑现。");
}

#[test]
fn earlier_advice_is_told_newest_first() {
    let past = |on: i8, outcome: &'static str| {
        let cells: Cells<'static> = vec![
            (c::ADVISED_ON, date(2026, 10, on).into()),
            (c::ADVISED_UNTIL, date(2026, 10, on).into()),
            (c::ACTION, "try".into()),
            (c::COVER_ID, "a".into()),
            (c::OUTCOME, outcome.into()),
        ];
        of("youtube", "BR", cells)
    };
    let brief = read(&tables(vec![(TableName::AdviceLog, vec![past(3, "paid"), past(9, "not_followed")])]));
    let told: Vec<(i8, Outcome)> =
        brief.log.past.iter().map(|past| (past.advised_on.day(), past.outcome)).collect();
    assert_eq!(told, [(9, Outcome::NotFollowed), (3, Outcome::Paid)]);
    assert_eq!(brief.log.past[0].action, Action::Try);
}

#[test]
fn slots_stand_in_the_order_of_the_markets_day() {
    let slot = |audience: &'static str, slot: &'static str, hour: i8, broadcasts: i64, rank: i64| {
        let start =
            if hour >= 24 { NIGHT.tomorrow().unwrap().at(hour - 24, 0, 0, 0) } else { NIGHT.at(hour, 0, 0, 0) };
        let mut cells: Cells<'static> = vec![
            (c::AUDIENCE, audience.into()),
            (c::SLOT, slot.into()),
            (c::LOCAL_DATE, NIGHT.into()),
            (c::BROADCASTS, broadcasts.into()),
            (c::RANK, rank.into()),
            (c::PROVEN_PER_HOUR, 5.0.into()),
            (c::RANKED_BY, "clicks_per_hour".into()),
        ];
        for column in [c::SLOT_START_LOCAL, c::SLOT_END_LOCAL, c::SLOT_START_HOME, c::SLOT_END_HOME] {
            cells.push((column, start.into()));
        }
        of("youtube", "BR", cells)
    };
    let rows = vec![
        slot("f / 18-24", "prime", 19, 20, 2),
        slot("f / 18-24", "after", 25, 7, 1),
        slot("all", "after", 25, 30, 1),
        slot("all", "morning", 4, 30, 3),
    ];
    let brief = read(&tables(vec![(TableName::SlotPlan, rows)]));
    let map = &brief.slot_maps[0];
    let slots: Vec<&str> = map.slots.iter().map(|slot| &*slot.id).collect();
    assert_eq!((slots, map.metric), (vec!["morning", "prime", "after"], c::CTR));
    let [all, women] = &map.audiences[..] else { panic!("{:?}", map.audiences) };
    assert_eq!((&*all.id, &*women.title.zh), ("all", "女 18–24"));
    let best = |row: &crate::AudienceRow| -> Vec<bool> {
        row.cells.iter().map(|cell| cell.as_ref().is_some_and(|cell| cell.is_best_proven)).collect()
    };
    assert_eq!(best(all), [false, false, true]);
    assert_eq!(best(women), [false, true, false], "seven broadcasts prove nothing");
    assert!(women.cells[0].is_none());
}

#[test]
fn a_review_sums_over_covers_and_fills_what_is_empty() {
    let minute = |at: &'static str, cover: &'static str, shown: i64, clicks: Option<i64>| {
        let mut cells = of(
            "youtube",
            "BR",
            vec![
                (c::LOCAL_DATE, NIGHT.into()),
                (c::BROADCAST_ID, "b1".into()),
                (c::COVER_ID, cover.into()),
                (c::MINUTE_START_UTC, super::frames::Held::Instant(at)),
                (c::MINUTES, 5.into()),
                (Count::Impressions.word(), shown.into()),
            ],
        );
        cells.retain(|(column, _)| *column != c::AS_OF);
        cells.extend(clicks.map(|clicks| (Count::Clicks.word(), clicks.into())));
        cells
    };
    let minutes = vec![
        minute("2026-11-01T22:00:00Z", "a", 60, Some(3)),
        minute("2026-11-01T22:00:00Z", "b", 40, Some(5)),
        minute("2026-11-01T22:15:00Z", "a", 10, Some(1)),
        minute("2026-11-01T22:15:00Z", "b", 30, None),
    ];
    let views: Cells<'_> = vec![
        (c::PLATFORM, "player".into()),
        (c::MARKET, "BR".into()),
        (c::LOCAL_DATE, NIGHT.into()),
        (c::OF_PLATFORM, "youtube".into()),
        (c::BROADCAST_ID, "b1".into()),
        (c::MINUTE_START_UTC, super::frames::Held::Instant("2026-11-01T22:15:00Z")),
        (c::VIEWS, 50.into()),
        (c::BAD_VIEWS, 7.into()),
    ];
    let all = tables(vec![(TableName::BroadcastMinutes, minutes), (TableName::QualityMinutes, vec![views])]);
    let brief = read(&all);
    let review = &brief.reviews[0];
    let shown: Vec<_> = review.bars.iter().map(|bar| (bar.impressions, bar.clicks, bar.orders)).collect();
    let empty = (Some(0), Some(0), None);
    assert_eq!(shown, [(Some(100), Some(8), None), empty, empty, (Some(40), None, None)]);
    assert_eq!(review.bars[0].starts_local, NIGHT.at(19, 0, 0, 0), "São Paulo");
    assert_eq!(review.bars[0].starts_home, date(2026, 11, 2).at(6, 0, 0, 0), "Shanghai");
    assert_eq!((review.has_quality, review.bars[3].bad_views), (true, Some(7)));
    let airings: Vec<_> =
        review.airings.iter().map(|air| (&*air.cover_id, air.from, air.to, air.ctr.value)).collect();
    assert_eq!(airings, [("a", 0, 1, Some(0.05)), ("b", 3, 4, None)]);
    assert!(review.airings[1].ctr.why_null.is_some());
    let (looked_up, off) = crate::testing::differences(&brief, &all);
    assert!(off.is_empty() && looked_up > 0, "{off:?}");
}

#[test]
fn a_test_that_ended_long_ago_is_told_only_where_advice_rests_on_it() {
    let arm = |experiment: &'static str, as_of: Date, state: &'static str| {
        let cells: Cells<'static> = vec![
            (c::PLATFORM, "youtube".into()),
            (c::MARKET, "BR".into()),
            (c::AS_OF, as_of.into()),
            (c::EXPERIMENT, experiment.into()),
            (c::COVER_ID, "a".into()),
            (c::ON_AIR, "a".into()),
            (c::STATE, state.into()),
            (c::STAY_GUARDRAIL, "off".into()),
            (c::ORDERS_GUARDRAIL, "held".into()),
            (c::SINCE, as_of.into()),
            (c::UNTIL, as_of.into()),
        ];
        cells
    };
    let long_ago = date(2026, 6, 1);
    let rows = vec![arm("old", long_ago, "over"), arm("won", long_ago, "decided"), arm("runs", NIGHT, "running")];
    let advice = vec![advice("youtube", "BR", None, vec![(c::EXPERIMENT, "won".into())])];
    let brief = read(&tables(vec![(TableName::Experiment, rows), (TableName::Advice, advice)]));
    let told: Vec<&str> = brief.tests.iter().map(|test| &*test.experiment).collect();
    assert_eq!(told, ["runs", "won"]);
    let arm = &brief.tests[0].arms[0];
    let guarded: Vec<_> = arm.guardrails.iter().map(|guardrail| (guardrail.of, &*guardrail.state)).collect();
    assert_eq!((arm.is_on_air, guarded), (true, vec![("orders", "held")]));
}

#[test]
fn covers_that_changed_beyond_chance_are_told() {
    let row = |scope: &'static str, cover: Option<&'static str>, within: [f64; 3]| {
        let [at, low, high] = within;
        let mut cells = of(
            "youtube",
            "BR",
            vec![
                (c::SCOPE, scope.into()),
                (c::METRIC, c::EFFECTIVE_CTR.into()),
                (c::BEFORE_SINCE, date(2026, 10, 19).into()),
                (c::BEFORE_UNTIL, date(2026, 10, 25).into()),
                (c::AFTER_SINCE, date(2026, 10, 26).into()),
                (c::UNTIL, NIGHT.into()),
                (c::CHANGE, at.into()),
                (c::WITHIN, at.into()),
                ("within_low", low.into()),
                ("within_high", high.into()),
            ],
        );
        cells.extend(cover.map(|cover| (c::COVER_ID, cover.into())));
        cells
    };
    let rows = vec![
        row("all", None, [0.01, -0.01, 0.02]),
        row("last_date", None, [0.01, -0.01, 0.02]),
        row("cover", Some("chance"), [0.9, -0.1, 1.9]),
        row("cover", Some("less"), [0.01, 0.005, 0.015]),
        row("cover", Some("more"), [-0.02, -0.03, -0.01]),
    ];
    let all = tables(vec![(TableName::Mix, rows)]);
    let brief = read(&all);
    let changes = &brief.changes[0];
    let told: Vec<&str> = changes.covers.iter().map(|(cover, _)| &**cover).collect();
    assert_eq!(told, ["more", "less"]);
    let week = changes.last_week.as_ref().unwrap();
    assert_eq!(week.after_until, NIGHT);
    assert_eq!(changes.last_date.as_ref().unwrap().after_until, date(2026, 10, 26));
    assert_eq!(crate::testing::differences(&brief, &all).1, Vec::<String>::new());
}
