//! A card as each service takes it, within the size that it takes.
//!
//! What does not fit is left out from the end, and how much that is is said: problems and what has to be done come first.

use serde_json::{Value, json};

use super::card::{CardCover, CardLine};
use super::escape;
use super::notice::CardOfRun;
use super::said::{Paragraph, Said};

/// Problems that a chat shows.
const MAX_PROBLEMS: usize = 12;
/// Bytes of a message to Feishu: a custom bot takes 20 KB, an app 30.
const FEISHU_BYTES: usize = 19_000;
/// Bytes of a message to `DingTalk`, which takes 20 KB.
const DINGTALK_BYTES: usize = 19_000;
/// Characters of a section of Slack, and of all of a message's sections: Slack takes 3,000 in each of 50 blocks.
const SLACK_SECTION_CHARS: usize = 2_900;
const SLACK_SECTIONS: usize = 40;

/// How much of a card is shown.
struct Shown<'s> {
    problems: &'s [Paragraph],
    markets: &'s [Paragraph],
    /// How much is left out.
    omitted: Option<String>,
}

/// The most of a card whose body is not too large.
fn fitted(said: &Said, fits: impl Fn(&Value) -> bool, body: impl Fn(&Shown<'_>) -> Value) -> Value {
    let problems = said.problems.get(..MAX_PROBLEMS).unwrap_or(&said.problems);
    let (mut problems, mut markets) = (problems, said.markets.as_slice());
    loop {
        let rest = said.problems.len() - problems.len() + said.markets.len() - markets.len();
        let omitted = (rest > 0).then(|| said.omitted(rest));
        let made = body(&Shown { problems, markets, omitted });
        if fits(&made) {
            return made;
        }
        match (markets.split_last(), problems.split_last()) {
            (Some((_, fewer)), _) => markets = fewer,
            (None, Some((_, fewer))) => problems = fewer,
            (None, None) => return made,
        }
    }
}

/// An interactive card of Feishu or Lark.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
pub(super) fn feishu(said: &Said) -> Value {
    let lines = |paragraphs: &[Paragraph]| {
        let line = |Paragraph { about, text }: &Paragraph| {
            format!("**{}** {}", escape::feishu_markdown(about), escape::feishu_markdown(text))
        };
        paragraphs.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let markdown = |content: String| json!({"tag": "markdown", "content": content});
    let body = |shown: &Shown<'_>| {
        let mut elements = vec![markdown(escape::feishu_markdown(&said.summary))];
        if !shown.problems.is_empty() {
            elements.extend([markdown(lines(shown.problems)), json!({"tag": "hr"})]);
        }
        if !shown.markets.is_empty() {
            elements.push(markdown(lines(shown.markets)));
        }
        elements.extend(shown.omitted.as_deref().map(|omitted| markdown(escape::feishu_markdown(omitted))));
        if let Some((label, url)) = &said.link {
            let text = json!({"tag": "plain_text", "content": label});
            let button = json!({"tag": "button", "type": "primary", "text": text, "url": url});
            elements.push(json!({"tag": "action", "actions": [button]}));
        }
        let note = json!({"tag": "plain_text", "content": said.freshness});
        elements.push(json!({"tag": "note", "elements": [note]}));
        // Red is for what is missing.
        let template = if said.problems.is_empty() { "blue" } else { "orange" };
        json!({
            "msg_type": "interactive",
            "card": {
                "config": {"wide_screen_mode": true},
                "header": {"template": template, "title": {"tag": "plain_text", "content": said.title}},
                "elements": elements,
            },
        })
    };
    fitted(said, |made| made.to_string().len() <= FEISHU_BYTES, body)
}

/// An action card of `DingTalk`, or Markdown where there is nothing to open.
/// <https://open.dingtalk.com/document/orgapp/custom-bot-send-message-type>
pub(super) fn dingtalk(said: &Said) -> Value {
    let escaped = escape::dingtalk_markdown;
    let body = |shown: &Shown<'_>| {
        let mut parts = vec![format!("### {}", escaped(&said.title)), escaped(&said.summary)];
        for paragraphs in [shown.problems, shown.markets] {
            let line =
                |Paragraph { about, text }: &Paragraph| format!("- **{}** {}", escaped(about), escaped(text));
            let lines: Vec<String> = paragraphs.iter().map(line).collect();
            parts.extend((!lines.is_empty()).then(|| lines.join("\n")));
        }
        parts.extend(shown.omitted.as_deref().map(escaped));
        parts.push(escaped(&said.freshness));
        let text = parts.join("\n\n");
        match &said.link {
            Some((label, url)) => json!({
                "msgtype": "actionCard",
                "actionCard": {
                    "title": said.title, "text": text, "btnOrientation": "0", "singleTitle": label, "singleURL": url,
                },
            }),
            None => json!({"msgtype": "markdown", "markdown": {"title": said.title, "text": text}}),
        }
    };
    fitted(said, |made| made.to_string().len() <= DINGTALK_BYTES, body)
}

/// Blocks of Slack, with a text for notifications and for clients that show none.
/// <https://docs.slack.dev/reference/block-kit/blocks>
pub(super) fn slack(said: &Said) -> Value {
    let section = |text: String| {
        let text = json!({"type": "mrkdwn", "text": text, "verbatim": true});
        json!({"type": "section", "text": text})
    };
    let body = |shown: &Shown<'_>| {
        let title = json!({"type": "plain_text", "text": said.title, "emoji": false});
        let mut blocks = vec![json!({"type": "header", "text": title})];
        blocks.push(section(escape::slack_markdown(&said.summary)));
        for paragraphs in [shown.problems, shown.markets] {
            let line = |Paragraph { about, text }: &Paragraph| {
                format!("*{}* {}", escape::slack_markdown(about), escape::slack_markdown(text))
            };
            blocks.extend(packed(paragraphs.iter().map(line)).into_iter().map(section));
        }
        blocks.extend(shown.omitted.as_deref().map(|omitted| section(escape::slack_markdown(omitted))));
        if let Some((label, url)) = &said.link {
            // A button would ask an app that is not there for an answer.
            blocks.push(section(format!("<{}|{}>", escape::slack(url), escape::slack_markdown(label))));
        }
        let note = json!({"type": "mrkdwn", "text": escape::slack_markdown(&said.freshness), "verbatim": true});
        blocks.push(json!({"type": "context", "elements": [note]}));
        json!({"text": escape::slack(&format!("{}\n{}", said.title, said.summary)), "blocks": blocks})
    };
    fitted(said, |made| made["blocks"].as_array().is_some_and(|blocks| blocks.len() <= SLACK_SECTIONS), body)
}

/// Lines, as many in a text as it takes; one that is too long by itself is cut.
fn packed(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut packed: Vec<String> = Vec::new();
    for mut line in lines {
        if line.chars().count() > SLACK_SECTION_CHARS {
            line = line.chars().take(SLACK_SECTION_CHARS).chain(['…']).collect();
        }
        match packed.last_mut() {
            Some(last) if last.chars().count() + line.chars().count() < SLACK_SECTION_CHARS => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => packed.push(line),
        }
    }
    packed
}

/// For programs; the shape is in docs/OPERATIONS.md.
pub(super) fn generic(notice: &CardOfRun, said: &Said) -> Value {
    let CardOfRun { job, run_id, as_of, card } = notice;
    let problems = card.problems.iter().zip(&said.problems).map(|(problem, paragraph)| {
        let places =
            problem.places.iter().map(|place| json!({"platform": place.platform, "market": place.market}));
        json!({
            "state": problem.state,
            "data_until": problem.data_until,
            "places": places.collect::<Vec<_>>(),
            "text": format!("{} {}", paragraph.about, paragraph.text),
        })
    });
    let markets = card.markets.iter().zip(&said.markets).map(|(market, paragraph)| {
        json!({
            "market": market.market,
            "text": format!("{} {}", paragraph.about, paragraph.text),
            "lines": market.lines.iter().map(line).collect::<Vec<_>>(),
        })
    });
    json!({
        "version": 1,
        "topic": "brief",
        "job": job,
        "run_id": run_id,
        "as_of": format!("{as_of:.0}"),
        "night": card.as_of,
        "language": said.language.word(),
        "headline": format!("{}. {}", said.title, said.summary),
        "freshness": said.freshness,
        "problems": problems.collect::<Vec<_>>(),
        "markets": markets.collect::<Vec<_>>(),
        "url": card.public_url,
    })
}

fn line(line: &CardLine) -> Value {
    let id = |cover: &Option<CardCover>| cover.as_ref().map(|cover| cover.cover_id.clone());
    let share = |hundredths: i64| Value::from(as_share(hundredths));
    let bounds = line.change.and_then(|change| change.bounds);
    json!({
        "platforms": line.places.iter().map(|place| &place.platform).collect::<Vec<_>>(),
        "action": line.action,
        "cover_id": id(&line.cover),
        "instead_of": id(&line.instead_of),
        "test_against": id(&line.test_against),
        "experiment": line.experiment,
        "starts_at": line.starts_at.map(|at| at.to_string()),
        "starts_home": line.starts_home.map(|at| at.to_string()),
        "change": line.change.map(|change| share(change.point)),
        "change_low": bounds.map(|(low, _)| share(low)),
        "change_high": bounds.map(|(_, high)| share(high)),
        "sureness": line.sureness,
    })
}

#[expect(clippy::cast_precision_loss, reason = "it has seven digits at most")]
fn as_share(hundredths: i64) -> f64 {
    hundredths as f64 / 10_000.0
}
