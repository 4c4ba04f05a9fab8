//! `notifications.yaml`: channels that notifications are sent to. Optional. It names the environment variables that hold
//! addresses and secrets; a value that may be an address or a secret itself is refused without repeating it.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::definition::{Channel, ChannelKind, Language, Topic};
use super::names::check_name;
use super::registry::{
    Duration, Form as _, Keys, Maybe, Or, Part, Required, Shape, Shaped as _, Words, form, keys, maybe, or,
    required,
};

const KINDS: [(&str, ChannelKind); 4] = [
    ("webhook", ChannelKind::Webhook),
    ("slack", ChannelKind::Slack),
    ("feishu", ChannelKind::Feishu),
    ("dingtalk", ChannelKind::DingTalk),
];
const TOPICS: [(&str, Topic); 8] = [
    ("failed", Topic::Failed),
    ("held", Topic::Held),
    ("late", Topic::Late),
    ("recovered", Topic::Recovered),
    ("configuration", Topic::Configuration),
    ("slow_starts", Topic::SlowStarts),
    ("brief", Topic::Brief),
    ("switch", Topic::Switch),
];
const CHANNEL: &str = "`{kind: slack, url_env: COVERLEDGER_OPS_URL}`";
const MAX_VARIABLE_CHARS: usize = 64;

keys! {
    /// Where people are told.
    file NotificationKeys("notifications.yaml", "the notifications") {
        channels: Required<Part> = required(
            format!("channels by name, such as `ops: {CHANNEL}`"),
            Part(Shape::Named(Box::new(Shape::section::<ChannelKeys<'_>>()))), "channels by name",
        ),
        remind: Maybe<Part> = maybe(
            "nobody is reminded", Part(Duration("1m", "2h").shape()),
            "how long before `schedule` tells of a running rotation that another cover goes on air (`switch`)",
        ),
    }
}

keys! {
    /// A channel.
    section ChannelKeys("a channel", "a channel") {
        kind: Required<Part> = required(
            "`webhook`, `slack`, `feishu` or `dingtalk`", Part(Words("", &KINDS).shape()),
            "what is posted: JSON of our own, to Slack's incoming webhook, to a custom bot of Feishu or Lark, to one of DingTalk",
        ),
        url_env: Required<Variable> = required(
            "the environment variable that holds its URL", Variable,
            "the environment variable that holds its URL: `https://…`, or `http://` on this machine",
        ),
        secret_env: Maybe<Part> = maybe(
            "none", Part(Variable.shape()),
            "the environment variable that holds what messages are signed with; not for `slack`",
        ),
        tell: Maybe<Part> = maybe(
            "all eight", Part(Shape::list(Words("", &TOPICS).shape())), "what is told there",
        ),
        language: Or<Words<Language>> = or(
            "en", Words("a language", &Language::WORDS),
            "in which language: `en` is English, `zh` Chinese; reasons and names stay as they are",
        ),
    }
}

form! {
    /// The name of an environment variable.
    Variable, Shape::Pattern("^[A-Z][A-Z0-9_]{0,63}$").called("name"), String, variable
}

/// Where and when people are told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notifications {
    pub channels: BTreeMap<String, Channel>,
    pub remind_seconds: Option<i64>,
}

/// Reads the file.
pub(super) fn read(start: &Cursor<'_>) -> Option<Notifications> {
    let file = NotificationKeys::open_file(start)?;
    let remind = file.remind.read_with(|at| Duration("1m", "2h").read(at));
    let channels = read_channels(&file);
    Some(Notifications { channels: channels?, remind_seconds: remind? })
}

fn read_channels(file: &NotificationKeys<'_>) -> Option<BTreeMap<String, Channel>> {
    let expected = format!("channels by name, such as `ops: {CHANNEL}`");
    let at = file.channels.required()?;
    let channels = without_text(&at, &expected)?.entries("channels", &expected)?;
    let read = channels.into_iter().map(|(name, at)| {
        let name = match check_name(name) {
            Ok(()) => Some(name.to_owned()),
            Err(message) => at.refuse(message),
        };
        let channel = read_channel(&at);
        Some((name?, channel?))
    });
    // Every channel is looked at before one that is wrong spoils them all.
    read.collect::<Vec<_>>().into_iter().collect()
}

fn read_channel(at: &Cursor<'_>) -> Option<Channel> {
    let why_not = |key: &str| {
        let is_address = ["url", "webhook", "webhook_url"].contains(&key);
        is_address.then(|| {
            "an address is a secret: put it into an environment variable and name that in `url_env`".to_owned()
        })
    };
    let keys = ChannelKeys::open_where(without_text(at, CHANNEL)?, |_| true, why_not)?;
    let kind = keys.kind.required().and_then(|at| word(&at, "a kind of channel", &KINDS));
    let url_env = keys.url_env.read();
    let secret_env = keys.secret_env.read_with(|at| match kind {
        Some(ChannelKind::Slack) => at.refuse(
            "Slack's webhooks are not signed; leave it out (kinds that are: `webhook`, `feishu`, `dingtalk`)",
        ),
        _ => variable(at),
    });
    let every_topic = TOPICS.into_iter().map(|(_, topic)| topic).collect();
    let tell = keys.tell.read_or(every_topic, topics);
    let language = keys.language.read();
    Some(Channel { kind: kind?, url_env: url_env?, secret_env: secret_env?, tell: tell?, language: language? })
}

fn topics(at: &Cursor<'_>) -> Option<BTreeSet<Topic>> {
    let items = without_text(at, "a list such as `[failed, held]`")?.list("a list of topics")?;
    let mut topics = BTreeSet::new();
    let mut sound = true;
    for item in items {
        match word(&item, "a topic", &TOPICS) {
            Some(topic) if topics.insert(topic) => {}
            Some(_) => {
                item.problem(format!("`{}` is here twice", item.node.source));
                sound = false;
            }
            None => sound = false,
        }
    }
    sound.then_some(topics)
}

/// One of a set of words. What does not look like a word is not repeated.
fn word<T: Copy>(at: &Cursor<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
    if at.is_text() && !at.node.source.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        return at.refuse(format!("a text that is not {what} (expected: {})", known.join(", ")));
    }
    at.word(what, words)
}

/// The name of an environment variable.
fn variable(at: &Cursor<'_>) -> Option<String> {
    let name = at.node.source.as_str();
    let starts_well = name.starts_with(|c: char| c.is_ascii_uppercase());
    let is_plain = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if at.is_text() && starts_well && is_plain && name.len() <= MAX_VARIABLE_CHARS {
        return Some(name.to_owned());
    }
    let hint = if name.contains("://") { "it looks like an address" } else { "in case it is a secret" };
    at.refuse(format!(
        "not the name of an environment variable, and not repeated here: {hint} (expected 1 to 64 of A–Z 0–9 `_`, starting with a letter, such as `COVERLEDGER_OPS_URL`)"
    ))
}

/// Where a section or list is wanted, a person may have written an address straight away.
fn without_text<'p, 's>(at: &'p Cursor<'s>, expected: &str) -> Option<&'p Cursor<'s>> {
    if at.is_text() {
        return at.refuse(format!("a text stands where more is wanted (expected {expected})"));
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Tree, WORKING, expect_problems};
    use super::*;

    #[test]
    fn every_kind_is_read() {
        let text = "version: 1\nchannels:\n  ops: {kind: webhook, url_env: OPS_URL, secret_env: OPS_SECRET, tell: [failed, late]}\n  \
                    chat: {kind: slack, url_env: SLACK_URL}\n  team: {kind: feishu, url_env: FEISHU_URL}\n  \
                    shop: {kind: dingtalk, url_env: DING_URL, secret_env: DING_SECRET, language: zh}\nremind: 10m\n";
        let (read, problems) = testing::read(text, read);
        assert_eq!(problems, [""; 0]);
        let Notifications { channels, remind_seconds } = read.unwrap();
        assert_eq!(remind_seconds, Some(600));
        let ops = Channel {
            kind: ChannelKind::Webhook,
            url_env: "OPS_URL".to_owned(),
            secret_env: Some("OPS_SECRET".to_owned()),
            tell: BTreeSet::from([Topic::Failed, Topic::Late]),
            language: Language::English,
        };
        assert_eq!(channels["ops"], ops);
        assert_eq!((channels["chat"].kind, channels["chat"].tell.len()), (ChannelKind::Slack, 8));
        assert_eq!(channels["shop"].language, Language::Chinese);
        assert_eq!((channels["team"].kind, channels["shop"].kind), (ChannelKind::Feishu, ChannelKind::DingTalk));
    }

    #[test]
    fn problems_are_all_told() {
        let variable = "not the name of an environment variable, and not repeated here: in case it is a secret (expected \
                        1 to 64 of A–Z 0–9 `_`, starting with a letter, such as `COVERLEDGER_OPS_URL`)";
        let text = "version: 1\nchannels:\n  ops: {kind: teams, url_env: ops, tell: [failed, fail, failed]}\n  \
                    b/d: {kind: slack, url_env: A, secret_env: B, url: x}\n  c: {tell: [], language: de}\nremind: 30s\n";
        expect_problems(
            &[(
                text,
                &[
                    "line 3, `channels.ops.kind`: `teams` is not a kind of channel (expected: `webhook`, `slack`, `feishu`, `dingtalk`)",
                    &format!("line 3, `channels.ops.url_env`: {variable}"),
                    "line 3, `channels.ops.tell[1]`: `fail` is not a topic (expected: `failed`, `held`, `late`, `recovered`, `configuration`, `slow_starts`, `brief`, `switch`)",
                    "line 3, `channels.ops.tell[2]`: `failed` is here twice",
                    "line 4, `channels.b/d`: `b/d` is not a usable name (expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, starting with a letter or digit)",
                    "line 4, `channels.b/d.url`: an address is a secret: put it into an environment variable and name that in `url_env`",
                    "line 4, `channels.b/d.secret_env`: Slack's webhooks are not signed; leave it out (kinds that are: `webhook`, `feishu`, `dingtalk`)",
                    "line 5, `channels.c.kind`: missing (expected `webhook`, `slack`, `feishu` or `dingtalk`)",
                    "line 5, `channels.c.url_env`: missing (expected the environment variable that holds its URL)",
                    "line 5, `channels.c.tell`: an empty list is not a list of topics (expected at least one)",
                    "line 5, `channels.c.language`: `de` is not a language (expected: `en`, `zh`)",
                    "line 6, `remind`: `30s` is not a duration (expected 1m to 2h, such as `48h`, `2d` or `90m`)",
                ],
            )],
            read,
        );
    }

    #[test]
    fn an_address_or_secret_in_the_wrong_place_is_not_repeated() {
        let secrets = ["https://hooks.example.com/hunter2", "SEC1f4ahunter2", "hunter2"];
        let channel = |text: &str| format!("version: 1\nchannels:\n  ops: {text}\n");
        for secret in secrets {
            for text in [
                channel(&format!("'{secret}'")),
                channel(&format!("{{kind: slack, url_env: '{secret}'}}")),
                channel(&format!("{{kind: webhook, url_env: A, secret_env: '{secret}'}}")),
                channel(&format!("{{kind: slack, url_env: A, url: '{secret}', secret: '{secret}'}}")),
                channel(&format!("{{kind: slack, url_env: A, tell: '{secret}'}}")),
                format!("version: 1\nchannels: '{secret}'\n"),
            ] {
                let (channels, problems) = testing::read(&text, read);
                assert!(!problems.is_empty(), "{text} gives {channels:?}");
                assert!(!problems.concat().contains("hunter2"), "{problems:?}");
            }
            if secret.contains("://") {
                let text = channel(&format!("{{kind: '{secret}', url_env: A, tell: ['{secret}']}}"));
                let (_, problems) = testing::read(&text, read);
                assert_eq!((problems.len(), problems.concat().contains("hunter2")), (2, false), "{problems:?}");
            }
        }
    }

    #[test]
    fn the_file_may_be_missing_and_its_problems_are_told_with_the_others() {
        let tree = Tree::new(WORKING);
        assert!(tree.load().unwrap().channels.is_empty());
        tree.write("config/notifications.yaml", "version: 1\nchannels: {ops: {kind: slack, url_env: OPS_URL}}\n");
        assert_eq!(tree.load().unwrap().channels["ops"].url_env, "OPS_URL");
        tree.write("config/notifications.yaml", "version: 1\n");
        assert!(tree.complaint().contains("config/notifications.yaml"), "{}", tree.complaint());
    }
}
