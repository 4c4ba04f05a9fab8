//! Signs of a total outside the mapped columns: a word in an unmapped column, or no value where other rows have one.

use super::{CountMapper, is_blank};
use crate::export::check::doubtful::{Sign, is_total_of};
use crate::export::check::total_row::{Said, normalized, said};
use crate::export::format::field::{Field, Position};
use crate::export::map::excerpt::Viewer;
use crate::export::value::number_text::{folded, is_unknown};
use coverledger_core::model::{Figures, Reason};

/// No word for a total is longer; titles are.
const LONGEST_BYTES: usize = 64;
/// An export has few totals.
const MOST_KEPT: usize = 16;

/// A word for a total in a column that is not mapped.
pub(super) struct Beside {
    said: Said,
    text: String,
}

/// A row that says nothing of what it is of, and that cannot be counted.
pub(super) struct BlankRow {
    at: Position,
    reason: Reason,
    column: Option<usize>,
    /// As much of it as a reject keeps.
    raw: String,
    figures: Figures,
}

impl CountMapper<'_> {
    /// Looks at a cell of a column that is not mapped.
    pub(super) fn look_beside(&mut self, text: &str) {
        if text.len() > LONGEST_BYTES {
            return;
        }
        let said = match said(text, &self.total_words) {
            said @ (Said::Total | Said::All) => said,
            Said::Nothing | Said::Ending | Said::Labelled => return,
        };
        if self.beside.as_ref().is_none_or(|beside| beside.said < said) {
            self.beside = Some(Beside { said, text: text.trim().to_owned() });
        }
    }

    /// What makes a row doubtful, and what it says.
    pub(super) fn sign(&mut self, said: Said, text: Option<&str>, is_bare: bool) -> Option<(Sign, Said, String)> {
        let beside = self.beside.take();
        if said > Said::Nothing {
            return Some((Sign::Mapped, said, text.unwrap_or_default().trim().to_owned()));
        }
        if let Some(Beside { said, text }) = beside {
            return Some((Sign::Beside, said, text));
        }
        is_bare.then(|| (Sign::Blank, Said::Nothing, String::new()))
    }

    /// Whether a word beside is one that the configuration names.
    pub(super) fn is_named_beside(&self) -> bool {
        let is_named = |beside: &Beside| self.total_words.contains(&normalized(&beside.text));
        self.beside.as_ref().is_some_and(is_named)
    }

    /// Whether a row says nothing in any of the columns that say what rows are of.
    pub(super) fn is_bare(&self, fields: &[Field<'_>]) -> bool {
        let is_nothing = |column: &usize| match fields[*column] {
            Field::Text(text) => is_unknown(&folded(text)),
            field => is_blank(field),
        };
        let is_looked_at = self.rows.totals.column.is_none() || self.is_blank_a_total;
        is_looked_at && !self.layout.totals.is_empty() && self.layout.totals.iter().all(is_nothing)
    }

    /// Keeps a row that says nothing of what it is of until all rows are read: it may be their sum.
    pub(super) fn keep_blank(
        &mut self,
        at: Position,
        reason: Reason,
        column: Option<usize>,
        fields: &[Field<'_>],
        raw: &dyn Fn() -> String,
    ) -> bool {
        let figures = self.leniently(fields);
        let is_kept = figures.says_something() && self.blank_rows.len() < MOST_KEPT;
        if is_kept {
            let raw = self.outcomes.kept(&raw());
            self.blank_rows.push(BlankRow { at, reason, column, raw, figures });
        }
        is_kept
    }

    /// What becomes of the rows that say nothing of what they are of: totals of all others, or rejects.
    pub(super) fn settle_blank(&mut self) {
        for row in std::mem::take(&mut self.blank_rows) {
            let counted = *self.totals.counted();
            if counted.is_of_several() && is_total_of(&row.figures, &counted) {
                self.totals.total_of(&row.figures, &counted);
                self.outcomes.ignored += 1;
            } else {
                self.totals.unreadable();
                self.outcomes.reject(row.at, row.reason, row.column, &|| row.raw.clone(), Viewer::NotMapped);
            }
        }
        self.outcomes.in_order();
    }
}
