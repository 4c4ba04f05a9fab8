//! A border of one colour around a picture.

use image::RgbImage;

/// Levels by which a pixel of a border may be off its colour: encoding leaves so much.
const OFF: u8 = 12;

/// The share of a line's pixels that must be of the border's colour, in percent.
const MOST_PERCENT: usize = 97;

/// No side's border is wider than so much of the picture, in percent: bars may be wide, but what is left is a picture.
const WIDEST_PERCENT: u32 = 40;

/// Its widths, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Border {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

impl Border {
    /// Of a picture; `None` if it has none. Each side has its own colour.
    pub(super) fn of(picture: &RgbImage) -> Option<Self> {
        let (width, height) = picture.dimensions();
        let row = |y: u32| move |x: u32| picture.get_pixel(x, y).0;
        let column = |x: u32| move |y: u32| picture.get_pixel(x, y).0;
        let border = Self {
            left: wide(width, |at| line(height, column(at))),
            top: wide(height, |at| line(width, row(at))),
            right: wide(width, |at| line(height, column(width - 1 - at))),
            bottom: wide(height, |at| line(width, row(height - 1 - at))),
        };
        (border != Self::default()).then_some(border)
    }
}

/// The pixels of a line.
fn line(length: u32, of: impl Fn(u32) -> [u8; 3]) -> Vec<[u8; 3]> {
    (0..length).map(of).collect()
}

/// How many lines, from the edge inwards, are of the colour of the first; and one more, which is often a mixture.
fn wide(lines: u32, of: impl Fn(u32) -> Vec<[u8; 3]>) -> u32 {
    if lines == 0 {
        return 0;
    }
    let Some(colour) = median(&of(0)) else { return 0 };
    let widest = lines * WIDEST_PERCENT / 100;
    let within = |pixel: &&[u8; 3]| pixel.iter().zip(colour).all(|(level, its)| level.abs_diff(its) <= OFF);
    let is_plain = |line: &[[u8; 3]]| 100 * line.iter().filter(within).count() >= MOST_PERCENT * line.len();
    let plain = (0..widest).take_while(|at| is_plain(&of(*at))).zip(1..).last().map_or(0, |(_, count)| count);
    if plain == 0 { 0 } else { (plain + 1).min(widest) }
}

/// The middle level of each channel.
fn median(line: &[[u8; 3]]) -> Option<[u8; 3]> {
    let middle = |channel: usize| {
        let mut levels: Vec<u8> = line.iter().map(|pixel| pixel[channel]).collect();
        levels.sort_unstable();
        levels.get(levels.len() / 2).copied()
    };
    Some([middle(0)?, middle(1)?, middle(2)?])
}
