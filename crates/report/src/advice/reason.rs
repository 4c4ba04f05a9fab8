//! Why, in a sentence or two in either language. Covers are named by their ids.

mod by_lot;

use super::bar::Bar;
use super::place::PairRow;
use super::rows::Bounded;
use super::words::{change, rates, stays_and_usual, sure};
use crate::decision_context::Words;
pub(super) use by_lot::{ended, follow_plan, lost, on_air_already, won, won_elsewhere};
use coverledger_stats::FEWEST_CLUSTERS;

pub(super) fn nothing_published() -> Words {
    Words::new("Nothing is published of this place yet.", "这里还没有发布任何数据。")
}

pub(super) fn not_known_on_air() -> Words {
    Words::new(
        "Which cover was on air last is not known: the log of covers has none for that time.",
        "不知道最近在播的是哪张封面：封面日志中没有那段时间的记录。",
    )
}

/// Another cover looks better for sure, and nobody drew lots.
pub(super) fn to_be_tried(pair: &PairRow) -> Words {
    let (cover, on_air, by) = (&pair.cover_id, &pair.against, change(pair.ratio.less_one()));
    Words::new(
        format!("{cover} drew {} against {on_air} in the same broadcasts, slots and audiences.", by.en),
        format!("在相同的场次、时段和人群中，{cover} 与 {on_air} 相比为 {}。", by.zh),
    )
    .then(&rates(&pair.metric, pair.rate.value, pair.against_rate.value, on_air))
    .then(&Words::new(
        "Nobody drew lots, so it is not proven: try it tonight, best as a test of the two.",
        "没有随机抽签，因此还没有证实：今晚试播，最好作为两张封面的对测。",
    ))
}

/// Another one looks better, and may not be.
pub(super) fn to_be_tested(cover: &str, on_air: &str, by: Bounded, probability: Option<f64>) -> Words {
    if by.value.is_none() || probability.is_some_and(|probability| probability < 0.5) {
        return Words::new(
            format!(
                "Whether {cover} is better than {on_air} only a test tells: keep {on_air} and test the two against each other."
            ),
            format!("{cover} 是否比 {on_air} 更好，只有测试才能判断：保持 {on_air}，并让两张封面对测。"),
        );
    }
    let by = change(by);
    let sure = probability.map(sure).unwrap_or_default();
    let [how, how_zh] = if sure == Words::default() {
        [String::new(), String::new()]
    } else {
        [format!(", {} sure", sure.en), format!("，把握 {}", sure.zh)]
    };
    Words::new(
        format!(
            "{cover} looks better, {}{how}, but nobody drew lots and that is not proven. Keep {on_air} and test the two \
             against each other.",
            by.en
        ),
        format!(
            "{cover} 看起来更好，{}{how_zh}，但没有随机抽签，还没有证实。保持 {on_air}，并让两张封面对测。",
            by.zh
        ),
    )
}

/// Why a cover should not be on air.
pub(super) fn barred(cover: &str, bar: &Bar) -> Words {
    match bar {
        Bar::Overpromises { stay, usual } => {
            let promise = Words::new(
                format!("{cover} promises what the room does not hold."),
                format!("{cover} 承诺的内容直播间没有兑现。"),
            );
            promise.then(&stays_and_usual(*stay, *usual))
        }
        Bar::CostsRevisits(by) => {
            let by = change(*by);
            Words::new(
                format!("Who enters by {cover} comes back less often than by other covers: {}.", by.en),
                format!("通过 {cover} 进房的人回访少于其他封面：{}。", by.zh),
            )
        }
        Bar::Breaks(rule) => Words::new(
            format!("{cover} breaks the rule {rule} of this market."),
            format!("{cover} 违反本市场的规则 {rule}。"),
        ),
        Bar::Lost(name, loss) => {
            let by = change(loss.effect);
            Words::new(
                format!("{cover} lost the test {name}: {}.", by.en),
                format!("{cover} 在测试 {name} 中落败：{}。", by.zh),
            )
        }
        Bar::Fading => Words::new(format!("{cover} is fading."), format!("{cover} 正在疲劳。")),
    }
}

pub(super) fn try_instead(better: &str) -> Words {
    Words::new(
        format!("Nobody drew lots, so it is not proven: try {better}, best as a test of the two."),
        format!("没有随机抽签，因此还没有证实：请试播 {better}，最好作为两张封面的对测。"),
    )
}

pub(super) fn no_other() -> Words {
    Words::new(
        "No other cover is known here that may go on air: make a new one.",
        "这里没有其他可以上播的封面：请制作新的封面。",
    )
}

/// A cover that looks better, and why it is not advised.
pub(super) fn passed_over(cover: &str, bar: &Bar) -> Words {
    barred(cover, bar)
        .then(&Words::new("It drew more and is not advised all the same.", "它的吸引力更高，但仍不建议使用。"))
}

/// The cover on air beside the best of the others.
pub(super) fn nothing_better(pair: &PairRow) -> Words {
    let (cover, other, by) = (&pair.cover_id, &pair.against, change(pair.ratio.less_one()));
    if usize::try_from(pair.broadcasts).is_ok_and(|broadcasts| broadcasts < FEWEST_CLUSTERS) {
        let (seen, unit) = (pair.broadcasts, if pair.broadcasts == 1 { "broadcast" } else { "broadcasts" });
        return Words::new(
            format!(
                "{cover} and {other}, the best of the others, were seen together in {seen} {unit}; an interval needs 8."
            ),
            format!("{cover} 与其余封面中最好的 {other} 只同场出现过 {seen} 场，区间至少需要 8 场。"),
        );
    }
    let Some(probability) = pair.probability.filter(|_| pair.ratio.low.is_some()) else {
        return Words::new(
            format!("Too little was counted to hold {cover} against {other}, the best of the others."),
            format!("数据太少，无法把 {cover} 与其余封面中最好的 {other} 相比。"),
        );
    };
    // Said of the one of the two that is probably better.
    let better = if probability >= 0.5 { cover } else { other };
    let sure = sure(probability.max(1.0 - probability));
    let [how, how_zh] =
        [format!("{} sure that {better} is better", sure.en), format!("{better} 更好的把握为 {}", sure.zh)];
    if pair.ratio.is_above(1.0) {
        return Words::new(
            format!(
                "{cover} leads. Against {other}, the best of the others, it drew {} in the same broadcasts, slots and \
                 audiences, {how}; nobody drew lots.",
                by.en
            ),
            format!(
                "{cover} 领先。在相同的场次、时段和人群中，它与其余封面中最好的 {other} 相比为 {}，{how_zh}；没有随机抽签。",
                by.zh
            ),
        );
    }
    Words::new(
        format!(
            "Nothing is surely better. {cover} against {other}, the best of the others, in the same broadcasts, slots and \
             audiences: {}, {how}; nobody drew lots.",
            by.en
        ),
        format!(
            "没有哪张封面确定更好。在相同的场次、时段和人群中，{cover} 与其余封面中最好的 {other} 相比为 {}，{how_zh}；没有随机抽签。",
            by.zh
        ),
    )
}

pub(super) fn alone(cover: &str) -> Words {
    Words::new(
        format!("No other cover was on air here to hold {cover} against."),
        format!("这里没有其他封面可以与 {cover} 相比。"),
    )
}
