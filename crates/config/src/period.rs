//! `period`: the interval of a row of counts.

use jiff::civil::date;
use jiff::fmt::strtime::{self, BrokenDownTime};

use super::columns::instant_shape;
use super::counting::{Period, PeriodEnd};
use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::instant::{self, BUDDHIST_YEAR, clock};
use super::period_in_path::{by_path, by_path_in};
use super::registry::{Column, Duration, Keys, Maybe, Or, Part, Shape, keys, maybe, or};

keys! {
    /// The interval of a row.
    section PeriodKeys("period", "a period") {
        start: Maybe<Part> = maybe("none", Part(instant_shape()), "the first instant; like `occurred_at`"),
        end: Maybe<Part> = maybe("none", Part(instant_shape()), "the first instant after it; like `occurred_at`"),
        grain: Maybe<Duration> = maybe("none", GRAIN, "or how long every row is"),
        length: Maybe<Column> = maybe(
            "none", Column, "or how long the row is: `1:28:05`, `1h28m`, `5285` (seconds), a spreadsheet's time",
        ),
        date: Maybe<Part> = maybe(
            "none", Part(Shape::Column),
            "or a day; a bare one has no slot but `all_day`; also the instant at which the day begins on the clock of `timezone`",
        ),
        format: Or<Part> = or(
            "\"%Y-%m-%d\"", Part(Shape::Text.called("pattern")),
            "of `date`: its strptime pattern; a spreadsheet's own dates need none",
        ),
        timezone: Maybe<Part> = maybe(
            "required with `date` and `from`", Part(Shape::Text.called("IANA zone or `market`")),
            "of `date`: whose day; `market` is the clock of the row's market. Of `from`: whose clock the path is written by, an IANA zone",
        ),
        hour: Maybe<Column> = maybe(
            "none", Column,
            "of `date`: the hour on that clock: `7`, `07:00`, `7 AM`, `07:00:00 - 07:59:59` or `22:00-01:00`",
        ),
        from: Maybe<Part> = maybe(
            "none", Part(Shape::Words(vec!["path"])),
            "or the path says when, on the clock of `timezone`: `{start:…}` and `{end:…}`, or without them the whole day of `{date:…}`; the slot is `all_day`",
        ),
    }
}

const GRAIN: Duration = Duration("1s", "24h");
const EXPECTED: &str = "`{start: …, grain: 1m}`, `{start: …, end: …}`, `{date: …, timezone: …}`, `{from: path, timezone: …}` or `path`";

/// Reads it: `path`, or a section with `start`, `date` or `from`.
pub(super) fn read(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Period> {
    if at.is_text() && at.node.source == "path" {
        return by_path(at, context);
    }
    if !at.is_map() {
        return at.mismatch("a period", EXPECTED);
    }
    let keys = PeriodKeys::open(at)?;
    if let Some(from) = keys.from.at() {
        let PeriodKeys { start, end, grain, length, date, format, timezone: _, hour, from: _ } = &keys;
        let others = [start.at(), end.at(), grain.at(), length.at(), date.at(), format.at(), hour.at()]
            .into_iter()
            .flatten();
        let others = others.map(|at| at.problem("does not go with `from: path`: the path says when")).count();
        return by_path_in(&keys, &from, context).filter(|_| others == 0);
    }
    match (keys.start.at(), keys.date.at()) {
        (Some(start), None) => read_span(&keys, &start, context),
        (None, Some(date)) => read_day(&keys, &date, context),
        (Some(_), Some(date)) => date.refuse("does not go with `start`: a row has the one or the other"),
        (None, None) => {
            keys.start.section().refuse(format!("names neither `start` nor `date` (expected {EXPECTED})"))
        }
    }
}

fn read_span(keys: &PeriodKeys<'_>, start: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Period> {
    let idle = [keys.format.at(), keys.timezone.at(), keys.hour.at()].into_iter().flatten();
    let idle = idle.map(|at| at.problem("goes only with `date`; `start` has its own, below it")).count();
    let start = instant::read(start, context);
    let ends = ends(keys);
    let end = match ends.as_slice() {
        [] => keys.start.section().refuse("says no end (expected one of `end`, `grain`, `length`)"),
        [_] => read_end(keys, context),
        [_, others @ ..] => {
            for at in others {
                at.problem("is one end too many (expected one of `end`, `grain`, `length`)");
            }
            None
        }
    };
    Some(Period::Span { start: start?, end: end? }).filter(|_| idle == 0)
}

/// What says the end of a row.
fn ends<'s>(keys: &PeriodKeys<'s>) -> Vec<Cursor<'s>> {
    [keys.end.at(), keys.grain.at(), keys.length.at()].into_iter().flatten().collect()
}

fn read_end(keys: &PeriodKeys<'_>, context: &ExportContext<'_>) -> Option<PeriodEnd> {
    if let Some(at) = keys.end.at() {
        return instant::read(&at, context).map(PeriodEnd::Column);
    }
    if let Some(seconds) = keys.grain.read()? {
        return u32::try_from(seconds).ok().map(PeriodEnd::Grain);
    }
    keys.length.read()?.map(PeriodEnd::Length)
}

fn read_day(keys: &PeriodKeys<'_>, date: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Period> {
    let ends = ends(keys)
        .into_iter()
        .map(|at| at.problem("goes only with `start`: a `date` is a whole day, or its `hour`"))
        .count();
    let date = date.column();
    let pattern = keys.format.read_with(read_pattern);
    let zone = keys
        .timezone
        .needed("whose day it is: an IANA time zone, or `market` for that of the row's market")
        .and_then(|at| clock(&at, context.kind));
    let hour = keys.hour.read();
    Some(Period::Day { date: date?, pattern: pattern?, zone: zone?, hour: hour? }).filter(|_| ends == 0)
}

fn read_pattern(at: &Cursor<'_>) -> Option<String> {
    let pattern = at.text("a format of dates", "a strptime pattern such as `%Y%m%d`")?;
    match reads_a_date(pattern) {
        Ok(()) => Some(pattern.to_owned()),
        Err(message) => at.refuse(format!("{} {message}", at.found())),
    }
}

/// Writes two sample dates by the pattern and reads them back.
fn reads_a_date(pattern: &str) -> Result<(), String> {
    let pattern = &pattern.replace(BUDDHIST_YEAR, "%Y");
    for sample in [date(2026, 11, 21), date(2019, 3, 4)] {
        // A pattern that needs a time of day cannot write a date.
        let written = strtime::format(pattern, sample)
            .map_err(|error| format!("is not a pattern of dates: {error} (for rows with a time write `start`)"))?;
        let read =
            BrokenDownTime::parse(pattern, &written).map_err(|error| format!("cannot be read back: {error}"))?;
        if read.to_date().ok() != Some(sample) {
            return Err("does not read a whole date (expected a strptime pattern such as `%Y%m%d`)".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::counting::ColumnName;
    use super::super::definition::Format;
    use super::super::kind::RowKind;
    use super::super::mapping::{InstantColumn, InstantFormat, ZoneRule};
    use super::super::testing;
    use super::*;
    use coverledger_core::time::Zone;

    fn period(text: &str) -> (Option<Period>, Vec<String>) {
        let (path, _) = testing::read("a/{start:%Y%m%d}.csv", super::super::pattern::read);
        let context = ExportContext {
            kind: RowKind::Counts,
            format: Some(&Format::Ndjson),
            path: path.as_ref(),
            markets: None,
            click: None,
        };
        testing::read(&format!("p: {text}"), |at| read(&at.section("x", &["p"])?.required("p", "x")?, &context))
    }

    #[test]
    fn a_span_has_one_end() {
        let at = |name: &str, format| InstantColumn { column: ColumnName::new(name), time: None, format };
        let start = at("s", InstantFormat::EpochSeconds);
        let table = [
            ("{start: {column: s, format: epoch_s}, grain: 10m}", PeriodEnd::Grain(600)),
            ("{start: {column: s, format: epoch_s}, length: Dauer}", PeriodEnd::Length(ColumnName::new("Dauer"))),
            ("{start: {column: s, format: epoch_s}, end: e}", PeriodEnd::Column(at("e", InstantFormat::Rfc3339))),
        ];
        for (text, end) in table {
            assert_eq!(period(text), (Some(Period::Span { start: start.clone(), end }), vec![]), "{text}");
        }
    }

    #[test]
    fn a_day_has_a_zone() {
        let day = |pattern: &str, zone, hour: Option<&str>| Period::Day {
            date: ColumnName::new("d"),
            pattern: pattern.to_owned(),
            zone,
            hour: hour.map(ColumnName::new),
        };
        let pacific = ZoneRule::Named(Zone::named("America/Los_Angeles").unwrap());
        let table = [
            ("{date: d, format: '%Y%m%d', timezone: America/Los_Angeles}", day("%Y%m%d", pacific, None)),
            ("{date: d, timezone: market, hour: h}", day("%Y-%m-%d", ZoneRule::Market, Some("h"))),
        ];
        for (text, expected) in table {
            assert_eq!(period(text), (Some(expected), vec![]), "{text}");
        }
    }

    #[test]
    fn problems_are_all_told() {
        let table: &[(&str, &[&str])] = &[
            ("path", &["line 1, `p`: `path` of this export has no `{end:…}`"]),
            (
                "day",
                &[
                    "line 1, `p`: `day` is not a period (expected `{start: …, grain: 1m}`, `{start: …, end: …}`, `{date: …, \
                   timezone: …}`, `{from: path, timezone: …}` or `path`)",
                ],
            ),
            (
                "{grain: 1m}",
                &[
                    "line 1, `p`: names neither `start` nor `date` (expected `{start: …, grain: 1m}`, `{start: …, end: …}`, \
                   `{date: …, timezone: …}`, `{from: path, timezone: …}` or `path`)",
                ],
            ),
            ("{start: s}", &["line 1, `p`: says no end (expected one of `end`, `grain`, `length`)"]),
            (
                "{start: s, end: e, grain: 1m, hour: h}",
                &[
                    "line 1, `p.hour`: goes only with `date`; `start` has its own, below it",
                    "line 1, `p.grain`: is one end too many (expected one of `end`, `grain`, `length`)",
                ],
            ),
            (
                "{start: s, grain: 25h}",
                &["line 1, `p.grain`: `25h` is not a duration (expected 1s to 24h, such as `48h`, `2d` or `90m`)"],
            ),
            (
                "{start: s, date: d}",
                &["line 1, `p.date`: does not go with `start`: a row has the one or the other"],
            ),
            (
                "{date: d, grain: 1h}",
                &[
                    "line 1, `p.grain`: goes only with `start`: a `date` is a whole day, or its `hour`",
                    "line 1, `p.timezone`: missing (expected whose day it is: an IANA time zone, or `market` for that of \
                     the row's market)",
                ],
            ),
            (
                "{date: d, timezone: UTC, format: '%Y-%m'}",
                &[
                    "line 1, `p.format`: `%Y-%m` does not read a whole date (expected a strptime pattern such as `%Y%m%d`)",
                ],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(period(text), (None, expected.iter().map(|m| (*m).to_owned()).collect()), "{text}");
        }
        let (_, problems) = period("{date: d, timezone: UTC, format: '%Y-%m-%d %H:%M'}");
        assert!(problems.concat().contains("(for rows with a time write `start`)"), "{problems:?}");
    }
}
