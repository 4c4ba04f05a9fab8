//! A scanner for the XML inside a spreadsheet: tags and text, nothing resolved, no memory beyond one of them.

use std::io::{BufRead, ErrorKind, Read};

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

/// Hands over every piece of a part, in order. Every byte is looked at once: what a tag has of `>` and of quotes within
/// its values costs no more than other letters.
pub(super) fn scan(part: impl Read, mut take: impl FnMut(Piece<'_>)) -> Result<(), String> {
    let mut part = std::io::BufReader::with_capacity(1 << 16, part);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let is_end = !until(&mut part, [b'<'; 3], &mut piece)?;
        piece.pop_if(|last| !is_end && *last == b'<');
        if !piece.is_empty() {
            take(Piece::Text(&piece));
        }
        if is_end {
            return Ok(());
        }
        piece.clear();
        whole_tag(&mut part, &mut piece)?;
        hand_over(&piece[..piece.len() - 1], &mut take)?;
    }
}

/// Reads a tag up to the `>` that ends it, which is none that stands in a value, a comment or a CDATA section.
fn whole_tag(part: &mut impl BufRead, tag: &mut Vec<u8>) -> Result<(), String> {
    const OUTSIDE: [u8; 3] = [b'>', b'"', b'\''];
    /// `<!-->` is no comment that ends.
    const SHORTEST: usize = b"!---->".len();
    let mut is_there = until(part, OUTSIDE, tag)?;
    // A comment and a CDATA section have no values: quotes in them are letters.
    let closing: &[u8] = match () {
        () if tag.starts_with(b"!--") => b"-->",
        () if tag.starts_with(b"![CDATA[") => b"]]>",
        () => b">",
    };
    while is_there {
        is_there = match tag.last() {
            Some(b'>') if closing == b">" || (tag.len() >= SHORTEST && tag.ends_with(closing)) => return Ok(()),
            Some(quote @ (b'"' | b'\'')) if closing == b">" => {
                let quote = *quote;
                until(part, [quote; 3], tag)? && until(part, OUTSIDE, tag)?
            }
            _ => until(part, [b'>'; 3], tag)?,
        };
    }
    Err("its XML ends within a tag".to_owned())
}

/// Reads up to one of these bytes and with it, or to the end; whether it is there.
fn until(part: &mut impl BufRead, [one, two, three]: [u8; 3], piece: &mut Vec<u8>) -> Result<bool, String> {
    loop {
        let there = match part.fill_buf() {
            Ok(there) => there,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.to_string()),
        };
        let found = memchr::memchr3(one, two, three, there);
        let taken = found.map_or(there.len(), |at| at + 1);
        piece.extend_from_slice(&there[..taken]);
        part.consume(taken);
        if piece.len() > MAX_PIECE_BYTES {
            return Err(format!("a value in its XML is longer than {MAX_PIECE_BYTES} bytes"));
        }
        if found.is_some() || taken == 0 {
            return Ok(found.is_some());
        }
    }
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
