//! How an archive can be damaged.

use super::forge::Forgery;
use super::place::Place;

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// One bit is another: in a table in its head, its pages, its footer or its end; in a receipt in what its hash covers.
    Bit(Region),
    /// So many bytes are left.
    Cut(Left),
    /// Something stands behind its end.
    Appended(Tail),
    /// A block of it is zeros.
    Zeros,
    /// It has changed places with another of its kind.
    Exchanged,
    /// It has the bytes of another of its kind.
    Replaced,
    /// It lies there a second time under another name.
    Doubled,
    /// A link lies in its place.
    Link(Leads),
    /// A folder lies in its place.
    Folder {
        with_a_file: bool,
    },
    /// A pipe that nobody writes to lies in its place.
    Pipe,
    /// It is as large as no memory.
    Huge,
    Gone,
    /// A folder is there and nothing in it.
    Emptied,
    /// A file lies in the place of a folder.
    File,
    /// Nobody may read it.
    Closed,
    /// It was modified in ten years.
    OfTheFuture,
    /// It says that it has another version.
    Version,
    /// A receipt with the right hash that says what is not so.
    Forged(Forgery),
    /// A lease that lies where the next night has work.
    Leased(Term),
    /// A file that nobody asked for.
    Foreign(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    Head,
    Body,
    Footer,
    End,
    /// Of a receipt, what its hash does not cover.
    Uncovered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Nothing,
    One,
    Half,
    AllButOne,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    Byte,
    Noise,
    Itself,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    Inside,
    Outside,
    Nowhere,
    ToItself,
}

/// Until when a lease says that somebody is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Seconds,
    Hours23,
    Year9999,
    Garbage,
    /// Its number is the last that there is.
    LastNumber,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    DsStore,
    Thumbs,
    Temporary,
    Backup,
    CopyOfTable,
    CopyOfReceipt,
    Controls,
    NoUtf8,
    VeryLong,
    Staged,
    Spaces,
    FolderOfNoDate,
}

use Harm as H;

const WHOLE_FILES: [Harm; 15] = [
    H::Cut(Left::Nothing),
    H::Cut(Left::One),
    H::Cut(Left::Half),
    H::Cut(Left::AllButOne),
    H::Appended(Tail::Byte),
    H::Appended(Tail::Noise),
    H::Appended(Tail::Itself),
    H::Zeros,
    H::Folder { with_a_file: false },
    H::Folder { with_a_file: true },
    H::Pipe,
    H::Huge,
    H::Gone,
    H::Closed,
    H::OfTheFuture,
];
const LINKS: [Harm; 4] =
    [H::Link(Leads::Inside), H::Link(Leads::Outside), H::Link(Leads::Nowhere), H::Link(Leads::ToItself)];
const BITS: [Harm; 4] = [H::Bit(Region::Head), H::Bit(Region::Body), H::Bit(Region::Footer), H::Bit(Region::End)];
const OTHERS: [Harm; 3] = [H::Exchanged, H::Replaced, H::Doubled];
const FOREIGN: [Name; 12] = [
    Name::DsStore,
    Name::Thumbs,
    Name::Temporary,
    Name::Backup,
    Name::CopyOfTable,
    Name::CopyOfReceipt,
    Name::Controls,
    Name::NoUtf8,
    Name::VeryLong,
    Name::Staged,
    Name::Spaces,
    Name::FolderOfNoDate,
];
const TERMS: [Term; 5] = [Term::Seconds, Term::Hours23, Term::Year9999, Term::Garbage, Term::LastNumber];

/// The table of all that is tried.
pub fn table() -> Vec<(Place, Harm)> {
    let mut pairs = Vec::new();
    for place in Place::ALL {
        let harms: Vec<Harm> = if place.is_table() || place.is_revision() {
            [&WHOLE_FILES[..], &LINKS, &BITS, &OTHERS].concat()
        } else if place.is_receipt() {
            let bits = [H::Bit(Region::Body), H::Bit(Region::Uncovered), H::Version];
            let mut harms = [&WHOLE_FILES[..], &LINKS, &bits, &OTHERS].concat();
            harms.extend(Forgery::ALL.map(H::Forged));
            harms
        } else if place.is_folder() {
            [&[H::Gone, H::Emptied, H::File, H::Closed], &LINKS[..]].concat()
        } else if place == Place::Anywhere {
            FOREIGN.map(H::Foreign).to_vec()
        } else if place.is_machinery() {
            [&WHOLE_FILES[..], &LINKS].concat()
        } else if place == Place::Lease {
            let mut harms = [&WHOLE_FILES[..], &LINKS, &[H::Bit(Region::Body), H::Version]].concat();
            harms.extend(TERMS.map(H::Leased));
            harms
        } else {
            [&WHOLE_FILES[..], &LINKS, &[H::Bit(Region::Body), H::Version]].concat()
        };
        pairs.extend(harms.into_iter().map(|harm| (place, harm)));
    }
    pairs
}
