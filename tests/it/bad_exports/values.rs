//! Values that read well and mean nothing.

use coverledger::config::{FoldPolicy, GapPolicy, InstantFormat, Otherwise};
use coverledger::export::Excerpt;
use coverledger::model::{Kinds, MarketId};

use super::mapping::{FLAGS, HEADER, Mapping, good, good_json};

/// The line `e2` with one field replaced, between the sound lines `e1` and `e3`.
fn with(column: &str, value: &str) -> String {
    let names: Vec<&str> = HEADER.trim_end().split(',').collect();
    let column = names.iter().position(|name| *name == column).unwrap();
    let line = good("e2");
    let mut fields: Vec<&str> = line.trim_end().split(',').collect();
    fields[column] = value;
    format!("{HEADER}{}{}\n{}", good("e1"), fields.join(","), good("e3"))
}

/// The same as NDJSON.
fn as_json(csv: &str) -> String {
    let names: Vec<&str> = HEADER.trim_end().split(',').collect();
    let object = |line: &str| {
        let pairs = names.iter().zip(line.split(',')).map(|(name, value)| format!("{name:?}:{value:?}"));
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
    };
    csv.lines().skip(1).map(object).collect()
}

/// `e2` is rejected for this, in CSV and in NDJSON.
#[track_caller]
fn rejected(column: &str, value: &str, reject: &str) {
    let csv = with(column, value);
    let json = as_json(&csv);
    for outcome in [Mapping::events().read(&csv), Mapping::events().ndjson().read(&json)] {
        assert_eq!(outcome.rows(), [3, 2, 0, 1], "{value}");
        assert_eq!(outcome.ids(), ["e1", "e3"]);
        let rejects = outcome.report().rejects.iter();
        let rejects: Vec<_> = rejects
            .map(|r| format!("{} {} {}", r.record, r.reason.word(), r.column.as_deref().unwrap()))
            .collect();
        assert_eq!(rejects, [format!("2 {reject} {column}")], "{value}");
    }
}

#[test]
fn times_that_are_none() {
    for bad in [
        "yesterday",
        "2026-02-30T10:00:00Z",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "2026-11-21T25:00:00Z",
        "1795219200",
        "2026-11-21T10:00:00+99:00",
        "２０２６-11-21T10:00:00Z",
    ] {
        rejected("at", bad, "bad_time");
    }
    for far in
        ["1970-01-01T00:00:00Z", "1999-12-31T23:59:59.999999Z", "2100-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]
    {
        rejected("at", far, "time_out_of_range");
    }
    rejected("at", "", "missing_value");
    for near in ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2026-11-21 10:00:00.5+05:45"] {
        assert_eq!(Mapping::events().read(with("at", near)).rows(), [3, 3, 0, 0], "{near}");
    }
}

#[test]
fn epochs_in_the_wrong_unit() {
    let read = |format: InstantFormat, value: &str| {
        let csv = format!("{HEADER}{}", good("e1").replace("2026-11-21T10:00:00Z", value));
        Mapping::events().at(format).read(csv)
    };
    for (format, sound, off) in [
        (InstantFormat::EpochSeconds, "1795219200", "1795219200000"),
        (InstantFormat::EpochMillis, "1795219200000", "1795219200"),
        (InstantFormat::EpochMicros, "1795219200000000", "1795219200000"),
    ] {
        let taken = read(format.clone(), sound);
        assert_eq!((taken.rows(), taken.tape.signals[0].occurred_us), ([1, 1, 0, 0], 1_795_219_200_000_000));
        assert_eq!(read(format.clone(), off).rejects(), ["1 `e1` time_out_of_range at"]);
        assert_eq!(read(format.clone(), "9223372036854775807").rejects(), ["1 `e1` time_out_of_range at"]);
        assert_eq!(read(format.clone(), "9223372036854775808").rejects(), ["1 `e1` bad_time at"]);
        assert_eq!(read(format.clone(), "1.795E+9").rejects(), ["1 `e1` bad_time at"]);
        assert_eq!(read(format, "1795219200.5").rejects(), ["1 `e1` bad_time at"]);
    }
}

#[test]
fn times_in_gaps_and_folds() {
    let lines = ["01:59:59", "02:00:00", "02:59:59", "03:00:00"].map(|time| ("2026-03-29", time));
    let autumn = ["01:59:59", "02:00:00", "02:59:59", "03:00:00"].map(|time| ("2026-10-25", time));
    let csv: String = lines
        .iter()
        .chain(&autumn)
        .enumerate()
        .map(|(index, (date, time))| {
            good(&format!("e{index}")).replace("2026-11-21T10:00:00Z", &format!("{date} {time}"))
        })
        .collect();
    let csv = format!("{HEADER}{csv}");
    let strict = Mapping::events().wall("Europe/Berlin", GapPolicy::Reject, FoldPolicy::Reject).read(&csv);
    assert_eq!(strict.rows(), [8, 4, 0, 4]);
    assert_eq!(
        strict.rejects(),
        ["2 `e1` time_in_gap at", "3 `e2` time_in_gap at", "6 `e5` time_in_fold at", "7 `e6` time_in_fold at"]
    );
    let stated = Mapping::events().wall("Europe/Berlin", GapPolicy::Before, FoldPolicy::Later).read(&csv);
    assert_eq!(stated.rows(), [8, 8, 0, 0]);
    let at = |index: usize| {
        jiff::Timestamp::from_microsecond(stated.tape.signals[index].occurred_us).unwrap().to_string()
    };
    assert_eq!((at(1).as_str(), at(5).as_str()), ("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"));
}

#[test]
fn ids_that_a_spreadsheet_mangled() {
    for column in ["id", "viewer", "room", "cover"] {
        rejected(column, "7.65142E+18", "mangled_id");
        rejected(column, "7E+18", "mangled_id");
        rejected(column, "", "missing_value");
        rejected(column, "   ", "missing_value");
        assert_eq!(Mapping::events().read(with(column, "7651423456789012345")).rows(), [3, 3, 0, 0]);
    }
    let comma = with("cover", "\"7,65142E+18\"");
    assert_eq!(Mapping::events().read(comma).rejects(), ["2 `e2` mangled_id cover"]);
}

#[test]
fn names_that_are_too_long() {
    for column in ["id", "viewer", "room", "cover", "country", "who"] {
        rejected(column, &"é".repeat(129), "too_long");
        rejected(column, &"x".repeat(100_000), "too_long");
    }
    for column in ["id", "viewer", "room", "cover", "who"] {
        assert_eq!(Mapping::events().read(with(column, &"x".repeat(256))).rows(), [3, 3, 0, 0], "{column}");
    }
    // A market that is not looked for is no exception: what it is kept under is kept.
    for policy in [Otherwise::Ignore, Otherwise::Market(MarketId::new("GB"))] {
        let outcome = Mapping::events().otherwise(policy).read(with("country", &"x".repeat(257)));
        assert_eq!(outcome.rejects(), ["2 `e2` too_long country"]);
    }
    let mut joined = Mapping::events();
    joined.export.columns.audience = ["who", "who", "viewer"].map(coverledger::config::ColumnName::new).into();
    assert_eq!(joined.read(with("who", &"x".repeat(124))).rows(), [3, 3, 0, 0], "256 bytes with its separators");
    assert_eq!(joined.read(with("who", &"x".repeat(125))).rejects(), ["2 `e2` too_long viewer"]);
}

#[test]
fn events_that_no_config_names() {
    rejected("what", "like", "unknown_event");
    rejected("what", "SHOW", "unknown_event");
    rejected("what", "", "missing_value");
    let ignored = Mapping::events().read(with("what", "scroll"));
    assert_eq!((ignored.rows(), ignored.ids()), ([3, 2, 1, 0], vec!["e1", "e3"]));
}

#[test]
fn markets_that_no_config_knows() {
    rejected("country", "XX", "unknown_market");
    rejected("country", "us", "unknown_market");
    rejected("country", "", "missing_value");
    for value in ["XX", ""] {
        let ignored = Mapping::events().otherwise(Otherwise::Ignore).read(with("country", value));
        assert_eq!((ignored.rows(), ignored.ids()), ([3, 2, 1, 0], vec!["e1", "e3"]));
        let given =
            Mapping::events().otherwise(Otherwise::Market(MarketId::new("GB"))).read(with("country", value));
        assert_eq!(given.rows(), [3, 3, 0, 0]);
        assert_eq!(given.tape.stages[given.tape.signals[1].stage].market, MarketId::new("GB"));
    }
    let named = Mapping::events().read(with("country", "840"));
    assert_eq!(named.tape.stages[named.tape.signals[1].stage].market, MarketId::new("US"));
}

#[test]
fn an_audience_may_be_unknown() {
    let outcome = Mapping::events().read(with("who", ""));
    assert_eq!(outcome.rows(), [3, 3, 0, 0]);
    let audiences: Vec<&str> = outcome.tape.stages.iter().map(|stage| stage.audience.as_str()).collect();
    assert_eq!(audiences, ["f", "unknown"]);
}

#[test]
fn dwell_belongs_to_a_leave_and_is_a_number() {
    let leave = |dwell: &str| {
        let line = good("e1").replace("show", "leave").replace("f,\n", &format!("f,{dwell}\n"));
        Mapping::events().read(format!("{HEADER}{line}"))
    };
    let outcome = leave("61.5");
    assert_eq!(outcome.rows(), [1, 1, 0, 0]);
    assert_eq!((outcome.tape.signals[0].dwell_ms, outcome.tape.signals[0].kinds), (61_500, Kinds::STAY.bits()));
    assert_eq!(leave("").rejects(), ["1 `e1` missing_value dwell"]);
    for bad in ["-1", "1m28s", "NaN", "inf", "604801", "1e300", "0x10"] {
        assert_eq!(leave(bad).rejects(), ["1 `e1` bad_number dwell"], "{bad}");
    }
}

#[test]
fn flags_and_dwell_of_an_impression_must_agree() {
    let read = |line: &str| Mapping::impressions().read(format!("{FLAGS}2026-11-21T10:00:00Z,r1,c1,{line}\n"));
    let entered = read("1,yes,0,60");
    assert_eq!(entered.rows(), [1, 1, 0, 0]);
    let kinds = Kinds::IMPRESSION.and(Kinds::CLICK).and(Kinds::ENTRY).and(Kinds::STAY);
    assert_eq!((entered.tape.signals[0].kinds, entered.tape.signals[0].dwell_ms), (kinds.bits(), 60_000));
    for nothing in ["0,0,0,", "false,,no,0"] {
        assert_eq!(read(nothing).rows(), [1, 1, 0, 0], "{nothing}");
    }
    assert_eq!(read("1,0,0,60").rejects(), ["1 `20` dwell_without_entry dwell"]);
    assert_eq!(read("0,1,0,").rejects(), ["1 `20` missing_value dwell"]);
    assert_eq!(read("maybe,0,0,").rejects(), ["1 `20` bad_flag clicked"]);
    assert_eq!(read("0,2,0,").rejects(), ["1 `20` bad_flag entered"]);
    assert_eq!(read("0,0,-1,").rejects(), ["1 `20` bad_flag ordered"]);
    assert_eq!(read("0,1,0,abc").rejects(), ["1 `20` bad_number dwell"]);
}

#[test]
fn what_is_kept_of_a_reject_is_cut_and_hides_its_viewer() {
    let text = |excerpt: Excerpt, csv: &str| {
        let mut mapping = Mapping::events();
        mapping.excerpt = excerpt;
        mapping.read(csv).report().rejects[0].text.clone()
    };
    let csv = with("country", "XX");
    let masked = Excerpt { chars: 200, viewer_ids: false };
    assert_eq!(text(masked, &csv).unwrap(), "e2,2026-11-21T10:00:00Z,show,XX,r1,c1,‹viewer›,f,");
    assert_eq!(text(Excerpt { chars: 5, viewer_ids: false }, &csv).unwrap(), "e2,20");
    assert_eq!(text(Excerpt { chars: 0, viewer_ids: true }, &csv), None);
    let ragged = format!("{HEADER}e2,v1\n");
    assert_eq!(text(masked, &ragged), None, "a viewer id may be anywhere in it");
    assert_eq!(text(Excerpt { chars: 200, viewer_ids: true }, &ragged).unwrap(), "e2,v1");
}

#[test]
fn a_viewer_in_another_spelling_is_not_kept_either() {
    let text = |mapping: &Mapping, export: &str| {
        let mut mapping = mapping.clone();
        mapping.excerpt = Excerpt { chars: 200, viewer_ids: false };
        let outcome = mapping.read(export);
        assert_eq!(outcome.report().rejected, 1, "{export}");
        outcome.report().rejects[0].text.clone()
    };
    let bad = good_json("e2").replace("US", "XX");
    let ndjson = Mapping::events().ndjson();
    assert!(text(&ndjson, &bad).unwrap().contains("\"viewer\":\"‹viewer›\""));
    for viewer in ["\"oAbC\\/dEf\"", "\"o\\u0041\"", "{\"open_id\":\"v1\"}", "[\"v1\"]", "null"] {
        assert_eq!(text(&ndjson, &bad.replace("\"v1\"", viewer)), None, "{viewer}");
    }
    let elsewhere = bad.replace("\"viewer\"", "\"open_id\"");
    assert_eq!(text(&ndjson, &format!("{}{elsewhere}", good_json("e1"))), None);
    let csv = format!("{HEADER}{}", good("e2").replace("US", "XX").replace("v1", "\"o\"\"1\""));
    assert_eq!(text(&Mapping::events(), &csv), None);
}

#[test]
fn rejects_are_counted_beyond_those_that_are_listed() {
    let csv = format!("{HEADER}{}", "x\n".repeat(12_345));
    let outcome = Mapping::events().read(csv);
    let report = outcome.report();
    assert_eq!((report.rows_in, report.rejected, report.rejects.len()), (12_345, 12_345, 1_000));
}
