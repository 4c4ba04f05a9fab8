//! Which cover was on air when.

use std::collections::BTreeMap;

use coverledger_core::model::{Count, columns as c};

use super::line::Line;
use super::reviews::sum;
use crate::{Airing, Figure, Text};

/// A cover that has so much of the impressions of a bar is on air alone in it; the rest are those of viewers who saw the one before.
const ALONE: f64 = 0.7;

/// Whether covers were shown side by side: in most of the bars none is on air alone.
pub(super) fn are_side_by_side(bars: &[Vec<Line<'_>>]) -> bool {
    let shown: Vec<BTreeMap<&str, i64>> = bars.iter().map(|lines| shown(lines)).collect();
    let sums = shown.iter().map(|shown| (shown.values().copied().max().unwrap_or(0), shown.values().sum::<i64>()));
    let sums: Vec<(i64, i64)> = sums.filter(|(_, all)| *all > 0).collect();
    #[expect(clippy::cast_precision_loss, reason = "no count of a broadcast comes near 2^53")]
    let alone = sums.iter().filter(|(most, all)| *most as f64 >= ALONE * *all as f64).count();
    alone * 2 < sums.len()
}

/// Covers that were shown side by side, each over the whole broadcast, the most shown first.
pub(super) fn side_by_side(bars: &[Vec<Line<'_>>]) -> Vec<Airing> {
    let lines: Vec<Line<'_>> = bars.iter().flatten().copied().collect();
    let mut covers: Vec<(&str, i64)> = shown(&lines).into_iter().filter(|(_, shown)| *shown > 0).collect();
    covers.sort_by(|(one, most), (other, shown)| shown.cmp(most).then(one.cmp(other)));
    let told = |(cover, _): (&str, i64)| {
        let own: Vec<Line<'_>> = lines.iter().copied().filter(|line| line.id(c::COVER_ID) == cover).collect();
        Airing { cover_id: cover.to_owned(), from: 0, to: bars.len(), ctr: ctr(&own) }
    };
    covers.into_iter().map(told).collect()
}

/// Runs of bars in which a cover has most of the impressions. A bar without any ends none.
pub(super) fn airings(bars: &[Vec<Line<'_>>]) -> Vec<Airing> {
    let mut runs: Vec<(&str, usize, usize)> = Vec::new();
    for (nth, lines) in bars.iter().enumerate() {
        let Some(cover) = on_air(lines, runs.last().map(|(cover, ..)| *cover)) else { continue };
        match runs.last_mut() {
            Some((before, _, to)) if *before == cover => *to = nth + 1,
            _ => runs.push((cover, nth, nth + 1)),
        }
    }
    let told = |(cover, from, to): (&str, usize, usize)| {
        let own = bars[from..to].iter().flatten().copied().filter(|line| line.id(c::COVER_ID) == cover);
        Airing { cover_id: cover.to_owned(), from, to, ctr: ctr(&own.collect::<Vec<_>>()) }
    };
    runs.into_iter().map(told).collect()
}

/// The cover with most impressions; of two alike the one that was on air before, then the first by its id.
fn on_air<'t>(lines: &[Line<'t>], before: Option<&str>) -> Option<&'t str> {
    let shown = shown(lines);
    let most = shown.values().copied().max().filter(|most| *most > 0)?;
    let leads = |cover: &&str| shown.get(*cover) == Some(&most);
    let stays = shown.keys().copied().find(|cover| Some(*cover) == before).filter(leads);
    stays.or_else(|| shown.keys().copied().find(leads))
}

/// How often each cover was shown.
fn shown<'t>(lines: &[Line<'t>]) -> BTreeMap<&'t str, i64> {
    let mut shown: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        *shown.entry(line.id(c::COVER_ID)).or_default() += line.whole(Count::Impressions.word()).unwrap_or(0);
    }
    shown
}

/// Clicks ÷ impressions of rows.
fn ctr(lines: &[Line<'_>]) -> Figure {
    let [impressions, clicks] = [Count::Impressions, Count::Clicks].map(|count| sum(lines, count.word()));
    let unknown = |why_null| Figure { value: None, column: c::CTR, why_null: Some(why_null), row: None };
    match (impressions, clicks) {
        (Some(impressions), Some(clicks)) if impressions > 0 => {
            #[expect(clippy::cast_precision_loss, reason = "no count of a broadcast comes near 2^53")]
            let value = Some(clicks as f64 / impressions as f64);
            Figure { value, column: c::CTR, why_null: None, row: None }
        }
        (Some(_), Some(_)) => unknown(Text::new("It was not shown.", "没有曝光。")),
        (None, _) => unknown(Text::new("Impressions are not known here.", "此处曝光次数不详。")),
        (_, None) => unknown(Text::new("Clicks are not known here.", "此处点击次数不详。")),
    }
}
