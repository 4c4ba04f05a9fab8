//! Paths and formats of a draft's files, and which of several deliveries counts.

use std::fmt::Write;

use super::{Draft, quoted};
use crate::export::PeekFormat;
use crate::inspect::interval_columns::IntervalColumns;
use crate::inspect::role::Role;
use crate::inspect::time_patterns::date_of;
use coverledger_config::{Dialect, LineEnd};

/// Stands where a zone has to be written, and is none.
pub(super) const ASKED: &str = "ZONE";
/// `YouTube`'s days, whatever the market.
const PACIFIC: &str = "America/Los_Angeles";

/// What the folders of a file name.
pub(super) struct Folders<'f> {
    /// A country, by its code.
    pub(super) market: Option<&'f str>,
    /// The day, by the folder in which the file lies.
    date: Option<&'f str>,
}

pub(super) fn folders(file: &str) -> Folders<'_> {
    let folders = || file.rsplit('/').skip(1);
    let is_country = |folder: &&str| folder.len() == 2 && folder.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_day = |folder: &&str| date_of(folder, "%Y-%m-%d").is_some_and(|date| date.to_string() == **folder);
    Folders { market: folders().find(is_country), date: folders().next().filter(is_day) }
}

impl Draft<'_> {
    pub(super) fn place(&self, name: &str, file: &str) -> String {
        let ending = match self.peek.format {
            PeekFormat::Delimited { .. } => "*",
            PeekFormat::Ndjson => "*.ndjson*",
            PeekFormat::Json => "*.json*",
            PeekFormat::Xlsx => "*.xlsx",
            PeekFormat::Parquet => "*.parquet",
        };
        let market = if self.role(Role::Market).is_some() { "" } else { "{market}/" };
        if self.finding.when == IntervalColumns::Nowhere {
            let path = quoted(&format!("{name}/{market}{{date:%Y-%m-%d}}/{ending}"));
            return format!(
                "    # Below the exports' store, as the files lie: a folder for each day, or the day in the name (`{name}/{market}*{{date:%Y-%m-%d}}*`).\n    \
                 # Of a file over several days write `{{start:%Y-%m-%d}}_{{end:%Y-%m-%d}}` in its place, the end exclusive, and no `day`.\n    \
                 path: {path}\n    \
                 # DECIDE: whose day that is; the same zone as in `period` below.\n    # day: {{timezone: {}}}\n",
                self.likely_zone()
            );
        }
        // The rows say their day themselves: folders of days are passed through.
        let dated = folders(file).date.map_or("", |_| "*/");
        let path = quoted(&format!("{name}/{market}{dated}{ending}"));
        format!(
            "    # Below the exports' store. With a date in it, such as `{{date:%Y-%m-%d}}`, and `day: {{timezone: …}}`,\n    \
             # a day is settled from its own files only. Without one, each new file makes every day due again, a day\n    \
             # that no row reaches into waits, and the first and the last day of the rows stay provisional.\n    path: {path}\n"
        )
    }

    /// Where a file would lie that has this name here: by the country and the day that its own folders name.
    pub(super) fn lies_at(&self, name: &str, file: &str) -> String {
        let base = file.rsplit('/').next().unwrap_or(file);
        let Folders { market, date } = folders(file);
        let market = market.unwrap_or("MARKET");
        let market = if self.role(Role::Market).is_some() { String::new() } else { format!("{market}/") };
        let asked = (self.finding.when == IntervalColumns::Nowhere).then_some("DATE");
        let date = date.or(asked).map(|date| format!("{date}/")).unwrap_or_default();
        format!("{name}/{market}{date}{base}")
    }

    /// The zone that days of a file without a time are by, where the platform documents it; else a word that is none, so
    /// that nothing loads by it.
    pub(super) fn likely_zone(&self) -> &'static str {
        let platform = self.finding.looks_like.map_or("", |(name, _)| name);
        if platform.starts_with("YouTube") { PACIFIC } else { ASKED }
    }

    /// A session that is told while it is on air ends later the next time: it is the same by its broadcast and its start.
    pub(super) fn newest(&self) -> &'static str {
        if self.has_sessions() {
            "    newest: {by: modified, per: broadcast}   # a broadcast that was still on air is counted as the newest file has it\n"
        } else {
            "    newest: {by: modified, per: period}   # `per: broadcast` if one file has not all broadcasts of its period\n"
        }
    }

    pub(super) fn format(&self) -> String {
        let mut text = match self.peek.format {
            PeekFormat::Delimited { dialect } => written(&dialect),
            PeekFormat::Ndjson => "    format: ndjson\n".to_owned(),
            PeekFormat::Parquet => "    format: parquet\n".to_owned(),
            PeekFormat::Xlsx => "    format: xlsx\n".to_owned(),
            PeekFormat::Json => "    format: json\n".to_owned(),
        };
        // Writing to text cannot fail.
        match (self.peek.format, &self.finding.name) {
            (PeekFormat::Json, way) => {
                let _ = writeln!(text, "    rows_at: {}", quoted(way.as_deref().unwrap_or("[]")));
            }
            (PeekFormat::Xlsx, Some(sheet)) if self.peek.tables.len() > 1 => {
                let _ = writeln!(text, "    sheets: [{}]", quoted(sheet));
            }
            _ => {}
        }
        if let (PeekFormat::Delimited { .. }, Some(encoding)) = (self.peek.format, self.peek.encoding)
            && !encoding.eq_ignore_ascii_case("utf-8")
        {
            let doubt = match &self.peek.rival_encodings[..] {
                [] => String::new(),
                rivals => format!("   # a guess from few letters; else {}", rivals.join(", ")),
            };
            let _ = writeln!(text, "    encoding: {encoding}{doubt}");
        }
        if !self.finding.header.is_there {
            text.push_str(
                "    header: none   # columns are told by their numbers; or a list of names, in order\n",
            );
        }
        if self.finding.header.descriptions > 0 {
            let _ = writeln!(text, "    description_rows: {}", self.finding.header.descriptions);
        }
        if self.finding.style.decimal == ',' && !self.is_displays {
            text.push_str("    numbers: {decimal: \",\", group: \".\"}\n");
        }
        text
    }
}

/// How delimited text is written: what is usual needs no word.
fn written(dialect: &Dialect) -> String {
    let mut text = match dialect.delimiter.as_str() {
        "\t" => "    format: tsv\n".to_owned(),
        "," => "    format: csv\n".to_owned(),
        delimiter => format!("    format: csv\n    delimiter: {}\n", escaped(delimiter)),
    };
    let letter = |byte: u8| quoted(&char::from(byte).to_string());
    // Writing to text cannot fail.
    match dialect.quote {
        Some(b'"') => {}
        quote => {
            let _ = writeln!(text, "    quote: {}", quote.map_or_else(|| "none".to_owned(), letter));
        }
    }
    if let Some(escape) = dialect.escape {
        let _ = writeln!(text, "    escape: {}", letter(escape));
    }
    if dialect.line_end == LineEnd::Return {
        text.push_str("    line_end: carriage_return\n");
    }
    text
}

/// Text in quotes with its control characters as YAML escapes them.
fn escaped(text: &str) -> String {
    let mut escaped = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(escaped, "\\x{:02x}", u32::from(letter));
            }
            letter => escaped.push(letter),
        }
    }
    escaped.push('"');
    escaped
}
