//! Answers that come in pages: whether all of them are here.
//!
//! A page is sound and nothing in it is wrong, so nothing else would notice that the others are missing: the day would
//! be published with a part of its numbers. What a document says of the whole is held against the rows that are here, in
//! it or in the objects of its date together.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::plan::{Batch, PlannedExport};
use crate::reading::{ReadExport, Unread};
use coverledger_core::model::MarketId;
use coverledger_read::export::Claim;

/// The objects of a batch as far as they are pages, by their number in it.
pub(super) struct PageSets {
    /// The first of the objects that are one answer together; its own number for any other.
    first: Vec<usize>,
    reasons: Vec<Option<String>>,
}

/// Whose pages may be those of one answer: an entry of `exports`, its date, what else the path says, and the number of
/// rows, or else of pages, of the whole.
type Answer<'a> = (usize, Date, Option<&'a MarketId>, Option<&'a str>, Whole);

/// How much the whole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    Rows(u64),
    Pages(u64),
}

impl PageSets {
    pub(super) fn of(batch: &Batch<'_>, exports: &[Result<ReadExport, Unread>]) -> Self {
        let mut sets = Self { first: (0..exports.len()).collect(), reasons: vec![None; exports.len()] };
        let mut answers: BTreeMap<Answer<'_>, Vec<(usize, u64)>> = BTreeMap::new();
        for (index, (planned, read)) in batch.exports.iter().zip(exports).enumerate() {
            let Ok(read) = read else { continue };
            let Some(claim) = &read.report.claim else { continue };
            let rows = read.report.rows_in;
            let Some(whole) = whole(claim) else {
                sets.reasons[index] = alone(planned, claim);
                continue;
            };
            if is_whole(whole, rows, 1) {
                continue;
            }
            let path = &planned.found.path;
            match planned.found.export_date {
                Some(date) => answers
                    .entry((planned.export, date, path.market.as_ref(), path.broadcast.as_deref(), whole))
                    .or_default()
                    .push((index, rows)),
                None => sets.reasons[index] = Some(lacking(&[planned], whole, rows)),
            }
        }
        for ((.., whole), pages) in answers {
            let rows = pages.iter().map(|(_, rows)| rows).sum();
            let planned: Vec<&PlannedExport> = pages.iter().map(|(index, _)| batch.exports[*index]).collect();
            let is_whole = is_whole(whole, rows, planned.len());
            for (index, _) in &pages {
                if is_whole {
                    sets.first[*index] = pages[0].0;
                } else {
                    sets.reasons[*index] = Some(lacking(&planned, whole, rows));
                }
            }
        }
        sets
    }

    /// The first of the objects that are one answer with this one.
    pub(super) fn first(&self, index: usize) -> usize {
        self.first.get(index).copied().unwrap_or(index)
    }

    /// Why no market-day should be made from an object.
    pub(super) fn reason(&self, index: usize) -> Option<&str> {
        self.reasons.get(index)?.as_deref()
    }
}

/// How much a document says that the whole is.
fn whole(claim: &Claim) -> Option<Whole> {
    claim.rows.map(Whole::Rows).or(claim.pages.map(Whole::Pages))
}

/// Whether so many rows in so many objects are the whole. An answer without rows has no page, or one.
fn is_whole(whole: Whole, rows: u64, objects: usize) -> bool {
    match whole {
        Whole::Rows(all) => rows == all,
        Whole::Pages(all) => objects as u64 == all.max(1),
    }
}

/// What to say of a document that says nothing of the whole, but that there is more.
fn alone(planned: &PlannedExport, claim: &Claim) -> Option<String> {
    let key = &planned.found.object.key;
    if let Some(told) = &claim.undeclared {
        return Some(format!(
            "export `{key}`: {told}, so it seems to be one page of several; nothing says how much the whole is (declare it with `complete` beside `rows_at`, or `complete: unchecked` if it is the whole)"
        ));
    }
    claim.has_next.then(|| {
        format!(
            "export `{key}`: it leads to a further page, and how much the whole is it does not say (fetch all pages into one document, such as a list of them, so that the last leads no further)"
        )
    })
}

fn lacking(planned: &[&PlannedExport], whole: Whole, rows: u64) -> String {
    let keys: Vec<String> =
        planned.iter().take(3).map(|planned| format!("`{}`", planned.found.object.key)).collect();
    let more = if planned.len() > keys.len() { " …" } else { "" };
    let objects = if planned.len() == 1 { "export" } else { "exports" };
    let keys = keys.join(", ");
    match whole {
        Whole::Rows(all) if rows < all => format!(
            "{objects} {keys}{more}: {rows} of {all} rows are here by what the answer says of itself; the other pages are missing"
        ),
        Whole::Rows(all) => format!(
            "{objects} {keys}{more}: {rows} rows are here, and by what the answer says of itself there are {all} (is a page there twice?)"
        ),
        Whole::Pages(all) => format!(
            "{objects} {keys}{more}: {} of {all} pages are here by what the answer says of itself",
            planned.len()
        ),
    }
}
