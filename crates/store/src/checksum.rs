//! Checks bytes against an `ETag` that is an MD5.
//!
//! S3 and compatible stores give the MD5 of an object that was put in one piece. Encrypted objects have `ETag`s that look
//! like an MD5 and are not; most answers say so, and then nothing is compared. Where the answer does not say so, a
//! difference alone is no failure: the bytes are read again.

use md5::{Digest, Md5};

use super::digest::hex;

/// Hashes bytes as they come, if there is an `ETag` to compare them with.
pub(super) struct Checksum {
    stated: Option<(String, Md5)>,
}

impl Checksum {
    /// For what is read under this `ETag`.
    pub(super) fn stated_by(etag: Option<&str>) -> Self {
        let stated = etag.map(|etag| etag.trim_matches('"').to_ascii_lowercase());
        let stated = stated.filter(|text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        Self { stated: stated.map(|text| (text, Md5::new())) }
    }

    /// For bytes of which nothing is stated.
    pub(super) const fn none() -> Self {
        Self { stated: None }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some((_, md5)) = &mut self.stated {
            md5.update(bytes);
        }
    }

    /// Whether the `ETag` looks like an MD5 and is that of other bytes.
    pub(super) fn differs(self) -> bool {
        self.stated.is_some_and(|(stated, md5)| hex(&md5.finalize()) != stated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_etag_that_looks_like_an_md5_is_compared() {
        let differs = |etag: Option<&str>, bytes: &[u8]| {
            let mut checksum = Checksum::stated_by(etag);
            checksum.update(bytes);
            checksum.differs()
        };
        let of_abc = "900150983cd24fb0d6963f7d28e17f72";
        assert!(!differs(Some(&format!("\"{of_abc}\"")), b"abc"));
        assert!(!differs(Some(&of_abc.to_uppercase()), b"abc"));
        assert!(differs(Some(of_abc), b"abd"));
        for other in [None, Some("\"0x8DC1\""), Some("900150983cd24fb0d6963f7d28e17f72-2"), Some("W/\"1\"")] {
            assert!(!differs(other, b"abd"), "{other:?}");
        }
    }
}
