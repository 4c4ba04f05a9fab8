//! Why it was decided so, in English and in Chinese.

use super::decide::{Arm, Decision};
use super::fading::NIGHTS;
use super::guardrail::{Guard, Guarded, GuardrailState};
use super::site::{MOST_OFF_PLAN, Site};
use super::stopping::{Standing, State};
use super::words::{Said, effect, joined, p_value, said};
use crate::decision_context::{DecisionContext, counted};
use crate::decisions::LevelHistory;
use crate::experiment_balance::Cell;
use crate::trial::Unit;
use coverledger_stats::FEWEST_CLUSTERS;

/// The sentences of one arm.
pub(super) fn reason(
    context: &DecisionContext<'_>,
    standing: &Standing<'_>,
    history: Option<&LevelHistory>,
    arm: usize,
) -> Said {
    let Standing { state, decided_on, site } = standing;
    let when = match decided_on {
        Some(day) => said(format!("Decided on {day}."), format!("已于 {day} 得出结论。")),
        None => Said::default(),
    };
    let why = match site.decisions[arm] {
        Some(Decision::Imbalance) => invalid(context, site),
        Some(Decision::NoViewerIds) => no_viewer_ids(),
        Some(Decision::LevelNotHeld) => level_not_held(history),
        Some(Decision::Rounding) => rounding(),
        Some(Decision::GuardrailFailed) => guardrail_failed(site, arm),
        Some(Decision::Winner) => winner(site, arm),
        Some(Decision::NoDifference) => no_difference(site, arm),
        Some(Decision::Worse) => worse(site, arm),
        Some(Decision::NotChosen) => not_chosen(site, arm),
        Some(Decision::Faded) => faded(site, arm),
        Some(Decision::KeepTesting | Decision::NotSettled) => joined([open(site, arm), ending(*state, site, arm)]),
        None => of_control(*state, site),
    };
    joined([when, why])
}

/// What the figures of effects are per.
fn per(site: &Site<'_>) -> Said {
    match site.trial.unit() {
        Unit::Turns => said("per hour on air", "每小时开播"),
        Unit::Groups | Unit::Broadcasts | Unit::NoViewerIds => said("per 1,000 impressions", "每千次曝光"),
    }
}

fn control<'s>(site: &'s Site<'_>) -> &'s str {
    &site.experiment.covers[site.experiment.control]
}

/// Its effect on the value.
fn on_value(one: &Arm) -> Said {
    match one.effect {
        Some(found) => effect(found.value, found.today.or(found.interval)),
        None => said("not known", "未知"),
    }
}

/// `Worth +12 % (…) against x per 1,000 impressions`, without an end.
fn worth(site: &Site<'_>, arm: usize) -> Said {
    let ([en, zh], [per_en, per_zh]) = (on_value(&site.arms[arm]), per(site));
    let control = control(site);
    said(format!("Worth {en} against `{control}` {per_en}"), format!("{per_zh}的价值相对于 `{control}` 为 {zh}"))
}

/// The last seven nights, and what was left out.
fn beside(site: &Site<'_>, arm: usize) -> Said {
    let recent = site.recent[arm].map(|recent| {
        let [en, zh] = effect(recent.value, Some(recent.interval));
        said(format!("Last {NIGHTS} nights: {en}."), format!("最近 {NIGHTS} 晚：{zh}。"))
    });
    let left_out = site.arms[arm].effect.and_then(|found| found.left_out).filter(|share| *share >= 0.005);
    let left_out = left_out.map(|share| {
        let share = share * 100.0;
        said(
            format!("{share:.0} % of what it had is left out, for the control was not on air beside it."),
            format!("其中 {share:.0}% 因对照封面没有同场展示而未参与比较。"),
        )
    });
    joined(recent.into_iter().chain(left_out))
}

fn winner(site: &Site<'_>, arm: usize) -> Said {
    let one = &site.arms[arm];
    let [en, zh] = worth(site, arm);
    let best = one.best.map(|best| best * 100.0);
    let best_en = best.map(|best| format!(", and the best with a probability of {best:.0} %")).unwrap_or_default();
    let best_zh = best.map(|best| format!("，是最佳封面的概率为 {best:.0}%")).unwrap_or_default();
    let shown = one.guards.iter().filter(|guard| guard.is_not_shown()).map(not_yet_shown);
    joined(
        [said(format!("{en}{best_en}."), format!("{zh}{best_zh}。")), beside(site, arm)]
            .into_iter()
            .chain(shown)
            .chain([said("Put it on air.", "请换上这张封面。")]),
    )
}

fn no_difference(site: &Site<'_>, arm: usize) -> Said {
    let ([en, zh], worth) = (worth(site, arm), site.experiment.worth * 100.0);
    said(
        format!("{en}: a gain of {worth:.0} % can be ruled out. It need not be tested on."),
        format!("{zh}：已可排除 {worth:.0}% 以上的提升，不必再测。"),
    )
}

fn worse(site: &Site<'_>, arm: usize) -> Said {
    let [en, zh] = worth(site, arm);
    said(format!("{en}: it is worse. Do not use it."), format!("{zh}：比对照更差，请不要使用。"))
}

fn not_chosen(site: &Site<'_>, arm: usize) -> Said {
    let ([en, zh], on_air) = (worth(site, arm), site.on_air());
    said(
        format!("{en}, but `{on_air}` won first. What was still open of this one stays open."),
        format!("{zh}，但 `{on_air}` 先胜出；这张封面未决的仍然未决。"),
    )
}

fn faded(site: &Site<'_>, arm: usize) -> Said {
    let ([en, zh], on_air) = (worth(site, arm), site.on_air());
    joined([
        said(
            format!("It had won, and its effect is gone. {en} over the whole test."),
            format!("它曾经胜出，但效果已经消失。整个测试期内，{zh}。"),
        ),
        beside(site, arm),
        said(
            format!("`{on_air}` goes on air; a new cover often draws attention only for being new."),
            format!("请使用 `{on_air}`；新封面往往只是因为新鲜才吸引人。"),
        ),
    ])
}

fn rounding() -> Said {
    said(
        "The exports round their counts so far that rounding alone could turn who is ahead. Ask for exact counts, or \
         leave the control on air.",
        "导出数据的四舍五入幅度太大，仅凭舍入就可能改变谁领先。请获取精确数值，否则继续使用对照封面。",
    )
}

fn no_viewer_ids() -> Said {
    said(
        "Viewers keep the cover that they were assigned, and the exports do not say which viewer did what, so nobody can \
         tell how much of a difference is a few regulars. No winner is named. Export viewer ids; or, if the platform \
         draws the cover anew in every broadcast, say `assignment: broadcast`.",
        "观众会一直看到分配给自己的封面，而导出数据没有观众 ID，无法判断差异中有多少只是来自少数老观众，因此不给出胜者。\
         请导出观众 ID；如果平台每场直播都重新分配封面，请写明 `assignment: broadcast`。",
    )
}

fn level_not_held(history: Option<&LevelHistory>) -> Said {
    let Some(LevelHistory { tests, found, level, .. }) = history else { return Said::default() };
    let level = level * 100.0;
    said(
        format!(
            "On this market's own history, {found} of {tests} tests of covers that do not differ named a winner, where \
             {level:.0} % may: what this test finds cannot be believed. See `false_winners`. The control stays on air."
        ),
        format!(
            "用本市场自己的历史数据做 {tests} 次无差异测试，有 {found} 次误判出胜者，超过允许的 {level:.0}%，\
             因此本测试的结论不可信（见 `false_winners`）。请继续使用对照封面。"
        ),
    )
}

fn guardrail_failed(site: &Site<'_>, arm: usize) -> Said {
    let failed = site.arms[arm].guards.iter().filter(|guard| guard.state == GuardrailState::Failed);
    joined(
        failed
            .map(|guard| {
                let ([what_en, what_zh], [by_en, by_zh]) = (guarded(site, guard.of), loss(guard));
                said(format!("{what_en}: {by_en}."), format!("{what_zh}{by_zh}。"))
            })
            .chain([
                said(
                    format!("Against `{}`, that is more than may be lost.", control(site)),
                    "损失超过了可接受的范围。",
                ),
                said("Take it off air.", "请换下这张封面。"),
            ]),
    )
}

/// What a guardrail guards.
fn guarded(site: &Site<'_>, of: Guarded) -> Said {
    let [en, zh] = per(site);
    match of {
        Guarded::Stays => said(format!("Stays {en}"), format!("{zh}的停留人数")),
        Guarded::Orders => said(format!("Orders {en}"), format!("{zh}的订单数")),
        Guarded::Conversion => said("Orders per entrant", "进房后下单的比例"),
        Guarded::Revisits => said("Entrants who come back within 7 days", "进房观众 7 天内再来的比例"),
    }
}

/// `−12.0 % (…), where 10 % less is tolerated`.
fn loss(guard: &Guard) -> Said {
    let tolerated = guard.rule.map_or(0.0, |rule| rule.tolerated * 100.0);
    match guard.effect {
        Some(found) => {
            let [en, zh] = effect(found.value, found.interval);
            said(
                format!("{en}, where {tolerated:.0} % less is tolerated"),
                format!(" {zh}，可接受的降幅为 {tolerated:.0}%"),
            )
        }
        None => said("not counted here", "在此没有统计"),
    }
}

/// A guardrail that is neither held nor failed.
fn not_yet_shown(guard: &Guard) -> Said {
    let [what_en, what_zh] = match guard.of {
        Guarded::Stays => ["stays", "停留人数"],
        Guarded::Orders => ["orders", "订单数"],
        Guarded::Conversion => ["orders per entrant", "进房后下单的比例"],
        Guarded::Revisits => ["revisits", "再来的观众"],
    };
    let [by_en, by_zh] = loss(guard);
    match guard.state {
        GuardrailState::Unknown => said(
            format!("Nothing guards {what_en}: they are not counted here."),
            format!("{what_zh}在此没有统计，因此无法保证不受损失。"),
        ),
        _ => said(
            format!("Not yet shown that {what_en} hold: {by_en}."),
            format!("尚未证明{what_zh}没有受损：{by_zh}。"),
        ),
    }
}

/// Why an arm is still open.
fn open(site: &Site<'_>, arm: usize) -> Said {
    let one = &site.arms[arm];
    let Some(found) = one.effect else {
        return said(
            "Its value is not known: a count that has a weight is not offered, or nothing was seen of it beside the \
             control.",
            "价值未知：平台没有提供计入价值的指标，或者没有与对照封面同场的数据。",
        );
    };
    if let Some(information) =
        found.information.filter(|information| *information < crate::tally::float(FEWEST_CLUSTERS as u64))
    {
        let broadcasts = counted(found.clusters, "broadcast");
        return said(
            format!(
                "{broadcasts} so far, worth {information:.1} of equal size; with fewer than {FEWEST_CLUSTERS} only a \
                 rotation can tell."
            ),
            format!(
                "目前有 {} 场直播，相当于 {information:.1} 场同等规模的直播；少于 {FEWEST_CLUSTERS} 场时只有轮换测试才能判断。",
                found.clusters
            ),
        );
    }
    let [en, zh] = worth(site, arm);
    let why = match () {
        () if one.is_proven(site.experiment.level) && one.has_faded => said(
            format!("{en}: it was worth more, and the last {NIGHTS} nights no longer show it."),
            format!("{zh}：之前更高，但最近 {NIGHTS} 晚已看不到差异。"),
        ),
        () if one.is_proven(site.experiment.level) && !one.is_better_today() => said(
            format!("{en}: an earlier look showed a gain, and today's no longer rules out that there is none."),
            format!("{zh}：之前曾显示有提升，但截至今天已不能排除没有差异。"),
        ),
        () if one.is_proven(site.experiment.level) => {
            let barred = one.guards.iter().filter(|guard| guard.bars_winning()).map(|guard| {
                let ([what_en, what_zh], [by_en, by_zh]) = (guarded(site, guard.of), loss(guard));
                said(
                    format!("{what_en}: {by_en}, so it does not win."),
                    format!("{what_zh}{by_zh}，因此不能胜出。"),
                )
            });
            joined([said(format!("{en}."), format!("{zh}。"))].into_iter().chain(barred))
        }
        () => said(format!("{en}: not settled."), format!("{zh}：尚无定论。")),
    };
    joined([why, beside(site, arm)])
}

/// What follows from being open.
fn ending(state: State, site: &Site<'_>, arm: usize) -> Said {
    let on_air = site.on_air();
    match state {
        State::Running if site.beside().least_p.is_some_and(|least| least > site.experiment.level) => said(
            "With so few turns not even the greatest difference could be told from chance before the window ends: plan a \
             longer test, or more turns a night.",
            "轮换次数太少，即使差异再大，到窗口结束时也无法与偶然区分：请延长测试，或增加每晚的轮换次数。",
        ),
        State::Running => match site.beside().nights_needed[arm] {
            Some(0) => {
                let gain = site.experiment.worth * 100.0;
                said(
                    format!("Keep testing: nights enough to find a gain of {gain:.0} % four times in five."),
                    format!("请继续测试：现有场次已有八成把握发现 {gain:.0}% 的提升。"),
                )
            }
            Some(nights) => {
                let gain = site.experiment.worth * 100.0;
                let more = counted(usize::try_from(nights).unwrap_or(usize::MAX), "more night");
                said(
                    format!("Keep testing: about {more} would show a gain of {gain:.0} % four times in five."),
                    format!("请继续测试：大约还需 {nights} 晚，才有八成把握发现 {gain:.0}% 的提升。"),
                )
            }
            None => said("Keep testing.", "请继续测试。"),
        },
        State::Over => said(
            format!("The window is over, and what is open stays open: `{on_air}` stays on air."),
            format!("测试窗口已结束，未决的仍然未决：请继续使用 `{on_air}`。"),
        ),
        State::Stopped => said(
            format!("The test was stopped, and what is open stays open: `{on_air}` stays on air."),
            format!("测试已手动停止，未决的仍然未决：请继续使用 `{on_air}`。"),
        ),
        State::Decided => said(format!("`{on_air}` goes on air."), format!("请使用 `{on_air}`。")),
    }
}

fn of_control(state: State, site: &Site<'_>) -> Said {
    let (control, on_air) = (control(site), site.on_air());
    match () {
        () if on_air != control => said(
            format!("The others are compared with it, and `{on_air}` is worth more. Take it off air."),
            format!("其他封面都与它对照，`{on_air}` 的价值更高。请换下它。"),
        ),
        () if state == State::Running => said(
            "The others are compared with it. It stays on air until one of them wins.",
            "其他封面都与它对照。在有封面胜出之前，请继续使用它。",
        ),
        () => said(
            "The others are compared with it, and none of them won. It stays on air.",
            "其他封面都与它对照，没有一张胜出。请继续使用它。",
        ),
    }
}

fn invalid(context: &DecisionContext<'_>, site: &Site<'_>) -> Said {
    if let Some(share) = site.trial.off_plan().filter(|share| *share > MOST_OFF_PLAN) {
        let share = share * 100.0;
        return said(
            format!(
                "{share:.0} % of impressions in its turns were of another cover than was planned, so nothing can be said of covers. Put covers on air by the schedule that `plan-test` prints."
            ),
            format!(
                "在轮换时段内，{share:.0}% 的曝光不是计划中的封面，因此无法比较封面。请按 `plan-test` 打印的排期上封面。"
            ),
        );
    }
    let uneven = site.balance.as_ref().map(|balance| balance.uneven()).unwrap_or_default();
    let Some(cell) = uneven.first() else { return Said::default() };
    let [en, zh] = named(context, cell);
    let given = shares(&cell.observed);
    let planned = shares(&cell.expected);
    let (p, number) = (p_value(cell.found.map_or(1.0, |found| found.p_adjusted)), uneven.len());
    let checks = counted(number, "check");
    said(
        format!(
            "{en} arms were given {given} of the audience instead of {planned} ({p}; {checks} failed): whoever saw one cover differs from whoever saw another. Find out why before any figure is read."
        ),
        format!(
            "{zh}各组实际分到的受众为 {given}，计划为 {planned}（{p}；共 {number} 项检查未通过）：看到不同封面的人群并不可比。请先查明原因，再看任何数字。"
        ),
    )
}

fn named(context: &DecisionContext<'_>, cell: &Cell) -> Said {
    let name = |names: &[String], at: Option<usize>| at.and_then(|at| names.get(at)).cloned();
    let slot = name(&context.evidence.slots, cell.place.slot);
    let audience = name(&context.evidence.audiences, cell.place.audience);
    match (slot, audience) {
        (None, None) => said("Overall", "总体上，"),
        (Some(slot), None) => said(format!("In slot `{slot}`"), format!("在时段 `{slot}`，")),
        (None, Some(audience)) => said(format!("In audience `{audience}`"), format!("在受众 `{audience}`，")),
        (Some(slot), Some(audience)) => said(
            format!("In slot `{slot}` and audience `{audience}`"),
            format!("在时段 `{slot}`、受众 `{audience}`，"),
        ),
    }
}

fn shares(counts: &[f64]) -> String {
    let total: f64 = counts.iter().sum();
    let shares: Vec<String> = counts.iter().map(|count| format!("{:.1}", 100.0 * count / total)).collect();
    format!("{} %", shares.join(" / "))
}
