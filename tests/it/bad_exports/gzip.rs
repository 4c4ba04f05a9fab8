//! Gzip, recognized by its first bytes.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::mapping::{HEADER, Mapping, good, good_json};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A thousand sound lines, so that the stream is longer than its header.
fn lines() -> Vec<u8> {
    let lines: String = (0..1000).map(|index| good(&format!("e{index}"))).collect();
    format!("{HEADER}{lines}").into_bytes()
}

#[test]
fn a_sound_stream_is_read_and_its_rejects_are_placed_in_the_decompressed_bytes() {
    assert_eq!(Mapping::events().read(gzip(&lines())).rows(), [1000, 1000, 0, 0]);
    let outcome = Mapping::events().read(gzip(format!("{HEADER}{}e2\n", good("e1")).as_bytes()));
    let rejects: Vec<_> =
        outcome.report().rejects.iter().map(|r| (r.record, r.byte_offset, r.reason.word())).collect();
    assert_eq!(rejects, [(2, Some(47 + 44), "field_count")]);
    let json: String = (0..1000).map(|index| good_json(&format!("e{index}"))).collect();
    assert_eq!(Mapping::events().ndjson().read(gzip(json.as_bytes())).rows(), [1000, 1000, 0, 0]);
}

#[test]
fn every_member_is_read() {
    let lines = lines();
    // Cut in the middle of a record: the members are one text.
    let (first, second) = lines.split_at(777);
    let outcome = Mapping::events().read([gzip(first), gzip(b""), gzip(second)].concat());
    assert_eq!(outcome.rows(), [1000, 1000, 0, 0]);
    assert_eq!(outcome.ids().last(), Some(&"e999"));
}

#[test]
fn a_truncated_stream_is_refused_wherever_it_breaks_off() {
    let whole = gzip(&lines());
    for kept in (2..whole.len()).step_by(37).chain(whole.len() - 9..whole.len()) {
        let outcome = Mapping::events().read(&whole[..kept]);
        let refusal = outcome.refusal();
        assert!(refusal.starts_with("its gzip stream is damaged or truncated after "), "{kept} bytes: {refusal}");
    }
    let second_cut = [whole.clone(), whole[..100].to_vec()].concat();
    assert!(Mapping::events().read(second_cut).refusal().starts_with("its gzip stream is damaged or truncated"));
}

#[test]
fn garbage_behind_or_within_a_stream_is_refused() {
    let mut garbage = gzip(&lines());
    garbage.extend_from_slice(b"and then some");
    assert!(Mapping::events().read(&garbage).refusal().starts_with("its gzip stream is damaged or truncated"));
    let mut flipped = gzip(&lines());
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    assert!(Mapping::events().read(&flipped).refusal().starts_with("its gzip stream is damaged or truncated"));
}

#[test]
fn nothing_compressed_is_empty() {
    assert!(Mapping::events().read(gzip(b"")).refusal().starts_with("it is empty"));
    assert!(Mapping::events().ndjson().read(gzip(b"")).refusal().starts_with("it is empty"));
}

#[test]
fn a_bomb_is_refused_by_name() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(HEADER.as_bytes()).unwrap();
    let blank = vec![b'\n'; 1 << 20];
    (0..80).for_each(|_| encoder.write_all(&blank).unwrap());
    let bomb = encoder.finish().unwrap();
    let refusal = Mapping::events().read(&bomb).refusal();
    let expected =
        format!("it expands from {} to more than {} bytes: refused as a decompression bomb", bomb.len(), 64 << 20);
    assert_eq!(refusal, expected);
    assert_eq!(Mapping::events().ndjson().read(&bomb).refusal(), expected);
}
