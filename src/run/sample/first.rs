//! The first rows of an export, as they are counted.

use jiff::Timestamp;

use coverledger_core::model::{Count, CountTable, Dimensions, Kinds, MarketId};
use coverledger_read::export::{QualitySignal, QualitySignals, Signal, Signals};

/// How many.
const FIRST: usize = 10;

/// A row as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRow {
    /// Which record of the file, from 1.
    pub record: u32,
    /// In which market.
    pub market: MarketId,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; `None` of an event, and of a cover that is on air until the next.
    pub until: Option<Timestamp>,
    /// Whether it has no slot: it is a whole day's.
    pub is_all_day: bool,
    /// Whose audience, where rows say it.
    pub audience: String,
    /// Of which broadcast.
    pub broadcast: String,
    /// Of which cover; `None` where the log of covers says it.
    pub cover: Option<String>,
    /// What it counts: each count by its word, `None` where the row does not say one that it should.
    pub counts: Vec<(Count, Option<u64>)>,
}

/// Keeps the first signals, and the instants from the first to the last.
#[derive(Debug, Default)]
pub(super) struct FirstSignals {
    stages: Vec<Dimensions>,
    pub(super) rows: Vec<FirstRow>,
    pub(super) span_us: Option<(i64, i64)>,
}

impl Signals for FirstSignals {
    fn stage(&mut self, stage: &Dimensions) {
        self.stages.push(stage.clone());
    }

    fn signal(&mut self, signal: &Signal<'_>) {
        self.span_us = Some(widened(self.span_us, signal.credited_us, signal.occurred_us));
        let Some(stage) = self.stages.get(signal.stage).filter(|_| self.rows.len() < FIRST) else { return };
        let Some(from) = instant(signal.credited_us) else { return };
        let counted = [
            (Kinds::IMPRESSION, Count::Impressions),
            (Kinds::CLICK, Count::Clicks),
            (Kinds::ENTRY, Count::Entries),
            (Kinds::STAY, Count::Stays),
            (Kinds::ORDER, Count::Orders),
        ];
        let counted = counted.into_iter().filter(|(kind, _)| signal.kinds.has(*kind));
        let dwell = (signal.dwell_ms > 0).then_some((Count::Dwell, Some(u64::from(signal.dwell_ms))));
        self.rows.push(FirstRow {
            record: signal.record,
            market: stage.market.clone(),
            from,
            until: None,
            is_all_day: false,
            audience: stage.audience.clone(),
            broadcast: stage.broadcast_id.clone(),
            cover: stage.cover_id.clone(),
            counts: counted.map(|(_, count)| (count, Some(1))).chain(dwell).collect(),
        });
    }
}

/// Keeps the instants of how views went, from the first to the last. Such rows count nothing by themselves.
#[derive(Debug, Default)]
pub(super) struct FirstViews {
    pub(super) span_us: Option<(i64, i64)>,
}

impl QualitySignals for FirstViews {
    fn place(&mut self, _: &MarketId, _: &str, _: Option<&str>) {}

    fn rung(&mut self, _: &str) {}

    fn signal(&mut self, signal: &QualitySignal<'_>) {
        self.span_us = Some(widened(self.span_us, signal.occurred_us, signal.occurred_us));
    }
}

/// The first rows of a page of counts, or of covers.
pub(super) fn of_page(page: &CountTable) -> Vec<FirstRow> {
    let counts = page.rows.iter().take(FIRST).filter_map(|row| {
        let stage = page.stages.get(row.stage as usize)?;
        let said = row.figures.known.or(row.figures.missing);
        Some(FirstRow {
            record: row.record,
            market: stage.market.clone(),
            from: instant(row.start_us)?,
            until: instant(row.end_us),
            is_all_day: row.is_all_day,
            audience: stage.audience.clone(),
            broadcast: stage.broadcast_id.clone(),
            cover: stage.cover_id.clone(),
            counts: said
                .iter()
                .map(|count| (count, row.figures.get(count).map(|measure| measure.value)))
                .collect(),
        })
    });
    let covers = page.on_air.iter().take(FIRST).filter_map(|on_air| {
        Some(FirstRow {
            record: on_air.record,
            market: on_air.market.clone(),
            from: instant(on_air.from_us)?,
            until: on_air.until_us.and_then(instant),
            is_all_day: false,
            audience: String::new(),
            broadcast: on_air.broadcast_id.clone(),
            cover: Some(on_air.cover_id.clone()),
            counts: Vec::new(),
        })
    });
    counts.chain(covers).collect()
}

/// The instants of a page, from the first to the last.
pub(super) fn span_of(page: &CountTable) -> Option<(i64, i64)> {
    let rows = page.rows.iter().map(|row| (row.start_us, row.end_us - 1));
    let covers = page.on_air.iter().map(|on_air| (on_air.from_us, on_air.until_us.unwrap_or(on_air.from_us)));
    rows.chain(covers).fold(None, |span, (first, last)| Some(widened(span, first, last)))
}

fn widened(span_us: Option<(i64, i64)>, first_us: i64, last_us: i64) -> (i64, i64) {
    let (first, last) = span_us.unwrap_or((first_us, last_us));
    (first.min(first_us), last.max(last_us))
}

fn instant(us: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(us).ok()
}
