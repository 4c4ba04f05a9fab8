//! Characters that look like YAML's own and are others, as keyboards and chats for East Asian text write them: `：`
//! for `:`. Inside of quotes and comments they are text like any other.

use std::collections::BTreeMap;

/// A character, what it is called, and what YAML has in its place.
const LOOK_ALIKES: [(char, &str, &str); 18] = [
    ('：', "a full-width colon", "`:` and a space"),
    ('，', "a full-width comma", "`,`"),
    ('、', "an ideographic comma", "`,`"),
    ('“', "a curly quote", "`\"`"),
    ('”', "a curly quote", "`\"`"),
    ('‘', "a curly quote", "`'`"),
    ('’', "a curly quote", "`'`"),
    ('＂', "a full-width quote", "`\"`"),
    ('＇', "a full-width quote", "`'`"),
    ('「', "a corner bracket", "`\"`"),
    ('『', "a corner bracket", "`\"`"),
    ('［', "a full-width bracket", "`[`"),
    ('］', "a full-width bracket", "`]`"),
    ('｛', "a full-width brace", "`{`"),
    ('｝', "a full-width brace", "`}`"),
    ('－', "a full-width hyphen", "`-`"),
    ('\u{3000}', "a full-width space", "a plain space"),
    ('\u{a0}', "a no-break space", "a plain space"),
];

/// How far before a fault its cause may stand: what was no key went on as a text until a line that is none.
const REACH_LINES: usize = 5;

/// The lines of a text that have one of them, from 1, and the words for it.
pub(crate) fn of(text: &str) -> BTreeMap<usize, String> {
    text.lines().enumerate().filter_map(|(index, line)| Some((index + 1, on(line)?))).collect()
}

/// The first of them on a line, in words: `` `：` is a full-width colon (YAML wants `:` and a space) ``.
fn on(line: &str) -> Option<String> {
    let (found, name, instead) = outside_quotes(line)
        .find_map(|char| LOOK_ALIKES.into_iter().find(|(look_alike, ..)| *look_alike == char))?;
    let found = if found.is_whitespace() { format!("U+{:04X}", u32::from(found)) } else { found.to_string() };
    Some(format!("`{found}` is {name} (YAML wants {instead})"))
}

/// The line on which a fault of a text begins that the reader noticed on this line.
pub(super) fn cause(text: &str, noticed: usize) -> usize {
    let lines = of(text);
    let near = lines.range(noticed.saturating_sub(REACH_LINES)..=noticed);
    near.last().map_or(noticed, |(line, _)| *line)
}

/// The characters of a line that YAML may take for its own.
fn outside_quotes(line: &str) -> impl Iterator<Item = char> {
    let mut quote = None;
    let mut before = ' ';
    let mut is_comment = false;
    line.chars().filter(move |&char| {
        is_comment |= quote.is_none() && char == '#' && before.is_whitespace();
        let opens = quote.is_none()
            && matches!(char, '"' | '\'')
            && matches!(before, ' ' | '\t' | '[' | '{' | ',' | '：' | '，' | '\u{3000}');
        let closes = quote == Some(char) && before != '\\';
        let is_inside = quote.is_some();
        if opens {
            quote = Some(char);
        } else if closes {
            quote = None;
        }
        before = char;
        !is_inside && !is_comment
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_yaml_is_named() {
        let table = [
            ("version： 1", Some("`：` is a full-width colon (YAML wants `:` and a space)")),
            ("  path: “a/b.csv”", Some("`“` is a curly quote (YAML wants `\"`)")),
            ("platforms: [a，b]", Some("`，` is a full-width comma (YAML wants `,`)")),
            ("version:\u{3000}1", Some("`U+3000` is a full-width space (YAML wants a plain space)")),
            ("\u{a0} US: {}", Some("`U+00A0` is a no-break space (YAML wants a plain space)")),
            ("column: \"观看：人数\"", None),
            ("column: '观看，人数' # 其他：", None),
            ("# 全角：", None),
            ("column: \"a\" ： 1", Some("`：` is a full-width colon (YAML wants `:` and a space)")),
            ("column: 观看人数（次）", None),
        ];
        for (line, expected) in table {
            assert_eq!(on(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn a_fault_begins_on_the_last_such_line_before() {
        let text = "a： 1\nb: 2\nc： 3\nd: 4\n";
        assert_eq!([1, 2, 3, 4].map(|noticed| cause(text, noticed)), [1, 1, 3, 3]);
        assert_eq!(cause(text, 30), 30);
        assert_eq!(of(text).into_keys().collect::<Vec<_>>(), [1, 3]);
    }
}
