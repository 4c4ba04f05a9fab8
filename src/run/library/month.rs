//! The covers of a platform in a market in a month: what was counted of them on its market-days, in one table, so that years
//! of covers are read in a few dozen objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::{Librarian, PLACES_AT_A_TIME};
use crate::run::assets::{Asset, Candidate, Look, draft, table};
use crate::run::deciding::Decided;
use crate::run::{Disposition, error_text};
use coverledger_archive::{
    BoxError, Draft, FactRecord, Fingerprint, PublishedTables, Receipt, State, TableBytes, TableFamily, TableName,
    Unit,
};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_report as report;

/// The market-days of a place in a month, each with its newest revision.
type Days = BTreeMap<Date, u64>;

/// A month of a place.
struct Month {
    platform: PlatformId,
    market: MarketId,
    /// Its first day.
    first: Date,
    days: Days,
}

impl Month {
    fn unit(&self) -> Unit {
        Unit::CoverMonth { platform: self.platform.clone(), market: self.market.clone(), month: self.first }
    }

    fn fingerprint(&self) -> String {
        let mut fingerprint = Fingerprint::new(TableFamily::CoverMonths, "");
        for (date, revision) in &self.days {
            fingerprint.line(format_args!("{date}\t{revision}"));
        }
        fingerprint.hash()
    }

    fn facts(&self) -> Vec<FactRecord> {
        let fact = |(&local_date, &revision): (&Date, &u64)| {
            let (platform, market) = (self.platform.clone(), self.market.clone());
            FactRecord { market_day: MarketDay { platform, market, local_date }, revision }
        };
        self.days.iter().map(fact).collect()
    }
}

impl Librarian<'_> {
    /// Sums up the months of the run's places in which a market-day is not as it was summed up.
    pub(super) async fn months(&self, told: &mut Decided) {
        let places = self
            .selection
            .platforms
            .iter()
            .filter(|platform| self.workspace.counts(platform))
            .flat_map(|platform| self.selection.markets.iter().map(move |market| (platform, market)));
        let summed = places.map(|(platform, market)| async move {
            let mut told = Decided::new();
            if let Err(error) = self.months_of(platform, market, &mut told).await {
                let what = format!("{platform}/{market}/covers");
                told.push((what, Disposition::Failed { reason: error_text(&*error) }));
            }
            told
        });
        let mut summed = stream::iter(summed).buffered(PLACES_AT_A_TIME);
        while let Some(of_place) = summed.next().await {
            told.extend(of_place);
        }
    }

    async fn months_of(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        told: &mut Decided,
    ) -> Result<(), BoxError> {
        let mut months: BTreeMap<Date, Days> = BTreeMap::new();
        for (date, revision) in self.archive.revisions_of_place(platform, market).await? {
            months.entry(date.first_of_month()).or_default().insert(date, revision);
        }
        let candidate = |(first, days)| {
            let month = Month { platform: platform.clone(), market: market.clone(), first, days };
            Candidate { unit: month.unit(), fingerprint: month.fingerprint(), of: month }
        };
        for (candidate, look) in self.driver().look(months.into_iter().map(candidate).collect()).await {
            let Candidate { unit, of: month, .. } = candidate;
            let end = match look {
                _ if self.stop.is_asked() => Disposition::Stopped,
                // Of what stands as it stood there is nothing to tell: there are years of months.
                Ok(Look::Current(_)) => continue,
                Ok(Look::Due(newest)) => match self.month(month, newest, told).await {
                    Ok(end) => end,
                    Err(error) => Disposition::Failed { reason: error_text(&*error) },
                },
                Err(error) => Disposition::Failed { reason: error_text(&error) },
            };
            told.push((unit.to_string(), end));
        }
        Ok(())
    }

    async fn month(
        &self,
        mut month: Month,
        newest: Option<Receipt>,
        told: &mut Decided,
    ) -> Result<Disposition, BoxError> {
        let Month { platform, market, days, .. } = &month;
        let PublishedTables { tables, unreadable } =
            self.archive.published_tables(platform, market, days, TableName::Funnel).await?;
        for (date, reason) in &unreadable {
            let what = format!("{platform}/{market}/covers, {date} left out");
            told.push((what, Disposition::Failed { reason: reason.clone() }));
        }
        // What cannot be read costs its own day; once it is mended, the month stands on other days and is due again.
        month.days.retain(|date, _| !unreadable.contains_key(date));
        let is_provisional = tables.iter().any(|table| table.state == State::Provisional);
        let frames = tables.into_iter().map(|table| Ok((table.local_date, report::frame(&[table.bytes])?)));
        let frames = frames.collect::<Result<Vec<(Date, DataFrame)>, BoxError>>()?;
        let state = if is_provisional { State::Provisional } else { State::Final };
        let drafted = draft(state, &month.fingerprint(), Vec::new(), "");
        let asset = CoversOfMonth {
            unit: month.unit(),
            draft: Draft { facts: month.facts(), ..drafted },
            month,
            days: frames,
        };
        Ok(self.driver().publish(newest, Arc::new(asset), Vec::new()).await)
    }
}

/// The covers of a month.
pub(in crate::run) struct CoversOfMonth {
    unit: Unit,
    draft: Draft,
    month: Month,
    /// The funnels of its market-days.
    days: Vec<(Date, DataFrame)>,
}

impl Asset for CoversOfMonth {
    const FAMILY: TableFamily = TableFamily::CoverMonths;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let Month { platform, market, first, .. } = &self.month;
        let made = report::library::cover_months(platform, market, *first, &self.days, revision)?;
        Ok(vec![table(TableName::CoverMonths, made)])
    }
}
