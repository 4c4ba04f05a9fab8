//! `numbers`: how an export writes its numbers.

use super::counting::NumberStyle;
use super::cursor::Cursor;
use super::registry::{Keys, Maybe, Or, Part, Shape, keys, maybe, or};
use super::yaml::Kind;

keys! {
    /// How numbers are written.
    section NumberKeys("numbers", "a style of numbers") {
        decimal: Or<Part> = or("\".\"", Part(Shape::Words(vec![".", ","])), "between whole and part"),
        group: Maybe<Part> = maybe(
            "the other of `,` and `.`", Part(Shape::Words(vec![",", ".", "'", " "]).called("`,`, `.`, `'` or a space")),
            "between thousands; a space stands for every kind of space",
        ),
    }
}

/// Reads it.
pub(super) fn read(at: &Cursor<'_>) -> Option<NumberStyle> {
    let keys = NumberKeys::open(at)?;
    let decimal = keys.decimal.read_with(|at| sign(at, "a decimal sign", &['.', ','], "`.` or `,`"));
    let plain = if decimal == Some(',') { '.' } else { ',' };
    let expected = "`,`, `.`, `'` or a space, which stands for every kind of space";
    let group =
        keys.group.read_or(plain, |at| sign(at, "a sign between thousands", &[',', '.', '\'', ' '], expected));
    let (decimal, group) = (decimal?, group?);
    if decimal == group {
        let at = keys.group.at()?;
        return at.refuse(format!("`{group}` is the decimal sign, so it cannot stand between thousands"));
    }
    Some(NumberStyle { decimal, group })
}

fn sign(at: &Cursor<'_>, what: &str, known: &[char], expected: &str) -> Option<char> {
    let mut signs = at.node.source.chars();
    match (&at.node.kind, signs.next(), signs.next()) {
        (Kind::Text, Some(sign), None) if known.contains(&sign) => Some(sign),
        _ => at.mismatch(what, expected),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_text;
    use super::*;

    #[test]
    fn the_other_sign_follows_the_decimal_sign() {
        let style = |text: &str| read_text(text, read).0.map(|style| (style.decimal, style.group));
        assert_eq!(style("{decimal: ','}"), Some((',', '.')));
        assert_eq!(style("{decimal: ',', group: ' '}"), Some((',', ' ')));
        assert_eq!(style("{group: \"'\"}"), Some(('.', '\'')));
    }

    #[test]
    fn problems_are_all_told() {
        let expected = [
            "line 1, `decimal`: `;` is not a decimal sign (expected `.` or `,`)",
            "line 1, `group`: `_` is not a sign between thousands (expected `,`, `.`, `'` or a space, which stands for \
             every kind of space)",
        ];
        assert_eq!(read_text("{decimal: ';', group: _}", read).1, expected);
        let expected = ["line 1, `group`: `.` is the decimal sign, so it cannot stand between thousands"];
        assert_eq!(read_text("{group: '.'}", read).1, expected);
    }
}
