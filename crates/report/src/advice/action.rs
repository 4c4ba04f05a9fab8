//! What to do, and how sure that is: closed sets of words.

/// What to do in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// The winner of a test goes on air.
    Change,
    /// The cover on air lost a test, or broke what it guards.
    TakeOff,
    /// Another one looks better, and nobody drew lots.
    Try,
    /// Keep, and test another one against it.
    Test,
    /// Keep.
    Keep,
    /// A test runs here.
    FollowPlan,
    /// Nothing is known.
    NoData,
}

impl Action {
    /// Its word in tables.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::TakeOff => "take_off",
            Self::Try => "try",
            Self::Test => "test",
            Self::Keep => "keep",
            Self::FollowPlan => "follow_plan",
            Self::NoData => "no_data",
        }
    }

    /// Whether it asks for something that can be looked at afterwards.
    pub(super) fn is_logged(word: &str) -> bool {
        [Self::Change, Self::TakeOff, Self::Try, Self::Test].map(Self::word).contains(&word)
    }
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Drawn by lot, and the interval excludes nothing.
    Proven,
    /// Nine in ten, and not by lot.
    Likely,
    /// Less than that.
    Open,
    /// Nothing tells.
    Unknown,
}

/// From which probability something is likely.
pub(super) const LIKELY: f64 = 0.9;

impl Sureness {
    /// Its word in tables.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Open => "open",
            Self::Unknown => "unknown",
        }
    }

    /// Of what was not drawn by lot: never proven, whatever the probability.
    pub(super) fn of(probability: Option<f64>) -> Self {
        match probability {
            Some(probability) if probability >= LIKELY => Self::Likely,
            Some(_) => Self::Open,
            None => Self::Unknown,
        }
    }
}
