//! A dialect as the reader looks for it in bytes. Whatever ends its records, newlines do so here.

use coverledger_config as config;

/// How the text is written that is read.
pub(super) struct Dialect {
    delimiter: config::Delimiter,
    /// The first byte of the delimiter.
    first: u8,
    quote: Option<u8>,
    escape: Option<u8>,
}

impl From<config::Dialect> for Dialect {
    fn from(declared: config::Dialect) -> Self {
        Self {
            delimiter: declared.delimiter,
            first: declared.delimiter.as_bytes()[0],
            quote: declared.quote,
            escape: declared.escape,
        }
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

    /// Whether a text begins with the delimiter.
    pub(super) fn is_delimiter(&self, text: &[u8]) -> bool {
        text.first() == Some(&self.first)
            && (self.delimiter.byte().is_some() || text.starts_with(self.delimiter()))
    }

    /// Where a field without quotes ends, or has an escape: at the first of these, a delimiter and a newline. Tells whether
    /// a quote stands before that.
    pub(super) fn unquoted_end(&self, text: &[u8]) -> (usize, bool) {
        let third = self.escape.or(self.quote).unwrap_or(b'\n');
        let mut has_quote = false;
        let mut at = 0;
        while let Some(found) = memchr::memchr3(self.first, b'\n', third, &text[at..]) {
            at += found;
            let byte = text[at];
            if byte == b'\n' || Some(byte) == self.escape || self.is_delimiter(&text[at..]) {
                return (at, has_quote || self.has_quote(&text[..at]));
            }
            has_quote |= Some(byte) == self.quote;
            at += 1;
        }
        (text.len(), has_quote || self.has_quote(text))
    }

    /// Whether a quote stands in a text, where escapes are looked for instead.
    fn has_quote(&self, text: &[u8]) -> bool {
        self.escape.is_some() && self.quote.is_some_and(|quote| memchr::memchr(quote, text).is_some())
    }
}
