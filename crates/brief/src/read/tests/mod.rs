//! Tables by hand, read.

mod decided;
mod frames;
mod parts;
mod said;

use coverledger_core::model::{TableName, columns as c};
use polars::prelude::{Column, DataFrame};

use self::frames::{NIGHT, frame, of, tables, workspace};
use crate::testing::figures;
use crate::{Brief, BriefTables};

fn read(tables: &BriefTables) -> Brief {
    Brief::read(tables, &workspace(), NIGHT, 1).unwrap()
}

#[test]
fn without_tables_there_is_a_brief_that_says_nothing() {
    let brief = read(&BriefTables::default());
    assert!(brief.nights.is_empty() && brief.rankings.is_empty() && figures(&brief).is_empty());
    assert_eq!((brief.as_of, brief.revision, &*brief.home.zh), (NIGHT, 1, "上海"));
    assert!(brief.wanted_thumbnails().is_empty());
}

#[test]
fn a_table_of_an_earlier_release_gives_less() {
    let row =
        of("youtube", "BR", vec![(c::COVER_ID, "a".into()), (c::SINCE, NIGHT.into()), (c::UNTIL, NIGHT.into())]);
    let full = frame(TableName::Cover, &[row]);
    let old = full.select([c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID, c::SINCE, c::UNTIL]).unwrap();
    let brief = read(&BriefTables { frames: [(TableName::Cover, old)].into() });
    let cover = &brief.rankings[0].covers[0];
    let why = cover.rank.why_null.as_ref().unwrap();
    assert!(why.en.contains("earlier release") && why.zh.contains("较早的版本"), "{why:?}");
    assert!(!cover.is_on_air && cover.ratio.low.value.is_none());
}

#[test]
fn a_table_of_another_kind_is_an_error() {
    let wrong = DataFrame::new(1, vec![Column::new(c::RANK.into(), ["first"])]).unwrap();
    let tables = BriefTables { frames: [(TableName::Cover, wrong)].into() };
    let error = Brief::read(&tables, &workspace(), NIGHT, 1).unwrap_err();
    let expected =
        "table `cover` has a column `rank` of another type (expected int64; the file is of another table)";
    assert_eq!(error.to_string(), expected);
}

/// A row that knows nothing but its key.
fn bare(table: TableName) -> frames::Cells<'static> {
    let mut row = of("youtube", "BR", Vec::new());
    row.retain(|(column, _)| table.spec().columns().iter().any(|spec| spec.name == *column));
    let more: frames::Cells<'static> = match table {
        TableName::Advice => {
            vec![(c::STATE, "nothing".into()), (c::ACTION, "no_data".into()), (c::OVER_UNTIL, NIGHT.into())]
        }
        TableName::AdviceLog => vec![
            (c::ADVISED_ON, NIGHT.into()),
            (c::ADVISED_UNTIL, NIGHT.into()),
            (c::ACTION, "change".into()),
            (c::OUTCOME, "too_early".into()),
        ],
        TableName::Cover => vec![(c::COVER_ID, "a".into()), (c::SINCE, NIGHT.into()), (c::UNTIL, NIGHT.into())],
        TableName::CoverHistory => vec![
            (c::COVER_ID, "a".into()),
            (c::LEVEL, "cover".into()),
            (c::SLOT, "all".into()),
            (c::FATIGUE, "fading".into()),
        ],
        TableName::Mix => vec![
            (c::SCOPE, "all".into()),
            (c::METRIC, c::CTR.into()),
            (c::BEFORE_SINCE, NIGHT.into()),
            (c::BEFORE_UNTIL, NIGHT.into()),
            (c::AFTER_SINCE, NIGHT.into()),
            (c::UNTIL, NIGHT.into()),
        ],
        TableName::SlotPlan => vec![
            (c::AUDIENCE, "all".into()),
            (c::SLOT, "prime".into()),
            (c::LOCAL_DATE, NIGHT.into()),
            (c::SLOT_START_LOCAL, NIGHT.at(19, 0, 0, 0).into()),
            (c::SLOT_END_LOCAL, NIGHT.at(23, 0, 0, 0).into()),
            (c::SLOT_START_HOME, NIGHT.at(7, 0, 0, 0).into()),
            (c::SLOT_END_HOME, NIGHT.at(11, 0, 0, 0).into()),
        ],
        TableName::Experiment => vec![
            (c::EXPERIMENT, "hero".into()),
            (c::COVER_ID, "a".into()),
            (c::SINCE, NIGHT.into()),
            (c::UNTIL, NIGHT.into()),
            (c::STAY_GUARDRAIL, "unknown".into()),
            (c::ORDERS_GUARDRAIL, "unknown".into()),
            (c::CONVERSION_GUARDRAIL, "unknown".into()),
            (c::REVISITS_GUARDRAIL, "unknown".into()),
        ],
        TableName::QualityEffect => vec![(c::METHOD, "viewers".into())],
        TableName::NextTests => vec![(c::RANK, 1.into()), (c::COVER_ID, "a".into())],
        _ => Vec::new(),
    };
    row.extend(more);
    row
}

/// The tables that have figures.
const WITH_FIGURES: [TableName; 9] = [
    TableName::Advice,
    TableName::AdviceLog,
    TableName::Cover,
    TableName::CoverHistory,
    TableName::Mix,
    TableName::SlotPlan,
    TableName::Experiment,
    TableName::QualityEffect,
    TableName::NextTests,
];

#[test]
fn every_null_has_its_reason_in_words() {
    let all = tables(WITH_FIGURES.into_iter().map(|table| (table, vec![bare(table)])).collect());
    let cells = figures(&read(&all));
    for table in WITH_FIGURES {
        assert!(cells.iter().any(|cell| cell.row.table == table), "{table} has no figure");
    }
    for cell in cells {
        let (table, column) = (cell.row.table, cell.figure.column);
        let Some(why) = &cell.figure.why_null else { continue };
        let spec = super::line::declared(table, column);
        let meaning = spec.unwrap_or_else(|| panic!("{table}.{column} is not declared")).null.as_deref();
        // What is never null is null in no table that a release wrote.
        let Some(meaning) = meaning else { continue };
        assert!(super::null::is_spoken(meaning), "no words for null of {table}.{column}: {meaning}");
        assert!(!why.en.contains('`') && !why.zh.is_empty() && why.en != why.zh, "{why:?}");
    }
}
