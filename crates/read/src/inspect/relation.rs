//! Finds columns that are the quotient of two others, checked row by row within rounding.
//!
//! Every ratio is tried by every two counts, as long as that is not too much for one table: those first whose names say
//! that they are a rate, and a count that something is a rate of.

mod pairs;

use super::column::Column;
use super::column_kind::ColumnKind;
use super::number::{Number, NumberShape};
use super::role::Role;
use super::step_budget::StepBudget;
use pairs::{Pairs, Sample, WAYS};

/// A ratio and the two columns whose quotient it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The ratio.
    pub rate: usize,
    /// Its numerator.
    pub of: usize,
    /// Its denominator.
    pub among: usize,
    /// Whether a bare number is in percent.
    pub is_percent: bool,
    /// Whether digits were cut off rather than rounded.
    pub is_cut_off: bool,
    /// Rows in which it holds.
    pub fits: usize,
    /// Rows that have all three and something to divide by.
    pub rows: usize,
    /// How sure it is.
    pub proof: Proof,
}

/// How sure a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// In more than half of the rows, but in too few.
    Partly,
    /// In nearly all rows, but too few of them say anything.
    Thin,
    /// In nearly all rows, with enough different values.
    Proven,
}

/// Rows with something above and below the line that a proof takes.
const ENOUGH: usize = 3;

/// Steps that a table is worth: a table of 600 columns and 60 rows takes less than half of them.
pub(super) const STEPS: u64 = 30_000_000;
/// Quotients of one ratio that are told: of more, the rows tell nothing apart.
const MOST_QUOTIENTS: usize = 24;

/// What the ratios of a table are.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every relation that holds at least partly; of each ratio the surer first.
    pub(super) relations: Vec<Relation>,
    /// Ratios that were not tried by every two counts, because there are too many columns for that.
    pub(super) untried: Vec<usize>,
}

/// Finds them.
pub(super) fn find(columns: &[Column], work: &mut StepBudget) -> Found {
    let is_known = |index: &usize| match columns[*index].role {
        Some(role) => role.is_rate() || matches!(role, Role::Count(_)),
        None => false,
    };
    let known_first = |is_one: &dyn Fn(&Column) -> bool| {
        let mut all: Vec<usize> = (0..columns.len()).filter(|index| is_one(&columns[*index])).collect();
        all.sort_by_key(|index| !is_known(index));
        all
    };
    let (rates, counts) = (known_first(&Column::is_ratio), known_first(&Column::is_count));
    let mut pairs = Pairs::new(columns, &counts);
    let mut found = Found::default();
    for rate in rates {
        let mut fitting = Vec::new();
        let sample = Sample::of(columns, rate);
        let is_tried = counts.iter().filter(|among| **among != rate).all(|among| {
            let Some(numerators) = pairs.numerators(&sample, *among, ways(&columns[rate]), work) else {
                return false;
            };
            numerators.into_iter().all(|of| {
                let is_worth_it = work.spend(columns[rate].numbers.len());
                fitting.extend(is_worth_it.then(|| relate(columns, [rate, of, *among])).flatten());
                is_worth_it
            })
        });
        if !is_tried {
            found.untried.push(rate);
        }
        found.relations.extend(surest(fitting));
    }
    found.untried.sort_unstable();
    found.relations.sort_by_key(|relation| relation.rate);
    found
}

/// How the numbers of a ratio can be read: a sign says that they are in percent.
fn ways(rate: &Column) -> &'static [(bool, bool)] {
    const IN_PERCENT: [(bool, bool); 2] = [(true, false), (true, true)];
    if rate.kind == ColumnKind::Percent { &IN_PERCENT } else { &WAYS }
}

/// What is worth telling of the relations of one ratio, the surer first.
fn surest(mut fitting: Vec<Relation>) -> Vec<Relation> {
    fitting.sort_by_key(|relation| (relation.of, relation.among));
    let best = fitting.iter().map(|relation| relation.proof).max();
    // What holds in part is worth telling only where nothing holds as a whole.
    fitting.retain(|relation| relation.proof > Proof::Partly || best == Some(Proof::Partly));
    // Where one pair explains every row, a row that another does not explain refutes it.
    let is_whole = |relation: &Relation| relation.proof == Proof::Proven && relation.fits == relation.rows;
    if fitting.iter().any(is_whole) {
        fitting.retain(is_whole);
    }
    fitting.sort_by_key(|relation| std::cmp::Reverse((relation.proof, relation.fits)));
    fitting.truncate(MOST_QUOTIENTS);
    fitting
}

/// How a column is read as a ratio of two others, if it can be.
fn relate(columns: &[Column], [rate, of, among]: [usize; 3]) -> Option<Relation> {
    let rows: Vec<[Number; 3]> = (0..columns[rate].numbers.len())
        .filter_map(|row| {
            let number = |column: usize| columns[column].numbers[row];
            Some([number(rate)?, number(of)?, number(among)?])
        })
        .filter(|[_, _, among]| among.low > 0.0)
        .collect();
    // A look at the first rows spares most pairs the rest.
    let sample = &rows[..rows.len().min(64)];
    let likely = ways(&columns[rate]).iter().copied().filter(|way| fits(sample, *way) * 2 > sample.len());
    let best =
        likely.map(|way| (fits(&rows, way), way)).max_by_key(|(fits, way)| (*fits, std::cmp::Reverse(way.1)))?;
    let (fits, (is_percent, is_cut_off)) = best;
    let telling: Vec<&[Number; 3]> =
        rows.iter().filter(|[rate, of, _]| rate.value != 0.0 && of.value != 0.0).collect();
    let is_varied = telling.windows(2).any(|pair| (pair[0][0].value - pair[1][0].value).abs() > 0.0);
    // Nothing by nothing is nothing: such rows fit whatever the columns are.
    let told: Vec<[Number; 3]> =
        rows.iter().copied().filter(|[rate, of, _]| rate.value != 0.0 || of.value != 0.0).collect();
    let told_fit = self::fits(&told, best.1);
    let nearly_all = fits * 50 >= rows.len() * 49 && told_fit * 50 >= told.len() * 49;
    if !nearly_all && told_fit * 2 <= told.len() || telling.is_empty() {
        return None;
    }
    let proof = match nearly_all {
        true if telling.len() >= ENOUGH && is_varied => Proof::Proven,
        true => Proof::Thin,
        false if telling.len() >= ENOUGH => Proof::Partly,
        false => return None,
    };
    Some(Relation { rate, of, among, is_percent, is_cut_off, fits, rows: rows.len(), proof })
}

fn fits(rows: &[[Number; 3]], way: (bool, bool)) -> usize {
    rows.iter().filter(|row| holds(row, way)).count()
}

/// Whether a row's ratio is its quotient.
pub(super) fn holds([rate, of, among]: &[Number; 3], way: (bool, bool)) -> bool {
    let scale = if way.0 { 100.0 } else { 1.0 };
    let (least, most) = (of.low / among.high * scale, of.high / among.low * scale);
    let (low, high) = bounds(*rate, way);
    let slack = 1e-11 * most.abs().max(1e-9);
    least <= high + slack && most >= low - slack
}

/// The least and the most that a ratio can be, as it is written.
fn bounds(rate: Number, (is_percent, is_cut_off): (bool, bool)) -> (f64, f64) {
    match is_cut_off {
        // A whole number that stands for a rate is rounded too.
        _ if rate.shape == NumberShape::Whole && is_percent => (rate.value - 0.5, rate.value + 0.5),
        _ if rate.shape == NumberShape::Whole => (rate.value, rate.value),
        true => (rate.value, rate.value + (rate.high - rate.low)),
        false => (rate.low, rate.high),
    }
}

/// Columns that say the same twice: in percent and as a fraction, or both alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twins {
    /// The one, in percent unless they are equal.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// Whether the one is a hundred times the other.
    pub is_hundredfold: bool,
}

/// Every pair of ratios that say the same, as far as there is work left.
pub(super) fn twins(columns: &[Column], work: &mut StepBudget) -> Vec<Twins> {
    // Too few values prove nothing, and before the first of either both are nothing.
    let ratios: Vec<(usize, usize)> = (0..columns.len())
        .filter(|index| columns[*index].is_ratio())
        .filter_map(|index| {
            let is_telling = |number: &Option<Number>| number.is_some_and(|number| number.value != 0.0);
            let numbers = &columns[index].numbers;
            let is_enough = numbers.iter().filter(|number| is_telling(number)).count() >= ENOUGH;
            numbers.iter().position(is_telling).filter(|_| is_enough).map(|first| (index, first))
        })
        .collect();
    let mut found = Vec::new();
    for (at, (one, from)) in ratios.iter().enumerate() {
        for (other, other_from) in &ratios[at + 1..] {
            let from = *from.min(other_from);
            let (alike, rows) = alike([*one, *other].map(|column| &columns[column].numbers[from..]));
            if !work.spend(rows) {
                return found;
            }
            // Signs count: `1.35%` beside 0.0135 is the one in percent and the other not.
            found.extend(match alike {
                Alike::No => None,
                Alike::OneInPercent => Some(Twins { one: *one, other: *other, is_hundredfold: true }),
                Alike::OtherInPercent => Some(Twins { one: *other, other: *one, is_hundredfold: true }),
                Alike::Same => Some(Twins { one: *one, other: *other, is_hundredfold: false }),
            });
        }
    }
    found
}

/// How two columns say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alike {
    No,
    OneInPercent,
    OtherInPercent,
    Same,
}

/// How two columns say the same, and how many rows were looked at.
fn alike([one, other]: [&[Option<Number>]; 2]) -> (Alike, usize) {
    // Rows in which both are nothing prove nothing.
    let pairs = || {
        let both = one.iter().zip(other).filter_map(|(one, other)| Some(((*one)?, (*other)?)));
        both.filter(|(one, other)| one.value != 0.0 || other.value != 0.0)
    };
    let mut rows = 1;
    let mut meets = |by: [f64; 2]| {
        one.iter().zip(other).all(|(one, other)| {
            rows += 1;
            let (Some(one), Some(other)) = (one, other) else { return true };
            one.low * by[0] <= other.high * by[1] + 1e-9 && other.low * by[1] <= one.high * by[0] + 1e-9
        })
    };
    let alike = match () {
        () if meets([1.0, 100.0]) => Alike::OneInPercent,
        () if meets([100.0, 1.0]) => Alike::OtherInPercent,
        () if meets([1.0, 1.0]) => Alike::Same,
        () => return (Alike::No, rows),
    };
    let telling: Vec<f64> = pairs()
        .filter(|(_, other)| other.value != 0.0)
        .map(|(one, _)| one.value)
        .filter(|one| *one != 0.0)
        .collect();
    let is_varied = telling.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.0);
    let is_proven = telling.len() >= ENOUGH && is_varied && telling.len() * 2 >= pairs().count();
    (if is_proven { alike } else { Alike::No }, rows)
}
