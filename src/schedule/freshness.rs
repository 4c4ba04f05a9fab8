//! How fresh the market-days of a job are: pure, from the last run, the configuration and now.
//!
//! Each market-day is judged by itself: that an old one was published says nothing about today's. A market-day that ended
//! after the last run is due, whatever that run reported.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::plan::{DayStatus, PlannedDay, PlatformPlan, Selection, windows};
use crate::run::Account;
use coverledger_archive::{AttemptEnd, State};
use coverledger_config::{Job, Workspace};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// Where a market-day that is over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayState {
    /// Published, and no late export changes it.
    Final,
    /// Published; late exports may still change it.
    Provisional,
    /// Exports are missing.
    Waiting,
    /// Held back.
    Held,
    /// Failed, or it is not known whether it was published.
    Failed,
    /// No run has come to it.
    Due,
    /// It ended before the platform delivered anything, and nobody waits for it.
    NotBegun,
}

impl DayState {
    /// Every state of what is waited for.
    pub const ALL: [Self; 6] =
        [Self::Final, Self::Provisional, Self::Waiting, Self::Held, Self::Failed, Self::Due];

    /// The one word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Provisional => "provisional",
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Due => "due",
            Self::NotBegun => "not begun",
        }
    }

    /// Whether readers have numbers for the day.
    fn is_published(self) -> bool {
        matches!(self, Self::Final | Self::Provisional)
    }
}

impl From<State> for DayState {
    fn from(state: State) -> Self {
        match state {
            State::Final => Self::Final,
            State::Provisional => Self::Provisional,
        }
    }
}

/// What was last seen of the market-days of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<MarketDay, DayState>);

impl Seen {
    /// What a run made of them.
    #[must_use]
    pub fn by_run(account: &Account) -> Self {
        let days = account.days.iter().map(|day| {
            let state = match (day.outcome.as_str(), day.state) {
                (_, Some(state)) => state.into(),
                ("waiting", _) => DayState::Waiting,
                ("held", _) => DayState::Held,
                ("failed" | "unsettled", _) => DayState::Failed,
                ("not begun", _) => DayState::NotBegun,
                _ => DayState::Due,
            };
            let (platform, market) = (PlatformId::new(&day.platform), MarketId::new(&day.market));
            (MarketDay { platform, market, local_date: day.local_date }, state)
        });
        Self(days.collect())
    }

    /// Takes over what is known of market-days of which nothing was seen here.
    pub fn fill(&mut self, other: Self) {
        for (day, state) in other.0 {
            self.0.entry(day).or_insert(state);
        }
    }

    /// Where they stood before a run.
    #[must_use]
    pub fn in_plans(plans: &[PlatformPlan]) -> Self {
        let days = plans.iter().flat_map(|plan| &plan.days);
        Self(days.map(|day| (day.market_day.clone(), before_a_run(day))).collect())
    }
}

fn before_a_run(day: &PlannedDay) -> DayState {
    match (day.status.by_its_exports(), day.attempt.as_ref().map(|attempt| attempt.end)) {
        (DayStatus::Current { state, .. }, _) => (*state).into(),
        (DayStatus::Waiting { .. }, _) => DayState::Waiting,
        (DayStatus::NotBegun, _) => DayState::NotBegun,
        (DayStatus::Held { .. }, _) | (DayStatus::Due(_), Some(AttemptEnd::Held)) => DayState::Held,
        (DayStatus::Unreadable { .. }, _) | (DayStatus::Due(_), Some(AttemptEnd::Failed)) => DayState::Failed,
        (DayStatus::Due(_) | DayStatus::ToRender { .. } | DayStatus::NotAsked(_) | DayStatus::NotOver, _) => {
            DayState::Due
        }
    }
}

/// How fresh a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// How many market-days of its look-back stand where.
    pub days: BTreeMap<DayState, u32>,
    /// Seconds since the end of the oldest market-day of its look-back that readers have no numbers for; 0 if there is
    /// none.
    pub oldest_due_age_seconds: i64,
}

impl Freshness {
    /// How fresh a job is now. The look-back is that of a run that starts now.
    #[must_use]
    pub fn of(workspace: &Workspace, job: &Job, seen: &Seen, now: Timestamp) -> Self {
        let mut days: BTreeMap<DayState, u32> = DayState::ALL.into_iter().map(|state| (state, 0)).collect();
        let mut oldest_due_age_seconds = 0;
        let selection = Selection::nightly(job);
        for id in &job.platforms {
            let Some(platform) = workspace.platforms.get(id) else { continue };
            for (market, day, _) in windows(workspace, platform, &selection, now) {
                let market_day = MarketDay { platform: id.clone(), market, local_date: day.date };
                let state = seen.0.get(&market_day).copied().unwrap_or(DayState::Due);
                if state == DayState::NotBegun {
                    continue;
                }
                *days.entry(state).or_default() += 1;
                if !state.is_published() {
                    let age_seconds = now.as_second().saturating_sub(day.end.as_second());
                    oldest_due_age_seconds = oldest_due_age_seconds.max(age_seconds);
                }
            }
        }
        Self { days, oldest_due_age_seconds }
    }
}

#[cfg(test)]
mod tests;
