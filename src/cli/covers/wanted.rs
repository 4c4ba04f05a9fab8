//! Which covers are wanted, and in which order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::collection::{Aired, Collection, KnownCover, RATES};
use super::line::Line;
use super::places::{Places, is_known};
use super::share::ShareBound;
use crate::cli::Failure;
use crate::cli::args::{CoverOrder, CoversList};
use coverledger_config::Workspace;
use coverledger_core::model::{Count, Look};

/// What is asked of a cover.
pub(super) struct Wanted<'a> {
    pub places: Places<'a>,
    pub order: CoverOrder,
    rested_days: Option<i64>,
    text: Option<ShareBound>,
    family: Option<&'a str>,
    tags: &'a [(String, String)],
    /// In lower case.
    words: Vec<String>,
}

/// What was found.
pub(super) struct Found<'c> {
    pub lines: Vec<Line<'c>>,
    /// Covers whose share of text is asked for and not known.
    pub without_text: BTreeSet<&'c str>,
}

impl<'a> Wanted<'a> {
    /// What these arguments ask for.
    ///
    /// # Errors
    /// A name is not known, or a bound is none.
    pub(super) fn of(
        args: &'a CoversList,
        workspace: &Workspace,
        collection: &Collection,
    ) -> Result<Self, Failure> {
        let (market, platform, slot) = (args.market.as_deref(), args.platform.as_deref(), args.slot.as_deref());
        let places = Places::of(market, platform, slot, workspace, collection)?;
        let text = Some(args.text.join(" ")).filter(|text| !text.is_empty());
        let text = text.map(|text| ShareBound::of(&text)).transpose().map_err(Failure::usage)?;
        let covers = collection.covers.values();
        is_known("family", args.family.as_deref(), covers.clone().filter_map(|cover| cover.family.clone()))?;
        for (name, value) in &args.tags {
            is_known("tag", Some(name), covers.clone().flat_map(|cover| cover.tags.keys().cloned()))?;
            let values = covers.clone().filter_map(|cover| cover.tags.get(name).cloned());
            is_known(&format!("cover whose `{name}` is"), Some(value), values)?;
        }
        let rested = workspace.library.as_ref().map_or(USUALLY_RESTED, |library| library.rested_days);
        Ok(Self {
            places,
            order: args.sort,
            rested_days: args.rested.map(|days| i64::from(days.unwrap_or(rested))),
            text,
            family: args.family.as_deref(),
            tags: &args.tags,
            words: args.search.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect(),
        })
    }

    /// The covers that are as wanted: of each place in order, those that were not on air anywhere last.
    pub(super) fn find<'c>(&self, collection: &'c Collection) -> Found<'c> {
        let aired = collection.history.iter().filter(|aired| !aired.is_family);
        let here = aired.clone().filter(|aired| {
            aired.slot == self.places.slot()
                && self.places.hold(&aired.platform, &aired.market)
                && self.is_rested(aired)
        });
        let mut lines: Vec<Line<'c>> =
            here.map(|aired| Line::of(collection, &aired.cover_id, Some(aired))).collect();
        if self.places.is_everywhere() && self.rested_days.is_none() {
            let known: BTreeSet<&str> = aired.map(|aired| aired.cover_id.as_str()).collect();
            let others = collection.covers.keys().filter(|cover_id| !known.contains(cover_id.as_str()));
            lines.extend(others.map(|cover_id| Line::of(collection, cover_id, None)));
        }
        lines.retain(|line| self.is_of_kind(line));
        let mut without_text = BTreeSet::new();
        if let Some(bound) = self.text {
            lines.retain(|line| {
                let share = line.look(Look::TextShare);
                if share.is_none() {
                    without_text.insert(line.cover_id);
                }
                share.is_some_and(|share| bound.holds(share))
            });
        }
        lines.sort_by(|one, other| {
            let places = block(one).cmp(&block(other));
            places.then_with(|| self.compare(one, other)).then_with(|| one.cover_id.cmp(other.cover_id))
        });
        Found { lines, without_text }
    }

    fn is_rested(&self, aired: &Aired) -> bool {
        self.rested_days.is_none_or(|days| aired.rested_days.is_some_and(|rested| rested >= days))
    }

    fn is_of_kind(&self, line: &Line<'_>) -> bool {
        let cover = line.cover;
        let has =
            |(name, value): &(String, String)| cover.is_some_and(|cover| cover.tags.get(name) == Some(value));
        self.family.is_none_or(|family| cover.is_some_and(|cover| cover.family.as_deref() == Some(family)))
            && self.tags.iter().all(has)
            && (self.words.is_empty() || says_all(line.cover_id, cover, &self.words))
    }

    /// The best first; what is not known last.
    fn compare(&self, one: &Line<'_>, other: &Line<'_>) -> Ordering {
        let (one, other) = (self.worth(one), self.worth(other));
        match (one, other) {
            (Some(one), Some(other)) => other.total_cmp(&one),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }

    fn worth(&self, line: &Line<'_>) -> Option<f64> {
        let aired = line.aired?;
        match self.order {
            CoverOrder::ShrunkenCtr => aired.rate(RATES[0]).shrunken.value,
            CoverOrder::EffectiveCtr => aired.rate(RATES[1]).shrunken.value,
            CoverOrder::LastAired => aired.rested_days.map(|days| -as_f64(days)),
            CoverOrder::HalfLife if aired.is_lasting() => Some(f64::INFINITY),
            CoverOrder::HalfLife => aired.half_life_days.value,
            CoverOrder::Impressions => aired.count(Count::Impressions).map(as_f64),
        }
    }
}

/// As long as `rested` in `library.yaml` is by default.
const USUALLY_RESTED: u16 = 14;

/// A platform, a market and the conventions there.
type Comparable<'c> = (&'c str, &'c str, &'c [Option<String>; 2]);

/// Lines that are compared with each other: of one platform in one market, under the same conventions.
pub(super) fn block<'c>(line: &Line<'c>) -> (bool, Option<Comparable<'c>>) {
    let place = line.aired.map(|aired| (aired.platform.as_str(), aired.market.as_str(), &aired.conventions));
    (place.is_none(), place)
}

/// Whether what is declared of a cover holds all these words.
fn says_all(cover_id: &str, cover: Option<&KnownCover>, words: &[String]) -> bool {
    let mut said = vec![cover_id.to_lowercase()];
    if let Some(cover) = cover {
        let named = [&cover.name, &cover.family, &cover.picture].into_iter().flatten();
        said.extend(named.chain(cover.tags.values()).map(|text| text.to_lowercase()));
    }
    words.iter().all(|word| said.iter().any(|text| text.contains(word)))
}

#[expect(clippy::cast_precision_loss, reason = "an order of counts; those beyond 2⁵³ may tie")]
const fn as_f64(count: i64) -> f64 {
    count as f64
}
