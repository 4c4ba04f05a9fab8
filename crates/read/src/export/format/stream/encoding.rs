//! The encoding of text: given by a byte order mark or the configuration, otherwise UTF-8.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::export::ExportError;

/// Stands for bytes that mean nothing in the encoding. It is no UTF-8 either, so that the record around it is a reject
/// and nothing is replaced silently.
const MALFORMED: u8 = 0xff;

/// Characters below U+0100 that a text must hold before their zeros are taken for UTF-16: fewer are an accident.
const FEWEST_ZEROS: usize = 3;

/// The encoding that a byte order mark names, and how long the mark is.
pub(in crate::export) fn by_mark(head: &[u8]) -> Result<Option<(&'static Encoding, usize)>, ExportError> {
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(ExportError::Encoding("UTF-32")),
        _ => Ok(Encoding::for_bom(head)),
    }
}

/// The encoding of a label as the WHATWG has them.
pub(super) fn by_label(label: &str) -> Result<&'static Encoding, ExportError> {
    Encoding::for_label_no_replacement(label.as_bytes())
        .ok_or_else(|| ExportError::UnknownEncoding(label.to_owned()))
}

/// UTF-16 that does not say so: of text in any language, spaces, digits and delimiters have a zero in one half, and the
/// letters of most have the same small number there.
///
/// A zero or two among text that is sound UTF-8 are characters of that text, and no encoding: there most pairs must have
/// a control character in that half.
pub(in crate::export) fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A character at the end may be cut.
        Err(error) => error.error_len().is_none(),
    };
    let has_zeros = |half: usize| {
        let units = || head.chunks_exact(2);
        let zeros = units().filter(|pair| pair[half] == 0 && pair[1 - half] != 0).count();
        let controls = || units().filter(|pair| pair[half] < 0x20 && pair[..] != [0, 0]).count();
        zeros >= FEWEST_ZEROS && zeros * 10 >= pairs && (!is_utf8 || controls() * 2 >= pairs)
    };
    match (has_zeros(0), has_zeros(1)) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Turns a stream into UTF-8, piece by piece.
pub(super) struct Transcoder {
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    at_end: bool,
    is_finished: bool,
}

impl Transcoder {
    /// `None` for text that is UTF-8 already.
    pub(in crate::export) fn of(encoding: &'static Encoding) -> Option<Self> {
        (encoding != UTF_8).then(|| Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            from: 0,
            at_end: false,
            is_finished: false,
        })
    }

    /// Fills a buffer of at least 8 bytes as far as it goes; 0 at the end. `more` appends raw bytes and says whether
    /// there may be others.
    pub(in crate::export) fn read(
        &mut self,
        into: &mut [u8],
        mut more: impl FnMut(&mut Vec<u8>) -> std::io::Result<bool>,
    ) -> std::io::Result<usize> {
        let mut written = 0;
        while written == 0 && !self.is_finished {
            if self.from == self.raw.len() && !self.at_end {
                self.raw.clear();
                self.from = 0;
                self.at_end = !more(&mut self.raw)?;
            }
            // The last byte is kept free for the mark.
            let room = into.len() - 1;
            let (result, read, decoded) = self.decoder.decode_to_utf8_without_replacement(
                &self.raw[self.from..],
                &mut into[..room],
                self.at_end,
            );
            self.from += read;
            written = decoded;
            match result {
                DecoderResult::InputEmpty => self.is_finished = self.at_end,
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(..) => {
                    into[written] = MALFORMED;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf8(encoding: &'static Encoding, pieces: &[&[u8]]) -> Vec<u8> {
        let mut transcoder = Transcoder::of(encoding).unwrap();
        let mut pieces = pieces.iter();
        let mut text = Vec::new();
        let mut buffer = [0; 16];
        loop {
            let read = transcoder
                .read(&mut buffer, |raw| {
                    let piece = pieces.next();
                    raw.extend_from_slice(piece.unwrap_or(&[].as_slice()));
                    Ok(piece.is_some())
                })
                .unwrap();
            if read == 0 {
                return text;
            }
            text.extend_from_slice(&buffer[..read]);
        }
    }

    #[test]
    fn a_character_may_lie_across_pieces() {
        assert_eq!(utf8(UTF_16LE, &[b"a", &[0, 0x3d], &[0xd8, 0x00], &[0xde], b"b\0"]), "a😀b".as_bytes());
        assert_eq!(utf8(encoding_rs::GB18030, &[&[0xb9], &[0xdb, b'1']]), "观1".as_bytes());
    }

    #[test]
    fn what_means_nothing_is_no_utf_8_and_costs_nothing_behind_it() {
        // A lone low surrogate between `a` and `b`; half a unit at the end.
        assert_eq!(utf8(UTF_16LE, &[&[b'a', 0, 0x00, 0xde, b'b', 0, b'c']]), b"a\xffb\xff");
    }

    #[test]
    fn utf_16_without_a_mark_shows_by_its_zeros() {
        let little: Vec<u8> = "日期,观看人数,1,2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Day,Views\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(unmarked_utf16(&little), Some(UTF_16LE));
        assert_eq!(unmarked_utf16(&big), Some(UTF_16BE));
        assert_eq!(unmarked_utf16("Day,Views\nx,1\n".as_bytes()), None);
        assert_eq!(unmarked_utf16(&[0; 64]), None);
        for text in ["Дата,Показы\n21.11.2026,5\n", "तारीख,दृश्य\n21.11.2026,5\n", "日,数\n1,2\n", "Day\n"]
        {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(unmarked_utf16(&little), Some(UTF_16LE), "{text}");
            assert_eq!(unmarked_utf16(&big), Some(UTF_16BE), "{text}");
        }
    }

    #[test]
    fn a_few_zeros_in_a_short_text_are_no_encoding() {
        for text in [
            &b"{ id:\"\0\"}\n"[..],
            b"{ id:\"\0a\0a\0\"}\n",
            b"a,b,c\n\0,1,2\n3,4,\0\n5,\0,\0\n",
            b"\xe9t\xe9,\0\n",
            "a,日期\n\0,1\0\n".as_bytes(),
            &"a\0".repeat(3).into_bytes(),
        ] {
            assert_eq!(unmarked_utf16(text), None, "{}", text.escape_ascii());
        }
    }
}
