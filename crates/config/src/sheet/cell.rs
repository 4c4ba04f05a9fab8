//! What stands in a cell.

/// A longer text is no id and no tag, but a mistake.
const MOST_CHARS: usize = 500;
/// What spreadsheets show for a formula that has no value.
const ERRORS: [&str; 8] = ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"];

/// Its text; `None` where it is blank.
pub(super) fn value(cell: &str) -> Result<Option<String>, String> {
    let text = cell.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    if text.is_empty() {
        return Ok(None);
    }
    if ERRORS.contains(&text) {
        return Err(format!("`{text}` is a formula without a value, and is left out"));
    }
    if text.chars().count() > MOST_CHARS {
        return Err(format!(
            "a text of {} characters is left out (expected at most {MOST_CHARS})",
            text.chars().count()
        ));
    }
    if text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err("a text with control characters is left out".to_owned());
    }
    // A line break within a cell is a space: a name is one line.
    Ok(Some(
        text.split(['\n', '\r', '\t'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
    ))
}

/// Why a text cannot be the id of a cover.
pub(super) fn is_no_id(text: &str) -> Option<String> {
    let (number, power) = text.split_once(['E', 'e']).unwrap_or_default();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_rounded = power.strip_prefix('+').is_some_and(is_digits) && is_digits(&number.replacen('.', "", 1));
    is_rounded.then(|| {
        format!("`{text}` is no id but a number that a spreadsheet rounded (format the column as text and enter the ids again)")
    })
}

/// A key below the prefix of the store.
pub(super) fn file(text: &str) -> Result<String, String> {
    if text.contains("://") {
        return Err(format!(
            "`{text}` is a link, and nothing is fetched from links (expected a file in the store of pictures)"
        ));
    }
    let key = text.replace('\\', "/");
    let key = key.strip_prefix("./").unwrap_or(&key);
    if key.starts_with('/') || key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(format!(
            "`{text}` is no file below the store of pictures (expected one such as `red.jpg` or `2026/red.jpg`)"
        ));
    }
    Ok(key.to_owned())
}
