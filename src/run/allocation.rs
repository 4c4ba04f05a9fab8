//! Counts that came as counts: kept while a batch is read, booked together, joined with what was counted here.

use coverledger_core::model::OneConvention as _;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::plan::{Batch, PlannedDay, PlannedExport};
use crate::reading::{Read, ReadExport, Unread};
use coverledger_config::{Columns, CoverRule, Newest, Order, Platform, Rows, TextRule, Workspace};
use coverledger_core::count::{self, Allocation, AllocationDay, AllocationJob, Counted, Entry, Scope, Subject};
use coverledger_core::model::{
    BarFact, BarKey, CountSet, Counts, Fact, FactKey, Figures, GroupFact, MarketDay, MarketId, Parts, TurnFact,
    TurnNumber, Turns, ViewerGroup,
};

use super::pages::PageSets;

/// Books every page of a batch. A batch without pages, or one that has to be cut, has nothing to book.
pub(super) fn allocate(
    workspace: &Workspace,
    platform: &Platform,
    batch: &Batch<'_>,
    (scope, turns): (&Scope, &BTreeMap<MarketId, Turns>),
    (exports, pages): (&[Result<ReadExport, Unread>], &PageSets),
) -> Allocation {
    let is_too_much = exports.iter().any(|read| read.as_ref().is_err_and(|unread| unread.is_too_much));
    let mut entries: Vec<Entry<'_>> = exports
        .iter()
        .enumerate()
        .filter_map(|(number, read)| {
            let entry = entry(platform, batch.exports[number], number, read.as_ref().ok()?)?;
            Some(Entry { delivery: pages.first(number), ..entry })
        })
        .collect();
    as_old_as_the_newest_page(&mut entries);
    let days: Option<Vec<AllocationDay<'_>>> = batch
        .days
        .iter()
        .map(|day| {
            let market = &day.market_day.market;
            let rules = workspace.markets.get(market)?;
            let turns = turns.get(market)?;
            Some(AllocationDay { market, rule: &rules.day, slots: &rules.slots, day: day.day, turns })
        })
        .collect();
    match days {
        Some(days) if !entries.is_empty() && !is_too_much => {
            let bars = workspace.counts_bars();
            count::allocate(&AllocationJob { days: &days, scope, entries: &entries, eras: &platform.eras, bars })
        }
        _ => Allocation::default(),
    }
}

/// An answer in several objects was made when the last of them was.
fn as_old_as_the_newest_page(entries: &mut [Entry<'_>]) {
    let mut newest: BTreeMap<usize, i64> = BTreeMap::new();
    for entry in entries.iter() {
        let created_us = newest.entry(entry.delivery).or_insert(entry.created_us);
        *created_us = entry.created_us.max(*created_us);
    }
    for entry in entries {
        entry.created_us = newest[&entry.delivery];
    }
}

/// What is booked of an export; `None` of one whose rows were counted one by one.
fn entry<'a>(
    platform: &Platform,
    planned: &PlannedExport,
    number: usize,
    read: &'a ReadExport,
) -> Option<Entry<'a>> {
    let Read::Counts(page) = &read.rows else { return None };
    let definition = &platform.exports[planned.export];
    let Newest { by, per } = match &definition.rows {
        Rows::Counts(counts) => &counts.newest,
        Rows::Covers(covers) => &covers.newest,
        Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => return None,
    };
    let created_us = match by {
        Order::Modified => read.modified.map_or(i64::MIN, Timestamp::as_microsecond),
        Order::Name => 0,
        Order::Path => planned.found.path.created.map_or(i64::MIN, Timestamp::as_microsecond),
        Order::Column(_) => page.created_us.unwrap_or(i64::MIN),
    };
    let better = definition.fallback_for();
    Some(Entry {
        export: number,
        delivery: number,
        definition: planned.export,
        fallback_for: platform.exports.iter().position(|export| Some(export.name.as_str()) == better),
        extent: *per,
        created_us,
        subject: subject(&definition.columns),
        page,
        lacks: platform.lacks(planned.export),
    })
}

fn subject(columns: &Columns) -> Subject {
    match (&columns.broadcast_id, &columns.cover_id) {
        (TextRule::Column(_) | TextRule::Path | TextRule::Made(_), _) => Subject::Broadcast,
        (TextRule::Value(_), CoverRule::Row(TextRule::Column(_) | TextRule::Path | TextRule::Made(_))) => {
            Subject::Cover
        }
        (TextRule::Value(_), CoverRule::Row(TextRule::Value(_)) | CoverRule::Log | CoverRule::Unsaid) => {
            Subject::Nothing
        }
    }
}

/// All facts of a batch, by market-day and sorted by key: those that were counted here one by one, which know what
/// their exports offer, and those that came as counts.
pub(super) fn join(
    platform: &Platform,
    batch: &Batch<'_>,
    singly: Vec<Vec<Fact>>,
    booked: &Allocation,
) -> Vec<Vec<Fact>> {
    singly
        .into_iter()
        .enumerate()
        .map(|(number, mut singly)| {
            let counted_singly = platform.counted_singly(&batch.days[number].market_day.market);
            for fact in &mut singly {
                fact.figures.known = platform.eras.offered(fact.key.era, counted_singly);
            }
            let booked = booked.facts.get(number).map_or(&[][..], Vec::as_slice);
            if booked.is_empty() { singly } else { joined(singly, booked) }
        })
        .collect()
}

/// The same facts by turn, sorted by turn and key, for market-days that a turn reaches into; none for others.
pub(super) fn join_turns(
    platform: &Platform,
    batch: &Batch<'_>,
    turns: &BTreeMap<MarketId, Turns>,
    singly: &mut Counted,
    booked: &Allocation,
) -> Vec<Vec<TurnFact>> {
    let mut of_days = std::mem::take(&mut singly.turns);
    for (number, of_day) in of_days.iter_mut().enumerate() {
        let PlannedDay { market_day, day, .. } = batch.days[number];
        let (start_us, end_us) = (day.start.as_microsecond(), day.end.as_microsecond());
        if turns.get(&market_day.market).and_then(|turns| turns.over(start_us, end_us).next()).is_none() {
            continue;
        }
        if of_day.is_empty() {
            // Nothing was counted in a turn.
            let outside = |fact: &Fact| TurnFact { turn: TurnNumber(0), fact: fact.clone() };
            of_day.extend(singly.facts[number].iter().map(outside));
        }
        let counted_singly = platform.counted_singly(&market_day.market);
        let mut facts: BTreeMap<(TurnNumber, FactKey), Told> = BTreeMap::new();
        for TurnFact { turn, mut fact } in of_day.drain(..) {
            fact.figures.known = platform.eras.offered(fact.key.era, counted_singly);
            let (key, told) = told(fact);
            facts.insert((turn, key), told);
        }
        for TurnFact { turn, fact } in booked.turns.get(number).map_or(&[][..], Vec::as_slice) {
            join_told(facts.entry((*turn, fact.key.clone())).or_default(), fact);
        }
        let facts = facts.into_iter();
        let fact = |((turn, key), told)| TurnFact { turn, fact: of_told(key, told) };
        of_day.extend(facts.map(fact));
    }
    of_days
}

/// The same facts by group of viewers, sorted by group and key, for market-days that are counted by groups; none for others.
///
/// What came as counts is of no group. Where it comes to a cell of which all else is of viewers in groups, nothing else is
/// there of no group.
pub(super) fn join_groups(
    workspace: &Workspace,
    platform: &Platform,
    batch: &Batch<'_>,
    singly: &mut Counted,
    booked: &Allocation,
) -> Vec<Vec<GroupFact>> {
    let mut of_days = std::mem::take(&mut singly.groups);
    for (number, of_day) in of_days.iter_mut().enumerate() {
        let MarketDay { platform: id, market, local_date } = &batch.days[number].market_day;
        if workspace.viewer_groups(id, market, *local_date).is_none() {
            continue;
        }
        if of_day.is_empty() {
            // Nothing was counted of a viewer who is known.
            let of_none = |fact: &Fact| GroupFact { group: None, fact: fact.clone() };
            of_day.extend(singly.facts[number].iter().map(of_none));
        }
        let counted_singly = platform.counted_singly(market);
        let of_viewers = platform.counted_of_viewers(market);
        let known = |key: &FactKey| platform.eras.offered(key.era, counted_singly);
        for GroupFact { group, fact } in of_day.iter_mut() {
            let known = known(&fact.key);
            // Of what no export with viewers counts there is nothing to say by group.
            fact.figures.known = if group.is_some() { known.and(of_viewers) } else { known };
        }
        let booked = booked.facts.get(number).map_or(&[][..], Vec::as_slice);
        if booked.is_empty() {
            continue;
        }
        let mut facts: BTreeMap<(Option<ViewerGroup>, FactKey), Told> = BTreeMap::new();
        for GroupFact { group, fact } in of_day.drain(..) {
            let (key, told) = told(fact);
            facts.insert((group, key), told);
        }
        let singly: BTreeSet<&FactKey> = singly.facts[number].iter().map(|fact| &fact.key).collect();
        for fact in booked {
            let nothing = || {
                let known = if singly.contains(&fact.key) { known(&fact.key) } else { CountSet::default() };
                (Figures::exact(Counts::default(), known), Parts::default(), None)
            };
            join_told(facts.entry((None, fact.key.clone())).or_insert_with(nothing), fact);
        }
        of_day.extend(facts.into_iter().map(|((group, key), told)| GroupFact { group, fact: of_told(key, told) }));
    }
    of_days
}

/// What was counted by bars of a market-day, sorted by key: one by one, and of what came as counts what lies in a bar.
pub(super) fn join_bars(
    platform: &Platform,
    market: &MarketId,
    singly: Vec<BarFact>,
    booked: &[BarFact],
) -> Vec<BarFact> {
    let counted_singly = platform.counted_singly(market);
    let mut facts: BTreeMap<BarKey, Figures> = BTreeMap::new();
    for BarFact { key, mut figures } in singly {
        figures.known = figures.known.and(platform.eras.offered(key.era, counted_singly));
        facts.insert(key, figures);
    }
    for BarFact { key, figures } in booked {
        facts.entry(key.clone()).or_default().join(figures);
    }
    facts.into_iter().map(|(key, figures)| BarFact { key, figures }).collect()
}

fn joined(singly: Vec<Fact>, booked: &[Fact]) -> Vec<Fact> {
    let mut facts: BTreeMap<FactKey, Told> = singly.into_iter().map(told).collect();
    for fact in booked {
        join_told(facts.entry(fact.key.clone()).or_default(), fact);
    }
    facts.into_iter().map(|(key, told)| of_told(key, told)).collect()
}

/// A fact without its key.
type Told = (Figures, Parts, Option<u64>);

fn told(fact: Fact) -> (FactKey, Told) {
    (fact.key, (fact.figures, fact.parts, fact.orphan_clicks))
}

fn of_told(key: FactKey, (figures, parts, orphan_clicks): Told) -> Fact {
    Fact { key, figures, parts, orphan_clicks }
}

/// Brings a fact of counts to what was counted one by one in its cell, which has no parts.
fn join_told((figures, parts, _): &mut Told, booked: &Fact) {
    figures.join(&booked.figures);
    *parts = booked.parts;
}
