//! Whether bytes can be an ONNX file at all.

/// Whether bytes are a whole message of protocol buffers, by its outermost fields. `rten` 0.27 reads a number of ten bytes that
/// never ends for ever, which any file of another kind may hold; a file that was cut short is told here too.
///
/// <https://protobuf.dev/programming-guides/encoding/>
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(after) = after_field(rest) else { return false };
        rest = after;
    }
    !bytes.is_empty()
}

/// What follows the field that bytes begin with; `None` if they do not hold it.
fn after_field(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = number(bytes)?;
    match tag & 7 {
        0 => number(rest).map(|(_, after)| after),
        1 => rest.get(8..),
        2 => {
            let (length, rest) = number(rest)?;
            rest.get(usize::try_from(length).ok()?..)
        }
        5 => rest.get(4..),
        _ => None,
    }
}

/// A number in as many bytes as it takes, ten at most, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let last = bytes.iter().take(10).position(|byte| *byte < 0x80)?;
    let (number, after) = bytes.split_at(last + 1);
    Some((number.iter().rev().fold(0, |value, byte| (value << 7) | u64::from(byte & 0x7f)), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_whole_to_its_last_byte() {
        // A number, a text of three bytes, four bytes and eight.
        let message = b"\x08\x96\x01\x12\x03abc\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0";
        assert!(is_whole(message));
        let fields = [3, 8, 13, message.len()];
        for cut in 0..message.len() {
            assert_eq!(is_whole(&message[..cut]), fields.contains(&cut), "of {cut} bytes");
        }
    }

    #[test]
    fn other_files_are_none() {
        for other in
            [&b""[..], b"not a model at all", &[0xff; 64], b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<!DOCTYPE html>"]
        {
            assert!(!is_whole(other), "{other:?}");
        }
    }
}
