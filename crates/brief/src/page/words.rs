//! Words in both languages. Both are in the page, and the one that is not wanted is hidden.

use std::fmt::Display;

use coverledger_core::model::legible;
use maud::{Markup, Render, html};

use super::Text;

/// The same in English and in Chinese.
pub(super) fn say(en: impl Render, zh: impl Render) -> Markup {
    html! { span lang="en" { (en) } span lang="zh" { (zh) } }
}

/// A text of ours or of a table, with what would steer shown by its number.
pub(super) fn text(text: &Text) -> Markup {
    if text.en == text.zh {
        return html! { (legible(&text.en)) };
    }
    say(legible(&text.en), legible(&text.zh))
}

/// A name, kept apart from what is around it whichever way it is written.
pub(super) fn name(name: &Text) -> Markup {
    if name.en == name.zh {
        return html! { bdi { (held_together(&name.en)) } };
    }
    html! { bdi lang="en" { (held_together(&name.en)) } bdi lang="zh" { (held_together(&name.zh)) } }
}

/// A name within a sentence of one language.
pub(super) fn named(name: &str) -> Markup {
    html! { bdi { (held_together(name)) } }
}

/// A cover and its letter are never on two lines: `Red dress A`.
fn held_together(name: &str) -> String {
    let shown = legible(name).into_owned();
    match shown.rsplit_once(' ') {
        Some((front, last)) if last.chars().count() <= 2 => format!("{front}\u{a0}{last}"),
        _ => shown,
    }
}

/// How many of something in English: `1 night`, `2 nights`.
pub(super) fn of(count: impl Display + PartialEq<usize> + Copy, one: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count}\u{a0}{one}{s}")
}

/// With a capital first.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_isolated_and_legible() {
        let hostile = Text::same("<script>alert(1)</script>\u{202e}\"' A");
        assert_eq!(
            name(&hostile).into_string(),
            "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}&quot;'\u{a0}A</bdi>"
        );
    }

    #[test]
    fn both_languages_are_there_unless_they_are_one() {
        let both = Text { en: "Keep".into(), zh: "保持".into() };
        assert_eq!(text(&both).into_string(), "<span lang=\"en\">Keep</span><span lang=\"zh\">保持</span>");
        assert_eq!(text(&Text::same("a&b")).into_string(), "a&amp;b");
        assert_eq!(capital("change"), "Change");
        assert_eq!(of(1, "night"), "1\u{a0}night");
        assert_eq!(of(2, "night"), "2\u{a0}nights");
    }
}
