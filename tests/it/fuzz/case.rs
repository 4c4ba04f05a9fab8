//! Inputs: seeds that were written for a target, and what was found since.

use std::fs;
use std::path::{Path, PathBuf};

/// What a target is given: bytes, and the export by whose definition they are read, where there are several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// `platform.export` of the shipped configuration, or the file of a configuration; empty where there is one way only.
    pub by: String,
    pub bytes: Vec<u8>,
}

/// Where seeds lie, and findings are written to: a folder for each target.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The cases of a folder, in the order of their names: `BY~NAME` says by what they are read.
pub fn cases(folder: &Path) -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.iter().map(|file| case(file)).collect()
}

/// The files of a folder, all read by one export.
pub fn suite(folder: &Path, by: &str) -> Vec<Case> {
    let files = crate::data::files(folder);
    files.into_iter().map(|(_, bytes)| Case { by: by.to_owned(), bytes }).collect()
}

/// The case in a file.
pub fn case(file: &Path) -> Case {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap();
    let by = name.split_once('~').map_or("", |(by, _)| by);
    Case { by: by.to_owned(), bytes: fs::read(file).unwrap() }
}

/// Writes a case beside the others of its target, and gives its place.
pub fn keep(folder: &Path, name: &str, case: &Case) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join(format!("{}~{name}", case.by));
    fs::write(&file, &case.bytes).unwrap();
    file
}

/// Files of real platforms that other tests read too, by every export of their platform with this ending.
pub fn fixtures(ending: &str, exports: &[(String, String)]) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut cases = Vec::new();
    for (platform, export) in exports {
        for case in cases_of(&root.join(platform), ending) {
            cases.push(Case { by: format!("{platform}.{export}"), ..case });
        }
    }
    cases
}

fn cases_of(folder: &Path, ending: &str) -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    files.iter().map(|file| case(file)).collect()
}
