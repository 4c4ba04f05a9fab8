//! What to test next: rows of `next_tests`.

use coverledger_core::model::{TableName, columns as c};

use super::line::Line;
use super::reading::Reading;
use crate::NextTest;

/// What is worth most, first.
pub(super) fn next_tests(reading: &Reading<'_>) -> Vec<NextTest> {
    let mut lines = reading.tables.newest(TableName::NextTests, reading.as_of);
    lines.sort_by_key(|line| line.whole(c::RANK));
    lines.into_iter().map(|line| next_test(reading, line)).collect()
}

fn next_test(reading: &Reading<'_>, line: Line<'_>) -> NextTest {
    NextTest {
        place: reading.place(line),
        row: line.row(),
        cover_id: line.id(c::COVER_ID).to_owned(),
        against_cover_id: line.id(c::AGAINST_COVER_ID).to_owned(),
        kind: line.owned(c::KIND).zip(line.owned(c::VALUE)),
        ratio: line.interval(c::RATIO),
        expected_gain: line.figure(c::EXPECTED_GAIN),
        horizon_days: line.figure(c::HORIZON_DAYS),
        broadcasts_needed: line.figure(c::BROADCASTS_NEEDED),
        reason: reading.reason(line),
    }
}
