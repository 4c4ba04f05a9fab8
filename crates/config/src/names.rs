//! Names that people choose, and references to them.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::problem::among;

/// A name that becomes part of a path in the archive, as a regular expression.
pub(super) const NAME: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$";

/// Checks a name that becomes part of a path in the archive.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if starts_well && is_plain && name.len() <= 64 {
        return Ok(());
    }
    let shown: String = name.chars().take(64).collect();
    let rule = "expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, starting with a letter or digit";
    Err(format!("`{shown}` is not a usable name ({rule})"))
}

/// A name before this one that differs from it by case only. Each names a folder or a file of the archive, and on many
/// disks both are one.
pub(super) fn alike<'n>(name: &str, others: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    others.into_iter().find(|other| *other != name && other.eq_ignore_ascii_case(name))
}

/// What is said of two names that differ by case only.
pub(super) fn alike_message(name: &str, other: &str) -> String {
    format!(
        "`{name}` differs from `{other}` by case only: where a disk does not tell the two apart, their tables would lie in one \
         folder (rename one of them)"
    )
}

/// The names in a list that must be known, each once. `None` for `known`: that list could not be read.
pub(super) fn known_names(
    items: &[Cursor<'_>],
    what: &str,
    known: Option<&BTreeSet<String>>,
) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut sound = true;
    for item in items {
        match item.text(what, &format!("the name of {what}")).and_then(|name| known_name(item, name, what, known))
        {
            Some(name) if !names.insert(name.clone()) => {
                item.problem(format!("`{name}` is here twice"));
                sound = false;
            }
            Some(_) => {}
            None => sound = false,
        }
    }
    sound.then_some(names)
}

/// A name that must be known.
pub(super) fn known_name(
    at: &Cursor<'_>,
    name: &str,
    what: &str,
    known: Option<&BTreeSet<String>>,
) -> Option<String> {
    let noun = what.rsplit(' ').next().unwrap_or(what);
    match known {
        Some(known) if !known.contains(name) => at.refuse(format!(
            "unknown {noun} `{name}` ({})",
            among("known", known.iter().map(String::as_str), name)
        )),
        _ => Some(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_case_only_are_alike() {
        assert_eq!(alike("us", ["GB", "US"]), Some("US"));
        assert_eq!(alike("US", ["GB", "US"]), None);
        assert_eq!(alike("U-S", ["US"]), None);
    }

    #[test]
    fn names_that_would_break_a_path_are_refused() {
        for name in ["", "_receipts", "../x", "a/b", "a b", "é", ".x", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for name in ["US", "tiktok_shop_live", "x-1.2", "7"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }
}
