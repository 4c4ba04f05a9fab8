//! Kinds of cover: what a picture measures and what is declared of it, as a number for each cover.

use std::collections::{BTreeMap, BTreeSet};

use super::{PlaceMonths, Shelf};
use coverledger_core::model::Look;

/// A value that fewer covers have is no kind.
const FEWEST_COVERS: usize = 2;

/// A measure, or a value of a tag.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// The word of the measure, or the tag.
    pub(super) name: String,
    pub(super) sort: Sort,
    /// Of covers of which it is known: how many standard deviations above the mean, or 1 with the value and 0 without.
    pub(super) covers: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sort {
    /// What a standard deviation is.
    Measure { step: f64 },
    /// The value.
    Tag(String),
}

impl Kind {
    /// What its rows say in the column of values.
    pub(super) fn value(&self) -> &str {
        match &self.sort {
            Sort::Measure { .. } => "per sd",
            Sort::Tag(value) => value,
        }
    }
}

/// Every measure and every value of a tag of the covers that were ever on air, sorted.
pub(super) fn kinds(places: &[&PlaceMonths], shelf: &Shelf) -> Vec<Kind> {
    let aired: BTreeSet<&String> = places.iter().flat_map(|place| &place.covers).collect();
    let known: Vec<_> = aired.into_iter().filter_map(|cover| Some((cover, shelf.covers.get(cover)?))).collect();
    let mut kinds = Vec::new();
    for look in Look::ALL {
        let values: BTreeMap<String, f64> = known
            .iter()
            .filter_map(|(cover, about)| Some(((*cover).clone(), about.looks.as_ref()?.of(look)?)))
            .filter(|(_, value)| value.is_finite())
            .collect();
        kinds.extend(standardized(look.word(), values));
    }
    let tags: BTreeSet<&String> = known.iter().flat_map(|(_, about)| about.tags.keys()).collect();
    for tag in tags {
        let values: BTreeMap<&String, &String> =
            known.iter().filter_map(|(cover, about)| Some((*cover, about.tags.get(tag)?))).collect();
        let mut count: BTreeMap<&String, usize> = BTreeMap::new();
        for value in values.values() {
            *count.entry(*value).or_default() += 1;
        }
        for (value, count) in count {
            if count >= FEWEST_COVERS && count < values.len() {
                let is_of = |(cover, other): (&&String, &&String)| {
                    ((*cover).clone(), if *other == value { 1.0 } else { 0.0 })
                };
                let covers = values.iter().map(is_of).collect();
                kinds.push(Kind { name: tag.clone(), sort: Sort::Tag(value.clone()), covers });
            }
        }
    }
    kinds.sort_by(|one, other| (&one.name, one.value()).cmp(&(&other.name, other.value())));
    kinds
}

/// How far each cover is from the mean; `None` where covers do not differ.
fn standardized(name: &str, mut values: BTreeMap<String, f64>) -> Option<Kind> {
    let count = values.values().map(|_| 1.0).sum::<f64>();
    let mean = values.values().sum::<f64>() / count;
    let squares: f64 = values.values().map(|value| (value - mean).powi(2)).sum();
    let step = (squares / (count - 1.0)).sqrt();
    if !(step.is_finite() && step > 1e-9 * mean.abs().max(1e-9)) {
        return None;
    }
    for value in values.values_mut() {
        *value = (*value - mean) / step;
    }
    Some(Kind { name: name.to_owned(), sort: Sort::Measure { step }, covers: values })
}
