//! SHA-256 in hex, the one way objects are named and compared.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// SHA-256 of the bytes, in lowercase hex.
///
/// ```
/// assert!(coverledger_store::sha256_hex(b"abc").starts_with("ba7816bf"));
/// ```
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal digits of a digest.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Text takes text; there is no error to have.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
