//! What is said of a rule and a cover, in English and Chinese.

pub(super) use crate::decision_context::Words;

use super::{Answer, Unseen};
use coverledger_config::{DeclaredText, PictureRule};
use coverledger_core::model::Look;

/// The rule, what was found, and what is allowed where it is not kept.
pub(super) fn sentence(rule: &PictureRule, answer: &Answer) -> Words {
    let Words { en: said, zh: said_zh } = &answer.said;
    let rest = match answer.is_kept {
        Some(true) => Words::new(format!("Kept: {said}."), format!("符合：{said_zh}。")),
        Some(false) => {
            let Words { en, zh } = &answer.allowed;
            Words::new(format!("Not kept: {said}; allowed: {en}."), format!("不符合：{said_zh}；允许：{zh}。"))
        }
        None => Words::new(format!("Not judged: {said}."), format!("无法判断：{said_zh}。")),
    };
    Words::new(ended(&rule.en, ". ", ".") + &rest.en, ended(&rule.zh, "。", "。") + &rest.zh)
}

/// A sentence of a team's own with its full stop.
fn ended(sentence: &str, full_stop: &str, sign: &str) -> String {
    let sentence = sentence.trim();
    match sentence.chars().next_back() {
        Some('.' | '!' | '?' | ')') if sign == "." => format!("{sentence} "),
        Some('。' | '！' | '？' | '）') if sign == "。" => sentence.to_owned(),
        _ => format!("{sentence}{full_stop}"),
    }
}

/// A number without noise.
pub(in crate::library) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

pub(super) fn bounds(least: Option<f64>, most: Option<f64>) -> Words {
    match (least.map(number), most.map(number)) {
        (Some(least), Some(most)) => Words::new(format!("{least} to {most}"), format!("{least} 到 {most}")),
        (Some(least), None) => Words::new(format!("at least {least}"), format!("至少 {least}")),
        (None, Some(most)) => Words::new(format!("at most {most}"), format!("最多 {most}")),
        (None, None) => Words::new("anything", "不限"),
    }
}

pub(super) fn measured(look: Look, value: f64) -> Words {
    let value = number(value);
    Words::new(format!("`{look}` is {value}"), format!("`{look}` 为 {value}"))
}

pub(super) fn not_measured(look: Look) -> Words {
    match look {
        Look::TextShare | Look::TextLines | Look::TextHeight | Look::TextContrast => Words::new(
            format!("`{look}` was not measured; it takes a model of text (`text_model` in `library.yaml`)"),
            format!("未测量 `{look}`，需要文字模型（`library.yaml` 的 `text_model`）"),
        ),
        Look::Faces | Look::FaceShare => Words::new(
            format!("`{look}` was not measured (`faces` in `library.yaml`)"),
            format!("未测量 `{look}`（`library.yaml` 的 `faces`）"),
        ),
        _ => Words::new(format!("`{look}` was not measured"), format!("未测量 `{look}`")),
    }
}

pub(super) fn unseen(unseen: Unseen<'_>) -> Words {
    match unseen {
        Unseen::NoPicture => Words::new("no picture of the cover is measured", "该封面没有已测量的图片"),
        Unseen::Refused(why) => {
            Words::new(format!("the picture cannot be measured: {why}"), format!("图片无法测量：{why}"))
        }
    }
}

pub(super) fn not_declared(column: &str) -> Words {
    Words::new(format!("`{column}` is not declared"), format!("未声明 `{column}`"))
}

pub(super) fn no_text() -> Words {
    Words::new("no text on the picture", "画面无文字")
}

pub(super) fn text_in_spite(declared: &str) -> Words {
    Words::new(
        format!("`language` is declared as `{declared}`, and text was found on the picture"),
        format!("`language` 声明为 `{declared}`，但画面上发现文字"),
    )
}

pub(super) fn no_known_script(language: &str) -> Words {
    Words::new(
        format!("the script of the language `{language}` is not known (declare it, as in `{language}-Latn`)"),
        format!("不知道语言 `{language}` 的文字（请声明，如 `{language}-Latn`）"),
    )
}

pub(super) fn declared(column: &str, values: &[String]) -> Words {
    let values = ticked(values);
    Words::new(format!("`{column}` is {values}"), format!("`{column}` 为 {values}"))
}

pub(super) fn declared_text(asked: &DeclaredText) -> Words {
    let DeclaredText { includes, only } = asked;
    let (includes, only) =
        ((!includes.is_empty()).then(|| ticked(includes)), (!only.is_empty()).then(|| ticked(only)));
    match (includes, only) {
        (Some(includes), Some(only)) => Words::new(
            format!("one of {includes} must be there, and nothing but {only}"),
            format!("须含 {includes} 之一，且只能是 {only}"),
        ),
        (Some(includes), None) => {
            Words::new(format!("one of {includes} must be there"), format!("须含 {includes} 之一"))
        }
        (None, Some(only)) => Words::new(format!("nothing but {only}"), format!("只能是 {only}")),
        (None, None) => Words::new("anything", "不限"),
    }
}

pub(super) fn values(any_of: &[String], none_of: &[String]) -> Words {
    match (any_of.is_empty(), none_of.is_empty()) {
        (true, true) => Words::new("any value, as long as there is one", "须有值"),
        (true, false) => {
            Words::new(format!("anything but {}", ticked(none_of)), format!("除 {} 以外", ticked(none_of)))
        }
        (false, true) => Words::new(ticked(any_of), ticked(any_of)),
        (false, false) => Words::new(
            format!("{}, and never {}", ticked(any_of), ticked(none_of)),
            format!("{}，且不得为 {}", ticked(any_of), ticked(none_of)),
        ),
    }
}

pub(super) fn without(none_of: &[String]) -> Words {
    Words::new(format!("none of {}", ticked(none_of)), format!("不得有 {}", ticked(none_of)))
}

pub(super) fn says(column: &str, text: &str, word: &str) -> Words {
    Words::new(format!("`{column}` (`{text}`) says `{word}`"), format!("`{column}`（`{text}`）含有 `{word}`"))
}

pub(super) fn says_none(columns: &[String]) -> Words {
    let columns = ticked(columns);
    Words::new(format!("{columns} say none of the words"), format!("{columns} 没有这些用语"))
}

fn ticked(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
