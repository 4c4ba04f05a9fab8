//! A portrait as a row of `pictures`.

use std::fmt::Write as _;

use coverledger_picture::{DominantColour, Portrait, Refused};
use coverledger_report::library::{Measured, Seen};

/// What a look found, once its thumbnail lies where its hash says.
pub(super) fn seen(portrait: &Portrait, thumbnail: String) -> Seen {
    let notes: Vec<&str> = portrait.notes.iter().map(|note| note.word()).collect();
    Seen::Measured(Box::new(Measured {
        format: portrait.format.word().to_owned(),
        width_px: portrait.width_px,
        height_px: portrait.height_px,
        notes: notes.join(" "),
        thumbnail,
        thumbnail_bytes: portrait.thumbnail.len() as u64,
        looks: portrait.looks,
        colours: colours(&portrait.colours),
        text_method: portrait.text_method.to_owned(),
        face_method: portrait.face_method.to_owned(),
        hashes: portrait.hashes,
    }))
}

/// Why a picture is not measured.
pub(super) fn refused(refused: &Refused) -> Seen {
    Seen::Refused { reason: refused.word().to_owned(), text: refused.to_string() }
}

fn colours(colours: &[DominantColour]) -> String {
    let mut text = String::new();
    for DominantColour { rgb: [red, green, blue], share } in colours {
        let lead = if text.is_empty() { "" } else { ", " };
        // Text takes text; there is no error to have.
        let _ = write!(text, "{lead}#{red:02x}{green:02x}{blue:02x} {share:.2}");
    }
    text
}
