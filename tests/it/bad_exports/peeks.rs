//! First looks at files that nobody has described.

use std::fs::File;
use std::io::{Seek, Write};

use coverledger::config::Dialect;
use coverledger::export::{ExportError, Peek, PeekBudget, PeekCell, PeekFormat, peek};
use rust_xlsxwriter::Format as Style;

use super::gzip::gzip;
use super::workbook::{sheet, workbook};

pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn look(bytes: impl AsRef<[u8]>) -> Peek {
    peek(file(bytes.as_ref()), 3, &mut PeekBudget::default()).unwrap()
}

/// The tables as lines: their name, their rows.
fn lines(peek: &Peek) -> Vec<String> {
    let cell = |cell: &PeekCell| match cell {
        PeekCell::Empty => "-".to_owned(),
        PeekCell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let mut lines = Vec::new();
    for table in &peek.tables {
        lines.extend(table.name.clone());
        lines.extend(table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|")));
        lines.extend(table.is_cut.then(|| "…".to_owned()));
    }
    lines
}

#[test]
fn text_shows_its_encoding_and_its_delimiter() {
    let text = "Bericht, Teil 1\nTag;Auf\u{ad}rufe;Rate\n21.11.;1.200;1,5%\n22.11.;;\"a;b\"\n";
    let seen = look(gzip(text.as_bytes()));
    assert_eq!((seen.compression, seen.encoding), (Some("gzip"), Some("utf-8")));
    assert_eq!(seen.format, PeekFormat::Delimited { dialect: Dialect::by(b';') });
    assert_eq!(lines(&seen), ["Bericht, Teil 1", "Tag|Auf\u{ad}rufe|Rate", "21.11.|1.200|1,5%", "…"]);
    let utf16: Vec<u8> = "Day\tViews\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf16.clone(), [vec![0xff, 0xfe], utf16].concat()] {
        let seen = look(&bytes);
        assert_eq!((seen.compression, seen.encoding), (None, Some("utf-16le")));
        assert_eq!(seen.format, PeekFormat::Delimited { dialect: Dialect::by(b'\t') });
        assert_eq!(lines(&seen), ["Day|Views", "1|2"]);
    }
    let chinese = encoding_rs::GB18030.encode("日期,直播间曝光次数\n2026-11-21,1200\n").0.into_owned();
    let seen = look(chinese);
    assert_eq!(seen.encoding, Some("gb18030"));
    assert_eq!(lines(&seen), ["日期|直播间曝光次数", "2026-11-21|1200"]);
}

#[test]
fn documents_show_every_list_of_objects_and_what_it_lies_in() {
    let seen = look(
        r#"{"code":0,"data":{"live_id":"765","lives":[{"id":1,"rows":[{"v":1,"t":{"w":1.5}},{"v":2,"x":null}]}],"n":[1,2]}}"#,
    );
    assert_eq!(seen.format, PeekFormat::Json);
    assert_eq!(
        lines(&seen),
        [
            "data.lives[]",
            "id|$.code|$.data.live_id",
            "Int(1)|Int(0)|765",
            "data.lives[].rows[]",
            "v|t.w|$.code|$.data.live_id|$.data.lives[].id|x",
            "Int(1)|Float(1.5)|Int(0)|765|Int(1)",
            "Int(2)|-|Int(0)|765|Int(1)|-",
        ]
    );
    let seen = look("{\"a\":1,\"b\":[1]}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
    assert_eq!(seen.format, PeekFormat::Ndjson);
    assert_eq!(lines(&seen), ["a", "Int(1)", "Int(2)", "Int(3)", "…"]);
    assert_eq!(look("[\n {\"a\": true}\n]").format, PeekFormat::Json);
}

#[test]
fn workbooks_show_every_sheet() {
    let mut rates = sheet("Rates", "Day,CTR,Length\n");
    rates.write_with_format(1, 1, 0.0135, &Style::new().set_num_format("0.00%")).unwrap();
    rates.write_with_format(1, 2, 155.0 / 86_400.0, &Style::new().set_num_format("h:mm:ss")).unwrap();
    rates.write(1, 0, 46_170.625).unwrap();
    let seen = look(workbook(vec![rates, sheet("Notes", "\n\nx")]));
    assert_eq!((seen.format, seen.encoding), (PeekFormat::Xlsx, None));
    assert_eq!(lines(&seen), ["Rates", "Day|CTR|Length", "Float(46170.625)|1.35%|0:02:35", "Notes", "x"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let refusal = |bytes: &[u8]| peek(file(bytes), 3, &mut PeekBudget::default()).unwrap_err();
    assert!(matches!(refusal(b""), ExportError::Empty));
    assert!(matches!(refusal(b"PAR1 and no more"), ExportError::Parquet(_)));
    assert!(matches!(refusal(b"PK\x03\x04 and no more"), ExportError::Xlsx(_)));
    assert!(matches!(refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ExportError::OtherFormat(_)));
    assert!(matches!(refusal(b"{\"a\":[{"), ExportError::Json(_)));
}

#[test]
fn objects_under_their_ids_are_a_table_with_the_key_in_it() {
    let seen = look(r#"{"code":0,"data":{"7651":{"views":5,"taps":1},"7652":{"views":7,"taps":2}}}"#);
    let table = seen.tables.iter().find(|table| table.name.as_deref() == Some("data{}")).unwrap();
    let names: Vec<String> = table.rows[0].iter().map(|cell| format!("{cell:?}")).collect();
    assert_eq!(names, ["Text(\"views\")", "Text(\"taps\")", "Text(\"$.code\")", "Text(\"$key\")"]);
    assert_eq!(table.rows.len(), 3);
    assert_eq!(table.rows[2][3], PeekCell::Text("7652".to_owned()));
}
