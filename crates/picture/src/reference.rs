//! What `docs/LIBRARY.md` says of refusals and notes is written from what is declared.
//!
//!     COVERLEDGER_RECORD_TABLES=1 cargo test -p coverledger-picture reference

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::{Format, Limits, Note, Refused, Unread};

/// One of each.
fn refusals() -> Vec<Refused> {
    let Limits { file_bytes, side_px, pixels } = Limits::default();
    let memory = Limits::default().memory_bytes();
    let mut all = vec![Refused::Empty, Refused::FileTooLarge { bytes: 31_457_280, allowed: file_bytes }];
    all.extend(Unread::ALL.map(Refused::NotRead));
    all.extend([
        Refused::Unknown,
        Refused::SideTooLong { width: 60_000, height: 60_000, allowed: side_px },
        Refused::TooManyPixels { width: 7_900, height: 7_900, pixels: 62_410_000, allowed: pixels },
        Refused::TooMuchMemory { bytes: 316_000_000, allowed: memory },
        Refused::MetadataTooLarge { allowed: Limits::METADATA_BYTES },
        Refused::TooManyScans { scans: 500, allowed: Limits::SCANS },
        Refused::CutShort,
        Refused::Unsupported { format: Format::Jpeg, why: "…".to_owned() },
        Refused::Damaged { format: Format::Png, why: "…".to_owned() },
        Refused::Panicked,
        Refused::NoThumbnail,
    ]);
    all
}

/// The page with everything that is generated put in its place.
fn generated(page: &str) -> String {
    let mut refused = "| `reason` | `reason_text`, such as |\n| --- | --- |\n".to_owned();
    for refusal in refusals() {
        let _ = writeln!(refused, "| `{}` | {refusal} |", refusal.word());
    }
    let mut notes = "| word | what it means |\n| --- | --- |\n".to_owned();
    for note in Note::ALL {
        let _ = writeln!(notes, "| `{}` | {} |", note.word(), note.about());
    }
    [("refusals", refused), ("notes", notes)].into_iter().fold(page.to_owned(), |page, (name, text)| {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) = page.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        format!("{before}{begin}{text}{end}{after}")
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asked to record, it writes instead of comparing")]
fn the_page_says_what_is_declared() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/LIBRARY.md");
    let page = fs::read_to_string(&file).unwrap();
    let due = generated(&page);
    if page == due {
        return;
    }
    if std::env::var_os("COVERLEDGER_RECORD_TABLES").is_some() {
        fs::write(file, due).unwrap();
        return;
    }
    panic!("record it with\n    COVERLEDGER_RECORD_TABLES=1 cargo test -p coverledger-picture reference");
}

#[test]
fn words_are_words_and_told_apart() {
    let mut words: Vec<_> = refusals().iter().map(Refused::word).chain(Note::ALL.map(Note::word)).collect();
    assert!(words.iter().all(|word| {
        word.chars().all(|char| char.is_ascii_lowercase() || char == '_' || char == '2' || char == '0')
    }));
    let before = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), before);
}
