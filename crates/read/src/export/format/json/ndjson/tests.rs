//! Lines of NDJSON, and the fast path against the parser.

use proptest::prelude::*;

use super::*;
use crate::export::format::log::{Log, lines};
use coverledger_config::ColumnName;

fn texts(line: &str) -> Result<Vec<Option<String>>, Reason> {
    let needed = ["id", "at"].map(|name| Wanted::needed(&ColumnName::new(name)));
    let mut found = [None; 2];
    parse(line.as_bytes(), &needed, &mut found)?;
    found
        .into_iter()
        .map(|value| {
            Ok(match JsonValue::of(value)? {
                JsonValue::Text(text) => Some(text.into_owned()),
                _ => None,
            })
        })
        .collect()
}

#[test]
fn numbers_are_kept_as_written() {
    let values = texts(r#"{"id": 9007199254740993, "x": [1, {"id": 2}], "at": "a\u00e9\n"}"#).unwrap();
    assert_eq!(values, [Some("9007199254740993".to_owned()), Some("aé\n".to_owned())]);
}

#[test]
fn a_needed_key_given_twice_is_a_reject() {
    assert_eq!(texts(r#"{"id": 1, "id": 2}"#), Err(Reason::DuplicateKey));
    assert!(texts(r#"{"id": 1, "x": 1, "x": 2}"#).is_ok());
}

#[test]
fn a_line_must_be_one_object() {
    for line in ["[]", "1", "{} {}", "{\"id\":1}x", "{'id':1}", "{\"id\": \"\\ud800\"}"] {
        assert_eq!(texts(line), Err(Reason::MalformedJson), "{line}");
    }
    assert_eq!(texts("  "), Err(Reason::BlankLine));
}

/// What is read of a file, and how it ends.
fn read_all(text: &[u8], refused_after: Option<usize>, is_quick: bool) -> (Log, String) {
    let wanted = ["id", "at", "dwell"].map(|name| Wanted::needed(&ColumnName::new(name)));
    let mut log = Log { refused_after, ..Log::default() };
    let end = lines(text).and_then(|lines| read_lines(lines, &wanted, Some(2), is_quick, &mut log));
    (log, format!("{end:?}"))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "\"[a-z0-9 é直{}:,-]{0,20}\"",
        6 => "-?(0|[1-9][0-9]{0,22})",
        3 => "-?[0-9]{0,3}([.][0-9]{0,4})?([eE][+-]?[0-9]{0,2})?",
        4 => prop::sample::select(&["null", "true", "false", "\"\""][..]).prop_map(str::to_owned),
        2 => "\"([a-z]|\\\\[nu\"/\\\\]|\\\\u00e9|\\\\ud800|[\u{0}-\u{20}]){0,6}\"",
        1 => prop::sample::select(&["[]", "{}", "[1,\"\\\"\"]", "{\"id\":1}", "nul", "+1", "'a'", "NaN"][..]).prop_map(str::to_owned),
    ]
}

/// A line of the shape of one: the keys as they are there, or otherwise now and then.
fn line(keys: Vec<(String, String, String)>) -> impl Strategy<Value = Vec<u8>> {
    let other = prop_oneof![30 => Just(None), 1 => key().prop_map(Some)];
    let ends = prop_oneof![30 => Just("}\n"), 3 => Just("}\r\n"), 1 => Just("} \n"), 1 => Just("}\r\r\n"), 1 => Just("}x\n"), 1 => Just("\n"), 1 => Just("},{}\n"), 1 => Just("}\n\n")];
    let members = prop::collection::vec((value(), other, 0..40_u8), keys.len());
    let byte = prop::option::weighted(0.02, any::<(prop::sample::Index, u8)>());
    (members, ends, byte).prop_map(move |(members, end, byte)| {
        let mut line = "{".to_owned();
        for ((before, key, between), (value, other, left_out)) in keys.iter().zip(members) {
            if left_out == 0 {
                continue;
            }
            let comma = if line.len() > 1 { "," } else { "" };
            let key = other.as_ref().map_or(key, |(_, key, _)| key);
            for piece in [comma, before, key, between, &value] {
                line.push_str(piece);
            }
        }
        line.push_str(end);
        let mut line = line.into_bytes();
        if let Some((at, byte)) = byte {
            let at = at.index(line.len());
            line[at] = byte;
        }
        line
    })
}

fn key() -> impl Strategy<Value = (String, String, String)> {
    let name = prop_oneof![
        8 => prop::sample::select(&["\"id\"", "\"at\"", "\"dwell\""][..]).prop_map(str::to_owned),
        4 => "\"[a-z ]{0,12}\"",
        1 => prop::sample::select(&["\"i\\u0064\"", "\"a,\\\"b\"", "id"][..]).prop_map(str::to_owned),
    ];
    (
        "( |)",
        name,
        prop_oneof![8 => Just(":"), 2 => Just(": "), 1 => Just(" :\t"), 1 => Just("")].prop_map(str::to_owned),
    )
}

/// Lines of a few shapes.
fn file() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::collection::vec(key(), 1..6), 1..7)
        .prop_flat_map(|shapes| {
            let lines = shapes.into_iter().map(line).collect::<Vec<_>>();
            prop::collection::vec(prop::strategy::Union::new(lines), 0..60)
        })
        .prop_map(|lines| lines.concat())
        .prop_filter("an empty file is refused before", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn lines_like_those_before_are_read_as_the_parser_reads_them(
        text in file(),
        is_cut in any::<bool>(),
        refused_after in prop::option::weighted(0.1, 0..50_usize),
    ) {
        let text = &text[..text.len() - usize::from(is_cut && text.len() > 1)];
        prop_assert_eq!(read_all(text, refused_after, true), read_all(text, refused_after, false));
    }
}

#[test]
fn lines_like_those_before_pass_the_parser_by() {
    let needed = ["id", "at"].map(|name| Wanted::needed(&ColumnName::new(name)));
    let mut shapes = LineTemplates::default();
    let mut cells = Vec::new();
    let text = "{\"at\":\"b\",\"x\":1.50,\"id\":null}\n{\"id\": -7 }\r\n{\"at\":7,\"x\":1,\"id\":true}\n";
    assert_eq!(shapes.read(text, 0, &mut cells), None);
    shapes.learn(b"{\"at\":\"a\",\"x\":true,\"id\":12}", &needed);
    shapes.learn(b"{\"id\": 1 }", &needed);
    assert_eq!(shapes.read(text, 0, &mut cells), Some((29, 30)));
    assert_eq!(shapes.read(text, 30, &mut cells), Some((41, 43)));
    assert_eq!(shapes.read(text, 43, &mut cells), Some((67, 68)));
    assert_eq!(shapes.read(text, 68, &mut cells), None);
    let fields: Vec<Field<'_>> = cells.iter().map(|cell| cell.get(text)).collect();
    assert_eq!(fields[..2], [Field::Null, Field::Text("b")]);
    assert_eq!(fields[2..4], [Field::Text("-7"), Field::Null]);
    assert_eq!(fields[4..], [Field::Bool(true), Field::Text("7")]);
}
