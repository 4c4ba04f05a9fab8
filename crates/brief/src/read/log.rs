//! Did earlier advice pay: rows of `advice_log`.

use std::cmp::Reverse;

use coverledger_core::model::{TableName, columns as c};

use super::line::Line;
use super::nights::action;
use super::reading::Reading;
use crate::{AdviceLog, Outcome, PastAdvice};

/// The newest first.
pub(super) fn log(reading: &Reading<'_>) -> AdviceLog {
    let lines = reading.tables.newest(TableName::AdviceLog, reading.as_of);
    let mut past: Vec<PastAdvice> = lines.into_iter().filter_map(|line| past_advice(reading, line)).collect();
    past.sort_by(|a, b| key(a).cmp(&key(b)));
    AdviceLog { past }
}

fn key(past: &PastAdvice) -> (Reverse<jiff::civil::Date>, &str, &str) {
    (Reverse(past.advised_on), &past.place.market, &past.place.platform)
}

fn outcome(line: Line<'_>) -> Option<Outcome> {
    Some(match line.id(c::OUTCOME) {
        "paid" => Outcome::Paid,
        "did_not_pay" => Outcome::DidNotPay,
        "too_early" => Outcome::TooEarly,
        "not_followed" => Outcome::NotFollowed,
        "nothing_since" => Outcome::NothingSince,
        _ => return None,
    })
}

fn past_advice(reading: &Reading<'_>, line: Line<'_>) -> Option<PastAdvice> {
    Some(PastAdvice {
        place: reading.place(line),
        row: line.row(),
        advised_on: line.day(c::ADVISED_ON)?,
        advised_until: line.day(c::ADVISED_UNTIL)?,
        action: action(line)?,
        cover_id: line.owned(c::COVER_ID),
        instead_of: line.owned(c::INSTEAD_OF),
        outcome: outcome(line)?,
        expected: line.interval(c::EXPECTED_CHANGE),
        since: line.interval(c::SINCE),
        reason: reading.reason(line),
    })
}
