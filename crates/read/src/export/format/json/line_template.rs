//! The fast path of NDJSON: lines that have the same keys in the same order as a line before.
//!
//! What stands between the values of such a line is what stood there in a line that the parser took, byte for byte, so
//! that only the values remain to be read: numbers, words, and text without escapes. Any other line is left to the
//! parser.

use super::scalar::{Scalar, closing_quote, scalar};
use crate::export::format::cells::{Cell, CellKind};
use crate::export::format::wanted::Wanted;

/// Events of different kinds may have different keys.
const MOST_SHAPES: usize = 4;
/// Learning stops after so many lines: a file's lines may all be different.
const MOST_LESSONS: usize = 1_000;
/// Longer lines are not learned from.
const LONGEST_LESSON_BYTES: usize = 1 << 14;

/// Templates learned from earlier lines.
#[derive(Default)]
pub(super) struct LineTemplates {
    known: Vec<LineTemplate>,
    /// The one that fitted last.
    likely: usize,
    lessons: usize,
}

/// A line with its values left out.
struct LineTemplate {
    /// How many values are needed.
    needed: usize,
    parts: Vec<TemplateMember>,
    /// What stands behind the last value.
    tail: Expected,
}

/// One member of an object.
struct TemplateMember {
    /// What stands before the value: from the end of the value before, with the key, and with the quote if it was text.
    before: Expected,
    is_text: bool,
    wanted: Option<usize>,
}

impl LineTemplates {
    /// Reads the line that begins at `from`, adds a cell for each needed value, and returns where the line ends, without its
    /// line end, and where the next one begins. `None` if it has no shape that is known; then nothing is added.
    pub(super) fn read(&mut self, text: &str, from: usize, cells: &mut Vec<Cell>) -> Option<(usize, usize)> {
        let likely = self.known.get(self.likely)?.read(text, from, cells);
        if likely.is_some() {
            return likely;
        }
        for other in (0..self.known.len()).filter(|other| *other != self.likely) {
            let read = self.known[other].read(text, from, cells);
            if read.is_some() {
                self.likely = other;
                return read;
            }
        }
        None
    }

    /// Remembers the shape of a line that the parser took, if it is a usual one.
    pub(super) fn learn(&mut self, line: &[u8], needed: &[Wanted]) {
        // What ends with a carriage return cannot be told from a line end of two.
        let is_usual = line.len() <= LONGEST_LESSON_BYTES && line.last() == Some(&b'}');
        if self.lessons == MOST_LESSONS || !is_usual {
            return;
        }
        let Some(shape) = LineTemplate::of(line, needed) else { return };
        let place = self.lessons % MOST_SHAPES;
        self.lessons += 1;
        match self.known.get_mut(place) {
            Some(known) => *known = shape,
            None => self.known.push(shape),
        }
        self.likely = place;
    }
}

impl LineTemplate {
    /// The shape of a well-formed line. `None` if there is something nested or escaped in it.
    fn of(line: &[u8], needed: &[Wanted]) -> Option<Self> {
        let mut parts = Vec::new();
        let mut from = 0;
        loop {
            let key = from + memchr::memchr(b'"', &line[from..])? + 1;
            let end = key + memchr::memchr(b'"', &line[key..])?;
            let name = std::str::from_utf8(&line[key..end]).ok().filter(|name| !name.contains('\\'))?;
            let colon = end + memchr::memchr(b':', &line[end..])? + 1;
            let value = colon + line[colon..].iter().position(|byte| !byte.is_ascii_whitespace())?;
            let wanted = needed.iter().position(|wanted| wanted.is(name));
            let (kind, value_end) = scalar(line, value)?;
            let is_text = kind == Scalar::Quoted;
            let before = Expected::new(&line[from..value + usize::from(is_text)]);
            parts.push(TemplateMember { before, is_text, wanted });
            from = value_end;
            match line[from..].trim_ascii_start() {
                [b',', ..] => {}
                [b'}', ..] => {
                    return Some(Self { needed: needed.len(), parts, tail: Expected::new(&line[from..]) });
                }
                _ => return None,
            }
        }
    }

    fn read(&self, text: &str, from: usize, cells: &mut Vec<Cell>) -> Option<(usize, usize)> {
        let first = cells.len();
        cells.resize(first + self.needed, Cell::default());
        let read = self.values(text.as_bytes(), from, &mut cells[first..]);
        if read.is_none() {
            cells.truncate(first);
        }
        read
    }

    fn values(&self, text: &[u8], from: usize, cells: &mut [Cell]) -> Option<(usize, usize)> {
        let mut at = from;
        for part in &self.parts {
            let (cell, end) = part.read(text, at)?;
            if let Some(wanted) = part.wanted {
                cells[wanted] = cell;
            }
            at = end;
        }
        let end = self.tail.behind(text, at)?;
        match text[end..] {
            [b'\n', ..] => Some((end, end + 1)),
            [b'\r', b'\n', ..] => Some((end, end + 2)),
            _ => None,
        }
    }
}

impl TemplateMember {
    /// The value behind what stands before it, and where it ends.
    #[inline]
    fn read(&self, text: &[u8], at: usize) -> Option<(Cell, usize)> {
        let Some(from) = self.before.behind(text, at) else { return self.no_text(text, at) };
        if self.is_text {
            let end = closing_quote(text, from)?;
            return Some((Cell::new(from, end, CellKind::Text), end + 1));
        }
        value(text, from)
    }

    /// The same where text stood in the line that was learned from, and none does here.
    fn no_text(&self, text: &[u8], at: usize) -> Option<(Cell, usize)> {
        let before = self.before.bytes.strip_suffix(b"\"").filter(|_| self.is_text)?;
        let from = at + before.len();
        if text.get(at..from)? != before {
            return None;
        }
        value(text, from)
    }
}

/// The value at a place, and where it ends.
#[inline]
fn value(text: &[u8], at: usize) -> Option<(Cell, usize)> {
    let (kind, end) = scalar(text, at)?;
    let cell = match kind {
        Scalar::Null => Cell::default(),
        Scalar::Quoted => Cell::new(at + 1, end - 1, CellKind::Text),
        Scalar::Whole => Cell::new(at, end, CellKind::Text),
        Scalar::Fraction => Cell::new(at, end, CellKind::Decimal),
        Scalar::Truth(true) => Cell::new(at, end, CellKind::True),
        Scalar::Truth(false) => Cell::new(at, end, CellKind::False),
    };
    Some((cell, end))
}

/// Bytes that are expected at a place.
struct Expected {
    bytes: Box<[u8]>,
}

impl Expected {
    fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into() }
    }

    /// Where a text goes on behind them, if they stand at a place in it.
    #[inline]
    fn behind(&self, text: &[u8], at: usize) -> Option<usize> {
        let end = at + self.bytes.len();
        is_same(text.get(at..end)?, &self.bytes).then_some(end)
    }
}

/// Whether two short texts of one length are the same: by the bytes at both ends, which together are all.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    match one.len() {
        8..=16 => ends::<8>(one) == ends::<8>(other),
        17..=32 => ends::<16>(one) == ends::<16>(other),
        _ => one == other,
    }
}

#[inline]
fn ends<const BYTES: usize>(text: &[u8]) -> [Option<&[u8; BYTES]>; 2] {
    [text.first_chunk(), text.last_chunk()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_if_every_byte_is(text in prop::collection::vec(any::<u8>(), 1..80), at: prop::sample::Index) {
            prop_assert!(is_same(&text, &text.clone()));
            let mut other = text.clone();
            other[at.index(text.len())] ^= 1;
            prop_assert!(!is_same(&text, &other));
        }
    }
}
