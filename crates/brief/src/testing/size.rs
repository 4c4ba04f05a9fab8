//! Briefs of any size.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::evidence::{changes, ranking};
use super::fixture::brief;
use super::places::INDONESIA;
use super::reviews::{review, slot_map};
use crate::{Advice, Brief, CoverTitle, MarketNight, PlaceFreshness, PlaceName, Row, Text};

/// Platforms of a market.
const PLATFORMS: usize = 3;
const NIGHTFALL: Timestamp = Timestamp::constant(1_793_534_400, 0);

/// A brief of so many places, three platforms a market: each has an advice, a heat map, a ranking of eight covers, changes
/// and a broadcast of its own.
#[must_use]
pub fn of_places(places: usize) -> Brief {
    let model = brief();
    let names: Vec<PlaceName> = (0..places).map(name).collect();
    let mut titles = model.titles.clone();
    for nth in 0..places {
        titles.extend((0..COVERS).map(|cover| title(nth, cover)));
    }
    let market = |places: &[PlaceName]| MarketNight {
        market: places[0].market.clone(),
        title: places[0].market_title.clone(),
        places: places.iter().map(|place| advice(&model, place)).collect(),
        ..model.nights[0].clone()
    };
    let fresh = |place: &PlaceName| PlaceFreshness {
        place: place.clone(),
        row: moved(&model.freshness.places[0].row, place),
        ..model.freshness.places[0].clone()
    };
    Brief {
        freshness: crate::Freshness { places: names.iter().map(fresh).collect() },
        nights: names.chunks(PLATFORMS).map(market).collect(),
        slot_maps: names.iter().map(|place| slot_map(&INDONESIA, place.clone(), NIGHTFALL)).collect(),
        rankings: names.iter().enumerate().map(|(nth, place)| eight(nth, place)).collect(),
        changes: names.iter().map(|place| changes(place.clone())).collect(),
        reviews: names
            .iter()
            .map(|place| {
                review(&INDONESIA, place.clone(), NIGHTFALL, &format!("live-{}-{}", place.market, place.platform))
            })
            .collect(),
        titles,
        ..model
    }
}

/// Covers of a place.
const COVERS: usize = 8;

fn name(nth: usize) -> PlaceName {
    let market = format!("M{:02}", nth / PLATFORMS);
    let market_title =
        Text { en: format!("Market {}", nth / PLATFORMS), zh: format!("市场 {}", nth / PLATFORMS) };
    let platform = ["tiktok_shop_live", "shopee_live", "youtube"][nth % PLATFORMS];
    PlaceName { platform: platform.to_owned(), market, market_title, platform_title: Text::same(platform) }
}

fn cover_id(nth: usize, cover: usize) -> String {
    format!("cover_{}_{}_{cover}", nth / PLATFORMS, nth % PLATFORMS)
}

fn title(nth: usize, cover: usize) -> (String, CoverTitle) {
    let id = cover_id(nth, cover);
    let title = Text { en: format!("Cover {cover} of {nth}"), zh: format!("第 {nth} 处封面 {cover}") };
    (id, CoverTitle { title, thumbnail: Some(format!("{:064x}", 1_000 + nth * COVERS + cover)) })
}

fn moved(row: &Row, place: &PlaceName) -> Row {
    let mut row = row.clone();
    let values: BTreeMap<&str, &String> = [("platform", &place.platform), ("market", &place.market)].into();
    for (column, value) in &mut row.key {
        if let Some(other) = values.get(column) {
            (*value).clone_from(other);
        }
    }
    row
}

fn advice(model: &Brief, place: &PlaceName) -> Advice {
    let advice = &model.nights[0].places[0];
    let mut advice = Advice { place: place.clone(), row: moved(&advice.row, place), ..advice.clone() };
    for avoided in &mut advice.avoid {
        avoided.row = moved(&avoided.row, place);
    }
    advice
}

fn eight(nth: usize, place: &PlaceName) -> crate::Ranking {
    let mut ranking = ranking(place.clone());
    ranking.covers = (1..)
        .take(COVERS)
        .zip(0..)
        .map(|(rank, cover)| super::evidence::ranked(place, &cover_id(nth, cover), rank))
        .collect();
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_places_as_are_asked_for() {
        let brief = of_places(60);
        assert_eq!((brief.nights.len(), brief.rankings.len(), brief.reviews.len()), (20, 60, 60));
        assert!(
            brief
                .rankings
                .iter()
                .flat_map(|ranking| &ranking.covers)
                .all(|cover| brief.titles.contains_key(&cover.cover_id))
        );
    }
}
