//! The text of a sheet, whatever a spreadsheet saved it as.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};

/// A sheet as text.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) is_not_utf_8: bool,
}

/// UTF-8, UTF-16 by its mark, or GB18030, in which Chinese spreadsheets save CSV.
pub(super) fn decoded(bytes: &[u8]) -> Result<Decoded, String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, is_broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if is_broken {
            Err(no_text(bytes))
        } else {
            Ok(Decoded { text: text.into_owned(), is_not_utf_8: false })
        };
    }
    if bytes.contains(&0) {
        return Err(no_text(bytes));
    }
    for (encoding, is_not_utf_8) in [(UTF_8, false), (GB18030, true)] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Ok(Decoded { text: text.into_owned(), is_not_utf_8 });
        }
    }
    Err(no_text(bytes))
}

fn no_text(bytes: &[u8]) -> String {
    let expected = "expected CSV or YAML in UTF-8";
    if bytes.starts_with(b"PK\x03\x04") {
        return format!(
            "it is a workbook or a ZIP archive under the name of a text ({expected}; save the sheet as `CSV UTF-8`)"
        );
    }
    if bytes.len() > 1 && bytes[1] == 0 && !bytes.starts_with(&[0]) {
        return format!("it is {} without a byte order mark ({expected})", UTF_16LE.name());
    }
    format!("it is no text ({expected})")
}
