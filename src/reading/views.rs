//! How views went, on their markets' clocks: the bridge between reading and counting for sources of quality.

use std::io;

use super::localize::Clocks;
use coverledger_core::count::{QualityInput, QualityPlace, QualityWriter};
use coverledger_core::model::MarketId;
use coverledger_core::time::Hint;
use coverledger_read::export::{QualitySignal, QualitySignals};

/// Puts the rows of one export on their markets' clocks and hands them to a writer of the counter.
pub(crate) struct LocalizingViews<'a, 'c> {
    clocks: &'a Clocks<'a>,
    writer: &'a mut QualityWriter<'c>,
    clock_of_place: Vec<Option<usize>>,
    hints: Vec<Hint>,
    /// Why rows could not be taken.
    pub(crate) failure: Option<io::Error>,
}

impl<'a, 'c> LocalizingViews<'a, 'c> {
    pub(crate) fn new(clocks: &'a Clocks<'a>, writer: &'a mut QualityWriter<'c>) -> Self {
        Self { clocks, writer, clock_of_place: Vec::new(), hints: clocks.hints(), failure: None }
    }
}

impl QualitySignals for LocalizingViews<'_, '_> {
    fn place(&mut self, market: &MarketId, broadcast_id: &str, host_id: Option<&str>) {
        self.clock_of_place.push(self.clocks.of_market(market));
        self.writer.dimensions(broadcast_id, host_id);
    }

    fn rung(&mut self, name: &str) {
        self.writer.rung(name);
    }

    fn signal(&mut self, signal: &QualitySignal<'_>) {
        let QualitySignal { record, occurred_us, view_id, viewer_id, place, measures, rung } = *signal;
        let placed = self.clock_of_place[place].and_then(|clock| {
            let (day, slot) = self.clocks.day_and_slot(clock, occurred_us, &mut self.hints[clock])?;
            Some(QualityPlace { dimensions: place, day, slot })
        });
        let input = QualityInput { record, occurred_us, view_id, viewer_id, measures, rung, place: placed };
        if let Err(error) = self.writer.push(&input) {
            self.failure.get_or_insert(error);
        }
    }

    fn too_many(&self) -> Option<usize> {
        self.writer.too_many()
    }
}
