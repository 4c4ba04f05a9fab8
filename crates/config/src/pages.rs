//! `complete`: what an answer in JSON says of its pages, and of whether it is an answer at all.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::registry::{Keys, Maybe, Part, Shape, keys, maybe};
use super::yaml::Kind;

/// What a document says of how much of an answer it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pages {
    /// Nothing is declared: a document that seems to be one page of several, or an error, is not counted.
    #[default]
    Undeclared,
    /// Whatever it says, it is counted.
    Unchecked,
    /// It says this.
    Declared(PagesRule),
}

/// Where a document says of how much of an answer it is. At least one way is there; each leads from the document down,
/// as `rows_at` does, through every element of a list where `[]` stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PagesRule {
    /// To the number of rows of the whole answer.
    pub rows: Option<Vec<String>>,
    /// To the number of its pages.
    pub pages: Option<Vec<String>>,
    /// To what leads to the next page, and is not there, null, empty or false on the last.
    pub next: Option<Vec<String>>,
    /// Members with the value that they have in an answer and not in an error.
    pub ok: BTreeMap<Vec<String>, String>,
}

keys! {
    /// What a document says of its pages.
    section PagesKeys("complete", "what a document says of its pages") {
        rows: Maybe<Part> = maybe("none", Part(Shape::Text), "the way to the number of rows of the whole answer"),
        pages: Maybe<Part> = maybe(
            "none", Part(Shape::Text), "the way to the number of its pages; `rows` goes before it",
        ),
        next: Maybe<Part> = maybe(
            "none", Part(Shape::Text),
            "the way to what leads to the next page, and is not there, or null, `false`, 0 or empty, on the last",
        ),
        ok: Maybe<Part> = maybe(
            "none", Part(Shape::Entries(Box::new(Shape::Scalar))),
            "ways, and the values that they have in an answer and not in an error, such as `{code: 0}`",
        ),
    }
}

/// Reads it.
pub(super) fn read(at: &Cursor<'_>) -> Option<Pages> {
    if !at.is_map() {
        return at.word("what a document says of its pages", &[("unchecked", ())]).map(|()| Pages::Unchecked);
    }
    let keys = PagesKeys::open(at)?;
    let way = |at: &Cursor<'_>| at.text("a way to a member", WAY).map(steps);
    let (rows, pages, next) = (keys.rows.read_with(way), keys.pages.read_with(way), keys.next.read_with(way));
    let ok = keys.ok.read_or(BTreeMap::new(), read_ok);
    let rule = PagesRule { rows: rows?, pages: pages?, next: next?, ok: ok? };
    if rule == PagesRule::default() {
        return at.refuse("says nothing (expected at least one of `rows`, `pages`, `next`, `ok`)");
    }
    Some(Pages::Declared(rule))
}

const WAY: &str = "members from the document down, such as `data.page_info.total_number`";

fn read_ok(at: &Cursor<'_>) -> Option<BTreeMap<Vec<String>, String>> {
    let expected = "members and their values in an answer that is none of an error, such as `{code: 0}`";
    let entries = at.entries("a set of members", expected)?;
    let total = entries.len();
    let read: BTreeMap<Vec<String>, String> = entries
        .into_iter()
        .filter_map(|(way, at)| match at.node.kind {
            Kind::Text | Kind::Whole(_) | Kind::Bool => Some((steps(way), at.node.source.clone())),
            _ => at.mismatch("a value of a member", "a word, a whole number or a truth value"),
        })
        .collect();
    (read.len() == total).then_some(read)
}

/// `data[].paging.next` as `data`, `[]`, `paging`, `next`.
fn steps(way: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for part in way.split('.') {
        let name = part.trim_end_matches("[]");
        steps.extend((!name.is_empty()).then(|| name.to_owned()));
        steps.extend(std::iter::repeat_n("[]".to_owned(), (part.len() - name.len()) / 2));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_text;
    use super::*;

    #[test]
    fn a_rule_is_ways_and_the_values_of_a_sound_answer() {
        let (found, problems) = read_text(
            "{rows: data.page_info.total_number, next: '[].paging.next', ok: {code: 0, message: OK}}",
            read,
        );
        assert_eq!(problems, <[&str; 0]>::default());
        let Some(Pages::Declared(rule)) = found else { panic!("{found:?}") };
        assert_eq!(rule.rows.unwrap(), ["data", "page_info", "total_number"]);
        assert_eq!(rule.next.unwrap(), ["[]", "paging", "next"]);
        assert_eq!(rule.ok[&vec!["code".to_owned()]], "0");
        assert_eq!(read_text("unchecked", read).0, Some(Pages::Unchecked));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for (text, expected) in [
            ("{}", "says nothing"),
            ("whatever", "`whatever` is not what a document says of its pages"),
            ("{total: x}", "unknown key `total`"),
            ("{ok: {code: [0]}}", "is not a value of a member"),
            ("{rows: 3}", "`3` is not a way to a member"),
        ] {
            let (found, problems) = read_text(text, read);
            assert!(found.is_none() || !problems.is_empty(), "{text}");
            assert!(problems.concat().contains(expected), "{text}: {problems:?}");
        }
    }
}
