//! What is published is what comes of it when it is read back and rendered anew, byte for byte.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::super::{frame, market_day, turns, viewer_groups};
use super::*;
use coverledger_core::model::{
    Change, ClickEvent, Conventions, CountSet, GroupFact, ImpressionBasis, MarketDay, MarketId, PlatformId,
    Prorated, Share, TurnFact, TurnNumber, TurnSpan, Turns, UniqueBasis, Unknown, ViewerGroup,
};
use coverledger_core::time::{DayRule, LocalDay, SlotTable, Zone};

/// 2026-08-24 in New York, where at 03:00 (midnight in California) impressions went and entries were redefined.
struct Place {
    market_day: MarketDay,
    market: Market,
    day: LocalDay,
    eras: Eras,
    turns: Turns,
}

impl Place {
    fn new(uniques: UniqueBasis) -> Self {
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let slot = |name: &str, at: &str| (name.to_owned(), at.parse().unwrap());
        let slots = vec![slot("night", "00:00"), slot("day", "06:00")];
        let local_date = date(2026, 8, 24);
        let first = Conventions { impression: ImpressionBasis::Displays, click: ClickEvent::CoverTap, uniques };
        let change = Change {
            since: local_date,
            at: "2026-08-24T07:00:00Z".parse().unwrap(),
            impression: Some(ImpressionBasis::Viewers),
            redefined: BTreeMap::from([(Count::Entries, "a view from the first second".to_owned())]),
            introduced: BTreeMap::new(),
            withdrawn: BTreeMap::from([(Count::Clickers, "removed with v26".to_owned())]),
        };
        let day = rule.day(local_date).unwrap();
        let at = |seconds: i64| day.start.as_microsecond() + seconds * 1_000_000;
        let span = TurnSpan { starts_us: at(600), settles_us: at(900), ends_us: at(7_200) };
        Self {
            market_day: MarketDay { platform: PlatformId::new("p"), market: MarketId::new("US"), local_date },
            market: Market {
                slots: SlotTable::new(rule.starts_at, slots).unwrap(),
                slots_name: "halves".to_owned(),
                day: rule,
            },
            day,
            eras: Eras { changes: vec![change], ..Eras::only(first) },
            turns: Turns::new([span]),
        }
    }
}

fn counts() -> impl Strategy<Value = CountSet> {
    vec(any::<bool>(), Count::ALL.len())
        .prop_map(|has| Count::ALL.into_iter().zip(has).filter(|(_, has)| *has).map(|(count, _)| count).collect())
}

/// Of each count whether it is known, known in part, or not spoken of, with its bounds and the rows behind it.
fn figures() -> impl Strategy<Value = (Figures, Parts)> {
    let of_count = (0_u8..8, 0_u64..1_000_000, 0_u64..500, 0_u64..500, 0_u32..4, 0_u32..4);
    let share = |part: u64| Share { part_seconds: part, whole_seconds: 86_400 };
    let said = (vec(of_count, Count::ALL.len()), counts(), 0_u64..50, 1_u64..86_400, 0_u64..86_400);
    said.prop_map(move |(of_counts, derived, prorated, of_day, on_air)| {
        let (mut figures, mut parts) = (Figures::default(), Parts::default());
        for (count, (kind, low, more, most, told, untold)) in Count::ALL.into_iter().zip(of_counts) {
            let measure = Measure { low, value: low + more, high: low + more + most };
            if kind == 0 {
                continue;
            }
            figures.put(count, measure);
            if kind == 1 {
                figures.known = figures.known.without(count);
                figures.missing = figures.missing.with(count);
                parts.say(count, (told, told + untold));
            } else {
                parts.say(count, (told, told));
            }
        }
        figures.derived = derived;
        figures.prorated = Prorated { impressions: prorated, entries: prorated / 2 };
        (figures.day_match, figures.on_air) = (share(of_day), share(on_air));
        (figures, parts)
    })
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let part = prop_oneof![Just(DayPart::Slot(0)), Just(DayPart::Slot(1)), Just(DayPart::AllDay)];
    let key = (0_u16..2, part, "[ab]", "[rs]", "[xyz]", any::<bool>());
    let key = key.prop_map(|(era, part, audience, broadcast, cover, contaminated)| FactKey {
        era: Era(era),
        part,
        audience: audience.into(),
        broadcast_id: broadcast.into(),
        cover_id: cover.into(),
        contaminated,
    });
    let fact = (figures(), proptest::option::of(0_u64..40));
    btree_map(key, fact, 0..24).prop_map(|facts| {
        let fact = |(key, ((figures, parts), orphan_clicks))| Fact { key, figures, parts, orphan_clicks };
        facts.into_iter().map(fact).collect()
    })
}

fn unknown() -> impl Strategy<Value = Vec<Unknown>> {
    let row = (0_usize..Count::ALL.len(), "[kl]", 1_u64..6).prop_map(|(count, object, rows)| Unknown {
        count: Count::ALL[count],
        object,
        rows,
        of: 9,
        records: vec![2],
    });
    vec(row, 0..4).prop_map(|mut rows| {
        rows.sort();
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_from_the_archive_is_what_was_published(
        facts in facts(),
        booked in facts(),
        mapped in counts(),
        unknown in unknown(),
        is_by_row in any::<bool>(),
        has_turns in any::<bool>(),
        has_groups in any::<bool>(),
        provisional in any::<bool>(),
    ) {
        let place = Place::new(if is_by_row { UniqueBasis::Row } else { UniqueBasis::FirstTouch });
        let by_turn: Vec<TurnFact> = facts
            .iter()
            .enumerate()
            .map(|(at, fact)| TurnFact { turn: TurnNumber(u32::try_from(at % 3).unwrap()), fact: fact.clone() })
            .collect();
        let by_group: Vec<GroupFact> = facts
            .iter()
            .enumerate()
            .map(|(at, fact)| GroupFact { group: u8::try_from(at).ok().and_then(|at| ViewerGroup::new(at.checked_sub(1)?)), fact: fact.clone() })
            .collect();
        let counted = MarketDayContext {
            market_day: &place.market_day,
            market: &place.market,
            day: &place.day,
            eras: &place.eras,
            mapped,
            provisional,
            facts: &facts,
            booked: &booked,
            by_turn: has_turns.then_some((&place.turns, by_turn.as_slice())),
            by_group: has_groups.then_some(("0123456789abcdef", by_group.as_slice())),
            unknown: &unknown,
        };
        let publish = |revision| {
            let [funnel, slots, capability, bridge] = market_day(&counted, revision).unwrap();
            let mut tables = vec![
                (TableName::Funnel, funnel),
                (TableName::SlotAudience, slots),
                (TableName::Capability, capability),
            ];
            // As in the archive: what a market-day can do without is there if it has rows.
            tables.extend((bridge.rows > 0).then_some((TableName::Bridge, bridge)));
            tables.extend(has_turns.then(|| (TableName::Turns, turns(&counted, revision).unwrap())));
            tables.extend(has_groups.then(|| (TableName::ViewerGroups, viewer_groups(&counted, revision).unwrap())));
            tables.into_iter().map(|(table, made)| (table, Bytes::from(made.bytes))).collect::<BTreeMap<_, _>>()
        };
        let published = publish(3);
        let read = PublishedDay::read(&published, &place.market, &place.eras).unwrap();
        let sheet = MarketDayContext {
            facts: read.facts(),
            booked: read.booked(),
            by_turn: None,
            by_group: None,
            unknown: &[],
            ..counted
        };
        for (revision, expected) in [(3, published), (4, publish(4))] {
            let counted_by = Some(TableName::Funnel.version());
            let rendered = read.render(&sheet, counted_by, revision).unwrap();
            for (table, made) in rendered {
                let Some(expected) = expected.get(&table) else {
                    prop_assert_eq!((table, made.rows), (TableName::Bridge, 0));
                    continue;
                };
                prop_assert!(
                    *expected == made.bytes,
                    "{table} of revision {revision}:\n{}\n{}",
                    frame(std::slice::from_ref(expected)).unwrap(),
                    frame(&[made.bytes.into()]).unwrap()
                );
            }
        }
    }
}

#[test]
fn what_the_configuration_no_longer_knows_is_not_read() {
    let place = Place::new(UniqueBasis::FirstTouch);
    let mut figures = Figures::default();
    figures.put(Count::Impressions, Measure::exact(7));
    let key = FactKey {
        era: Era(1),
        part: DayPart::Slot(1),
        audience: "a".into(),
        broadcast_id: "r".into(),
        cover_id: "x".into(),
        contaminated: false,
    };
    let facts = [Fact { key, figures, parts: Parts::default(), orphan_clicks: None }];
    let sheet = MarketDayContext {
        market_day: &place.market_day,
        market: &place.market,
        day: &place.day,
        eras: &place.eras,
        mapped: CountSet::ALL,
        provisional: false,
        facts: &facts,
        booked: &[],
        by_turn: None,
        by_group: None,
        unknown: &[],
    };
    let [funnel, slots, capability, _] = market_day(&sheet, 1).unwrap();
    let made =
        [(TableName::Funnel, funnel), (TableName::SlotAudience, slots), (TableName::Capability, capability)];
    let mut tables: BTreeMap<TableName, Bytes> =
        made.into_iter().map(|(table, made)| (table, made.bytes.into())).collect();
    let read = |tables: &BTreeMap<TableName, Bytes>, market: &Market, eras: &Eras| {
        PublishedDay::read(tables, market, eras).map(|_| ()).map_err(|error| format!("{error:?}"))
    };
    assert_eq!(read(&tables, &place.market, &place.eras), Ok(()));
    let older = Eras { changes: Vec::new(), ..place.eras.clone() };
    let refused = read(&tables, &place.market, &older).unwrap_err();
    assert!(refused.contains("no such conventions now"), "{refused}");
    let slots = vec![("whole".to_owned(), "00:00".parse().unwrap())];
    let slots = SlotTable::new(place.market.day.starts_at, slots).unwrap();
    let other = Market { slots, slots_name: "whole".to_owned(), day: place.market.day.clone() };
    let refused = read(&tables, &other, &place.eras).unwrap_err();
    assert!(refused.contains("no slot `day` now"), "{refused}");
    tables.remove(&TableName::Funnel);
    assert!(read(&tables, &place.market, &place.eras).unwrap_err().contains("Missing"));
}
