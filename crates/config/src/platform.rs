//! `platforms/<platform>.yaml`: how a platform counts, what it delivers, and how to read it.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::definition::{Export, Platform, Rows};
use super::registry::{Duration, Keys, Maybe, Or, Part, Required, Shape, Share, Text, keys, maybe, or, required};
use super::{cross_checks, eras, export};
use coverledger_core::model::{ClickEvent, Conventions, Count, Eras, ImpressionBasis, PlatformId, UniqueBasis};

keys! {
    /// A platform.
    file PlatformKeys("a platform", "a platform") {
        of: Maybe<Text> = maybe(
            "none", Text("a platform", "the name of another file in `platforms/`"),
            "the platform whose broadcasts this one watched: its exports have only `rows: quality`, and `conventions`, `not_offered`, `changes` and `max_orphan_share` are that platform's and do not stand here",
        ),
        conventions: Maybe<Part> = maybe(
            "required without `of`", Part(Shape::section::<eras::ConventionKeys<'_>>()),
            "how the platform counts",
        ),
        not_offered: Maybe<Part> = maybe(
            "none", Part(Shape::Counts(Box::new(Shape::Text))),
            "counts that the platform never had, each with the reason: `{impressions: \"the API has no such field\"}`; the keys are those of `counts`",
        ),
        changes: Maybe<Part> = maybe(
            "none", Part(Shape::list(Shape::section::<eras::ChangeKeys<'_>>()).called("list")),
            "what changed in how it counts, oldest first",
        ),
        settle: Required<Duration> = required(
            "how long after a day's end its exports may still arrive, such as `48h`", Duration("0h", "90d"),
            "how long its exports may still change, from the end of the market-day or of the last date in a path that the day reads, whichever is later; `s` `m` `h` `d`",
        ),
        exports: Required<Part> = required(
            "at least one export", Part(Shape::list(Shape::section::<export::ExportKeys<'_>>()).called("list")),
            "at least one",
        ),
        // Logs lose impressions, and viewers who were gone before one was written; not every fifth.
        max_orphan_share: Or<Share> = or(
            "0.2", Share,
            "share of a market-day's clicks that may have no impression by the same viewer (`orphan_clicks`); above it the day is held back. Raise it where impressions are sampled",
        ),
        max_slow_starts: Maybe<Share> = maybe(
            "none", Share,
            "with `of`: share of a market-day's starts that may take longer than 600 ms; above it the topic `slow_starts` is told, and the day is published all the same",
        ),
    }
}

/// Reads a platform; `markets` are the known names, `None` when they could not be read.
pub(super) fn read(start: &Cursor<'_>, markets: Option<&BTreeSet<String>>) -> Option<Platform> {
    let file = PlatformKeys::open_file(start)?;
    let of = file.of.read();
    let eras = match &of {
        None => None,
        Some(None) => eras::read(&file),
        Some(Some(_)) => check_source(&file),
    };
    let settle = file.settle.read();
    let items = file.exports.required()?.list("a list of exports")?;
    let click = eras.as_ref().map(|eras| eras.first.click);
    let exports: Vec<Option<Export>> = items.iter().map(|item| export::read(item, markets, click)).collect();
    let max_orphan_share = file.max_orphan_share.read();
    let max_slow_starts = file.max_slow_starts.read();
    let is_of_starts = match (&of, file.max_slow_starts.at()) {
        (Some(None), Some(at)) => at.refuse("goes only with `of`: nothing here says how views began"),
        _ => Some(()),
    };
    let names_differ = cross_checks::check_names(&items);
    let exports = exports.into_iter().collect::<Option<Vec<_>>>();
    names_differ.then_some(())?;
    is_of_starts?;
    if let (Some(exports), Some(at)) = (&exports, file.max_slow_starts.at())
        && !exports.iter().any(says_good_starts)
    {
        return at.refuse(
            "no export says how soon views began (expected `first_frame_ms` or `first_frame_seconds` of single views in one, or `started_within_600ms` of many)",
        );
    }
    let (eras, mut exports) = (eras?, exports?);
    if counts_viewers(&eras) {
        exports.iter_mut().for_each(exempt_clicks);
    }
    let platform = Platform {
        eras,
        settle_seconds: settle?,
        exports,
        max_orphan_share: max_orphan_share?,
        of: of?.map(PlatformId::new),
        max_slow_starts: max_slow_starts?,
    };
    cross_checks::check(&platform, &file, &items).then_some(platform)
}

/// What goes with a platform that counts does not go with a source of quality. Its conventions stand for nothing: none of
/// its rows is an impression or a click.
fn check_source(file: &PlatformKeys<'_>) -> Option<Eras> {
    let places = [file.conventions.at(), file.not_offered.at(), file.changes.at(), file.max_orphan_share.at()];
    let message =
        "does not go with `of`: it says how a platform counts, and this one counts nothing (take it out)";
    let wrong = places.into_iter().flatten().map(|at| at.problem(message)).count();
    let (impression, click) = (ImpressionBasis::Displays, ClickEvent::CoverTap);
    let first = Conventions { impression, click, uniques: UniqueBasis::FirstTouch };
    (wrong == 0).then(|| Eras::only(first))
}

/// Whether an impression is a viewer, in any era.
fn counts_viewers(eras: &Eras) -> bool {
    let changed = eras.changes.iter().filter_map(|change| change.impression);
    std::iter::once(eras.first.impression).chain(changed).any(|basis| basis == ImpressionBasis::Viewers)
}

/// Whether rows say how many starts were good.
fn says_good_starts(export: &Export) -> bool {
    matches!(&export.rows, Rows::Quality(rows) if rows.first_frame.is_some() || rows.good_starts.is_some())
}

/// A viewer may click twice: where impressions are viewers, clicks are no part of them.
fn exempt_clicks(export: &mut Export) {
    if let Rows::Counts(counts) = &mut export.rows {
        counts.may_exceed = counts.may_exceed.with(Count::Clicks);
    }
}

#[cfg(test)]
mod tests {
    use super::super::definition::Format;
    use super::super::mapping::{InstantFormat, MarketRule, Otherwise};
    use super::super::path::PathPart;
    use super::super::testing;
    use super::*;
    use coverledger_core::model::Event;

    const DESIGN: &str = r#"
version: 1
conventions: {impression: displays, click: cover_tap}
settle: 48h                                # how long after the day ends its exports may still arrive
exports:
  - name: events
    rows: events                           # events | impressions (one row each, with flags: clicked, entered, ordered) | counts
    path: "tiktok/{date:%Y-%m-%d}/*.csv.gz"
    day: {timezone: UTC}                   # whose day the date in the path names; a row may sit in a neighbour's file: early_days, late_days
    late_days: 1
    format: csv
    columns:
      event_id: event_id
      occurred_at: {column: event_time, format: rfc3339}      # or epoch_s | epoch_ms | epoch_us | a strptime pattern with `timezone:`
      event: {column: event_type, values: {show: impression, tap: click, enter: entry, leave: leave, paid: order}}
      market: {column: country, otherwise: reject}      # or {value: US}; values: {…}; otherwise: reject | ignore | a market
      broadcast_id: room_id
      cover_id: cover_id
      viewer_id: user_id
      audience: [gender, age_band]
      dwell_seconds: dwell_s
"#;

    fn platform(text: &str) -> (Option<Platform>, Vec<String>) {
        let markets = BTreeSet::from(["US".to_owned()]);
        testing::read(text, |at| read(at, Some(&markets)))
    }

    #[test]
    fn the_design_example_is_read() {
        let (platform, problems) = platform(DESIGN);
        assert_eq!(problems, <[&str; 0]>::default());
        let platform = platform.unwrap();
        assert_eq!((platform.settle_seconds, platform.max_orphan_share), (48 * 3600, 0.2));
        let export = &platform.exports[0];
        assert_eq!((export.early_days, export.late_days, export.day_zone.name()), (0, 1, "UTC"));
        assert!(matches!(export.format, Format::Delimited { dialect, .. } if dialect == crate::Dialect::by(b',')));
        assert_eq!(export.path.parts[1], PathPart::Date("%Y-%m-%d".to_owned()));
        assert!(matches!(&export.columns.market, MarketRule::Column { otherwise: Otherwise::Reject, .. }));
        let Rows::Events { each, values, .. } = &export.rows else { panic!("not events") };
        assert_eq!(each.occurred_at.format, InstantFormat::Rfc3339);
        assert_eq!(values["paid"], Event::Order);
    }

    /// The design's example with some lines exchanged, and the problems this gives.
    fn changed(changes: &[(&str, &str)]) -> Vec<String> {
        let mut text = DESIGN.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        platform(&text).1
    }

    #[test]
    fn one_fault_gives_one_problem() {
        let table: &[(&str, &str, &str)] = &[
            (
                "settle: 48h",
                "settle: 48",
                "line 4, `settle`: `48` is not a duration (expected 0h to 90d, such as `48h`, `2d` or `90m`; as text: `\"48\"`)",
            ),
            (
                "settle: 48h",
                "settle: 91d",
                "line 4, `settle`: `91d` is not a duration (expected 0h to 90d, such as `48h`, `2d` or `90m`)",
            ),
            (
                "click: cover_tap",
                "click: tap",
                "line 3, `conventions.click`: `tap` is not what a click is (expected: `cover_tap`, `room_entry`)",
            ),
            (
                "rows: events ",
                "rows: event ",
                "line 7, `exports[0].rows`: `event` is not a kind of rows (expected: `events`, `impressions`, `counts`, `covers`, `quality`; did you mean `events`?)",
            ),
            (
                "late_days: 1",
                "late_days: 32",
                "line 10, `exports[0].late_days`: `32` is not a count of days (expected 0 to 31)",
            ),
            (
                "{date:%Y-%m-%d}",
                "{date:%Y-%m}",
                "line 8, `exports[0].path`: the date in the path does not name one day: day (`%d`) missing",
            ),
            ("{date:%Y-%m-%d}", "all", "line 10, `exports[0].late_days`: has no effect: `path` names no date"),
            (
                "day: {timezone: UTC}",
                "early_days: 1",
                "line 6, `exports[0].day`: missing (expected whose day the date in the path names, such as `{timezone: UTC}`)",
            ),
            (
                "format: csv",
                "format: xls",
                "line 11, `exports[0].format`: `xls` is not a format (expected: `csv`, `tsv`, `ndjson`, `parquet`, `json`, `xlsx`; \
                 did you mean `xlsx`?)",
            ),
            (
                "format: csv",
                "format: tsv\n    delimiter: ';'",
                "line 12, `exports[0].delimiter`: goes only with `format: csv`",
            ),
            (
                "format: csv",
                "format: csv\n    delimiter: '\"'",
                "line 12, `exports[0].delimiter`: `\"` is not a delimiter (expected one ASCII character such as `;`, or up to four bytes such as `||`; not a quote, letter, digit or line break)",
            ),
            (
                "- name: events",
                "- name: a/b",
                "line 6, `exports[0].name`: `a/b` is not a usable name (expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, starting with a letter or digit)",
            ),
            (
                "otherwise: reject}",
                "otherwise: USA}",
                "line 16, `exports[0].columns.market.otherwise`: unknown market `USA` (known: `US`; did you mean `US`?)",
            ),
        ];
        for (from, to, expected) in table {
            assert_eq!(changed(&[(from, to)]), [*expected]);
        }
    }

    #[test]
    fn delimiters_are_one_plain_character() {
        for (written, byte) in [("';'", b';'), ("\"\\t\"", b'\t'), ("'|'", b'|')] {
            let text = DESIGN.replace("format: csv", &format!("format: csv\n    delimiter: {written}"));
            let (platform, problems) = platform(&text);
            assert_eq!(problems, <[&str; 0]>::default());
            let format = &platform.unwrap().exports[0].format;
            assert!(matches!(format, Format::Delimited { dialect, .. } if dialect.delimiter.byte() == Some(byte)));
        }
    }

    #[test]
    fn two_exports_of_one_name_are_refused() {
        let export = DESIGN.split_once("exports:\n").unwrap().1;
        let (_, problems) = platform(&format!("{DESIGN}{export}"));
        assert_eq!(problems, ["line 22, `exports[1].name`: `events` names another export of this platform too"]);
    }

    #[test]
    fn a_platform_without_exports_is_refused() {
        let (_, problems) = platform("version: 1\nexports: []\n");
        let expected = [
            "line 1, `conventions`: missing (expected `{impression: displays, click: cover_tap}`)",
            "line 1, `settle`: missing (expected how long after a day's end its exports may still arrive, such as `48h`)",
            "line 2, `exports`: an empty list is not a list of exports (expected at least one)",
        ];
        assert_eq!(problems, expected);
    }
}
