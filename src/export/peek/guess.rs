//! Guesses at what a text is: its encoding and its delimiter. Only for looking at unknown files; what is counted is
//! declared.

use encoding_rs::{Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1252};

use crate::export::format::stream::encoding::unmarked_utf16;

const DELIMITERS: [u8; 4] = *b",;\t|";

/// Whether these are no letters in any encoding: a photo, a program, an archive.
pub(in crate::export) fn is_binary(head: &[u8]) -> bool {
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1b);
    unmarked_utf16(head).is_none() && head.iter().filter(|byte| is_control(byte)).count() * 100 > head.len()
}

/// The encoding of text that has no byte order mark, from how it begins.
pub(in crate::export) fn encoding(head: &[u8]) -> &'static Encoding {
    if let Some(encoding) = unmarked_utf16(head) {
        return encoding;
    }
    // A character at the end may be cut.
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if is_utf8 {
        return UTF_8;
    }
    if reads_as_kana(head) {
        return SHIFT_JIS;
    }
    // Letters with accents stand alone among others, or two together; East Asian words are longer than one character
    // of two bytes.
    let runs = head.split(u8::is_ascii).map(<[u8]>::len);
    let (in_words, all) = runs.fold((0, 0), |(long, all), run| (long + if run > 2 { run } else { 0 }, all + run));
    if in_words * 2 < all {
        return WINDOWS_1252;
    }
    [GB18030, SHIFT_JIS].into_iter().find(|encoding| is_valid(encoding, head)).unwrap_or(WINDOWS_1252)
}

/// Whether it is Shift JIS in which one character of ten or more is a kana.
fn reads_as_kana(head: &[u8]) -> bool {
    if !is_valid(SHIFT_JIS, head) {
        return false;
    }
    let (text, _) = SHIFT_JIS.decode_without_bom_handling(head);
    let foreign = text.chars().filter(|char| !char.is_ascii()).count();
    let kana = text.chars().filter(|char| matches!(char, '\u{3041}'..='\u{30fe}')).count();
    kana * 10 >= foreign && kana > 0
}

/// Whether it decodes; a character at the end may be cut.
fn is_valid(encoding: &'static Encoding, head: &[u8]) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = vec![0; head.len() * 3 + 16];
    let (result, ..) = decoder.decode_to_utf8_without_replacement(head, &mut text, false);
    result == encoding_rs::DecoderResult::InputEmpty
}

/// The delimiter by which the most rows on end have the same number of fields, more than one. `rows` cuts by a
/// delimiter.
pub(in crate::export) fn delimiter<E>(mut rows: impl FnMut(u8) -> Result<Vec<Vec<String>>, E>) -> Result<u8, E> {
    let mut best = (0, 0, b',');
    for delimiter in DELIMITERS {
        let widths: Vec<usize> = rows(delimiter)?.iter().map(Vec::len).collect();
        for alike in widths.chunk_by(|one, next| one == next).filter(|alike| alike[0] > 1) {
            if (alike.len(), alike[0]) > (best.0, best.1) {
                best = (alike.len(), alike[0], delimiter);
            }
        }
    }
    Ok(best.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_shows_in_the_bytes() {
        let head = |encoding: &'static Encoding, text: &str| encoding.encode(text).0.into_owned();
        let chinese = "日期,直播间曝光次数,观看人次\n2026-11-21,1200,30\n";
        let japanese = "日付,インプレッション,視聴回数,クリック率\n";
        let german = "Datum;Aufrufe;Klickrate für Miniaturen\n21.11.2026;für;1,5\n";
        assert_eq!(encoding(&head(GB18030, chinese)), GB18030);
        assert_eq!(encoding(&head(SHIFT_JIS, japanese)), SHIFT_JIS);
        assert_eq!(encoding(&head(WINDOWS_1252, german)), WINDOWS_1252);
        assert_eq!(encoding(&head(WINDOWS_1252, "Impressões;Visualizações\n")), WINDOWS_1252);
        assert_eq!(encoding(&chinese.as_bytes()[..8]), UTF_8);
        assert_eq!(encoding(b"day,views\n"), UTF_8);
    }

    #[test]
    fn a_photo_is_no_text() {
        let mut photo = vec![0xff, 0xd8, 0xff, 0xe0];
        photo.extend((0_u32..4096).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap()));
        assert!(is_binary(&photo));
        assert!(!is_binary("Straße;Größe\r\n\u{1a}".as_bytes()));
        let utf16: Vec<u8> = "Views\tTap-through rate\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!is_binary(&utf16));
    }

    #[test]
    fn a_delimiter_cuts_rows_alike() {
        let guess = |text: &str| {
            let cut =
                |by: u8| text.lines().map(|l| l.split(char::from(by)).map(str::to_owned).collect()).collect();
            delimiter(|by| Ok::<Vec<Vec<String>>, ()>(cut(by))).unwrap()
        };
        assert_eq!(guess("a,b\n1,2\n"), b',');
        assert_eq!(guess("Bericht, Teil 1\nTag;Rate\n21.11.;1,5\n22.11.;1,6\n"), b';');
        assert_eq!(guess("a\tb, c\n1\t2\n"), b'\t');
        assert_eq!(guess("one\ntwo\n"), b',');
    }
}
