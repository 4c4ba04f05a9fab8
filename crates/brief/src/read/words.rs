//! Words of cells made into what the page says.

use coverledger_core::model::columns as c;

use super::line::Line;
use crate::{Sureness, Text};

pub(super) fn sureness(line: Line<'_>) -> Sureness {
    match line.id(c::SURENESS) {
        "proven" => Sureness::Proven,
        "likely" => Sureness::Likely,
        "open" => Sureness::Open,
        _ => Sureness::Unknown,
    }
}

/// What is wrong with a cover that `diagnosis` found, in a sentence.
pub(super) fn finding(word: &str) -> Option<Text> {
    Some(match word {
        "overpromises" => {
            Text::new("The cover promises what the room does not hold.", "封面承诺的内容直播间没有兑现。")
        }
        "costs_revisits" => {
            Text::new("Those who come by it come back less often.", "由它进来的人之后回来得更少。")
        }
        "mis_taps" => Text::new("Many who tap do not come in.", "点的人多，进来的人少。"),
        _ => return None,
    })
}
