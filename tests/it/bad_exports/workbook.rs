//! Workbooks for these tests: written soundly, then taken apart and changed.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::mapping::{HEADER, good};

/// A workbook of these sheets.
pub fn workbook(sheets: Vec<Worksheet>) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    workbook.save_to_buffer().unwrap()
}

/// A sheet of text: lines and, in these, commas.
pub fn sheet(name: &str, text: &str) -> Worksheet {
    let mut sheet = Worksheet::new();
    sheet.set_name(name).unwrap();
    for (row, line) in (0..).zip(text.lines()) {
        for (column, value) in (0..).zip(line.split(',')) {
            if !value.is_empty() {
                sheet.write(row, column, value).unwrap();
            }
        }
    }
    sheet
}

/// A workbook with the sound rows `e1` and `e2`.
pub fn sound() -> Vec<u8> {
    workbook(vec![sheet("Data", &format!("{HEADER}{}{}", good("e1"), good("e2")))])
}

/// The same package with its parts changed.
pub fn changed(workbook: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        writer.start_file(&*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&change(&name, content)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The same package with text in one of its parts replaced.
pub fn replaced(workbook: &[u8], part: &str, from: &str, to: &str) -> Vec<u8> {
    changed(workbook, |name, content| {
        if name != part {
            return content;
        }
        let text = String::from_utf8(content).unwrap();
        assert!(text.contains(from), "{part} has no {from}: {text}");
        text.replace(from, to).into_bytes()
    })
}
