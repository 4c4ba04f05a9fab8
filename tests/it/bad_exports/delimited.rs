//! CSV and TSV.

use std::time::{Duration, Instant};

use super::mapping::{HEADER, Mapping, good};

const NO_HEADER: &str =
    "none of the mapped columns is in its first line; has it a header, and this delimiter and encoding?";

/// The sound lines `e1` and `e3` with something between them.
fn around(middle: &str) -> String {
    format!("{HEADER}{}{middle}{}", good("e1"), good("e3"))
}

/// What becomes of the same text as CSV and, with its commas made tabs, as TSV.
#[track_caller]
fn expect(text: &str, rows: [u64; 4], rejects: &[&str], ids: &[&str]) {
    for outcome in [Mapping::events().read(text), Mapping::events().tsv().read(text.replace(',', "\t"))] {
        assert_eq!(outcome.rows(), rows, "{text}");
        assert_eq!(outcome.rejects(), rejects, "{text}");
        assert_eq!(outcome.ids(), ids, "{text}");
    }
}

#[test]
fn a_ragged_row_costs_itself() {
    let few = around("e2,2026-11-21T10:00:00Z,show,US,r1\n");
    expect(&few, [3, 2, 0, 1], &["2 `e2` field_count"], &["e1", "e3"]);
    let many = around("e2,2026-11-21T10:00:00Z,show,US,r1,c1,v1,f,,,\n");
    expect(&many, [3, 2, 0, 1], &["2 `e2` field_count"], &["e1", "e3"]);
    let quoted = around("e2,2026-11-21T10:00:00Z,show,US,r1,\"c1\"\n");
    expect(&quoted, [3, 2, 0, 1], &["2 `e2` field_count"], &["e1", "e3"]);
}

#[test]
fn record_numbers_and_offsets_are_exact() {
    let text = around("\ne2\n\n,2026-11-21T10:00:00Z,show,US,r1,c1,v1,f,\n");
    let outcome = Mapping::events().read(&text);
    assert_eq!(outcome.rows(), [4, 2, 0, 2]);
    let rejects: Vec<_> =
        outcome.report().rejects.iter().map(|r| (r.record, r.byte_offset, r.reason.word())).collect();
    // 47 bytes of header, 44 of `e1`, 1 blank; 3 of `e2`, 1 blank.
    assert_eq!(rejects, [(2, Some(92), "field_count"), (3, Some(96), "missing_value")]);
    assert_eq!(outcome.report().rejects[1].column.as_deref(), Some("id"));
    assert_eq!(outcome.tape.signals.iter().map(|s| s.record).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn an_unclosed_quote_in_the_last_column_swallows_nothing() {
    let text = around("e2,2026-11-21T10:00:00Z,enter,US,r1,c1,v1,f,\"60\n");
    expect(&text, [3, 2, 0, 1], &["2 `e2` broken_quote"], &["e1", "e3"]);
    let twice = around(
        "e2,2026-11-21T10:00:00Z,enter,US,r1,c1,v1,f,\"60\ne4,2026-11-21T10:00:00Z,enter,US,r1,c1,v1,f,\"61\n",
    );
    expect(&twice, [4, 2, 0, 2], &["2 `e2` broken_quote", "3 `e4` broken_quote"], &["e1", "e3"]);
    let before_a_quoted_row = around(
        "e2,2026-11-21T10:00:00Z,enter,US,r1,c1,v1,f,\"60\n\"e4\",2026-11-21T10:00:00Z,enter,US,r1,c1,v1,f,\"61\"\n",
    );
    expect(&before_a_quoted_row, [4, 3, 0, 1], &["2 `e2` broken_quote"], &["e1", "e4", "e3"]);
}

#[test]
fn an_unclosed_quote_in_any_column_costs_its_own_line() {
    let fields = ["e2", "2026-11-21T10:00:00Z", "enter", "US", "r1", "c1", "v1", "f", "60"];
    for column in 0..fields.len() {
        let mut damaged = fields.map(str::to_owned);
        damaged[column].insert(0, '"');
        let text = around(&format!("{}\n", damaged.join(",")));
        let at = if column == 0 { "\"e" } else { "e2" };
        expect(&text, [3, 2, 0, 1], &[format!("2 `{at}` broken_quote").as_str()], &["e1", "e3"]);
    }
}

#[test]
fn text_behind_a_closing_quote_is_a_broken_quote_and_a_quote_within_text_is_text() {
    let behind = around("e2,2026-11-21T10:00:00Z,show,US,r1,\"c\"1,v1,f,\n");
    expect(&behind, [3, 2, 0, 1], &["2 `e2` broken_quote"], &["e1", "e3"]);
    let within = around("e2,2026-11-21T10:00:00Z,show,US,r1,5\" c,v1,f,\n");
    expect(&within, [3, 3, 0, 0], &[], &["e1", "e2", "e3"]);
    assert_eq!(Mapping::events().read(&within).tape.stages[1].cover_id.as_deref().unwrap(), "5\" c");
}

#[test]
fn a_quoted_field_may_hold_delimiters_quotes_and_newlines() {
    let text = around("e2,2026-11-21T10:00:00Z,show,US,r1,\"a \"\"b\"\"\n,c\r\nd\",v1,f,\n");
    expect(&text, [3, 3, 0, 0], &[], &["e1", "e2", "e3"]);
    let outcome = Mapping::events().read(&text);
    assert_eq!(outcome.tape.stages[1].cover_id.as_deref().unwrap(), "a \"b\"\n,c\r\nd");
    assert_eq!(outcome.tape.signals.iter().map(|s| s.record).collect::<Vec<_>>(), [1, 2, 3]);
    let ragged = around("e2,2026-11-21T10:00:00Z,show,US,r1,\"a\nb\",v1\n");
    // The quote closes, but the record does not fit: its lines are judged one by one.
    expect(&ragged, [4, 2, 0, 2], &["2 `e2` broken_quote", "3 `b\"` field_count"], &["e1", "e3"]);
}

#[test]
fn a_byte_order_mark_and_crlf_change_nothing() {
    let crlf = format!("\u{feff}{}", around("e2\n").replace('\n', "\r\n"));
    let outcome = Mapping::events().read(&crlf);
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["2 `e2` field_count"]);
    assert_eq!(outcome.report().rejects[0].byte_offset, Some(3 + 48 + 45));
    assert_eq!(outcome.ids(), ["e1", "e3"]);
    let quoted = format!("{HEADER}\"e1\",2026-11-21T10:00:00Z,show,US,r1,c1,v1,f,\"\"\r\n");
    assert_eq!(Mapping::events().read(quoted).rows(), [1, 1, 0, 0]);
}

#[test]
fn a_last_line_without_a_newline_is_a_record() {
    assert_eq!(Mapping::events().read(format!("{HEADER}{}", good("e1").trim_end())).rows(), [1, 1, 0, 0]);
    assert_eq!(Mapping::events().read(format!("{HEADER}{}e2,20", good("e1"))).rows(), [2, 1, 0, 1]);
}

#[test]
fn blank_lines_are_no_records() {
    expect(&around("\n\r\n\n"), [2, 2, 0, 0], &[], &["e1", "e3"]);
    assert_eq!(Mapping::events().read(format!("\n\n{HEADER}\n{}\n\n", good("e1"))).rows(), [1, 1, 0, 0]);
}

#[test]
fn bytes_that_are_not_utf8_cost_their_record() {
    let mut bytes = around("e2,2026-11-21T10:00:00Z,show,US,r1,c?,v1,f,\n").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xe9;
    let outcome = Mapping::events().read(&bytes);
    assert_eq!(outcome.rows(), [3, 2, 0, 1]);
    assert_eq!(outcome.rejects(), ["2 `e2` not_utf8"]);
    let nul = around("e2,2026-11-21T10:00:00Z,show,US,r1,c\0,v1,f,\n");
    assert_eq!(Mapping::events().read(nul).rows(), [3, 3, 0, 0]);
}

#[test]
fn an_export_without_its_columns_is_refused() {
    let renamed = format!("{}{}", HEADER.replace("room", "room_id"), good("e1"));
    assert_eq!(
        Mapping::events().read(renamed).refusal(),
        "it has no column `room` (nearest: `room_id`; it has: `id`, `at`, `what`, `country`, `room_id`, `cover`, `viewer`, `who`, `dwell`)"
    );
    let twice = format!("{}{}", HEADER.replace("who", "room"), good("e1"));
    assert_eq!(Mapping::events().read(twice).refusal(), "its header names `room` twice");
    let unneeded_twice = format!("note,{},note\n", HEADER.trim_end());
    assert_eq!(Mapping::events().read(unneeded_twice).refusal(), "its header names `note` twice");
    let semicolons = around("").replace(',', ";");
    assert_eq!(Mapping::events().read(semicolons).refusal(), NO_HEADER);
    let broken = format!("\"{HEADER}{}", good("e1"));
    assert_eq!(
        Mapping::events().read(broken).refusal(),
        "its header cannot be read (a quote in it does not close)"
    );
}

#[test]
fn an_export_without_a_header_is_refused_and_none_of_its_values_is_told() {
    for line in [good("e1"), good("v1"), "v1,v1\n".to_owned(), "\"v1\n\",v1".to_owned()] {
        assert_eq!(Mapping::events().read(line.repeat(2)).refusal(), NO_HEADER, "{line}");
    }
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let shuffled =
        "extra,dwell,who,viewer,cover,room,country,what,at,id\nx,,f,v1,c1,r1,US,show,2026-11-21T10:00:00Z,e1\n";
    let outcome = Mapping::events().read(shuffled);
    assert_eq!(outcome.rows(), [1, 1, 0, 0]);
    assert_eq!((outcome.ids(), outcome.tape.stages[0].cover_id.as_deref().unwrap()), (vec!["e1"], "c1"));
}

#[test]
fn an_export_without_content_is_refused() {
    let empty = "it is empty (0 bytes): the platform delivered nothing, or the upload broke off";
    assert_eq!(Mapping::events().read("").refusal(), empty);
    assert_eq!(Mapping::events().ndjson().read("").refusal(), empty);
    let mark = "\u{feff}";
    assert_eq!(Mapping::events().read(mark).refusal(), empty);
    assert_eq!(Mapping::events().ndjson().read(mark).refusal(), empty);
    for blank in ["\n\r\n\n", "\u{feff}\n"] {
        assert_eq!(Mapping::events().read(blank).refusal(), "its header cannot be read (there is none)");
    }
}

#[test]
fn a_header_alone_is_an_export_of_no_rows() {
    for text in [HEADER, HEADER.trim_end(), "\u{feff}id,at,what,country,room,cover,viewer,who,dwell\r\n\r\n"] {
        assert_eq!(Mapping::events().read(text).rows(), [0, 0, 0, 0]);
    }
}

#[test]
fn one_endless_line_is_refused_in_bounded_memory() {
    let endless = format!("{}{}", around(""), "x".repeat(5 << 20));
    let offset = around("").len();
    let refusal = format!("the record at byte {offset} is longer than 1048576 bytes");
    assert_eq!(Mapping::events().read(&endless).refusal(), refusal);
    assert_eq!(Mapping::events().read(format!("{}\"{}", around(""), "x".repeat(5 << 20))).refusal(), refusal);
    assert_eq!(
        Mapping::events().read("x".repeat(5 << 20)).refusal(),
        "the record at byte 0 is longer than 1048576 bytes"
    );
}

#[test]
fn lines_whose_quotes_never_meet_are_not_read_over_and_over() {
    // Behind each line the next one closes its quote and opens another, without end.
    let chained = format!("{HEADER}{}", "a\",\"b\n".repeat(300_000));
    let started = Instant::now();
    let outcome = Mapping::events().read(&chained);
    assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
    let report = outcome.report();
    assert_eq!((report.rows_in, report.rejected, report.rejects.len()), (300_000, 300_000, 1_000));
}

#[test]
fn bytes_of_two_fields_that_make_a_character_together_are_none() {
    let halves = [b"e2,2026-11-21T10:00:00Z,show,US,\"r1\xc3\",\"\xa9\",v1,f,\n".to_vec()].concat();
    let text = [HEADER.as_bytes(), good("e1").as_bytes(), &halves, good("e3").as_bytes()].concat();
    let outcome = Mapping::events().read(&text);
    assert_eq!(outcome.rejects(), ["2 `e2` not_utf8"]);
    assert_eq!(outcome.ids(), ["e1", "e3"]);
    let header = [b"\"id\xc3\",\"\xa9\",at\n".as_slice(), good("e1").as_bytes()].concat();
    assert!(Mapping::events().read(&header).refusal().contains("not UTF-8 in its header"));
}
