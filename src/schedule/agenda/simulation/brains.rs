//! The agenda, and two that are wrong.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::schedule::agenda::{Agenda, Order, Start, Verdict};
use crate::schedule::driver::Handled;
use coverledger_config::{Job, Schedule};
use coverledger_core::time::Zone;

/// Whoever decides what to start.
pub trait Brain {
    fn new(jobs: &BTreeMap<String, Job>) -> Self;
    fn recall(&mut self, job: &str, occurrence: Option<Timestamp>, missed: u64, now: Timestamp);
    fn look(&mut self, now: Timestamp) -> Vec<Order>;
    fn ended(&mut self, job: &str, verdict: Verdict, now: Timestamp);
    fn passed(&mut self, job: &str);
}

impl Brain for Agenda {
    fn new(jobs: &BTreeMap<String, Job>) -> Self {
        Self::new(jobs, SignedDuration::from_secs(60))
    }
    fn recall(&mut self, job: &str, occurrence: Option<Timestamp>, missed: u64, now: Timestamp) {
        Self::recall(self, job, &Handled { occurrence, missed, schedules: Vec::new() }, now);
    }
    fn look(&mut self, now: Timestamp) -> Vec<Order> {
        let mut orders = Self::look(self, now);
        // Nobody edits a schedule in this world: what is noted is what its records need not say.
        let notes: Vec<String> = orders.iter().filter_map(noted).collect();
        orders.retain(|order| noted(order).is_none());
        for job in &notes {
            Self::passed(self, job);
        }
        if notes.is_empty() { orders } else { [orders, Self::look(self, now)].concat() }
    }
    fn ended(&mut self, job: &str, verdict: Verdict, now: Timestamp) {
        Self::ended(self, job, verdict, now);
    }
    fn passed(&mut self, job: &str) {
        Self::passed(self, job);
    }
}

fn noted(order: &Order) -> Option<String> {
    match order {
        Order::Note(note) => Some(note.job.clone()),
        Order::Run(_) | Order::Pass(_) => None,
    }
}

fn order(job: &str, occurrence: Timestamp) -> Order {
    Order::Run(Start { job: job.to_owned(), occurrence, look_back_from: None, missed: 0, tries: 0 })
}

fn schedules(jobs: &BTreeMap<String, Job>) -> Vec<(String, Schedule)> {
    jobs.iter().map(|(name, job)| (name.clone(), job.schedule.clone().unwrap())).collect()
}

/// Starts a job if the tick comes in the minute of a scheduled time, and knows nothing of the past.
pub struct TrustsTicks(Vec<(String, Schedule)>);

impl Brain for TrustsTicks {
    fn new(jobs: &BTreeMap<String, Job>) -> Self {
        Self(schedules(jobs))
    }
    fn recall(&mut self, _: &str, _: Option<Timestamp>, _: u64, _: Timestamp) {}
    fn look(&mut self, now: Timestamp) -> Vec<Order> {
        let due = |(job, schedule): &(String, Schedule)| {
            let at = schedule.cron.after(&schedule.timezone, now - SignedDuration::from_secs(60))?;
            (at <= now).then(|| order(job, at))
        };
        self.0.iter().filter_map(due).collect()
    }
    fn ended(&mut self, _: &str, _: Verdict, _: Timestamp) {}
    fn passed(&mut self, _: &str) {}
}

/// Reckons every time with the offset that was in force when it started.
pub struct KeepsItsOffset(Vec<(String, Schedule, Option<Appointment>)>);

/// The offset that was in force at the start, and the next time by it.
type Appointment = (SignedDuration, Timestamp);

impl KeepsItsOffset {
    fn next(schedule: &Schedule, offset: SignedDuration, now: Timestamp) -> Timestamp {
        schedule.cron.after(&Zone::utc(), now + offset).unwrap() - offset
    }
}

impl Brain for KeepsItsOffset {
    fn new(jobs: &BTreeMap<String, Job>) -> Self {
        Self(schedules(jobs).into_iter().map(|(job, schedule)| (job, schedule, None)).collect())
    }
    fn recall(&mut self, job: &str, _: Option<Timestamp>, _: u64, now: Timestamp) {
        for (name, schedule, state) in &mut self.0 {
            if name == job {
                let offset = SignedDuration::from_secs(schedule.timezone.offset_seconds(now).into());
                *state = Some((offset, Self::next(schedule, offset, now)));
            }
        }
    }
    fn look(&mut self, now: Timestamp) -> Vec<Order> {
        let mut orders = Vec::new();
        for (job, schedule, state) in &mut self.0 {
            if let Some((offset, next)) = state
                && *next <= now
            {
                orders.push(order(job, *next));
                *next = Self::next(schedule, *offset, now);
            }
        }
        orders
    }
    fn ended(&mut self, _: &str, _: Verdict, _: Timestamp) {}
    fn passed(&mut self, _: &str) {}
}
