//! A card: what the brief of a night says, as briefly as a chat needs it.
//!
//! It holds values and names in both languages; what they become in words, in the language of a channel and in the form of its
//! service, is [`Said`](super::said::Said) and what follows it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use coverledger_brief::{Action, Advice, Brief, Interval, PlaceName, State, Sureness, Text};

/// What a card says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The last local date that is published anywhere.
    pub as_of: Date,
    /// Which revision of the brief says it.
    #[serde(default)]
    pub revision: u64,
    /// The city of the team's own clock.
    pub home: Text,
    /// Where the brief can be read.
    pub public_url: Option<String>,
    /// Local dates that late exports may still change: of the place that has most.
    pub provisional_days: i64,
    /// When the last of them is final, as a date on the team's own clock.
    pub final_by: Option<Date>,
    /// Places whose data is not whole; those with the same lack together.
    pub problems: Vec<CardProblem>,
    /// What to do, by market: where another cover goes on air first, then by the hour.
    pub markets: Vec<CardMarket>,
}

/// A lack that places have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardProblem {
    /// How they stand.
    pub state: State,
    /// Until when their data goes; `None` where there is none.
    pub data_until: Option<Date>,
    /// Why, in words.
    pub reason: Option<Text>,
    /// Which places.
    pub places: Vec<PlaceName>,
}

/// What to do in a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardMarket {
    /// Its id.
    pub market: String,
    /// What people call it.
    pub title: Text,
    /// What to do; platforms that do the same are together.
    pub lines: Vec<CardLine>,
}

/// What to do on platforms of a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLine {
    /// Which platforms.
    pub places: Vec<PlaceName>,
    /// What to do.
    pub action: Action,
    /// The cover that goes on air or stays.
    pub cover: Option<CardCover>,
    /// The cover that was on air.
    pub instead_of: Option<CardCover>,
    /// The cover to be tested against it.
    pub test_against: Option<CardCover>,
    /// The test whose plan is followed, or that this rests on.
    pub experiment: Option<String>,
    /// When the slot begins.
    pub starts_at: Option<Timestamp>,
    /// The same on the team's own clock.
    pub starts_home: Option<DateTime>,
    /// What it gains.
    pub change: Option<CardChange>,
    /// How sure that is.
    pub sureness: Sureness,
}

/// A cover: by id, and as people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardCover {
    /// Its id.
    pub cover_id: String,
    /// What people call it.
    pub title: Text,
}

/// A relative change with its 95 % interval, in hundredths of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChange {
    /// The estimate.
    pub point: i64,
    /// Its bounds, where it has any.
    pub bounds: Option<(i64, i64)>,
}

impl Card {
    /// What a brief says. `public_url` is where it can be read.
    #[must_use]
    pub fn of(brief: &Brief, public_url: Option<&str>) -> Self {
        let places = &brief.freshness.places;
        let mut card = Self {
            as_of: brief.as_of,
            revision: brief.revision,
            home: brief.home.clone(),
            public_url: public_url.map(str::to_owned),
            provisional_days: places.iter().map(|place| place.provisional_days).max().unwrap_or(0),
            final_by: places.iter().filter_map(|place| place.final_by).max(),
            problems: Vec::new(),
            markets: Vec::new(),
        };
        for place in places.iter().filter(|place| place.state != State::Fresh) {
            let (state, data_until, reason) = (place.state, place.data_until, place.reason.clone());
            card.add_problem(CardProblem { state, data_until, reason, places: vec![place.place.clone()] });
        }
        for night in &brief.nights {
            let mut market =
                CardMarket { market: night.market.clone(), title: night.title.clone(), lines: Vec::new() };
            for advice in &night.places {
                market.add(CardLine::of(advice, brief));
            }
            // The most urgent first.
            market.lines.sort_by_key(|line| line.action);
            card.markets.push(market);
        }
        card.markets.retain(|market| !market.lines.is_empty());
        card.markets.sort_by_key(|market| market.lines.first().map(|line| urgency(line.action)));
        card
    }

    /// The same without what has begun by `now`: it is no longer to come.
    #[must_use]
    pub fn to_come(&self, now: Timestamp) -> Self {
        let mut card = self.clone();
        for market in &mut card.markets {
            market.lines.retain(|line| line.starts_at.is_none_or(|starts_at| starts_at > now));
        }
        card.markets.retain(|market| !market.lines.is_empty());
        card
    }

    /// Whether there was something to do and all of it has begun by `now`: nobody acts on such a card.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let is_to_do = |card: &Self| {
            card.markets.iter().flat_map(|market| &market.lines).any(|line| line.action != Action::NoData)
        };
        is_to_do(self) && !is_to_do(&self.to_come(now))
    }

    fn add_problem(&mut self, problem: CardProblem) {
        let lack = |of: &CardProblem| (of.state, of.data_until, of.reason.clone());
        match self.problems.iter_mut().find(|other| lack(other) == lack(&problem)) {
            Some(other) => other.places.extend(problem.places),
            None => self.problems.push(problem),
        }
    }
}

/// What has to be done before what has to be known.
const fn urgency(action: Action) -> u8 {
    match action {
        Action::Change | Action::TakeOff | Action::Try => 0,
        Action::Test => 1,
        Action::Keep | Action::FollowPlan => 2,
        Action::NoData => 3,
    }
}

impl CardMarket {
    fn add(&mut self, line: CardLine) {
        let without_places = |of: &CardLine| CardLine { places: Vec::new(), ..of.clone() };
        match self.lines.iter_mut().find(|other| without_places(other) == without_places(&line)) {
            Some(other) => other.places.extend(line.places),
            None => self.lines.push(line),
        }
    }
}

impl CardLine {
    fn of(advice: &Advice, brief: &Brief) -> Self {
        let cover = |id: &Option<String>| {
            id.as_ref().map(|id| CardCover {
                cover_id: id.clone(),
                title: brief.titles.get(id).map_or_else(|| Text::same(id), |cover| cover.title.clone()),
            })
        };
        Self {
            places: vec![advice.place.clone()],
            action: advice.action,
            cover: cover(&advice.cover_id),
            instead_of: cover(&advice.instead_of),
            test_against: cover(&advice.test_against),
            experiment: advice.experiment.clone(),
            starts_at: advice.air.as_ref().map(|air| air.starts_at),
            starts_home: advice.air.as_ref().map(|air| air.starts_home),
            change: CardChange::of(&advice.change),
            sureness: advice.sureness,
        }
    }
}

impl CardChange {
    fn of(change: &Interval) -> Option<Self> {
        let hundredths = |share: f64| share.is_finite().then(|| to_hundredths(share));
        let bound = |value: Option<f64>| value.and_then(hundredths);
        let bounds = bound(change.low.value).zip(bound(change.high.value));
        Some(Self { point: bound(change.point.value)?, bounds })
    }
}

/// Beyond a hundredfold nobody compares; from ten times on no number is told.
#[expect(clippy::cast_possible_truncation, reason = "it is clamped")]
fn to_hundredths(share: f64) -> i64 {
    (share * 10_000.0).round().clamp(-1e6, 1e6) as i64
}

#[cfg(test)]
mod tests;
