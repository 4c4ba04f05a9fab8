//! `columns`: which column of an export means what.

use std::collections::BTreeMap;

use super::counting::{Blank, ColumnName, CoverRows};
use super::counts::{self, BLANKS, COUNTS, Delivery};
use super::cursor::Cursor;
use super::definition::{EventColumns, Rows};
use super::export_context::ExportContext;
use super::kind::{COUNTED, COVERED, HAPPENINGS, INSTANTS, RowKind};
use super::mapping::{Columns, CoverRule};
use super::quality::{self, QualityGrain};
use super::registry::{Column, Keys, Maybe, Part, Required, Shape, Shaped as _, Words, keys, maybe, required};
use super::{count_rule, ids, instant, kind, market_rule, period, rates};
use coverledger_core::model::{Count, Event};

const COUNT: Words<Count> = Words("a count", &COUNTS);
const BLANK: Words<Blank> = Words("what a blank cell means", &BLANKS);

/// A column alone, or a section.
fn column_or<'s, K: Keys<'s>>() -> Shape {
    Shape::AnyOf(vec![Shape::Column, Shape::section::<K>()])
}

/// An instant: a column alone, which is no number, or a section.
pub(super) fn instant_shape() -> Shape {
    column_or::<instant::InstantKeys<'_>>().called("column or section")
}

const QUALITY: &[RowKind] = &[RowKind::Quality];

keys! {
    /// Which column means what.
    section ColumnKeys("columns", "a set of columns") {
        event_id: Maybe<Column> = maybe(
            "none", Column,
            "unique per event; without it nothing is a duplicate, and a market-day that counts from two objects with the same records, or from one whose records are all among those of another, is held back until one of them is gone or `--accept-shrink` says that both are right; `check` warns of it",
        ).rows(HAPPENINGS),
        occurred_at: Required<Part> = required(
            "the column that says when", Part(instant_shape()),
            "when; a column alone is `rfc3339`, in Parquet `native`; of `quality` when the view, the minute or the broadcast began",
        ).rows(INSTANTS),
        period: Required<Part> = required(
            "the interval of a row, such as `{start: …, grain: 1m}`",
            Part(Shape::AnyOf(vec![Shape::section::<period::PeriodKeys<'_>>(), Shape::Words(vec!["path"])])),
            "the interval of a row; `path` if `{start:…}` and `{end:…}` in the path say it in UTC, and then the slot is `all_day`",
        ).rows(&[RowKind::Counts]),
        from: Required<Part> = required(
            "the column that says since when a cover is on air", Part(instant_shape()),
            "since when the cover was on air; like `occurred_at`",
        ).rows(&[RowKind::Covers]),
        until: Maybe<Part> = maybe(
            "none", Part(instant_shape()),
            "until when, exclusive; without it, or where it is empty, until the next cover of the broadcast",
        ).rows(&[RowKind::Covers]),
        market: Required<Part> = required(
            "`{column: …}` or `{value: …}`",
            Part(Shape::AnyOf(vec![Shape::section::<market_rule::MarketRuleKeys<'_>>(), Shape::Words(vec!["path"])])),
            "which market",
        ),
        broadcast_id: Required<Part> = required(
            "a column or `{value: …}`",
            Part(column_or::<ids::BroadcastKeys<'_>>().called("column, `{value: …}`, `{columns: […]}` or `path`")),
            "which broadcast; `path` if `{broadcast}` in the path says it",
        ),
        cover_id: Required<Part> = required(
            "a column or `{value: …}`", Part(column_or::<ids::CoverKeys<'_>>().called("column, `{value: …}` or `log`")),
            "which cover; `log`, with `rows: counts` only, if the platform's exports with `rows: covers` say it",
        ).rows(COVERED),
        viewer_id: Maybe<Column> = maybe(
            "none", Column, "who; without it there are no unique counts; it never reaches the archive; of `quality` only with `grain: view`",
        ).rows(INSTANTS),
        host_id: Maybe<Column> = maybe(
            "none", Column,
            "the room or host that lasts over broadcasts, which many platforms' room id does not; without it all broadcasts of a platform in a market are one host's. Of `events` and `impressions` it changes no published market-day: only `returning` in `archive.yaml` asks for it",
        ).rows(INSTANTS),
        audience: Maybe<Part> = maybe(
            "none", Part(Shape::List(Box::new(Shape::Column), 0, None).called("list of columns")), "joined by ` / `",
        ).rows(COUNTED),
        dwell_seconds: Maybe<Column> = maybe(
            "none", Column,
            "seconds in the room, whole or decimal: on `leave` events if any event means `leave`, else on `entry` events; on entered impressions",
        ).rows(HAPPENINGS),
        event: Required<Part> = required(
            "`{column: …, values: {…}}`", Part(Shape::section::<EventKeys<'_>>()), "which event",
        ).rows(&[RowKind::Events]),
        clicked: Maybe<Column> = maybe("none", Column, "flag: the cover was clicked").rows(&[RowKind::Impressions]),
        entered: Maybe<Column> = maybe("none", Column, "flag: the room was entered").rows(&[RowKind::Impressions]),
        ordered: Maybe<Column> = maybe("none", Column, "flag: an order was paid").rows(&[RowKind::Impressions]),
        counts: Required<Part> = required(
            "which column counts what, such as `{entries: Views}`",
            Part(Shape::Counts(Box::new(column_or::<count_rule::CountKeys<'_>>()))),
            "what is counted; at least one",
        ).rows(&[RowKind::Counts]),
        optional: Maybe<Part> = maybe(
            "none", Part(Shape::list(COUNT.shape()).called("list of counts")),
            "counts of which an object may lack the columns, and which are null then; not all of them",
        ).rows(&[RowKind::Counts]),
        rates: Maybe<Part> = maybe(
            "none", Part(Shape::Named(Box::new(column_or::<rates::RateKeys<'_>>()))),
            "ratios that the export reports, by name; they are held against its counts and never counted",
        ).rows(&[RowKind::Counts]),
        blank: Maybe<Part> = maybe(
            "`unknown`",
            Part(Shape::AnyOf(vec![BLANK.shape(), Shape::CountsOrNone(Box::new(BLANK.shape()))]).called("word or section")),
            "what a blank cell says of a count: `unknown`, `zero` or `reject`; one word for all counts, or one for each, such as `{entries: zero}`",
        ).rows(&[RowKind::Counts]),
        may_exceed: Maybe<Part> = maybe(
            "none", Part(Shape::list(COUNT.shape()).called("list of counts")),
            "counts that may be more than what they are otherwise a part of, such as `[clicks]` where the platform counts taps on other things too; clicks may exceed impressions without it where impressions are `viewers`",
        ).rows(&[RowKind::Counts]),
        view_id: Maybe<Column> = maybe(
            "none", Column,
            "unique per row, however often it is delivered; without it nothing is a duplicate, as with `event_id`; `check` warns of it",
        ).rows(QUALITY),
        views: Maybe<Part> = maybe(
            "required with `grain: minute` and `broadcast`", Part(Shape::Column), "how many views the row is of; not with `grain: view`",
        ).rows(QUALITY),
        starts: Maybe<Column> = maybe(
            "none", Column, "how many of them had a first frame; not with `grain: view`, where `first_frame_ms` says it",
        ).rows(QUALITY),
        started_within_600ms: Maybe<Column> = maybe(
            "none", Column, "how many of these had it within 600 ms; a count, not a share; not with `grain: view`",
        ).rows(QUALITY),
        first_frame_ms: Maybe<Column> = maybe(
            "none", Column,
            "milliseconds from the tap to the first frame, whole or decimal; nothing where there was none. Only with `grain: view`",
        ).rows(QUALITY),
        first_frame_seconds: Maybe<Column> = maybe("none", Column, "the same in seconds; one of the two").rows(QUALITY),
        stall_ms: Maybe<Column> = maybe(
            "none", Column, "milliseconds for which the picture stood still after the first frame, all in all",
        ).rows(QUALITY),
        stall_seconds: Maybe<Column> = maybe("none", Column, "the same in seconds; one of the two").rows(QUALITY),
        stalls: Maybe<Column> = maybe("none", Column, "how often it stood still").rows(QUALITY),
        stalled_views: Maybe<Column> = maybe(
            "none", Column,
            "how many views stood still for a second or longer; not with `grain: view`, where `stall_ms` says it",
        ).rows(QUALITY),
        watch_ms: Maybe<Column> = maybe(
            "none", Column, "milliseconds watched, stalls included; a view that stalled for longer is rejected",
        ).rows(QUALITY),
        watch_seconds: Maybe<Column> = maybe("none", Column, "the same in seconds; one of the four").rows(QUALITY),
        playing_ms: Maybe<Column> = maybe(
            "none", Column, "milliseconds watched without stalls, to which `stall_ms` is added; one of the four",
        ).rows(QUALITY),
        playing_seconds: Maybe<Column> = maybe("none", Column, "the same in seconds; one of the four").rows(QUALITY),
        audio_video_offset_ms: Maybe<Column> = maybe(
            "none", Column, "milliseconds by which sound and picture were apart, either way. Only with `grain: view`",
        ).rows(QUALITY),
        failed: Maybe<Part> = maybe(
            "none", Part(column_or::<quality::FailedKeys<'_>>().called("column or section")),
            "flag: the view failed. Only with `grain: view`",
        ).rows(QUALITY),
        failures: Maybe<Column> = maybe("none", Column, "how many views failed; not with `grain: view`").rows(QUALITY),
        bitrate_bps: Maybe<Column> = maybe(
            "none", Column, "bits in a second, the mean of the view. Only with `grain: view`",
        ).rows(QUALITY),
        bitrate_kbps: Maybe<Column> = maybe("none", Column, "the same in thousands of bits; one of the two").rows(QUALITY),
        rung: Maybe<Column> = maybe(
            "none", Column, "which rendition was seen, such as `720p`: one of at most 256 words. Only with `grain: view`",
        ).rows(QUALITY),
    }
}

keys! {
    /// Which event a row is.
    section EventKeys("event", "an event column") {
        column: Required<Column> = required("the name of a column", Column, "the column that names the event"),
        values: Required<Part> = required(
            EVENT_VALUES, Part(Shape::Entries(Box::new(Words("an event", &Event::WORDS).shape()))),
            "every value that can come, and what it means: `impression`, `click`, `entry`, `leave`, `order` or `ignore`",
        ),
    }
}

const EVENT_VALUES: &str = "what each means, such as `{show: impression, tap: click}`";

/// Reads `columns`. `delivery` is what the export says of its deliveries, `None` where that is broken; `grain` what rows of
/// quality are of.
pub(super) fn read(
    at: &Cursor<'_>,
    context: &ExportContext<'_>,
    delivery: Option<Delivery>,
    grain: Option<QualityGrain>,
) -> Option<(Rows, Columns)> {
    let keys: ColumnKeys<'_> = kind::open(at, Some(context.kind))?;
    let own = match context.kind {
        RowKind::Events | RowKind::Impressions => Own::Happenings(read_each(&keys, context)),
        RowKind::Counts | RowKind::Covers => Own::Intervals(delivery),
        RowKind::Quality => Own::Quality(quality::read(&keys, context, grain).map(Box::new)),
    };
    let market = keys.market.required().and_then(|at| market_rule::read(&at, context));
    let broadcast_id = keys.broadcast_id.required().and_then(|at| ids::read_broadcast(&at, context));
    let cover_id = match own {
        Own::Quality(_) => Some(CoverRule::Unsaid),
        Own::Happenings(_) | Own::Intervals(_) => {
            keys.cover_id.required().and_then(|at| ids::read_cover(&at, context))
        }
    };
    let audience = keys.audience.read_or(Vec::new(), read_audience);
    let rows = match own {
        Own::Happenings(each) if context.kind == RowKind::Events => read_events(&keys, each),
        Own::Happenings(each) => read_impressions(&keys, each),
        Own::Quality(quality) => quality.map(Rows::Quality),
        Own::Intervals(delivery) if context.kind == RowKind::Counts => {
            counts::read(&keys, context, delivery).map(|counts| Rows::Counts(Box::new(counts)))
        }
        Own::Intervals(delivery) => {
            read_covers(&keys, context, delivery).map(|covers| Rows::Covers(Box::new(covers)))
        }
    };
    let columns =
        Columns { market: market?, broadcast_id: broadcast_id?, cover_id: cover_id?, audience: audience? };
    Some((rows?, columns))
}

/// What rows have of their own, by whether they are a happening, belong to an interval or tell how views went.
enum Own {
    Happenings(Option<EventColumns>),
    Intervals(Option<Delivery>),
    Quality(Option<Box<quality::QualityRows>>),
}

fn read_each(keys: &ColumnKeys<'_>, context: &ExportContext<'_>) -> Option<EventColumns> {
    let event_id = keys.event_id.read();
    if event_id == Some(None) {
        keys.event_id.section().warn(
            "no `event_id` is mapped: an event that is delivered twice counts twice, unless whole files are seen to be the same (map the column that is unique per event, if there is one)",
        );
    }
    let viewer_id = keys.viewer_id.read();
    let host_id = keys.host_id.read();
    let dwell_seconds = keys.dwell_seconds.read();
    let occurred_at = keys.occurred_at.required().and_then(|at| instant::read(&at, context));
    Some(EventColumns {
        event_id: event_id?,
        occurred_at: occurred_at?,
        viewer_id: viewer_id?,
        host_id: host_id?,
        dwell_seconds: dwell_seconds?,
    })
}

fn read_covers(
    keys: &ColumnKeys<'_>,
    context: &ExportContext<'_>,
    delivery: Option<Delivery>,
) -> Option<CoverRows> {
    let from = keys.from.required().and_then(|at| instant::read(&at, context));
    let until = keys.until.read_with(|at| instant::read(at, context));
    Some(CoverRows { from: from?, until: until?, newest: delivery?.newest })
}

fn read_events(columns: &ColumnKeys<'_>, each: Option<EventColumns>) -> Option<Rows> {
    let keys = EventKeys::open(&columns.event.required()?)?;
    let column = keys.column.read();
    let values = keys.values.required()?.entries("a set of event values", EVENT_VALUES)?;
    let total = values.len();
    let meant: BTreeMap<String, Event> = values
        .into_iter()
        .filter_map(|(value, at)| Some((value.to_owned(), at.word("an event", &Event::WORDS)?)))
        .collect();
    (meant.len() == total).then_some(())?;
    Some(Rows::Events { each: each?, column: column?, values: meant })
}

fn read_impressions(columns: &ColumnKeys<'_>, each: Option<EventColumns>) -> Option<Rows> {
    let (clicked, entered, ordered) = (columns.clicked.read(), columns.entered.read(), columns.ordered.read());
    Some(Rows::Impressions { each: each?, clicked: clicked?, entered: entered?, ordered: ordered? })
}

fn read_audience(at: &Cursor<'_>) -> Option<Vec<ColumnName>> {
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
        let context = ExportContext {
            kind,
            format: Some(&Format::Ndjson),
            path: None,
            markets: Some(&markets),
            click: None,
        };
        testing::read(text, |at| read(at, &context, None, None))
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
            let context = ExportContext {
                kind,
                format: Some(&Format::Ndjson),
                path: None,
                markets: Some(&markets),
                click: None,
            };
            testing::warnings_of(&text, |at| read(at, &context, None, None))
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
             `viewer_id`, `host_id`, `audience`, `dwell_seconds`, `event`; did you mean `event`?)",
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
