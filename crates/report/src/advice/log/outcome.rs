//! What became of advice: whether it was followed, and the rate since against the rate before.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::*;

use super::{Past, apart};
use crate::advice::rows::{Bounded, Row, rows};
use crate::advice::words::{change, day};
use crate::decision_context::{Words, counted};
use crate::rates::Rate;
use crate::tally::{LEVEL, Tally, float};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Scale, information, jackknife};

/// What became of it; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Outcome {
    /// It was followed, and the rate rose beyond chance.
    Paid,
    /// It was followed, and the rate fell beyond chance.
    DidNotPay,
    /// It was followed, and nothing is certain yet.
    TooEarly,
    /// Another cover was on air.
    NotFollowed,
    /// Nothing was on air since.
    #[default]
    NothingSince,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Paid, Self::DidNotPay, Self::TooEarly, Self::NotFollowed, Self::NothingSince];

    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::DidNotPay => "did_not_pay",
            Self::TooEarly => "too_early",
            Self::NotFollowed => "not_followed",
            Self::NothingSince => "nothing_since",
        }
    }
}

/// What became of it, before and since.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Became {
    pub(super) outcome: Outcome,
    pub(super) first_aired: Option<Date>,
    pub(super) broadcasts: [Option<usize>; 2],
    pub(super) rates: [Option<f64>; 2],
    pub(super) since: Bounded,
}

impl Became {
    /// As the log before has it.
    pub(super) fn logged(row: Row<'_>) -> PolarsResult<Self> {
        let outcome = row.text(c::OUTCOME)?;
        let outcome = Outcome::ALL.into_iter().find(|known| Some(known.word()) == outcome.as_deref());
        let broadcasts = |name| Ok::<_, PolarsError>(row.whole(name)?.and_then(|many| usize::try_from(many).ok()));
        Ok(Self {
            outcome: outcome.unwrap_or_default(),
            first_aired: row.date(c::FIRST_AIRED)?,
            broadcasts: [broadcasts(c::BROADCASTS_BEFORE)?, broadcasts(c::BROADCASTS_SINCE)?],
            rates: [row.number(c::RATE_BEFORE)?, row.number(c::RATE_SINCE)?],
            since: row.bounded(c::SINCE)?,
        })
    }

    /// How much it stands on: as many broadcasts on either side would say as much.
    fn worth(&self) -> f64 {
        let [before, since] = self.broadcasts.map(|many| float(many.unwrap_or(0) as u64));
        if before > 0.0 && since > 0.0 { before * since / (before + since) } else { 0.0 }
    }
}

/// A cover in a broadcast.
struct Airing {
    cover: String,
    broadcast: String,
    first: Date,
    last: Date,
    counts: BTreeMap<Count, f64>,
}

/// What was on air in a place: the clean rows of `cover_broadcast`.
pub(super) struct Aired(Vec<Airing>);

impl Aired {
    /// Reads them.
    pub(super) fn of(table: &DataFrame) -> PolarsResult<Self> {
        const COUNTS: [Count; 5] =
            [Count::Impressions, Count::Clicks, Count::Entrants, Count::Entries, Count::Stays];
        let mut airings = Vec::new();
        for row in rows(table) {
            let days = row.date(c::FIRST_LOCAL_DATE)?.zip(row.date(c::LAST_LOCAL_DATE)?);
            let (Some((first, last)), false) = (days, row.truth(c::CONTAMINATED)? == Some(true)) else { continue };
            let mut counts = BTreeMap::new();
            for count in COUNTS {
                let known = row.whole(count.word())?.and_then(|many| u64::try_from(many).ok());
                counts.extend(known.map(|many| (count, float(many))));
            }
            let (cover, broadcast) = (row.needed(c::COVER_ID)?, row.needed(c::BROADCAST_ID)?);
            airings.push(Airing { cover, broadcast, first, last, counts });
        }
        Ok(Self(airings))
    }

    /// A rate of these, by broadcast; broadcasts of which it is not known are left out.
    fn tallies(&self, rate: &Rate, is_one: impl Fn(&Airing) -> bool) -> Vec<Tally> {
        let mut sums = BTreeMap::<&str, Tally>::new();
        for airing in self.0.iter().filter(|airing| is_one(airing)) {
            let known = airing.counts.get(&rate.of).zip(airing.counts.get(&rate.among));
            if let Some((successes, trials)) = known {
                let sum = sums.entry(&airing.broadcast).or_default();
                *sum = sum.plus(Tally { successes: *successes, trials: *trials });
            }
        }
        sums.into_values().filter(|sum| sum.trials > 0.0).collect()
    }
}

/// What became of advice, by what was on air up to now. Where broadcasts of before have left the window, what stood on more of
/// them stays.
pub(super) fn became(past: &Past, aired: &Aired) -> Became {
    let Some(cover) = past.cover_id.as_deref() else { return past.became };
    let newest = aired.0.iter().map(|airing| airing.last).max();
    let days_since = newest.map_or(0, |newest| apart(past.advised_on, newest));
    let of_cover = |airing: &&Airing| airing.cover == cover && airing.last > past.advised_on;
    let first = aired.0.iter().filter(of_cover).map(|airing| airing.first.max(after(past.advised_on))).min();
    let Some(first) = first.into_iter().chain(past.became.first_aired).min() else {
        // The slot of the first night may have been on the date after the next.
        let outcome = if days_since > 1 { Outcome::NotFollowed } else { Outcome::NothingSince };
        return Became { outcome, ..Became::default() };
    };
    if past.is_beyond_rates() {
        return Became { outcome: Outcome::TooEarly, first_aired: Some(first), ..Became::default() };
    }
    let named = past.metric.as_deref().and_then(Rate::named);
    let told = |rate: &&Rate| !aired.tallies(rate, |_| true).is_empty();
    let usual = || [c::EFFECTIVE_CTR, c::CTR].into_iter().filter_map(Rate::named).find(told);
    // What was advised for its stays is not judged by how many enter.
    let is_of_stays = past.metric.as_deref() == Some(c::STAY_RATE);
    let Some(rate) = named.filter(|rate| told(rate)).or_else(|| usual().filter(|_| !is_of_stays)) else {
        return Became { outcome: Outcome::TooEarly, first_aired: Some(first), ..past.became };
    };
    let before = aired.tallies(rate, |airing| {
        let is_it = past.instead_of.as_deref().map_or(airing.cover != cover, |other| airing.cover == other);
        is_it && airing.last < first
    });
    let since = aired.tallies(rate, |airing| airing.cover == cover && airing.first >= first);
    let now = compared(first, &before, &since);
    if past.became.worth() > now.worth() { Became { first_aired: Some(first), ..past.became } } else { now }
}

fn after(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

fn compared(first: Date, before: &[Tally], since: &[Tally]) -> Became {
    let rate = |side: &[Tally]| Tally::sum(side.iter().copied()).rate();
    let estimate = ratio(before, since);
    let since_before = rate(before).zip(rate(since)).filter(|(before, _)| *before > 0.0);
    let change = Bounded {
        value: since_before.map(|(before, since)| since / before - 1.0),
        ..match estimate.filter(|estimate| estimate.value > 0.0) {
            Some(estimate) => {
                let interval = estimate.interval(LEVEL, Scale::Log);
                Bounded { value: None, low: Some(interval.low - 1.0), high: Some(interval.high - 1.0) }
            }
            None => Bounded::default(),
        }
    };
    let outcome = match change {
        change if change.is_above(0.0) => Outcome::Paid,
        change if change.is_below(0.0) => Outcome::DidNotPay,
        _ => Outcome::TooEarly,
    };
    Became {
        outcome,
        first_aired: Some(first),
        broadcasts: [Some(before.len()), Some(since.len())],
        rates: [rate(before), rate(since)],
        since: change,
    }
}

/// The rate since ÷ the rate before, by leaving out one broadcast at a time; `None` with fewer than eight in all, or fewer than
/// two on either side.
fn ratio(before: &[Tally], since: &[Tally]) -> Option<Estimate> {
    if before.len() + since.len() < FEWEST_CLUSTERS || before.len().min(since.len()) < 2 {
        return None;
    }
    let without = |side: &[Tally], left_out: Option<usize>| {
        let rest = side.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        Tally::sum(rest.map(|(_, tally)| *tally)).rate()
    };
    let estimate = jackknife(before.len() + since.len(), |left_out| {
        let of_since = left_out.and_then(|at| at.checked_sub(before.len()));
        let of_before = left_out.filter(|at| *at < before.len());
        let (before, since) = (without(before, of_before)?, without(since, of_since)?);
        (before > 0.0).then(|| since / before)
    });
    // The side of fewer broadcasts has the say in how surely the error is known.
    let worth = |side: &[Tally]| information(side.iter().map(|tally| tally.trials));
    Some(estimate?.worth(worth(before) + worth(since) - 1.0))
}

/// What became of it, in a sentence.
pub(super) fn words(past: &Past) -> Words {
    let became = &past.became;
    let cover = past.cover_id.as_deref().unwrap_or("–");
    let Some(first) = became.first_aired else {
        return match became.outcome {
            Outcome::NothingSince => Words::new(
                format!("Nothing is known of the nights since {cover} was advised."),
                format!("建议 {cover} 之后还没有数据。"),
            ),
            _ => Words::new(format!("{cover} was not on air since."), format!("{cover} 此后没有上播。")),
        };
    };
    let on = day(first);
    let aired = Words::new(format!("{cover} is on air since {}.", on.en), format!("{cover} 自{}起在播。", on.zh));
    if past.is_beyond_rates() {
        return aired.then(&Words::new(
            "What the cover before went off for is in no rate of broadcasts, so whether that paid is not judged.",
            "之前的封面被撤下的原因不体现在场次的比率中，因此不判断是否见效。",
        ));
    }
    let [Some(before), Some(since)] = became.broadcasts else { return aired };
    if became.since.value.is_none() {
        return aired.then(&Words::new("There is nothing before to hold it against.", "此前没有可以对比的数据。"));
    }
    let by = change(became.since);
    let (in_before, in_since) = (counted(before, "broadcast"), counted(since, "broadcast"));
    let figures = Words::new(
        format!("In {in_since} {} against {in_before} before.", by.en),
        format!("{since} 场，与此前 {before} 场相比为 {}。", by.zh),
    );
    let verdict = match became.outcome {
        Outcome::Paid => Words::new(
            "That is more than chance; what else changed is in it, too.",
            "超出偶然波动；其中也包含其他变化。",
        ),
        Outcome::DidNotPay => Words::new(
            "That is less, beyond chance; what else changed is in it, too.",
            "下降超出偶然波动；其中也包含其他变化。",
        ),
        _ if became.since.low.is_none() => {
            Words::new("Too early: an interval needs 8 in all.", "为时尚早：区间总共至少需要 8 场。")
        }
        _ => Words::new("Within chance.", "在偶然波动之内。"),
    };
    aired.then(&figures).then(&verdict)
}
