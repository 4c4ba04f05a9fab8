//! What is told of a cover's history, in words.

use super::{Fading, Rest, Told, half_life, half_life_bounds};
use crate::decision_context::{Words, counted};
use crate::library::change::ChangeKind;
use crate::library::rows::date_of;
use crate::library::types::not_randomized;
use coverledger_stats::FEWEST_CLUSTERS;

pub(super) fn reason(told: &Told<'_>) -> Words {
    aired(told).then(&fading(told)).then(&rest(told)).then(&change(told)).then(&not_randomized())
}

/// `On air on 12 days in 24 broadcasts.`
fn aired(told: &Told<'_>) -> Words {
    let line = told.line;
    let on_air = Words::new(
        format!("On air on {} in {}.", counted(line.days, "day"), counted(line.broadcasts, "broadcast")),
        format!("共播出 {} 天、{} 场直播。", line.days, line.broadcasts),
    );
    let days = told.rested_days;
    if !told.is_rested {
        return on_air;
    }
    let rested = counted(usize::try_from(days).unwrap_or(0), "day");
    on_air.then(&Words::new(format!("Rested for {rested}."), format!("已休息 {days} 天。")))
}

fn fading(told: &Told<'_>) -> Words {
    let (Some(fatigue), Some(fading)) = (&told.line.fatigue, told.fading) else { return Words::default() };
    let Some(slope) = fatigue.by_day else {
        let clusters = fatigue.clusters;
        return Words::new(
            format!(
                "Too little to tell whether it fades: it was beside other covers in {} of the {FEWEST_CLUSTERS} that it takes.",
                counted(clusters, "broadcast")
            ),
            format!("数据太少，无法判断是否衰减：与其他封面同场 {clusters} 次，至少需要 {FEWEST_CLUSTERS} 次。"),
        );
    };
    let [least, most] = half_life_bounds(Some(&slope));
    let kept = slope.value.exp() * 100.0;
    match fading {
        Fading::Fades => {
            let half = half_life(slope.value).unwrap_or(0.0);
            let (least, most) = (least.unwrap_or(0.0), most.unwrap_or(0.0));
            Words::new(
                format!(
                    "It fades beside the others of its broadcasts: half of its rate is left after {half:.1} days on air \
                     ({least:.1} to {most:.1})."
                ),
                format!("与同场其他封面相比在衰减：播出 {half:.1} 天后（{least:.1} 至 {most:.1}）只剩一半。"),
            )
        }
        Fading::Growing => Words::new(
            format!(
                "It grows beside the others of its broadcasts: each day on air leaves {kept:.1} % of the day before."
            ),
            format!("与同场其他封面相比在增长：每播出一天为前一天的 {kept:.1} %。"),
        ),
        Fading::Steady => {
            let least = least.map_or_else(
                || Words::new("it does not fall", "没有下降"),
                |least| {
                    Words::new(
                        format!("halving it would take {least:.0} days on air at least"),
                        format!("减半至少需要播出 {least:.0} 天"),
                    )
                },
            );
            Words::new(format!("It is steady: {}.", least.en), format!("表现稳定：{}。", least.zh))
        }
        Fading::TooLittle if most.is_some() => Words::new(
            "By itself it looks as if it faded; among so many covers that may be chance.",
            "单独看像在衰减；但在这么多封面中可能只是偶然。",
        ),
        Fading::TooLittle => {
            let least = least.map_or_else(Words::default, |least| {
                Words::new(
                    format!("Halving it takes {least:.1} days on air at least."),
                    format!("减半至少需要播出 {least:.1} 天。"),
                )
            });
            Words::new("Too little to tell whether it fades.", "数据太少，无法判断是否衰减。").then(&least)
        }
    }
}

fn rest(told: &Told<'_>) -> Words {
    let rise = told.line.fatigue.as_ref().and_then(|fatigue| fatigue.over_rest).map(|rise| rise.value.exp());
    match (told.rest, rise) {
        (None, _) => Words::default(),
        (Some(Rest::Restored), Some(rise)) => Words::new(
            format!("Its last rest restored it: {rise:.2} times what it had come to."),
            format!("上次休息后有所恢复：为休息前的 {rise:.2} 倍。"),
        ),
        (Some(Rest::NotRestored), _) => Words::new("Its last rest did not restore it.", "上次休息没有使其恢复。"),
        (Some(_), _) => Words::new(
            "Whether its last rest restored it is too little to tell.",
            "数据太少，无法判断上次休息是否使其恢复。",
        ),
    }
}

fn change(told: &Told<'_>) -> Words {
    let Some((change, day)) = told.line.change.and_then(|change| Some((change, date_of(change.day)?))) else {
        return Words::default();
    };
    match change.kind {
        ChangeKind::Conventions => Words::new(
            format!("The platform counts otherwise since {day}: counts are of the conventions of this row alone."),
            format!("平台自 {day} 起改变了统计口径：计数仅限本行口径。"),
        ),
        ChangeKind::Level(times) => Words::new(
            format!("From {day} on all covers alike drew {times:.2} times as much: no fatigue of this one."),
            format!("自 {day} 起所有封面的吸引力一同变为 {times:.2} 倍：并非此封面的衰减。"),
        ),
    }
}
