//! What was read of a column for a batch.

use bytes::Bytes;

use super::cursor::Unusual;
use super::kind::{Kind, Width};
use super::plain::{spans, whole};
use crate::export::format::batch::{Cells, Dictionary, Entries, Sparse};

/// A shorter value's length, as it stands before the value, is four characters of ASCII.
const SHORT_BYTES: usize = 128;

/// What was read of a column for a batch.
#[derive(Default)]
pub(super) struct Held {
    pub(super) has_nulls: bool,
    pub(super) is_valid: Vec<bool>,
    pub(super) is_coded: bool,
    pub(super) codes: Vec<u32>,
    pub(super) text: Bytes,
    pub(super) spans: Vec<(u32, u32)>,
    pub(super) longs: Vec<i64>,
    pub(super) doubles: Vec<f64>,
    pub(super) flags: Vec<bool>,
}

impl Held {
    /// The values as a column.
    pub(super) fn cells<'h>(
        &'h self,
        kind: Kind,
        dictionary: Option<&'h Dictionary>,
    ) -> Result<Cells<'h>, Unusual> {
        let is_valid = self.has_nulls.then_some(self.is_valid.as_slice());
        let longs = Sparse { values: self.longs.as_slice(), is_valid };
        Ok(match (kind, dictionary) {
            (Kind::Text | Kind::Int(_), Some(dictionary)) if self.is_coded => {
                Cells::Coded { codes: &self.codes, dictionary }
            }
            (Kind::Text, _) => {
                let text = simdutf8::basic::from_utf8(&self.text).map_err(|_| Unusual)?;
                Cells::Text { text, spans: &self.spans }
            }
            (Kind::Int(_), _) => Cells::Int(longs),
            (Kind::Instant { .. }, _) => Cells::Instant(longs),
            (Kind::Wall { .. }, _) => Cells::Wall(longs),
            (Kind::Float, _) => Cells::Float(Sparse { values: &self.doubles, is_valid }),
            (Kind::Bool, _) => Cells::Bool(Sparse { values: &self.flags, is_valid }),
        })
    }

    /// Text and whole numbers stay numbers of entries; what is a quantity becomes its value.
    pub(super) fn take_codes(&mut self, dictionary: &Dictionary, kind: Kind) -> Result<(), Unusual> {
        let Entries::Int(values) = &dictionary.entries else {
            self.is_coded = true;
            return Ok(());
        };
        let us_per_unit = match kind {
            Kind::Text | Kind::Int(_) => {
                self.is_coded = true;
                return Ok(());
            }
            Kind::Float => {
                self.doubles.clear();
                let value = |code: &u32| f64::from_bits(values[*code as usize].cast_unsigned());
                self.doubles.extend(self.codes.iter().map(value));
                return Ok(());
            }
            Kind::Instant { us_per_unit } | Kind::Wall { us_per_unit } => us_per_unit,
            Kind::Bool => return Err(Unusual),
        };
        self.longs.clear();
        for code in &self.codes {
            self.longs.push(values[*code as usize].checked_mul(us_per_unit).ok_or(Unusual)?);
        }
        Ok(())
    }

    /// Takes so many values of a page, from `at` on.
    pub(super) fn take_plain(
        &mut self,
        bytes: &Bytes,
        at: &mut usize,
        values: usize,
        kind: Kind,
    ) -> Result<(), Unusual> {
        if kind == Kind::Bool {
            self.flags.clear();
            return if values == 0 { Ok(()) } else { Err(Unusual) };
        }
        if kind == Kind::Text {
            let start = *at;
            spans(&bytes[start..], values, SHORT_BYTES, &mut self.spans)?;
            // The last value ends where this stretch does.
            *at = self.spans.last().map_or(start, |(_, end)| start + *end as usize);
            self.text = bytes.slice(start..*at);
            return Ok(());
        }
        let width = if kind == Kind::Int(Width::Four) { 4 } else { 8 };
        let end = values.checked_mul(width).and_then(|bytes| at.checked_add(bytes)).ok_or(Unusual)?;
        let taken = bytes.get(*at..end).ok_or(Unusual)?;
        *at = end;
        if kind == Kind::Float {
            self.doubles.clear();
            self.doubles.extend(taken.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)));
            return Ok(());
        }
        self.longs.clear();
        whole(taken, kind, &mut self.longs);
        if let Kind::Instant { us_per_unit } | Kind::Wall { us_per_unit } = kind
            && us_per_unit != 1
        {
            for value in &mut self.longs {
                *value = value.checked_mul(us_per_unit).ok_or(Unusual)?;
            }
        }
        Ok(())
    }

    /// Makes room for nulls among the values.
    pub(super) fn spread(&mut self, kind: Kind, null: u32) {
        let is_valid = &self.is_valid;
        match kind {
            Kind::Text | Kind::Int(_) if self.is_coded => spread(&mut self.codes, is_valid, null),
            Kind::Text => spread(&mut self.spans, is_valid, (0, 0)),
            Kind::Int(_) | Kind::Instant { .. } | Kind::Wall { .. } => spread(&mut self.longs, is_valid, 0),
            Kind::Float => spread(&mut self.doubles, is_valid, 0.0),
            Kind::Bool => spread(&mut self.flags, is_valid, false),
        }
    }
}

/// Puts the values, which stand close together, where they are valid.
fn spread<T: Copy>(values: &mut Vec<T>, is_valid: &[bool], null: T) {
    let mut from = values.len();
    values.resize(is_valid.len(), null);
    for (to, is_valid) in is_valid.iter().enumerate().rev() {
        if *is_valid && from > 0 {
            from -= 1;
            values[to] = values[from];
        } else {
            values[to] = null;
        }
    }
}
