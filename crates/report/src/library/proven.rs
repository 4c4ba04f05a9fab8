//! Covers that worked somewhere, and whether a picture is unlike every one of them.
//!
//! *Worked*: the lower bound of a cover's shrunken rate lies above the median of the shrunken rates of all covers of that
//! platform and market, counted as they are counted there now; the rate is the click rate, or where a platform tells no clicks
//! the share of impressions that enter. Of a family only the version with the highest lower bound counts, since versions of one picture are
//! alike for a reason that tells nothing.
//!
//! *Unlike*: two pictures are as far apart as [`LookScale`] over all measured covers says. A picture is unlike the covers that worked when it
//! is further from its nearest among them than they are from theirs, at p ≤ 0.1: the share of those covers, it included,
//! whose nearest is at least as far (Vovk, Gammerman and Shafer 2005, *Algorithmic Learning in a Random World*, conformal
//! prediction with the distance to the nearest neighbour). Were it one of them, it would be called unlike one time in ten
//! at most, whatever pictures look like. That takes nine of them; with fewer there is too little to say. It is no rule and
//! no effect: nothing of it was randomized.

use std::collections::BTreeMap;

use super::history_rows::{HistoryRow, by_place};
use super::look_scale::LookScale;
use super::rules::{Finding, number};
use super::shelf::Shelf;
use crate::decision_context::{Words, counted};
use coverledger_core::model::{Look, Looks, MarketId, PlatformId};

/// From how many covers that worked on a picture can be called unlike them: below, p cannot be 0.1.
pub const ENOUGH_PROVEN: usize = 9;
/// Up to this p value a picture is unlike them.
const LEVEL: f64 = 0.1;
/// How many of the nearest are named, and how many of the measures that stand out.
const NAMED: usize = 3;

/// The covers that worked on a platform in a market.
#[derive(Debug, Clone, Default)]
pub struct Proven<'a> {
    covers: Vec<ProvenCover<'a>>,
    scale: LookScale,
}

/// A cover that worked.
#[derive(Debug, Clone, Copy)]
struct ProvenCover<'a> {
    id: &'a str,
    looks: &'a Looks,
}

/// How a picture stands to the covers that worked.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// Whether it is unlike every one of them; `None` where there are too few to say, or too little is measured.
    pub is_unlike: Option<bool>,
    /// How far its nearest is, in standard deviations; `None` where nothing can be compared.
    pub distance: Option<f64>,
    /// How probable so far a distance is for one of them.
    pub p: Option<f64>,
    /// How many covers worked there and are measured.
    pub proven: usize,
    /// The nearest of them, the nearest first; three at most.
    pub nearest: Vec<String>,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Likeness {
    /// The finding in `cover_checks`.
    #[must_use]
    pub const fn finding(&self) -> Finding {
        match self.is_unlike {
            Some(true) => Finding::Unlike,
            Some(false) => Finding::Like,
            None => Finding::NotJudged,
        }
    }
}

impl<'a> Proven<'a> {
    /// The covers that worked in each place.
    #[must_use]
    pub fn by_place(
        history: &'a [HistoryRow],
        shelf: &'a Shelf,
    ) -> BTreeMap<(&'a PlatformId, &'a MarketId), Self> {
        by_place(history).into_iter().map(|(place, rows)| (place, Self::new(&rows, shelf))).collect()
    }

    /// Of the history of one platform in one market.
    fn new(rows: &[&'a HistoryRow], shelf: &'a Shelf) -> Self {
        // By clicks, and where a platform tells none there by entrants.
        let by = usize::from(rows.iter().all(|row| row.rates[0].is_none()));
        let mut rates: Vec<f64> = rows.iter().filter_map(|row| Some(row.rates[by]?.0)).collect();
        let Some(median) = median(&mut rates) else { return Self { covers: Vec::new(), scale: scale(shelf) } };
        // By family; a cover without one is its own.
        let mut best: BTreeMap<(&str, bool), (f64, ProvenCover<'a>)> = BTreeMap::new();
        for row in rows {
            let Some((_, low)) = row.rates[by].filter(|(_, low)| *low > median) else { continue };
            let Some(cover) = shelf.covers.get(&row.cover) else { continue };
            let Some(looks) = &cover.looks else { continue };
            let key = cover.family.as_ref().map_or((row.cover.as_str(), false), |family| (family.as_str(), true));
            let found = (low, ProvenCover { id: &row.cover, looks });
            match best.get(&key) {
                Some((other, _)) if *other >= low => {}
                _ => {
                    best.insert(key, found);
                }
            }
        }
        let mut covers: Vec<ProvenCover<'a>> = best.into_values().map(|(_, cover)| cover).collect();
        covers.sort_by_key(|cover| cover.id);
        Self { covers, scale: scale(shelf) }
    }

    /// How many they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.covers.len()
    }

    /// Whether none is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.covers.is_empty()
    }

    /// Holds a picture against them. `is` names the cover that it is, which is not held against itself, and not against its
    /// own family.
    #[must_use]
    pub fn likeness(&self, seen: &Looks, is: Option<&str>, known: &Shelf) -> Likeness {
        let family = is.and_then(|id| known.covers.get(id)).and_then(|cover| cover.family.as_deref());
        let is_itself = |cover: &ProvenCover<'_>| {
            is == Some(cover.id) || family.is_some_and(|family| is_of(known, cover.id, family))
        };
        let others: Vec<&ProvenCover<'_>> = self.covers.iter().filter(|cover| !is_itself(cover)).collect();
        let has_worked = others.len() < self.covers.len();
        let mut near: Vec<(f64, &str)> =
            others.iter().filter_map(|cover| Some((self.apart(seen, cover.looks)?, cover.id))).collect();
        near.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(other.1)));
        let nearest: Vec<String> = near.iter().take(NAMED).map(|(_, id)| (*id).to_owned()).collect();
        let distance = near.first().map(|(distance, _)| *distance);
        let p = distance.filter(|_| near.len() >= ENOUGH_PROVEN).map(|distance| self.p(seen, distance, &others));
        let is_unlike = p.map(|p| p <= LEVEL && !has_worked);
        let said = Said { is_unlike, has_worked, distance, p, near: &near, proven: others.len() };
        let Words { en, zh } = said.words(&self.outside(seen, &others));
        Likeness { is_unlike, distance, p, proven: others.len(), nearest, en, zh }
    }

    /// The share of the covers, the picture included, whose nearest is at least as far as its own is.
    fn p(&self, looks: &Looks, distance: f64, covers: &[&ProvenCover<'_>]) -> f64 {
        let nearest = |number: usize, cover: &ProvenCover<'_>| {
            let others =
                covers.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, other)| other.looks);
            let apart = others.chain([looks]).filter_map(|other| self.apart(cover.looks, other));
            apart.min_by(f64::total_cmp)
        };
        let as_far = covers.iter().enumerate().filter(|(number, cover)| {
            // One that can be compared with nothing is no evidence that the picture is unlike.
            nearest(*number, cover).is_none_or(|nearest| nearest >= distance)
        });
        share(as_far.count() + 1, covers.len() + 1)
    }

    fn apart(&self, one: &Looks, other: &Looks) -> Option<f64> {
        Some(self.scale.apart(one, other)?.distance)
    }

    /// The measures that lie outside of what the covers have, the furthest first, with their bounds.
    fn outside(&self, looks: &Looks, covers: &[&ProvenCover<'_>]) -> Vec<(Look, f64, f64, f64)> {
        let mut found: Vec<(f64, (Look, f64, f64, f64))> = Vec::new();
        for (look, scale) in self.scale.deviations() {
            let values = || covers.iter().filter_map(|cover| cover.looks.of(look));
            let (Some(value), Some(low), Some(high)) =
                (looks.of(look), values().min_by(f64::total_cmp), values().max_by(f64::total_cmp))
            else {
                continue;
            };
            let beyond = (low - value).max(value - high) / scale;
            if beyond > 0.0 {
                found.push((beyond, (look, value, low, high)));
            }
        }
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        found.into_iter().take(NAMED).map(|(_, found)| found).collect()
    }
}

fn is_of(shelf: &Shelf, cover: &str, family: &str) -> bool {
    shelf.covers.get(cover).and_then(|cover| cover.family.as_deref()) == Some(family)
}

/// Over all measured covers.
fn scale(shelf: &Shelf) -> LookScale {
    LookScale::of(shelf.covers.values().filter_map(|cover| cover.looks.as_ref()))
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[middle - 1], upper) })
}

#[expect(clippy::cast_precision_loss, reason = "a count of covers")]
const fn float(many: usize) -> f64 {
    many as f64
}

fn share(of: usize, all: usize) -> f64 {
    float(of) / float(all)
}

/// What is said of it.
struct Said<'a> {
    is_unlike: Option<bool>,
    has_worked: bool,
    distance: Option<f64>,
    p: Option<f64>,
    near: &'a [(f64, &'a str)],
    proven: usize,
}

impl Said<'_> {
    fn words(&self, outside: &[(Look, f64, f64, f64)]) -> Words {
        let Self { is_unlike, has_worked, distance, p, near, proven } = self;
        if *has_worked {
            return Words::new(
                "It, or a version of it, is among the covers that worked there.",
                "该封面或其版本本身就是当地有效的封面之一。",
            );
        }
        let (Some(distance), Some((_, nearest))) = (distance, near.first()) else {
            return self.nothing();
        };
        let Some(p) = p else {
            return Words::new(
                format!(
                    "Too few to say: {} worked there, and it takes {ENOUGH_PROVEN}. The nearest, `{nearest}`, is {distance:.1} standard deviations away.",
                    counted(*proven, "other cover")
                ),
                format!(
                    "样本太少：当地有效的其他封面只有 {proven} 个，至少需要 {ENOUGH_PROVEN} 个。最接近的 `{nearest}` 相距 {distance:.1} 个标准差。"
                ),
            );
        };
        let found = if *is_unlike == Some(true) {
            Words::new(
                format!(
                    "Unlike every one of the {proven} covers that worked there: the nearest, `{nearest}`, is {distance:.1} standard deviations away (p = {p:.2})."
                ),
                format!(
                    "与当地有效的 {proven} 个封面都不像：最接近的 `{nearest}` 相距 {distance:.1} 个标准差（p = {p:.2}）。"
                ),
            )
        } else {
            Words::new(
                format!(
                    "As like the {proven} covers that worked there as they are to each other: the nearest, `{nearest}`, is {distance:.1} standard deviations away (p = {p:.2})."
                ),
                format!(
                    "与当地有效的 {proven} 个封面的差别，不超过它们彼此之间的差别：最接近的 `{nearest}` 相距 {distance:.1} 个标准差（p = {p:.2}）。"
                ),
            )
        };
        let not_randomized = Words::new(
            "This says what is unusual, not what harms: it was not randomized.",
            "这只说明不寻常，不说明有害：未随机分配。",
        );
        if *is_unlike != Some(true) {
            return found;
        }
        found.then(&standing_out(outside)).then(&not_randomized)
    }

    fn nothing(&self) -> Words {
        if self.proven == 0 {
            return Words::new(
                "Too few to say: no measured cover is proven to work there.",
                "样本太少：当地还没有已测量且被证明有效的封面。",
            );
        }
        Words::new(
            "Not comparable: too few measures of it and of the covers that worked there are known.",
            "无法比较：该图片与当地有效封面的共同测量值太少。",
        )
    }
}

fn standing_out(outside: &[(Look, f64, f64, f64)]) -> Words {
    if outside.is_empty() {
        return Words::default();
    }
    let each = |between: &str| {
        let one = |(look, value, low, high): &(Look, f64, f64, f64)| {
            let [value, low, high] = [value, low, high].map(|one| number(*one));
            format!("`{look}` {value} ({low}–{high})")
        };
        outside.iter().map(one).collect::<Vec<_>>().join(between)
    };
    Words::new(
        format!("What stands out (with the range of those covers): {}.", each(", ")),
        format!("突出之处（括号内为那些封面的范围）：{}。", each("、")),
    )
}

#[cfg(test)]
mod tests;
