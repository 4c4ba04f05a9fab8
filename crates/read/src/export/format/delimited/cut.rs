//! One record of delimited text, cut into its fields by the rules of RFC 4180 and of its dialect.

use super::dialect::Dialect;

/// A record cut into fields: ranges of `text`.
#[derive(Default)]
pub(super) struct Cut {
    pub(in crate::export) text: Vec<u8>,
    pub(in crate::export) fields: Vec<(usize, usize)>,
    /// Whether a quote stands inside of an unquoted field, where it is text.
    pub(super) has_inner_quote: bool,
}

impl Cut {
    /// Its text, if every field of it is UTF-8. Bytes of two fields may make a character together.
    pub(super) fn sound<'t>(text: &'t [u8], fields: &[(usize, usize)]) -> Option<&'t str> {
        let text = simdutf8::basic::from_utf8(text).ok()?;
        fields.iter().all(|(from, to)| text.is_char_boundary(*from) && text.is_char_boundary(*to)).then_some(text)
    }
}

/// How far cutting may go before it gives up.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(in crate::export) fields: usize,
    pub(in crate::export) lines: usize,
}

impl Limits {
    /// For one line, or a header: its own end is the limit.
    pub(super) const NONE: Self = Self { fields: usize::MAX, lines: usize::MAX };
}

/// How cutting a record at the front of a window went.
pub(super) enum Outcome {
    /// Cut; it took so many bytes and lines.
    Whole { taken: usize, lines: usize },
    /// A quote does not close within the limits, or text follows a closing quote.
    Broken,
}

/// Cuts the record at the front of `window`, taking quotes off, `""` for `"`, and escapes off what they escape.
pub(super) fn cut_record(window: &[u8], dialect: &Dialect, limits: Limits, cut: &mut Cut) -> Outcome {
    cut.text.clear();
    cut.fields.clear();
    cut.has_inner_quote = false;
    let mut at = 0;
    let mut lines = 1;
    loop {
        let from = cut.text.len();
        if dialect.is_quote(window.get(at)) {
            let Some(end) = quoted(window, at + 1, dialect, limits.lines, &mut lines, &mut cut.text) else {
                return Outcome::Broken;
            };
            at = end;
        } else {
            at += unquoted(&window[at..], dialect, cut);
        }
        cut.fields.push((from, cut.text.len()));
        let behind = &window[at..];
        if dialect.is_delimiter(behind) {
            if cut.fields.len() == limits.fields {
                return Outcome::Broken;
            }
            at += dialect.delimiter().len();
            continue;
        }
        return match behind {
            [] => Outcome::Whole { taken: at, lines },
            [b'\n', ..] | [b'\r'] => Outcome::Whole { taken: at + 1, lines },
            [b'\r', b'\n', ..] => Outcome::Whole { taken: at + 2, lines },
            _ => Outcome::Broken,
        };
    }
}

/// Takes the text of a quoted field that begins at a place, and returns where its closing quote ends. `None`: it does
/// not close within as many lines.
fn quoted(
    window: &[u8],
    from: usize,
    dialect: &Dialect,
    max_lines: usize,
    lines: &mut usize,
    text: &mut Vec<u8>,
) -> Option<usize> {
    let mut at = from;
    loop {
        let special = dialect.special(&window[at..])?;
        let content = &window[at..at + special];
        *lines += memchr::memchr_iter(b'\n', content).count();
        if *lines > max_lines {
            return None;
        }
        text.extend_from_slice(content);
        at += special;
        if dialect.is_quote(window.get(at)) {
            at += 1;
            if !dialect.is_quote(window.get(at)) {
                return Some(at);
            }
            text.push(window[at]);
            at += 1;
        } else {
            at += unescaped(&window[at..], dialect, text);
        }
    }
}

/// Takes the text of an unquoted field, and returns how many bytes it has.
fn unquoted(window: &[u8], dialect: &Dialect, cut: &mut Cut) -> usize {
    let mut at = 0;
    loop {
        let (length, has_quote) = dialect.unquoted_end(&window[at..]);
        let end = at + length;
        cut.has_inner_quote |= has_quote;
        if dialect.is_escape(window.get(end)) {
            cut.text.extend_from_slice(&window[at..end]);
            at = end + unescaped(&window[end..], dialect, &mut cut.text);
            continue;
        }
        let mut content = &window[at..end];
        if !dialect.is_delimiter(&window[end..]) {
            content = content.strip_suffix(b"\r").unwrap_or(content);
        }
        cut.text.extend_from_slice(content);
        return at + content.len();
    }
}

/// Takes what an escape at the front stands for, and returns how many bytes that has. Before what has no other meaning,
/// it is text itself.
fn unescaped(window: &[u8], dialect: &Dialect, text: &mut Vec<u8>) -> usize {
    let behind = &window[1..];
    if dialect.is_delimiter(behind) {
        text.extend_from_slice(dialect.delimiter());
        return 1 + dialect.delimiter().len();
    }
    match behind.first() {
        Some(escaped) if dialect.is_quote(Some(escaped)) || dialect.is_escape(Some(escaped)) => {
            text.push(*escaped);
            2
        }
        _ => {
            text.push(window[0]);
            1
        }
    }
}
