//! What a brief is known again by: the revisions that it stands on, which days are over, what is known of those that are missing,
//! and when the nights begin that it speaks of.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _};
use polars::prelude::*;

use super::inputs::{Inputs, Place};
use coverledger_archive::{Fingerprint, TableFamily};
use coverledger_config::Workspace;
use coverledger_core::model::columns as c;
use coverledger_report::advice::{self, NightInputs};

/// A slot comes again within so many hours, but for the days on which a clock is changed.
const NIGHT_HOURS: i64 = 25;

/// All of it but when the nights begin, which is known only from tables.
pub(super) struct Base(Fingerprint);

/// What is known from listings alone.
pub(super) fn base(inputs: &Inputs, workspace: &Workspace) -> Base {
    // Those before the one before are read only where it cannot be, which is told by what is left out.
    let Inputs { as_of: _, places, experiments, library, catalogue, before, earlier: _ } = inputs;
    let config = &workspace.brief_hash();
    let mut hash = Fingerprint::new(TableFamily::Brief, config);
    for place in places {
        of_place(&mut hash, place);
        // It says by when provisional dates are final.
        let settle = workspace.platforms.get(&place.platform).map(|platform| platform.settle_seconds);
        hash.line(format_args!("{}/{}\tsettles {settle:?}", place.platform, place.market));
    }
    for (name, (as_of, revision)) in experiments {
        hash.line(format_args!("experiment/{name}\t{as_of} {revision}"));
    }
    hash.line(format_args!("library\t{library:?}"));
    hash.line(format_args!("catalogue\t{catalogue:?}"));
    hash.line(format_args!("before\t{before:?}"));
    Base(hash)
}

fn of_place(hash: &mut Fingerprint, place: &Place) {
    let Place { platform, market, over_until, revisions, decisions, viewers, sources, lacks } = place;
    hash.line(format_args!("{platform}/{market}\tover until {over_until}"));
    for (date, revision) in revisions {
        hash.line(format_args!("{platform}/{market}/{date}\t{revision}"));
    }
    hash.line(format_args!("{platform}/{market}\tdecisions {decisions:?}"));
    hash.line(format_args!("{platform}/{market}\tviewers {viewers:?}"));
    for (source, dates) in sources {
        for (date, revision) in dates {
            hash.line(format_args!("{platform}/{market}\tquality {source}/{date} {revision}"));
        }
    }
    for lack in lacks {
        hash.line(format_args!("{platform}/{market}/{}\t{:?} {:?}", lack.local_date, lack.end, lack.reason));
    }
}

impl Base {
    /// The whole, with what could not be read and is left out: once it can be, the brief is made anew.
    pub(super) fn with(&self, starts: &Starts, unreadable: &[String]) -> String {
        let mut hash = self.0.clone();
        for ((platform, market), start) in &starts.0 {
            hash.line(format_args!("{platform}/{market}\tbegins {start:?}"));
        }
        for what in unreadable {
            hash.line(format_args!("left out\t{what:?}"));
        }
        hash.hash()
    }
}

/// When the night begins that a brief speaks of, by platform and market; `None` where no slot is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Starts(BTreeMap<(String, String), Option<Timestamp>>);

impl Starts {
    /// The next ones.
    pub(super) fn ahead(inputs: &NightInputs<'_>) -> Self {
        let starts = advice::night_starts(inputs).into_iter();
        Self(starts.map(|(platform, market, start)| ((platform, market), start)).collect())
    }

    /// Those that a published table `advice` speaks of.
    ///
    /// # Errors
    /// It is no such table.
    pub(super) fn published(advice: &DataFrame) -> PolarsResult<Self> {
        let (platforms, markets) = (advice.column(c::PLATFORM)?.str()?, advice.column(c::MARKET)?.str()?);
        let starts = advice.column(c::SLOT_START_UTC)?.cast(&DataType::Int64)?;
        let starts = starts.i64()?;
        let mut found = BTreeMap::new();
        for row in 0..advice.height() {
            let place = |column: &StringChunked| column.get(row).unwrap_or_default().to_owned();
            let start = starts.get(row).and_then(|us| Timestamp::from_microsecond(us).ok());
            found.insert((place(platforms), place(markets)), start);
        }
        Ok(Self(found))
    }

    /// Whether these are still the next ones: none has begun, and none came before.
    pub(super) fn are_next_after(&self, now: Timestamp) -> bool {
        let horizon = now.saturating_add(NIGHT_HOURS.hours()).unwrap_or(now);
        self.0.values().flatten().all(|start| now < *start && *start <= horizon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn nights_are_the_next_ones_until_the_first_of_them_begins() {
        let of = |start: &str| (("p".to_owned(), "US".to_owned()), Some(at(start)));
        let starts = Starts([of("2026-11-21T00:00:00Z")].into());
        assert!(starts.are_next_after(at("2026-11-20T23:59:59Z")));
        assert!(!starts.are_next_after(at("2026-11-21T00:00:00Z")), "it has begun");
        assert!(!starts.are_next_after(at("2026-11-19T20:00:00Z")), "another comes before");
        assert!(
            Starts([(("p".to_owned(), "US".to_owned()), None)].into()).are_next_after(at("2026-11-19T20:00:00Z"))
        );
    }
}
