//! One configuration file being read: its tree and the problems found in it. Files are bounded and regular.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::cursor::Cursor;
use super::problem::{Problem, among};
use super::snapshot::Snapshot;
use super::yaml::{self, Node, look_alikes};

const MAX_FILE_BYTES: u64 = 1 << 20;

/// A file, or a folder that was looked into.
pub(super) struct ConfigFile {
    file: PathBuf,
    root: Option<Node>,
    problems: RefCell<Vec<Problem>>,
    /// Lines with a character that only looks like one of YAML's, and what to say of it.
    look_alikes: BTreeMap<usize, String>,
    /// What is sound and probably not meant.
    warnings: RefCell<Vec<Problem>>,
}

impl ConfigFile {
    /// Parses a file; whatever is wrong with it is a problem of the file.
    pub fn of(file: &Path, files: &Snapshot) -> Self {
        match files.text(file) {
            Ok(text) => Self::parse(file, text),
            Err(message) => Self::broken(file, &message),
        }
    }

    /// Parses a text as the content of a file.
    pub fn parse(file: &Path, text: &str) -> Self {
        let (root, faults) = yaml::parse(text);
        let file = Self { root, look_alikes: look_alikes::of(text), ..Self::blank(file) };
        for fault in faults {
            file.report(Some(fault.line), &fault.path, &fault.message);
        }
        file
    }

    /// A file or folder that could not be read at all.
    pub fn broken(file: &Path, message: &str) -> Self {
        let file = Self::blank(file);
        file.report(None, "", message);
        file
    }

    fn blank(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            root: None,
            problems: RefCell::default(),
            look_alikes: BTreeMap::new(),
            warnings: RefCell::default(),
        }
    }

    /// The place where reading starts; `None` when there is nothing to read.
    pub fn start(&self) -> Option<Cursor<'_>> {
        self.root.as_ref().map(|root| Cursor::new(self, root))
    }

    /// The file's name without `.yaml`.
    pub fn stem(&self) -> &str {
        self.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    pub(super) fn report(&self, line: Option<usize>, path: &str, message: &str) {
        let look_alike = line.and_then(|line| self.look_alikes.get(&line));
        let hint = look_alike.map(|words| format!("; {words}")).unwrap_or_default();
        self.problems.borrow_mut().push(self.problem(line, path, &format!("{message}{hint}")));
    }

    /// Leaves a warning: what stands there is sound, and the file is read nevertheless.
    pub(super) fn warn(&self, line: Option<usize>, path: &str, message: &str) {
        self.warnings.borrow_mut().push(self.problem(line, path, message));
    }

    fn problem(&self, line: Option<usize>, path: &str, message: &str) -> Problem {
        Problem { file: self.file.clone(), line, path: printable(path), message: printable(message) }
    }

    /// Its warnings so far, in the order of its lines.
    pub fn warnings(&self) -> Vec<Problem> {
        let mut warnings = self.warnings.borrow().clone();
        warnings.sort_by_key(|warning| warning.line);
        warnings
    }

    /// Its problems, in the order of its lines.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}

/// Text of a file may be printed on a terminal: control characters, which could steer it, are replaced.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

pub(super) fn read_text(file: &Path) -> Result<String, String> {
    let metadata = fs::metadata(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    opened.map_err(|error| format!("cannot be read: {error}"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err("is larger than 1 MiB; a configuration is not".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        format!("is not UTF-8 (first broken character on line {line})")
    })?;
    if text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text) }
}

/// The YAML files of a folder by name; a folder that holds none is a problem.
pub(super) fn files_of(files: &Snapshot, folder: &Path, one_each: &str, hint: &str) -> Vec<ConfigFile> {
    match files.files_in(folder) {
        Err(message) => vec![ConfigFile::broken(folder, &format!("{message} ({hint})"))],
        Ok([]) => {
            vec![ConfigFile::broken(
                folder,
                &format!("holds no `.yaml` file (expected one for each {one_each}; {hint})"),
            )]
        }
        Ok(found) => found
            .iter()
            .map(|file| {
                if file.extension().is_some_and(|extension| extension == "yml") {
                    ConfigFile::broken(file, "ends in `.yml` (expected `.yaml`; rename it)")
                } else {
                    ConfigFile::of(file, files)
                }
            })
            .collect(),
    }
}

/// Problems of a folder in which only the named YAML files have a meaning.
pub(super) fn strangers_in(files: &Snapshot, folder: &Path, known: &[&str]) -> Vec<ConfigFile> {
    let files = files.files_in(folder).unwrap_or_default();
    let name = |file: &Path| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    files
        .iter()
        .map(|file| (file, name(file)))
        .filter(|(_, name)| !known.contains(&name.as_str()))
        .map(|(file, name)| {
            let known = among("known", known.iter().copied().chain(["platforms/"]), &name);
            ConfigFile::broken(file, &format!("not a file that the program reads ({known})"))
        })
        .collect()
}

/// Whether a folder is there and holds no YAML file.
pub(super) fn is_bare(files: &Snapshot, folder: &Path) -> bool {
    files.files_in(folder).is_ok_and(<[PathBuf]>::is_empty)
}

/// YAML files in a folder, sorted; hidden files and other kinds are nobody's business.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "no such folder".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| format!("cannot be read: {error}"))?.path();
        let is_yaml = file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let is_hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_yaml && !is_hidden {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
