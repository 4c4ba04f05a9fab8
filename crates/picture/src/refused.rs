//! Why a picture is not measured.

use std::fmt;

use thiserror::Error;

/// What the bytes of a picture are, of what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl Format {
    /// Its word in `pictures`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }
}

/// What the bytes of a file are, of what is recognized and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// AVIF.
    Avif,
    /// HEIC or HEIF.
    Heic,
    /// GIF, moving or not.
    Gif,
    /// BMP.
    Bmp,
    /// TIFF, and the raw formats of cameras that are TIFF.
    Tiff,
    /// JPEG XL.
    JpegXl,
    /// JPEG 2000.
    Jpeg2000,
    /// An icon of Windows.
    Icon,
    /// A document of Photoshop.
    Photoshop,
    /// SVG.
    Svg,
    /// PDF or PostScript.
    Document,
    /// A page of the web, such as a store's error page.
    Html,
    /// XML or JSON, such as a store's error.
    Markup,
    /// A film.
    Video,
    /// An archive or a compressed file.
    Archive,
    /// The pointer that Git LFS leaves in place of a file.
    LfsPointer,
}

impl Unread {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Avif,
        Self::Heic,
        Self::Gif,
        Self::Bmp,
        Self::Tiff,
        Self::JpegXl,
        Self::Jpeg2000,
        Self::Icon,
        Self::Photoshop,
        Self::Svg,
        Self::Document,
        Self::Html,
        Self::Markup,
        Self::Video,
        Self::Archive,
        Self::LfsPointer,
    ];

    /// The word of a picture refused for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Avif => "is_avif",
            Self::Heic => "is_heic",
            Self::Gif => "is_gif",
            Self::Bmp => "is_bmp",
            Self::Tiff => "is_tiff",
            Self::JpegXl => "is_jpeg_xl",
            Self::Jpeg2000 => "is_jpeg_2000",
            Self::Icon => "is_icon",
            Self::Photoshop => "is_photoshop",
            Self::Svg => "is_svg",
            Self::Document => "is_document",
            Self::Html => "is_html",
            Self::Markup => "is_markup",
            Self::Video => "is_video",
            Self::Archive => "is_archive",
            Self::LfsPointer => "is_lfs_pointer",
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avif => "an AVIF picture",
            Self::Heic => "a HEIC picture",
            Self::Gif => "a GIF picture",
            Self::Bmp => "a BMP picture",
            Self::Tiff => "a TIFF picture or a camera's raw file",
            Self::JpegXl => "a JPEG XL picture",
            Self::Jpeg2000 => "a JPEG 2000 picture",
            Self::Icon => "an icon of Windows",
            Self::Photoshop => "a Photoshop document",
            Self::Svg => "an SVG drawing",
            Self::Document => "a PDF or PostScript document",
            Self::Html => "a web page",
            Self::Markup => "XML or JSON, such as a store's error",
            Self::Video => "a film",
            Self::Archive => "an archive or a compressed file",
            Self::LfsPointer => "a pointer of Git LFS in place of the picture",
        })
    }
}

/// Why a picture is not measured. Each has a word for tables ([`Refused::word`]) and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// Its file is larger than [`Limits::file_bytes`](crate::Limits::file_bytes).
    #[error("the file has {bytes} bytes (allowed: {allowed})")]
    FileTooLarge {
        /// Of the file.
        bytes: u64,
        /// By the limits.
        allowed: u64,
    },
    /// It is none of the formats that are read, but one that is known.
    #[error("{0}, which is not read (read: JPEG, PNG, WebP)")]
    NotRead(Unread),
    /// It is none of the formats that are known.
    #[error("no picture that is known (read: JPEG, PNG, WebP)")]
    Unknown,
    /// A side is longer than [`Limits::side_px`](crate::Limits::side_px).
    #[error("it is {width} × {height} pixels (allowed: {allowed} a side)")]
    SideTooLong {
        /// As stored.
        width: u32,
        /// As stored.
        height: u32,
        /// By the limits.
        allowed: u32,
    },
    /// It has more pixels than [`Limits::pixels`](crate::Limits::pixels).
    #[error("it is {width} × {height} pixels, {pixels} in all (allowed: {allowed})")]
    TooManyPixels {
        /// As stored.
        width: u32,
        /// As stored.
        height: u32,
        /// In all.
        pixels: u64,
        /// By the limits.
        allowed: u64,
    },
    /// Decoding it takes more than [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    #[error("decoding it takes {bytes} bytes of memory (allowed: {allowed})")]
    TooMuchMemory {
        /// That decoding takes.
        bytes: u64,
        /// By the limits.
        allowed: u64,
    },
    /// Its colour profile or its texts, which are stored compressed, take more than that.
    #[error("its colour profile and its texts take more than {allowed} bytes")]
    MetadataTooLarge {
        /// By the limits.
        allowed: u64,
    },
    /// A JPEG drawn in more passes than [`Limits::SCANS`](crate::Limits::SCANS), each over the whole picture.
    #[error("it is drawn in {scans} passes (allowed: {allowed})")]
    TooManyScans {
        /// That were counted.
        scans: usize,
        /// By the limits.
        allowed: usize,
    },
    /// The file ends before the picture does.
    #[error("the file ends before the picture does")]
    CutShort,
    /// It uses a part of its format that is not read.
    #[error("a kind of {} that is not read: {why}", .format.name())]
    Unsupported {
        /// Of the file.
        format: Format,
        /// As the decoder says it.
        why: String,
    },
    /// The decoder failed in a way it should not.
    #[error("the decoder failed on it, which is a defect of the decoder")]
    Panicked,
    /// No thumbnail can be made of it: memory has run out.
    #[error("no thumbnail can be made of it")]
    NoThumbnail,
    /// It contradicts its format.
    #[error("a damaged {}: {why}", .format.name())]
    Damaged {
        /// Of the file.
        format: Format,
        /// As the decoder says it.
        why: String,
    },
}

impl Refused {
    /// Its word in `pictures`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::NotRead(what) => what.word(),
            Self::Unknown => "unknown_format",
            Self::SideTooLong { .. } => "side_too_long",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::MetadataTooLarge { .. } => "metadata_too_large",
            Self::TooManyScans { .. } => "too_many_scans",
            Self::CutShort => "cut_short",
            Self::Unsupported { .. } => "unsupported",
            Self::Damaged { .. } => "damaged",
            Self::Panicked => "decoder_panicked",
            Self::NoThumbnail => "no_thumbnail",
        }
    }
}
