//! When a market-day is complete, so that a count can settle while it still reads.
//!
//! Exports come in *waves*, one for each date that they are of. A market-day is complete once the last wave is read that an
//! export in its scope is of; the market-days that are complete with the same wave are a *generation*, and settle together.
//! No export of a later wave has a say in them, and none of an earlier wave than their first: after the last generation that
//! stands on a wave, its rows are let go.
//!
//! Rows wait in *bins*, by wave and generation: so the rows of a generation lie together, beside those of other market-days
//! from the same waves, which are only asked whether they are deliveries of the same events. Rows on no market-day have a
//! bin of their own in each wave. Where all settles at the end, there is one bin.

use super::scope::Scope;

/// Each wave may have rows of so many generations: each has chunks of its own open. With more, waves are put together.
const MOST_GENERATIONS_OF_A_WAVE: usize = 4;

/// Waves, generations and bins of a count.
#[derive(Debug, Clone)]
pub(super) struct Waves {
    /// By export.
    of_exports: Vec<usize>,
    /// By market-day: its generation, the wave with which it is complete.
    of_days: Vec<usize>,
    /// How many waves there are.
    number: usize,
    days: usize,
    /// By wave and market-day, and one more for rows on none.
    bins: Vec<usize>,
    /// By bin: its wave, and its generation if it has rows of market-days.
    of_bins: Vec<(usize, Option<usize>)>,
    /// In their order.
    generations: Vec<Generation>,
}

/// The market-days that are complete with one wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generation {
    /// The wave with which they are complete.
    pub(super) wave: usize,
    /// The bins of their rows.
    pub(super) bins: Vec<usize>,
    /// The bins of other rows from the waves that they stand on.
    pub(super) beside: Vec<usize>,
    /// The bins that no later generation asks.
    pub(super) done_with: Vec<usize>,
}

impl Waves {
    /// For exports whose waves are told by numbers in ascending order of their dates; with none told, all are of one wave.
    pub(super) fn of(scope: &Scope, told: &[u32]) -> Self {
        let (exports, days) = (scope.exports(), scope.days());
        let mut of_exports: Vec<usize> =
            (0..exports).map(|export| told.get(export).map_or(0, |wave| *wave as usize)).collect();
        while let Some(most) = most_generations(scope, &of_exports)
            && most > MOST_GENERATIONS_OF_A_WAVE
        {
            for wave in &mut of_exports {
                *wave /= 2;
            }
        }
        let mut spans = spans(scope, &of_exports);
        let last = of_exports.iter().max().copied().unwrap_or(0);
        let mut of_days: Vec<usize> = spans.iter().map(|span| span.map_or(last, |(_, last)| last)).collect();
        let mut numbers: Vec<usize> = of_days.clone();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() <= 1 {
            // Nothing can settle before the end.
            of_exports.fill(0);
            of_days.fill(0);
            spans.fill(Some((0, 0)));
            numbers = vec![0];
        }
        let number = of_exports.iter().max().map_or(1, |last| last + 1);
        let mut all = Self {
            of_exports,
            of_days,
            number,
            days,
            bins: vec![0; number * (days + 1)],
            of_bins: Vec::new(),
            generations: Vec::new(),
        };
        all.lay_out_bins(scope, numbers.len() == 1);
        all.generations = numbers.into_iter().map(|wave| all.generation(wave, &spans)).collect();
        all.let_go();
        all
    }

    fn lay_out_bins(&mut self, scope: &Scope, is_one: bool) {
        if is_one {
            self.of_bins.push((0, Some(0)));
            return;
        }
        for wave in 0..self.number {
            let exports = || (0..self.of_exports.len()).filter(|export| self.of_exports[*export] == wave);
            let has_rows_of = |day: &usize| exports().any(|export| scope.covers(export, *day));
            let here: Vec<usize> = (0..self.days).filter(has_rows_of).collect();
            let mut generations: Vec<usize> = here.iter().map(|day| self.of_days[*day]).collect();
            generations.sort_unstable();
            generations.dedup();
            let first = self.of_bins.len();
            let elsewhere = first + generations.len();
            self.bins[wave * (self.days + 1)..(wave + 1) * (self.days + 1)].fill(elsewhere);
            for day in here {
                let place = generations.partition_point(|known| *known < self.of_days[day]);
                self.bins[wave * (self.days + 1) + day] = first + place;
            }
            self.of_bins.extend(generations.into_iter().map(|generation| (wave, Some(generation))));
            self.of_bins.push((wave, None));
        }
    }

    fn generation(&self, wave: usize, spans: &[Option<(usize, usize)>]) -> Generation {
        let of_days = spans.iter().zip(&self.of_days).filter(|(_, of)| **of == wave);
        let first = of_days.filter_map(|(span, _)| span.map(|(first, _)| first)).min().unwrap_or(wave);
        let within = |bin: &usize| (first..=wave).contains(&self.of_bins[*bin].0);
        let is_of_it = |bin: &usize| self.of_bins[*bin].1 == Some(wave);
        let (bins, beside) = (0..self.of_bins.len()).filter(within).partition(is_of_it);
        Generation { wave, bins, beside, done_with: Vec::new() }
    }

    /// Notes with each generation which bins are asked no more after it.
    fn let_go(&mut self) {
        for bin in 0..self.of_bins.len() {
            let asks =
                |generation: &Generation| generation.bins.contains(&bin) || generation.beside.contains(&bin);
            if let Some(last) = self.generations.iter_mut().rev().find(|generation| asks(generation)) {
                last.done_with.push(bin);
            }
        }
    }

    /// How many waves there are.
    pub(super) const fn len(&self) -> usize {
        self.number
    }

    /// How many bins there are.
    pub(super) fn bins(&self) -> usize {
        self.of_bins.len()
    }

    /// The wave of an export.
    pub(super) fn of_export(&self, export: usize) -> usize {
        self.of_exports.get(export).copied().unwrap_or(0)
    }

    /// How many exports are of a wave.
    pub(super) fn exports_of(&self, wave: usize) -> usize {
        self.of_exports.iter().filter(|of| **of == wave).count()
    }

    /// The bins of a wave by market-day, and last that of rows on none.
    pub(super) fn bins_of(&self, wave: usize) -> &[usize] {
        &self.bins[wave * (self.days + 1)..(wave + 1) * (self.days + 1)]
    }

    /// The generations, in the order in which they are complete.
    pub(super) fn generations(&self) -> &[Generation] {
        &self.generations
    }

    /// The generation of each market-day, by its place in [`Self::generations`].
    pub(super) fn generations_of_days(&self) -> Vec<usize> {
        let place = |wave: &usize| self.generations.partition_point(|generation| generation.wave < *wave);
        self.of_days.iter().map(place).collect()
    }

    /// How many bins a wave has at most.
    pub(super) fn most_open(&self) -> usize {
        (0..self.number).map(|wave| self.of_bins.iter().filter(|(of, _)| *of == wave).count()).max().unwrap_or(1)
    }

    /// How many waves a generation stands on at most.
    pub(super) fn longest(&self) -> usize {
        let waves = |generation: &Generation| {
            let all = generation.bins.iter().chain(&generation.beside);
            let first = all.map(|bin| self.of_bins[*bin].0).min().unwrap_or(generation.wave);
            generation.wave + 1 - first
        };
        self.generations.iter().map(waves).max().unwrap_or(1)
    }
}

/// The first and the last wave that a market-day stands on, by market-day; `None` if on none.
fn spans(scope: &Scope, of_exports: &[usize]) -> Vec<Option<(usize, usize)>> {
    let span = |day: usize| {
        let waves = of_exports.iter().enumerate().filter(|(export, _)| scope.covers(*export, day));
        waves.map(|(_, wave)| *wave).fold(None, |span: Option<(usize, usize)>, wave| match span {
            Some((first, last)) => Some((first.min(wave), last.max(wave))),
            None => Some((wave, wave)),
        })
    };
    (0..scope.days()).map(span).collect()
}

/// Of how many generations a wave has rows at most; `None` if nothing would be gained by fewer waves.
fn most_generations(scope: &Scope, of_exports: &[usize]) -> Option<usize> {
    let last = of_exports.iter().max().copied().filter(|last| *last > 0)?;
    let spans = spans(scope, of_exports);
    let generations = |wave: usize| {
        let open = spans.iter().flatten().filter(|(first, last)| (*first..=*last).contains(&wave));
        let mut open: Vec<usize> = open.map(|(_, last)| *last).collect();
        open.sort_unstable();
        open.dedup();
        open.len()
    };
    (0..=last).map(generations).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exports of one wave each; each market-day is counted from so many waves from its own on.
    fn scope(waves: usize, days: usize, reach: usize) -> (Scope, Vec<u32>) {
        let mut scope = Scope::new(waves, days);
        for day in 0..days {
            (day..(day + reach).min(waves)).for_each(|wave| scope.cover(wave, day));
        }
        (scope, (0..u32::try_from(waves).unwrap()).collect())
    }

    #[test]
    fn a_day_settles_with_its_last_wave_and_rows_go_with_the_last_generation_that_asks_them() {
        let (scope, told) = scope(5, 3, 3);
        let waves = Waves::of(&scope, &told);
        let complete: Vec<usize> = waves.generations().iter().map(|generation| generation.wave).collect();
        assert_eq!((waves.len(), complete), (5, vec![2, 3, 4]));
        assert_eq!(waves.generations_of_days(), [0, 1, 2]);
        assert_eq!(waves.longest(), 3);
        // Waves 0 to 4 have rows of 1, 2, 3, 2 and 1 generations, and of none.
        assert_eq!(waves.bins(), 9 + 5);
        let first = &waves.generations()[0];
        assert_eq!((first.bins.len(), first.beside.len()), (3, 3 + 3));
        // The first wave is asked by the first day alone.
        assert_eq!(first.done_with.len(), 2);
        let all: usize = waves.generations().iter().map(|generation| generation.done_with.len()).sum();
        assert_eq!(all, waves.bins());
    }

    #[test]
    fn every_row_has_a_bin_of_its_wave_and_generation() {
        let (scope, told) = scope(6, 4, 2);
        let waves = Waves::of(&scope, &told);
        for (wave, day) in (0..6).flat_map(|wave| (0..4).map(move |day| (wave, day))) {
            let bin = waves.bins_of(wave)[day];
            let expected = scope.covers(wave, day).then_some(day + 1);
            assert_eq!(waves.of_bins[bin], (wave, expected), "wave {wave}, day {day}");
        }
    }

    #[test]
    fn where_nothing_can_settle_before_the_end_there_is_one_bin() {
        for (waves, days, reach, told) in [(5, 3, 5, true), (5, 3, 2, false), (1, 1, 1, true), (4, 0, 1, true)] {
            let (scope, numbers) = scope(waves, days, reach);
            // Not every number has an export.
            let numbers: Vec<u32> = numbers.into_iter().map(|wave| wave + 2).collect();
            let waves = Waves::of(&scope, if told { &numbers } else { &[] });
            assert_eq!((waves.bins(), waves.len(), waves.generations().len()), (1, 1, 1));
            assert_eq!(waves.generations()[0].bins, [0]);
            assert!(waves.generations()[0].beside.is_empty());
        }
    }

    #[test]
    fn waves_are_put_together_where_days_stand_on_many() {
        let (scope, told) = scope(40, 30, 9);
        let waves = Waves::of(&scope, &told);
        assert!(waves.len() < 40 && waves.generations().len() > 3, "{waves:?}");
        for wave in 0..waves.len() {
            let generations = waves.of_bins.iter().filter(|(of, generation)| *of == wave && generation.is_some());
            assert!(generations.count() <= MOST_GENERATIONS_OF_A_WAVE);
        }
    }
}
