//! What most likely mends an export of which too many records were rejected, by the commonest reason.

use coverledger_core::model::Reason;

/// What to do about records that are rejected for a reason; `None` where only the records themselves can tell.
pub(super) fn mend(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::NotUtf8 => {
            "the file is in another encoding; name it in `encoding`, such as `gb18030` or `windows-1252`"
        }
        Reason::MangledId => {
            "a spreadsheet saved its ids as rounded numbers; deliver the file as the platform wrote it, or with ids as text"
        }
        Reason::FieldCount | Reason::BrokenQuote => {
            "the file has another `delimiter` or other quotes than the configuration says, or was cut"
        }
        Reason::AmbiguousQuote => {
            "the file has another `quote` than the configuration says (`none` if it never quotes), or was damaged"
        }
        Reason::MalformedJson => "its lines are no JSON objects; is `format` right, and is the file whole?",
        Reason::BadTime => "the column holds times in another `format` than the configuration says",
        Reason::TimeOutOfRange => "is the unit of the instant right: `epoch_s`, `epoch_ms` or `epoch_us`?",
        Reason::TimeInGap | Reason::TimeInFold => {
            "the clock of another zone wrote these times; is the `timezone` of the column right?"
        }
        Reason::BadNumber => {
            "numbers are written in another way than `numbers` says: see it for decimal commas and grouping, and `unit` for rates without `%`"
        }
        Reason::PartExceedsWhole => {
            "is the `unit` of the rate right, are `numbers` written so, and are the columns not exchanged? where the platform counts so, write `may_exceed`"
        }
        Reason::BadFlag => "the flag has other words for true and false",
        Reason::UnknownEvent => "name the events in `values` of the column, or `ignore` them",
        Reason::UnknownMarket => {
            "name the markets in `values` of the column or in `markets.yaml`, or `otherwise: ignore` them"
        }
        Reason::StallExceedsView => {
            "are the units right (`_ms`, `_seconds`), and is the time watched the one with stalls? (the one without is `playing_ms` or `playing_seconds`)"
        }
        Reason::BeyondReach => {
            "these records are of days further from the date in the path than `early_days` and `late_days` reach"
        }
        Reason::MissingValue => "a column that is mapped is empty; is another one meant?",
        Reason::IntervalTooLong | Reason::EmptyInterval => {
            "are the columns of start and end, and their formats, right? (only two times of day beside one date go over midnight)"
        }
        Reason::DuplicateKey
        | Reason::BlankLine
        | Reason::BadValue
        | Reason::TooLong
        | Reason::DwellWithoutEntry => {
            return None;
        }
    })
}
