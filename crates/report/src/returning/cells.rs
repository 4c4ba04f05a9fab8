//! What viewers did over days, summed up one viewer at a time, so that nobody has to be remembered.
//!
//! [`ViewerDays::add`] takes everything one viewer did in the window and adds it to two kinds of cells: of entrants by cover
//! ([`RevisitCell`]) and of visits by how they went ([`VisitCell`]). Nothing of a viewer is left in them but the group, one
//! of 128, that errors are estimated from.
//!
//! **Within a viewer.** What a bad visit costs is told by how a viewer's own CTR changed, so the change is taken here, where
//! the viewer is still one: CTR after the visit less CTR before it, with weight n·m ÷ (n + m) of n impressions before and m
//! after. Sums over viewers would mix the change of viewers with the change of who is shown how much.
//!
//! **Viewers with bad visits before.** Leaving them out would be wrong: who has often bad visits and had none for a week had a
//! week with few visits, which is a poor week by chance, and a better one follows. They stay, and each cell also sums
//! how much of the impressions before and after lay within [`EFFECT_DAYS`] of a bad visit. The effect is that of this share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::dates::{holds, plus};
use crate::tally::float;
use coverledger_core::model::VisitQuality;

/// Within how many local dates after an entry a viewer can come back: a week, and four.
pub const RETURN_DAYS: [i32; 2] = [7, 28];
/// For how many local dates a bad visit may matter; also how many are looked at before it and after it.
pub const EFFECT_DAYS: i32 = 7;
/// The same, as a count of days.
pub(super) const WEEK: usize = 7;
/// The last local dates whose losses are told.
pub const LOSS_DAYS: usize = 28;
/// How visits can be bad: the steps after [`VisitQuality::Good`], in their order.
pub const STEPS: usize = 3;

/// What a viewer did with a cover of a broadcast on a local date, or how the visit went. Names are numbers of
/// [`ViewerDays::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewerVisit {
    /// The market's day: local dates since [`ViewerDays::first`].
    pub day: usize,
    /// Which broadcast.
    pub broadcast: u32,
    /// Whose room; `None` where no host is known: then all broadcasts are one host's.
    pub host: Option<u32>,
    /// Which slot.
    pub slot: u32,
    /// By which cover; `None` in rows that only say how a visit went.
    pub cover: Option<u32>,
    /// The first instant of it, in microseconds of Unix time.
    pub first_us: i64,
    /// How often the cover was shown.
    pub impressions: u32,
    /// How often it was clicked.
    pub clicks: u32,
    /// How often the room was entered by it.
    pub entries: u32,
    /// How the visit went, where that is known.
    pub quality: Option<VisitQuality>,
}

/// Entrants of a cover in a broadcast and slot, of one group of viewers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RevisitCell {
    /// Viewers who entered the room by this cover in that slot, by their first entry of that broadcast.
    pub entrants: u64,
    /// Of those, whose next 7 and 28 local dates are all published. The others are censored, not lost.
    pub due: [u64; 2],
    /// Of those who are due, who entered another broadcast of the same host on one of these dates.
    pub back: [u64; 2],
}

/// Which entrants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisitKey {
    /// The market's day of their first entry: local dates since [`ViewerDays::first`].
    pub day: usize,
    /// Which broadcast.
    pub broadcast: u32,
    /// Which slot.
    pub slot: u32,
    /// Which cover.
    pub cover: u32,
    /// The group of viewers, less than 128.
    pub group: u8,
}

/// Visits of a broadcast and slot that went in one way, of one group of viewers: of those whose 14 local dates before and 7
/// after the visit's date are published. The date of the visit itself is neither before nor after.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct VisitCell {
    /// Visits, one per viewer, broadcast and local date.
    pub visits: u64,
    /// Of those, whose viewers were shown covers both before and after: only they have a change of CTR.
    pub compared: u64,
    /// Sum of the weights of those compared.
    pub weight: f64,
    /// Weighted sum of CTR in the 7 local dates before.
    pub before: f64,
    /// Weighted sum of CTR in the 7 local dates after.
    pub after: f64,
    /// Weighted sum, by step, of the share of impressions after the visit whose viewer had a bad visit in the 7 local dates
    /// before them, the worst of which was of this step, less the same share before the visit.
    pub exposed: [f64; STEPS],
    /// Entries of all visits' viewers in the 7 local dates before, and after.
    pub entries: [u64; 2],
    /// By step: of the 7 local dates after, on how many there was a bad visit in the 7 before, less the same of the dates
    /// before the visit; summed over all visits.
    pub exposed_dates: [i64; STEPS],
}

/// Which visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitKey {
    /// Which broadcast.
    pub broadcast: u32,
    /// Which slot.
    pub slot: u32,
    /// How they went.
    pub quality: VisitQuality,
    /// The group of viewers, less than 128.
    pub group: u8,
}

/// What the last [`LOSS_DAYS`] local dates held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastMonth {
    /// Local dates of them that are published, with how visits went on the 7 before.
    pub dates: u64,
    /// By step: bad visits on them.
    pub bad_visits: [u64; STEPS],
    /// By step: impressions on them whose viewer had a bad visit in the 7 local dates before, the worst of this step.
    pub exposed: [u64; STEPS],
    /// All impressions on them.
    pub impressions: u64,
}

/// The local dates that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownDates {
    /// Those of which it is known what viewers did.
    pub published: BTreeSet<Date>,
    /// Those of which it is known how visits went.
    pub watched: BTreeSet<Date>,
}

/// What is known of a local date of the window.
#[derive(Debug, Clone, Copy, Default)]
struct DayKnown {
    is_published: bool,
    /// Whether it is known who came back within 7, and 28, local dates.
    is_due: [bool; 2],
    /// Whether what a visit did can be told.
    tells_visits: bool,
    /// Whether it is known which impressions came after a bad visit.
    tells_exposure: bool,
}

impl KnownDates {
    /// Of each local date of a window.
    fn days(&self, first: Date, until: Date) -> Vec<DayKnown> {
        let day = |date: Date| DayKnown {
            is_published: self.published.contains(&date),
            is_due: RETURN_DAYS.map(|days| holds(&self.published, date, 1, days)),
            tells_visits: holds(&self.published, date, -EFFECT_DAYS, EFFECT_DAYS)
                && holds(&self.watched, date, -2 * EFFECT_DAYS, EFFECT_DAYS - 1),
            tells_exposure: self.published.contains(&date) && holds(&self.watched, date, -EFFECT_DAYS, -1),
        };
        std::iter::successors(Some(first), |date| plus(*date, 1))
            .take_while(|date| *date <= until)
            .map(day)
            .collect()
    }
}

/// Viewers of a platform in a market over a window of local dates, summed up.
#[derive(Debug, Clone, Default)]
pub struct ViewerDays {
    /// The first local date of the window.
    pub first: Date,
    /// The last one.
    pub until: Date,
    /// Entrants.
    pub revisits: BTreeMap<RevisitKey, RevisitCell>,
    /// Visits.
    pub visits: BTreeMap<VisitKey, VisitCell>,
    /// What the last dates held.
    pub last_month: LastMonth,
    days: Vec<DayKnown>,
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl ViewerDays {
    /// Nobody yet, in a window of local dates of which some are known.
    #[must_use]
    pub fn new(first: Date, until: Date, known: &KnownDates) -> Self {
        let days = known.days(first, until);
        let dates = days.iter().rev().take(LOSS_DAYS).filter(|day| day.tells_exposure).count();
        let last_month = LastMonth { dates: dates as u64, ..LastMonth::default() };
        Self { first, until, last_month, days, ..Self::default() }
    }

    /// The number of a broadcast, host, slot or cover.
    pub fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    /// What a number stands for.
    #[must_use]
    pub fn named(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.names.get(at)).map_or("", |name| name)
    }

    /// Adds everything that one viewer did in the window, in any order. What lies outside of the window or on a date that is not
    /// published does not count.
    pub fn add(&mut self, group: u8, visits: &[ViewerVisit]) {
        self.add_entries(group, visits);
        if self.days.iter().any(|day| day.tells_exposure) {
            let gone = gone(visits);
            let did = did(self.days.len(), visits, &gone);
            self.add_last_month(&did);
            self.add_visits(group, &gone, &did);
        }
    }

    /// The local date of a day of the window.
    #[must_use]
    pub fn date(&self, day: usize) -> Option<Date> {
        plus(self.first, i32::try_from(day).ok()?)
    }

    fn known(&self, day: usize) -> DayKnown {
        self.days.get(day).copied().unwrap_or_default()
    }

    /// First entries of broadcasts, and whether the viewer came back after each.
    fn add_entries(&mut self, group: u8, visits: &[ViewerVisit]) {
        let entered = |visit: &&ViewerVisit| visit.entries > 0 && self.known(visit.day).is_published;
        let entries: Vec<&ViewerVisit> = visits.iter().filter(entered).collect();
        let mut firsts = entries.clone();
        firsts.sort_by_key(|visit| (visit.broadcast, visit.day, visit.first_us, visit.cover));
        firsts.dedup_by_key(|visit| visit.broadcast);
        for first in firsts {
            let Some(cover) = first.cover else { continue };
            let is_return = |later: &&&ViewerVisit| {
                later.day > first.day && later.host == first.host && later.broadcast != first.broadcast
            };
            let soonest = entries.iter().filter(is_return).map(|later| later.day - first.day).min();
            let known = self.known(first.day);
            let key = RevisitKey { day: first.day, broadcast: first.broadcast, slot: first.slot, cover, group };
            let cell = self.revisits.entry(key).or_default();
            cell.entrants += 1;
            for (at, days) in RETURN_DAYS.into_iter().enumerate() {
                let is_back =
                    soonest.and_then(|soonest| i32::try_from(soonest).ok()).is_some_and(|soonest| soonest <= days);
                if known.is_due[at] {
                    cell.due[at] += 1;
                    cell.back[at] += u64::from(is_back);
                }
            }
        }
    }

    fn add_last_month(&mut self, did: &[DayDid]) {
        let last = did.len().saturating_sub(LOSS_DAYS);
        let known = did.iter().zip(&self.days).skip(last).filter(|(_, known)| known.tells_exposure);
        for (day, _) in known {
            self.last_month.impressions += day.impressions;
            if let Some(step) = day.exposed {
                self.last_month.exposed[step] += day.impressions;
            }
            for (sum, count) in self.last_month.bad_visits.iter_mut().zip(day.bad_visits) {
                *sum += count;
            }
        }
    }

    fn add_visits(&mut self, group: u8, gone: &Gone, did: &[DayDid]) {
        for (&(day, broadcast), &(slot, quality)) in gone {
            if !self.known(day).tells_visits || day < WEEK {
                continue;
            }
            let [before, after] = [day - WEEK..day, day + 1..day + 1 + WEEK]
                .map(|window| Sums::of(did.get(window).unwrap_or_default()));
            let cell = self.visits.entry(VisitKey { broadcast, slot, quality, group }).or_default();
            cell.visits += 1;
            cell.entries[0] += before.entries;
            cell.entries[1] += after.entries;
            for (step, sum) in cell.exposed_dates.iter_mut().enumerate() {
                *sum += after.exposed_dates[step] - before.exposed_dates[step];
            }
            if before.impressions == 0 || after.impressions == 0 {
                continue;
            }
            let [shown_before, shown_after] = [&before, &after].map(|sums| float(sums.impressions));
            let weight = shown_before * shown_after / (shown_before + shown_after);
            cell.compared += 1;
            cell.weight += weight;
            cell.before += weight * float(before.clicks) / shown_before;
            cell.after += weight * float(after.clicks) / shown_after;
            for (step, sum) in cell.exposed.iter_mut().enumerate() {
                let share = float(after.exposed[step]) / shown_after - float(before.exposed[step]) / shown_before;
                *sum += weight * share;
            }
        }
    }
}

/// Which step a bad visit is, from 0; `None` of a good one.
#[must_use]
pub const fn step(quality: VisitQuality) -> Option<usize> {
    match quality {
        VisitQuality::Good => None,
        VisitQuality::Slow => Some(0),
        VisitQuality::Stalled => Some(1),
        VisitQuality::Failed => Some(2),
    }
}

/// By local date and broadcast: the slot of the first row that says how the visit went, and the worst of what they say.
type Gone = BTreeMap<(usize, u32), (u32, VisitQuality)>;

fn gone(visits: &[ViewerVisit]) -> Gone {
    let mut told: Vec<(&ViewerVisit, VisitQuality)> =
        visits.iter().filter_map(|visit| Some((visit, visit.quality?))).collect();
    told.sort_by_key(|(visit, quality)| (visit.first_us, visit.slot, *quality));
    let mut gone = Gone::new();
    for (visit, quality) in told {
        let worst = gone.entry((visit.day, visit.broadcast)).or_insert((visit.slot, quality));
        worst.1 = worst.1.max(quality);
    }
    gone
}

/// What a viewer did on a local date.
#[derive(Debug, Clone, Copy, Default)]
struct DayDid {
    impressions: u64,
    clicks: u64,
    entries: u64,
    bad_visits: [u64; STEPS],
    /// The worst step of bad visits in the 7 local dates before.
    exposed: Option<usize>,
}

fn did(count: usize, visits: &[ViewerVisit], gone: &Gone) -> Vec<DayDid> {
    let mut days = vec![DayDid::default(); count];
    for visit in visits {
        let Some(day) = days.get_mut(visit.day) else { continue };
        day.impressions += u64::from(visit.impressions);
        day.clicks += u64::from(visit.clicks);
        day.entries += u64::from(visit.entries);
    }
    for (&(day, _), &(_, quality)) in gone {
        let Some(step) = step(quality).filter(|_| day < count) else { continue };
        days[day].bad_visits[step] += 1;
        for later in days.iter_mut().skip(day + 1).take(WEEK) {
            later.exposed = later.exposed.max(Some(step));
        }
    }
    days
}

/// A week of a viewer.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    impressions: u64,
    clicks: u64,
    entries: u64,
    exposed: [u64; STEPS],
    exposed_dates: [i64; STEPS],
}

impl Sums {
    fn of(days: &[DayDid]) -> Self {
        let mut sums = Self::default();
        for day in days {
            sums.impressions += day.impressions;
            sums.clicks += day.clicks;
            sums.entries += day.entries;
            if let Some(step) = day.exposed {
                sums.exposed[step] += day.impressions;
                sums.exposed_dates[step] += 1;
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn known(days: i32) -> (Date, Date, KnownDates) {
        let first = date(2026, 11, 1);
        let dates: BTreeSet<Date> = (0..days).filter_map(|day| plus(first, day)).collect();
        let until = *dates.last().unwrap();
        (first, until, KnownDates { published: dates.clone(), watched: dates })
    }

    fn visit(day: usize, broadcast: u32) -> ViewerVisit {
        ViewerVisit {
            day,
            broadcast,
            host: None,
            slot: 0,
            cover: Some(0),
            first_us: 0,
            impressions: 4,
            clicks: 1,
            entries: 1,
            quality: Some(VisitQuality::Good),
        }
    }

    #[test]
    fn who_is_not_due_has_not_stayed_away() {
        let (first, until, dates) = known(12);
        let mut days = ViewerDays::new(first, until, &dates);
        days.add(3, &[visit(0, 0), visit(4, 1), visit(11, 2)]);
        let cell = |day, broadcast| days.revisits[&RevisitKey { day, broadcast, slot: 0, cover: 0, group: 3 }];
        assert_eq!(cell(0, 0), RevisitCell { entrants: 1, due: [1, 0], back: [1, 0] });
        assert_eq!(cell(4, 1), RevisitCell { entrants: 1, due: [1, 0], back: [1, 0] });
        assert_eq!(cell(11, 2), RevisitCell { entrants: 1, due: [0, 0], back: [0, 0] });
    }

    #[test]
    fn a_date_that_is_missing_leaves_a_window_open() {
        let (first, until, mut dates) = known(12);
        dates.published.remove(&date(2026, 11, 6));
        let mut days = ViewerDays::new(first, until, &dates);
        days.add(3, &[visit(0, 0), visit(4, 1)]);
        assert!(days.revisits.values().all(|cell| cell.due == [0, 0]));
    }

    #[test]
    fn only_another_broadcast_of_the_same_host_on_a_later_date_is_a_return() {
        let (first, until, dates) = known(12);
        let (anna, ben) = (Some(7), Some(8));
        let of = |day, broadcast, host| ViewerVisit { host, ..visit(day, broadcast) };
        let back = |visits: &[ViewerVisit]| {
            let mut days = ViewerDays::new(first, until, &dates);
            days.add(0, visits);
            days.revisits.iter().find(|(key, _)| key.broadcast == 0).unwrap().1.back[0]
        };
        assert_eq!(back(&[of(0, 0, anna), of(3, 1, anna)]), 1);
        assert_eq!(back(&[of(0, 0, anna), of(3, 1, ben)]), 0);
        assert_eq!(back(&[of(0, 0, anna), of(0, 1, anna)]), 0);
        assert_eq!(back(&[of(0, 0, anna), of(1, 0, anna)]), 0);
        assert_eq!(back(&[of(0, 0, anna), of(8, 1, anna)]), 0);
        let saw = ViewerVisit { entries: 0, ..of(3, 1, anna) };
        assert_eq!(back(&[of(0, 0, anna), saw]), 0);
    }

    #[test]
    fn a_viewer_is_an_entrant_of_the_cover_by_which_it_came_first() {
        let (first, until, dates) = known(12);
        let mut days = ViewerDays::new(first, until, &dates);
        let later = ViewerVisit { first_us: 9, cover: Some(1), ..visit(0, 0) };
        days.add(0, &[later, visit(0, 0)]);
        assert_eq!(days.revisits.keys().map(|key| key.cover).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_change_is_taken_within_the_viewer_and_the_date_itself_is_in_neither_week() {
        let (first, until, dates) = known(30);
        let mut days = ViewerDays::new(first, until, &dates);
        let bad = ViewerVisit { quality: Some(VisitQuality::Stalled), impressions: 90, ..visit(15, 3) };
        let shown = |day, impressions, clicks| ViewerVisit {
            impressions,
            clicks,
            entries: 0,
            quality: None,
            ..visit(day, 9)
        };
        days.add(5, &[shown(8, 2, 1), shown(14, 4, 2), bad, shown(16, 5, 1), shown(22, 1, 0), shown(23, 50, 50)]);
        let key = VisitKey { broadcast: 3, slot: 0, quality: VisitQuality::Stalled, group: 5 };
        let cell = days.visits[&key];
        assert_eq!((cell.visits, cell.compared, cell.entries), (1, 1, [0, 0]));
        assert_eq!(cell.exposed_dates, [0, 7, 0]);
        for (found, expected) in [
            (cell.weight, 3.0),
            (cell.before, 3.0 * 0.5),
            (cell.after, 3.0 / 6.0),
            (cell.exposed[1], 3.0),
            (cell.exposed[0] + cell.exposed[2], 0.0),
        ] {
            assert!((found - expected).abs() < 1e-12, "{cell:?}");
        }
        assert_eq!(days.last_month.bad_visits, [0, 1, 0]);
        assert_eq!(days.last_month.exposed, [0, 6, 0]);
        assert_eq!((days.last_month.impressions, days.last_month.dates), (2 + 4 + 90 + 5 + 1 + 50, 23));
    }

    #[test]
    fn the_worst_of_a_visit_counts_and_earlier_bad_visits_are_seen_before_it() {
        let (first, until, dates) = known(30);
        let mut days = ViewerDays::new(first, until, &dates);
        let told = |day, broadcast, quality| ViewerVisit { quality: Some(quality), ..visit(day, broadcast) };
        days.add(
            0,
            &[
                told(10, 1, VisitQuality::Failed),
                told(15, 2, VisitQuality::Slow),
                told(15, 2, VisitQuality::Good),
                visit(14, 4),
                visit(18, 5),
            ],
        );
        let key = VisitKey { broadcast: 2, slot: 0, quality: VisitQuality::Slow, group: 0 };
        let cell = days.visits[&key];
        // Of the dates before 15, those from 11 on follow a failure; of those after it, 16 and 17 do, and the rest a slow start.
        assert_eq!(cell.exposed_dates, [5, 0, 2 - 4]);
    }

    #[test]
    fn what_cannot_be_told_of_a_window_is_not() {
        let (first, until, mut dates) = known(30);
        dates.watched.remove(&date(2026, 11, 9));
        let mut days = ViewerDays::new(first, until, &dates);
        days.add(0, &(0..30).map(|day| visit(day, 1)).collect::<Vec<_>>());
        assert!(days.visits.is_empty());
        assert_eq!(days.last_month.dates, 16);
    }
}
