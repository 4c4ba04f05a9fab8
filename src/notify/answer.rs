//! Whether an answer says that the message was taken. Slack, Feishu and `DingTalk` say it in the body.

use serde::Deserialize;

use super::error::NotifyError;
use coverledger_config::ChannelKind;

/// Judges an answer.
pub(super) fn judge(kind: ChannelKind, status: u16, body: &[u8]) -> Result<(), NotifyError> {
    if !(200..300).contains(&status) {
        return Err(NotifyError::Status { status, meaning: meaning_of_status(kind, status, body) });
    }
    match kind {
        ChannelKind::Webhook => Ok(()),
        ChannelKind::Slack if body.trim_ascii() == b"ok" => Ok(()),
        ChannelKind::Slack => Err(NotifyError::Answer { bot: "Slack webhook" }),
        ChannelKind::Feishu => coded("Feishu bot", "code", body, |said| said.code, feishu_meaning),
        ChannelKind::DingTalk => coded("DingTalk bot", "errcode", body, |said| said.errcode, dingtalk_meaning),
    }
}

/// What the bots' answers have of interest.
#[derive(Deserialize)]
struct Said {
    code: Option<i64>,
    errcode: Option<i64>,
}

fn coded(
    bot: &'static str,
    field: &'static str,
    body: &[u8],
    code: fn(&Said) -> Option<i64>,
    meaning: fn(i64) -> &'static str,
) -> Result<(), NotifyError> {
    match serde_json::from_slice::<Said>(body).ok().as_ref().and_then(code) {
        Some(0) => Ok(()),
        Some(code) => Err(NotifyError::Code { bot, field, code, meaning: meaning(code) }),
        None => Err(NotifyError::Answer { bot }),
    }
}

fn feishu_meaning(code: i64) -> &'static str {
    match code {
        19_001 => ": no such bot (is the URL whole and is the bot still there?)",
        19_021 => ": the signature is wrong or late (is `secret_env` the bot's secret, and the clock right?)",
        19_022 => ": this machine's address is not on the bot's list",
        19_024 => ": the bot wants a key word (let it be `coverledger`)",
        11_232 => ": too many messages",
        _ => "",
    }
}

fn dingtalk_meaning(code: i64) -> &'static str {
    match code {
        300_001 | 300_005 => ": no such bot (is the URL whole and is the bot still there?)",
        310_000 => {
            ": refused by the bot's security settings (is `secret_env` its secret, the clock right, and its key word, if any, `coverledger`?)"
        }
        130_101 | 660_026 | 410_100 => ": too many messages",
        -1 => ": it is busy",
        _ => "",
    }
}

/// What is known of an answer that is not 2xx. Only words that Slack documents are recognized; nothing is repeated.
/// <https://api.slack.com/messaging/webhooks#handling_errors>
fn meaning_of_status(kind: ChannelKind, status: u16, body: &[u8]) -> &'static str {
    if kind == ChannelKind::Slack {
        match body.trim_ascii() {
            b"invalid_payload" => return " (`invalid_payload`)",
            b"no_service" => return " (`no_service`: the webhook was removed or switched off)",
            b"no_team" | b"user_not_found" | b"channel_not_found" => return " (its workspace or channel is gone)",
            b"channel_is_archived" => return " (`channel_is_archived`)",
            b"action_prohibited" => return " (`action_prohibited`: an administrator forbade it)",
            b"posting_to_general_channel_denied" => return " (`posting_to_general_channel_denied`)",
            b"invalid_token" => return " (`invalid_token`: is the URL whole?)",
            _ => {}
        }
    }
    match status {
        300..=399 => " (redirects are not followed: give the address that it leads to)",
        401 | 403 => " (are URL and secret still valid?)",
        404 | 410 => " (is the URL whole and still valid?)",
        429 => " (too many messages)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_each_service_says_when_it_took_a_message_counts() {
        use ChannelKind::{DingTalk, Feishu, Slack, Webhook};
        let table: [(ChannelKind, u16, &str, &str); 16] = [
            (Webhook, 200, "", ""),
            (Webhook, 204, "anything", ""),
            (
                Webhook,
                302,
                "",
                "the answer is 302 (redirects are not followed: give the address that it leads to)",
            ),
            (Webhook, 500, "canary", "the answer is 500"),
            (Slack, 200, "ok", ""),
            (
                Slack,
                200,
                "<html>canary</html>",
                "the answer is none of a Slack webhook (is the URL that of another service?)",
            ),
            (
                Slack,
                404,
                "no_service",
                "the answer is 404 (`no_service`: the webhook was removed or switched off)",
            ),
            (Slack, 403, "canary", "the answer is 403 (are URL and secret still valid?)"),
            (Feishu, 200, r#"{"code":0,"msg":"success","data":{}}"#, ""),
            (Feishu, 200, r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#, ""),
            (
                Feishu,
                200,
                r#"{"code":19021,"msg":"sign match fail, canary"}"#,
                "the Feishu bot answers with code 19021: the signature is wrong or late (is `secret_env` the bot's secret, and the clock right?)",
            ),
            (Feishu, 200, "ok", "the answer is none of a Feishu bot (is the URL that of another service?)"),
            (DingTalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, ""),
            (
                DingTalk,
                200,
                r#"{"errcode":310000,"errmsg":"keywords not in content, canary"}"#,
                "the DingTalk bot answers with errcode 310000: refused by the bot's security settings (is `secret_env` its secret, the clock right, and its key word, if any, `coverledger`?)",
            ),
            (
                DingTalk,
                200,
                r#"{"code":0}"#,
                "the answer is none of a DingTalk bot (is the URL that of another service?)",
            ),
            (DingTalk, 200, r#"{"errcode":7}"#, "the DingTalk bot answers with errcode 7"),
        ];
        for (kind, status, body, expected) in table {
            let said =
                judge(kind, status, body.as_bytes()).map_or_else(|error| error.to_string(), |()| String::new());
            assert_eq!(said, expected, "{kind:?} {status} {body}");
        }
    }
}
