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

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, RgbImage, imageops};

use border::Border;
use coverledger_core::model::{PictureHash, PictureHashes};

/// What is cut off each side for the centre and for the heart: crops that are usual.
const CUTS_PERCENT: [u32; 2] = [5, 10];

/// Neighbours that differ by less are taken for alike, in levels of grey: so much is noise.
const SEEN: i16 = 3;

/// Parts of a picture in a row and in a column.
const CELLS: usize = 9;

/// Pairs of neighbours in all rows, and in all columns.
const PAIRS: usize = CELLS * (CELLS - 1);

/// The hashes of a picture, which may have been made smaller. The same pixels give the same hashes.
#[must_use]
pub fn hashes(picture: &RgbImage) -> PictureHashes {
    let grey = imageops::grayscale(picture);
    let mut resizer = Resizer::new();
    let mut cells = |part: Frame| cells(&mut resizer, &part.of(&grey));
    let all = Frame::whole(picture);
    let inner = Border::of(picture).map_or(all, |border| all.within(border));
    let whole = cells(all);
    let trimmed = if inner == all { whole } else { cells(inner) };
    let [centre, heart] = CUTS_PERCENT.map(|percent| hash(&cells(inner.cut(percent))));
    let mirrored = hash(&mirrored(trimmed));
    PictureHashes { whole: hash(&whole), trimmed: hash(&trimmed), centre, heart, mirrored }
}

/// A part of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Frame {
    fn whole(picture: &RgbImage) -> Self {
        let (width, height) = picture.dimensions();
        Self { left: 0, top: 0, width, height }
    }

    /// What is within a border.
    const fn within(self, Border { left, top, right, bottom }: Border) -> Self {
        Self { left, top, width: self.width - left - right, height: self.height - top - bottom }
    }

    /// Without so much of it on each side.
    const fn cut(self, percent: u32) -> Self {
        let Self { left, top, width, height } = self;
        let (x, y) = ((width * percent + 50) / 100, (height * percent + 50) / 100);
        Self { left: left + x, top: top + y, width: width - 2 * x, height: height - 2 * y }
    }

    /// A copy of it: what is resized looks beyond a mere frame.
    fn of(self, grey: &GrayImage) -> GrayImage {
        let Self { left, top, width, height } = self;
        imageops::crop_imm(grey, left, top, width, height).to_image()
    }
}

/// How bright the parts of a picture are, row by row.
type Cells = [[i16; CELLS]; CELLS];

/// All alike where there is nothing. Whole numbers all the way, so that every machine finds the same.
fn cells(resizer: &mut Resizer, grey: &GrayImage) -> Cells {
    let side = u32::try_from(CELLS).unwrap_or(u32::MAX);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    let (width, height) = grey.dimensions();
    let mut small = [0; CELLS * CELLS];
    // Of the one kind of pixel: with all kinds to choose from, building takes minutes more.
    let from = TypedImageRef::<U8>::from_buffer(width, height, grey.as_raw());
    let to = TypedImage::<U8>::from_buffer(side, side, &mut small);
    let (Ok(from), Ok(mut to)) = (from, to) else { return Cells::default() };
    if resizer.resize_typed(&from, &mut to, &options).is_err() {
        return Cells::default();
    }
    let mut levels = small.iter().map(|level| i16::from(*level));
    std::array::from_fn(|_| std::array::from_fn(|_| levels.next().unwrap_or(0)))
}

fn mirrored(mut cells: Cells) -> Cells {
    for row in &mut cells {
        row.reverse();
    }
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
