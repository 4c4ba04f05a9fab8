//! The tables of the catalogue are read back as they were rendered.

use bytes::Bytes;

use super::*;
use coverledger_config::DeclaredCover;
use coverledger_core::model::{Look, Looks, PictureHash, PictureHashes};

fn measured() -> Measured {
    let mut looks = Looks::default();
    looks.set(Look::Aspect, Some(0.8));
    looks.set(Look::TextShare, Some(1.0 / 3.0));
    let hash = |byte| PictureHash::new([byte; 18], [!byte; 18]);
    Measured {
        format: "jpeg".to_owned(),
        width_px: 1080,
        height_px: 1350,
        notes: "oriented on_white".to_owned(),
        thumbnail: "ab".repeat(32),
        thumbnail_bytes: 9_000,
        looks,
        colours: "#c81e28 0.42".to_owned(),
        text_method: "coarse 1".to_owned(),
        face_method: "none".to_owned(),
        hashes: PictureHashes::of([1, 2, 3, 4, 255].map(hash)),
    }
}

fn pictures() -> Vec<Picture> {
    let picture = |key: &str, sha256: Option<&str>, seen| Picture {
        key: key.to_owned(),
        etag: "e".to_owned(),
        size_bytes: 7,
        sha256: sha256.map(str::to_owned),
        measured_by: "m".to_owned(),
        seen,
    };
    let huge = Seen::Refused { reason: "too_large".to_owned(), text: "30 MiB".to_owned() };
    vec![picture("a.jpg", Some("aa"), Seen::Measured(Box::new(measured()))), picture("b.png", None, huge)]
}

fn covers() -> Vec<CataloguedCover> {
    let declared = DeclaredCover {
        line: 0,
        values: [(Declared::File, "a.jpg"), (Declared::NameZh, "红裙"), (Declared::Theme, "礼物")]
            .map(|(column, value)| (column, value.to_owned()))
            .into(),
        tags: [("mood".to_owned(), "\"warm\"".to_owned())].into(),
    };
    let red = CataloguedCover {
        cover_id: "red".to_owned(),
        picture: Some("a.jpg".to_owned()),
        sha256: Some("aa".to_owned()),
        declared: Some(declared),
        family: Some("reds".to_owned()),
        family_source: Some("linked".to_owned()),
        proposed: vec!["blue".to_owned(), "green".to_owned()],
        contradiction: Some(("en".to_owned(), "zh".to_owned())),
    };
    let blue = CataloguedCover {
        cover_id: "blue".to_owned(),
        declared: Some(DeclaredCover::default()),
        ..CataloguedCover::default()
    };
    let green = CataloguedCover {
        cover_id: "green".to_owned(),
        picture: Some("b.png".to_owned()),
        ..CataloguedCover::default()
    };
    vec![blue, green, red]
}

#[test]
fn rows_come_back_as_they_were_written() {
    let written = Picture::render(&pictures()).unwrap();
    assert_eq!(Picture::read(Bytes::from(written.bytes)).unwrap(), pictures());
    let written = CataloguedCover::render(&covers()).unwrap();
    assert_eq!(CataloguedCover::read(Bytes::from(written.bytes)).unwrap(), covers());
    for none in [Picture::render(&[]).unwrap(), CataloguedCover::render(&[]).unwrap()] {
        assert_eq!(none.rows, 0);
    }
}

#[test]
fn a_shelf_holds_what_is_declared_and_what_is_seen() {
    let shelf = Shelf::of(&covers(), &pictures());
    let red = &shelf.covers["red"];
    assert_eq!(red.family.as_deref(), Some("reds"));
    assert_eq!(
        red.tags,
        [("mood", "\"warm\""), ("theme", "礼物")].map(|(kind, value)| (kind.to_owned(), value.to_owned())).into()
    );
    assert_eq!(red.looks.unwrap().of(Look::Aspect), Some(0.8));
    // Its picture is refused.
    assert_eq!(shelf.covers["green"], ShelvedCover::default());
}

#[test]
fn another_table_is_not_read() {
    let written = Picture::render(&pictures()).unwrap();
    let refused = CataloguedCover::read(Bytes::from(written.bytes)).unwrap_err().to_string();
    assert!(refused.contains("no table `covers`"), "{refused}");
}
