//! From the values of a record to a row of counts, or to a reject with its reason.

use std::collections::{BTreeMap, BTreeSet};

use super::count_layout::{CountLayout, column_behind, entered, stated};
use super::fates::Fates;
use super::midnight::Midnights;
use super::period::{self, Clock};
use super::stages::Stages;
use super::{Mapped, NoSignal};
use crate::config::{Blank, CountRows, CountRule, ReportedRate};
use crate::export::check::rate::RateCheck;
use crate::export::check::total::TotalCheck;
use crate::export::check::total_row::{is_total, normalized};
use crate::export::check::unnamed_total::unnamed_total;
use crate::export::format::field::{Field, Position, Records};
use crate::export::value::derive::{divided, times};
use crate::export::value::instant;
use crate::export::value::quantity::{count_of, is_blank, length_of, ratio_of, total_ms};
use crate::export::{ExportError, PathValues, Reach, Reading};
use crate::model::{Check, Count, CountRow, CountSet, Figures, MarketId, Measure, Page, Reason};
use crate::time::Zone;

/// Turns records into rows of counts.
pub(in crate::export) struct CountMapper<'a> {
    rows: &'a CountRows,
    layout: &'a CountLayout<'a>,
    stages: Stages<'a>,
    path: &'a PathValues,
    markets: &'a BTreeMap<MarketId, Zone>,
    entry_is_click: bool,
    reach: &'a Reach,
    max_rows: usize,
    total_words: BTreeSet<String>,
    totals: TotalCheck,
    rates: Vec<RateCheck<'a>>,
    fates: Fates<'a>,
    page: Page,
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
            stages: Stages::new(reading.export, &layout.seat, reading.path, reading.markets),
            path: reading.path,
            markets: reading.markets,
            entry_is_click,
            reach: reading.reach,
            max_rows,
            total_words: rows.totals.words.iter().map(|word| normalized(word)).collect(),
            totals: TotalCheck::new(stated(rows), rows.totals.cap),
            rates: layout.rates.iter().map(check).collect(),
            fates: Fates::new(&layout.seat, reading.excerpt),
            page: Page::default(),
            midnights: Midnights::default(),
            mapped: reading.export.offered(entry_is_click),
            filled: CountSet::default(),
        }
    }

    /// What became of the records, what the export says about itself, and its page.
    pub(in crate::export) fn done(mut self) -> Result<(Fates<'a>, Vec<Check>, Page), ExportError> {
        if let Some(refusal) = self.fates.refusal.take() {
            return Err(refusal);
        }
        self.midnights.refuse(&self.rows.period)?;
        if let Some(record) = unnamed_total(&self.page.rows) {
            return Err(ExportError::UnnamedTotal(record));
        }
        self.page.absent = self.rows.optional.minus(self.filled);
        let unsaid = self.unsaid();
        if !unsaid.is_empty() {
            for row in &mut self.page.rows {
                row.figures = row.figures.without(unsaid);
                row.figures.miss(unsaid);
            }
        }
        let mut checks = self.totals.checks();
        checks.extend(self.rates.iter().map(RateCheck::check));
        self.fates.seen.page(self.rows, &self.page);
        self.fates.seen.other_markets = self.stages.other_markets;
        Ok((self.fates, checks, self.page))
    }

    /// Counts of which blank cells are not zero after all, because the object seems to have no column for them, and what
    /// follows from these.
    fn unsaid(&self) -> CountSet {
        let is_zero = |count: &Count| self.rows.blank.get(count) == Some(&Blank::Zero);
        let unsaid: CountSet = self.page.absent.iter().filter(is_zero).collect();
        let leans = |(count, rule): (&Count, &CountRule)| match rule {
            CountRule::Times { of, .. } | CountRule::DividedBy { of, .. } => unsaid.has(*of).then_some(*count),
            CountRule::Column(_) => None,
        };
        let is_copied = |count: &Count| {
            self.entry_is_click && !self.rows.counts.contains_key(count) && unsaid.has(entered(*count))
        };
        let copied = [Count::Clicks, Count::Clickers].into_iter().filter(is_copied);
        unsaid.iter().chain(self.rows.counts.iter().filter_map(leans)).chain(copied).collect()
    }

    fn map(&mut self, record: u32, fields: &[Field<'_>]) -> Mapped<()> {
        if self.is_total(fields) {
            let total = self.leniently(fields);
            self.totals.total(&total);
            return Err(NoSignal::Ignored);
        }
        if self.is_skipped(fields) {
            let skipped = self.leniently(fields);
            self.totals.skipped(&skipped);
            return Err(NoSignal::Ignored);
        }
        let figures = self.figures(fields);
        self.fill(fields);
        match &figures {
            // A total is that of all rows, whatever market they are of and whether or not their time can be read.
            Ok(figures) => self.totals.row(figures),
            Err(_) => self.totals.unreadable(),
        }
        let stages = &mut self.page.stages;
        let stage = self.stages.of(fields, |stage| stages.push(stage.clone()))?;
        let named = self.page.stages.get(stage).map(|stage| &stage.market);
        let market = named.and_then(|market| self.markets.get(market));
        let clock = Clock { market, path: self.path, numbers: self.layout.numbers };
        let interval = period::read(&self.rows.period, &self.layout.period, fields, clock)?;
        let length_us = interval.end_us - interval.start_us;
        self.midnights.row(&self.rows.period, self.layout.period.start(), fields, length_us);
        if named.is_some_and(|market| interval.is_beyond(self.reach.in_market(market))) {
            let span_us = (interval.start_us, interval.end_us - 1);
            self.fates.seen.beyond.record(span_us, false);
            self.fates.seen.row(span_us, figures.as_ref().unwrap_or(&Figures::default()));
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
            self.fates.refusal.get_or_insert(ExportError::TooManyRows(self.max_rows));
            return Err(NoSignal::Ignored);
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

    fn is_total(&self, fields: &[Field<'_>]) -> bool {
        self.layout
            .totals
            .iter()
            .any(|column| matches!(fields[*column], Field::Text(text) if is_total(text, &self.total_words)))
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
        if count == Count::Dwell { total_ms(field, numbers) } else { count_of(field, numbers) }
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
                    Count::Dwell => length_of(field, numbers)?,
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
        let Some(record) = self.fates.number(at) else { return };
        let stages = self.page.stages.len();
        let mapped = self.map(record, fields);
        if mapped.is_err() && self.page.stages.len() > stages {
            self.page.stages.pop();
            self.stages.take_back();
        }
        self.fates.settle(at, &mapped, raw);
    }

    /// `Total of 5928 results,-,-` has as many fields as its platform likes.
    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        let text = String::from_utf8_lossy(&raw[..raw.len().min(1_000)]);
        let first = text.split([',', ';', '\t', '|']).next().unwrap_or_default().trim_matches('"');
        if reason == Reason::FieldCount && is_total(first, &self.total_words) {
            self.totals.total(&Figures::default());
            self.fates.ignored += 1;
        } else {
            self.totals.unreadable();
            self.fates.broken(at, reason, raw, false);
        }
    }

    fn is_refused(&self) -> bool {
        self.fates.refusal.is_some()
    }
}

#[cfg(test)]
mod tests;
