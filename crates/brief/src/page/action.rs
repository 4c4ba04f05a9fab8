//! Actions: how they look and what they are called. Change is loud, keep is quiet.

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

/// The two covers that are held against each other: the one that is better or to be tested, and the other.
pub(super) fn compared(advice: &Advice) -> (Option<&str>, Option<&str>) {
    let on_air = advice.cover_id.as_deref();
    match advice.action {
        Action::Test => (advice.test_against.as_deref(), on_air),
        Action::Keep | Action::FollowPlan => {
            (on_air, advice.test_against.as_deref().or(advice.instead_of.as_deref()))
        }
        _ => (on_air, advice.instead_of.as_deref()),
    }
}
