//! Figures: what is shown, with the cell of a published table that it is.
//!
//! `data value` is the cell as it is in the table and `data-c` its column. The nearest `data-t` around it is the table, and
//! the `data-k` on the way there are the key, so that every figure of the page can be compared with what was published.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::number::{Form, THIN, raw};
use super::sheet::Sheet;
use super::words::say;
use super::{Figure, Interval, Row};

/// A figure.
pub(super) fn cell(sheet: &Sheet<'_>, figure: &Figure, form: Form) -> Markup {
    let Some(value) = figure.value else {
        return sheet.null(figure.why_null.as_ref());
    };
    let (en, zh) = form.write(value);
    let table = figure.row.as_ref().map(|row| row.table.as_str());
    let key = figure.row.as_ref().map(|row| key(row, None));
    html! {
        data value=(raw(value)) data-c=(figure.column) data-t=[table] data-k=[key] {
            @if en == zh { (en) } @else { (say(en, zh)) }
        }
    }
}

/// A figure in per cent, with the sign behind it.
pub(super) fn percent(sheet: &Sheet<'_>, figure: &Figure, form: Form) -> Markup {
    html! { span.nb { (cell(sheet, figure, form)) @if figure.value.is_some() { (percent_sign()) } } }
}

/// +18 % (6 to 31), +18%（6 至 31）.
pub(super) fn change(sheet: &Sheet<'_>, interval: &Interval) -> Markup {
    html! {
        b { (percent(sheet, &interval.point, Form::Change)) }
        @if interval.point.value.is_some() { " " (bracket(sheet, interval, Form::Bound)) }
    }
}

/// 4.1 (3.3 to 5.0).
pub(super) fn ranged(sheet: &Sheet<'_>, interval: &Interval, form: Form) -> Markup {
    let bound = if form == Form::Points { Form::PerHundred } else { form };
    html! {
        b { (cell(sheet, &interval.point, form)) }
        @if interval.point.value.is_some() { " " (bracket(sheet, interval, bound)) }
    }
}

/// Its bounds in brackets; where there are none, the reason.
pub(super) fn bracket(sheet: &Sheet<'_>, interval: &Interval, form: Form) -> Markup {
    html! {
        span.iv.nb {
            (say("(", "（"))
            @if interval.low.value.is_none() && interval.high.value.is_none() {
                (sheet.null(interval.low.why_null.as_ref()))
            } @else {
                (cell(sheet, &interval.low, form)) (say(" to ", " 至 ")) (cell(sheet, &interval.high, form))
            }
            (say(")", "）"))
        }
    }
}

fn percent_sign() -> Markup {
    say(format!("{THIN}%"), "%")
}

/// The columns of a key with their values, without those that what is around it says already.
pub(super) fn key(row: &Row, outer: Option<&Row>) -> String {
    let said = |pair: &&(&'static str, String)| outer.is_none_or(|outer| !outer.key.contains(pair));
    let mut text = String::new();
    for (column, value) in row.key.iter().filter(said) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(column);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte) {
                text.push(char::from(byte));
            } else {
                // Text takes text.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use coverledger_core::model::TableName;

    use super::*;

    #[test]
    fn a_key_says_what_is_not_said_around_it_and_escapes_it() {
        let outer =
            Row { table: TableName::Cover, key: vec![("market", "ID".into()), ("as_of", "2026-11-01".into())] };
        let mut row = outer.clone();
        row.key.push(("cover_id", "a b&<\"é".into()));
        assert_eq!(key(&row, Some(&outer)), "cover_id=a%20b%26%3C%22%C3%A9");
        assert_eq!(key(&outer, None), "market=ID&as_of=2026-11-01");
    }
}
