//! The registry against the pages, the schema files, and every configuration in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::schema::{schema, schema_names};
use super::{files, reference};
use crate::problem::ConfigError;
use crate::testing::{COUNTING, Tree, WORKING};
use crate::yaml;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether to write the pages and the files in place of comparing them.
fn is_recording() -> bool {
    std::env::var_os("RECORD").is_some()
}

#[test]
fn the_reference_of_keys_is_generated() {
    const AGAIN: &str = "(RECORD=1 cargo test -p coverledger-config registry writes it)";
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
        assert_eq!(kept, made, "docs/schema/{name}.json (RECORD=1 writes it)");
    }
}

/// Whether a schema refuses a text.
fn is_refused(name: &str, text: &str) -> bool {
    let (root, faults) = yaml::parse(text);
    assert_eq!(faults, [], "{text}");
    refusal(name, &root.unwrap().to_json()).is_some()
}

/// What a schema says against a value.
fn refusal(name: &str, value: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(&schema(name).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(value, index).err().map(|error| format!("{error:#}"))
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
fn every_file_of_the_repository_fits_its_schema_and_names_it() {
    let mut checked = 0;
    for folder in ["config", "jobs"] {
        for file in yaml_files(&root().join(folder)) {
            let Some(name) = schema_of(&file) else { continue };
            let text = fs::read_to_string(&file).unwrap();
            let value = yaml::parse(&text).0.unwrap().to_json();
            assert_eq!(refusal(name, &value), None, "{}", file.display());
            let first = text.lines().next().unwrap();
            let named = first
                .strip_prefix("# yaml-language-server: $schema=")
                .unwrap_or_else(|| panic!("{}: {first}", file.display()));
            let named = file.parent().unwrap().join(named);
            assert_eq!(named.file_name().unwrap().to_str().unwrap(), format!("{name}.json"));
            assert!(named.exists(), "{}", named.display());
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn what_the_reader_accepts_the_schema_accepts() {
    for (file, text) in WORKING.iter().chain([&("config/platforms/counting.yaml", COUNTING)]) {
        let Some(name) = schema_of(Path::new(file)) else { continue };
        let value = yaml::parse(text).0.unwrap().to_json();
        assert_eq!(refusal(name, &value), None, "{file}");
    }
}

/// What both must refuse: a file of [`WORKING`], a text in it, and what stands in its place.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("jobs/nightly.yaml", "lookback_days: 7", "lookback_days: 0"),
    ("jobs/nightly.yaml", "lookback_days: 7", "lookback_days: '7'"),
    ("jobs/nightly.yaml", "lookback_days: 7", "lookback_days: 7\nlookback: 3"),
    ("jobs/nightly.yaml", "lookback_days: 7", "limit: 6h"),
    ("jobs/nightly.yaml", "lookback_days: 7", "lookback_days: 7\nlimit: 6 hours"),
    (
        "jobs/nightly.yaml",
        "lookback_days: 7",
        "lookback_days: 7\nschedule: {cron: '0 3 * * *', timezone: UTC, catch_up: last}",
    ),
    ("jobs/nightly.yaml", "lookback_days: 7", "lookback_days: 7\nschedule: {cron: '0 3 * * *'}"),
    ("jobs/nightly.yaml", "markets: [US, GB]", "markets: []"),
    ("jobs/nightly.yaml", "version: 1", "version: 2"),
];

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    for (file, from, to) in MISTAKES {
        let (_, text) = WORKING.iter().find(|(name, _)| name == file).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        let text = text.replacen(from, to, 1);
        let name = schema_of(Path::new(file)).unwrap();
        assert!(is_refused(name, &text), "the schema accepts {to} in {file}");
        let tree = Tree::new(WORKING);
        tree.write(file, &text);
        let refused: Result<_, ConfigError> = tree.load();
        assert!(refused.is_err(), "the reader accepts {to} in {file}");
    }
}

#[test]
fn every_key_has_a_sentence() {
    for (name, spec) in files() {
        assert!(spec.keys.iter().all(|key| !key.about.is_empty()), "{name}");
    }
}
