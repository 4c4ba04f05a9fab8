//! `JSONTestSuite`: texts that are not JSON, each as a line of an export.

use super::mapping::{Mapping, good_json};
use crate::data;

/// The texts whose name begins so.
fn texts(prefix: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut files = data::files(&data::folder("badinput/jsontestsuite")?.join("test_parsing"));
    files.retain(|(name, _)| name.starts_with(prefix));
    Some(files)
}

/// The lines of a text: a newline within it cuts it, one at its end closes it.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n').collect()
}

#[test]
fn every_text_that_is_not_json_is_a_reject_and_its_neighbours_are_taken() {
    let Some(texts) = texts("n_") else { return };
    assert_eq!(texts.len(), 188);
    let mut export = good_json("before").into_bytes();
    let mut bad = Vec::new();
    for (name, text) in &texts {
        for line in lines(text) {
            bad.push((name, export.len()));
            export.extend_from_slice(line);
            export.push(b'\n');
            export.extend_from_slice(good_json(name).as_bytes());
        }
    }
    let outcome = Mapping::events().ndjson().read(&export);
    let count = bad.len() as u64;
    assert_eq!(count, 193, "188 texts, four of them of more than one line");
    assert_eq!(outcome.rows(), [2 * count + 1, count + 1, 0, count]);
    for (index, (reject, (name, offset))) in outcome.report().rejects.iter().zip(&bad).enumerate() {
        let place = (reject.record, reject.byte_offset);
        assert_eq!(place, (2 * index as u64 + 2, Some(*offset as u64)), "{name}");
        let reason = reject.reason.word();
        assert!(["malformed_json", "not_utf8", "blank_line"].contains(&reason), "{name}: {reason}");
    }
    let ids: Vec<&str> = std::iter::once("before").chain(bad.iter().map(|(name, _)| name.as_str())).collect();
    assert_eq!(outcome.ids(), ids);
}

#[test]
fn every_text_that_is_an_object_is_well_formed() {
    let Some(mut texts) = texts("y_") else { return };
    assert_eq!(texts.len(), 95);
    texts.retain(|(_, text)| text.trim_ascii_start().starts_with(b"{") && lines(text).len() == 1);
    assert_eq!(texts.len(), 11, "y_object_with_newlines is not one line");
    for (name, text) in texts {
        let text = [text.trim_ascii_end(), b"\n", good_json("e2").as_bytes()].concat();
        let outcome = Mapping::events().ndjson().read(&text);
        assert_eq!(outcome.rows(), [2, 1, 0, 1], "{name}");
        assert_eq!(outcome.report().rejects[0].reason.word(), "missing_value", "{name}");
    }
}

#[test]
fn texts_that_may_be_either_never_hurt() {
    let Some(texts) = texts("i_") else { return };
    assert_eq!(texts.len(), 35);
    let expected = [
        "it is UTF-16 without a byte order mark; expected UTF-8, or what `encoding` says",
        "none of the mapped columns is in any of its records",
    ];
    for (name, text) in texts {
        match Mapping::events().ndjson().read(&text).report {
            Ok(report) => assert_eq!((report.taken, report.rows_in), (0, report.rejected), "{name}"),
            Err(error) => assert!(expected.contains(&error.to_string().as_str()), "{name}: {error}"),
        }
    }
}
