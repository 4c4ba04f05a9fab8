//! YAML as nodes with their lines.

use super::*;

fn faults(text: &str) -> Vec<String> {
    let (_, faults) = parse(text);
    faults.iter().map(|fault| format!("{}|{}|{}", fault.line, fault.path, fault.message)).collect()
}

fn lines(node: &Node, path: &str, out: &mut Vec<String>) {
    out.push(format!("{path}@{}", node.line));
    match &node.kind {
        Kind::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| lines(item, &format!("{path}[{i}]"), out));
        }
        Kind::Map(entries) => entries.iter().for_each(|e| lines(&e.value, &member(path, &e.key), out)),
        _ => {}
    }
}

#[test]
fn every_node_knows_its_line() {
    let (root, faults) = parse("# first\na: 1\nb:\n  - x\n  - {c: y,\n     d: [z]}\ne: |\n  text\n  more\nf:\n");
    assert_eq!(faults, []);
    let mut out = Vec::new();
    lines(&root.unwrap(), "", &mut out);
    let expected = ["@2", "a@2", "b@4", "b[0]@4", "b[1]@5", "b[1].c@5", "b[1].d@6", "b[1].d[0]@6", "e@8"];
    assert_eq!(out[..expected.len()], expected);
}

#[test]
fn scalars_are_what_serde_yaml_says_and_keys_are_as_written() {
    let (root, _) = parse("NO: NO\n1: 007\ntrue: 1.50\n~: 'x'\n0x10: 99999999999999999999\n");
    let Kind::Map(entries) = root.unwrap().kind else { panic!("not a map") };
    let seen: Vec<_> = entries.iter().map(|e| (e.key.as_str(), e.value.source.as_str())).collect();
    let expected = [("NO", "NO"), ("1", "007"), ("true", "1.50"), ("~", "x"), ("0x10", "99999999999999999999")];
    assert_eq!(seen, expected);
    assert_eq!(entries[2].value.kind, Kind::Real(1.5));
    assert_eq!(entries[0].value.kind, Kind::Text);
}

#[test]
fn the_tree_is_what_serde_yaml_makes_of_usual_spellings() {
    let texts = [
        "a: 'it''s'\nb: \"t\\tab \\u00e9 \\x41\"\n",
        "a: |\n  one\n   two\n\nb: >-\n  folded\n  text\n\n  more\nc: |+\n  kept\n\n",
        "a: plain text\n  goes on\nb: \"quoted \\\n  joined\"\nc: 'two\n  lines'\n",
        "a: b # comment\nc: d#no comment\ne: 'x' # y\n",
        "- - a\n  - b\n-\n  c: d\n- {e, f: , g: [h, i: j]}\n",
        "--- # start\na: 1\n...\n",
        "a: 1\r\nb:\r\n  - x\r\n  - 'y'\r\n",
        "a:\n- b\n- c\n? d\n: e\n",
        "a: [1,\n\t2]\nc: d\t# e\n",
        "url: s3://bucket/x:y\ntime: 00:00\ncron: '30 3 * * *'\n",
        "直播: 封面\né: 🎥\n",
    ];
    for text in texts {
        let (root, faults) = parse(text);
        assert_eq!(faults, [], "{text}");
        let expected: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(root.unwrap().to_json(), expected, "{text}");
    }
}

#[test]
fn all_duplicate_keys_are_found() {
    let text = "a: 1\nb: {x: 1, x: 2}\na: 2\nc:\n  - k: 1\n    k: 2\n";
    let expected = [
        "2|b.x|duplicate key (first on line 2)",
        "3|a|duplicate key (first on line 1)",
        "6|c[0].k|duplicate key (first on line 5)",
    ];
    assert_eq!(faults(text), expected);
    assert!(parse(text).0.is_some());
}

#[test]
fn what_is_not_plain_yaml_is_refused() {
    let table: &[(&str, &str)] = &[
        ("a: [1, 2\nb: 3\n", "2||not YAML: did not find expected ',' or ']'"),
        ("a: \"open\n", "2||not YAML: found unexpected end of stream"),
        ("a: b: c\n", "1||not YAML: mapping values are not allowed in this context"),
        ("\ta: 1\n", "1||not YAML: found character that cannot start any token"),
        ("a:\n\tb: 1\n", "2||not YAML: found character that cannot start any token"),
        ("a:\n \t- 1\n", "2||not YAML: found character that cannot start any token"),
        ("a: &x 1\n", "1||anchors (`&`) are not used in a configuration; write the value out"),
        ("a: !secret x\n", "1||tags (`!`) are not used in a configuration; write the value out"),
        (
            "a: 1\n---\nb: 2\n",
            "1||not YAML: deserializing from YAML containing more than one document is not supported",
        ),
        ("# a\n# b\n", "1||holds nothing but comments"),
        ("? [a]\n: 1\n", "1||a key must be a name, not a list or a section"),
    ];
    for (text, expected) in table {
        assert_eq!(faults(text), [*expected], "{text:?}");
    }
}

#[test]
fn a_bomb_of_aliases_is_never_expanded() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (this, last) in ('b'..='z').zip('a'..='y') {
        let line = format!("{this}: &{this} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n");
        text.push_str(&line);
    }
    assert!(faults(&text).iter().any(|fault| fault.contains("aliases")));
}

#[test]
fn deep_nesting_is_refused() {
    let text = "[".repeat(100_000);
    assert_eq!(parse(&text).1.len(), 1);
    let text = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(faults(&text), ["1||nested more than 32 levels deep; a configuration is not"]);
    // serde_yaml alone takes minutes for this one.
    assert_eq!(parse(&"[a: ".repeat(1 << 18)).1.len(), 1);
}
