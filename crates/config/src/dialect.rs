//! How delimited text is written: what stands between its fields, around them, and behind a record.

use std::fmt;

/// How delimited text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two fields.
    pub delimiter: Delimiter,
    /// The ASCII character around fields; `None` where a quote is a character like any other.
    pub quote: Option<u8>,
    /// The ASCII character that takes the meaning off the one behind it, besides a quote that is written twice.
    pub escape: Option<u8>,
    /// What ends a record.
    pub line_end: LineEnd,
}

impl Dialect {
    /// RFC 4180 but for the delimiter, which is one ASCII character.
    #[must_use]
    pub const fn by(delimiter: u8) -> Self {
        Self {
            delimiter: Delimiter::of_byte(delimiter),
            quote: Some(b'"'),
            escape: None,
            line_end: LineEnd::Newline,
        }
    }
}

/// What ends a record of delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    /// A newline, with or without a carriage return before it.
    #[default]
    Newline,
    /// A carriage return, as on old Macs.
    Return,
}

/// One to four bytes of UTF-8 between two fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Delimiter {
    bytes: [u8; Self::MAX_BYTES],
    length: u8,
}

impl Delimiter {
    /// No delimiter is longer.
    pub const MAX_BYTES: usize = 4;

    const fn of_byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    /// A delimiter, unless it is empty or too long.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::MAX_BYTES];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok().filter(|length| *length > 0)?;
        Some(Self { bytes, length })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// It as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The one byte that it is, if it is one.
    #[must_use]
    pub fn byte(&self) -> Option<u8> {
        (self.length == 1).then_some(self.bytes[0])
    }
}

impl fmt::Debug for Delimiter {
    /// One byte is shown as the number that it always was in fingerprints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.byte() {
            Some(byte) => byte.fmt(f),
            None => self.as_str().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_one_to_four_bytes() {
        let bytes = |text| Delimiter::new(text).map(|delimiter| delimiter.as_bytes().to_vec());
        assert_eq!(bytes(";"), Some(vec![b';']));
        assert_eq!(bytes("||||"), Some(b"||||".to_vec()));
        assert_eq!(bytes("，"), Some("，".as_bytes().to_vec()));
        assert_eq!([bytes(""), bytes("|||||")], [None, None]);
        assert_eq!(Delimiter::new(";"), Some(Dialect::by(b';').delimiter));
        assert_eq!(format!("{:?} {:?}", Dialect::by(b',').delimiter, Delimiter::new("||").unwrap()), "44 \"||\"");
    }
}
