//! Builds the tree from the events of `saphyr-parser`, which carry the lines.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScanError};

use super::{Entry, Fault, Kind, Node, member, scalar};

const MAX_DEPTH: usize = 32;

/// Why there is no tree.
pub(super) enum Refused {
    /// Not YAML.
    Syntax(ScanError),
    /// More than one document.
    Documents,
    /// A tab in the indentation of this line, which YAML forbids and `saphyr-parser` lets pass.
    Tab(usize),
    /// YAML that a configuration has no need of.
    Features(Vec<Fault>),
}

/// The tree of a text and the faults of its keys; no tree of a text that holds nothing but comments. Anchors, aliases,
/// tags and deep nesting are refused, so no alias is ever expanded.
pub(super) fn read(text: &str) -> Result<(Option<Node>, Vec<Fault>), Refused> {
    let mut tree = Tree::default();
    let mut refused = Vec::new();
    let mut documents = 0_usize;
    let lines: Vec<&str> = text.lines().collect();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(Refused::Syntax)?;
        let line = span.start.line();
        let opens = matches!(event, Event::SequenceStart(..) | Event::MappingStart(..));
        let starts_node = opens || matches!(event, Event::Scalar(..) | Event::Alias(_));
        let mut is_flow = tree.is_in_flow();
        if starts_node && !is_flow {
            // Outside of flow a line holds few nodes, so looking at its characters again takes no time.
            let on_line = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
            if is_indented_by_tab(on_line, span.start.col()) {
                return Err(Refused::Tab(line));
            }
            is_flow = opens && matches!(on_line.chars().nth(span.start.col()), Some('{' | '['));
        }
        let mut refuse = |message: String| refused.push(Fault { line, path: String::new(), message });
        if let Some(feature) = needless_feature(&event) {
            refuse(format!("{feature} are not used in a configuration; write the value out"));
        }
        match event {
            Event::DocumentStart(_) => documents += 1,
            Event::Scalar(source, style, ..) => {
                let kind = scalar::kind(&source, style);
                tree.put(Node { line, source: source.into_owned(), kind });
            }
            Event::Alias(_) => tree.put(Node { line, source: String::new(), kind: Kind::Null }),
            Event::SequenceStart(..) => tree.begin(Open::List { line, items: Vec::new() }, is_flow),
            Event::MappingStart(..) => tree.begin(Open::map(line), is_flow),
            Event::SequenceEnd | Event::MappingEnd => tree.close(),
            _ => {}
        }
        if tree.open.len() > MAX_DEPTH {
            refuse(format!("nested more than {MAX_DEPTH} levels deep; a configuration is not"));
            break;
        }
    }
    match (refused.is_empty(), tree.root) {
        (false, _) => Err(Refused::Features(refused)),
        (true, Some(_)) if documents > 1 => Err(Refused::Documents),
        (true, root) => Ok((root, tree.faults)),
    }
}

/// Whether nothing but white space stands before this column, and a tab is in it.
fn is_indented_by_tab(line: &str, column: usize) -> bool {
    let mut before = line.chars().take(column);
    let mut has_tab = false;
    before.all(|char| {
        has_tab |= char == '\t';
        char.is_whitespace()
    }) && has_tab
}

fn needless_feature(event: &Event<'_>) -> Option<&'static str> {
    let of_node = |anchor: usize, is_tagged: bool| match (anchor, is_tagged) {
        (0, false) => None,
        (0, true) => Some("tags (`!`)"),
        _ => Some("anchors (`&`)"),
    };
    match event {
        Event::Alias(_) => Some("aliases (`*`)"),
        Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(anchor, tag)
        | Event::MappingStart(anchor, tag) => of_node(*anchor, tag.is_some()),
        _ => None,
    }
}

/// A tree that is being built.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    /// How many of these were open when the outermost `[` or `{` came; within it a tab is white space like any other.
    flow_from: Option<usize>,
    root: Option<Node>,
    faults: Vec<Fault>,
}

/// A list or map whose end has not come yet.
enum Open {
    List {
        line: usize,
        items: Vec<Node>,
    },
    Map {
        line: usize,
        entries: Vec<Entry>,
        /// The line of each key.
        seen: BTreeMap<String, usize>,
        /// A key whose value has not come yet.
        key: Option<Node>,
    },
}

impl Open {
    fn map(line: usize) -> Self {
        Self::Map { line, entries: Vec::new(), seen: BTreeMap::new(), key: None }
    }
}

impl Tree {
    /// Begins a list or map.
    fn begin(&mut self, open: Open, is_flow: bool) {
        if is_flow && self.flow_from.is_none() {
            self.flow_from = Some(self.open.len());
        }
        self.open.push(open);
    }

    fn is_in_flow(&self) -> bool {
        self.flow_from.is_some()
    }

    /// Ends the innermost list or map.
    fn close(&mut self) {
        let (line, kind) = match self.open.pop() {
            Some(Open::List { line, items }) => (line, Kind::List(items)),
            Some(Open::Map { line, entries, .. }) => (line, Kind::Map(entries)),
            None => return,
        };
        self.flow_from = self.flow_from.filter(|from| *from < self.open.len());
        self.put(Node { line, source: String::new(), kind });
    }

    /// Puts a whole node where it belongs.
    fn put(&mut self, node: Node) {
        let path = self.path();
        match self.open.last_mut() {
            None => self.root = self.root.take().or(Some(node)),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key: key @ None, .. }) => *key = Some(node),
            Some(Open::Map { entries, seen, key, .. }) => {
                let Some(Node { line, source, kind }) = key.take() else { return };
                if matches!(kind, Kind::List(_) | Kind::Map(_)) {
                    let message = "a key must be a name, not a list or a section".to_owned();
                    self.faults.push(Fault { line, path: self.path(), message });
                } else if let Some(first) = seen.get(&source) {
                    let message = format!("duplicate key (first on line {first})");
                    self.faults.push(Fault { line, path, message });
                } else {
                    seen.insert(source.clone(), line);
                    entries.push(Entry { key: source, line, value: node });
                }
            }
        }
    }

    /// Where the next node stands.
    fn path(&self) -> String {
        self.open.iter().fold(String::new(), |path, open| match open {
            Open::List { items, .. } => format!("{path}[{}]", items.len()),
            Open::Map { key: Some(key), .. } => member(&path, &key.source),
            Open::Map { key: None, .. } => path,
        })
    }
}
