//! How numbers are written. A number reads the same in both languages, but for its unit and for large counts.

use super::Text;

/// A space that does not break and is narrow: between a number and its unit.
pub(super) const THIN: char = '\u{202f}';

/// A change of so much is told as no number: what it is a part of is next to nothing.
const HUGE: f64 = 10.0;

/// What a number is, which decides how it is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A relative change, in per cent, with its sign.
    Change,
    /// The same as a bound in brackets: only minus is written.
    Bound,
    /// A rate of which few of a hundred are, with one decimal.
    PerHundred,
    /// A difference of such rates, with its sign.
    Points,
    /// A share of many: no decimal.
    Share,
    /// A probability: never 0, never 100.
    Sure,
    /// The probability of the opposite, of which the table has the other.
    SureOfOther,
    /// How many.
    Count,
    /// How many, of what is an estimate: one decimal below ten.
    About,
    /// How many times as much.
    Ratio,
}

impl Form {
    /// The number, in English and in Chinese.
    pub(super) fn write(self, value: f64) -> (String, String) {
        let alike = |text: String| (text.clone(), text);
        match self {
            Self::Change | Self::Bound if value >= HUGE => ("over 1,000".to_owned(), "超过 1,000".to_owned()),
            Self::Change => alike(signed(&change(value * 100.0), value, true)),
            Self::Bound | Self::Share => alike(signed(&change(value * 100.0), value, false)),
            Self::PerHundred => alike(signed(&per_hundred(value * 100.0), value, false)),
            Self::Points => alike(signed(&per_hundred(value * 100.0), value, true)),
            Self::Sure => sure(value),
            Self::SureOfOther => sure(1.0 - value),
            Self::Ratio => alike(signed(&format!("{:.2}", value.abs()), value, false)),
            Self::About if value.abs() < 9.95 => alike(signed(&format!("{:.1}", value.abs()), value, false)),
            Self::Count | Self::About => {
                (signed(&grouped(value), value, false), signed(&grouped_zh(value), value, false))
            }
        }
    }
}

/// A relative change with its 95 % interval, as it is told where there is no page: `+18 % (6 to 31)`, `+18%（6 至 31）`.
#[must_use]
pub fn change_in_words(point: f64, bounds: Option<(f64, f64)>) -> Text {
    let (en, zh) = Form::Change.write(point);
    let bounds = bounds.map(|(low, high)| (Form::Bound.write(low), Form::Bound.write(high)));
    let (bounds_en, bounds_zh) = bounds
        .map(|(low, high)| (format!(" ({} to {})", low.0, high.0), format!("（{} 至 {}）", low.1, high.1)))
        .unwrap_or_default();
    Text { en: format!("{en}{THIN}%{bounds_en}"), zh: format!("{zh}%{bounds_zh}") }
}

/// Without its sign: no decimal, but one where there would be nothing else.
fn change(percent: f64) -> String {
    let percent = percent.abs();
    if percent > 0.0 && percent < 0.95 { format!("{percent:.1}") } else { grouped(percent) }
}

/// Without its sign: one decimal, and two of what is rare.
fn per_hundred(of_hundred: f64) -> String {
    let of_hundred = of_hundred.abs();
    if of_hundred > 0.0 && of_hundred < 0.095 { format!("{of_hundred:.2}") } else { format!("{of_hundred:.1}") }
}

/// With its sign: a minus that is one, and none where nothing is left after rounding.
fn signed(text: &str, value: f64, plus: bool) -> String {
    let nothing = text.chars().all(|c| matches!(c, '0' | '.'));
    match (nothing, value < 0.0) {
        (false, true) => format!("−{text}"),
        (false, false) if plus => format!("+{text}"),
        (true, _) if plus => text.trim_end_matches(".0").to_owned(),
        _ => text.to_owned(),
    }
}

/// Nobody is entirely sure.
fn sure(probability: f64) -> (String, String) {
    let percent = probability * 100.0;
    if percent > 99.0 {
        ("over 99".to_owned(), "超过 99".to_owned())
    } else if percent < 1.0 {
        ("under 1".to_owned(), "不到 1".to_owned())
    } else {
        let text = format!("{percent:.0}");
        (text.clone(), text)
    }
}

/// Whole, with a comma for each thousand.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Ten thousands only where there are ten of them.
fn grouped_zh(value: f64) -> String {
    let value = value.abs();
    if value < 99_999.5 {
        grouped(value)
    } else if value < 9.995e7 {
        let text = format!("{:.1}", value / 1e4);
        format!("{} 万", text.trim_end_matches(".0"))
    } else {
        let text = format!("{:.2}", value / 1e8);
        format!("{} 亿", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The shortest text from which the same number is read back.
pub(super) fn raw(value: f64) -> String {
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(form: Form, value: f64) -> String {
        form.write(value).0
    }

    #[test]
    fn a_change_has_its_sign_and_a_true_minus() {
        assert_eq!(en(Form::Change, 0.1849), "+18");
        assert_eq!(en(Form::Change, -0.875), "−88");
        assert_eq!(en(Form::Change, 0.004), "+0.4");
        assert_eq!(en(Form::Change, -0.0001), "0");
        assert_eq!(en(Form::Change, 0.0), "0");
        assert_eq!(en(Form::Change, 9.5), "+950");
        assert_eq!([Form::Change, Form::Bound].map(|form| en(form, 12.5)), ["over 1,000"; 2]);
        assert_eq!(en(Form::Bound, 0.31), "31");
        assert_eq!(en(Form::Bound, -0.01), "−1");
    }

    #[test]
    fn a_change_is_told_in_words_as_the_page_writes_it() {
        let told = |point, bounds| {
            let Text { en, zh } = change_in_words(point, bounds);
            (en.replace(THIN, " "), zh)
        };
        let both = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        assert_eq!(told(0.18, Some((0.06, 0.31))), both("+18 % (6 to 31)", "+18%（6 至 31）"));
        assert_eq!(told(-0.0349, Some((-0.1151, 0.062))), both("−3 % (−12 to 6)", "−3%（−12 至 6）"));
        assert_eq!(told(0.004, None), both("+0.4 %", "+0.4%"));
        assert_eq!(
            told(100.0, Some((2.0, 300.0))),
            both("over 1,000 % (200 to over 1,000)", "超过 1,000%（200 至 超过 1,000）")
        );
    }

    #[test]
    fn rates_have_one_decimal_and_shares_none() {
        assert_eq!(en(Form::PerHundred, 0.0405), "4.0");
        assert_eq!(en(Form::PerHundred, 0.0004), "0.04");
        assert_eq!(en(Form::PerHundred, 0.0), "0.0");
        assert_eq!(en(Form::Points, -0.0072), "−0.7");
        assert_eq!(en(Form::Points, 0.0023), "+0.2");
        assert_eq!(en(Form::Share, 0.384), "38");
        assert_eq!(en(Form::Share, 1.0), "100");
    }

    #[test]
    fn nobody_is_entirely_sure() {
        assert_eq!(Form::Sure.write(1.0), ("over 99".to_owned(), "超过 99".to_owned()));
        assert_eq!(Form::Sure.write(0.0), ("under 1".to_owned(), "不到 1".to_owned()));
        assert_eq!(en(Form::Sure, 0.99), "99");
        assert_eq!(en(Form::SureOfOther, 0.13), "87");
        assert_eq!(en(Form::SureOfOther, 0.0), "over 99");
        assert_eq!(en(Form::Sure, 0.876), "88");
    }

    #[test]
    fn counts_have_commas_and_large_ones_ten_thousands_in_chinese() {
        assert_eq!(Form::Count.write(1_671.0), ("1,671".to_owned(), "1,671".to_owned()));
        assert_eq!(Form::Count.write(99_999.0).1, "99,999");
        assert_eq!(Form::Count.write(123_400.0), ("123,400".to_owned(), "12.3 万".to_owned()));
        assert_eq!(Form::Count.write(1_000_000.0).1, "100 万");
        assert_eq!(Form::Count.write(250_000_000.0).1, "2.5 亿");
        assert_eq!(Form::Count.write(12.0).0, "12");
        assert_eq!(Form::About.write(3.24).0, "3.2");
        assert_eq!(Form::About.write(-41.7).0, "−42");
        assert_eq!(Form::Ratio.write(1.118).0, "1.12");
    }

    #[test]
    fn raw_numbers_are_read_back_the_same() {
        for value in [0.1 + 0.2, 1e-9, 123_456_789.125, -0.031_242_342_342, 2.0] {
            assert_eq!(raw(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
        assert_eq!(raw(2.0), "2");
    }
}
