//! A row of `pictures`.

use bytes::Bytes;
use polars::prelude::*;

use super::columns::{Rows, float, text, whole};
use crate::table::{read, rendered};
use crate::{Rendered, ReportError};
use coverledger_core::model::{Look, Looks, PictureHash, PictureHashes, TableName, columns as c};

const MEASURED: &str = "measured";
const REFUSED: &str = "refused";
/// In the order of [`PictureHashes::all`].
const HASHES: [&str; 5] = [c::HASH, c::HASH_TRIMMED, c::HASH_CENTRE, c::HASH_HEART, c::HASH_MIRRORED];

/// A picture in the store of pictures, and what was seen on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its key below the prefix of the store.
    pub key: String,
    /// What changes when its bytes change.
    pub etag: String,
    /// Size of the file.
    pub size_bytes: u64,
    /// The hash of the file; `None` if it was not fetched.
    pub sha256: Option<String>,
    /// By what it was measured: by another one it is measured anew.
    pub measured_by: String,
    /// What was seen.
    pub seen: Seen,
}

/// What was seen on a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It was measured.
    Measured(Box<Measured>),
    /// It cannot be: why, in a word and in a sentence.
    Refused {
        /// The word.
        reason: String,
        /// The sentence.
        text: String,
    },
}

/// What a picture looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What its bytes are.
    pub format: String,
    /// Its width as it is seen.
    pub width_px: u32,
    /// Its height as it is seen.
    pub height_px: u32,
    /// What was done to it, in words joined by a space; empty if nothing was.
    pub notes: String,
    /// The SHA-256 of its thumbnail.
    pub thumbnail: String,
    /// The thumbnail's size.
    pub thumbnail_bytes: u64,
    /// Its measures.
    pub looks: Looks,
    /// Its main colours with their shares.
    pub colours: String,
    /// Which method told its text.
    pub text_method: String,
    /// Which method told its faces.
    pub face_method: String,
    /// By which versions of it are known again.
    pub hashes: PictureHashes,
}

impl Picture {
    /// What it looks like, if it could be measured.
    #[must_use]
    pub const fn measured(&self) -> Option<&Measured> {
        match &self.seen {
            Seen::Measured(measured) => Some(measured),
            Seen::Refused { .. } => None,
        }
    }

    /// Why it is refused, in a word and in a sentence.
    #[must_use]
    pub fn refused(&self) -> Option<(&str, &str)> {
        match &self.seen {
            Seen::Refused { reason, text } => Some((reason, text)),
            Seen::Measured(_) => None,
        }
    }

    /// The table of these pictures, which are sorted by key.
    ///
    /// # Errors
    /// The table cannot be written.
    pub fn render(pictures: &[Self]) -> Result<Rendered, ReportError> {
        rendered(TableName::Pictures, DataFrame::new(pictures.len(), columns(pictures)))
    }

    /// Reads the table back.
    ///
    /// # Errors
    /// It is no table of pictures.
    pub fn read(table: Bytes) -> PolarsResult<Vec<Self>> {
        let frame = read(TableName::Pictures, &[table])?;
        let rows = Rows(&frame);
        (0..frame.height()).map(|row| of_row(&rows, row)).collect()
    }
}

fn columns(pictures: &[Picture]) -> Vec<Column> {
    let measured = || pictures.iter().map(Picture::measured);
    let seen = |name: &str, of: fn(&Measured) -> &str| text(name, measured().map(|seen| seen.map(of)));
    let number = |name: &str, of: fn(&Measured) -> u64| whole(name, measured().map(|seen| seen.map(of)));
    let own = |name: &str, of: fn(&Picture) -> &str| text(name, pictures.iter().map(|picture| Some(of(picture))));
    let mut columns = vec![
        own(c::PICTURE, |picture| &picture.key),
        own(c::ETAG, |picture| &picture.etag),
        whole(c::SIZE_BYTES, pictures.iter().map(|picture| Some(picture.size_bytes))),
        text(c::SHA256, pictures.iter().map(|picture| picture.sha256.as_deref())),
        own(c::MEASURED_BY, |picture| &picture.measured_by),
        own(c::STATE, |picture| if picture.measured().is_some() { MEASURED } else { REFUSED }),
        text(c::REASON, pictures.iter().map(|picture| picture.refused().map(|(reason, _)| reason))),
        text(c::REASON_TEXT, pictures.iter().map(|picture| picture.refused().map(|(_, text)| text))),
        seen(c::FORMAT, |seen| &seen.format),
        number(c::WIDTH_PX, |seen| seen.width_px.into()),
        number(c::HEIGHT_PX, |seen| seen.height_px.into()),
        text(
            c::NOTES,
            measured().map(|seen| seen.map(|seen| seen.notes.as_str()).filter(|notes| !notes.is_empty())),
        ),
        seen(c::THUMBNAIL, |seen| &seen.thumbnail),
        number(c::THUMBNAIL_BYTES, |seen| seen.thumbnail_bytes),
    ];
    columns.extend(Look::ALL.map(|look| float(look.word(), measured().map(|seen| seen?.looks.of(look)))));
    columns.extend([
        seen(c::COLOURS, |seen| &seen.colours),
        seen(c::TEXT_METHOD, |seen| &seen.text_method),
        seen(c::FACE_METHOD, |seen| &seen.face_method),
    ]);
    columns.extend(HASHES.into_iter().enumerate().map(|(at, name)| {
        let hashes: Vec<Option<String>> =
            measured().map(|seen| Some(seen?.hashes.all()[at].to_string())).collect();
        text(name, hashes.iter().map(Option::as_deref))
    }));
    columns
}

fn of_row(rows: &Rows<'_>, row: usize) -> PolarsResult<Picture> {
    let seen = match rows.needed(c::STATE, row)?.as_str() {
        MEASURED => Seen::Measured(Box::new(measured(rows, row)?)),
        _ => Seen::Refused { reason: rows.needed(c::REASON, row)?, text: rows.needed(c::REASON_TEXT, row)? },
    };
    Ok(Picture {
        key: rows.needed(c::PICTURE, row)?,
        etag: rows.needed(c::ETAG, row)?,
        size_bytes: rows.whole(c::SIZE_BYTES, row)?.unwrap_or_default(),
        sha256: rows.text(c::SHA256, row)?,
        measured_by: rows.needed(c::MEASURED_BY, row)?,
        seen,
    })
}

fn measured(rows: &Rows<'_>, row: usize) -> PolarsResult<Measured> {
    let pixels = |name: &str| -> PolarsResult<u32> {
        let found = rows.whole(name, row)?.and_then(|pixels| u32::try_from(pixels).ok());
        found.ok_or_else(|| polars_err!(ComputeError: "`{name}` is no count of pixels in row {row}"))
    };
    let hash = |at: usize| -> PolarsResult<PictureHash> {
        let name = HASHES[at];
        let found = rows.needed(name, row)?.parse();
        found.map_err(|()| polars_err!(ComputeError: "`{name}` is no hash in row {row}"))
    };
    let mut looks = Looks::default();
    for look in Look::ALL {
        looks.set(look, rows.float(look.word(), row)?);
    }
    Ok(Measured {
        format: rows.needed(c::FORMAT, row)?,
        width_px: pixels(c::WIDTH_PX)?,
        height_px: pixels(c::HEIGHT_PX)?,
        notes: rows.text(c::NOTES, row)?.unwrap_or_default(),
        thumbnail: rows.needed(c::THUMBNAIL, row)?,
        thumbnail_bytes: rows.whole(c::THUMBNAIL_BYTES, row)?.unwrap_or_default(),
        looks,
        colours: rows.needed(c::COLOURS, row)?,
        text_method: rows.needed(c::TEXT_METHOD, row)?,
        face_method: rows.needed(c::FACE_METHOD, row)?,
        hashes: PictureHashes::of([hash(0)?, hash(1)?, hash(2)?, hash(3)?, hash(4)?]),
    })
}
