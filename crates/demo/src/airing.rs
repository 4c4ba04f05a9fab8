//! Which cover a viewer of a broadcast sees.

use jiff::ToSpan;
use jiff::civil::Date;

use super::audience::Audience;
use super::built_in::{LOCALIZED, REVERSAL, SPLIT};
use super::calendar::Calendar;
use super::error::DemoError;
use super::platform::Platform;
use super::random::{SeededRng, mix};
use super::truth::{CLICKBAIT, FADING, TRANSLATIONS, Translation};
use super::world::{MARKETS, REGULAR_COVERS, SHARED_COVERS, cover_place};

/// The random streams of rooms begin at this number, between those of the plan and those of broadcasts.
const STREAMS: u64 = 1 << 39;

/// How the covers of a broadcast are put on air. A cover is an index into the list of covers.
pub(super) enum Airing {
    /// Three to six covers take turns; all viewers see the same one. If one of them wears out, so much of its appeal is left.
    Turns { covers: Vec<usize>, fading: Option<(usize, f64)> },
    /// Each viewer sees one of them for the whole broadcast.
    Split([usize; 3]),
    /// One cover is shown mainly to viewers below 35, or mainly to all others; viewers who do not get it see the rest in turn.
    Aimed { cover: usize, is_for_the_young: bool, rest: Vec<usize> },
}

/// The room of a platform in a market, with the habits of its hosts.
pub(super) struct Room {
    habit: Habit,
    /// Covers that are in every broadcast, so that there is enough data about them.
    regulars: [usize; 2],
    /// The day on which the cover that wears out goes on air here, to be in every broadcast from then on.
    fading_since: Option<Date>,
    /// Whether the bait is in some broadcasts, and in none besides.
    is_baiting: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Turns,
    Split,
    Aimed { since: Date },
}

impl Room {
    /// The room of a platform in a market (an index into [`MARKETS`]).
    pub(super) fn new(
        seed: u64,
        platform: &Platform,
        market: usize,
        calendar: &Calendar,
    ) -> Result<Self, DemoError> {
        let last_days = |days: u16| calendar.last_date.checked_sub((i64::from(days) - 1).days());
        let code = MARKETS[market].code;
        let number = platform.number * 8 + u64::try_from(market).unwrap_or(0);
        let mut rng = SeededRng::new(seed, STREAMS + number);
        let regulars = if platform_has_localized(platform.name, code) {
            [cover_place(LOCALIZED.shared), cover_place(LOCALIZED.localized)]
        } else if let Some(translation) = translation_in(platform.name, code) {
            [cover_place(translation.shared), cover_place(translation.cover)]
        } else {
            let one = rng.index(REGULAR_COVERS);
            [one, (one + 1 + rng.index(REGULAR_COVERS - 1)) % REGULAR_COVERS]
        };
        let habit = if (platform.name, code) == (REVERSAL.platform, REVERSAL.market) {
            Habit::Aimed { since: last_days(REVERSAL.days)? }
        } else if platform.name == SPLIT.platform && SPLIT.markets.contains(&code) {
            Habit::Split
        } else {
            Habit::Turns
        };
        let is_fading = FADING.platforms.contains(&platform.name) && FADING.markets.contains(&code);
        let fading_since = if is_fading { Some(last_days(FADING.days)?.max(calendar.first_date)) } else { None };
        Ok(Self { habit, regulars, fading_since, is_baiting: false })
    }

    /// From now on the bait is in a certain share of broadcasts. It is no cover of every broadcast any more.
    pub(super) fn bait_now_and_then(&mut self) {
        self.is_baiting = true;
        let bait = cover_place(CLICKBAIT.cover);
        let other = (0..REGULAR_COVERS).find(|place| *place != bait && !self.regulars.contains(place));
        for regular in &mut self.regulars {
            if *regular == bait {
                *regular = other.unwrap_or(0);
            }
        }
    }

    /// Whether there is a show at noon, in the afternoon and in the evening of every day.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.habit, Habit::Aimed { .. })
    }

    /// The covers of a broadcast.
    pub(super) fn airing(&self, date: Date, rng: &mut SeededRng) -> Airing {
        match self.habit {
            Habit::Turns => {
                let days_on_air = self.fading_since.and_then(|since| days_between(since, date));
                let mut covers = self.some_covers(rng);
                let fading = days_on_air.map(|days| (cover_place(FADING.cover), FADING.left(days)));
                covers.extend(fading.map(|(cover, _)| cover));
                Airing::Turns { covers, fading }
            }
            Habit::Split => Airing::Split(SPLIT.covers.map(cover_place)),
            Habit::Aimed { since } => {
                let cover = cover_place(REVERSAL.cover);
                let mut rest = self.some_covers(rng);
                rest.retain(|other| *other != cover);
                Airing::Aimed { cover, is_for_the_young: date >= since, rest }
            }
        }
    }

    /// The covers of every broadcast and one to three others, in random order.
    fn some_covers(&self, rng: &mut SeededRng) -> Vec<usize> {
        let mut covers = self.regulars.to_vec();
        let count = 3 + rng.index(3);
        while covers.len() < count {
            let other = rng.index(SHARED_COVERS);
            if !covers.contains(&other) {
                covers.push(other);
            }
        }
        for place in (1..covers.len()).rev() {
            covers.swap(place, rng.index(place + 1));
        }
        if self.is_baiting {
            let bait = cover_place(CLICKBAIT.cover);
            covers.retain(|cover| *cover != bait);
            if rng.happens(CLICKBAIT.on_air) {
                covers.push(bait);
            }
        }
        covers
    }
}

/// The days from one date to another that is not before it.
fn days_between(since: Date, date: Date) -> Option<u16> {
    u16::try_from(since.duration_until(date).as_hours() / 24).ok()
}

fn translation_in(platform: &str, market: &str) -> Option<Translation> {
    TRANSLATIONS.into_iter().find(|one| one.market == market && one.platforms.contains(&platform))
}

fn platform_has_localized(platform: &str, market: &str) -> bool {
    market == LOCALIZED.market && LOCALIZED.platforms.contains(&platform)
}

impl Airing {
    /// The cover that a viewer sees in a turn of the broadcast.
    pub(super) fn cover_for(
        &self,
        (broadcast, viewer): (u64, u32),
        audience: Audience,
        turn: usize,
        rng: &mut SeededRng,
    ) -> usize {
        match self {
            Self::Turns { covers, .. } => covers[turn % covers.len()],
            Self::Split(covers) => {
                let arms = u64::try_from(covers.len()).unwrap_or(1);
                let arm = mix(mix(broadcast) ^ u64::from(viewer)) % arms;
                covers[usize::try_from(arm).unwrap_or(0)]
            }
            Self::Aimed { cover, is_for_the_young, rest } => {
                let is_aimed_at = audience.is_young() == *is_for_the_young;
                let share = if is_aimed_at { REVERSAL.share_aimed } else { REVERSAL.share_besides };
                if rng.happens(share) { *cover } else { rest[turn % rest.len()] }
            }
        }
    }

    /// The factor by which an audience taps this cover more often here than usual.
    pub(super) fn taste(&self, place: usize, audience: Audience) -> f64 {
        match self {
            Self::Aimed { cover, is_for_the_young, .. } if *cover == place => {
                let taste = if audience.is_young() { REVERSAL.taste_young } else { REVERSAL.taste_old };
                if *is_for_the_young { taste * REVERSAL.faded } else { taste }
            }
            Self::Turns { fading: Some((cover, left)), .. } if *cover == place => *left,
            _ => 1.0,
        }
    }
}
