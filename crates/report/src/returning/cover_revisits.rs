//! What `revisit` says of each cover, for whoever judges covers by more than that.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::place::ALL;
use super::revisit::Finding;
use coverledger_core::model::columns as c;
use coverledger_stats::Interval;

/// Whether a cover's entrants come back, against those of other covers in the same broadcasts and slots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoverRevisit {
    pub(crate) finding: Finding,
    /// Within how many local dates they come back.
    pub(crate) within_days: i64,
    /// Of its entrants and of the others', in the broadcasts and slots that both were in.
    pub(crate) rates: Option<[f64; 2]>,
    /// The one ÷ the other.
    pub(crate) ratio: Option<f64>,
    pub(crate) interval: Option<Interval>,
}

impl CoverRevisit {
    /// Whether fewer of them do.
    pub(crate) fn costs(&self) -> bool {
        self.finding == Finding::Costs
    }
}

/// The same of all covers of a platform in a market.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoverRevisits(BTreeMap<String, CoverRevisit>);

impl CoverRevisits {
    /// Reads a table `revisit`, over all slots: of each cover the shortest time within which it costs revisits, or else the
    /// shortest, which is known first.
    ///
    /// # Errors
    /// When the table lacks a column.
    pub fn read(table: &DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| table.column(name)?.str().cloned();
        let number = |name: &str| table.column(name)?.f64().cloned();
        let (covers, slots, findings) = (text(c::COVER_ID)?, text(c::SLOT)?, text(c::FINDING)?);
        let within = table.column(c::WITHIN_DAYS)?.i64()?;
        let (own, others, ratio) = (number(c::MATCHED_RATE)?, number(c::OTHERS_RATE)?, number(c::RATIO)?);
        let (low, high) = (number(&c::low(c::RATIO))?, number(&c::high(c::RATIO))?);
        let row = |at: usize| {
            let cover = covers.get(at).filter(|cover| *cover != ALL && slots.get(at) == Some(ALL))?;
            let revisit = CoverRevisit {
                finding: Finding::by_word(findings.get(at)?)?,
                within_days: within.get(at)?,
                rates: own.get(at).zip(others.get(at)).map(|(own, others)| [own, others]),
                ratio: ratio.get(at),
                interval: low.get(at).zip(high.get(at)).map(|(low, high)| Interval { low, high }),
            };
            Some((cover.to_owned(), revisit))
        };
        let mut of_covers: BTreeMap<String, CoverRevisit> = BTreeMap::new();
        for (cover, revisit) in (0..table.height()).filter_map(row) {
            let preference = |revisit: &CoverRevisit| (!revisit.costs(), revisit.within_days);
            let known = of_covers.entry(cover).or_insert(revisit);
            if preference(&revisit) < preference(known) {
                *known = revisit;
            }
        }
        Ok(Self(of_covers))
    }

    pub(crate) fn of(&self, cover: &str) -> Option<CoverRevisit> {
        self.0.get(cover).copied()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A cover whose entrants come back half as often, or as often as others.
    pub(crate) fn revisits(cover: &str, costs: bool) -> CoverRevisits {
        let (finding, own) = if costs { (Finding::Costs, 0.04) } else { (Finding::None, 0.08) };
        let ratio = own / 0.08;
        let revisit = CoverRevisit {
            finding,
            within_days: 7,
            rates: Some([own, 0.08]),
            ratio: Some(ratio),
            interval: Some(Interval { low: 0.8 * ratio, high: 1.25 * ratio }),
        };
        CoverRevisits(BTreeMap::from([(cover.to_owned(), revisit)]))
    }

    #[test]
    fn a_cover_is_judged_over_all_slots_by_the_time_within_which_it_costs_revisits() {
        let table = df!(
            c::COVER_ID => ["all", "c-1", "c-1", "c-1", "c-2", "c-2"],
            c::SLOT => ["all", "all", "all", "prime", "all", "all"],
            c::WITHIN_DAYS => [7_i64, 7, 28, 7, 7, 28],
            c::FINDING => [
                "no_difference", "costs_revisits", "costs_revisits", "no_difference", "no_difference", "costs_revisits",
            ],
            c::MATCHED_RATE => [None, Some(0.04), Some(0.2), Some(0.3), Some(0.1), Some(0.2)],
            c::OTHERS_RATE => [None, Some(0.08), Some(0.2), Some(0.3), Some(0.2), Some(0.4)],
            c::RATIO => [None, Some(0.5), Some(1.0), Some(1.0), Some(0.5), Some(0.5)],
            c::low(c::RATIO).as_str() => [None, Some(0.4), Some(0.9), Some(0.9), Some(0.2), Some(0.4)],
            c::high(c::RATIO).as_str() => [None, Some(0.6), Some(1.1), Some(1.1), Some(1.1), Some(0.6)],
        );
        let read = CoverRevisits::read(&table.unwrap()).unwrap();
        assert_eq!(read.of("all"), None);
        let one = read.of("c-1").unwrap();
        assert!(one.costs());
        assert_eq!((one.within_days, one.rates, one.ratio), (7, Some([0.04, 0.08]), Some(0.5)));
        let other = read.of("c-2").unwrap();
        assert!(other.costs() && other.within_days == 28);
        assert_eq!(one.interval, Some(Interval { low: 0.4, high: 0.6 }));
    }
}
