//! One column of a row group, page by page, without a copy of what a page or a dictionary holds.

use std::fs::File;
use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;

use super::hybrid::Hybrid;
use crate::export::format::batch::{Cells, Dictionary, Entries, Sparse};

/// What is read the general way: an encoding that is rare, or a page that is not as it should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unusual;

/// A shorter value's length, as it stands before the value, is four characters of ASCII.
const SHORT_BYTES: usize = 128;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int(Width),
    Instant { us_per_unit: i64 },
    Wall { us_per_unit: i64 },
    Float,
    Bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Four,
    Eight,
}

impl Kind {
    /// The kind of a column whose values stand one for each row; `None` for what is read the general way.
    pub(super) fn of(column: &ColumnDescriptor, shown_as: &DataType) -> Option<Self> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 || column.path().parts().len() != 1 {
            return None;
        }
        let unit = |unit: &TimeUnit| match unit {
            TimeUnit::Millisecond => Some(1_000),
            TimeUnit::Microsecond => Some(1),
            TimeUnit::Second | TimeUnit::Nanosecond => None,
        };
        match (column.physical_type(), shown_as) {
            (Type::BYTE_ARRAY, DataType::Utf8 | DataType::Utf8View) => Some(Self::Text),
            (Type::INT32, DataType::Int32) => Some(Self::Int(Width::Four)),
            (Type::INT64, DataType::Int64) => Some(Self::Int(Width::Eight)),
            (Type::INT64, DataType::Timestamp(of, Some(_))) => {
                unit(of).map(|us_per_unit| Self::Instant { us_per_unit })
            }
            (Type::INT64, DataType::Timestamp(of, None)) => unit(of).map(|us_per_unit| Self::Wall { us_per_unit }),
            (Type::DOUBLE, DataType::Float64) => Some(Self::Float),
            (Type::BOOLEAN, DataType::Boolean) => Some(Self::Bool),
            _ => None,
        }
    }
}

/// One column of a row group.
pub(super) struct Cursor {
    pages: SerializedPageReader<File>,
    kind: Kind,
    may_be_null: bool,
    dictionary: Option<Dictionary>,
    /// Rows of the page that are still to come, and how many of them the page says are not null.
    rows_left: usize,
    values_left: usize,
    levels: Option<Hybrid>,
    source: Source,
    batch: Held,
}

/// Where the values of a page come from.
enum Source {
    Codes(Hybrid),
    Plain { bytes: Bytes, at: usize },
    Bits { bytes: Bytes, at: usize },
    Runs(Hybrid),
}

/// What was read of a column for a batch.
#[derive(Default)]
struct Held {
    has_nulls: bool,
    is_valid: Vec<bool>,
    is_coded: bool,
    codes: Vec<u32>,
    text: Bytes,
    spans: Vec<(u32, u32)>,
    longs: Vec<i64>,
    doubles: Vec<f64>,
    flags: Vec<bool>,
}

impl Cursor {
    pub(super) fn new(
        file: &Arc<File>,
        chunk: &ColumnChunkMetaData,
        rows: usize,
        kind: Kind,
    ) -> Result<Self, Unusual> {
        let pages = SerializedPageReader::new(Arc::clone(file), chunk, rows, None).map_err(|_| Unusual)?;
        Ok(Self {
            pages,
            kind,
            may_be_null: chunk.column_descr().max_def_level() > 0,
            dictionary: None,
            rows_left: 0,
            values_left: 0,
            levels: None,
            source: Source::Plain { bytes: Bytes::new(), at: 0 },
            batch: Held::default(),
        })
    }

    /// Rows that can be read at once; none at the end of the column. `serial` numbers dictionaries.
    pub(super) fn rows(&mut self, serial: &mut u64) -> Result<usize, Unusual> {
        while self.rows_left == 0 {
            match self.pages.get_next_page().map_err(|_| Unusual)? {
                None => return Ok(0),
                Some(Page::DictionaryPage { buf, num_values, encoding, .. }) => {
                    if !matches!(encoding, Encoding::PLAIN | Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
                    {
                        return Err(Unusual);
                    }
                    *serial += 1;
                    let entries = entries(&buf, num_values as usize, self.kind)?;
                    self.dictionary = Some(Dictionary { serial: *serial, entries });
                }
                Some(Page::DataPage { buf, num_values, encoding, def_level_encoding, .. }) => {
                    let mut start = 0;
                    let mut levels = None;
                    if self.may_be_null {
                        if def_level_encoding != Encoding::RLE {
                            return Err(Unusual);
                        }
                        let bytes = buf.first_chunk::<4>().ok_or(Unusual)?;
                        let end = 4_usize.checked_add(u32::from_le_bytes(*bytes) as usize).ok_or(Unusual)?;
                        start = Some(end).filter(|end| *end <= buf.len()).ok_or(Unusual)?;
                        levels = Some(buf.slice(4..end));
                    }
                    self.open(levels, buf.slice(start..), encoding, num_values, num_values)?;
                }
                Some(Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding,
                    num_nulls,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                }) => {
                    let (levels_end, of_values) =
                        (def_levels_byte_len as usize, num_values.checked_sub(num_nulls).ok_or(Unusual)?);
                    if rep_levels_byte_len > 0 || levels_end > buf.len() {
                        return Err(Unusual);
                    }
                    let levels = self.may_be_null.then(|| buf.slice(..levels_end));
                    self.open(levels, buf.slice(levels_end..), encoding, num_values, of_values)?;
                }
            }
        }
        Ok(self.rows_left)
    }

    fn open(
        &mut self,
        levels: Option<Bytes>,
        bytes: Bytes,
        encoding: Encoding,
        rows: u32,
        values: u32,
    ) -> Result<(), Unusual> {
        self.levels = levels.map(|levels| Hybrid::new(levels, 1)).transpose()?;
        self.source = match encoding {
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let width = bytes.first().copied().unwrap_or_default();
                Source::Codes(Hybrid::new(bytes.slice(bytes.len().min(1)..), width)?)
            }
            Encoding::PLAIN if self.kind == Kind::Bool => Source::Bits { bytes, at: 0 },
            Encoding::PLAIN => Source::Plain { bytes, at: 0 },
            Encoding::RLE if self.kind == Kind::Bool => {
                let length = u32::from_le_bytes(*bytes.first_chunk::<4>().ok_or(Unusual)?) as usize;
                Source::Runs(Hybrid::new(bytes.slice(4..).get(..length).ok_or(Unusual)?.to_vec().into(), 1)?)
            }
            _ => return Err(Unusual),
        };
        (self.rows_left, self.values_left) = (rows as usize, values as usize);
        Ok(())
    }

    /// Reads so many rows; they are there.
    pub(super) fn read(&mut self, rows: usize) -> Result<(), Unusual> {
        let held = &mut self.batch;
        let same = self.levels.as_mut().map_or(Ok(Some(1)), |levels| levels.same(rows))?;
        held.has_nulls = same != Some(1);
        let values = if held.has_nulls {
            held.codes.clear();
            match (same, &mut self.levels) {
                (Some(_), _) | (_, None) => held.codes.resize(rows, 0),
                (None, Some(levels)) => levels.read(rows, &mut held.codes)?,
            }
            held.is_valid.clear();
            held.is_valid.extend(held.codes.iter().map(|level| *level == 1));
            held.is_valid.iter().filter(|is_valid| **is_valid).count()
        } else {
            rows
        };
        self.values_left = self.values_left.checked_sub(values).ok_or(Unusual)?;
        self.rows_left -= rows;
        held.is_coded = false;
        match &mut self.source {
            // Of nothing but nulls there need be neither codes nor a dictionary.
            Source::Codes(_) if values == 0 => held.take_plain(&Bytes::new(), &mut 0, 0, self.kind)?,
            Source::Codes(codes) => {
                let dictionary = self.dictionary.as_ref().ok_or(Unusual)?;
                held.codes.clear();
                codes.read(values, &mut held.codes)?;
                if held.codes.iter().fold(0, |most, code| most.max(*code)) as usize >= dictionary.len() {
                    return Err(Unusual);
                }
                held.take_codes(dictionary, self.kind)?;
            }
            Source::Plain { bytes, at } => held.take_plain(bytes, at, values, self.kind)?,
            Source::Bits { bytes, at } => {
                held.flags.clear();
                let bit = |index: usize| bytes.get(index / 8).map(|byte| byte >> (index % 8) & 1 == 1);
                for index in *at..*at + values {
                    held.flags.push(bit(index).ok_or(Unusual)?);
                }
                *at += values;
            }
            Source::Runs(runs) => {
                held.codes.clear();
                runs.read(values, &mut held.codes)?;
                held.flags.clear();
                held.flags.extend(held.codes.iter().map(|bit| *bit == 1));
            }
        }
        if held.has_nulls {
            let null = self.dictionary.as_ref().map_or(0, Dictionary::len);
            held.spread(self.kind, u32::try_from(null).map_err(|_| Unusual)?);
        }
        Ok(())
    }

    /// What was read.
    pub(super) fn cells(&self) -> Result<Cells<'_>, Unusual> {
        let held = &self.batch;
        let is_valid = held.has_nulls.then_some(held.is_valid.as_slice());
        let longs = Sparse { values: &held.longs, is_valid };
        Ok(match (self.kind, &self.dictionary) {
            (Kind::Text | Kind::Int(_), Some(dictionary)) if held.is_coded => {
                Cells::Coded { codes: &held.codes, dictionary }
            }
            (Kind::Text, _) => {
                let text = simdutf8::basic::from_utf8(&held.text).map_err(|_| Unusual)?;
                Cells::Text { text, spans: &held.spans }
            }
            (Kind::Int(_), _) => Cells::Int(longs),
            (Kind::Instant { .. }, _) => Cells::Instant(longs),
            (Kind::Wall { .. }, _) => Cells::Wall(longs),
            (Kind::Float, _) => Cells::Float(Sparse { values: &held.doubles, is_valid }),
            (Kind::Bool, _) => Cells::Bool(Sparse { values: &held.flags, is_valid }),
        })
    }
}

impl Held {
    /// Text and whole numbers stay numbers of entries; what is a quantity becomes its value.
    fn take_codes(&mut self, dictionary: &Dictionary, kind: Kind) -> Result<(), Unusual> {
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

    fn take_plain(&mut self, bytes: &Bytes, at: &mut usize, values: usize, kind: Kind) -> Result<(), Unusual> {
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
    fn spread(&mut self, kind: Kind, null: u32) {
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

/// Where values that stand one after the other, each behind its length, begin and end.
fn spans(bytes: &[u8], values: usize, longest: usize, spans: &mut Vec<(u32, u32)>) -> Result<(), Unusual> {
    spans.clear();
    let place = |at: usize| u32::try_from(at).map_err(|_| Unusual);
    let mut at = 0;
    for _ in 0..values {
        let rest = bytes.get(at..).ok_or(Unusual)?;
        let length = u32::from_le_bytes(*rest.first_chunk::<4>().ok_or(Unusual)?) as usize;
        let (start, end) = (at + 4, at + 4 + length);
        if length >= longest || end > bytes.len() {
            return Err(Unusual);
        }
        spans.push((place(start)?, place(end)?));
        at = end;
    }
    Ok(())
}

fn whole(bytes: &[u8], kind: Kind, into: &mut Vec<i64>) {
    if kind == Kind::Int(Width::Four) {
        into.extend(bytes.as_chunks::<4>().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))));
    } else {
        into.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)));
    }
}

fn entries(bytes: &[u8], values: usize, kind: Kind) -> Result<Entries, Unusual> {
    let width = match kind {
        Kind::Text => {
            let mut found = Vec::new();
            spans(bytes, values, usize::MAX, &mut found)?;
            let mut text = String::new();
            for (start, end) in &mut found {
                let value = bytes.get(*start as usize..*end as usize).ok_or(Unusual)?;
                let value = simdutf8::basic::from_utf8(value).map_err(|_| Unusual)?;
                let place = u32::try_from(text.len()).map_err(|_| Unusual)?;
                (*start, *end) = (place, place + (*end - *start));
                text.push_str(value);
            }
            return Ok(Entries::Text { text, spans: found });
        }
        Kind::Bool => return Err(Unusual),
        Kind::Int(Width::Four) => 4,
        _ => 8,
    };
    let bytes = values.checked_mul(width).and_then(|end| bytes.get(..end)).ok_or(Unusual)?;
    let mut numbers = Vec::with_capacity(values);
    whole(bytes, kind, &mut numbers);
    Ok(Entries::Int(numbers))
}
