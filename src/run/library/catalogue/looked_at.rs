//! The pictures of a night, and what there is to say about them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::listing::Listed;
use super::rows::{Rows, of_refused, passed_over};
use coverledger_report::library::Picture;

/// So many are named one by one.
const NAMED: usize = 8;

/// What looking came to.
#[derive(Default)]
pub(super) struct LookedAt {
    /// A row for each picture that is known, sorted by key.
    pub(super) pictures: Vec<Picture>,
    /// Pictures that could not be had, and why.
    pub(super) unread: Vec<(String, String)>,
    /// How many contents were looked at.
    pub(super) looks: usize,
}

impl LookedAt {
    /// The keys of pictures that could not be had.
    pub(super) fn unread_keys(&self) -> Vec<&str> {
        self.unread.iter().map(|(key, _)| key.as_str()).collect()
    }

    /// What could not be had, for people.
    pub(super) fn trouble(&self) -> Option<String> {
        let (key, reason) = self.unread.first()?;
        let more = match self.unread.len() - 1 {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Some(format!("`{key}` cannot be had: {reason}{more} (tried again by the next run)"))
    }

    /// What there is to say about the pictures of a night, and which of them are refused for the first time.
    pub(super) fn notes(&self, before: &Rows, listed: &Listed) -> Vec<String> {
        let there: BTreeSet<&str> = listed.pictures.iter().map(|object| object.key.as_str()).collect();
        let new = self.pictures.iter().filter(|picture| !before.pictures.contains_key(&picture.key));
        let gone = before.pictures.keys().filter(|key| !there.contains(key.as_str())).count();
        let refused: Vec<&Picture> = self.pictures.iter().filter(|picture| picture.refused().is_some()).collect();
        let mut line = format!("{} pictures, {} new", self.pictures.len(), new.count());
        if gone > 0 {
            let _ = write!(line, ", {gone} gone");
        }
        let _ = write!(line, ", {} looked at{}", self.looks, of_refused(refused.len()));
        let mut notes = vec![line];
        let is_new = |picture: &&&Picture| before.pictures.get(&picture.key) != Some(**picture);
        let told: Vec<&&Picture> = refused.iter().filter(is_new).collect();
        notes.extend(told.iter().take(NAMED).filter_map(|picture| {
            let (_, text) = picture.refused()?;
            Some(format!("`{}` is refused: {text}", picture.key))
        }));
        if told.len() > NAMED {
            notes.push(format!("{} more are refused", told.len() - NAMED));
        }
        notes.extend(passed_over(listed));
        notes
    }
}
