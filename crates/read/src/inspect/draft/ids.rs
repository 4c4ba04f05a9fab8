//! The dimensions of a draft: market, broadcast, cover, audience.

use std::fmt::Write;

use super::{Draft, quoted};
use crate::inspect::column_kind::ColumnKind;
use crate::inspect::interval_columns::IntervalColumns;
use crate::inspect::role::Role;

impl Draft<'_> {
    pub(super) fn ids(&self) -> String {
        let mut text = match self.role(Role::Market) {
            Some(column) => format!("      market: {{column: {}, otherwise: reject}}\n", self.name(column)),
            None => "      market: path   # or one market for all: {value: US}\n".to_owned(),
        };
        let broadcast = self.role(Role::Broadcast).filter(|column| self.is_sound_id(*column));
        // Writing to text cannot fail.
        let start = match &self.finding.when {
            IntervalColumns::Span { start, time, .. } if self.has_sessions() && !self.is_displays => {
                Some(std::iter::once(*start).chain(*time).collect::<Vec<usize>>())
            }
            _ => None,
        };
        let _ = match (broadcast, self.role(Role::Title)) {
            (Some(column), _) => writeln!(text, "      broadcast_id: {}", self.name(column)),
            (None, Some(title)) if start.is_some() => {
                let parts = std::iter::once(title).chain(start.unwrap_or_default());
                let parts: Vec<String> = parts.map(|column| self.name(column)).collect();
                writeln!(
                    text,
                    "      # Nothing is an id here: title and start make one, and two broadcasts of one title are two.\n      \
                     broadcast_id: {{columns: [{}]}}",
                    parts.join(", ")
                )
            }
            (None, Some(column)) => {
                let name = self.name(column);
                writeln!(text, "      broadcast_id: {name}   # a title: two broadcasts of one title are one")
            }
            (None, None) => {
                writeln!(text, "      broadcast_id: {{value: all}}   # no column says which broadcast")
            }
        };
        let _ = match self.cover() {
            Some(column) => writeln!(text, "      cover_id: {}", self.name(column)),
            None if self.has_log => writeln!(text, "      cover_id: log   # the log of covers below says it"),
            None if self.is_displays => writeln!(
                text,
                "      # No column is known to say which cover; if one does, write its name.\n      cover_id: {{value: unknown}}"
            ),
            None => writeln!(
                text,
                "      # No column says which cover. With a log of covers as another export (`rows: covers`) write `log`.\n      \
                 cover_id: {{value: unknown}}"
            ),
        };
        let audience = self.finding.columns.iter().filter(|column| column.role == Some(Role::Audience));
        let audience: Vec<String> = audience.map(|column| quoted(&column.name)).collect();
        if !audience.is_empty() && !self.is_displays {
            let _ = writeln!(text, "      audience: [{}]", audience.join(", "));
        }
        text
    }

    /// The column that says which cover.
    pub(super) fn cover(&self) -> Option<usize> {
        self.role(Role::Cover).filter(|column| self.is_sound_id(*column))
    }

    /// Ids that a spreadsheet rounded are none.
    fn is_sound_id(&self, column: usize) -> bool {
        !matches!(self.column(column).kind, ColumnKind::Id(spoiled) if spoiled > 0)
    }
}
