//! Which objects of a store belong to an export, and what their paths say.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::config::{Export, Market, MarketRule, PathInstant, PathPart, PathPattern};
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

/// The path that objects of one date and one market have.
#[derive(Debug, Clone)]
struct Wanted {
    export_date: Option<Date>,
    market: Option<MarketId>,
    parts: Vec<PathPart>,
}

/// Lists the objects of an export for these dates, sorted by key. One listing per distinct folder.
///
/// Where the path names the market, it is looked for under every word for every market of the configuration; an
/// object of a market that nobody knows is none of the export's, as a row of one would be with `otherwise: ignore`.
/// One whose instants do not read by their pattern is not the export's either.
///
/// # Errors
/// [`StoreError`] when the store cannot be listed.
pub async fn find(
    store: &Store,
    export: &Export,
    markets: &BTreeMap<MarketId, Market>,
    dates: &BTreeSet<Date>,
) -> Result<Vec<Found>, StoreError> {
    let mut by_folder: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for wanted in wanted(export, markets, dates) {
        by_folder.entry(folder(&wanted.parts)).or_default().push(wanted);
    }
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let listings = by_folder.into_iter().map(|(folder, wanted)| async move {
        // Just before the first that may match: there may be years of exports before it.
        let first = wanted.iter().map(|wanted| front(&wanted.parts)).min().unwrap_or_default();
        Ok::<_, StoreError>((store.list_after(&folder, before(&first)).await?, wanted))
    });
    let mut listings = stream::iter(listings).buffered(store.requests());
    while let Some((listed, wanted)) = listings.try_next().await? {
        for object in listed {
            if let Some((wanted, path)) =
                wanted.iter().find_map(|wanted| Some((wanted, matched(&wanted.parts, &object.key)?)))
            {
                let path = PathValues { market: wanted.market.clone(), ..path };
                let key = object.key.clone();
                found.entry(key).or_insert(Found { object, export_date: wanted.export_date, path });
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Every path that is looked for; of two markets one of whose words begins with the other's, the longer word first.
fn wanted(export: &Export, markets: &BTreeMap<MarketId, Market>, dates: &BTreeSet<Date>) -> Vec<Wanted> {
    let pattern = &export.path;
    let export_dates: Vec<Option<Date>> =
        if pattern.is_dated() { dates.iter().copied().map(Some).collect() } else { vec![None] };
    let mut words: Vec<(Option<MarketId>, String)> = match &export.columns.market {
        MarketRule::Path { values } if pattern.names_market() => {
            let own = markets.keys().map(|name| (name.as_str(), name));
            let own = own.filter(|(name, _)| !values.contains_key(*name));
            let given = values.iter().map(|(word, name)| (word.as_str(), name));
            given.chain(own).map(|(word, name)| (Some(name.clone()), word.to_owned())).collect()
        }
        _ => vec![(None, String::new())],
    };
    words.sort_by_key(|(_, word)| std::cmp::Reverse(word.len()));
    let mut wanted = Vec::new();
    for (market, word) in words {
        for export_date in &export_dates {
            let parts = parts_of(pattern, *export_date, &word);
            wanted.push(Wanted { export_date: *export_date, market: market.clone(), parts });
        }
    }
    wanted
}

/// The pattern with its date and its market written out.
fn parts_of(pattern: &PathPattern, export_date: Option<Date>, market: &str) -> Vec<PathPart> {
    let parts = pattern.on(export_date).into_iter();
    let written =
        parts.map(|part| if part == PathPart::Market { PathPart::Literal(market.to_owned()) } else { part });
    written.collect()
}

/// The folder that all matches lie under: the literal front up to its last `/`.
fn folder(parts: &[PathPart]) -> String {
    let literal = front(parts);
    literal.rfind('/').map(|end| literal[..end].to_owned()).unwrap_or_default()
}

/// A key that sorts before all that begin with this text, and after as much else as is simple.
fn before(text: &str) -> &str {
    let mut key = text.char_indices().last().map_or("", |(last, _)| &text[..last]);
    while let Some(parent) = ["/.", "/..", "/"].iter().find_map(|end| key.strip_suffix(end)) {
        key = parent;
    }
    if matches!(key, "." | "..") { "" } else { key }
}

/// What all matches begin with.
fn front(parts: &[PathPart]) -> String {
    let mut literal = String::new();
    for part in parts {
        match part {
            PathPart::Literal(text) => literal.push_str(text),
            _ => break,
        }
    }
    literal
}

/// What a key says, if it is what the parts describe. A broadcast is as short as it can be; what is named twice says
/// twice the same.
fn matched(parts: &[PathPart], key: &str) -> Option<PathValues> {
    let mut values = PathValues::default();
    matches(parts, key, &mut values).then_some(values)
}

fn matches(parts: &[PathPart], key: &str, values: &mut PathValues) -> bool {
    match parts {
        [] => key.is_empty(),
        [PathPart::Literal(text), rest @ ..] => {
            key.strip_prefix(text.as_str()).is_some_and(|key| matches(rest, key, values))
        }
        [PathPart::Any, rest @ ..] => ends(key, 0, 0).rev().any(|end| matches(rest, &key[end..], values)),
        [PathPart::Broadcast, rest @ ..] => {
            let before = values.broadcast.clone();
            ends(key, 1, 0).any(|end| {
                let said = &key[..end];
                if before.as_deref().is_some_and(|before| before != said) {
                    return false;
                }
                values.broadcast = Some(said.to_owned());
                let fits = matches(rest, &key[end..], values);
                if !fits {
                    values.broadcast.clone_from(&before);
                }
                fits
            })
        }
        [PathPart::Instant(which, format), rest @ ..] => {
            let before = *instant(values, *which);
            let folders = format.matches('/').count();
            ends(key, 1, folders).rev().any(|end| {
                let Some(said) = PathInstant::read(format, &key[..end]) else { return false };
                if before.is_some_and(|before| before != said) {
                    return false;
                }
                *instant(values, *which) = Some(said);
                let fits = matches(rest, &key[end..], values);
                if !fits {
                    *instant(values, *which) = before;
                }
                fits
            })
        }
        // Written out before.
        [PathPart::Date(_) | PathPart::Market, ..] => false,
    }
}

fn instant(values: &mut PathValues, which: PathInstant) -> &mut Option<Timestamp> {
    match which {
        PathInstant::Start => &mut values.start,
        PathInstant::End => &mut values.end,
        PathInstant::Created => &mut values.created,
    }
}

/// Where a part of so many bytes at least may end that goes on over so many `/` at most.
fn ends(key: &str, least: usize, folders: usize) -> impl DoubleEndedIterator<Item = usize> {
    let most = key.match_indices('/').nth(folders).map_or(key.len(), |(at, _)| at);
    (least..=most).filter(|end| key.is_char_boundary(*end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> PathPart {
        PathPart::Literal(text.to_owned())
    }

    fn at(which: PathInstant, format: &str) -> PathPart {
        PathPart::Instant(which, format.to_owned())
    }

    fn pattern() -> PathPattern {
        let date = PathPart::Date("%Y-%m-%d".into());
        let parts = vec![literal("tiktok/"), date, literal("/"), PathPart::Any, literal(".csv.gz")];
        PathPattern { text: "tiktok/{date:%Y-%m-%d}/*.csv.gz".into(), parts }
    }

    #[test]
    fn a_pattern_finds_its_date_and_nothing_deeper() {
        let parts = pattern().on(Some("2026-11-21".parse().unwrap()));
        assert_eq!(folder(&parts), "tiktok/2026-11-21");
        assert!(matched(&parts, "tiktok/2026-11-21/part-0.csv.gz").is_some());
        for other in ["tiktok/2026-11-22/part-0.csv.gz", "tiktok/2026-11-21/a/b.csv.gz", "tiktok/2026-11-21/x.csv"]
        {
            assert_eq!(matched(&parts, other), None, "{other}");
        }
    }

    #[test]
    fn a_path_says_its_broadcast_and_instants() {
        use PathInstant::{Created, End, Start};
        let parts = [
            PathPart::Broadcast,
            literal("_"),
            at(Start, "%Y%m%d"),
            literal("-"),
            at(End, "%Y%m%dT%H"),
            literal("/"),
            at(Created, "%Y/%m/%d %H%M%S"),
            literal(".json"),
        ];
        let said = matched(&parts, "直播_7_20261121-20261122T05/2026/11/23 010203.json").unwrap();
        assert_eq!(said.broadcast.as_deref(), Some("直播_7"));
        let instants = [said.start, said.end, said.created].map(|at| at.unwrap().to_string());
        assert_eq!(instants, ["2026-11-21T00:00:00Z", "2026-11-22T05:00:00Z", "2026-11-23T01:02:03Z"]);
        for other in [
            "_20261121-20261122T05/2026/11/23 010203.json",
            "7_20261131-20261122T05/2026/11/23 010203.json",
            "7_20261121-20261122T24/2026/11/23 010203.json",
            "a/7_20261121-20261122T05/2026/11/23 010203.json",
        ] {
            assert_eq!(matched(&parts, other), None, "{other}");
        }
    }

    #[test]
    fn what_a_path_says_twice_it_says_alike() {
        let parts = [PathPart::Broadcast, literal("/"), PathPart::Broadcast, literal("-"), PathPart::Any];
        assert_eq!(matched(&parts, "a-b/a-b-0.csv").unwrap().broadcast.as_deref(), Some("a-b"));
        assert_eq!(matched(&parts, "a/b-0.csv"), None);
        assert_eq!(matched(&parts, "a/-0.csv"), None);
    }
}
