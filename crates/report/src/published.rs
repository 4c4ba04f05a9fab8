//! The published tables of a market-day, read back as the facts that they were, and rendered anew without an export.
//!
//! `funnel`, `turns` and `viewer_groups` hold what was counted: they keep every value and say another revision. `slot_audience` and
//! `capability` are summed from `funnel` again. A few things are in no `funnel`, and are taken over from the tables that
//! hold them:
//!
//! * `day_match` and `partly_known` of `slot_audience`: a sum of shares needs the seconds behind each, and a sum of rows
//!   needs the rows of those facts, too, of which nothing is missing;
//! * the `reason` of `capability` that names records which leave a count out;
//! * the sums of `bridge`, which are over facts that came as counts, with viewers per row among them: its intervals alone
//!   are made anew.
//!
//! A change of any of these is a change of what is counted.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use polars::prelude::*;

use super::capability::NOT_IN_ALL;
use super::evidence::day::{conventions, dates, figures, known, texts, truths, wholes};
use super::table::{read, rendered, rendered_by};
use super::{MarketDayContext, Rendered, ReportError, rendered_day};
use coverledger_config::Market;
use coverledger_core::model::{
    Count, DayPart, Era, Eras, Fact, FactKey, Figures, Measure, Parts, TableName, columns as c,
};

/// Why the tables of a market-day cannot be rendered from those that are published.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// A table is not there.
    #[error("table `{0}` is not published")]
    Missing(TableName),
    /// A table does not hold what such a table holds now, or cannot be made.
    #[error("the published table `{table}` cannot be used")]
    Table {
        /// Which.
        table: TableName,
        /// What polars said.
        #[source]
        source: PolarsError,
    },
    /// A table cannot be rendered.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// The published tables of a market-day.
#[derive(Debug, Clone)]
pub struct PublishedDay {
    tables: BTreeMap<TableName, DataFrame>,
    facts: Vec<Fact>,
    booked: Vec<Fact>,
}

impl PublishedDay {
    /// Reads the tables of one revision, of a market and a platform as they were configured then.
    ///
    /// # Errors
    /// A table is missing, lacks a column, or holds what it does not hold by this configuration: another slot, another
    /// convention.
    pub fn read(tables: &BTreeMap<TableName, Bytes>, market: &Market, eras: &Eras) -> Result<Self, Unread> {
        let failed = |table| move |source| Unread::Table { table, source };
        let mut frames = BTreeMap::new();
        for (table, bytes) in tables {
            frames.insert(*table, read(*table, std::slice::from_ref(bytes)).map_err(failed(*table))?);
        }
        let places = Places { market, eras };
        let facts = places.facts(of(&frames, TableName::Funnel)?).map_err(failed(TableName::Funnel))?;
        let booked = match frames.get(&TableName::Bridge) {
            Some(bridge) => places.booked(bridge).map_err(failed(TableName::Bridge))?,
            None => Vec::new(),
        };
        Ok(Self { tables: frames, facts, booked })
    }

    /// The facts of `funnel`, in its order. Of `day_match` and `cover_share` the table holds the ratio alone, so these are
    /// zero of zero; of how many rows a count is known it says where some are missing.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// What `bridge` was summed from, already summed.
    #[must_use]
    pub fn booked(&self) -> &[Fact] {
        &self.booked
    }

    /// Renders every table that is published, and those that are always. `sheet` holds the facts of this one, which were
    /// counted by a version of the numbers: `counted_by`, `None` if that was before there was one.
    ///
    /// # Errors
    /// A table cannot be made, or its rows are not those of the published one: the clock of the day is another one now.
    pub fn render(
        &self,
        sheet: &MarketDayContext<'_>,
        counted_by: Option<u32>,
        revision: u64,
    ) -> Result<Vec<(TableName, Rendered)>, Unread> {
        let [_, slots, capability, bridge] = rendered_day(sheet, revision)?;
        let derived = [
            (TableName::SlotAudience, self.with_taken_over(slots)),
            (TableName::Capability, self.with_reasons(capability)),
            (TableName::Bridge, Ok(bridge)),
        ];
        let mut tables = Vec::new();
        for (table, counted) in self.tables.iter().filter(|(table, _)| !table.is_derived()) {
            tables.push((*table, rendered_by(*table, counted_by, restamped(counted, revision))?));
        }
        for (table, frame) in derived {
            tables.push((table, rendered(table, frame)?));
        }
        Ok(tables)
    }

    /// `slot_audience` with the two columns that its `funnel` does not hold.
    fn with_taken_over(&self, mut rendered: DataFrame) -> PolarsResult<DataFrame> {
        let Some(published) = self.tables.get(&TableName::SlotAudience) else {
            polars_bail!(ComputeError: "it is not published");
        };
        for name in [c::SLOT, c::AUDIENCE, c::CONVENTION_SINCE, c::SLOT_START_UTC] {
            if !rendered.column(name)?.equals_missing(published.column(name)?) {
                polars_bail!(ComputeError: "its column `{name}` is not what comes of its `funnel` now");
            }
        }
        for name in [c::DAY_MATCH, c::PARTLY_KNOWN] {
            rendered.with_column(published.column(name)?.clone())?;
        }
        Ok(rendered)
    }

    /// `capability` with the reasons that name records.
    fn with_reasons(&self, mut rendered: DataFrame) -> PolarsResult<DataFrame> {
        let Some(published) = self.tables.get(&TableName::Capability) else {
            polars_bail!(ComputeError: "it is not published");
        };
        let before: BTreeMap<_, _> = reasons(published)?.into_iter().collect();
        let reason = |(row, now): (_, Option<String>)| match now {
            Some(now) if now == NOT_IN_ALL => before.get(&row).cloned().flatten().or(Some(now)),
            now => now,
        };
        let reasons: Vec<Option<String>> = reasons(&rendered)?.into_iter().map(reason).collect();
        rendered.with_column(Column::new(c::REASON.into(), reasons))?;
        Ok(rendered)
    }
}

fn of(frames: &BTreeMap<TableName, DataFrame>, table: TableName) -> Result<&DataFrame, Unread> {
    frames.get(&table).ok_or(Unread::Missing(table))
}

/// The day since which a count is counted so, and the count.
type EraAndCount = (Option<jiff::civil::Date>, String);

/// Why each count is null.
fn reasons(capability: &DataFrame) -> PolarsResult<Vec<(EraAndCount, Option<String>)>> {
    let rows = dates(capability, c::CONVENTION_SINCE)?.into_iter().zip(texts(capability, c::COUNT)?);
    let reasons = capability.column(c::REASON)?.str()?.iter().map(|reason| reason.map(str::to_owned));
    Ok(rows.zip(reasons).collect())
}

/// A table of counts as one of another revision.
fn restamped(frame: &DataFrame, revision: u64) -> PolarsResult<DataFrame> {
    let mut frame = frame.clone();
    let revision = Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX));
    let column = Column::new_scalar(c::REVISION.into(), revision, frame.height());
    frame.with_column(column)?;
    Ok(frame)
}

/// What the names in tables stand for.
struct Places<'a> {
    market: &'a Market,
    eras: &'a Eras,
}

impl Places<'_> {
    fn facts(&self, funnel: &DataFrame) -> PolarsResult<Vec<Fact>> {
        let (parts, eras) = (self.parts_of_day(funnel)?, self.eras(funnel)?);
        let (audience, broadcast) = (texts(funnel, c::AUDIENCE)?, texts(funnel, c::BROADCAST_ID)?);
        let (cover, contaminated) = (texts(funnel, c::COVER_ID)?, truths(funnel, c::CONTAMINATED)?);
        let figures = figures(funnel)?;
        let of_rows = parts_known(funnel)?;
        let orphans = wholes(funnel, c::ORPHAN_CLICKS, false)?;
        let fact = |at: usize| Fact {
            key: FactKey {
                era: eras[at],
                part: parts[at],
                audience: audience[at].as_str().into(),
                broadcast_id: broadcast[at].as_str().into(),
                cover_id: cover[at].as_str().into(),
                contaminated: contaminated[at],
            },
            figures: figures[at],
            parts: of_rows[at],
            orphan_clicks: orphans[at],
        };
        let facts: Vec<Fact> = (0..funnel.height()).map(fact).collect();
        if !facts.is_sorted_by_key(|fact| &fact.key) {
            polars_bail!(ComputeError: "its rows are not in their order");
        }
        Ok(facts)
    }

    /// One fact for each signal of a slot, which says how often it happened and to how many viewers.
    fn booked(&self, bridge: &DataFrame) -> PolarsResult<Vec<Fact>> {
        let (parts, eras) = (self.parts_of_day(bridge)?, self.eras(bridge)?);
        let signals = texts(bridge, c::SIGNAL)?;
        let (times, persons) = (measures(bridge, c::TIMES)?, measures(bridge, c::PERSONS)?);
        let fact = |at: usize| {
            let signal = known(c::SIGNAL, &signals[at], &Count::ALL, Count::word)?;
            let viewers = Count::ALL.into_iter().find(|count| count.times_of() == Some(signal));
            let viewers =
                viewers.ok_or_else(|| polars_err!(ComputeError: "nobody is counted by `{}`", signal.word()))?;
            let mut figures = Figures::default();
            figures.put(signal, times[at]);
            figures.put(viewers, persons[at]);
            let key = FactKey {
                era: eras[at],
                part: parts[at],
                audience: "".into(),
                broadcast_id: "".into(),
                cover_id: "".into(),
                contaminated: false,
            };
            Ok(Fact { key, figures, parts: Parts::default(), orphan_clicks: None })
        };
        (0..bridge.height()).map(fact).collect()
    }

    /// The slot of each row.
    fn parts_of_day(&self, frame: &DataFrame) -> PolarsResult<Vec<DayPart>> {
        let slots = self.market.slots.starts();
        let part = |name: String| {
            if name == super::cells::ALL_DAY {
                return Ok(DayPart::AllDay);
            }
            let slot = slots.iter().position(|(other, _)| *other == name);
            slot.map(DayPart::Slot).ok_or_else(|| polars_err!(ComputeError: "the market has no slot `{name}` now"))
        };
        texts(frame, c::SLOT)?.into_iter().map(part).collect()
    }

    /// The era of each row.
    fn eras(&self, frame: &DataFrame) -> PolarsResult<Vec<Era>> {
        let count = u16::try_from(self.eras.changes.len()).unwrap_or(u16::MAX);
        let eras: Vec<Era> = (0..=count).map(Era).collect();
        let rows = dates(frame, c::CONVENTION_SINCE)?.into_iter().zip(conventions(frame)?);
        let era = |(since, conventions)| {
            let is_it =
                |era: &&Era| self.eras.since(**era) == since && self.eras.conventions(**era) == conventions;
            let era = eras.iter().find(is_it).copied();
            era.ok_or_else(|| polars_err!(ComputeError: "the platform has no such conventions now"))
        };
        rows.map(era).collect()
    }
}

fn measures(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Measure>> {
    let [low, value, high] =
        [c::low(name), name.to_owned(), c::high(name)].map(|name| wholes(frame, &name, false));
    let (low, value, high) = (low?, value?, high?);
    let measure = |at: usize| {
        let whole = low[at].zip(value[at]).zip(high[at]);
        let whole = whole.map(|((low, value), high)| Measure { low, value, high });
        whole.ok_or_else(|| polars_err!(ComputeError: "column `{name}` holds nothing in a row that must say it"))
    };
    (0..frame.height()).map(measure).collect()
}

/// Of how many rows the counts are known of which a part is missing: `impressions 3 of 5 rows, orders`.
fn parts_known(frame: &DataFrame) -> PolarsResult<Vec<Parts>> {
    let of_row = |text: Option<&str>| {
        let mut parts = Parts::default();
        let mut seen = BTreeSet::new();
        for said in text.into_iter().flat_map(|text| text.split(", ")) {
            let wrong = || polars_err!(ComputeError: "column `{}` holds `{said}`", c::PARTLY_KNOWN);
            let words: Vec<&str> = said.split(' ').collect();
            let (word, rows) = match *words.as_slice() {
                [word] => (word, (0, 0)),
                [word, told, "of", rows, "rows"] => {
                    (word, (told.parse().map_err(|_| wrong())?, rows.parse().map_err(|_| wrong())?))
                }
                _ => return Err(wrong()),
            };
            let count = known(c::PARTLY_KNOWN, word, &Count::ALL, Count::word)?;
            if !seen.insert(count) {
                return Err(wrong());
            }
            parts.say(count, rows);
        }
        Ok(parts)
    };
    frame.column(c::PARTLY_KNOWN)?.str()?.iter().map(of_row).collect()
}

#[cfg(test)]
mod tests;
