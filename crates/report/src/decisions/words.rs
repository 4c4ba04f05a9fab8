//! Every sentence of these tables, on generated markets: plurals, numbers and both languages.

use polars::prelude::DataFrame;
use proptest::prelude::*;

use super::cover_pair::cover_pair;
use super::localization::{Versions, localization};
use super::on_air::on_air;
use super::{cover, diagnosis, mix, slot_plan};
use crate::returning::cover_revisits::tests::revisits;
use crate::testing::{Scene, context};
use coverledger_config::Market;
use coverledger_core::model::{Count, columns as c};
use coverledger_core::time::{DayRule, SlotTable, Zone};

/// One row of a market: days before the end, slot, audience, broadcast, cover, and counts.
type Row = (i32, usize, usize, u64, usize, [u64; 5]);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let counts = (0_u64..4_000, 0_u64..300, 0_u64..200, 0_u64..150, 0_u64..100);
    let counts = counts.prop_map(|(impressions, clicks, entries, entrants, stays)| {
        [impressions, clicks, entries, entrants.min(entries), stays.min(entries)]
    });
    prop::collection::vec((0_i32..15, 0_usize..2, 0_usize..2, 0_u64..12, 0_usize..4, counts), 1..120)
}

fn scene(market: &'static str, rows: &[Row], has_clicks: bool, has_entrants: bool) -> Scene {
    let mut scene = Scene { market, ..Scene::default() };
    for (day, slot, audience, broadcast, cover, [impressions, clicks, entries, entrants, stays]) in rows {
        let mut counts =
            vec![(Count::Impressions, *impressions), (Count::Entries, *entries), (Count::Stays, *stays)];
        if has_clicks {
            counts.push((Count::Clicks, *clicks));
        }
        if has_entrants {
            counts.push((Count::Entrants, *entrants));
        }
        let names = [
            ["night", "prime"][*slot],
            ["f", "m"][*audience],
            &format!("b{broadcast}"),
            ["a", "b", "c", "d"][*cover],
        ];
        scene.row(*day, names, broadcast % 11 == 10, &counts);
    }
    scene
}

fn market() -> Market {
    let day = DayRule::calendar(Zone::named("America/New_York").unwrap());
    let slots = [("night", "00:00"), ("prime", "19:00")].map(|(name, at)| (name.to_owned(), at.parse().unwrap()));
    Market { slots: SlotTable::new(day.starts_at, slots.into()).unwrap(), slots_name: "s".to_owned(), day }
}

/// What no sentence may hold: a plural of one, and numbers that are none.
const NEVER: [&str; 12] =
    ["1 broadcasts", "1 days", "1 cells", "0.00e0", "e-1", "NaN", " inf", "-0.00", "  ", " .", "{", "None"];

fn check(table: &DataFrame, english: &str, chinese: &str) {
    let column = |name: &str| table.column(name).unwrap().str().unwrap().clone();
    let (english, chinese) = (column(english), column(chinese));
    for row in 0..table.height() {
        let (Some(en), Some(zh)) = (english.get(row), chinese.get(row)) else {
            panic!("{:?} has no twin in the other language: {:?}", english.get(row), chinese.get(row));
        };
        for never in NEVER {
            // A number that ends in 1 is no one.
            let is_there = |text: &str| {
                text.match_indices(never).any(|(at, _)| {
                    !never.starts_with('1') || !text[..at].ends_with(|before: char| before.is_ascii_digit())
                })
            };
            assert!(!is_there(en) && !is_there(zh), "`{never}` in {en} {zh}");
        }
        assert!(en.ends_with(['.', ')']), "{en}");
        assert!(en.is_ascii() || !en.contains(|sign: char| ('\u{4e00}'..='\u{9fff}').contains(&sign)), "{en}");
        assert!(zh.contains(|sign: char| ('\u{4e00}'..='\u{9fff}').contains(&sign)) && zh.ends_with('。'), "{zh}");
        // As many sentences that were not decided by lot, and the figures of one are the figures of the other.
        assert_eq!(en.contains("ot randomized"), zh.contains("未随机分配"), "{en} {zh}");
        assert_eq!(en.contains("only a rotation can tell"), zh.contains("只有轮换测试才能判断"), "{en} {zh}");
    }
}

fn is_not_randomized(table: &DataFrame) {
    let column = table.column(c::RANDOMIZED).unwrap().bool().unwrap().clone();
    assert!(column.iter().all(|randomized| randomized == Some(false)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn sentences_are_whole_in_both_languages(
        here in rows(), there in rows(), has_clicks in any::<bool>(), has_entrants in any::<bool>(),
    ) {
        let here = scene("ID", &here, has_clicks, has_entrants).evidence();
        let there = scene("US", &there, has_clicks, has_entrants).evidence();
        let context = context(&here);
        let judged = diagnosis::judged(&context, 0.6, &revisits("a", has_clicks));
        let ranked = cover::covers(&context, &judged);
        let on_air = on_air(&here);
        let covers = ranked.table(&context, on_air).unwrap();
        check(&covers, c::NOTE, c::NOTE_ZH);
        is_not_randomized(&covers);
        let pairs = cover_pair(&context, &ranked, on_air).unwrap();
        check(&pairs, c::NOTE, c::NOTE_ZH);
        is_not_randomized(&pairs);
        let steps = diagnosis::diagnosis(&context, &judged).unwrap();
        check(&steps, c::ACTION_EN, c::ACTION_ZH);
        is_not_randomized(&steps);
        let slots = slot_plan::slot_plan(&context, &market(), &Zone::utc()).unwrap();
        check(&slots, c::NOTE, c::NOTE_ZH);
        is_not_randomized(&slots);
        check(&mix::mix(&context, 7).unwrap(), c::NOTE, c::NOTE_ZH);
        for (shared, localized) in [("a", "b"), ("a", "z"), ("z", "a"), ("x", "y")] {
            let versions = Versions { family: "f", shared, localized };
            let table = localization(&context, &[versions], &[&there]).unwrap();
            check(&table, c::NOTE, c::NOTE_ZH);
            is_not_randomized(&table);
        }
    }
}
