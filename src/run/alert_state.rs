//! Alert state: the troubles after a run, which of them a channel has not been notified of yet, and which are over. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Disposition, RunReport};
use coverledger_archive::{RunRecord, Told, Trouble, TroubleTopic};
use coverledger_config::Topic;
use coverledger_core::model::MarketDay;

/// A market-day; `None`: the run itself.
type Subject = Option<MarketDay>;

/// The alerts after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertState {
    /// The troubles, sorted.
    pub troubles: Vec<Trouble>,
    /// What has no trouble, and how it stands.
    well: BTreeMap<Subject, String>,
    /// What the run did not come to, or what is only waited for: its alerts stay as they are.
    open: BTreeSet<Subject>,
}

/// The alerts of a topic that a channel has not been notified of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertChanges {
    /// What happened.
    pub topic: Topic,
    /// To what, and why or in which way.
    pub items: Vec<(Subject, String)>,
}

impl AlertState {
    /// After a run that gave a report. A market-day is late once it has waited for `late_after_seconds`.
    ///
    /// The troubles of the run before remain where this run did not come to a market-day.
    #[must_use]
    pub fn after(report: &RunReport, now: Timestamp, late_after_seconds: i64, before: Option<&RunRecord>) -> Self {
        let mut state = Self::default();
        for (day, disposition) in &report.days {
            let is_late = || {
                let waited = report.ends.get(day).map(|end| now.as_second().saturating_sub(end.as_second()));
                waited.is_some_and(|waited| waited >= late_after_seconds)
            };
            match disposition {
                Disposition::Failed { .. } | Disposition::NoSpace { .. } | Disposition::Unsettled { .. } => {
                    state.trouble(day, TroubleTopic::Failed, disposition);
                }
                Disposition::Held { .. } => state.trouble(day, TroubleTopic::Held, disposition),
                Disposition::Waiting { .. } if is_late() => {
                    state.trouble(day, TroubleTopic::Late, disposition);
                }
                Disposition::Published { revision, .. } | Disposition::Current { revision, .. } => {
                    // What is published may be bad news all the same.
                    if let Some(reason) = report.slow_starts.get(day) {
                        let (market_day, topic) = (Some(day.clone()), TroubleTopic::SlowStarts);
                        state.troubles.push(Trouble { market_day, topic, reason: reason.clone() });
                    } else {
                        state.well.insert(Some(day.clone()), format!("revision {revision} is published"));
                    }
                }
                Disposition::Elsewhere { .. } | Disposition::Stopped | Disposition::NotAsked => {
                    let troubles = before.into_iter().flat_map(|before| &before.troubles);
                    let of_day = troubles.filter(|trouble| trouble.market_day.as_ref() == Some(day));
                    state.troubles.extend(of_day.cloned());
                    state.open.insert(Some(day.clone()));
                }
                Disposition::Waiting { .. } | Disposition::NotOver | Disposition::NotBegun => {
                    state.open.insert(Some(day.clone()));
                }
            }
        }
        let undecided = [report.undecided(), report.unshelved()].concat();
        if !undecided.is_empty() {
            let reasons: Vec<String> =
                undecided.iter().map(|(what, reason)| format!("{what}: {reason}")).collect();
            let (topic, reason) = (TroubleTopic::Failed, reasons.join("; "));
            state.troubles.push(Trouble { market_day: None, topic, reason });
        } else if report.is_stopped() {
            state.open.insert(None);
        } else {
            state.well.insert(None, "the run went through".to_owned());
        }
        state.troubles.sort();
        state
    }

    /// After a run that failed as a whole: everything else is as it was.
    #[must_use]
    pub fn of_dead_run(reason: &str, before: Option<&RunRecord>) -> Self {
        let topic = TroubleTopic::Failed;
        let mut troubles = vec![Trouble { market_day: None, topic, reason: reason.to_owned() }];
        let mut open = BTreeSet::new();
        if let Some(before) = before {
            troubles.extend(before.troubles.iter().filter(|trouble| trouble.market_day.is_some()).cloned());
            open.extend(before.told.values().flatten().map(|told| told.market_day.clone()));
        }
        troubles.sort();
        Self { troubles, well: BTreeMap::new(), open }
    }

    fn trouble(&mut self, day: &MarketDay, topic: TroubleTopic, disposition: &Disposition) {
        let reason = disposition.reason().unwrap_or_default();
        self.troubles.push(Trouble { market_day: Some(day.clone()), topic, reason });
    }

    /// What has changed for a channel that was notified of these: troubles that it was not notified of in this topic,
    /// and those it was notified of that are over. The same trouble for another reason is no change.
    #[must_use]
    pub fn changes(&self, told: &[Told], wants: impl Fn(Topic) -> bool) -> Vec<AlertChanges> {
        let mut changes = Vec::new();
        for topic in [TroubleTopic::Failed, TroubleTopic::Held, TroubleTopic::Late, TroubleTopic::SlowStarts] {
            let is_told = |trouble: &Trouble| told.iter().any(|told| is_of(told, trouble));
            let troubles = self.troubles.iter().filter(|trouble| trouble.topic == topic && !is_told(trouble));
            let items = troubles.map(|trouble| (trouble.market_day.clone(), trouble.reason.clone())).collect();
            changes.push(AlertChanges { topic: channel_topic(topic), items });
        }
        let over: BTreeSet<&Subject> = told.iter().map(|told| &told.market_day).collect();
        let well = over.into_iter().filter_map(|subject| Some((subject.clone(), self.well.get(subject)?.clone())));
        changes.push(AlertChanges { topic: Topic::Recovered, items: well.collect() });
        changes.retain(|change: &AlertChanges| !change.items.is_empty() && wants(change.topic));
        changes
    }

    /// What a channel has been notified of and is not over, once it accepted the changes of these topics. What left the
    /// look-back is dropped silently.
    #[must_use]
    pub fn notified(
        &self,
        before: &[Told],
        wants: impl Fn(Topic) -> bool,
        took: impl Fn(Topic) -> bool,
    ) -> Vec<Told> {
        let mut told: BTreeSet<Told> = BTreeSet::new();
        for trouble in &self.troubles {
            let of_subject = before.iter().filter(|told| told.market_day == trouble.market_day);
            let is_told = before.iter().any(|told| is_of(told, trouble));
            if is_told || took(channel_topic(trouble.topic)) {
                told.insert(Told { market_day: trouble.market_day.clone(), topic: trouble.topic });
            } else {
                // When this trouble is over, the channel is still to be notified that the former one is, too.
                told.extend(of_subject.cloned());
            }
        }
        let has_trouble = |subject: &Subject| self.troubles.iter().any(|trouble| trouble.market_day == *subject);
        let is_still_to_be_told_well = wants(Topic::Recovered) && !took(Topic::Recovered);
        told.extend(
            before
                .iter()
                .filter(|told| {
                    let subject = &told.market_day;
                    let is_over = self.well.contains_key(subject);
                    !has_trouble(subject) && (self.open.contains(subject) || is_over && is_still_to_be_told_well)
                })
                .cloned(),
        );
        told.into_iter().collect()
    }
}

fn is_of(told: &Told, trouble: &Trouble) -> bool {
    told.market_day == trouble.market_day && told.topic == trouble.topic
}

const fn channel_topic(topic: TroubleTopic) -> Topic {
    match topic {
        TroubleTopic::Failed => Topic::Failed,
        TroubleTopic::Held => Topic::Held,
        TroubleTopic::Late => Topic::Late,
        TroubleTopic::SlowStarts => Topic::SlowStarts,
    }
}

#[cfg(test)]
mod tests;
