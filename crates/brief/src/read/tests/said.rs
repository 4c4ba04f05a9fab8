//! Covers in sentences.

use coverledger_core::model::{TableName, columns as c};

use super::frames::{Cells, tables};
use crate::Text;
use crate::names::NameBook;
use crate::read::tables::Tables;
use crate::read::titles::Titles;

fn said(covers: &[(&str, &str, Option<&str>)], text: &str) -> [String; 2] {
    let row = |(id, name, zh): &(&'_ str, &'_ str, Option<&'_ str>)| -> (String, String, Option<String>) {
        ((*id).to_owned(), (*name).to_owned(), zh.map(str::to_owned))
    };
    let covers: Vec<_> = covers.iter().map(row).collect();
    let rows: Vec<Cells<'_>> = covers
        .iter()
        .map(|(id, name, zh)| {
            let mut cells: Cells<'_> = vec![(c::COVER_ID, id.as_str().into()), (c::NAME, name.as_str().into())];
            cells.extend(zh.as_deref().map(|zh| (c::NAME_ZH, zh.into())));
            cells
        })
        .collect();
    let tables = tables(vec![(TableName::Covers, rows)]);
    let tables = Tables::of(&tables).unwrap();
    let titles = Titles::read(&tables, NameBook::default());
    let Text { en, zh } = titles.said(&Text::same(text), Some("hero_id"));
    [en, zh]
}

#[test]
fn covers_are_called_by_their_names_in_either_language() {
    let covers = [("dress_a", "Red dress", Some("红裙")), ("box", "Unboxing", None)];
    let text = "Worth more than `dress_a`, and `box` stays; `other` and box are as they were. Keep dress_a.";
    let [en, zh] = said(&covers, text);
    assert_eq!(
        en,
        "Worth more than Red dress, and Unboxing stays; `other` and box are as they were. Keep Red dress."
    );
    assert_eq!(zh, "Worth more than 红裙, and Unboxing stays; `other` and box are as they were. Keep 红裙.");
    let [_, zh] = said(&covers, "在测试 hero_id 中胜过 dress_a：（dress_a）");
    assert_eq!(zh, "在测试 hero_id 中胜过 红裙：（红裙）");
}

#[test]
fn no_id_makes_a_sentence_say_what_it_does_not() {
    // An id that holds another one in backticks, one that is a word of the sentence, one that is empty, and names that look
    // like ids.
    let covers = [
        ("a` beats `b", "One", None),
        ("a", "`b`", None),
        ("b", "Two", None),
        ("wins", "loses", None),
        ("", "nobody", None),
    ];
    let [en, _] = said(&covers, "`a` beats `b` and wins; ``");
    assert_eq!(en, "One and wins; nobody", "the longest id, and no other within it");
    let [en, _] = said(&covers, "`a` wins over `b");
    assert_eq!(en, "`b` wins over `b", "what was put in is not looked at again, and half a pair is none");
}

#[test]
fn a_bare_id_is_a_whole_word_that_looks_like_no_other() {
    let covers = [
        ("dress_a", "Red dress", None),
        ("dress_a.v2", "Second", None),
        ("24", "number", None),
        ("6 broadcasts", "nothing", None),
        ("proven", "open", None),
        ("+24", "less", None),
        ("hero_id", "no test", None),
        ("cov-red-a", "Hyphens", None),
    ];
    let text = "dress_a.v2 and dress_a.v3, xdress_a, dress_ab; dress_a: +24 % in 6 broadcasts, proven in hero_id. cov-red-a.";
    let [en, _] = said(&covers, text);
    let expected =
        "Second and dress_a.v3, xdress_a, dress_ab; Red dress: +24 % in 6 broadcasts, proven in hero_id. Hyphens.";
    assert_eq!(en, expected);
}

#[test]
fn a_name_turns_nothing_around_it() {
    let covers = [("a", "abc\u{202e}def\u{7}", None), ("b", "שלום", None)];
    let [en, _] = said(&covers, "`a` and `b` on air");
    assert_eq!(en, "abc\\u{202e}def\\u{7} and \u{2068}שלום\u{2069} on air");
}
