//! Tables of the pictures of covers: what they look like, and what is declared of them.

use super::column::{float, text, whole};
use super::groups::cover_id;
use super::shown::{plain, short};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Look, columns as c};

/// Version of the numbers of these tables. A picture is measured anew by a new one.
pub(super) const CATALOGUE: u32 = 1;

pub(super) const PICTURES: TableSpec = TableSpec {
    name: "pictures",
    family: TableFamily::Catalogue,
    is_optional: false,
    question: "What does each picture look like, and which cannot be measured?",
    key: &[c::PICTURE],
    sorted_by: "picture",
    shown: &[plain(c::PICTURE), plain(c::STATE), short(Look::Colourfulness.word()), short(Look::TextShare.word())],
    columns: || {
        let about = vec![
            text(c::PICTURE, "the key of the picture in the store of pictures, below its prefix"),
            text(c::STATE, "`measured` or `refused`"),
            whole(c::SIZE_BYTES, "bytes", "size of the file"),
        ];
        [about, looks()].concat()
    },
};

/// A column for each measure.
fn looks() -> Vec<ColumnSpec> {
    let column = |look: Look| float(look.word(), "", "see `docs/LIBRARY.md`").null("not measured");
    Look::ALL.into_iter().map(column).collect()
}

pub(super) const COVERS: TableSpec = TableSpec {
    name: "covers",
    family: TableFamily::Catalogue,
    is_optional: false,
    question: "Which picture is each cover, and of which family?",
    key: &[c::COVER_ID],
    sorted_by: "cover",
    shown: &[plain(c::COVER_ID), plain(c::PICTURE)],
    columns: || vec![cover_id(), text(c::PICTURE, "the key of its picture").null("it has none")],
};
