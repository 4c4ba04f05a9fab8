//! One record of delimited text, cut into its fields by the rules of RFC 4180.

/// A record cut into fields: ranges of `text`.
#[derive(Default)]
pub(super) struct Cut {
    pub(in crate::export) text: Vec<u8>,
    pub(in crate::export) fields: Vec<(usize, usize)>,
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

/// Cuts the record at the front of `window`, taking quotes off and `""` for `"`.
pub(super) fn cut_quoted(window: &[u8], delimiter: u8, limits: Limits, cut: &mut Cut) -> Outcome {
    cut.text.clear();
    cut.fields.clear();
    let mut at = 0;
    let mut lines = 1;
    loop {
        let from = cut.text.len();
        if window.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(quote) = memchr::memchr(b'"', &window[at..]) else { return Outcome::Broken };
                let content = &window[at..at + quote];
                lines += memchr::memchr_iter(b'\n', content).count();
                if lines > limits.lines {
                    return Outcome::Broken;
                }
                cut.text.extend_from_slice(content);
                at += quote + 1;
                if window.get(at) != Some(&b'"') {
                    break;
                }
                cut.text.push(b'"');
                at += 1;
            }
        } else {
            let end = memchr::memchr2(delimiter, b'\n', &window[at..]).map_or(window.len(), |end| at + end);
            let mut content = &window[at..end];
            if window.get(end) != Some(&delimiter) {
                content = content.strip_suffix(b"\r").unwrap_or(content);
            }
            cut.text.extend_from_slice(content);
            at += content.len();
        }
        cut.fields.push((from, cut.text.len()));
        match window[at..] {
            [] => return Outcome::Whole { taken: at, lines },
            [next, ..] if next == delimiter && cut.fields.len() == limits.fields => return Outcome::Broken,
            [next, ..] if next == delimiter => at += 1,
            [b'\n', ..] | [b'\r'] => return Outcome::Whole { taken: at + 1, lines },
            [b'\r', b'\n', ..] => return Outcome::Whole { taken: at + 2, lines },
            _ => return Outcome::Broken,
        }
    }
}
