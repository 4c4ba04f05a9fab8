//! Which export dates can hold rows of a market-day.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};

use coverledger_config::{Export, Market, Platform};
use coverledger_core::model::MarketId;
use coverledger_core::time::{DayRule, LocalDay};

/// The dates of an export's objects that a market-day needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Objects with a date in their path.
    Dated {
        /// The earliest date that can hold rows of the day.
        first: Date,
        /// The latest date that can hold rows of the day.
        last: Date,
        /// The first date whose own day overlaps the market-day. The day waits if one of these is missing.
        needed_first: Date,
        /// The last such date.
        needed_last: Date,
    },
    /// The export has no dates in its path: every object may hold rows of any day.
    Undated,
    /// The export belongs to another market, or did not exist yet.
    Nowhere,
}

impl Window {
    /// The window of one export for one local day of a market. `None` at the limits of the calendar.
    ///
    /// A row at local time *t* belongs to the platform's day that contains *t*; it may be in an object dated up to
    /// `early_days` before and `late_days` after that day. A leave counts on the day of its entry, and viewers who entered
    /// before midnight may leave after it. So if leaves carry the dwell, the window has one more day, since a leave may be
    /// late from the day on which it happened. A session that crosses midnight is delivered once, under the day on which it
    /// began or ended: if rows are sessions, the window always includes the day before.
    #[must_use]
    pub fn of(export: &Export, market: &MarketId, day: &LocalDay) -> Option<Self> {
        if !export.feeds(market) {
            return Some(Self::Nowhere);
        }
        let is_too_early = |date: Date| export.completeness.since.is_some_and(|since| date < since);
        if !export.path.is_dated() {
            return Some(if is_too_early(day.date) { Self::Nowhere } else { Self::Undated });
        }
        let platform_days = DayRule::calendar(export.day_zone.clone());
        let last_instant = Timestamp::from_nanosecond(day.end.as_nanosecond() - 1).ok()?;
        let needed_first = platform_days.day_of(day.start)?.date;
        let needed_last = platform_days.day_of(last_instant)?.date;
        if is_too_early(needed_first) {
            return Some(Self::Nowhere);
        }
        let (early, late) = spread(export);
        Some(Self::Dated {
            first: needed_first.checked_sub(early).ok()?,
            last: needed_last.checked_add(late).ok()?,
            needed_first,
            needed_last,
        })
    }

    /// Whether an object of this date can hold rows of the day.
    #[must_use]
    pub fn covers(&self, export_date: Option<Date>) -> bool {
        match (self, export_date) {
            (Self::Undated, _) => true,
            (Self::Dated { first, last, .. }, Some(date)) => (*first..=*last).contains(&date),
            (Self::Dated { .. }, None) | (Self::Nowhere, _) => false,
        }
    }

    /// Every date of the window.
    pub fn dates(&self) -> impl Iterator<Item = Date> {
        let (first, last) = match self {
            Self::Dated { first, last, .. } => (Some(*first), *last),
            Self::Undated | Self::Nowhere => (None, Date::MIN),
        };
        std::iter::successors(first, |date| date.tomorrow().ok()).take_while(move |date| *date <= last)
    }

    /// The dates that the day requires: it waits if one is missing.
    pub fn needed(&self) -> impl Iterator<Item = Date> {
        let (first, last) = match self {
            Self::Dated { needed_first, needed_last, .. } => (Some(*needed_first), *needed_last),
            Self::Undated | Self::Nowhere => (None, Date::MIN),
        };
        std::iter::successors(first, |date| date.tomorrow().ok()).take_while(move |date| *date <= last)
    }
}

/// The end of the last day whose objects a market-day needs; no earlier than the end of the day itself.
///
/// Before that, not all of its inputs can have arrived, so the settle time counts from here.
pub(super) fn last_end(platform: &Platform, day: &LocalDay, windows: &[Window]) -> Timestamp {
    let ends = platform.exports.iter().zip(windows).filter_map(|(export, window)| match window {
        Window::Dated { last, .. } => Some(DayRule::calendar(export.day_zone.clone()).day(*last)?.end),
        Window::Undated | Window::Nowhere => None,
    });
    ends.fold(day.end, Timestamp::max)
}

/// How long after its end a market-day of a platform becomes final, in winter or in summer, whichever is later. The
/// settle time counts from the end of the last day whose objects it needs.
#[must_use]
pub fn settles_after_seconds(platform: &Platform, id: &MarketId, market: &Market) -> i64 {
    let after = |date: Date| {
        let day = market.day.day(date)?;
        let windows: Option<Vec<Window>> = platform.exports.iter().map(|e| Window::of(e, id, &day)).collect();
        Some(last_end(platform, &day, &windows?).as_second() - day.end.as_second())
    };
    let samples = [date(2036, 1, 15), date(2036, 7, 15)].into_iter().filter_map(after);
    platform.settle_seconds.saturating_add(samples.max().unwrap_or(0))
}

/// How many days before and after the day of a row its object may be dated.
///
/// A leave may be late from its own day, which may be later than the day of the entry, on which it counts.
pub(super) fn spread(export: &Export) -> (Span, Span) {
    let late_days = export.late_days + u16::from(export.has_dwell_on_leave());
    let early_days = export.early_days.max(u16::from(export.has_rows_past_midnight()));
    (i64::from(early_days).days(), i64::from(late_days).days())
}
