//! What to know of a slot's row, in words.

use super::pace::Pace;
use crate::decision_context::{Words, counted};
use coverledger_stats::FEWEST_CLUSTERS;

/// The sentences.
pub(super) fn note(pace: &Pace, days: usize) -> Words {
    let mut note = Words::new(
        "Not randomized: slots also differ in their weeks and hosts. Hours are those of the slot, for when broadcasts begin \
         and end is not known.",
        "未随机分配：不同时段的日期和主播也不同。小时数按时段长度计算，因为不知道直播的起止时间。",
    );
    if days < FEWEST_CLUSTERS {
        note = note.then(&Words::new(
            format!("On air there on {}: too few for an interval.", counted(days, "day")),
            format!("该时段只有{days}天开播：天数太少，没有置信区间。"),
        ));
    }
    match (pace.per_hour, pace.adjusted) {
        (None, _) => note.then(&Words::new(
            "Neither entrants nor clicks are known, so it has no rank.",
            "进房人数和点击数均未知，因此没有排名。",
        )),
        (Some(_), None) => note.then(&Words::new(
            "Its covers ran in no other slot: what is theirs and what is the slot's cannot be told apart.",
            "这里的封面没有在其他时段展示过：无法区分是封面的作用还是时段的作用。",
        )),
        (Some(_), Some(_)) => note,
    }
}
