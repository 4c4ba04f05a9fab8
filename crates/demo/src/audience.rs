//! The mix of audiences, and how often they tap, by local hour.

use super::random::SeededRng;

/// `f`, `m`, or unknown.
pub(super) const GENDERS: [&str; 3] = ["f", "m", ""];
/// Age bands; the last is unknown.
pub(super) const AGES: [&str; 5] = ["18-24", "25-34", "35-44", "45-54", ""];

/// The gender and age band of a viewer, as indexes into [`GENDERS`] and [`AGES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Audience {
    pub(super) gender: usize,
    pub(super) age: usize,
}

/// A part of the local day with a constant mix of audiences.
#[derive(Clone, Copy)]
pub(super) enum Mood {
    Daytime,
    Evening,
    Prime,
    Late,
    Night,
}

impl Mood {
    pub(super) fn at_hour(hour: i64) -> Self {
        match hour.rem_euclid(24) {
            6..=16 => Self::Daytime,
            17..=19 => Self::Evening,
            20..=22 => Self::Prime,
            23 => Self::Late,
            _ => Self::Night,
        }
    }

    /// Weights of [`GENDERS`].
    fn genders(self) -> [u32; 3] {
        match self {
            Self::Daytime => [62, 30, 8],
            Self::Evening => [56, 36, 8],
            Self::Prime => [52, 40, 8],
            Self::Late => [44, 48, 8],
            Self::Night => [36, 55, 9],
        }
    }

    /// Weights of [`AGES`].
    fn ages(self) -> [u32; 5] {
        match self {
            Self::Daytime => [12, 22, 28, 30, 8],
            Self::Evening => [18, 28, 30, 16, 8],
            Self::Prime => [26, 36, 20, 9, 9],
            Self::Late => [38, 34, 13, 6, 9],
            Self::Night => [48, 30, 8, 4, 10],
        }
    }

    /// How often each of [`AGES`] taps at this hour, compared with the average.
    fn keenness(self) -> [f64; 5] {
        match self {
            Self::Daytime => [0.70, 0.85, 1.05, 1.20, 0.90],
            Self::Evening => [0.80, 0.95, 1.20, 1.10, 0.95],
            Self::Prime => [1.00, 1.25, 1.05, 0.85, 1.00],
            Self::Late => [1.25, 1.10, 0.80, 0.65, 0.95],
            Self::Night => [1.35, 0.90, 0.65, 0.55, 0.90],
        }
    }
}

impl Audience {
    /// The audience of a viewer who arrives at this hour, at random.
    pub(super) fn arriving(mood: Mood, rng: &mut SeededRng) -> Self {
        Self { gender: rng.weighted(&mood.genders()), age: rng.weighted(&mood.ages()) }
    }

    /// A number below 16.
    pub(super) fn number(self) -> u32 {
        u32::try_from(self.gender * AGES.len() + self.age).unwrap_or(0)
    }

    /// Whether the age is known and below 35.
    pub(super) fn is_young(self) -> bool {
        self.age < 2
    }

    /// The share of viewers in this audience, in thousandths, approximately.
    pub(super) fn per_mille(self) -> u64 {
        u64::from(Mood::Prime.genders()[self.gender] * Mood::Prime.ages()[self.age]) / 10
    }

    /// How often this audience taps at this hour, compared with the average of 1.
    pub(super) fn keenness(self, mood: Mood) -> f64 {
        let by_gender = match (mood, self.gender) {
            (Mood::Daytime | Mood::Evening, 0) | (Mood::Late | Mood::Night, 1) => 1.12,
            (Mood::Daytime | Mood::Evening, 1) | (Mood::Late | Mood::Night, 0) => 0.88,
            _ => 1.0,
        };
        by_gender * mood.keenness()[self.age]
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..GENDERS.len()).flat_map(|gender| (0..AGES.len()).map(move |age| Self { gender, age }))
    }
}
