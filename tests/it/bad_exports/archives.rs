//! ZIP archives whose files hold rows, and archives and documents that are no export at all.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::gzip::gzip;
use super::mapping::{HEADER, Mapping, good, good_json};
use super::workbook::sound;

/// An archive of these files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, SimpleFileOptions::default())
}

fn zip_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn csv(ids: &[&str]) -> Vec<u8> {
    let rows: String = ids.iter().map(|id| good(id)).collect();
    format!("{HEADER}{rows}").into_bytes()
}

#[test]
fn the_files_that_are_named_are_read_as_one_export() {
    let other = b"Date,Views\n2026-11-03,1\n";
    let files = [
        ("report/Table data.csv", &csv(&["e1", "e2"])[..]),
        ("report/Chart data.csv", other),
        ("__MACOSX/._Table data.csv", b"\0\x05\x16\x07"),
        ("report/Table data 2.csv", &csv(&["e3"]).repeat(1)),
    ];
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for bytes in [zip(&files), zip_with(&files, stored)] {
        let outcome = Mapping::events().members(&["Table*.csv"]).read(bytes);
        assert_eq!(outcome.rows(), [3, 3, 0, 0]);
        assert_eq!(outcome.ids(), ["e1", "e2", "e3"]);
    }
    // Rejects are numbered over all files.
    let broken = [csv(&["e3"]), good("e4").replace("show", "nod").into_bytes()].concat();
    let files = [("a.csv", &csv(&["e1", "e2"])[..]), ("b.csv", &broken)];
    let outcome = Mapping::events().members(&["*.csv"]).read(zip(&files));
    assert_eq!(outcome.rows(), [4, 3, 0, 1]);
    assert_eq!(outcome.report().rejects[0].record, 4);
    // A file that somebody unpacked is read as it is.
    assert_eq!(Mapping::events().members(&["*.csv"]).read(csv(&["e1"])).ids(), ["e1"]);
    let lines = [good_json("e1"), good_json("e2")].concat();
    let outcome = Mapping::events().ndjson().members(&["*"]).read(zip(&[("x.ndjson", lines.as_bytes())]));
    assert_eq!(outcome.ids(), ["e1", "e2"]);
}

#[test]
fn a_file_that_does_not_fit_is_named() {
    let files = [("Table data.csv", &csv(&["e1"])[..]), ("Chart data.csv", b"Date,Views\n2026-11-03,1\n")];
    let read = |members: &[&str]| Mapping::events().members(members).read(zip(&files));
    let refusal = read(&["*.csv"]).refusal();
    assert!(refusal.starts_with("in its member `Chart data.csv`: none of the mapped columns is"), "{refusal}");
    assert_eq!(
        read(&["Totals.csv"]).refusal(),
        "it is a ZIP archive, and no file in it is one of `members` (it has: `Table data.csv`, `Chart data.csv`)"
    );
    assert_eq!(
        read(&[]).refusal(),
        "it is a ZIP archive (unpack it, or say with `members` which of its files hold rows)"
    );
}

#[test]
fn archives_and_workbooks_within_an_archive_are_refused_by_name() {
    let inner = zip(&[("a.csv", &csv(&["e1"]))]);
    for (name, content, told) in [
        ("a.zip", inner, "it is a ZIP archive"),
        ("a.xlsx", sound(), "it is an Office document"),
        ("a.csv.gz", gzip(&csv(&["e1"])), "it is gzip within another"),
        ("a.csv", Vec::new(), "it is empty"),
    ] {
        let refusal = Mapping::events().members(&["*"]).read(zip(&[(name, &content)])).refusal();
        assert!(refusal.starts_with(&format!("in its member `{name}`: {told}")), "{refusal}");
    }
}

#[test]
fn a_damaged_archive_is_refused_wherever_it_breaks() {
    let rows: Vec<String> = (0..400).map(|index| format!("e{index}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let whole = zip(&[("a.csv", &csv(&rows[..200])), ("b.csv", &csv(&rows[200..]))]);
    let mapping = Mapping::events().members(&["*.csv"]);
    assert_eq!(mapping.read(&whole).rows(), [400, 400, 0, 0]);
    for kept in (30..whole.len()).step_by(211) {
        mapping.read(&whole[..kept]).refusal();
    }
    for at in (0..whole.len()).step_by(101) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        if let Ok(report) = &mapping.read(&flipped).report {
            assert_eq!((report.rows_in, report.taken), (400, 400), "byte {at}");
        }
    }
}

#[test]
fn a_bomb_in_an_archive_is_refused_by_name() {
    let blank = vec![b'\n'; 40 << 20];
    let one = [HEADER.as_bytes(), &blank].concat();
    // Each of them alone is within the bound.
    let bomb = zip(&[("a.csv", &one), ("b.csv", &one)]);
    let refusal = Mapping::events().members(&["*.csv"]).read(bomb).refusal();
    assert!(refusal.starts_with("in its member `b.csv`: it expands from "), "{refusal}");
    assert!(refusal.ends_with("refused as a decompression bomb"), "{refusal}");
}

#[test]
fn what_is_no_export_is_called_by_its_name() {
    let mut tar = vec![0; 1024];
    tar[..10].copy_from_slice(b"events.csv");
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, name) in [
        (tar.clone(), "it is a tar archive"),
        (gzip(&tar), "it is a tar archive"),
        (b"BZh91AY&SY\x01\x02\x03".to_vec(), "it is compressed by bzip2"),
        (b"\xfd7zXZ\0\0\x04".to_vec(), "it is compressed by xz"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "it is a 7z archive"),
        (b"Rar!\x1a\x07\x01\0".to_vec(), "it is a RAR archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0".to_vec(), "it is an old Office document"),
        (b"<html><table><tr><td>id</td></tr></table>".to_vec(), "it is an HTML page"),
        (sound(), "it is an Office document"),
    ] {
        for mapping in [Mapping::events(), Mapping::events().ndjson(), Mapping::events().json(&["[]"])] {
            let refusal = mapping.read(&bytes).refusal();
            assert!(refusal.starts_with(name), "{refusal}");
        }
    }
    let archive = zip(&[("a.xlsx", &sound())]);
    assert_eq!(
        Mapping::events().xlsx(&[]).read(archive).refusal(),
        "it is a ZIP archive that is no workbook (unpack it); expected XLSX (`inspect` tells what a file is)"
    );
}
