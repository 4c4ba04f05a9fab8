//! Guesses at how delimited text is written: what stands between its fields, around them and behind its records.

use super::guess;
use coverledger_config::{Delimiter, Dialect, LineEnd};

/// As much as is looked at to tell what may be there.
const LOOKED_AT: usize = 1 << 16;
/// Two characters that stand between fields, by the one that they begin with.
const PAIRS: [&str; 6] = [", ", "; ", "||", "\t\t", "| ", ";;"];
/// What stands between fields where not all rows are alike by the usual ones: all have to be then, and of more fields.
const RARE: [&str; 8] = ["~", "^", "\u{1}", "\u{1f}", "::", "¦", "§", " "];

type SampleRows = Vec<Vec<String>>;

/// What ends the records of a text.
pub(super) fn line_end(text: &[u8]) -> LineEnd {
    let text = &text[..text.len().min(LOOKED_AT)];
    let has = |byte| memchr::memchr(byte, text).is_some();
    if has(b'\r') && !has(b'\n') { LineEnd::Return } else { LineEnd::Newline }
}

/// How a text is written by which most of its first rows have the same number of fields, more than one. `rows` cuts
/// them. What is out of the usual has to be better than what is usual.
pub(super) fn dialect<E>(
    text: &[u8],
    mut rows: impl FnMut(Dialect) -> Result<SampleRows, E>,
) -> Result<Dialect, E> {
    let text = &text[..text.len().min(LOOKED_AT)];
    let plain = |delimiter| Dialect { line_end: line_end(text), ..Dialect::by(delimiter) };
    let mut best = plain(guess::delimiter(|delimiter| rows(plain(delimiter)))?);
    let mut found = rows(best)?;
    for other in rivals(text, &best, &found) {
        let read = rows(other)?;
        if is_better(&other, &read, &best, &found) {
            (best, found) = (other, read);
        }
    }
    Ok(best)
}

/// What the text could be written in besides; `found` are its first rows as the usual dialect has them. Each is one more
/// reading of them, so what nothing speaks for is left out.
fn rivals(text: &[u8], usual: &Dialect, found: &SampleRows) -> Vec<Dialect> {
    let has = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    let (most, _) = alike(found);
    let is_sound = most == found.len();
    let mut delimiters = vec![usual.delimiter];
    if !is_sound {
        delimiters.extend(RARE.into_iter().filter(|rare| has(rare)).filter_map(Delimiter::new));
    }
    let begins_so = |pair: &&str| !is_sound || pair.as_bytes().starts_with(usual.delimiter.as_bytes());
    delimiters.extend(PAIRS.into_iter().filter(begins_so).filter(|pair| has(pair)).filter_map(Delimiter::new));
    if !is_sound && has("'") {
        delimiters.extend(guess::DELIMITERS.map(|delimiter| Dialect::by(delimiter).delimiter));
    }
    let mut quotes = vec![usual.quote];
    if has("'") && opened(found, '\'') > 0 {
        quotes.push(Some(b'\''));
    }
    if !is_sound && has("\"") {
        quotes.push(None);
    }
    let is_escaped = || has("\\\"") || has("\\'") || has(&format!("\\{}", usual.delimiter.as_str()));
    let has_escapes = !is_sound && is_escaped();
    let escapes: &[Option<u8>] = if has_escapes { &[None, Some(b'\\')] } else { &[None] };
    // All delimiters with the usual quotes come first.
    let mut rivals = Vec::new();
    for quote in quotes {
        for delimiter in &delimiters {
            let by = |escape: &Option<u8>| Dialect { delimiter: *delimiter, quote, escape: *escape, ..*usual };
            rivals.extend(escapes.iter().map(by));
        }
    }
    rivals.retain(|rival| rival != usual);
    rivals
}

/// Whether one reading of the first rows is better than the best one so far.
fn is_better(other: &Dialect, read: &SampleRows, best: &Dialect, found: &SampleRows) -> bool {
    let ((alike, width), (most, widest)) = (alike(read), alike(found));
    if width == 0 {
        return false;
    }
    if other.delimiter != best.delimiter && RARE.contains(&other.delimiter.as_str()) {
        return alike == read.len() && alike > 1 && width > widest && other.quote == Some(b'"');
    }
    // A space behind every comma, or every bar twice.
    let [delimiter, shorter] = [other, best].map(|dialect| dialect.delimiter.as_bytes());
    let is_longer = delimiter.len() > shorter.len() && delimiter.starts_with(shorter);
    let is_doubled = is_longer && delimiter.iter().all(|byte| byte == &delimiter[0]);
    let fits = width >= widest || is_doubled && widest == 2 * width - 1;
    let speaks = match other.quote {
        quote if quote == best.quote => fits,
        Some(b'"') => fits,
        // A damaged row alone does not speak for text without quotes; nor does text that is all in quotes.
        None => {
            let is_told = alike > most + 1 && alike * 2 > read.len();
            fits && is_told && enclosed(read, '"') + enclosed(read, '\'') == 0
        }
        // A delimiter within other quotes made rows wider.
        Some(quote) => {
            let opened = opened(found, char::from(quote));
            // A title in the usual quotes is text where all rows are alike by the other ones, which are more.
            let usual = enclosed(read, '"');
            let is_text = usual == 0 || alike == read.len() && 2 * usual <= opened;
            is_text && (opened * 2 >= alike || opened > 1 && alike > most + 1)
        }
    };
    let is_as_good = alike > 1 && (is_longer || other.quote != best.quote && width == widest);
    speaks && (alike > most || alike == most && is_as_good)
}

/// How many values begin with a quote.
fn opened(rows: &SampleRows, quote: char) -> usize {
    rows.iter().flatten().filter(|value| value.len() > 1 && value.starts_with(quote)).count()
}

/// How many values stand in these quotes.
fn enclosed(rows: &SampleRows, quote: char) -> usize {
    let is_enclosed = |value: &&str| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    rows.iter().flatten().map(|value| value.trim()).filter(is_enclosed).count()
}

/// How many rows have the commonest number of fields, and that number; zeros if it is one field.
fn alike(rows: &SampleRows) -> (usize, usize) {
    let widths: Vec<usize> = rows.iter().map(Vec::len).filter(|width| *width > 1).collect();
    let times = |width: usize| widths.iter().filter(|other| **other == width).count();
    widths.iter().map(|width| (times(*width), *width)).max().unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::format::delimited;
    use crate::export::format::log::lines;
    use crate::export::peek_budget::PeekBudget;

    /// What a text is taken for: its delimiter, quote and escape, and its first rows.
    fn seen(text: &str) -> (String, Option<char>, Option<char>, Vec<String>) {
        let rows = |dialect: Dialect| {
            let text = text.replace(if dialect.line_end == LineEnd::Return { '\r' } else { '\0' }, "\n");
            delimited::peek(lines(text.as_bytes()).unwrap(), dialect, 100, &mut PeekBudget::default())
                .map(|peeked| peeked.rows)
        };
        let dialect = dialect(text.as_bytes(), rows).unwrap();
        let rows = rows(dialect).unwrap().iter().map(|row| row.join("¬")).collect();
        let Dialect { delimiter, quote, escape, .. } = dialect;
        (delimiter.as_str().to_owned(), quote.map(char::from), escape.map(char::from), rows)
    }

    #[test]
    fn what_is_usual_stays() {
        for text in [
            "day,views\n1,2\n3,4\n",
            "day,title\n1,\"it's, well, on\"\n2,Men's\n",
            "day,title\n1,\"a\"\n2,\"b,c\n3,\"d\"\n",
            "title\n'a'\n'b'\n",
            "one word\nand two more\n",
        ] {
            let (delimiter, quote, escape, _) = seen(text);
            assert_eq!((delimiter.as_str(), quote, escape), (",", Some('"'), None), "{text}");
        }
    }

    #[test]
    fn what_is_out_of_the_usual_is_found() {
        for (text, delimiter, quote, escape, row) in [
            ("day, title\n1, \"a, b\"\n2, c\n", ", ", '"', None, "1¬a, b"),
            ("day, views\n1, 2\n", ", ", '"', None, "1¬2"),
            ("day||views||rate\n1||2||3\n", "||", '"', None, "1¬2¬3"),
            ("day~views\n1~2\n", "~", '"', None, "1¬2"),
            ("day\u{1}views\n1\u{1}2\n", "\u{1}", '"', None, "1¬2"),
            ("day views\n1 2\n", " ", '"', None, "1¬2"),
            ("'day','title'\n1,'a, b'\n2,'it''s'\n", ",", '\'', None, "1¬a, b"),
            ("day,title\n1,'a'\n2,'b'\n", ",", '\'', None, "1¬a"),
            ("'day','title'\n'1','a, b'\n'2','\"c\"'\n", ",", '\'', None, "1¬a, b"),
            ("day,title\n1,'a, b'\n2,'c, d'\n3,'it''s'\n4,\"e\"\n", ",", '\'', None, "1¬a, b"),
            ("day,title\n1,\"8\\\" tube, long\"\n2,\"b\"\n", ",", '"', Some('\\'), "1¬8\" tube, long"),
            ("day,title\n1,a\\, b\n2,c\n", ",", '"', Some('\\'), "1¬a, b"),
            ("day,views\r1,2\r", ",", '"', None, "1¬2"),
        ] {
            let (seen, quoted, escaped, rows) = seen(text);
            assert_eq!((seen.as_str(), quoted, escaped), (delimiter, Some(quote), escape), "{text}");
            assert_eq!(rows[1], row);
        }
        let unquoted = "size\ttitle\n1\t\"5 inches\n2\t\"6 inches\n3\tx\n";
        assert_eq!(seen(unquoted).1, None);
    }
}
