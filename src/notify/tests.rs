//! Telling a receiver on loopback that answers as it is told.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;

use super::post::Poster;
use super::*;
use coverledger_config::Language::{Chinese, English};
use coverledger_config::{self as config, ChannelKind};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_core::time::Zone;

const CANARY: &str = "canary-4f2a";

/// What a receiver does with one request.
#[derive(Clone, Copy)]
enum Does {
    Answers(u16, &'static str),
    Redirects,
    Hangs,
    Resets,
}

/// A request as it arrived: its first line, its headers, its body.
struct Arrived {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Arrived {
    fn header(&self, name: &str) -> Option<&str> {
        let wanted = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|header| header.to_lowercase().starts_with(&wanted).then(|| &header[wanted.len()..]))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver that deals with one request after the other as told, and with none after that.
fn receiver(script: &'static [Does]) -> (SocketAddr, Receiver<Arrived>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, arrived) = channel();
    thread::spawn(move || {
        for does in script {
            let Ok((stream, _)) = listener.accept() else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                lines.push(line.trim().to_owned());
            }
            let line = lines.remove(0);
            let mut request = Arrived { line, headers: lines, body: String::new() };
            let length: u64 = request.header("content-length").unwrap().parse().unwrap();
            reader.by_ref().take(length).read_to_string(&mut request.body).unwrap();
            seen.send(request).unwrap();
            let mut stream = stream;
            match does {
                Does::Answers(status, body) => {
                    let length = body.len();
                    write!(
                        stream,
                        "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    )
                    .unwrap();
                }
                Does::Redirects => {
                    write!(stream, "HTTP/1.1 302 x\r\nlocation: http://{address}/else\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
                }
                // Until the other side has had enough.
                Does::Hangs => drop(stream.read(&mut [0; 1])),
                Does::Resets => drop(stream),
            }
        }
    });
    (address, arrived)
}

fn configured(kind: ChannelKind) -> config::Channel {
    let tell = BTreeSet::from([Topic::Failed, Topic::Held, Topic::Late, Topic::Recovered]);
    let language = config::Language::English;
    config::Channel { kind, url_env: "URL".to_owned(), secret_env: None, tell, language }
}

fn to(address: SocketAddr, kind: ChannelKind, secret: Option<&str>) -> Channel {
    let url = format!("http://{address}/hook/{CANARY}?access_token={CANARY}");
    Channel::new("ops", &configured(kind), &url, secret).unwrap()
}

fn message(days: usize) -> Message {
    let item = |number: usize| Item {
        market_day: Some(MarketDay {
            platform: PlatformId::new("youtube"),
            market: MarketId::new("JP"),
            local_date: date(2026, 11, 1)
                .checked_add(jiff::Span::new().days(i64::try_from(number).unwrap()))
                .unwrap(),
        }),
        reason: "no <export> & nothing\nelse".to_owned(),
    };
    let as_of = "2026-11-22T03:30:00Z".parse().unwrap();
    let home = Zone::named("Asia/Shanghai").unwrap();
    Message::new("nightly", "4f1c0b9a", as_of, &home, Topic::Failed, (0..days).map(item).collect())
}

fn hurried(channel: &Channel) -> Poster<'_> {
    patient_for(channel, Duration::from_secs(20))
}

fn patient_for(channel: &Channel, timeout: Duration) -> Poster<'_> {
    let now: Timestamp = "2020-09-06T02:47:53.123Z".parse().unwrap();
    Poster::hurried(channel, Clock::Fixed(now), timeout, Duration::from_millis(1)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_program_gets_what_happened_and_can_check_who_says_so() {
    let (address, arrived) = receiver(&[Does::Answers(202, "")]);
    let channel = to(address, ChannelKind::Webhook, Some(" shared secret\n"));
    assert_eq!(hurried(&channel).post(&message(1).into()).await, Ok(()));
    let request = arrived.recv().unwrap();
    assert_eq!(request.line, format!("POST /hook/{CANARY}?access_token={CANARY} HTTP/1.1"));
    let expected = r#"{"as_of":"2026-11-22T03:30:00Z","headline":"coverledger job nightly: 1 market-day failed","items":[{"local_date":"2026-11-01","market":"JP","platform":"youtube","reason":"no <export> & nothing else"}],"job":"nightly","market_days":1,"omitted":0,"run_id":"4f1c0b9a","topic":"failed","version":1}"#;
    assert_eq!(request.body, expected);
    // hmac.new(b'shared secret', EXPECTED, hashlib.sha256).hexdigest()
    let signature = "sha256=b774516c410d311812b799e713f3433418fb503e615dd2c4119fa61c0e138707";
    assert_eq!(request.header("x-coverledger-signature"), Some(signature));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn slack_reads_no_link_and_no_mention_out_of_a_reason() {
    let (address, arrived) = receiver(&[Does::Answers(200, "ok")]);
    let channel = to(address, ChannelKind::Slack, None);
    assert_eq!(hurried(&channel).post(&message(2).into()).await, Ok(()));
    let expected = "coverledger job nightly: 2 market-days failed\n\
                    youtube/JP/2026-11-01, youtube/JP/2026-11-02: no &lt;export&gt; &amp; nothing else\n\
                    run 4f1c0b9a as of 2026-11-22 11:30 Asia/Shanghai";
    assert_eq!(arrived.recv().unwrap().json(), serde_json::json!({"text": expected}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn feishu_gets_time_and_signature_in_the_body() {
    let (address, arrived) = receiver(&[Does::Answers(200, r#"{"code":0}"#)]);
    let channel = to(address, ChannelKind::Feishu, Some("secret-1"));
    assert_eq!(hurried(&channel).post(&message(1).into()).await, Ok(()));
    let json = arrived.recv().unwrap().json();
    assert_eq!(json["timestamp"], "1599360473");
    assert_eq!(json["sign"], "ZSNQam/p/XmpBqAgWA6aX9EMet5rTG12qDr4F0fmE5M=");
    assert!(json["content"]["text"].as_str().unwrap().contains("no ‹export› & nothing"), "{json}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn dingtalk_gets_time_and_signature_in_the_query() {
    let (address, arrived) = receiver(&[Does::Answers(200, r#"{"errcode":0}"#)]);
    let channel = to(address, ChannelKind::DingTalk, Some("SECabc"));
    assert_eq!(hurried(&channel).post(&message(1).into()).await, Ok(()));
    let request = arrived.recv().unwrap();
    let sign = "WTmPOAnx8ZVo%2BxZKX7g%2Bo52vstWy10neVWw7vKA4UbY%3D";
    let query = format!("?access_token={CANARY}&timestamp=1599360473123&sign={sign} HTTP/1.1");
    assert!(request.line.ends_with(&query), "{}", request.line);
    assert_eq!(request.json()["msgtype"], "text");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_may_pass_is_tried_three_times_and_what_cannot_is_not() {
    let passing: &[Does] = &[Does::Answers(503, ""), Does::Resets, Does::Answers(200, "ok")];
    let (address, arrived) = receiver(passing);
    let channel = to(address, ChannelKind::Slack, None);
    assert_eq!(hurried(&channel).post(&message(1).into()).await, Ok(()));
    assert_eq!(arrived.iter().count(), 3);
    for (script, tries, expected) in [
        (&[Does::Answers(500, CANARY); 3][..], 3, "the answer is 500"),
        (&[Does::Answers(403, CANARY)], 1, "the answer is 403 (are URL and secret still valid?)"),
        (
            &[Does::Answers(200, CANARY)],
            1,
            "the answer is none of a Slack webhook (is the URL that of another service?)",
        ),
        (
            &[Does::Redirects],
            1,
            "the answer is 302 (redirects are not followed: give the address that it leads to)",
        ),
    ] {
        let (address, arrived) = receiver(script);
        let channel = to(address, ChannelKind::Slack, None);
        let error = hurried(&channel).post(&message(1).into()).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), arrived.iter().count()), (expected, tries));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_receiver_that_hangs_is_left() {
    let (address, _arrived) = receiver(&[Does::Hangs; 3]);
    let channel = to(address, ChannelKind::Webhook, None);
    let error = patient_for(&channel, Duration::from_secs(1)).post(&message(1).into()).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 1 s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_address_is_in_no_error_and_no_debug() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let (resetting, _arrived) = receiver(&[Does::Resets; 3]);
    let mut said = String::new();
    for address in [closed, resetting] {
        let channel = to(address, ChannelKind::Webhook, Some(CANARY));
        let error = hurried(&channel).post(&message(1).into()).await.unwrap_err();
        let _ = writeln!(said, "{error} {error:?} {channel:?}");
    }
    assert!(said.contains("no answer: connection refused"), "{said}");
    for url in [format!("http://example.com/{CANARY}"), format!("{CANARY} {CANARY}"), format!("ftp://{CANARY}")] {
        let error = Channel::new("ops", &configured(ChannelKind::Slack), &url, None).unwrap_err();
        let _ = writeln!(said, "{error} {error:?}");
    }
    for secret in [CANARY, "127.0.0.1", "example.com"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_channel_gets_what_it_wants_and_none_after_one_that_it_did_not_take() {
    let (address, arrived) = receiver(&[Does::Answers(200, ""), Does::Answers(404, "")]);
    let mut wanted = configured(ChannelKind::Webhook);
    wanted.tell.remove(&Topic::Held);
    let channel = Channel::new("ops", &wanted, &format!("http://{address}/"), None).unwrap();
    let of = |topic| Notice::from(Message { topic, ..message(1) });
    let messages = [Topic::Failed, Topic::Held, Topic::Late, Topic::Recovered].map(of).to_vec();
    let told = send(&[(&channel, messages)]).await;
    let gone = Err(NotifyError::Status { status: 404, meaning: " (is the URL whole and still valid?)" });
    let expected = [(Topic::Failed, Ok(())), (Topic::Late, gone.clone()), (Topic::Recovered, gone)];
    assert_eq!(told.into_iter().map(|told| (told.topic, told.result)).collect::<Vec<_>>(), expected);
    assert_eq!(arrived.iter().count(), 2);
}

#[test]
fn a_message_is_bounded_and_its_headline_counts_everything() {
    let mut items = message(1000).items;
    items.extend(message(1000).items);
    let reason = "x\u{202e}".repeat(1000);
    let mut whole: Vec<Item> = (0..20).flat_map(|_| items.clone()).collect();
    whole.push(Item { market_day: None, reason });
    let Message { as_of, home, .. } = message(1);
    let message = Message::new("nightly", "r", as_of, &home, Topic::Held, whole);
    assert_eq!((message.items.len(), message.omitted), (50, 1951));
    assert_eq!(message.items[0].market_day, None);
    assert_eq!(message.items[0].reason, format!("{}…", &"x\\u{202e}".repeat(100)[..300]));
    assert_eq!(message.headline(English), "coverledger job nightly: the run and 2000 market-days are held back");
    assert_eq!(message.headline(Chinese), "coverledger 任务 nightly：整次运行和 2000 个市场日暂不发布");
    let headline = |topic, items| Message::new("nightly", "r", as_of, &home, topic, items).headline(English);
    let run = Item { market_day: None, reason: "it hung".to_owned() };
    assert_eq!(headline(Topic::Failed, vec![run]), "coverledger job nightly: the run failed");
    let day = message.items[1].clone();
    assert_eq!(headline(Topic::Late, vec![day]), "coverledger job nightly: 1 market-day is late");
}
