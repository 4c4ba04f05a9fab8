//! Why, in a sentence or two in either language. Covers are named by their ids.

use super::bar::Bar;
use super::place::PairRow;
use super::rows::Bounded;
use super::trial::{Arm, Loss, Trial};
use super::words::{change, day, rates, stays_and_usual, sure};
use crate::decision_context::Words;
use coverledger_core::model::columns as c;
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

/// The winner of a test is not on air.
pub(super) fn won(trial: &Trial<'_>, winner: &Arm, on_air: Option<&str>) -> Words {
    let (name, cover, by, control) = (&trial.name, &winner.cover_id, change(winner.effect), trial.control());
    if let Some(on_air) = on_air.filter(|on_air| *on_air != control) {
        return Words::new(
            format!(
                "{cover} won the test {name} against the control {control}: {} in value. {on_air}, which is on air, was an \
                 arm of that test and did not win.",
                by.en
            ),
            format!(
                "{cover} 在测试 {name} 中胜过对照 {control}：价值 {}。在播的 {on_air} 参加了该测试，没有胜出。",
                by.zh
            ),
        );
    }
    if on_air.is_none() {
        return Words::new(
            format!(
                "{cover} won the test {name} against the control {control}: {} in value. Which cover was on air last is \
                 not known.",
                by.en
            ),
            format!("{cover} 在测试 {name} 中胜过对照 {control}：价值 {}。不知道最近在播的是哪张封面。", by.zh),
        );
    }
    Words::new(
        format!(
            "{cover} won the test {name} against {control}: {} in value. Lots were drawn, so that is proven.",
            by.en
        ),
        format!("{cover} 在测试 {name} 中胜过 {control}：价值 {}。封面由随机抽签分配，结论已证实。", by.zh),
    )
    .then(&of_arms(trial, winner))
}

/// A test is over in which the cover on air was, and another that it did not choose.
pub(super) fn ended(trial: &Trial<'_>, on_air: &str, other: &str, is_again: bool) -> Words {
    let (name, control) = (&trial.name, trial.control());
    // What is known is an arm against the control.
    let arm = trial.arm(if other == control { on_air } else { other });
    let verdict = match arm {
        Some(arm) if arm.is_settled() => Words::new(
            format!("The test {name} is over and did not choose {}.", arm.cover_id),
            format!("测试 {name} 已结束，没有选中 {}。", arm.cover_id),
        ),
        _ => Words::new(
            format!("The test {name} ended without a decision."),
            format!("测试 {name} 结束时没有得出结论。"),
        ),
    };
    let effect = arm.filter(|arm| arm.effect.value.is_some() && arm.cover_id != control).map(|arm| {
        let (cover, by) = (&arm.cover_id, change(arm.effect));
        Words::new(
            format!("By lot {cover} was worth {} against {control}.", by.en),
            format!("抽签分配下，{cover} 与 {control} 相比价值为 {}。", by.zh),
        )
    });
    let verdict = effect.into_iter().fold(verdict, |verdict, effect| verdict.then(&effect));
    verdict.then(&if is_again {
        Words::new(
            format!("What was seen favours {other}, which proves nothing: keep {on_air} and test the two again."),
            format!("观察结果偏向 {other}，但不能证实：保持 {on_air}，并再次对测两张封面。"),
        )
    } else {
        Words::new(format!("Keep {on_air}."), format!("保持 {on_air}。"))
    })
}

/// It won against others than the one on air.
pub(super) fn won_elsewhere(trial: &Trial<'_>, winner: &str, on_air: &str) -> Words {
    let (name, control) = (&trial.name, trial.control());
    Words::new(
        format!(
            "{winner} won the test {name} against {control}, but {on_air} was not in it. Keep {on_air} and test the two against \
             each other."
        ),
        format!(
            "{winner} 在测试 {name} 中胜过 {control}，但 {on_air} 没有参加。保持 {on_air}，并让两张封面对测。"
        ),
    )
}

fn of_arms(trial: &Trial<'_>, arm: &Arm) -> Words {
    let Some(control) = trial.arm(trial.control()) else { return Words::default() };
    let entering = rates(c::EFFECTIVE_CTR, arm.effective_ctr, control.effective_ctr, &control.cover_id);
    if entering == Words::default() { rates(c::CTR, arm.ctr, control.ctr, &control.cover_id) } else { entering }
}

pub(super) fn on_air_already(trial: &Trial<'_>, winner: &Arm) -> Words {
    let (name, cover, control, by) = (&trial.name, &winner.cover_id, trial.control(), change(winner.effect));
    Words::new(
        format!(
            "{cover} is on air already. It won the test {name} against {control}: {} in value, proven by lot.",
            by.en
        ),
        format!("{cover} 已经在播。它在测试 {name} 中胜过 {control}：价值 {}，经随机抽签证实。", by.zh),
    )
}

/// A cover lost a test, or broke what the test guards.
pub(super) fn lost(trial: &Trial<'_>, arm: &Arm, loss: &Loss, better: &str) -> Words {
    let (name, cover, control, by) = (&trial.name, &arm.cover_id, trial.control(), change(loss.effect));
    let verdict = match loss.of {
        Some(guarded) => {
            let [of, of_zh] = guarded.words();
            Words::new(
                format!(
                    "{cover} costs more {of} than is tolerated: {} against {control} in the test {name}.",
                    by.en
                ),
                format!("{cover} 损失的{of_zh}超出容许范围：在测试 {name} 中与 {control} 相比为 {}。", by.zh),
            )
        }
        None => Words::new(
            format!("{cover} is worth less than {control}: {} in the test {name}.", by.en),
            format!("{cover} 的价值低于 {control}：在测试 {name} 中为 {}。", by.zh),
        ),
    };
    verdict.then(&Words::new(
        format!("Lots were drawn, so that is proven. Take it off and show {better}."),
        format!("封面由随机抽签分配，结论已证实。请撤下它，改播 {better}。"),
    ))
}

pub(super) fn follow_plan(trial: &Trial<'_>) -> Words {
    let (name, until) = (&trial.name, day(trial.plan.to));
    let plan = Words::new(
        format!("The test {name} runs until {}: its plan says what is on air.", until.en),
        format!("测试 {name} 进行到{}：播哪张封面以测试计划为准。", until.zh),
    );
    let Some(arm) = trial.leading() else { return plan };
    let (cover, control, by) = (&arm.cover_id, trial.control(), change(arm.effect));
    let plan = plan.then(&Words::new(
        format!("Not settled: {cover} {} against {control}.", by.en),
        format!("尚无定论：{cover} 与 {control} 相比为 {}。", by.zh),
    ));
    match trial.nights_needed {
        Some(nights) if nights > 0 => {
            let unit = if nights == 1 { "night" } else { "nights" };
            plan.then(&Words::new(
                format!("About {nights} more {unit} like these would settle it."),
                format!("大约再有 {nights} 晚才能有定论。"),
            ))
        }
        _ => plan,
    }
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
