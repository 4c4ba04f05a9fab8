//! Which covers: rows of `cover`, with what other tables say of the same covers.

use std::collections::BTreeMap;

use coverledger_core::model::{Count, TableName, columns as c};

use super::line::Line;
use super::reading::Reading;
use super::tables::{PlaceId, place};
use crate::{RankedCover, Ranking, Text};

/// How many covers a ranking has at most.
const MOST_COVERS: usize = 8;
/// What rows are of whose cover the log does not tell.
const UNKNOWN: &str = "unknown";
/// All slots together.
const ALL: &str = "all";
/// The finding of a cover that promises what the room does not hold.
const OVERPROMISES: &str = "overpromises";

type OfCovers<'r> = BTreeMap<(PlaceId<'r>, &'r str), Vec<Line<'r>>>;

/// What other tables say of covers, by place and cover.
struct Beside<'r> {
    diagnosis: OfCovers<'r>,
    history: OfCovers<'r>,
    checks: OfCovers<'r>,
    revisits: OfCovers<'r>,
}

impl<'r> Beside<'r> {
    fn new(reading: &'r Reading<'r>) -> Self {
        let of = |table, is_wanted: fn(Line<'_>) -> bool| {
            let mut covers: OfCovers<'r> = BTreeMap::new();
            for line in reading.tables.newest_of_places(table, reading.as_of).into_values().flatten() {
                if is_wanted(line) {
                    covers.entry((place(line), line.id(c::COVER_ID))).or_default().push(line);
                }
            }
            covers
        };
        Self {
            diagnosis: of(TableName::Diagnosis, |_| true),
            history: of(TableName::CoverHistory, |line| line.id(c::LEVEL) == "cover" && line.id(c::SLOT) == ALL),
            checks: of(TableName::CoverChecks, |line| line.id(c::FINDING) == "breaks"),
            revisits: of(TableName::Revisit, |line| {
                let is_found = ["costs_revisits", "earns_revisits"].contains(&line.id(c::FINDING));
                is_found && line.id(c::SLOT) == ALL && line.whole(c::WITHIN_DAYS) == Some(7)
            }),
        }
    }
}

/// The ranking of each place.
pub(super) fn rankings(reading: &Reading<'_>) -> Vec<Ranking> {
    let beside = Beside::new(reading);
    let places = reading.tables.newest_of_places(TableName::Cover, reading.as_of);
    places.into_iter().filter_map(|(place, lines)| ranking(reading, &beside, place, &lines)).collect()
}

fn ranking<'s>(
    reading: &Reading<'_>,
    beside: &'s Beside<'s>,
    here: PlaceId<'s>,
    lines: &[Line<'s>],
) -> Option<Ranking> {
    let first = lines.first()?;
    let mut lines: Vec<Line<'s>> = lines.iter().copied().filter(|line| line.id(c::COVER_ID) != UNKNOWN).collect();
    // Covers without a rank come last, by name, as in the table.
    lines.sort_by_key(|line| (line.whole(c::RANK).is_none(), line.whole(c::RANK), line.id(c::COVER_ID)));
    let told: Vec<RankedCover> = lines.iter().map(|line| cover(reading, beside, here, *line)).collect();
    let (overpromising, mut covers): (Vec<_>, Vec<_>) =
        told.into_iter().partition(|cover| cover.finding.as_deref() == Some(OVERPROMISES));
    let more = covers.len().saturating_sub(MOST_COVERS);
    covers.truncate(MOST_COVERS);
    Some(Ranking {
        place: reading.place(*first),
        since: first.day(c::SINCE)?,
        until: first.day(c::UNTIL)?,
        covers,
        more,
        overpromising: overpromising.into_iter().take(MOST_COVERS).collect(),
    })
}

/// What a table says of a cover in a place.
fn of_cover<'s>(covers: &'s OfCovers<'s>, here: PlaceId<'s>, id: &'s str) -> &'s [Line<'s>] {
    covers.get(&(here, id)).map_or(&[], Vec::as_slice)
}

fn cover<'s>(reading: &Reading<'_>, beside: &'s Beside<'s>, here: PlaceId<'s>, line: Line<'s>) -> RankedCover {
    let id = line.id(c::COVER_ID);
    let first = |covers| of_cover(covers, here, id).first().copied();
    let metric = line.text(c::METRIC).or_else(|| line.text(c::RANKED_BY)?.strip_suffix("_standardized"));
    let standardized = if metric == Some(c::CTR) { c::CTR_STANDARDIZED } else { c::EFFECTIVE_CTR_STANDARDIZED };
    let diagnosis = first(&beside.diagnosis);
    let history = first(&beside.history);
    let fatigue = history.and_then(|line| line.owned(c::FATIGUE));
    let half_life = history.filter(|_| fatigue.as_deref() == Some("fading"));
    RankedCover {
        cover_id: id.to_owned(),
        row: line.row(),
        rank: line.figure(c::RANK),
        is_on_air: line.is(c::ON_AIR),
        metric: metric.map(str::to_owned),
        rate: line.interval(standardized),
        adjusted_rate: line.figure(c::ADJUSTED_RATE),
        proven_rate: line.figure(c::PROVEN_RATE),
        ratio: line.interval(c::RATIO),
        stay_rate: line.interval(c::STAY_RATE),
        impressions: line.figure(Count::Impressions.word()),
        broadcasts: line.figure(c::BROADCASTS),
        // Where the two tables differ, `diagnosis` rules.
        finding: diagnosis.and_then(|line| line.owned(c::FINDING)).or_else(|| line.owned(c::FINDING)),
        diagnosis: diagnosis
            .and_then(|line| line.words(c::ACTION_EN, c::ACTION_ZH))
            .map(|text| reading.titles.said(&text, None)),
        half_life_days: half_life.map(|line| line.figure_of_row(c::HALF_LIFE_DAYS)),
        rested_days: history.map(|line| line.figure_of_row(c::RESTED_DAYS)),
        is_rested: history.is_some_and(|line| line.day(c::RESTED_SINCE).is_some()),
        fatigue,
        breaks: of_cover(&beside.checks, here, id).iter().map(|line| reading.reason(*line)).collect(),
        revisits: first(&beside.revisits).map(|line| reading.reason(line)).filter(|text| *text != Text::default()),
    }
}
