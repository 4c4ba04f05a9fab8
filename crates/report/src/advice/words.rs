//! Numbers and dates as people read them, in English and in Chinese.

use jiff::civil::{Date, Weekday};

use super::rows::Bounded;
use crate::decision_context::Words;
use coverledger_core::model::columns as c;

/// What stands between a number and its unit: narrow, and no line ends there.
const THIN: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// A change of so much is told as no number: what it is a part of is next to nothing.
const HUGE: f64 = 10.0;

/// A change with its interval: `+18 % (6 to 31)`.
pub(super) fn change(change: Bounded) -> Words {
    let Some(value) = change.value else { return Words::new("–", "–") };
    let sign = if percents(value) > 0.0 && value < HUGE { "+" } else { "" };
    let number = bound(value);
    let of = change.low.zip(change.high).filter(|(_, high)| high.is_finite());
    let [en, zh] = match of {
        Some((low, high)) => {
            let [low, high] = [low, high].map(bound);
            [format!(" ({} to {})", low.en, high.en), format!("（{} 至 {}）", low.zh, high.zh)]
        }
        None => [String::new(), String::new()],
    };
    Words::new(format!("{sign}{}{THIN}%{en}", number.en), format!("{sign}{}%{zh}", number.zh))
}

/// A change or its bound, without a plus.
fn bound(change: f64) -> Words {
    if change >= HUGE {
        Words::new("over 1,000", "超过 1,000")
    } else {
        Words::new(whole(change), whole(change))
    }
}

/// How sure something is: never 100 %.
pub(super) fn sure(probability: f64) -> Words {
    if probability > 0.99 {
        return Words::new(format!("over 99{THIN}%"), "超过 99%");
    }
    let number = whole(probability);
    Words::new(format!("{number}{THIN}%"), format!("{number}%"))
}

/// Two rates side by side, of the first and of `other`.
pub(super) fn rates(metric: &str, of: Option<f64>, against: Option<f64>, other: &str) -> Words {
    let Some((of, against)) = of.zip(against) else { return Words::default() };
    if metric == c::STAY_RATE {
        let [of, against] = [of, against].map(whole);
        return Words::new(
            format!("Of 100 who enter {of} stay, with {other} {against}."),
            format!("每 100 个进房的人有 {of} 个停留，{other} 为 {against} 个。"),
        );
    }
    let [of, against] = [of, against].map(|rate| format!("{:.1}", rate * 100.0));
    let [en, zh] = if metric == c::CTR { ["tap", "点击"] } else { ["enter", "进房"] };
    Words::new(
        format!("Of 100 impressions {of} {en}, with {other} {against}."),
        format!("每 100 次曝光有 {of} 人{zh}，{other} 为 {against} 人。"),
    )
}

/// How many stay, and how many would with other covers.
pub(super) fn stays_and_usual(stay: Option<f64>, usual: Option<f64>) -> Words {
    let Some((stay, usual)) = stay.zip(usual) else { return Words::default() };
    let [stay, usual] = [stay, usual].map(whole);
    Words::new(
        format!("Of 100 who enter {stay} stay, usual {usual}."),
        format!("每 100 个进房的人有 {stay} 个停留，基准 {usual} 个。"),
    )
}

/// A day with its weekday: `Sunday 1 November`.
pub(super) fn day(date: Date) -> Words {
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
    let month = usize::try_from(date.month() - 1).unwrap_or(0) % 12;
    let (en, zh) = weekday(date.weekday());
    Words::new(
        format!("{en} {} {}", date.day(), MONTHS[month]),
        format!("{}月{}日（{zh}）", date.month(), date.day()),
    )
}

const fn weekday(day: Weekday) -> (&'static str, &'static str) {
    match day {
        Weekday::Monday => ("Monday", "周一"),
        Weekday::Tuesday => ("Tuesday", "周二"),
        Weekday::Wednesday => ("Wednesday", "周三"),
        Weekday::Thursday => ("Thursday", "周四"),
        Weekday::Friday => ("Friday", "周五"),
        Weekday::Saturday => ("Saturday", "周六"),
        Weekday::Sunday => ("Sunday", "周日"),
    }
}

fn percents(share: f64) -> f64 {
    let rounded = (share * 100.0).round();
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Whole percents, with a minus that is no hyphen.
fn whole(share: f64) -> String {
    let number = percents(share);
    if number < 0.0 { format!("{MINUS}{:.0}", -number) } else { format!("{number:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(value: f64, low: f64, high: f64) -> Bounded {
        Bounded { value: Some(value), low: Some(low), high: Some(high) }
    }

    #[test]
    fn numbers_are_written_as_each_language_has_them() {
        assert_eq!(change(bounded(0.18, 0.06, 0.31)), Words::new("+18\u{202f}% (6 to 31)", "+18%（6 至 31）"));
        assert_eq!(
            change(bounded(-0.04, -0.111, 0.04)),
            Words::new("\u{2212}4\u{202f}% (\u{2212}11 to 4)", "\u{2212}4%（\u{2212}11 至 4）")
        );
        // Of next to nothing anything is a huge part.
        assert_eq!(
            change(bounded(25.0, 0.64, 412.52)),
            Words::new("over 1,000\u{202f}% (64 to over 1,000)", "超过 1,000%（64 至 超过 1,000）")
        );
        // What rounds to nothing has no sign.
        assert_eq!(change(bounded(-0.001, -0.1, 0.1)).zh, "0%（\u{2212}10 至 10）");
        assert_eq!(change(Bounded { value: Some(0.2), ..Bounded::default() }).en, "+20\u{202f}%");
        assert_eq!([sure(0.999), sure(0.884), sure(0.9899)].map(|words| words.zh), ["超过 99%", "88%", "99%"]);
        assert_eq!(
            rates(c::EFFECTIVE_CTR, Some(0.0408), Some(0.03), "old").en,
            "Of 100 impressions 4.1 enter, with old 3.0."
        );
        assert_eq!(
            rates(c::STAY_RATE, Some(0.06), Some(0.32), "old").zh,
            "每 100 个进房的人有 6 个停留，old 为 32 个。"
        );
        assert_eq!(rates(c::CTR, None, Some(0.3), "old"), Words::default());
        let sunday = day(jiff::civil::date(2026, 11, 1));
        assert_eq!(sunday, Words::new("Sunday 1 November", "11月1日（周日）"));
    }
}
