//! Hints and cautions, as tables.

use super::*;

#[test]
fn cities_last_parts_and_typos_find_their_zone() {
    let table = [
        ("Beijing", "Asia/Shanghai"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Mumbai", "Asia/Kolkata"),
        ("Asia/Delhi", "Asia/Kolkata"),
        ("Asia/Dehli", "Asia/Kolkata"),
        ("New Delhi", "Asia/Kolkata"),
        ("Bangalore", "Asia/Kolkata"),
        ("hanoi", "Asia/Ho_Chi_Minh"),
        ("San Francisco", "America/Los_Angeles"),
        ("America/San_Francisco", "America/Los_Angeles"),
        ("Washington, D.C.", "America/New_York"),
        ("Kolkata", "Asia/Kolkata"),
        ("new york", "America/New_York"),
        ("New-York", "America/New_York"),
        ("los angeles", "America/Los_Angeles"),
        ("ho chi minh", "Asia/Ho_Chi_Minh"),
        ("europe/london", "Europe/London"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("America/Tokyo", "Asia/Tokyo"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Asia/Shanghia", "Asia/Shanghai"),
        ("America/New_Yrok", "America/New_York"),
        ("St. Petersburg", "Europe/Moscow"),
        ("JST", "Asia/Tokyo"),
        ("PST", "America/Los_Angeles"),
        // Two zones of this last part, on two continents.
        ("West", ""),
        ("Gondor", ""),
        ("GMT8", ""),
        ("UTC+5.5", ""),
        ("utc 8", ""),
        ("XYZ", ""),
        ("", ""),
    ];
    for (name, expected) in table {
        let expected = (!expected.is_empty()).then(|| format!("did you mean `{expected}`?"));
        assert_eq!(hint(name), expected, "{name}");
    }
    assert_eq!(hint("CST").unwrap(), "it may be `Asia/Shanghai` or `America/Chicago`: write which");
}

#[test]
fn an_offset_is_answered_with_zones_of_that_offset() {
    let table = [
        ("GMT+8", "UTC+08:00", 28_800),
        ("UTC+8", "UTC+08:00", 28_800),
        ("UTC+08:00", "UTC+08:00", 28_800),
        ("+0800", "UTC+08:00", 28_800),
        ("gmt + 8", "UTC+08:00", 28_800),
        ("Etc/GMT+08", "UTC+08:00", 28_800),
        ("Etc/UTC+7", "UTC+07:00", 25_200),
        ("UTC-5", "UTC-05:00", -18_000),
        ("UTC\u{2212}5", "UTC-05:00", -18_000),
        ("GMT+5:30", "UTC+05:30", 19_800),
        ("UTC+5:45", "UTC+05:45", 20_700),
        ("UTC-03:30", "UTC-03:30", -12_600),
        ("UTC+0", "UTC+00:00", 0),
    ];
    for (name, told, seconds) in table {
        let hint = hint(name).unwrap();
        assert!(
            hint.starts_with(&format!("{told} is an offset and no zone: write the zone of the place")),
            "{hint}"
        );
        for zone in hint.split('`').skip(1).step_by(2) {
            assert!(Zone::named(zone).unwrap().always_is(seconds), "{name}: {hint}");
        }
    }
    assert!(hint("GMT+8").unwrap().contains("such as `Asia/Shanghai`; that offset all year is `Etc/GMT-8`"));
    assert_eq!(hint("GMT+25"), None);
}

#[test]
fn every_name_in_the_tables_is_a_zone_and_no_key_is() {
    for (name, zone) in CITIES.iter().chain(&ABBREVIATIONS) {
        assert!(Zone::named(zone).is_ok(), "{zone}");
        assert_eq!(plain(name), *name);
        assert!(hint(name).unwrap().contains(zone), "{name}");
    }
    assert!(FIXED.iter().all(|zone| Zone::named(zone).unwrap().next_transition(some_day(1)).is_none()));
}

#[test]
fn zones_that_are_not_what_they_say_are_told_with_their_offset() {
    let caution = |name: &str| caution(&Zone::named(name).unwrap());
    assert_eq!(
        caution("Etc/GMT+8").unwrap(),
        "`Etc/GMT+8` is UTC-08:00: the sign in its name is reversed; `Etc/GMT-8` is UTC+08:00"
    );
    assert_eq!(caution("Etc/GMT-14").unwrap(), "`Etc/GMT-14` is UTC+14:00: the sign in its name is reversed");
    for (name, offset) in [("EST", "UTC-05:00"), ("MST", "UTC-07:00"), ("HST", "UTC-10:00")] {
        assert!(caution(name).unwrap().starts_with(&format!("`{name}` is {offset} all year")), "{name}");
    }
    for name in
        ["UTC", "Etc/GMT", "Etc/GMT+0", "Etc/GMT-0", "Etc/UTC", "Asia/Shanghai", "EST5EDT", "America/New_York"]
    {
        assert_eq!(caution(name), None, "{name}");
    }
}
