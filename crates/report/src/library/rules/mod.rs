//! The rules of markets, asked of one cover: what breaks, what warns, and what cannot be judged and why.
//!
//! What is not known is never taken for kept: a measure that was not taken, a picture that is not there, a fact that is not
//! declared make a rule *not judged*. The words on a picture are not read and its language is not guessed; both are what
//! the sheet declares.

mod demand;
mod language;
mod wording;

use std::collections::BTreeMap;

pub(super) use wording::number;

use crate::decision_context::Words;
use coverledger_config::{MarketRules, Severity};
use coverledger_core::model::{Looks, MarketId, PlatformId};

/// A cover as the rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The measures of its picture, or why there are none.
    pub looks: Result<&'a Looks, Unseen<'a>>,
    /// What is declared of it, by column of the sheet.
    pub facts: &'a BTreeMap<String, String>,
}

/// Why there are no measures of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen<'a> {
    /// No picture of the cover is measured.
    NoPicture,
    /// The picture is refused, for this reason.
    Refused(&'a str),
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A rule that must be kept is not.
    Breaks,
    /// A rule that should be kept is not.
    Warns,
    /// It looks unlike every cover that worked there.
    Unlike,
    /// It is not known.
    NotJudged,
    /// A rule is kept.
    Keeps,
    /// It looks no more unlike the covers that worked there than they do each other.
    Like,
}

impl Finding {
    /// Every finding, the gravest first.
    pub const ALL: [Self; 6] = [Self::Breaks, Self::Warns, Self::Unlike, Self::NotJudged, Self::Keeps, Self::Like];

    /// Its word in `cover_checks`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Warns => "warns",
            Self::Unlike => "unlike",
            Self::NotJudged => "not judged",
            Self::Keeps => "keeps",
            Self::Like => "like",
        }
    }
}

/// What one rule says of a cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<'r> {
    /// The rule's name.
    pub rule: &'r str,
    /// How grave it is not to keep it.
    pub severity: Severity,
    /// What was found.
    pub finding: Finding,
    /// What was looked at: a measure, `language`, `script`, or columns of the sheet.
    pub measure: String,
    /// What it is; `None` where that is not known.
    pub found: Option<String>,
    /// What the rule allows, in English.
    pub allowed: String,
    /// Where the rule is written.
    pub source: &'r str,
    /// The rule, and what was found, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// Asks every adopted rule of a market, the gravest findings first; `None` for the rules of every platform.
#[must_use]
pub fn judge<'r>(
    rules: &'r MarketRules,
    market: &MarketId,
    platform: Option<&PlatformId>,
    subject: &Subject<'_>,
) -> Vec<Judged<'r>> {
    let held = rules.rules.iter().filter(|(_, rule)| rule.holds(market, platform));
    let mut judged: Vec<Judged<'_>> = held
        .map(|(name, rule)| {
            let answer = demand::answer(&rule.demand, subject);
            let finding = match (answer.is_kept, rule.severity) {
                (Some(true), _) => Finding::Keeps,
                (Some(false), Severity::Breaks) => Finding::Breaks,
                (Some(false), Severity::Warns) => Finding::Warns,
                (None, _) => Finding::NotJudged,
            };
            let Words { en, zh } = wording::sentence(rule, &answer);
            Judged {
                rule: name,
                severity: rule.severity,
                finding,
                measure: answer.measure,
                found: answer.found,
                allowed: answer.allowed.en,
                source: &rule.source,
                en,
                zh,
            }
        })
        .collect();
    judged.sort_by(|one, other| {
        (one.finding, one.severity, one.rule).cmp(&(other.finding, other.severity, other.rule))
    });
    judged
}

/// What one rule's question was answered.
struct Answer {
    measure: String,
    /// `None` where it is not known.
    is_kept: Option<bool>,
    found: Option<String>,
    allowed: Words,
    /// What was found, or why it is not known.
    said: Words,
}

#[cfg(test)]
mod tests;
