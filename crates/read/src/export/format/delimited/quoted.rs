//! Records with quotes or escapes in them.

use super::cut::{Cut, Limits, Outcome, cut_record};
use super::dialect::Dialect;
use super::doubt::second_reading;
use super::record::hand_over;
use super::{MAX_LINES, MAX_RECORD_BYTES};
use crate::export::ExportError;
use crate::export::format::field::{Position, Records};
use crate::export::format::stream::lines::{Lines, first_line};
use coverledger_core::model::Reason;

/// Takes records that have quotes or escapes.
pub(super) struct Quoted<'a> {
    dialect: &'a Dialect,
    columns: usize,
    wanted: &'a [Option<usize>],
    /// The last record that was rejected with a quote left open.
    torn: Option<u64>,
}

impl<'a> Quoted<'a> {
    pub(super) fn new(dialect: &'a Dialect, columns: usize, wanted: &'a [Option<usize>]) -> Self {
        Self { dialect, columns, wanted, torn: None }
    }

    /// Hands over the record at the front, or rejects its first line; returns the bytes and lines it took.
    pub(super) fn read(
        &mut self,
        at: Position,
        lines: &mut Lines,
        cut: &mut Cut,
        records: &mut impl Records,
    ) -> Result<(usize, u64), ExportError> {
        let torn = self.torn.take().filter(|torn| at.record - torn <= MAX_LINES as u64);
        let window = lines.window()?;
        let (line, line_bytes) = first_line(window);
        let outcome = cut_record(&window[..line_bytes], self.dialect, Limits::NONE, cut);
        if matches!(outcome, Outcome::Broken) {
            let wide = lines.wide_window()?;
            let limits = Limits { fields: self.columns, lines: MAX_LINES };
            // Without limits, a file in which every line closes the quote of the one before and opens another would be
            // read to the window's end once per line.
            let outcome = cut_record(&wide[..wide.len().min(MAX_RECORD_BYTES)], self.dialect, limits, cut);
            let (line, _) = first_line(wide);
            // Whatever is wrong with it costs its first line alone.
            return Ok(match outcome {
                Outcome::Whole { taken, .. } if cut.has_inner_quote && self.is_ambiguous(&wide[..taken], cut) => {
                    self.reject(at, line, Reason::AmbiguousQuote, records);
                    (line_bytes, 1)
                }
                Outcome::Whole { taken, lines } if cut.fields.len() == self.columns => {
                    self.hand_over(at, &wide[..taken], cut, records);
                    (taken, lines as u64)
                }
                _ => {
                    self.reject(at, line, Reason::BrokenQuote, records);
                    (line_bytes, 1)
                }
            });
        }
        let fits = cut.fields.len() == self.columns;
        let is_in_doubt = cut.has_inner_quote
            && (self.is_ambiguous(line, cut)
                || fits && torn.is_some() && self.closes_what_was_open(line)
                || fits && self.goes_on_behind_its_line(lines.wide_window()?));
        let (line, _) = first_line(lines.window()?);
        match (is_in_doubt, fits) {
            (true, _) => self.reject(at, line, Reason::AmbiguousQuote, records),
            (false, false) => self.reject(at, line, Reason::FieldCount, records),
            (false, true) => self.hand_over(at, line, cut, records),
        }
        Ok((line_bytes, 1))
    }

    fn hand_over(&self, at: Position, raw: &[u8], cut: &Cut, records: &mut impl Records) {
        hand_over(at, raw, &cut.text, &cut.fields, self.columns, self.wanted, records);
    }

    /// Whether a record with a quote inside of an unquoted field has as many fields as the table by one reading, and
    /// others by another.
    fn is_ambiguous(&self, raw: &[u8], cut: &Cut) -> bool {
        second_reading(raw, self.dialect)
            .is_some_and(|second| second.is_other && [second.fields, cut.fields.len()].contains(&self.columns))
    }

    /// Whether the first quote of a line may be the end of a field that an earlier line left open.
    fn closes_what_was_open(&self, line: &[u8]) -> bool {
        let Some(quote) = self.dialect.special(line) else { return false };
        let behind = &line[quote + 1..];
        second_reading(line, self.dialect).is_none() && (behind.is_empty() || self.dialect.is_delimiter(behind))
    }

    /// Whether a line with a quote left open may be the front of a record from which a delimiter was lost: one whose quote
    /// closes before the end of a field of a later line, and that has one field too few.
    fn goes_on_behind_its_line(&self, window: &[u8]) -> bool {
        let (line, line_bytes) = first_line(window);
        if second_reading(line, self.dialect).is_some() {
            return false;
        }
        let rest = &window[line_bytes..window.len().min(MAX_RECORD_BYTES).max(line_bytes)];
        let Some(quote) = self.dialect.special(rest) else { return false };
        let behind = first_line(&rest[quote + 1..]).0;
        let closes = behind.is_empty() || self.dialect.is_delimiter(behind);
        let is_near = memchr::memchr_iter(b'\n', &rest[..quote]).count() + 1 < MAX_LINES;
        let record = &window[..line_bytes + quote + 1 + behind.len()];
        closes
            && is_near
            && second_reading(record, self.dialect).is_some_and(|second| second.fields + 1 == self.columns)
    }

    fn reject(&mut self, at: Position, line: &[u8], reason: Reason, records: &mut impl Records) {
        self.torn = second_reading(line, self.dialect).is_none().then_some(at.record);
        records.broken(at, reason, line);
    }
}
