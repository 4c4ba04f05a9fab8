//! What is read by position against the general way, which says what everything means.

use proptest::prelude::*;

use super::*;
use coverledger_config::{FoldPolicy, GapPolicy};

const PATTERNS: [&str; 16] = [
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y%m%d%H%M%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y  %H",
    "%m/%d/%Y",
    "%F %T",
    "%FT%R",
    "%Y年%m月%d日 %H:%M:%S",
    "%H:%M:%S %d-%m-%Y",
    "%Y-%m-%d %H:%M:%S%f",
    "%Y-%m-%d %M:%S",
    "%b %d, %Y %H:%M:%S",
    "%Y-%m-%d %S%.f x",
];

const ZONES: [&str; 4] = ["Asia/Singapore", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"];

fn pattern(pattern: &str, zone: &str, gap: GapPolicy, fold: FoldPolicy) -> InstantFormat {
    let wall = Some(WallClock { zone: ZoneRule::Named(Zone::named(zone).unwrap()), gap, fold });
    InstantFormat::Pattern { pattern: pattern.into(), wall }
}

/// A part of a time: mostly in its range, sometimes around its ends, of any width.
fn part(most: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        16 => (0..=most).prop_map(|part| format!("{part:02}")),
        2 => (most..=99_u32).prop_map(|part| format!("{part:02}")),
        1 => (0..=most).prop_map(|part| part.to_string()),
        1 => "[ +-]?[0-9]{1,3}",
    ]
}

fn year() -> impl Strategy<Value = String> {
    prop_oneof![
        16 => (1998..2102_u32).prop_map(|year| year.to_string()),
        2 => (0..9999_u32).prop_map(|year| format!("{year:04}")),
        1 => "[+-]?[0-9]{2,6}",
    ]
}

fn fraction() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 4 => "[.][0-9]{1,9}", 1 => "[.,][0-9]{0,12}", 1 => "[0-9]{1,11}"]
}

fn offset() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("Z".to_owned()),
        4 => "[+-](0[0-9]|1[0-4]):[0-5][0-9]",
        2 => "[+-][0-9]{2}:?[0-9]{2}(:[0-9]{2})?",
        1 => "(z|[+-][0-9]{1,2}|UTC| Z|Z |Z\\[UTC\\]|\\+08:00\\[Asia/Singapore\\]|)",
    ]
}

fn rfc3339() -> impl Strategy<Value = String> {
    let separator = prop_oneof![6 => Just("T"), 4 => Just(" "), 1 => Just("t"), 1 => Just("_"), 1 => Just("")];
    let date = (year(), part(12), part(31)).prop_map(|(year, month, day)| format!("{year}-{month}-{day}"));
    let time =
        (part(24), part(59), part(60)).prop_map(|(hour, minute, second)| format!("{hour}:{minute}:{second}"));
    (date, separator, time, fraction(), offset())
        .prop_map(|(date, separator, time, fraction, offset)| format!("{date}{separator}{time}{fraction}{offset}"))
}

/// Text that a pattern may have been written by.
fn written(pattern: &'static str) -> impl Strategy<Value = String> {
    let parts = (year(), part(12), part(31), part(24), part(59), part(60), fraction());
    parts.prop_map(move |(year, month, day, hour, minute, second, fraction)| {
        let parts = [("%F", "%Y-%m-%d"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%b", "Nov")];
        let parts = parts.into_iter().chain([("%Y", year.as_str()), ("%m", &month), ("%d", &day)]);
        let parts = parts.chain([("%H", hour.as_str()), ("%M", &minute), ("%S", &second)]);
        let digits = fraction.strip_prefix('.').unwrap_or(&fraction);
        let parts = parts.chain([("%.f", fraction.as_str()), ("%f", digits)]);
        parts.fold(pattern.to_owned(), |text, (part, value)| text.replace(part, value))
    })
}

/// The text with something put in, taken out or changed now and then.
fn garbled(texts: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let change = prop_oneof![
        6 => Just(None),
        1 => (any::<prop::sample::Index>(), 0..2_usize, "(|[ -~]|[０-９é\\n\u{feff}]| )").prop_map(Some),
    ];
    (texts, change).prop_map(|(text, change)| {
        let Some((at, taken, put)) = change else { return text };
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() + 1);
        chars.splice(at..(at + taken).min(chars.len()), put.chars());
        chars.into_iter().collect()
    })
}

/// Texts for one reader: their dates come again.
fn texts(text: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec((garbled(text), 1..3_usize), 1..12)
        .prop_map(|texts| texts.into_iter().flat_map(|(text, times)| vec![text; times]).collect())
}

fn assert_alike(format: &InstantFormat, texts: &[String]) -> Result<(), TestCaseError> {
    let mut reader = Reader::new(format);
    for text in texts {
        let field = Field::Text(text);
        prop_assert_eq!(reader.read(field, None), read(field, format, None), "{:?} by {:?}", text, format);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn rfc_3339_is_read_by_position_as_it_is_in_general(texts in texts(rfc3339())) {
        assert_alike(&InstantFormat::Rfc3339, &texts)?;
    }

    #[test]
    fn counts_of_units_are_read_by_position_as_they_are_in_general(
        texts in prop::collection::vec("[+-]?(0|1[0-9]{9}|17[0-9]{11}|17[0-9]{14}|[0-9]{0,20})([.e][0-9])?[ \t]?", 1..12),
        format in prop::sample::select(&[InstantFormat::EpochSeconds, InstantFormat::EpochMillis, InstantFormat::EpochMicros][..]),
    ) {
        assert_alike(&format, &texts)?;
    }

    #[test]
    fn times_of_one_day_are_read_by_position_as_they_are_in_general(
        format in prop::sample::select(&["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H.%M.%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%H:%M:%S %d-%m-%Y", "%Y%m%d%H%M%S"][..])
            .prop_map(|format| pattern(format, "Europe/Berlin", GapPolicy::Reject, FoldPolicy::Reject)),
        text in prop::sample::select(&["2026-11-21 19:35:42", "2026/11/21 19.35.42", "2026-11-21T19:35:42.28Z", "19:35:42 21-11-2026", "20261121193542", "2026-11-21T19:35:42+08:00"][..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[0-9:./ T\u{0}\u{7f}é-]"), 0..20),
    ) {
        // Each with a character of its own that differs from the first, which makes the day known.
        let changed = changes.iter().map(|(at, put)| {
            let mut chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            chars.splice(at..=at, put.chars());
            chars.into_iter().collect()
        });
        let texts: Vec<String> = std::iter::once(text.to_owned()).chain(changed).collect();
        assert_alike(&format, &texts)?;
        assert_alike(&InstantFormat::Rfc3339, &texts)?;
    }

    #[test]
    fn patterns_are_read_by_position_as_they_are_in_general(
        (pattern, zone, texts) in (prop::sample::select(&PATTERNS[..]), prop::sample::select(&ZONES[..]))
            .prop_flat_map(|(pattern, zone)| (Just(pattern), Just(zone), texts(written(pattern)))),
        policies in prop::sample::select(&[
            (GapPolicy::Reject, FoldPolicy::Reject),
            (GapPolicy::Before, FoldPolicy::Earlier),
            (GapPolicy::After, FoldPolicy::Later),
        ][..]),
    ) {
        assert_alike(&super::tests::pattern(pattern, zone, policies.0, policies.1), &texts)?;
    }

    #[test]
    fn times_around_a_change_of_the_clock_mean_what_they_do_in_general(
        minutes in prop::collection::vec((prop::sample::select(&["03-29", "10-25", "10-04", "04-05"][..]), 0..300_u32), 1..20),
        zone in prop::sample::select(&ZONES[..]),
        policies in prop::sample::select(&[(GapPolicy::Reject, FoldPolicy::Reject), (GapPolicy::Before, FoldPolicy::Later)][..]),
    ) {
        let text = |(day, minute): &(&str, u32)| format!("2026-{day} {:02}:{:02}:00", minute / 60, minute % 60);
        let texts: Vec<String> = minutes.iter().map(text).collect();
        assert_alike(&super::tests::pattern("%Y-%m-%d %H:%M:%S", zone, policies.0, policies.1), &texts)?;
    }
}

#[test]
fn the_usual_shapes_are_read_by_position() {
    let mut rfc3339 = Rfc3339::new();
    for text in [
        "2026-11-21T19:35:42Z",
        "2026-11-21 19:35:42Z",
        "2026-11-21T19:35:42.284Z",
        "2026-11-21 19:35:42.284123+08:00",
        "2026-11-21T19:35:42.284123789-03:30",
    ] {
        assert!(rfc3339.read(text.as_bytes()).is_some(), "{text}");
    }
    for (pattern, text) in PATTERNS.iter().zip([
        "2026/11/21 19:35:42",
        "2026-11-21 19:35:42.284",
        "2026-11-21 19:35:42.284",
        "2026-11-21T19:35:42.284Z",
        "20261121193542",
        "21.11.2026 19:35",
        "21.11.2026  19",
        "11/21/2026",
        "2026-11-21 19:35:42",
        "2026-11-21T19:35",
        "2026年11月21日 19:35:42",
        "19:35:42 21-11-2026",
        "2026-11-21 19:35:42284",
    ]) {
        assert!(Compiled::of(pattern).unwrap().read(text.as_bytes()).is_some(), "{text} by {pattern}");
    }
    for general in [
        "%Y-%m-%d %M:%S",
        "%b %d, %Y %H:%M:%S",
        "%Y-%m-%d %S%.f x",
        "%Y-%m-%d %H:%M:%S%z",
        "%Y-%m-%d %-H",
        "%Y %Y-%m-%d",
        "%Y-%m-%d %H:%M:%S%.f0",
    ] {
        assert!(Compiled::of(general).is_none(), "{general}");
    }
}
