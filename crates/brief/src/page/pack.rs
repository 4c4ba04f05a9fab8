//! Parts of the page that are not shown at first, written short: what is often repeated is written once, and the script puts
//! it back. Sixty rankings would otherwise be most of the page, and nearly all of that would be tags.
//!
//! The words are found in the parts themselves, so nobody has to keep a list of them. Each becomes one character that no page
//! has use for; where a name does, it is written by its number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The characters that stand for words: two bytes each.
const FIRST: u32 = 0x250;
const LAST: u32 = 0x2ff;
/// Letters of the parts in which words are looked for.
const SAMPLE: usize = 24 << 10;
/// How often two pieces have to stand together to be tried as one.
const OFTEN: usize = 6;
/// How many times that is tried, and with how many pairs each time.
const ROUNDS: usize = 48;
const PAIRS: usize = 8;

/// Parts written short, and the words in the order of their characters.
pub(super) struct Packed {
    pub(super) parts: Vec<String>,
    pub(super) words: Vec<String>,
}

pub(super) fn packed(parts: Vec<String>) -> Packed {
    let parts: Vec<String> = parts.into_iter().map(|part| without_codes(&part)).collect();
    let words = words(&parts);
    let parts = parts.iter().map(|part| shortened(part, &words)).collect();
    Packed { parts, words }
}

fn is_code(c: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(c))
}

/// Characters of names that would be taken for words, by their number, which HTML reads as the same.
fn without_codes(part: &str) -> String {
    if !part.contains(is_code) {
        return part.to_owned();
    }
    let mut text = String::with_capacity(part.len());
    for c in part.chars() {
        if is_code(c) {
            // Text takes text.
            let _ = write!(text, "&#{};", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

/// The pieces of a part: tags up to a value, values, and what is between tags.
fn pieces(part: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, c) in part.char_indices() {
        let cut = match c {
            '<' => at,
            '>' | '"' => at + 1,
            _ => continue,
        };
        if cut > from {
            pieces.push(&part[from..cut]);
            from = cut;
        }
    }
    pieces.push(&part[from..]);
    pieces
}

/// Words worth a character: pieces that stand together often are put together, and what saves most is taken.
fn words(parts: &[String]) -> Vec<String> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut texts: Vec<String> = Vec::new();
    let mut sample: Vec<usize> = Vec::new();
    let mut letters = 0;
    for part in parts {
        if letters > SAMPLE {
            break;
        }
        letters += part.len();
        for piece in pieces(part) {
            let next = known.len();
            let id = *known.entry(piece.to_owned()).or_insert(next);
            if id == next {
                texts.push(piece.to_owned());
            }
            sample.push(id);
        }
    }
    for _ in 0..ROUNDS {
        let pairs = commonest(&sample);
        if pairs.is_empty() {
            break;
        }
        for pair in pairs {
            let text = format!("{}{}", texts[pair.0], texts[pair.1]);
            texts.push(text);
            sample = merged(&sample, pair, texts.len() - 1);
        }
    }
    let mut uses: BTreeMap<usize, usize> = BTreeMap::new();
    for id in &sample {
        *uses.entry(*id).or_default() += 1;
    }
    let saved = |(id, uses): (usize, usize)| (uses.saturating_sub(1) * texts[id].len().saturating_sub(2), id);
    let mut found: Vec<(usize, usize)> = uses.into_iter().map(saved).filter(|(saved, _)| *saved > 8).collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().take((LAST - FIRST + 1) as usize).map(|(_, id)| texts[id].clone()).collect()
}

/// Pieces that stand together most often, none of them in two pairs; the first of equals.
fn commonest(sample: &[usize]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = sample.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.sort_unstable();
    let mut counts: Vec<(usize, (usize, usize))> =
        pairs.chunk_by(|one, next| one == next).map(|same| (same.len(), same[0])).collect();
    counts.retain(|(count, _)| *count >= OFTEN);
    counts.sort_by(|(one, first), (other, second)| other.cmp(one).then(first.cmp(second)));
    let mut chosen: Vec<(usize, usize)> = Vec::new();
    for (_, pair) in counts {
        let is_free =
            |(one, other): &(usize, usize)| ![one, other].iter().any(|id| **id == pair.0 || **id == pair.1);
        if chosen.iter().all(is_free) {
            chosen.push(pair);
        }
        if chosen.len() == PAIRS {
            break;
        }
    }
    chosen
}

fn merged(sample: &[usize], (first, second): (usize, usize), id: usize) -> Vec<usize> {
    let mut merged = Vec::with_capacity(sample.len());
    let mut at = 0;
    while at < sample.len() {
        if sample[at] == first && sample.get(at + 1) == Some(&second) {
            merged.push(id);
            at += 2;
        } else {
            merged.push(sample[at]);
            at += 1;
        }
    }
    merged
}

/// With the longest word that fits wherever one does.
fn shortened(part: &str, words: &[String]) -> String {
    let mut by_start: BTreeMap<u8, Vec<(usize, &str)>> = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(first) = word.bytes().next() {
            by_start.entry(first).or_default().push((at, word));
        }
    }
    for starting in by_start.values_mut() {
        starting.sort_by_key(|(at, word)| (std::cmp::Reverse(word.len()), *at));
    }
    let mut text = String::with_capacity(part.len() / 2);
    let mut rest = part;
    while let Some(c) = rest.chars().next() {
        let starting = rest.bytes().next().and_then(|first| by_start.get(&first));
        let found = starting.and_then(|words| words.iter().find(|(_, word)| rest.starts_with(word)));
        if let Some((at, word)) = found {
            text.extend(code(*at));
            rest = &rest[word.len()..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    text
}

fn code(at: usize) -> Option<char> {
    u32::try_from(at).ok().and_then(|at| char::from_u32(FIRST + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the script does it.
    fn unpacked(part: &str, words: &[String]) -> String {
        part.chars()
            .map(|c| if is_code(c) { words[(u32::from(c) - FIRST) as usize].clone() } else { c.to_string() })
            .collect()
    }

    #[test]
    fn what_is_packed_is_short_and_comes_back() {
        let part = |nth: usize| {
            let cell = |at: usize| {
                format!(
                    "<td class=\"q{}\"><data value=\"0.0{nth}{at}\" data-c=\"rate\">{at}.1</data></td>",
                    at % 6
                )
            };
            (0..40).map(cell).collect::<String>()
        };
        let parts: Vec<String> = (0..9).map(part).collect();
        let before: usize = parts.iter().map(String::len).sum();
        let packed = packed(parts.clone());
        let after: usize = packed.parts.iter().chain(&packed.words).map(String::len).sum();
        assert!(after * 3 < before, "{after} of {before}");
        for (part, short) in parts.iter().zip(&packed.parts) {
            assert_eq!(unpacked(short, &packed.words), *part);
        }
    }

    #[test]
    fn a_name_in_the_letters_that_stand_for_words_stays_itself() {
        let parts = vec!["<b>ɐɑ</b>".repeat(30)];
        let packed = packed(parts);
        assert_eq!(unpacked(&packed.parts[0], &packed.words), "<b>&#592;&#593;</b>".repeat(30));
    }
}
