//! What looks at pictures, one at a time. Each thread has its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::RgbImage;
use thiserror::Error;

use super::colours::{GROUPED_SIDE, colours};
use super::copies::{MEASURED_SIDE, Original, grey};
use super::decode::decode;
use super::faces::{Faces, FacesSeen};
use super::hash::hashes;
use super::limits::Limits;
use super::measure::{LightnessScale, measure, rounded};
use super::portrait::{Note, Portrait};
use super::refused::{Format, Refused};
use super::scaler::Scaler;
use super::text::{self, TextModel, TextSeen};
use super::thumbnail::thumbnail;
use coverledger_core::model::{Look, Looks};

/// Why an eye cannot be made.
#[derive(Debug, Error)]
pub enum EyeError {
    /// The model's bytes are no model that can be run.
    #[error("the model of text cannot be loaded: {0}")]
    Model(String),
    /// The model of faces, which is part of the program, cannot be read.
    #[error("the model of faces cannot be loaded: {0}")]
    Faces(String),
}

/// What looks at pictures.
pub struct Eye {
    limits: Limits,
    text: Option<TextModel>,
    faces: Option<Faces>,
    scaler: Scaler,
    lightness: LightnessScale,
}

/// A picture within limits, made small.
struct Seen {
    format: Format,
    size: (u32, u32),
    notes: Vec<Note>,
    /// What is measured.
    copy: RgbImage,
    /// What text is looked for on, if that is another.
    large: Option<RgbImage>,
}

impl Eye {
    /// An eye that reads text with this model, or only guesses its share without one, and that looks for faces or does not.
    ///
    /// # Errors
    /// The model of faces cannot be loaded.
    pub fn new(limits: Limits, text: Option<TextModel>, faces: bool) -> Result<Self, EyeError> {
        let faces = if faces { Some(Faces::new()?) } else { None };
        Ok(Self { limits, text, faces, scaler: Scaler::default(), lightness: LightnessScale::new() })
    }

    /// Looks at a picture.
    ///
    /// # Errors
    /// Why it is not measured.
    pub fn look(&mut self, bytes: &[u8]) -> Result<Portrait, Refused> {
        let seen = self.see(bytes)?;
        let grey = grey(&seen.copy);
        let text = text::look(seen.large.as_ref().unwrap_or(&seen.copy), self.text.as_ref());
        let faces = self.faces.as_ref().map_or(FacesSeen::NOT_LOOKED_FOR, |faces| faces.look(&grey));
        let mut looks = measure(&seen.copy, &grey, seen.size, &self.lightness);
        take_down(&mut looks, &text, &faces);
        let (width_px, height_px) = seen.size;
        Ok(Portrait {
            format: seen.format,
            width_px,
            height_px,
            notes: seen.notes,
            looks,
            colours: colours(&self.scaler.sample(&seen.copy, GROUPED_SIDE)),
            text_method: text.method,
            face_method: faces.method,
            hashes: hashes(&seen.copy),
            thumbnail: thumbnail(&seen.copy, &mut self.scaler).ok_or(Refused::NoThumbnail)?,
        })
    }

    /// Decodes a picture and makes its copies. A decoder that panics refuses its picture, and no other.
    fn see(&mut self, bytes: &[u8]) -> Result<Seen, Refused> {
        let Self { limits, text, scaler, .. } = self;
        let large = text.is_some().then_some(text::SIDE);
        let seen = catch_unwind(AssertUnwindSafe(|| see(bytes, limits, large, scaler)));
        seen.unwrap_or_else(|_| {
            // Its buffers may be of that picture.
            *scaler = Scaler::default();
            Err(Refused::Panicked)
        })
    }
}

/// Everything that takes the whole picture, which is let go at the end.
fn see(bytes: &[u8], limits: &Limits, large: Option<u32>, scaler: &mut Scaler) -> Result<Seen, Refused> {
    let decoded = decode(bytes, limits)?;
    let format = decoded.format;
    let mut original = Original::new(decoded);
    let copy = original.copy(scaler, MEASURED_SIDE);
    let large = large.map(|side| original.copy(scaler, side));
    let notes = std::mem::take(&mut original.notes);
    Ok(Seen { format, size: original.upright_size(), notes, copy, large })
}

/// Puts what was found of text and faces among the measures.
fn take_down(looks: &mut Looks, text: &TextSeen, faces: &FacesSeen) {
    for (look, value) in [
        (Look::TextShare, text.share),
        (Look::TextLines, text.lines),
        (Look::TextHeight, text.height),
        (Look::TextContrast, text.contrast),
        (Look::Faces, faces.count),
        (Look::FaceShare, faces.share),
    ] {
        looks.set(look, value.map(rounded));
    }
}
