//! Perceptual hashes: by which a version of a picture is known again, whatever was done to it.
//!
//! A double gradient of 144 comparisons: the picture in grey is made 9 × 9, and of each of its 72 pairs of neighbours in a row
//! and 72 in a column it is asked whether it grows brighter or darker. A version that is encoded anew, resized, translated or
//! priced anew keeps nearly all of the answers. What a crop, a border or a mirror does to them is undone beforehand: besides
//! the whole picture, what is within its border is hashed, two crops of that, and its mirror image.
//!
//! After N. Krawetz, "Kind of like that" (2013), whose answers are two: brighter or not. There all that is flat is alike, as
//! are all grounds that shade off; so here an answer may be neither, and growth is measured from the usual one of all rows or
//! columns. What that is worth is measured in `docs/LIBRARY.md`, "Families".

mod border;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};

use border::Border;
use coverledger_core::model::{PictureHash, PictureHashes};

/// Longest side, in pixels, to which a picture of more than twice as much is made smaller: more tells the same.
const SIDE: u32 = 192;

/// What is cut off each side for the centre and for the heart, in percent: crops that are usual.
const CUTS_PERCENT: [u32; 2] = [5, 10];

/// Neighbours that differ by less are taken for alike, in levels of grey: so much is noise.
const SEEN: i16 = 3;

/// Parts of a picture in a row and in a column.
const CELLS: usize = 9;

/// Pairs of neighbours in all rows, and in all columns.
const PAIRS: usize = CELLS * (CELLS - 1);

/// The hashes of a picture, which may have been made smaller: what is hashed is smaller still. The same pixels give the same
/// hashes on every machine.
#[must_use]
pub fn hashes(picture: &RgbImage) -> PictureHashes {
    let picture = small(picture);
    let grey = imageops::grayscale(&*picture);
    let whole = cells(&grey);
    let cut = Border::of(&picture).cut(&grey);
    let (inner, trimmed) = cut.as_ref().map_or((&grey, whole), |inner| (inner, cells(inner)));
    let [centre, heart] = CUTS_PERCENT.map(|percent| hash(&cells(&centre(inner, percent))));
    PictureHashes {
        whole: hash(&whole),
        trimmed: hash(&trimmed),
        centre,
        heart,
        mirrored: hash(&mirrored(trimmed)),
    }
}

/// As small as is hashed.
fn small(picture: &RgbImage) -> Cow<'_, RgbImage> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= 2 * SIDE {
        return Cow::Borrowed(picture);
    }
    let side = |side: u32| (side * SIDE / longest).max(1);
    Cow::Owned(imageops::thumbnail(picture, side(width), side(height)))
}

/// Without so much of it on each side.
fn centre(grey: &GrayImage, percent: u32) -> GrayImage {
    let (width, height) = grey.dimensions();
    let [x, y] = [width, height].map(|side| side * percent / 100);
    imageops::crop_imm(grey, x, y, width - 2 * x, height - 2 * y).to_image()
}

/// How bright the parts of a picture are, row by row.
type Cells = [[i16; CELLS]; CELLS];

fn cells(grey: &GrayImage) -> Cells {
    let side = u32::try_from(CELLS).unwrap_or(u32::MAX);
    let small = imageops::resize(grey, side, side, FilterType::Lanczos3);
    let mut levels = small.pixels().map(|pixel| i16::from(pixel.0[0]));
    std::array::from_fn(|_| std::array::from_fn(|_| levels.next().unwrap_or(0)))
}

fn mirrored(mut cells: Cells) -> Cells {
    cells.iter_mut().for_each(|row| row.reverse());
    cells
}

fn hash(cells: &Cells) -> PictureHash {
    let pair = |at: usize| (at / (CELLS - 1), at % (CELLS - 1));
    let in_rows: [i16; PAIRS] = std::array::from_fn(|at| {
        let (y, x) = pair(at);
        cells[y][x + 1] - cells[y][x]
    });
    let in_columns: [i16; PAIRS] = std::array::from_fn(|at| {
        let (x, y) = pair(at);
        cells[y + 1][x] - cells[y][x]
    });
    let growths = [in_rows, in_columns].map(beyond_the_usual);
    let mut bits = [[0_u8; 18]; 2];
    for (at, growth) in growths.as_flattened().iter().enumerate().filter(|(_, growth)| growth.abs() >= SEEN) {
        bits[usize::from(*growth < 0)][at / 8] |= 1 << (at % 8);
    }
    let [brighter, darker] = bits;
    PictureHash::new(brighter, darker)
}

/// Growths from the middle one of all on: a ground that shades off is flat then, and what is before it stands out.
fn beyond_the_usual(growths: [i16; PAIRS]) -> [i16; PAIRS] {
    let mut sorted = growths;
    sorted.sort_unstable();
    // Halves are rounded towards nothing, so that a mirror image has the same.
    let usual = i16::midpoint(sorted[PAIRS / 2 - 1], sorted[PAIRS / 2]);
    growths.map(|growth| growth - usual)
}
