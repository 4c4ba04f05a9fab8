//! Which objects of a store belong to an export.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::config::{PathPart, PathPattern};
use crate::model::MarketId;
use crate::store::{Object, Store, StoreError};

/// An object found, with the date its path names (none for an export without dates in its path).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The object.
    pub object: Object,
    /// The date in its path.
    pub export_date: Option<Date>,
    /// What else its path says.
    pub path: PathValues,
}

/// What the path of an object says besides its date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathValues {
    /// The market, where the path has one.
    pub market: Option<MarketId>,
    /// The broadcast, where the path has one.
    pub broadcast: Option<String>,
    /// The first instant of the object's period.
    pub start: Option<Timestamp>,
    /// The first instant after it.
    pub end: Option<Timestamp>,
    /// When the platform made it.
    pub created: Option<Timestamp>,
}

/// A date and the path that its objects have.
type Wanted = (Option<Date>, Vec<PathPart>);

/// Lists the objects of an export for these dates, sorted by key. One listing per distinct folder.
///
/// # Errors
/// [`StoreError`] when the store cannot be listed.
pub async fn find(store: &Store, pattern: &PathPattern, dates: &BTreeSet<Date>) -> Result<Vec<Found>, StoreError> {
    let wanted: Vec<Wanted> = if pattern.is_dated() {
        dates.iter().map(|date| (Some(*date), pattern.on(Some(*date)))).collect()
    } else {
        vec![(None, pattern.on(None))]
    };
    let mut by_folder: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for (date, parts) in wanted {
        by_folder.entry(folder(&parts)).or_default().push((date, parts));
    }
    let mut found = Vec::new();
    for (folder, wanted) in by_folder {
        for object in store.list(&folder).await? {
            let date = wanted.iter().find(|(_, parts)| matches(parts, &object.key)).map(|(date, _)| *date);
            if let Some(export_date) = date {
                found.push(Found { object, export_date, path: PathValues::default() });
            }
        }
    }
    found.sort_by(|one, other| one.object.key.cmp(&other.object.key));
    Ok(found)
}

/// The folder that all matches lie under: the literal front up to its last `/`.
fn folder(parts: &[PathPart]) -> String {
    let mut literal = String::new();
    for part in parts {
        match part {
            PathPart::Literal(text) => literal.push_str(text),
            _ => break,
        }
    }
    literal.rfind('/').map(|end| literal[..end].to_owned()).unwrap_or_default()
}

/// Whether a key is what the parts describe; `*` stands for any characters but `/`.
fn matches(parts: &[PathPart], key: &str) -> bool {
    match parts {
        [] => key.is_empty(),
        [PathPart::Literal(text), rest @ ..] => {
            key.strip_prefix(text.as_str()).is_some_and(|key| matches(rest, key))
        }
        [PathPart::Any, rest @ ..] => {
            let end = key.find('/').unwrap_or(key.len());
            (0..=end).rev().any(|at| key.is_char_boundary(at) && matches(rest, &key[at..]))
        }
        [_, ..] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern() -> PathPattern {
        PathPattern {
            text: "tiktok/{date:%Y-%m-%d}/*.csv.gz".into(),
            parts: vec![
                PathPart::Literal("tiktok/".into()),
                PathPart::Date("%Y-%m-%d".into()),
                PathPart::Literal("/".into()),
                PathPart::Any,
                PathPart::Literal(".csv.gz".into()),
            ],
        }
    }

    #[test]
    fn a_pattern_finds_its_date_and_nothing_deeper() {
        let parts = pattern().on(Some("2026-11-21".parse().unwrap()));
        assert_eq!(folder(&parts), "tiktok/2026-11-21");
        assert!(matches(&parts, "tiktok/2026-11-21/part-0.csv.gz"));
        for other in ["tiktok/2026-11-22/part-0.csv.gz", "tiktok/2026-11-21/a/b.csv.gz", "tiktok/2026-11-21/x.csv"]
        {
            assert!(!matches(&parts, other), "{other}");
        }
    }
}
