//! Guesses at what a text is: its encoding and the commonest of delimiters. Only for looking at unknown files; what is counted is
//! declared.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1254, WINDOWS_1258,
};

use crate::export::format::stream::encoding::unmarked_utf16;

pub(super) const DELIMITERS: [u8; 4] = *b",;\t|";

/// Whether these are no letters in any encoding: a photo, a program, an archive.
pub(in crate::export) fn is_binary(head: &[u8]) -> bool {
    // Some of them stand between fields, as others do at the end of a page or of the text.
    let is_control = |byte: &u8| {
        *byte < 0x20 && !matches!(byte, 0x01 | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1b | 0x1f)
    };
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
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, false);
    match detector.guess(None, Utf8Detection::Deny) {
        guess if guess == GBK => GB18030,
        guess => guess,
    }
}

/// Other encodings in which a text would be as sound, where it has too few letters to tell them apart by which words they
/// make; none of UTF-8 and UTF-16, which show by themselves.
pub(in crate::export) fn rivals(head: &[u8], guess: &'static Encoding) -> Vec<&'static Encoding> {
    /// So many bytes that are not ASCII make a dozen words.
    const ENOUGH_BYTES: usize = 96;
    if guess == UTF_8 || unmarked_utf16(head).is_some() {
        return Vec::new();
    }
    if head.iter().filter(|byte| !byte.is_ascii()).count() >= ENOUGH_BYTES {
        return Vec::new();
    }
    let rivals: &[&'static Encoding] = if guess == WINDOWS_1252 {
        &[WINDOWS_1250, WINDOWS_1254]
    } else if guess.is_single_byte() {
        &[WINDOWS_1252, WINDOWS_1250, WINDOWS_1251, WINDOWS_1254, WINDOWS_1258, WINDOWS_874]
    } else {
        &[GB18030, BIG5, EUC_KR, EUC_JP, SHIFT_JIS]
    };
    let read = |encoding: &'static Encoding| encoding.decode_without_bom_handling(head).0;
    let differs = |rival: &&'static Encoding| is_valid(rival, head) && read(rival) != read(guess);
    rivals.iter().copied().filter(differs).collect()
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
        for (other, text) in [
            (BIG5, "開播時間,直播間曝光次數,進入次數,進入率\n2026-11-03,1111,43,3.87%\n"),
            (EUC_KR, "시작 시간,노출수,클릭수,클릭률\n2026-11-03,1111,43,3.87%\n"),
            (EUC_JP, "開始時間,表示回数,クリック数,クリック率\n2026-11-03,1111,43,3.87%\n"),
            (WINDOWS_874, "เวลาเริ่ม,การมองเห็น,จำนวนคลิก,อัตราการคลิก\n2026-11-03,1111,43,3.87%\n"),
            (WINDOWS_1251, "Начало,Показы,Клики,CTR\n2026-11-03,1111,43,3.87%\n"),
        ] {
            let head = head(other, text);
            assert_eq!(encoding(&head), other, "{text}");
            assert!(!rivals(&head, other).contains(&other));
        }
        // Four words in two-byte characters may be words in others: that is said.
        let few = head(GB18030, "日期,曝光\n");
        assert!(!rivals(&few, encoding(&few)).is_empty());
        assert_eq!(rivals(&head(GB18030, &chinese.repeat(9)), GB18030), Vec::<&Encoding>::new());
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
