//! A dialect as the reader looks for it in bytes. Whatever ends its records, newlines do so here.

use crate::config;

/// How the text is written that is read.
pub(super) struct Dialect {
    delimiter: config::Delimiter,
    pub(super) quote: Option<u8>,
    escape: Option<u8>,
}

impl From<config::Dialect> for Dialect {
    fn from(declared: config::Dialect) -> Self {
        Self { delimiter: declared.delimiter, quote: declared.quote, escape: declared.escape }
    }
}

impl Dialect {
    pub(super) fn delimiter(&self) -> &[u8] {
        self.delimiter.as_bytes()
    }

    /// The delimiter, if it is one byte that is no part of a line end.
    pub(super) fn quick_delimiter(&self) -> Option<u8> {
        self.delimiter.byte().filter(|byte| !matches!(byte, b'\r' | b'\n'))
    }

    pub(super) fn is_quote(&self, byte: Option<&u8>) -> bool {
        byte.is_some() && byte.copied() == self.quote
    }

    pub(super) fn is_escape(&self, byte: Option<&u8>) -> bool {
        byte.is_some() && byte.copied() == self.escape
    }

    /// Where the first quote or escape is.
    pub(super) fn special(&self, text: &[u8]) -> Option<usize> {
        match (self.quote, self.escape) {
            (Some(quote), None) => memchr::memchr(quote, text),
            (None, Some(escape)) => memchr::memchr(escape, text),
            (Some(quote), Some(escape)) => memchr::memchr2(quote, escape, text),
            (None, None) => None,
        }
    }

    /// Where a field without quotes ends, or has an escape: at the first of these, a delimiter and a newline.
    pub(super) fn unquoted_end(&self, text: &[u8]) -> usize {
        let delimiter = self.delimiter();
        let mut at = 0;
        loop {
            let rest = &text[at..];
            let found = match self.escape {
                None => memchr::memchr2(delimiter[0], b'\n', rest),
                Some(escape) => memchr::memchr3(delimiter[0], b'\n', escape, rest),
            };
            let Some(found) = found else { return text.len() };
            at += found;
            if text[at] != delimiter[0] || text[at..].starts_with(delimiter) {
                return at;
            }
            at += 1;
        }
    }
}
