//! Families of covers: which are versions of one picture, by what is declared and by what they look like.
//!
//! A declared family rules. The rest is linked by hashes, the likest first: two groups of look-alikes become one where a
//! picture of either is within `link` bits of one of the other. Such links alone would chain: A is like B, B like C, and in
//! the end a family holds pictures that have nothing in common. So at least half of the pairs across the two groups must be
//! within `propose` bits as well; a link that is refused for that is proposed. Groups of different declared families never
//! become one, which is told as a contradiction. A picture without features is like nothing.
//!
//! Pure: the same covers in whatever order have the same families.

mod contradiction;
#[cfg(test)]
mod evaluation;
mod groups;
mod kin;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use coverledger_core::model::PictureHashes;

pub use contradiction::Contradiction;
use groups::Groups;
use kin::Kinships;

/// At most so many covers are proposed for one, the likest first: nobody looks through more.
pub const MOST_PROPOSED: usize = 8;

/// A cover, before its family is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashedCover<'a> {
    /// Its id; no two have the same.
    pub cover_id: &'a str,
    /// The family that is declared of it.
    pub declared: Option<&'a str>,
    /// By which versions of its picture are known again; `None` without a measured picture.
    pub hashes: Option<&'a PictureHashes>,
}

/// What is found of a cover's family.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FamilyOfCover {
    /// Its name; `None` if the cover is alone. Of a family that is linked, the first of its covers by order.
    pub family: Option<String>,
    /// Where it comes from; `None` if the cover is alone.
    pub source: Option<FamilySource>,
    /// Covers of other families, or of none, that may be versions of it: the likest first, at most [`MOST_PROPOSED`].
    pub proposed: Vec<String>,
    /// Where what is declared and what pictures look like do not go together.
    pub contradiction: Option<Contradiction>,
}

/// Where a family comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FamilySource {
    /// The sheet says so.
    Declared,
    /// The pictures are versions of one, as their hashes say.
    Linked,
}

impl FamilySource {
    /// Its word in `covers`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Linked => "linked",
        }
    }
}

/// Covers that have the same picture and of which the same is declared: they are one as far as families go.
struct Portrayed<'a> {
    hashes: &'a PictureHashes,
    declared: Option<&'a str>,
    /// Numbers of the covers, sorted by cover id.
    covers: Vec<usize>,
}

/// The family of each cover, in the order given.
///
/// Pictures within `link` bits of 144 are versions of one, those within `propose` may be; `link` is at most `propose`.
#[must_use]
pub fn families(covers: &[HashedCover<'_>], link: u32, propose: u32) -> Vec<FamilyOfCover> {
    let pictures = portrayed(covers);
    let hashes: Vec<&PictureHashes> = pictures.iter().map(|picture| picture.hashes).collect();
    let kinships = Kinships::of(&hashes, propose);
    let declared = pictures.iter().map(|picture| picture.declared).collect();
    let mut groups = Groups::new(declared, &kinships);
    for kin in kinships.within(link) {
        groups.join(kin, propose);
    }
    let names = names(covers, &pictures, &groups);
    let mut found: Vec<FamilyOfCover> = covers.iter().map(of_declared).collect();
    for (number, picture) in pictures.iter().enumerate() {
        for &cover in picture.covers.iter().filter(|cover| covers[**cover].declared.is_none()) {
            found[cover].family.clone_from(&names[number]);
            found[cover].source = names[number].as_ref().map(|_| FamilySource::Linked);
        }
    }
    for (number, picture) in pictures.iter().enumerate() {
        let clashes = groups.clashes(number);
        for &cover in &picture.covers {
            found[cover].proposed = proposed(covers, &pictures, &found, &kinships, number, cover);
            found[cover].contradiction = Contradiction::of(covers, &pictures, &found, cover, clashes);
        }
    }
    found
}

fn of_declared(cover: &HashedCover<'_>) -> FamilyOfCover {
    let source = cover.declared.map(|_| FamilySource::Declared);
    FamilyOfCover { family: cover.declared.map(ToOwned::to_owned), source, ..FamilyOfCover::default() }
}

/// The pictures that have features, by the first of their covers.
fn portrayed<'a>(covers: &[HashedCover<'a>]) -> Vec<Portrayed<'a>> {
    let mut order: Vec<usize> = (0..covers.len()).collect();
    order.sort_by_key(|number| covers[*number].cover_id);
    let mut numbers: BTreeMap<(&PictureHashes, Option<&str>), usize> = BTreeMap::new();
    let mut pictures: Vec<Portrayed<'a>> = Vec::new();
    for cover in order {
        let HashedCover { declared, hashes, .. } = covers[cover];
        let Some(hashes) = hashes.filter(|hashes| !hashes.is_featureless()) else { continue };
        let number = *numbers.entry((hashes, declared)).or_insert(pictures.len());
        match pictures.get_mut(number) {
            Some(picture) => picture.covers.push(cover),
            None => pictures.push(Portrayed { hashes, declared, covers: vec![cover] }),
        }
    }
    pictures
}

/// Of each picture, what its family is called: as it is declared of one of its group, or else by the first cover, whose id is
/// no declared family's name. `None` if its cover is alone.
fn names(covers: &[HashedCover<'_>], pictures: &[Portrayed<'_>], groups: &Groups<'_, '_>) -> Vec<Option<String>> {
    let taken: BTreeSet<&str> = covers.iter().filter_map(|cover| cover.declared).collect();
    let mut names = vec![None; pictures.len()];
    for group in groups.iter() {
        let ids: BTreeSet<&str> = group
            .pictures
            .iter()
            .flat_map(|picture| pictures[*picture].covers.iter().map(|cover| covers[*cover].cover_id))
            .collect();
        let name = match (group.declared, ids.first()) {
            (Some(declared), _) => declared.to_owned(),
            (None, Some(first)) if ids.len() > 1 => match ids.iter().find(|id| !taken.contains(*id)) {
                Some(id) => (*id).to_owned(),
                None => format!("{first} (linked)"),
            },
            (None, _) => continue,
        };
        for picture in &group.pictures {
            names[*picture] = Some(name.clone());
        }
    }
    names
}

/// What may be a version of a cover: look-alikes of another family. Where both are declared there is nothing to propose.
fn proposed(
    covers: &[HashedCover<'_>],
    pictures: &[Portrayed<'_>],
    found: &[FamilyOfCover],
    kinships: &Kinships<'_>,
    picture: usize,
    cover: usize,
) -> Vec<String> {
    let is_elsewhere =
        |other: &usize| found[*other].family.is_none() || found[*other].family != found[cover].family;
    let is_open = |other: &usize| covers[cover].declared.is_none() || covers[*other].declared.is_none();
    let others = kinships.of_picture(picture).flat_map(|kin| pictures[kin.other(picture)].covers.iter().copied());
    let others = others.filter(|other| is_elsewhere(other) && is_open(other));
    others.take(MOST_PROPOSED).map(|other| covers[other].cover_id.to_owned()).collect()
}
