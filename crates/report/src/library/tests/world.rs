//! A platform in a market whose truth is written down first, and counts that are drawn from it.

#![expect(
    clippy::similar_names,
    clippy::type_complexity,
    reason = "a shelf of its own world; a cover as it is drawn"
)]

use std::collections::BTreeMap;

use coverledger_core::model::{
    COUNTS_OF_COVERS, ClickEvent, Conventions, Count, ImpressionBasis, Look, Looks, MarketId, PlatformId,
    UniqueBasis,
};
use coverledger_stats::SeededRng;
use coverledger_stats::calibration::{size, successes};

use crate::library::rows::{COUNTS, CoverRows, Row, day_number};
use crate::library::{LibraryRules, PlaceMonths, Shelf, ShelvedCover};
use jiff::civil::{Date, date};

/// The first date of every world.
pub(super) const FIRST: Date = date(2026, 3, 2);
pub(super) const SLOTS: [&str; 2] = ["morning", "prime"];

/// What is true of a platform in a market.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    pub(super) platform: &'static str,
    pub(super) market: &'static str,
    pub(super) days: i32,
    pub(super) broadcasts_a_day: usize,
    /// Of each cover.
    pub(super) covers: Vec<CoverTruth>,
    /// How many of them a broadcast shows, the dominant one among them.
    pub(super) abreast: usize,
    /// A cover that is in every broadcast with so many times the impressions of others.
    pub(super) dominant: Option<(usize, f64)>,
    /// Impressions of a cover in a slot and audience of a broadcast, on average.
    pub(super) impressions: f64,
    /// The share of each audience.
    pub(super) audiences: Vec<f64>,
    /// Standard deviations of logarithms: of a broadcast's rate, of a cover's own part in it, of sizes.
    pub(super) noise: f64,
    pub(super) own: f64,
    pub(super) spread: f64,
    /// What the rate of everything gains with a day.
    pub(super) trend: f64,
    /// From this day on the rate of everything is so many times as high.
    pub(super) jump: Option<(i32, f64)>,
    /// From this day on the platform counts otherwise, so many times as much.
    pub(super) recount: Option<(i32, f64)>,
}

/// What is true of a cover.
#[derive(Debug, Clone)]
pub(super) struct CoverTruth {
    /// The logarithm of its fresh rate ÷ that of a usual cover.
    pub(super) strength: f64,
    /// More of it in the second slot.
    pub(super) in_prime: f64,
    /// Days on air after which half is left.
    pub(super) half_life: Option<f64>,
    /// From this day on it is not on air, and from the other it is again, as many times as strong as it was.
    pub(super) rest: Option<(i32, i32, f64)>,
    /// The days on which it may be on air.
    pub(super) days: std::ops::Range<i32>,
}

impl CoverTruth {
    pub(super) fn usual(days: i32) -> Self {
        Self { strength: 0.0, in_prime: 0.0, half_life: None, rest: None, days: 0..days }
    }
}

impl Truth {
    /// So many usual covers over six weeks.
    pub(super) fn of(covers: usize) -> Self {
        let days = 42;
        Self {
            platform: "p",
            market: "US",
            days,
            broadcasts_a_day: 2,
            covers: vec![CoverTruth::usual(days); covers],
            abreast: 4.min(covers),
            dominant: None,
            impressions: 400.0,
            audiences: vec![1.0],
            noise: 0.3,
            own: 0.1,
            spread: 0.5,
            trend: 0.0,
            jump: None,
            recount: None,
        }
    }

    pub(super) fn name(cover: usize) -> String {
        format!("cover_{cover:03}")
    }

    fn is_aired(&self, cover: usize, day: i32) -> bool {
        let about = &self.covers[cover];
        about.days.contains(&day) && about.rest.is_none_or(|(from, to, _)| day < from || day >= to)
    }

    /// Counts as they might have come.
    pub(super) fn drawn(&self, seed: u64) -> CoverRows {
        let slots = SLOTS.map(str::to_owned);
        let last = FIRST.checked_add(jiff::Span::new().days(self.days - 1)).unwrap();
        let mut rows = CoverRows::new(&PlatformId::new(self.platform), &MarketId::new(self.market), &slots, last);
        let mut chance = SeededRng::new(seed, 0);
        let names: Vec<String> = (0..self.covers.len()).map(Self::name).collect();
        let conventions = Conventions {
            impression: ImpressionBasis::Displays,
            click: ClickEvent::CoverTap,
            uniques: UniqueBasis::FirstTouch,
        };
        rows.eras.push((None, conventions));
        if let Some((day, _)) = self.recount {
            let since = FIRST.checked_add(jiff::Span::new().days(day)).unwrap();
            rows.eras.push((Some(since), Conventions { impression: ImpressionBasis::Viewers, ..conventions }));
        }
        for name in &names {
            rows.covers.number(name);
        }
        for audience in 0..self.audiences.len() {
            rows.audiences.number(&format!("audience_{audience}"));
        }
        let mut aired_days = vec![(0_i32, None::<i32>); self.covers.len()];
        let at = |count| COUNTS_OF_COVERS.iter().position(|other| *other == count).unwrap();
        for day in 0..self.days {
            let mut on_air = Vec::new();
            for number in 0..self.broadcasts_a_day {
                let broadcast = rows.broadcasts.number(&format!("b{day:03}_{number}"));
                let slot = number % SLOTS.len();
                let week = [0.0, 0.05, 0.0, -0.05, 0.1, 0.3, 0.25][usize::try_from(day % 7).unwrap()];
                let jump = self.jump.map_or(0.0, |(from, times)| if day < from { 0.0 } else { times.ln() });
                let recount = self.recount.filter(|(from, _)| day >= *from);
                let level =
                    0.05_f64.ln() + week + self.trend * f64::from(day) + jump + self.noise * chance.normal();
                let level = level + recount.map_or(0.0, |(_, times)| times.ln());
                let mut covers: Vec<usize> =
                    (0..self.covers.len()).filter(|cover| self.is_aired(*cover, day)).collect();
                chance.shuffle(&mut covers);
                if let Some((dominant, _)) = self.dominant {
                    covers.retain(|cover| *cover != dominant);
                    covers.insert(0, dominant);
                }
                covers.truncate(self.abreast);
                for cover in covers {
                    on_air.push(cover);
                    let about = &self.covers[cover];
                    let own = self.own * chance.normal() - self.own.powi(2) / 2.0;
                    let (age, _) = aired_days[cover];
                    let faded =
                        about.half_life.map_or(0.0, |half| -std::f64::consts::LN_2 * f64::from(age) / half);
                    let rested = about.rest.map_or(0.0, |(_, to, times)| if day < to { 0.0 } else { times.ln() });
                    let prime = if slot == 1 { about.in_prime } else { 0.0 };
                    let rate = (level + about.strength + faded + rested + prime + own).exp().min(0.9);
                    let times =
                        self.dominant.filter(|(dominant, _)| *dominant == cover).map_or(1.0, |(_, times)| times);
                    let shown = size(&mut chance, self.impressions * times, self.spread);
                    for (audience, share) in self.audiences.iter().enumerate() {
                        let trials = (shown * share).round();
                        let won = successes(&mut chance, trials, rate);
                        let mut counts = [None; COUNTS];
                        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
                        for (count, value) in [
                            (Count::Impressions, trials as u32),
                            (Count::Clicks, (won * 1.2).round() as u32),
                            (Count::Entries, (won * 1.1).round() as u32),
                            (Count::Entrants, won as u32),
                            (Count::Stays, (won * 0.4).round() as u32),
                            (Count::Orders, (won * 0.02).round() as u32),
                        ] {
                            counts[at(count)] = Some(value);
                        }
                        rows.rows.push(Row {
                            day: day_number(FIRST) + day,
                            slot: u16::try_from(slot).unwrap(),
                            audience: u16::try_from(audience).unwrap(),
                            era: u16::from(recount.is_some()),
                            is_clean: true,
                            broadcast: u32::try_from(broadcast).unwrap(),
                            cover: u32::try_from(cover).unwrap(),
                            counts,
                        });
                    }
                }
            }
            for cover in on_air {
                if aired_days[cover].1 != Some(day) {
                    aired_days[cover] = (aired_days[cover].0 + 1, Some(day));
                }
            }
        }
        rows
    }

    /// What is told of it.
    pub(super) fn told(&self, seed: u64, shelf: &Shelf) -> PlaceMonths {
        PlaceMonths::of(self.drawn(seed), shelf, &rules(&BTreeMap::new()))
    }
}

/// Two weeks are a rest, and nothing was tested.
pub(super) fn rules(experiments: &BTreeMap<String, coverledger_config::Experiment>) -> LibraryRules<'_> {
    LibraryRules { rested_days: 14, experiments }
}

/// A shelf of covers: tags, looks and family of each.
pub(super) fn shelf(covers: impl IntoIterator<Item = (Vec<(&'static str, String)>, Vec<(Look, f64)>)>) -> Shelf {
    let shelved = |(number, (tags, measures)): (usize, (Vec<(&'static str, String)>, Vec<(Look, f64)>))| {
        let mut looks = Looks::default();
        for (look, value) in measures {
            looks.set(look, Some(value));
        }
        let tags = tags.into_iter().map(|(tag, value)| (tag.to_owned(), value)).collect();
        (Truth::name(number), ShelvedCover { family: None, tags, looks: Some(looks) })
    };
    Shelf { covers: covers.into_iter().enumerate().map(shelved).collect() }
}
