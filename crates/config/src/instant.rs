//! How an export writes the instant of a row: `occurred_at`.

use jiff::civil::{DateTime, datetime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use super::archive::zone;
use super::counting::ColumnName;
use super::cursor::Cursor;
use super::definition::Format;
use super::export_context::ExportContext;
use super::kind::RowKind;
use super::mapping::{FoldPolicy, GapPolicy, InstantColumn, InstantFormat, WallClock, ZoneRule};
use super::registry::{Column, Keys, Maybe, Or, Part, Required, Shape, Words, keys, maybe, or, required};
use super::yaml::Kind;

/// A year of the Buddhist era, 543 more than ours, as `strptime` has a year of another era.
pub const BUDDHIST_YEAR: &str = "%EY";

const FORMATS: &str = "`rfc3339`, `epoch_s`, `epoch_ms`, `epoch_us`, `native` (Parquet, spreadsheets) or a strptime pattern such as `%Y-%m-%d %H:%M:%S`";

const GAPS: [(&str, GapPolicy); 3] =
    [("reject", GapPolicy::Reject), ("before", GapPolicy::Before), ("after", GapPolicy::After)];
const FOLDS: [(&str, FoldPolicy); 3] =
    [("reject", FoldPolicy::Reject), ("earlier", FoldPolicy::Earlier), ("later", FoldPolicy::Later)];

keys! {
    /// How an export writes an instant.
    section InstantKeys("occurred_at", "an instant") {
        column: Required<Column> = required("the name of a column", Column, "the column"),
        time: Maybe<Column> = maybe(
            "none", Column, "where the time of day stands, if `column` has only the date; see below",
        ),
        format: Maybe<Part> = maybe(
            "`rfc3339`; in Parquet, and in XLSX with a `timezone`, `native`",
            Part(Shape::AnyOf(vec![Shape::Text, Shape::list(Shape::Text)]).called("word, pattern or list of patterns")),
            "`rfc3339` (with an offset), `epoch_s`, `epoch_ms`, `epoch_us`, `native` (a Parquet timestamp, or a spreadsheet's) or a strptime pattern",
        ),
        timezone: Maybe<Part> = maybe(
            "none", Part(Shape::Text.called("IANA zone or `market`")),
            "whose wall clock; needed by patterns that read no offset, by a spreadsheet's times and by Parquet timestamps that are not marked as UTC; `market`, for `counts` and `covers`, is the clock of the row's market",
        ),
        gap: Or<Words<GapPolicy>> = or(
            "reject", Words("a policy for skipped times", &GAPS),
            "a wall-clock time that was skipped: reject it, or read it by the clock before or after the jump",
        ),
        fold: Or<Words<FoldPolicy>> = or(
            "reject", Words("a policy for doubled times", &FOLDS),
            "a wall-clock time that came twice: reject it, or take the first or second pass",
        ),
    }
}

/// Reads an instant: a column's name alone, or a section.
pub(super) fn read(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<InstantColumn> {
    let plain = match context.format {
        Some(Format::Parquet) => InstantFormat::Native { wall: None },
        _ => InstantFormat::Rfc3339,
    };
    if !at.is_map() {
        let column = match at.node.kind {
            Kind::List(_) => at.column()?,
            _ => at.text("an instant", "a column, or `{column: …, format: …}`").map(ColumnName::new)?,
        };
        return Some(InstantColumn { column, time: None, format: plain });
    }
    let keys = InstantKeys::open(at)?;
    let column = keys.column.read();
    let time = keys.time.read();
    let wall = read_wall(&keys, context.kind);
    // In a spreadsheet only a wall clock has a zone to tell.
    let plain = match (context.format, &wall) {
        (Some(Format::Xlsx { .. }), Some(Some(_))) => InstantFormat::Native { wall: None },
        _ => plain,
    };
    let several = keys.format.at().filter(|at| matches!(at.node.kind, Kind::List(_)));
    let format = match several {
        Some(at) => several_patterns(&keys, &at, wall?),
        None => settle(&keys, read_format(&keys, plain, context.format)?, wall?, context.format),
    };
    let format = format?;
    let is_apart = time.as_ref().is_some_and(Option::is_some);
    if is_apart && !matches!(format, InstantFormat::Pattern { .. } | InstantFormat::Native { wall: Some(_) }) {
        return keys.time.at()?.refuse(
            "a date and a time in two columns need a pattern of both, such as `%Y-%m-%d %H:%M`, or a spreadsheet's own (`native`), and `timezone`",
        );
    }
    Some(InstantColumn { column: column?, time: time?, format })
}

/// Whose clock it is: a zone's, or for rows of intervals that of the row's `market`.
pub(super) fn clock(at: &Cursor<'_>, kind: RowKind) -> Option<ZoneRule> {
    if !(at.is_text() && at.node.source == "market") {
        return zone(at).map(ZoneRule::Named);
    }
    if !kind.is_interval() {
        return at.refuse("the clock of the row's `market` goes only with `rows: counts` and `rows: covers`");
    }
    Some(ZoneRule::Market)
}

fn read_format(
    keys: &InstantKeys<'_>,
    plain: InstantFormat,
    file_format: Option<&Format>,
) -> Option<InstantFormat> {
    let Some(at) = keys.format.at() else { return Some(plain) };
    match at.text("a format of instants", FORMATS)? {
        "rfc3339" => Some(InstantFormat::Rfc3339),
        "epoch_s" => Some(InstantFormat::EpochSeconds),
        "epoch_ms" => Some(InstantFormat::EpochMillis),
        "epoch_us" => Some(InstantFormat::EpochMicros),
        "native" if matches!(file_format, Some(Format::Parquet | Format::Xlsx { .. }) | None) => {
            Some(InstantFormat::Native { wall: None })
        }
        "native" => at.refuse(
            "`native` is a Parquet timestamp or a spreadsheet's, and `format` of this export is neither `parquet` nor `xlsx`",
        ),
        pattern if pattern.contains('%') => {
            Some(InstantFormat::Pattern { pattern: pattern.to_owned(), wall: None })
        }
        _ => at.mismatch("a format of instants", FORMATS),
    }
}

/// `timezone`, `gap` and `fold`. The outer `None` means that a problem was told.
#[expect(clippy::option_option, reason = "no wall clock and a broken one are two things")]
fn read_wall(keys: &InstantKeys<'_>, kind: RowKind) -> Option<Option<WallClock>> {
    let zone = keys.timezone.read_with(|at| clock(at, kind));
    let (gap, fold) = (keys.gap.read(), keys.fold.read());
    let (zone, gap, fold) = (zone?, gap?, fold?);
    if zone.is_none() {
        let idle = [keys.gap.at(), keys.fold.at()].into_iter().flatten();
        let idle =
            idle.map(|at| at.problem("needs `timezone`: only a wall clock skips or doubles a time")).count();
        return (idle == 0).then_some(None);
    }
    Some(zone.map(|zone| WallClock { zone, gap, fold }))
}

/// Brings a format and a wall clock together, where they belong together.
fn settle(
    keys: &InstantKeys<'_>,
    format: InstantFormat,
    wall: Option<WallClock>,
    file_format: Option<&Format>,
) -> Option<InstantFormat> {
    let refuse_zone = |why: &str| keys.timezone.at()?.refuse(format!("has no effect: {why} (leave it out)"));
    match format {
        InstantFormat::Pattern { pattern, .. } => {
            let at = keys.format.at()?;
            match reads(&pattern) {
                Err(message) => at.refuse(format!("{} {message}", at.found())),
                Ok(Reads::Instant) if wall.is_some() => refuse_zone("the pattern reads an offset"),
                Ok(Reads::WallTime) if wall.is_none() => at.refuse(format!(
                    "{} reads no offset, so it needs `timezone` (whose wall clock it is; `UTC` if it is UTC)",
                    at.found()
                )),
                Ok(_) => Some(InstantFormat::Pattern { pattern, wall }),
            }
        }
        InstantFormat::Native { .. } if wall.is_none() && matches!(file_format, Some(Format::Xlsx { .. })) => {
            keys.format.at()?.refuse("a spreadsheet's times are a wall clock's: `native` needs `timezone`")
        }
        InstantFormat::Native { .. } => Some(InstantFormat::Native { wall }),
        InstantFormat::Rfc3339 if wall.is_some() => refuse_zone("`rfc3339` carries its own offset"),
        _ if wall.is_some() => refuse_zone("an epoch counts from 1970 in UTC"),
        other => Some(other),
    }
}

/// A list of patterns, by which no text may be read in two ways.
fn several_patterns(keys: &InstantKeys<'_>, at: &Cursor<'_>, wall: Option<WallClock>) -> Option<InstantFormat> {
    let items = at.list("a list of formats of one column")?;
    let mut patterns: Vec<String> = Vec::new();
    let total = items.len();
    for item in items {
        let Some(pattern) = item.text("a pattern", "strptime patterns such as `%Y-%m-%d %H:%M`") else { continue };
        match reads(pattern) {
            Err(message) => item.problem(format!("`{pattern}` {message}")),
            Ok(Reads::Instant) => {
                item.problem(format!("`{pattern}` reads an offset; of several, each reads a wall clock"));
            }
            Ok(Reads::WallTime) => match patterns.iter().find(|other| read_differently(other, pattern)) {
                Some(other) => item.problem(format!(
                    "`{pattern}` and `{other}` read the same text as two times (keep the one that is meant)"
                )),
                None => patterns.push(pattern.to_owned()),
            },
        }
    }
    let Some(wall) = wall else {
        return keys
            .format
            .section()
            .refuse("several formats need `timezone` (whose wall clock it is; `UTC` if it is UTC)");
    };
    (patterns.len() == total).then_some(InstantFormat::Patterns { patterns, wall })
}

/// Whether what one pattern writes is read as another time by the other one.
fn read_differently(one: &str, other: &str) -> bool {
    let at = |pattern: &str, written: &str| {
        BrokenDownTime::parse(pattern, written).ok().and_then(|time| instant_or_wall(&time)).map(|(at, _)| at)
    };
    let samples = [datetime(2019, 3, 4, 7, 8, 9, 0), datetime(2011, 12, 10, 9, 8, 7, 0)];
    [(one, other), (other, one)].into_iter().any(|(writer, reader)| {
        samples.iter().filter_map(|sample| sample.to_zoned(TimeZone::UTC).ok()).any(|sample| {
            let Ok(written) = strtime::format(writer, &sample) else { return false };
            let (Some(meant), Some(found)) = (at(writer, &written), at(reader, &written)) else { return false };
            meant != found
        })
    })
}

/// What a strptime pattern yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    Instant,
    WallTime,
}

/// Writes two sample times by the pattern and reads them back: what does not survive, the pattern does not read.
fn reads(pattern: &str) -> Result<Reads, String> {
    let pattern = &pattern.replace(BUDDHIST_YEAR, "%Y");
    let mut reads = Reads::WallTime;
    for sample in [datetime(2026, 11, 21, 19, 35, 42, 0), datetime(2019, 3, 4, 7, 8, 9, 0)] {
        let zoned = sample.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
        let written =
            strtime::format(pattern, &zoned).map_err(|error| format!("is not a strptime pattern: {error}"))?;
        let time =
            BrokenDownTime::parse(pattern, &written).map_err(|error| format!("cannot be read back: {error}"))?;
        let (found, is_instant) = instant_or_wall(&time).ok_or("does not read a date and a time of day")?;
        // `19时` says no minute and means the full hour.
        let has_minutes = ["%M", "%T", "%R", "%s"].iter().any(|part| pattern.contains(part));
        let to_the_minute = |at: DateTime| (at.date(), at.hour(), if has_minutes { at.minute() } else { 0 });
        if to_the_minute(found) != to_the_minute(sample) {
            return Err("does not read a date and a time of day to the minute".to_owned());
        }
        if is_instant {
            reads = Reads::Instant;
        }
    }
    Ok(reads)
}

fn instant_or_wall(time: &BrokenDownTime) -> Option<(DateTime, bool)> {
    if time.timestamp().is_some() || time.offset().is_some() {
        let at = time.to_timestamp().ok()?;
        return Some((TimeZone::UTC.to_datetime(at), true));
    }
    if time.iana_time_zone().is_some() {
        return Some((time.to_zoned().ok()?.datetime(), true));
    }
    time.hour()?;
    Some((time.to_datetime().ok()?, false))
}

#[cfg(test)]
mod tests {
    use super::super::definition::Header;
    use super::super::testing;
    use super::*;
    use coverledger_core::time::Zone;

    #[expect(clippy::needless_pass_by_value, reason = "tables of cases read better so")]
    fn instant(text: &str, format: Format) -> (Option<InstantFormat>, Vec<String>) {
        let (column, problems) = testing::read(&format!("at: {text}"), |at| {
            let context = ExportContext {
                kind: RowKind::Events,
                format: Some(&format),
                path: None,
                markets: None,
                click: None,
            };
            super::read(&at.section("x", &["at"])?.required("at", "x")?, &context)
        });
        (column.map(|column| column.format), problems)
    }

    const CSV: Format =
        Format::Delimited { dialect: crate::Dialect::by(b','), encoding: None, header: Header::FIRST_LINE };

    #[test]
    fn a_column_alone_is_rfc3339_or_a_parquet_timestamp() {
        assert_eq!(instant("ts", CSV).0, Some(InstantFormat::Rfc3339));
        assert_eq!(instant("ts", Format::Parquet).0, Some(InstantFormat::Native { wall: None }));
        assert_eq!(instant("{column: ts, format: epoch_ms}", CSV).0, Some(InstantFormat::EpochMillis));
    }

    #[test]
    fn a_wall_clock_has_a_zone_and_policies() {
        let text = "{column: ts, format: '%d/%m/%Y %H:%M', timezone: America/Sao_Paulo, fold: earlier}";
        let (format, problems) = instant(text, CSV);
        assert_eq!(problems, <[&str; 0]>::default());
        let Some(InstantFormat::Pattern { wall: Some(wall), .. }) = format else { panic!("{format:?}") };
        assert_eq!(wall.zone, ZoneRule::Named(Zone::named("America/Sao_Paulo").unwrap()));
        assert_eq!(wall.gap, GapPolicy::Reject);
        assert_eq!(wall.fold, FoldPolicy::Earlier);
        let native = instant("{column: ts, timezone: Asia/Tokyo}", Format::Parquet).0;
        assert!(matches!(native, Some(InstantFormat::Native { wall: Some(_) })));
    }

    #[test]
    fn several_patterns_read_no_text_in_two_ways() {
        let of = |formats: &str| instant(&format!("{{column: ts, timezone: UTC, format: [{formats}]}}"), CSV);
        let (format, problems) = of("'%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y/%m/%d %H:%M'");
        assert_eq!(problems, <[&str; 0]>::default());
        assert!(matches!(format, Some(InstantFormat::Patterns { patterns, .. }) if patterns.len() == 3));
        assert_eq!(
            of("'%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M'"),
            (
                None,
                vec![
                    "line 1, `at.format[1]`: `%m/%d/%Y %H:%M` and `%d/%m/%Y %H:%M` read the same text as two times \
                     (keep the one that is meant)"
                        .to_owned()
                ]
            )
        );
        let (_, problems) = instant("{column: ts, format: ['%F %T', '%F']}", CSV);
        assert_eq!(
            problems,
            [
                "line 1, `at.format[1]`: `%F` does not read a date and a time of day",
                "line 1, `at`: several formats need `timezone` (whose wall clock it is; `UTC` if it is UTC)"
            ]
        );
    }

    #[test]
    fn patterns_are_known_by_what_they_read() {
        let table = [
            ("%Y-%m-%d %H:%M:%S", Ok(Reads::WallTime)),
            ("%Y-%m-%d %H:%M:%S%.f", Ok(Reads::WallTime)),
            ("%m/%d/%y %I:%M %p", Ok(Reads::WallTime)),
            ("%Y%m%dT%H%M%S%z", Ok(Reads::Instant)),
            ("%F %T %:z", Ok(Reads::Instant)),
            ("%s", Ok(Reads::Instant)),
        ];
        for (pattern, expected) in table {
            assert_eq!(reads(pattern), expected, "{pattern}");
        }
        for pattern in [
            "%Y-%m-%d",
            "%H:%M",
            "%Y-%m %H:%M",
            "%Y-%m-%d %I:%M",
            "%Y-%m-%d %H:%M %Z",
            "%Q!",
            "2026-%m-%d %H:%M",
            "%Y-%m-%d %H:%M %",
        ] {
            assert!(reads(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_told() {
        let table = [
            (
                "{column: ts, format: '%Y-%m-%d %H:%M'}",
                "line 1, `at.format`: `%Y-%m-%d %H:%M` reads no offset, so it needs `timezone` (whose wall clock it is; `UTC` if it is UTC)",
            ),
            (
                "{column: ts, format: '%Y-%m-%d', timezone: UTC}",
                "line 1, `at.format`: `%Y-%m-%d` does not read a date and a time of day",
            ),
            (
                "{column: ts, format: '%F %T%z', timezone: UTC}",
                "line 1, `at.timezone`: has no effect: the pattern reads an offset (leave it out)",
            ),
            (
                "{column: ts, timezone: UTC}",
                "line 1, `at.timezone`: has no effect: `rfc3339` carries its own offset (leave it out)",
            ),
            (
                "{column: ts, format: epoch_s, timezone: UTC}",
                "line 1, `at.timezone`: has no effect: an epoch counts from 1970 in UTC (leave it out)",
            ),
            (
                "{column: ts, format: epoch_s, gap: after}",
                "line 1, `at.gap`: needs `timezone`: only a wall clock skips or doubles a time",
            ),
            (
                "{column: ts, format: native}",
                "line 1, `at.format`: `native` is a Parquet timestamp or a spreadsheet's, and `format` of this export is neither \
                 `parquet` nor `xlsx`",
            ),
            (
                "{column: ts, format: '%F %T', timezone: UTC, fold: last}",
                "line 1, `at.fold`: `last` is not a policy for doubled times (expected: `reject`, `earlier`, `later`)",
            ),
            ("{format: epoch_s}", "line 1, `at.column`: missing (expected the name of a column)"),
            ("~", "line 1, `at`: nothing is not an instant (expected a column, or `{column: …, format: …}`)"),
            (
                "{column: ts, format: '%F %T', timezone: market}",
                "line 1, `at.timezone`: the clock of the row's `market` goes only with `rows: counts` and `rows: covers`",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(instant(text, CSV), (None, vec![expected.to_owned()]), "{text}");
        }
        let unknown = instant("{column: ts, format: iso}", CSV).1.concat();
        assert!(unknown.contains("`iso` is not a format of instants (expected `rfc3339`"), "{unknown}");
    }
}
