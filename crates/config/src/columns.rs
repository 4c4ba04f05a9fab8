//! `columns`: which column of an export means what.

use std::collections::BTreeMap;

use super::counting::{ColumnName, CoverRows};
use super::counts::{self, Delivery};
use super::definition::{EventColumns, Rows};
use super::frame::Frame;
use super::kind::{ALL, COUNTED, HAPPENINGS, Key, RowKind};
use super::mapping::Columns;
use super::place::Place;
use super::section::Section;
use super::{ids, instant, kind, market_rule};
use coverledger_core::model::Event;

const KEYS: [Key; 20] = [
    ("event_id", HAPPENINGS),
    ("occurred_at", HAPPENINGS),
    ("period", &[RowKind::Counts]),
    ("from", &[RowKind::Covers]),
    ("until", &[RowKind::Covers]),
    ("market", ALL),
    ("broadcast_id", ALL),
    ("cover_id", ALL),
    ("viewer_id", HAPPENINGS),
    ("audience", COUNTED),
    ("dwell_seconds", HAPPENINGS),
    ("event", &[RowKind::Events]),
    ("clicked", &[RowKind::Impressions]),
    ("entered", &[RowKind::Impressions]),
    ("ordered", &[RowKind::Impressions]),
    ("counts", &[RowKind::Counts]),
    ("optional", &[RowKind::Counts]),
    ("rates", &[RowKind::Counts]),
    ("blank", &[RowKind::Counts]),
    ("may_exceed", &[RowKind::Counts]),
];

/// Reads `columns`. `delivery` is what the export says of its deliveries, `None` where that is broken.
pub(super) fn read(at: &Place<'_>, frame: &Frame<'_>, delivery: Option<Delivery>) -> Option<(Rows, Columns)> {
    let section = kind::section(at, "a set of columns", &KEYS, Some(frame.kind))?;
    let own = match frame.kind {
        RowKind::Events | RowKind::Impressions => Own::Happenings(read_each(&section, frame)),
        RowKind::Counts | RowKind::Covers => Own::Intervals(delivery),
    };
    let market =
        section.required("market", "`{column: …}` or `{value: …}`").and_then(|at| market_rule::read(&at, frame));
    let broadcast_id = section
        .required("broadcast_id", "a column or `{value: …}`")
        .and_then(|at| ids::read_broadcast(&at, frame));
    let cover_id =
        section.required("cover_id", "a column or `{value: …}`").and_then(|at| ids::read_cover(&at, frame));
    let audience = section.or("audience", Vec::new(), |at| read_audience(&at));
    let rows = match own {
        Own::Happenings(each) if frame.kind == RowKind::Events => read_events(&section, each),
        Own::Happenings(each) => read_impressions(&section, each),
        Own::Intervals(delivery) if frame.kind == RowKind::Counts => {
            counts::read(&section, frame, delivery).map(|counts| Rows::Counts(Box::new(counts)))
        }
        Own::Intervals(delivery) => {
            read_covers(&section, frame, delivery).map(|covers| Rows::Covers(Box::new(covers)))
        }
    };
    let columns =
        Columns { market: market?, broadcast_id: broadcast_id?, cover_id: cover_id?, audience: audience? };
    Some((rows?, columns))
}

/// What rows have of their own, by whether they are a happening or belong to an interval.
enum Own {
    Happenings(Option<EventColumns>),
    Intervals(Option<Delivery>),
}

fn read_each(section: &Section<'_>, frame: &Frame<'_>) -> Option<EventColumns> {
    let column = |key: &str| section.maybe(key, |at| at.column());
    let event_id = column("event_id");
    if event_id == Some(None) {
        section.place().warn(
            "no `event_id` is mapped: an event that is delivered twice counts twice, unless whole files are seen to be the same (map the column that is unique per event, if there is one)",
        );
    }
    let viewer_id = column("viewer_id");
    let dwell_seconds = column("dwell_seconds");
    let occurred_at =
        section.required("occurred_at", "the column that says when").and_then(|at| instant::read(&at, frame));
    Some(EventColumns {
        event_id: event_id?,
        occurred_at: occurred_at?,
        viewer_id: viewer_id?,
        dwell_seconds: dwell_seconds?,
    })
}

fn read_covers(section: &Section<'_>, frame: &Frame<'_>, delivery: Option<Delivery>) -> Option<CoverRows> {
    let from = section
        .required("from", "the column that says since when a cover is on air")
        .and_then(|at| instant::read(&at, frame));
    let until = section.maybe("until", |at| instant::read(&at, frame));
    Some(CoverRows { from: from?, until: until?, newest: delivery?.newest })
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
    use std::collections::BTreeSet;

    use super::super::definition::Format;
    use super::super::mapping::{CoverRule, MarketRule, TextRule};
    use super::super::testing;
    use super::*;
    use coverledger_core::model::MarketId;

    fn columns(text: &str, kind: RowKind) -> (Option<(Rows, Columns)>, Vec<String>) {
        let markets = BTreeSet::from(["US".to_owned(), "GB".to_owned()]);
        let frame =
            Frame { kind, format: Some(&Format::Ndjson), path: None, markets: Some(&markets), click: None };
        testing::read(text, |at| read(at, &frame, None))
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
    fn events_without_an_id_are_warned_of() {
        let warnings = |more: &str, kind| {
            let text = format!("{IDS}market: {{value: US}}\n{more}");
            let markets = BTreeSet::from(["US".to_owned()]);
            let frame =
                Frame { kind, format: Some(&Format::Ndjson), path: None, markets: Some(&markets), click: None };
            testing::warnings_of(&text, |at| read(at, &frame, None))
        };
        assert!(warnings("", RowKind::Impressions)[0].starts_with("line 1: no `event_id` is mapped"));
        assert_eq!(warnings("event_id: id\n", RowKind::Impressions), <[&str; 0]>::default());
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
