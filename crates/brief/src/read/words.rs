//! Words of cells made into what the page says.

use coverledger_core::model::columns as c;
use jiff::civil::Date;

use super::line::Line;
use crate::{Sureness, Text};

pub(super) fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

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

/// `1 November`, and `11月1日`.
pub(super) fn day_in_words(day: Date) -> Text {
    let month = usize::try_from(day.month() - 1).ok().and_then(|nth| MONTHS.get(nth)).copied().unwrap_or_default();
    Text { en: format!("{}\u{a0}{month}", day.day()), zh: format!("{}月{}日", day.month(), day.day()) }
}

pub(super) fn sureness(line: Line<'_>) -> Sureness {
    match line.id(c::SURENESS) {
        "proven" => Sureness::Proven,
        "likely" => Sureness::Likely,
        "open" => Sureness::Open,
        _ => Sureness::Unknown,
    }
}

/// What is wrong with a cover that `diagnosis` found, in a sentence.
pub(super) fn finding(word: &str) -> Option<Text> {
    Some(match word {
        "overpromises" => {
            text("The cover promises what the room does not hold.", "封面承诺的内容直播间没有兑现。")
        }
        "costs_revisits" => text("Those who come by it come back less often.", "由它进来的人之后回来得更少。"),
        "mis_taps" => text("Many who tap do not come in.", "点的人多，进来的人少。"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_without_a_year() {
        let told = day_in_words(jiff::civil::date(2026, 11, 1));
        assert_eq!([&*told.en, &*told.zh], ["1\u{a0}November", "11月1日"]);
    }
}
