//! Why, where lots were drawn.

use crate::advice::trial::{Arm, Loss, Trial};
use crate::advice::words::{change, day, rates};
use crate::decision_context::Words;
use coverledger_core::model::columns as c;

/// The winner of a test is not on air.
pub(in crate::advice) fn won(trial: &Trial<'_>, winner: &Arm, on_air: Option<&str>) -> Words {
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
pub(in crate::advice) fn ended(trial: &Trial<'_>, on_air: &str, other: &str, is_again: bool) -> Words {
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
pub(in crate::advice) fn won_elsewhere(trial: &Trial<'_>, winner: &str, on_air: &str) -> Words {
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

pub(in crate::advice) fn on_air_already(trial: &Trial<'_>, winner: &Arm) -> Words {
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
pub(in crate::advice) fn lost(trial: &Trial<'_>, arm: &Arm, loss: &Loss, better: &str) -> Words {
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

pub(in crate::advice) fn follow_plan(trial: &Trial<'_>) -> Words {
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
