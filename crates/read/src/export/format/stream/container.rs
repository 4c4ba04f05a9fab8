//! Recognizes files that are not text by their first bytes: archives, other compressions, documents of office programs and
//! browsers.

use std::fs::File;
use std::io::{Read, Seek};

use crate::export::ExportError;

/// As much as shows an XML document's kind.
const HEAD_BYTES: usize = 4096;
/// Where a tar archive says that it is one.
const TAR_MARK: usize = 257;

/// Whether a file is a ZIP archive, be it empty.
pub(in crate::export) fn is_zip(file: &File) -> Result<bool, ExportError> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(4).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(is_zip_head(&head))
}

fn is_zip_head(head: &[u8]) -> bool {
    matches!(head, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..])
}

/// What begins like this, and what to do about it; `None` for what may be text.
pub(in crate::export) fn named(head: &[u8]) -> Option<&'static str> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let has = |text: &[u8]| memchr::memmem::find(head, text).is_some();
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins =
        |word: &str| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
    match head {
        head if is_zip_head(head) && has(b"opendocument.spreadsheet") => {
            Some("an OpenDocument spreadsheet (`.ods`; save it as XLSX or CSV)")
        }
        head if is_zip_head(head) && has(b"[Content_Types].xml") => {
            Some("an Office document (of a workbook: `format: xlsx`)")
        }
        head if is_zip_head(head) => {
            Some("a ZIP archive (unpack it, or say with `members` which of its files hold rows)")
        }
        [0x1f, 0x8b, ..] => Some("gzip within another compression or archive (take one of them off)"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("Zstandard within another compression or archive (take one of them off)")
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => {
            Some("compressed by bzip2 (decompress it, or compress it by gzip or Zstandard)")
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            Some("compressed by xz (decompress it, or compress it by gzip or Zstandard)")
        }
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some("a 7z archive (unpack it)"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some("a RAR archive (unpack it)"),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some(
            "an old Office document (a workbook in `.xls` of before Excel 2007, or an encrypted one; save it as XLSX or CSV)",
        ),
        // A worksheet of Excel 2 to 4, without a container around it.
        [0x09, 0 | 2 | 4, 4 | 6, 0, ..] => {
            Some("an old workbook (`.xls`, before Excel 97; save it as XLSX or CSV)")
        }
        [b'P', b'A', b'R', b'1', ..] => Some("Parquet (`format: parquet`)"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("a PDF (export the table as CSV or XLSX)"),
        head if head.get(TAR_MARK..).is_some_and(|rest| rest.starts_with(b"ustar")) => {
            Some("a tar archive (unpack it)")
        }
        _ if begins("<html")
            || begins("<!doctype html")
            || begins("<table")
            || begins("<head")
            || begins("<meta") =>
        {
            Some("an HTML page (of a table: save it as XLSX or CSV)")
        }
        _ if begins("<?xml") || begins("<workbook") => Some(if has(b"office:spreadsheet") {
            "an XML spreadsheet of Excel 2003 (SpreadsheetML; save it as XLSX or CSV)"
        } else if has(b"<html") {
            "an HTML page (of a table: save it as XLSX or CSV)"
        } else {
            "an XML document (save it as XLSX or CSV)"
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_called_by_its_name() {
        let tar = [&[b'a'; 257][..], b"ustar\0"].concat();
        for (head, name) in [
            (&b"PK\x03\x04\x14\0\0\0\0\0..Table data.csv"[..], "a ZIP archive"),
            (b"PK\x05\x06", "a ZIP archive"),
            (b"PK\x03\x04....[Content_Types].xml", "an Office document"),
            (&tar, "a tar archive"),
            (b"BZh91AY&SY", "compressed by bzip2"),
            (b"\xfd7zXZ\0\0", "compressed by xz"),
            (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
            (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
            (b"\r\n<TABLE border=1>", "an HTML page"),
            (b"\xef\xbb\xbf<!DOCTYPE html>", "an HTML page"),
            (
                b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
                "an XML spreadsheet",
            ),
            (b"<?xml version='1.0'?><a/>", "an XML document"),
            (b"%PDF-1.7", "a PDF"),
        ] {
            assert!(named(head).is_some_and(|told| told.starts_with(name)), "{name}: {:?}", named(head));
        }
        for text in ["", "id,at\n", "BZh,at\n", "PK,id\n", "<5 s,<10 s\n", "{\"a\":1}", "Rar,b\n"] {
            assert_eq!(named(text.as_bytes()), None, "{text}");
        }
    }
}
