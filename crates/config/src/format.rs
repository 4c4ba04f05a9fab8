//! `format` of an export and what goes with it: how its bytes become rows.

use encoding_rs::Encoding;

use super::cursor::Cursor;
use super::definition::{Format, Header};
use super::dialect::{Delimiter, Dialect};
use super::export::ExportKeys;
use super::kind::RowKind;
use super::registry::Keys as _;

/// What `format` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Csv,
    Tsv,
    Ndjson,
    Parquet,
    Json,
    Xlsx,
}

use Word::{Csv, Json, Ndjson, Parquet, Tsv, Xlsx};

pub(super) const WORDS: [(&str, Word); 6] =
    [("csv", Csv), ("tsv", Tsv), ("ndjson", Ndjson), ("parquet", Parquet), ("json", Json), ("xlsx", Xlsx)];

/// Lines among which the header of a spreadsheet, or of counts, is looked for.
const PREAMBLE: u16 = 30;

/// Reads the format; `kind` decides where a header may be.
pub(super) fn read(export: &ExportKeys<'_>, kind: Option<RowKind>) -> Option<Format> {
    let word = export.format.read()?;
    let fits = refuse_strangers(export, word);
    let format = match word {
        Csv | Tsv => read_delimited(export, word, kind),
        Xlsx => {
            let sheets = export.sheets.read_or(Vec::new(), read_sheets);
            let header = read_header(export, PREAMBLE);
            sheets.zip(header).map(|(sheets, header)| Format::Xlsx { sheets, header })
        }
        Json => export
            .rows_at
            .needed("the way to the rows, such as `data.intervals[]`; `[]` if the document is their list")
            .and_then(|at| read_rows_at(&at))
            .map(|rows_at| Format::Json { rows_at }),
        Ndjson => Some(Format::Ndjson),
        Parquet => Some(Format::Parquet),
    };
    format.filter(|_| fits)
}

fn refuse_strangers(export: &ExportKeys<'_>, word: Word) -> bool {
    let mut fits = true;
    let (name, _) = WORDS[word as usize];
    for key in ExportKeys::spec().keys.iter().filter(|key| !key.formats.is_empty() && !key.formats.contains(&name))
    {
        if let Some(at) = export.format.beside(key.name) {
            at.problem(format!("goes only with {}", spelled(key.formats)));
            fits = false;
        }
    }
    fits
}

/// `` `format: csv`, `tsv` or `xlsx` ``.
fn spelled(words: &[&str]) -> String {
    let mut spelled: Vec<String> =
        WORDS.iter().filter(|(name, _)| words.contains(name)).map(|(name, _)| format!("`{name}`")).collect();
    spelled[0].insert_str(1, "format: ");
    let last = spelled.pop().unwrap_or_default();
    if spelled.is_empty() { last } else { format!("{} or {last}", spelled.join(", ")) }
}

fn read_delimited(export: &ExportKeys<'_>, word: Word, kind: Option<RowKind>) -> Option<Format> {
    let dialect = read_dialect(export, if word == Tsv { b'\t' } else { b',' });
    let encoding = export.encoding.read_with(read_encoding);
    let within = if kind.is_some_and(RowKind::is_interval) { PREAMBLE } else { 1 };
    let header = read_header(export, within);
    Some(Format::Delimited { dialect: dialect?, encoding: encoding?, header: header? })
}

/// How the text is written; `delimiter` is the usual one.
fn read_dialect(export: &ExportKeys<'_>, delimiter: u8) -> Option<Dialect> {
    let usual = Dialect::by(delimiter);
    let delimiter = export.delimiter.read_or(usual.delimiter, read_delimiter);
    let quote = export.quote.read_or(usual.quote, read_quote);
    let escape = export.escape.read_with(read_escape);
    let line_end = export.line_end.read();
    let dialect = Dialect { delimiter: delimiter?, quote: quote?, escape: escape?, line_end: line_end? };
    let is_in_delimiter = |byte: Option<u8>| byte.is_some_and(|byte| dialect.delimiter.as_bytes().contains(&byte));
    for (at, is_twice) in [
        (export.quote.at(), is_in_delimiter(dialect.quote)),
        (export.escape.at(), is_in_delimiter(dialect.escape)),
        (export.escape.at(), dialect.escape.is_some() && dialect.escape == dialect.quote),
    ] {
        if let Some(at) = at.filter(|_| is_twice) {
            return at.refuse(format!("{} is a part of the delimiter, or the quote", at.found()));
        }
    }
    Some(dialect)
}

fn read_delimiter(at: &Cursor<'_>) -> Option<Delimiter> {
    let text = at.delimiter()?;
    let is_sound = match text.as_bytes() {
        [byte] => is_delimiter(*byte),
        _ => !text.contains(|letter: char| letter.is_alphanumeric() || matches!(letter, '"' | '\'' | '\r' | '\n')),
    };
    match Delimiter::new(text).filter(|_| is_sound) {
        Some(delimiter) => Some(delimiter),
        None => at.mismatch(
            "a delimiter",
            "one ASCII character such as `;`, or up to four bytes such as `||`; not a quote, letter, digit or line break",
        ),
    }
}

/// A character that stands between fields: also the separators that ASCII has for that.
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'\t' | b' ' | 0x01..=0x08 | 0x1c..=0x1f)
        || (byte.is_ascii_punctuation() && !matches!(byte, b'"' | b'\'' | b'.' | b'-'))
}

/// `none`, or a character.
#[expect(clippy::option_option, reason = "no quote and a wrong one are two things")]
fn read_quote(at: &Cursor<'_>) -> Option<Option<u8>> {
    let expected = "one ASCII character such as `'`, or `none` where fields are never quoted";
    match at.text("a quote", expected)?.as_bytes() {
        b"none" => Some(None),
        [byte] if byte.is_ascii_punctuation() => Some(Some(*byte)),
        _ => at.mismatch("a quote", expected),
    }
}

fn read_escape(at: &Cursor<'_>) -> Option<u8> {
    let expected = "one ASCII character such as `\\`";
    match at.text("an escape", expected)?.as_bytes() {
        [byte] if byte.is_ascii_punctuation() => Some(*byte),
        _ => at.mismatch("an escape", expected),
    }
}

fn read_encoding(at: &Cursor<'_>) -> Option<String> {
    let expected = "a WHATWG label such as `utf-16le`, `gb18030`, `shift_jis` or `windows-1252`";
    let label = at.text("an encoding", expected)?;
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => Some(encoding.name().to_ascii_lowercase()),
        None => at.mismatch("an encoding", expected),
    }
}

fn read_header(export: &ExportKeys<'_>, within: u16) -> Option<Header> {
    let within_lines = export.header_within.read();
    let description_lines = export.description_rows.read();
    let lines = export.header_rows.read();
    let given = export.header.read_with(read_given)?;
    if given.is_some() {
        let idle = [export.header_within.at(), export.description_rows.at(), export.header_rows.at()];
        let idle = idle.into_iter().flatten();
        if idle.map(|at| at.problem("does not go with `header`: the table has none")).count() > 0 {
            return None;
        }
    }
    let skipped = export.skip_rows.read();
    Some(Header {
        within_lines: within_lines?.unwrap_or(within),
        description_lines: description_lines?,
        lines: lines?,
        given,
        skipped: skipped?,
    })
}

/// `none`, or the names of the columns that a table without a header has.
fn read_given(at: &Cursor<'_>) -> Option<Vec<String>> {
    let expected = "`none`, and columns by their numbers, or a list of their names in order";
    if !at.is_list() {
        return match at.text("a header", expected)? {
            "none" => Some(Vec::new()),
            _ => at.mismatch("a header", expected),
        };
    }
    let names: Vec<&str> = at
        .list("a list of names of columns")?
        .iter()
        .map(|item| item.text("a column", "its name"))
        .collect::<Option<_>>()?;
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return at.refuse(format!("`{name}` is here twice"));
        }
    }
    Some(names.into_iter().map(str::to_owned).collect())
}

/// Which files within a ZIP archive hold rows.
pub(super) fn read_members(export: &ExportKeys<'_>) -> Option<Vec<String>> {
    export.members.read_or(Vec::new(), |at| {
        let expected = "names of files within a ZIP archive, such as `[\"Table data.csv\"]` or `[\"*.csv\"]`";
        if at.is_text() {
            return at.text("a pattern of names", expected).map(|name| vec![name.to_owned()]);
        }
        let items = at.list("a list of patterns of names")?;
        items.iter().map(|item| item.text("a pattern of names", expected).map(str::to_owned)).collect()
    })
}

fn read_sheets(at: &Cursor<'_>) -> Option<Vec<String>> {
    let mut sheets: Vec<String> = Vec::new();
    let items = at.list("a list of sheets")?;
    let total = items.len();
    for item in items {
        match item.text("a sheet", "its name") {
            Some(name) if sheets.iter().any(|sheet| sheet == name) => {
                item.problem(format!("`{name}` is here twice"));
            }
            Some(name) => sheets.push(name.to_owned()),
            None => {}
        }
    }
    (sheets.len() == total).then_some(sheets)
}

/// `lives[].intervals[]` as `lives`, `[]`, `intervals`, `[]`.
fn read_rows_at(at: &Cursor<'_>) -> Option<Vec<String>> {
    let expected =
        "members and the list they lead to, such as `data.intervals[]`; `[]` if the document is the list";
    if matches!(&at.node.kind, super::yaml::Kind::List(items) if items.is_empty()) {
        return at.refuse(
            "an empty list is not a way to rows (expected `\"[]\"`, in quotes, if the document is the list)",
        );
    }
    let text = at.text("a way to rows", expected)?;
    if !text.ends_with("[]") && !text.ends_with("{}") {
        return at.refuse(format!("`{text}` does not end in a list (expected {expected})"));
    }
    let mut steps = Vec::new();
    for (index, part) in text.split('.').enumerate() {
        let mut name = part;
        let mut lists = Vec::new();
        while let Some((rest, step)) =
            ["[]", "{}"].into_iter().find_map(|step| Some((name.strip_suffix(step)?, step)))
        {
            name = rest;
            lists.push(step.to_owned());
        }
        // Only at the front may a list have no name: the document itself.
        if name.contains(['[', ']', '{', '}']) || (name.is_empty() && (index > 0 || lists.is_empty())) {
            return at.mismatch("a way to rows", expected);
        }
        steps.extend((!name.is_empty()).then(|| name.to_owned()));
        steps.extend(lists.into_iter().rev());
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::LineEnd;
    use super::super::testing;
    use super::*;

    fn format(text: &str, kind: RowKind) -> (Option<Format>, Vec<String>) {
        let keys = [
            "format",
            "delimiter",
            "quote",
            "escape",
            "line_end",
            "skip_rows",
            "encoding",
            "header",
            "header_rows",
            "header_within",
            "description_rows",
            "sheets",
            "rows_at",
            "complete",
            "members",
        ];
        testing::read(text, |at| read(&ExportKeys::of(&at.section("x", &keys)?), Some(kind)))
    }

    #[test]
    fn tables_of_counts_may_have_a_preamble() {
        let header = |text: &str, kind| match format(text, kind).0 {
            Some(Format::Delimited { header, .. } | Format::Xlsx { header, .. }) => {
                (header.within_lines, header.description_lines)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(header("format: csv", RowKind::Events), (1, 0));
        assert_eq!(header("format: csv", RowKind::Counts), (30, 0));
        assert_eq!(header("format: xlsx", RowKind::Events), (30, 0));
        assert_eq!(header("format: tsv\nheader_within: 4\ndescription_rows: 1", RowKind::Covers), (4, 1));
    }

    #[test]
    fn an_encoding_is_known_by_any_of_its_labels() {
        let text = "format: csv\ndelimiter: ';'\nencoding: UTF-16\n";
        let expected = Format::Delimited {
            dialect: Dialect::by(b';'),
            encoding: Some("utf-16le".into()),
            header: Header::within(30, 0),
        };
        assert_eq!(format(text, RowKind::Counts), (Some(expected), vec![]));
    }

    #[test]
    fn a_dialect_is_what_differs_from_the_usual_one() {
        let read = |text: &str| match format(text, RowKind::Counts).0 {
            Some(Format::Delimited { dialect, header, .. }) => (dialect, header.skipped, header.given),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(read("format: csv\n"), (Dialect::by(b','), 0, None));
        assert_eq!(read("format: tsv\nquote: \"'\"\n").0, Dialect { quote: Some(b'\''), ..Dialect::by(b'\t') });
        let text = "format: csv\ndelimiter: '||'\nquote: none\nescape: '\\'\nline_end: carriage_return\nskip_rows: 2\nheader: none\n";
        let dialect = Dialect {
            delimiter: Delimiter::new("||").unwrap(),
            quote: None,
            escape: Some(b'\\'),
            line_end: LineEnd::Return,
        };
        assert_eq!(read(text), (dialect, 2, Some(Vec::new())));
        for delimiter in [", ", "\\x01", "\\t\\t", "¦", "~|~"] {
            assert!(format(&format!("format: csv\ndelimiter: \"{delimiter}\"\n"), RowKind::Counts).0.is_some());
        }
    }

    #[test]
    fn one_character_has_one_meaning() {
        let part = "is a part of the delimiter, or the quote";
        let table: [(&str, &[String]); 6] = [
            ("delimiter: '|'\nquote: '|'\n", &[format!("line 3, `quote`: `|` {part}")]),
            ("delimiter: '\\\\'\nescape: '\\'\n", &[format!("line 3, `escape`: `\\` {part}")]),
            ("escape: '\"'\n", &[format!("line 2, `escape`: `\"` {part}")]),
            ("quote: ab\n", &["line 2, `quote`: `ab` is not a quote (expected one ASCII character such as `'`, or `none` where fields are never quoted)".to_owned()]),
            ("escape: e\n", &["line 2, `escape`: `e` is not an escape (expected one ASCII character such as `\\`)".to_owned()]),
            ("line_end: cr\nskip_rows: 1001\n", &[
                "line 2, `line_end`: `cr` is not a line end (expected: `newline`, `carriage_return`)".to_owned(),
                "line 3, `skip_rows`: `1001` is not a count of rows (expected 0 to 1,000)".to_owned(),
            ]),
        ];
        for (text, problems) in table {
            assert_eq!(format(&format!("format: csv\n{text}"), RowKind::Counts).1, problems, "{text}");
        }
        for delimiter in ["|||||", "a|", "|'", "", "."] {
            assert_eq!(format(&format!("format: csv\ndelimiter: \"{delimiter}\"\n"), RowKind::Counts).0, None);
        }
    }

    #[test]
    fn the_way_to_rows_ends_in_a_list() {
        let way = |text: &str| match format(&format!("format: json\nrows_at: '{text}'"), RowKind::Counts).0 {
            Some(Format::Json { rows_at }) => rows_at,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(way("data.intervals[]"), ["data", "intervals", "[]"]);
        assert_eq!(way("lives[].intervals[]"), ["lives", "[]", "intervals", "[]"]);
        assert_eq!(way("[].rows[]"), ["[]", "rows", "[]"]);
        assert_eq!(way("rows[][]"), ["rows", "[]", "[]"]);
        assert_eq!(way("[]"), ["[]"]);
        assert_eq!(way("data{}"), ["data", "{}"]);
        assert_eq!(way("{}.rows[]"), ["{}", "rows", "[]"]);
        for text in ["a", "a..b[]", ".a[]", "a.[]", "a[0].b[]", "a[].[]", "[", "$.a", "a{x}[]", "a.{}"] {
            assert_eq!(format(&format!("format: json\nrows_at: '{text}'"), RowKind::Counts).0, None, "{text}");
        }
    }

    #[test]
    fn what_goes_with_another_format_is_told() {
        let table: &[(&str, &[&str])] = &[
            (
                "format: ndjson\ndelimiter: ';'\nencoding: gbk\nrows_at: a[]\nsheets: [a]\nheader_within: 3\n",
                &[
                    "line 2, `delimiter`: goes only with `format: csv`",
                    "line 3, `encoding`: goes only with `format: csv` or `tsv`",
                    "line 4, `rows_at`: goes only with `format: json`",
                    "line 5, `sheets`: goes only with `format: xlsx`",
                    "line 6, `header_within`: goes only with `format: csv`, `tsv` or `xlsx`",
                ],
            ),
            (
                "format: tsv\nencoding: utf-7\nheader_within: 0\ndescription_rows: 11\n",
                &[
                    "line 2, `encoding`: `utf-7` is not an encoding (expected a WHATWG label such as `utf-16le`, \
                     `gb18030`, `shift_jis` or `windows-1252`)",
                    "line 3, `header_within`: `0` is not a count of lines (expected 1 to 1,000)",
                    "line 4, `description_rows`: `11` is not a count of lines (expected 0 to 10)",
                ],
            ),
            ("format: xlsx\nsheets: [a, a]\n", &["line 2, `sheets[1]`: `a` is here twice"]),
            (
                "format: json\n",
                &[
                    "line 1, `rows_at`: missing (expected the way to the rows, such as `data.intervals[]`; `[]` if the \
                   document is their list)",
                ],
            ),
            (
                "format: json\nrows_at: data\n",
                &[
                    "line 2, `rows_at`: `data` does not end in a list (expected members and the list they lead to, such \
                   as `data.intervals[]`; `[]` if the document is the list)",
                ],
            ),
            (
                "format: json\nrows_at: []\n",
                &["line 2, `rows_at`: an empty list is not a way to rows (expected `\"[]\"`, in quotes, if the \
                   document is the list)"],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(format(text, RowKind::Counts), (None, expected.iter().map(|m| (*m).to_owned()).collect()));
        }
    }
}
