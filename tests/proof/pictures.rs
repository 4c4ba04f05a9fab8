//! What the catalogue asks of a store of pictures: a listing a night, each picture once, and nothing where nothing is new.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::night::{FIRST, deliver_first};
use crate::stub::{Fault, Kind, Stub};
use crate::worker::Workspace;

const LIBRARY: &str = "version: 1\npictures: {url: \"s3://proof/pictures\"}\nsheet: covers.csv\nfaces: false\n";

/// A PNG of one colour a number.
fn picture(number: u8) -> Vec<u8> {
    let (width, height) = (80_u32, 100_u32);
    let mut lines = Vec::new();
    for y in 0..height {
        lines.push(0);
        lines.extend((0..width).flat_map(|x| [number.wrapping_mul(37), if x > y { 200 } else { number }, 90]));
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&lines).unwrap();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", head), (b"IDAT", packed.finish().unwrap()), (b"IEND", Vec::new())] {
        let named = [&name[..], &body].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&named);
        file.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        file.extend(&named);
        file.extend(crc.sum().to_be_bytes());
    }
    file
}

/// A night's exports, and twelve pictures with a sheet.
fn ground() -> (Stub, Workspace) {
    let stub = Stub::start();
    let workspace = Workspace::on_stub(&stub);
    workspace.write("config/library.yaml", LIBRARY);
    deliver_first(&workspace, Some(&stub));
    for number in 0..12 {
        stub.bucket().put(&format!("pictures/c{number}.png"), picture(number));
    }
    stub.bucket().put("pictures/covers.csv", "cover_id,theme\nc0,gift\n");
    (stub, workspace)
}

/// What was asked of the store of pictures since the log began: keys that were read, sorted, and how many listings.
fn asked(stub: &Stub) -> (Vec<String>, usize) {
    let log = stub.log();
    let of_pictures: Vec<_> = log.iter().filter(|logged| logged.key.starts_with("pictures")).collect();
    assert!(of_pictures.iter().all(|logged| !logged.kind.writes()), "nothing is ever put there: {of_pictures:?}");
    let mut keys: Vec<String> = of_pictures
        .iter()
        .filter(|logged| logged.kind != Kind::List)
        .map(|logged| logged.key.trim_start_matches("pictures/").to_owned())
        .collect();
    keys.sort();
    (keys, of_pictures.iter().filter(|logged| logged.kind == Kind::List).count())
}

#[test]
fn each_picture_is_fetched_once_and_a_night_without_news_fetches_none() {
    let (stub, workspace) = ground();
    stub.calm();
    workspace.night(FIRST).exits(0);
    let (keys, lists) = asked(&stub);
    let mut expected: Vec<String> = (0..12).map(|number| format!("c{number}.png")).collect();
    expected.push("covers.csv".to_owned());
    expected.sort();
    assert_eq!(keys, expected);

    stub.calm();
    workspace.night(FIRST).exits(0);
    let quiet = asked(&stub);
    println!(
        "the store of pictures was asked for {} listings in the first night and {} in the second",
        lists, quiet.1
    );
    assert_eq!(quiet, (Vec::new(), lists), "one listing, however many pages it has");

    stub.bucket().put("pictures/new.png", picture(77));
    stub.calm();
    workspace.night(FIRST).exits(0);
    assert_eq!(asked(&stub).0, ["new.png"], "one new picture costs one");

    stub.bucket().put("pictures/covers.csv", "cover_id,theme\nc0,sale\n");
    stub.calm();
    workspace.night(FIRST).exits(0);
    assert_eq!(asked(&stub).0, ["covers.csv"], "another sheet costs the sheet");

    // The bug that is planted: the catalogue of before is lost, and everything is fetched again.
    // Taken down first: the bucket is locked as long as it is looked at.
    let keys: Vec<String> = stub.bucket().tree("archive/").into_keys().collect();
    for key in keys.into_iter().filter(|key| key.contains("_library")) {
        stub.bucket().delete(&format!("archive/{key}"));
    }
    stub.calm();
    workspace.night(FIRST);
    assert_eq!(asked(&stub).0.len(), 14);
}

#[test]
fn without_a_library_no_request_more_is_made() {
    let counted = |library: Option<&str>| {
        let (stub, workspace) = ground();
        match library {
            Some(text) => workspace.write("config/library.yaml", text),
            None => std::fs::remove_file(workspace.path("config/library.yaml")).unwrap(),
        }
        stub.calm();
        workspace.night(FIRST).exits(0);
        let log = stub.log();
        assert_eq!(library.is_some(), log.iter().any(|logged| logged.key.contains("_library")));
        (log.len(), asked(&stub))
    };
    let (without, of_pictures) = counted(None);
    assert_eq!(of_pictures, (Vec::new(), 0));
    let (with, _) = counted(Some(LIBRARY));
    println!("{without} requests without a library, {with} with one of 12 new pictures");
    assert!(with > without + 13);
}

#[test]
fn a_picture_that_cannot_be_had_is_told_and_tried_again() {
    let (stub, workspace) = ground();
    stub.on(|_, request| match request.key.as_str() {
        "pictures/c3.png" => Fault::Status(403, crate::stub::When::Before),
        _ => Fault::Pass,
    });
    let night = workspace.night(FIRST).exits(6);
    assert!(night.stdout.contains("catalogue, pictures left out: `c3.png` cannot be had"), "{}", night.stdout);
    let again = workspace.night(FIRST).exits(6);
    assert!(again.stdout.contains("library of covers: 2 current, 1 failed"), "{}", again.stdout);
    stub.calm();
    workspace.night(FIRST).exits(0);
    assert_eq!(asked(&stub).0, ["c3.png"]);
}

#[test]
fn a_store_of_pictures_that_does_not_answer_takes_nothing_from_the_night() {
    let (stub, workspace) = ground();
    stub.on(
        |_, request| {
            if request.key.starts_with("pictures") { Fault::Code(404, "NoSuchBucket") } else { Fault::Pass }
        },
    );
    let night = workspace.night(FIRST).exits(6);
    assert!(night.stdout.contains("not up to date: catalogue: "), "{}", night.stdout);
    assert!(stub.bucket().tree("archive/").keys().any(|key| key.starts_with("funnel/")));
    stub.calm();
    let night = workspace.night(FIRST).exits(0);
    assert!(night.stdout.contains("library of covers: 2 published"), "{}", night.stdout);
}
