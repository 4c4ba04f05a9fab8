//! The columns that an export needs, and their places in a decoded record.

use crate::export::format::wanted::Wanted;
use crate::export::value::instant::InstantAt;
use coverledger_config::{
    ColumnName, Columns, CoverRule, EventColumns, Export, InstantColumn, MadeId, MarketRule, Rows, TextRule,
};

/// The needed columns of an export, each once, and the place of every role among them.
#[derive(Debug, Clone, Default)]
pub(in crate::export) struct Layout {
    /// Columns, in the order in which decoders hand their values over.
    pub(in crate::export) columns: Vec<Wanted>,
    pub(super) event_id: Option<usize>,
    pub(super) occurred_at: usize,
    /// Where its time of day is, if that is another column.
    pub(super) occurred_at_time: Option<usize>,
    pub(super) viewer_id: Option<usize>,
    pub(super) host_id: Option<usize>,
    pub(super) dwell_seconds: Option<usize>,
    pub(in crate::export) market: Option<usize>,
    pub(super) broadcast_id: Option<usize>,
    /// What the id of the broadcast is made of, where `broadcast_id` has nothing.
    pub(super) made_of: Vec<usize>,
    pub(super) cover_id: Option<usize>,
    pub(in crate::export) audience: Vec<usize>,
    pub(in crate::export) event: Option<usize>,
    pub(super) clicked: Option<usize>,
    pub(super) entered: Option<usize>,
    pub(super) ordered: Option<usize>,
}

impl Layout {
    pub(in crate::export) fn of(export: &Export) -> Self {
        let Columns { market, broadcast_id, cover_id, audience } = &export.columns;
        let mut layout = Self::default();
        if let Some(EventColumns { event_id, occurred_at, viewer_id, host_id, dwell_seconds }) = export.rows.each()
        {
            layout.occurred_at = layout.place(&occurred_at.column);
            layout.occurred_at_time = layout.maybe(occurred_at.time.as_ref());
            layout.event_id = layout.maybe(event_id.as_ref());
            layout.viewer_id = layout.maybe(viewer_id.as_ref());
            // An export without it is counted as it always was.
            layout.host_id = host_id.as_ref().map(|host_id| layout.place_if_there(host_id));
            layout.dwell_seconds = layout.maybe(dwell_seconds.as_ref());
        }
        if let MarketRule::Column { column, .. } = market {
            layout.market = Some(layout.place(column));
        }
        layout.broadcast_id = layout.text(broadcast_id);
        if let TextRule::Made(MadeId { given, parts }) = broadcast_id {
            layout.broadcast_id = given.as_ref().map(|given| layout.place_if_there(given));
            let given = layout.broadcast_id;
            layout.made_of = parts.iter().map(|part| layout.place_unless(part, given)).collect();
        }
        if let CoverRule::Row(cover_id) = cover_id {
            layout.cover_id = layout.text(cover_id);
        }
        layout.audience = audience.iter().map(|column| layout.place(column)).collect();
        match &export.rows {
            Rows::Events { column, .. } => layout.event = Some(layout.place(column)),
            Rows::Impressions { clicked, entered, ordered, .. } => {
                layout.clicked = layout.maybe(clicked.as_ref());
                layout.entered = layout.maybe(entered.as_ref());
                layout.ordered = layout.maybe(ordered.as_ref());
            }
            Rows::Counts(_) | Rows::Covers(_) | Rows::Quality(_) => {}
        }
        layout
    }

    /// The columns that say where a row was seen.
    pub(super) fn stage_columns(&self) -> impl Iterator<Item = &usize> {
        let broadcast = self.broadcast_id.iter().chain(&self.made_of);
        self.market.iter().chain(broadcast).chain(&self.cover_id).chain(&self.audience).chain(&self.host_id)
    }

    /// The column that no record of a format without a header needs to have. Only some events carry dwell, and one of
    /// them without it is a reject, so nothing is taken for zero.
    pub(in crate::export) fn may_be_absent(&self) -> Option<usize> {
        self.dwell_seconds.filter(|_| self.event.is_some())
    }

    /// The place of a column that the export needs to have.
    pub(in crate::export) fn place(&mut self, column: &ColumnName) -> usize {
        let place = self.place_if_there(column);
        self.columns[place].is_needed = true;
        self.columns[place].unless = None;
        place
    }

    /// The place of a column that the export needs to have where it has not another one.
    fn place_unless(&mut self, column: &ColumnName, other: Option<usize>) -> usize {
        let place = self.place_if_there(column);
        if !self.columns[place].is_needed {
            self.columns[place].is_needed = true;
            self.columns[place].unless = other;
        }
        place
    }

    /// The place of a column that the export can do without.
    pub(super) fn place_if_there(&mut self, column: &ColumnName) -> usize {
        self.columns.iter().position(|known| known.column == *column).unwrap_or_else(|| {
            self.columns.push(Wanted { is_needed: false, ..Wanted::needed(column) });
            self.columns.len() - 1
        })
    }

    /// Where an instant stands.
    pub(super) fn instant(&mut self, instant: &InstantColumn) -> InstantAt {
        InstantAt { date: self.place(&instant.column), time: self.maybe(instant.time.as_ref()) }
    }

    fn maybe(&mut self, column: Option<&ColumnName>) -> Option<usize> {
        column.map(|column| self.place(column))
    }

    fn text(&mut self, rule: &TextRule) -> Option<usize> {
        match rule {
            TextRule::Column(column) => Some(self.place(column)),
            TextRule::Value(_) | TextRule::Path | TextRule::Made(_) => None,
        }
    }
}
