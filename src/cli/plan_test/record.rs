//! Writes the hash of a schedule into the experiment's file, and leaves the rest of the file unchanged.

use std::fs;
use std::path::Path;

use crate::cli::Failure;
use coverledger_config::ConfigError;

/// Returns whether anything was written. The file is replaced as a whole, and restored if it cannot be read afterwards.
pub(super) fn record(
    file: &Path,
    sha256: &str,
    check: impl FnOnce() -> Result<(), ConfigError>,
) -> Result<bool, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("cannot write `{}`: {error}", file.display()));
    let before = fs::read_to_string(file).map_err(failed)?;
    if before.contains(sha256) {
        return Ok(false);
    }
    let Some(after) = with_hash(&before, sha256) else {
        let file = file.display();
        let message = format!("`{file}` has no line that begins with `rotation:`; add `sha256: {sha256}` to it");
        return Err(Failure::usage(message));
    };
    replace(file, &after).map_err(failed)?;
    if let Err(error) = check() {
        replace(file, &before).map_err(failed)?;
        return Err(error.into());
    }
    Ok(true)
}

/// Writes a temporary file next to it and renames it, so that no reader sees half a file.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let beside = file.with_extension("yaml.tmp");
    fs::write(&beside, text)?;
    fs::rename(&beside, file)
}

/// Adds the hash as the last entry of a section in braces, or as the first line of a section in block style.
fn with_hash(text: &str, sha256: &str) -> Option<String> {
    let key = "rotation:";
    let at = if text.starts_with(key) { 0 } else { text.find(&format!("\n{key}"))? + 1 };
    let value = at + key.len();
    let rest = &text[value..];
    if rest.trim_start_matches(' ').starts_with('{') {
        let closes = value + rest.find('}')?;
        let entries = text[..closes].trim_end();
        return Some(format!("{entries}, sha256: {sha256}{}", &text[closes..]));
    }
    let next = value + rest.find('\n')? + 1;
    let line = text[next..].lines().next()?;
    let indent = &line[..line.len() - line.trim_start().len()];
    (!indent.is_empty()).then(|| format!("{}{indent}sha256: {sha256}\n{}", &text[..next], &text[next..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_joins_a_section_in_braces_or_in_lines() {
        let braces = "version: 1\nrotation: {turn: 30m, seed: 1}   # drawn on Monday\nlevel: 0.1\n";
        assert_eq!(
            with_hash(braces, "ab").unwrap(),
            "version: 1\nrotation: {turn: 30m, seed: 1, sha256: ab}   # drawn on Monday\nlevel: 0.1\n"
        );
        let lines = "rotation:\n  turn: 30m   # half an hour\n  seed: 1\n";
        assert_eq!(
            with_hash(lines, "ab").unwrap(),
            "rotation:\n  sha256: ab\n  turn: 30m   # half an hour\n  seed: 1\n"
        );
        assert_eq!(with_hash("# rotation: {turn: 30m}\n", "ab"), None);
    }
}
