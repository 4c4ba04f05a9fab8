//! A short key for the dimensions of a row, built from dictionary codes or short texts, in front of the [`DimensionCache`].
//!
//! Each distinct value of a column gets a number, once per dictionary entry; the numbers of a row's columns are packed
//! into one `u128`. Rows with the same key have the same dimensions, so that their text is not hashed again.
//!
//! [`DimensionCache`]: super::dimension_cache::DimensionCache

use arrow_array::{Array, Int64Array};
use hashbrown::HashMap;

use super::dimension_cache::Resolution;
use super::layout::Layout;
use crate::export::format::batch::{Batch, ColumnValues, Dictionary};
use crate::export::format::field::Field;
use crate::export::format::short_text::RecentTexts;
use crate::export::value::single::{MAX_NAME_BYTES, push_key};

/// Larger dictionaries are read row by row.
pub(super) const LARGEST_DICTIONARY: usize = 1 << 17;
/// What the numbered values of an export may take, a value's overhead included. Rows with others are looked up by text.
const MOST_VALUE_BYTES: usize = 8 << 20;
const VALUE_OVERHEAD_BYTES: usize = 64;
/// In place of the key of a row that has none.
pub(super) const NO_KEY: u128 = u128::MAX;
/// A value without a number.
const NO_NUMBER: u32 = u32::MAX;
/// At most so many combinations that give no dimensions are remembered.
const MOST_OTHERS: usize = 1 << 16;

/// The columns of the dimensions, with a number for each of their values, and the resolution of each key so far.
pub(super) struct DimensionKeys {
    parts: Vec<NumberedColumn>,
    bits: u32,
    bytes_left: usize,
    known: HashMap<u128, Resolution>,
    others: usize,
}

/// One column. A value has the same number in all batches of the export.
struct NumberedColumn {
    column: usize,
    numbers: HashMap<Box<[u8]>, u32>,
    /// Of which dictionary `by_code` is.
    serial: Option<u64>,
    by_code: Vec<u32>,
    /// The same numbers by whole number, without the detour through text.
    by_int: HashMap<i64, u32>,
    /// The same of texts that came recently.
    recent: RecentTexts<u32>,
}

impl DimensionKeys {
    pub(super) fn new(layout: &Layout) -> Self {
        let parts: Vec<NumberedColumn> =
            layout.stage_columns().map(|column| NumberedColumn::new(*column)).collect();
        let bits = 128 / u32::try_from(parts.len().max(1)).unwrap_or(128);
        Self { parts, bits, bytes_left: MOST_VALUE_BYTES, known: HashMap::new(), others: 0 }
    }

    /// Computes the key of each row of a batch: [`NO_KEY`] if a column is text without a dictionary, or a value has no
    /// number.
    pub(super) fn keys(&mut self, batch: &Batch<'_>, keys: &mut Vec<u128>) {
        keys.clear();
        let bits = self.bits;
        let is_coded = |part: &NumberedColumn| match &batch.columns[part.column] {
            ColumnValues::Absent | ColumnValues::Int(_) | ColumnValues::Cells(_) => true,
            ColumnValues::Coded { dictionary, .. } => dictionary.len() < LARGEST_DICTIONARY,
            _ => false,
        };
        if bits < 16 || !self.parts.iter().all(is_coded) {
            keys.resize(batch.rows, NO_KEY);
            return;
        }
        keys.resize(batch.rows, 0);
        for part in &mut self.parts {
            match &batch.columns[part.column] {
                ColumnValues::Coded { codes, dictionary } => {
                    part.number_entries(dictionary, bits, &mut self.bytes_left);
                    for (key, code) in keys.iter_mut().zip(codes.values()) {
                        *key = with_number(*key, part.by_code[*code as usize], bits);
                    }
                }
                ColumnValues::Int(values) => {
                    for (row, key) in keys.iter_mut().enumerate() {
                        *key =
                            with_number(*key, part.number_of_int(values, row, bits, &mut self.bytes_left), bits);
                    }
                }
                ColumnValues::Cells(cells) => {
                    for ((row, key), short) in keys.iter_mut().enumerate().zip(cells.shorts()) {
                        let known = short.and_then(|short| part.recent.get(&short));
                        let number = known.unwrap_or_else(|| {
                            let number = part.number(cells.get(row), bits, &mut self.bytes_left);
                            if let Some(short) = short {
                                part.recent.insert(short, number);
                            }
                            number
                        });
                        *key = with_number(*key, number, bits);
                    }
                }
                // The same in every row; a column that is not there is nowhere in the export.
                _ => keys.iter_mut().filter(|key| **key != NO_KEY).for_each(|key| *key = shifted(*key, bits)),
            }
        }
    }

    /// The resolution of a key, if a row had it before.
    #[inline]
    pub(super) fn get(&self, key: u128) -> Option<&Resolution> {
        self.known.get(&key)
    }

    /// Remembers the resolution of a key.
    pub(super) fn insert(&mut self, key: u128, known: Resolution) {
        let is_stage = matches!(known, Resolution::Stage(_));
        if is_stage || self.others < MOST_OTHERS {
            self.others += usize::from(!is_stage);
            self.known.insert(key, known);
        }
    }
}

/// A key with the number of one more column; [`NO_KEY`] if the value has no number.
#[inline]
fn with_number(key: u128, number: u32, bits: u32) -> u128 {
    let has_none = number == NO_NUMBER || key == NO_KEY;
    if has_none { NO_KEY } else { shifted(key, bits) | u128::from(number) }
}

/// A key with room for one more number. With a single column the number takes all bits, and the key is 0 until then.
fn shifted(key: u128, bits: u32) -> u128 {
    key.checked_shl(bits).unwrap_or_default()
}

impl NumberedColumn {
    fn new(column: usize) -> Self {
        Self {
            column,
            numbers: HashMap::new(),
            serial: None,
            by_code: Vec::new(),
            by_int: HashMap::new(),
            recent: RecentTexts::default(),
        }
    }

    /// Numbers the entries of a dictionary.
    fn number_entries(&mut self, dictionary: &Dictionary, bits: u32, bytes_left: &mut usize) {
        if self.serial == Some(dictionary.serial) {
            return;
        }
        self.serial = Some(dictionary.serial);
        self.by_code.clear();
        for field in dictionary.fields() {
            let number = self.number(field, bits, bytes_left);
            self.by_code.push(number);
        }
    }

    /// The number of a whole number or of null.
    #[inline]
    fn number_of_int(&mut self, values: &Int64Array, row: usize, bits: u32, bytes_left: &mut usize) -> u32 {
        if values.is_null(row) {
            return self.number(Field::Null, bits, bytes_left);
        }
        let value = values.value(row);
        if let Some(number) = self.by_int.get(&value) {
            return *number;
        }
        let number = self.number(Field::Int(value), bits, bytes_left);
        if number != NO_NUMBER {
            self.by_int.insert(value, number);
        }
        number
    }

    /// The number of a value, a new one if it is seen for the first time and there is room for it.
    fn number(&mut self, field: Field<'_>, bits: u32, bytes_left: &mut usize) -> u32 {
        if matches!(field, Field::Text(text) if text.len() > MAX_NAME_BYTES) {
            return NO_NUMBER;
        }
        let mut key = Vec::new();
        push_key(&mut key, field);
        if let Some(number) = self.numbers.get(key.as_slice()) {
            return *number;
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(NO_NUMBER);
        let bytes = key.len() + VALUE_OVERHEAD_BYTES;
        if *bytes_left < bytes || u64::from(next) >= (1 << bits.min(31)) - 1 {
            return NO_NUMBER;
        }
        *bytes_left -= bytes;
        self.numbers.insert(key.into(), next);
        next
    }
}
