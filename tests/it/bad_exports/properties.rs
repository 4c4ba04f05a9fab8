//! Whatever the bytes: no panic, and every record accounted for.

use proptest::prelude::*;

use super::gzip::gzip;
use super::mapping::{HEADER, Mapping, good};
use super::outcome::Outcome;

/// Records taken with their event ids; a refusal or an imbalance that is a bug fails.
fn balances(outcome: &Outcome) -> Result<(), TestCaseError> {
    match &outcome.report {
        Ok(report) => {
            prop_assert_eq!(report.rows_in, report.taken + report.ignored + report.rejected);
            prop_assert_eq!(report.taken, outcome.tape.signals.len() as u64);
        }
        Err(error) => {
            let text = error.to_string();
            prop_assert!(!text.contains("do not balance") && !text.contains("the decoder failed"), "{}", text);
        }
    }
    Ok(())
}

/// Bytes that look enough like an export to get anywhere.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "\"", "\"\"", ",", "\n", "\r\n", "\r", "\t", "{", "}", "[", "]", ":", "e2", "\\", "\u{feff}", "é", " ", "0",
            "2026-11-21T10:00:00Z", "show", "US",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        2 => "[a-z]{1,3}".prop_map(|id| good(&id).into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A field as it is meant and as CSV writes it; `plain` is what is not quoted. Of a row in which two fields have quotes that
/// are text, nobody can tell where they end.
fn field(plain: &'static str) -> impl Strategy<Value = (String, String)> {
    let quoted = "[a-c\", \n\r]{0,6}".prop_map(|text| {
        let value = format!("x{text}x");
        let written = format!("\"{}\"", value.replace('"', "\"\""));
        (value, written)
    });
    let plain = plain.prop_map(|text| (text.clone(), text));
    prop_oneof![quoted, plain]
}

/// A well-formed row whose cover and audience are any text.
fn row() -> impl Strategy<Value = (String, String, String)> {
    (field("[a-z][a-z\" é]{0,5}x"), field("[a-z][a-z é]{0,5}x")).prop_map(
        |((cover, cover_written), (who, who_written))| {
            (cover, who, format!("2026-11-21T10:00:00Z,show,US,r1,{cover_written},v1,{who_written},"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_csv(bytes in soup(), has_header: bool) {
        let header = if has_header { HEADER.as_bytes() } else { b"" };
        balances(&Mapping::events().read([header, &bytes].concat()))?;
    }

    #[test]
    fn any_bytes_as_ndjson(bytes in soup()) {
        balances(&Mapping::events().ndjson().read(&bytes))?;
    }

    #[test]
    fn any_bytes_as_gzip(bytes in soup(), at in any::<prop::sample::Index>(), flip: u8) {
        let mut packed = gzip(&[HEADER.as_bytes(), &bytes].concat());
        balances(&Mapping::events().read(&packed))?;
        let at = 2 + at.index(packed.len() - 2);
        packed[at] ^= flip;
        balances(&Mapping::events().read(&packed))?;
    }

    #[test]
    fn any_bytes_as_parquet(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let outcome = Mapping::events().parquet().read([b"PAR1".as_slice(), &bytes, b"PAR1"].concat());
        prop_assert!(outcome.report.is_err());
        balances(&outcome)?;
    }

    #[test]
    fn every_record_of_a_well_formed_csv_is_taken(rows in prop::collection::vec(row(), 0..20), crlf: bool) {
        let end = if crlf { "\r\n" } else { "\n" };
        let lines: Vec<String> =
            rows.iter().enumerate().map(|(index, (_, _, line))| format!("e{index},{line}{end}")).collect();
        let body = lines.concat();
        let outcome = Mapping::events().read(format!("{}{end}{body}", HEADER.trim_end()));
        let count = rows.len() as u64;
        prop_assert_eq!(outcome.rows(), [count, count, 0, 0]);
        for (index, (signal, (cover, who, _))) in outcome.tape.signals.iter().zip(&rows).enumerate() {
            let stage = &outcome.tape.stages[signal.stage];
            prop_assert_eq!(signal.event_id.clone(), Some(format!("e{index}")));
            prop_assert_eq!((stage.cover_id.as_ref().unwrap(), &stage.audience), (cover, who));
        }
    }

    /// Where no other line has a quote, a damaged line costs at most itself.
    #[test]
    fn a_damaged_line_costs_only_itself(
        count in 1_usize..30,
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![Just(b'"'), Just(b','), any::<u8>()]), 1..4),
    ) {
        let which = which.index(count);
        let mut export = HEADER.as_bytes().to_vec();
        for index in 0..count {
            let mut line = good(&format!("e{index}")).trim_end().as_bytes().to_vec();
            if index == which {
                for (at, byte) in &cuts {
                    if *byte != b'\n' {
                        line.insert(at.index(line.len()), *byte);
                    }
                }
            }
            export.extend(line);
            export.push(b'\n');
        }
        let outcome = Mapping::events().read(&export);
        balances(&outcome)?;
        let damaged = format!("e{which}");
        let others: Vec<String> = (0..count).map(|index| format!("e{index}")).filter(|id| *id != damaged).collect();
        let sound_record = |signal: &&super::outcome::Taken| signal.record as usize != which + 1;
        let taken: Vec<String> =
            outcome.tape.signals.iter().filter(sound_record).filter_map(|signal| signal.event_id.clone()).collect();
        prop_assert_eq!(taken, others);
    }

    /// Where other lines have quotes too, a quote that the damage opened may reach into the lines behind it, as far as
    /// one record may: what lies before, and what lies more than 100 lines behind, is untouched.
    #[test]
    fn a_damaged_line_never_reaches_back_or_far(
        rows in prop::collection::vec("[a-c\", ]{0,6}", 1..8),
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
    ) {
        let which = which.index(rows.len());
        let mut export = HEADER.to_owned();
        for (index, cover) in rows.iter().enumerate() {
            let cover = cover.replace('"', "\"\"");
            let mut line = format!("e{index},2026-11-21T10:00:00Z,show,US,r1,\"x{cover}x\",v1,f,");
            if index == which {
                line.insert(at.index(line.len()), '"');
            }
            export.push_str(&line);
            export.push('\n');
        }
        (0..110).for_each(|index| export.push_str(&good(&format!("f{index}"))));
        let outcome = Mapping::events().read(&export);
        balances(&outcome)?;
        let ids = outcome.ids();
        for index in 0..which {
            let id = format!("e{index}");
            prop_assert!(ids.contains(&id.as_str()));
        }
        for index in 100..110 {
            let id = format!("f{index}");
            prop_assert!(ids.contains(&id.as_str()));
        }
    }
}
