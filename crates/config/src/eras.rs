//! `conventions`, `not_offered` and `changes` of a platform: how it counts, and how that changed.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use super::counts::COUNTS;
use super::cursor::Cursor;
use super::platform::PlatformKeys;
use super::registry::{
    Day, Key, Keys, Maybe, Or, Part, Required, Shape, Words, ZoneName, keys, maybe, or, required,
};
use coverledger_core::model::{Change, ClickEvent, Conventions, Count, Eras, ImpressionBasis, UniqueBasis};

const IMPRESSIONS: [(&str, ImpressionBasis); 2] = [
    (ImpressionBasis::Displays.word(), ImpressionBasis::Displays),
    (ImpressionBasis::Viewers.word(), ImpressionBasis::Viewers),
];
const CLICKS: [(&str, ClickEvent); 2] =
    [(ClickEvent::CoverTap.word(), ClickEvent::CoverTap), (ClickEvent::RoomEntry.word(), ClickEvent::RoomEntry)];
const UNIQUES: [(&str, UniqueBasis); 4] = [
    (UniqueBasis::FirstTouch.word(), UniqueBasis::FirstTouch),
    (UniqueBasis::Broadcast.word(), UniqueBasis::Broadcast),
    (UniqueBasis::Day.word(), UniqueBasis::Day),
    (UniqueBasis::Row.word(), UniqueBasis::Row),
];
const IMPRESSION: Words<ImpressionBasis> = Words("what an impression is", &IMPRESSIONS);

keys! {
    /// How a platform counts.
    section ConventionKeys("conventions", "a set of conventions") {
        impression: Required<Words<ImpressionBasis>> = required(
            "`displays` or `viewers`", IMPRESSION, "every display of a cover, or once per viewer",
        ),
        click: Required<Words<ClickEvent>> = required(
            "`cover_tap` or `room_entry`", Words("what a click is", &CLICKS),
            "a tap on the cover, or the entry into the room",
        ),
        uniques: Or<Words<UniqueBasis>> = or(
            "first_touch", Words("within what a viewer is counted once", &UNIQUES),
            "within what a viewer is counted once: the market-day, broadcast and cover, credited to the first touch; the broadcast; the platform's day; the row. Only `first_touch` goes with exports whose viewers are counted here. Unique counts of rows are published in no table but `bridge`",
        ),
    }
}

keys! {
    /// A change in how a platform counts.
    section ChangeKeys("a change", "a change") {
        since: Required<Day> = required(
            "the day with which it began, such as `2026-08-24`", Day,
            "the day with which it began; a change begins later than the one before it",
        ),
        timezone: Or<ZoneName> = or("UTC", ZoneName, "whose day"),
        impression: Maybe<Words<ImpressionBasis>> = maybe(
            "as before", IMPRESSION, "what an impression is from then on",
        ),
        redefined: Maybe<Part> = maybe(
            "none", Part(Shape::Counts(Box::new(Shape::Text))),
            "counts that mean something else from then on, each with what: `{entries: \"a view is …\"}`; the keys are those of `counts`",
        ),
        introduced: Maybe<Part> = maybe(
            "none", Part(Shape::Counts(Box::new(Shape::Text))),
            "counts that are offered only from then on, each with the reason or the source",
        ),
        withdrawn: Maybe<Part> = maybe(
            "none", Part(Shape::Counts(Box::new(Shape::Text))),
            "counts that are not offered from then on, each with the reason",
        ),
    }
}

/// Reads how the platform of this file counts.
pub(super) fn read(file: &PlatformKeys<'_>) -> Option<Eras> {
    let first = read_conventions(file);
    let not_offered = read_reasons(&file.not_offered);
    let changes = file.changes.read_or(Vec::new(), |at| read_changes(at, file));
    Some(Eras { first: first?, not_offered: not_offered?, changes: changes? })
}

fn read_conventions(file: &PlatformKeys<'_>) -> Option<Conventions> {
    let keys = ConventionKeys::open(&file.conventions.needed("`{impression: displays, click: cover_tap}`")?)?;
    let (impression, click, uniques) = (keys.impression.read(), keys.click.read(), keys.uniques.read());
    Some(Conventions { impression: impression?, click: click?, uniques: uniques? })
}

/// Counts and what is to be said of each.
fn read_reasons(key: &Key<'_, Maybe<Part>>) -> Option<BTreeMap<Count, String>> {
    key.read_or(BTreeMap::new(), |at| {
        let what = "a set of counts with a reason each";
        let entries = at.entries(what, "such as `{impressions: \"the API has no such field\"}`")?;
        let counts = at.section(what, &COUNTS.map(|(word, _)| word))?;
        let reasons: BTreeMap<Count, String> = COUNTS
            .iter()
            .filter_map(|(word, count)| Some((*count, counts.optional(word)?)))
            .filter_map(|(count, at)| Some((count, at.text("a reason", "a sentence for people")?.to_owned())))
            .collect();
        (reasons.len() == entries.len()).then_some(reasons)
    })
}

fn read_changes(at: &Cursor<'_>, file: &PlatformKeys<'_>) -> Option<Vec<Change>> {
    let items = at.list("a list of changes")?;
    let total = items.len();
    let mut changes: Vec<Change> = Vec::new();
    for item in items {
        let Some(change) = read_change(&item, file) else { continue };
        match changes.last() {
            Some(before) if before.at >= change.at => item.problem(format!(
                "`{}` is not later than `{}` (changes stand in the order of time)",
                change.since, before.since
            )),
            _ => changes.push(change),
        }
    }
    (changes.len() == total).then_some(changes)
}

fn read_change(at: &Cursor<'_>, file: &PlatformKeys<'_>) -> Option<Change> {
    let keys = ChangeKeys::open(at)?;
    let since = keys.since.read();
    let zone = keys.timezone.read();
    let impression = keys.impression.read();
    let redefined = read_reasons(&keys.redefined);
    let introduced = read_reasons(&keys.introduced);
    let withdrawn = read_reasons(&keys.withdrawn);
    // A change has at least one of these.
    let changed = [keys.impression.at(), keys.redefined.at(), keys.introduced.at(), keys.withdrawn.at()];
    if changed.iter().all(Option::is_none) {
        at.problem("changes nothing (expected one of `impression`, `redefined`, `introduced`, `withdrawn`)");
        return None;
    }
    let since = since?;
    let Some(first_instant) = zone?.first_instant_at(since.to_datetime(Time::midnight())) else {
        return keys.since.at()?.mismatch("a day", "one that the calendar has");
    };
    let change = Change {
        since,
        at: first_instant,
        impression: impression?,
        redefined: redefined?,
        introduced: introduced?,
        withdrawn: withdrawn?,
    };
    check_agrees(&keys, file, &change).then_some(change)
}

/// A date, written out.
pub(super) fn day(at: &Cursor<'_>) -> Option<Date> {
    let expected = "one such as `2026-08-24`";
    let text = at.text("a day", expected)?;
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = text.parse::<Date>().ok().filter(|_| is_plain);
    day.or_else(|| at.mismatch("a day", expected))
}

/// Whether a change says of no count two things that cannot both be.
fn check_agrees(keys: &ChangeKeys<'_>, file: &PlatformKeys<'_>, change: &Change) -> bool {
    let mut agrees = true;
    let never = file.not_offered.at().map(|at| at.keys()).unwrap_or_default();
    for place in [keys.introduced.at(), keys.withdrawn.at()].into_iter().flatten() {
        for word in place.keys().into_iter().filter(|word| never.contains(word)) {
            place.problem(format!("`{word}` is in `not_offered` too, which is for counts that there never are"));
            agrees = false;
        }
    }
    let Some(place) = keys.withdrawn.at() else { return agrees };
    for count in change.introduced.keys().filter(|count| change.withdrawn.contains_key(count)) {
        place.problem(format!("`{}` is introduced by the same change", count.word()));
        agrees = false;
    }
    agrees
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use coverledger_core::model::Era;

    fn eras(text: &str) -> (Option<Eras>, Vec<String>) {
        testing::read(text, |at| {
            read(&PlatformKeys::of(&at.section("x", &["conventions", "not_offered", "changes"])?))
        })
    }

    #[test]
    fn a_change_begins_with_its_day_where_the_platform_is() {
        let text = "\
conventions: {impression: displays, click: room_entry, uniques: broadcast}
not_offered: {orders: nothing is sold there}
changes:
  - {since: 2026-01-15, introduced: {impressions: the reach report has them}}
  - since: 2026-08-24
    timezone: America/Los_Angeles
    impression: viewers
    redefined: {entries: a view is a start}
    withdrawn: {impressions: removed}
";
        let (eras, problems) = eras(text);
        assert_eq!(problems, <[&str; 0]>::default());
        let eras = eras.unwrap();
        assert_eq!(eras.first.uniques, UniqueBasis::Broadcast);
        assert_eq!(eras.not_offered[&Count::Orders], "nothing is sold there");
        let begins: Vec<String> = eras.changes.iter().map(|change| change.at.to_string()).collect();
        assert_eq!(begins, ["2026-01-15T00:00:00Z", "2026-08-24T07:00:00Z"]);
        assert_eq!(eras.why_not(Era(0), Count::Impressions), Some("the reach report has them"));
        assert_eq!(eras.why_not(Era(1), Count::Impressions), None);
        assert_eq!(eras.why_not(Era(2), Count::Impressions), Some("removed"));
        assert_eq!(eras.conventions(Era(2)).impression, ImpressionBasis::Viewers);
        assert_eq!(eras.definition(Era(2), Count::Entries), Some("a view is a start"));
    }

    #[test]
    fn problems_are_all_told() {
        let text = "\
conventions: {impression: displays, click: room_entry, uniques: person}
not_offered: {impresions: x, orders: 7}
changes:
  - {since: 2026-08-24}
  - {since: 2026-02-30, impression: viewers}
  - {since: 2026-08-24, timezone: America/Los_Angeles, redefined: {entries: x}}
  - {since: 2026-08-24, timezone: Asia/Tokyo, redefined: {entries: y}}
  - {since: 2026-09-01, introduced: {clicks: x, orders: x}, withdrawn: {clicks: y}}
  - {since: 2026-09-01T00:00, withdrawn: {}}
";
        let expected = [
            "line 1, `conventions.uniques`: `person` is not within what a viewer is counted once (expected: `first_touch`, \
             `broadcast`, `day`, `row`)",
            "line 2, `not_offered.impresions`: unknown key `impresions` (known: `impressions`, `unique_impressions`, \
             `clicks`, `clickers`, `entries`, `entrants`, `stays`, `dwell_seconds`, `orders`; did you mean `impressions`?)",
            "line 2, `not_offered.orders`: `7` is not a reason (expected a sentence for people; as text: `\"7\"`)",
            "line 4, `changes[0]`: changes nothing (expected one of `impression`, `redefined`, `introduced`, `withdrawn`)",
            "line 5, `changes[1].since`: `2026-02-30` is not a day (expected one such as `2026-08-24`)",
            "line 7, `changes[3]`: `2026-08-24` is not later than `2026-08-24` (changes stand in the order of time)",
            "line 8, `changes[4].introduced`: `orders` is in `not_offered` too, which is for counts that there never are",
            "line 8, `changes[4].withdrawn`: `clicks` is introduced by the same change",
            "line 9, `changes[5].since`: `2026-09-01T00:00` is not a day (expected one such as `2026-08-24`)",
            "line 9, `changes[5].withdrawn`: an empty section is not a set of counts with a reason each (expected such as \
             `{impressions: \"the API has no such field\"}`)",
        ];
        assert_eq!(eras(text).1, expected);
    }
}
