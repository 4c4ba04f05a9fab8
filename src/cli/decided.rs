//! The columns that `coverledger show` prints of decision tables: the ones that answer the table's question, the answer last.

use super::show::View;
use coverledger_archive::TableName;
use coverledger_core::model::columns as c;

/// The columns to show of a decision table; empty for other tables.
pub(super) fn views(table: TableName) -> Vec<View<'static>> {
    let [click_rate, click_baseline, ..] = c::CLICK_STEP;
    let [stay_rate, stay_baseline, ..] = c::STAY_STEP;
    let answer = match table {
        TableName::Cover => vec![
            View::Plain(c::RANK),
            View::Plain(c::COVER_ID),
            View::Plain(c::BROADCASTS),
            View::Plain(c::IMPRESSIONS),
            View::Percent(c::CTR),
            View::PercentWithInterval(c::CTR_STANDARDIZED),
            View::PercentWithInterval(c::EFFECTIVE_CTR_STANDARDIZED),
            View::Percent(c::PROVEN_RATE),
            View::Percent(c::STAY_RATE),
            View::Percent(c::MIX_COVERED),
            View::Prose(c::NOTE),
        ],
        TableName::CoverBroadcast => vec![
            View::Plain(c::COVER_ID),
            View::Plain(c::BROADCAST_ID),
            View::Plain(c::FIRST_LOCAL_DATE),
            View::Plain(c::LAST_LOCAL_DATE),
            View::Plain(c::IMPRESSIONS),
            View::Plain(c::ENTRIES),
            View::PercentWithInterval(c::CTR),
            View::PercentWithInterval(c::EFFECTIVE_CTR),
            View::Percent(c::CLICK_CONVERSION),
            View::Percent(c::STAY_RATE),
            View::Number(c::MEAN_DWELL_SECONDS),
            View::Plain(c::CONTAMINATED),
        ],
        TableName::Mix => vec![
            View::Plain(c::COVER_ID),
            View::Plain(c::METRIC),
            View::Percent(c::BEFORE),
            View::Percent(c::AFTER),
            View::PercentWithInterval(c::WITHIN),
            View::Percent(c::MIX),
            View::Plain(c::REVERSAL),
            View::Prose(c::NOTE),
        ],
        TableName::Diagnosis => vec![
            View::Plain(c::COVER_ID),
            View::Percent(click_rate),
            View::Percent(click_baseline),
            View::Percent(stay_rate),
            View::Percent(stay_baseline),
            View::Plain(c::FINDING),
            View::Percent(c::CERTAINTY),
            View::Prose(c::ACTION_EN),
        ],
        TableName::SlotPlan => vec![
            View::Plain(c::AUDIENCE),
            View::Plain(c::RANK),
            View::Plain(c::SLOT),
            View::Plain(c::SLOT_START_LOCAL),
            View::Plain(c::SLOT_START_HOME),
            View::Plain(c::SLOT_END_HOME),
            View::Plain(c::HOME_TIMEZONE),
            View::PercentWithInterval(c::EXPECTED),
            View::Number(c::IMPRESSIONS_PER_DAY),
            View::Number(c::ENTRANTS_PER_DAY),
        ],
        TableName::Localization => vec![
            View::Plain(c::FAMILY),
            View::Plain(c::LOCALIZED_COVER_ID),
            View::Plain(c::METRIC),
            View::Plain(c::BASIS),
            View::Short(c::RATIO),
            View::PercentWithInterval(c::DIFFERENCE),
            View::Prose(c::NOTE),
        ],
        _ => return of_tests(table),
    };
    of_market().into_iter().chain(answer).collect()
}

fn of_market() -> [View<'static>; 3] {
    [View::Plain(c::AS_OF), View::Plain(c::MARKET), View::Plain(c::PLATFORM)]
}

/// The columns of experiments and A/A tests.
fn of_tests(table: TableName) -> Vec<View<'static>> {
    let answer = match table {
        TableName::Experiment => vec![
            View::Plain(c::COVER_ID),
            View::Plain(c::BROADCASTS),
            View::Plain(c::IMPRESSIONS),
            View::Percent(c::CTR),
            View::Percent(c::STAY_RATE),
            View::Number(c::VALUE_PER_MILLE),
            View::PercentWithInterval(c::EFFECT),
            View::Percent(c::PROBABILITY_BEST),
            View::Plain(c::DECISION),
            View::Plain(c::ON_AIR),
            View::Prose(c::REASON_EN),
        ],
        TableName::ExperimentBalance => vec![
            View::Plain(c::SCOPE),
            View::Plain(c::SLOT),
            View::Plain(c::AUDIENCE),
            View::Plain(c::COVER_ID),
            View::Number(c::EXPOSURES),
            View::Number(c::EXPECTED_EXPOSURES),
            View::Plain(c::EXPOSURE_BASIS),
            View::Short(c::P_VALUE),
            View::Short(c::P_ADJUSTED),
            View::Plain(c::IS_IMBALANCED),
        ],
        TableName::FalseWinners => vec![
            View::Plain(c::DESIGN),
            View::Plain(c::DAYS),
            View::Plain(c::BROADCASTS),
            View::Plain(c::TESTS),
            View::Percent(c::LEVEL),
            View::PercentWithInterval(c::FALSE_WINNERS_SHARE),
            View::Percent(c::UNGUARDED_SHARE),
        ],
        _ => return Vec::new(),
    };
    let name = (table != TableName::FalseWinners).then_some(View::Plain(c::EXPERIMENT));
    name.into_iter().chain(of_market()).chain(answer).collect()
}
