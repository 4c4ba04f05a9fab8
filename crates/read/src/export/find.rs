//! Finds the objects of a store that belong to an export, and reads what their paths say.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use super::near_miss::{NO_DATA_ENDS, NearMiss, is_data, without_odd_folders};
use super::path_period::on_its_clock;
use super::percent::{decoded, is_plain};
use coverledger_config::{Export, Market, MarketRule, PathInstant, PathPart, PathPattern};
use coverledger_core::model::MarketId;
use coverledger_store::{Object, Store, StoreError};

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

/// What a search of a store for the objects of an export came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// The objects, sorted by key. One that no request can name is among them: its days fail by its name.
    pub found: Vec<Found>,
    /// Keys that lie where objects of a date were looked for, and match no path of the export.
    pub unmatched: BTreeMap<Option<Date>, BTreeSet<String>>,
}

/// The path that objects of one date and one market have.
#[derive(Debug, Clone)]
struct Wanted {
    export_date: Option<Date>,
    market: Option<MarketId>,
    /// What the path calls the market, where it may be percent-encoded; otherwise it is among the parts.
    word: String,
    parts: Vec<PathPart>,
    near: NearMiss,
}

/// Of unmatched so many of a date are kept: who wants to see what is wrong sees it by then.
const MOST_UNMATCHED: usize = 1000;

/// Lists the objects of an export for these dates, sorted by key. One listing per distinct folder.
///
/// Where the path names the market, it is looked for under every word for every market of the configuration; an
/// object of a market that nobody knows is none of the export's, as a row of one would be with `otherwise: ignore`.
/// Markets, broadcasts and instants may be percent-encoded. One whose instants do not read by their pattern is not the export's either. A key that no request can name is looked
/// at as if its odd folder names were not there: whoever put `a//b.csv` meant `a/b.csv`.
///
/// # Errors
/// [`StoreError`] when the store cannot be listed.
pub async fn find(
    store: &Store,
    export: &Export,
    markets: &BTreeMap<MarketId, Market>,
    dates: &BTreeSet<Date>,
) -> Result<Search, StoreError> {
    let mut by_folder: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for wanted in wanted(export, markets, dates) {
        by_folder.entry(folder(&wanted.parts)).or_default().push(wanted);
    }
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut unmatched: BTreeMap<Option<Date>, BTreeSet<String>> = BTreeMap::new();
    let listings = by_folder.into_iter().map(|(folder, wanted)| async move {
        // Just before the first that may match: there may be years of exports before it.
        let first = wanted.iter().map(|wanted| wanted.near.front(front(&wanted.parts))).min().unwrap_or_default();
        Ok::<_, StoreError>((store.listing_after(&folder, before(&first)).await?, wanted))
    });
    let mut listings = stream::iter(listings).buffered(store.requests());
    while let Some((listed, wanted)) = listings.try_next().await? {
        let first = |key: &str| {
            wanted.iter().find_map(|wanted| Some((wanted, matched(&wanted.parts, &wanted.word, key)?)))
        };
        let mut take = |object: Object, (wanted, path): (&Wanted, PathValues)| {
            let path = PathValues { market: wanted.market.clone(), ..path };
            let path = on_its_clock(export, wanted.export_date, path);
            let key = object.key.clone();
            found.entry(key).or_insert(Found { object, export_date: wanted.export_date, path });
        };
        for object in listed.objects {
            if let Some(match_of) = first(&object.key) {
                take(object, match_of);
            } else if is_data(&object.key) {
                for wanted in wanted.iter().filter(|wanted| wanted.near.is_near(&object.key)) {
                    let keys = unmatched.entry(wanted.export_date).or_default();
                    if keys.len() < MOST_UNMATCHED {
                        keys.insert(object.key.clone());
                    }
                }
            }
        }
        for object in listed.unnameable {
            if let Some(match_of) = first(&object.key).or_else(|| first(&without_odd_folders(&object.key))) {
                take(object, match_of);
            }
        }
    }
    Ok(Search { found: found.into_values().collect(), unmatched })
}

/// Whether a path of an export matches a key at one of these dates.
#[must_use]
pub fn is_matched(
    export: &Export,
    markets: &BTreeMap<MarketId, Market>,
    dates: &BTreeSet<Date>,
    key: &str,
) -> bool {
    named(export, markets, dates, key).is_some()
}

/// Whether a key is one that an export looks for on these dates, and of which market it is where its path names one.
#[must_use]
pub fn named(
    export: &Export,
    markets: &BTreeMap<MarketId, Market>,
    dates: &BTreeSet<Date>,
    key: &str,
) -> Option<Option<MarketId>> {
    let wanted = wanted(export, markets, dates).into_iter();
    wanted.filter(|wanted| matched(&wanted.parts, &wanted.word, key).is_some()).map(|wanted| wanted.market).next()
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
            let near = NearMiss::of(pattern, *export_date, &parts);
            let (export_date, market, word) = (*export_date, market.clone(), word.clone());
            wanted.push(Wanted { export_date, market, word, parts, near });
        }
    }
    wanted
}

/// The pattern with its date written out, and its market where nobody would encode it: what is written out is listed
/// for itself.
fn parts_of(pattern: &PathPattern, export_date: Option<Date>, market: &str) -> Vec<PathPart> {
    let parts = pattern.on(export_date).into_iter();
    let is_written = |part: &PathPart| *part == PathPart::Market && is_plain(market);
    let written = parts.map(|part| if is_written(&part) { PathPart::Literal(market.to_owned()) } else { part });
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

/// What a key says, if it is what the parts describe, with this word for the market. A broadcast is as short as it can be; what is named twice says
/// twice the same. What is no data by its name ([`is_data`]) has to be named as it is: `*` is no `_SUCCESS`.
fn matched(parts: &[PathPart], market: &str, key: &str) -> Option<PathValues> {
    let mut values = PathValues::default();
    let last = parts.last();
    let is_named = |end: &&str| matches!(last, Some(PathPart::Literal(text)) if text.ends_with(*end));
    let is_data = !NO_DATA_ENDS.iter().any(|end| key.ends_with(end) && !is_named(end));
    (is_data && matches(parts, market, key, true, &mut values)).then_some(values)
}

/// `begins`: whether the key is all of a folder's or a file's name, or what is left of it.
fn matches(parts: &[PathPart], market: &str, key: &str, begins: bool, values: &mut PathValues) -> bool {
    let hides = |marks: &[&str]| begins && marks.iter().any(|mark| key.starts_with(mark));
    match parts {
        [] => key.is_empty(),
        [PathPart::Literal(text), rest @ ..] => key
            .strip_prefix(text.as_str())
            .is_some_and(|key| matches(rest, market, key, text.ends_with('/'), values)),
        [PathPart::Any, rest @ ..] if hides(&["_", ".", "~$"]) => matches(rest, market, key, true, values),
        [PathPart::Any, rest @ ..] => {
            ends(key, 0, 0).rev().any(|end| matches(rest, market, &key[end..], begins && end == 0, values))
        }
        [PathPart::Market, rest @ ..] => ends(key, 1, market.matches('/').count()).any(|end| {
            let said = &key[..end];
            (said == market || decoded(said) == market) && matches(rest, market, &key[end..], false, values)
        }),
        // Ids of videos do begin with `_`.
        [PathPart::Broadcast, ..] if hides(&[".", "~$"]) => false,
        [PathPart::Broadcast, rest @ ..] => {
            let before = values.broadcast.clone();
            ends(key, 1, 0).any(|end| {
                let said = decoded(&key[..end]);
                if before.as_deref().is_some_and(|before| before != said) {
                    return false;
                }
                values.broadcast = Some(said.into_owned());
                let fits = matches(rest, market, &key[end..], false, values);
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
                let said = &key[..end];
                let read = PathInstant::read(format, said);
                let Some(said) = read.or_else(|| PathInstant::read(format, &decoded(said))) else { return false };
                if before.is_some_and(|before| before != said) {
                    return false;
                }
                *instant(values, *which) = Some(said);
                let fits = matches(rest, market, &key[end..], false, values);
                if !fits {
                    *instant(values, *which) = before;
                }
                fits
            })
        }
        // Written out before.
        [PathPart::Date(_), ..] => false,
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
        assert!(matched(&parts, "", "tiktok/2026-11-21/part-0.csv.gz").is_some());
        for other in ["tiktok/2026-11-22/part-0.csv.gz", "tiktok/2026-11-21/a/b.csv.gz", "tiktok/2026-11-21/x.csv"]
        {
            assert_eq!(matched(&parts, "", other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_data_by_its_name_has_to_be_named() {
        let day = "2026-11-21".parse().unwrap();
        let starred = PathPattern { parts: pattern().parts[..4].to_vec(), ..pattern() }.on(Some(day));
        for hidden in ["_SUCCESS", "._part-0.csv", ".part-0.csv.crc", "part-0.csv.crc", "~$sheet.xlsx", "_x.csv"] {
            let key = format!("tiktok/2026-11-21/{hidden}");
            assert_eq!(matched(&starred, "", &key), None, "{hidden}");
            assert!(!is_data(&key), "{hidden}");
            let named = [literal("tiktok/2026-11-21/"), literal(hidden)];
            assert!(matched(&named, "", &key).is_some(), "{hidden}");
        }
        for plain in ["x_.csv", "x.crc.csv", "a~$.xlsx"] {
            assert!(matched(&starred, "", &format!("tiktok/2026-11-21/{plain}")).is_some(), "{plain}");
        }
        let below = [PathPart::Any, literal("/"), PathPart::Broadcast, literal(".csv")];
        assert!(matched(&below, "", "shop/_dQw4.csv").is_some());
        for key in ["_temporary/a.csv", ".Trash/a.csv", "shop/._a.csv", "shop/~$a.csv"] {
            assert_eq!(matched(&below, "", key), None, "{key}");
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
        let said = matched(&parts, "", "直播_7_20261121-20261122T05/2026/11/23 010203.json").unwrap();
        assert_eq!(said.broadcast.as_deref(), Some("直播_7"));
        let instants = [said.start, said.end, said.created].map(|at| at.unwrap().to_string());
        assert_eq!(instants, ["2026-11-21T00:00:00Z", "2026-11-22T05:00:00Z", "2026-11-23T01:02:03Z"]);
        for other in [
            "_20261121-20261122T05/2026/11/23 010203.json",
            "7_20261131-20261122T05/2026/11/23 010203.json",
            "7_20261121-20261122T24/2026/11/23 010203.json",
            "a/7_20261121-20261122T05/2026/11/23 010203.json",
        ] {
            assert_eq!(matched(&parts, "", other), None, "{other}");
        }
    }

    #[test]
    fn what_a_path_says_twice_it_says_alike() {
        let parts = [PathPart::Broadcast, literal("/"), PathPart::Broadcast, literal("-"), PathPart::Any];
        assert_eq!(matched(&parts, "", "a-b/a-b-0.csv").unwrap().broadcast.as_deref(), Some("a-b"));
        assert_eq!(matched(&parts, "", "a/b-0.csv"), None);
        assert_eq!(matched(&parts, "", "a/-0.csv"), None);
    }

    #[test]
    fn values_in_a_path_may_be_percent_encoded() {
        let parts = [
            literal("market="),
            PathPart::Market,
            literal("/room="),
            PathPart::Broadcast,
            literal("/from="),
            at(PathInstant::Start, "%Y-%m-%d %H:%M"),
            literal(".csv"),
        ];
        let said =
            matched(&parts, "US/CA", "market=US%2FCA/room=%E7%BA%A2%2f7/from=2026-11-21 05%3A30.csv").unwrap();
        assert_eq!(said.broadcast.as_deref(), Some("红/7"));
        assert_eq!(said.start.unwrap().to_string(), "2026-11-21T05:30:00Z");
        for (market, key) in [
            ("US%2FCA", "market=US%2FCA/room=50%off/from=2026-11-21 05:30.csv"),
            ("US/CA", "market=US/CA/room=50%off/from=2026-11-21 05:30.csv"),
        ] {
            let said = matched(&parts, market, key).unwrap();
            assert_eq!(said.broadcast.as_deref(), Some("50%off"), "{key}");
        }
        assert_eq!(matched(&parts, "US", "market=US%2FCA/room=7/from=2026-11-21 05:30.csv"), None);
        assert_eq!(front(&parts_of(&market_pattern(), None, "US")), "market=US/");
        assert_eq!(
            front(&parts_of(&market_pattern(), None, "US/CA")),
            "market=",
            "it may be written in several ways"
        );
    }

    fn market_pattern() -> PathPattern {
        let parts = vec![literal("market="), PathPart::Market, literal("/"), PathPart::Any];
        PathPattern { text: "market={market}/*".into(), parts }
    }
}
