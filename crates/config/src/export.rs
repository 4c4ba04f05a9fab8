//! An entry of `exports`: where its objects lie, how they are read, and which column means what.

use super::archive::zone;
use super::columns;
use super::counting::{Newest, Order, PathPeriod, Period};
use super::counts::Delivery;
use super::definition::{Export, Format, Rows};
use super::frame::Frame;
use super::kind::{self, ALL, COUNTED, INTERVALS, Key, RowKind};
use super::mapping::{Columns, MarketRule, TextRule};
use super::names::check_name;
use super::path::{PathInstant, PathPattern};
use super::place::Place;
use super::section::Section;
use super::yaml::{Kind, Node};
use super::{completeness, format, pattern};
use coverledger_core::model::ClickEvent;
use coverledger_core::time::Zone;
use std::collections::BTreeSet;

const KEYS: [Key; 31] = [
    ("name", ALL),
    ("rows", ALL),
    ("path", ALL),
    ("day", ALL),
    ("early_days", ALL),
    ("late_days", ALL),
    ("format", ALL),
    ("delimiter", ALL),
    ("quote", ALL),
    ("escape", ALL),
    ("line_end", ALL),
    ("encoding", ALL),
    ("skip_rows", ALL),
    ("header", ALL),
    ("header_rows", ALL),
    ("header_within", ALL),
    ("description_rows", ALL),
    ("sheets", ALL),
    ("rows_at", ALL),
    ("complete", ALL),
    ("members", ALL),
    ("numbers", &[RowKind::Counts]),
    ("newest", INTERVALS),
    ("fallback_for", &[RowKind::Counts]),
    ("totals", &[RowKind::Counts]),
    ("skip", &[RowKind::Counts]),
    ("columns", ALL),
    ("parts", ALL),
    ("complete_when", ALL),
    ("if_missing", COUNTED),
    ("since", ALL),
];

/// Reads an export; `markets` are the known names and `click` is what the platform calls one, `None` where they could
/// not be read.
pub(super) fn read(
    at: &Place<'_>,
    markets: Option<&BTreeSet<String>>,
    click: Option<ClickEvent>,
) -> Option<Export> {
    let section = kind::section(at, "an export", &KEYS, kind::peek(at))?;
    let name = section.required("name", "a name of your own, such as `events`").and_then(|at| {
        let name = at.text("a name", "one such as `events`")?;
        check_name(name).map_err(|message| at.problem(message)).ok().map(|()| name.to_owned())
    });
    let kind =
        section.required("rows", "`events`, `impressions`, `counts` or `covers`").and_then(|at| kind::read(&at));
    let path_at = section.required("path", "one such as `tiktok/{date:%Y-%m-%d}/*.csv.gz`");
    let path = path_at.as_ref().and_then(pattern::read);
    let is_dated = path.as_ref().is_none_or(PathPattern::is_dated);
    let day_zone = read_day(&section, is_dated);
    let early_days = read_days(&section, "early_days", is_dated);
    let late_days = read_days(&section, "late_days", is_dated);
    let completeness = completeness::read(&section, path.as_ref());
    let format = format::read(&section, kind);
    let members = format::read_members(&section);
    let columns = section.required("columns", "which column means what");
    // Without a kind of rows every other key would be a guess.
    let frame = Frame { kind: kind?, format: format.as_ref(), path: path.as_ref(), markets, click };
    let delivery = kind?.is_interval().then(|| Delivery::read(&section, &frame)).flatten();
    let columns_at = columns?;
    let are_named = check_numbers(&columns_at, format.as_ref());
    let (rows, columns) = columns::read(&columns_at, &frame, delivery)?;
    are_named?;
    let path = path?;
    check_placeholders(&path_at?, &path, &rows, &columns)?;
    check_day(&section, day_zone.as_ref()?, &rows)?;
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

fn read_day(section: &Section<'_>, is_dated: bool) -> Option<Zone> {
    let expected = "whose day the date in the path names, such as `{timezone: UTC}`";
    let at = match section.optional("day") {
        None if !is_dated => return Some(Zone::utc()),
        _ => section.required("day", expected)?,
    };
    let day = at.section("a day", &["timezone"])?;
    day.required("timezone", "an IANA time zone such as `UTC`").and_then(|at| zone(&at))
}

/// One date is one day: that of the objects is that of their rows, where the path's date is all that says when.
fn check_day(section: &Section<'_>, day_zone: &Zone, rows: &Rows) -> Option<()> {
    let Rows::Counts(counts) = rows else { return Some(()) };
    let Period::PathIn { zone, by: PathPeriod::Date } = &counts.period else { return Some(()) };
    if zone == day_zone {
        return Some(());
    }
    section.optional("day")?.refuse(format!(
        "the date in the path is a day in `{}`, and by `columns.period` one in `{}` (expected the same `timezone` in both)",
        day_zone.name(),
        zone.name()
    ))
}

fn read_days(section: &Section<'_>, key: &str, is_dated: bool) -> Option<u16> {
    let days = section.or(key, 0_u16, |at| at.whole("a count of days", 0..=31))?;
    match section.optional(key) {
        Some(at) if days > 0 && !is_dated => at.refuse("has no effect: `path` names no date"),
        _ => Some(days),
    }
}

/// A column goes by its number only in a table of lines and cells.
fn check_numbers(at: &Place<'_>, format: Option<&Format>) -> Option<()> {
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
fn check_placeholders(at: &Place<'_>, path: &PathPattern, rows: &Rows, columns: &Columns) -> Option<()> {
    let newest = match rows {
        Rows::Counts(counts) => Some(&counts.newest),
        Rows::Covers(covers) => Some(&covers.newest),
        Rows::Events { .. } | Rows::Impressions { .. } => None,
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
