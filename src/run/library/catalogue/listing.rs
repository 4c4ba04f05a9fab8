//! What a listing of the store of pictures says: which objects are pictures, and which is the sheet.

use std::path::Path;

use coverledger_store::{Listing, Object, Store};

/// What lies beside pictures and is none: sheets, texts, and what machines leave behind.
const OTHERS: [&str; 15] = [
    "csv", "tsv", "xlsx", "xls", "yaml", "yml", "json", "txt", "md", "html", "parquet", "db", "ini", "log", "lnk",
];
/// How the name of a picture may end.
const PICTURES: [&str; 21] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "avif", "heic", "heif", "gif", "bmp", "tif", "tiff",
    "svg", "jxl", "jp2", "ico", "psd", "ai", "raw",
];

/// The objects of the store of pictures.
pub(super) struct Listed {
    pub(super) store: Store,
    /// Sorted by key.
    pub(super) pictures: Vec<Object>,
    pub(super) sheet: Option<Object>,
    /// Objects that nobody can name, and links: passed over, and told.
    pub(super) passed_over: Vec<String>,
}

impl Listed {
    /// Sorts a listing out.
    ///
    /// # Errors
    /// The sheet is not there.
    pub(super) fn new(store: Store, listing: Listing, sheet: Option<&str>) -> Result<Self, String> {
        let Listing { objects, unnameable, links, no_files } = listing;
        let passed_over = unnameable.into_iter().map(|object| object.key).chain(links).chain(no_files).collect();
        let (mut pictures, mut found) = (Vec::new(), None);
        for object in objects {
            if Some(object.key.as_str()) == sheet {
                found = Some(object);
            } else if is_picture(&object.key) {
                pictures.push(object);
            }
        }
        match (sheet, &found) {
            (Some(key), None) => Err(format!(
                "the sheet `{key}` is not in the store of pictures `{}` (put it there, or take `sheet` out of `library.yaml`)",
                store.name()
            )),
            _ => Ok(Self { store, pictures, sheet: found, passed_over }),
        }
    }

    /// Of each object that the catalogue is made from, what changes when it does.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.sheet.iter().chain(&self.pictures).map(|object| {
            let Object { key, size, .. } = object;
            format!("{key}\t{size}\t{}", etag_of(object))
        })
    }
}

/// What changes when an object does. A store without `ETag`s tells times.
pub(super) fn etag_of(object: &Object) -> String {
    object.etag.clone().unwrap_or_else(|| object.last_modified.to_string())
}

/// Whether an object is looked at. Anything may be a picture that is not known to be something else: what cannot be
/// measured is named, and not passed over.
fn is_picture(key: &str) -> bool {
    let is_hidden = key.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    !is_hidden && !key.ends_with('/') && !ends_with_one_of(key, &OTHERS)
}

/// The id of the cover whose picture has this key: its name without the folder and, if that is one of a picture, without
/// its end.
pub(super) fn id_of(key: &str) -> &str {
    let name = key.rsplit('/').next().unwrap_or(key);
    match name.rsplit_once('.') {
        Some((id, _)) if !id.is_empty() && ends_with_one_of(name, &PICTURES) => id,
        _ => name,
    }
}

fn ends_with_one_of(name: &str, ends: &[&str]) -> bool {
    let end = Path::new(name).extension().and_then(|end| end.to_str());
    end.is_some_and(|end| ends.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_picture_is_the_id_of_its_cover() {
        let table = [
            ("red.jpg", "red"),
            ("2026/11/red.PNG", "red"),
            ("cov.v2", "cov.v2"),
            ("cov.v2.webp", "cov.v2"),
            ("红裙.jpeg", "红裙"),
            (".jpg", ".jpg"),
            ("no_end", "no_end"),
        ];
        for (key, id) in table {
            assert_eq!(id_of(key), id, "{key}");
        }
    }

    #[test]
    fn what_is_known_to_be_something_else_is_no_picture() {
        for key in ["red.jpg", "red", "a/b.psd", "film.mp4", "cov.v2"] {
            assert!(is_picture(key), "{key}");
        }
        for key in ["covers.csv", "old/covers.XLSX", ".DS_Store", "a/._red.jpg", "__MACOSX/red.jpg", "Thumbs.db"] {
            assert!(!is_picture(key), "{key}");
        }
    }
}
