//! Dates and times in words. Nothing here knows what time it is.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::Text;

/// Sunday 1 November, 11月1日（周日）.
pub(super) fn day(date: Date) -> Text {
    Text::new(date.strftime("%A %-d\u{a0}%B").to_string(), day_zh(date))
}

/// Sun 1 Nov, 11月1日（周日）.
pub(super) fn short_day(date: Date) -> Text {
    Text::new(date.strftime("%a %-d\u{a0}%b").to_string(), day_zh(date))
}

/// 1 November, 11月1日.
pub(super) fn plain_day(date: Date) -> Text {
    Text::new(date.strftime("%-d\u{a0}%B").to_string(), plain_day_zh(date))
}

/// Sun 1 Nov 2026, 2026年11月1日（周日）.
pub(super) fn full_day(date: Date) -> Text {
    let short = short_day(date);
    Text { en: format!("{} {}", short.en, date.year()), zh: format!("{}年{}", date.year(), short.zh) }
}

/// 26 Oct – 1 Nov, 10月26日–11月1日.
pub(super) fn period(since: Date, until: Date) -> Text {
    if since == until {
        return plain_day(since);
    }
    let (text, zh) = (|date: Date| date.strftime("%-d\u{a0}%b").to_string(), plain_day_zh);
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
    Text { en: date.strftime("%a").to_string(), ..weekday(date) }
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

fn plain_day_zh(date: Date) -> String {
    format!("{}月{}日", date.month(), date.day())
}

fn day_zh(date: Date) -> String {
    format!("{}（{}）", plain_day_zh(date), weekday(date).zh)
}

/// Sunday, 周日.
pub(super) fn weekday(date: Date) -> Text {
    let zh = match date.weekday() {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    };
    Text::new(date.strftime("%A").to_string(), zh)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_told_in_both_languages() {
        let sunday = date(2026, 11, 1);
        assert_eq!(day(sunday), Text { en: "Sunday 1\u{a0}November".into(), zh: "11月1日（周日）".into() });
        assert_eq!(plain_day(sunday), Text { en: "1\u{a0}November".into(), zh: "11月1日".into() });
        assert_eq!(short_weekday(sunday), Text { en: "Sun".into(), zh: "周日".into() });
        assert_eq!(short_day(sunday).en, "Sun 1\u{a0}Nov");
        assert_eq!(full_day(sunday).zh, "2026年11月1日（周日）");
        assert_eq!(clock(sunday.at(9, 5, 0, 0)), "09:05");
        assert_eq!((hour(sunday.at(9, 0, 0, 0)), hour(sunday.at(9, 30, 0, 0))), ("09".into(), "09:30".into()));
        assert_eq!(period(date(2026, 10, 26), sunday).en, "26\u{a0}Oct–1\u{a0}Nov");
        assert_eq!(period(date(2026, 10, 2), date(2026, 10, 8)).zh, "10月2–8日");
    }
}
