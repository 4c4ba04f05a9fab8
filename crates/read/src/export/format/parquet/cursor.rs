//! One column of a row group, page by page, without a copy of what a page or a dictionary holds.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::held::Held;
use super::hybrid::Hybrid;
use super::kind::Kind;
use super::plain::entries;
use crate::export::format::batch::{Cells, Dictionary};

/// What is read the general way: an encoding that is rare, or a page that is not as it should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unusual;

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
        self.batch.cells(self.kind, self.dictionary.as_ref())
    }
}
