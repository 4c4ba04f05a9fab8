//! A scanner for the XML inside a spreadsheet: tags and text, nothing resolved, no memory beyond one of them.

use std::io::{BufRead, Read};

/// A cell holds up to 32,767 characters.
const MAX_PIECE_BYTES: usize = 1 << 20;

/// What stands in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name …>`, or, with `is_empty`, `<name …/>`. The name is without its prefix.
    Open { name: &'a [u8], attributes: &'a [u8], is_empty: bool },
    /// `</name>`.
    Close(&'a [u8]),
    /// Text between tags, entities unresolved.
    Text(&'a [u8]),
}

/// Hands over every piece of a part, in order.
pub(super) fn scan(part: impl Read, mut take: impl FnMut(Piece<'_>)) -> Result<(), String> {
    let mut part = std::io::BufReader::with_capacity(1 << 16, part);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        until(&mut part, b'<', &mut piece)?;
        let is_end = piece.pop_if(|last| *last == b'<').is_none();
        if !piece.is_empty() {
            take(Piece::Text(&piece));
        }
        if is_end {
            return Ok(());
        }
        piece.clear();
        loop {
            until(&mut part, b'>', &mut piece)?;
            if piece.last() != Some(&b'>') {
                return Err("its XML ends within a tag".to_owned());
            }
            if is_whole(&piece) {
                break;
            }
        }
        hand_over(&piece[..piece.len() - 1], &mut take)?;
    }
}

fn until(part: &mut impl BufRead, end: u8, piece: &mut Vec<u8>) -> Result<(), String> {
    let room = (MAX_PIECE_BYTES + 1).saturating_sub(piece.len()) as u64;
    part.by_ref().take(room).read_until(end, piece).map_err(|error| error.to_string())?;
    if piece.len() > MAX_PIECE_BYTES {
        return Err(format!("a value in its XML is longer than {MAX_PIECE_BYTES} bytes"));
    }
    Ok(())
}

/// Whether a tag that was read up to a `>` ends there.
fn is_whole(tag: &[u8]) -> bool {
    if tag.starts_with(b"!--") {
        return tag.len() > 5 && tag.ends_with(b"-->");
    }
    if tag.starts_with(b"![CDATA[") {
        return tag.ends_with(b"]]>");
    }
    let mut quote = None;
    for byte in tag {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    quote.is_none()
}

fn hand_over(tag: &[u8], take: &mut impl FnMut(Piece<'_>)) -> Result<(), String> {
    if let Some(text) = tag.strip_prefix(b"![CDATA[") {
        take(Piece::Text(text.strip_suffix(b"]]").unwrap_or(text)));
    } else if tag.starts_with(b"?") || tag.starts_with(b"!--") {
    } else if tag.starts_with(b"!") {
        return Err("its XML declares a document type".to_owned());
    } else if let Some(name) = tag.strip_prefix(b"/") {
        take(Piece::Close(local(name.trim_ascii())));
    } else {
        let is_empty = tag.ends_with(b"/");
        let tag = tag.strip_suffix(b"/").unwrap_or(tag);
        let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        take(Piece::Open { name: local(&tag[..end]), attributes: &tag[end..], is_empty });
    }
    Ok(())
}

fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// The value of an attribute, its prefix aside; entities unresolved.
pub(super) fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = attributes.trim_ascii_start();
    while let Some(equals) = memchr::memchr(b'=', rest) {
        let key = local(rest[..equals].trim_ascii());
        let value = rest[equals + 1..].trim_ascii_start();
        let (quote, value) = value.split_first()?;
        let end = memchr::memchr(*quote, value)?;
        if key == name {
            return Some(&value[..end]);
        }
        rest = value[end + 1..].trim_ascii_start();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(xml: &str) -> Result<String, String> {
        let mut told = String::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        scan(xml.as_bytes(), |piece| match piece {
            Piece::Open { name, is_empty, .. } => {
                told.extend(["<", &text(name), if is_empty { "/" } else { "" }]);
            }
            Piece::Close(name) => told.extend([">", &text(name)]),
            Piece::Text(value) => told.extend(["'", &text(value), "'"]),
        })?;
        Ok(told)
    }

    #[test]
    fn tags_text_and_what_is_neither() {
        let xml = "<?xml version='1.0'?><!-- <row> --><x:row r=\"1\" s='>'><c t=\"s\"/><v>4&lt;</v>\
                   <t><![CDATA[<v>]]></t></x:row>";
        assert_eq!(pieces(xml).unwrap(), "<row<c/<v'4&lt;'>v<t'<v>'>t>row");
        assert!(pieces("<a><b").is_err());
        assert!(pieces("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>").is_err());
        assert!(pieces(&"x".repeat(2 << 20)).is_err());
    }

    #[test]
    fn attributes_are_found_by_their_local_name() {
        let attributes = b" name=\"a = 'b'\" sheetId='1' r:id = \"rId1\"";
        assert_eq!(attribute(attributes, b"name"), Some(&b"a = 'b'"[..]));
        assert_eq!(attribute(attributes, b"id"), Some(&b"rId1"[..]));
        assert_eq!(attribute(attributes, b"b"), None);
    }
}
