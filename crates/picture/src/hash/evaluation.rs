//! Hashes of many pictures, for `tests/pictures_families.py`.

use std::io::Write;
use std::thread;

use image_hasher::{HashAlg, HasherConfig};

use super::hashes;

/// Environment variable with the path of a file of pictures: of each its length in four bytes, the lowest first, and it.
/// What is found is written beside it, with `.hashes` added: a line a picture.
const PATH: &str = "COVERLEDGER_PICTURES_TO_HASH";

#[test]
#[ignore = "called by tests/pictures_families.py with pictures to hash"]
#[expect(clippy::disallowed_methods, reason = "a test that answers a script, which names the file")]
fn hashes_are_written_for_comparison() {
    let path = std::env::var(PATH).expect("the path is in the environment");
    let all = std::fs::read(&path).expect("the pictures can be read");
    let mut pictures = Vec::new();
    let mut rest = all.as_slice();
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_le_bytes(*length)).expect("a picture is in memory");
        let (picture, after) = after.split_at(length);
        pictures.push(picture);
        rest = after;
    }
    let lines: Vec<String> = thread::scope(|scope| {
        let half = pictures.len().div_ceil(2).max(1);
        let threads: Vec<_> = pictures
            .chunks(half)
            .map(|pictures| scope.spawn(|| pictures.iter().map(|picture| line(picture)).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("all are hashed")).collect()
    });
    let mut found = std::fs::File::create(format!("{path}.hashes")).expect("the hashes can be written");
    found.write_all(lines.concat().as_bytes()).expect("the hashes can be written");
}

/// Its hashes, and what `image_hasher` makes of the whole picture, in hex.
fn line(picture: &[u8]) -> String {
    let picture = image::load_from_memory(picture).expect("a picture").to_rgb8();
    let ours = hashes(&picture).all().map(|hash| hash.to_string());
    let hasher = HasherConfig::new().hash_alg(HashAlg::DoubleGradient).hash_size(16, 16).to_hasher();
    let hash = hasher.hash_image(&picture);
    let theirs = hash.as_bytes().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!("{} {theirs}\n", ours.join(" "))
}
