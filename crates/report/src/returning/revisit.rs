//! `revisit`: which covers bring viewers who come back.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::cells::{RETURN_DAYS, RevisitCell, ViewerDays};
use super::place::{ALL, FALSE_DISCOVERIES, ViewersOf, adjusted, interval, not_kept, one_of, p_value, points};
use crate::decision_context::{Words, counted, floats, percent, texts, wholes};
use crate::table::rendered;
use crate::tally::{LEVEL, float};
use crate::{Rendered, ReportError};
use coverledger_core::model::{TableName, columns as c};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Interval, MatchedRates, RateCell, Scale, clustered_rate};

/// What is told of a cover's entrants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Costs,
    Earns,
    None,
    TooFew,
    NoData,
}

impl Finding {
    const ALL: [Self; 5] = [Self::Costs, Self::Earns, Self::None, Self::TooFew, Self::NoData];

    /// Its word in the table.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Costs => "costs_revisits",
            Self::Earns => "earns_revisits",
            Self::None => "no_difference",
            Self::TooFew => "too_few",
            Self::NoData => "no_data",
        }
    }

    pub(super) fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.word() == word)
    }
}

/// A row.
#[derive(Debug, Clone)]
struct Row {
    /// Its number among names; `None` of all covers.
    cover: Option<u32>,
    slot: Option<u32>,
    /// Its number in [`RETURN_DAYS`].
    within: usize,
    sums: Option<Sums>,
    rate: Option<Estimate>,
    matched: Option<Matched>,
    p_adjusted: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    broadcasts: usize,
    entrants: u64,
    due: u64,
    back: u64,
}

/// A cover against the others of the same broadcasts and slots.
#[derive(Debug, Clone)]
struct Matched {
    broadcasts: usize,
    compared: u64,
    rates: Option<[f64; 2]>,
    /// Only of enough broadcasts.
    difference: Option<Estimate>,
    log_ratio: Option<Estimate>,
}

impl Row {
    fn p(&self) -> Option<f64> {
        p_value(&self.matched.as_ref()?.tested()?)
    }

    fn ratio(&self) -> Option<(f64, Interval)> {
        let estimate = self.matched.as_ref()?.log_ratio.as_ref()?;
        let Interval { low, high } = interval(estimate);
        Some((estimate.value.exp(), Interval { low: low.exp(), high: high.exp() }))
    }

    fn finding(&self) -> Finding {
        if self.sums.is_none() {
            return Finding::NoData;
        }
        let tested = self.matched.as_ref().and_then(Matched::tested);
        let (Some(p), Some(tested)) = (self.p_adjusted, tested) else { return Finding::TooFew };
        if p > FALSE_DISCOVERIES {
            Finding::None
        } else if tested.value < 0.0 {
            Finding::Costs
        } else {
            Finding::Earns
        }
    }

    fn days(&self) -> i32 {
        RETURN_DAYS[self.within]
    }
}

/// Renders `revisit`; `days` is `None` where viewers are not known over days.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn revisit(of: &ViewersOf<'_>, days: Option<&ViewerDays>) -> Result<Rendered, ReportError> {
    rendered(TableName::Revisit, table(of, days))
}

fn table(of: &ViewersOf<'_>, days: Option<&ViewerDays>) -> PolarsResult<DataFrame> {
    let rows = days.map_or_else(nothing, told);
    let asked = rows.iter().filter(|row| row.p_adjusted.is_some()).count();
    let words: Vec<Words> = rows.iter().map(|row| reason(row, days, asked)).collect();
    let name =
        |number: Option<u32>| number.map_or(ALL, |number| days.map_or(ALL, |days| days.named(number))).to_owned();
    let sums = |name: &str, of: fn(&Sums) -> u64| {
        wholes(name, &rows, |row| row.sums.as_ref().and_then(|sums| usize::try_from(of(sums)).ok()))
    };
    let rate = |row: &Row| row.rate.map(|rate| rate.interval(LEVEL, Scale::Logit));
    let rates = |at: usize| move |row: &Row| Some(row.matched.as_ref()?.rates?[at]);
    let difference = |row: &Row| row.matched.as_ref()?.difference;
    let mut table = of.keys(&vec![days.map(|days| [days.first, days.until]); rows.len()]);
    table.extend([
        texts(c::COVER_ID, &rows, |row| Some(name(row.cover))),
        texts(c::SLOT, &rows, |row| Some(name(row.slot))),
        wholes(c::WITHIN_DAYS, &rows, |row| usize::try_from(row.days()).ok()),
        wholes(c::BROADCASTS, &rows, |row| Some(row.sums.as_ref()?.broadcasts)),
        sums(c::ENTRANTS, |sums| sums.entrants),
        sums(c::DUE, |sums| sums.due),
        sums(c::BACK, |sums| sums.back),
        floats(c::REVISIT_RATE, &rows, |row| {
            let sums = row.sums.as_ref()?;
            (sums.due > 0).then(|| float(sums.back) / float(sums.due))
        }),
        floats(&c::low(c::REVISIT_RATE), &rows, |row| Some(rate(row)?.low)),
        floats(&c::high(c::REVISIT_RATE), &rows, |row| Some(rate(row)?.high)),
        wholes(c::COMPARED_BROADCASTS, &rows, |row| Some(row.matched.as_ref()?.broadcasts)),
        wholes(c::COMPARED, &rows, |row| usize::try_from(row.matched.as_ref()?.compared).ok()),
        floats(c::MATCHED_RATE, &rows, rates(0)),
        floats(c::OTHERS_RATE, &rows, rates(1)),
        floats(c::DIFFERENCE, &rows, |row| Some(difference(row)?.value)),
        floats(&c::low(c::DIFFERENCE), &rows, |row| Some(interval(&difference(row)?).low)),
        floats(&c::high(c::DIFFERENCE), &rows, |row| Some(interval(&difference(row)?).high)),
        floats(c::RATIO, &rows, |row| Some(row.ratio()?.0)),
        floats(&c::low(c::RATIO), &rows, |row| Some(row.ratio()?.1.low)),
        floats(&c::high(c::RATIO), &rows, |row| Some(row.ratio()?.1.high)),
        floats(c::P, &rows, Row::p),
        floats(c::P_ADJUSTED, &rows, |row| row.p_adjusted),
        texts(c::FINDING, &rows, |row| Some(row.finding().word().to_owned())),
        texts(c::REASON_EN, &words, |words| Some(words.en.clone())),
        texts(c::REASON_ZH, &words, |words| Some(words.zh.clone())),
        wholes(c::REVISION, &rows, |_| usize::try_from(of.revision).ok()),
    ]);
    DataFrame::new(rows.len(), table)
}

/// The rows of all covers alone, which know nothing.
fn nothing() -> Vec<Row> {
    (0..RETURN_DAYS.len()).map(empty).collect()
}

fn empty(within: usize) -> Row {
    Row { cover: None, slot: None, within, sums: None, rate: None, matched: None, p_adjusted: None }
}

/// Cells by broadcast, slot and group.
type Cells = BTreeMap<(u32, u32, u8), RevisitCell>;

fn told(days: &ViewerDays) -> Vec<Row> {
    let mut all = Cells::new();
    let mut covers: BTreeMap<u32, Cells> = BTreeMap::new();
    for (key, cell) in &days.revisits {
        let place = (key.broadcast, key.slot, key.group);
        add(all.entry(place).or_default(), cell);
        add(covers.entry(key.cover).or_default().entry(place).or_default(), cell);
    }
    if all.is_empty() {
        return nothing();
    }
    let mut named: Vec<u32> = covers.keys().copied().collect();
    named.sort_by_key(|cover| days.named(*cover));
    let mut rows = of_cover(None, &all, &all, days);
    for cover in named {
        rows.extend(of_cover(Some(cover), &covers[&cover], &all, days));
    }
    let p = adjusted(rows.iter().map(Row::p));
    for (row, p) in rows.iter_mut().zip(p) {
        row.p_adjusted = p;
    }
    rows
}

fn add(sum: &mut RevisitCell, cell: &RevisitCell) {
    sum.entrants += cell.entrants;
    for at in 0..RETURN_DAYS.len() {
        sum.due[at] += cell.due[at];
        sum.back[at] += cell.back[at];
    }
}

/// Over all slots, then of each, within 7 and 28 local dates.
fn of_cover(cover: Option<u32>, own: &Cells, all: &Cells, days: &ViewerDays) -> Vec<Row> {
    let slots: BTreeSet<u32> = own.keys().map(|(_, slot, _)| *slot).collect();
    let mut slots: Vec<u32> = slots.into_iter().collect();
    slots.sort_by_key(|slot| days.named(*slot));
    let mut rows = Vec::new();
    for slot in [None].into_iter().chain(slots.into_iter().map(Some)) {
        for within in 0..RETURN_DAYS.len() {
            rows.push(row(cover, slot, within, (own, all)));
        }
    }
    rows
}

fn row(cover: Option<u32>, slot: Option<u32>, within: usize, (own, all): (&Cells, &Cells)) -> Row {
    let mut sums = Sums::default();
    let mut strata: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut cells = Vec::new();
    for (key, cell) in own.iter().filter(|((_, of, _), _)| slot.is_none_or(|slot| slot == *of)) {
        sums.entrants += cell.entrants;
        sums.due += cell.due[within];
        sums.back += cell.back[within];
        strata.insert((key.0, key.1));
        cells.push(rate_cell(*key, true, [cell.back[within], cell.due[within]]));
    }
    sums.broadcasts = strata.iter().map(|(broadcast, _)| *broadcast).collect::<BTreeSet<u32>>().len();
    // Of nobody, or of all, nothing varies that an error could be told by.
    let varies = sums.back > 0 && sums.back < sums.due;
    let rate = (varies && sums.broadcasts >= FEWEST_CLUSTERS).then(|| clustered_rate(&cells)).flatten();
    let matched = cover.map(|_| {
        let mut compared = 0;
        for (broadcast, slot) in strata {
            let (mut due, mut others) = (0, 0);
            for (key, whole) in all.range((broadcast, slot, 0)..=(broadcast, slot, u8::MAX)) {
                let own = own.get(key).copied().unwrap_or_default();
                let rest = [whole.back[within] - own.back[within], whole.due[within] - own.due[within]];
                due += own.due[within];
                others += rest[1];
                cells.push(rate_cell(*key, false, rest));
            }
            compared += if others > 0 { due } else { 0 };
        }
        Matched::of(&MatchedRates::of(&cells), compared)
    });
    Row { cover, slot, sums: Some(sums), rate, matched, ..empty(within) }
}

fn rate_cell((broadcast, slot, group): (u32, u32, u8), is_one: bool, [back, due]: [u64; 2]) -> RateCell {
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    RateCell {
        cluster: number(broadcast),
        stratum: number(slot),
        group: usize::from(group),
        is_one,
        successes: float(back),
        trials: float(due),
    }
}

impl Matched {
    fn of(rates: &MatchedRates, compared: u64) -> Self {
        let is_enough = rates.clusters() >= FEWEST_CLUSTERS;
        let log_ratio = is_enough.then(|| rates.log_ratio()).flatten();
        Self {
            broadcasts: rates.clusters(),
            compared,
            rates: rates.rates().filter(|_| is_enough),
            difference: rates.difference().filter(|_| is_enough),
            log_ratio: log_ratio.filter(|ratio| ratio.standard_error > 0.0),
        }
    }

    /// What is asked whether it is nothing: the ratio, or the difference where nobody of one side came back.
    fn tested(&self) -> Option<Estimate> {
        self.log_ratio.or(self.difference.filter(|difference| difference.standard_error > 0.0))
    }
}

fn reason(row: &Row, days: Option<&ViewerDays>, asked: usize) -> Words {
    let Some(sums) = &row.sums else {
        return if days.is_none() {
            not_kept()
        } else {
            Words::new(
                "Nobody is known to have entered in these local dates: exports give no viewers, or no entries.",
                "这些日期内没有已知的进房观众：导出文件没有观众标识，或没有进房记录。",
            )
        };
    };
    came_back(row, sums).then(&open(row, sums)).then(&verdict(row, asked))
}

/// `Of 812 entrants, 96 came back within 7 days (11.82 %).`
fn came_back(row: &Row, sums: &Sums) -> Words {
    let (days, Sums { due, back, .. }) = (row.days(), *sums);
    if due == 0 {
        return Words::new(
            format!("Of no entrant are the next {days} local dates all published."),
            format!("还没有任何进房观众其后 {days} 个日期已全部发布。"),
        );
    }
    let share = percent(float(back) / float(due));
    Words::new(
        format!("Of {due} entrants, {back} came back within {days} days ({share})."),
        format!("{due} 名进房观众中有 {back} 名在 {days} 天内再来（{share}）。"),
    )
}

/// Of whom it is not known yet.
fn open(row: &Row, sums: &Sums) -> Words {
    let open = sums.entrants - sums.due;
    if open == 0 {
        return Words::default();
    }
    let days = row.days();
    Words::new(
        format!("Of {open} more it is not known yet: not all of their next {days} local dates are published."),
        format!("另有 {open} 名尚不能判断：其后 {days} 个日期未全部发布。"),
    )
}

fn verdict(row: &Row, asked: usize) -> Words {
    let Some(matched) = &row.matched else { return Words::default() };
    let few = || {
        let broadcasts = counted(matched.broadcasts, "broadcast");
        Words::new(
            format!(
                "Too few to compare: entrants of other covers are beside them in {broadcasts}, it takes {FEWEST_CLUSTERS} and \
                 some who came back."
            ),
            format!(
                "数据太少，无法比较：与其他封面同场 {} 次，至少需要 {FEWEST_CLUSTERS} 次，且要有人再来。",
                matched.broadcasts
            ),
        )
    };
    let (Some(difference), Some([_, others]), Some(_)) = (matched.difference, matched.rates, row.p_adjusted)
    else {
        return few();
    };
    let more = points(difference.value);
    let beside = match row.ratio() {
        Some((ratio, Interval { low, high })) => Words::new(
            format!(
                "That is {ratio:.2} times as many as of other covers in the same broadcasts and slots ({low:.2} to {high:.2}), \
                 {}.",
                more.en
            ),
            format!("是同场同时段其他封面的 {ratio:.2} 倍（{low:.2} 至 {high:.2}），{}。", more.zh),
        ),
        // Nobody of one side came back, and there is no ratio.
        None => Words::new(
            format!("Of other covers in the same broadcasts and slots {} did, {}.", percent(others), more.en),
            format!("同场同时段其他封面的观众中，再来的占 {}，{}。", percent(others), more.zh),
        ),
    };
    let one_of = one_of(asked);
    let told = match row.finding() {
        Finding::Costs => Words::new(
            format!("Its viewers come back less often, {}.", one_of.en),
            format!("它带来的观众更少再来，{}。", one_of.zh),
        ),
        Finding::Earns => Words::new(
            format!("Its viewers come back more often, {}.", one_of.en),
            format!("它带来的观众更常再来，{}。", one_of.zh),
        ),
        Finding::None | Finding::TooFew | Finding::NoData => {
            Words::new("No difference told: it may be chance.", "未见差异：可能只是偶然。")
        }
    };
    beside.then(&told).then(&Words::new(
        "Not randomized: whom the cover draws may come back less often whatever it promised; only a test can tell.",
        "未随机分配：被该封面吸引的观众也可能本来就较少再来；只有测试才能判断。",
    ))
}

#[cfg(test)]
mod tests;
