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
