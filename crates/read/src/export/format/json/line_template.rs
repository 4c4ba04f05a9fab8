//! The fast path of NDJSON: lines that have the same keys in the same order as a line before.
//!
//! What stands between the values of such a line is what stood there in a line that the parser took, byte for byte, so
//! that only the values remain to be read: numbers, words, and text without escapes. Any other line is left to the
//! parser.

use super::scalar::{Scalar, scalar};
use crate::export::format::field::Field;
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
    parts: Vec<TemplateMember>,
    /// What stands behind the last value.
    tail: Box<[u8]>,
}

/// One member of an object.
struct TemplateMember {
    /// What stands before the value: from the end of the value before, with the key.
    before: Box<[u8]>,
    wanted: Option<usize>,
}

impl LineTemplates {
    /// Reads the line that begins at `from` and returns where it ends, without its line end, and where the next one
    /// begins. `None` if it has no shape that is known.
    pub(super) fn read<'t>(
        &mut self,
        text: &'t str,
        from: usize,
        fields: &mut [Field<'t>],
    ) -> Option<(usize, usize)> {
        let likely = self.known.get(self.likely)?.read(text, from, fields);
        if likely.is_some() {
            return likely;
        }
        for other in (0..self.known.len()).filter(|other| *other != self.likely) {
            let read = self.known[other].read(text, from, fields);
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
            parts.push(TemplateMember { before: line[from..value].into(), wanted });
            from = scalar(line, value)?.1;
            match line[from..].trim_ascii_start() {
                [b',', ..] => {}
                [b'}', ..] => return Some(Self { parts, tail: line[from..].into() }),
                _ => return None,
            }
        }
    }

    fn read<'t>(&self, text: &'t str, from: usize, fields: &mut [Field<'t>]) -> Option<(usize, usize)> {
        let line = text.as_bytes();
        fields.fill(Field::Null);
        let mut at = from;
        for part in &self.parts {
            at = behind(line, at, &part.before)?;
            let (value, end) = scalar(line, at)?;
            if let Some(wanted) = part.wanted {
                fields[wanted] = match value {
                    Scalar::Null => Field::Null,
                    Scalar::Quoted if end - at == 2 => Field::Null,
                    Scalar::Quoted => Field::Text(&text[at + 1..end - 1]),
                    Scalar::Whole => Field::Text(&text[at..end]),
                    Scalar::Fraction => Field::Decimal(&text[at..end]),
                    Scalar::Truth(truth) => Field::Bool(truth),
                };
            }
            at = end;
        }
        let end = behind(line, at, &self.tail)?;
        match line[end..] {
            [b'\n', ..] => Some((end, end + 1)),
            [b'\r', b'\n', ..] => Some((end, end + 2)),
            _ => None,
        }
    }
}

/// Where `text` goes on behind what is expected at a place in it.
fn behind(text: &[u8], at: usize, expected: &[u8]) -> Option<usize> {
    let end = at + expected.len();
    is_same(text.get(at..end)?, expected).then_some(end)
}

/// Whether two short texts of one length are the same: eight bytes at a time, the last of them perhaps again.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (Some(one_last), Some(other_last)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return one == other;
    };
    let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
    words.chain(std::iter::once((one_last, other_last))).all(|(one, other)| one == other)
}
