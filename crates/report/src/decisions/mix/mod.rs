//! `mix`: did a rate change, or who was counted? Every change between two periods, split into both.

mod kitagawa;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::dates;
use crate::decision_context::{DecisionContext, Words, floats, texts, truths, wholes};
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
    /// The newest of these dates against the one before it among them; `None` if there are not two.
    fn last_date(dates: &BTreeSet<Date>) -> Option<Self> {
        let mut newest = dates.iter().rev();
        let (after, before) = (*newest.next()?, *newest.next()?);
        Some(Self { before_since: before, before_until: before, after_since: after, after_until: after })
    }

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

/// The parts of a change, or `None` where there is nothing to split, and why.
#[derive(Debug, Clone)]
struct Split {
    parts: Option<Parts>,
    interval: Option<Interval>,
    broadcasts: usize,
    is_reversal: Option<bool>,
    note: Words,
}

/// Of which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MixScope {
    All,
    Cover(usize),
    LastDate,
}

impl MixScope {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Cover(_) => "cover",
            Self::LastDate => "last_date",
        }
    }

    const fn cover(self) -> Option<usize> {
        if let Self::Cover(cover) = self { Some(cover) } else { None }
    }
}

/// One row.
struct Line {
    scope: MixScope,
    periods: Periods,
    metric: &'static str,
    days: [usize; 2],
    split: Split,
}

/// Renders the table: of the market, of each cover, and of the last date with rows, one row per rate.
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
    let of_covers = of_covers.iter().enumerate().map(|(cover, rows)| (MixScope::Cover(cover), rows));
    let mut lines = Vec::new();
    for (scope, rows) in std::iter::once((MixScope::All, &all)).chain(of_covers) {
        for metric in SPLIT {
            let Some(line) = line(evidence, (scope, periods), metric, rows, lacking.as_ref()) else { continue };
            // A cover that was on air in neither period has no row.
            if scope == MixScope::All || line.days != [0, 0] {
                lines.push(line);
            }
        }
    }
    let dates: BTreeSet<Date> = evidence.rows.iter().map(|row| row.local_date).collect();
    if let Some(periods) = Periods::last_date(&dates) {
        let of_scope = |metric| line(evidence, (MixScope::LastDate, periods), metric, &all, None);
        lines.extend(SPLIT.into_iter().filter_map(of_scope));
    }
    table(context, &lines)
}

/// One rate of these rows in two periods, split; or why it is not, where the market lacks something.
fn line(
    evidence: &Evidence,
    (scope, periods): (MixScope, Periods),
    metric: &'static str,
    rows: &[&Observed],
    lacking: Option<&Words>,
) -> Option<Line> {
    let counted = Counted::of(evidence, &periods, Rate::named(metric)?, rows);
    let days = [counted.days[0].len(), counted.days[1].len()];
    let split = match lacking {
        Some(why) => Split::nothing(why.clone(), counted.broadcasts()),
        None => counted.split(metric),
    };
    Some(Line { scope, periods, metric, days, split })
}

/// What the whole market lacks for a comparison.
fn lacking(evidence: &Evidence, periods: &Periods, period_days: u16) -> Option<Words> {
    if evidence.since > periods.before_since {
        let since = evidence.since;
        return Some(Words::new(
            format!("What is known begins on {since}: not two periods yet."),
            format!("已有数据从 {since} 开始：还不够两个周期。"),
        ));
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
        Words::new(
            format!(
                "Too few days with data: {before} before and {after} after, where {needed} of {period_days} are needed."
            ),
            format!("有数据的天数太少：之前 {before} 天，之后 {after} 天，每个周期 {period_days} 天中至少需要 {needed} 天。"),
        )
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
        let nothing = |why: Words| Split::nothing(why, self.broadcasts());
        if !self.is_known {
            return nothing(Words::new(
                "The platform does not give the counts of this rate.",
                "平台没有提供计算这个比率所需的数据。",
            ));
        }
        let Some(parts) = parts(pairs(&self.clusters.total)) else {
            return nothing(Words::new("Shown in one of the periods only.", "只在其中一个周期展示过。"));
        };
        let within = |bins: &[Tally]| kitagawa::parts(pairs(bins)).map(|parts| parts.within);
        let interval = self.clusters.jackknife(within).map(|within| within.interval(LEVEL, Scale::Identity));
        let is_reversal = interval.map(|within| is_reversal(&parts, within));
        let mut note = note(metric, &parts, is_reversal == Some(true));
        if self.broadcasts() < FEWEST_CLUSTERS {
            note = note.then(&Words::new(
                "Too few broadcasts for an interval: that may be chance.",
                "直播场次太少，没有置信区间：可能只是偶然。",
            ));
        }
        Split { parts: Some(parts), interval, broadcasts: self.broadcasts(), is_reversal, note }
    }
}

impl Split {
    fn nothing(why: Words, broadcasts: usize) -> Self {
        Self { parts: None, interval: None, broadcasts, is_reversal: None, note: why }
    }
}

fn pairs(bins: &[Tally]) -> impl Iterator<Item = (&Tally, &Tally)> + Clone {
    bins.as_chunks::<2>().0.iter().map(|[before, after]| (before, after))
}

/// Whether the rate went one way and the cells, by more than broadcasts differ, the other. All cells going the other way
/// is no proof: few cells often do by chance.
fn is_reversal(parts: &Parts, within: Interval) -> bool {
    let change = parts.after - parts.before;
    (change > 0.0 && within.high < 0.0) || (change < 0.0 && within.low > 0.0)
}

/// What changed, as people say it: of 100 impressions.
fn note(metric: &str, parts: &Parts, is_reversal: bool) -> Words {
    let hundred = |share: f64| format!("{:.2}", share * 100.0);
    let (before, after) = (hundred(parts.before), hundred(parts.after));
    // What rounds to nothing did not fall.
    let points = |share: f64| format!("{:+.2}", share * 100.0).replace("-0.00", "+0.00").replace('-', "−");
    let (within, mix) = (points(parts.within), points(parts.mix));
    let [verb, verb_zh] = if metric == c::CTR { ["click", "人点击"] } else { ["enter", "人进房"] };
    let begins = format!("Of 100 impressions {after} {verb} instead of {before}");
    let begins_zh = format!("每 100 次曝光有 {after} {verb_zh}，原来为 {before} 人");
    if is_reversal {
        let [more, more_zh] = if parts.after > parts.before { ["fewer", "变少"] } else { ["more", "变多"] };
        let Parts { rose, fell, .. } = parts;
        return Words::new(
            format!(
                "{begins}, although within the same slots and audiences {more} do ({within}; {rose} rose, {fell} fell): who saw \
                 it changed, not how well it drew."
            ),
            format!(
                "{begins_zh}，但在相同的时段和人群中反而{more_zh}（{within}；{rose} 个上升，{fell} 个下降）：变的是看到的人，不是吸引力。"
            ),
        );
    }
    if parts.cells == 0 {
        return Words::new(
            format!("{begins}, but no slot and audience was seen in both periods."),
            format!("{begins_zh}，但没有任何时段和人群在两个周期都出现过。"),
        );
    }
    Words::new(
        format!("{begins}: {within} within the same slots and audiences, {mix} by who saw it."),
        format!("{begins_zh}：其中 {within} 来自相同的时段和人群，{mix} 来自看到的人不同。"),
    )
}

fn table(context: &DecisionContext<'_>, lines: &[Line]) -> PolarsResult<DataFrame> {
    let part = |of: fn(&Parts) -> f64| move |line: &Line| line.split.parts.as_ref().map(of);
    let cells = |of: fn(&Parts) -> usize| move |line: &Line| line.split.parts.as_ref().map(of);
    let day = |name: &str, of: fn(&Periods) -> Date| {
        dates(name, lines.iter().map(|line| Some(of(&line.periods))).collect())
    };
    let mut table = context.keys(lines.len());
    table.push(texts(c::SCOPE, lines, |line| Some(line.scope.word().to_owned())));
    let cover = |line: &Line| line.scope.cover().map(|cover| context.evidence.covers[cover].clone());
    table.push(texts(c::COVER_ID, lines, cover));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(day(c::BEFORE_SINCE, |periods| periods.before_since));
    table.push(day(c::BEFORE_UNTIL, |periods| periods.before_until));
    table.push(day(c::AFTER_SINCE, |periods| periods.after_since));
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
    table.push(truths(c::REVERSAL, lines, |line| line.split.is_reversal));
    table.push(texts(c::NOTE, lines, |line| Some(line.split.note.en.clone())));
    table.extend(context.closing(lines.len()));
    table.push(texts(c::NOTE_ZH, lines, |line| Some(line.split.note.zh.clone())));
    DataFrame::new(lines.len(), table)
}
