//! Whichever crate of the workspace is built or tested alone, its dependencies have the features that they have in a build of
//! all: otherwise Cargo builds polars and Arrow once more for every crate that somebody works on.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Packages with the features that they are built with, where these packages of the workspace are chosen.
fn built_with(chosen: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "--locked", "--offline", "--prefix", "none", "--edges", "normal,build,dev"];
    let output = Command::new(env!("CARGO"))
        .args(tree)
        .args(["--format", "{p} {f}"])
        .args(chosen)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let lines = tree.lines().map(|line| line.trim_end_matches(" (*)").trim().to_owned());
    lines.filter(|line| !line.is_empty() && !line.starts_with("coverledger")).collect()
}

#[test]
fn one_crate_is_built_with_the_same_features_as_all() {
    let all = built_with(&["--workspace"]);
    assert!(all.len() > 300, "only {} packages", all.len());
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for entry in std::fs::read_dir(crates).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let package = if name == "workspace-hack" { name } else { format!("coverledger-{name}") };
        let alone = built_with(&["--package", &package]);
        let other: Vec<&String> = alone.difference(&all).collect();
        assert!(
            other.is_empty(),
            "`{package}` alone has other features than the workspace: add those of the workspace to \
             crates/workspace-hack/Cargo.toml\n{other:#?}"
        );
    }
}
