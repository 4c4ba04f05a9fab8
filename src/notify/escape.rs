//! Text of others within the markup of a chat: what would be a mention, a link or a format stays text.

use std::fmt::Write as _;

/// Slack reads `<…>` as links and mentions. <https://docs.slack.dev/messaging/formatting-message-text#escaping>
pub(super) fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same in `mrkdwn`, which has no escape for what makes text bold, slanted, struck out or code: such signs are replaced by
/// others that look like them.
pub(super) fn slack_markdown(text: &str) -> String {
    slack(&look_alike(text, &[('*', '∗'), ('~', '∼'), ('`', 'ˋ')]))
}

/// Feishu reads `<at …>` as a mention, and in a plain text has no escape for it.
pub(super) fn feishu(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

/// The same in a card, whose Markdown takes HTML's numbers of characters.
/// <https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-components/content-components/rich-text>
pub(super) fn feishu_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_scheme = c == ':' && text[at..].starts_with("://");
        if is_scheme || matches!(c, '&' | '<' | '>' | '*' | '_' | '~' | '`' | '[' | ']' | '#' | '!' | '\\' | '$') {
            let _ = write!(escaped, "&#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// `DingTalk` documents no escape in Markdown: signs are replaced by others that look like them.
/// <https://open.dingtalk.com/document/orgapp/custom-bot-send-message-type>
pub(super) fn dingtalk_markdown(text: &str) -> String {
    let signs = [
        ('&', '＆'),
        ('<', '‹'),
        ('>', '›'),
        ('*', '∗'),
        ('~', '∼'),
        ('`', 'ˋ'),
        ('[', '［'),
        (']', '］'),
        ('#', '＃'),
        ('!', '！'),
        ('\\', '＼'),
        ('|', '｜'),
        ('@', '＠'),
    ];
    look_alike(text, &signs).replace("://", "∶//")
}

/// Replaces signs. `_` slants text only at the edge of a word, so that ids stay as they are.
fn look_alike(text: &str, signs: &[(char, char)]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_of_word = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
    let replaced = chars.iter().enumerate().map(|(at, c)| {
        if *c == '_' && !(is_of_word(at.checked_sub(1)) && is_of_word(Some(at + 1))) {
            return '＿';
        }
        signs.iter().find(|(sign, _)| sign == c).map_or(*c, |(_, other)| *other)
    });
    replaced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<!channel> <at id=all></at> [x](https://evil.example) *b* _i_ ~s~ `c` a_b @all ![p](q)";

    #[test]
    fn nothing_is_a_mention_a_link_or_a_format() {
        let slack = slack_markdown(HOSTILE);
        assert!(!slack.contains(['<', '>', '*', '~', '`']) && slack.contains("＿i＿") && slack.contains("a_b"));
        let feishu = feishu_markdown(HOSTILE);
        assert!(!feishu.contains(['<', '>', '*', '_', '~', '`', '[', ']', '!']) && !feishu.contains("://"));
        let dingtalk = dingtalk_markdown(HOSTILE);
        assert!(!dingtalk.contains(['<', '>', '*', '~', '`', '[', ']', '!', '@']) && !dingtalk.contains("://"));
        assert!(dingtalk.contains("＿i＿ ") && dingtalk.contains("a_b"), "{dingtalk}");
    }

    #[test]
    fn what_feishu_escapes_is_what_was_said() {
        let mut back = feishu_markdown(HOSTILE);
        for c in "<>*_~`[]#!\\$:".chars() {
            back = back.replace(&format!("&#{};", u32::from(c)), &c.to_string());
        }
        assert_eq!(back.replace("&#38;", "&"), HOSTILE);
    }

    #[test]
    fn common_names_stay_as_they_are() {
        for name in ["Red dress B", "red_dress_b", "红裙 印尼版", "+18\u{202f}% (6 to 31)", "上海 20:00"] {
            assert_eq!((slack_markdown(name).as_str(), dingtalk_markdown(name).as_str()), (name, name));
        }
    }
}
