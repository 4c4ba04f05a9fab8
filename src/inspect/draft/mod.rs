//! A first platform file for an unknown export, with the evidence beside every guess.

mod counts;
mod period;

use std::fmt::Write;

use counts::{Source, counts};

use super::kind::Kind;
use super::role::Role;
use super::verdict::{Verdict, quotient};
use super::when::{End, When};
use super::{Column, Finding};
use crate::export::{Peek, PeekFormat};
use crate::model::Count;

/// Drafts the file of the platform `name`. It loads as it is; what nothing in the export says is said in its comments.
#[must_use]
pub fn draft(name: &str, file: &str, peek: &Peek, finding: &Finding) -> String {
    let draft = Draft { peek, finding, counts: counts(finding) };
    let mut text = format!(
        "# Drafted by `coverledger inspect` from {} rows of `{}`. Read every line before you trust it.\nversion: 1\n",
        finding.rows,
        file.replace(['\n', '\r'], " ")
    );
    // Writing to text cannot fail.
    let _ = write!(text, "{}", draft.conventions());
    text.push_str("settle: 48h   # how long after a day's end its files may still change\nexports:\n");
    let _ = write!(text, "  - name: counts\n    rows: counts\n{}", draft.place(name));
    let _ = write!(text, "{}", draft.format());
    text.push_str(draft.newest());
    let _ = write!(text, "{}", draft.totals());
    text.push_str("    columns:\n");
    let _ = write!(text, "{}{}{}{}", draft.period(), draft.ids(), draft.counts(), draft.rates());
    for doubt in &finding.doubts {
        let _ = writeln!(text, "# contradiction: {doubt}");
    }
    text
}

struct Draft<'a> {
    peek: &'a Peek,
    finding: &'a Finding,
    counts: Vec<(Count, Source)>,
}

/// A text as YAML has it, whatever is in it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

impl Draft<'_> {
    fn name(&self, column: usize) -> String {
        quoted(&self.finding.columns[column].name)
    }

    fn has(&self, count: Count) -> bool {
        self.counts.iter().any(|(known, _)| *known == count)
    }

    /// Whether every broadcast has one row.
    fn is_a_row_each(&self) -> bool {
        let named = self.role(Role::Broadcast).or_else(|| self.role(Role::Title));
        named.is_some_and(|column| self.finding.columns[column].is_distinct)
    }

    fn click_is_entry(&self) -> bool {
        match self.finding.verdict {
            Verdict::Proven { click_is_entry, .. }
            | Verdict::Fits { click_is_entry, .. }
            | Verdict::Claimed { click_is_entry, .. } => click_is_entry,
            Verdict::Computable { .. } | Verdict::None(_) => false,
        }
    }

    fn conventions(&self) -> String {
        let click = if self.click_is_entry() { "room_entry" } else { "cover_tap" };
        let basis = if self.has(Count::UniqueImpressions) && !self.has(Count::Impressions) {
            "viewers"
        } else {
            "displays"
        };
        let uniques = match self.finding.when {
            When::Day { hour: None, .. } => "day",
            When::Span { end: End::Column(_) | End::Length(_), .. } | When::Nowhere if self.is_a_row_each() => {
                "broadcast"
            }
            _ => "row",
        };
        let mut text = match &self.finding.verdict {
            Verdict::Proven { relation, .. } | Verdict::Fits { relation, .. } => {
                let relation = &self.finding.relations[*relation];
                let quotient = quotient(&self.finding.columns, relation);
                let rate = &self.finding.columns[relation.rate].name;
                format!("# `{rate}` is {quotient} in {} of {} rows.\n", relation.fits, relation.rows)
            }
            Verdict::Claimed { rate, .. } => format!(
                "# `{}` is the cover's rate by its name only: the file has not the counts to prove it.\n",
                self.finding.columns[*rate].name
            ),
            Verdict::Computable { .. } => String::new(),
            Verdict::None(why) => {
                let why: String = why.iter().fold(String::new(), |text, why| format!("{text}#   {why}\n"));
                format!("# This export yields no click rate of the cover:\n{why}")
            }
        };
        let _ = writeln!(text, "conventions: {{impression: {basis}, click: {click}, uniques: {uniques}}}");
        text
    }

    fn place(&self, name: &str) -> String {
        let ending = match self.peek.format {
            PeekFormat::Delimited { .. } => "*",
            PeekFormat::Ndjson => "*.ndjson*",
            PeekFormat::Json => "*.json*",
            PeekFormat::Xlsx => "*.xlsx",
            PeekFormat::Parquet => "*.parquet",
        };
        let period = if self.finding.when == When::Nowhere { "{start:%Y-%m-%d}_{end:%Y-%m-%d}" } else { "" };
        let market = if self.role(Role::Market).is_some() { "" } else { "{market}/" };
        let ending = match (period.is_empty(), ending) {
            (true, ending) => ending,
            (false, "*") => ".*",
            (false, ending) => &ending[1..],
        };
        let path = quoted(&format!("{name}/{market}{period}{ending}"));
        format!(
            "    # Below the exports' store. With a date in it, such as `{{date:%Y-%m-%d}}`, and `day: {{timezone: …}}`,\n    \
             # a day is settled from its own files only. Without one, each new file makes every day due again, a day\n    \
             # that no row reaches into waits, and the first and the last day of the rows stay provisional.\n    path: {path}\n"
        )
    }

    /// A session that is told while it is on air ends later the next time: it is the same by its broadcast and its start.
    fn newest(&self) -> &'static str {
        if self.has_sessions() {
            "    newest: {by: modified, per: broadcast}   # a broadcast that was still on air is counted as the newest file has it\n"
        } else {
            "    newest: {by: modified, per: period}   # `per: broadcast` if one file has not all broadcasts of its period\n"
        }
    }

    fn format(&self) -> String {
        let mut text = match self.peek.format {
            PeekFormat::Delimited { delimiter: b'\t' } => "    format: tsv\n".to_owned(),
            PeekFormat::Delimited { delimiter: b',' } => "    format: csv\n".to_owned(),
            PeekFormat::Delimited { delimiter } => {
                format!("    format: csv\n    delimiter: {}\n", quoted(&char::from(delimiter).to_string()))
            }
            PeekFormat::Ndjson => "    format: ndjson\n".to_owned(),
            PeekFormat::Parquet => "    format: parquet\n".to_owned(),
            PeekFormat::Xlsx => "    format: xlsx\n".to_owned(),
            PeekFormat::Json => "    format: json\n".to_owned(),
        };
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
            let _ = writeln!(text, "    encoding: {encoding}");
        }
        if self.finding.header.descriptions > 0 {
            let _ = writeln!(text, "    description_rows: {}", self.finding.header.descriptions);
        }
        if self.finding.style.decimal == ',' {
            text.push_str("    numbers: {decimal: \",\", group: \".\"}\n");
        }
        text
    }

    fn totals(&self) -> String {
        let mut text = String::new();
        if let Some(total) = self.finding.totals.first() {
            let cap = if self.finding.rows >= 500 { ", cap: 500" } else { "" };
            if let Some((column, word)) = total.word() {
                let column = &self.finding.columns[column];
                let _ = writeln!(
                    text,
                    "    totals: {{column: {}, words: [{}]{cap}}}",
                    quoted(&column.name),
                    quoted(word)
                );
            } else {
                text.push_str(
                    "    # Its last row is a total without a word for it: see that it is not counted.\n",
                );
            }
        }
        let flag =
            |column: &&Column| column.role == Some(Role::Flag) && super::name::fold(&column.raw).contains("test");
        if let Some(column) = self.finding.columns.iter().find(flag) {
            let _ = writeln!(text, "    skip: {{{}: [\"1\", \"true\"]}}", quoted(&column.name));
        }
        text
    }

    fn role(&self, role: Role) -> Option<usize> {
        self.finding.columns.iter().position(|column| column.role == Some(role) && column.kind != Kind::Empty)
    }

    fn ids(&self) -> String {
        let mut text = match self.role(Role::Market) {
            Some(column) => format!("      market: {{column: {}, otherwise: reject}}\n", self.name(column)),
            None => "      market: path   # or one market for all: {value: US}\n".to_owned(),
        };
        let _ = match (self.role(Role::Broadcast), self.role(Role::Title)) {
            (Some(column), _) => writeln!(text, "      broadcast_id: {}", self.name(column)),
            (None, Some(column)) => {
                let name = self.name(column);
                writeln!(text, "      broadcast_id: {name}   # a title: two broadcasts of one title are one")
            }
            (None, None) => {
                writeln!(text, "      broadcast_id: {{value: all}}   # no column says which broadcast")
            }
        };
        let _ = match self.role(Role::Cover) {
            Some(column) => writeln!(text, "      cover_id: {}", self.name(column)),
            None => writeln!(
                text,
                "      # No column says which cover. With a log of covers as another export (`rows: covers`) write `log`.\n      \
                 cover_id: {{value: unknown}}"
            ),
        };
        let audience = self.finding.columns.iter().filter(|column| column.role == Some(Role::Audience));
        let audience: Vec<String> = audience.map(|column| quoted(&column.name)).collect();
        if !audience.is_empty() {
            let _ = writeln!(text, "      audience: [{}]", audience.join(", "));
        }
        text
    }
}
