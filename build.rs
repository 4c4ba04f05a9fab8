//! Tells the program which commit it was built from: `COVERLEDGER_COMMIT`, for receipts and `--version`.
//!
//! From the environment variable of that name, where there is one (a container is built without `.git`); otherwise from
//! git, with `-dirty` behind it if the sources differ from the commit; `unknown` in a folder that is no clone.

use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "COVERLEDGER_COMMIT";
/// What the program is made of.
const SOURCES: [&str; 5] = ["src", "crates", "Cargo.toml", "Cargo.lock", "build.rs"];
/// Digits of a commit that are told.
const DIGITS: usize = 12;

fn main() {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let root = env!("CARGO_MANIFEST_DIR");
    #[expect(clippy::disallowed_methods, reason = "what whoever builds the program says of it")]
    let given = std::env::var(VARIABLE).ok().filter(|commit| is_plain(commit));
    let commit = given.or_else(|| commit(root)).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env={VARIABLE}={commit}");
}

/// Fit for one line of text.
fn is_plain(commit: &str) -> bool {
    !commit.is_empty() && commit.len() <= 80 && commit.bytes().all(|byte| byte.is_ascii_graphic())
}

fn commit(root: &str) -> Option<String> {
    // Sources that were unpacked inside another repository are not of its commit.
    if !git(root, &["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    let mut commit = git(root, &["rev-parse", "--verify", "HEAD"])?;
    git(root, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    // The log has a line for every move of HEAD; where none is kept, the branches tell.
    for name in ["HEAD", "logs/HEAD", "packed-refs", "refs/heads"] {
        let path = git(root, &["rev-parse", "--git-path", name]).map(|path| Path::new(root).join(path));
        let is_there = path.is_some_and(|path| watch(&path));
        if is_there && name == "logs/HEAD" {
            break;
        }
    }
    for name in SOURCES {
        watch(&Path::new(root).join(name));
    }
    commit.truncate(DIGITS);
    let status = ["status", "--porcelain", "--untracked-files=no", "--"];
    let changed = git(root, &[status.as_slice(), &SOURCES].concat())?;
    Some(if changed.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// Looks again when this changes. Says whether it is there: what is not would have the sources compiled every time.
fn watch(path: &Path) -> bool {
    let is_there = path.exists();
    if is_there {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    is_there
}

/// What git says, without white space around it; `None` if it fails or is not there.
fn git(root: &str, args: &[&str]) -> Option<String> {
    // Looking must not write: others may be at work in the same clone.
    let output = Command::new("git").arg("-C").arg(root).arg("--no-optional-locks").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
