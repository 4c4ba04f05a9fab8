//! Cards of made-up nights: what they say, in which order, and what each service takes.

use coverledger_brief::{Action, PlaceName, State, Sureness, Text};
use coverledger_config::Language::{self, Chinese, English};
use jiff::civil::date;
use serde_json::Value;

use super::super::card_body::{dingtalk, feishu, generic, slack};
use super::super::notice::CardOfRun;
use super::super::said::Said;
use super::super::sha256_of_card;
use super::*;

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

fn place(market: (&str, &str, &str), platform: &str) -> PlaceName {
    PlaceName {
        platform: platform.to_lowercase(),
        market: market.0.to_owned(),
        platform_title: Text::same(platform),
        market_title: text(market.1, market.2),
    }
}

const BRAZIL: (&str, &str, &str) = ("BR", "Brazil", "巴西");
const INDIA: (&str, &str, &str) = ("IN", "India", "印度");
const JAPAN: (&str, &str, &str) = ("JP", "Japan", "日本");

fn cover(id: &str, en: &str, zh: &str) -> CardCover {
    CardCover { cover_id: id.to_owned(), title: text(en, zh) }
}

fn line(place: PlaceName, action: Action) -> CardLine {
    CardLine {
        places: vec![place],
        action,
        cover: Some(cover("c-red", "Red dress", "红裙")),
        instead_of: None,
        test_against: None,
        experiment: None,
        starts_at: Some("2026-11-02T12:00:00Z".parse().unwrap()),
        starts_home: Some(date(2026, 11, 2).at(20, 0, 0, 0)),
        change: None,
        sureness: Sureness::Open,
    }
}

fn market((id, en, zh): (&str, &str, &str), lines: Vec<CardLine>) -> CardMarket {
    CardMarket { market: id.to_owned(), title: text(en, zh), lines }
}

/// A night with something of everything.
fn night() -> Card {
    let change = CardLine {
        instead_of: Some(cover("c-blue", "Blue dress", "蓝裙")),
        change: Some(CardChange { point: 1800, bounds: Some((600, 3100)) }),
        sureness: Sureness::Proven,
        ..line(place(BRAZIL, "TikTok"), Action::Change)
    };
    let test = CardLine {
        test_against: Some(cover("c-b", "Red dress B", "红裙 B")),
        change: Some(CardChange { point: 2000, bounds: Some((-1100, 6200)) }),
        ..line(place(INDIA, "Shopee"), Action::Test)
    };
    let reason = Some(text("a column is missing", "缺少一列"));
    Card {
        as_of: date(2026, 11, 1),
        revision: 1,
        home: text("Shanghai", "上海"),
        public_url: Some("https://example.com/brief/latest/".to_owned()),
        provisional_days: 2,
        final_by: Some(date(2026, 11, 4)),
        problems: vec![CardProblem {
            state: State::Held,
            data_until: Some(date(2026, 10, 31)),
            reason,
            places: vec![place(INDIA, "Shopee"), place(JAPAN, "Shopee")],
        }],
        markets: vec![
            market(BRAZIL, vec![change, line(place(BRAZIL, "Shopee"), Action::Keep)]),
            market(INDIA, vec![test]),
            market(JAPAN, vec![line(place(JAPAN, "TikTok"), Action::Keep)]),
        ],
    }
}

fn plain(card: &Card, language: Language) -> String {
    let said = Said::new(card, language);
    let lines = said.problems.iter().chain(&said.markets).map(|line| format!("{}: {}\n", line.about, line.text));
    format!("{}\n{}\n{}{}", said.title, said.summary, lines.collect::<String>(), said.freshness)
}

#[test]
fn a_card_says_what_is_missing_then_what_to_do_a_market_a_line() {
    let expected = "coverledger brief: Sunday 1 November\n\
        Change 1 cover, test 1, keep 2.\n\
        India · Shopee, Japan · Shopee: held back, data until Saturday 31 October: a column is missing\n\
        Brazil: TikTok: change to Red dress at 20:00 Shanghai, +18\u{202f}% (6 to 31); Shopee: keep Red dress at 20:00 Shanghai\n\
        India: keep Red dress, test it against Red dress B, +20\u{202f}% (−11 to 62), open\n\
        Japan: keep Red dress at 20:00 Shanghai\n\
        Data until Sunday 1 November; up to 2 days are provisional, final by Wednesday 4 November.";
    assert_eq!(plain(&night(), English), expected);
    let expected = "coverledger 晨间简报：11月1日（周日）\n\
        更换 1 张封面，对测 1 处，保持 2 处。\n\
        印度 · Shopee、日本 · Shopee: 暂不发布，止于10月31日（周六）：缺少一列\n\
        巴西: TikTok：上海 20:00 换成 红裙，+18%（6 至 31）；Shopee：上海 20:00 保持 红裙\n\
        印度: 保持 红裙，与 红裙 B 对测，+20%（−11 至 62），尚无定论\n\
        日本: 上海 20:00 保持 红裙\n\
        数据截至11月1日（周日）；最多 2 天为暂定，11月4日（周三）前转为最终。";
    assert_eq!(plain(&night(), Chinese), expected);
}

#[test]
fn it_is_news_only_where_somebody_would_act_otherwise() {
    let (card, of) = (night(), |card: &Card| sha256_of_card(card, English));
    let settled = Card { provisional_days: 0, final_by: None, ..night() };
    assert_eq!(of(&settled), of(&card), "that days became final is none");
    let mut other = night();
    other.markets[2].lines[0].cover = Some(cover("c-blue", "Blue dress", "蓝裙"));
    let mut mended = night();
    mended.problems.clear();
    let next = Card { as_of: date(2026, 11, 2), ..night() };
    for other in [other, mended, next] {
        assert_ne!(of(&other), of(&card));
    }
    assert_ne!(sha256_of_card(&card, Chinese), of(&card));
}

#[test]
fn what_has_begun_is_not_to_come() {
    let at = |at: &str| at.parse().unwrap();
    assert_eq!(night().to_come(at("2026-11-02T11:59:59Z")), night());
    assert_eq!(night().to_come(at("2026-11-02T12:00:00Z")).markets, []);
    assert!(!night().is_over(at("2026-11-02T11:59:59Z")) && night().is_over(at("2026-11-02T12:00:00Z")));
    let mut late = night();
    let unknown = CardLine { starts_at: None, ..line(place(JAPAN, "Shopee"), Action::NoData) };
    late.markets.push(market(JAPAN, vec![unknown.clone()]));
    assert!(late.is_over(at("2026-11-02T12:00:00Z")), "that nothing is known of a place is nothing to do");
    late.markets = vec![market(JAPAN, vec![unknown])];
    assert!(!late.is_over(at("2026-11-02T12:00:00Z")), "it never had anything that could begin");
}

/// The documented shape of a card of Feishu's custom bots: elements of version 1 of the card's JSON.
#[track_caller]
fn is_card_of_feishu(body: &Value) {
    assert!(body.to_string().len() <= 20_000, "{} bytes", body.to_string().len());
    assert_eq!(body["msg_type"], "interactive");
    let card = &body["card"];
    assert!(card["config"]["wide_screen_mode"].is_boolean());
    assert!(["blue", "orange"].contains(&card["header"]["template"].as_str().unwrap()));
    assert_eq!(card["header"]["title"]["tag"], "plain_text");
    assert!(!card["header"]["title"]["content"].as_str().unwrap().is_empty());
    for element in card["elements"].as_array().unwrap() {
        match element["tag"].as_str().unwrap() {
            "markdown" => assert!(!element["content"].as_str().unwrap().is_empty()),
            "hr" => {}
            "note" => assert_eq!(element["elements"][0]["tag"], "plain_text"),
            "action" => {
                let button = &element["actions"][0];
                assert_eq!((&button["tag"], &button["type"]), (&"button".into(), &"primary".into()));
                assert_eq!(button["text"]["tag"], "plain_text");
                assert!(button["url"].as_str().unwrap().starts_with("https://"));
            }
            other => panic!("{other} is no element"),
        }
    }
}

/// The documented shape of `DingTalk`'s action cards and Markdown messages.
#[track_caller]
fn is_card_of_dingtalk(body: &Value, has_link: bool) {
    assert!(body.to_string().len() <= 20_000, "{} bytes", body.to_string().len());
    let (kind, keys) = if has_link {
        ("actionCard", vec!["btnOrientation", "singleTitle", "singleURL", "text", "title"])
    } else {
        ("markdown", vec!["text", "title"])
    };
    assert_eq!(body["msgtype"], kind);
    let card = body[kind].as_object().unwrap();
    assert_eq!(card.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    assert!(card.values().all(|value| value.as_str().is_some_and(|text| !text.is_empty())));
    // Bots that want a key word look for it in the text.
    assert!(card["text"].as_str().unwrap().contains("coverledger"));
}

/// The documented shape of Slack's blocks.
#[track_caller]
fn is_message_of_slack(body: &Value) {
    assert!(!body["text"].as_str().unwrap().is_empty());
    let blocks = body["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50, "{} blocks", blocks.len());
    let is_text = |text: &Value, kind: &str, most: usize| {
        let said = text["text"].as_str().unwrap();
        assert_eq!(text["type"], kind);
        assert!((1..=most).contains(&said.chars().count()), "{said}");
    };
    for block in blocks {
        match block["type"].as_str().unwrap() {
            "header" => is_text(&block["text"], "plain_text", 150),
            "section" => is_text(&block["text"], "mrkdwn", 3000),
            "context" => is_text(&block["elements"][0], "mrkdwn", 3000),
            other => panic!("{other} is no block"),
        }
    }
}

#[test]
fn each_service_gets_its_own_form() {
    let said = Said::new(&night(), English);
    is_card_of_feishu(&feishu(&said));
    is_card_of_dingtalk(&dingtalk(&said), true);
    is_message_of_slack(&slack(&said));
    let unlinked = Said::new(&Card { public_url: None, ..night() }, Chinese);
    is_card_of_feishu(&feishu(&unlinked));
    is_card_of_dingtalk(&dingtalk(&unlinked), false);
    is_message_of_slack(&slack(&unlinked));
    let dingtalk = dingtalk(&said).to_string();
    assert!(dingtalk.contains("- **Brazil** TikTok: change to Red dress at 20:00 Shanghai"), "{dingtalk}");
    let slack = slack(&said).to_string();
    assert!(slack.contains("<https://example.com/brief/latest/|Open the brief>"), "{slack}");
}

#[test]
fn a_program_gets_ids_numbers_and_instants() {
    let as_of = "2026-11-02T01:00:00.123456789Z".parse().unwrap();
    let notice = CardOfRun { job: "nightly".into(), run_id: "4f1c".into(), as_of, card: night() };
    let body = generic(&notice, &Said::new(&notice.card, English));
    assert_eq!(
        (&body["version"], &body["topic"], &body["night"]),
        (&1.into(), &"brief".into(), &"2026-11-01".into())
    );
    assert_eq!(body["as_of"], "2026-11-02T01:00:00Z");
    let line = &body["markets"][0]["lines"][0];
    let expected = serde_json::json!({
        "platforms": ["tiktok"], "action": "change", "cover_id": "c-red", "instead_of": "c-blue", "test_against": null,
        "experiment": null, "starts_at": "2026-11-02T12:00:00Z", "starts_home": "2026-11-02T20:00:00",
        "change": 0.18, "change_low": 0.06, "change_high": 0.31, "sureness": "proven",
    });
    assert_eq!(line, &expected);
    let expected = serde_json::json!([
        {"platform": "shopee", "market": "IN"}, {"platform": "shopee", "market": "JP"},
    ]);
    assert_eq!(body["problems"][0]["places"], expected);
}

/// Names that try to be a mention, a link, a format or a page of text.
const HOSTILE: [&str; 6] = [
    "<at id=all></at><!channel>",
    "[win](https://evil.example)![x](https://evil.example/y.png)",
    "*b*_i_~s~`c`@all",
    "\u{202e}evil\r\n# head\n> quote",
    "=HYPERLINK(\"https://evil.example\")",
    "<script>alert(1)</script>",
];

#[test]
fn no_name_is_a_mention_a_link_or_a_format_and_no_card_is_too_large() {
    let long = "封🎉*_[<".repeat(60);
    let mut card = night();
    for at in 0..300 {
        let name = HOSTILE.get(at % 8).map_or(long.as_str(), |name| name);
        let place = PlaceName {
            platform: name.to_owned(),
            market: format!("{at}"),
            platform_title: Text::same(name),
            market_title: Text::same(name),
        };
        let hostile = CardLine {
            cover: Some(cover(name, name, name)),
            instead_of: Some(cover(name, name, name)),
            ..line(place.clone(), Action::Try)
        };
        card.markets.push(CardMarket { market: name.to_owned(), title: Text::same(name), lines: vec![hostile] });
        card.problems.push(CardProblem {
            state: State::Failed,
            data_until: None,
            reason: Some(Text::same(&format!("{at} {name} {long}"))),
            places: vec![place; 30],
        });
    }
    for language in [English, Chinese] {
        let said = Said::new(&card, language);
        let (feishu, dingtalk, slack) = (feishu(&said), dingtalk(&said), slack(&said));
        is_card_of_feishu(&feishu);
        is_card_of_dingtalk(&dingtalk, true);
        is_message_of_slack(&slack);
        for element in feishu["card"]["elements"].as_array().unwrap() {
            let content = element["content"].as_str().unwrap_or_default().replace("**", "");
            assert!(!content.contains(['<', '>', '*', '`', '[', ']', '~']), "{content}");
            assert!(!content.contains("://"), "{content}");
        }
        let text = dingtalk["actionCard"]["text"].as_str().unwrap().replace("**", "").replace("### ", "");
        assert!(!text.contains(['<', '>', '*', '`', '[', ']', '~', '#', '@']) && !text.contains("://"), "{text}");
        assert!(text.lines().all(|line| !line.starts_with('>')), "{text}");
        for block in slack["blocks"].as_array().unwrap() {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            let text = text.replace("<https://example.com/brief/latest/|", "").replace("Open the brief>", "");
            let text = text.replace("打开晨间简报>", "");
            assert!(!text.contains(['<', '>', '`', '~']), "{text}");
        }
        for body in [feishu, dingtalk, slack] {
            let body = body.to_string();
            assert!(!body.contains('\u{202e}'), "{body}");
        }
    }
}
