//! JSON documents with rows in them.

use super::gzip::gzip;
use super::mapping::{Mapping, good_json};

fn mapping() -> Mapping {
    Mapping::events().json(&["data", "rows", "[]"])
}

#[test]
fn rows_are_found_and_rejects_placed() {
    let rows =
        [good_json("e1"), "7".to_owned(), good_json("e2").replace("show", "nod"), good_json("e3")].join(",");
    let text = format!("{{\"code\":0,\"data\":{{\"rows\":[{rows}]}}}}");
    for bytes in [text.clone().into_bytes(), format!("\u{feff}{text}").into_bytes()] {
        let outcome = mapping().read(&bytes);
        assert_eq!(outcome.rows(), [4, 2, 0, 2]);
        assert_eq!(outcome.ids(), ["e1", "e3"]);
        let rejects: Vec<_> =
            outcome.report().rejects.iter().map(|r| (r.record, r.reason.word(), r.column.as_deref())).collect();
        assert_eq!(rejects, [(2, "malformed_json", None), (3, "unknown_event", Some("what"))]);
    }
    let outcome = mapping().read(&text);
    assert_eq!(outcome.rejects(), ["2 `7,` malformed_json", "3 `{\"` unknown_event what"]);
    assert_eq!(mapping().read(gzip(text.as_bytes())).rows(), [4, 2, 0, 2]);
}

#[test]
fn a_document_without_its_rows_is_refused() {
    assert_eq!(
        mapping().read("{\"code\":10001,\"message\":\"rate limited\",\"data\":null}").refusal(),
        "its rows are not at `data.rows[]`: `data` is null, not an object with a member `rows`"
    );
    assert_eq!(
        mapping().read("{\"data\":{\"rows\":[]}} {}").refusal(),
        "it is not sound JSON (trailing characters at line 1 column 22; is it `ndjson`?)"
    );
    assert_eq!(mapping().read("{\"data\":{\"rows\":[]}}").rows(), [0, 0, 0, 0]);
    assert!(mapping().read("{\"data\":{\"rows\":[{}").refusal().starts_with("it is not sound JSON (EOF"));
    assert_eq!(
        mapping().read(b"{\"data\":{\"rows\":[\"\xff\"]}}").refusal(),
        "it is not UTF-8; expected UTF-8, or what `encoding` says"
    );
}

#[test]
fn a_document_without_end_or_bottom_is_refused() {
    let deep = format!("{{\"x\":{}{},\"data\":{{\"rows\":[]}}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(mapping().read(deep).refusal(), "it is not sound JSON (it nests deeper than 128 levels)");
    let long = gzip(&[b"[".as_slice(), &b"{\"a\":\"bcdefghijk\"},".repeat(4_000_000)].concat());
    let refusal = mapping().read(long).refusal();
    assert!(refusal.contains("more than 67108864 bytes"), "{refusal}");
}
