//! The one place that knows YAML: text → a tree whose every node knows its line.
//!
//! The text is parsed once, by `saphyr-parser`, whose events carry the lines from which the tree is built (`events`).
//! `serde_yaml` says what a scalar without quotes is (`scalar`), and words the syntax errors, which it explains better.
//! A configuration has no need of anchors, aliases and tags: they are refused, so no alias is ever expanded.

mod events;
pub(super) mod look_alikes;
mod scalar;

use events::Refused;
use saphyr_parser::ScanError;
use serde::de::IgnoredAny;

const MAX_RETOLD_BYTES: usize = 16 << 10;
const TAB: &str = "not YAML: found character that cannot start any token";
const MANY_DOCUMENTS: &str =
    "not YAML: deserializing from YAML containing more than one document is not supported";

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
            Kind::Bool => self.source.eq_ignore_ascii_case("true").into(),
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
    let fault = |message: &str| Fault { line: 1, path: String::new(), message: message.to_owned() };
    match events::read(text) {
        Ok((Some(root), faults)) => (Some(root), faults),
        Ok((None, _)) => (None, vec![fault("holds nothing but comments")]),
        Err(Refused::Syntax(error)) => (None, vec![traced(text, scan_fault(text, &error))]),
        Err(Refused::Documents) => (None, vec![traced(text, fault(MANY_DOCUMENTS))]),
        Err(Refused::Tab(line)) => (None, vec![Fault { line, ..fault(TAB) }]),
        Err(Refused::Features(faults)) => (None, faults),
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

/// The path of a key below `path`.
pub(super) fn member(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests;
