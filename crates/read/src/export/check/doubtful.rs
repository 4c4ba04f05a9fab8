//! Rows that may be totals by what they say, and may be names: `整体` beside each broadcast, `Total: Ads` in the only
//! column of names, `East Total`. Arithmetic decides: a total is the sum of a group of other rows.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::sum::{Agreement, Sum};
use super::total_row::Said;
use crate::export::ExportError;
use coverledger_core::model::{Count, CountRow, Dimensions, Figures};

/// A count of so many is not like another by chance.
const LARGE: u64 = 100;

/// What makes a row doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) enum Sign {
    /// A text in a column that says what rows are of.
    Mapped,
    /// A word for a total, or for all, in a column that is not mapped.
    Beside,
    /// It says nothing in any column that says what rows are of.
    Blank,
}

/// A row that may be a total.
#[derive(Debug)]
pub(in crate::export) struct Doubtful {
    /// Its place on the page.
    pub(in crate::export) row: usize,
    pub(in crate::export) sign: Sign,
    pub(in crate::export) said: Said,
    pub(in crate::export) text: String,
}

/// By what rows belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Group {
    /// A broadcast in an interval.
    Session(u32, i64, i64),
    /// A market in an interval.
    Period(u32, i64, i64),
    /// A broadcast, at whatever time.
    Broadcast(u32),
}

/// Numbers for the broadcasts and the markets of stages.
struct StageGroups {
    broadcasts: Vec<u32>,
    markets: Vec<u32>,
}

impl StageGroups {
    fn of(stages: &[Dimensions]) -> Self {
        let (mut broadcasts, mut markets) = (HashMap::new(), HashMap::new());
        let mut groups_of = Self { broadcasts: Vec::new(), markets: Vec::new() };
        for stage in stages {
            let next = u32::try_from(broadcasts.len()).unwrap_or(u32::MAX);
            groups_of
                .broadcasts
                .push(*broadcasts.entry((stage.market.as_str(), stage.broadcast_id.as_str())).or_insert(next));
            let next = u32::try_from(markets.len()).unwrap_or(u32::MAX);
            groups_of.markets.push(*markets.entry(stage.market.as_str()).or_insert(next));
        }
        groups_of
    }

    fn groups(&self, row: &CountRow) -> [Group; 3] {
        let stage = row.stage as usize;
        let (broadcast, market) = (self.broadcasts[stage], self.markets[stage]);
        [
            Group::Session(broadcast, row.start_us, row.end_us),
            Group::Period(market, row.start_us, row.end_us),
            Group::Broadcast(broadcast),
        ]
    }
}

/// Which of the doubtful rows are totals, by their places on the page, and of which sum.
///
/// # Errors
/// [`ExportError::DoubtfulTotal`] where one can be neither: it says that it is a total, stands beside others, and is the
/// sum of no group of them.
pub(in crate::export) fn totals(
    doubtful: &[Doubtful],
    rows: &[CountRow],
    stages: &[Dimensions],
) -> Result<BTreeMap<usize, Sum>, ExportError> {
    let mut totals = BTreeMap::new();
    if doubtful.is_empty() {
        return Ok(totals);
    }
    let is_doubtful: BTreeSet<usize> = doubtful.iter().map(|doubtful| doubtful.row).collect();
    let groups_of = StageGroups::of(stages);
    let mut sums: HashMap<Group, Sum> = HashMap::new();
    for row in &is_doubtful {
        for group in groups_of.groups(&rows[*row]) {
            sums.insert(group, Sum::default());
        }
    }
    let mut all = Sum::default();
    let others = || rows.iter().enumerate().filter(|(at, _)| !is_doubtful.contains(at));
    for (_, row) in others() {
        all.add(&row.figures);
        for group in groups_of.groups(row) {
            if let Some(sum) = sums.get_mut(&group) {
                sum.add(&row.figures);
            }
        }
    }
    // A word that most rows have is one of the data: `All` as the only kind of device.
    let beside = doubtful.iter().filter(|doubtful| doubtful.sign == Sign::Beside).count();
    let is_beside_clear = beside * 2 <= rows.len();
    let copies = copies(doubtful, rows);
    for (nth, Doubtful { row: at, sign, said, text }) in doubtful.iter().enumerate() {
        let row = &rows[*at];
        let (first, last) = copies[nth];
        let begin = first.checked_sub(1).map_or(0, |before| doubtful[before].row + 1);
        let end = doubtful.get(last + 1).map_or(rows.len(), |behind| behind.row);
        let (first, last) = (doubtful[first].row, doubtful[last].row);
        let groups = groups_of.groups(row);
        let candidates = groups.iter().filter_map(|group| sums.get(group).copied()).chain([all]);
        let mut candidates = candidates.filter(|sum| sum.rows > 0);
        let of_neighbours = || {
            let before = neighbours(row, rows[begin..first].iter().rev());
            before.or_else(|| neighbours(row, rows[last + 1..end].iter()))
        };
        let found = match sign {
            Sign::Blank => Some(all).filter(|all| all.rows > 1 && is_total_of(&row.figures, all)),
            Sign::Mapped | Sign::Beside => {
                candidates.find(|sum| is_total_of(&row.figures, sum)).or_else(of_neighbours)
            }
        };
        if let Some(sum) = found {
            totals.insert(*at, sum);
            continue;
        }
        let has_company = groups[..2].iter().any(|group| sums.get(group).is_some_and(|sum| sum.rows > 0));
        let is_refused = match said {
            Said::Labelled => all.rows > 0,
            Said::All if *sign == Sign::Beside && !is_beside_clear => false,
            Said::All => has_company && row.figures.says_something(),
            Said::Total => is_beside_clear && all.rows > 0 && row.figures.says_something(),
            Said::Nothing | Said::Ending => false,
        };
        if is_refused {
            return Err(ExportError::DoubtfulTotal { record: row.record, text: text.clone() });
        }
    }
    Ok(totals)
}

/// Of each doubtful row the first and the last of those that stand together with it and say the same: copies of one total
/// have the same neighbours.
fn copies(doubtful: &[Doubtful], rows: &[CountRow]) -> Vec<(usize, usize)> {
    let is_copy = |one: &Doubtful, next: &Doubtful| {
        one.row + 1 == next.row && rows[one.row].figures.value == rows[next.row].figures.value
    };
    let mut ranges = Vec::with_capacity(doubtful.len());
    for run in doubtful.chunk_by(is_copy) {
        let first = ranges.len();
        ranges.extend(std::iter::repeat_n((first, first + run.len() - 1), run.len()));
    }
    ranges
}

/// The sum of as many neighbours as make a row, if some do. One small one may be like it by chance.
fn neighbours<'r>(row: &CountRow, rows: impl Iterator<Item = &'r CountRow>) -> Option<Sum> {
    let is_large = Count::ALL.iter().any(|count| row.figures.value.get(*count) >= LARGE);
    let mut sum = Sum::default();
    let mut counting = 0;
    for neighbour in rows {
        sum.add(&neighbour.figures);
        counting += usize::from(neighbour.figures.says_something());
        if (is_large || counting > 1) && is_total_of(&row.figures, &sum) {
            return Some(sum);
        }
        if sum.exceeds(&row.figures) {
            return None;
        }
    }
    None
}

/// Whether a row that may be a total is that of a group: in two counts or more, or in all that it has. Viewers may be in
/// several rows, so where what adds up is large and does, theirs need not.
pub(in crate::export) fn is_total_of(figures: &Figures, sum: &Sum) -> bool {
    let Agreement { same, other } = sum.agreement(figures);
    let stated = || figures.known.iter().filter(|count| !figures.derived.has(*count));
    let counted = |count: &Count| figures.value.get(*count) > 0;
    let adding = || stated().filter(|count| !count.is_unique()).filter(counted);
    let is_large = adding().any(|count| figures.value.get(count) >= LARGE);
    let all_that_adds = is_large && same >= adding().count();
    other == 0 && same > 0 && (same >= 2 || same == stated().filter(counted).count() || all_that_adds)
}
