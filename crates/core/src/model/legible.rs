//! Text of others, shown so that it steers nothing: ids, names of objects, headers and cells may hold anything.
//!
//! What a terminal or an editor would obey, what turns the text around it, and what hides text or looks like nothing is
//! shown by its number: `\u{1b}`. Joiners, variation selectors and soft hyphens stay as they are: scripts, emoji and the
//! headers of platforms need them.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character steers what it is shown on: control characters, those that set the direction of writing or end a
/// line, and those that print nothing by themselves, so that two ids look alike or a text carries another one unseen.
#[must_use]
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Direction: marks, embeddings, overrides and isolates, and the ends of lines and paragraphs.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Nothing to see: blanks without a width, invisible operators, and format characters that are given up.
            | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            // Annotations between lines, what is no character, and tags, which spell a text that nobody sees.
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text on one line, with what would steer shown by its number.
///
/// ```
/// # use coverledger_core::model::legible;
/// assert_eq!(legible("a\u{1b}[31m\nb"), r"a\u{1b}[31m\nb");
/// ```
#[must_use]
pub fn legible(text: &str) -> Cow<'_, str> {
    shown(text, is_steering, |shown, c| shown.extend(c.escape_default()))
}

/// The same JSON, with what would steer written as JSON writes it: `\u001b`.
#[must_use]
pub fn legible_json(json: &str) -> Cow<'_, str> {
    shown(json, is_steering, |shown, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Text takes text.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

/// With the characters that are `hidden` shown in another way.
pub fn shown(text: &str, hidden: impl Fn(char) -> bool, show: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) { show(&mut shown, c) } else { shown.push(c) }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_shown_and_the_rest_stays() {
        // Emoji with joiners and selectors, Persian with its own joiner, and a header with a soft hyphen.
        for plain in ["直播 – Žižkov 👩‍👩‍👧 ❤\u{fe0f} `a\\b`", "می\u{200c}خواهم", "Auf\u{ad}rufe"]
        {
            assert!(matches!(legible(plain), Cow::Borrowed(_)), "{plain:?}");
        }
        let steering = "\u{7}\t\r\n\u{7f}\u{9b}\u{61c}\u{200b}\u{200e}\u{202e}\u{2028}\u{2060}\u{2066}\u{2069}\u{feff}\u{e0041}";
        assert!(steering.chars().all(is_steering));
        let shown = legible(steering);
        assert_eq!(
            shown,
            r"\u{7}\t\r\n\u{7f}\u{9b}\u{61c}\u{200b}\u{200e}\u{202e}\u{2028}\u{2060}\u{2066}\u{2069}\u{feff}\u{e0041}"
        );
    }

    #[test]
    fn json_says_the_same_as_before() {
        let value = serde_json::json!({"a\u{202e}": "\u{1b}[2J \u{9b}31m \u{7f} \u{2066} \u{e0041} plain 直播"});
        let json = legible_json(&value.to_string()).into_owned();
        assert!(!json.chars().any(is_steering), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }
}
