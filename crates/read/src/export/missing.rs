//! Columns that an export lacks: all of them in one message, each with all of its names and the most similar columns.

use std::fmt;

use thiserror::Error;

use super::error::list;
use super::format::wanted::Wanted;
use super::text::normal;

/// How many other names of one column a message lists; a preset may know dozens.
const NAMES_TOLD: usize = 8;
/// Columns that come near to one name.
const NEAREST_TOLD: usize = 3;
/// Columns that are compared with a name letter by letter.
const COMPARED: usize = 1_000;
/// Fewer letters have too many that are near to them.
const FEWEST_LETTERS: usize = 3;

/// The columns that an export needs and lacks, and what it has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct MissingColumns {
    /// Which; at least one.
    pub missing: Vec<MissingColumn>,
    /// What is there.
    pub header: Vec<String>,
}

/// A column that an export lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// Every name that it may have.
    pub names: Vec<String>,
    /// Names of the column that would make up for it.
    pub unless: Vec<String>,
    /// Columns that are there, whose names are near to one of its own.
    pub nearest: Vec<String>,
}

impl MissingColumns {
    /// Those of the wanted columns that have to be there and are not; `None` if nothing lacks. `need_not` may lack
    /// whatever is wanted.
    pub(super) fn of(
        wanted: &[Wanted],
        header: &[String],
        is_there: &dyn Fn(usize) -> bool,
        need_not: Option<usize>,
    ) -> Option<Self> {
        let missing = Wanted::missing(wanted, is_there).into_iter().filter(|(place, _)| Some(*place) != need_not);
        let missing: Vec<MissingColumn> = missing
            .map(|(_, column)| MissingColumn {
                names: column.column.names().to_vec(),
                unless: column.unless.map(|other| wanted[other].column.names().to_vec()).unwrap_or_default(),
                nearest: nearest(column.column.names(), header),
            })
            .collect();
        (!missing.is_empty()).then(|| Self { missing, header: header.to_vec() })
    }
}

impl fmt::Display for MissingColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.missing.as_slice() {
            let near = only.near_by().map(|near| format!("{near}; ")).unwrap_or_default();
            return write!(f, "it has no column {only} ({near}it has: {})", list(&self.header));
        }
        write!(f, "it has no column for {} that are mapped: ", self.missing.len())?;
        for (index, column) in self.missing.iter().enumerate() {
            let near = column.near_by().map(|near| format!(" ({near})")).unwrap_or_default();
            write!(f, "{}{column}{near}", if index == 0 { "" } else { "; " })?;
        }
        write!(f, " (it has: {})", list(&self.header))
    }
}

impl MissingColumn {
    fn near_by(&self) -> Option<String> {
        (!self.nearest.is_empty()).then(|| format!("nearest: {}", list(&self.nearest)))
    }
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&alternatives(&self.names))?;
        if self.unless.is_empty() { Ok(()) } else { write!(f, " in place of {}", alternatives(&self.unless)) }
    }
}

/// The names of one column.
fn alternatives(names: &[String]) -> String {
    let [first, others @ ..] = names else { return String::new() };
    let told: Vec<String> = others.iter().take(NAMES_TOLD).map(|name| format!("`{name}`")).collect();
    let more = others.len() - told.len();
    match (told.as_slice(), more) {
        ([], _) => format!("`{first}`"),
        (told, 0) => format!("`{first}` or {}", told.join(", ")),
        (told, more) => format!("`{first}` or {} and {more} more names", told.join(", ")),
    }
}

/// Columns whose names are near to one of these: a part of it or the other way round, or a few letters off.
fn nearest(names: &[String], header: &[String]) -> Vec<String> {
    let names: Vec<String> = names.iter().map(|name| normal(name)).collect();
    let header = &header[..header.len().min(COMPARED)];
    let nearness = |column: &String| {
        let there = normal(column);
        names.iter().filter_map(|name| apart(name, &there)).min()
    };
    let near = header.iter().filter_map(|column| Some((nearness(column)?, column)));
    let mut near: Vec<(usize, &String)> = near.collect();
    near.sort_by_key(|(apart, _)| *apart);
    near.dedup_by(|one, other| one.1 == other.1);
    near.into_iter().take(NEAREST_TOLD).map(|(_, column)| column.clone()).collect()
}

/// How many letters two names are apart, if they are near.
fn apart(name: &str, there: &str) -> Option<usize> {
    let is_shorter = name.chars().count() < there.chars().count();
    let (few, many) = if is_shorter { (name, there) } else { (there, name) };
    // Two signs of Chinese say as much as a word.
    let letters: usize = few.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum();
    if letters < FEWEST_LETTERS {
        return None;
    }
    let (shorter, longer) = (few.chars().count(), many.chars().count());
    let is_within = few.len() * 2 > many.len() && many.contains(few);
    // Whatever is longer by more is off by more, and it may be a megabyte.
    if !is_within && (longer - shorter) * 4 > shorter {
        return None;
    }
    let off = strsim::damerau_levenshtein(name, there);
    (is_within || off * 4 <= shorter).then_some(off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config::ColumnName;

    fn wanted(names: &[&str]) -> Wanted {
        Wanted::needed(&ColumnName::any_of(names.iter().map(|name| (*name).to_owned()).collect()).unwrap())
    }

    fn refusal(wanted: &[Wanted], header: &[&str]) -> String {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let is_there = |place: usize| header.iter().any(|name| wanted[place].is(name));
        MissingColumns::of(wanted, &header, &is_there, None)
            .map_or_else(String::new, |missing| missing.to_string())
    }

    #[test]
    fn all_that_lacks_is_told_at_once_with_every_name_and_the_nearest() {
        let studio = [wanted(&["Content", "Inhalte"]), wanted(&["Impressions"]), wanted(&["Views"])];
        assert_eq!(
            refusal(&studio, &["Video", "Thumbnail impressions", "Impression", "Views"]),
            "it has no column for 2 that are mapped: `Content` or `Inhalte`; `Impressions` (nearest: `Impression`, `Thumbnail impressions`) \
             (it has: `Video`, `Thumbnail impressions`, `Impression`, `Views`)"
        );
        assert_eq!(
            refusal(&studio, &["Content", "Impresions", "Views"]),
            "it has no column `Impressions` (nearest: `Impresions`; it has: `Content`, `Impresions`, `Views`)"
        );
        assert_eq!(refusal(&studio, &["Inhalte", "Impressions", "Views"]), "");
    }

    #[test]
    fn chinese_names_are_near_by_fewer_signs() {
        let refusal = refusal(&[wanted(&["进入人次"])], &["直播间进入人次", "时间"]);
        assert_eq!(
            refusal,
            "it has no column `进入人次` (nearest: `直播间进入人次`; it has: `直播间进入人次`, `时间`)"
        );
    }

    #[test]
    fn a_column_that_makes_up_for_others_is_told_with_them() {
        let made = |names: &[&str]| Wanted { unless: Some(0), ..wanted(names) };
        let id = Wanted { is_needed: false, ..wanted(&["Room ID"]) };
        let room = [id, made(&["Livestream"]), made(&["Start time"])];
        assert_eq!(refusal(&room, &["Room ID"]), "");
        assert_eq!(refusal(&room, &["Livestream", "Start time"]), "");
        assert_eq!(
            refusal(&room, &["Start time", "Views"]),
            "it has no column `Livestream` in place of `Room ID` (it has: `Start time`, `Views`)"
        );
    }

    #[test]
    fn a_name_of_a_megabyte_is_near_to_nothing() {
        // Letter by letter this would take a table of 160 MB, and that for each mapped name.
        let long = "Impressions".repeat(100_000);
        let names: Vec<String> = (0..400).map(|number| format!("Impressions {number}")).collect();
        let studio = [wanted(&names.iter().map(String::as_str).collect::<Vec<_>>())];
        assert!(!refusal(&studio, &[long.as_str(); 20]).contains("nearest"));
    }

    #[test]
    fn of_many_names_some_are_told() {
        let names: Vec<String> = (0..20).map(|number| format!("Name {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(refusal(&[wanted(&names)], &["x"]).contains("`Name 8` and 11 more names (it has: `x`)"));
    }
}
