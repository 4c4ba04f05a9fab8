//! Dates, times and changes in the language of a channel.

use jiff::civil::{Date, DateTime, Weekday};

use coverledger_brief::{Text, change_in_words};
use coverledger_config::Language;
use coverledger_core::model::legible;

/// Characters of a name that a chat shows.
const MAX_NAME_CHARS: usize = 48;

/// The text in that language.
pub(super) fn of(text: &Text, language: Language) -> &str {
    either([&text.en, &text.zh], language)
}

/// The one of two that is in that language, English first.
pub(super) const fn either([en, zh]: [&str; 2], language: Language) -> &str {
    match language {
        Language::English => en,
        Language::Chinese => zh,
    }
}

/// A name of somebody's making: on one line, with nothing that steers, of bounded length.
pub(super) fn name(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(&text, MAX_NAME_CHARS)
}

/// The first so many characters, all of them legible, and a sign that there are more.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let text = legible(text);
    let mut shown: String = text.chars().take(most).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// `Sunday 1 November`, `11月1日（周日）`
pub(super) fn date(date: Date, language: Language) -> String {
    match language {
        Language::English => date.strftime("%A %-d %B").to_string(),
        Language::Chinese => {
            format!("{}月{}日（{}）", date.month(), date.day(), weekday(date.weekday(), language))
        }
    }
}

/// `Tue`, `周二`
pub(super) const fn weekday(weekday: Weekday, language: Language) -> &'static str {
    let [en, zh] = match weekday {
        Weekday::Monday => ["Mon", "周一"],
        Weekday::Tuesday => ["Tue", "周二"],
        Weekday::Wednesday => ["Wed", "周三"],
        Weekday::Thursday => ["Thu", "周四"],
        Weekday::Friday => ["Fri", "周五"],
        Weekday::Saturday => ["Sat", "周六"],
        Weekday::Sunday => ["Sun", "周日"],
    };
    match language {
        Language::English => en,
        Language::Chinese => zh,
    }
}

/// `20:00 Shanghai`, `上海 20:00`; with the day of the week where it is not that date.
pub(super) fn clock(at: DateTime, city: &str, night: Date, language: Language) -> String {
    let time = at.strftime("%H:%M");
    let day = weekday(at.date().weekday(), language);
    match language {
        _ if at.date() == night && language == Language::English => format!("{time} {city}"),
        _ if at.date() == night => format!("{city} {time}"),
        Language::English => format!("{time} {city} ({day})"),
        Language::Chinese => format!("{city} {day} {time}"),
    }
}

/// `+18 % (6 to 31)`, `+18%（6 至 31）`, of hundredths of a per cent.
pub(super) fn change(point: i64, bounds: Option<(i64, i64)>, language: Language) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a card has a million at most")]
    let share = |hundredths: i64| hundredths as f64 / 10_000.0;
    let words = change_in_words(share(point), bounds.map(|(low, high)| (share(low), share(high))));
    of(&words, language).to_owned()
}

/// Names one after the other; the rest as a number.
pub(super) fn list(names: &[String], most: usize, language: Language) -> String {
    let (separator, more) = match language {
        Language::English => (", ", " and {} more"),
        Language::Chinese => ("、", "等 {} 项"),
    };
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(separator);
    match (names.len().saturating_sub(most), language) {
        (0, _) => shown,
        (rest, Language::English) => shown + &more.replace("{}", &rest.to_string()),
        (_, Language::Chinese) => shown + &more.replace("{}", &names.len().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Language = Language::English;
    const ZH: Language = Language::Chinese;

    #[test]
    fn a_change_is_said_with_its_interval_and_a_true_minus() {
        assert_eq!(change(1800, Some((600, 3100)), EN), "+18\u{202f}% (6 to 31)");
        assert_eq!(change(1800, Some((600, 3100)), ZH), "+18%（6 至 31）");
        assert_eq!(change(-349, Some((-1151, 620)), EN), "−3\u{202f}% (−12 to 6)");
        assert_eq!(change(40, None, EN), "+0.4\u{202f}%");
        assert_eq!(change(0, None, ZH), "0%", "no sign before nothing");
        assert_eq!(change(1_000_000, Some((900, 1_000_000)), EN), "over 1,000\u{202f}% (9 to over 1,000)");
    }

    #[test]
    fn a_time_has_its_city_and_its_day_where_that_is_another() {
        let (night, at) = (jiff::civil::date(2026, 11, 2), jiff::civil::date(2026, 11, 3).at(7, 5, 0, 0));
        assert_eq!(clock(at, "Shanghai", night, EN), "07:05 Shanghai (Tue)");
        assert_eq!(clock(at, "上海", night, ZH), "上海 周二 07:05");
        assert_eq!(clock(at, "上海", at.date(), ZH), "上海 07:05");
        assert_eq!((date(night, EN), date(night, ZH)), ("Monday 2 November".into(), "11月2日（周一）".into()));
    }

    #[test]
    fn a_name_is_short_and_steers_nothing() {
        assert_eq!(name("a\n b\u{202e}"), "a b\\u{202e}");
        assert_eq!(name(&"封".repeat(300)).chars().count(), 49);
    }

    #[test]
    fn a_long_list_says_how_many_more() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(list(&names, 2, EN), "a, b and 1 more");
        assert_eq!(list(&names, 2, ZH), "a、b等 3 项");
        assert_eq!(list(&names, 3, EN), "a, b, c");
    }
}
