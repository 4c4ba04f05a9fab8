//! `library.yaml`: where pictures of covers are, and how they are looked at. Without the file there is no library of covers.

use std::path::{Path, PathBuf};

use super::archive::{STORE, StoreKeys, read_store};
use super::cursor::Cursor;
use super::definition::{Settings, StoreLocation};
use super::location::{self, lies_within};
use super::registry::{
    Duration, Keys, Maybe, Or, Part, Required, Shape, Size, Truth, Whole, form, keys, maybe, or, required,
};
use coverledger_core::model::PICTURE_HASH_BITS;

const HASH_BITS: i64 = PICTURE_HASH_BITS as i64;
const DAY_SECONDS: i64 = 86_400;
const SHEET: &str = "a CSV or YAML file in the store of pictures, such as `covers.csv`";

form! {
    /// The SHA-256 of a file, as `sha256sum` tells it.
    Sha256, Shape::Pattern("^[0-9A-Fa-f]{64}$").called("64 hex digits"), String, sha256
}

keys! {
    /// Settings of the library.
    file LibraryKeys("library.yaml", "the library of covers") {
        pictures: Required<Part> = required(
            STORE, Part(Shape::section::<StoreKeys<'_>>()),
            "where the pictures of covers are; a picture's name without its extension is the id of its cover. Neither inside the archive's place nor around it",
        ),
        sheet: Maybe<Part> = maybe(
            "none", Part(Shape::Pattern("\\.(csv|yaml)$").called("CSV or YAML file")),
            "what people know of covers, a file in that place (see The sheet of covers)",
        ),
        text_model: Maybe<Part> = maybe(
            "only a coarse share of text is told, never lines", Part(Shape::section::<TextModelKeys<'_>>()),
            "what finds text on pictures",
        ),
        faces: Or<Truth> = or("true", Truth, "whether faces are looked for"),
        limits: Or<Part> = or(
            "{file: 20MiB}", Part(Shape::section::<LimitKeys<'_>>()),
            "how large a picture may be; a larger one is named and not decoded",
        ),
        families: Or<Part> = or(
            "{link: 20}", Part(Shape::section::<LinkKeys<'_>>()),
            "how alike pictures are that are versions of one",
        ),
        rested: Or<Duration> = or(
            "14d", Duration("1d", "400d"), "how long a cover was not on air that has rested; whole days",
        ),
    }
}

keys! {
    /// A file on this machine that finds text.
    section TextModelKeys("a model of text", "a model of text") {
        path: Required<Part> = required(
            "a file of this machine", Part(Shape::Text.called("file")),
            "the detection model of PP-OCRv4, an ONNX file of this machine; a relative path starts beside `config/`. Nothing is downloaded",
        ),
        sha256: Required<Sha256> = required(
            "64 hex digits, as `sha256sum` tells them", Sha256,
            "its SHA-256; another file is refused before anything is looked at",
        ),
    }
}

keys! {
    /// How large a picture may be.
    section LimitKeys("limits of pictures", "limits of pictures") {
        file: Or<Size> = or("20MiB", Size("64KiB", ""), "bytes of a file; a larger one is not fetched"),
        side: Or<Whole<u32>> = or("8000", Whole::new("a count of pixels", 64, 30_000), "pixels of the longer side"),
        pixels: Or<Whole<u64>> = or(
            "40000000", Whole::new("a count of pixels", 4_096, 400_000_000), "pixels in all",
        ),
    }
}

keys! {
    /// How alike pictures are that are versions of one.
    section LinkKeys("families of pictures", "families of pictures") {
        link: Or<Whole<u32>> = or(
            "20", Whole::new("a count of bits", 0, HASH_BITS),
            "in how many of 144 bits of their hashes pictures may differ that are taken for one family",
        ),
        propose: Or<Whole<u32>> = or(
            "31", Whole::new("a count of bits", 0, HASH_BITS),
            "in how many they may differ where a person is asked; not below `link`",
        ),
    }
}

/// The library of covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Where pictures are.
    pub pictures: StoreLocation,
    /// The key of the sheet in that store.
    pub sheet: Option<String>,
    /// What finds text; without it only its share is guessed.
    pub text_model: Option<TextModelFile>,
    /// Whether faces are looked for. Default yes.
    pub faces: bool,
    /// How large a picture may be.
    pub limits: PictureLimits,
    /// In how many bits of their hashes pictures of one family may differ. 0 to 144; default 20.
    pub link: u32,
    /// In how many they may differ where a person is asked. `link` to 144; default 31.
    pub propose: u32,
    /// For how many days a cover was not on air that has rested. 1 to 400; default 14.
    pub rested_days: u16,
}

/// A model on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextModelFile {
    /// Where it is. A relative path starts where the program was started.
    pub path: PathBuf,
    /// The SHA-256 that its bytes must have, in lower-case hex.
    pub sha256: String,
}

/// How large a picture may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Bytes of the file. Default 20 MiB.
    pub file_bytes: u64,
    /// Pixels of its longer side. Default 8,000.
    pub side_px: u32,
    /// Pixels in all. Default 40,000,000.
    pub pixels: u64,
}

/// Reads the file; `base` is the folder that relative folders start from, and `settings` say where everything else is.
pub(super) fn read(start: &Cursor<'_>, base: &Path, settings: Option<&Settings>) -> Option<Library> {
    let file = LibraryKeys::open_file(start)?;
    let pictures = file.pictures.required().and_then(|at| read_pictures(&at, base, settings));
    let sheet = file.sheet.read_with(sheet_key_of);
    let text_model = file.text_model.read_with(|at| read_text_model(at, base));
    let faces = file.faces.read();
    let limits = file.limits.read_with(read_limits);
    let families = file.families.read_with(read_families);
    let rested = file.rested.read().and_then(|seconds| match u16::try_from(seconds / DAY_SECONDS) {
        Ok(days) if seconds % DAY_SECONDS == 0 => Some(days),
        _ => file.rested.at()?.mismatch("a count of whole days", "1d to 400d, such as `14d`"),
    });
    let (link, propose) = families?;
    Some(Library {
        pictures: pictures?,
        sheet: sheet?,
        text_model: text_model?,
        faces: faces?,
        limits: limits?,
        link,
        propose,
        rested_days: rested?,
    })
}

fn read_pictures(at: &Cursor<'_>, base: &Path, settings: Option<&Settings>) -> Option<StoreLocation> {
    let pictures = read_store(at, base)?;
    let Some(Settings { archive, .. }) = settings else { return Some(pictures) };
    if lies_within(archive, &pictures) || lies_within(&pictures, archive) {
        return at.refuse("the store of pictures and the archive lie within one another; give each a place of its own, so that neither can touch the other");
    }
    Some(pictures)
}

/// A key below the prefix of the store.
fn sheet_key_of(at: &Cursor<'_>) -> Option<String> {
    let key = at.text("a sheet of covers", SHEET)?;
    let is_within = !key.split('/').any(|part| matches!(part, "" | "." | "..")) && !key.contains('\\');
    let is_read = Path::new(key)
        .extension()
        .is_some_and(|kind| ["csv", "yaml"].iter().any(|known| kind.eq_ignore_ascii_case(known)));
    if !is_within || !is_read {
        return at.mismatch("a sheet of covers", SHEET);
    }
    Some(key.to_owned())
}

fn read_text_model(at: &Cursor<'_>, base: &Path) -> Option<TextModelFile> {
    let model = TextModelKeys::open(at)?;
    let path = model.path.required().and_then(|at| match location::read(&at, base)? {
        StoreLocation::Folder(path) => Some(path),
        StoreLocation::Url(_) => at.refuse("a model is a file of this machine, not of a bucket"),
    });
    let sha256 = model.sha256.read();
    Some(TextModelFile { path: path?, sha256: sha256? })
}

fn read_limits(at: &Cursor<'_>) -> Option<PictureLimits> {
    let limits = LimitKeys::open(at)?;
    let (file_bytes, side_px, pixels) = (limits.file.read(), limits.side.read(), limits.pixels.read());
    Some(PictureLimits { file_bytes: file_bytes?, side_px: side_px?, pixels: pixels? })
}

fn read_families(at: &Cursor<'_>) -> Option<(u32, u32)> {
    let families = LinkKeys::open(at)?;
    let (link, propose) = (families.link.read()?, families.propose.read()?);
    if propose < link {
        let at = families.propose.at().or_else(|| families.link.at())?;
        return at.refuse(format!("pictures are proposed up to {propose} bits and linked up to {link}: nothing would be proposed (expected at least {link})"));
    }
    Some((link, propose))
}

fn sha256(at: &Cursor<'_>) -> Option<String> {
    const EXPECTED: &str = "64 hex digits, as `sha256sum` tells them";
    let text = at.text("a SHA-256", EXPECTED)?;
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return at.mismatch("a SHA-256", EXPECTED);
    }
    Some(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Tree, WORKING, expect_problems};
    use super::*;

    const SHA256: &str = "D2A7720D45A54257208B1E13E36A8479894CB74155A5EFE29462512D42F49DA9";

    fn library(text: &str) -> (Option<Library>, Vec<String>) {
        testing::read(text, |at| read(at, Path::new("team"), None))
    }

    #[test]
    fn every_key_is_read() {
        let text = format!(
            "version: 1\npictures: {{url: pictures}}\nsheet: sheets/covers.csv\ntext_model: {{path: models/a.onnx, sha256: \
             {SHA256}}}\nfaces: false\nlimits: {{file: 1MiB, side: 4000, pixels: 9000000}}\nfamilies: {{link: 10, propose: \
             12}}\nrested: 21d\n"
        );
        let expected = Library {
            pictures: StoreLocation::Folder("team/pictures".into()),
            sheet: Some("sheets/covers.csv".to_owned()),
            text_model: Some(TextModelFile { path: "team/models/a.onnx".into(), sha256: SHA256.to_lowercase() }),
            faces: false,
            limits: PictureLimits { file_bytes: 1 << 20, side_px: 4_000, pixels: 9_000_000 },
            link: 10,
            propose: 12,
            rested_days: 21,
        };
        assert_eq!(library(&text), (Some(expected), Vec::new()));
    }

    #[test]
    fn where_pictures_are_is_enough() {
        let expected = Library {
            pictures: StoreLocation::Url("s3://team/covers".parse().unwrap()),
            sheet: None,
            text_model: None,
            faces: true,
            limits: PictureLimits { file_bytes: 20 << 20, side_px: 8_000, pixels: 40_000_000 },
            link: 20,
            propose: 31,
            rested_days: 14,
        };
        assert_eq!(library("version: 1\npictures: {url: 's3://team/covers'}\n"), (Some(expected), Vec::new()));
    }

    #[test]
    fn problems_are_all_told() {
        expect_problems(
            &[
                (
                    "version: 1\npicture: {url: a}\nsheet: covers.xlsx\ntext_model: {path: 's3://a/b', sha256: \
                     d2a7}\nfaces: perhaps\nlimits: {side: 10}\nfamilies: {link: 145}\nrested: 36h\n",
                    &[
                        "line 1, `pictures`: missing (expected `{url: …}`)",
                        "line 2, `picture`: unknown key `picture` (known: `version`, `pictures`, `sheet`, `text_model`, \
                         `faces`, `limits`, `families`, `rested`; did you mean `pictures`?)",
                        "line 3, `sheet`: `covers.xlsx` is not a sheet of covers (expected a CSV or YAML file in the store \
                         of pictures, such as `covers.csv`)",
                        "line 4, `text_model.path`: a model is a file of this machine, not of a bucket",
                        "line 4, `text_model.sha256`: `d2a7` is not a SHA-256 (expected 64 hex digits, as `sha256sum` \
                         tells them)",
                        "line 5, `faces`: `perhaps` is not a truth value (expected `true` or `false`)",
                        "line 6, `limits.side`: `10` is not a count of pixels (expected 64 to 30,000)",
                        "line 7, `families.link`: `145` is not a count of bits (expected 0 to 144)",
                        "line 8, `rested`: `36h` is not a count of whole days (expected 1d to 400d, such as `14d`)",
                    ],
                ),
                (
                    "version: 1\npictures: {url: a}\nsheet: ../covers.csv\nfamilies: {link: 32}\n",
                    &[
                        "line 3, `sheet`: `../covers.csv` is not a sheet of covers (expected a CSV or YAML file in the \
                         store of pictures, such as `covers.csv`)",
                        "line 4, `families.link`: pictures are proposed up to 31 bits and linked up to 32: nothing would \
                         be proposed (expected at least 32)",
                    ],
                ),
            ],
            |at| read(at, Path::new("team"), None),
        );
    }

    #[test]
    fn pictures_lie_neither_in_the_archive_nor_around_it() {
        let tree = Tree::new(WORKING);
        assert_eq!(tree.load().unwrap().library, None);
        tree.write("config/library.yaml", "version: 1\npictures: {url: pictures}\n");
        assert!(tree.load().unwrap().library.is_some());
        tree.write("config/library.yaml", "version: 1\npictures: {url: '.'}\n");
        assert!(tree.complaint().contains("lie within one another"), "{}", tree.complaint());
    }

    #[test]
    fn a_picture_is_measured_anew_by_another_model_and_not_when_the_model_is_moved() {
        let tree = Tree::new(WORKING);
        let hashes = |text: &str| {
            tree.write("config/library.yaml", text);
            let workspace = tree.load().unwrap();
            (workspace.pictures_hash(), workspace.library_hash())
        };
        let with = |path: &str, sha256: &str, rest: &str| {
            hashes(&format!(
                "version: 1\npictures: {{url: pictures}}\ntext_model: {{path: {path}, sha256: {sha256}}}\n{rest}"
            ))
        };
        let first = with("a.onnx", SHA256, "");
        assert_eq!(with("b.onnx", &SHA256.to_lowercase(), ""), first);
        let other = with("a.onnx", &"0".repeat(64), "");
        assert!(other.0 != first.0 && other.1 != first.1);
        let rested = with("a.onnx", SHA256, "rested: 20d\n");
        assert!(rested.0 == first.0 && rested.1 != first.1);
        let smaller = with("a.onnx", SHA256, "limits: {side: 4000}\n");
        assert!(smaller.0 != first.0);
    }
}
