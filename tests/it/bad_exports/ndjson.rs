//! NDJSON.

use super::mapping::{Mapping, good_json};

/// The sound objects `e1` and `e3` with something between them.
fn around(middle: &str) -> String {
    format!("{}{middle}\n{}", good_json("e1"), good_json("e3"))
}

/// `e2`'s line is rejected for this reason.
#[track_caller]
fn rejected(line: &str, reason: &str) {
    let outcome = Mapping::events().ndjson().read(around(line));
    assert_eq!(outcome.rows(), [3, 2, 0, 1], "{line}");
    assert_eq!(outcome.ids(), ["e1", "e3"]);
    let rejects: Vec<_> =
        outcome.report().rejects.iter().map(|r| (r.record, r.byte_offset, r.reason.word())).collect();
    assert_eq!(rejects, [(2, Some(good_json("e1").len() as u64), reason)], "{line}");
}

#[test]
fn a_line_that_is_no_object_costs_itself() {
    for line in [
        "{",
        "[]",
        "null",
        "x",
        "{\"id\":1}{}",
        "{\"id\":1},",
        "{'id':1}",
        "{\"id\":01}",
        "{\"id\":NaN}",
        "{\"id\":\"a\tb\"}",
    ] {
        rejected(line, "malformed_json");
    }
    for line in ["", "  ", "\r", "\t"] {
        rejected(line, "blank_line");
    }
    rejected(&"[".repeat(500_000), "malformed_json");
    rejected(&format!("{{\"x\":{}", "[".repeat(500_000)), "malformed_json");
}

#[test]
fn a_needed_key_twice_or_nested_costs_its_record() {
    rejected("{\"id\":\"e2\",\"id\":\"e2\"}", "duplicate_key");
    rejected(good_json("e2").replace("\"US\"", "[\"US\"]").trim_end(), "unknown_market");
    rejected(good_json("e2").replace("\"c1\"", "{\"c\":1}").trim_end(), "bad_value");
    rejected(good_json("e2").replace("\"c1\"", "null").trim_end(), "missing_value");
    rejected(good_json("e2").replace("\"cover\"", "\"covers\"").trim_end(), "missing_value");
    rejected(good_json("e2").replace("\"c1\"", "\"\\ud800\"").trim_end(), "malformed_json");
}

#[test]
fn ids_keep_every_digit_and_escapes_are_resolved() {
    let json = good_json("e2").replace("\"e2\"", "9007199254740993").replace("c1", "c\\u00e9\\\"\\\\");
    let outcome = Mapping::events().ndjson().read(json);
    assert_eq!(outcome.rows(), [1, 1, 0, 0]);
    assert_eq!((outcome.ids(), outcome.tape.stages[0].cover_id.as_str()), (vec!["9007199254740993"], "cé\"\\"));
}

#[test]
fn a_byte_order_mark_crlf_and_a_missing_last_newline_change_nothing() {
    let text = format!("\u{feff}{}", around("{}").replace('\n', "\r\n"));
    let outcome = Mapping::events().ndjson().read(text.trim_end());
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["2 `{}` missing_value at"]);
}

#[test]
fn bytes_that_are_not_utf8_cost_their_record() {
    let mut bytes = around(good_json("e2").replace("c1", "c?").trim_end()).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xff;
    let outcome = Mapping::events().ndjson().read(&bytes);
    assert_eq!((outcome.rows(), outcome.rejects()), ([3, 2, 0, 1], vec!["2 `{\"` not_utf8".to_owned()]));
}

#[test]
fn one_endless_line_is_refused() {
    let endless = format!("{}{{\"x\":\"{}", good_json("e1"), "x".repeat(5 << 20));
    let offset = good_json("e1").len();
    let refusal = format!("the record at byte {offset} is longer than 1048576 bytes");
    assert_eq!(Mapping::events().ndjson().read(endless).refusal(), refusal);
}
