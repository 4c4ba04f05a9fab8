//! The one place that knows YAML: text → a tree whose every node knows its line.
//!
//! `serde_yaml` decides what the text means: its syntax, and whether a scalar is a number or a text. It keeps no lines
//! and stops at the first duplicate key, so `saphyr-parser`'s events are laid beside its tree, node by node, and give
//! each node its line and its spelling. Where the two read a text differently it is refused. A configuration has no
//! need of anchors, aliases and tags: they are refused before anything is built, so no alias is ever expanded.

mod marks;
mod raw;

use std::collections::{BTreeMap, VecDeque};

use marks::{Mark, Refused, Shape};
use raw::Raw;
use saphyr_parser::ScanError;
use serde::de::IgnoredAny;

const MAX_RETOLD_BYTES: usize = 16 << 10;

/// A value, where it stands and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Line, from 1.
    pub line: usize,
    /// A scalar as written, without its quotes; empty for lists and maps.
    pub source: String,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool,
    Whole(i64),
    Real(f64),
    Text,
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and its value. A key is text as written, whatever it looks like: `NO`, `1` and `true` are names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Node,
}

/// Something wrong with the YAML itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub line: usize,
    pub path: String,
    pub message: String,
}

/// Reads one document. A duplicate key is a fault and the first of them stays, so that the rest can still be checked;
/// after any other fault there is no tree.
pub(super) fn parse(text: &str) -> (Option<Node>, Vec<Fault>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let marks = match marks::read(text) {
        Ok(marks) => marks,
        Err(Refused::Syntax(error)) => return (None, vec![scan_fault(text, &error)]),
        Err(Refused::Features(faults)) => return (None, faults),
    };
    if marks.is_empty() {
        let fault = Fault { line: 1, path: String::new(), message: "holds nothing but comments".to_owned() };
        return (None, vec![fault]);
    }
    let raw = match serde_yaml::from_str::<Raw>(text) {
        Ok(raw) => raw,
        Err(error) => return (None, vec![syntax_fault(&error)]),
    };
    let mut faults = Vec::new();
    let root = Weaver { marks, faults: &mut faults }.weave(raw, "");
    match root {
        Ok(root) => (Some(root), faults),
        Err(Disagreement { line }) => {
            let message = "this can be read in two ways; write it more plainly".to_owned();
            (None, vec![Fault { line, path: String::new(), message }])
        }
    }
}

/// `serde_yaml` tells syntax errors better. Nothing is built and no alias is followed when everything is ignored; but
/// it reads nested text in the time of its length squared, so a long one is left to the other's words.
fn scan_fault(text: &str, error: &ScanError) -> Fault {
    let told = if text.len() <= MAX_RETOLD_BYTES { serde_yaml::from_str::<IgnoredAny>(text).err() } else { None };
    match told {
        Some(told) => syntax_fault(&told),
        None => Fault {
            line: error.marker().line(),
            path: String::new(),
            message: format!("not YAML: {}", error.info()),
        },
    }
}

fn syntax_fault(error: &serde_yaml::Error) -> Fault {
    let line = error.location().map_or(1, |location| location.line());
    let text = error.to_string();
    // What follows tells the place once more, or what the scanner was at.
    let text = text.split(" at line ").next().and_then(|text| text.split(", while ").next()).unwrap_or_default();
    Fault { line, path: String::new(), message: format!("not YAML: {text}") }
}

/// The two readers do not agree about a node.
struct Disagreement {
    line: usize,
}

/// Lays lines and spellings on `serde_yaml`'s tree.
struct Weaver<'f> {
    marks: VecDeque<Mark>,
    faults: &'f mut Vec<Fault>,
}

impl Weaver<'_> {
    fn next(&mut self, wanted: Shape) -> Result<Mark, Disagreement> {
        match self.marks.pop_front() {
            Some(mark) if mark.shape == wanted => Ok(mark),
            other => Err(Disagreement { line: other.map_or(1, |mark| mark.line) }),
        }
    }

    fn weave(&mut self, raw: Raw, path: &str) -> Result<Node, Disagreement> {
        let (shape, kind) = match raw {
            Raw::Null => (Shape::Scalar, Kind::Null),
            Raw::Bool => (Shape::Scalar, Kind::Bool),
            Raw::Whole(number) => (Shape::Scalar, Kind::Whole(number)),
            Raw::Real(number) => (Shape::Scalar, Kind::Real(number)),
            Raw::Text(text) => {
                let mark = self.next(Shape::Scalar)?;
                if mark.source != text {
                    return Err(Disagreement { line: mark.line });
                }
                return Ok(Node { line: mark.line, source: text, kind: Kind::Text });
            }
            Raw::List(items) => return self.weave_list(items, path),
            Raw::Map(entries) => return self.weave_map(entries, path),
        };
        let mark = self.next(shape)?;
        Ok(Node { line: mark.line, source: mark.source, kind })
    }

    fn weave_list(&mut self, items: Vec<Raw>, path: &str) -> Result<Node, Disagreement> {
        let line = self.next(Shape::List)?.line;
        let nodes =
            items.into_iter().enumerate().map(|(index, item)| self.weave(item, &format!("{path}[{index}]")));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        self.next(Shape::End)?;
        Ok(Node { line, source: String::new(), kind: Kind::List(nodes) })
    }

    fn weave_map(&mut self, pairs: Vec<(Raw, Raw)>, path: &str) -> Result<Node, Disagreement> {
        let line = self.next(Shape::Map)?.line;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut entries = Vec::with_capacity(pairs.len());
        for (raw_key, raw_value) in pairs {
            let key = self.weave(raw_key, path)?;
            let value_path = member(path, &key.source);
            let value = self.weave(raw_value, &value_path)?;
            if matches!(key.kind, Kind::List(_) | Kind::Map(_)) {
                let message = "a key must be a name, not a list or a section".to_owned();
                self.faults.push(Fault { line: key.line, path: path.to_owned(), message });
            } else if let Some(first) = seen.get(&key.source) {
                let message = format!("duplicate key (first on line {first})");
                self.faults.push(Fault { line: key.line, path: value_path, message });
            } else {
                seen.insert(key.source.clone(), key.line);
                entries.push(Entry { key: key.source, line: key.line, value });
            }
        }
        self.next(Shape::End)?;
        Ok(Node { line, source: String::new(), kind: Kind::Map(entries) })
    }
}

/// The path of a key below `path`.
pub(super) fn member(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
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
        let (root, faults) =
            parse("# first\na: 1\nb:\n  - x\n  - {c: y,\n     d: [z]}\ne: |\n  text\n  more\nf:\n");
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
        let expected =
            [("NO", "NO"), ("1", "007"), ("true", "1.50"), ("~", "x"), ("0x10", "99999999999999999999")];
        assert_eq!(seen, expected);
        assert_eq!(entries[2].value.kind, Kind::Real(1.5));
        assert_eq!(entries[0].value.kind, Kind::Text);
    }

    #[test]
    fn the_two_readers_agree_about_usual_spellings() {
        let texts = [
            "a: 'it''s'\nb: \"t\\tab \\u00e9 \\x41\"\n",
            "a: |\n  one\n   two\n\nb: >-\n  folded\n  text\n\n  more\nc: |+\n  kept\n\n",
            "a: plain text\n  goes on\nb: \"quoted \\\n  joined\"\nc: 'two\n  lines'\n",
            "a: b # comment\nc: d#no comment\ne: 'x' # y\n",
            "- - a\n  - b\n-\n  c: d\n- {e, f: , g: [h, i: j]}\n",
            "--- # start\na: 1\n...\n",
            "a: 1\r\nb:\r\n  - x\r\n  - 'y'\r\n",
            "a:\n- b\n- c\n? d\n: e\n",
            "url: s3://bucket/x:y\ntime: 00:00\ncron: '30 3 * * *'\n",
            "直播: 封面\né: 🎥\n",
        ];
        for text in texts {
            let (root, faults) = parse(text);
            assert_eq!((root.is_some(), faults), (true, vec![]), "{text}");
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
}
