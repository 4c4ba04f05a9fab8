//! Text without invisible characters and other differences that carry no meaning.

use unicode_normalization::UnicodeNormalization;

/// A name as it is compared: without case, full-width forms, kinds of spaces and invisible signs.
#[must_use]
pub fn normal(name: &str) -> String {
    let folded: String = name.nfkc().collect::<String>().to_lowercase();
    let visible: String = folded.chars().filter(|char| !is_invisible(*char)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Soft hyphens, zero-width spaces and joiners, marks of direction and of byte order.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}
