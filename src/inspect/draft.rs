//! A first platform file for an unknown export, with the evidence beside every guess.

use std::fmt::Write;

use super::kind::{InstantWay, Kind};
use super::relation::{Proof, Relation};
use super::report::span;
use super::role::Role;
use super::verdict::{Verdict, quotient};
use super::when::{End, When};
use super::zone::{Clock, MORE_THAN_AUDIENCE};
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
    text.push_str("    newest: {by: modified, per: period}   # `per: broadcast` if one file has not all broadcasts of its period\n");
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

/// Where a count comes from.
enum Source {
    Column(usize),
    Times(Count, usize),
    DividedBy(Count, usize),
}

/// What of the export can be counted.
fn counts(finding: &Finding) -> Vec<(Count, Source)> {
    let columns = &finding.columns;
    let find =
        |role: Role| columns.iter().position(|column| column.role == Some(role) && column.kind != Kind::Empty);
    let stands = |count: Count| {
        let there = find(Role::Count(count))?;
        let is_sound = if count == Count::Dwell { is_seconds(&columns[there]) } else { columns[there].is_count() };
        is_sound.then_some(there)
    };
    let mut counts: Vec<(Count, Source)> =
        Count::ALL.into_iter().filter_map(|count| Some((count, Source::Column(stands(count)?)))).collect();
    let has = |count: Count| stands(count).is_some();
    if let Verdict::Claimed { rate, click_is_entry } = finding.verdict {
        if click_is_entry && has(Count::Entries) && !has(Count::Impressions) {
            counts.push((Count::Impressions, Source::DividedBy(Count::Entries, rate)));
        } else if !click_is_entry && has(Count::Impressions) && !has(Count::Clicks) {
            counts.push((Count::Clicks, Source::Times(Count::Impressions, rate)));
        }
    }
    if !has(Count::Dwell)
        && has(Count::Entrants)
        && let Some(mean) = find(Role::MeanPerViewer).filter(|mean| is_seconds(&columns[*mean]))
    {
        counts.push((Count::Dwell, Source::Times(Count::Entrants, mean)));
    }
    counts.sort_by_key(|(count, _)| *count);
    counts
}

/// Whether a column of durations is in seconds, or says its own unit.
fn is_seconds(column: &Column) -> bool {
    let name = super::name::fold(&column.raw);
    column.kind == Kind::Duration || name.contains('秒') || name.contains("second") || name.contains("(s)")
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

    fn click_is_entry(&self) -> bool {
        match self.finding.verdict {
            Verdict::Proven { click_is_entry, .. } | Verdict::Claimed { click_is_entry, .. } => click_is_entry,
            Verdict::Computable { .. } | Verdict::None(_) => {
                !self.has(Count::Clicks) && self.has(Count::Entries) && self.has(Count::Impressions)
            }
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
            When::Span { end: End::Column(_) | End::Length(_), .. } | When::Nowhere => "broadcast",
            _ => "row",
        };
        let mut text = match &self.finding.verdict {
            Verdict::Proven { relation, .. } => {
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
             # a day is settled from its own files only.\n    path: {path}\n"
        )
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

    /// ` timezone: …` and what there is to say about it.
    fn zone(&self) -> (String, String) {
        match &self.finding.clock {
            Clock::Certain { why } => (String::new(), format!("UTC: {why}")),
            Clock::Probably { candidates, .. } if candidates[0].score < MORE_THAN_AUDIENCE => {
                let why = &candidates[0].evidence.join("; ");
                let zone = &candidates[0].zones[0];
                let why = format!("nothing in the file says whose clock it is; perhaps {zone}: {why}");
                (", timezone: market".to_owned(), why)
            }
            Clock::Probably { candidates, .. } => {
                let first = &candidates[0];
                let others: Vec<&str> =
                    candidates[1..].iter().take(3).flat_map(|other| &other.zones).map(String::as_str).collect();
                let others =
                    if others.is_empty() { String::new() } else { format!("; else {}", others.join(", ")) };
                let same = if first.zones.len() > 1 {
                    format!(" (as well {})", first.zones[1..].join(", "))
                } else {
                    String::new()
                };
                let why = format!("probably{same}: {}{others}", first.evidence.join("; "));
                (format!(", timezone: {}", first.zones[0]), why)
            }
            Clock::Unknown { .. } | Clock::None => (
                ", timezone: market".to_owned(),
                "nothing in the file says whose clock it is; ask the platform".to_owned(),
            ),
        }
    }

    fn instant(&self, column: usize) -> String {
        let (zone, _) = self.zone();
        let name = self.name(column);
        match &self.finding.columns[column].kind {
            Kind::Instant(InstantWay::Rfc3339) => format!("{{column: {name}, format: rfc3339}}"),
            Kind::Instant(InstantWay::Seconds) => format!("{{column: {name}, format: epoch_s}}"),
            Kind::Instant(InstantWay::Millis) => format!("{{column: {name}, format: epoch_ms}}"),
            Kind::Instant(InstantWay::Micros) => format!("{{column: {name}, format: epoch_us}}"),
            Kind::Instant(InstantWay::Native) => format!("{{column: {name}, format: native}}"),
            Kind::Wall(Some(pattern)) => format!("{{column: {name}, format: {}{zone}}}", quoted(pattern)),
            _ if self.peek.format == PeekFormat::Xlsx => format!("{{column: {name}, format: native{zone}}}"),
            _ => format!("{{column: {name}, format: {}{zone}}}", quoted("%Y-%m-%d %H:%M:%S")),
        }
    }

    fn period(&self) -> String {
        let (zone, why) = self.zone();
        match &self.finding.when {
            When::Nowhere => "      period: path   # no column says when\n".to_owned(),
            When::Day { date, hour } => {
                let pattern = match &self.finding.columns[*date].kind {
                    Kind::Date(Some(pattern)) => pattern,
                    _ => "%Y-%m-%d",
                };
                let hour = hour.map(|hour| format!(", hour: {}", self.name(hour))).unwrap_or_default();
                let zone = if zone.is_empty() { ", timezone: UTC" } else { &zone };
                let (date, pattern) = (self.name(*date), quoted(pattern));
                format!("      # {why}\n      period: {{date: {date}, format: {pattern}{zone}{hour}}}\n")
            }
            When::Span { start, end } => {
                let mut text = format!("      # {why}\n");
                let end = match end {
                    End::Column(end) => format!("end: {}", self.instant(*end)),
                    End::Length(length) if is_seconds(&self.finding.columns[*length]) => {
                        format!("length: {}", self.name(*length))
                    }
                    End::Grain(seconds) => format!("grain: {}", span(*seconds)),
                    End::Length(_) | End::Unknown => {
                        text.push_str(
                            "      # How long a row is, the file does not say: one hour is a placeholder.\n",
                        );
                        "grain: 1h".to_owned()
                    }
                };
                let _ = writeln!(text, "      period: {{start: {}, {end}}}", self.instant(*start));
                text
            }
        }
    }

    fn ids(&self) -> String {
        let mut text = match self.role(Role::Market) {
            Some(column) => format!("      market: {{column: {}, otherwise: reject}}\n", self.name(column)),
            None => "      market: path   # or one market for all: {value: US}\n".to_owned(),
        };
        text.push_str(&match (self.role(Role::Broadcast), self.role(Role::Title)) {
            (Some(column), _) => format!("      broadcast_id: {}\n", self.name(column)),
            (None, Some(column)) => {
                format!(
                    "      broadcast_id: {}   # a title: two broadcasts of one title are one\n",
                    self.name(column)
                )
            }
            (None, None) => "      broadcast_id: {value: all}   # no column says which broadcast\n".to_owned(),
        });
        text.push_str(&match self.role(Role::Cover) {
            Some(column) => format!("      cover_id: {}\n", self.name(column)),
            None => "      # No column says which cover. With a log of covers as another export (`rows: covers`) write `log`.\n      \
                     cover_id: {value: unknown}\n"
                .to_owned(),
        });
        let audience = self.finding.columns.iter().filter(|column| column.role == Some(Role::Audience));
        let audience: Vec<String> = audience.map(|column| quoted(&column.name)).collect();
        if !audience.is_empty() {
            let _ = writeln!(text, "      audience: [{}]", audience.join(", "));
        }
        text
    }

    /// How a rate's column is written, and its unit if its numbers are bare.
    fn rate(&self, column: usize, is_percent: bool) -> String {
        let unit = match self.finding.columns[column].kind {
            Kind::Percent | Kind::Duration => "",
            _ if is_percent => ", unit: percent",
            _ => ", unit: fraction",
        };
        format!("column: {}{unit}", self.name(column))
    }

    fn is_percent(&self, rate: usize) -> bool {
        let column = &self.finding.columns[rate];
        let most = column.numbers.iter().flatten().map(|number| number.value).fold(0.0, f64::max);
        column.raw.contains('%') || most > 1.0
    }

    fn counts(&self) -> String {
        let mut text = "      counts:\n".to_owned();
        for (count, source) in &self.counts {
            let by = |rate: usize| {
                if *count == Count::Dwell {
                    self.name(rate)
                } else {
                    format!("{{{}}}", self.rate(rate, self.is_percent(rate)))
                }
            };
            let source = match source {
                Source::Column(column) => self.name(*column),
                Source::Times(of, rate) => format!("{{of: {}, times: {}}}", of.word(), by(*rate)),
                Source::DividedBy(of, rate) => format!("{{of: {}, divided_by: {}}}", of.word(), by(*rate)),
            };
            let _ = writeln!(text, "        {}: {source}", count.word());
        }
        if self.counts.is_empty() {
            // Something must stand here for the file to load, and nothing may be made up.
            let first = self.finding.columns.iter().position(Column::is_count);
            let name = first.map_or_else(|| quoted("?"), |column| self.name(column));
            let _ = writeln!(
                text,
                "        entries: {name}   # no name of a column is known: put the right ones here"
            );
        }
        let mean = self.role(Role::Mean);
        if let Some(mean) = mean.filter(|_| !self.has(Count::Dwell)) {
            let name = &self.finding.columns[mean].name;
            let _ = writeln!(
                text,
                "        # `{name}` is a mean per view or per viewer, which it does not say. Per viewer:\n        \
                 # dwell_seconds: {{of: entrants, times: {}}}",
                self.name(mean)
            );
        }
        text
    }

    /// Proven rates whose counts stand in columns of their own.
    fn rates(&self) -> String {
        let count_of = |column: usize| {
            let is = |(_, source): &&(Count, Source)| matches!(source, Source::Column(own) if *own == column);
            self.counts.iter().find(is).map(|(count, _)| *count).filter(|count| *count != Count::Dwell)
        };
        let proven = self.finding.relations.iter().filter(|relation| relation.proof == Proof::Proven);
        let told =
            |relation: &Relation| Some((relation.clone(), count_of(relation.of)?, count_of(relation.among)?));
        let mut text = String::new();
        let mut names: Vec<String> = Vec::new();
        for (relation, of, among) in proven.filter_map(told) {
            let is_own = matches!((of, among), (Count::Clicks, Count::Impressions));
            let name = if is_own { "ctr".to_owned() } else { format!("{}_per_{}", of.word(), among.word()) };
            if names.contains(&name) {
                continue;
            }
            let pair =
                if is_own { String::new() } else { format!(", of: {}, among: {}", of.word(), among.word()) };
            let _ = writeln!(text, "        {name}: {{{}{pair}}}", self.rate(relation.rate, relation.is_percent));
            names.push(name);
        }
        if text.is_empty() { text } else { format!("      rates:\n{text}") }
    }
}
