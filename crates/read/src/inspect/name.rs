//! Compares names of columns as readers do: a dash or an underscore counts as a space.

use crate::export;

/// A name as readers compare it, and a dash or an underscore is a space.
pub(super) fn fold(name: &str) -> String {
    export::normal(name).split(['_', '-', ' ']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
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
