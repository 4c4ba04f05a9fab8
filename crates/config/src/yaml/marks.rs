//! Where every node stands and how it is spelled, from the events of `saphyr-parser`.

use std::collections::VecDeque;

use saphyr_parser::{Event, Parser, ScanError};

use super::Fault;

const MAX_DEPTH: usize = 32;

/// One node, or the end of a list or map, in the order of the text.
pub(super) struct Mark {
    pub line: usize,
    pub shape: Shape,
    /// A scalar as written, without its quotes.
    pub source: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar,
    List,
    Map,
    End,
}

/// Why there are no marks.
pub(super) enum Refused {
    /// Not YAML.
    Syntax(ScanError),
    /// YAML that a configuration has no need of.
    Features(Vec<Fault>),
}

/// The marks of a text that uses neither anchors, aliases and tags nor deep nesting.
pub(super) fn read(text: &str) -> Result<VecDeque<Mark>, Refused> {
    let (mut marks, mut faults) = (VecDeque::new(), Vec::new());
    let mut depth = 0_usize;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(Refused::Syntax)?;
        let line = span.start.line();
        let mut refuse = |message: String| faults.push(Fault { line, path: String::new(), message });
        if let Some(feature) = needless_feature(&event) {
            refuse(format!("{feature} are not used in a configuration; write the value out"));
        }
        let (shape, source) = match event {
            Event::Scalar(source, ..) => (Shape::Scalar, source.into_owned()),
            Event::SequenceStart(..) => (Shape::List, String::new()),
            Event::MappingStart(..) => (Shape::Map, String::new()),
            Event::SequenceEnd | Event::MappingEnd => (Shape::End, String::new()),
            _ => continue,
        };
        depth = match shape {
            Shape::Scalar => depth,
            Shape::List | Shape::Map => depth + 1,
            Shape::End => depth.saturating_sub(1),
        };
        if depth > MAX_DEPTH {
            refuse(format!("nested more than {MAX_DEPTH} levels deep; a configuration is not"));
            break;
        }
        marks.push_back(Mark { line, shape, source });
    }
    if faults.is_empty() { Ok(marks) } else { Err(Refused::Features(faults)) }
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
