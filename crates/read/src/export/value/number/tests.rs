//! Numbers as people write them.

use proptest::prelude::*;

use super::*;

const POINT: NumberStyle = NumberStyle { decimal: '.', group: ',' };
const COMMA: NumberStyle = NumberStyle { decimal: ',', group: '.' };

fn counted(text: &str, style: NumberStyle) -> (u64, u64, u64) {
    let count = number(text, style).unwrap_or_else(|_| panic!("{text}")).unwrap_or_else(|| panic!("{text}"));
    let Measure { low, value, high } = count.count().unwrap_or_else(|| panic!("{text}"));
    (low, value, high)
}

#[test]
fn whole_numbers_are_exact_however_they_are_grouped() {
    let table = [
        ("0", POINT, 0),
        ("007", POINT, 7),
        ("+12", POINT, 12),
        ("434,944,680", POINT, 434_944_680),
        ("434.944.680", COMMA, 434_944_680),
        ("434 944 680", POINT, 434_944_680),
        ("434\u{a0}944\u{202f}680", COMMA, 434_944_680),
        ("434'944’680", POINT, 434_944_680),
        ("4,34,944", POINT, 434_944),
        ("1,23,45,678", POINT, 12_345_678),
        ("Rp 1.000", COMMA, 1_000),
        ("Rp1.000", COMMA, 1_000),
        ("1,234円", POINT, 1_234),
        ("$1,234", POINT, 1_234),
        ("１，２３４", POINT, 1_234),
        (" 12\u{feff}", POINT, 12),
        ("12.0", POINT, 12),
        ("1,234.00", POINT, 1_234),
        ("-0", POINT, 0),
    ];
    for (text, style, value) in table {
        assert_eq!(counted(text, style), (value, value, value), "{text}");
    }
}

#[test]
fn what_was_rounded_is_everything_it_can_have_been() {
    let table = [
        ("1.00K", POINT, (995, 1_000, 1_005)),
        ("1K", POINT, (500, 1_000, 1_500)),
        ("1.3JT", POINT, (1_250_000, 1_300_000, 1_350_000)),
        ("1.3JT", COMMA, (1_250_000, 1_300_000, 1_350_000)),
        ("2,5 rb", POINT, (2_450, 2_500, 2_550)),
        ("2,5 rb", COMMA, (2_450, 2_500, 2_550)),
        ("1.234K", COMMA, (1_233_500, 1_234_000, 1_234_500)),
        ("1,5 Mio.", COMMA, (1_450_000, 1_500_000, 1_550_000)),
        ("3.2万", POINT, (31_500, 32_000, 32_500)),
        ("1.2w", POINT, (11_500, 12_000, 12_500)),
        ("1.05亿", POINT, (104_500_000, 105_000_000, 105_500_000)),
        ("2.41B", POINT, (2_405_000_000, 2_410_000_000, 2_415_000_000)),
        ("Rp 2,5jt", COMMA, (2_450_000, 2_500_000, 2_550_000)),
        ("1.2万元", POINT, (11_500, 12_000, 12_500)),
        ("7.651E+5", POINT, (765_050, 765_100, 765_150)),
    ];
    for (text, style, expected) in table {
        assert_eq!(counted(text, style), expected, "{text}");
    }
}

#[test]
fn percent_is_read_with_its_interval() {
    for (text, style) in
        [("1.35%", POINT), ("1,35 %", COMMA), ("1.35\u{a0}％", POINT), ("%1,35", COMMA), ("１．３５％", POINT)]
    {
        let rate = number(text, style).unwrap().unwrap();
        assert!(rate.is_percent(), "{text}");
        assert_eq!((rate.low(), rate.value(), rate.high()), (1.345, 1.35, 1.355), "{text}");
        let ratio = rate.ratio(false).unwrap();
        assert_eq!((ratio.low(), ratio.value(), ratio.high()), (0.01345, 0.0135, 0.01355), "{text}");
        assert_eq!(rate.count(), None, "{text}");
    }
    let bare = number("5", POINT).unwrap().unwrap().ratio(true).unwrap();
    assert_eq!((bare.low(), bare.value(), bare.high()), (0.045, 0.05, 0.055));
    let none = number("0%", POINT).unwrap().unwrap();
    assert_eq!((none.low(), none.value(), none.high()), (0.0, 0.0, 0.5));
}

#[test]
fn nothing_known_is_no_number_and_no_error() {
    for text in ["", " ", "-", "--", "—", "–", "N/A", "n/a", "null", "NULL", "#N/A", "NaN", "\u{a0}"] {
        assert_eq!(number(text, POINT), Ok(None), "{text:?}");
    }
    assert_eq!(Number::float(f64::NAN), Ok(None));
}

#[test]
fn what_is_not_surely_a_number_is_none() {
    let table = [
        ("1.35", COMMA),
        ("1.35%", COMMA),
        ("0.135", COMMA),
        ("1,35", POINT),
        ("0,135", POINT),
        ("12,34", POINT),
        ("1234,567", POINT),
        ("1,2345", POINT),
        ("1,234,56", POINT),
        ("1.234.567", POINT),
        ("1.2.3", POINT),
        ("1,234 567", POINT),
        ("1.", POINT),
        ("1 %%", POINT),
        ("5K%", POINT),
        ("12 views", POINT),
        ("1m28s", POINT),
        ("0:02:35", POINT),
        ("1e", POINT),
        ("1e99", POINT),
        ("abc", POINT),
        ("$", POINT),
        ("--5", POINT),
        ("1-2", POINT),
        ("2026-08-24", POINT),
        ("9999999999999999999999", POINT),
        ("7.3KK", POINT),
    ];
    for (text, style) in table {
        assert_eq!(number(text, style), Err(NotANumber), "{text}");
    }
    assert_eq!(Number::float(f64::INFINITY), Err(NotANumber));
}

#[test]
fn a_count_is_whole_and_not_negative_and_no_id() {
    for text in ["-5", "1.5", "0.4", "1.35%", "7652342342342342342", "7.65142E+18", "1e-5"] {
        assert_eq!(number(text, POINT).ok().flatten().and_then(|number| number.count()), None, "{text}");
    }
}

#[test]
fn a_float_has_the_interval_of_its_shortest_text() {
    let rate = Number::float(0.05).unwrap().unwrap();
    assert_eq!((rate.low(), rate.value(), rate.high()), (0.045, 0.05, 0.055));
    let long = Number::float(1275.0 / 2976.0).unwrap().unwrap();
    assert!(long.high() - long.low() < 1e-15);
    assert_eq!(Number::float(12.0).unwrap().unwrap(), Number::whole(12));
    let tiny = Number::float(1.25e-17).unwrap().unwrap();
    assert!(tiny.low() <= 1.25e-17 && 1.25e-17 < tiny.high());
}

/// A number as a platform prints it: rounded to `places` digits of its unit, halves up or down.
fn printed(truth: u64, unit: u64, places: u32, half_down: bool, style: NumberStyle, suffix: &str) -> String {
    let ten = 10_u128.pow(places);
    let half = u128::from(unit) - u128::from(half_down);
    let scaled = (u128::from(truth) * ten * 2 + half) / (2 * u128::from(unit));
    let (whole, part) = (scaled / ten, scaled % ten);
    let digits = whole.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(style.group);
        }
        text.push(digit);
    }
    if places > 0 {
        text.push(style.decimal);
        text += format!("{part:0width$}", width = places as usize).as_str();
    }
    text + suffix
}

#[test]
fn halves_are_printed_up_or_down() {
    for (text, half) in [("1.00K", 1_005), ("1.02K", 1_025), ("1.01K", 1_005), ("2K", 1_500), ("2K", 2_500)] {
        let (low, _, high) = counted(text, POINT);
        assert!(low <= half && half <= high, "{half} as {text}: {low} to {high}");
    }
}

proptest! {
    #[test]
    fn a_printed_number_contains_the_truth(
        truth in 0..100_000_000_000_u64,
        unit in prop::sample::select(vec![("", 1_u64), ("K", 1_000), (" rb", 1_000), ("JT", 1_000_000), ("万", 10_000), ("亿", 100_000_000)]),
        places in 0..4_u32,
        half_down: bool,
        style in prop::sample::select(vec![POINT, COMMA, NumberStyle { decimal: ',', group: '\u{a0}' }, NumberStyle { decimal: '.', group: '\'' }]),
    ) {
        let (suffix, unit) = unit;
        let places = if unit == 1 { 0 } else { places };
        let text = printed(truth, unit, places, half_down, style, suffix);
        let (low, value, high) = counted(&text, style);
        prop_assert!(low <= truth && truth <= high, "{truth} as {text}: {low} to {high}");
        prop_assert!(low <= value && value <= high);
        prop_assert!(unit != 1 || low == high);
    }

    #[test]
    fn a_printed_percentage_contains_the_truth(of in 0..1_000_000_u64, among in 1..1_000_000_u64, places in 0..5_u32) {
        let among = among.max(of);
        let ten = 10_u128.pow(places);
        let scaled = (u128::from(of) * 100 * ten * 2 + u128::from(among)) / (2 * u128::from(among));
        let text = if places == 0 { format!("{scaled}%") } else {
            format!("{}.{:0width$}%", scaled / ten, scaled % ten, width = places as usize)
        };
        let ratio = number(&text, POINT).unwrap().unwrap().ratio(false).unwrap();
        let (low, _, high) = ratio.bounds();
        let truth = i128::from(of) * ratio.unit();
        prop_assert!(low * i128::from(among) <= truth && truth < high * i128::from(among), "{of}/{among} as {text}");
    }

    #[test]
    fn any_text_is_a_number_or_none_without_a_panic(text in "\\PC{0,24}") {
        let _ = number(&text, POINT).map(|number| number.map(|number| number.count()));
    }

    #[test]
    fn anything_like_a_number_is_read_or_refused(text in "[-+]?[Rp$ ]{0,2}[0-9.,' ]{0,30}([eE][-+]?[0-9]{1,3})?[%KMBrbjt万亿 ]{0,3}") {
        for style in [POINT, COMMA] {
            if let Ok(Some(number)) = number(&text, style) {
                prop_assert!(number.low <= number.value && number.value <= number.high, "{text}: {number:?}");
                let _ = (number.count(), number.ratio(true), number.ratio(false));
            }
        }
    }
}
