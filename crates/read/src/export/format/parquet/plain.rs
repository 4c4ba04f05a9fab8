//! Values as they stand one after the other in a page.

use super::cursor::Unusual;
use super::kind::{Kind, Width};
use crate::export::format::batch::Entries;

/// Where values that stand one after the other, each behind its length, begin and end.
pub(super) fn spans(
    bytes: &[u8],
    values: usize,
    longest: usize,
    spans: &mut Vec<(u32, u32)>,
) -> Result<(), Unusual> {
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

/// Whole numbers; the pattern of bits, where the column holds others.
pub(super) fn whole(bytes: &[u8], kind: Kind, into: &mut Vec<i64>) {
    if kind == Kind::Int(Width::Four) {
        into.extend(bytes.as_chunks::<4>().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))));
    } else {
        into.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)));
    }
}

/// The values of a dictionary page.
pub(super) fn entries(bytes: &[u8], values: usize, kind: Kind) -> Result<Entries, Unusual> {
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
