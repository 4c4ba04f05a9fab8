//! `columns`: which column of an export means what.

use std::collections::{BTreeMap, BTreeSet};

use super::counting::ColumnName;
use super::definition::{
    Columns, CoverRule, EventColumns, Format, MarketRule, Otherwise, Rows, TextRule,
};
use super::instant;
use super::names::known_name;
use super::place::Place;
use super::section::Section;
use crate::model::{Event, MarketId};

const SHARED: [&str; 8] =
    ["event_id", "occurred_at", "market", "broadcast_id", "cover_id", "viewer_id", "audience", "dwell_seconds"];
const OF_EVENTS: [&str; 1] = ["event"];
const OF_IMPRESSIONS: [&str; 3] = ["clicked", "entered", "ordered"];

/// What a row is, before its columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Events,
    Impressions,
}

/// Reads `rows`.
pub(super) fn read_kind(at: &Place<'_>) -> Option<RowKind> {
    let words = [("events", Some(RowKind::Events)), ("impressions", Some(RowKind::Impressions)), ("counts", None)];
    let kind = at.word("a kind of rows", &words)?;
    if kind.is_none() {
        at.problem("`counts` is not yet supported (expected `events` or `impressions`)");
    }
    kind
}

/// Reads `columns`. `format` is `None` when the export's own is broken.
pub(super) fn read(
    at: &Place<'_>,
    kind: RowKind,
    format: Option<&Format>,
    markets: Option<&BTreeSet<String>>,
) -> Option<(Rows, Columns)> {
    let (own, others, word): (&[&str], &[&str], _) = match kind {
        RowKind::Events => (&OF_EVENTS, &OF_IMPRESSIONS, "impressions"),
        RowKind::Impressions => (&OF_IMPRESSIONS, &OF_EVENTS, "events"),
    };
    let known: Vec<&str> = SHARED.iter().chain(own).copied().collect();
    let section = at.section_with("a set of columns", &known, |key| {
        others.contains(&key).then(|| format!("`{key}` belongs to `rows: {word}`, not to this export's rows"))
    })?;
    let column = |key: &str| section.maybe(key, |at| at.column());
    let event_id = column("event_id");
    let viewer_id = column("viewer_id");
    let dwell_seconds = column("dwell_seconds");
    let occurred_at =
        section.required("occurred_at", "the column that says when").and_then(|at| instant::read(&at, format));
    let market =
        section.required("market", "`{column: …}` or `{value: …}`").and_then(|at| read_market(&at, markets));
    let broadcast_id =
        section.required("broadcast_id", "a column or `{value: …}`").and_then(|at| read_text_rule(&at));
    let cover_id = section.required("cover_id", "a column or `{value: …}`").and_then(|at| read_text_rule(&at));
    let audience = section.or("audience", Vec::new(), |at| read_audience(&at));
    let each = event_id.zip(occurred_at).zip(viewer_id).zip(dwell_seconds).map(
        |(((event_id, occurred_at), viewer_id), dwell_seconds)| EventColumns {
            event_id,
            occurred_at,
            viewer_id,
            dwell_seconds,
        },
    );
    let rows = match kind {
        RowKind::Events => read_events(&section, each),
        RowKind::Impressions => read_impressions(&section, each),
    };
    let columns = Columns {
        market: market?,
        broadcast_id: broadcast_id?,
        cover_id: CoverRule::Row(cover_id?),
        audience: audience?,
    };
    Some((rows?, columns))
}

fn read_events(columns: &Section<'_>, each: Option<EventColumns>) -> Option<Rows> {
    let at = columns.required("event", "`{column: …, values: {…}}`")?;
    let section = at.section("an event column", &["column", "values"])?;
    let column = section.required("column", "the name of a column").and_then(|at| at.column());
    let expected = "what each means, such as `{show: impression, tap: click}`";
    let values = section.required("values", expected)?.entries("a set of event values", expected)?;
    let total = values.len();
    let meant: BTreeMap<String, Event> = values
        .into_iter()
        .filter_map(|(value, at)| Some((value.to_owned(), at.word("an event", &Event::WORDS)?)))
        .collect();
    (meant.len() == total).then_some(())?;
    Some(Rows::Events { each: each?, column: column?, values: meant })
}

fn read_impressions(columns: &Section<'_>, each: Option<EventColumns>) -> Option<Rows> {
    let flag = |key: &str| columns.maybe(key, |at| at.column());
    let (clicked, entered, ordered) = (flag("clicked"), flag("entered"), flag("ordered"));
    Some(Rows::Impressions { each: each?, clicked: clicked?, entered: entered?, ordered: ordered? })
}

fn read_market(at: &Place<'_>, markets: Option<&BTreeSet<String>>) -> Option<MarketRule> {
    if at.is_text() {
        return at.refuse(format!(
            "{} alone could be a market or a column (expected `{{value: …}}` for one market or `{{column: …}}`)",
            at.found()
        ));
    }
    let section = at.section("a market rule", &["value", "column", "values", "otherwise"])?;
    let market = |at: &Place<'_>| {
        let name = at.text("a market", "the name of a market")?;
        known_name(at, name, "a market", markets).map(MarketId::new)
    };
    if let Some(value) = section.optional("value") {
        let others = ["column", "values", "otherwise"].into_iter().filter_map(|key| section.optional(key));
        let others =
            others.map(|at| at.problem("does not go with `value`, which gives every row one market")).count();
        return market(&value).filter(|_| others == 0).map(MarketRule::Value);
    }
    let column =
        section.required("column", "the name of a column, or `value` for one market").and_then(|at| at.column());
    let values = section.or("values", BTreeMap::new(), |at| {
        let entries = at.entries("a set of market values", "what each means, such as `{usa: US}`")?;
        let total = entries.len();
        let meant: BTreeMap<String, MarketId> =
            entries.into_iter().filter_map(|(value, at)| Some((value.to_owned(), market(&at)?))).collect();
        (meant.len() == total).then_some(meant)
    });
    let otherwise = section.or("otherwise", Otherwise::Reject, |at| {
        match at.text("a rule for other markets", "`reject`, `ignore` or the name of a market")? {
            "reject" => Some(Otherwise::Reject),
            "ignore" => Some(Otherwise::Ignore),
            _ => market(&at).map(Otherwise::Market),
        }
    });
    Some(MarketRule::Column { column: column?, values: values?, otherwise: otherwise? })
}

fn read_text_rule(at: &Place<'_>) -> Option<TextRule> {
    if !at.is_map() {
        return at.column().map(TextRule::Column);
    }
    let section = at.section("a column", &["column", "value"])?;
    match (section.optional("column"), section.optional("value")) {
        (Some(column), None) => column.column().map(TextRule::Column),
        (None, Some(value)) => value.text("an id", "a text").map(|text| TextRule::Value(text.to_owned())),
        (Some(_), Some(value)) => value.refuse("does not go with `column`"),
        (None, None) => section.place().refuse("names neither `column` nor `value`"),
    }
}

fn read_audience(at: &Place<'_>) -> Option<Vec<ColumnName>> {
    let mut audience: Vec<ColumnName> = Vec::new();
    let items = at.list_or_empty("a list of audience columns")?;
    let total = items.len();
    for item in items {
        if let Some(column) = item.column() {
            if audience.contains(&column) {
                item.problem(format!("`{column}` is here twice"));
            } else {
                audience.push(column);
            }
        }
    }
    (audience.len() == total).then_some(audience)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn columns(text: &str, kind: RowKind) -> (Option<(Rows, Columns)>, Vec<String>) {
        let markets = BTreeSet::from(["US".to_owned(), "GB".to_owned()]);
        testing::read(text, |at| read(at, kind, Some(&Format::Ndjson), Some(&markets)))
    }

    const IDS: &str = "occurred_at: ts\nbroadcast_id: room\ncover_id: {value: only}\n";

    #[test]
    fn impressions_with_flags_are_read() {
        let text = format!("{IDS}market: {{value: US}}\nclicked: is_click\naudience: []\n");
        let (read, problems) = columns(&text, RowKind::Impressions);
        assert_eq!(problems, <[&str; 0]>::default());
        let (rows, columns) = read.unwrap();
        let Rows::Impressions { clicked, entered, ordered, .. } = rows else { panic!("not impressions") };
        assert_eq!((clicked, entered, ordered), (Some(ColumnName::new("is_click")), None, None));
        assert_eq!(columns.cover_id, CoverRule::Row(TextRule::Value("only".into())));
        assert_eq!(columns.market, MarketRule::Value(MarketId::new("US")));
    }

    #[test]
    fn event_values_are_taken_as_written() {
        let text = format!(
            "{IDS}market: {{column: c}}\nevent: {{column: e, values: {{1: impression, true: click, 007: entry}}}}\n"
        );
        let (read, problems) = columns(&text, RowKind::Events);
        assert_eq!(problems, <[&str; 0]>::default());
        let Rows::Events { values, .. } = read.unwrap().0 else { panic!("not events") };
        assert_eq!(values.keys().collect::<Vec<_>>(), ["007", "1", "true"]);
    }

    #[test]
    fn problems_are_all_told() {
        let text = "occurred_at: 7\nbroadcast_id: {}\ncover_id: {column: a, value: b}\naudience: [a, a]\nviewer_id: ''\n\
                    market: {column: c, values: {usa: USA}, otherwise: FR}\nevent: {column: e, values: {show: impresion}}\n\
                    clicked: x\nevnt: y\n";
        let (read, problems) = columns(text, RowKind::Events);
        assert_eq!(read, None);
        let expected = [
            "line 1, `occurred_at`: `7` is not an instant (expected a column, or `{column: …, format: …}`; as text: `\"7\"`)",
            "line 2, `broadcast_id`: names neither `column` nor `value`",
            "line 3, `cover_id.value`: does not go with `column`",
            "line 4, `audience[1]`: `a` is here twice",
            "line 5, `viewer_id`: an empty text is not a column (expected the name of a column)",
            "line 6, `market.values.usa`: unknown market `USA` (known: `GB`, `US`; did you mean `US`?)",
            "line 6, `market.otherwise`: unknown market `FR` (known: `GB`, `US`)",
            "line 7, `event.values.show`: `impresion` is not an event (expected: `impression`, `click`, `entry`, `leave`, \
             `order`, `ignore`; did you mean `impression`?)",
            "line 8, `clicked`: `clicked` belongs to `rows: impressions`, not to this export's rows",
            "line 9, `evnt`: unknown key `evnt` (known: `event_id`, `occurred_at`, `market`, `broadcast_id`, `cover_id`, \
             `viewer_id`, `audience`, `dwell_seconds`, `event`; did you mean `event`?)",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn keys_of_the_other_kind_and_half_rules_are_refused() {
        let text = format!("{IDS}market: US\nevent: {{column: e}}\n");
        let (_, problems) = columns(&text, RowKind::Impressions);
        let expected = [
            "line 4, `market`: `US` alone could be a market or a column (expected `{value: …}` for one market or `{column: …}`)",
            "line 5, `event`: `event` belongs to `rows: events`, not to this export's rows",
        ];
        assert_eq!(problems, expected);
        let text = format!("{IDS}market: {{value: US, otherwise: reject}}\n");
        let (_, problems) = columns(&text, RowKind::Impressions);
        assert_eq!(
            problems,
            ["line 4, `market.otherwise`: does not go with `value`, which gives every row one market"]
        );
    }
}
