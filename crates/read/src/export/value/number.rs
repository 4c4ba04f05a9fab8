//! Numbers as people write them: `1.35%`, `1.00K`, `1.3JT`, `434,944,680`, `1.234,5`, `Rp 1.000`.
//!
//! A written number is an interval: `1.35%` is anything from 1.345 % to 1.355 %. Both ends
//! belong to it: some languages print 1,005 as `1.00K`, others as `1.01K`. Everything is whole numbers over a power of ten; no floating-point number takes part. Grouping is strict:
//! where `.` stands between thousands, `1.35` is no number, least of all 135.

use thiserror::Error;

use super::number_text::{Scaling, currency_cut, folded, is_unknown, scaling};
use coverledger_config::NumberStyle;
use coverledger_core::model::Measure;

/// A count beyond this is a broken number, or an id.
const MOST: i128 = 1_000_000_000_000;
/// Digits that are kept; further ones widen the interval.
const DIGITS: usize = 18;
/// Digits behind the point that are kept.
const MOST_SCALE: u32 = 20;

/// Text that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is no number")]
pub struct NotANumber;

/// A number with what it can be, from `low` to `high`; a whole number without `%` or a unit such as `K` is just itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    low: i128,
    value: i128,
    high: i128,
    /// All three are divided by ten to the power of this.
    scale: u32,
    is_percent: bool,
}

/// Reads a number; `None` where the text says that it is not known (`-`, `--`, `N/A`, `null`, nothing).
///
/// ```
/// use coverledger_config::NumberStyle;
/// use coverledger_read::export::number;
///
/// let rate = number("1.35%", NumberStyle::default()).unwrap().unwrap();
/// assert_eq!((rate.low(), rate.value(), rate.high(), rate.is_percent()), (1.345, 1.35, 1.355, true));
/// assert_eq!(number("--", NumberStyle::default()), Ok(None));
/// ```
///
/// # Errors
/// [`NotANumber`] for everything else.
pub fn number(text: &str, style: NumberStyle) -> Result<Option<Number>, NotANumber> {
    Ok(rounded_number(text, style)?.map(Number::floored))
}

/// The same, of a part of something larger: `0` seconds of an hour can be less than that.
pub(super) fn rounded_number(text: &str, style: NumberStyle) -> Result<Option<Number>, NotANumber> {
    if !text.is_empty() && text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(Number::whole(text.parse().map_err(|_| NotANumber)?)));
    }
    let text = folded(text);
    if is_unknown(&text) {
        return Ok(None);
    }
    let (is_negative, rest) = sign(&text);
    let rest = currency_cut(rest);
    let (is_negative, rest) = if is_negative { (true, rest) } else { sign(rest) };
    let (leading_percent, rest) = match rest.strip_prefix('%') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, rest),
    };
    let body_end = body_end(rest).ok_or(NotANumber)?;
    let (body, tail) = rest.split_at(body_end);
    let Scaling { power, is_percent, is_written_out } = scaling(tail.trim_start()).ok_or(NotANumber)?;
    let (whole, part) = digits(body, style, is_written_out).ok_or(NotANumber)?;
    let number = Number::of(&whole, part, power, is_percent || leading_percent).ok_or(NotANumber)?;
    Ok(Some(if is_negative { number.negated() } else { number }))
}

/// Whether a count could as well be a thousand times as much: `1.000` where the decimal sign is a point, `1,234K` where it
/// is a comma. Three digits behind a lone sign are a group in half of the world, and no count has parts.
///
/// Chinese, Japanese and Korean units follow decimals only: points are not used for grouping there.
pub(super) fn may_be_grouped(text: &str, style: NumberStyle) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let text = folded(text);
    let (_, rest) = sign(currency_cut(sign(&text).1));
    let Some((body, tail)) = body_end(rest).map(|end| rest.split_at(end)) else { return false };
    let Some((whole, part)) = body.split_once(style.decimal) else { return false };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_group = part.len() == 3 && is_digits(part) && is_digits(whole);
    let tail = tail.trim_start();
    let is_exponent = tail.starts_with(['e', 'E']) && tail.ends_with(|c: char| c.is_ascii_digit());
    let is_of_myriads =
        tail.starts_with(|c: char| ('\u{3000}'..='\u{9fff}').contains(&c) || "wW만억조천".contains(c));
    is_group && (1..=3).contains(&whole.len()) && !whole.starts_with('0') && !is_exponent && !is_of_myriads
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes() {
        [b'-', ..] => (true, text[1..].trim_start()),
        [b'+', ..] => (false, text[1..].trim_start()),
        _ => (false, text),
    }
}

/// Where the digits and what separates them end.
fn body_end(text: &str) -> Option<usize> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    if !matches!(&text[..first], "" | "." | ",") {
        return None;
    }
    let is_inside = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ');
    let end = text.find(|c: char| !is_inside(c)).unwrap_or(text.len());
    text[..end].rfind(|c: char| c.is_ascii_digit()).map(|last| last + 1)
}

/// The digits before and behind the point.
fn digits(body: &str, style: NumberStyle, is_written_out: bool) -> Option<(String, &str)> {
    let separators = body.chars().filter(|c| !c.is_ascii_digit()).count();
    let decimal = match body.find(['.', ',']) {
        // `1.3JT` in a language that writes 1,3: no group has one or two digits.
        Some(at) if is_written_out && separators == 1 && (1..=2).contains(&(body.len() - at - 1)) => Some(at),
        _ => body.find(style.decimal),
    };
    let (whole, part) = decimal.map_or((body, ""), |at| (&body[..at], &body[at + 1..]));
    if !part.bytes().all(|byte| byte.is_ascii_digit()) || (decimal.is_some() && part.is_empty()) {
        return None;
    }
    Some((ungrouped(whole, style)?, part))
}

/// Whole digits without what separates their groups: thousands, or the Indian lakhs and crores.
fn ungrouped(whole: &str, style: NumberStyle) -> Option<String> {
    let Some(group) = whole.chars().find(|c| !c.is_ascii_digit()) else { return Some(whole.to_owned()) };
    if group != style.group && !matches!(group, ' ' | '\'') {
        return None;
    }
    let groups: Vec<&str> = whole.split(group).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return None };
    let is_digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let by_thousands = (1..=3).contains(&first.len()) && middle.iter().all(|group| group.len() == 3);
    let by_lakhs = (1..=2).contains(&first.len()) && middle.iter().all(|group| group.len() == 2);
    let is_grouped = is_digits && last.len() == 3 && (by_thousands || by_lakhs) && !first.starts_with('0');
    is_grouped.then(|| groups.concat())
}

impl Number {
    /// Just this.
    pub(in crate::export) const fn whole(value: i128) -> Self {
        Self { low: value, value, high: value, scale: 0, is_percent: false }
    }

    /// From `low` to `high`.
    pub(in crate::export) const fn within(low: i128, value: i128, high: i128, scale: u32) -> Self {
        Self { low, value, high, scale, is_percent: false }
    }

    /// A number of a computer, with the digits that are needed to tell it from all others.
    pub(super) fn float(value: f64) -> Result<Option<Self>, NotANumber> {
        if value.is_nan() { Ok(None) } else { number(&value.to_string(), NumberStyle::default()) }
    }

    /// A share that a spreadsheet shows as percent.
    pub(in crate::export) fn percent(share: f64) -> Result<Option<Self>, NotANumber> {
        let Some(share) = Self::float(share)? else { return Ok(None) };
        let percent = share.times(100).ok_or(NotANumber)?;
        Ok(Some(Self { is_percent: true, ..percent }))
    }

    fn of(whole: &str, part: &str, power: i32, is_percent: bool) -> Option<Self> {
        let whole = whole.trim_start_matches('0');
        let kept = DIGITS.checked_sub(whole.len())?.min(part.len());
        let (part, cut) = part.split_at(kept);
        let value: i128 = if whole.len() + kept == 0 { 0 } else { format!("{whole}{part}").parse().ok()? };
        if part.is_empty() && power == 0 && !is_percent {
            return Some(Self::whole(value));
        }
        let (below, above) = if cut.is_empty() { (5, 5) } else { (0, 10) };
        let low = value * 10 - below;
        let scale = i32::try_from(kept).ok()? + 1 - power;
        let number = Self { is_percent, ..Self::within(low, value * 10, value * 10 + above, 0) };
        if scale < 0 { number.multiplied(scale.unsigned_abs()) } else { number.divided(scale.unsigned_abs()) }
    }

    fn multiplied(self, power: u32) -> Option<Self> {
        self.times(10_i128.checked_pow(power)?)
    }

    /// Shifts the point; digits too far behind it widen the interval.
    fn divided(self, power: u32) -> Option<Self> {
        let scale = self.scale + power;
        let excess = scale.saturating_sub(MOST_SCALE);
        let divisor = 10_i128.checked_pow(excess)?;
        let high = if excess > 0 && self.low < self.high {
            self.high.div_euclid(divisor) + 1
        } else {
            self.high.div_euclid(divisor)
        };
        let [low, value] = [self.low, self.value].map(|x| x.div_euclid(divisor));
        Some(Self { low, value, high, scale: scale - excess, ..self })
    }

    const fn negated(self) -> Self {
        Self { low: -self.high, value: -self.value, high: -self.low, ..self }
    }

    /// As written.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.float_of(self.value)
    }

    /// The least it can be.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.float_of(self.low)
    }

    /// The most it can be.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.float_of(self.high)
    }

    /// Whether `%` stood with it: then all three are percent.
    #[must_use]
    pub const fn is_percent(&self) -> bool {
        self.is_percent
    }

    /// Whether it is a whole number with all its digits.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// The nearest floating-point number: that of the decimal text.
    fn float_of(&self, mantissa: i128) -> f64 {
        format!("{mantissa}e-{}", self.scale).parse().unwrap_or(f64::NAN)
    }

    /// The whole numbers it can be. `None` if there is none, for a share, and for what is negative or beyond all bounds.
    #[must_use]
    pub fn count(&self) -> Option<Measure> {
        (!self.is_percent).then(|| self.measure(MOST)).flatten()
    }

    /// The same with another bound.
    pub(in crate::export) fn measure(&self, most: i128) -> Option<Measure> {
        let unit = self.unit();
        if self.low < 0 || self.value < 0 {
            return None;
        }
        let low = ceil(self.low, unit);
        let high = self.high.div_euclid(unit);
        let value = rounded(self.value, unit).clamp(low, high.max(low));
        let fits = low <= high && high <= most;
        let whole = |x: i128| u64::try_from(x).ok();
        fits.then_some(Measure { low: whole(low)?, value: whole(value)?, high: whole(high)? })
    }

    /// As a ratio to one; `None` where it is negative. A bare number is in percent or not, as the column says.
    pub(in crate::export) fn ratio(self, bare_is_percent: bool) -> Option<Self> {
        if self.value < 0 {
            return None;
        }
        if !self.is_percent && !bare_is_percent {
            return Some(self);
        }
        // `5` in a column of percent is no more exact than `5%`.
        let rounded = if self.is_exact() { self.to_the_unit()?.floored() } else { self };
        Self { is_percent: false, ..rounded }.divided(2)
    }

    /// No less than nothing, unless it is less as it stands there.
    #[must_use]
    pub(super) const fn floored(self) -> Self {
        if self.value >= 0 && self.low < 0 { Self { low: 0, ..self } } else { self }
    }

    /// A whole number that was rounded to one.
    pub(super) fn to_the_unit(self) -> Option<Self> {
        let tenfold = self.multiplied(1)?;
        Self { low: tenfold.value - 5, high: tenfold.value + 5, ..tenfold }.divided(1)
    }

    /// So many of it.
    pub(in crate::export) fn times(self, factor: i128) -> Option<Self> {
        let [low, value, high] = [self.low, self.value, self.high].map(|x| x.checked_mul(factor));
        Some(Self { low: low?, value: value?, high: high?, ..self })
    }

    /// So much more.
    pub(super) fn plus(self, more: i128) -> Option<Self> {
        let more = more.checked_mul(self.unit())?;
        let [low, value, high] = [self.low, self.value, self.high].map(|x| x.checked_add(more));
        Some(Self { low: low?, value: value?, high: high?, ..self })
    }

    pub(in crate::export) const fn bounds(&self) -> (i128, i128, i128) {
        (self.low, self.value, self.high)
    }

    /// What one is.
    pub(in crate::export) const fn unit(&self) -> i128 {
        10_i128.pow(self.scale)
    }
}

pub(super) const fn ceil(of: i128, by: i128) -> i128 {
    -(-of).div_euclid(by)
}

pub(in crate::export) const fn rounded(of: i128, by: i128) -> i128 {
    (2 * of + by).div_euclid(2 * by)
}

#[cfg(test)]
mod tests;
