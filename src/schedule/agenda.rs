//! Which runs are to be started now, computed from configuration, run records and the clock; never from a tick.
//!
//! A tick only triggers a look. A tick that was lost, doubled or late changes nothing but the time of the start: whatever
//! became due since the last handled scheduled time is found at the next look. Nothing here waits, reads a clock or
//! touches a store, so tests can drive it with any clock.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::course::Course;
use super::driver::Handled;
use coverledger_archive::RecordedSchedule;
use coverledger_config::{CatchUp, Job, Schedule};

/// Jobs that run at one time.
const AT_ONCE: usize = 2;
/// A handled time further in the future than this was recorded under a wrong clock, or this clock is wrong: it is
/// ignored. Up to this, the clock was set back a little, and what was handled is not run again.
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
    /// How far it has come. `None` until the job's record was read.
    course: Option<Course>,
    /// Whether its record does not say yet by which schedules its times count.
    is_unnoted: bool,
    /// Whether it was removed from the configuration, and only its run is still waited for.
    is_gone: bool,
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
    /// Its missed times, or its schedules, are being recorded.
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

/// The schedules by which a job's times count: to be recorded, so that the next scheduler counts alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Of which job.
    pub job: String,
    /// The oldest first.
    pub schedules: Vec<RecordedSchedule>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Start a run.
    Run(Start),
    /// Record times as missed.
    Pass(Pass),
    /// Record schedules.
    Note(Note),
}

/// How a run ended, as far as its schedule is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its scheduled time is done with, well or not.
    Handled,
    /// It failed. Its scheduled time is handled, but if it was to catch up on earlier ones, the next run does so instead.
    Failed,
    /// Another run was in the way, or it is not known what became of it. It is run again soon.
    Again,
    /// It left no record: a store did not answer, or it was stopped. It is run again soon.
    Fruitless,
}

impl Agenda {
    /// Every job that has a schedule. None of them is looked at before [`recall`](Self::recall).
    #[must_use]
    pub fn new(jobs: &BTreeMap<String, Job>, wait: SignedDuration) -> Self {
        let entry = |(name, job): (&String, &Job)| Some((name.clone(), Entry::new(job.schedule.clone()?)));
        Self { jobs: jobs.iter().filter_map(entry).collect(), wait }
    }

    /// Takes over another configuration. Times before now count by the schedules that were in force then; of
    /// a job that is new, nothing is known before [`recall`](Self::recall), and one that is gone starts no more.
    pub fn follow(&mut self, jobs: &BTreeMap<String, Job>, wait: SignedDuration, now: Timestamp) {
        self.wait = wait;
        for (name, entry) in &mut self.jobs {
            match jobs.get(name).and_then(|job| job.schedule.as_ref()) {
                Some(schedule) => entry.follow(schedule, now),
                None => entry.is_gone = true,
            }
        }
        self.jobs.retain(|_, entry| !entry.is_gone || entry.is_running());
        for (name, job) in jobs {
            if let Some(schedule) = &job.schedule {
                self.jobs.entry(name.clone()).or_insert_with(|| Entry::new(schedule.clone()));
            }
        }
    }

    /// The jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.jobs.iter().filter(|(_, entry)| !entry.is_gone).map(|(job, _)| job.as_str())
    }

    /// The jobs whose record has not been read.
    #[must_use]
    pub fn unknown(&self) -> BTreeSet<String> {
        self.jobs.iter().filter(|(_, entry)| entry.course.is_none()).map(|(job, _)| job.clone()).collect()
    }

    /// Takes over what a job's record says: the latest scheduled time that was handled, how many were missed, and by
    /// which schedules its times count. A job that never ran under a schedule has missed nothing and starts with its
    /// next time.
    ///
    /// What is known to be handled stays handled.
    pub fn recall(&mut self, job: &str, record: &Handled, now: Timestamp) {
        let Some(entry) = self.jobs.get_mut(job) else { return };
        match &mut entry.course {
            Some(course) => record.occurrence.into_iter().for_each(|at| course.handle(at)),
            course @ None => {
                let recalled = Course::recall(&entry.schedule, record.occurrence, &record.schedules, now);
                entry.is_unnoted = recalled.recorded() != record.schedules;
                *course = Some(recalled);
            }
        }
        entry.missed = entry.missed.max(record.missed);
    }

    /// What is to be done now. What it says to start counts as running until [`ended`](Self::ended), and a job whose
    /// missed times are to be recorded waits for [`passed`](Self::passed).
    pub fn look(&mut self, now: Timestamp) -> Vec<Order> {
        let mut orders = Vec::new();
        for (job, entry) in &mut self.jobs {
            orders.extend(entry.look(job, now));
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

    /// Missed times of the job, or its schedules, are recorded, or could not be.
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
                if is_believable(start.occurrence, now)
                    && let Some(course) = &mut entry.course
                {
                    course.handle(start.occurrence);
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
            // A failure may repeat itself, so it is not run again by itself; the next scheduled run looks back as far.
            Verdict::Failed if start.look_back_from.is_some() => (Some(SignedDuration::MAX), start.missed),
            Verdict::Handled | Verdict::Failed => (None, 0),
        };
        entry.missed += start.missed - unrecorded;
        entry.again = wait.map(|wait| Again {
            wait,
            start: Start { missed: unrecorded, tries: start.tries + 1, ..start },
            since: now,
        });
        if entry.is_gone {
            self.jobs.remove(job);
        }
    }

    /// When the job is started next, if nothing is missed. `None` while its record is not known.
    #[must_use]
    pub fn next(&self, job: &str, now: Timestamp) -> Option<Timestamp> {
        let entry = self.jobs.get(job)?;
        entry.course.as_ref().filter(|course| is_believable(course.handled(), now))?.next(now)
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
    fn new(schedule: Schedule) -> Self {
        let (phase, again) = (Phase::Idle, None);
        Self { schedule, course: None, is_unnoted: false, is_gone: false, missed: 0, phase, again }
    }

    fn follow(&mut self, schedule: &Schedule, now: Timestamp) {
        self.is_gone = false;
        if let Some(course) = &mut self.course {
            self.is_unnoted |= course.follow(schedule, now);
        }
        self.schedule = schedule.clone();
    }

    /// Queues what is due; says what is let go, and what is to be recorded first.
    fn look(&mut self, job: &str, now: Timestamp) -> Option<Order> {
        let course = self.course.as_mut()?;
        let handled = course.handled();
        if !is_believable(handled, now) {
            tracing::warn!(job, %handled, %now, "the last run is recorded for a time far ahead: the clock is or was wrong; starting from now");
            course.start_over(now);
        }
        course.is_at(now);
        self.phase = match std::mem::replace(&mut self.phase, Phase::Idle) {
            // The clock was set back: its time is still to come.
            Phase::Queued(start) if start.occurrence > now => Phase::Idle,
            Phase::Running(start) if !is_believable(start.occurrence, now) => Phase::RunningAhead(start),
            phase => phase,
        };
        if !matches!(self.phase, Phase::Idle) {
            return None;
        }
        if std::mem::take(&mut self.is_unnoted) {
            self.phase = Phase::Passing;
            return Some(Order::Note(Note { job: job.to_owned(), schedules: course.recorded() }));
        }
        let Some(lapse) = course.lapse(now) else {
            self.look_again(now);
            return None;
        };
        let catch_up = self.schedule.catch_up;
        if catch_up == CatchUp::None && !lapse.is_on_time {
            course.handle(lapse.latest);
            self.missed += lapse.missed;
            self.phase = Phase::Passing;
            let pass = Pass { job: job.to_owned(), occurrence: lapse.latest, missed: lapse.missed };
            return Some(Order::Pass(pass));
        }
        // What the run before did not complete is part of this one.
        let before = self.again.take().map(|again| again.start);
        let first_missed = lapse.first_missed.filter(|_| catch_up == CatchUp::All);
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
