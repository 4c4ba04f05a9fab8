//! The registry as tables of `docs/FORMATS.md`.

use std::collections::BTreeMap;

use super::{Declaration, Need, Shape, Spec, files};
use crate::cursor::grouped;
use crate::kind::RowKind;

/// Every section's table, by its heading.
pub(crate) fn tables() -> BTreeMap<&'static str, String> {
    let mut tables = BTreeMap::new();
    for (_, spec) in files() {
        collect(&spec, &mut tables);
    }
    tables
}

fn collect(spec: &Spec, tables: &mut BTreeMap<&'static str, String>) {
    let table = table(spec);
    if let Some(other) = tables.insert(spec.heading, table.clone()) {
        assert_eq!(other, table, "two sections are called `{}`", spec.heading);
        return;
    }
    for key in &spec.keys {
        collect_in(&key.shape, tables);
    }
}

fn collect_in(shape: &Shape, tables: &mut BTreeMap<&'static str, String>) {
    match shape {
        Shape::Section(spec) => collect(&spec(), tables),
        Shape::Entries(of)
        | Shape::Named(of)
        | Shape::Counts(of)
        | Shape::CountsOrNone(of)
        | Shape::List(of, ..)
        | Shape::Called(_, of) => {
            collect_in(of, tables);
        }
        Shape::AnyOf(shapes) => shapes.iter().for_each(|shape| collect_in(shape, tables)),
        _ => {}
    }
}

/// A section's table.
fn table(spec: &Spec) -> String {
    let has_rows = spec.keys.iter().any(|key| !key.rows.is_empty());
    let mut lines = if has_rows {
        vec![
            "| key | rows | type | default | what it is |".to_owned(),
            "| --- | --- | --- | --- | --- |".to_owned(),
        ]
    } else {
        vec!["| key | type | default | what it is |".to_owned(), "| --- | --- | --- | --- |".to_owned()]
    };
    if spec.is_file {
        lines.push("| `version` | 1 | required | shape of this file |".to_owned());
    }
    for key in &spec.keys {
        let rows = if has_rows { format!(" {} |", rows(key.rows)) } else { String::new() };
        let line = format!(
            "| `{}` |{rows} {} | {} | {} |",
            key.name,
            escaped(&key.shape.words()),
            escaped(&need(&key.need)),
            escaped(&about(key))
        );
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

fn about(key: &Declaration) -> String {
    if key.formats.is_empty() {
        return key.about.to_owned();
    }
    let words: Vec<String> = key.formats.iter().map(|word| format!("`{word}`")).collect();
    let words = match words.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        words => words.concat(),
    };
    format!("of {words} only: {}", key.about)
}

fn need(need: &Need) -> String {
    match need {
        Need::Required => "required".to_owned(),
        Need::Default(default) => (*default).to_owned(),
        Need::Absent(absent) => (*absent).to_owned(),
    }
}

fn rows(kinds: &[RowKind]) -> String {
    if kinds.is_empty() {
        return "all".to_owned();
    }
    kinds.iter().map(|kind| format!("`{}`", kind.word())).collect::<Vec<_>>().join(", ")
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

impl Shape {
    /// In the words of the reference, as Markdown.
    fn words(&self) -> String {
        match self {
            Self::Truth => "`true` or `false`".to_owned(),
            Self::Whole(least, most) if least == most => least.to_string(),
            Self::Whole(least, most) => format!("{} to {}", grouped(*least), grouped(*most)),
            Self::Number(least, most) => format!("{least} to {most}"),
            Self::Text | Self::AnyText | Self::Pattern(_) => "text".to_owned(),
            Self::Scalar => "word or number".to_owned(),
            Self::Words(words) => one_of(&words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>()),
            Self::Duration(least, most) => format!("duration, `{least}` to `{most}`"),
            Self::Size(least) => format!("size, at least `{least}`"),
            Self::Column => "column".to_owned(),
            Self::Section(_) | Self::Entries(_) | Self::Named(_) | Self::Counts(_) | Self::CountsOrNone(_) => {
                "section".to_owned()
            }
            Self::List(of, ..) => match of.words().as_str() {
                "text" => "list of texts".to_owned(),
                "column" => "list of columns".to_owned(),
                "section" => "list of sections".to_owned(),
                words => format!("list of {words}"),
            },
            Self::AnyOf(shapes) => one_of(&shapes.iter().map(Self::words).collect::<Vec<_>>()),
            Self::Called(name, _) => (*name).to_owned(),
        }
    }
}

/// `a`, `b` or `c`.
fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}
