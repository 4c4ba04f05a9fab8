//! The same records of text, handed over many at a time and one by one, and decompressed ahead or not. Signals, stages, the
//! account and the rejects are the same.

use std::fmt::Write as _;

use coverledger::config::{InstantFormat, Otherwise};
use proptest::prelude::*;
use serde_json::json;

use super::gzip::gzip;
use super::mapping::{HEADER, Mapping, good, good_json};
use super::parquet_twins::{Event, event};

/// What is wrong with a line as a whole, now and then.
#[derive(Debug, Clone, Copy)]
enum Damage {
    None,
    Blank,
    Short,
    /// Bytes that are no text.
    Bytes,
    Returned,
    /// Quotes in delimited text, an escape in JSON.
    Special,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        30 => Just(Damage::None),
        1 => prop::sample::select(&[Damage::Blank, Damage::Short, Damage::Bytes, Damage::Returned, Damage::Special][..]),
    ]
}

fn at(row: &Event, is_text: bool) -> Option<String> {
    let ms = row.at_ms?;
    let text = || jiff::Timestamp::from_millisecond(ms).map_or_else(|_| "never".to_owned(), |at| at.to_string());
    Some(if is_text { text() } else { ms.to_string() })
}

/// The texts of a record, in the columns of [`HEADER`].
fn texts(row: &Event, at_is_text: bool) -> [Option<String>; 9] {
    [
        row.id_text.clone().or_else(|| row.id.map(|id| id.to_string())),
        at(row, at_is_text),
        row.what.clone(),
        row.country.clone(),
        row.room.clone(),
        row.cover.clone(),
        row.viewer.map(|viewer| viewer.to_string()),
        row.who.clone(),
        row.dwell.map(|dwell| dwell.to_string()),
    ]
}

fn ended(mut line: Vec<u8>, damage: Damage) -> Vec<u8> {
    match damage {
        Damage::None | Damage::Special => line.push(b'\n'),
        Damage::Blank => line = b"\n".to_vec(),
        Damage::Short => {
            line.truncate(line.len() / 2);
            line.push(b'\n');
        }
        Damage::Bytes => line.extend_from_slice(b"\xff\n"),
        Damage::Returned => line.extend_from_slice(b"\r\n"),
    }
    line
}

fn csv(rows: &[(Event, Damage)], at_is_text: bool) -> Vec<u8> {
    let mut text = HEADER.as_bytes().to_vec();
    for (row, damage) in rows {
        let quote = if matches!(damage, Damage::Special) { "\"" } else { "" };
        let cells = texts(row, at_is_text).map(|cell| format!("{quote}{}{quote}", cell.unwrap_or_default()));
        text.extend(ended(cells.join(",").into_bytes(), *damage));
    }
    text
}

fn ndjson(rows: &[(Event, Damage)], at_is_text: bool) -> Vec<u8> {
    let mut text = Vec::new();
    for (row, damage) in rows {
        let keys = HEADER.trim_end().split(',');
        let members =
            keys.zip(texts(row, at_is_text)).enumerate().map(|(place, (key, value))| match (place, value) {
                (_, None) => format!("\"{key}\":null"),
                (0, Some(_)) if row.id_text.is_none() => format!("\"{key}\":{}", row.id.unwrap_or_default()),
                (1, Some(at)) if !at_is_text => format!("\"{key}\":{at}"),
                (6, Some(number)) => format!("\"{key}\": {number}"),
                (8, Some(number)) if number != "NaN" => format!("\"{key}\":{number}"),
                (_, Some(value)) => format!("\"{key}\":{}", json!(value)),
            });
        let mut line = format!("{{{}", members.collect::<Vec<_>>().join(","));
        if matches!(damage, Damage::Special) {
            let _ = write!(line, ",\"more\":\"\\u00e9\"");
        }
        line.push('}');
        text.extend(ended(line.into_bytes(), *damage));
    }
    text
}

fn agree(mapping: &Mapping, text: &[u8]) -> Result<(), TestCaseError> {
    let by_rows = mapping.read_row_by_row(text);
    let many = mapping.read(text);
    prop_assert_eq!(&many.tape.stages, &by_rows.tape.stages);
    prop_assert_eq!(&many.tape.signals, &by_rows.tape.signals);
    match (&many.report, &by_rows.report) {
        (Ok(many), Ok(by_rows)) => prop_assert_eq!(many, by_rows),
        (many, by_rows) => prop_assert_eq!(format!("{many:?}"), format!("{by_rows:?}")),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_are_mapped_many_at_a_time_as_they_are_one_by_one(
        rows in prop::collection::vec((event(), damage()), 1..300),
        at_is_text: bool,
        otherwise in prop::sample::select(&[Otherwise::Reject, Otherwise::Ignore][..]),
    ) {
        let format = if at_is_text { InstantFormat::Rfc3339 } else { InstantFormat::EpochMillis };
        let mapping = || Mapping::events().at(format.clone()).otherwise(otherwise.clone());
        agree(&mapping(), &csv(&rows, at_is_text))?;
        agree(&mapping().ndjson(), &ndjson(&rows, at_is_text))?;
        // Records without ids are told apart by prints of their text.
        agree(&mapping().without_event_ids(), &csv(&rows, at_is_text))?;
        agree(&mapping().without_event_ids().ndjson(), &ndjson(&rows, at_is_text))?;
    }
}

/// Lines that no compression makes small.
fn many_lines(line: impl Fn(&str) -> String) -> String {
    let id = |number: u64| format!("{:032x}", u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).pow(2));
    (0..20_000).map(|number| line(&id(number))).collect()
}

#[test]
fn what_is_decompressed_ahead_is_read_as_if_it_were_not() {
    let lines = format!("{HEADER}{}e2\n{}", many_lines(good), good("e1"));
    let json = many_lines(good_json);
    for (mapping, text) in [(Mapping::events as fn() -> Mapping, lines), (|| Mapping::events().ndjson(), json)] {
        let whole = gzip(text.as_bytes());
        assert!(whole.len() > 1 << 18, "it is large enough for a thread of its own");
        let (ahead, here) = (mapping().on(2).read(&whole), mapping().on(1).read(&whole));
        assert_eq!(ahead.report(), here.report());
        assert_eq!(ahead.tape.signals, here.tape.signals);
        let mut flipped = whole.clone();
        flipped[200_000] ^= 0x10;
        let behind = [&whole[..], b"garbage"].concat();
        for damaged in [&whole[..whole.len() - 9], &whole[..200_001], &behind, &flipped] {
            let refused = [2, 1].map(|cores| mapping().on(cores).read(damaged).refusal());
            let refused = refused.map(|refusal| refusal.replace(|c: char| c.is_ascii_digit(), ""));
            assert!(refused[0].starts_with("its gzip stream is damaged or truncated after "), "{}", refused[0]);
            assert_eq!(refused[0], refused[1]);
        }
    }
}
