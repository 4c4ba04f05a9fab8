//! What a rule asks for, asked of one cover.

use super::language::{is_language, is_without_text, languages, script_of};
use super::wording::{self, Words};
use super::{Answer, Subject};
use coverledger_config::{DeclaredText, Demand};
use coverledger_core::model::Look;

/// The column of the sheet that declares the languages of a text.
const LANGUAGE: &str = "language";

/// Asks.
pub(super) fn answer(demand: &Demand, subject: &Subject<'_>) -> Answer {
    match demand {
        Demand::Look { look, least, most } => bounded(*look, *least, *most, subject),
        Demand::Language(asked) => {
            declared_text(LANGUAGE, asked, subject, |language| Some(language.to_owned()), is_language)
        }
        Demand::Script(asked) => declared_text("script", asked, subject, script_of, |found, asked| found == asked),
        Demand::Tag { name, any_of, none_of } => tag(name, any_of, none_of, subject),
        Demand::Words { columns, none_of } => words(columns, none_of, subject),
    }
}

fn bounded(look: Look, least: Option<f64>, most: Option<f64>, subject: &Subject<'_>) -> Answer {
    let measure = look.word().to_owned();
    let allowed = wording::bounds(least, most);
    let looks = match subject.looks {
        Ok(looks) => looks,
        Err(unseen) => return unknown(measure, allowed, wording::unseen(unseen)),
    };
    let Some(value) = looks.of(look) else {
        let is_of_text = matches!(look, Look::TextHeight | Look::TextContrast);
        if is_of_text && looks.of(Look::TextLines).is_some_and(|lines| lines < 0.5) {
            let (found, said) = (Some("no text".to_owned()), wording::no_text());
            return Answer { measure, is_kept: Some(true), found, allowed, said };
        }
        return unknown(measure, allowed, wording::not_measured(look));
    };
    let is_kept = least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most);
    let said = wording::measured(look, value);
    Answer { measure, is_kept: Some(is_kept), found: Some(wording::number(value)), allowed, said }
}

/// Languages or scripts of a text, as declared.
fn declared_text(
    measure: &str,
    asked: &DeclaredText,
    subject: &Subject<'_>,
    read: impl Fn(&str) -> Option<String>,
    fits: impl Fn(&str, &str) -> bool,
) -> Answer {
    let allowed = wording::declared_text(asked);
    let unknown = |said| unknown(measure.to_owned(), allowed.clone(), said);
    let lines = subject.looks.ok().and_then(|looks| looks.of(Look::TextLines));
    let has_lines = lines.map(|lines| lines >= 0.5);
    let none = || Answer {
        measure: measure.to_owned(),
        is_kept: Some(true),
        found: Some("no text".to_owned()),
        allowed: allowed.clone(),
        said: wording::no_text(),
    };
    let Some(declared) = subject.facts.get(LANGUAGE) else {
        return if has_lines == Some(false) { none() } else { unknown(wording::not_declared(LANGUAGE)) };
    };
    let languages = languages(declared);
    if languages.iter().all(|language| is_without_text(language)) {
        return if has_lines == Some(true) { unknown(wording::text_in_spite(declared)) } else { none() };
    }
    let mut found = Vec::new();
    for language in languages {
        match read(language) {
            Some(word) => found.push(word),
            None => return unknown(wording::no_known_script(language)),
        }
    }
    let among = |found: &String, words: &[String]| words.iter().any(|asked| fits(found, asked));
    let DeclaredText { includes, only } = asked;
    let is_kept = (includes.is_empty() || found.iter().any(|found| among(found, includes)))
        && (only.is_empty() || found.iter().all(|found| among(found, only)));
    let said = wording::declared(measure, &found);
    Answer { measure: measure.to_owned(), is_kept: Some(is_kept), found: Some(found.join(", ")), allowed, said }
}

fn tag(name: &str, any_of: &[String], none_of: &[String], subject: &Subject<'_>) -> Answer {
    let allowed = wording::values(any_of, none_of);
    let is_only_to_be_there = any_of.is_empty() && none_of.is_empty();
    let Some(value) = subject.facts.get(name) else {
        let said = wording::not_declared(name);
        // To be declared is all that is asked: so this is an answer.
        return Answer {
            measure: name.to_owned(),
            is_kept: is_only_to_be_there.then_some(false),
            found: None,
            allowed,
            said,
        };
    };
    let is_among = |values: &[String]| values.iter().any(|asked| same(asked, value));
    let is_kept = (any_of.is_empty() || is_among(any_of)) && !is_among(none_of);
    let said = wording::declared(name, std::slice::from_ref(value));
    Answer { measure: name.to_owned(), is_kept: Some(is_kept), found: Some(value.clone()), allowed, said }
}

fn words(columns: &[String], none_of: &[String], subject: &Subject<'_>) -> Answer {
    let measure = columns.join(", ");
    let allowed = wording::without(none_of);
    let mut missing = Vec::new();
    for column in columns {
        let Some(text) = subject.facts.get(column) else {
            missing.push(column.as_str());
            continue;
        };
        if let Some(word) = none_of.iter().find(|word| says(text, word)) {
            let said = wording::says(column, text, word);
            return Answer { measure, is_kept: Some(false), found: Some(word.clone()), allowed, said };
        }
    }
    // None of them in what is declared says nothing of what is not.
    if let [first, ..] = missing.as_slice() {
        return unknown(measure, allowed, wording::not_declared(first));
    }
    Answer {
        measure,
        is_kept: Some(true),
        found: Some("none of them".to_owned()),
        allowed,
        said: wording::says_none(columns),
    }
}

fn unknown(measure: String, allowed: Words, said: Words) -> Answer {
    Answer { measure, is_kept: None, found: None, allowed, said }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether a text has a word: as a whole word where its script parts words, else anywhere.
fn says(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.trim().to_lowercase());
    if word.is_empty() {
        return false;
    }
    text.match_indices(&word).any(|(at, _)| {
        let runs_on = |inner: Option<char>, outer: Option<char>| {
            inner.is_some_and(parts_words) && outer.is_some_and(parts_words)
        };
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !runs_on(word.chars().next(), before) && !runs_on(word.chars().next_back(), after)
    })
}

/// Letters and digits of scripts that put spaces between words: Latin, Greek and Cyrillic, and the marks on them.
const fn parts_words(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{300}'..='\u{36f}'
        | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}')
        && c != '\u{d7}'
        && c != '\u{f7}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_where_their_script_parts_them() {
        for (text, word) in [
            ("Top sale", "top"),
            ("TOP!", "top"),
            ("Số Một", "số một"),
            ("全网最佳之选", "最佳"),
            ("ราคาดีที่สุด", "ดีที่สุด"),
            ("الأفضل", "أفضل"),
            ("№1, лучший", "Лучший"),
            ("best-seller", "best"),
        ] {
            assert!(says(text, word), "{text}: {word}");
        }
        for (text, word) in [
            ("Stopper", "top"),
            ("topik", "top"),
            ("laptop", "top"),
            ("最新", "最佳"),
            ("нелучший", "лучший"),
            ("nhấtt", "nhất"),
            ("x", " "),
        ] {
            assert!(!says(text, word), "{text}: {word}");
        }
    }
}
