//! Where a picture ends within its file, by the structure of its format.
//!
//! Decoders show the upper half of half a JPEG and call it sound, and read nothing behind a picture's end. So the end is
//! looked for before anything is decoded.

use super::refused::Format;

/// How a file holds its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Bytes up to the picture's end; `None` where the file ends first.
    pub end: Option<usize>,
    /// Of a JPEG, the passes in which it is drawn; of the others 1.
    pub scans: usize,
    /// A JPEG whose passes each hold a part of every block, so that the whole is kept in memory until the last.
    pub buffered: bool,
}

/// Walks the parts of a file. Linear in its bytes, and reads none twice.
pub(crate) fn extent(format: Format, bytes: &[u8]) -> Extent {
    match format {
        Format::Jpeg => of_jpeg(bytes),
        Format::Png => Extent { end: of_png(bytes), scans: 1, buffered: false },
        Format::WebP => Extent { end: of_webp(bytes), scans: 1, buffered: false },
    }
}

/// Segments, by their markers (ITU-T T.81, annex B). What stands between two of them is skipped, as decoders do.
fn of_jpeg(bytes: &[u8]) -> Extent {
    let mut found = Extent { end: None, scans: 0, buffered: false };
    let (mut at, mut components) = (0, 0);
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            0xd9 => {
                found.end = Some(at);
                return found;
            }
            // A start within, restarts and what has no length.
            0x01 | 0xd0..=0xd8 => continue,
            // A frame: its components stand behind its length, precision, height and width.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                components = bytes.get(at + 7).copied().unwrap_or(0);
                found.buffered |= matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
            }
            0xda => {
                found.scans += 1;
                found.buffered |= bytes.get(at + 2).is_some_and(|drawn| *drawn < components);
            }
            _ => {}
        }
        let Some(length) = bytes.get(at..at + 2) else { return found };
        at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
    }
    found
}

/// The next marker at or behind a place, which is moved behind it. A stuffed byte and the fill before a marker are none.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        *at += bytes.get(*at..)?.iter().position(|byte| *byte == 0xff)?;
        while *bytes.get(*at)? == 0xff {
            *at += 1;
        }
        let marker = bytes[*at];
        *at += 1;
        if marker != 0 {
            return Some(marker);
        }
    }
}

/// Chunks up to `IEND`.
fn of_png(bytes: &[u8]) -> Option<usize> {
    let mut at = 8_usize;
    loop {
        let head = bytes.get(at..at.checked_add(8)?)?;
        let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])).ok()?;
        // Its head, its bytes and their checksum.
        at = at.checked_add(length)?.checked_add(12)?;
        if at > bytes.len() {
            return None;
        }
        if &head[4..8] == b"IEND" {
            return Some(at);
        }
    }
}

/// The one chunk that holds all others, which begins with its length.
fn of_webp(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(4..8)?;
    let end =
        usize::try_from(u32::from_le_bytes([length[0], length[1], length[2], length[3]])).ok()?.checked_add(8)?;
    (end <= bytes.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start, a comment that holds what looks like an end, a pass with a stuffed byte and a restart, an end.
    const JPEG: &[u8] =
        b"\xff\xd8\xff\xfe\x00\x04\xff\xd9\xff\xda\x00\x02\x11\xff\x00\x22\xff\xd0\x33\xff\xff\xd9";

    #[test]
    fn a_jpeg_ends_with_its_marker_and_not_with_one_in_a_comment() {
        assert_eq!(extent(Format::Jpeg, JPEG), Extent { end: Some(JPEG.len()), scans: 1, buffered: false });
        for cut in 0..JPEG.len() {
            assert_eq!(extent(Format::Jpeg, &JPEG[..cut]).end, None, "of {cut} bytes");
        }
    }

    #[test]
    fn what_follows_a_picture_is_not_of_it() {
        let followed = [JPEG, b"PK\x03\x04 an archive"].concat();
        assert_eq!(extent(Format::Jpeg, &followed).end, Some(JPEG.len()));
    }

    #[test]
    fn passes_are_counted() {
        let many =
            [b"\xff\xd8\xff\xc2\x00\x02".as_slice(), &b"\xff\xda\x00\x02\x01".repeat(70), b"\xff\xd9"].concat();
        assert_eq!(extent(Format::Jpeg, &many), Extent { end: Some(many.len()), scans: 70, buffered: true });
    }

    #[test]
    fn a_png_ends_with_its_last_chunk() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x02abcd12CRC!\0\0\0\0IENDCRC!";
        assert_eq!(extent(Format::Png, png).end, Some(png.len()));
        for cut in 0..png.len() {
            assert_eq!(extent(Format::Png, &png[..cut]).end, None, "of {cut} bytes");
        }
        assert_eq!(extent(Format::Png, b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffabcd").end, None);
    }

    #[test]
    fn a_webp_says_its_length() {
        assert_eq!(extent(Format::WebP, b"RIFF\x04\0\0\0WEBPmore").end, Some(12));
        assert_eq!(extent(Format::WebP, b"RIFF\x05\0\0\0WEBP").end, None);
    }
}
