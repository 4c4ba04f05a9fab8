//! `advice_log`: what was advised before, and what became of it.

mod outcome;
#[cfg(test)]
mod tests;

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::*;

use super::action::Action;
use super::inputs::NightInputs;
use super::rows::{Bounded, Row, rows};
use super::table::{bounded, revision_of};
use crate::cells::dates;
use crate::decision_context::{floats, texts, wholes};
use coverledger_core::model::columns as c;
use outcome::{Aired, Became};

/// Advice leaves the log so many local dates after it was last given.
const KEPT_DATES: i64 = 56;
/// The same advice with no more than so many dates between is one row.
const IN_A_ROW: i64 = 7;

/// What was advised.
#[derive(Debug, Clone, PartialEq)]
struct Past {
    platform: String,
    market: String,
    advised_on: Date,
    advised_until: Date,
    action: String,
    /// The cover that was to be put on air, or beside the other into a test.
    cover_id: Option<String>,
    instead_of: Option<String>,
    experiment: Option<String>,
    sureness: Option<String>,
    metric: Option<String>,
    expected: Bounded,
    became: Became,
}

impl Past {
    /// Of a row of `advice`; `None` where nothing is to be looked at afterwards.
    fn advised(row: Row<'_>) -> PolarsResult<Option<Self>> {
        let action = row.needed(c::ACTION)?;
        if !Action::is_logged(&action) {
            return Ok(None);
        }
        let is_test = action == Action::Test.word();
        let [cover, other] = if is_test { [c::TEST_AGAINST, c::COVER_ID] } else { [c::COVER_ID, c::INSTEAD_OF] };
        let on = before_the_night(row)?;
        let expected = if action == Action::TakeOff.word() {
            // What it lost against the control: of the one that takes its place that says nothing.
            Bounded::default()
        } else {
            row.bounded(c::CHANGE)?
        };
        Ok(Some(Self {
            platform: row.needed(c::PLATFORM)?,
            market: row.needed(c::MARKET)?,
            advised_on: on,
            advised_until: on,
            cover_id: row.text(cover)?,
            instead_of: row.text(other)?,
            experiment: row.text(c::EXPERIMENT)?,
            sureness: row.text(c::SURENESS)?,
            metric: row.text(c::METRIC)?,
            expected,
            became: Became::default(),
            action,
        }))
    }

    /// Of a row of the log before.
    fn logged(row: Row<'_>) -> PolarsResult<Self> {
        let date = |name| row.date(name)?.ok_or_else(|| polars_err!(ComputeError: "`{name}` is null"));
        Ok(Self {
            platform: row.needed(c::PLATFORM)?,
            market: row.needed(c::MARKET)?,
            advised_on: date(c::ADVISED_ON)?,
            advised_until: date(c::ADVISED_UNTIL)?,
            action: row.needed(c::ACTION)?,
            cover_id: row.text(c::COVER_ID)?,
            instead_of: row.text(c::INSTEAD_OF)?,
            experiment: row.text(c::EXPERIMENT)?,
            sureness: row.text(c::SURENESS)?,
            metric: row.text(c::METRIC)?,
            expected: row.bounded(c::EXPECTED_CHANGE)?,
            became: Became::logged(row)?,
        })
    }

    /// Whether no rate tells whether it paid: what it was for is not known of every broadcast.
    fn is_beyond_rates(&self) -> bool {
        self.metric.is_none() && [Action::TakeOff, Action::Try].map(Action::word).contains(&self.action.as_str())
    }

    fn is_same(&self, other: &Self) -> bool {
        let what = |past: &Self| {
            (past.action.clone(), past.cover_id.clone(), past.instead_of.clone(), past.experiment.clone())
        };
        (&self.platform, &self.market) == (&other.platform, &other.market) && what(self) == what(other)
    }
}

/// The date of a brief; the one before the advised night where that is earlier: west of the place of the newest date the night
/// ahead may be of the brief's own date.
fn before_the_night(row: Row<'_>) -> PolarsResult<Date> {
    let as_of = row.date(c::AS_OF)?.ok_or_else(|| polars_err!(ComputeError: "`as_of` is null"))?;
    let night = row.day_of(c::SLOT_START_LOCAL)?.and_then(|night| night.yesterday().ok());
    let before = night.map_or_else(|| row.date(c::DATA_UNTIL), |night| Ok(Some(night)))?;
    Ok(before.map_or(as_of, |before| before.min(as_of)))
}

/// Renders the table: the newest first.
pub(super) fn advice_log(inputs: &NightInputs<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let mut past = past(inputs)?;
    for place in &inputs.places {
        let is_of_it = |past: &&mut Past| {
            (past.platform.as_str(), past.market.as_str()) == (place.platform.as_str(), place.market.as_str())
        };
        let mut of_place = past.iter_mut().filter(is_of_it).peekable();
        if of_place.peek().is_some() {
            let aired = Aired::of(&place.cover_broadcast)?;
            for past in of_place {
                past.became = outcome::became(past, &aired);
            }
        }
    }
    table(inputs, &past, revision)
}

/// What was advised up to the brief before.
fn past(inputs: &NightInputs<'_>) -> PolarsResult<Vec<Past>> {
    let Some((advice, log)) = &inputs.before else { return Ok(Vec::new()) };
    let mut past = rows(log).map(Past::logged).collect::<PolarsResult<Vec<_>>>()?;
    for row in rows(advice) {
        let is_before = row.date(c::AS_OF)?.is_some_and(|as_of| as_of < inputs.as_of);
        let Some(last) = Past::advised(row)?.filter(|_| is_before) else { continue };
        let newest = past
            .iter_mut()
            .filter(|past| (&past.platform, &past.market) == (&last.platform, &last.market))
            .max_by_key(|past| past.advised_until);
        let goes_on =
            |newest: &&mut Past| newest.is_same(&last) && apart(newest.advised_until, last.advised_on) <= IN_A_ROW;
        if let Some(newest) = newest.filter(goes_on) {
            newest.advised_until = newest.advised_until.max(last.advised_until);
            continue;
        }
        // Other advice for the same night was replaced before that came.
        past.retain(|past| {
            (&past.platform, &past.market, past.advised_on) != (&last.platform, &last.market, last.advised_on)
        });
        past.push(last);
    }
    let oldest = inputs.as_of.checked_sub(KEPT_DATES.days()).unwrap_or(Date::MIN);
    let is_there = |past: &Past| {
        inputs.places.iter().any(|place| {
            (place.platform.as_str(), place.market.as_str()) == (past.platform.as_str(), past.market.as_str())
        })
    };
    past.retain(|past| past.advised_until >= oldest && is_there(past));
    past.sort_by(|one, other| {
        let place = |past: &Past| (past.platform.clone(), past.market.clone(), past.cover_id.clone());
        other.advised_on.cmp(&one.advised_on).then_with(|| place(one).cmp(&place(other)))
    });
    Ok(past)
}

/// Days from one date to another.
fn apart(from: Date, to: Date) -> i64 {
    from.until(to).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

fn table(inputs: &NightInputs<'_>, past: &[Past], revision: u64) -> PolarsResult<DataFrame> {
    let days = |name: &str, of: fn(&Past) -> Option<Date>| dates(name, past.iter().map(of).collect());
    let mut table = vec![
        dates(c::AS_OF, vec![Some(inputs.as_of); past.len()]),
        texts(c::PLATFORM, past, |past| Some(past.platform.clone())),
        texts(c::MARKET, past, |past| Some(past.market.clone())),
        days(c::ADVISED_ON, |past| Some(past.advised_on)),
        days(c::ADVISED_UNTIL, |past| Some(past.advised_until)),
        texts(c::ACTION, past, |past| Some(past.action.clone())),
        texts(c::COVER_ID, past, |past| past.cover_id.clone()),
        texts(c::INSTEAD_OF, past, |past| past.instead_of.clone()),
        texts(c::EXPERIMENT, past, |past| past.experiment.clone()),
        texts(c::SURENESS, past, |past| past.sureness.clone()),
        texts(c::METRIC, past, |past| past.metric.clone()),
    ];
    table.extend(bounded(c::EXPECTED_CHANGE, past, |past| past.expected));
    table.push(texts(c::OUTCOME, past, |past| Some(past.became.outcome.word().to_owned())));
    table.push(days(c::FIRST_AIRED, |past| past.became.first_aired));
    table.push(wholes(c::BROADCASTS_BEFORE, past, |past| past.became.broadcasts[0]));
    table.push(wholes(c::BROADCASTS_SINCE, past, |past| past.became.broadcasts[1]));
    table.push(floats(c::RATE_BEFORE, past, |past| past.became.rates[0]));
    table.push(floats(c::RATE_SINCE, past, |past| past.became.rates[1]));
    table.extend(bounded(c::SINCE, past, |past| past.became.since));
    let words: Vec<_> = past.iter().map(outcome::words).collect();
    table.push(texts(c::REASON_EN, &words, |words| Some(words.en.clone())));
    table.push(texts(c::REASON_ZH, &words, |words| Some(words.zh.clone())));
    table.push(revision_of(revision, past.len()));
    DataFrame::new(past.len(), table)
}
