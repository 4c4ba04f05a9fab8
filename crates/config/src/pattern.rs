//! Where an export's objects lie: `tiktok/{date:%Y-%m-%d}/*.csv.gz`.
//!
//! `{date:…}` takes directives that name a part of a day; together they must name one whole day. `{market}`,
//! `{broadcast}`, `{start:…}`, `{end:…}` and `{created:…}` are read off the path. `*` is any run of characters within one
//! folder. Everything else is itself.

use super::cursor::Cursor;
use super::path::{PathPart, PathPattern};
use super::placeholder::{self, directives};
use super::reading::check_reading;

/// Reads a pattern.
pub(super) fn read(at: &Cursor<'_>) -> Option<PathPattern> {
    let text = at.text("a path", "one such as `tiktok/{date:%Y-%m-%d}/*.csv.gz`")?;
    let sound = check_shape(text).and_then(|()| cut(text));
    let sound = sound.and_then(|parts| check_days(&parts).and_then(|()| check_reading(&parts)).map(|()| parts));
    match sound {
        Ok(parts) => Some(PathPattern { text: text.to_owned(), parts }),
        Err(message) => at.refuse(message),
    }
}

fn check_shape(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("a path holds no control characters".to_owned());
    }
    if text.starts_with('/') {
        return Err(format!("`{text}` starts with `/` (a path starts at the exports' store; leave the `/` out)"));
    }
    if text.contains("://") {
        return Err("a path is not a URL (it starts at the exports' store)".to_owned());
    }
    for segment in text.split('/') {
        match segment {
            "" => return Err(format!("`{text}` has an empty folder name")),
            "." | ".." => {
                return Err(format!("`{text}` holds `{segment}` (a path stays inside the exports' store)"));
            }
            segment if segment.contains("**") => {
                return Err(format!("`{text}` holds `**` (`*` is any run of characters within one folder)"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn cut(text: &str) -> Result<Vec<PathPart>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let part = match next {
            '*' => PathPart::Any,
            '{' => {
                let end = rest.find('}').ok_or_else(|| format!("`{text}` has a `{{` without `}}`"))?;
                let part = placeholder::read(&rest[1..end])?;
                rest = &rest[end..];
                part
            }
            '}' => return Err(format!("`{text}` has a `}}` without `{{`")),
            '?' | '[' | ']' => {
                return Err(format!("`{text}` holds `{next}` (the only wildcard is `*`)"));
            }
            plain => {
                literal.push(plain);
                rest = &rest[plain.len_utf8()..];
                continue;
            }
        };
        rest = &rest[1..];
        if !literal.is_empty() {
            parts.push(PathPart::Literal(std::mem::take(&mut literal)));
        }
        parts.push(part);
    }
    if !literal.is_empty() {
        parts.push(PathPart::Literal(literal));
    }
    Ok(parts)
}

/// All dates of the pattern together must name one whole day.
fn check_days(parts: &[PathPart]) -> Result<(), String> {
    let mut found = Vec::new();
    for part in parts {
        if let PathPart::Date(format) = part {
            found.extend(directives(format)?);
        }
    }
    let has = |any_of: &[char]| found.iter().any(|directive| any_of.contains(directive));
    if found.is_empty() || has(&['F']) {
        return Ok(());
    }
    let needed = [
        ("year (`%Y`)", has(&['Y', 'y'])),
        ("month (`%m`)", has(&['m', 'b', 'B', 'j'])),
        ("day (`%d`)", has(&['d', 'j'])),
    ];
    let missing: Vec<&str> = needed.iter().filter(|(_, there)| !there).map(|(part, _)| *part).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("the date in the path does not name one day: {} missing", missing.join(" and ")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::PathInstant;
    use super::super::testing::read as read_text;
    use super::*;
    use jiff::civil::date;

    fn pattern(text: &str) -> (Option<PathPattern>, Vec<String>) {
        read_text(&format!("'{text}'"), read)
    }

    #[test]
    fn a_pattern_is_cut_into_parts() {
        use PathPart::{Any, Date, Literal};
        let literal = |text: &str| Literal(text.to_owned());
        let day = |text: &str| Date(text.to_owned());
        let table = [
            (
                "tiktok/{date:%Y-%m-%d}/*.csv.gz",
                vec![literal("tiktok/"), day("%Y-%m-%d"), literal("/"), Any, literal(".csv.gz")],
            ),
            (
                "{date:%Y}/{date:%m}/{date:%d}.csv",
                vec![day("%Y"), literal("/"), day("%m"), literal("/"), day("%d"), literal(".csv")],
            ),
            ("直播/{date:%Y/%-m/%-d}/*", vec![literal("直播/"), day("%Y/%-m/%-d"), literal("/"), Any]),
            ("all.csv", vec![literal("all.csv")]),
            ("x_{date:%-d.%-m.%Y}*", vec![literal("x_"), day("%-d.%-m.%Y"), Any]),
            ("1{date:%-d}_{date:%B%Y}", vec![literal("1"), day("%-d"), literal("_"), day("%B%Y")]),
            ("{date:%-d%m%Y}0", vec![day("%-d%m%Y"), literal("0")]),
            ("{date:%-d%b%y}.csv", vec![day("%-d%b%y"), literal(".csv")]),
            (
                "{market}/{broadcast}_{start:%Y%m%dT%H%M}_{end:%s}_{created:%FT%T%z}.json",
                vec![
                    PathPart::Market,
                    literal("/"),
                    PathPart::Broadcast,
                    literal("_"),
                    PathPart::Instant(PathInstant::Start, "%Y%m%dT%H%M".into()),
                    literal("_"),
                    PathPart::Instant(PathInstant::End, "%s".into()),
                    literal("_"),
                    PathPart::Instant(PathInstant::Created, "%FT%T%z".into()),
                    literal(".json"),
                ],
            ),
        ];
        for (text, parts) in table {
            let (pattern, problems) = pattern(text);
            assert_eq!(problems, <[&str; 0]>::default(), "{text}");
            assert_eq!(pattern.unwrap().parts, parts, "{text}");
        }
    }

    #[test]
    fn a_date_fills_the_pattern() {
        let pattern = pattern("{date:%Y/%j}-*").0.unwrap();
        let filled = pattern.on(Some(date(2026, 2, 1)));
        let expected =
            [PathPart::Literal("2026/032".to_owned()), PathPart::Literal("-".to_owned()), PathPart::Any];
        assert_eq!(filled, expected);
    }

    #[test]
    fn what_names_no_day_or_leaves_the_store_is_refused() {
        let table = [
            ("/x/{date:%F}", "`/x/{date:%F}` starts with `/`"),
            ("../x", "`../x` holds `..`"),
            ("x/../{date:%F}", "holds `..`"),
            ("x/./y", "holds `.` "),
            ("x//y", "has an empty folder name"),
            ("x/", "has an empty folder name"),
            ("s3://x/y", "is not a URL"),
            ("x/**/y", "holds `**`"),
            ("x/{date:%F", "has a `{` without `}`"),
            ("x/%F}", "has a `}` without `{`"),
            ("x/{maket}/y", "unknown placeholder `{maket}` (expected `{date:%Y-%m-%d}`, `{market}`,"),
            ("x/{market:%Y}/y", "unknown placeholder `{market:%Y}`"),
            ("x/{start}/y", "unknown placeholder `{start}`"),
            ("x/{start:%H%M}/y", "`{start:%H%M}` does not read an instant"),
            ("x/{end:%Y-%m-%d %I}/y", "`{end:%Y-%m-%d %I}` reads another instant than it writes (`2026-11-21 07`"),
            ("x/{created:%!}/y", "`{created:%!}` is no strptime pattern"),
            ("x/{date}", "unknown placeholder `{date}`"),
            ("x/[0-9].csv", "holds `[` (the only wildcard is `*`)"),
            ("x/{date:%Y-%m}", "does not name one day: day (`%d`) missing"),
            ("x/{date:%d}", "year (`%Y`) and month (`%m`) missing"),
            ("x/{date:%H}", "`%H` in `{date:%H}` is not a part of a day"),
            ("x/{date:today}", "names no part of a day"),
            ("x/{date:%Y%-m%-d}.csv", "`{date:%Y%-m%-d}` can be read in two ways: `%-m` is one digit or two"),
            (
                "{date:%Y}/{date:%-m}{date:%-d}/x",
                "`{date:%-m}` can be read in two ways: `%-m` is one digit or two, and `%-d` stands",
            ),
            ("x-{date:%Y-%-m-%-d}*.csv", "`{date:%Y-%-m-%-d}` can be read in two ways: `%-d` is one digit or two"),
            ("x*{date:%-d.%m.%Y}.csv", "`%-d` is one digit or two, and what stands beside it may be digits, too"),
            ("x{date:%Y-%m}/{date:%-d}0*", "`{date:%-d}` can be read in two ways"),
            ("x/{date:%Y-%-j}{broadcast}", "`%-j` is one digit to three"),
            (
                "x/{date:%F}_{start:%Y-%m-%d-%-H}*",
                "`{start:%Y-%m-%d-%-H}` can be read in two ways: `%-H` is one digit or two",
            ),
            ("x/{date:%Y%m%d%}", "`%` in `{date:%Y%m%d%}` is not a part of a day"),
        ];
        for (text, expected) in table {
            let (pattern, problems) = pattern(text);
            assert_eq!(pattern, None, "{text}");
            assert!(problems.concat().contains(expected), "{text}: {problems:?}");
        }
        let nul = read_text("\"x\\0y\"", read);
        assert_eq!(nul.1, ["line 1: a path holds no control characters"]);
    }
}
