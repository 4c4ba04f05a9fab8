//! What a draft counts, and what it holds that against.

use std::fmt::Write;

use super::Draft;
use crate::inspect::kind::Kind;
use crate::inspect::relation::{Proof, Relation};
use crate::inspect::role::Role;
use crate::inspect::verdict::Verdict;
use crate::inspect::{Column, Finding, name};
use crate::model::Count;

/// Where a count comes from.
pub(super) enum Source {
    Column(usize),
    Times(Count, usize),
    DividedBy(Count, usize),
}

/// What of the export can be counted.
pub(super) fn counts(finding: &Finding) -> Vec<(Count, Source)> {
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
pub(super) fn is_seconds(column: &Column) -> bool {
    let name = name::fold(&column.raw);
    column.kind == Kind::Duration || name.contains('秒') || name.contains("second") || name.contains("(s)")
}

impl Draft<'_> {
    /// How a rate's column is written, and its unit if its numbers are bare.
    fn rate(&self, column: usize, is_percent: bool) -> String {
        let unit = match self.finding.columns[column].kind {
            Kind::Percent => ", unit: signed",
            Kind::Duration => "",
            _ if is_percent => ", unit: percent",
            _ => ", unit: fraction",
        };
        format!("column: {}{unit}", self.name(column))
    }

    /// Whether the bare numbers of a rate are percent; `None` where nothing says so: they are all below one, and no `%`
    /// stands in the name.
    fn is_percent(&self, rate: usize) -> Option<bool> {
        let column = &self.finding.columns[rate];
        let most = column.numbers.iter().flatten().map(|number| number.value).fold(0.0, f64::max);
        let proven = self
            .finding
            .relations
            .iter()
            .find(|relation| relation.rate == rate && relation.proof == Proof::Proven);
        match proven {
            Some(relation) => Some(relation.is_percent),
            None if column.raw.contains(['%', '％']) || most > 1.0 => Some(true),
            None => None,
        }
    }

    pub(super) fn counts(&self) -> String {
        let mut text = "      counts:\n".to_owned();
        for (count, source) in &self.counts {
            let by = |rate: usize| {
                if *count == Count::Dwell {
                    self.name(rate)
                } else if let (Kind::Percent, _) | (_, Some(_)) =
                    (&self.finding.columns[rate].kind, self.is_percent(rate))
                {
                    format!("{{{}}}", self.rate(rate, self.is_percent(rate) == Some(true)))
                } else {
                    // Nobody can tell half of all from one in two hundred: the file does not load until somebody says so.
                    format!("{{column: {}, unit: \"?\"}}", self.name(rate))
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
            // Something must stand here for the file to load; a column that is nowhere is asked for by name when it runs.
            let _ =
                writeln!(text, "        entries: \"?\"   # no name of a column is known: put the right ones here");
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
    pub(super) fn rates(&self) -> String {
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
