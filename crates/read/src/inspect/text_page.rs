//! Layout of text for a screen, where Chinese and Japanese characters are twice as wide as others.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use coverledger_core::model::legible;

/// How wide the words on the left are, with the blanks before them.
pub(super) const LEFT: usize = 17;
/// How wide a page is.
pub(super) const PAGE: usize = 80;
/// How wide a name that is shown is at most, and a value.
pub(super) const SHOWN: usize = 26;

/// A page of text, of lines as long as they are or folded at a width.
pub(super) struct TextPage {
    pub(super) text: String,
    /// Where long lines are folded.
    pub(super) fold: Option<usize>,
}

impl TextPage {
    pub(super) fn line(&mut self, word: &str, text: &str) {
        let text = &*legible(text);
        for (index, part) in self.folded(text).into_iter().enumerate() {
            let word = if index == 0 { word } else { "" };
            let pad = LEFT.saturating_sub(2 + word.width());
            // Writing to text cannot fail.
            let _ = writeln!(self.text, "  {word}{:pad$}{part}", "");
        }
    }

    pub(super) fn lines(&mut self, word: &str, texts: &[String]) {
        for (index, text) in texts.iter().enumerate() {
            self.line(if index == 0 { word } else { "" }, text);
        }
    }

    /// A text in parts that are no wider than the page, cut between words.
    fn folded(&self, text: &str) -> Vec<String> {
        let Some(room) = self.fold.and_then(|width| width.checked_sub(LEFT)).filter(|room| *room > 20) else {
            return vec![text.to_owned()];
        };
        let mut parts = vec![String::new()];
        for word in text.split(' ') {
            let last = parts.len() - 1;
            if !parts[last].is_empty() && parts[last].width() + 1 + word.width() > room {
                parts.push(word.to_owned());
            } else if parts[last].is_empty() {
                parts[last].push_str(word);
            } else {
                parts[last].push(' ');
                parts[last].push_str(word);
            }
        }
        parts
    }
}

/// A text that takes no more than so many columns of a screen.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let text = &*legible(text);
    if text.width() <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.width().unwrap_or(0) + 1 > most {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}

/// A text with blanks behind it up to so many columns of a screen.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The first of some lines, and how many more there are.
pub(super) fn first(mut lines: Vec<String>, most: usize, hint: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(most);
    if more > 1 {
        lines.truncate(most);
        lines.push(format!("and {more} more ({hint})"));
    }
    lines
}
