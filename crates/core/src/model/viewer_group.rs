//! Groups of viewers: what a split by viewer is compared by, without an id in the archive.

use std::fmt;
use std::num::NonZeroU8;

use siphasher::sip::SipHasher24;

use super::{Fact, IdHash};

/// One of the [`ViewerGroup::COUNT`] groups that viewers fall into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewerGroup(NonZeroU8);

impl ViewerGroup {
    /// How many there are. Seven bits of a viewer: enough groups for a variance between them, and too few to tell one
    /// viewer from another.
    pub const COUNT: u8 = 128;

    /// The group of this number, from 0; `None` beyond the last.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        if number < Self::COUNT { NonZeroU8::new(number + 1).map(Self) } else { None }
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0.get() - 1
    }
}

/// What decides into which group a viewer falls: the key of a keyed hash. Whoever does not have it cannot tell the group
/// of an id. It is shown nowhere.
#[derive(Clone)]
pub struct GroupKey(SipHasher24);

impl GroupKey {
    /// A key of 128 bits.
    #[must_use]
    pub fn new(key: [u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(&key))
    }

    /// The group of a viewer: the first seven bits of SipHash-2-4 (Aumasson & Bernstein 2012) of the hash of their id, in
    /// bytes, the low half first. It depends on nothing else, so a viewer has the same one on every day and platform.
    ///
    /// ```
    /// use coverledger_core::model::{GroupKey, Id};
    ///
    /// let key = GroupKey::new(*b"an example's key");
    /// let viewer = Id::hash_of("viewer 1");
    /// assert_eq!(key.group(viewer), key.group(viewer));
    /// assert!(key.group(viewer).number() < 128);
    /// ```
    #[must_use]
    #[inline]
    pub fn group(&self, viewer: IdHash) -> ViewerGroup {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&viewer.0.to_le_bytes());
        bytes[8..].copy_from_slice(&viewer.1.to_le_bytes());
        let first = self.0.hash(&bytes).to_be_bytes()[0] >> 1;
        ViewerGroup(NonZeroU8::MIN.saturating_add(first))
    }
}

impl fmt::Debug for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupKey")
    }
}

/// One funnel fact of the viewers of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFact {
    /// Which group; `None`: of exports that give no viewer ids, and of counts that came as counts.
    pub group: Option<ViewerGroup>,
    /// The fact.
    pub fact: Fact,
}

#[cfg(test)]
mod tests {
    use super::super::Id;
    use super::*;

    fn key(text: &[u8; 16]) -> GroupKey {
        GroupKey::new(*text)
    }

    #[test]
    fn numbers_are_those_of_the_groups_and_no_others() {
        assert_eq!(ViewerGroup::new(0).map(ViewerGroup::number), Some(0));
        assert_eq!(ViewerGroup::new(127).map(ViewerGroup::number), Some(127));
        assert_eq!(ViewerGroup::new(128), None);
    }

    /// The vector of the paper's appendix A: the key 00 … 0f and the bytes 00 … 0e. Ours has one byte more.
    #[test]
    fn the_hash_is_siphash_2_4() {
        let bytes: Vec<u8> = (0..16).collect();
        let hasher = SipHasher24::new_with_key(&std::array::from_fn(|at| bytes[at]));
        assert_eq!(hasher.hash(&bytes[..15]), 0xa129_ca61_49be_45e5);
        let halves =
            (u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7]), u64::from_le_bytes([8, 9, 10, 11, 12, 13, 14, 15]));
        let group = GroupKey(hasher).group(halves).number();
        assert_eq!(u64::from(group), hasher.hash(&bytes) >> 57);
    }

    #[test]
    fn groups_are_about_equally_large_and_other_under_another_key() {
        const VIEWERS: u32 = 128_000;
        let (one, other) = (key(b"one key of 16 b."), key(b"another of 16 b."));
        let (mut sizes, mut alike) = ([0_u32; 128], 0);
        for viewer in 0..VIEWERS {
            let id = Id::hash_of(&viewer.to_string());
            sizes[usize::from(one.group(id).number())] += 1;
            alike += u32::from(one.group(id) == other.group(id));
        }
        // Five standard deviations of a binomial of 1,000.
        assert!(sizes.iter().all(|size| size.abs_diff(1_000) < 158), "{sizes:?}");
        assert!(alike.abs_diff(1_000) < 158, "{alike}");
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", key(b"0123456789abcdef")), "GroupKey");
    }
}
