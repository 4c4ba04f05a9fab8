//! The world around a brain: its clock, its runs, its records, and what it holds against the brain.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::brains::Brain;
use super::{Dice, Step};
use crate::schedule::agenda::{Order, Start, Verdict};
use coverledger_config::{CatchUp, Job, Schedule};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_core::time::{Cron, DayRule, Zone};

/// Zones, and a date before and after which a fortnight is played.
const NIGHTS: [(&str, &str); 8] = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Cairo", "2026-04-24"),
    ("America/Santiago", "2026-09-06"),
    ("Pacific/Chatham", "2026-04-05"),
    ("Asia/Kolkata", "2026-07-01"),
];
const DAYS: i64 = 7;
const LOOKBACK_DAYS: i64 = 9;
/// A handled time further ahead of the clock is not believed; nearer ones are.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A job of the world, and all that happened to it.
struct Known {
    cron: &'static str,
    catch_up: CatchUp,
    market: DayRule,
    /// Every scheduled time, made without cron.
    times: BTreeSet<Timestamp>,
    /// Up to where the brain has said what becomes of scheduled times.
    settled: Timestamp,
    record: Option<Record>,
    running: Option<Running>,
    /// Times for which a run came to its end.
    done: BTreeSet<Timestamp>,
    published: BTreeSet<Date>,
    last_over: Date,
    runs: usize,
    passes: usize,
    /// Times that a run was started for in time, and times recorded as missed.
    on_time: u64,
    first_settled: Timestamp,
    /// Since when two others keep it waiting.
    waits_since: Option<Timestamp>,
}

#[derive(Clone, Copy)]
struct Record {
    as_of: Timestamp,
    occurrence: Timestamp,
    missed: u64,
}

struct Running {
    start: Start,
    started_at: Timestamp,
    ends_at: i64,
    on_time: bool,
    settled_before: Timestamp,
    /// Whether the clock was set back behind its scheduled time.
    is_ahead: bool,
    verdict: Verdict,
}

pub struct World<B> {
    brain: B,
    config: BTreeMap<String, Job>,
    jobs: BTreeMap<String, Known>,
    zone: Zone,
    /// Seconds that really passed, and what the clock shows.
    passed: i64,
    now: Timestamp,
    was_set: bool,
    is_calm: bool,
    pub violations: Vec<String>,
}

impl<B: Brain> World<B> {
    pub fn new(dice: &mut Dice) -> Self {
        let (zone, date) = dice.pick(&NIGHTS);
        let (zone, date): (_, Date) = (Zone::named(zone).unwrap(), date.parse().unwrap());
        let now = zone.first_instant_at(date.to_datetime(Time::midnight())).unwrap() - (24 * DAYS).hours();
        let all = [
            ("nightly", daily(&zone, date, &["02:30:00"]), "30 2 * * *"),
            ("midnight", daily(&zone, date, &["00:00:30"]), "30 0 0 * * *"),
            ("hourly", hourly(&zone, now), "15 * * * *"),
        ];
        let (mut config, mut jobs) = (BTreeMap::new(), BTreeMap::new());
        for (name, times, cron) in all {
            let catch_up = dice.pick(&[CatchUp::All, CatchUp::Latest, CatchUp::None]);
            let schedule = Schedule { cron: Cron::parse(cron).unwrap(), timezone: zone.clone(), catch_up };
            let job = Job {
                schedule: Some(schedule),
                platforms: [PlatformId::new("p")].into(),
                markets: [MarketId::new("M")].into(),
                lookback_days: 9,
                limit_seconds: 3600,
            };
            config.insert(name.to_owned(), job);
            let market = dice.pick(&["America/Los_Angeles", "Asia/Tokyo", "Europe/London"]);
            let market = DayRule::calendar(Zone::named(market).unwrap());
            let last_over = market.day_of(now).unwrap().date.yesterday().unwrap();
            let known = Known {
                cron,
                catch_up,
                market,
                times,
                settled: now,
                record: None,
                running: None,
                done: BTreeSet::new(),
                published: BTreeSet::new(),
                last_over,
                runs: 0,
                passes: 0,
                on_time: 0,
                first_settled: now,
                waits_since: None,
            };
            jobs.insert(name.to_owned(), known);
        }
        let brain = B::new(&config);
        let mut world =
            Self { brain, config, jobs, zone, passed: 0, now, was_set: false, is_calm: false, violations: vec![] };
        world.start_over();
        world
    }

    pub fn is_over(&self) -> bool {
        self.passed > 2 * DAYS * 86_400
    }

    /// Whether the zone's clock changes in the time that was played.
    pub fn clock_changes(&self) -> bool {
        let start = self.now - SignedDuration::from_secs(self.passed);
        self.zone.offset_seconds(start) != self.zone.offset_seconds(self.now)
    }

    /// Runs, market-days and passes.
    pub fn figures(&self) -> (usize, usize, usize) {
        let sum = |of: fn(&Known) -> usize| self.jobs.values().map(of).sum();
        (sum(|job| job.runs), sum(|job| job.published.len()), sum(|job| job.passes))
    }

    pub fn take(&mut self, step: Step, dice: &mut Dice) {
        match step {
            Step::Next { late_seconds, ticks } => {
                let next = self.jobs.values().filter_map(|job| job.between(self.now, Timestamp::MAX).next()).min();
                let seconds = next.map_or(86_400, |next| self.now.duration_until(next).as_secs());
                self.wait(seconds + late_seconds);
                for _ in 0..ticks {
                    self.tick(dice);
                }
            }
            Step::Pass { seconds } => {
                self.wait(seconds);
                self.tick(dice);
            }
            Step::SetClock { seconds } => {
                self.now += SignedDuration::from_secs(seconds);
                self.was_set = true;
                self.tick(dice);
            }
            Step::Restart { seconds } => {
                for job in self.jobs.values_mut() {
                    (job.running, job.waits_since) = (None, None);
                }
                self.wait(seconds);
                self.start_over();
                self.tick(dice);
            }
        }
    }

    fn wait(&mut self, seconds: i64) {
        let until = self.passed + seconds;
        let next_end = |world: &Self| {
            let ends =
                world.jobs.iter().filter_map(|(name, job)| Some((job.running.as_ref()?.ends_at, name.clone())));
            ends.min().filter(|(ends_at, _)| *ends_at <= until)
        };
        while let Some((ends_at, job)) = next_end(self) {
            self.now += SignedDuration::from_secs(ends_at - self.passed);
            self.passed = ends_at;
            self.end(&job);
        }
        self.now += SignedDuration::from_secs(until - self.passed);
        self.passed = until;
    }

    /// A new scheduler, which knows what the records say.
    fn start_over(&mut self) {
        self.brain = B::new(&self.config);
        for (name, job) in &mut self.jobs {
            let occurrence = job.record.map(|record| record.occurrence);
            self.brain.recall(name, occurrence, job.record.map_or(0, |record| record.missed), self.now);
            job.settled = occurrence.unwrap_or(self.now);
            job.done.retain(|at| *at <= job.settled);
            if job.record.is_none() {
                (job.first_settled, job.on_time) = (self.now, 0);
            }
        }
    }

    fn tick(&mut self, dice: &mut Dice) {
        for job in self.jobs.values_mut() {
            if self.now.duration_until(job.settled) > HOUR {
                let running = job.running.as_mut();
                let before = running.map_or(job.settled, |running| {
                    running.is_ahead = true;
                    running.settled_before
                });
                job.settled = if self.now.duration_until(before) > HOUR { self.now } else { before };
                job.done.retain(|at| *at <= job.settled);
            }
        }
        for order in self.brain.look(self.now) {
            match order {
                Order::Run(start) => self.start(start, dice),
                Order::Pass(pass) => {
                    let job = self.jobs.get_mut(&pass.job).unwrap();
                    job.passes += 1;
                    if job.catch_up != CatchUp::None
                        || pass.occurrence.duration_until(self.now) <= MINUTE
                        || job.between(job.settled, pass.occurrence).next().is_none()
                    {
                        self.violations.push(format!("{} let go {} at {}", pass.job, pass.occurrence, self.now));
                    }
                    job.settled = pass.occurrence;
                    job.write(self.now, pass.occurrence, pass.missed);
                    self.brain.passed(&pass.job);
                }
                Order::Note(note) => self.violations.push(format!("{note:?} is nobody's business here")),
            }
        }
        let running = self.jobs.values().filter(|job| job.running.is_some()).count();
        for (name, job) in self.jobs.iter_mut().filter(|(_, job)| job.running.is_none()) {
            let Some(skipped) = job.between(job.settled, self.now).next() else {
                job.waits_since = None;
                continue;
            };
            if running == 2 {
                job.waits_since.get_or_insert(self.now);
            } else {
                self.violations.push(format!("{name} ({}) left out {skipped} at {}", job.cron, self.now));
            }
        }
    }

    fn start(&mut self, start: Start, dice: &mut Dice) {
        let job = self.jobs.get_mut(&start.job).unwrap();
        let (name, occurrence, now) = (&start.job, start.occurrence, self.now);
        let mut wrong =
            |what: &str| self.violations.push(format!("{name} ({}) at {now}: {what} {occurrence}", job.cron));
        if job.running.is_some() {
            wrong("two runs at once, of");
        }
        if !job.times.contains(&occurrence) {
            wrong("started for what is no scheduled time,");
        }
        if occurrence > now {
            wrong("started before its time,");
        }
        if job.done.contains(&occurrence) {
            wrong("run a second time, for");
        }
        let seen_at = job.waits_since.take().unwrap_or(now);
        let is_missed = |at: &Timestamp| at.duration_until(seen_at) > MINUTE;
        let first_missed = job.between(job.settled, occurrence).find(is_missed);
        let on_time = start.tries == 0 && !is_missed(&occurrence);
        if start.tries == 0
            && job.catch_up == CatchUp::All
            && start.look_back_from.is_none()
            && first_missed.is_some()
        {
            wrong("not all is caught up by the run for");
        }
        let settled_before = job.settled;
        job.settled = job.settled.max(occurrence);
        let seconds = if self.is_calm { 1 } else { dice.pick(&[1, 5, 20, 20, 45, 600, 7200]) };
        let verdict = match dice.below(20) {
            _ if self.is_calm => Verdict::Handled,
            0 if self.was_set => Verdict::Fruitless,
            1 => Verdict::Again,
            _ => Verdict::Handled,
        };
        job.running = Some(Running {
            start,
            started_at: now,
            ends_at: self.passed + seconds,
            on_time,
            settled_before,
            is_ahead: false,
            verdict,
        });
    }

    fn end(&mut self, name: &str) {
        let job = self.jobs.get_mut(name).unwrap();
        let Running { start, started_at, on_time, is_ahead, verdict, .. } = job.running.take().unwrap();
        job.runs += 1;
        if verdict != Verdict::Fruitless {
            job.write(started_at, start.occurrence, start.missed);
            job.on_time += u64::from(on_time);
        }
        if verdict == Verdict::Handled {
            job.publish(started_at, start.look_back_from);
            if !is_ahead && self.now.duration_until(start.occurrence) <= HOUR {
                job.done.insert(start.occurrence);
            }
        }
        self.brain.ended(name, verdict, self.now);
    }

    /// Runs end, nobody sets the clock, every tick comes and every run does well; then all has to be there.
    pub fn calm_down(&mut self) {
        self.is_calm = true;
        let mut dice = Dice::new(0);
        self.wait(3 * 3600);
        self.tick(&mut dice);
        for _ in 0..80 {
            self.take(Step::Next { late_seconds: 1, ticks: 1 }, &mut dice);
            self.wait(2);
            self.tick(&mut dice);
            self.wait(2);
        }
        for (name, job) in &self.jobs {
            let mut wrong =
                |what: String| self.violations.push(format!("{name} ({}, {:?}): {what}", job.cron, job.catch_up));
            let first = *job.published.first().unwrap();
            let expected: BTreeSet<Date> =
                first.series(1.day()).take_while(|date| *date <= job.last_over).collect();
            // Who lets late times go may let more days go than a run looks back.
            if job.catch_up != CatchUp::None && job.published != expected {
                wrong(format!("published {:?}, expected {expected:?}", job.published));
            }
            let over = job.market.day_of(self.now).unwrap().date.yesterday().unwrap();
            if job.last_over < over.yesterday().unwrap() {
                wrong(format!("published up to {} by {over}", job.last_over));
            }
            let missed = job.record.unwrap().missed;
            let times = job.between(job.first_settled, job.settled).count() as u64;
            if !self.was_set && times != missed + job.on_time {
                wrong(format!("{times} scheduled times, {missed} missed and {} run in time", job.on_time));
            }
        }
    }
}

impl Known {
    /// Scheduled times after one instant, up to and including another.
    fn between(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.times.range(after..).copied().skip_while(move |at| *at == after).take_while(move |at| *at <= until)
    }

    /// A record is not replaced by one of an earlier instant.
    fn write(&mut self, as_of: Timestamp, occurrence: Timestamp, missed: u64) {
        let Some(record) = &mut self.record else {
            self.record = Some(Record { as_of, occurrence, missed });
            return;
        };
        if as_of >= record.as_of {
            *record =
                Record { as_of, occurrence: occurrence.max(record.occurrence), missed: record.missed + missed };
        }
    }

    fn publish(&mut self, now: Timestamp, look_back_from: Option<Timestamp>) {
        let last_over = |at: Timestamp| self.market.day_of(at).unwrap().date.yesterday().unwrap();
        let from = last_over(look_back_from.unwrap_or(now).min(now)) - (LOOKBACK_DAYS - 1).days();
        let to = last_over(now);
        self.published.extend(from.series(1.day()).take_while(|date| *date <= to));
        self.last_over = self.last_over.max(to);
    }
}

/// Times of each date, without cron.
fn daily(zone: &Zone, around: Date, times: &[&str]) -> BTreeSet<Timestamp> {
    let dates = (around - 40.days()).series(1.day()).take(120);
    dates
        .flat_map(|date| times.iter().map(move |time| date.to_datetime(time.parse::<Time>().unwrap())))
        .map(|local| zone.first_instant_at(local).unwrap())
        .collect()
}

/// Every quarter past an hour of the wall clock, without cron.
fn hourly(zone: &Zone, from: Timestamp) -> BTreeSet<Timestamp> {
    let every = (-60 * 24 * 6..60 * 24 * 18).map(|step| from + SignedDuration::from_mins(5 * step));
    every.filter(|at| zone.local(*at).minute() == 15).collect()
}
