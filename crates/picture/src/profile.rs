//! Colour profiles, converted to sRGB.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// What converts 8-bit pixels from their profile to sRGB, of three colours or grey; `None` where the profile cannot be read or
/// is of other pixels: of CMYK, which decoders have made RGB already.
pub(crate) fn to_srgb(profile: &[u8], has_color: bool) -> Option<Arc<Transform8BitExecutor>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let from = match (profile.color_space, has_color) {
        (DataColorSpace::Rgb, true) => Layout::Rgb,
        (DataColorSpace::Gray, false) => Layout::Gray,
        _ => return None,
    };
    profile.create_transform_8bit(from, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default()).ok()
}
