//! What is to be started now, computed from configuration, run records and the clock; never from a tick.
//!
//! Ticks only say "look". One that was lost, doubled, or came an hour late changes nothing but the hour: whatever
//! became due since the last scheduled time that was handled is found at the next look. Nothing here waits, reads a
//! clock or touches a store, so tests walk it through any clock they like.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::config::{CatchUp, Job, Schedule};
use crate::time::Lapse;

/// Jobs that run at one time.
const AT_ONCE: usize = 2;
/// A handled time that lies further ahead than this was recorded under a wrong clock, or this clock is wrong: it is
/// not believed. Up to this, the clock was set back a little, and what was handled is not run again.
const BELIEVED_AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// The longest wait before a run that asked to be run again is.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// The jobs that have a schedule, and how far each has come.
#[derive(Debug)]
pub struct Agenda {
    jobs: BTreeMap<String, Entry>,
    /// How long to wait before a run that asked to be run again is: the time a lease holds.
    wait: SignedDuration,
}

#[derive(Debug)]
struct Entry {
    schedule: Schedule,
    /// The latest scheduled time that is done with. `None` until the job's record was read.
    handled: Option<Timestamp>,
    missed: u64,
    phase: Phase,
    again: Option<Again>,
}

#[derive(Debug)]
enum Phase {
    Idle,
    /// Due, and waiting for another job to end.
    Queued(Start),
    Running(Start),
    /// The clock was set back behind its scheduled time, which is still to come.
    RunningAhead(Start),
    /// Its missed times are being recorded.
    Passing,
}

/// A run that is to be repeated.
#[derive(Debug)]
struct Again {
    start: Start,
    since: Timestamp,
    wait: SignedDuration,
}

/// A run to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Of which job.
    pub job: String,
    /// The latest scheduled time that it stands for.
    pub occurrence: Timestamp,
    /// Where the job catches up on everything: the first time that was missed.
    pub look_back_from: Option<Timestamp>,
    /// Scheduled times that it stands for and that were missed.
    pub missed: u64,
    /// How often it was started for this time before.
    pub tries: u32,
}

/// Scheduled times that are let go, because the job does not catch up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Of which job.
    pub job: String,
    /// The latest of them.
    pub occurrence: Timestamp,
    /// How many.
    pub missed: u64,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Start a run.
    Run(Start),
    /// Record times as missed.
    Pass(Pass),
}

/// How a run ended, as far as its schedule is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its scheduled time is done with, well or not.
    Handled,
    /// It broke down. Its scheduled time is done with, but if it was to catch up, the next run is to instead.
    Failed,
    /// Another run was in the way, or it is not known what became of it. It is run again soon.
    Again,
    /// It came to nothing, not even to a record: a store did not answer, or somebody stopped it. It is run again soon.
    Fruitless,
}

impl Agenda {
    /// Every job that has a schedule. None of them is looked at before [`recall`](Self::recall).
    #[must_use]
    pub fn new(jobs: &BTreeMap<String, Job>, wait: SignedDuration) -> Self {
        let entry = |(name, job): (&String, &Job)| {
            let schedule = job.schedule.clone()?;
            let entry = Entry { schedule, handled: None, missed: 0, phase: Phase::Idle, again: None };
            Some((name.clone(), entry))
        };
        Self { jobs: jobs.iter().filter_map(entry).collect(), wait }
    }

    /// The jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.jobs.keys().map(String::as_str)
    }

    /// The jobs whose record has not been read.
    #[must_use]
    pub fn unknown(&self) -> BTreeSet<String> {
        self.jobs.iter().filter(|(_, entry)| entry.handled.is_none()).map(|(job, _)| job.clone()).collect()
    }

    /// Takes over what a job's record says: the latest scheduled time that was handled, and how many were missed. A
    /// job that never ran under a schedule has missed nothing and starts with its next time.
    ///
    /// What is known to be handled stays handled.
    pub fn recall(&mut self, job: &str, occurrence: Option<Timestamp>, missed: u64, now: Timestamp) {
        let Some(entry) = self.jobs.get_mut(job) else { return };
        entry.handled = entry.handled.max(occurrence).or(Some(now));
        entry.missed = entry.missed.max(missed);
    }

    /// What is to be done now. What it says to start counts as running until [`ended`](Self::ended), and a job whose
    /// missed times are to be recorded waits for [`passed`](Self::passed).
    pub fn look(&mut self, now: Timestamp) -> Vec<Order> {
        let mut orders = Vec::new();
        for (job, entry) in &mut self.jobs {
            if let Some(pass) = entry.look(job, now) {
                orders.push(Order::Pass(pass));
            }
        }
        let running = self.jobs.values().filter(|entry| entry.is_running()).count();
        let mut queue: Vec<&mut Entry> = self.jobs.values_mut().filter(|entry| entry.queued().is_some()).collect();
        queue.sort_by_key(|entry| entry.queued().map(|start| start.occurrence));
        for entry in queue.into_iter().take(AT_ONCE.saturating_sub(running)) {
            if let Some(start) = entry.queued().cloned() {
                entry.phase = Phase::Running(start.clone());
                orders.push(Order::Run(start));
            }
        }
        orders
    }

    /// Missed times of the job are recorded, or could not be.
    pub fn passed(&mut self, job: &str) {
        if let Some(entry) = self.jobs.get_mut(job)
            && matches!(entry.phase, Phase::Passing)
        {
            entry.phase = Phase::Idle;
        }
    }

    /// A run of the job is over.
    pub fn ended(&mut self, job: &str, verdict: Verdict, now: Timestamp) {
        let Some(entry) = self.jobs.get_mut(job) else { return };
        let start = match std::mem::replace(&mut entry.phase, Phase::Idle) {
            Phase::Running(start) => {
                if is_believable(start.occurrence, now) {
                    entry.handled = entry.handled.max(Some(start.occurrence));
                }
                start
            }
            Phase::RunningAhead(start) => start,
            other => {
                entry.phase = other;
                return;
            }
        };
        let soon = (self.wait * (1 << start.tries.min(10))).min(LONGEST_WAIT);
        let (wait, unrecorded) = match verdict {
            Verdict::Again => (Some(soon), 0),
            Verdict::Fruitless => (Some(soon), start.missed),
            // What breaks down once may do so each time: not by itself, but the next scheduled run looks back as far.
            Verdict::Failed if start.look_back_from.is_some() => (Some(SignedDuration::MAX), start.missed),
            Verdict::Handled | Verdict::Failed => (None, 0),
        };
        entry.missed += start.missed - unrecorded;
        entry.again = wait.map(|wait| Again {
            wait,
            start: Start { missed: unrecorded, tries: start.tries + 1, ..start },
            since: now,
        });
    }

    /// When the job is started next, if nothing is missed. `None` while its record is not known.
    #[must_use]
    pub fn next(&self, job: &str, now: Timestamp) -> Option<Timestamp> {
        let entry = self.jobs.get(job)?;
        let handled = entry.handled.filter(|handled| is_believable(*handled, now))?;
        entry.schedule.cron.after(&entry.schedule.timezone, handled.max(now))
    }

    /// Scheduled times of the job so far at which nothing ran.
    #[must_use]
    pub fn missed(&self, job: &str) -> u64 {
        self.jobs.get(job).map_or(0, |entry| entry.missed)
    }
}

/// Whether a time can have been handled, or the clock was wrong then or is wrong now.
fn is_believable(handled: Timestamp, now: Timestamp) -> bool {
    now.duration_until(handled) <= BELIEVED_AHEAD
}

impl Entry {
    /// Queues what is due; says what is let go.
    fn look(&mut self, job: &str, now: Timestamp) -> Option<Pass> {
        let mut handled = self.handled?;
        if !is_believable(handled, now) {
            tracing::warn!(job, %handled, %now, "the last run is recorded for a time far ahead: the clock is or was wrong; starting from now");
            handled = now;
            self.handled = Some(now);
        }
        self.phase = match std::mem::replace(&mut self.phase, Phase::Idle) {
            // The clock was set back: its time is still to come.
            Phase::Queued(start) if start.occurrence > now => Phase::Idle,
            Phase::Running(start) if !is_believable(start.occurrence, now) => Phase::RunningAhead(start),
            phase => phase,
        };
        if !matches!(self.phase, Phase::Idle) {
            return None;
        }
        let Schedule { cron, timezone, catch_up } = &self.schedule;
        let Some(lapse) = Lapse::since(cron, timezone, handled, now, now) else {
            self.look_again(now);
            return None;
        };
        if *catch_up == CatchUp::None && !lapse.is_on_time {
            self.handled = Some(lapse.latest);
            self.missed += lapse.missed;
            self.phase = Phase::Passing;
            return Some(Pass { job: job.to_owned(), occurrence: lapse.latest, missed: lapse.missed });
        }
        // What the run before did not come to is part of this one.
        let before = self.again.take().map(|again| again.start);
        let first_missed = lapse.first_missed.filter(|_| *catch_up == CatchUp::All);
        self.phase = Phase::Queued(Start {
            job: job.to_owned(),
            occurrence: lapse.latest,
            look_back_from: before.as_ref().and_then(|start| start.look_back_from).or(first_missed),
            missed: lapse.missed + before.map_or(0, |start| start.missed),
            tries: 0,
        });
        None
    }

    /// Queues a run that asked to be run again, once it has waited; also if the clock was set back meanwhile.
    fn look_again(&mut self, now: Timestamp) {
        let is_time = |again: &mut Again| {
            again.start.occurrence <= now && (now < again.since || again.since.duration_until(now) >= again.wait)
        };
        if let Some(again) = self.again.take_if(is_time) {
            self.phase = Phase::Queued(again.start);
        }
    }

    fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running(_) | Phase::RunningAhead(_))
    }

    /// What waits to be started.
    fn queued(&self) -> Option<&Start> {
        match &self.phase {
            Phase::Queued(start) => Some(start),
            _ => None,
        }
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
