//! Text that is not UTF-8.

use super::gzip::gzip;
use super::mapping::{HEADER, Mapping, good, good_json};

/// A header and two sound lines whose cover is in Chinese.
fn text() -> String {
    format!("{HEADER}{}{}", good("e1").replace("c1", "封面一"), good("e2"))
}

fn utf16(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

const LITTLE: &[u8] = &[0xff, 0xfe];
const BIG: &[u8] = &[0xfe, 0xff];

#[test]
fn utf_16_with_a_byte_order_mark_needs_no_word() {
    for bytes in [utf16(&text(), LITTLE, u16::to_le_bytes), utf16(&text(), BIG, u16::to_be_bytes)] {
        for bytes in [gzip(&bytes), bytes] {
            let outcome = Mapping::events().read(&bytes);
            assert_eq!(outcome.rows(), [2, 2, 0, 0]);
            assert_eq!(outcome.tape.stages[0].cover_id.as_deref(), Some("封面一"));
        }
    }
    let json = utf16(&good_json("e1").repeat(3), LITTLE, u16::to_le_bytes);
    assert_eq!(Mapping::events().ndjson().read(json).rows(), [3, 3, 0, 0]);
    // The mark is believed, whatever is declared.
    let marked = utf16(&text(), BIG, u16::to_be_bytes);
    assert_eq!(Mapping::events().encoded("utf-16le").read(marked).rows(), [2, 2, 0, 0]);
}

#[test]
fn utf_16_without_a_mark_is_read_where_it_is_declared_and_named_where_not() {
    let bytes = utf16(&text(), &[], u16::to_le_bytes);
    assert_eq!(
        Mapping::events().read(&bytes).refusal(),
        "it is UTF-16 without a byte order mark; expected UTF-8, or what `encoding` says"
    );
    assert_eq!(Mapping::events().encoded("utf-16le").read(&bytes).rows(), [2, 2, 0, 0]);
    let utf32: Vec<u8> = text().chars().flat_map(|char| u32::from(char).to_le_bytes()).collect();
    let utf32 = [&[0xff, 0xfe, 0, 0][..], &utf32].concat();
    assert_eq!(Mapping::events().read(utf32).refusal(), "it is UTF-32; expected UTF-8, or what `encoding` says");
}

#[test]
fn declared_encodings_are_read() {
    let bytes = encoding_rs::GB18030.encode(&text()).0.into_owned();
    let outcome = Mapping::events().encoded("gb18030").read(&bytes);
    assert_eq!(outcome.rows(), [2, 2, 0, 0]);
    assert_eq!(outcome.tape.stages[0].cover_id.as_deref(), Some("封面一"));
    let text = text().replace("封面一", "für");
    let bytes = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let outcome = Mapping::events().encoded("latin1").read(bytes);
    assert_eq!(outcome.tape.stages[0].cover_id.as_deref(), Some("für"));
    assert_eq!(
        Mapping::events().encoded("utf-7").read(&text).refusal(),
        "its encoding is declared as `utf-7`, which is none (expected a label such as `utf-16le`, `gb18030`, \
         `windows-1252`)"
    );
}

#[test]
fn bytes_that_mean_nothing_cost_their_record() {
    let bytes = encoding_rs::GB18030.encode(&text()).0.into_owned();
    let at = bytes.iter().position(|byte| *byte == b'1').unwrap();
    // The first byte of a pair before the line's comma.
    let damaged = [&bytes[..=at], &[0xff], &bytes[at + 1..]].concat();
    let outcome = Mapping::events().encoded("gb18030").read(damaged);
    assert_eq!(outcome.rows(), [2, 1, 0, 1]);
    assert_eq!(outcome.report().rejects[0].reason.word(), "not_utf8");
    assert_eq!(outcome.ids(), ["e2"]);

    let mut units: Vec<u16> = text().encode_utf16().collect();
    let at = units.iter().position(|unit| *unit == u16::from(b'1')).unwrap();
    units.insert(at, 0xd83d);
    let mut bytes: Vec<u8> = LITTLE.iter().copied().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect();
    let outcome = Mapping::events().read(&bytes);
    assert_eq!(outcome.rows(), [2, 1, 0, 1]);
    assert_eq!(outcome.report().rejects[0].reason.word(), "not_utf8");
    // Half a character at the end is a line of its own that is no text.
    bytes.push(b'x');
    assert_eq!(Mapping::events().read(&bytes).rows(), [3, 1, 0, 2]);
}

#[test]
fn a_long_text_is_decoded_in_pieces_without_loss() {
    let lines: String = (0..40_000).map(|index| good(&format!("ü{index}封"))).collect();
    let outcome = Mapping::events().read(utf16(&format!("{HEADER}{lines}"), LITTLE, u16::to_le_bytes));
    assert_eq!(outcome.rows(), [40_000, 40_000, 0, 0]);
    let ids = outcome.ids();
    assert!((0..40_000).all(|index| ids[index] == format!("ü{index}封")));
}
