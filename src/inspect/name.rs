//! Names of columns, compared as people compare them.

use unicode_normalization::UnicodeNormalization;

/// A name without what nobody sees: case, soft hyphens, kinds of spaces, full-width forms; a dash or an underscore is a space.
pub(super) fn fold(name: &str) -> String {
    let seen = name.nfkc().filter(|c| !matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}'));
    let lower: String =
        seen.flat_map(char::to_lowercase).map(|c| if matches!(c, '_' | '-') { ' ' } else { c }).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same without a unit or a remark in brackets: `Umsatz (EUR)` is `umsatz`.
pub(super) fn bare(name: &str) -> String {
    let folded = fold(name);
    let end = folded.find(['(', '[']).unwrap_or(folded.len());
    folded[..end].trim_end().to_owned()
}

/// A name as a message shows it: on one line, without what nobody sees.
pub(super) fn shown(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !matches!(c, '\u{ad}' | '\u{feff}')).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
