//! Who is who over days, without an id: keyed hashes of viewers.
//!
//! A viewer is a number that only whoever has the secret can make of an id. It is another one under each generation, platform
//! and market, so that what is kept of one market can be joined with nothing else.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{MarketId, PlatformId};

/// Raised when the same secret comes to make other numbers.
const SCHEME: &[u8] = b"coverledger returning viewers 1";

/// The secret of a generation. It is shown nowhere.
#[derive(Clone)]
pub struct ReturningKey {
    keyed: Hmac<Sha256>,
    generation: u16,
}

impl ReturningKey {
    /// A shorter secret could be found by trying.
    pub const LEAST_BYTES: usize = 16;

    /// The secret of a generation; `None` if it is shorter than [`Self::LEAST_BYTES`].
    #[must_use]
    pub fn new(secret: &[u8], generation: u16) -> Option<Self> {
        let keyed = Hmac::new_from_slice(secret).ok().filter(|_| secret.len() >= Self::LEAST_BYTES)?;
        Some(Self { keyed, generation })
    }

    /// Which generation it is of.
    #[must_use]
    pub const fn generation(&self) -> u16 {
        self.generation
    }

    /// What tells this key from others without giving it away: 32 hex digits of a keyed hash of a text that everybody knows.
    #[must_use]
    pub fn check_value(&self) -> String {
        let hash = self.hash(&[b"check"]);
        hash[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
            text.extend([digit(byte >> 4), digit(byte & 15)]);
            text
        })
    }

    /// The key of the viewers of a platform in a market.
    #[must_use]
    pub fn viewers_of(&self, platform: &PlatformId, market: &MarketId) -> ViewerKey {
        let key = self.hash(&[b"viewers", platform.as_str().as_bytes(), market.as_str().as_bytes()]);
        // HMAC takes a key of any length: there is no other case.
        ViewerKey(Hmac::new_from_slice(&key).unwrap_or_else(|_| self.keyed.clone()))
    }

    /// The keyed hash of texts, each with its length, so that no two lists of them are hashed alike.
    fn hash(&self, texts: &[&[u8]]) -> [u8; 32] {
        let mut keyed = self.keyed.clone();
        keyed.update(SCHEME);
        keyed.update(&self.generation.to_be_bytes());
        for text in texts {
            keyed.update(&(text.len() as u64).to_be_bytes());
            keyed.update(text);
        }
        keyed.finalize().into_bytes().into()
    }
}

impl fmt::Debug for ReturningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturningKey")
    }
}

/// The key of the viewers of one platform in one market. It is shown nowhere.
#[derive(Clone)]
pub struct ViewerKey(Hmac<Sha256>);

impl ViewerKey {
    /// The number of a viewer: the first 64 bits of HMAC-SHA-256 of the half of their id's hash that rows carry
    /// ([`super::IdHash`], the first). Two viewers of *n* are taken for one with probability below n² / 2⁶⁴.
    ///
    /// ```
    /// use coverledger_core::model::{Id, MarketId, PlatformId, ReturningKey};
    ///
    /// let key = ReturningKey::new(b"sixteen letters and more", 1).unwrap();
    /// let key = key.viewers_of(&PlatformId::new("shop"), &MarketId::new("GB"));
    /// let (viewer, _) = Id::hash_of("viewer 1");
    /// assert_eq!(key.viewer(viewer), key.viewer(viewer));
    /// assert_ne!(key.viewer(viewer), viewer);
    /// ```
    #[must_use]
    pub fn viewer(&self, id: u64) -> u64 {
        let mut keyed = self.0.clone();
        keyed.update(&id.to_be_bytes());
        let hash: [u8; 32] = keyed.finalize().into_bytes().into();
        u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
    }
}

impl fmt::Debug for ViewerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ViewerKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(secret: &[u8], generation: u16, platform: &str, market: &str) -> u64 {
        let key = ReturningKey::new(secret, generation).unwrap();
        key.viewers_of(&PlatformId::new(platform), &MarketId::new(market)).viewer(7)
    }

    const SECRET: &[u8] = b"sixteen letters and more";

    #[test]
    fn a_viewer_is_another_number_under_each_secret_generation_platform_and_market() {
        let all = [
            viewer(SECRET, 1, "shop", "GB"),
            viewer(b"other letters, sixteen and more", 1, "shop", "GB"),
            viewer(SECRET, 2, "shop", "GB"),
            viewer(SECRET, 1, "feed", "GB"),
            viewer(SECRET, 1, "shop", "US"),
            // No two lists of texts are hashed alike.
            viewer(SECRET, 1, "sho", "pGB"),
        ];
        for (number, one) in all.iter().enumerate() {
            assert!(!all[..number].contains(one), "{all:x?}");
        }
        assert_eq!(all[0], viewer(SECRET, 1, "shop", "GB"));
    }

    /// By Python: `hmac.new(key, id, "sha256")` of the key that is made of the secret in the same way.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let mut keyed = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        keyed.update(b"what do ya want for nothing?");
        // The second test case of RFC 4231.
        let expected = [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e];
        assert_eq!(keyed.finalize().into_bytes()[..8], expected);
        assert_eq!(viewer(SECRET, 1, "shop", "GB"), 0x9f4d_e4ca_6e7b_b8db);
        let check = ReturningKey::new(SECRET, 1).unwrap().check_value();
        assert_eq!(check, "8c22dc2365c6ec749f2041619b837327");
    }

    #[test]
    fn a_short_secret_is_none_and_no_key_is_shown() {
        assert!(ReturningKey::new(b"fifteen letters", 1).is_none());
        let key = ReturningKey::new(b"sixteen letters.", 1).unwrap();
        let of = key.viewers_of(&PlatformId::new("shop"), &MarketId::new("GB"));
        assert_eq!(format!("{key:?} {of:?}"), "ReturningKey ViewerKey");
    }
}
