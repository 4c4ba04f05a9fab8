//! Which cover a picture is, by the sheet and by its name.

use super::*;
use coverledger_archive::{ExportRecord, RowCounts};
use coverledger_config::Sheet;
use coverledger_report::library::Seen;

fn picture(key: &str) -> Picture {
    Picture {
        key: key.to_owned(),
        etag: "e".to_owned(),
        size_bytes: 1,
        sha256: Some(format!("of {key}")),
        measured_by: "m".to_owned(),
        seen: Seen::Refused { reason: "unknown_format".to_owned(), text: "none".to_owned() },
    }
}

fn pictures(keys: &[&str]) -> Vec<Picture> {
    keys.iter().map(|key| picture(key)).collect()
}

fn sheet(text: &str) -> SheetOfCovers {
    let Sheet { covers, problems } = Sheet::read("covers.csv", text.as_bytes()).unwrap();
    let record = ExportRecord {
        key: "covers.csv".to_owned(),
        etag: None,
        size: 1,
        sha256: String::new(),
        rows: RowCounts::default(),
        modified: None,
    };
    SheetOfCovers { covers, problems, key: "covers.csv".to_owned(), record }
}

/// `id=picture` of every cover.
fn found(covers: &Covers) -> Vec<String> {
    let picture = |cover: &CataloguedCover| cover.picture.clone().unwrap_or_else(|| "–".to_owned());
    covers.covers.iter().map(|cover| format!("{}={}", cover.cover_id, picture(cover))).collect()
}

#[test]
fn a_picture_is_of_the_cover_of_its_name() {
    let made = covers(&pictures(&["a/red.jpg", "blue.png", "green"]), None, 20, 31);
    assert_eq!(found(&made), ["blue=blue.png", "green=green", "red=a/red.jpg"]);
    assert!(made.notes.is_empty() && made.covers.iter().all(|cover| cover.declared.is_none()));
}

#[test]
fn the_sheet_says_which_file_is_whose_and_then_its_name_says_nothing() {
    let sheet = sheet("cover_id,file,theme\n77,a/red.jpg,gift\n78,blue.png,gift\n79,blue.png,sale\ngreen,,sale\n");
    let made = covers(&pictures(&["a/red.jpg", "b/blue.png", "green.jpg", "pink.jpg"]), Some(&sheet), 20, 31);
    assert_eq!(
        found(&made),
        ["77=a/red.jpg", "78=b/blue.png", "79=b/blue.png", "green=green.jpg", "pink=pink.jpg"]
    );
    assert_eq!(made.notes, [""; 0]);
    let theme = made.covers[3].declared.as_ref().unwrap().values[&Declared::Theme].as_str();
    assert_eq!(theme, "sale");
}

#[test]
fn what_is_missing_or_could_be_two_is_told() {
    let sheet = sheet("cover_id,file\nred,gone.jpg\nblue,b.jpg\nred,x.jpg\n");
    let made =
        covers(&pictures(&["1/b.jpg", "2/b.jpg", "red.jpg", "x/pink.jpg", "y/pink.png"]), Some(&sheet), 20, 31);
    assert_eq!(found(&made), ["b=1/b.jpg", "blue=–", "pink=x/pink.jpg", "red=–"]);
    assert_eq!(
        made.notes,
        [
            "`covers.csv`, line 4: the cover `red` is declared in line 2, and that row counts",
            "`covers.csv`, line 3: the file `b.jpg` of the cover `blue` is in 2 folders (write the folder with it, as in `1/b.jpg`)",
            "`covers.csv`, line 2: the file `gone.jpg` of the cover `red` is not in the store of pictures",
            "the cover `b` has 2 pictures: `1/b.jpg` counts, and not `2/b.jpg` (name one as its `file` in the sheet)",
            "the cover `pink` has 2 pictures: `x/pink.jpg` counts, and not `y/pink.png` (name one as its `file` in the sheet)",
        ]
    );
}

#[test]
fn declared_families_are_families() {
    let sheet = sheet("cover_id,family\nred,reds\nred_id,reds\n");
    let made = covers(&pictures(&["red.jpg"]), Some(&sheet), 20, 31);
    let of = |cover: &CataloguedCover| (cover.family.clone().unwrap(), cover.family_source.clone().unwrap());
    assert!(made.covers.iter().all(|cover| of(cover) == ("reds".to_owned(), "declared".to_owned())));
}
