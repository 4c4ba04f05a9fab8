//! A column of an unknown export.

use std::collections::BTreeSet;

use super::column_kind::{self, ColumnKind};
use super::number::{self, Number};
use super::role::Role;
use super::{cell, name, qualifier, time_patterns};
use crate::export::PeekCell;
use coverledger_config::NumberStyle;
use coverledger_core::model::Count;

/// A column: what it is called, what it holds, what its name claims.
#[derive(Debug, Clone)]
pub struct Column {
    /// As it stands there.
    pub raw: String,
    /// Its name, without invisible characters.
    pub name: String,
    /// What the row of descriptions says.
    pub description: Option<String>,
    /// What it holds.
    pub kind: ColumnKind,
    /// What its name claims.
    pub role: Option<Role>,
    /// Whether its dates could as well have the month first.
    pub is_ambiguous: bool,
    /// Whether no value is there twice.
    pub is_distinct: bool,
    /// Rows without a value.
    pub empty: usize,
    /// Its first value.
    pub sample: String,
    /// How many of its values are instants and how many are dates, if it has both.
    pub mix: Option<(usize, usize)>,
    /// The number of each row, where it holds numbers.
    pub numbers: Vec<Option<Number>>,
}

impl Column {
    /// Looks at a column. `cells` are those of the rows that are no totals.
    pub(super) fn new(raw: &str, description: Option<String>, cells: &[&PeekCell], style: NumberStyle) -> Self {
        // A column that its description calls a running total is not the count that its name says.
        let is_running = description.as_deref().is_some_and(|text| qualifier::is_running(&name::fold(text)));
        let known = Role::of(raw).or_else(|| Role::of(description.as_deref()?));
        let known = known.filter(|role| !(is_running && matches!(role, Role::Count(_))));
        let there: Vec<&PeekCell> = cells.iter().copied().filter(|cell| !number::is_nothing(cell)).collect();
        let kind = column_kind::of(&there, raw, known, style);
        let is_number = matches!(
            kind,
            ColumnKind::Whole
                | ColumnKind::Rounded
                | ColumnKind::Decimal
                | ColumnKind::Percent
                | ColumnKind::Money
                | ColumnKind::Duration
        );
        let read = if kind == ColumnKind::Duration { number::duration } else { number::of };
        let number = |cell: &&PeekCell| read(cell, style).filter(|_| is_number && !number::is_nothing(cell));
        Self {
            raw: raw.to_owned(),
            name: name::shown(raw),
            description,
            role: known.filter(|role| fits(*role, &kind)),
            is_ambiguous: kind.is_ambiguous(&there),
            is_distinct: there.iter().map(|cell| cell::text(cell)).collect::<BTreeSet<_>>().len() == there.len(),
            empty: cells.len() - there.len(),
            sample: there.first().map(|cell| name::shown(&cell::text(cell))).unwrap_or_default(),
            mix: mix(&there),
            numbers: cells.iter().map(number).collect(),
            kind,
        }
    }

    /// Whether it counts things that can be put into a ratio.
    pub(super) fn is_count(&self) -> bool {
        self.kind.is_count()
            && !self.role.is_some_and(|role| role.is_rate() || role.is_word() || role == Role::Length)
    }

    /// Whether it may be a ratio of two counts.
    pub(super) fn is_ratio(&self) -> bool {
        match self.kind {
            ColumnKind::Percent | ColumnKind::Decimal => true,
            ColumnKind::Whole | ColumnKind::Rounded => self.role.is_some_and(Role::is_rate),
            _ => false,
        }
    }
}

/// How many are instants and how many are dates. A few tell whether it is worth a look.
fn mix(cells: &[&PeekCell]) -> Option<(usize, usize)> {
    let texts = |cells: &[&PeekCell]| -> Vec<String> { cells.iter().map(|cell| cell::text(cell)).collect() };
    let is_time = |text: &String| time_patterns::may_be_time(text);
    if !texts(&cells[..cells.len().min(5)]).iter().all(is_time) {
        return None;
    }
    let texts = texts(cells);
    time_patterns::mix(texts.iter().map(String::as_str))
}

/// Whether what a name claims can be held by such values.
fn fits(role: Role, kind: &ColumnKind) -> bool {
    let is_number =
        matches!(kind, ColumnKind::Whole | ColumnKind::Rounded | ColumnKind::Decimal | ColumnKind::Empty);
    match role {
        Role::Start | Role::End | Role::Date => kind.is_time() || *kind == ColumnKind::Empty,
        Role::Published => kind.is_time() || matches!(kind, ColumnKind::Text | ColumnKind::Empty),
        Role::Hour => {
            matches!(kind, ColumnKind::Hour | ColumnKind::Clock(_) | ColumnKind::Wall(_) | ColumnKind::Empty)
        }
        Role::Length | Role::Mean | Role::MeanPerViewer | Role::Count(Count::Dwell) => {
            is_number || *kind == ColumnKind::Duration
        }
        Role::Count(_) | Role::ProductImpressions | Role::ProductClicks | Role::OtherCount => is_number,
        Role::EntryRate | Role::CoverRate | Role::ClickRate | Role::ProductRate => {
            is_number || *kind == ColumnKind::Percent
        }
        _ => true,
    }
}
