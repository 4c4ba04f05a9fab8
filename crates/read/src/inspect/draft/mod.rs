//! A first platform file for unknown exports, with the evidence beside every line.
//!
//! A draft is right or does not load. What the files prove, or their platform documents, stands there; what is merely
//! guessed is a comment, and where something needs it the file is refused until somebody has decided.

mod counts;
mod cover_log;
mod displays;
mod folders;
mod ids;
mod period;
mod quality;
mod sibling_files;
mod totals;

use std::fmt::Write;

use counts::{Source, counts};
use sibling_files::SiblingFiles;

use super::column_kind::ColumnKind;
use super::interval_columns::{IntervalColumns, IntervalEnd};
use super::role::Role;
use super::verdict::{Verdict, quotient};
use super::{Column, Finding};
use crate::export::Peek;
use coverledger_core::model::{Count, is_steering, legible};

/// A table of a file, to draft from.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The file, as it was named.
    pub file: &'a str,
    /// What it is.
    pub peek: &'a Peek,
    /// What was found out about its table.
    pub finding: &'a Finding,
}

/// A platform file, and what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The file.
    pub text: String,
    /// What it calls its export.
    pub export: &'static str,
    /// Where the first file would lie below the exports' store; `MARKET` and `DATE` stand for what nothing says.
    pub lies_at: String,
    /// Where the log of covers would lie that was drafted beside it, and its file.
    pub log: Option<DraftedLog>,
    /// What somebody has to decide before it loads, each in words. None of a draft that loads.
    pub to_decide: Vec<String>,
}

/// A log of covers that was drafted beside a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedLog {
    /// The file, as it was named.
    pub file: String,
    /// What the draft calls its export.
    pub export: &'static str,
    /// Where it would lie below the exports' store.
    pub lies_at: String,
}

/// Drafts the file of the platform `name` from tables of one export; the first decides, and the others give it more
/// names of its columns.
#[must_use]
pub fn draft(name: &str, sample: Sample<'_>, others: &[Sample<'_>]) -> Drafted {
    // A log of covers stands beside what it names the covers of, wherever it was named.
    let all: Vec<Sample<'_>> = std::iter::once(sample).chain(others.iter().copied()).collect();
    let (logs, tables): (Vec<_>, Vec<_>) = all.into_iter().partition(cover_log::is_log);
    let (sample, others) = tables.split_first().map_or((sample, others), |(first, others)| (*first, others));
    let kin = SiblingFiles::of(sample, others);
    let Sample { file, peek, finding } = sample;
    let mut draft = Draft {
        peek,
        finding,
        counts: Vec::new(),
        kin: &kin,
        is_displays: displays::are(finding),
        has_log: false,
    };
    if let Some(log) = super::cover_log::find(finding) {
        return cover_log::alone(name, &draft, file, log);
    }
    if let Some(columns) = super::quality::find(finding) {
        return quality::draft(name, &draft, file, &columns);
    }
    let log = logs.first().and_then(|sample| Some((*sample, super::cover_log::find(sample.finding)?)));
    draft.has_log = log.is_some() && !draft.is_displays && draft.cover().is_none();
    if !draft.is_displays {
        draft.counts = counts(finding);
    }
    let (columns, mut to_decide) = draft.columns();
    let log = log.filter(|_| draft.has_log).map(|(sample, log)| {
        let kin = SiblingFiles::of(sample, logs.get(1..).unwrap_or_default());
        let Sample { peek, finding, file } = sample;
        let of_log = Draft { peek, finding, counts: Vec::new(), kin: &kin, is_displays: false, has_log: false };
        of_log.log_export(name, file, log)
    });
    to_decide.extend(log.as_ref().and_then(|log| log.question.clone()));
    let mut text = format!(
        "# Drafted by `coverledger inspect` from {} rows of `{}`. Read every line before you trust it.\n",
        finding.rows,
        one_line(file)
    );
    // Writing to text cannot fail.
    for (index, question) in to_decide.iter().enumerate() {
        if index == 0 {
            text.push_str("# It does not load before this is decided, each at the word DECIDE below:\n");
        }
        let _ = writeln!(text, "#   {}. {}", index + 1, one_line(question));
    }
    for left in logs.iter().filter(|_| !draft.has_log) {
        let _ = writeln!(
            text,
            "# `{}` is a log of covers; nothing here leaves its cover to one.",
            one_line(left.file)
        );
    }
    let _ = write!(text, "{}version: 1\n{}", kin.told(), draft.conventions());
    text.push_str("settle: 48h   # how long after a day's end its files may still change\nexports:\n");
    let rows = if draft.is_displays { "impressions" } else { "counts" };
    let _ = write!(text, "  - name: {rows}\n    rows: {rows}\n{}{}", draft.place(name, file), draft.format());
    if !draft.is_displays {
        let _ = write!(text, "{}{}", draft.newest(), draft.totals());
    }
    let _ = write!(text, "    columns:\n{columns}{}", log.as_ref().map_or("", |log| log.text.as_str()));
    for doubt in &finding.doubts {
        let _ = writeln!(text, "# contradiction: {}", one_line(doubt));
    }
    Drafted { text, export: rows, lies_at: draft.lies_at(name, file), log: log.map(|log| log.log), to_decide }
}

struct Draft<'a> {
    peek: &'a Peek,
    finding: &'a Finding,
    counts: Vec<(Count, Source)>,
    kin: &'a SiblingFiles<'a>,
    /// Whether every row is one display.
    is_displays: bool,
    /// Whether a log of covers is drafted beside it.
    has_log: bool,
}

/// Lines of a section, and what they ask.
struct Section {
    text: String,
    question: Option<String>,
}

/// A text of others within a comment: what YAML takes for the end of a line would end the comment (U+0085, U+2028 and
/// U+2029 too), and some characters it does not take at all.
fn one_line(text: &str) -> String {
    legible(text).into_owned()
}

/// A text as YAML has it, whatever is in it: what is read back is the same.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Writing to text cannot fail.
            c if is_steering(c) => _ = write!(quoted, "\\U{:08x}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

impl Draft<'_> {
    /// A column by its name, or by all that it has in the files.
    fn name(&self, column: usize) -> String {
        // Where no names are, a column goes by its number, which is no text.
        if !self.finding.header.is_there {
            return (column + 1).to_string();
        }
        let names = self.kin.names(self.finding, column);
        match names.as_slice() {
            [one] => quoted(one),
            all => format!("[{}]", all.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
        }
    }

    /// What stands below `columns`.
    fn columns(&self) -> (String, Vec<String>) {
        let when = if self.is_displays { self.occurred_at() } else { self.period() };
        let what = if self.is_displays { self.displays() } else { self.counts() };
        let rates = if self.is_displays { String::new() } else { self.rates() };
        let text = format!("{}{}{}{rates}", when.text, self.ids(), what.text);
        (text, when.question.into_iter().chain(what.question).collect())
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
        if self.is_displays {
            return "conventions: {impression: displays, click: cover_tap}\n".to_owned();
        }
        let click = if self.click_is_entry() { "room_entry" } else { "cover_tap" };
        let basis = if self.has(Count::UniqueImpressions) && !self.has(Count::Impressions) {
            "viewers"
        } else {
            "displays"
        };
        let uniques = match self.finding.when {
            IntervalColumns::Day { hour: None, .. } => "day",
            IntervalColumns::Span { end: IntervalEnd::Column(_) | IntervalEnd::Length(_), .. }
            | IntervalColumns::Nowhere
                if self.is_a_row_each() =>
            {
                "broadcast"
            }
            _ => "row",
        };
        let mut text = match &self.finding.verdict {
            Verdict::Proven { relation, .. } | Verdict::Fits { relation, .. } => {
                let relation = &self.finding.relations[*relation];
                let quotient = one_line(&quotient(&self.finding.columns, relation));
                let rate = one_line(&self.finding.columns[relation.rate].name);
                format!("# `{rate}` is {quotient} in {} of {} rows.\n", relation.fits, relation.rows)
            }
            Verdict::Claimed { rate, .. } => format!(
                "# `{}` is the cover's rate by its name only: the file has not the counts to prove it.\n",
                one_line(&self.finding.columns[*rate].name)
            ),
            Verdict::Computable { .. } => String::new(),
            Verdict::None(why) => {
                let why: String =
                    why.iter().fold(String::new(), |text, why| format!("{text}#   {}\n", one_line(why)));
                format!("# This export yields no click rate of the cover:\n{why}")
            }
        };
        let _ = writeln!(text, "conventions: {{impression: {basis}, click: {click}, uniques: {uniques}}}");
        text
    }

    fn column(&self, index: usize) -> &Column {
        &self.finding.columns[index]
    }

    fn role(&self, role: Role) -> Option<usize> {
        self.finding
            .columns
            .iter()
            .position(|column| column.role == Some(role) && column.kind != ColumnKind::Empty)
    }
}
