//! Every figure of a brief is the cell that it names, on tables that real decisions made.

use std::collections::BTreeMap;

use coverledger_core::model::{
    ClickEvent, Conventions, Count, Figures, ImpressionBasis, MarketId, Measure, PlatformId, TableName,
    UniqueBasis,
};
use coverledger_report::returning::CoverRevisits;
use coverledger_report::{Evidence, Observed};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::frames::{NIGHT, workspace};
use crate::testing::differences;
use crate::{Brief, BriefTables};

/// How often of a thousand impressions each cover brings somebody, and how many of ten stay.
const COVERS: [(&str, u64, u64); 5] =
    [("best", 70, 4), ("gift", 90, 0), ("plain", 40, 4), ("rare", 45, 4), ("weak", 20, 4)];

/// Twenty broadcasts of all covers but one, which is in five of them only; in two slots, for two audiences.
fn evidence(market: &str) -> Evidence {
    let mut rows = Vec::new();
    for broadcast in 0..20_usize {
        let local_date: Date = NIGHT.checked_sub(i64::try_from(broadcast).unwrap().days()).unwrap();
        for slot in 0..2 {
            for audience in 0..2 {
                for (cover, (name, draws, stay)) in COVERS.into_iter().enumerate() {
                    if name == "rare" && broadcast >= 5 {
                        continue;
                    }
                    let wobble = u64::try_from((broadcast * 7 + cover * 3 + slot) % 11).unwrap();
                    let shown = 800 + 40 * wobble;
                    let came = shown * (draws + wobble) / 1_000;
                    let mut figures = Figures::default();
                    let counts = [
                        (Count::Impressions, shown),
                        (Count::Clicks, came),
                        (Count::Entries, came),
                        (Count::Entrants, came),
                        (Count::Stays, came * stay / 10),
                    ];
                    for (count, value) in counts {
                        figures.put(count, Measure::exact(value));
                    }
                    rows.push(Observed {
                        local_date,
                        slot,
                        audience,
                        broadcast,
                        cover,
                        contaminated: false,
                        turn: None,
                        group: None,
                        figures,
                    });
                }
            }
        }
    }
    rows.sort_by_key(|row| (row.local_date, row.slot, row.audience, row.broadcast, row.cover));
    Evidence {
        platform: PlatformId::new("youtube"),
        market: MarketId::new(market),
        since: NIGHT.checked_sub(27.days()).unwrap(),
        until: NIGHT,
        conventions: Conventions {
            impression: ImpressionBasis::Displays,
            click: ClickEvent::CoverTap,
            uniques: UniqueBasis::FirstTouch,
        },
        convention_since: None,
        provisional: false,
        has_groups: false,
        slots: ["prime", "late"].map(str::to_owned).into(),
        audiences: ["f / 18-24", "m / 18-24"].map(str::to_owned).into(),
        broadcasts: (0..20).map(|nth| format!("b{nth:02}")).collect(),
        covers: COVERS.map(|(name, ..)| name.to_owned()).into(),
        rows,
        revisits: Vec::new(),
    }
}

fn decided() -> BriefTables {
    let workspace = workspace();
    let evidences = ["BR", "ID"].map(evidence);
    let mut frames: BTreeMap<TableName, Vec<bytes::Bytes>> = BTreeMap::new();
    for (nth, evidence) in evidences.iter().enumerate() {
        let market = &workspace.markets[&evidence.market];
        let rules = workspace.decisions.as_ref().unwrap();
        let home = &workspace.settings.home_timezone;
        let revisits = CoverRevisits::default();
        let tables =
            coverledger_report::decisions(&evidences, nth, rules, market, home, (NIGHT, 1), &revisits).unwrap();
        for (table, rendered) in tables {
            frames.entry(table).or_default().push(rendered.bytes.into());
        }
    }
    let read = |(table, objects): (TableName, Vec<bytes::Bytes>)| {
        (table, coverledger_report::read(table, &objects).unwrap())
    };
    BriefTables { frames: frames.into_iter().map(read).collect() }
}

#[test]
fn every_figure_is_the_cell_that_it_names() {
    let tables = decided();
    let brief = Brief::read(&tables, &workspace(), NIGHT, 1).unwrap();
    let (looked_up, off) = differences(&brief, &tables);
    assert_eq!(off, Vec::<String>::new());
    // Two places of five covers, two slots by three audiences, and changes.
    assert!(looked_up > 200, "{looked_up}");
    let ranking = &brief.rankings[0];
    assert!(ranking.covers.iter().all(|cover| cover.cover_id != "gift"), "{:?}", ranking.overpromising);
    assert_eq!(ranking.overpromising[0].cover_id, "gift");
    let rare = ranking.covers.iter().find(|cover| cover.cover_id == "rare").unwrap();
    let why = rare.ratio.low.why_null.as_ref().unwrap();
    assert_eq!(
        [&*why.en, &*why.zh],
        ["Seen in 5 broadcasts; an interval needs 8.", "只出现过 5 场，区间至少需要 8 场。"]
    );
}

#[test]
fn a_figure_that_is_another_is_found() {
    let tables = decided();
    let mut brief = Brief::read(&tables, &workspace(), NIGHT, 1).unwrap();
    brief.rankings[0].covers[0].ratio.low.value = Some(0.5);
    brief.slot_maps[1].audiences[0].cells[0].as_mut().unwrap().rate.point.why_null = None;
    brief.slot_maps[1].audiences[0].cells[0].as_mut().unwrap().rate.point.value = None;
    let (_, off) = differences(&brief, &tables);
    assert_eq!(off.len(), 3, "a value, a null that is none, and a null without a reason: {off:?}");
}
