//! A message as each service takes it: a URL, headers and a body.

use std::fmt::Write;

use serde_json::{Value, json};
use url::Url;

use super::channel::Channel;
use super::message::Message;
use super::sign;
use coverledger_config::{ChannelKind, Topic};
use jiff::Timestamp;

/// Items that a chat shows; a program gets all that the message carries.
const CHAT_ITEMS: usize = 10;

/// What is posted.
pub(super) struct Post {
    pub url: Url,
    /// The value of `X-Coverledger-Signature`.
    pub signature: Option<String>,
    pub body: Vec<u8>,
}

/// A message as the channel's service takes it, signed as of `now`.
pub(super) fn render(channel: &Channel, message: &Message, now: Timestamp) -> Post {
    let mut url = channel.url.clone();
    let body = match channel.kind {
        ChannelKind::Webhook => {
            let body = generic(message).to_string();
            let signature = channel.secret.as_ref().map(|secret| sign::body(secret, body.as_bytes()));
            return Post { url, signature, body: body.into_bytes() };
        }
        ChannelKind::Slack => json!({"text": escaped_for_slack(&text(message))}),
        ChannelKind::Feishu => {
            let mut body = json!({"msg_type": "text", "content": {"text": escaped_for_feishu(&text(message))}});
            if let Some(secret) = &channel.secret {
                body["timestamp"] = Value::from(now.as_second().to_string());
                body["sign"] = Value::from(sign::feishu(secret, now.as_second()));
            }
            body
        }
        ChannelKind::DingTalk => {
            if let Some(secret) = &channel.secret {
                let epoch_ms = now.as_millisecond();
                let mut query = url.query_pairs_mut();
                query.append_pair("timestamp", &epoch_ms.to_string());
                query.append_pair("sign", &sign::dingtalk(secret, epoch_ms));
            }
            json!({"msgtype": "text", "text": {"content": text(message)}})
        }
    };
    Post { url, signature: None, body: body.to_string().into_bytes() }
}

/// For programs; the shape is in docs/OPERATIONS.md.
fn generic(message: &Message) -> Value {
    let items = message.items.iter().map(|item| {
        let mut shown = json!({"reason": item.reason});
        if let Some(day) = &item.market_day {
            shown["platform"] = Value::from(day.platform.as_str());
            shown["market"] = Value::from(day.market.as_str());
            shown["local_date"] = Value::from(day.local_date.to_string());
        }
        shown
    });
    json!({
        "version": 1,
        "job": message.job,
        "run_id": message.run_id,
        "as_of": message.as_of.to_string(),
        "topic": message.topic.word(),
        "headline": message.headline(),
        "market_days": message.market_days(),
        "items": items.collect::<Vec<_>>(),
        "omitted": message.omitted,
    })
}

/// For people.
fn text(message: &Message) -> String {
    let mut text = message.headline();
    for item in message.items.iter().take(CHAT_ITEMS) {
        let what = match &item.market_day {
            Some(day) => day.to_string(),
            None if message.topic == Topic::Configuration => "the configuration".to_owned(),
            None => "the run".to_owned(),
        };
        let _ = write!(text, "\n{what}: {}", item.reason);
    }
    let rest = message.items.len().saturating_sub(CHAT_ITEMS) + message.omitted;
    if rest > 0 {
        let _ = write!(text, "\n… and {rest} more: see coverledger status {}", message.job);
    }
    let _ = match message.run_id.as_str() {
        "" => write!(text, "\nas of {}", message.as_of),
        run_id => write!(text, "\nrun {run_id} as of {}", message.as_of),
    };
    text
}

/// Slack reads `<…>` as links and mentions. <https://api.slack.com/reference/surfaces/formatting#escaping>
fn escaped_for_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Feishu reads `<at …>` as a mention and has no escape for it.
fn escaped_for_feishu(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}
