//! A line of `covers list`: a cover in a place, with all that is known of it.

use jiff::civil::Date;

use super::collection::{Aired, Bounded, Collection, KnownCover, KnownPicture, RATES, RateOf};
use crate::cli::rows::{Column, Value};
use coverledger_core::model::{COUNTS_OF_COVERS, ColumnType, Look, columns as c};

/// A cover in a place.
#[derive(Clone, Copy)]
pub(super) struct Line<'c> {
    pub cover_id: &'c str,
    /// How it did there; `None` of a cover that was not on air anywhere.
    pub aired: Option<&'c Aired>,
    pub cover: Option<&'c KnownCover>,
    pub picture: Option<&'c KnownPicture>,
    as_of: Option<Date>,
}

/// Why something of a line is not told.
const NOT_TOLD: &str = "not_told";

impl<'c> Line<'c> {
    /// A cover in a place, or in none.
    pub(super) fn of(collection: &'c Collection, cover_id: &'c str, aired: Option<&'c Aired>) -> Self {
        let (cover, picture) = (collection.covers.get(cover_id), collection.picture_of(cover_id));
        Self { cover_id, aired, cover, picture, as_of: collection.as_of }
    }

    /// A measure of its picture.
    pub(super) fn look(&self, look: Look) -> Option<f64> {
        self.picture?.looks.of(look)
    }

    /// Why each figure is missing, in words; empty where none is.
    pub(super) fn not_told(&self, looks: &[Look]) -> String {
        let mut reasons: Vec<String> = Vec::new();
        match self.aired {
            None => reasons.push("not on air yet".to_owned()),
            Some(aired) => {
                reasons.extend(RATES.iter().take(2).filter_map(|rate| {
                    let why = no_rate(aired, *rate)?;
                    Some(format!("{}: {why}", rate.name))
                }));
            }
        }
        let mut looks_by_reason: Vec<(String, Vec<&str>)> = Vec::new();
        for look in looks.iter().filter(|look| self.look(**look).is_none()) {
            let why = self.no_look(*look);
            match looks_by_reason.iter_mut().find(|(known, _)| *known == why) {
                Some((_, words)) => words.push(look.word()),
                None => looks_by_reason.push((why, vec![look.word()])),
            }
        }
        reasons.extend(looks_by_reason.into_iter().map(|(why, words)| format!("{}: {why}", words.join(", "))));
        reasons.join("; ")
    }

    /// Why its picture has no such measure.
    fn no_look(&self, look: Look) -> String {
        match self.picture {
            None if self.cover.is_some_and(|cover| cover.picture.is_some()) => {
                "its picture is not published".to_owned()
            }
            None => "no picture".to_owned(),
            Some(picture) => picture.unmeasured(look),
        }
    }

    /// Every column of it for programs.
    pub(super) fn columns() -> Vec<Column> {
        FIGURES
            .iter()
            .map(|figure| Column { name: figure.name.into(), of_type: figure.of_type })
            .chain(more())
            .collect()
    }

    /// The values of those columns.
    pub(super) fn values(&self) -> Vec<Value<'c>> {
        let mut values: Vec<Value<'c>> = FIGURES.iter().map(|figure| (figure.of)(self)).collect();
        values
            .extend(COUNTS_OF_COVERS.iter().map(|count| self.aired.and_then(|aired| aired.count(*count)).into()));
        for rate in RATES {
            let told = self.aired.map(|aired| aired.rate(rate)).unwrap_or_default();
            values.push(told.rate.into());
            values.extend(three(told.shrunken));
        }
        values.extend(three(self.aired.map(|aired| aired.half_life_days).unwrap_or_default()));
        values.extend(three(self.aired.map(|aired| aired.half_life_impressions).unwrap_or_default()));
        values.extend(Look::ALL.iter().map(|look| self.look(*look).into()));
        values.push(Some(self.not_told(&Look::ALL)).filter(|why| !why.is_empty()).into());
        values
    }
}

/// Why a rate is not told; `None` where it is.
fn no_rate(aired: &Aired, rate: RateOf) -> Option<String> {
    if aired.rate(rate).shrunken.value.is_some() {
        return None;
    }
    Some(match (aired.count(rate.count), aired.count(rate.of)) {
        (_, None) => format!("{} not known", rate.of.word()),
        (_, Some(0)) => format!("no {}", rate.of.word()),
        (None, _) => format!("{} not known", rate.count.word()),
        (Some(_), Some(_)) => "no proportion".to_owned(),
    })
}

fn three<'v>(told: Bounded) -> [Value<'v>; 3] {
    [told.value.into(), told.low.into(), told.high.into()]
}

/// The columns that are derived from the declarations of counts, rates and measures.
fn more() -> impl Iterator<Item = Column> {
    let bounded = |name: &str| [name.to_owned(), c::low(name), c::high(name)];
    let counts =
        COUNTS_OF_COVERS.into_iter().map(|count| Column { name: count.word().into(), of_type: ColumnType::Whole });
    let rates = RATES
        .into_iter()
        .flat_map(move |rate| [rate.name.to_owned()].into_iter().chain(bounded(&c::shrunken(rate.name))));
    let half_lives = [c::HALF_LIFE_DAYS, c::HALF_LIFE_IMPRESSIONS].into_iter().flat_map(bounded);
    let looks = Look::ALL.into_iter().map(|look| look.word().to_owned());
    let floats = rates.chain(half_lives).chain(looks);
    let floats = floats.map(|name| Column { name: name.into(), of_type: ColumnType::Float });
    counts.chain(floats).chain([Column { name: NOT_TOLD.into(), of_type: ColumnType::Text }])
}

/// A column and where its values come from.
struct Figure {
    name: &'static str,
    of_type: ColumnType,
    of: for<'c> fn(&Line<'c>) -> Value<'c>,
}

const fn figure(name: &'static str, of_type: ColumnType, of: for<'c> fn(&Line<'c>) -> Value<'c>) -> Figure {
    Figure { name, of_type, of }
}

const FIGURES: &[Figure] = &[
    figure(c::AS_OF, ColumnType::Day, |line| line.as_of.into()),
    figure(c::PLATFORM, ColumnType::Text, |line| line.aired.map(|aired| aired.platform.as_str()).into()),
    figure(c::MARKET, ColumnType::Text, |line| line.aired.map(|aired| aired.market.as_str()).into()),
    figure(c::SLOT, ColumnType::Text, |line| line.aired.map(|aired| aired.slot.as_str()).into()),
    figure(c::COVER_ID, ColumnType::Text, |line| line.cover_id.into()),
    figure(c::NAME, ColumnType::Text, |line| line.cover.and_then(|cover| cover.name.as_deref()).into()),
    figure(c::FAMILY, ColumnType::Text, |line| line.cover.and_then(|cover| cover.family.as_deref()).into()),
    figure(c::FAMILY_SOURCE, ColumnType::Text, |line| {
        line.cover.and_then(|cover| cover.family_source.as_deref()).into()
    }),
    figure(c::TAGS, ColumnType::Text, |line| {
        line.cover.and_then(|cover| serde_json::to_string(&cover.tags).ok()).into()
    }),
    figure(c::PICTURE, ColumnType::Text, |line| line.cover.and_then(|cover| cover.picture.as_deref()).into()),
    figure(c::THUMBNAIL, ColumnType::Text, |line| {
        line.picture.and_then(|picture| picture.thumbnail.as_deref()).into()
    }),
    figure(c::COLOURS, ColumnType::Text, |line| {
        line.picture.and_then(|picture| picture.colours.as_deref()).into()
    }),
    figure(c::TEXT_METHOD, ColumnType::Text, |line| {
        line.picture.and_then(|picture| picture.text_method.as_deref()).into()
    }),
    figure(c::FIRST_AIRED, ColumnType::Day, |line| line.aired.and_then(|aired| aired.first_on_air).into()),
    figure(c::LAST_AIRED, ColumnType::Day, |line| line.aired.and_then(|aired| aired.last_on_air).into()),
    figure(c::RESTED_DAYS, ColumnType::Whole, |line| line.aired.and_then(|aired| aired.rested_days).into()),
    figure(c::DAYS, ColumnType::Whole, |line| line.aired.and_then(|aired| aired.days).into()),
    figure(c::BROADCASTS, ColumnType::Whole, |line| line.aired.and_then(|aired| aired.broadcasts).into()),
    figure(c::IMPRESSION_BASIS, ColumnType::Text, |line| {
        line.aired.and_then(|aired| aired.conventions[0].as_deref()).into()
    }),
    figure(c::CLICK_EVENT, ColumnType::Text, |line| {
        line.aired.and_then(|aired| aired.conventions[1].as_deref()).into()
    }),
    figure(c::FATIGUE, ColumnType::Text, |line| line.aired.and_then(|aired| aired.fatigue.as_deref()).into()),
];
