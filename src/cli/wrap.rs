//! Texts broken into lines of at most so many columns of a terminal.
//!
//! English is broken between words, Chinese between characters, but no line begins with a mark that closes and none ends
//! with one that opens. A word that is longer than a line, such as an id of 300 characters, is broken where the line ends.

use unicode_width::UnicodeWidthStr as _;

/// Marks that do not begin a line.
const CLOSING: &str = "，。；：、？！）」』】》”’％%…";
/// Marks that do not end one.
const OPENING: &str = "（「『【《“‘";

/// How many columns of a terminal a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The lines of a text without line ends. There is always one.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for Piece { is_after_space, text } in pieces(text) {
        let Some(line) = lines.last_mut() else { continue };
        let space = if is_after_space && !line.is_empty() { " " } else { "" };
        if columns(line) + space.len() + columns(&text) <= width {
            line.push_str(space);
            line.push_str(&text);
        } else {
            lines.extend(broken(&text, width));
        }
    }
    if lines.len() > 1 && lines[0].is_empty() {
        lines.remove(0);
    }
    lines
}

/// The width of the longest part of a text that is not broken unless it must be.
pub fn longest_piece(text: &str) -> usize {
    pieces(text).iter().map(|piece| columns(&piece.text)).max().unwrap_or(0)
}

/// What is not broken unless it is longer than a line.
struct Piece {
    is_after_space: bool,
    text: String,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut previous = ' ';
    for c in text.chars() {
        if c != ' ' {
            let sticks = OPENING.contains(previous)
                || CLOSING.contains(c)
                // Marks upon the character before, and pictures that are joined.
                || char_columns(c) == 0
                || previous == '\u{200d}'
                || (char_columns(c) < 2 && char_columns(previous) < 2);
            match pieces.last_mut() {
                Some(last) if sticks && previous != ' ' => last.text.push(c),
                _ => pieces.push(Piece { is_after_space: previous == ' ', text: c.to_string() }),
            }
        }
        previous = c;
    }
    pieces
}

fn char_columns(c: char) -> usize {
    columns(c.encode_utf8(&mut [0; 4]))
}

/// A piece that is longer than a line.
fn broken(piece: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for c in piece.chars() {
        if let Some(line) = lines.last_mut() {
            line.push(c);
            if columns(line) <= width || line.chars().count() == 1 {
                continue;
            }
            line.pop();
        }
        lines.push(c.to_string());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_between_words_and_lose_none() {
        let text = "one two ".repeat(30);
        let lines = wrapped(text.trim(), 60);
        assert!(lines.iter().all(|line| columns(line) <= 60) && lines.len() == 4, "{lines:?}");
        assert_eq!(lines.join(" "), text.trim());
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn chinese_is_broken_between_characters_and_marks_stay_where_they_belong() {
        let text = "从平台拿到的数据，（截至周日）都已经核对过。ctr 从 1.81 % 上升到 3.29 %。";
        for width in 8..40 {
            let lines = wrapped(text, width);
            assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:?}");
            assert!(!lines.iter().any(|line| line.starts_with(['，', '。', '）'])), "{width}: {lines:?}");
            assert!(!lines.iter().any(|line| line.ends_with('（')), "{width}: {lines:?}");
            let without_spaces = |text: &str| text.replace(' ', "");
            assert_eq!(without_spaces(&lines.concat()), without_spaces(text));
        }
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_broken_and_loses_nothing() {
        let id = "cov_".repeat(75);
        let lines = wrapped(&format!("a {id} b"), 40);
        assert!(lines.iter().all(|line| columns(line) <= 40), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), format!("a{id}b"));
        assert_eq!(wrapped("直播", 1), ["直", "播"], "wider than a line can be");
    }

    #[test]
    fn the_longest_piece_is_what_a_column_needs_at_least() {
        assert_eq!(longest_piece("click conversion %"), "conversion".len());
        assert_eq!(longest_piece("千次曝光价值"), 2);
    }
}
