//! Why it was decided so, in English and in Chinese.

use super::decide::{Decision, Standing};
use super::{ExperimentSite, MOST_OFF_PLAN};
use crate::decision_context::DecisionContext;
use crate::experiment_balance::Cell;
use crate::trial::Effect;
use coverledger_config::Design;
use coverledger_stats::FEWEST_CLUSTERS;

/// The sentences of one arm.
pub(super) fn reason(context: &DecisionContext<'_>, site: &ExperimentSite<'_>, arm: usize) -> [String; 2] {
    let control = &site.experiment.covers[site.experiment.control];
    let one = &site.arms[arm];
    match site.decisions[arm] {
        Some(Decision::Imbalance) => invalid(context, site),
        Some(Decision::Rounding) => [
            "The exports round their counts so far that rounding alone could turn who is ahead. Ask for exact counts, or \
             leave the control on air."
                .to_owned(),
            "导出数据的四舍五入幅度太大，仅凭舍入就可能改变谁领先。请获取精确数值，否则继续使用对照封面。".to_owned(),
        ],
        Some(Decision::GuardrailFailed) => guardrail_failed(site, arm),
        Some(Decision::Winner) => {
            let [en, zh] = figure(one.effect);
            let best_en = one.best.map(|best| format!(", and most probably the best ({:.0} %)", best * 100.0));
            let best_zh = one.best.map(|best| format!("，是最佳封面的概率为 {:.0}%", best * 100.0));
            let (best_en, best_zh) = (best_en.unwrap_or_default(), best_zh.unwrap_or_default());
            [
                format!("Worth {en} against `{control}` per 1,000 impressions{best_en}. Put it on air."),
                format!("每千次曝光的价值相对于 `{control}` 为 {zh}{best_zh}。请换上这张封面。"),
            ]
        }
        Some(Decision::NoDifference) => {
            let ([en, zh], worth) = (figure(one.effect), site.experiment.worth * 100.0);
            [
                format!("Worth {en} against `{control}`: a gain of {worth:.0} % can be ruled out. It need not be tested on."),
                format!("价值相对于 `{control}` 为 {zh}：已可排除 {worth:.0}% 以上的提升，不必再测。"),
            ]
        }
        Some(Decision::KeepTesting) => keep_testing(site, arm, control),
        None => {
            let on_air = site.on_air();
            if on_air == control {
                [
                    "The others are held against it. It stays on air until one of them wins.".to_owned(),
                    "其他封面都与它对照。在有封面胜出之前，请继续使用它。".to_owned(),
                ]
            } else {
                [
                    format!("The others are held against it, and `{on_air}` is worth more. Take it off air."),
                    format!("其他封面都与它对照，`{on_air}` 的价值更高。请换下它。"),
                ]
            }
        }
    }
}

fn keep_testing(site: &ExperimentSite<'_>, arm: usize, control: &str) -> [String; 2] {
    let one = &site.arms[arm];
    let is_over = site.trial.is_over();
    let [end_en, end_zh] = if is_over {
        [
            "The window is over: what is still open stays open, and the control stays on air.",
            "测试窗口已结束：未决的仍然未决，请继续使用对照封面。",
        ]
    } else {
        ["Keep testing.", "请继续测试。"]
    };
    let is_split = matches!(site.experiment.design, Design::Split(_));
    let broadcasts = site.trial.broadcasts(None);
    let Some(effect) = one.effect else {
        return [
            format!(
                "Its value is not known: a count that has a weight is not offered, or nothing was seen of it. {end_en}"
            ),
            format!("价值未知：平台没有提供计入价值的指标，或者还没有任何数据。{end_zh}"),
        ];
    };
    if is_split && broadcasts < FEWEST_CLUSTERS {
        return [
            format!(
                "{broadcasts} broadcasts so far; fewer than {FEWEST_CLUSTERS} say nothing of how broadcasts differ. {end_en}"
            ),
            format!("目前只有 {broadcasts} 场直播；少于 {FEWEST_CLUSTERS} 场无法判断场次之间的差异。{end_zh}"),
        ];
    }
    let [en, zh] = figure(Some(effect));
    let looks_costly = one.guardrails.contains(&Standing::Open { is_beyond: true });
    if one.p_holm.is_some_and(|p| p <= site.experiment.level) && effect.value > 0.0 {
        if looks_costly {
            return [
                format!(
                    "Worth {en} against `{control}`, but it looks as if fewer stay or buy than is put up with, and that is not settled. {end_en}"
                ),
                format!("价值相对于 `{control}` 为 {zh}，但停留或下单看起来低于可接受的范围，尚无定论。{end_zh}"),
            ];
        }
        let on_air = site.on_air();
        return [
            format!("Worth {en} against `{control}`, but `{on_air}` is more probably the best."),
            format!("价值相对于 `{control}` 为 {zh}，但 `{on_air}` 更可能是最佳。"),
        ];
    }
    [
        format!("Worth {en} against `{control}`: not settled yet. {end_en}"),
        format!("价值相对于 `{control}` 为 {zh}：尚无定论。{end_zh}"),
    ]
}

fn guardrail_failed(site: &ExperimentSite<'_>, arm: usize) -> [String; 2] {
    let [stay, conversion] = site.arms[arm].guardrails;
    let mut en = Vec::new();
    let mut zh = Vec::new();
    let guards = site.experiment.guardrails;
    for (standing, effect, tolerated, name_en, name_zh) in [
        (stay, site.stay[arm], guards.stay, "fewer of those who enter stay", "进房后停留的比例"),
        (conversion, site.conversion[arm], guards.conversion, "fewer of those who enter buy", "进房后下单的比例"),
    ] {
        if standing == Standing::Failed {
            let ([by_en, by_zh], tolerated) = (figure(effect), tolerated.unwrap_or(0.0) * 100.0);
            en.push(format!("{name_en}: {by_en}, where {tolerated:.0} % less is put up with"));
            zh.push(format!("{name_zh} {by_zh}，可接受的降幅为 {tolerated:.0}%"));
        }
    }
    let [ctr_en, ctr_zh] = figure(site.ctr[arm]);
    [
        format!(
            "Against the control {}. Its CTR, {ctr_en}, does not make up for it: the cover promises what the room does not hold. Take it off air.",
            en.join("; ")
        ),
        format!(
            "与对照封面相比，{}。点击率 {ctr_zh}，无法弥补：封面承诺的内容直播间没有兑现。请换下这张封面。",
            zh.join("；")
        ),
    ]
}

fn invalid(context: &DecisionContext<'_>, site: &ExperimentSite<'_>) -> [String; 2] {
    if let Some(share) = site.trial.off_plan.filter(|share| *share > MOST_OFF_PLAN) {
        let share = share * 100.0;
        return [
            format!(
                "{share:.0} % of impressions in its turns were of another cover than was planned, so nothing can be said of covers. Put covers on air by the schedule that `plan-test` prints."
            ),
            format!(
                "在轮换时段内，{share:.0}% 的曝光不是计划中的封面，因此无法比较封面。请按 `plan-test` 打印的排期上封面。"
            ),
        ];
    }
    let uneven = site.balance.as_ref().map(|balance| balance.uneven()).unwrap_or_default();
    let Some(cell) = uneven.first() else { return [String::new(), String::new()] };
    let [en, zh] = named(context, cell);
    let given = shares(&cell.observed);
    let planned = shares(&cell.expected);
    let (p, number) = (cell.found.map_or(1.0, |found| found.p_adjusted), uneven.len());
    [
        format!(
            "{en} arms were given {given} of the audience instead of {planned} (p = {p:.2e}; {number} checks failed): whoever saw one cover differs from whoever saw another. Find out why before any figure is read."
        ),
        format!(
            "{zh}各组实际分到的受众为 {given}，计划为 {planned}（p = {p:.2e}；共 {number} 项检查未通过）：看到不同封面的人群并不可比。请先查明原因，再看任何数字。"
        ),
    ]
}

fn named(context: &DecisionContext<'_>, cell: &Cell) -> [String; 2] {
    let name = |names: &[String], at: Option<usize>| at.and_then(|at| names.get(at)).cloned();
    let slot = name(&context.evidence.slots, cell.place.slot);
    let audience = name(&context.evidence.audiences, cell.place.audience);
    match (slot, audience) {
        (None, None) => ["Overall".to_owned(), "总体上，".to_owned()],
        (Some(slot), None) => [format!("In slot `{slot}`"), format!("在时段 `{slot}`，")],
        (None, Some(audience)) => [format!("In audience `{audience}`"), format!("在受众 `{audience}`，")],
        (Some(slot), Some(audience)) => [
            format!("In slot `{slot}` and audience `{audience}`"),
            format!("在时段 `{slot}`、受众 `{audience}`，"),
        ],
    }
}

fn shares(counts: &[f64]) -> String {
    let total: f64 = counts.iter().sum();
    let shares: Vec<String> = counts.iter().map(|count| format!("{:.1}", 100.0 * count / total)).collect();
    format!("{} %", shares.join(" / "))
}

/// `+12.3 % (4.1 % to 21.0 %)`, and the same in Chinese.
fn figure(effect: Option<Effect>) -> [String; 2] {
    let Some(effect) = effect else { return ["not known".to_owned(), "未知".to_owned()] };
    let percent = |ratio: f64| ratio * 100.0;
    let value = percent(effect.value);
    match effect.interval {
        Some(interval) => {
            let (low, high) = (percent(interval.low), percent(interval.high));
            [
                format!("{value:+.1} % ({low:+.1} % to {high:+.1} %)"),
                format!("{value:+.1}%（{low:+.1}% 至 {high:+.1}%）"),
            ]
        }
        None => [format!("{value:+.1} %"), format!("{value:+.1}%")],
    }
}
