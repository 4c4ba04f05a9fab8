//! A sheet as YAML: a list of covers, or covers by their id, perhaps below `covers`.

use super::{NoSheet, Row, Sheet, SheetColumn, no_sheet};
use crate::yaml::{self, Entry, Kind, Node};

const EXPECTED: &str = "expected a list such as `- {cover_id: red, file: red.jpg}`, or covers by their id such as `red: {file: red.jpg}`";

/// Its rows.
pub(super) fn rows(text: &str, sheet: &mut Sheet) -> Result<Vec<Row>, NoSheet> {
    let (root, faults) = yaml::parse(text);
    let Some(root) = root else {
        let fault = faults.into_iter().next();
        let (line, message) = fault.map_or((1, String::new()), |fault| (fault.line, fault.message));
        return Err(no_sheet(line, format!("{message} ({EXPECTED})")));
    };
    for fault in faults {
        sheet.problem(fault.line, fault.message);
    }
    match &below_covers(&root).kind {
        Kind::List(covers) => Ok(covers.iter().filter_map(|cover| row(cover, None, sheet)).collect()),
        Kind::Map(covers) => {
            let covers =
                covers.iter().filter(|entry| entry.key != "version" || matches!(entry.value.kind, Kind::Map(_)));
            Ok(covers.filter_map(|entry| row(&entry.value, Some(entry), sheet)).collect())
        }
        _ => Err(no_sheet(root.line, format!("it holds no covers ({EXPECTED})"))),
    }
}

fn below_covers(root: &Node) -> &Node {
    match &root.kind {
        Kind::Map(entries) => {
            entries.iter().find(|entry| entry.key == "covers").map_or(root, |entry| &entry.value)
        }
        _ => root,
    }
}

fn row(cover: &Node, id: Option<&Entry>, sheet: &mut Sheet) -> Option<Row> {
    let line = id.map_or(cover.line, |entry| entry.line);
    let Kind::Map(entries) = &cover.kind else {
        if id.is_some() && cover.kind == Kind::Null {
            return Some(Row { line, cells: vec![id_of(id?)] });
        }
        sheet.problem(line, format!("it is no cover ({EXPECTED})"));
        return None;
    };
    let mut cells: Vec<(String, String)> = id.map(id_of).into_iter().collect();
    let mut names = Vec::new();
    for Entry { key, line, value } in entries {
        match value.kind {
            Kind::List(_) | Kind::Map(_) => {
                sheet.problem(*line, format!("`{key}` holds more than one value (expected a text)"));
            }
            _ if id.is_some() && SheetColumn::of(key) == SheetColumn::CoverId => {
                sheet.problem(*line, format!("`{key}`: the cover is id by `{}` already", cells[0].1));
            }
            Kind::Null => {}
            _ => {
                names.push(key.clone());
                cells.push((key.clone(), value.source.clone()));
            }
        }
    }
    let before = cells.len() - names.len();
    let are_read = sheet.header(line, &names);
    let mut number = 0;
    cells.retain(|_| {
        number += 1;
        number <= before || are_read[number - 1 - before]
    });
    Some(Row { line, cells })
}

fn id_of(entry: &Entry) -> (String, String) {
    ("cover_id".to_owned(), entry.key.clone())
}
