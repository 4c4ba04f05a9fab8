//! Which column is which other one divided by a third, proven row by row within rounding.

use super::column::Column;
use super::kind::Kind;
use super::number::{Number, Shape};

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

/// Every relation that holds at least partly, the surer first.
pub(super) fn find(columns: &[Column]) -> Vec<Relation> {
    let counts: Vec<usize> = (0..columns.len()).filter(|index| columns[*index].is_count()).collect();
    let mut found = Vec::new();
    for rate in (0..columns.len()).filter(|index| columns[*index].is_ratio()) {
        let pairs = counts.iter().flat_map(|of| counts.iter().map(move |among| (*of, *among)));
        let mut fitting: Vec<Relation> = pairs
            .filter(|(of, among)| of != among && *of != rate && *among != rate)
            .filter_map(|(of, among)| relate(columns, [rate, of, among]))
            .collect();
        let best = fitting.iter().map(|relation| relation.proof).max();
        // What holds in part is worth telling only where nothing holds as a whole.
        fitting.retain(|relation| relation.proof > Proof::Partly || best == Some(Proof::Partly));
        // Where one pair explains every row, a row that another does not explain refutes it.
        let is_whole = |relation: &Relation| relation.proof == Proof::Proven && relation.fits == relation.rows;
        if fitting.iter().any(is_whole) {
            fitting.retain(is_whole);
        }
        fitting.sort_by_key(|relation| std::cmp::Reverse((relation.proof, relation.fits)));
        found.extend(fitting);
    }
    found
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
    let signed = columns[rate].kind == Kind::Percent;
    let ways = [(true, false), (false, false), (true, true), (false, true)];
    let ways = ways.into_iter().filter(|(is_percent, _)| *is_percent || !signed);
    let likely = ways.filter(|way| fits(sample, *way) * 2 > sample.len());
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
pub(super) fn holds([rate, of, among]: &[Number; 3], (is_percent, is_cut_off): (bool, bool)) -> bool {
    let scale = if is_percent { 100.0 } else { 1.0 };
    let (least, most) = (of.low / among.high * scale, of.high / among.low * scale);
    let unit = rate.high - rate.low;
    let (low, high) = match is_cut_off {
        // A whole number that stands for a rate is rounded too.
        _ if rate.shape == Shape::Whole && is_percent => (rate.value - 0.5, rate.value + 0.5),
        _ if rate.shape == Shape::Whole => (rate.value, rate.value),
        true => (rate.value, rate.value + unit),
        false => (rate.low, rate.high),
    };
    let slack = 1e-11 * most.abs().max(1e-9);
    least <= high + slack && most >= low - slack
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

/// Every pair of ratios that say the same.
pub(super) fn twins(columns: &[Column]) -> Vec<Twins> {
    let ratios: Vec<usize> = (0..columns.len()).filter(|index| columns[*index].is_ratio()).collect();
    let mut found = Vec::new();
    for (at, first) in ratios.iter().enumerate() {
        for second in &ratios[at + 1..] {
            // Rows in which both are nothing prove nothing.
            let pairs = || {
                let both = columns[*first].numbers.iter().zip(&columns[*second].numbers);
                both.filter_map(|(one, other)| Some(((*one)?, (*other)?)))
                    .filter(|(one, other)| one.value != 0.0 || other.value != 0.0)
            };
            let alike = |by: [f64; 2]| {
                let meets = |(one, other): (Number, Number)| {
                    one.low * by[0] <= other.high * by[1] + 1e-9 && other.low * by[1] <= one.high * by[0] + 1e-9
                };
                pairs().all(meets)
            };
            // Signs count: `1.35%` beside 0.0135 is the one in percent and the other not.
            let twins = match () {
                () if alike([1.0, 100.0]) => Twins { one: *first, other: *second, is_hundredfold: true },
                () if alike([100.0, 1.0]) => Twins { one: *second, other: *first, is_hundredfold: true },
                () if alike([1.0, 1.0]) => Twins { one: *first, other: *second, is_hundredfold: false },
                () => continue,
            };
            let telling: Vec<f64> = pairs()
                .filter(|(_, other)| other.value != 0.0)
                .map(|(one, _)| one.value)
                .filter(|one| *one != 0.0)
                .collect();
            let is_varied = telling.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.0);
            if telling.len() < ENOUGH || !is_varied || telling.len() * 2 < pairs().count() {
                continue;
            }
            found.push(twins);
        }
    }
    found
}
