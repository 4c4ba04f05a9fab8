//! What a file is, by its first bytes: a name may lie.

use super::refused::{Format, Refused, Unread};

/// How far the first tag of a page or a drawing may be from the start of its file.
const TEXT_BYTES: usize = 1024;

/// Which of the formats that are read these bytes are.
///
/// # Errors
/// They are none; what they are instead, if that is known.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Format, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::WebP),
        _ => Err(unread(bytes).map_or(Refused::Unknown, Refused::NotRead)),
    }
}

/// What else these bytes are known to be.
fn unread(bytes: &[u8]) -> Option<Unread> {
    Some(match bytes {
        [b'G', b'I', b'F', b'8', ..] => Unread::Gif,
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Unread::Bmp,
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => Unread::Tiff,
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Unread::JpegXl,
        [0xff, 0x4f, 0xff, 0x51, ..] | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Unread::Jpeg2000,
        [0, 0, 1 | 2, 0, _, _, ..] => Unread::Icon,
        [b'8', b'B', b'P', b'S', ..] => Unread::Photoshop,
        [b'%', b'P', b'D', b'F', ..] | [b'%', b'!', b'P', b'S', ..] => Unread::Document,
        [b'P', b'K', 3 | 5, 4 | 6, ..]
        | [0x1f, 0x8b, ..]
        | [b'7', b'z', 0xbc, 0xaf, ..]
        | [b'R', b'a', b'r', b'!', ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..]
        | [b'B', b'Z', b'h', ..]
        | [0xfd, b'7', b'z', b'X', b'Z', ..] => Unread::Archive,
        [0x1a, 0x45, 0xdf, 0xa3, ..] | [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => {
            Unread::Video
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return Some(of_brand(brand)),
        _ => return of_text(bytes),
    })
}

/// What a file of ISO media is, by its major brand and those it says it fits.
fn of_brand(brands: &[u8]) -> Unread {
    let declares = |names: &[&[u8]]| brands.chunks_exact(4).take(16).any(|brand| names.contains(&brand));
    if declares(&[b"avif", b"avis"]) {
        Unread::Avif
    } else if declares(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]) {
        Unread::Heic
    } else {
        Unread::Video
    }
}

/// What a text is, by its first tag.
fn of_text(bytes: &[u8]) -> Option<Unread> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_BYTES)]).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with("version https://git-lfs") {
        return Some(Unread::LfsPointer);
    }
    if head.starts_with('<') {
        return Some(if head.contains("<svg") {
            Unread::Svg
        } else if head.contains("<html") || head.contains("<!doctype html") {
            Unread::Html
        } else {
            Unread::Markup
        });
    }
    (head.starts_with('{') || head.starts_with('[')).then_some(Unread::Markup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> &'static str {
        sniff(bytes).unwrap_err().word()
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0").unwrap(), Format::Jpeg);
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n").unwrap(), Format::Png);
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 ").unwrap(), Format::WebP);
    }

    #[test]
    fn what_is_not_read_is_named() {
        assert_eq!(refused(b""), "empty");
        assert_eq!(refused(b"GIF89a"), "is_gif");
        assert_eq!(refused(b"BM\x10\x20\0\0\0\0\0\0\x36"), "is_bmp");
        assert_eq!(refused(b"II*\0"), "is_tiff");
        assert_eq!(refused(b"MM\0*"), "is_tiff");
        assert_eq!(refused(b"\xff\x0a"), "is_jpeg_xl");
        assert_eq!(refused(b"\0\0\0\x0cjP  \r\n"), "is_jpeg_2000");
        assert_eq!(refused(b"\0\0\x01\0\x01\0"), "is_icon");
        assert_eq!(refused(b"8BPS\0\x01"), "is_photoshop");
        assert_eq!(refused(b"%PDF-1.7"), "is_document");
        assert_eq!(refused(b"PK\x03\x04"), "is_archive");
        assert_eq!(refused(b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf"), "is_avif");
        assert_eq!(refused(b"\0\0\0\x1cftypmif1\0\0\0\0avifmiaf"), "is_avif");
        assert_eq!(refused(b"\0\0\0\x1cftypheic\0\0\0\0mif1"), "is_heic");
        assert_eq!(refused(b"\0\0\0\x1cftypisom\0\0\0\0mp41"), "is_video");
        assert_eq!(refused(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"\"/>"), "is_svg");
        assert_eq!(refused(b"\xef\xbb\xbf<!DOCTYPE html><title>404</title>"), "is_html");
        assert_eq!(refused(b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>"), "is_markup");
        assert_eq!(refused(b"{\"error\": \"expired\"}"), "is_markup");
        assert_eq!(refused(b"version https://git-lfs.github.com/spec/v1\noid sha256:"), "is_lfs_pointer");
        assert_eq!(refused(b"MZ\x90\0"), "unknown_format");
        assert_eq!(refused(b"\xff"), "unknown_format");
    }
}
