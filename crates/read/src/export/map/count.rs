//! From the values of a record to a row of counts, or to a reject with its reason.

mod beside;
mod closing;

use std::collections::{BTreeMap, BTreeSet};

use super::count_layout::{CountLayout, column_behind, entered, stated};
use super::dimension_cache::DimensionCache;
use super::midnight::Midnights;
use super::period::{self, RowClock};
use super::record_outcomes::RecordOutcomes;
use super::second_header::{self, Repeated};
use super::{Mapped, NoSignal};
use crate::export::check::copied::SheetStart;
use crate::export::check::doubtful::Doubtful;
use crate::export::check::note::note;
use crate::export::check::part::PartCheck;
use crate::export::check::rate::RateCheck;
use crate::export::check::total::TotalCheck;
use crate::export::check::total_row::{Said, is_total, normalized, results_said, said};
use crate::export::format::field::{Field, Position, Records};
use crate::export::value::derive::{divided, times};
use crate::export::value::instant;
use crate::export::value::number_text::{folded, is_unknown};
use crate::export::value::quantity::{SECOND_MS, count_of, is_blank, length_of, ratio_of, total_ms};
use crate::export::{ExportError, PathValues, Reach, Reading};
use coverledger_config::{Blank, CountRows, CountRule, RateUnit, ReportedRate};
use coverledger_core::model::{Count, CountRow, CountSet, CountTable, Figures, MarketId, Measure, Reason};
use coverledger_core::time::Zone;

/// Turns records into rows of counts.
pub(in crate::export) struct CountMapper<'a> {
    rows: &'a CountRows,
    layout: &'a CountLayout<'a>,
    stages: DimensionCache<'a>,
    path: &'a PathValues,
    markets: &'a BTreeMap<MarketId, Zone>,
    entry_is_click: bool,
    reach: &'a Reach,
    max_rows: usize,
    total_words: BTreeSet<String>,
    totals: TotalCheck,
    rates: Vec<RateCheck<'a>>,
    parts: PartCheck,
    doubtful: Vec<Doubtful>,
    /// What the record that comes next says in a column that is not mapped.
    beside: Option<beside::Beside>,
    /// Whether `totals.words` has the empty text.
    is_blank_a_total: bool,
    blank_rows: Vec<beside::BlankRow>,
    sheets: Vec<SheetStart>,
    ids: closing::Ids,
    outcomes: RecordOutcomes<'a>,
    page: CountTable,
    midnights: Midnights,
    /// What every row should say.
    mapped: CountSet,
    /// Counts with a cell in some row that is not blank.
    filled: CountSet,
}

impl<'a> CountMapper<'a> {
    pub(in crate::export) fn new(
        reading: &'a Reading<'_>,
        rows: &'a CountRows,
        layout: &'a CountLayout<'a>,
        max_rows: usize,
    ) -> Self {
        let entry_is_click = reading.entry_is_click;
        let made_by = |rate: &ReportedRate| {
            let is_behind = |count: &Count| {
                column_behind(rows, *count, entry_is_click).is_some_and(|column| {
                    column.names().iter().any(|name| rate.column.column.names().contains(name))
                })
            };
            [rate.of, rate.among].into_iter().filter(is_behind).collect()
        };
        let check = |(rate, column): &(&'a ReportedRate, usize)| {
            RateCheck::new(rate, *column, layout.numbers, made_by(rate))
        };
        Self {
            rows,
            layout,
            stages: DimensionCache::new(reading.export, &layout.seat, reading.path, reading.markets),
            path: reading.path,
            markets: reading.markets,
            entry_is_click,
            reach: reading.reach,
            max_rows,
            total_words: rows
                .totals
                .words
                .iter()
                .map(|word| normalized(word))
                .filter(|word| !word.is_empty())
                .collect(),
            totals: TotalCheck::new(stated(rows), rows.totals.cap),
            rates: layout.rates.iter().map(check).collect(),
            parts: PartCheck::new(rows, &layout.counts),
            doubtful: Vec::new(),
            beside: None,
            is_blank_a_total: rows.totals.words.contains(""),
            blank_rows: Vec::new(),
            sheets: Vec::new(),
            ids: closing::Ids::of(&reading.export.columns),
            outcomes: RecordOutcomes::new(&layout.seat, reading.excerpt),
            page: CountTable::default(),
            midnights: Midnights::default(),
            mapped: reading.export.offered(entry_is_click),
            filled: CountSet::default(),
        }
    }

    fn map(&mut self, record: u32, fields: &[Field<'_>]) -> Mapped<()> {
        let (said, text) = self.said(fields);
        let is_bare = self.is_bare(fields);
        let is_named = self.is_named_beside();
        let doubt = self.sign(said, text, is_bare);
        if said == Said::Total || is_named || (is_bare && self.is_blank_a_total) {
            let total = self.leniently(fields);
            if let Some(stated) = text.and_then(results_said) {
                self.totals.results(text.unwrap_or_default(), stated, false);
            }
            self.totals.total(&total);
            return Err(NoSignal::Ignored);
        }
        if self.is_note(fields) {
            return Err(NoSignal::Ignored);
        }
        if self.is_skipped(fields) {
            let skipped = self.leniently(fields);
            self.totals.skipped(&skipped);
            return Err(NoSignal::Ignored);
        }
        let is_doubtful = doubt.is_some();
        let figures = self.figures(fields);
        self.fill(fields);
        match &figures {
            // A total is that of all rows, whatever market they are of and whether or not their time can be read.
            Ok(figures) if !is_doubtful => self.totals.row(figures),
            Ok(_) => {}
            // A header is no row; whether this is one is seen once it is rejected. Nor may a row be that says nothing.
            Err(_) if is_bare => {}
            Err(_) if self.repeated(fields) != Repeated::No => {}
            Err(_) => self.totals.unreadable(),
        }
        let stages = &mut self.page.stages;
        let stage = self.stages.of(fields, |stage| stages.push(stage.clone()))?;
        let named = self.page.stages.get(stage).map(|stage| &stage.market);
        let market = named.and_then(|market| self.markets.get(market));
        let clock =
            RowClock { market, path: self.path, numbers: self.layout.numbers, length_ms: self.layout.length_ms };
        let interval = period::read(&self.rows.period, &self.layout.period, fields, clock)?;
        let length_us = interval.end_us - interval.start_us;
        self.midnights.row(&self.rows.period, self.layout.period.start(), fields, length_us);
        if named.is_some_and(|market| interval.is_beyond(self.reach.in_market(market))) {
            let span_us = (interval.start_us, interval.end_us - 1);
            self.outcomes.stats.beyond.record(span_us, false);
            self.outcomes.stats.row(span_us, figures.as_ref().unwrap_or(&Figures::default()));
            return Err(NoSignal::Reject(Reason::BeyondReach, self.layout.period.all().last()));
        }
        let created_us = match self.layout.newest {
            Some((at, newest)) => Some(
                instant::read_at(fields, at, &newest.format, market)
                    .map_err(|(reason, column)| NoSignal::Reject(reason, Some(column)))?,
            ),
            None => None,
        };
        let figures = figures?;
        if self.page.rows.len() >= self.max_rows {
            self.outcomes.refusal.get_or_insert(ExportError::TooManyRows(self.max_rows));
            return Err(NoSignal::Ignored);
        }
        if let Some(column) = self.parts.row(&figures) {
            return Err(NoSignal::Reject(Reason::PartExceedsWhole, Some(column)));
        }
        if let Some((sign, said, text)) = doubt {
            self.doubtful.push(Doubtful { row: self.page.rows.len(), sign, said, text });
        }
        self.rates.iter_mut().for_each(|rate| rate.row(fields, &figures));
        self.page.created_us = self.page.created_us.max(created_us);
        self.page.rows.push(CountRow {
            record,
            stage: u32::try_from(stage).unwrap_or(u32::MAX),
            start_us: interval.start_us,
            end_us: interval.end_us,
            is_all_day: interval.is_all_day,
            figures,
        });
        Ok(())
    }

    /// What a row says of being a total, and the text that says most.
    fn said<'f>(&self, fields: &[Field<'f>]) -> (Said, Option<&'f str>) {
        let texts = self.layout.totals.iter().filter_map(|column| match fields[*column] {
            // There are no names among times.
            Field::Text(text) => match said(text, &self.total_words) {
                Said::Nothing => Some((Said::Nothing, text)),
                _ if self.layout.period.all().any(|period| period == *column) => Some((Said::Total, text)),
                said => Some((said, text)),
            },
            _ => None,
        });
        let Some((said, text)) = texts.max_by_key(|(said, _)| *said) else { return (Said::Nothing, None) };
        // The other names of `Total: Ads` are blank or dashes; a column that is named for totals says nothing else.
        let is_alone = || {
            let is_nothing = |field: Field<'_>| match field {
                Field::Null => true,
                Field::Text(text) => is_unknown(&folded(text)),
                _ => false,
            };
            let others = self.layout.totals.len() > 1
                && self.layout.totals.iter().filter(|column| is_nothing(fields[**column])).count() + 1
                    >= self.layout.totals.len();
            others || self.rows.totals.column.is_some()
        };
        match said {
            Said::Labelled | Said::Ending | Said::All if is_alone() => (Said::Total, Some(text)),
            said => (said, Some(text)),
        }
    }

    /// Whether a row is a note: one text, and nothing counted.
    fn is_note(&mut self, fields: &[Field<'_>]) -> bool {
        if self.layout.counts.iter().any(|(.., column)| !is_blank(fields[*column])) {
            return false;
        }
        let mut there = fields.iter().filter(|field| !is_blank(**field));
        let (Some(Field::Text(text)), None) = (there.next(), there.next()) else { return false };
        let Some(note) = note(text) else { return false };
        if let Some(stated) = note.results {
            self.totals.results(text, stated, true);
        }
        true
    }

    fn repeated(&self, fields: &[Field<'_>]) -> Repeated {
        second_header::header(&self.layout.seat.columns, fields)
    }

    fn is_skipped(&self, fields: &[Field<'_>]) -> bool {
        self.layout.skip.iter().any(|(column, values)| {
            let mut number = itoa::Buffer::new();
            let written;
            let value = match fields[*column].as_text() {
                Field::Text(text) => text.trim(),
                Field::Int(value) => number.format(value),
                Field::Bool(true) => "true",
                Field::Bool(false) => "false",
                Field::Float(value) => {
                    written = value.to_string();
                    &written
                }
                _ => "",
            };
            values.iter().any(|skipped| skipped.eq_ignore_ascii_case(value))
        })
    }

    /// Takes note of the optional counts that have a cell in a row; until each has had one.
    fn fill(&mut self, fields: &[Field<'_>]) {
        if self.rows.optional.minus(self.filled).is_empty() {
            return;
        }
        let stated = self.layout.stated.iter().copied();
        let columns = self.layout.counts.iter().map(|(count, _, column)| (*count, *column)).chain(stated);
        let filled = columns.filter(|(_, column)| !is_blank(fields[*column])).map(|(count, _)| count);
        self.filled = filled.fold(self.filled, CountSet::with);
    }

    /// What a row counts; what says nothing is not known, and what cannot be read is a reject.
    fn figures(&self, fields: &[Field<'_>]) -> Mapped<Figures> {
        let mut figures = Figures::default();
        for (count, rule, column) in self.layout.counts.iter().copied() {
            let (measure, is_derived, column) = self.stated_or_derived((count, rule, column), fields, &figures);
            let measure = match measure {
                Ok(None) if is_blank(fields[column]) => self.blank(count),
                measure => measure,
            };
            let measure = measure.map_err(|reason| NoSignal::Reject(reason, Some(column)))?;
            put(&mut figures, count, is_derived, measure);
        }
        self.copy_entries(&mut figures);
        figures.miss(self.mapped);
        Ok(figures)
    }

    /// The same of a row that is not counted: what cannot be read is not known.
    fn leniently(&self, fields: &[Field<'_>]) -> Figures {
        let mut figures = Figures::default();
        for (count, rule, column) in self.layout.counts.iter().copied() {
            let (measure, is_derived, _) = self.stated_or_derived((count, rule, column), fields, &figures);
            put(&mut figures, count, is_derived, measure.unwrap_or(None));
        }
        figures
    }

    /// What a row says of a count, whether it had to be derived, and from which column it is.
    fn stated_or_derived(
        &self,
        (count, rule, column): (Count, &CountRule, usize),
        fields: &[Field<'_>],
        known: &Figures,
    ) -> (Result<Option<Measure>, Reason>, bool, usize) {
        if let Some((_, stated)) = self.layout.stated.iter().find(|(stated, _)| *stated == count) {
            let measure = self.stated(count, fields[*stated]);
            if !matches!(measure, Ok(None)) {
                return (measure, false, *stated);
            }
        }
        let is_derived = !matches!(rule, CountRule::Column(_));
        (self.measure(count, rule, fields[column], known), is_derived, column)
    }

    /// What a blank cell says of a count.
    fn blank(&self, count: Count) -> Result<Option<Measure>, Reason> {
        match self.rows.blank.get(&count) {
            None | Some(Blank::Unknown) => Ok(None),
            Some(Blank::Zero) => Ok(Some(Measure::exact(0))),
            Some(Blank::Reject) => Err(Reason::MissingValue),
        }
    }

    fn stated(&self, count: Count, field: Field<'_>) -> Result<Option<Measure>, Reason> {
        let numbers = self.layout.numbers;
        let one_is = self.rows.one_is.get(&count).copied();
        match count {
            Count::Dwell => total_ms(field, numbers, one_is.unwrap_or(SECOND_MS)),
            _ => count_of(field, numbers, one_is.unwrap_or(1)),
        }
    }

    fn measure(
        &self,
        count: Count,
        rule: &CountRule,
        field: Field<'_>,
        known: &Figures,
    ) -> Result<Option<Measure>, Reason> {
        let numbers = self.layout.numbers;
        match rule {
            CountRule::Column(_) => self.stated(count, field),
            CountRule::Times { of, by } => {
                let by = match count {
                    Count::Dwell => {
                        let one_ms = match by.unit {
                            RateUnit::Length(one_ms) => one_ms,
                            RateUnit::Percent | RateUnit::Fraction | RateUnit::Signed => SECOND_MS,
                        };
                        length_of(field, numbers, one_ms)?
                    }
                    _ => ratio_of(field, by, numbers)?,
                };
                let of = known.get(*of);
                // Nothing at any rate is nothing, also where the rate is not there: nothing has none.
                let is_nothing = of.is_some_and(|of| of.high == 0);
                Ok(if is_nothing { of } else { of.zip(by).and_then(|(of, by)| times(of, by)) })
            }
            CountRule::DividedBy { of, by } => {
                let ratio = ratio_of(field, by, numbers)?;
                Ok(known.get(*of).zip(ratio).and_then(|(of, ratio)| divided(of, ratio)))
            }
        }
    }

    /// Where the entry is the click, clicks that the export does not have are its entries.
    fn copy_entries(&self, figures: &mut Figures) {
        if !self.entry_is_click {
            return;
        }
        for count in [Count::Clicks, Count::Clickers] {
            if !self.rows.counts.contains_key(&count)
                && let Some(measure) = figures.get(entered(count))
            {
                figures.put(count, measure);
                figures.derived = figures.derived.with_if(count, figures.derived.has(entered(count)));
            }
        }
    }
}

fn put(figures: &mut Figures, count: Count, is_derived: bool, measure: Option<Measure>) {
    let Some(measure) = measure else { return };
    figures.put(count, measure);
    figures.derived = figures.derived.with_if(count, is_derived || !measure.is_exact());
}

impl Records for CountMapper<'_> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let Some(record) = self.outcomes.number(at) else { return };
        let (stages, rows) = (self.page.stages.len(), self.page.rows.len());
        let mut mapped = self.map(record, fields);
        if mapped.is_err() && self.page.stages.len() > stages {
            self.page.stages.pop();
            self.stages.take_back();
        }
        if matches!(mapped, Err(NoSignal::Reject(..))) {
            match self.repeated(fields) {
                Repeated::No => {}
                Repeated::Same => mapped = Err(NoSignal::Ignored),
                Repeated::Other => {
                    self.outcomes.refusal.get_or_insert(ExportError::SecondHeader(record));
                }
            }
        }
        if let Err(NoSignal::Reject(reason, column)) = mapped
            && self.is_bare(fields)
            && self.keep_blank(at, reason, column, fields, raw)
        {
            return;
        }
        if self.page.rows.len() > rows {
            self.look_at_ids(at, raw);
        }
        self.outcomes.settle(at, &mapped, raw);
    }

    /// `Total of 5928 results,-,-` has as many fields as its platform likes, and a note has one.
    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        let text = String::from_utf8_lossy(&raw[..raw.len().min(1_000)]);
        let mut parts = text.split([',', ';', '\t', '|']).map(|part| part.trim().trim_matches('"'));
        let first = parts.next().unwrap_or_default();
        let is_alone = parts.all(|part| is_unknown(&folded(part)));
        let is_total = reason == Reason::FieldCount && is_total(first, &self.total_words);
        let note = Some(first).filter(|_| reason == Reason::FieldCount && is_alone).and_then(note);
        if is_total || note.is_some() {
            if let Some(stated) = results_said(first).or_else(|| note.and_then(|note| note.results)) {
                self.totals.results(first, stated, !is_total);
            }
            if is_total {
                self.totals.total(&Figures::default());
            }
            self.outcomes.ignored += 1;
        } else {
            self.totals.unreadable();
            self.outcomes.broken(at, reason, raw, false);
        }
    }

    fn looks_beside(&self) -> bool {
        self.rows.totals.column.is_none()
    }

    fn beside(&mut self, text: &str) {
        self.look_beside(text);
    }

    fn sheet(&mut self, name: &str) {
        self.sheets.push(SheetStart { name: name.to_owned(), row: self.page.rows.len() });
    }

    fn is_refused(&self) -> bool {
        self.outcomes.refusal.is_some()
    }
}

#[cfg(test)]
mod tests;
