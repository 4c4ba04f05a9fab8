//! Local dates around a local date.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;

/// So many local dates later; `None` beyond the years that there are.
pub(super) fn plus(date: Date, days: i32) -> Option<Date> {
    date.checked_add(Span::new().days(days)).ok()
}

/// Whether all local dates from so many after one to so many after it are known.
pub(super) fn holds(known: &BTreeSet<Date>, around: Date, from: i32, to: i32) -> bool {
    (from..=to).all(|days| plus(around, days).is_some_and(|date| known.contains(&date)))
}
