//! What to know of a cover's row, in words.

use super::compare::{Place, Standardized};
use crate::contrast::{Contrast, is_above, is_below};
use crate::decision_context::{Words, percent};
use crate::decisions::diagnosis::Finding;
use crate::decisions::gate::untold;
use crate::seen::Seen;
use coverledger_stats::Interval;

/// What there is to say about a cover.
pub(super) struct About<'a> {
    pub(super) seen: &'a Seen,
    pub(super) cover: usize,
    /// Against the others in the same broadcasts, by the rate that covers are ranked by.
    pub(super) contrast: Option<&'a Contrast>,
    pub(super) finding: Option<Finding>,
    pub(super) place: Place,
}

/// The sentences.
pub(super) fn note(about: &About<'_>, rates: &[Standardized], ranked_by: Option<&Standardized>) -> Words {
    if !about.seen.is_clean {
        return Words::new(
            "Every row of it is contaminated: nothing is known of this cover alone.",
            "它的所有数据都混有其他封面的计数：无法单独了解这张封面。",
        );
    }
    let mut note = untold(about.contrast).unwrap_or_else(|| compared(about.contrast));
    if let Some(by) = ranked_by.map(|by| by.covers[about.cover]).filter(|by| by.rate.is_some()) {
        if about.contrast.is_some_and(Contrast::is_told) && !about.place.is_compared {
            note = note.then(&Words::new(
                "It is not linked by broadcasts with the covers that are ranked first, and stands behind them.",
                "它与排在前面的封面没有任何同场关联，因此排在它们之后。",
            ));
        }
        if !about.place.is_compared && !by.is_enough {
            note = note.then(&Words::new(
                "Seen too little to be ranked before a cover that was seen enough.",
                "展示量太少，不能排在展示量足够的封面之前。",
            ));
        }
    }
    if about.finding == Some(Finding::Overpromises) {
        note = note.then(&Words::new(
            "It overpromises: `diagnosis` rules, and it is not ranked as what to put on air.",
            "它名不副实（overpromises）：以 `diagnosis` 为准，不作为上播封面参与排名。",
        ));
    }
    let note =
        rates.iter().filter_map(|rate| reversal(rate, about.cover)).fold(note, |note, next| note.then(&next));
    note.then(&Words::new(
        "Where `experiment` decides on this cover, that rules.",
        "如果 `experiment` 已对这张封面作出决定，以它为准。",
    ))
}

/// How it did beside the others.
fn compared(contrast: Option<&Contrast>) -> Words {
    let known = contrast.and_then(|contrast| Some((contrast, contrast.ratio?, contrast.interval?)));
    let Some((contrast, ratio, interval)) = known else { return Words::default() };
    let [en, zh] = match interval {
        interval if is_above(interval) => ["more than", "高于"],
        interval if is_below(interval) => ["less than", "低于"],
        _ => ["not surely more or less than", "不能确定高于或低于"],
    };
    let share = percent(contrast.share);
    let Interval { low, high } = interval;
    Words::new(
        format!(
            "Not randomized: in the same broadcasts, slots and audiences it drew {en} the other covers ({ratio:.2} times, \
             {low:.2} to {high:.2}; {share} of its impressions)."
        ),
        format!(
            "未随机分配：在相同的场次、时段和人群中，它的吸引力{zh}其他封面（{ratio:.2} 倍，{low:.2} 至 {high:.2}；占其曝光的 \
             {share}）。"
        ),
    )
}

/// Says so when a rate is on another side of the market's once where it was shown is taken out of it, surely.
fn reversal(rate: &Standardized, cover: usize) -> Option<Words> {
    let on_mix = &rate.covers[cover];
    let (crude, standardized, interval) = (on_mix.crude?, on_mix.rate?, on_mix.interval?);
    let (column, market) = (rate.column, rate.market);
    let [side, side_zh] = match () {
        () if crude > market && interval.high < market => ["above", "高于"],
        () if crude < market && interval.low > market => ["below", "低于"],
        () => return None,
    };
    let [crude, market, standardized] = [crude, market, standardized].map(percent);
    Some(Words::new(
        format!(
            "Its {column} of {crude} lies {side} the market's {market} only because of where it was shown: on the market's \
             mix of slots and audiences it is {standardized}."
        ),
        format!(
            "它的 {column} 为 {crude}，{side_zh}市场的 {market}，只是因为展示的时段和人群不同：按市场的时段和人群构成计算，\
             应为 {standardized}。"
        ),
    ))
}
