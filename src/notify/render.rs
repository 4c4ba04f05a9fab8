//! A notice as each service takes it: a URL, headers and a body.

use serde_json::{Value, json};
use url::Url;

use super::channel::Channel;
use super::message::Message;
use super::notice::Notice;
use super::said::Said;
use super::{card_body, escape, sign};
use coverledger_config::{ChannelKind, Language};
use jiff::Timestamp;

/// What is posted.
pub(super) struct Post {
    pub url: Url,
    /// The value of `X-Coverledger-Signature`.
    pub signature: Option<String>,
    pub body: Vec<u8>,
}

/// A notice as the channel's service takes it, in the channel's language, signed as of `now`.
pub(super) fn render(channel: &Channel, notice: &Notice, now: Timestamp) -> Post {
    let mut url = channel.url.clone();
    let mut body = body(channel.kind, channel.language, notice);
    match channel.kind {
        ChannelKind::Webhook => {
            let body = body.to_string();
            let signature = channel.secret.as_ref().map(|secret| sign::body(secret, body.as_bytes()));
            return Post { url, signature, body: body.into_bytes() };
        }
        ChannelKind::Slack => {}
        ChannelKind::Feishu => {
            if let Some(secret) = &channel.secret {
                body["timestamp"] = Value::from(now.as_second().to_string());
                body["sign"] = Value::from(sign::feishu(secret, now.as_second()));
            }
        }
        ChannelKind::DingTalk => {
            if let Some(secret) = &channel.secret {
                let epoch_ms = now.as_millisecond();
                let mut query = url.query_pairs_mut();
                query.append_pair("timestamp", &epoch_ms.to_string());
                query.append_pair("sign", &sign::dingtalk(secret, epoch_ms));
            }
        }
    }
    Post { url, signature: None, body: body.to_string().into_bytes() }
}

fn body(kind: ChannelKind, language: Language, notice: &Notice) -> Value {
    match (notice, kind) {
        (Notice::Brief(of_run), kind) => {
            let said = Said::new(&of_run.card, language);
            match kind {
                ChannelKind::Webhook => card_body::generic(of_run, &said),
                ChannelKind::Slack => card_body::slack(&said),
                ChannelKind::Feishu => card_body::feishu(&said),
                ChannelKind::DingTalk => card_body::dingtalk(&said),
            }
        }
        (Notice::Message(message), ChannelKind::Webhook) => generic(message, language),
        (Notice::Switch(switches), ChannelKind::Webhook) => switches.json(language),
        (Notice::Message(message), kind) => text(kind, &message.text(language)),
        (Notice::Switch(switches), kind) => text(kind, &switches.text(language)),
    }
}

/// A text as a chat takes it.
fn text(kind: ChannelKind, text: &str) -> Value {
    match kind {
        ChannelKind::Slack => json!({"text": escape::slack(text)}),
        ChannelKind::Feishu => json!({"msg_type": "text", "content": {"text": escape::feishu(text)}}),
        ChannelKind::DingTalk => json!({"msgtype": "text", "text": {"content": text}}),
        ChannelKind::Webhook => json!({"text": text}),
    }
}

/// For programs; the shape is in docs/OPERATIONS.md.
fn generic(message: &Message, language: Language) -> Value {
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
        "as_of": format!("{:.0}", message.as_of),
        "topic": message.topic.word(),
        "headline": message.headline(language),
        "market_days": message.market_days(),
        "items": items.collect::<Vec<_>>(),
        "omitted": message.omitted,
    })
}
