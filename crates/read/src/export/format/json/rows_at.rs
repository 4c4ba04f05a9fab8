//! The path to the rows of a JSON document (`rows_at`), and a count of the rows that does not use the parser.

use crate::export::ExportError;

/// Goes through every element of a list.
pub(super) const EACH: &str = "[]";
/// Goes through every member of an object, whatever its key.
pub(super) const EVERY: &str = "{}";
/// Documents nest their rows two to six deep, and what goes through a value goes deeper with it.
const MAX_DEPTH: usize = 128;

/// Cuts `data.intervals[]` into its steps.
pub(in crate::export) fn split(way: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    for part in way.split('.') {
        let mut name = part;
        let mut lists = Vec::new();
        while let Some((rest, step)) =
            [EACH, EVERY].into_iter().find_map(|step| Some((name.strip_suffix(step)?, step)))
        {
            name = rest;
            lists.push(step);
        }
        if !name.is_empty() {
            steps.push(name);
        }
        steps.extend(lists.into_iter().rev());
    }
    steps
}

/// Steps as they are written: `data.intervals[]`.
pub(in crate::export) fn shown(steps: &[&str]) -> String {
    let mut text = String::new();
    for step in steps {
        if !matches!(*step, EACH | EVERY) && !text.is_empty() {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}

/// Whether a value in JSON, sound or not, nests deeper than anything is read.
pub(in crate::export) fn is_too_deep(text: &[u8]) -> bool {
    let is_open = |byte: &&u8| matches!(**byte, b'{' | b'[');
    // Nearly every text is spared the second look.
    if text.iter().filter(is_open).count() <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' if depth == MAX_DEPTH => return true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// What is said of a text that nests too deep.
pub(in crate::export) fn too_deep(what: &str) -> ExportError {
    ExportError::Json(format!("{what} nests deeper than {MAX_DEPTH} levels"))
}

/// A list or an object that is open.
struct Open {
    is_list: bool,
    /// How many steps led here, if it is on the way.
    steps: Option<usize>,
    /// How many steps lead to the member whose value comes next.
    member: Option<usize>,
    expects_key: bool,
}

/// Counts the rows of a document by its brackets and quotes. The document is known to be JSON.
pub(in crate::export) fn count(text: &str, steps: &[&str]) -> Result<u64, ExportError> {
    let bytes = text.as_bytes();
    let next =
        |done: Option<usize>, step: &str| done.filter(|done| steps.get(*done) == Some(&step)).map(|done| done + 1);
    let next_member = |done: Option<usize>, key: &str| next(done, EVERY).or_else(|| next(done, key));
    let mut open: Vec<Open> = Vec::new();
    let mut rows = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let from = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b':' => continue,
            b',' => {
                if let Some(parent) = open.last_mut() {
                    parent.expects_key = !parent.is_list;
                }
                continue;
            }
            b']' | b'}' => {
                open.pop();
                continue;
            }
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {}
            _ => {
                let rest = bytes[at..].iter().position(|byte| b",]} \t\r\n".contains(byte));
                at = rest.map_or(bytes.len(), |rest| at + rest);
            }
        }
        if let Some(parent) = open.last_mut().filter(|parent| parent.expects_key) {
            let key = serde_json::from_str::<String>(&text[from..at]).unwrap_or_default();
            parent.member = next_member(parent.steps, &key);
            parent.expects_key = false;
            continue;
        }
        let reached = match open.last() {
            None => Some(0),
            Some(parent) if parent.is_list => next(parent.steps, EACH),
            Some(parent) => parent.member,
        };
        rows += u64::from(reached == Some(steps.len()));
        if matches!(byte, b'{' | b'[') {
            if open.len() == MAX_DEPTH {
                return Err(too_deep("it"));
            }
            let is_list = *byte == b'[';
            open.push(Open { is_list, steps: reached, member: None, expects_key: !is_list });
        }
    }
    Ok(rows)
}

/// Behind the quote that closes the string whose content begins here.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_cut_into_members_and_lists_and_back() {
        for (way, steps) in [
            ("data.intervals[]", &["data", "intervals", "[]"][..]),
            ("lives[].intervals[]", &["lives", "[]", "intervals", "[]"]),
            ("[]", &["[]"]),
            ("[][].x[]", &["[]", "[]", "x", "[]"]),
            ("data{}", &["data", "{}"]),
            ("lives{}.rows[]", &["lives", "{}", "rows", "[]"]),
        ] {
            assert_eq!(split(way), steps);
            assert_eq!(shown(steps), way);
        }
    }

    #[test]
    fn rows_are_counted_by_brackets_and_quotes() {
        let count = |way: &str, text: &str| count(text, &split(way)).unwrap();
        let text =
            r#"{"x":[1,2],"data":{"a\"]":"[{,","intervals":[{"v":[1,{"intervals":[1]}]}, 2 ,"a,b",[],null]}}"#;
        assert_eq!(count("data.intervals[]", text), 5);
        assert_eq!(count("x[]", text), 2);
        assert_eq!(count("intervals[]", text), 0);
        assert_eq!(count("l[].i[]", r#"{"l":[{"i":[1,2]},{"j":[1]},{"i":[]},{"i":[{}]}]}"#), 3);
        assert_eq!(count("[]", " [ ] "), 0);
        assert_eq!(count("d{}", r#"{"d":{"7":{"v":{"x":1}},"{}":{"v":[]},"a\"":3},"e":{"x":1}}"#), 3);
        assert_eq!(count("{}.i[]", r#"{"a":{"i":[1,2]},"b":{"j":[1]},"c":{"i":[{}]}}"#), 3);
        assert_eq!(count("[]", "[\"\\\\\",{\"\\u0061\":[]}]"), 2);
        assert_eq!(count("\u{e9}t\u{e9}[]", "{\"\\u00e9t\u{e9}\":[-1.5e3,true]}"), 2);
    }

    #[test]
    fn a_document_that_nests_without_end_is_refused() {
        let deep = "[".repeat(129) + &"]".repeat(129);
        assert!(count(&deep, &["[]"]).is_err());
        assert_eq!(count(&deep[1..257], &["[]"]).unwrap(), 1);
        assert!(is_too_deep(deep.as_bytes()) && !is_too_deep(&deep.as_bytes()[1..257]));
        // Brackets in text open nothing, and what is closed is not open.
        assert!(!is_too_deep(format!("[\"{}\\\"{}\"]", "[".repeat(200), "{".repeat(200)).as_bytes()));
        assert!(!is_too_deep("[]".repeat(200).as_bytes()));
    }
}
