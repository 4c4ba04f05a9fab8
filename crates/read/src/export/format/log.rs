//! Takes records down for tests.

use std::fs::File;
use std::io::Write;

use super::field::{Field, Position, Records};
use super::stream::bytes::Bytes;
use super::stream::lines::Lines;
use crate::export::ExportError;
use coverledger_core::model::Reason;

/// Everything that a decoder hands over, as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) entries: Vec<String>,
    /// After so many the export is refused.
    pub(super) refused_after: Option<usize>,
    /// Of the record that comes next, if it was told.
    pub(super) text: Option<String>,
}

impl Records for Log {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        assert_eq!(self.text.take(), Some(raw()), "a reject would be shown as another text than the record's own");
        self.entries.push(format!("{at:?} {fields:?} {:?}", raw()));
    }

    fn text(&mut self, raw: &[u8]) {
        self.text = Some(String::from_utf8_lossy(raw).into_owned());
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.entries.push(format!("{at:?} {reason:?} {}", raw.escape_ascii()));
    }

    fn is_refused(&self) -> bool {
        self.refused_after.is_some_and(|most| self.entries.len() >= most)
    }
}

/// Lines of these bytes; the error refuses them as a whole, as UTF-16 that does not say so is refused.
pub(in crate::export) fn lines(text: &[u8]) -> Result<Lines, ExportError> {
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(text).unwrap();
    Lines::new(Bytes::open(file, None)?)
}
