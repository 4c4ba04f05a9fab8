//! An entry of `exports`: where its objects lie, how they are read, and which column means what.

use super::counting::{Newest, Order, PathPeriod, Period};
use super::counts::Delivery;
use super::cursor::Cursor;
use super::definition::{Export, Format, Rows};
use super::dialect::LineEnd;
use super::export_context::ExportContext;
use super::kind::{self, ABSENT, INTERVALS, RowKind};
use super::mapping::{Columns, MarketRule, TextRule};
use super::names::{NAME, check_name};
use super::newest::NewestKeys;
use super::numbers::NumberKeys;
use super::pages::PagesKeys;
use super::path::{PathInstant, PathPattern};
use super::quality::QualityGrain;
use super::registry::{
    Day, Key, Keys, Maybe, Or, Part, Required, Shape, Text, Whole, Words, ZoneName, keys, maybe, or, required,
};
use super::totals::TotalsKeys;
use super::yaml::{Kind, Node};
use super::{IfMissing, columns, completeness, format, pattern};
use coverledger_core::model::ClickEvent;
use coverledger_core::time::Zone;
use std::collections::BTreeSet;

const ONE_ASCII: Shape = Shape::Pattern("^[!-/:-@[-`{-~]$");

keys! {
    /// One kind of export.
    section ExportKeys("an export", "an export") {
        name: Required<Part> = required(
            "a name of your own, such as `events`", Part(Shape::Pattern(NAME).called("name")),
            "unique within the platform",
        ),
        rows: Required<Words<RowKind>> = required(
            "`events`, `impressions`, `counts`, `covers` or `quality`", Words("a kind of rows", &kind::WORDS),
            "one event a row; one impression a row with flags for what followed; counts over an interval; which cover was on air from when to when; how views went, in a file with `of`",
        ),
        grain: Required<Words<QualityGrain>> = required(
            "`view`, `minute` or `broadcast`", Words("what a row is of", &QualityGrain::WORDS),
            "what a row is of: one view, all views of a broadcast in a minute or another short stretch, or all views of a broadcast",
        ).rows(&[RowKind::Quality]),
        path: Required<Part> = required(
            "one such as `tiktok/{date:%Y-%m-%d}/*.csv.gz`", Part(Shape::Text.called("pattern")),
            "where its objects lie in the exports' store; see below",
        ),
        day: Maybe<Part> = maybe(
            "required if `path` has a date", Part(Shape::section::<DayKeys<'_>>()), "whose day that date is",
        ),
        early_days: Or<Whole<u16>> = or(
            "0", Whole::new("a count of days", 0, 31),
            "by how many days a row may sit in an earlier object than its own day's",
        ),
        late_days: Or<Whole<u16>> = or(
            "0", Whole::new("a count of days", 0, 31),
            "by how many days a row may sit in a later object than its own day's",
        ),
        format: Required<Words<format::Word>> = required(
            "`csv`, `tsv`, `ndjson`, `parquet`, `json` or `xlsx`", Words("a format", &format::WORDS),
            "gzip and Zstandard are recognized by their first bytes, whatever the name says",
        ),
        delimiter: Maybe<Part> = maybe(
            "\",\"", Part(Shape::AnyText.called("text of up to four bytes")),
            "what stands between fields, such as `;`, `\", \"` or `\"||\"`; without quotes, letters, digits and line breaks, and not `.` or `-` alone",
        ).formats(&["csv"]),
        quote: Maybe<Part> = maybe(
            "`'\"'`", Part(Shape::AnyOf(vec![Shape::Words(vec!["none"]), ONE_ASCII]).called("one ASCII character, or `none`")),
            "what stands around fields; with `none` a quote is a character like any other",
        ).formats(&["csv", "tsv"]),
        escape: Maybe<Part> = maybe(
            "none", Part(ONE_ASCII.called("one ASCII character")),
            "takes the meaning off a quote, a delimiter or an escape behind it (`\\\"`), besides a quote that is written twice",
        ).formats(&["csv", "tsv"]),
        line_end: Or<Words<LineEnd>> = or(
            "newline", Words("a line end", &[("newline", LineEnd::Newline), ("carriage_return", LineEnd::Return)]),
            "what ends a record; `newline` is LF or CRLF, `carriage_return` CR alone",
        ).formats(&["csv", "tsv"]),
        encoding: Maybe<Part> = maybe(
            "UTF-8", Part(Shape::Text.called("WHATWG label")),
            "`utf-16le`, `gb18030`, `shift_jis` …; UTF-16 with a byte order mark needs none",
        ).formats(&["csv", "tsv"]),
        skip_rows: Or<Whole<u16>> = or(
            "0", Whole::new("a count of rows", 0, 1_000),
            "rows at the front, blank ones apart, that are passed unread, such as a header that `header` takes the place of",
        ).formats(&["csv", "tsv"]),
        header: Maybe<Part> = maybe(
            "a header is there",
            Part(Shape::AnyOf(vec![Shape::Words(vec!["none"]), Shape::list(Shape::Text)]).called("`none`, or list of names")),
            "the table has none; see below",
        ).formats(&["csv", "tsv", "xlsx"]),
        header_rows: Or<Whole<u16>> = or(
            "1", Whole::new("a count of lines", 1, 2), "how many lines the header has; see below",
        ).formats(&["csv", "tsv", "xlsx"]),
        header_within: Maybe<Whole<u16>> = maybe(
            "1; 30 where `rows` is `counts` or `covers`, and in `xlsx`", Whole::new("a count of lines", 1, 1_000),
            "the header is the first of so many lines that has every needed column",
        ).formats(&["csv", "tsv", "xlsx"]),
        description_rows: Or<Whole<u16>> = or(
            "0", Whole::new("a count of lines", 0, 10), "lines after the header that describe the columns once more",
        ).formats(&["csv", "tsv", "xlsx"]),
        sheets: Maybe<Part> = maybe(
            "every sheet that has the columns", Part(Shape::list(Shape::Text).called("list of names")),
            "the sheets that hold rows; needed where a hidden sheet has the columns, or two sheets hold the same rows",
        ).formats(&["xlsx"]),
        rows_at: Maybe<Part> = maybe(
            "required with `json`", Part(Shape::Text), "the way to the rows, see below",
        ).formats(&["json"]),
        complete: Maybe<Part> = maybe(
            "see below",
            Part(Shape::AnyOf(vec![Shape::section::<PagesKeys<'_>>(), Shape::Words(vec!["unchecked"])])),
            "what a document says of its pages, and of whether it is an answer at all",
        ).formats(&["json"]),
        members: Maybe<Part> = maybe(
            "none", Part(Shape::AnyOf(vec![Shape::Text, Shape::list(Shape::Text)])),
            "which files within a ZIP archive hold rows; without it an archive is refused",
        ).formats(&["csv", "tsv", "ndjson", "json"]),
        numbers: Or<Part> = or(
            "{decimal: \".\", group: \",\"}", Part(Shape::section::<NumberKeys<'_>>()), "how numbers are written",
        ).rows(&[RowKind::Counts]),
        newest: Required<Part> = required(
            "what makes a delivery newer than another, such as `{by: modified, per: broadcast}`",
            Part(Shape::section::<NewestKeys<'_>>()), "which of several deliveries of the same is counted",
        ).rows(INTERVALS),
        fallback_for: Maybe<Text> = maybe(
            "none", Text("an export", "the name of another export of this platform"),
            "another export with `rows: counts` that is no fallback itself: a broadcast that it has rows of is not counted from this one",
        ).rows(&[RowKind::Counts]),
        totals: Maybe<Part> = maybe(
            "see below", Part(Shape::section::<TotalsKeys<'_>>()), "how rows of totals are recognized",
        ).rows(&[RowKind::Counts]),
        skip: Maybe<Part> = maybe(
            "none", Part(Shape::Entries(Box::new(Shape::list(Shape::Scalar)))),
            "rows that are not counted: columns, and lists of their values as they are written, such as `{is_test: [1]}`",
        ).rows(&[RowKind::Counts]),
        columns: Required<Part> = required(
            "which column means what", Part(Shape::section::<columns::ColumnKeys<'_>>()), "which column means what",
        ),
        parts: Maybe<Whole<u32>> = maybe(
            "none", Whole::new("a count of objects", 1, 100_000),
            "how many objects an export date has at least, of each market where the path names it; a market-day waits for them",
        ),
        complete_when: Maybe<Part> = maybe(
            "none", Part(Shape::Text.called("pattern")),
            "the path of an object that is there once an export date is complete, such as `\"shop/{date:%Y-%m-%d}/_SUCCESS\"`: with `{date:…}`, with `{market}` where `path` has it, and `*`; what is in it is not read",
        ),
        if_missing: Or<Words<IfMissing>> = or(
            "wait", Words("what a date without an object is", &completeness::MISSING),
            "what an export date without an object is: one that has not come, or, once `settle` has passed since its end, one on which nothing happened",
        ).rows(ABSENT),
        since: Maybe<Day> = maybe(
            "none", Day,
            "the first export date that was delivered (where the path has none, the first local date): a market-day that needs an earlier one does not stand on the export",
        ),
    }
}

keys! {
    /// Whose day the date in a path names.
    section DayKeys("day", "a day") {
        timezone: Required<ZoneName> = required(
            "an IANA time zone such as `UTC`", ZoneName, "whose day the date in the path names",
        ),
    }
}

/// Reads an export; `markets` are the known names and `click` is what the platform calls one, `None` where they could
/// not be read.
pub(super) fn read(
    at: &Cursor<'_>,
    markets: Option<&BTreeSet<String>>,
    click: Option<ClickEvent>,
) -> Option<Export> {
    let keys: ExportKeys<'_> = kind::open(at, kind::peek(at))?;
    let name = keys.name.required().and_then(|at| {
        let name = at.text("a name", "one such as `events`")?;
        check_name(name).map_err(|message| at.problem(message)).ok().map(|()| name.to_owned())
    });
    let kind = keys.rows.read();
    let path_at = keys.path.required();
    let path = path_at.as_ref().and_then(pattern::read);
    let is_dated = path.as_ref().is_none_or(PathPattern::is_dated);
    let day_zone = read_day(&keys, is_dated);
    let early_days = read_days(&keys.early_days, is_dated);
    let late_days = read_days(&keys.late_days, is_dated);
    let completeness = completeness::read(&keys, path.as_ref());
    let format = format::read(&keys, kind);
    let members = format::read_members(&keys);
    let columns = keys.columns.required();
    // Without a kind of rows every other key would be a guess.
    let context = ExportContext { kind: kind?, format: format.as_ref(), path: path.as_ref(), markets, click };
    let delivery = kind?.is_interval().then(|| Delivery::read(&keys, &context)).flatten();
    let columns_at = columns?;
    let are_named = check_numbers(&columns_at, format.as_ref());
    let grain = (kind == Some(RowKind::Quality)).then(|| keys.grain.read()).flatten();
    let (rows, columns) = columns::read(&columns_at, &context, delivery, grain)?;
    are_named?;
    let path = path?;
    check_placeholders(&path_at?, &path, &rows, &columns)?;
    check_day(&keys, day_zone.as_ref()?, &rows)?;
    Some(Export {
        name: name?,
        rows,
        path,
        day_zone: day_zone?,
        early_days: early_days?,
        late_days: late_days?,
        format: format?,
        columns,
        completeness: completeness?,
        members: members?,
    })
}

fn read_day(export: &ExportKeys<'_>, is_dated: bool) -> Option<Zone> {
    let expected = "whose day the date in the path names, such as `{timezone: UTC}`";
    let at = match export.day.at() {
        None if !is_dated => return Some(Zone::utc()),
        _ => export.day.needed(expected)?,
    };
    DayKeys::open(&at)?.timezone.read()
}

/// One date is one day: that of the objects is that of their rows, where the path's date is all that says when.
fn check_day(export: &ExportKeys<'_>, day_zone: &Zone, rows: &Rows) -> Option<()> {
    let Rows::Counts(counts) = rows else { return Some(()) };
    let Period::PathIn { zone, by: PathPeriod::Date } = &counts.period else { return Some(()) };
    if zone == day_zone {
        return Some(());
    }
    export.day.at()?.refuse(format!(
        "the date in the path is a day in `{}`, and by `columns.period` one in `{}` (expected the same `timezone` in both)",
        day_zone.name(),
        zone.name()
    ))
}

fn read_days(key: &Key<'_, Or<Whole<u16>>>, is_dated: bool) -> Option<u16> {
    let days = key.read()?;
    match key.at() {
        Some(at) if days > 0 && !is_dated => at.refuse("has no effect: `path` names no date"),
        _ => Some(days),
    }
}

/// A column goes by its number only in a table of lines and cells.
fn check_numbers(at: &Cursor<'_>, format: Option<&Format>) -> Option<()> {
    if matches!(format, None | Some(Format::Delimited { .. } | Format::Xlsx { .. })) || !has_numbers(at.node) {
        return Some(());
    }
    at.refuse("a column goes by its number only with `format: csv`, `tsv` or `xlsx` (expected names of columns)")
}

/// Whether a number stands where a column may; `value` and `values` hold none.
fn has_numbers(node: &Node) -> bool {
    match &node.kind {
        Kind::Whole(_) => true,
        // A name among numbers makes a list of names of one column.
        Kind::List(items) => !items.is_empty() && items.iter().all(has_numbers),
        Kind::Map(entries) => {
            let may_hold = |key: &str| !matches!(key, "value" | "values" | "path");
            entries.iter().any(|entry| may_hold(&entry.key) && has_numbers(&entry.value))
        }
        _ => false,
    }
}

/// Refuses what the path says and nothing reads: the rows would be given to something else than the path says.
fn check_placeholders(at: &Cursor<'_>, path: &PathPattern, rows: &Rows, columns: &Columns) -> Option<()> {
    let newest = match rows {
        Rows::Counts(counts) => Some(&counts.newest),
        Rows::Covers(covers) => Some(&covers.newest),
        Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => None,
    };
    // Of objects without a date, period and time of making say which days they can speak of.
    let is_dated = path.is_dated();
    let has_period = !is_dated || matches!(rows, Rows::Counts(counts) if counts.period.reads_start_and_end());
    let is_ordered = !is_dated || matches!(newest, Some(Newest { by: Order::Path, .. }));
    let has_market = matches!(columns.market, MarketRule::Path { .. });
    let unread = [
        ("{market}", path.names_market() && !has_market, "`market: path`"),
        ("{broadcast}", path.names_broadcast() && columns.broadcast_id != TextRule::Path, "`broadcast_id: path`"),
        ("{start:…}", path.says(PathInstant::Start) && !has_period, "`period: path`"),
        ("{end:…}", path.says(PathInstant::End) && !has_period, "`period: path`"),
        ("{created:…}", path.says(PathInstant::Created) && !is_ordered, "`newest: {by: path, …}`"),
    ];
    let unread = unread.iter().filter(|(_, is_unread, _)| *is_unread);
    let unread = unread.map(|(shown, _, reader)| {
        at.problem(format!("nothing reads `{shown}` (expected {reader}, or `*` in its place)"));
    });
    (unread.count() == 0).then_some(())
}
