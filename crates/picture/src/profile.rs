//! Colour profiles, converted to sRGB.

use std::sync::Arc;

use image::ColorType;
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// What converts 8-bit pixels of this kind from their profile to sRGB, keeping transparency; `None` where the profile
/// cannot be read or is of other pixels: of CMYK, which decoders have made RGB already.
pub(crate) fn to_srgb(profile: &[u8], color: ColorType) -> Option<(Arc<Transform8BitExecutor>, Layout)> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let (from, to) = match (profile.color_space, color.has_color(), color.has_alpha()) {
        (DataColorSpace::Rgb, true, false) => (Layout::Rgb, Layout::Rgb),
        (DataColorSpace::Rgb, true, true) => (Layout::Rgba, Layout::Rgba),
        (DataColorSpace::Gray, false, false) => (Layout::Gray, Layout::Rgb),
        (DataColorSpace::Gray, false, true) => (Layout::GrayAlpha, Layout::Rgba),
        _ => return None,
    };
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(from, &srgb, to, TransformOptions::default()).ok()?;
    Some((transform, from))
}
