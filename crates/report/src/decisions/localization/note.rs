//! How two versions of a cover compare, in words that follow the interval of their ratio.

use crate::contrast::{is_above, is_below};
use crate::decision_context::{Words, percent};
use crate::decisions::gate::too_few;
use coverledger_stats::{FEWEST_CLUSTERS, Interval};

/// In the broadcasts in which both were shown.
pub(super) fn same_broadcasts([localized, shared]: [f64; 2], ratio: Option<Interval>, broadcasts: usize) -> Words {
    let [localized, shared] = [localized, shared].map(percent);
    let rates = Words::new(
        format!(
            "In the same broadcasts, slots and audiences the localized cover drew {localized}, the shared one {shared}."
        ),
        format!("在相同的场次、时段和人群中，本地化封面为 {localized}，共用封面为 {shared}。"),
    );
    rates.then(&match ratio {
        None => no_interval(broadcasts),
        Some(ratio) if is_above(ratio) => Words::new(
            "Higher than the shared cover in the same broadcasts (not randomized).",
            "在同场直播中高于共用封面（未随机分配）。",
        ),
        Some(ratio) if is_below(ratio) => Words::new(
            "Lower than the shared cover in the same broadcasts (not randomized).",
            "在同场直播中低于共用封面（未随机分配）。",
        ),
        Some(_) => by_chance(),
    })
}

/// Each against the other covers of its own broadcasts, in different markets.
pub(super) fn across_markets([localized, shared]: [f64; 2], ratio: Option<Interval>, broadcasts: usize) -> Words {
    let indices = Words::new(
        format!(
            "The shared cover was never shown here. The localized one drew {localized:.2} times what the other covers of \
             its broadcasts drew, the shared one {shared:.2} times elsewhere."
        ),
        format!(
            "共用封面从未在本市场展示。本地化封面是同场其他封面的 {localized:.2} 倍，共用封面在其他市场是 {shared:.2} 倍。"
        ),
    );
    let verdict = match ratio {
        None => no_interval(broadcasts),
        Some(ratio) if is_above(ratio) => Words::new(
            "Higher than the shared cover elsewhere (not randomized).",
            "高于共用封面在其他市场的表现（未随机分配）。",
        ),
        Some(ratio) if is_below(ratio) => Words::new(
            "Lower than the shared cover elsewhere (not randomized).",
            "低于共用封面在其他市场的表现（未随机分配）。",
        ),
        Some(_) => by_chance(),
    };
    indices.then(&verdict).then(&Words::new(
        "Markets differ in more than the cover: take it for a hint.",
        "市场之间的差别不只是封面：仅供参考。",
    ))
}

fn no_interval(broadcasts: usize) -> Words {
    if broadcasts < FEWEST_CLUSTERS {
        return too_few(broadcasts);
    }
    Words::new(
        "Too few successes to say whether that is more than chance (not randomized).",
        "成功次数太少，无法判断差异是否只是偶然（未随机分配）。",
    )
}

fn by_chance() -> Words {
    Words::new("The difference may be chance (not randomized).", "差异可能只是偶然（未随机分配）。")
}

/// Both were shown here, in different broadcasts.
pub(super) fn never_together([localized, shared]: [f64; 2]) -> Words {
    let [localized, shared] = [localized, shared].map(percent);
    Words::new(
        format!(
            "The localized cover drew {localized} and the shared one {shared} in the same slots and audiences, but of \
             different broadcasts. Not randomized; never on air together: only a rotation can tell."
        ),
        format!(
            "在相同的时段和人群中，本地化封面为 {localized}，共用封面为 {shared}，但来自不同的场次。未随机分配；从未同场展示：\
             只有轮换测试才能判断。"
        ),
    )
}

pub(super) fn not_shown() -> Words {
    Words::new(
        "The localized cover was not shown here, or its counts are not given.",
        "本地化封面没有在本市场展示，或者缺少它的数据。",
    )
}

pub(super) fn never_matched() -> Words {
    Words::new(
        "The two were never shown in the same slot and audience: only a rotation can tell.",
        "两张封面从未在相同的时段和人群中展示：只有轮换测试才能判断。",
    )
}

pub(super) fn shown_nowhere() -> Words {
    Words::new(
        "The shared cover was shown neither here nor in another market counted alike.",
        "共用封面既没有在本市场展示，也没有在统计口径相同的其他市场展示。",
    )
}

pub(super) fn no_companions() -> Words {
    Words::new(
        "The shared cover was never shown here, and one of the two was never on air together with other covers: only a \
         rotation can tell.",
        "共用封面从未在本市场展示，而且其中一张从未与其他封面同场展示：只有轮换测试才能判断。",
    )
}
