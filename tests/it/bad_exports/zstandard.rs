//! Zstandard, recognized by its first bytes.

use super::mapping::{HEADER, Mapping, good, good_json};

fn pack(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn lines() -> Vec<u8> {
    let lines: String = (0..1000).map(|index| good(&format!("e{index}"))).collect();
    format!("{HEADER}{lines}").into_bytes()
}

#[test]
fn sound_frames_are_read() {
    assert_eq!(Mapping::events().read(pack(&lines())).rows(), [1000, 1000, 0, 0]);
    let two = [pack(&lines()), pack(good("x").as_bytes())].concat();
    assert_eq!(Mapping::events().read(&two).rows(), [1001, 1001, 0, 0]);
    // A frame to be skipped: its magic, its length, its content.
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &two].concat();
    assert_eq!(Mapping::events().read(skipped).rows(), [1001, 1001, 0, 0]);
    let json: String = (0..10).map(|index| good_json(&format!("e{index}"))).collect();
    assert_eq!(Mapping::events().ndjson().read(pack(json.as_bytes())).rows(), [10, 10, 0, 0]);
}

#[test]
fn a_stream_that_is_cut_or_damaged_is_refused() {
    let whole = pack(&lines());
    for kept in (4..whole.len()).step_by(7) {
        let refusal = Mapping::events().read(&whole[..kept]).refusal();
        assert!(refusal.starts_with("its zstd stream is damaged or truncated after "), "{kept} bytes: {refusal}");
    }
    let garbage = [whole, b"and then some".to_vec()].concat();
    assert!(Mapping::events().read(garbage).refusal().starts_with("its zstd stream is damaged or truncated"));
    assert!(Mapping::events().read(pack(b"")).refusal().starts_with("it is empty"));
}

#[test]
fn a_bomb_is_refused_by_name() {
    let bomb = pack(&[HEADER.as_bytes(), &vec![b'\n'; 80 << 20]].concat());
    assert_eq!(
        Mapping::events().read(&bomb).refusal(),
        format!("it expands from {} to more than {} bytes: refused as a decompression bomb", bomb.len(), 64 << 20)
    );
}
