//! The registry against the pages, the schema files, and every configuration in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::schema::{schema, schema_names};
use super::{files, reference};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether to write the pages and the files in place of comparing them.
#[expect(clippy::disallowed_methods, reason = "what whoever runs the tests asks for")]
fn is_recording() -> bool {
    std::env::var_os("COVERLEDGER_RECORD_KEYS").is_some()
}

#[test]
fn the_reference_of_keys_is_generated() {
    const AGAIN: &str = "(COVERLEDGER_RECORD_KEYS=1 cargo test -p coverledger-config registry writes it)";
    let page = root().join("docs/FORMATS.md");
    let mut text = fs::read_to_string(&page).unwrap();
    for (heading, table) in reference::tables() {
        let (begin, end) = (format!("<!-- keys: {heading} -->\n"), "<!-- end of keys -->");
        let from = text.find(&begin).unwrap_or_else(|| panic!("docs/FORMATS.md has no `{begin}`")) + begin.len();
        let until = from + text[from..].find(end).expect("keys end");
        if is_recording() {
            text.replace_range(from..until, &table);
        } else {
            assert_eq!(&text[from..until], table, "the keys of `{heading}` {AGAIN}");
        }
    }
    let marked = text.matches("<!-- keys: ").count();
    assert_eq!(marked, reference::tables().len(), "docs/FORMATS.md marks the keys of a section that is not there");
    if is_recording() {
        fs::write(page, text).unwrap();
    }
}

#[test]
fn the_schema_files_are_those_of_the_program() {
    let folder = root().join("docs/schema");
    if is_recording() {
        fs::create_dir_all(&folder).unwrap();
        for name in schema_names() {
            fs::write(folder.join(format!("{name}.json")), schema(name).unwrap()).unwrap();
        }
    }
    let there: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, schema_names().iter().map(|name| format!("{name}.json")).collect());
    for name in schema_names() {
        let kept: Value =
            serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap();
        let made: Value = serde_json::from_str(&schema(name).unwrap()).unwrap();
        assert_eq!(kept, made, "docs/schema/{name}.json (COVERLEDGER_RECORD_KEYS=1 writes it)");
    }
}

/// The YAML files of a folder and of those in it.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found
}

/// The schema of a file of a configuration, by where it lies.
fn schema_of(file: &Path) -> Option<&'static str> {
    let folder = file.parent()?.file_name()?.to_str()?;
    let stem = file.file_stem()?.to_str()?;
    let name = match folder {
        "jobs" => "job",
        "platforms" => "platform",
        "experiments" => "experiment",
        _ => stem,
    };
    schema_names().into_iter().find(|known| *known == name)
}

#[test]
fn every_file_of_the_repository_names_its_schema() {
    let mut checked = 0;
    for folder in ["config", "jobs"] {
        for file in yaml_files(&root().join(folder)) {
            let name = schema_of(&file).unwrap_or_else(|| panic!("{} has no schema", file.display()));
            let text = fs::read_to_string(&file).unwrap();
            let first = text.lines().next().unwrap();
            let named = first.strip_prefix("# yaml-language-server: $schema=").unwrap_or_default();
            let named = file.parent().unwrap().join(named).canonicalize().unwrap_or_default();
            let expected = root().join(format!("docs/schema/{name}.json")).canonicalize().unwrap();
            assert_eq!(named, expected, "{}", file.display());
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} files");
}

#[test]
fn every_key_has_a_sentence() {
    for (name, spec) in files() {
        assert!(spec.keys.iter().all(|key| !key.about.is_empty()), "{name}");
    }
}
