//! How two covers compare, in words that follow the interval of their ratio.

use crate::contrast::{Pair, PairBasis, is_above, is_below};
use crate::decision_context::{Words, percent};
use crate::decisions::gate::too_few;
use coverledger_core::model::columns as c;
use coverledger_stats::FEWEST_CLUSTERS;

/// What the comparison stands on.
pub(super) fn basis(pair: Option<&Pair>) -> PairBasis {
    pair.map_or(PairBasis::NotComparable, |pair| pair.basis)
}

/// The sentences.
pub(super) fn note(metric: &str, pair: Option<&Pair>) -> Words {
    let Some(pair) = pair else {
        return Words::new(
            "Not comparable: the counts of this rate are not known of both covers.",
            "无法比较：缺少其中一张封面计算这个比率所需的数据。",
        );
    };
    let Some([one, other]) = pair.rates else {
        return Words::new(
            "Not randomized; never shown in the same slot and audience: only a rotation can tell.",
            "未随机分配；从未在相同的时段和人群中展示：只有轮换测试才能判断。",
        );
    };
    let [one, other] = [one, other].map(percent);
    let [verb, verb_zh] = if metric == c::STAY_RATE { ["held", "停留率"] } else { ["drew", "吸引率"] };
    if pair.basis == PairBasis::SameMarket {
        return Words::new(
            format!(
                "It {verb} {one} and the other cover {other} in the same slots and audiences, but of different broadcasts. Not \
                 randomized; never on air together: only a rotation can tell."
            ),
            format!(
                "在相同的时段和人群中，它的{verb_zh}为 {one}，另一张封面为 {other}，但来自不同的场次。未随机分配；从未同场展示：只有\
                 轮换测试才能判断。"
            ),
        );
    }
    let rates = Words::new(
        format!("In the same broadcasts, slots and audiences it {verb} {one}, the other cover {other}."),
        format!("在相同的场次、时段和人群中，它的{verb_zh}为 {one}，另一张封面为 {other}。"),
    );
    rates.then(&match pair.ratio_interval {
        None if pair.broadcasts < FEWEST_CLUSTERS => too_few(pair.broadcasts),
        None => Words::new(
            "Too few successes to say whether that is more than chance (not randomized).",
            "成功次数太少，无法判断差异是否只是偶然（未随机分配）。",
        ),
        Some(ratio) if is_above(ratio) => Words::new(
            "Higher than the other cover in the same broadcasts (not randomized).",
            "在同场直播中高于另一张封面（未随机分配）。",
        ),
        Some(ratio) if is_below(ratio) => Words::new(
            "Lower than the other cover in the same broadcasts (not randomized).",
            "在同场直播中低于另一张封面（未随机分配）。",
        ),
        Some(_) => {
            Words::new("The difference may be chance (not randomized).", "差异可能只是偶然（未随机分配）。")
        }
    })
}
