//! Whole numbers as real ones.

/// A count of pixels.
#[expect(clippy::cast_precision_loss, reason = "pixels are far fewer than 2^53")]
pub(crate) const fn count(pixels: usize) -> f64 {
    pixels as f64
}

/// A sum over pixels.
#[expect(
    clippy::cast_precision_loss,
    reason = "sums over half a megapixel are rounded to sixteen digits at worst"
)]
pub(crate) const fn real(sum: i64) -> f64 {
    sum as f64
}
