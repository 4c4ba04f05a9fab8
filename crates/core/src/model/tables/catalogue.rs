//! Tables of the pictures of covers: what they look like, and what is declared of them.

use super::column::{float, text, whole};
use super::shown::{plain, short};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Look, columns as c};

/// Version of the numbers of these tables.
pub(super) const CATALOGUE: u32 = 2;

/// Version of what is measured of a picture: by a new one every picture is fetched and measured anew.
pub const MEASURES: u32 = 1;

const REFUSED: &str = "it is refused";
const UNDECLARED: &str = "not declared";

pub(super) const PICTURES: TableSpec = TableSpec {
    name: "pictures",
    family: TableFamily::Catalogue,
    is_optional: false,
    question: "What does each picture look like, and which cannot be measured?",
    key: &[c::PICTURE],
    sorted_by: "picture",
    shown: &[
        plain(c::PICTURE),
        plain(c::STATE),
        plain(c::FORMAT),
        plain(c::WIDTH_PX),
        plain(c::HEIGHT_PX),
        short(Look::Colourfulness.word()),
        short(Look::TextShare.word()),
        short(Look::Faces.word()),
        plain(c::COLOURS),
        plain(c::REASON_TEXT),
    ],
    shown_by: &[],
    columns: || [file(), seen(), looks(), ways()].concat(),
};

fn file() -> Vec<ColumnSpec> {
    vec![
        text(c::PICTURE, "the key of the picture in the store of pictures, below its prefix"),
        text(
            c::ETAG,
            "what changes in that store when its bytes change; of a store that has no such thing, the time of its last change",
        ),
        whole(c::SIZE_BYTES, "bytes", "size of the file"),
        text(c::SHA256, "the SHA-256 of the file, in hex; files of the same content are measured once")
            .null("it is larger than may be, and was not fetched"),
        text(
            c::MEASURED_BY,
            "the hash of what it was measured by: the version of what is measured, the model of text, whether faces are looked for, and the limits. By another one it is measured anew",
        ),
        text(c::STATE, "`measured` or `refused`"),
        text(c::REASON, "why it is refused, in a word (see `docs/LIBRARY.md`)").null("it is measured"),
        text(c::REASON_TEXT, "the same in a sentence").null("it is measured"),
    ]
}

fn seen() -> Vec<ColumnSpec> {
    vec![
        text(c::FORMAT, "what its bytes are, whatever its name says: `jpeg`, `png` or `webp`").null(REFUSED),
        whole(c::WIDTH_PX, "pixels", "its width as it is seen, after its orientation was heeded").null(REFUSED),
        whole(c::HEIGHT_PX, "pixels", "its height as it is seen").null(REFUSED),
        text(c::NOTES, "what was done to it before it was measured, in words joined by a space").null("nothing"),
        text(
            c::THUMBNAIL,
            "the SHA-256 of its thumbnail, a WebP file that lies at `_thumbnails/<sha256>.webp` in the archive",
        )
        .null(REFUSED),
        whole(c::THUMBNAIL_BYTES, "bytes", "size of the thumbnail").null(REFUSED),
    ]
}

/// A column for each measure.
fn looks() -> Vec<ColumnSpec> {
    let column = |look: Look| float(look.word(), look.unit(), "see `docs/LIBRARY.md`").null("not measured");
    Look::ALL.into_iter().map(column).collect()
}

fn ways() -> Vec<ColumnSpec> {
    let hash = |name: &'static str, of: &'static str| text(name, of).null(REFUSED);
    vec![
        text(c::COLOURS, "its main colours with their shares, the largest first: `#c81e28 0.42, #f0f0f0 0.31`")
            .null(REFUSED),
        text(c::TEXT_METHOD, "which method told its text").null(REFUSED),
        text(c::FACE_METHOD, "which method told its faces").null(REFUSED),
        hash(c::HASH, "its perceptual hash: 144 comparisons of neighbouring parts, 72 digits in hex"),
        hash(c::HASH_TRIMMED, "the same of what is within a border of one colour"),
        hash(c::HASH_CENTRE, "the same of that without a twentieth on each side"),
        hash(c::HASH_HEART, "the same of that without a tenth on each side"),
        hash(c::HASH_MIRRORED, "the same of the mirror image of what is within the border"),
    ]
}

pub(super) const COVERS: TableSpec = TableSpec {
    name: "covers",
    family: TableFamily::Catalogue,
    is_optional: false,
    question: "Which picture is each cover, what is declared of it, and of which family is it?",
    key: &[c::COVER_ID],
    sorted_by: "cover",
    shown: &[
        plain(c::COVER_ID),
        plain(c::PICTURE),
        plain(c::NAME),
        plain(c::NAME_ZH),
        plain(c::THEME),
        plain(c::LANGUAGE),
        plain(c::FAMILY),
        plain(c::FAMILY_SOURCE),
        plain(c::PROPOSED),
        plain(c::CONTRADICTION_EN),
    ],
    shown_by: &[],
    columns: || {
        let declared = |name: &'static str, about: &'static str| text(name, about).null(UNDECLARED);
        vec![
            text(c::COVER_ID, "the id of the cover, as the sheet or the name of the picture says it"),
            text(c::PICTURE, "the key of its picture").null("it has none"),
            text(c::SHA256, "the SHA-256 of its picture").null("it has no picture, or one that was not fetched"),
            declared(c::FILE, "which file the sheet says is its picture"),
            declared(c::NAME, "what people call it"),
            declared(c::THEME, "what it is about"),
            declared(c::LANGUAGE, "the language of its text"),
            declared(c::PRICE_TAG, "which price is on it"),
            declared(c::PRODUCT, "which product is on it"),
            declared(c::FESTIVAL, "for which festival it was made"),
            declared(c::DESIGNER, "who made it"),
            declared(c::DECLARED_FAMILY, "of which family the sheet says it is"),
            declared(c::COVER_IMAGE_URL, "where a platform serves it; never fetched"),
            text(c::TAGS, "the other columns of the sheet that are not blank, as a JSON object")
                .null("the sheet has no such cover"),
            text(c::FAMILY, "the family that it counts to").null("it is alone"),
            text(
                c::FAMILY_SOURCE,
                "who says so: `declared` by the sheet, or `linked` by the likeness of pictures",
            )
            .null("it is alone"),
            text(c::PROPOSED, "covers that may be versions of it, joined by a space; for a person to declare")
                .null("none"),
            text(c::CONTRADICTION_EN, "in what the sheet and the pictures disagree about its family, in English")
                .null("in nothing"),
            text(c::CONTRADICTION_ZH, "the same in Chinese").null("in nothing"),
            declared(c::NAME_ZH, "what people call it in Chinese").since(2),
        ]
    },
};
