//! A section of a file: a map with a known set of keys. Unknown keys are problems; one that looks like a secret has a hint.

use super::cursor::Cursor;
use super::problem::{among, listed};
use super::yaml::{Entry, Kind, member};

/// A map with a known set of keys.
#[derive(Clone)]
pub(super) struct Section<'s> {
    cursor: Cursor<'s>,
    entries: &'s [Entry],
}

impl<'s> Cursor<'s> {
    /// A map with these keys and no others.
    pub fn section(&self, what: &str, known: &[&str]) -> Option<Section<'s>> {
        self.section_with(what, known, |_| None)
    }

    /// A map with these keys and no others; `why_not` explains keys that make sense elsewhere.
    pub fn section_with(
        &self,
        what: &str,
        known: &[&str],
        why_not: impl Fn(&str) -> Option<String>,
    ) -> Option<Section<'s>> {
        let Kind::Map(entries) = &self.node.kind else {
            return self.mismatch(what, &format!("a section with the keys {}", listed(known.iter().copied())));
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let place = self.below(entry);
            place.problem(why_not(&entry.key).unwrap_or_else(|| {
                let known = among("known", known.iter().copied(), &entry.key);
                format!("unknown key `{}` ({known}){}", entry.key, secret_hint(&entry.key))
            }));
        }
        Some(Section { cursor: self.clone(), entries })
    }
}

impl<'s> Section<'s> {
    /// The value of a key, if the key is there.
    pub fn optional(&self, key: &str) -> Option<Cursor<'s>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| self.cursor.below(entry))
    }

    /// The value of a key that must be there; `expected` says what to write.
    pub fn required(&self, key: &str, expected: &str) -> Option<Cursor<'s>> {
        self.optional(key).or_else(|| {
            let place = Cursor { path: member(&self.cursor.path, key), ..self.cursor.clone() };
            place.refuse(format!("missing (expected {expected})"))
        })
    }

    /// Where the section itself stands.
    pub fn cursor(&self) -> &Cursor<'s> {
        &self.cursor
    }
}

/// The section of a whole file, whose `version` this program reads.
pub(super) fn file_section<'s>(start: &Cursor<'s>, what: &str, known: &[&str]) -> Option<Section<'s>> {
    let with_version: Vec<&str> = ["version"].into_iter().chain(known.iter().copied()).collect();
    if let Kind::Map(entries) = &start.node.kind
        && let Some(version) = entries.iter().find(|entry| entry.key == "version")
        && let Kind::Whole(number) = version.value.kind
        && number != 1
    {
        let place = start.below(version);
        return place.mismatch("a version that this program reads", "1");
    }
    let section = start.section(what, &with_version)?;
    section.required("version", "`version: 1`")?.whole::<i64>("a version", 1..=1);
    Some(section)
}

fn secret_hint(key: &str) -> &'static str {
    let key = key.to_lowercase();
    let is_secret = ["secret", "token", "password", "credential", "access_key", "account_key"];
    if is_secret.iter().any(|word| key.contains(word)) {
        "; secrets come from the environment or the cloud's credential chain, never from a file"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::expect_problems;
    use super::*;

    #[test]
    fn unknown_missing_and_secret_keys_are_told_together() {
        let reader = |place: &Cursor<'_>| {
            let section = place.section("a store", &["url", "region"])?;
            section.required("url", "where the store is").map(|_| ())
        };
        expect_problems(
            &[
                (
                    "regoin: x\nsecret_key: hunter2\n",
                    &[
                        "line 1, `regoin`: unknown key `regoin` (known: `url`, `region`; did you mean `region`?)",
                        "line 1, `url`: missing (expected where the store is)",
                        "line 2, `secret_key`: unknown key `secret_key` (known: `url`, `region`); secrets come from \
                         the environment or the cloud's credential chain, never from a file",
                    ],
                ),
                ("[]", &["line 1: a list is not a store (expected a section with the keys `url`, `region`)"]),
            ],
            reader,
        );
    }

    #[test]
    fn a_message_does_not_steer_the_terminal() {
        let reader = |place: &Cursor<'_>| place.section("a store", &["url"]).map(|_| ());
        let expected = "line 1, `\u{fffd}[31m`: unknown key `\u{fffd}[31m` (known: `url`)";
        expect_problems(&[("\"\\e[31m\": x\n", &[expected])], reader);
    }

    #[test]
    fn a_version_of_another_program_stops_the_file() {
        let reader = |place: &Cursor<'_>| file_section(place, "a job", &["cron"]).map(|_| ());
        expect_problems(
            &[
                (
                    "version: 2\nnew: x\n",
                    &["line 1, `version`: `2` is not a version that this program reads (expected 1)"],
                ),
                ("cron: x\n", &["line 1, `version`: missing (expected `version: 1`)"]),
                ("version: '1'\n", &["line 1, `version`: `1` is not a version (expected 1, without quotes)"]),
            ],
            reader,
        );
    }
}
