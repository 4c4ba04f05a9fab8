//! Families of many covers, for `tests/pictures_families.py`.

use std::fmt::Write;
use std::time::Instant;

use super::{HashedCover, families};
use coverledger_core::model::PictureHashes;

/// Environment variable with the path of covers to link: a line each, its id, a tab and its hashes with spaces between.
/// What is found is written beside it, with `.families` added: the seconds it took, and a line a cover: id, tab, family.
const PATH: &str = "COVERLEDGER_COVERS_TO_LINK";

#[test]
#[ignore = "called by tests/pictures_families.py with covers to link"]
#[expect(clippy::disallowed_methods, reason = "a test that answers a script, which names the file")]
fn families_are_written_for_comparison() {
    let path = std::env::var(PATH).expect("the path is in the environment");
    let text = std::fs::read_to_string(&path).expect("the covers can be read");
    let covers: Vec<(&str, PictureHashes)> = text.lines().map(cover).collect();
    let hashed: Vec<HashedCover<'_>> = covers
        .iter()
        .map(|(cover_id, hashes)| HashedCover { cover_id, declared: None, hashes: Some(hashes) })
        .collect();
    let began = Instant::now();
    let found = families(&hashed, 20, 31);
    let mut lines = format!("{}\n", began.elapsed().as_secs_f64());
    for ((cover_id, _), found) in covers.iter().zip(found) {
        let _ = writeln!(lines, "{cover_id}\t{}", found.family.unwrap_or_default());
    }
    std::fs::write(format!("{path}.families"), lines).expect("the families can be written");
}

fn cover(line: &str) -> (&str, PictureHashes) {
    let (cover_id, hashes) = line.split_once('\t').expect("an id and hashes");
    let hashes: Vec<_> = hashes.split(' ').map(|hash| hash.parse().expect("a hash")).collect();
    (cover_id, PictureHashes::of(hashes.try_into().expect("five hashes")))
}
