//! NDJSON.

use super::mapping::{Mapping, good_json};

/// A sound object for [`Mapping::impressions`].
const IMPRESSION: &str = "{\"at\":\"2026-11-21T10:00:00Z\",\"room\":\"r1\",\"cover\":\"c1\",\"clicked\":true,\
    \"entered\":null,\"ordered\":0,\"dwell\":null}\n";

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
    assert_eq!(
        (outcome.ids(), outcome.tape.stages[0].cover_id.as_deref().unwrap()),
        (vec!["9007199254740993"], "cé\"\\")
    );
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

#[test]
fn a_key_that_no_record_has_is_a_missing_column() {
    let read = |text: &str| Mapping::impressions().ndjson().read(text);
    assert_eq!(read(&IMPRESSION.repeat(3)).rows(), [3, 3, 0, 0], "null is there");
    for column in ["at", "room", "cover", "clicked", "entered", "ordered", "dwell"] {
        let renamed = IMPRESSION.replace(&format!("{column:?}"), "\"zz\"");
        let keys = ["at", "clicked", "cover", "dwell", "entered", "ordered", "room", "zz"];
        let keys = keys.iter().filter(|key| **key != column).map(|key| format!("`{key}`")).collect::<Vec<_>>();
        let refusal = format!("it has no column `{column}` (it has: {})", keys.join(", "));
        assert_eq!(read(&renamed.repeat(3)).refusal(), refusal);
        assert_eq!(read(&format!("{{}}\n{renamed}x\n")).refusal(), refusal, "bad records show no keys");
        assert_eq!(read(&format!("{renamed}{IMPRESSION}")).report().rows_in, 2, "one record has it");
    }
    let renamed = good_json("e1").replace("\"who\"", "\"gender\"");
    let refusal = Mapping::events().ndjson().read(renamed).refusal();
    assert!(
        refusal.starts_with("it has no column `who` (it has: `at`, `country`, `cover`, `gender`, "),
        "{refusal}"
    );
}

#[test]
fn dwell_is_missed_only_by_events_that_carry_it() {
    // `good_json` has no dwell at all.
    assert_eq!(Mapping::events().ndjson().read(good_json("e1")).rows(), [1, 1, 0, 0]);
    let leave = Mapping::events().ndjson().read(good_json("e1").replace("show", "leave"));
    assert_eq!(leave.rejects(), ["1 `{\"` missing_value dwell"]);
}

#[test]
fn records_without_any_mapped_key_are_refused_and_none_of_their_keys_is_told() {
    for text in ["{\"v1\":1}\n", "{}", "x\n{\"v1\":{\"id\":1}}\n\n"] {
        let refusal = Mapping::events().ndjson().read(text).refusal();
        assert_eq!(refusal, "none of the mapped columns is in any of its records", "{text}");
    }
    assert_eq!(Mapping::events().ndjson().read("x\n\n").rows(), [2, 0, 0, 2], "no record can be read");
}
