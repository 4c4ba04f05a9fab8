//! Objects near an export's path that do not match it: a name in capitals, another ending, or no data at all.

use jiff::civil::Date;

use coverledger_config::{PathPart, PathPattern};

/// What a key has to look like to lie where objects of a date were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NearMiss {
    /// It begins like this, in small letters: the path up to its date.
    Begins(String),
    /// It holds these in this order: the parts of a date behind something that is not known.
    Holds(Vec<String>),
    /// Everything that is listed: a path without a date.
    Anything,
}

impl NearMiss {
    /// Of a pattern whose parts were written out for a date and a market.
    pub(super) fn of(pattern: &PathPattern, export_date: Option<Date>, written: &[PathPart]) -> Self {
        let (mut begin, mut begin_of_date, mut is_known, mut dates) = (String::new(), 0, true, Vec::new());
        for (part, written) in pattern.parts.iter().zip(written) {
            let PathPart::Literal(text) = written else {
                is_known = false;
                continue;
            };
            if is_known {
                begin.push_str(text);
            }
            if matches!(part, PathPart::Date(_)) && export_date.is_some() {
                dates.push(text.clone());
                begin_of_date = if is_known { begin.len() } else { 0 };
            }
        }
        if dates.is_empty() {
            Self::Anything
        } else if begin_of_date > 0 {
            begin.truncate(begin_of_date);
            Self::Begins(begin)
        } else {
            Self::Holds(dates)
        }
    }

    /// What a listing has to begin with so that what is near is in it, of what all matches begin with.
    pub(super) fn front(&self, front: String) -> String {
        match self {
            Self::Begins(begin) => begin.clone(),
            Self::Holds(_) | Self::Anything => front,
        }
    }

    /// Whether a key that matches no path may be meant for this one.
    pub(super) fn is_near(&self, key: &str) -> bool {
        match self {
            Self::Begins(begin) => {
                let key = key.to_lowercase();
                // The 1st is not the 17th.
                key.strip_prefix(&begin.to_lowercase())
                    .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
            }
            Self::Holds(dates) => {
                let mut rest = key;
                dates.iter().all(|date| match rest.split_once(date.as_str()) {
                    Some((_, behind)) => {
                        rest = behind;
                        true
                    }
                    None => false,
                })
            }
            Self::Anything => true,
        }
    }
}

/// How names of checksums and of folders end, as Hadoop writes them.
pub(super) const NO_DATA_ENDS: [&str; 2] = [".crc", "_$folder$"];

/// Whether an object may be data by its name. What begins with `_` or `.` tells of a job or of a computer, as `_SUCCESS`
/// and `._a.xlsx` do, `~$a.xlsx` that somebody has a workbook open, `.crc` is a checksum, and `_$folder$` a folder.
pub(super) fn is_data(key: &str) -> bool {
    let mut names = key.rsplit('/');
    let is_of_machines = |name: &str| name.starts_with(['_', '.']) || name.starts_with("~$");
    let is_plain = names.next().is_some_and(|name| {
        !is_of_machines(name) && !name.is_empty() && !NO_DATA_ENDS.iter().any(|end| name.ends_with(end))
    });
    is_plain && !names.any(is_of_machines)
}

/// A key as it was meant: without empty folder names and `.`, and `..` taken for what it says.
pub(super) fn without_odd_folders(key: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in key.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

/// Near misses in words, `None` if there are none: how many, and the first by name, below the folder of the path.
#[must_use]
pub fn near_misses<'k>(path: &str, keys: impl ExactSizeIterator<Item = &'k String>) -> Option<String> {
    const NAMED: usize = 3;
    let count = keys.len();
    let folder = path.split_inclusive('*').next().unwrap_or_default();
    let folder = folder.rfind('/').map_or("", |end| &folder[..=end]);
    let names = keys.take(NAMED).map(|key| format!("`{}`", key.strip_prefix(folder).unwrap_or(key)));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if count > NAMED {
        names.push_str(", …");
    }
    match count {
        0 => None,
        1 => Some(format!("1 object lies there that no path matches: {names}")),
        _ => Some(format!("{count} objects lie there that no path matches: {names}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> PathPart {
        PathPart::Literal(text.to_owned())
    }

    fn near(parts: Vec<PathPart>, date: &str) -> NearMiss {
        let pattern = PathPattern { text: String::new(), parts };
        let date = Some(date.parse().unwrap());
        NearMiss::of(&pattern, date, &pattern.on(date))
    }

    #[test]
    fn what_lies_in_the_folder_of_a_date_or_begins_with_it_is_near() {
        let day = || PathPart::Date("%Y-%m-%d".to_owned());
        let folder =
            near(vec![literal("shop/"), day(), literal("/"), PathPart::Any, literal(".csv")], "2026-11-23");
        assert_eq!(folder, NearMiss::Begins("shop/2026-11-23".to_owned()));
        let flat = near(vec![literal("Shop/"), day(), literal(".csv")], "2026-11-23");
        for key in ["shop/2026-11-23/events.CSV", "shop/2026-11-23.CSV", "SHOP/2026-11-23-1.csv"] {
            assert!(folder.is_near(key) && flat.is_near(key), "{key}");
        }
        assert!(!folder.is_near("shop/2026-11-24/events.CSV"));
        let short = near(vec![literal("a/"), PathPart::Date("%Y-%-m-%-d".to_owned())], "2026-11-02");
        assert!(short.is_near("a/2026-11-2.csv") && !short.is_near("a/2026-11-23.csv"));
        let behind = near(vec![PathPart::Broadcast, literal("_"), day(), literal(".csv")], "2026-11-23");
        assert!(behind.is_near("7_2026-11-23.CSV") && !behind.is_near("7_2026-11-24.CSV"));
    }

    #[test]
    fn odd_folder_names_are_taken_for_what_was_meant() {
        for (odd, meant) in
            [("a//b", "a/b"), ("/a/b", "a/b"), ("a/./b", "a/b"), ("a/x/../b", "a/b"), ("../a", "a")]
        {
            assert_eq!(without_odd_folders(odd), meant);
        }
    }

    #[test]
    fn near_misses_are_counted_and_the_first_are_named() {
        let near_misses = |keys: &[&str]| {
            let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
            near_misses("a/2026-11-23/*.csv", keys.iter())
        };
        assert_eq!(near_misses(&[]), None);
        assert_eq!(
            near_misses(&["a/2026-11-23/x.CSV"]).unwrap(),
            "1 object lies there that no path matches: `x.CSV`"
        );
        let four =
            near_misses(&["a/2026-11-23/1", "a/2026-11-23/2", "a/2026-11-23/b/3", "a/2026-11-23/4"]).unwrap();
        assert_eq!(four, "4 objects lie there that no path matches: `1`, `2`, `b/3`, …");
    }
}
