//! The only pickle that is ever written: a call of a function by name with one argument of bytes.
//!
//! Opcodes are those of Python's `pickletools`, protocol 4. Nothing is ever unpickled here.

use super::TypeError;

/// `PROTO 4`.
const PROTOCOL: [u8; 2] = [0x80, 4];
/// `BINUNICODE`: length (u32, little-endian) and UTF-8.
const TEXT: u8 = b'X';
/// `BINBYTES`: length (u32, little-endian) and bytes.
const BYTES: u8 = b'B';
/// `STACK_GLOBAL`: module and name to what they name.
const GLOBAL: u8 = 0x93;
/// `TUPLE1`, `REDUCE`, `STOP`: call it with a tuple of the one argument, and that is all.
const CALL: [u8; 3] = [0x85, b'R', b'.'];

/// The pickle of `module.name(argument)`: whoever loads it calls that.
pub(super) fn call(module: &str, name: &str, argument: &[u8]) -> Result<Vec<u8>, TypeError> {
    let mut pickle = Vec::with_capacity(argument.len() + module.len() + name.len() + 32);
    pickle.extend(PROTOCOL);
    push(&mut pickle, TEXT, module.as_bytes())?;
    push(&mut pickle, TEXT, name.as_bytes())?;
    pickle.push(GLOBAL);
    push(&mut pickle, BYTES, argument)?;
    pickle.extend(CALL);
    Ok(pickle)
}

fn push(pickle: &mut Vec<u8>, opcode: u8, value: &[u8]) -> Result<(), TypeError> {
    let length = u32::try_from(value.len()).map_err(|_| TypeError::Long { bytes: value.len() })?;
    pickle.push(opcode);
    pickle.extend(length.to_le_bytes());
    pickle.extend(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_these_bytes() {
        let expected = b"\x80\x04X\x04\x00\x00\x00a.b\xc3X\x01\x00\x00\x00f\x93B\x03\x00\x00\x00\x00\xff.\x85R.";
        let mut expected = expected.to_vec();
        expected[10] = b'c';
        assert_eq!(call("a.bc", "f", b"\x00\xff.").unwrap(), expected);
    }

    #[test]
    fn lengths_are_of_four_bytes_and_little_endian() {
        let pickle = call("m", "f", &vec![7; 0x0102_0304]).unwrap();
        let at = pickle.iter().position(|byte| *byte == GLOBAL).unwrap();
        assert_eq!(pickle[at + 1..at + 6], [b'B', 4, 3, 2, 1]);
        assert_eq!(pickle.len(), 2 + 6 + 6 + 1 + 5 + 0x0102_0304 + 3);
    }
}
