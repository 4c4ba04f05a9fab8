//! Actions: how they look and what they are called. Change is loud, keep is quiet.

use super::sheet::Sheet;
use super::{Action, Advice, Sureness, Text};

impl Action {
    /// The class of a cell, which colours its label.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::TakeOff => "stop",
            Self::Try => "try",
            Self::Test => "open",
            Self::FollowPlan => "open plan",
            Self::Keep => "keep",
            Self::NoData => "keep nodata",
        }
    }

    /// What its label says.
    pub(super) fn label(self) -> Text {
        let (en, zh) = match self {
            Self::Change => ("Change", "更换"),
            Self::TakeOff => ("Take one off", "撤下一张"),
            Self::Try => ("Try", "试换"),
            Self::Test => ("Keep, test", "保持并对测"),
            Self::FollowPlan => ("Follow the test", "按测试计划"),
            Self::Keep => ("Keep", "保持"),
            Self::NoData => ("No data", "没有数据"),
        };
        Text { en: en.into(), zh: zh.into() }
    }

    /// Whether somebody has to do something tonight.
    pub(super) const fn is_loud(self) -> bool {
        matches!(self, Self::Change | Self::TakeOff | Self::Try)
    }
}

impl Sureness {
    /// The word of certainty.
    pub(super) fn word(self) -> Text {
        let (en, zh) = match self {
            Self::Proven => ("Proven", "已证实"),
            Self::Likely => ("Likely", "很可能"),
            Self::Open => ("Open", "尚无定论"),
            Self::Unknown => ("Not known", "未知"),
        };
        Text { en: en.into(), zh: zh.into() }
    }
}

/// Who is held against whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side<'a> {
    /// A cover by its id.
    Cover(&'a str),
    /// The cover that leads in a test.
    Leading,
    /// The control of a test.
    Control,
    /// The best one beside it.
    NextBest,
}

/// Whose `rate` and `against_rate` an advice tells. What a test decided is told against its control.
pub(super) fn compared(advice: &Advice) -> (Side<'_>, Side<'_>) {
    let Advice { cover_id, instead_of, test_against, .. } = advice;
    match (advice.action, advice.experiment.is_some()) {
        (Action::FollowPlan, _) => (Side::Leading, Side::Control),
        (Action::TakeOff, _) => (one(instead_of.as_ref(), Side::NextBest), Side::Control),
        (Action::Test, false) => {
            (one(test_against.as_ref(), Side::NextBest), one(cover_id.as_ref(), Side::NextBest))
        }
        (_, true) => (one(cover_id.as_ref(), Side::Leading), Side::Control),
        (_, false) => (one(cover_id.as_ref(), Side::Leading), one(instead_of.as_ref(), Side::NextBest)),
    }
}

impl Side<'_> {
    /// What it is called.
    pub(super) fn title(self, sheet: &Sheet<'_>) -> Text {
        let (en, zh) = match self {
            Self::Cover(cover) => return sheet.title(cover),
            Self::Leading => ("the leading cover", "领先封面"),
            Self::Control => ("the control", "对照封面"),
            Self::NextBest => ("the next best", "次优封面"),
        };
        Text { en: en.into(), zh: zh.into() }
    }
}

fn one<'a>(cover: Option<&'a String>, other: Side<'a>) -> Side<'a> {
    cover.map_or(other, |cover| Side::Cover(cover))
}
