//! Rows of totals in a draft, and rows that are left out.

use std::fmt::Write;

use super::{Draft, quoted};

/// The most rows that `YouTube` Studio exports.
const STUDIO_ROWS: usize = 500;

impl Draft<'_> {
    pub(super) fn totals(&self) -> String {
        let mut text = String::new();
        if let Some((column, word)) = self.finding.totals.iter().find_map(|total| total.word()) {
            // Studio says nowhere in the file that it cuts its tables off; a file with more rows disproves it.
            let is_studio = self.finding.looks_like.is_some_and(|(name, _)| name.starts_with("YouTube Studio"));
            let cap = if is_studio && self.finding.rows <= STUDIO_ROWS { ", cap: 500" } else { "" };
            // Writing to text cannot fail.
            let _ = writeln!(
                text,
                "    totals: {{column: {}, words: [{}]{cap}}}",
                self.name(column),
                quoted(&lasting(word))
            );
        } else if let Some(column) = self.finding.totals.iter().find_map(|total| total.blank) {
            text.push_str(
                "    # A row is a total without a word for it, the sum of all others: its blank cell tells it.\n",
            );
            let _ = writeln!(text, "    totals: {{column: {}, words: [\"\"]}}", self.name(column));
        } else if !self.finding.totals.is_empty() {
            text.push_str("    # Its last row is a total without a word for it: see that it is not counted.\n");
        }
        let flag = |column: &&crate::inspect::Column| {
            column.role == Some(crate::inspect::Role::Flag)
                && crate::inspect::name::fold(&column.raw).contains("test")
        };
        if let Some(column) = self.finding.columns.iter().find(flag) {
            let _ = writeln!(text, "    skip: {{{}: [\"1\", \"true\"]}}", quoted(&column.name));
        }
        text
    }
}

/// What of a total's word holds tomorrow: `Total of 700 results` counts today's rows.
fn lasting(word: &str) -> String {
    let end = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
    let kept = word[..end].trim_end_matches(|c: char| !c.is_alphanumeric()).trim();
    if kept.is_empty() { word.to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::lasting;

    #[test]
    fn a_word_without_todays_number_holds_tomorrow() {
        for (word, kept) in [
            ("Total of 700 results", "Total of"),
            ("Gesamt", "Gesamt"),
            ("合计", "合计"),
            ("合计: 12", "合计"),
            ("12 total", "12 total"),
        ] {
            assert_eq!(lasting(word), kept, "{word}");
        }
    }
}
