//! The pictures are the same everywhere, small, and of the covers of the sheet.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use sha2::{Digest, Sha256};

use super::letters::{FONT, Letters};
use super::*;
use crate::world::COVERS;

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn written() -> Vec<(String, Vec<u8>)> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path()).unwrap();
    let mut files: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort_unstable();
    files
}

#[test]
fn the_font_is_the_one_whose_licence_lies_beside_it() {
    assert_eq!(hex(FONT), "c3711b4cb92183797c7f6365b36763a9441ba0f5340dc02062be100c5a11980e");
    let licence = include_str!("../../assets/OFL.txt");
    assert!(licence.contains("noto-sans-subset.ttf") && licence.contains("SIL OPEN FONT LICENSE Version 1.1"));
}

#[test]
fn the_font_has_every_letter_of_the_covers() {
    let letters = Letters::new().unwrap();
    for entry in &ENTRIES {
        for letter in entry.words.iter().flat_map(|line| line.chars()) {
            assert!(letters.has(letter), "`{letter}` of {}", entry.cover);
        }
    }
}

/// Another encoder or another line in a drawing gives other bytes. Look at the pictures, then write the new digest here.
#[test]
fn the_pictures_are_the_same_on_any_machine() {
    let files = written();
    let lines: Vec<String> = files.iter().map(|(name, bytes)| format!("{name} {}\n", hex(bytes))).collect();
    let sums = lines.concat();
    assert_eq!(hex(sums.as_bytes()), "0ead2d7fb9a95084d19fba423d2abfefdc77dcb0c2162e08b99b194ac56a6bbc", "{sums}");
}

#[test]
fn all_pictures_together_are_small() {
    let size: usize = written().iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(size < 2_000_000, "{size} bytes");
}

#[test]
fn every_cover_on_air_has_a_row_and_a_picture_but_the_one_whose_file_is_missing() {
    let files: BTreeSet<String> = written().into_iter().map(|(name, _)| name).collect();
    for cover in &COVERS {
        let entry = ENTRIES.iter().find(|entry| entry.cover == cover.id).unwrap_or_else(|| panic!("{}", cover.id));
        assert_eq!(files.contains(&entry.file()), cover.id != UNFIT.missing, "{}", cover.id);
    }
    assert!(files.len() >= 24, "{} pictures", files.len());
}

#[test]
fn half_a_picture_is_there_and_no_decoder_takes_it_for_whole() {
    let (_, bytes) = written().into_iter().find(|(name, _)| name.starts_with(UNFIT.torn)).unwrap();
    assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]) && !bytes.ends_with(&[0xFF, 0xD9]));
}
