//! `broadcast_minutes` and `quality_minutes`: a broadcast by bars of five minutes.

use polars::prelude::*;

use super::cells::{closing, count_column, dates, instants, keys, same_text};
use super::quality::QualityDay;
use super::{MarketDayContext, Rendered, ReportError, rendered};
use coverledger_core::count::QualityBarFact;
use coverledger_core::model::{Bar, BarFact, Era, Figures, TableName, columns as c};

/// Renders `broadcast_minutes` of a market-day from what was counted by bars, sorted by key. What is not offered is null.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn broadcast_minutes(
    context: &MarketDayContext<'_>,
    facts: &[BarFact],
    revision: u64,
) -> Result<Rendered, ReportError> {
    rendered(TableName::BroadcastMinutes, of_broadcasts(context, facts, revision))
}

/// Renders `quality_minutes` of a market-day of a source of quality from what was counted by bars, sorted by broadcast and bar.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn quality_minutes(
    day: &QualityDay<'_>,
    facts: &[QualityBarFact],
    revision: u64,
) -> Result<Rendered, ReportError> {
    rendered(TableName::QualityMinutes, of_views(day, facts, revision))
}

fn of_broadcasts(context: &MarketDayContext<'_>, facts: &[BarFact], revision: u64) -> PolarsResult<DataFrame> {
    let text = |name: &str, of: &dyn Fn(&BarFact) -> &str| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<&str>>())
    };
    let offered = |fact: &BarFact| fact.figures.only(context.offered_in(fact.key.era));
    let figures: Vec<Figures> = facts.iter().map(offered).collect();
    let eras: Vec<Era> = facts.iter().map(|fact| fact.key.era).collect();
    let mut table = keys(context, facts.len());
    table.push(text(c::BROADCAST_ID, &|fact| &fact.key.broadcast_id));
    table.push(text(c::COVER_ID, &|fact| &fact.key.cover_id));
    table.extend(bars(facts.iter().map(|fact| fact.key.bar)));
    for count in BarFact::COUNTS {
        let values = figures.iter().map(|figures| figures.get(count).map(|measure| measure.value));
        table.push(count_column(count.word(), count, values)?);
    }
    table.extend(closing(context, revision, &eras));
    DataFrame::new(facts.len(), table)
}

fn of_views(day: &QualityDay<'_>, facts: &[QualityBarFact], revision: u64) -> PolarsResult<DataFrame> {
    let QualityDay { market_day, of, provisional, .. } = *day;
    let height = facts.len();
    let whole = |name: &str, of: &dyn Fn(&QualityBarFact) -> Option<u64>| {
        let overflow = |_| polars_err!(ComputeError: "a count exceeds 64 bits");
        let numbers = facts.iter().map(|fact| of(fact).map(|n| i64::try_from(n).map_err(overflow)).transpose());
        Ok::<_, PolarsError>(Column::new(name.into(), numbers.collect::<PolarsResult<Vec<_>>>()?))
    };
    let mut table = vec![
        same_text(c::PLATFORM, market_day.platform.as_str(), height),
        same_text(c::MARKET, market_day.market.as_str(), height),
        dates(c::LOCAL_DATE, vec![Some(market_day.local_date); height]),
        same_text(c::OF_PLATFORM, of.as_str(), height),
        Column::new(c::BROADCAST_ID.into(), facts.iter().map(|fact| &*fact.broadcast_id).collect::<Vec<&str>>()),
    ];
    table.extend(bars(facts.iter().map(|fact| fact.bar)));
    table.push(whole(c::VIEWS, &|fact| Some(fact.views))?);
    table.push(whole(c::STARTS, &|fact| fact.starts)?);
    table.push(whole(c::GOOD_STARTS, &|fact| fact.good_starts)?);
    table.push(whole(c::BAD_VIEWS, &|fact| fact.bad_views)?);
    table.push(Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(provisional), height));
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    table.push(Column::new_scalar(c::REVISION.into(), Scalar::from(revision), height));
    DataFrame::new(height, table)
}

/// When bars are, and how long.
fn bars(bars: impl ExactSizeIterator<Item = Bar>) -> [Column; 2] {
    let height = bars.len();
    let starts = bars.map(|bar| Some(bar.start_us())).collect();
    [
        instants(c::MINUTE_START_UTC, starts, Some(TimeZone::UTC)),
        Column::new_scalar(c::MINUTES.into(), Scalar::from(Bar::MINUTES), height),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tests::DecisionContext;
    use coverledger_core::model::{BarKey, CountSet, Counts, PlatformId, UniqueBasis};

    const BAR_US: i64 = 300_000_000;

    fn fact(era: u16, bar: i64, counts: Counts, known: CountSet) -> BarFact {
        let key = BarKey {
            era: Era(era),
            broadcast_id: Arc::from("r"),
            cover_id: Arc::from("c"),
            bar: Bar::at(bar * BAR_US),
        };
        BarFact { key, figures: Figures::exact(counts, known.and(BarFact::counts())) }
    }

    fn wholes(frame: &DataFrame, column: &str) -> Vec<Option<i64>> {
        frame.column(column).unwrap().i64().unwrap().iter().collect()
    }

    #[test]
    fn a_count_that_is_not_offered_or_not_known_of_a_bar_is_null_and_zero_is_zero() {
        let context = DecisionContext::new(UniqueBasis::FirstTouch);
        let counts = Counts { impressions: 7, entries: 2, ..Counts::default() };
        let known: CountSet =
            [coverledger_core::model::Count::Impressions, coverledger_core::model::Count::Entries]
                .into_iter()
                .collect();
        let facts = [
            fact(0, 0, counts, CountSet::ALL),
            fact(0, 1, counts, known),
            // From this era on impressions are not offered.
            fact(1, 1, counts, CountSet::ALL),
        ];
        let sheet = context.context(CountSet::ALL, &[]);
        let frame = of_broadcasts(&sheet, &facts, 3).unwrap();
        assert_eq!(wholes(&frame, "impressions"), [Some(7), Some(7), None]);
        assert_eq!(wholes(&frame, "entries"), [Some(2), Some(2), Some(2)]);
        assert_eq!(wholes(&frame, "orders"), [Some(0), None, Some(0)]);
        assert_eq!(wholes(&frame, "minutes"), [Some(5); 3]);
        let starts =
            frame.column("minute_start_utc").unwrap().datetime().unwrap().physical().iter().collect::<Vec<_>>();
        assert_eq!(starts, [Some(0), Some(BAR_US), Some(BAR_US)]);
        assert!(broadcast_minutes(&sheet, &facts, 3).is_ok_and(|rendered| rendered.rows == 3));
        assert!(broadcast_minutes(&sheet, &[], 3).is_ok_and(|rendered| rendered.rows == 0));
    }

    #[test]
    fn what_no_row_says_of_views_is_null() {
        let context = DecisionContext::new(UniqueBasis::FirstTouch);
        let of = PlatformId::new("q");
        let day = QualityDay {
            market_day: &context.market_day,
            of: &of,
            market: &context.market,
            provisional: true,
            facts: &[],
        };
        let fact = QualityBarFact {
            broadcast_id: Arc::from("r"),
            bar: Bar::at(0),
            views: 9,
            starts: Some(8),
            good_starts: None,
            bad_views: None,
        };
        let frame = of_views(&day, std::slice::from_ref(&fact), 1).unwrap();
        assert_eq!(wholes(&frame, "views"), [Some(9)]);
        assert_eq!(wholes(&frame, "starts"), [Some(8)]);
        assert_eq!((wholes(&frame, "good_starts"), wholes(&frame, "bad_views")), (vec![None], vec![None]));
        assert!(quality_minutes(&day, &[fact], 1).is_ok_and(|rendered| rendered.rows == 1));
        assert!(quality_minutes(&day, &[], 1).is_ok_and(|rendered| rendered.rows == 0));
    }
}
