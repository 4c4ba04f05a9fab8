//! Figures as people read them, in English and in Chinese.

use coverledger_stats::Interval;

/// A sentence in English and in Chinese.
pub(super) type Said = [String; 2];

pub(super) fn said(en: impl Into<String>, zh: impl Into<String>) -> Said {
    [en.into(), zh.into()]
}

/// Sentences one after the other; English ones are set apart by a space.
pub(super) fn joined(sentences: impl IntoIterator<Item = Said>) -> Said {
    let (mut en, mut zh) = (Vec::new(), String::new());
    for [one_en, one_zh] in sentences {
        en.extend((!one_en.is_empty()).then_some(one_en));
        zh.push_str(&one_zh);
    }
    [en.join(" "), zh]
}

/// `+12.3 % (+4.1 % to +21.0 %)`.
pub(super) fn effect(value: f64, interval: Option<Interval>) -> Said {
    let value = value * 100.0;
    match interval {
        Some(Interval { low, high }) => {
            let (low, high) = (low * 100.0, high * 100.0);
            said(
                format!("{value:+.1} % ({low:+.1} % to {high:+.1} %)"),
                format!("{value:+.1}%（{low:+.1}% 至 {high:+.1}%）"),
            )
        }
        None => said(format!("{value:+.1} %"), format!("{value:+.1}%")),
    }
}

/// `p = 0.012`, and `p < 0.0001` where it is less.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.000_1 { "p < 0.0001".to_owned() } else { format!("p = {p:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision_context::counted;

    #[test]
    fn small_numbers_are_said_as_people_say_them() {
        assert_eq!((counted(1, "night"), counted(0, "night")), ("1 night".to_owned(), "0 nights".to_owned()));
        assert_eq!((p_value(0.0), p_value(0.012)), ("p < 0.0001".to_owned(), "p = 0.0120".to_owned()));
        assert_eq!(
            joined([said("One.", "一。"), said("", ""), said("Two.", "二。")]),
            said("One. Two.", "一。二。")
        );
    }
}
