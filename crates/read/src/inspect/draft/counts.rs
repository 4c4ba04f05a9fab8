//! The counts of a draft, and the totals and rates that they are compared with.

use std::fmt::Write;

use super::{Draft, Section, one_line};
use crate::inspect::column_kind::ColumnKind;
use crate::inspect::doubt::RISE;
use crate::inspect::relation::{Proof, Relation};
use crate::inspect::role::Role;
use crate::inspect::verdict::{Verdict, quotient};
use crate::inspect::{Column, Finding, name, qualifier};
use coverledger_core::model::Count;

/// Where a count comes from.
pub(super) enum Source {
    Column(usize),
    Times(Count, usize),
    DividedBy(Count, usize),
}

/// What of the export can be counted.
pub(super) fn counts(finding: &Finding) -> Vec<(Count, Source)> {
    let columns = &finding.columns;
    let find = |role: Role| {
        columns.iter().position(|column| column.role == Some(role) && column.kind != ColumnKind::Empty)
    };
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
pub(super) fn is_seconds(column: &Column) -> bool {
    let name = name::fold(&column.raw);
    column.kind == ColumnKind::Duration || name.contains('秒') || name.contains("second") || name.contains("(s)")
}

/// The unit of a column of rates.
enum Unit {
    /// Its values say it.
    Own,
    Percent,
    Fraction,
    /// Nothing says it.
    Unknown,
}

impl Draft<'_> {
    /// What says the unit of a rate: arithmetic, a sign, the header, a value that no fraction has, a documentation.
    fn unit(&self, rate: usize) -> Unit {
        let column = self.column(rate);
        let proven = self
            .finding
            .relations
            .iter()
            .find(|relation| relation.rate == rate && relation.proof == Proof::Proven);
        let most = column.numbers.iter().flatten().map(|number| number.value).fold(0.0, f64::max);
        match () {
            () if matches!(column.kind, ColumnKind::Percent | ColumnKind::Duration) => Unit::Own,
            () if let Some(proven) = proven => {
                if proven.is_percent {
                    Unit::Percent
                } else {
                    Unit::Fraction
                }
            }
            () if column.raw.contains(['%', '％']) || most > 1.0 => Unit::Percent,
            () if name::fold(&column.raw) == "video thumbnail impressions ctr" => Unit::Fraction,
            () => Unit::Unknown,
        }
    }

    /// How a rate's column is written, and its unit if its numbers are bare.
    fn rate(&self, column: usize) -> String {
        let unit = match self.unit(column) {
            Unit::Own if self.column(column).kind == ColumnKind::Percent => ", unit: signed",
            Unit::Own => "",
            Unit::Percent => ", unit: percent",
            Unit::Fraction | Unit::Unknown => ", unit: fraction",
        };
        format!("column: {}{unit}", self.name(column))
    }

    /// Why a count is only proposed.
    fn doubt(&self, count: Count, source: &Source) -> Option<String> {
        let columns = &self.finding.columns;
        match source {
            Source::Column(column) => {
                let is_shown = |among: usize| {
                    matches!(columns[among].role, Some(Role::Count(Count::Impressions | Count::UniqueImpressions)))
                };
                let proven = |relation: &&Relation| relation.of == *column && relation.proof == Proof::Proven;
                let of = || self.finding.relations.iter().filter(proven);
                let is_click = matches!(count, Count::Clicks | Count::Clickers);
                if let Some(other) = of().next()
                    && is_click
                    && !of().any(|relation| is_shown(relation.among))
                {
                    let rate = one_line(&columns[other.rate].name);
                    let quotient = one_line(&quotient(columns, other));
                    return Some(format!(
                        "`{rate}` is {quotient}, so these may be clicks on something else than the cover"
                    ));
                }
                self.exceeded(count, *column)
            }
            Source::Times(_, rate) | Source::DividedBy(_, rate) => match self.unit(*rate) {
                Unit::Unknown if count != Count::Dwell => Some(format!(
                    "whether `{}` is in percent (`unit: percent`) or not (`unit: fraction`), its values do not show",
                    one_line(&columns[*rate].name)
                )),
                _ => None,
            },
        }
    }

    /// Clicks are no more than what was shown.
    fn exceeded(&self, count: Count, column: usize) -> Option<String> {
        let whole = match count {
            Count::Clicks => Count::Impressions,
            Count::Clickers => Count::UniqueImpressions,
            _ => return None,
        };
        let (_, Source::Column(whole)) = self.counts.iter().find(|(known, _)| *known == whole)? else {
            return None;
        };
        let (part, whole) = (self.column(column), self.column(*whole));
        let pairs = part.numbers.iter().zip(&whole.numbers);
        let over =
            pairs.filter(|(part, whole)| matches!((part, whole), (Some(p), Some(w)) if p.low > w.high)).count();
        (over > 0).then(|| format!("it is more than `{}` in {over} rows", one_line(&whole.name)))
    }

    pub(super) fn counts(&self) -> Section {
        let (mut sure, mut proposed) = (String::new(), String::new());
        // Writing to text cannot fail.
        for (count, source) in &self.counts {
            let line = self.source(*count, source);
            match self.doubt(*count, source) {
                None => _ = writeln!(sure, "        {}: {line}", count.word()),
                Some(doubt) => {
                    _ = writeln!(
                        proposed,
                        "        # {}, so this is only proposed:\n        # {}: {line}",
                        doubt,
                        count.word()
                    );
                }
            }
        }
        let mean = self.role(Role::Mean);
        if let Some(mean) = mean.filter(|_| !self.has(Count::Dwell)) {
            let name = one_line(&self.column(mean).name);
            let _ = writeln!(
                proposed,
                "        # `{name}` is a mean per view or per viewer, which it does not say. Per viewer:\n        \
                 # dwell_seconds: {{of: entrants, times: {}}}",
                self.name(mean)
            );
        }
        if sure.is_empty() {
            return self.nothing_counted(&proposed);
        }
        if let Some(why) = self.running_in_doubt().or_else(|| self.remarks_in_doubt()) {
            return all_asked(&why, &sure, &proposed);
        }
        Section { text: format!("      counts:\n{sure}{proposed}"), question: None }
    }

    fn source(&self, count: Count, source: &Source) -> String {
        let by = |rate: usize| {
            if count == Count::Dwell { self.name(rate) } else { format!("{{{}}}", self.rate(rate)) }
        };
        match source {
            Source::Column(column) => self.name(*column),
            Source::Times(of, rate) => format!("{{of: {}, times: {}}}", of.word(), by(*rate)),
            Source::DividedBy(of, rate) => format!("{{of: {}, divided_by: {}}}", of.word(), by(*rate)),
        }
    }

    /// Every count rises from row to row: somebody has to say that they are of their rows.
    fn running_in_doubt(&self) -> Option<String> {
        let names = self.listed(&self.finding.rising)?;
        Some(format!("whether the counts are of their rows: {names} {RISE}; ask for the counts of each row"))
    }

    /// What a rate is made of is there by names whose remark may make something else of it.
    fn remarks_in_doubt(&self) -> Option<String> {
        let in_doubt = |wanted: &[Count]| {
            let is_it = |column: &Column| {
                let folded = name::fold(&column.raw);
                let role = qualifier::in_doubt(&folded).map(|(role, _)| role);
                column.role.is_none() && matches!(role, Some(Role::Count(count)) if wanted.contains(&count))
            };
            let columns = 0..self.finding.columns.len();
            let found: Vec<usize> = columns.filter(|index| is_it(self.column(*index))).collect();
            if wanted.iter().any(|count| self.has(*count)) { Vec::new() } else { found }
        };
        let shown = in_doubt(&[Count::Impressions, Count::UniqueImpressions]);
        let clicked = in_doubt(&[Count::Clicks, Count::Clickers, Count::Entries]);
        let names = self.listed(&[shown, clicked].concat())?;
        Some(format!(
            "whether {names} count what their names say without their remarks, and which of them: add those that do"
        ))
    }

    /// The names of some columns; none of none.
    fn listed(&self, columns: &[usize]) -> Option<String> {
        let names = columns.iter().map(|column| format!("`{}`", one_line(&self.column(*column).name)));
        (!columns.is_empty()).then(|| names.collect::<Vec<_>>().join(", "))
    }

    /// Nothing is known to be counted: somebody has to say what is.
    fn nothing_counted(&self, proposed: &str) -> Section {
        let columns = self.finding.columns.iter().filter(|column| column.is_count());
        let names: Vec<String> = columns.map(|column| format!("`{}`", one_line(&column.name))).collect();
        let (shown, more) = (names.iter().take(12).cloned().collect::<Vec<_>>(), names.len().saturating_sub(12));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let among = match shown.as_slice() {
            [] => "no column holds whole numbers".to_owned(),
            shown => format!("columns of whole numbers are {}{more}", shown.join(", ")),
        };
        let text = format!(
            "      # DECIDE: which column counts what; no name is known for certain, and {among}.\n      \
             # counts:\n      #   impressions: \"COLUMN\"\n      #   clicks: \"COLUMN\"\n{proposed}"
        );
        let question = format!("which column counts impressions, clicks or entries: {among} (`columns.counts`)");
        Section { text, question: Some(question) }
    }

    /// Proven rates whose counts stand in columns of their own.
    pub(super) fn rates(&self) -> String {
        // A rate is held against counts that stand there.
        if self.running_in_doubt().or_else(|| self.remarks_in_doubt()).is_some() {
            return String::new();
        }
        let count_of = |column: usize| {
            let is = |(count, source): &&(Count, Source)| {
                matches!(source, Source::Column(own) if *own == column) && self.doubt(*count, source).is_none()
            };
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
            let _ = writeln!(text, "        {name}: {{{}{pair}}}", self.rate(relation.rate));
            names.push(name);
        }
        if text.is_empty() { text } else { format!("      rates:\n{text}") }
    }
}

/// Counts that do not load before somebody has said that they are right.
fn all_asked(why: &str, sure: &str, proposed: &str) -> Section {
    let lines = sure
        .lines()
        .fold(String::new(), |text, line| text + "      # " + line.trim_start_matches("      ") + "\n");
    let text = format!(
        "      # DECIDE: {}.\n      # Then take away the `# `, with what is right:\n      # counts:\n{lines}{proposed}",
        one_line(why)
    );
    Section { text, question: Some(format!("{why} (`columns.counts`)")) }
}
