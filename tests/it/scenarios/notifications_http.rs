//! People are told of what failed, is held back or late, and of its end: once each, and never at the price of a run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::receiver::{Arrived, Does, Receiver, hex, hmac_sha256};
use crate::rows::events;
use crate::scenario::{Outcome, Scenario};

const CANARY: &str = "canary-7d1e";
const BROKEN: &str = "id,at,event,country\n1,2,3,4\n";
const CHANNELS: &str = "version: 1\nchannels:\n  \
    all: {kind: webhook, url_env: ALL_URL, secret_env: ALL_SECRET}\n  \
    chat: {kind: slack, url_env: CHAT_URL, tell: [failed, recovered]}\n";

/// Three days as of the evening after: the 19th has no export, the 20th a broken one, half of the 21st is rejects.
fn three_days() -> Scenario {
    let rejects = events("e1 2026-11-21T12:00:00Z show GB r1 c1 v1 f 25-34 -\nx1 noon show GB r c v - - -");
    let scenario = Scenario::shop().job("shop", "GB", 3).at("2026-11-22T20:00:00Z");
    let scenario = scenario.export("shop/2026-11-20/a.csv", BROKEN).export("shop/2026-11-21/a.csv", rejects);
    // Before it something was delivered: what is not there is late.
    scenario.deliver("shop/2026-11-12/a.csv", "");
    scenario.write("config/notifications.yaml", CHANNELS);
    scenario
}

fn mend(scenario: &Scenario) {
    for date in ["2026-11-19", "2026-11-20", "2026-11-21"] {
        scenario.deliver(&format!("shop/{date}/a.csv"), events(""));
    }
}

/// Two receivers and what the environment says of them.
struct Town {
    all: Receiver,
    chat: Receiver,
}

impl Town {
    fn new() -> Self {
        Self { all: Receiver::new(""), chat: Receiver::new("ok") }
    }

    fn run<'s>(&self, scenario: &'s Scenario, instant: &str, args: &[&str]) -> Outcome<'s> {
        scenario.clock(instant);
        let (all, chat) = (self.all.url(&format!("/{CANARY}?key={CANARY}")), self.chat.url(&format!("/{CANARY}")));
        let environment = [("ALL_URL", all.as_str()), ("ALL_SECRET", CANARY), ("CHAT_URL", &chat)];
        scenario.cli_with(&[&["run", "nightly"], args].concat(), &environment)
    }

    /// What arrived at `all`: topic and local dates.
    fn topics(&self) -> Vec<(String, Vec<String>)> {
        let told = self.all.arrived().into_iter().map(|message| {
            let signature = hex(&hmac_sha256(CANARY.as_bytes(), message.body.as_bytes()));
            assert_eq!(message.header("x-coverledger-signature"), Some(format!("sha256={signature}").as_str()));
            let message = message.json();
            assert_eq!((&message["job"], &message["version"]), (&json!("nightly"), &json!(1)));
            let dates = message["items"].as_array().unwrap().iter();
            let dates = dates.map(|item| item["local_date"].as_str().unwrap().to_owned()).collect();
            (message["topic"].as_str().unwrap().to_owned(), dates)
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    }

    /// What arrived at `chat`: first lines.
    fn headlines(&self) -> Vec<String> {
        let texts =
            self.chat.arrived().into_iter().map(|message| message.json()["text"].as_str().unwrap().to_owned());
        texts.map(|text| text.lines().next().unwrap().to_owned()).collect()
    }
}

fn told(topic: &str, dates: &[&str]) -> (String, Vec<String>) {
    (topic.to_owned(), dates.iter().map(|date| (*date).to_owned()).collect())
}

#[test]
fn each_trouble_and_its_end_are_told_once_to_each_channel() {
    let (scenario, town) = (three_days(), Town::new());
    town.run(&scenario, "2026-11-22T20:00:00Z", &[]).exits(6);
    let all = [told("failed", &["2026-11-20"]), told("held", &["2026-11-21"]), told("late", &["2026-11-19"])];
    assert_eq!(town.topics(), all);
    assert_eq!(town.headlines(), ["coverledger job nightly: 1 market-day failed"]);

    town.run(&scenario, "2026-11-22T21:00:00Z", &[]).exits(6);
    assert_eq!((town.topics(), town.headlines()), (vec![], vec![]), "once is enough");

    mend(&scenario);
    town.run(&scenario, "2026-11-22T22:00:00Z", &[]).exits(0);
    assert_eq!(town.topics(), [told("recovered", &["2026-11-19", "2026-11-20", "2026-11-21"])]);
    // It never heard of the other two.
    assert_eq!(town.headlines(), ["coverledger job nightly: 1 market-day recovered"]);

    town.run(&scenario, "2026-11-22T23:00:00Z", &[]).exits(0);
    assert_eq!((town.topics(), town.headlines()), (vec![], vec![]));
}

/// The planted bug: a program that forgets whom it told. The check above has to see it.
#[test]
fn a_program_that_forgets_tells_again() {
    let (scenario, town) = (three_days(), Town::new());
    town.run(&scenario, "2026-11-22T20:00:00Z", &[]).exits(6);
    town.topics();
    std::fs::remove_file(scenario.path("archive/_runs/nightly.json")).unwrap();
    town.run(&scenario, "2026-11-22T21:00:00Z", &[]).exits(6);
    assert_eq!(town.topics().len(), 3);
}

#[test]
fn a_channel_that_does_not_take_messages_fails_no_run_and_is_told_the_next_time() {
    let is_long = std::env::var("COVERLEDGER_LONG").is_ok_and(|value| value == "1");
    for does in [Does::Fails, Does::Resets, Does::Hangs] {
        if does == Does::Hangs && !is_long {
            // Half a minute; the unit tests of `notify` do it in a second.
            continue;
        }
        let (scenario, town) = (three_days(), Town::new());
        town.all.does(does);
        let outcome = town.run(&scenario, "2026-11-22T20:00:00Z", &[]).exits(6);
        assert!(outcome.stderr.contains("nobody was told"), "{}", outcome.stderr);
        // Three tries of the first message; the others would fare no better.
        assert_eq!((town.all.arrived().len(), town.headlines().len()), (3, 1));
        town.all.does(Does::Takes);
        town.run(&scenario, "2026-11-22T21:00:00Z", &[]).exits(6);
        assert_eq!((town.topics().len(), town.headlines().len()), (3, 0));
    }
}

#[test]
fn a_channel_without_an_address_or_with_nobody_at_it_fails_no_run() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let scenario = three_days();
    let url = format!("http://{closed}/{CANARY}");
    let outcome = scenario.cli_with(&["run", "nightly"], &[("ALL_URL", &url), ("ALL_SECRET", "x")]).exits(6);
    assert!(outcome.stderr.contains("environment variable `CHAT_URL` is not set"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("no answer: connection refused"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(CANARY), "{}", outcome.stderr);
}

#[test]
fn a_backfill_tells_nobody() {
    let (scenario, town) = (three_days(), Town::new());
    let all = town.all.url("/");
    let environment = [("ALL_URL", all.as_str()), ("ALL_SECRET", CANARY), ("CHAT_URL", &all)];
    let args = ["backfill", "nightly", "--from", "2026-11-19", "--to", "2026-11-21"];
    scenario.cli_with(&args, &environment).exits(6);
    assert_eq!(town.all.arrived().len(), 0);
}

#[test]
fn bots_can_check_who_speaks() {
    let scenario = three_days();
    let channels = "version: 1\nchannels:\n  \
        team: {kind: feishu, url_env: TEAM_URL, secret_env: TEAM_SECRET, tell: [failed]}\n  \
        shop: {kind: dingtalk, url_env: SHOP_URL, secret_env: SHOP_SECRET, tell: [failed]}\n";
    scenario.write("config/notifications.yaml", channels);
    let feishu = Receiver::new(r#"{"code":0,"msg":"success","data":{}}"#);
    let dingtalk = Receiver::new(r#"{"errcode":0,"errmsg":"ok"}"#);
    let (team, shop) = (feishu.url("/open-apis/bot/v2/hook/x"), dingtalk.url("/robot/send?access_token=x"));
    let environment = [
        ("TEAM_URL", team.as_str()),
        ("TEAM_SECRET", "team secret"),
        ("SHOP_URL", &shop),
        ("SHOP_SECRET", "SECshop"),
    ];
    scenario.cli_with(&["run", "nightly"], &environment).exits(6);
    let only = |receiver: &Receiver| -> Arrived {
        let arrived = receiver.arrived();
        assert_eq!(arrived.len(), 1);
        arrived[0].clone()
    };
    // Not what `--at` says: the services compare it with their own clocks.
    let is_now = |seconds: i64| (jiff::Timestamp::now().as_second() - seconds).abs() < 3600;

    let message = only(&feishu).json();
    let timestamp = message["timestamp"].as_str().unwrap();
    assert!(is_now(timestamp.parse().unwrap()), "{timestamp}");
    let sign = STANDARD.encode(hmac_sha256(format!("{timestamp}\nteam secret").as_bytes(), b""));
    assert_eq!((&message["sign"], &message["msg_type"]), (&json!(sign), &json!("text")));

    let message = only(&dingtalk);
    let timestamp = message.parameter("timestamp").unwrap();
    assert!(is_now(timestamp.parse::<i64>().unwrap() / 1000), "{timestamp}");
    let sign = STANDARD.encode(hmac_sha256(b"SECshop", format!("{timestamp}\nSECshop").as_bytes()));
    assert_eq!(message.parameter("sign"), Some(sign));
    assert_eq!(message.parameter("access_token").as_deref(), Some("x"));
    assert_eq!(message.json()["msgtype"], "text");
}

#[test]
fn an_address_is_in_no_output_and_no_object() {
    let (scenario, town) = (three_days(), Town::new());
    let mut said = String::new();
    for (hour, does) in [("20", Does::Fails), ("21", Does::Takes), ("22", Does::Resets)] {
        town.all.does(does);
        if hour == "22" {
            mend(&scenario);
        }
        for (minute, args) in [("00", ["-vvv", "--log", "json"]), ("30", ["-vvv", "--log", "text"])] {
            let outcome = town.run(&scenario, &format!("2026-11-22T{hour}:{minute}:00Z"), &args);
            said.push_str(&outcome.stdout);
            said.push_str(&outcome.stderr);
        }
    }
    let url = town.all.url(&format!("/{CANARY}"));
    let environment =
        [("ALL_URL", url.as_str()), ("ALL_SECRET", CANARY), ("CHAT_URL", &format!("ftp://{CANARY}"))];
    let outcome = scenario.cli_with(&["check", "-vvv"], &environment).exits(0);
    said.push_str(&outcome.stdout);
    said.push_str(&outcome.stderr);
    assert!(said.contains("nobody was told") && said.contains("TRACE"), "{said}");
    assert!(!said.contains(CANARY), "{said}");
    for (name, bytes) in scenario.archive() {
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{name}");
    }
    let record = std::fs::read_to_string(scenario.path("archive/_runs/nightly.json")).unwrap();
    assert!(!record.contains(CANARY), "{record}");
}

#[test]
fn check_lists_channels_and_what_their_environment_lacks() {
    let scenario = three_days();
    let url = format!("http://chat.example.com/{CANARY}");
    let environment = [("ALL_URL", "https://example.com/x"), ("CHAT_URL", url.as_str())];
    let outcome = scenario
        .cli_with(&["check"], &environment)
        .exits(0)
        .says("channel all: webhook, tells failed, held, late, recovered, configuration, slow_starts, brief, switch; its URL is in `ALL_URL` and signed with `ALL_SECRET`")
        .says("warning: channel `all`: environment variable `ALL_SECRET` is not set")
        .says("channel chat: slack, tells failed, recovered; its URL is in `CHAT_URL`")
        .says("warning: channel `chat`: environment variable `CHAT_URL`: its URL is not `https://…`");
    assert!(!outcome.stdout.contains("example.com"), "{}", outcome.stdout);
}

#[test]
fn every_line_of_a_json_log_is_an_object_and_names_its_run() {
    let (scenario, town) = (three_days(), Town::new());
    let outcome =
        town.run(&scenario, "2026-11-22T20:00:00Z", &["--log", "json", "--output", "json", "-vv"]).exits(6);
    let account: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let lines: Vec<Value> = outcome.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for line in &lines {
        for key in ["timestamp", "level", "message", "target"] {
            assert!(line[key].is_string(), "{line}");
        }
        assert!(line.get("run_id").is_none_or(|run_id| *run_id == account["run_id"]), "{line}");
    }
    let of_run = lines.iter().filter(|line| line.get("run_id").is_some()).count();
    assert!(
        of_run > 3 && lines.iter().any(|line| line["message"] == "told" && line.get("run_id").is_some()),
        "{lines:#?}"
    );
}
