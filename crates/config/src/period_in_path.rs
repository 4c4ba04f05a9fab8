//! `period: path` and `period: {from: path, timezone: …}`: what the path of an object says of its rows' interval.

use super::archive::zone;
use super::counting::{PathPeriod, Period};
use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::path::{PathInstant, PathPart, PathPattern};
use super::period::PeriodKeys;

/// `period: path`: its two instants, in UTC unless they say otherwise.
pub(super) fn by_path(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Period> {
    let missing: Vec<&str> = [(PathInstant::Start, "`{start:…}`"), (PathInstant::End, "`{end:…}`")]
        .into_iter()
        .filter(|(instant, _)| context.path_lacks(|path| path.says(*instant)))
        .map(|(_, shown)| shown)
        .collect();
    if missing.is_empty() {
        return Some(Period::Path);
    }
    let hint = match context.path {
        Some(path) if path.is_dated() => " (the whole day of `{date:…}` is `{from: path, timezone: …}`)",
        _ => "",
    };
    at.refuse(format!("`path` of this export has no {}{hint}", missing.join(" and no ")))
}

/// The path by a named clock: its two instants, or the day that it is found by.
pub(super) fn by_path_in(keys: &PeriodKeys<'_>, from: &Cursor<'_>, context: &ExportContext<'_>) -> Option<Period> {
    let is_path = from.word("where a period stands", &[("path", ())]);
    let zone = keys
        .timezone
        .needed("whose clock the path is written by, such as `America/Los_Angeles`")
        .and_then(|at| zone(&at));
    let by = is_path.and_then(|()| said_by(from, context));
    if by == Some(PathPeriod::StartEnd) {
        check_no_offset(keys, context)?;
    }
    Some(Period::PathIn { zone: zone?, by: by? })
}

fn said_by(from: &Cursor<'_>, context: &ExportContext<'_>) -> Option<PathPeriod> {
    let says = |which| !context.path_lacks(|path| path.says(which));
    match (says(PathInstant::Start), says(PathInstant::End)) {
        (true, true) => Some(PathPeriod::StartEnd),
        (false, false) if !context.path_lacks(PathPattern::is_dated) => Some(PathPeriod::Date),
        (false, false) => from.refuse(
            "`path` of this export says no time (put `{date:%Y-%m-%d}` where it names a day, or `{start:…}` and `{end:…}`)",
        ),
        (true, false) => from.refuse("`path` of this export has a `{start:…}` and no `{end:…}`"),
        (false, true) => from.refuse("`path` of this export has an `{end:…}` and no `{start:…}`"),
    }
}

/// A zone for what needs none would be obeyed for nothing.
fn check_no_offset(keys: &PeriodKeys<'_>, context: &ExportContext<'_>) -> Option<()> {
    let has_offset = |part: &PathPart| match part {
        PathPart::Instant(PathInstant::Start | PathInstant::End, format) => PathInstant::reads_an_offset(format),
        _ => false,
    };
    if context.path.is_some_and(|path| path.parts.iter().any(has_offset)) {
        return keys
            .timezone
            .at()?
            .refuse("has no effect: `path` reads an offset, or seconds since 1970 (write `period: path`)");
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::kind::RowKind;
    use super::super::testing;
    use super::super::{pattern, period};
    use super::*;
    use coverledger_core::time::Zone;

    fn read(path: &str, text: &str) -> (Option<Period>, Vec<String>) {
        let (path, _) = testing::read(&format!("'{path}'"), pattern::read);
        let context =
            ExportContext { kind: RowKind::Counts, format: None, path: path.as_ref(), markets: None, click: None };
        testing::read(&format!("p: {text}"), |at| {
            period::read(&at.section("x", &["p"])?.required("p", "x")?, &context)
        })
    }

    #[test]
    fn a_path_says_a_day_or_two_instants_on_a_named_clock() {
        let pacific = Zone::named("America/Los_Angeles").unwrap();
        let text = "{from: path, timezone: America/Los_Angeles}";
        for (path, by) in [
            ("a/{date:%F}.csv", PathPeriod::Date),
            ("a/{start:%F}_{end:%F}.csv", PathPeriod::StartEnd),
            ("a/{date:%F}/{start:%F}_{end:%F}.csv", PathPeriod::StartEnd),
        ] {
            assert_eq!(read(path, text), (Some(Period::PathIn { zone: pacific.clone(), by }), vec![]), "{path}");
        }
    }

    #[test]
    fn what_the_path_does_not_say_is_asked_for() {
        let here = "{from: path, timezone: Asia/Tokyo}";
        for (path, text, expected) in [
            (
                "a/*.csv",
                here,
                "line 1, `p.from`: `path` of this export says no time (put `{date:%Y-%m-%d}` where it names a day, or \
                 `{start:…}` and `{end:…}`)",
            ),
            (
                "a/{start:%F}.csv",
                here,
                "line 1, `p.from`: `path` of this export has a `{start:…}` and no `{end:…}`",
            ),
            (
                "a/{end:%F}.csv",
                here,
                "line 1, `p.from`: `path` of this export has an `{end:…}` and no `{start:…}`",
            ),
            (
                "a/{date:%F}.csv",
                "{from: path}",
                "line 1, `p.timezone`: missing (expected whose clock the path is written by, such as \
                 `America/Los_Angeles`)",
            ),
            (
                "a/{date:%F}.csv",
                "{from: column, timezone: UTC}",
                "line 1, `p.from`: `column` is not where a period stands (expected: `path`)",
            ),
            (
                "a/{date:%F}.csv",
                "{from: path, timezone: UTC, hour: h}",
                "line 1, `p.hour`: does not go with `from: path`: the path says when",
            ),
            (
                "a/{start:%s}_{end:%s}.csv",
                here,
                "line 1, `p.timezone`: has no effect: `path` reads an offset, or seconds since 1970 (write `period: path`)",
            ),
            (
                "a/{date:%F}.csv",
                "path",
                "line 1, `p`: `path` of this export has no `{start:…}` and no `{end:…}` (the whole day of `{date:…}` is \
                 `{from: path, timezone: …}`)",
            ),
        ] {
            assert_eq!(read(path, text), (None, vec![expected.to_owned()]), "{path} {text}");
        }
    }
}
