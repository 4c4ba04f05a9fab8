//! From bytes to pixels, within limits.
//!
//! Nothing is allocated for a picture before its size was read and allowed. What the decoders take beside the pixels is
//! reckoned here, since `image` does not: `total_bytes` is reserved by whoever calls a decoder.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult};

use super::extent::{Extent, extent};
use super::limits::Limits;
use super::portrait::Note;
use super::refused::{Format, Refused};
use super::sniff::sniff;

/// Characters of a decoder's own words.
const WHY_CHARS: usize = 160;

/// A picture as it is stored: not yet turned, and in its own colours.
pub(crate) struct Decoded {
    pub format: Format,
    pub image: DynamicImage,
    pub orientation: Orientation,
    pub profile: Option<Vec<u8>>,
    pub notes: Vec<Note>,
}

/// Decodes a picture.
///
/// # Errors
/// Why it cannot or must not be.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refused> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Refused::FileTooLarge { bytes: bytes.len() as u64, allowed: limits.file_bytes });
    }
    let format = sniff(bytes)?;
    let extent = extent(format, bytes);
    let end = extent.end.ok_or(Refused::CutShort)?;
    if extent.scans > Limits::SCANS {
        return Err(Refused::TooManyScans { scans: extent.scans, allowed: Limits::SCANS });
    }
    let mut decoded = match format {
        Format::Jpeg => pixels(format, JpegDecoder::new(Cursor::new(bytes)), limits, extent, false),
        Format::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), for_metadata());
            let moves = decoder.as_ref().is_ok_and(|decoder| decoder.is_apng().unwrap_or(false));
            pixels(format, decoder, limits, extent, moves)
        }
        Format::WebP => {
            let decoder = WebPDecoder::new(Cursor::new(bytes));
            let moves = decoder.as_ref().is_ok_and(WebPDecoder::has_animation);
            pixels(format, decoder, limits, extent, moves)
        }
    }?;
    if end < bytes.len() {
        decoded.notes.push(Note::BytesFollow);
    }
    Ok(decoded)
}

/// What a decoder may take before the size of its picture is known.
fn for_metadata() -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(Limits::METADATA_BYTES);
    limits
}

/// The pixels of an opened picture, if they are allowed.
fn pixels<D: ImageDecoder>(
    format: Format,
    opened: ImageResult<D>,
    limits: &Limits,
    extent: Extent,
    moves: bool,
) -> Result<Decoded, Refused> {
    let refused = |error| refused(format, &error);
    let mut decoder = opened.map_err(refused)?;
    allow(&decoder, format, limits, extent)?;
    // A profile or an orientation that cannot be read is one that is not there: the pixels stand without.
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let notes = if moves { vec![Note::FirstFrame] } else { Vec::new() };
    Ok(Decoded { format, image, orientation, profile, notes })
}

/// Whether a picture of this size may be decoded.
fn allow(decoder: &impl ImageDecoder, format: Format, limits: &Limits, extent: Extent) -> Result<(), Refused> {
    let (width, height) = decoder.dimensions();
    if width.max(height) > limits.side_px {
        return Err(Refused::SideTooLong { width, height, allowed: limits.side_px });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels {
        return Err(Refused::TooManyPixels { width, height, pixels, allowed: limits.pixels });
    }
    let (bytes, allowed) = (memory(decoder, format, extent), limits.memory_bytes());
    if bytes > allowed {
        return Err(Refused::TooMuchMemory { bytes, allowed });
    }
    Ok(())
}

/// What decoding and scaling a picture takes, at most.
fn memory(decoder: &impl ImageDecoder, format: Format, extent: Extent) -> u64 {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let color = decoder.color_type();
    // Sixteen bits a channel become eight, in a copy.
    let channels = u64::from(color.channel_count());
    let flat = if u64::from(color.bytes_per_pixel()) > channels { pixels * channels } else { 0 };
    let beside = match format {
        // Two bytes a coefficient, up to four components.
        Format::Jpeg if extent.buffered => pixels * 2 * if color.has_color() { 4 } else { 1 },
        Format::Jpeg | Format::Png => 0,
        // A canvas of four channels, or planes of brightness and colour.
        Format::WebP => pixels * 4,
    };
    decoder.total_bytes().saturating_add(beside.max(flat))
}

/// An error of a decoder as a refusal.
fn refused(format: Format, error: &ImageError) -> Refused {
    let why = || {
        let source = match error {
            ImageError::Decoding(error) => std::error::Error::source(error).map(ToString::to_string),
            _ => None,
        };
        let text = source.unwrap_or_else(|| error.to_string());
        text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(WHY_CHARS).collect()
    };
    match error {
        // The size of the picture was allowed before: what is left are the limits of what stands beside it.
        ImageError::Limits(_) => Refused::MetadataTooLarge { allowed: Limits::METADATA_BYTES },
        ImageError::Unsupported(_) => Refused::Unsupported { format, why: why() },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Refused::CutShort,
        _ => Refused::Damaged { format, why: why() },
    }
}
