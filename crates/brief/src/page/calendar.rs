//! Dates and times in words. Nothing here knows what time it is.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::Text;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Sunday 1 November, 11月1日（周日）.
pub(super) fn day(date: Date) -> Text {
    Text { en: format!("{} {}\u{a0}{}", weekday(date).en, date.day(), month(date)), zh: day_zh(date) }
}

/// Sun 1 Nov, 11月1日（周日）.
pub(super) fn short_day(date: Date) -> Text {
    Text { en: format!("{} {}\u{a0}{}", &weekday(date).en[..3], date.day(), &month(date)[..3]), zh: day_zh(date) }
}

/// 1 November, 11月1日.
pub(super) fn plain_day(date: Date) -> Text {
    Text {
        en: format!("{}\u{a0}{}", date.day(), month(date)), zh: format!("{}月{}日", date.month(), date.day())
    }
}

/// Sun 1 Nov 2026, 2026年11月1日（周日）.
pub(super) fn full_day(date: Date) -> Text {
    let short = short_day(date);
    Text { en: format!("{} {}", short.en, date.year()), zh: format!("{}年{}", date.year(), short.zh) }
}

/// 26 Oct – 1 Nov, 10月26日–11月1日.
pub(super) fn period(since: Date, until: Date) -> Text {
    if since == until {
        let Text { en, zh } = plain_day(since);
        return Text { en, zh };
    }
    let text = |date: Date| format!("{}\u{a0}{}", date.day(), &month(date)[..3]);
    let zh = |date: Date| format!("{}月{}日", date.month(), date.day());
    let (en, zh) = if since.month() == until.month() && since.year() == until.year() {
        (
            format!("{}–{}", since.day(), text(until)),
            format!("{}–{}日", zh(since).trim_end_matches('日'), until.day()),
        )
    } else {
        (format!("{}–{}", text(since), text(until)), format!("{}–{}", zh(since), zh(until)))
    };
    Text { en, zh }
}

/// Tue, 周二.
pub(super) fn short_weekday(date: Date) -> Text {
    let day = weekday(date);
    Text { en: day.en[..3].to_owned(), zh: day.zh }
}

/// 20:00.
pub(super) fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// 20, or 20:30: where there is little room.
pub(super) fn hour(at: DateTime) -> String {
    if at.minute() == 0 { format!("{:02}", at.hour()) } else { clock(at) }
}

/// What a machine reads of an instant.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_string()
}

fn day_zh(date: Date) -> String {
    format!("{}月{}日（{}）", date.month(), date.day(), weekday(date).zh)
}

/// Sunday, 周日.
pub(super) fn weekday(date: Date) -> Text {
    let (en, zh) = match date.weekday() {
        Weekday::Monday => ("Monday", "周一"),
        Weekday::Tuesday => ("Tuesday", "周二"),
        Weekday::Wednesday => ("Wednesday", "周三"),
        Weekday::Thursday => ("Thursday", "周四"),
        Weekday::Friday => ("Friday", "周五"),
        Weekday::Saturday => ("Saturday", "周六"),
        Weekday::Sunday => ("Sunday", "周日"),
    };
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

fn month(date: Date) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_told_in_both_languages() {
        let sunday = date(2026, 11, 1);
        assert_eq!(day(sunday), Text { en: "Sunday 1\u{a0}November".into(), zh: "11月1日（周日）".into() });
        assert_eq!(short_day(sunday).en, "Sun 1\u{a0}Nov");
        assert_eq!(full_day(sunday).zh, "2026年11月1日（周日）");
        assert_eq!(clock(sunday.at(9, 5, 0, 0)), "09:05");
        assert_eq!((hour(sunday.at(9, 0, 0, 0)), hour(sunday.at(9, 30, 0, 0))), ("09".into(), "09:30".into()));
        assert_eq!(period(date(2026, 10, 26), sunday).en, "26\u{a0}Oct–1\u{a0}Nov");
        assert_eq!(period(date(2026, 10, 2), date(2026, 10, 8)).zh, "10月2–8日");
    }
}
