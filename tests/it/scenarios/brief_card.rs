//! What the morning brief says is told to each channel once a night, again only when it says something else, and never at the
//! price of a run.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::receiver::{Arrived, Does, Receiver, hex, hmac_sha256};
use crate::rows::events;
use crate::scenario::{Outcome, Scenario};

const CHANNELS: &str = "version: 1\nchannels:\n  \
    hook: {kind: webhook, url_env: HOOK_URL, secret_env: SECRET}\n  \
    chat: {kind: slack, url_env: CHAT_URL, tell: [brief]}\n  \
    team: {kind: feishu, url_env: TEAM_URL, secret_env: SECRET, tell: [brief], language: zh}\n  \
    shop: {kind: dingtalk, url_env: SHOP_URL, secret_env: SECRET, tell: [brief], language: zh}\n  \
    ops: {kind: webhook, url_env: OPS_URL, tell: [failed]}\n";
const BRIEF: &str = "version: 1\npublic_url: https://reports.example.com/brief/\n\
    names: {markets: {GB: {en: Britain, zh: 英国}}, cities: {Asia/Shanghai: {en: Shanghai, zh: 上海}}}\n";

/// Viewers of two covers, one of which tries to be a mention, on the evening of a date.
fn day(date: &str) -> String {
    let mut lines = String::new();
    for viewer in 0..60 {
        let cover = if viewer % 2 == 0 { "<!channel>" } else { "blue" };
        lines
            .push_str(&format!("s{date}{viewer} {date}T20:00:00Z show GB {date}-r {cover} v{viewer} f 25-34 -\n"));
        if viewer % 3 == 0 {
            lines.push_str(&format!(
                "t{date}{viewer} {date}T20:00:01Z tap GB {date}-r {cover} v{viewer} f 25-34 -\n"
            ));
            lines.push_str(&format!(
                "e{date}{viewer} {date}T20:00:02Z enter GB {date}-r {cover} v{viewer} f 25-34 -\n"
            ));
        }
    }
    events(&lines)
}

struct Town {
    scenario: Scenario,
    receivers: BTreeMap<&'static str, Receiver>,
}

impl Town {
    fn new() -> Self {
        let scenario = Scenario::shop().job("shop", "GB", 3);
        scenario.write("config/decisions.yaml", "version: 1\n");
        scenario.write("config/brief.yaml", BRIEF);
        scenario.write("config/notifications.yaml", CHANNELS);
        for date in ["2026-11-18", "2026-11-19", "2026-11-20"] {
            scenario.deliver(&format!("shop/{date}/a.csv"), day(date));
        }
        let answers = [
            ("HOOK_URL", ""),
            ("CHAT_URL", "ok"),
            ("TEAM_URL", r#"{"code":0,"msg":"success","data":{}}"#),
            ("SHOP_URL", r#"{"errcode":0,"errmsg":"ok"}"#),
            ("OPS_URL", ""),
        ];
        Self { scenario, receivers: answers.map(|(name, answer)| (name, Receiver::new(answer))).into() }
    }

    fn cli(&self, at: &str, args: &[&str]) -> Outcome<'_> {
        self.scenario.clock(at);
        let urls: Vec<(&str, String)> =
            self.receivers.iter().map(|(name, receiver)| (*name, receiver.url("/hook?access_token=x"))).collect();
        let mut environment: Vec<(&str, &str)> = urls.iter().map(|(name, url)| (*name, url.as_str())).collect();
        environment.push(("SECRET", "a secret"));
        self.scenario.cli_with(args, &environment)
    }

    fn run(&self, at: &str) -> Outcome<'_> {
        self.cli(at, &["run", "nightly"])
    }

    /// What arrived, by receiver; those that got nothing are not there. Of the hook briefs alone.
    fn arrived(&self) -> BTreeMap<&'static str, Vec<Arrived>> {
        let mut arrived = BTreeMap::new();
        for (name, receiver) in &self.receivers {
            let mut messages = receiver.arrived();
            if *name == "HOOK_URL" {
                messages.retain(|message| message.json()["topic"] == "brief");
            }
            if !messages.is_empty() {
                arrived.insert(*name, messages);
            }
        }
        arrived
    }

    /// Who got a card, and how many.
    fn told(&self) -> Vec<(&'static str, usize)> {
        self.arrived().into_iter().map(|(name, messages)| (name, messages.len())).collect()
    }
}

const EVERYBODY: [(&str, usize); 4] = [("CHAT_URL", 1), ("HOOK_URL", 1), ("SHOP_URL", 1), ("TEAM_URL", 1)];

#[test]
fn each_channel_gets_one_card_signed_and_in_its_language_and_a_second_run_tells_nobody() {
    let town = Town::new();
    town.run("2026-11-21T03:00:00Z").exits(0);
    let arrived = town.arrived();
    assert_eq!(
        arrived.keys().collect::<Vec<_>>(),
        ["CHAT_URL", "HOOK_URL", "SHOP_URL", "TEAM_URL"].iter().collect::<Vec<_>>()
    );
    assert!(arrived.values().all(|messages| messages.len() == 1));

    let hook = &arrived["HOOK_URL"][0];
    let signature = hex(&hmac_sha256(b"a secret", hook.body.as_bytes()));
    assert_eq!(hook.header("x-coverledger-signature"), Some(format!("sha256={signature}").as_str()));
    let body = hook.json();
    assert_eq!(
        (&body["version"], &body["night"], &body["language"]),
        (&1.into(), &"2026-11-20".into(), &"en".into())
    );
    assert_eq!(body["markets"][0]["market"], "GB");
    assert_eq!(body["url"], "https://reports.example.com/brief/");
    assert!(!body["as_of"].as_str().unwrap().contains('.'));

    let chat = arrived["CHAT_URL"][0].json();
    let text = chat["blocks"].to_string();
    assert!(text.contains("*Britain*") && !text.contains("<!channel>"), "{text}");
    assert!(chat["text"].as_str().unwrap().starts_with("coverledger brief: Friday 20 November"), "{chat}");

    let team = arrived["TEAM_URL"][0].json();
    assert_eq!(team["msg_type"], "interactive");
    let timestamp = team["timestamp"].as_str().unwrap();
    let sign = STANDARD.encode(hmac_sha256(format!("{timestamp}\na secret").as_bytes(), b""));
    assert_eq!(team["sign"], sign);
    let card = team["card"].to_string();
    assert!(card.contains("**英国**") && card.contains("11月20日（周五）"), "{card}");

    let shop = &arrived["SHOP_URL"][0];
    let timestamp = shop.parameter("timestamp").unwrap();
    let sign = STANDARD.encode(hmac_sha256(b"a secret", format!("{timestamp}\na secret").as_bytes()));
    assert_eq!(shop.parameter("sign"), Some(sign));
    assert_eq!(shop.json()["actionCard"]["singleURL"], "https://reports.example.com/brief/");

    town.run("2026-11-21T03:10:00Z").exits(0);
    assert_eq!(town.told(), [], "a second run");
    let record: Value =
        serde_json::from_slice(&std::fs::read(town.scenario.path("archive/_runs/nightly.json")).unwrap()).unwrap();
    assert_eq!(record["briefs"].as_object().unwrap().len(), 4);
    assert!(record.get("untold_card").is_none());
}

#[test]
fn what_changed_is_told_again_and_a_channel_that_refuses_fails_no_run_and_is_told_by_the_next() {
    let town = Town::new();
    town.run("2026-11-21T03:00:00Z").exits(0);
    assert_eq!(town.told(), EVERYBODY);
    // The 21st is over and not there: the night is the same, what is said of it is not.
    town.receivers["TEAM_URL"].does(Does::Fails);
    let code = town.run("2026-11-22T03:00:00Z").code;
    let mut told = town.told();
    told.retain(|(name, _)| *name != "TEAM_URL");
    assert_eq!(told, [("CHAT_URL", 1), ("HOOK_URL", 1), ("SHOP_URL", 1)]);
    town.receivers["TEAM_URL"].does(Does::Takes);
    assert_eq!(town.run("2026-11-22T03:30:00Z").code, code, "the same with all who take it");
    assert_eq!(town.told(), [("TEAM_URL", 1)]);
    // The next night.
    town.scenario.deliver("shop/2026-11-21/a.csv", day("2026-11-21"));
    town.run("2026-11-22T04:00:00Z").exits(0);
    assert_eq!(town.told(), EVERYBODY);
}

#[test]
fn a_backfill_tells_nobody_and_without_the_file_there_is_no_card() {
    let town = Town::new();
    let args = ["backfill", "nightly", "--from", "2026-11-18", "--to", "2026-11-20"];
    town.cli("2026-11-21T03:00:00Z", &args).exits(0);
    assert_eq!(town.told(), []);
    let town = Town::new();
    std::fs::remove_file(town.scenario.path("config/brief.yaml")).unwrap();
    town.run("2026-11-21T03:00:00Z").exits(0);
    assert_eq!(town.told(), []);
}
