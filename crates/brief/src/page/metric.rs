//! Rates by their names in tables: what they are of, and where they are explained.

use maud::{Markup, html};

use super::definitions::define;
use super::number::Form;
use super::words::say;

/// A rate as people call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    /// Entrants ÷ impressions.
    Enter,
    /// Clicks ÷ impressions.
    Click,
    /// Stays ÷ entries.
    Stay,
    /// Another, such as the value of an experiment.
    Value,
}

impl Metric {
    pub(super) fn of(name: Option<&str>) -> Self {
        match name.unwrap_or_default() {
            name if name.starts_with("effective_ctr") => Self::Enter,
            name if name.starts_with("ctr") => Self::Click,
            name if name.starts_with("stay") => Self::Stay,
            _ => Self::Value,
        }
    }

    /// How one of its rates is written.
    pub(super) const fn form(self) -> Form {
        match self {
            Self::Enter | Self::Click => Form::PerHundred,
            Self::Stay => Form::Share,
            Self::Value => Form::About,
        }
    }

    /// What it is of, which is its denominator; a tap leads to its definition.
    pub(super) fn unit(self) -> Markup {
        match self {
            Self::Enter => define("enter", say("enter, per 100 shown", "每百次曝光进房")),
            Self::Click => define("click", say("click, per 100 shown", "每百次曝光点击")),
            Self::Stay => define("stay", say("stay, per 100 who enter", "每百次进房停留")),
            Self::Value => {
                define("value", say("value, per 1,000 shown or hour on air", "每千次曝光或每小时的价值"))
            }
        }
    }

    /// The same in a word, where a head says of how many.
    pub(super) fn verb(self) -> Markup {
        match self {
            Self::Enter => define("enter", say("enter", "进房")),
            Self::Click => define("click", say("click", "点击")),
            Self::Stay => define("stay", say("stay", "停留")),
            Self::Value => define("value", say("value", "价值")),
        }
    }

    /// What a change is a change of, in a word or none where it is the usual one.
    pub(super) fn short(self) -> Markup {
        match self {
            Self::Enter => html! {},
            Self::Click => html! { (say("clicks ", "点击 ")) },
            Self::Stay => html! { (say("stays ", "停留 ")) },
            Self::Value => html! { (say("value ", "价值 ")) },
        }
    }
}
