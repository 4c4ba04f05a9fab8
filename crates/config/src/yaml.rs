//! The one place that knows YAML: text → a tree whose every node knows its line.
//!
//! `serde_yaml` decides what the text means: its syntax, and whether a scalar is a number or a text. It keeps no lines
//! and stops at the first duplicate key, so `saphyr-parser`'s events are laid beside its tree, node by node, and give
//! each node its line and its spelling. Where the two read a text differently it is refused. A configuration has no
//! need of anchors, aliases and tags: they are refused before anything is built, so no alias is ever expanded.

pub(super) mod look_alikes;
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

impl Node {
    /// The same as JSON, as an editor checks it against a schema.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool => (self.source == "true").into(),
            Kind::Whole(number) => (*number).into(),
            Kind::Real(number) => (*number).into(),
            Kind::Text => self.source.as_str().into(),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
        }
    }
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
        Err(Refused::Syntax(error)) => return (None, vec![traced(text, scan_fault(text, &error))]),
        Err(Refused::Features(faults)) => return (None, faults),
    };
    if marks.is_empty() {
        let fault = Fault { line: 1, path: String::new(), message: "holds nothing but comments".to_owned() };
        return (None, vec![fault]);
    }
    let raw = match serde_yaml::from_str::<Raw>(text) {
        Ok(raw) => raw,
        Err(error) => return (None, vec![traced(text, syntax_fault(&error))]),
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

/// A fault on the line where it begins, if a character that YAML does not know is behind it.
fn traced(text: &str, fault: Fault) -> Fault {
    Fault { line: look_alikes::cause(text, fault.line), ..fault }
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
mod tests;
