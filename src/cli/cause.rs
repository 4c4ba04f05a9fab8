//! Groups reasons by cause: two reasons have the same cause if they differ only in the names of objects, in dates and in numbers.

/// A reason without names of objects and without numbers. Names of columns and settings stay.
pub fn cause(reason: &str) -> String {
    let mut parts = reason.split('`');
    let mut cause = without_numbers(parts.next().unwrap_or_default());
    let mut is_name = true;
    for part in parts {
        let is_object = is_name && part.contains(|c: char| c == '/' || c.is_ascii_digit());
        let part = if is_object { "…".to_owned() } else { without_numbers(part) };
        cause.push('`');
        cause.push_str(&part);
        is_name = !is_name;
    }
    cause
}

/// Replaces each run of digits, and the dates, times and sizes written with them, by one `#`.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if word.starts_with(|c: char| c.is_ascii_digit()) || is_market_day(word) {
            out.push_str("# ");
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Whether a word is a market-day such as `shop/GB/2026-11-20`, with any punctuation after it.
fn is_market_day(word: &str) -> bool {
    word.matches('/').count() >= 2 && word.contains(|c: char| c.is_ascii_digit())
}

/// Groups reasons by cause, in the order of the first of each group: the first reason, and the number of others.
pub fn by_cause<T>(items: impl IntoIterator<Item = T>, reason: impl Fn(&T) -> &str) -> Vec<(T, usize)> {
    let mut causes: Vec<(String, T, usize)> = Vec::new();
    for item in items {
        let of = cause(reason(&item));
        match causes.iter_mut().find(|(known, ..)| *known == of) {
            Some((.., others)) => *others += 1,
            None => causes.push((of, item, 0)),
        }
    }
    causes.into_iter().map(|(_, first, others)| (first, others)).collect()
}

/// ` (and 41 like it)`, if there are others.
pub fn and_like_it(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {others} like it)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_name_other_objects_are_of_one_cause() {
        let full = |key: &str| {
            format!("put `{key}` in `archive`: the disk did not take it: No space left on device (os error 28)")
        };
        assert_eq!(cause(&full("_revisions/0a.parquet")), cause(&full("_revisions/7f.parquet")));
        let rejected = |key: &str, count: u64, column: &str| {
            format!(
                "export `{key}`: {count} of 100 records were rejected; all are `bad_time` in column `{column}`"
            )
        };
        assert_eq!(
            cause(&rejected("shop/2026-11-20/a.csv", 2, "at")),
            cause(&rejected("shop/2026-11-21/b.csv", 31, "at"))
        );
        assert_ne!(
            cause(&rejected("shop/2026-11-20/a.csv", 2, "at")),
            cause(&rejected("shop/2026-11-20/a.csv", 2, "ts"))
        );
        assert_eq!(
            cause("`entries` of shop/GB/2026-11-20 would fall from 24 to 22"),
            cause("`entries` of shop/GB/2026-11-21 would fall from 12 to 9")
        );
        assert_ne!(cause("its first line is too long"), cause("its last line is too long"));
    }

    #[test]
    fn the_first_of_a_cause_is_told_with_the_number_of_the_others() {
        let reasons = ["`a/1`: empty", "broken", "`a/2`: empty", "`a/3`: empty"];
        let told: Vec<(&str, usize)> = by_cause(reasons, |reason| reason);
        assert_eq!(told, [("`a/1`: empty", 2), ("broken", 0)]);
        assert_eq!((and_like_it(2), and_like_it(0)), (" (and 2 like it)".to_owned(), String::new()));
    }
}
