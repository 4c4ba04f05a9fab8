//! What a picture looks like, one measure or two in a file. Their definitions are those of `Look`.
//!
//! Sums are of whole numbers where they can be, and else in the order of pixels: what is measured does not depend on the
//! machine, up to what the rounding in [`rounded`] hides.

mod clutter;
mod colourfulness;
mod lightness;
mod rounding;
mod saliency;
mod saturation;
mod sharpness;
mod symmetry;
mod temperature;

pub(crate) use lightness::LightnessScale;
pub(crate) use rounding::rounded;

use image::{GrayImage, RgbImage};

use coverledger_core::model::{Look, Looks};

/// Every measure but those of text and faces, of a copy and of its grey copy. `size` is the picture's own.
pub(crate) fn measure(copy: &RgbImage, grey: &GrayImage, size: (u32, u32), scale: &LightnessScale) -> Looks {
    let mut looks = Looks::default();
    let mut set = |look, value: Option<f64>| looks.set(look, value.map(rounded));
    let (lightness, spread) = lightness::mean_and_spread(copy, scale);
    let subject = saliency::subject(grey);
    set(Look::Aspect, Some(f64::from(size.0) / f64::from(size.1)));
    set(Look::Colourfulness, Some(colourfulness::colourfulness(copy)));
    set(Look::Saturation, Some(saturation::saturation(copy)));
    set(Look::Brightness, Some(lightness));
    set(Look::Contrast, Some(spread));
    set(Look::ColourTemperature, temperature::temperature(copy));
    set(Look::Sharpness, sharpness::sharpness(grey));
    set(Look::Clutter, clutter::clutter(grey));
    set(Look::Symmetry, Some(symmetry::symmetry(grey)));
    set(Look::SubjectShare, Some(subject.share));
    set(Look::SubjectX, subject.place.map(|(x, _)| x));
    set(Look::SubjectY, subject.place.map(|(_, y)| y));
    looks
}
