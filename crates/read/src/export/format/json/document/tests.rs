//! Documents of JSON as their rows.

use super::super::rows_at::EACH;
use super::*;
use coverledger_config::ColumnName;

/// What a document came to: each row as its values, or its reason.
#[derive(Default)]
struct ReadRows(Vec<String>);

impl Records for ReadRows {
    fn record(&mut self, at: Position, fields: &[Field<'_>], _: &dyn Fn() -> String) {
        let values = fields.iter().map(|field| match field {
            Field::Text(text) => (*text).to_owned(),
            Field::Null => "-".to_owned(),
            other => format!("{other:?}"),
        });
        let values = values.collect::<Vec<_>>().join(" ");
        self.0.push(format!("{} {values}", at.byte_offset.unwrap()));
    }

    fn broken(&mut self, at: Position, reason: Reason, _: &[u8]) {
        self.0.push(format!("{} {}", at.byte_offset.unwrap(), reason.word()));
    }

    fn is_refused(&self) -> bool {
        false
    }
}

fn rows(text: &str, rows_at: &str, names: &[&str]) -> Result<Vec<String>, String> {
    use std::io::{Seek, Write};
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    let steps: Vec<String> = rows_at::split(rows_at).into_iter().map(str::to_owned).collect();
    assert!(matches!(steps.last().map(String::as_str), Some(EACH | "{}")));
    let wanted: Vec<Wanted> = names.iter().map(|name| Wanted::needed(&ColumnName::new(*name))).collect();
    let mut told = ReadRows::default();
    let count = read(Bytes::open(file, None).unwrap(), (&steps, &Pages::default()), &wanted, None, &mut told)
        .map_err(|e| e.to_string())?;
    assert_eq!(count.0, told.0.len() as u64);
    Ok(told.0)
}

#[test]
fn a_row_has_members_members_of_members_and_what_it_lies_in() {
    let text = r#"{"code":0,"data":{"live_id":"7651420123456789012","intervals":[{"start":1,"traffic":{"views":12}},{"traffic":{"views":"1.2K"},"start":61}]}}"#;
    assert_eq!(
        rows(text, "data.intervals[]", &["start", "traffic.views", "$.data.live_id", "$.code"]).unwrap(),
        ["63 1 12 7651420123456789012 0", "98 61 1.2K 7651420123456789012 0"]
    );
}

#[test]
fn rows_of_several_lists_know_their_own() {
    let text = r#"{"lives":[{"id":"a","rows":[{"v":1},{"v":2}]},{"id":"b"},{"id":"c","rows":null},{"id":"d","rows":[{"v":3}]}]}"#;
    assert_eq!(rows(text, "lives[].rows[]", &["v", "$.lives[].id"]).unwrap(), ["28 1 a", "36 2 a", "98 3 d"]);
    assert_eq!(rows(r#"[{"v":1}]"#, "[]", &["v"]).unwrap(), ["1 1"]);
    assert_eq!(rows(r#"{"lives":[]}"#, "lives[].rows[]", &["v"]).unwrap(), Vec::<String>::new());
}

#[test]
fn rows_that_are_none_and_keys_given_twice_are_rejects() {
    let text =
        r#"{"r":[{"v":1},{"v":1,"v":2},7,{"t":{"v":1},"v":2,"t":{"v":3}},{"v":2,"x":1,"x":2},{"t":{"v":4}}]}"#;
    assert_eq!(
        rows(text, "r[]", &["v", "t.v"]).unwrap(),
        ["6 1 -", "14 duplicate_key", "28 malformed_json", "30 duplicate_key", "62 2 -", "82 - 4"]
    );
}

#[test]
fn a_way_that_leads_nowhere_says_how_far_it_got() {
    for (text, way, why) in [
        (
            r#"{"code":5,"message":"no"}"#,
            "data.rows[]",
            "the document has no member `data` (it has: `code`, `message`)",
        ),
        (r#"{"data":null}"#, "data.rows[]", "`data` is null, not an object with a member `rows`"),
        (r#"{"data":{"list":[]}}"#, "data.rows[]", "`data` has no member `rows` (it has: `list`)"),
        (r#"{"data":{"rows":{}}}"#, "data.rows[]", "`data.rows` is an object, not a list"),
        (r#"{"data":{"rows":null}}"#, "data.rows[]", "`data.rows` is null, not a list"),
        (r#"{"rows":[]}"#, "[]", "the document is an object, not a list"),
        (r#"[{"rows":[]}]"#, "rows[]", "the document is a list, not an object with a member `rows`"),
        (r#"{"l":[{"a":1},{"b":1}]}"#, "l[].rows[]", "`l[]` has no member `rows` (it has: `a`)"),
    ] {
        assert_eq!(rows(text, way, &["v"]).unwrap_err(), format!("its rows are not at `{way}`: {why}"));
    }
}

#[test]
fn a_document_that_is_none_is_refused() {
    for (text, why) in [
        ("{\"r\":[]}{\"r\":[]}", "it is not sound JSON (trailing characters at line 1 column 9; is it `ndjson`?)"),
        ("{\"r\":[{\"v\":1}", "it is not sound JSON (EOF while parsing a list at line 1 column 13)"),
        ("{\"r\":[],\"r\":[]}", "it is not sound JSON (it names `r` twice, and which one counts nobody can tell)"),
        ("{\"r\":[{\"w\":1}]}", "none of the mapped columns is in any of its records"),
        ("{\"r\":[{\"v\":1,\"t\":{\"w\":2}}]}", "it has no column `t.v` (it has: `v`, `t.w`)"),
    ] {
        assert_eq!(rows(text, "r[]", &["v", "t.v"]).unwrap_err(), why);
    }
}

#[test]
fn members_of_an_object_are_rows_under_their_keys() {
    let text = r#"{"d":{"7651":{"v":1},"a\"b":{"v":2},"x":3}}"#;
    assert_eq!(rows(text, "d{}", &["v", "$key"]).unwrap(), ["13 1 7651", "28 2 a\"b", "40 malformed_json"]);
    let inner = r#"{"l":{"r1":{"n":"one","i":[{"v":1},{"v":2}]},"r2":{"n":"two","i":[{"v":3}]}}}"#;
    assert_eq!(
        rows(inner, "l{}.i[]", &["v", "$key", "$.l{}.n"]).unwrap(),
        ["27 1 r1 one", "35 2 r1 one", "66 3 r2 two"]
    );
    // What has no members is written as an empty list by some.
    assert_eq!(rows(r#"{"d":[]}"#, "d{}", &["v"]).unwrap(), <[&str; 0]>::default());
    assert_eq!(
        rows(r#"{"d":[{"v":1}]}"#, "d{}", &["v"]).unwrap_err(),
        "its rows are not at `d{}`: `d` is a list, not an object"
    );
    assert!(rows(r#"{"d":{"a":{"v":1},"a":{"v":2}}}"#, "d{}", &["v"]).unwrap_err().contains("names `a` twice"));
}
