//! Which pictures are alike, and how much.

use std::collections::{BTreeSet, BinaryHeap};

use coverledger_core::model::PictureHashes;

/// Of a picture, only so many are kept, the likest: a thousand covers of one template would be half a million pairs.
const MOST_KIN: usize = 64;

/// Two pictures that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kin {
    /// In how many bits they differ.
    pub(super) bits: u32,
    /// Numbers of the pictures, the lower first.
    pub(super) pictures: [usize; 2],
}

impl Kin {
    /// The one that it is not.
    pub(super) const fn other(&self, picture: usize) -> usize {
        let [one, other] = self.pictures;
        if picture == one { other } else { one }
    }
}

/// Pictures, and which of them are alike.
pub(super) struct Kinships<'a> {
    pictures: &'a [&'a PictureHashes],
    /// Of each picture, its likest; sorted.
    kin: Vec<Vec<Kin>>,
}

impl<'a> Kinships<'a> {
    /// Of all pairs of pictures, those within so many bits.
    pub(super) fn of(pictures: &'a [&'a PictureHashes], propose: u32) -> Self {
        let mut likest: Vec<BinaryHeap<Kin>> = vec![BinaryHeap::new(); pictures.len()];
        for (number, hashes) in pictures.iter().enumerate() {
            for (other, its) in pictures.iter().enumerate().skip(number + 1) {
                let Some(bits) = hashes.within(its, propose) else { continue };
                for picture in [number, other] {
                    keep(&mut likest[picture], Kin { bits, pictures: [number, other] });
                }
            }
        }
        Self { pictures, kin: likest.into_iter().map(BinaryHeap::into_sorted_vec).collect() }
    }

    /// What a picture is like, the likest first.
    pub(super) fn of_picture(&self, picture: usize) -> impl Iterator<Item = &Kin> {
        self.kin[picture].iter()
    }

    /// The pairs within so many bits, the likest first.
    pub(super) fn within(&self, link: u32) -> BTreeSet<Kin> {
        self.kin.iter().flatten().filter(|kin| kin.bits <= link).copied().collect()
    }

    /// Whether two pictures are within so many bits.
    pub(super) fn are_within(&self, one: usize, other: usize, bits: u32) -> bool {
        self.pictures[one].within(self.pictures[other], bits).is_some()
    }
}

fn keep(likest: &mut BinaryHeap<Kin>, kin: Kin) {
    if likest.len() < MOST_KIN {
        likest.push(kin);
    } else if let Some(mut last) = likest.peek_mut()
        && kin < *last
    {
        *last = kin;
    }
}
