//! Which scheduled times of a job came due since the last handled one, if the schedule was edited in between.
//!
//! A schedule is in force from the moment at which a scheduler first saw it; if none was running, from now. Earlier times
//! count by the schedule before. Pure; what a later look needs is in the job's run record.

use jiff::{SignedDuration, Timestamp};

use coverledger_archive::RecordedSchedule;
use coverledger_config::Schedule;
use coverledger_core::time::{Cron, Lapse, Zone};

/// Schedules that are remembered: somebody who edits a line again and again before it comes due.
const REMEMBERED: usize = 8;

/// A job's schedules, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The latest scheduled time that is done with.
    handled: Timestamp,
    /// The oldest first; the last is the one in force. Never empty.
    schedules: Vec<Term>,
}

/// A schedule, and from when on its times count.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    cron: Cron,
    zone: Zone,
    since: Timestamp,
}

impl Term {
    fn of(schedule: &Schedule, since: Timestamp) -> Self {
        Self { cron: schedule.cron.clone(), zone: schedule.timezone.clone(), since }
    }

    /// `None` for what this program cannot read.
    fn recorded(recorded: &RecordedSchedule) -> Option<Self> {
        let (cron, zone) = (Cron::parse(&recorded.cron).ok()?, Zone::named(&recorded.timezone).ok()?);
        Some(Self { cron, zone, since: recorded.since })
    }

    fn is(&self, schedule: &Schedule) -> bool {
        (&self.cron, &self.zone) == (&schedule.cron, &schedule.timezone)
    }
}

impl Course {
    /// A job as its record says and as its schedule is now. One that never ran under a schedule has missed nothing.
    #[must_use]
    pub fn recall(
        schedule: &Schedule,
        occurrence: Option<Timestamp>,
        recorded: &[RecordedSchedule],
        now: Timestamp,
    ) -> Self {
        let mut schedules: Vec<Term> = recorded.iter().filter_map(Term::recorded).collect();
        let first = schedules.first().map(|first| first.since);
        if schedules.is_empty() {
            // A record that says nothing of its schedule: the time that it handled may be one of this one.
            let is_of_this = |at: &Timestamp| {
                schedule.cron.after(&schedule.timezone, *at - SignedDuration::from_secs(1)) == Some(*at)
            };
            schedules.push(Term::of(schedule, occurrence.filter(is_of_this).unwrap_or(now)));
        }
        let since = schedules[0].since;
        let mut course = Self { handled: occurrence.or(first).unwrap_or(since), schedules };
        course.follow(schedule, now);
        course
    }

    /// Goes by this schedule from now on; says whether it is another.
    pub fn follow(&mut self, schedule: &Schedule, now: Timestamp) -> bool {
        let is_other = !self.schedules.last().is_some_and(|last| last.is(schedule));
        if is_other {
            self.schedules.push(Term::of(schedule, now));
            self.forget();
        }
        is_other
    }

    /// The latest scheduled time that is done with.
    #[must_use]
    pub fn handled(&self) -> Timestamp {
        self.handled
    }

    /// This time is done with, and all before it.
    pub fn handle(&mut self, occurrence: Timestamp) {
        self.handled = self.handled.max(occurrence);
        self.forget();
    }

    /// Takes note that it is not later than this: the clock was set back behind the last edit, and the line is edited
    /// nevertheless.
    pub fn is_at(&mut self, now: Timestamp) {
        if let Some(last) = self.schedules.last_mut() {
            last.since = last.since.min(now);
        }
    }

    /// Starts anew from now: the clock is or was wrong.
    pub fn start_over(&mut self, now: Timestamp) {
        self.handled = now;
        let last = self.schedules.len() - 1;
        self.schedules.drain(..last);
        self.schedules[0].since = now;
    }

    /// The times that came due since, as of now.
    #[must_use]
    pub fn lapse(&self, now: Timestamp) -> Option<Lapse> {
        let ends = self.schedules.iter().skip(1).map(|next| next.since.min(now)).chain([now]);
        let lapses = self.schedules.iter().zip(ends).filter_map(|(schedule, until)| {
            Lapse::since(&schedule.cron, &schedule.zone, self.handled.max(schedule.since), until, now)
        });
        lapses.reduce(Lapse::and)
    }

    /// The next time after now, if nothing is missed.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let last = self.schedules.last()?;
        last.cron.after(&last.zone, self.handled.max(now))
    }

    /// As it is recorded.
    #[must_use]
    pub fn recorded(&self) -> Vec<RecordedSchedule> {
        let recorded = |schedule: &Term| RecordedSchedule {
            cron: schedule.cron.as_str().to_owned(),
            timezone: schedule.zone.name().to_owned(),
            since: schedule.since,
        };
        self.schedules.iter().map(recorded).collect()
    }

    /// Drops schedules whose last time is handled.
    fn forget(&mut self) {
        let mut over = self.schedules.iter().skip(1).take_while(|next| next.since <= self.handled).count();
        over = over.max(self.schedules.len().saturating_sub(REMEMBERED));
        self.schedules.drain(..over);
    }
}

#[cfg(test)]
mod tests;
