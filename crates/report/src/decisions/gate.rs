//! What is said of every comparison of covers that nobody assigned at random, and where none is said.

use crate::contrast::Contrast;
use crate::decision_context::{Words, counted};

/// Why a cover is not held against the others; `None` where it is.
pub(super) fn untold(contrast: Option<&Contrast>) -> Option<Words> {
    let Some(contrast) = contrast else {
        return Some(Words::new(
            "Not randomized, and the counts that covers are compared by are not known: only a rotation can tell.",
            "未随机分配，且缺少用来比较封面的数据：只有轮换测试才能判断。",
        ));
    };
    if contrast.is_told() {
        return None;
    }
    Some(match contrast.broadcasts {
        0 => never_together(),
        broadcasts if broadcasts < coverledger_stats::FEWEST_CLUSTERS => too_few(broadcasts),
        _ => Words::new(
            "Not randomized, and shown too little beside other covers: only a rotation can tell.",
            "未随机分配，且与其他封面同场展示的量太少：只有轮换测试才能判断。",
        ),
    })
}

fn never_together() -> Words {
    Words::new(
        "Not randomized; never on air together with another cover, so what is the cover's and what is its broadcasts' \
         cannot be told apart: only a rotation can tell.",
        "未随机分配；从未与其他封面在同一场直播中一起展示，无法区分差异来自封面还是来自场次：只有轮换测试才能判断。",
    )
}

/// Of covers that were shown together in fewer broadcasts than an interval needs.
pub(super) fn too_few(broadcasts: usize) -> Words {
    Words::new(
        format!(
            "Not randomized; on air together in {}, fewer than eight: only a rotation can tell.",
            counted(broadcasts, "broadcast")
        ),
        format!("未随机分配；一起展示的直播只有{broadcasts}场，不足8场：只有轮换测试才能判断。"),
    )
}
