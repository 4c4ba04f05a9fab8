//! `mix`: did a rate change, or who was counted? Every change between two periods, split into both.

mod kitagawa;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::dates;
use crate::decision_context::{DecisionContext, floats, percent, texts, wholes};
use crate::evidence::{Evidence, Observed};
use crate::rates::Rate;
use crate::tally::{Clusters, LEVEL, Piece, Tally, cell_of};
use coverledger_core::model::columns as c;
use coverledger_stats::{FEWEST_CLUSTERS, Interval, Scale};
use kitagawa::{Parts, parts};

/// The rates that are split.
const SPLIT: [&str; 2] = [c::CTR, c::EFFECTIVE_CTR];

/// The two periods.
#[derive(Debug, Clone, Copy)]
struct Periods {
    before_since: Date,
    before_until: Date,
    after_since: Date,
    after_until: Date,
}

impl Periods {
    /// The last `days` up to `until` and as many before; `None` beyond the years that the program can represent.
    fn of(until: Date, days: u16) -> Option<Self> {
        let days = i64::from(days);
        let after_since = until.checked_sub((days - 1).days()).ok()?;
        let before_until = after_since.yesterday().ok()?;
        let before_since = before_until.checked_sub((days - 1).days()).ok()?;
        Some(Self { before_since, before_until, after_since, after_until: until })
    }

    /// 0 for before, 1 for after.
    fn of_day(&self, date: Date) -> Option<usize> {
        let lies = |since, until| since <= date && date <= until;
        [lies(self.before_since, self.before_until), lies(self.after_since, self.after_until)]
            .into_iter()
            .position(|lies| lies)
    }
}

/// Why there is nothing to split, or the parts.
#[derive(Debug, Clone)]
struct Split {
    parts: Result<Parts, String>,
    interval: Option<Interval>,
    broadcasts: usize,
    is_reversal: Option<bool>,
    note: String,
}

/// One row.
struct Line {
    cover: Option<usize>,
    metric: &'static str,
    days: [usize; 2],
    split: Split,
}

/// Renders the table: of the market and of each cover, one row per rate.
///
/// # Errors
/// When polars cannot build it, or the periods lie outside the years that the program can represent.
pub(super) fn mix(context: &DecisionContext<'_>, period_days: u16) -> PolarsResult<DataFrame> {
    let evidence = context.evidence;
    let periods = Periods::of(evidence.until, period_days)
        .ok_or_else(|| polars_err!(ComputeError: "the periods lie outside the years that can be represented"))?;
    let lacking = lacking(evidence, &periods, period_days);
    // Of the market all rows count, for they are its own; of a cover only those that are its own.
    let all: Vec<&Observed> = evidence.rows.iter().collect();
    let mut of_covers = vec![Vec::new(); evidence.covers.len()];
    for row in all.iter().filter(|row| !row.contaminated) {
        of_covers[row.cover].push(*row);
    }
    let scopes =
        std::iter::once((None, &all)).chain(of_covers.iter().enumerate().map(|(cover, rows)| (Some(cover), rows)));
    let mut lines = Vec::new();
    for (cover, rows) in scopes {
        for metric in SPLIT {
            let Some(rate) = Rate::named(metric) else { continue };
            let counted = Counted::of(evidence, &periods, rate, rows);
            // A cover that was on air in neither period has no row.
            if cover.is_some() && counted.days.iter().all(BTreeSet::is_empty) {
                continue;
            }
            let days = [counted.days[0].len(), counted.days[1].len()];
            let split = match &lacking {
                Some(why) => Split::nothing(why.clone(), counted.broadcasts()),
                None => counted.split(metric),
            };
            lines.push(Line { cover, metric, days, split });
        }
    }
    table(context, &periods, &lines)
}

/// What the whole market lacks for a comparison.
fn lacking(evidence: &Evidence, periods: &Periods, period_days: u16) -> Option<String> {
    if evidence.since > periods.before_since {
        return Some(format!("What is known begins on {}: not two periods yet.", evidence.since));
    }
    let mut days = [BTreeSet::new(), BTreeSet::new()];
    for row in &evidence.rows {
        if let Some(period) = periods.of_day(row.local_date) {
            days[period].insert(row.local_date);
        }
    }
    let needed = usize::from(period_days.div_ceil(2));
    let [before, after] = days.map(|days| days.len());
    (before < needed || after < needed).then(|| {
        format!("Too few days with data: {before} before and {after} after, where {needed} of {period_days} are needed.")
    })
}

/// A rate in both periods, by cell and broadcast.
struct Counted {
    /// Two bins a cell: before and after.
    clusters: Clusters,
    is_known: bool,
    days: [BTreeSet<Date>; 2],
}

impl Counted {
    fn of(evidence: &Evidence, periods: &Periods, rate: &Rate, rows: &[&Observed]) -> Self {
        let mut sums = BTreeMap::<(usize, usize), Tally>::new();
        let mut days = [BTreeSet::new(), BTreeSet::new()];
        let mut is_known = true;
        for row in rows {
            let Some(period) = periods.of_day(row.local_date) else { continue };
            days[period].insert(row.local_date);
            match Tally::of(rate, &row.figures) {
                Some(tally) => {
                    let sum = sums.entry((2 * cell_of(evidence, row) + period, row.broadcast)).or_default();
                    *sum = sum.plus(tally);
                }
                None => is_known = false,
            }
        }
        let pieces = sums.into_iter().map(|((bin, broadcast), tally)| Piece { bin, broadcast, tally });
        let bins = 2 * evidence.slots.len() * evidence.audiences.len();
        Self { clusters: Clusters::new(bins, pieces), is_known, days }
    }

    fn broadcasts(&self) -> usize {
        self.clusters.broadcasts()
    }

    fn split(&self, metric: &str) -> Split {
        let nothing = |why: &str| Split::nothing(why.to_owned(), self.broadcasts());
        if !self.is_known {
            return nothing("The platform does not give the counts of this rate.");
        }
        let Some(parts) = parts(pairs(&self.clusters.total)) else {
            return nothing("Shown in one of the periods only.");
        };
        let within = |bins: &[Tally]| kitagawa::parts(pairs(bins)).map(|parts| parts.within);
        let interval = self.clusters.jackknife(within).map(|within| within.interval(LEVEL, Scale::Identity));
        let is_reversal = is_reversal(&parts, interval);
        let mut note = note(metric, &parts, is_reversal);
        if self.broadcasts() < FEWEST_CLUSTERS {
            note.push_str(" Too few broadcasts for an interval.");
        }
        Split { parts: Ok(parts), interval, broadcasts: self.broadcasts(), is_reversal: Some(is_reversal), note }
    }
}

impl Split {
    fn nothing(why: String, broadcasts: usize) -> Self {
        Self { parts: Err(why.clone()), interval: None, broadcasts, is_reversal: None, note: why }
    }
}

fn pairs(bins: &[Tally]) -> impl Iterator<Item = (&Tally, &Tally)> + Clone {
    bins.as_chunks::<2>().0.iter().map(|[before, after]| (before, after))
}

/// Whether the rate went one way and the cells went the other: all of them, of at least two, or by more than
/// broadcasts differ.
fn is_reversal(parts: &Parts, within: Option<Interval>) -> bool {
    let change = parts.after - parts.before;
    if change * parts.within >= 0.0 {
        return false;
    }
    let against = if change > 0.0 { parts.fell } else { parts.rose };
    let is_beyond = within.is_some_and(|within| within.low > 0.0 || within.high < 0.0);
    (parts.cells >= 2 && against == parts.cells) || is_beyond
}

fn note(metric: &str, parts: &Parts, is_reversal: bool) -> String {
    let (before, after) = (percent(parts.before), percent(parts.after));
    let points = |share: f64| format!("{:+.2}", share * 100.0);
    if is_reversal {
        let (went, cells_went) = if parts.after > parts.before { ("rose", "fell") } else { ("fell", "rose") };
        return format!(
            "{metric} {went} from {before} to {after}, although within the same slots and audiences it {cells_went} \
             ({} points; {} rose, {} fell): who saw it changed, not how well it drew.",
            points(parts.within),
            parts.rose,
            parts.fell
        );
    }
    if parts.cells == 0 {
        return format!(
            "{metric} went from {before} to {after}, but no slot and audience was seen in both periods."
        );
    }
    format!(
        "{metric} went from {before} to {after}: {} points within slots and audiences, {} by who saw it.",
        points(parts.within),
        points(parts.mix)
    )
}

fn table(context: &DecisionContext<'_>, periods: &Periods, lines: &[Line]) -> PolarsResult<DataFrame> {
    let part = |of: fn(&Parts) -> f64| move |line: &Line| line.split.parts.as_ref().ok().map(of);
    let cells = |of: fn(&Parts) -> usize| move |line: &Line| line.split.parts.as_ref().ok().map(of);
    let day = |name: &str, date: Date| dates(name, vec![Some(date); lines.len()]);
    let mut table = context.keys(lines.len());
    table.push(texts(c::SCOPE, lines, |line| Some(if line.cover.is_some() { "cover" } else { "all" }.to_owned())));
    table.push(texts(c::COVER_ID, lines, |line| line.cover.map(|cover| context.evidence.covers[cover].clone())));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(day(c::BEFORE_SINCE, periods.before_since));
    table.push(day(c::BEFORE_UNTIL, periods.before_until));
    table.push(day(c::AFTER_SINCE, periods.after_since));
    table.push(wholes(c::BEFORE_DAYS, lines, |line| Some(line.days[0])));
    table.push(wholes(c::AFTER_DAYS, lines, |line| Some(line.days[1])));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.split.broadcasts)));
    table.push(floats(c::BEFORE, lines, part(|parts| parts.before)));
    table.push(floats(c::AFTER, lines, part(|parts| parts.after)));
    table.push(floats(c::CHANGE, lines, part(|parts| parts.after - parts.before)));
    table.push(floats(c::WITHIN, lines, part(|parts| parts.within)));
    table.push(floats(&c::low(c::WITHIN), lines, |line| line.split.interval.map(|interval| interval.low)));
    table.push(floats(&c::high(c::WITHIN), lines, |line| line.split.interval.map(|interval| interval.high)));
    table.push(floats(c::MIX, lines, part(|parts| parts.mix)));
    table.push(wholes(c::CELLS, lines, cells(|parts| parts.cells)));
    table.push(wholes(c::CELLS_ROSE, lines, cells(|parts| parts.rose)));
    table.push(wholes(c::CELLS_FELL, lines, cells(|parts| parts.fell)));
    let reversal: Vec<Option<bool>> = lines.iter().map(|line| line.split.is_reversal).collect();
    table.push(Column::new(c::REVERSAL.into(), reversal));
    table.push(texts(c::NOTE, lines, |line| Some(line.split.note.clone())));
    table.extend(context.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}
