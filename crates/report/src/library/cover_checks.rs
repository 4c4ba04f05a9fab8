//! `cover_checks`: what the rules of markets say of every cover that is on air or about to be, and how each looks beside the
//! covers that worked there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use polars::prelude::*;

use super::catalogue::CataloguedCover;
use super::history_rows::HistoryRow;
use super::proven::{Likeness, Proven};
use super::rules::{Finding, Judged, Subject, Unseen, judge};
use super::shelf::Shelf;
use crate::cells::dates;
use crate::decision_context::{floats, texts};
use crate::table::{read, rendered};
use crate::{Rendered, ReportError};
use coverledger_config::{Experiment, MarketRules};
use coverledger_core::model::{MarketId, PlatformId, TableName, columns as c};

/// For how many days, the last included, a cover that was on air is still held against rules.
const AIRED_DAYS: i32 = 7;

/// A cover that is on air or about to be in a market of a platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Scheduled {
    platform: PlatformId,
    market: MarketId,
    cover: String,
}

/// What the sheet declares of each cover: by cover id, by column.
pub type Facts = BTreeMap<String, BTreeMap<String, String>>;

/// What the sheet declares of these covers, as it is in the catalogue.
#[must_use]
pub fn facts(covers: &[CataloguedCover]) -> Facts {
    let declared = |cover: &CataloguedCover| {
        let declared = cover.declared.as_ref()?;
        let known = declared.values.iter().map(|(column, value)| (column.word().to_owned(), value.clone()));
        Some((cover.cover_id.clone(), declared.tags.clone().into_iter().chain(known).collect()))
    };
    covers.iter().filter_map(declared).collect()
}

/// Why it is looked at.
#[derive(Debug, Clone, Default)]
struct Because {
    experiments: BTreeSet<String>,
    last_aired: Option<Date>,
}

/// Renders the table.
///
/// Looked at are the covers of experiments that are running on that date or begin after it, in their markets, and the covers
/// that were on air there in the last seven days. `facts` are what the sheet declares of each cover, by column, its name among
/// them. `history` is the table `cover_history` as of the same date.
///
/// # Errors
/// [`ReportError`] when `history` is no such table, or polars cannot build or write the table.
pub fn cover_checks(
    (as_of, revision): (Date, u64),
    experiments: &BTreeMap<String, Experiment>,
    rules: Option<&MarketRules>,
    shelf: &Shelf,
    facts: &Facts,
    history: &Rendered,
) -> Result<Rendered, ReportError> {
    let history = read(TableName::CoverHistory, &[history.bytes.clone().into()]);
    let made = history.and_then(|history| HistoryRow::read(&history)).and_then(|history| {
        let scheduled = scheduled(as_of, experiments, &history);
        let lines = lines(&scheduled, rules, &Covers { shelf, facts }, &history);
        table(as_of, revision, &lines)
    });
    rendered(TableName::CoverChecks, made)
}

/// What is known of covers besides their numbers.
struct Covers<'a> {
    shelf: &'a Shelf,
    facts: &'a Facts,
}

fn scheduled(
    as_of: Date,
    experiments: &BTreeMap<String, Experiment>,
    history: &[HistoryRow],
) -> BTreeMap<Scheduled, Because> {
    let mut scheduled: BTreeMap<Scheduled, Because> = BTreeMap::new();
    for (name, experiment) in experiments.iter().filter(|(_, experiment)| experiment.last_date() >= as_of) {
        for platform in &experiment.platforms {
            for market in &experiment.markets {
                for cover in &experiment.covers {
                    let (platform, market, cover) = (platform.clone(), market.clone(), cover.clone());
                    scheduled
                        .entry(Scheduled { platform, market, cover })
                        .or_default()
                        .experiments
                        .insert(name.clone());
                }
            }
        }
    }
    let since = as_of.saturating_sub((AIRED_DAYS - 1).days());
    for row in history {
        let place =
            Scheduled { platform: row.platform.clone(), market: row.market.clone(), cover: row.cover.clone() };
        if row.last_aired.is_some_and(|last| last >= since) {
            scheduled.entry(place.clone()).or_default();
        }
        if let Some(because) = scheduled.get_mut(&place) {
            because.last_aired = because.last_aired.max(row.last_aired);
        }
    }
    scheduled
}

/// One row.
struct Line<'a> {
    of: &'a Scheduled,
    because: &'a Because,
    said: Said<'a>,
}

/// What it says.
enum Said<'a> {
    Rule(Judged<'a>),
    Looks(Finding, Likeness),
}

impl Line<'_> {
    const fn finding(&self) -> Finding {
        match &self.said {
            Said::Rule(judged) => judged.finding,
            Said::Looks(finding, _) => *finding,
        }
    }

    const fn judged(&self) -> Option<&Judged<'_>> {
        match &self.said {
            Said::Rule(judged) => Some(judged),
            Said::Looks(..) => None,
        }
    }

    const fn likeness(&self) -> Option<&Likeness> {
        match &self.said {
            Said::Rule(_) => None,
            Said::Looks(_, likeness) => Some(likeness),
        }
    }
}

fn lines<'a>(
    scheduled: &'a BTreeMap<Scheduled, Because>,
    rules: Option<&'a MarketRules>,
    covers: &Covers<'a>,
    history: &'a [HistoryRow],
) -> Vec<Line<'a>> {
    let Covers { shelf, facts } = covers;
    let places = Proven::by_place(history, shelf);
    let nowhere = Proven::default();
    let undeclared = BTreeMap::new();
    let mut lines = Vec::new();
    for (of, because) in scheduled {
        let looks = shelf.covers.get(&of.cover).and_then(|cover| cover.looks.as_ref());
        let facts = facts.get(&of.cover).unwrap_or(&undeclared);
        let subject = Subject { looks: looks.ok_or(Unseen::NoPicture), facts };
        let judged = rules.map(|rules| judge(rules, &of.market, Some(&of.platform), &subject)).unwrap_or_default();
        lines.extend(judged.into_iter().map(|judged| Line { of, because, said: Said::Rule(judged) }));
        let proven = places.get(&(&of.platform, &of.market)).unwrap_or(&nowhere);
        if let Some(looks) = looks {
            let likeness = proven.likeness(looks, Some(&of.cover), shelf);
            let finding = likeness.finding();
            lines.push(Line { of, because, said: Said::Looks(finding, likeness) });
        }
    }
    lines.sort_by(|one, other| {
        let key = |line: &Line<'_>| {
            (line.finding(), line.of.clone(), line.judged().map(|judged| judged.rule.to_owned()))
        };
        key(one).cmp(&key(other))
    });
    lines
}

fn table(as_of: Date, revision: u64, lines: &[Line<'_>]) -> PolarsResult<DataFrame> {
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    let word = |name: &str, of: fn(&Line<'_>) -> String| texts(name, lines, |line| Some(of(line)));
    let of_rule = |name: &str, of: fn(&Judged<'_>) -> String| texts(name, lines, |line| line.judged().map(of));
    let joined = |names: Vec<&str>| (!names.is_empty()).then(|| names.join(" "));
    let columns = vec![
        dates(c::AS_OF, vec![Some(as_of); lines.len()]),
        word(c::PLATFORM, |line| line.of.platform.as_str().to_owned()),
        word(c::MARKET, |line| line.of.market.as_str().to_owned()),
        word(c::COVER_ID, |line| line.of.cover.clone()),
        of_rule(c::RULE, |judged| judged.rule.to_owned()),
        of_rule(c::SEVERITY, |judged| judged.severity.word().to_owned()),
        word(c::FINDING, |line| line.finding().word().to_owned()),
        of_rule(c::MEASURE, |judged| judged.measure.clone()),
        texts(c::FOUND, lines, |line| line.judged().and_then(|judged| judged.found.clone())),
        of_rule(c::ALLOWED, |judged| judged.allowed.clone()),
        of_rule(c::SOURCE, |judged| judged.source.to_owned()),
        word(c::REASON_EN, |line| match &line.said {
            Said::Rule(judged) => judged.en.clone(),
            Said::Looks(_, likeness) => likeness.en.clone(),
        }),
        word(c::REASON_ZH, |line| match &line.said {
            Said::Rule(judged) => judged.zh.clone(),
            Said::Looks(_, likeness) => likeness.zh.clone(),
        }),
        texts(c::NEAREST, lines, |line| joined(line.likeness()?.nearest.iter().map(String::as_str).collect())),
        floats(c::DISTANCE, lines, |line| line.likeness()?.distance),
        texts(c::EXPERIMENT, lines, |line| joined(line.because.experiments.iter().map(String::as_str).collect())),
        dates(c::LAST_AIRED, lines.iter().map(|line| line.because.last_aired).collect()),
        Column::new_scalar(c::REVISION.into(), Scalar::from(revision), lines.len()),
    ];
    DataFrame::new(lines.len(), columns)
}

#[cfg(test)]
mod tests;
