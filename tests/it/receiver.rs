//! Whoever is told, on loopback: takes down what arrives, checks who says so, and answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What a receiver does with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Takes the message, as the service would say it.
    Takes,
    /// Answers 500, and repeats the request in it.
    Fails,
    /// Closes the connection without an answer.
    Resets,
    /// Does not answer.
    Hangs,
}

/// A request as it arrived.
#[derive(Clone)]
pub struct Arrived {
    /// Path and query.
    pub target: String,
    pub headers: Vec<String>,
    pub body: String,
}

impl Arrived {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|header| header.to_lowercase().starts_with(&format!("{name}: ")))?;
        Some(&named[name.len() + 2..])
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://x{}", self.target)).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// A receiver at work until the test ends.
pub struct Receiver {
    port: u16,
    does: Arc<Mutex<Does>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Receiver {
    /// One that answers this text with 200 when it takes a message.
    pub fn new(answer: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (does, arrived) = (Arc::new(Mutex::new(Does::Takes)), Arc::new(Mutex::new(Vec::new())));
        let receiver = Self { port, does: Arc::clone(&does), arrived: Arc::clone(&arrived) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (does, arrived) = (Arc::clone(&does), Arc::clone(&arrived));
                thread::spawn(move || serve(stream.unwrap(), answer, &does, &arrived));
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// What arrived since it was last asked.
    pub fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }
}

fn serve(stream: TcpStream, answer: &str, does: &Mutex<Does>, arrived: &Mutex<Vec<Arrived>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let target = lines.remove(0).split(' ').nth(1).unwrap().to_owned();
    let mut request = Arrived { target, headers: lines, body: String::new() };
    let length: u64 = request.header("content-length").unwrap().parse().unwrap();
    reader.by_ref().take(length).read_to_string(&mut request.body).unwrap();
    let repeated = format!("{} {}", request.target, request.body);
    arrived.lock().unwrap().push(request);
    let mut stream = stream;
    let does = *does.lock().unwrap();
    let (status, body) = match does {
        Does::Takes => (200, answer),
        Does::Fails => (500, repeated.as_str()),
        Does::Resets => return,
        Does::Hangs => {
            let _ = stream.read(&mut [0; 1]);
            return;
        }
    };
    let length = body.len();
    let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
}

/// HMAC-SHA256, written out from RFC 2104 so that it does not stand on the crate that it checks.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner: Vec<u8> = block.iter().map(|byte| byte ^ 0x36).chain(message.iter().copied()).collect();
    let outer: Vec<u8> = block.iter().map(|byte| byte ^ 0x5c).chain(Sha256::digest(&inner)).collect();
    Sha256::digest(&outer).to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// RFC 4231, test case 2, so that the check itself is checked.
#[test]
fn hmac_is_that_of_the_rfc() {
    let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
