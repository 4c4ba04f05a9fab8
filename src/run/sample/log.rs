//! What a log of covers says by itself: its broadcasts, gaps between covers, and two covers at once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use coverledger_core::model::{CountTable, MarketId, OnAir};

/// What stands between two entries of a broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seam {
    /// In which market.
    pub market: MarketId,
    /// In which broadcast.
    pub broadcast: String,
    /// Whether both covers are on air, or none.
    pub is_overlap: bool,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// The two covers, the earlier first.
    pub covers: [String; 2],
    /// Their records.
    pub records: [u32; 2],
}

/// Gaps and overlaps of a log, by market and broadcast, in order of time.
pub(super) fn seams(page: &CountTable) -> Vec<Seam> {
    let mut broadcasts: BTreeMap<(&MarketId, &str), Vec<&OnAir>> = BTreeMap::new();
    for on_air in &page.on_air {
        broadcasts.entry((&on_air.market, on_air.broadcast_id.as_str())).or_default().push(on_air);
    }
    let mut seams = Vec::new();
    for entries in broadcasts.values_mut() {
        entries.sort_by_key(|on_air| (on_air.from_us, on_air.record));
        // The entry that has lasted longest so far: the next may lie wholly within it.
        let mut last: Option<&OnAir> = None;
        for next in entries.iter().copied() {
            seams.extend(last.and_then(|last| seam(last, next)));
            let is_longer = |last: &OnAir| next.until_us.is_none() || next.until_us >= last.until_us;
            last = Some(last.filter(|last| !is_longer(last)).unwrap_or(next));
        }
    }
    seams
}

fn seam(last: &OnAir, next: &OnAir) -> Option<Seam> {
    // Without an end it lasts until the next begins.
    let until_us = last.until_us?;
    let is_overlap = until_us > next.from_us && last.cover_id != next.cover_id;
    let is_gap = until_us < next.from_us;
    let (from_us, until_us) = if is_overlap {
        (next.from_us, next.until_us.map_or(until_us, |end_us| end_us.min(until_us)))
    } else {
        (until_us, next.from_us)
    };
    let [from, until] = [from_us, until_us].map(|us| Timestamp::from_microsecond(us).ok());
    (is_overlap || is_gap).then_some(Seam {
        market: next.market.clone(),
        broadcast: next.broadcast_id.clone(),
        is_overlap,
        from: from?,
        until: until?,
        covers: [last, next].map(|on_air| on_air.cover_id.clone()),
        records: [last, next].map(|on_air| on_air.record),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(entries: &[(&str, i64, Option<i64>)]) -> Vec<String> {
        let on_air = entries.iter().zip(1..).map(|((cover, from, until), record)| OnAir {
            record,
            market: MarketId::new("JP"),
            broadcast_id: "r1".to_owned(),
            cover_id: (*cover).to_owned(),
            from_us: from * 1_000_000,
            until_us: until.map(|until| until * 1_000_000),
        });
        let page = CountTable { on_air: on_air.collect(), ..CountTable::default() };
        let told = seams(&page).into_iter().map(|seam| {
            let kind = if seam.is_overlap { "both" } else { "none" };
            let [one, other] = seam.covers;
            format!("{kind} {}-{} {one} {other}", seam.from.as_second(), seam.until.as_second())
        });
        told.collect()
    }

    #[test]
    fn gaps_and_overlaps_are_found_in_any_order_of_the_rows() {
        let log = [("b", 20, Some(30)), ("a", 0, Some(10)), ("c", 25, None)];
        assert_eq!(told(&log), ["none 10-20 a b", "both 25-30 b c"]);
        assert_eq!(told(&[("a", 0, Some(50)), ("b", 10, Some(20)), ("c", 50, None)]), ["both 10-20 a b"]);
    }

    #[test]
    fn what_ends_where_the_next_begins_or_says_no_end_leaves_nothing_open() {
        assert!(told(&[("a", 0, Some(10)), ("b", 10, None), ("c", 99, None)]).is_empty());
        assert!(told(&[("a", 0, Some(10)), ("a", 5, Some(12))]).is_empty(), "one cover, told twice");
    }
}
