//! Text around the digits of a number: words for no value, currencies, units, percent signs.

use crate::export::text::is_invisible;

/// Currencies that are written before or behind a number; a longer one before what it begins with. Lower case.
const CURRENCIES: &str = "rp. rp idr us$ usd nt$ hk$ s$ r$ a$ $ € eur £ gbp ¥ 円 元 cny jpy ₩ 원 ₫ đ vnd ฿ rm ₱ ₹";

/// Units by their power of ten, as platforms shorten numbers in the languages they speak. Lower case. Where one word
/// means two things, it is the English one: `M` is a million (in Indonesian a thousand million), `B` a thousand
/// million (in Turkish a thousand).
const UNITS: [(i32, &str); 8] = [
    (3, "k thousand rb ribu n nghìn ngàn tsd mil mille mila тыс พัน 千 천 हज़ार"),
    (4, "w 万 萬 만 หมื่น"),
    (5, "l lac lakh लाख แสน"),
    (6, "m mn mm million jt juta tr triệu mio mi mln млн ล้าน 百万"),
    (7, "cr crore 千万"),
    (8, "亿 億 억"),
    (9, "b bn billion miliar tỷ tỉ mrd bi md mld млрд"),
    (12, "兆 조"),
];

/// Words that say that nothing is known. Lower case; dashes are known apart.
const UNKNOWN: [&str; 10] = ["n/a", "na", "#n/a", "null", "none", "nan", "nil", "#div/0!", "\\n", "暂无"];

/// What stands behind the digits.
pub(super) struct Scaling {
    /// The power of ten of the unit.
    pub(in crate::export) power: i32,
    pub(in crate::export) is_percent: bool,
    /// Whether there is a unit.
    pub(super) is_written_out: bool,
}

/// Text with full-width signs made narrow, all spaces, dashes and apostrophes made one, and invisible signs left out.
pub(in crate::export) fn folded(text: &str) -> String {
    let text: String = text.chars().filter_map(fold).collect();
    text.trim().to_owned()
}

fn fold(c: char) -> Option<char> {
    match c {
        c if is_invisible(c) => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{ff07}' => Some('\''),
        '\u{ffe5}' => Some('¥'),
        '\u{66a}' => Some('%'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

/// Whether folded text says that nothing is known.
pub(in crate::export) fn is_unknown(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'-') || UNKNOWN.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Text without the currency before it.
pub(super) fn currency_cut(text: &str) -> &str {
    let cut = CURRENCIES.split(' ').find_map(|currency| {
        let head = text.get(..currency.len())?;
        (head.to_lowercase() == currency).then(|| text[currency.len()..].trim_start())
    });
    cut.unwrap_or(text)
}

/// What the text behind the digits means; `None` if it is not allowed there.
pub(super) fn scaling(tail: &str) -> Option<Scaling> {
    if tail.is_empty() {
        return Some(Scaling { power: 0, is_percent: false, is_written_out: false });
    }
    if tail == "%" {
        return Some(Scaling { power: 0, is_percent: true, is_written_out: false });
    }
    if let Some(power) = exponent(tail) {
        return Some(Scaling { power, is_percent: false, is_written_out: false });
    }
    let tail = tail.to_lowercase();
    let unit = |word: &str| {
        let word = word.trim_end();
        let word = word.strip_suffix('.').unwrap_or(word);
        UNITS.iter().find(|(_, words)| words.split(' ').any(|unit| unit == word)).map(|(power, _)| *power)
    };
    let currency_less = CURRENCIES.split(' ').filter_map(|currency| tail.strip_suffix(currency));
    let found = std::iter::once(tail.as_str()).chain(currency_less).find_map(|head| {
        if head.trim_end().is_empty() { Some((0, false)) } else { unit(head).map(|power| (power, true)) }
    });
    found.map(|(power, is_written_out)| Scaling { power, is_percent: false, is_written_out })
}

/// The power of ten of `e-05`.
fn exponent(tail: &str) -> Option<i32> {
    let power = tail.strip_prefix(['e', 'E'])?;
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    let is_power = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_power.then(|| power.parse().ok()).flatten().filter(|power: &i32| power.abs() <= 18)
}
