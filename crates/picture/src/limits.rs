//! How large a picture may be.

/// What is refused without being decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Pixels of its longer side.
    pub side_px: u32,
    /// Pixels in all.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 20 << 20, side_px: 8_000, pixels: 40_000_000 }
    }
}

impl Limits {
    /// Passes over a JPEG. Encoders make ten or so; thousands of them make a small file take minutes.
    pub const SCANS: usize = 64;

    /// What a colour profile and the like may take, that are stored compressed.
    pub(crate) const METADATA_BYTES: u64 = 16 << 20;

    /// Bytes that decoding a picture may take: four a pixel, enough for red, green, blue and transparency of the most pixels
    /// that are allowed. What takes more a pixel (16 bits a channel, JPEG in passes, WebP) is allowed fewer pixels.
    ///
    /// A look takes this beside the bytes of the file (twice for a JPEG) and what the small copies take, whatever the picture:
    /// 40 MiB without text.
    #[must_use]
    pub const fn memory_bytes(&self) -> u64 {
        self.pixels.saturating_mul(4)
    }
}
