//! Why a cell is null, in words for people.

use crate::Text;

/// What is known of a null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null<'s> {
    /// The table was written before the column was.
    Earlier,
    /// What its declaration says.
    Means(&'s str),
}

/// The reason in both languages. `few` are the broadcasts of an estimate that is there while its bounds are not, where
/// these are fewer than eight.
pub(super) fn why_null(null: Null<'_>, few: Option<i64>) -> Text {
    if let Some(few) = few {
        let times = if few == 1 { "broadcast" } else { "broadcasts" };
        return Text::new(
            format!("Seen in {few} {times}; an interval needs 8."),
            format!("只出现过 {few} 场，区间至少需要 8 场。"),
        );
    }
    match null {
        Null::Earlier => Text::new(
            "An earlier release wrote this table and did not tell it yet.",
            "该表由较早的版本写成，当时还没有这一项。",
        ),
        Null::Means(meaning) => spoken(meaning),
    }
}

/// What a declaration says of null, and how that is told. Sentences, since people hear them.
const SPOKEN: &[(&str, &str, &str)] = &[
    ("nothing to tell it by", "There is nothing to tell it by.", "没有可以判断的依据。"),
    (
        "nothing to tell it by, or `action` is `take_off`",
        "There is nothing to tell it by, or a cover was taken off, of which no gain is expected.",
        "没有可以判断的依据，或者是撤下封面，并不预期提升。",
    ),
    ("nothing before, or nothing since", "There are no broadcasts before, or none since.", "此前或此后没有场次。"),
    ("", "It is not known.", "不详。"),
    (
        "no rate",
        "A count that the rate needs is not known, or there is nothing to divide by.",
        "计算该比率所需的计数不详，或分母为零。",
    ),
    (
        "no interval",
        "There is no interval: fewer than 8 broadcasts, or no rate.",
        "没有区间：不足 8 场，或没有比率。",
    ),
    ("no `rank`", "The cover has no rank.", "该封面没有排名。"),
    (
        "no rate to rank by, or `finding` is `overpromises`: no cover to put on air",
        "There is no rate to rank it by, or it overpromises.",
        "没有可排名的比率，或它承诺过高。",
    ),
    (
        "not compared within its broadcasts with the covers that are ranked first",
        "It was beside the covers that are ranked first in fewer than 8 broadcasts.",
        "与排名靠前的封面同场不足 8 场。",
    ),
    (
        "never beside another cover, or the others had no success",
        "It was never on air beside another cover, or the others drew nobody.",
        "从未与其他封面同场，或其他封面没有带来任何人。",
    ),
    (
        "no `ratio`, or fewer than eight `compared_broadcasts`",
        "It was beside others in fewer than 8 broadcasts.",
        "与其他封面同场不足 8 场。",
    ),
    ("not known, or no clean row", "This count is not known here.", "此处该计数不详。"),
    ("not known", "This count is not known here.", "此处该计数不详。"),
    (
        "not known, or nothing seen",
        "Nothing was seen of it yet, or the count is not known.",
        "尚未看到数据，或该计数不详。",
    ),
    ("nothing to compare", "There is nothing to compare it with.", "没有可比较的时期。"),
    (
        "nothing to compare, or fewer than eight broadcasts",
        "There are fewer than 8 broadcasts to tell it by.",
        "场次不足 8 场，无法给出区间。",
    ),
    (
        "no rate, or never beside another cover",
        "It was never on air beside another cover, or a count is not known.",
        "从未与其他封面同场，或有计数不详。",
    ),
    ("neither known", "Neither entrants nor clicks are known here.", "此处进房人数与点击数均不详。"),
    (
        "neither entrants nor clicks known",
        "Neither entrants nor clicks are known here.",
        "此处进房人数与点击数均不详。",
    ),
    (
        "fewer than eight days, or nothing came",
        "There are fewer than 8 days to tell it by, or nothing came.",
        "不足 8 天，或没有人来。",
    ),
    (
        "of the control, or a count not known",
        "It is the control, or a count is not known.",
        "这是对照封面，或有计数不详。",
    ),
    ("nothing can be said yet", "Nothing can be said yet.", "目前还无法判断。"),
    (
        "of the control, or nothing can be said yet",
        "It is the control, or nothing can be said yet.",
        "这是对照封面，或目前还无法判断。",
    ),
    ("fewer than eight clusters", "There are fewer than 8 broadcasts to tell it by.", "场次不足 8 场，无法判断。"),
    ("not `fading`", "Its rate does not fade.", "它没有衰退。"),
    ("too little to tell", "There is too little to tell.", "数据太少，无法判断。"),
    (
        "as `clicks_lost`, or orders are not known",
        "It is not told for this row, or orders are not known.",
        "此行不给出该数值，或下单数不详。",
    ),
    (
        "of `per_step` and of `entries`, or too little to tell, or `placebo_fired`, or what they are made of is not known",
        "There is too little to tell, or this row is of something else than lost clicks.",
        "数据太少，或此行说的不是损失的点击。",
    ),
    (
        "of a history that says nothing of it, or more than can be looked for",
        "What was seen so far does not tell how many it takes.",
        "以往数据还看不出需要多少场。",
    ),
    ("of the control", "It is the control.", "这是对照封面。"),
    ("nobody is due", "It is too early to tell who comes back.", "现在判断谁会回来还为时过早。"),
    ("none", "There is none.", "没有。"),
];

/// Whether there are words for a meaning of null.
#[cfg(test)]
pub(super) fn is_spoken(meaning: &str) -> bool {
    SPOKEN.iter().any(|(declared, ..)| *declared == meaning)
}

fn spoken(meaning: &str) -> Text {
    match SPOKEN.iter().find(|(declared, ..)| *declared == meaning) {
        Some((_, en, zh)) => Text::new(*en, *zh),
        // A declaration that nobody put into words yet: as it stands, without what only files need.
        None => Text::new(
            format!("There is none: {}.", meaning.replace('`', "")),
            format!("没有数值：{}。", meaning.replace('`', "")),
        ),
    }
}
