//! Groups of look-alikes, which grow as links are taken.

use super::kin::{Kin, Kinships};

/// So many of a group stand for it where it is held against another.
const STAND_FOR_ALL: usize = 8;

/// Pictures that are versions of one.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    /// Their numbers, sorted.
    pub(super) pictures: Vec<usize>,
    /// The family that is declared of any of them; no two are.
    pub(super) declared: Option<&'a str>,
}

/// A link that two declared families forbid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clash {
    /// The other picture.
    pub(super) picture: usize,
    /// In how many bits they differ.
    pub(super) bits: u32,
}

/// All groups.
pub(super) struct Groups<'a, 'k> {
    kinships: &'k Kinships<'k>,
    /// Of each picture, where its group is.
    group_of: Vec<usize>,
    /// Those that became a part of another are empty.
    all: Vec<Group<'a>>,
    /// Of each picture, the likest first.
    clashes: Vec<Vec<Clash>>,
}

impl<'a, 'k> Groups<'a, 'k> {
    /// Each picture by itself, with what is declared of it.
    pub(super) fn new(declared: Vec<Option<&'a str>>, kinships: &'k Kinships<'k>) -> Self {
        let alone = |(number, declared)| Group { pictures: vec![number], declared };
        let clashes = vec![Vec::new(); declared.len()];
        let group_of = (0..declared.len()).collect();
        Self { kinships, group_of, all: declared.into_iter().enumerate().map(alone).collect(), clashes }
    }

    /// Makes one group of those of two pictures, unless they are declared to be two or would be unlike.
    pub(super) fn join(&mut self, kin: Kin, propose: u32) {
        let [one, other] = kin.pictures.map(|picture| self.group_of[picture]);
        if one == other {
            return;
        }
        let (mine, theirs) = (&self.all[one], &self.all[other]);
        if mine.declared.is_some() && theirs.declared.is_some() && mine.declared != theirs.declared {
            for picture in kin.pictures {
                self.clashes[picture].push(Clash { picture: kin.other(picture), bits: kin.bits });
            }
        } else if self.are_alike(mine, theirs, propose) {
            self.unite(one, other);
        }
    }

    /// Whether at least half of the pairs across two groups are alike.
    fn are_alike(&self, one: &Group<'_>, other: &Group<'_>, propose: u32) -> bool {
        let (mine, theirs) = (sample(&one.pictures), sample(&other.pictures));
        let pairs = mine.iter().flat_map(|one| theirs.iter().map(move |other| (*one, *other)));
        let alike = pairs.filter(|(one, other)| self.kinships.are_within(*one, *other, propose)).count();
        2 * alike >= mine.len() * theirs.len()
    }

    fn unite(&mut self, one: usize, other: usize) {
        let is_larger = self.all[one].pictures.len() >= self.all[other].pictures.len();
        let (into, from) = if is_larger { (one, other) } else { (other, one) };
        let Group { pictures, declared } =
            std::mem::replace(&mut self.all[from], Group { pictures: Vec::new(), declared: None });
        for picture in &pictures {
            self.group_of[*picture] = into;
        }
        let group = &mut self.all[into];
        group.pictures.extend(pictures);
        group.pictures.sort_unstable();
        group.declared = group.declared.or(declared);
    }

    /// Links of a picture that declared families forbid, the likest first.
    pub(super) fn clashes(&self, picture: usize) -> &[Clash] {
        &self.clashes[picture]
    }

    /// Every group.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Group<'a>> {
        self.all.iter().filter(|group| !group.pictures.is_empty())
    }
}

/// At most so many of them, from all over.
fn sample(pictures: &[usize]) -> Vec<usize> {
    let wanted = pictures.len().min(STAND_FOR_ALL);
    (0..wanted).map(|at| pictures[at * pictures.len() / wanted]).collect()
}
